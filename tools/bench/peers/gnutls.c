// SPDX-License-Identifier: GPL-2.0-only
/*
 * GnuTLS in the way of Samba: GMAC by the AEAD with an empty plaintext, the others
 * by a handle for each key that is used again.
 */
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <string.h>

#include "peers.h"

static gnutls_aead_cipher_hd_t aeads[BATCH];
static gnutls_hmac_hd_t hmacs[NUM_ALGS][BATCH];

static const gnutls_mac_algorithm_t macs[] = {
	[ALG_HMAC_SHA256]	= GNUTLS_MAC_SHA256,
	[ALG_AES_CMAC]	= GNUTLS_MAC_AES_CMAC_128,
};

static bool gnutls_peer_init(const struct pdu *pdus)
{
	for (int i = 0; i < BATCH; i++) {
		gnutls_datum_t key = { (void *)pdus[i].key, KEY_LEN };

		if (gnutls_aead_cipher_init(&aeads[i], GNUTLS_CIPHER_AES_128_GCM,
					    &key))
			return false;
		for (int alg = ALG_HMAC_SHA256; alg <= ALG_AES_CMAC; alg++) {
			if (gnutls_hmac_init(&hmacs[alg][i], macs[alg], key.data,
					     key.size))
				return false;
		}
	}
	return true;
}

static bool gnutls_peer_can(enum alg alg, bool many, size_t len)
{
	return !many;
}

static void sign_gmac(struct pdu *pdu, gnutls_aead_cipher_hd_t aead)
{
	giovec_t auth = { (void *)pdu->data, pdu->len };
	size_t tag_len = TAG_LEN;

	gnutls_aead_cipher_encryptv2(aead, pdu->nonce, NONCE_LEN, &auth, 1, NULL,
				     0, pdu->tag, &tag_len);
}

static void sign_mac(struct pdu *pdu, gnutls_hmac_hd_t hmac)
{
	__u8 mac[64];

	gnutls_hmac(hmac, pdu->data, pdu->len);
	gnutls_hmac_output(hmac, mac);
	memcpy(pdu->tag, mac, TAG_LEN);
}

static void gnutls_peer_sign(enum alg alg, struct pdu *pdus, unsigned int num)
{
	for (unsigned int i = 0; i < num; i++) {
		if (alg == ALG_AES_GMAC)
			sign_gmac(&pdus[i], aeads[i]);
		else
			sign_mac(&pdus[i], hmacs[alg][i]);
	}
}

const struct peer gnutls_peer = {
	.name	= "gnutls",
	.init	= gnutls_peer_init,
	.can	= gnutls_peer_can,
	.sign	= gnutls_peer_sign,
};
