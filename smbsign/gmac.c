// SPDX-License-Identifier: GPL-2.0-only
/*
 * AES-128-GMAC: GCM of an empty plaintext, the message as additional
 * authenticated data, NIST SP 800-38D:
 *
 *	H   = AES(K, 0^128)
 *	tag = GHASH(H, A || pad || [8 * len(A)]64 || [0]64)
 *	      ^ AES(K, nonce || [1]32)
 *
 * It is not the "rfc4543(gcm(aes))" of the crypto API, which authenticates its
 * nonce too and so gives another tag.
 */
#include <linux/math.h>
#include <linux/stddef.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "internal.h"

int smbsign_gmac_key_init(struct smbsign_gmac_key *key)
{
	int err;

	err = smbsign_aes_key_init(&key->aes);
	if (err)
		return err;
	err = smbsign_ghash_key_init(&key->ghash);
	if (err)
		smbsign_aes_key_exit(&key->aes);
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_gmac_key_init);

int smbsign_gmac_preparekey(struct smbsign_gmac_key *key,
			    const u8 raw[SMBSIGN_KEY_SIZE])
{
	u8 h[GHASH_BLOCK_LEN] = {};
	int err;

	err = smbsign_aes_key_set(&key->aes, raw);
	if (err)
		return err;
	aes_encrypt(&key->aes.ctx, h, h);
	err = smbsign_ghash_key_set(&key->ghash, h);
	memzero_explicit(h, sizeof(h));
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_gmac_preparekey);

void smbsign_gmac_key_exit(struct smbsign_gmac_key *key)
{
	smbsign_ghash_key_exit(&key->ghash);
	smbsign_aes_key_exit(&key->aes);
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_gmac_key_exit);

static void gather(struct smbsign_gmac_ctx *ctx, const u8 *data, size_t len)
{
	memcpy(&ctx->buf[ctx->buf_len], data, len);
	ctx->buf_len += len;
}

/* All accumulators but the first; at once it would be a "rep stos", slow for so little. */
static void clear_lanes(struct smbsign_gmac_ctx *ctx)
{
	for (int i = 1; i < GHASH_NUM_LANES; i++)
		memzero_explicit(ctx->acc[i], sizeof(ctx->acc[i]));
}

/* In lanes there must be a block for each of them. */
static void fold(struct smbsign_section *section, struct smbsign_gmac_ctx *ctx,
		 const struct smbsign_gmac_key *key, const u8 *data,
		 size_t num_blocks)
{
	if (!ctx->in_lanes)
		return smbsign_ghash(section, &key->ghash, ctx->acc[0], data,
				     num_blocks);
	smbsign_ghash_join(section, &key->ghash, ctx->acc, data, num_blocks);
	clear_lanes(ctx);
	ctx->in_lanes = false;
}

/* smbsign_gmac_update() for a piece that is more than is to be gathered */
void smbsign_gmac_update_blocks(struct smbsign_section *section,
				struct smbsign_gmac_ctx *ctx,
				const struct smbsign_gmac_key *key,
				const u8 *data, size_t len)
{
	size_t n;

	ctx->len += len;
	/* There is enough to make whole blocks of what has been gathered. */
	if (ctx->buf_len) {
		n = -ctx->buf_len % GHASH_BLOCK_LEN;
		if (ctx->in_lanes && ctx->buf_len < GMAC_LANES_LEN)
			n = GMAC_LANES_LEN - ctx->buf_len;
		gather(ctx, data, n);
		data += n;
		len -= n;
		fold(section, ctx, key, ctx->buf,
		     ctx->buf_len / GHASH_BLOCK_LEN);
		ctx->buf_len = 0;
	}
	n = len / GHASH_BLOCK_LEN;
	if (n)
		fold(section, ctx, key, data, n);
	gather(ctx, data + n * GHASH_BLOCK_LEN, len % GHASH_BLOCK_LEN);
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_gmac_update_blocks);

/* Nothing but what has been gathered, which engines can begin with */
static bool is_header(const struct smbsign_gmac_ctx *ctx)
{
	return ctx->len == GMAC_LANES_LEN && ctx->buf_len == GMAC_LANES_LEN;
}

/**
 * smbsign_gmac_update_groups() - pieces for lanes
 * @section: the section
 * @ctx: the message so far, which is for groups
 * @key: the key
 * @iov: the pieces, each of GMAC_GROUP_LEN bytes or a multiple
 * @num_iov: how many
 * @len: bytes of them all, not more than GMAC_GROUPS_MAX_LEN
 *
 * At least GMAC_LANES_LEN bytes more must come, for the lanes to be joined.
 *
 * Context: that of @section.
 */
void smbsign_gmac_update_groups(struct smbsign_section *section,
				struct smbsign_gmac_ctx *ctx,
				const struct smbsign_gmac_key *key,
				const struct kvec *iov, size_t num_iov,
				size_t len)
{
	const u8 *head = is_header(ctx) ? ctx->buf : NULL;

	if (ctx->buf_len && !head)
		fold(section, ctx, key, ctx->buf,
		     ctx->buf_len / GHASH_BLOCK_LEN);
	if (!ctx->in_lanes && !head)
		clear_lanes(ctx);
	smbsign_ghash_lanes(section, &key->ghash, ctx->acc, iov, num_iov, len,
			    head);
	ctx->in_lanes = true;
	ctx->buf_len = 0;
	ctx->len += len;
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_gmac_update_groups);

