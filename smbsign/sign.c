// SPDX-License-Identifier: GPL-2.0-only
/*
 * (key, PDU) -> signature, MS-SMB2 3.1.4.1 and MS-CIFS 3.1.4.1, for a PDU that
 * comes in any number of pieces.
 *
 * The header is gathered first, unless it comes in one piece: its Signature bytes
 * must not reach the MAC, and the nonce of GMAC stands in it.  What follows goes
 * straight through.
 */
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "mac.h"

static size_t hdr_size(const struct smbsign_key *key)
{
	return smbsign_pdu_hdr_size(smbsign_sign_proto(key->alg));
}

/**
 * smbsign_sign_init() - begin a signature
 * @ctx: the signature in the making
 * @key: a prepared key, the same in all three calls
 *
 * Context: Any context.
 */
void smbsign_sign_init(struct smbsign_sign_ctx *ctx,
		       const struct smbsign_key *key)
{
	ctx->err = 0;
	ctx->hdr_len = 0;
	mac_init(&ctx->mac, key, key->alg);
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_sign_init);

/* The header stands in @ctx: what is signed of it goes to the MAC. */
static int sign_header(struct smbsign_section *section,
		       struct smbsign_sign_ctx *ctx,
		       const struct smbsign_key *key)
{
	enum smbsign_proto proto = smbsign_sign_proto(key->alg);
	struct smbsign_pdu pdu;
	int err;

	err = smbsign_pdu_parse_hdr(&pdu, proto, ctx->hdr, ctx->hdr_len);
	if (err)
		return err;
	mac_nonce(ctx->nonce, &pdu);
	smbsign_pdu_mask_signature(proto, ctx->hdr);
	return mac_update(section, &ctx->mac, key, key->alg, ctx->hdr,
			  ctx->hdr_len);
}

/* The header, or a part of it, is at @data.  Returns how much that is. */
static size_t sign_gather_header(struct smbsign_section *section,
				 struct smbsign_sign_ctx *ctx,
				 const struct smbsign_key *key, const u8 *data,
				 size_t len)
{
	len = min(len, hdr_size(key) - ctx->hdr_len);
	memcpy(&ctx->hdr[ctx->hdr_len], data, len);
	ctx->hdr_len += len;
	if (ctx->hdr_len == hdr_size(key))
		ctx->err = sign_header(section, ctx, key);
	return len;
}

/**
 * smbsign_sign_update() - go on with the next piece of the PDU
 * @section: any section
 * @ctx: the signature in the making
 * @key: as for smbsign_sign_init()
 * @data: the piece
 * @len: its length in bytes, any
 *
 * Context: Any context.
 */
void smbsign_sign_update(struct smbsign_section *section,
			 struct smbsign_sign_ctx *ctx,
			 const struct smbsign_key *key, const u8 *data,
			 size_t len)
{
	if (ctx->hdr_len < hdr_size(key)) {
		size_t n = sign_gather_header(section, ctx, key, data, len);

		data += n;
		len -= n;
	}
	if (len && !ctx->err)
		ctx->err = mac_update(section, &ctx->mac, key, key->alg, data,
				      len);
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_sign_update);

/**
 * smbsign_sign_final() - end a signature
 * @section: any section
 * @ctx: the signature in the making; what depends on the key is wiped
 * @key: as for smbsign_sign_init()
 * @sig: where it goes, smbsign_sign_size() bytes; untouched on error
 *
 * Context: Any context.
 * Return: 0, or -EPROTO if the PDU was shorter than its header or of another
 * protocol than the key's.
 */
int smbsign_sign_final(struct smbsign_section *section,
		       struct smbsign_sign_ctx *ctx,
		       const struct smbsign_key *key, u8 *sig)
{
	int err = ctx->err;

	if (ctx->hdr_len < hdr_size(key))
		err = -EPROTO;
	if (!err)
		return mac_final(section, &ctx->mac, key, key->alg, ctx->nonce,
				 sig);
	memzero_explicit(ctx, sizeof(*ctx));
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_sign_final);
