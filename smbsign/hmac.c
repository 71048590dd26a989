// SPDX-License-Identifier: GPL-2.0-only
/*
 * HMAC-SHA256, RFC 2104, with the two states after the key's pad blocks
 * computed once a key, so that a message costs no more than its own blocks and
 * one for the outer hash.
 */
#include <linux/string.h>

#include "internal.h"

#define HMAC_IPAD	0x36
#define HMAC_OPAD	0x5c

static void hmac_pad_state(struct sha256_ctx *sha,
			   const u8 key[SHA256_BLOCK_SIZE], u8 pad)
{
	u8 block[SHA256_BLOCK_SIZE];

	for (size_t i = 0; i < sizeof(block); i++)
		block[i] = key[i] ^ pad;
	sha256_init(sha);
	sha256_update(sha, block, sizeof(block));
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

void smbsign_hmac_init(struct smbsign_hmac_ctx *ctx,
		       const struct smbsign_hmac_key *key)
{
	ctx->sha = key->inner;
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_hmac_init);

void smbsign_hmac_update(struct smbsign_hmac_ctx *ctx, const u8 *data,
			 size_t len)
{
	smbsign_sha256_update(&ctx->sha, data, len);
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_hmac_update);

/* Wipes @ctx. */
void smbsign_hmac_final(struct smbsign_hmac_ctx *ctx,
			const struct smbsign_hmac_key *key,
			u8 mac[SHA256_DIGEST_SIZE])
{
	u8 inner[SHA256_DIGEST_SIZE];

	sha256_final(&ctx->sha, inner);
	ctx->sha = key->outer;
	sha256_update(&ctx->sha, inner, sizeof(inner));
	sha256_final(&ctx->sha, mac);
	memzero_explicit(inner, sizeof(inner));
	memzero_explicit(ctx, sizeof(*ctx));
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_hmac_final);
