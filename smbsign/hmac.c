// SPDX-License-Identifier: GPL-2.0-only
/*
 * HMAC-SHA256, RFC 2104, with the two states after the key's pad blocks
 * computed once a key, so that a message costs no more than its own blocks and
 * one for the outer hash.
 *
 * SHA-256's padding (FIPS 180-4) is done here, so that the last blocks go to the
 * engine like all others.
 */
#include <linux/math.h>
#include <linux/stddef.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "internal.h"

#define HMAC_IPAD	0x36
#define HMAC_OPAD	0x5c

static const struct smbsign_sha256_state sha256_iv = {
	.h = { SHA256_H0, SHA256_H1, SHA256_H2, SHA256_H3,
	       SHA256_H4, SHA256_H5, SHA256_H6, SHA256_H7 },
};

static void hmac_pad_state(struct smbsign_sha256_state *state,
			   const u8 key[SHA256_BLOCK_SIZE], u8 pad)
{
	u8 block[SHA256_BLOCK_SIZE];

	for (size_t i = 0; i < sizeof(block); i++)
		block[i] = key[i] ^ pad;
	*state = sha256_iv;
	smbsign_generic_sha256(state->h, block, 1);
	memzero_explicit(block, sizeof(block));
}

void smbsign_hmac_preparekey(struct smbsign_hmac_key *key, const u8 *raw,
			     size_t len)
{
	u8 block[SHA256_BLOCK_SIZE] = {};

	if (len > SHA256_BLOCK_SIZE)
		sha256(raw, len, block);
	else
		memcpy(block, raw, len);
	hmac_pad_state(&key->inner, block, HMAC_IPAD);
	hmac_pad_state(&key->outer, block, HMAC_OPAD);
	memzero_explicit(block, sizeof(block));
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_hmac_preparekey);

/* By quadwords, which is how the engine reads them again */
static void sha256_put(const struct smbsign_sha256_state *state, u8 *out)
{
	for (int i = 0; i < ARRAY_SIZE(state->h); i += 2)
		put_unaligned_be64((u64)state->h[i] << 32 | state->h[i + 1],
				   out + 4 * i);
}

/**
 * smbsign_sha256_pad() - SHA-256's padding, FIPS 180-4, behind a message's end
 * @buf: whole blocks and a part of one, with room for a block more
 * @fill: bytes there
 * @len: bytes of the whole message
 *
 * Context: Any context.
 * Return: how many blocks @buf has now.
 */
size_t smbsign_sha256_pad(u8 *buf, size_t fill, u64 len)
{
	size_t num_blocks = (fill + 8) / SHA256_BLOCK_SIZE + 1;

	/*
	 * At most so much is missing, and of known length it is a few moves; at
	 * once it would be a "rep stos".
	 */
	memset(buf + fill, 0, SHA256_BLOCK_SIZE / 2);
	memset(buf + fill + SHA256_BLOCK_SIZE / 2, 0, SHA256_BLOCK_SIZE / 2);
	/* A quadword too: the engine waits for what it has to put together. */
	put_unaligned_le64(0x80, buf + fill);
	put_unaligned_be64(len * 8, buf + num_blocks * SHA256_BLOCK_SIZE - 8);
	return num_blocks;
}

static void gather(struct smbsign_hmac_ctx *ctx, const u8 *data, size_t len)
{
	memcpy(&ctx->buf[ctx->buf_len], data, len);
	ctx->buf_len += len;
}

/* smbsign_hmac_update() for a piece that is more than is to be gathered */
void smbsign_hmac_update_blocks(struct smbsign_section *section,
				struct smbsign_hmac_ctx *ctx, const u8 *data,
				size_t len)
{
	size_t n;

	ctx->len += len;
	/* There is enough to make whole blocks of what has been gathered. */
	n = -ctx->buf_len % SHA256_BLOCK_SIZE;
	gather(ctx, data, n);
	data += n;
	len -= n;
	smbsign_sha256(section, ctx->state.h, ctx->buf,
		       ctx->buf_len / SHA256_BLOCK_SIZE);
	ctx->buf_len = 0;

	n = round_down(len, SHA256_BLOCK_SIZE);
	smbsign_sha256(section, ctx->state.h, data, n / SHA256_BLOCK_SIZE);
	gather(ctx, data + n, len - n);
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_hmac_update_blocks);

/* The last @fill bytes of @len are in @buf. */
static void sha256_end(struct smbsign_section *section,
		       struct smbsign_sha256_state *state, u8 *buf, size_t fill,
		       u64 len)
{
	size_t num_blocks = smbsign_sha256_pad(buf, fill, len);

	smbsign_sha256(section, state->h, buf, num_blocks);
}

/* From the end of the inner hash on.  Wipes @state. */
static void hmac_end(struct smbsign_section *section,
		     struct smbsign_sha256_state *state,
		     const struct smbsign_hmac_key *key, u8 *buf, size_t fill,
		     u64 len, u8 mac[SHA256_DIGEST_SIZE])
{
	u8 outer[SHA256_DIGEST_SIZE + SHA256_BLOCK_SIZE] __uninitialized;

	sha256_end(section, state, buf, fill, len);
	sha256_put(state, outer);
	*state = key->outer;
	sha256_end(section, state, outer, SHA256_DIGEST_SIZE,
		   SHA256_BLOCK_SIZE + SHA256_DIGEST_SIZE);
	sha256_put(state, mac);
	memzero_explicit(state, sizeof(*state));
	memzero_explicit(outer, SHA256_DIGEST_SIZE);
}

/* Wipes of @ctx all but the bytes of the message. */
void smbsign_hmac_final(struct smbsign_section *section,
			struct smbsign_hmac_ctx *ctx,
			const struct smbsign_hmac_key *key,
			u8 mac[SHA256_DIGEST_SIZE])
{
	hmac_end(section, &ctx->state, key, ctx->buf, ctx->buf_len, ctx->len, mac);
	memzero_explicit(&ctx->len, offsetof(struct smbsign_hmac_ctx, buf) -
				    offsetof(struct smbsign_hmac_ctx, len));
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_hmac_final);

/**
 * smbsign_hmac_once() - the MAC of a message that lies in one piece
 * @section: the section
 * @key: the key
 * @buf: the message, and room for MAC_PAD_SIZE bytes behind it
 * @len: bytes of it
 * @mac: the MAC
 *
 * Context: that of @section.
 */
void smbsign_hmac_once(struct smbsign_section *section,
		       const struct smbsign_hmac_key *key, u8 *buf, size_t len,
		       u8 mac[SHA256_DIGEST_SIZE])
{
	struct smbsign_sha256_state state = key->inner;

	hmac_end(section, &state, key, buf, len, SHA256_BLOCK_SIZE + len, mac);
}
