// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two ways to sign and verify the same PDUs: smbsign's, through its interface
 * alone, and that of stock cifs.ko and ksmbd.ko.
 *
 * Stock code has one transform for signing, to which it gives the key for every
 * PDU; to verify, cifs.ko allocates one for every PDU.  It has no AES-GMAC: it
 * would sign the same PDU with AES-CMAC.
 */
#include <crypto/hash.h>
#include <crypto/sha2.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uio.h>
#include <linux/unaligned.h>
#include <linux/vmalloc.h>

#include "bench.h"

/* MS-SMB2 2.2.1.2 */
#define HDR_SIZE	64
#define HDR_MESSAGE_ID	24
#define HDR_SIGNATURE	48

static const u8 hdr_template[HDR_SIZE] = {
	0xfe, 'S', 'M', 'B', HDR_SIZE, 0, [12] = 9 /* WRITE */,
	[16] = 8 /* SMB2_FLAGS_SIGNED */,
};

/* One for each place in a batch; @iov has the header by itself. */
static struct pdu {
	u8 hdr[HDR_SIZE];
	u8 *body;
	struct kvec iov[2];
	u8 raw_key[SMBSIGN_KEY_SIZE];
	struct smbsign_key *signer[BENCH_NUM_ALGS];
	struct smbsign_req req;
} pdus[BENCH_BATCH];

static struct smbsign_key *verifiers[BENCH_NUM_ALGS];	/* of pdus[0] */

/* With AES-GMAC a MessageId is good for one PDU. */
static u64 last_message_id;

/* Given to crypto_alloc_shash(); the results are cut to 16 bytes. */
static struct crypto_shash *stock[BENCH_NUM_ALGS];

enum smbsign_alg stock_alg(enum smbsign_alg alg)
{
	return alg == SMBSIGN_AES_GMAC ? SMBSIGN_AES_CMAC : alg;
}

const char *stock_name(enum smbsign_alg alg)
{
	return alg == SMBSIGN_HMAC_SHA256 ? "hmac(sha256)" : "cmac(aes)";
}

const char *stock_driver(enum smbsign_alg alg)
{
	return crypto_shash_driver_name(stock[alg]);
}

static void pdu_new_id(struct pdu *pdu)
{
	put_unaligned_le64(++last_message_id, pdu->hdr + HDR_MESSAGE_ID);
}

/* Not measured: for verifying there must be a signature. */
int ways_prepare(const struct bench_load *load)
{
	for (int i = 0; i < BENCH_BATCH; i++) {
		struct pdu *pdu = &pdus[i];

		pdu->iov[1].iov_len = load->len - HDR_SIZE;
		pdu->req.key = pdu->signer[load->alg];
		pdu->req.op = SMBSIGN_SIGN;
		pdu->req.msg = smbsign_msg_kvec(pdu->iov, 2, 0, load->len);
	}
	pdu_new_id(&pdus[0]);
	return smbsign_sign_kvec(pdus[0].signer[load->alg], pdus[0].iov, 2,
				 load->len);
}

static int smbsign_batch_once(void)
{
	struct smbsign_req *reqs[BENCH_BATCH];

	for (int i = 0; i < BENCH_BATCH; i++) {
		pdu_new_id(&pdus[i]);
		reqs[i] = &pdus[i].req;
	}
	smbsign_batch(reqs, BENCH_BATCH);
	for (int i = 0; i < BENCH_BATCH; i++) {
		if (reqs[i]->result)
			return reqs[i]->result;
	}
	return 0;
}

int way_smbsign(const struct bench_load *load)
{
	struct pdu *pdu = &pdus[0];
	int err = 0;

	for (unsigned int i = 0; !err && i < load->repeat; i++) {
		switch (load->job) {
		case BENCH_SIGN:
			pdu_new_id(pdu);
			err = smbsign_sign_kvec(pdu->signer[load->alg],
						pdu->iov, 2, load->len);
			break;
		case BENCH_VERIFY:
			err = smbsign_verify_kvec(verifiers[load->alg],
						  pdu->iov, 2, load->len);
			break;
		default:
			err = smbsign_batch_once();
		}
	}
	return err;
}

