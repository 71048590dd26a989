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
static_assert(offsetof(struct smbsign_cbcmac_lanes, round_keys) == 0);
static_assert(offsetof(struct smbsign_cbcmac_lanes, x) == 2816);
static_assert(offsetof(struct smbsign_cbcmac_lanes, data) == 3072);
static_assert(SMBSIGN_MAX_LANES == 16);

asmlinkage void smbsign_aes128_expandkey_aesni(u32 *key_enc,
					       const u8 raw[AES_KEYSIZE_128]);
asmlinkage void smbsign_cbcmac_aesni(const struct crypto_aes_ctx *key,
				     u8 x[AES_BLOCK_SIZE], const u8 *data,
				     size_t num_blocks);
asmlinkage void smbsign_cbcmac_lanes_aesni(struct smbsign_cbcmac_lanes *lanes,
					   unsigned int num, size_t num_blocks);
asmlinkage void
smbsign_cbcmac_lanes_vaes_avx2(struct smbsign_cbcmac_lanes *lanes,
			       unsigned int num, size_t num_blocks);
asmlinkage void
smbsign_cbcmac_lanes_vaes_avx512(struct smbsign_cbcmac_lanes *lanes,
				 unsigned int num, size_t num_blocks);

static void x86_aes128_expandkey(struct smbsign_aes_key *key,
				 const u8 raw[AES_KEYSIZE_128])
{
	smbsign_aes128_expandkey_aesni(key->ctx.key_enc, raw);
	key->ctx.key_length = AES_KEYSIZE_128;
}

/* One message gains nothing from wider registers: all engines have this. */
static void x86_cbcmac(const struct smbsign_aes_key *key, u8 x[AES_BLOCK_SIZE],
		       const u8 *data, size_t num_blocks)
{
	smbsign_cbcmac_aesni(&key->ctx, x, data, num_blocks);
}

/* The assembly takes lanes by fours: the last of those read what lane 0 reads. */
static void x86_fill_up_lanes(struct smbsign_cbcmac_lanes *lanes,
			      unsigned int num)
{
	for (; num % 4; num++)
		lanes->data[num] = lanes->data[0];
}

static void aesni_cbcmac_lanes(struct smbsign_cbcmac_lanes *lanes,
			       unsigned int num, size_t num_blocks)
{
	x86_fill_up_lanes(lanes, num);
	smbsign_cbcmac_lanes_aesni(lanes, num, num_blocks);
}

static void vaes_avx2_cbcmac_lanes(struct smbsign_cbcmac_lanes *lanes,
				   unsigned int num, size_t num_blocks)
{
	x86_fill_up_lanes(lanes, num);
	smbsign_cbcmac_lanes_vaes_avx2(lanes, num, num_blocks);
}

static void vaes_avx512_cbcmac_lanes(struct smbsign_cbcmac_lanes *lanes,
				     unsigned int num, size_t num_blocks)
{
	x86_fill_up_lanes(lanes, num);
	smbsign_cbcmac_lanes_vaes_avx512(lanes, num, num_blocks);
}
