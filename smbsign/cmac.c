// SPDX-License-Identifier: GPL-2.0-only
/*
 * AES-128-CMAC, RFC 4493: CBC-MAC with the last block masked by one of two
 * subkeys, K1 for a whole block and K2 for a padded one.
 */
#include <crypto/utils.h>
#include <linux/math.h>
#include <linux/stddef.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "internal.h"

int smbsign_cmac_key_init(struct smbsign_cmac_key *key)
{
	return smbsign_aes_key_init(&key->aes);
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_cmac_key_init);

/* RFC 4493 2.3: multiplication by x in GF(2^128), without a branch */
static void cmac_double(u8 out[AES_BLOCK_SIZE], const u8 in[AES_BLOCK_SIZE])
{
	u64 hi = get_unaligned_be64(in);
	u64 lo = get_unaligned_be64(in + 8);
	u64 carry = -(hi >> 63);

	put_unaligned_be64((hi << 1) | (lo >> 63), out);
	put_unaligned_be64((lo << 1) ^ (carry & 0x87), out + 8);
}

static void cmac_derive_subkeys(struct smbsign_section *section,
				struct smbsign_cmac_key *key)
{
	static const u8 zero[AES_BLOCK_SIZE];

	memset(key->k1, 0, sizeof(key->k1));
	smbsign_cbcmac(section, &key->aes, key->k1, zero, 1);
	cmac_double(key->k1, key->k1);
	cmac_double(key->k2, key->k1);
}

int smbsign_cmac_preparekey(struct smbsign_cmac_key *key,
			    const u8 raw[SMBSIGN_KEY_SIZE])
{
	struct smbsign_section section;
	int err;

	err = smbsign_aes_key_set(&key->aes, raw);
	if (err)
		return err;
	smbsign_section_begin(&section);
	cmac_derive_subkeys(&section, key);
	smbsign_section_end(&section);
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_cmac_preparekey);

/**
 * smbsign_cmac_setkey() - prepare a key for a few messages, quickly
 * @section: the section
 * @key: a key without a driver, all zero or from an earlier call
 * @raw: its bytes
 * @len: 16, 24 or 32
 *
 * Context: that of @section.
 * Return: 0, or -EINVAL for another length.
 */
int smbsign_cmac_setkey(struct smbsign_section *section,
			struct smbsign_cmac_key *key, const u8 *raw, size_t len)
{
	int err = smbsign_aes_expandkey(section, &key->aes, raw, len);

	if (!err)
		cmac_derive_subkeys(section, key);
	return err;
}

void smbsign_cmac_key_exit(struct smbsign_cmac_key *key)
{
	smbsign_aes_key_exit(&key->aes);
	memzero_explicit(key, sizeof(*key));
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_cmac_key_exit);

/**
 * smbsign_cmac_pad() - make of the end of a message its last block
 * @key: the key
 * @block: the end of the message
 * @len: bytes of it there, 1 to 16, or 0 of an empty message
 *
 * Context: Any context.
 */
void smbsign_cmac_pad(const struct smbsign_cmac_key *key,
		      u8 block[AES_BLOCK_SIZE], size_t len)
{
	const u8 *subkey = key->k1;

	if (len < AES_BLOCK_SIZE) {
		block[len] = 0x80;
		memset(&block[len + 1], 0, AES_BLOCK_SIZE - 1 - len);
		subkey = key->k2;
	}
	crypto_xor(block, subkey, AES_BLOCK_SIZE);
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_cmac_pad);

static void gather(struct smbsign_cmac_ctx *ctx, const u8 *data, size_t len)
{
	memcpy(&ctx->buf[ctx->buf_len], data, len);
	ctx->buf_len += len;
}

/*
 * smbsign_cmac_update() for a piece that is more than is to be gathered.  The last
 * block stays in ctx->buf, for final has to mask it.
 */
void smbsign_cmac_update_blocks(struct smbsign_section *section,
				struct smbsign_cmac_ctx *ctx,
				const struct smbsign_cmac_key *key,
				const u8 *data, size_t len)
{
	size_t n;

	if (ctx->buf_len) {
		n = -ctx->buf_len % AES_BLOCK_SIZE;
		gather(ctx, data, n);
		data += n;
		len -= n;
		smbsign_cbcmac(section, &key->aes, ctx->x, ctx->buf,
			       ctx->buf_len / AES_BLOCK_SIZE);
		ctx->buf_len = 0;
	}
	/* More than was to be gathered is more than completes a block. */
	n = round_down(len - 1, AES_BLOCK_SIZE);
	smbsign_cbcmac(section, &key->aes, ctx->x, data, n / AES_BLOCK_SIZE);
	gather(ctx, data + n, len - n);
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_cmac_update_blocks);

/* The last @fill bytes are in @buf, of which the masked block is wiped. */
static void cmac_end(struct smbsign_section *section,
		     const struct smbsign_cmac_key *key, u8 x[AES_BLOCK_SIZE],
		     u8 *buf, size_t fill)
{
	size_t last = fill ? round_down(fill - 1, AES_BLOCK_SIZE) : 0;

	smbsign_cmac_pad(key, &buf[last], fill - last);
	smbsign_cbcmac(section, &key->aes, x, buf, last / AES_BLOCK_SIZE + 1);
	memzero_explicit(&buf[last], AES_BLOCK_SIZE);
}

/* Wipes of @ctx what depends on the key. */
void smbsign_cmac_final(struct smbsign_section *section,
			struct smbsign_cmac_ctx *ctx,
			const struct smbsign_cmac_key *key,
			u8 tag[SMBSIGN_SIG_SIZE])
{
	cmac_end(section, key, ctx->x, ctx->buf, ctx->buf_len);
	memcpy(tag, ctx->x, SMBSIGN_SIG_SIZE);
	memzero_explicit(ctx, offsetof(struct smbsign_cmac_ctx, buf));
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_cmac_final);

/**
 * smbsign_cmac_once() - the tag of a message that lies in one piece
 * @section: the section
 * @key: the key
 * @buf: the message, and room for MAC_PAD_SIZE bytes behind it
 * @len: bytes of it
 * @tag: the tag
 *
 * Context: that of @section.
 */
void smbsign_cmac_once(struct smbsign_section *section,
		       const struct smbsign_cmac_key *key, u8 *buf, size_t len,
		       u8 tag[SMBSIGN_SIG_SIZE])
{
	memset(tag, 0, SMBSIGN_SIG_SIZE);
	cmac_end(section, key, tag, buf, len);
}
