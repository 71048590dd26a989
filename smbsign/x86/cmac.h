/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What engine_x86.c, its only includer, has for cmac.c.
 */
#include <linux/build_bug.h>
#include <linux/linkage.h>
#include <linux/stddef.h>

/* The offsets that the assembly knows */
static_assert(offsetof(struct crypto_aes_ctx, key_enc) == 0);
static_assert(offsetof(struct crypto_aes_ctx, key_length) == 480);

asmlinkage void smbsign_cbcmac_aesni(const struct crypto_aes_ctx *key,
				     u8 x[AES_BLOCK_SIZE], const u8 *data,
				     size_t num_blocks);

/* One message gains nothing from wider registers: all engines have this. */
static void x86_cbcmac(const struct smbsign_aes_key *key, u8 x[AES_BLOCK_SIZE],
		       const u8 *data, size_t num_blocks)
{
	smbsign_cbcmac_aesni(&key->ctx, x, data, num_blocks);
}
