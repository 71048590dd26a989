/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What engine_x86.c, its only includer, has for gmac.c.
 */
#include <linux/build_bug.h>
#include <linux/linkage.h>
#include <linux/stddef.h>
#include <linux/unaligned.h>

/* What the assembly knows of it */
static_assert(offsetof(struct smbsign_ghash_powers, natural) == 0);
static_assert(offsetof(struct smbsign_ghash_powers, natural_mids) == 72 * 16);

asmlinkage void smbsign_ghash_vaes_avx512(const struct smbsign_ghash_powers *key,
					  u8 acc[GHASH_BLOCK_LEN],
					  const u8 *data, size_t num_blocks);

static void x86_ghash_vaes_avx512(const struct smbsign_ghash_key *key,
				  u8 acc[GHASH_BLOCK_LEN], const u8 *data,
				  size_t num_blocks)
{
	smbsign_ghash_vaes_avx512(&key->powers, acc, data, num_blocks);
}

/* Reverse the bits of each byte. */
static u64 reverse_bits_of_bytes(u64 x)
{
	static const u64 m1 = 0x5555555555555555ULL;
	static const u64 m2 = 0x3333333333333333ULL;
	static const u64 m4 = 0x0f0f0f0f0f0f0f0fULL;

	x = ((x & m1) << 1) | ((x >> 1) & m1);
	x = ((x & m2) << 2) | ((x >> 2) & m2);
	return ((x & m4) << 4) | ((x >> 4) & m4);
}

static void set_natural_power(struct smbsign_ghash_powers *powers,
			      unsigned int power, const u8 value[GHASH_BLOCK_LEN])
{
	unsigned int i = SMBSIGN_NATURAL_POWERS - power;
	u64 *to = powers->natural[i];

	to[0] = reverse_bits_of_bytes(get_unaligned_le64(value));
	to[1] = reverse_bits_of_bytes(get_unaligned_le64(value + 8));
	powers->natural_mids[i][0] = to[0] ^ to[1];
	if (i >= 4)
		powers->natural_mids[i - 4][1] = to[0] ^ to[1];
}

/* Where SIMD registers cannot be used.  The rest of @key is prepared. */
static void x86_ghash_powers_generic(struct smbsign_ghash_key *key,
				     const u8 h[GHASH_BLOCK_LEN])
{
	static const u8 zero[GHASH_BLOCK_LEN];
	u8 value[GHASH_BLOCK_LEN];

	memset(&key->powers, 0, sizeof(key->powers));
	memcpy(value, h, sizeof(value));
	for (unsigned int i = 1; i <= SMBSIGN_NATURAL_POWERS; i++) {
		set_natural_power(&key->powers, i, value);
		smbsign_generic_ghash(key, value, zero, 1);
	}
	memzero_explicit(value, sizeof(value));
}
