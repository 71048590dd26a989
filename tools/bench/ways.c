// SPDX-License-Identifier: GPL-2.0-only
/*
 * smbsign's way to sign and verify, through its interface alone.
 */
#include <linux/err.h>
#include <linux/string.h>

#include "bench.h"

static struct smbsign_key *verifiers[BENCH_NUM_ALGS];	/* of bench_pdus[0] */

static int sign_one(const struct bench_load *load, struct bench_pdu *pdu)
{
	pdu_new_id(pdu);
	return smbsign_sign_kvec(pdu->signer[load->alg], pdu->iov, pdu->num_iov,
				 pdu->len);
}

/* Not measured: for verifying there must be a signature. */
int ways_prepare(const struct bench_load *load)
{
	pdus_prepare(load);
	return sign_one(load, bench_pdus[0]);
}

static int sign_batch(void)
{
	struct smbsign_req *reqs[BENCH_BATCH];

	for (int i = 0; i < BENCH_BATCH; i++) {
		pdu_new_id(bench_pdus[i]);
		reqs[i] = &bench_pdus[i]->req;
	}
	smbsign_batch(reqs, BENCH_BATCH);
	for (int i = 0; i < BENCH_BATCH; i++) {
		if (reqs[i]->result)
			return reqs[i]->result;
	}
	return 0;
}

static int do_once(const struct bench_load *load, struct bench_pdu *pdu)
{
	int err;

	switch (load->job) {
	case BENCH_SIGN:
		return sign_one(load, pdu);
	case BENCH_LATENCY:
		err = sign_one(load, pdu);
		memcpy(pdu->body, pdu->hdr + HDR_SIGNATURE, SMBSIGN_SIG_SIZE);
		return err;
	case BENCH_VERIFY:
		return smbsign_verify_kvec(verifiers[load->alg], pdu->iov,
					   pdu->num_iov, pdu->len);
	default:
		return sign_batch();
	}
}

int way_smbsign(const struct bench_load *load)
{
	int err = 0;

	for (unsigned int i = 0; !err && i < load->repeat; i++)
		err = do_once(load, bench_pdus[0]);
	return err;
}

int ways_init(void)
{
	for (int alg = 0; alg < BENCH_NUM_ALGS; alg++) {
		struct smbsign_key *key;

		key = smbsign_key_alloc(alg, SMBSIGN_SERVER,
					bench_pdus[0]->raw_key,
					sizeof(bench_pdus[0]->raw_key));
		if (IS_ERR(key))
			return PTR_ERR(key);
		verifiers[alg] = key;
	}
	return 0;
}

void ways_exit(void)
{
	for (int alg = 0; alg < BENCH_NUM_ALGS; alg++)
		smbsign_key_put(verifiers[alg]);
}
