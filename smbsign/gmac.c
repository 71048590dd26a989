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
#include <crypto/utils.h>
#include <linux/minmax.h>
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

void smbsign_gmac_init(struct smbsign_gmac_ctx *ctx)
{
	memset(ctx, 0, sizeof(*ctx));
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_gmac_init);

void smbsign_gmac_update(struct smbsign_section *section,
			 struct smbsign_gmac_ctx *ctx,
			 const struct smbsign_gmac_key *key, const u8 *data,
			 size_t len)
{
	size_t partial = ctx->len % GHASH_BLOCK_LEN;
	size_t num_blocks;

	ctx->len += len;
	if (partial) {
		size_t n = min(len, GHASH_BLOCK_LEN - partial);

		memcpy(&ctx->buf[partial], data, n);
		data += n;
		len -= n;
		if (partial + n < GHASH_BLOCK_LEN)
			return;
		smbsign_ghash(section, &key->ghash, ctx->acc, ctx->buf, 1);
	}

	num_blocks = len / GHASH_BLOCK_LEN;
	if (num_blocks)
		smbsign_ghash(section, &key->ghash, ctx->acc, data,
			      num_blocks);
	data += num_blocks * GHASH_BLOCK_LEN;
	memcpy(ctx->buf, data, len % GHASH_BLOCK_LEN);
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_gmac_update);

/* Wipes @ctx. */
void smbsign_gmac_final(struct smbsign_section *section,
			struct smbsign_gmac_ctx *ctx,
			const struct smbsign_gmac_key *key,
			const u8 nonce[GMAC_NONCE_SIZE],
			u8 tag[SMBSIGN_SIG_SIZE])
{
	size_t partial = ctx->len % GHASH_BLOCK_LEN;
	u8 tail[2 * GHASH_BLOCK_LEN] = {};
	u8 *lengths = tail;
	u8 mask[AES_BLOCK_SIZE] = {};
	u8 j0[AES_BLOCK_SIZE];

	memcpy(j0, nonce, GMAC_NONCE_SIZE);
	put_unaligned_be32(1, &j0[GMAC_NONCE_SIZE]);
	smbsign_cbcmac(section, &key->aes, mask, j0, 1);

	if (partial) {
		memcpy(tail, ctx->buf, partial);
		lengths += GHASH_BLOCK_LEN;
	}
	put_unaligned_be64(ctx->len * 8, lengths);
	smbsign_ghash(section, &key->ghash, ctx->acc, tail, partial ? 2 : 1);
	crypto_xor_cpy(tag, ctx->acc, mask, SMBSIGN_SIG_SIZE);

	memzero_explicit(mask, sizeof(mask));
	memzero_explicit(tail, sizeof(tail));
	memzero_explicit(ctx, sizeof(*ctx));
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_gmac_final);
