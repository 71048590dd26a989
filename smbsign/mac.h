/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One way to the MAC rooms for sign.c and message.c.  Inline, so that whoever
 * knows the algorithm beforehand calls its functions and nothing else.
 */
#ifndef _SMBSIGN_MAC_H
#define _SMBSIGN_MAC_H

#include <linux/unaligned.h>

#include "internal.h"

/* Byte 8 of the nonce of GMAC, MS-SMB2 3.1.4.1 */
#define NONCE_FROM_SERVER	0x01
#define NONCE_CANCEL		0x02

/*
 * "First 8 bytes are set to MessageId", then a bit for the sender and one for
 * a CANCEL request; byte 8 of a header that is both has both.
 */
static inline void mac_nonce(u8 nonce[GMAC_NONCE_SIZE],
			     const struct smbsign_pdu *pdu)
{
	u32 flags = 0;

	if (smbsign_pdu_is_response(pdu))
		flags |= NONCE_FROM_SERVER;
	if (smbsign_pdu_is_cancel(pdu))
		flags |= NONCE_CANCEL;
	put_unaligned_le64(smbsign_pdu_message_id(pdu), nonce);
	put_unaligned_le32(flags, nonce + 8);
}

static __always_inline void mac_init(union smbsign_mac_ctx *ctx,
				     const struct smbsign_key *key,
				     enum smbsign_alg alg)
{
	switch (alg) {
	case SMBSIGN_AES_GMAC:
		return smbsign_gmac_init(&ctx->gmac);
	case SMBSIGN_AES_CMAC:
		return smbsign_cmac_init(&ctx->cmac);
	case SMBSIGN_HMAC_SHA256:
		return smbsign_hmac_init(&ctx->hmac, &key->hmac);
	default:
		return smbsign_md5_init(&ctx->md5, &key->md5);
	}
}

static __always_inline int mac_update(struct smbsign_section *section,
				      union smbsign_mac_ctx *ctx,
				      const struct smbsign_key *key,
				      enum smbsign_alg alg, const u8 *data,
				      size_t len)
{
	switch (alg) {
	case SMBSIGN_AES_GMAC:
		smbsign_gmac_update(section, &ctx->gmac, &key->gmac, data, len);
		return 0;
	case SMBSIGN_AES_CMAC:
		smbsign_cmac_update(section, &ctx->cmac, &key->cmac, data,
				    len);
		return 0;
	case SMBSIGN_HMAC_SHA256:
		smbsign_hmac_update(section, &ctx->hmac, data, len);
		return 0;
	default:
		return smbsign_md5_update(&ctx->md5, data, len);
	}
}

/* @nonce: of AES-GMAC alone */
static __always_inline int mac_final(struct smbsign_section *section,
				     union smbsign_mac_ctx *ctx,
				     const struct smbsign_key *key,
				     enum smbsign_alg alg,
				     const u8 nonce[GMAC_NONCE_SIZE], u8 *sig)
{
	switch (alg) {
	case SMBSIGN_AES_GMAC:
		smbsign_gmac_final(section, &ctx->gmac, &key->gmac, nonce, sig);
		return 0;
	case SMBSIGN_AES_CMAC:
		smbsign_cmac_final(section, &ctx->cmac, &key->cmac, sig);
		return 0;
	case SMBSIGN_HMAC_SHA256: {
		u8 mac[SHA256_DIGEST_SIZE];

		smbsign_hmac_final(section, &ctx->hmac, &key->hmac, mac);
		memcpy(sig, mac, SMBSIGN_SIG_SIZE);
		memzero_explicit(mac, sizeof(mac));
		return 0;
	}
	default:
		return smbsign_md5_final(&ctx->md5, sig);
	}
}

/* mac_update() and mac_final() at once; without a piece @len is 0. */
static __always_inline int mac_last(struct smbsign_section *section,
				    union smbsign_mac_ctx *ctx,
				    const struct smbsign_key *key,
				    enum smbsign_alg alg, const u8 *data,
				    size_t len,
				    const u8 nonce[GMAC_NONCE_SIZE], u8 *sig)
{
	int err;

	if (alg == SMBSIGN_AES_GMAC) {
		smbsign_gmac_last(section, &ctx->gmac, &key->gmac, data, len,
				  nonce, sig);
		return 0;
	}
	err = mac_update(section, ctx, key, alg, data, len);
	if (err)
		memzero_explicit(ctx, sizeof(*ctx));
	return err ?: mac_final(section, ctx, key, alg, nonce, sig);
}

/*
 * The signature of an SMB2 message that lies in one piece in @buf, which has room for
 * MAC_PAD_SIZE bytes more.
 */
static __always_inline void mac_once(struct smbsign_section *section,
				     const struct smbsign_key *key,
				     enum smbsign_alg alg,
				     const u8 nonce[GMAC_NONCE_SIZE], u8 *buf,
				     size_t len, u8 *sig)
{
	u8 mac[SHA256_DIGEST_SIZE] __uninitialized;

	if (alg == SMBSIGN_AES_GMAC)
		return smbsign_gmac_once(section, &key->gmac, buf, len, nonce,
					 sig);
	if (alg == SMBSIGN_AES_CMAC)
		return smbsign_cmac_once(section, &key->cmac, buf, len, sig);
	smbsign_hmac_once(section, &key->hmac, buf, len, mac);
	memcpy(sig, mac, SMBSIGN_SIG_SIZE);
	memzero_explicit(mac, sizeof(mac));
}

#endif /* _SMBSIGN_MAC_H */
