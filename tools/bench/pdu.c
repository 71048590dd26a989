// SPDX-License-Identifier: GPL-2.0-only
/*
 * The PDUs of the benchmark: a header, and a piece for each page of what follows,
 * as cifs.ko holds a WRITE request.
 */
#include <linux/err.h>
#include <linux/minmax.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/unaligned.h>
#include <linux/vmalloc.h>

#include "bench.h"

static const u8 hdr_template[HDR_SIZE] = {
	0xfe, 'S', 'M', 'B', HDR_SIZE, 0, [12] = 9 /* WRITE */,
	[16] = 8 /* SMB2_FLAGS_SIGNED */,
};

struct bench_pdu *bench_pdus[BENCH_BATCH];

/* With AES-GMAC a MessageId is good for one PDU. */
static u64 last_message_id;

void pdu_new_id(struct bench_pdu *pdu)
{
	put_unaligned_le64(++last_message_id, pdu->hdr + HDR_MESSAGE_ID);
}

static void pdu_set_len(struct bench_pdu *pdu, size_t len)
{
	u8 *body = pdu->body;
	size_t left;

	pdu->len = len;
	pdu->num_iov = 1;
	for (left = len - HDR_SIZE; left; left -= pdu->iov[pdu->num_iov++].iov_len) {
		struct kvec *iov = &pdu->iov[pdu->num_iov];

		iov->iov_base = body;
		iov->iov_len = min_t(size_t, left, PAGE_SIZE);
		body += iov->iov_len;
	}
}

void pdus_prepare(const struct bench_load *load)
{
	for (int i = 0; i < BENCH_BATCH; i++) {
		struct bench_pdu *pdu = bench_pdus[i];
		size_t len = load->len;

		if (load->job == BENCH_MIXED)
			len = max_t(size_t, len * (i + 1) / BENCH_BATCH,
				    HDR_SIZE + 16);
		pdu_set_len(pdu, len);
		pdu->req.key = pdu->signer[load->alg];
		pdu->req.op = SMBSIGN_SIGN;
		pdu->req.msg = smbsign_msg_kvec(pdu->iov, pdu->num_iov, 0, len);
	}
}

static int pdu_init(struct bench_pdu *pdu)
{
	memcpy(pdu->hdr, hdr_template, sizeof(pdu->hdr));
	get_random_bytes(pdu->raw_key, sizeof(pdu->raw_key));
	pdu->body = vzalloc(BENCH_MAX_LEN);
	if (!pdu->body)
		return -ENOMEM;
	pdu->iov[0].iov_base = pdu->hdr;
	pdu->iov[0].iov_len = sizeof(pdu->hdr);
	for (int alg = 0; alg < BENCH_NUM_ALGS; alg++) {
		struct smbsign_key *key;

		key = smbsign_key_alloc(alg, SMBSIGN_CLIENT, pdu->raw_key,
					sizeof(pdu->raw_key));
		if (IS_ERR(key))
			return PTR_ERR(key);
		pdu->signer[alg] = key;
	}
	return 0;
}

int pdus_init(void)
{
	int err = 0;

	for (int i = 0; !err && i < BENCH_BATCH; i++) {
		bench_pdus[i] = kzalloc(sizeof(*bench_pdus[i]), GFP_KERNEL);
		err = bench_pdus[i] ? pdu_init(bench_pdus[i]) : -ENOMEM;
	}
	return err;
}

void pdus_exit(void)
{
	for (int i = 0; i < BENCH_BATCH && bench_pdus[i]; i++) {
		for (int alg = 0; alg < BENCH_NUM_ALGS; alg++)
			smbsign_key_put(bench_pdus[i]->signer[alg]);
		vfree(bench_pdus[i]->body);
		kfree(bench_pdus[i]);
	}
}