/**
 * smbsign_gmac_update_piece() - smbsign_gmac_update(), by lanes if that is better
 * @section: the section
 * @ctx: the message so far
 * @key: the key
 * @data: the piece
 * @len: bytes of it, at least 1
 * @follows: so many bytes at least are still to come
 *
 * Context: that of @section.
 */
void smbsign_gmac_update_piece(struct smbsign_section *section,
			       struct smbsign_gmac_ctx *ctx,
			       const struct smbsign_gmac_key *key,
			       const u8 *data, size_t len, size_t follows)
{
	if (len % GMAC_GROUP_LEN || follows < GMAC_LANES_LEN ||
	    !smbsign_gmac_is_for_groups(section, ctx))
		return smbsign_gmac_update(section, ctx, key, data, len);
	while (len) {
		struct kvec part = {
			.iov_base = (u8 *)data,
			.iov_len = min_t(size_t, len, GMAC_GROUPS_MAX_LEN),
		};

		smbsign_gmac_update_groups(section, ctx, key, &part, 1,
					   part.iov_len);
		data += part.iov_len;
		len -= part.iov_len;
	}
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_gmac_update_piece);

/* Whole blocks out of what has been gathered: in lanes there are enough. */
static void join_lanes(struct smbsign_section *section,
		       struct smbsign_gmac_ctx *ctx,
		       const struct smbsign_gmac_key *key)
{
	size_t len = round_down(ctx->buf_len, GHASH_BLOCK_LEN);

	fold(section, ctx, key, ctx->buf, len / GHASH_BLOCK_LEN);
	ctx->buf_len -= len;
	memmove(ctx->buf, &ctx->buf[len], ctx->buf_len);
}

/* The last @fill bytes of a message of @len are in @buf, with room for two blocks. */
static void gmac_end(struct smbsign_section *section,
		     const struct smbsign_gmac_key *key,
		     u8 acc[GHASH_BLOCK_LEN], u8 *buf, size_t fill, u64 len,
		     const u8 nonce[GMAC_NONCE_SIZE], u8 tag[SMBSIGN_SIG_SIZE])
{
	size_t num_blocks = DIV_ROUND_UP(fill, GHASH_BLOCK_LEN);
	u8 *lengths = &buf[num_blocks * GHASH_BLOCK_LEN];

	memset(&buf[fill], 0, GHASH_BLOCK_LEN);
	put_unaligned_be64(len * 8, lengths);
	put_unaligned_be64(0, lengths + 8);
	smbsign_gmac_tag(section, key, acc, buf, num_blocks + 1, nonce, tag);
}

/* Wipes of @ctx what depends on the key. */
void smbsign_gmac_final(struct smbsign_section *section,
			struct smbsign_gmac_ctx *ctx,
			const struct smbsign_gmac_key *key,
			const u8 nonce[GMAC_NONCE_SIZE],
			u8 tag[SMBSIGN_SIG_SIZE])
{
	if (ctx->in_lanes)
		join_lanes(section, ctx, key);
	gmac_end(section, key, ctx->acc[0], ctx->buf, ctx->buf_len, ctx->len,
		 nonce, tag);
	memzero_explicit(ctx, offsetof(struct smbsign_gmac_ctx, acc[1]));
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_gmac_final);

/**
 * smbsign_gmac_last() - smbsign_gmac_update() and smbsign_gmac_final() at once
 * @section: the section
 * @ctx: what came before: if that is a header alone, the engine may do it all at once
 * @key: the key
 * @data: the last piece
 * @len: bytes of it, or 0 if there is none
 * @nonce: the nonce
 * @tag: the tag
 *
 * Context: that of @section.
 */
void smbsign_gmac_last(struct smbsign_section *section,
		       struct smbsign_gmac_ctx *ctx,
		       const struct smbsign_gmac_key *key, const u8 *data,
		       size_t len, const u8 nonce[GMAC_NONCE_SIZE],
		       u8 tag[SMBSIGN_SIG_SIZE])
{
	if (is_header(ctx) &&
	    smbsign_gmac_whole(section, key, ctx->buf, data, len, nonce, tag))
		return;
	if (ctx->in_lanes && !ctx->buf_len &&
	    smbsign_gmac_join(section, key, ctx->acc, data, len, ctx->len + len,
			      nonce, tag)) {
		memzero_explicit(ctx->acc[0], sizeof(ctx->acc[0]));
		return clear_lanes(ctx);
	}
	smbsign_gmac_update(section, ctx, key, data, len);
	smbsign_gmac_final(section, ctx, key, nonce, tag);
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_gmac_last);

/**
 * smbsign_gmac_once() - the tag of a message that lies in one piece
 * @section: the section
 * @key: the key
 * @buf: the message, and room for MAC_PAD_SIZE bytes behind it
 * @len: bytes of it
 * @nonce: its nonce
 * @tag: the tag
 *
 * Context: that of @section.
 */
void smbsign_gmac_once(struct smbsign_section *section,
		       const struct smbsign_gmac_key *key, u8 *buf, size_t len,
		       const u8 nonce[GMAC_NONCE_SIZE],
		       u8 tag[SMBSIGN_SIG_SIZE])
{
	u8 acc[GHASH_BLOCK_LEN] = {};

	gmac_end(section, key, acc, buf, len, len, nonce, tag);
	memzero_explicit(acc, sizeof(acc));
}
