// SPDX-License-Identifier: GPL-2.0-only
/*
 * (key, PDU) -> signature, MS-SMB2 3.1.4.1 and MS-CIFS 3.1.4.1, for a PDU that
 * comes in any number of pieces.
 *
 * The header is gathered first, unless it comes in one piece: its Signature bytes
 * must not reach the MAC, and the nonce of GMAC stands in it.  What follows goes
 * straight through.
 *
 * Most kernels are built to set whole structures on the stack to zero, and to do
 * that to a context takes as long as the MAC of a small PDU.  So what need not be
 * is not initialised, and not wiped: bytes of the message are no secret.
 */
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "internal.h"

/* Byte 8 of the nonce of GMAC, MS-SMB2 3.1.4.1 */
#define NONCE_FROM_SERVER	0x01
#define NONCE_CANCEL		0x02

static void mac_init(struct smbsign_sign_ctx *ctx,
		     const struct smbsign_key *key)
{
	switch (key->alg) {
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

static int mac_update(struct smbsign_section *section,
		      struct smbsign_sign_ctx *ctx,
		      const struct smbsign_key *key, const u8 *data, size_t len)
{
	switch (key->alg) {
	case SMBSIGN_AES_GMAC:
		smbsign_gmac_update(section, &ctx->gmac, &key->gmac, data,
				    len);
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

static int mac_final(struct smbsign_section *section,
		     struct smbsign_sign_ctx *ctx,
		     const struct smbsign_key *key, u8 *sig)
{
	u8 mac[SHA256_DIGEST_SIZE];

	switch (key->alg) {
	case SMBSIGN_AES_GMAC:
		smbsign_gmac_final(section, &ctx->gmac, &key->gmac, ctx->nonce,
				   sig);
		return 0;
	case SMBSIGN_AES_CMAC:
		smbsign_cmac_final(section, &ctx->cmac, &key->cmac, sig);
		return 0;
	case SMBSIGN_HMAC_SHA256:
		smbsign_hmac_final(section, &ctx->hmac, &key->hmac, mac);
		memcpy(sig, mac, SMBSIGN_SIG_SIZE);
		memzero_explicit(mac, sizeof(mac));
		return 0;
	default:
		return smbsign_md5_final(&ctx->md5, sig);
	}
}

/**
 * smbsign_sign_proto() - the protocol of the messages that an algorithm signs
 * @alg: the algorithm
 *
 * Context: Any context.
 * Return: the protocol.
 */
enum smbsign_proto smbsign_sign_proto(enum smbsign_alg alg)
{
	return alg == SMBSIGN_MD5 ? SMBSIGN_PROTO_SMB1 : SMBSIGN_PROTO_SMB2;
}

/**
 * smbsign_sign_size() - bytes of a signature
 * @alg: by which algorithm
 *
 * Context: Any context.
 * Return: the size of the header field that it goes into.
 */
unsigned int smbsign_sign_size(enum smbsign_alg alg)
{
	return alg == SMBSIGN_MD5 ? SMBSIGN_SMB1_SIG_SIZE : SMBSIGN_SIG_SIZE;
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_sign_size);

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
	ctx->has_sequence = 0;
	mac_init(ctx, key);
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_sign_init);

/**
 * smbsign_sign_set_sequence() - the sequence number of an SMB1 message
 * @ctx: a signature just begun
 * @sequence: counts in the place of the SecuritySignature's low half, whatever
 *	      that holds; without this call what it holds counts
 *
 * Context: Any context.
 */
void smbsign_sign_set_sequence(struct smbsign_sign_ctx *ctx, u32 sequence)
{
	ctx->sequence = sequence;
	ctx->has_sequence = 1;
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_sign_set_sequence);

/*
 * "First 8 bytes are set to MessageId", then a bit for the sender and one for
 * a CANCEL request; byte 8 of a header that is both has both.
 */
static void sign_set_nonce(u8 nonce[GMAC_NONCE_SIZE],
			   const struct smbsign_pdu *pdu)
{
	u32 flags = 0;

	if (smbsign_pdu_is_response(pdu))
		flags |= NONCE_FROM_SERVER;
	if (smbsign_pdu_is_cancel(pdu))
		flags |= NONCE_CANCEL;
	put_unaligned_le64(pdu->message_id, nonce);
	put_unaligned_le32(flags, nonce + 8);
}

/* The Signature counts as zero, MS-SMB2 3.1.4.1; it is the end of the header. */
static int sign_smb2_header(struct smbsign_section *section,
			    struct smbsign_sign_ctx *ctx,
			    const struct smbsign_key *key,
			    const struct smbsign_pdu *pdu)
{
	const size_t len = SMBSIGN_SMB2_HDR_SIZE - SMBSIGN_SIG_SIZE;
	static const u8 no_signature[SMBSIGN_SIG_SIZE];

	if (key->alg == SMBSIGN_AES_GMAC)
		sign_set_nonce(ctx->nonce, pdu);
	return mac_update(section, ctx, key, pdu->hdr, len) ?:
	       mac_update(section, ctx, key, no_signature,
			  sizeof(no_signature));
}

static int sign_smb1_header(struct smbsign_section *section,
			    struct smbsign_sign_ctx *ctx,
			    const struct smbsign_key *key,
			    const struct smbsign_pdu *pdu)
{
	u8 hdr[SMBSIGN_SMB1_HDR_SIZE];

	memcpy(hdr, pdu->hdr, sizeof(hdr));
	smbsign_pdu_mask_signature(SMBSIGN_PROTO_SMB1, hdr);
	if (ctx->has_sequence)
		smbsign_pdu_set_sequence(hdr, ctx->sequence);
	return mac_update(section, ctx, key, hdr, sizeof(hdr));
}

/**
 * smbsign_sign_begin() - go on with a header that has been parsed
 * @section: any section
 * @ctx: a signature just begun
 * @key: as for smbsign_sign_init()
 * @pdu: the message, of the protocol of @key
 *
 * The same as smbsign_sign_update() of the header.
 *
 * Context: Any context.
 */
void smbsign_sign_begin(struct smbsign_section *section,
			struct smbsign_sign_ctx *ctx,
			const struct smbsign_key *key,
			const struct smbsign_pdu *pdu)
{
	ctx->hdr_len = smbsign_pdu_hdr_size(pdu->proto);
	if (pdu->proto == SMBSIGN_PROTO_SMB1)
		ctx->err = sign_smb1_header(section, ctx, key, pdu);
	else
		ctx->err = sign_smb2_header(section, ctx, key, pdu);
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_sign_begin);

static void sign_header(struct smbsign_section *section,
			struct smbsign_sign_ctx *ctx,
			const struct smbsign_key *key, const u8 *hdr)
{
	enum smbsign_proto proto = smbsign_sign_proto(key->alg);
	struct smbsign_pdu pdu __uninitialized;

	ctx->hdr_len = smbsign_pdu_hdr_size(proto);
	ctx->err = smbsign_pdu_parse_hdr(&pdu, proto, hdr, ctx->hdr_len);
	if (!ctx->err)
		smbsign_sign_begin(section, ctx, key, &pdu);
}

/* The header, or a part of it, is at @data.  Returns how much that is. */
static size_t sign_gather_header(struct smbsign_section *section,
				 struct smbsign_sign_ctx *ctx,
				 const struct smbsign_key *key, const u8 *data,
				 size_t len)
{
	size_t hdr_size = smbsign_pdu_hdr_size(smbsign_sign_proto(key->alg));

	if (len >= hdr_size && !ctx->hdr_len) {
		sign_header(section, ctx, key, data);
		return hdr_size;
	}
	len = min(len, hdr_size - ctx->hdr_len);
	memcpy(&ctx->hdr[ctx->hdr_len], data, len);
	ctx->hdr_len += len;
	if (ctx->hdr_len == hdr_size)
		sign_header(section, ctx, key, ctx->hdr);
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
	size_t hdr_size = smbsign_pdu_hdr_size(smbsign_sign_proto(key->alg));

	if (ctx->hdr_len < hdr_size) {
		size_t n = sign_gather_header(section, ctx, key, data, len);

		data += n;
		len -= n;
	}
	if (len && !ctx->err)
		ctx->err = mac_update(section, ctx, key, data, len);
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

	if (ctx->hdr_len < smbsign_pdu_hdr_size(smbsign_sign_proto(key->alg)))
		err = -EPROTO;
	if (!err)
		return mac_final(section, ctx, key, sig);
	memzero_explicit(ctx, sizeof(*ctx));
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_sign_final);
