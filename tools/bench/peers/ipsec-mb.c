// SPDX-License-Identifier: GPL-2.0-only
/*
 * Intel's multi-buffer library: jobs are submitted, and come back when enough of
 * them fill its lanes or are flushed out.
 */
#include <intel-ipsec-mb.h>
#include <stdlib.h>
#include <string.h>

#include "peers.h"

static struct IMB_MGR *mgr;

/* @gcm is a multiple of 64 bytes, and what follows is to begin at one of 16. */
static struct prepared {
	struct gcm_key_data gcm;
	__u32 cmac[11 * 4];
	__u32 k1[4];
	__u32 k2[4];
	__u8 inner[32];
	__u8 outer[32];
} *keys;

static void prepare_hmac(struct prepared *p, const __u8 *key)
{
	__u8 inner[64], outer[64];

	memset(inner, 0x36, sizeof(inner));
	memset(outer, 0x5c, sizeof(outer));
	for (int i = 0; i < KEY_LEN; i++) {
		inner[i] ^= key[i];
		outer[i] ^= key[i];
	}
	IMB_SHA256_ONE_BLOCK(mgr, inner, p->inner);
	IMB_SHA256_ONE_BLOCK(mgr, outer, p->outer);
}

static bool ipsec_mb_init(const struct pdu *pdus)
{
	IMB_ARCH arch;

	mgr = alloc_mb_mgr(0);
	keys = aligned_alloc(64, BATCH * ((sizeof(*keys) + 63) / 64 * 64));
	if (!mgr || !keys)
		return false;
	init_mb_mgr_auto(mgr, &arch);
	for (int i = 0; i < BATCH; i++) {
		__u32 unused[11 * 4];

		IMB_AES128_GCM_PRE(mgr, pdus[i].key, &keys[i].gcm);
		IMB_AES_KEYEXP_128(mgr, pdus[i].key, keys[i].cmac, unused);
		IMB_AES_CMAC_SUBKEY_GEN_128(mgr, keys[i].cmac, keys[i].k1,
					    keys[i].k2);
		prepare_hmac(&keys[i], pdus[i].key);
	}
	return true;
}

/* Jobs have lengths of 16 bits. */
static bool ipsec_mb_can(enum alg alg, bool many, size_t len)
{
	return alg == ALG_AES_GMAC ? !many : len < 65535;
}

static void sign_gmac(struct pdu *pdu, const struct prepared *p)
{
	struct gcm_context_data ctx;

	IMB_AES128_GMAC_INIT(mgr, &p->gcm, &ctx, pdu->nonce, NONCE_LEN);
	IMB_AES128_GMAC_UPDATE(mgr, &p->gcm, &ctx, pdu->data, pdu->len);
	IMB_AES128_GMAC_FINALIZE(mgr, &p->gcm, &ctx, pdu->tag, TAG_LEN);
}

static void submit(enum alg alg, struct pdu *pdu, const struct prepared *p)
{
	IMB_JOB *job = IMB_GET_NEXT_JOB(mgr);

	memset(job, 0, sizeof(*job));
	job->cipher_mode = IMB_CIPHER_NULL;
	job->cipher_direction = IMB_DIR_ENCRYPT;
	job->chain_order = IMB_ORDER_HASH_CIPHER;
	job->src = pdu->data;
	job->msg_len_to_hash_in_bytes = pdu->len;
	job->auth_tag_output = pdu->tag;
	job->auth_tag_output_len_in_bytes = TAG_LEN;
	if (alg == ALG_AES_CMAC) {
		job->hash_alg = IMB_AUTH_AES_CMAC;
		job->u.CMAC._key_expanded = p->cmac;
		job->u.CMAC._skey1 = p->k1;
		job->u.CMAC._skey2 = p->k2;
	} else {
		job->hash_alg = IMB_AUTH_HMAC_SHA_256;
		job->u.HMAC._hashed_auth_key_xor_ipad = p->inner;
		job->u.HMAC._hashed_auth_key_xor_opad = p->outer;
	}
	IMB_SUBMIT_JOB(mgr);
}

static void ipsec_mb_sign(enum alg alg, struct pdu *pdus, unsigned int num)
{
	for (unsigned int i = 0; i < num; i++) {
		if (alg == ALG_AES_GMAC)
			sign_gmac(&pdus[i], &keys[i]);
		else
			submit(alg, &pdus[i], &keys[i]);
	}
	if (alg != ALG_AES_GMAC) {
		while (IMB_FLUSH_JOB(mgr))
			;
	}
}

const struct peer ipsec_mb_peer = {
	.name	= "ipsec-mb",
	.init	= ipsec_mb_init,
	.can	= ipsec_mb_can,
	.sign	= ipsec_mb_sign,
};
