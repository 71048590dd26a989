/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * User-space libraries that can sign a PDU, measured beside smbsign.
 */
#ifndef PEERS_H
#define PEERS_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#define ARRAY_SIZE(x)	(sizeof(x) / sizeof((x)[0]))

#define KEY_LEN		16
#define NONCE_LEN	12
#define TAG_LEN		16
#define BATCH		16

enum alg { ALG_HMAC_SHA256, ALG_AES_CMAC, ALG_AES_GMAC, NUM_ALGS };

struct pdu {
	const __u8 *data;
	size_t len;
	__u8 key[KEY_LEN];
	__u8 nonce[NONCE_LEN];
	__u8 tag[TAG_LEN];
};

/**
 * struct peer - a library
 * @name: what it is called in the results
 * @init: Prepare for the keys of @BATCH PDUs; false if it cannot be used here.
 * @can: Is there @alg for @len bytes, for one PDU or for many side by side?
 * @sign: Sign @num PDUs, each with its own key, prepared by @init.
 */
struct peer {
	const char *name;
	bool (*init)(const struct pdu *pdus);
	bool (*can)(enum alg alg, bool many, size_t len);
	void (*sign)(enum alg alg, struct pdu *pdus, unsigned int num);
};

extern const struct peer openssl_peer, gnutls_peer, ipsec_mb_peer;

#endif /* PEERS_H */