static int stock_compute(struct shash_desc *desc, struct pdu *pdu)
{
	u8 mac[SHA256_DIGEST_SIZE];
	int err;

	memset(pdu->hdr + HDR_SIGNATURE, 0, SMBSIGN_SIG_SIZE);
	err = crypto_shash_setkey(desc->tfm, pdu->raw_key, SMBSIGN_KEY_SIZE) ?:
	      crypto_shash_init(desc) ?:
	      crypto_shash_update(desc, pdu->hdr, HDR_SIZE) ?:
	      crypto_shash_update(desc, pdu->body, pdu->iov[1].iov_len) ?:
	      crypto_shash_final(desc, mac);
	memcpy(pdu->hdr + HDR_SIGNATURE, mac, SMBSIGN_SIG_SIZE);
	return err;
}

static int stock_sign(enum smbsign_alg alg, struct pdu *pdu)
{
	SHASH_DESC_ON_STACK(desc, stock[alg]);

	desc->tfm = stock[alg];
	pdu_new_id(pdu);
	return stock_compute(desc, pdu);
}

/* Allocating sleeps: stock code cannot do this in softirq. */
static int stock_verify(enum smbsign_alg alg, struct pdu *pdu)
{
	struct crypto_shash *tfm = crypto_alloc_shash(stock_name(alg), 0, 0);
	u8 received[SMBSIGN_SIG_SIZE];
	struct shash_desc *desc;
	int err;

	if (IS_ERR(tfm))
		return PTR_ERR(tfm);
	desc = kmalloc(sizeof(*desc) + crypto_shash_descsize(tfm), GFP_KERNEL);
	if (!desc) {
		crypto_free_shash(tfm);
		return -ENOMEM;
	}
	desc->tfm = tfm;
	memcpy(received, pdu->hdr + HDR_SIGNATURE, sizeof(received));
	err = stock_compute(desc, pdu);
	if (!err && memcmp(received, pdu->hdr + HDR_SIGNATURE,
			   sizeof(received)))
		err = -EBADMSG;
	kfree(desc);
	crypto_free_shash(tfm);
	return err;
}

int way_stock(const struct bench_load *load)
{
	unsigned int num = load->job == BENCH_SIGN_BATCH ? BENCH_BATCH : 1;
	int err = 0;

	for (unsigned int i = 0; i < load->repeat; i++) {
		for (unsigned int j = 0; !err && j < num; j++)
			err = load->job == BENCH_VERIFY ?
			      stock_verify(load->alg, &pdus[j]) :
			      stock_sign(load->alg, &pdus[j]);
	}
	return err;
}

static int pdu_init(struct pdu *pdu)
{
	memcpy(pdu->hdr, hdr_template, sizeof(pdu->hdr));
	get_random_bytes(pdu->raw_key, sizeof(pdu->raw_key));
	pdu->body = vzalloc(BENCH_MAX_LEN);
	if (!pdu->body)
		return -ENOMEM;
	pdu->iov[0].iov_base = pdu->hdr;
	pdu->iov[0].iov_len = sizeof(pdu->hdr);
	pdu->iov[1].iov_base = pdu->body;
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

static int alg_init(enum smbsign_alg alg)
{
	struct smbsign_key *key;
	struct crypto_shash *tfm;

	key = smbsign_key_alloc(alg, SMBSIGN_SERVER, pdus[0].raw_key,
				sizeof(pdus[0].raw_key));
	if (IS_ERR(key))
		return PTR_ERR(key);
	verifiers[alg] = key;
	tfm = crypto_alloc_shash(stock_name(alg), 0, 0);
	if (IS_ERR(tfm))
		return PTR_ERR(tfm);
	stock[alg] = tfm;
	if (strstr(stock_driver(alg), "smbsign")) {
		pr_err("stock %s is smbsign's own here\n", stock_name(alg));
		return -EEXIST;
	}
	return 0;
}

int ways_init(void)
{
	int err = 0;

	for (int i = 0; !err && i < BENCH_BATCH; i++)
		err = pdu_init(&pdus[i]);
	for (int alg = 0; !err && alg < BENCH_NUM_ALGS; alg++)
		err = alg_init(alg);
	if (err)
		ways_exit();
	return err;
}

void ways_exit(void)
{
	for (int alg = 0; alg < BENCH_NUM_ALGS; alg++) {
		crypto_free_shash(stock[alg]);
		smbsign_key_put(verifiers[alg]);
		for (int i = 0; i < BENCH_BATCH; i++)
			smbsign_key_put(pdus[i].signer[alg]);
	}
	for (int i = 0; i < BENCH_BATCH; i++)
		vfree(pdus[i].body);
}
