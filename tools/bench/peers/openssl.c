// SPDX-License-Identifier: GPL-2.0-only
/*
 * OpenSSL's EVP_MAC, with a context for each key that is used again.
 */
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "peers.h"

static struct evp_mac_ctx_st *ctxs[NUM_ALGS][BATCH];

static EVP_MAC_CTX *new_ctx(enum alg alg, const struct pdu *pdu)
{
	static const struct {
		const char *mac, *param, *value;
	} algs[] = {
		[ALG_HMAC_SHA256]	= { "HMAC", OSSL_MAC_PARAM_DIGEST, "SHA256" },
		[ALG_AES_CMAC]	= { "CMAC", OSSL_MAC_PARAM_CIPHER, "AES-128-CBC" },
		[ALG_AES_GMAC]	= { "GMAC", OSSL_MAC_PARAM_CIPHER, "AES-128-GCM" },
	};
	EVP_MAC *mac = EVP_MAC_fetch(NULL, algs[alg].mac, NULL);
	EVP_MAC_CTX *ctx = mac ? EVP_MAC_CTX_new(mac) : NULL;
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(algs[alg].param,
						 (char *)algs[alg].value, 0),
		OSSL_PARAM_construct_end(),
	};

	EVP_MAC_free(mac);
	if (ctx && !EVP_MAC_init(ctx, pdu->key, KEY_LEN, params))
		ctx = NULL;
	return ctx;
}

static bool openssl_init(const struct pdu *pdus)
{
	for (int alg = 0; alg < NUM_ALGS; alg++) {
		for (int i = 0; i < BATCH; i++) {
			ctxs[alg][i] = new_ctx(alg, &pdus[i]);
			if (!ctxs[alg][i])
				return false;
		}
	}
	return true;
}

static bool openssl_can(enum alg alg, bool many, size_t len)
{
	return !many;
}

static void openssl_sign(enum alg alg, struct pdu *pdus, unsigned int num)
{
	for (unsigned int i = 0; i < num; i++) {
		EVP_MAC_CTX *ctx = ctxs[alg][i];
		OSSL_PARAM params[] = {
			OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_IV,
							  pdus[i].nonce,
							  NONCE_LEN),
			OSSL_PARAM_construct_end(),
		};
		__u8 mac[EVP_MAX_MD_SIZE];
		size_t len;

		/* No key: that of the context. */
		EVP_MAC_init(ctx, NULL, 0, alg == ALG_AES_GMAC ? params : NULL);
		EVP_MAC_update(ctx, pdus[i].data, pdus[i].len);
		EVP_MAC_final(ctx, mac, &len, sizeof(mac));
		__builtin_memcpy(pdus[i].tag, mac, TAG_LEN);
	}
}

const struct peer openssl_peer = {
	.name	= "openssl",
	.init	= openssl_init,
	.can	= openssl_can,
	.sign	= openssl_sign,
};
