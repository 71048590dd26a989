// SPDX-License-Identifier: GPL-2.0-only
/*
 * The generic engine: C that runs everywhere and in any context, without
 * branches or memory accesses that depend on a secret.
 *
 * AES and SHA-256 are the kernel library's; its AES guards the table against
 * cache timing.  The library of 6.1 and 6.12 has no GHASH, and the GHASH that
 * the crypto API has in C looks up tables by secret bytes, so GHASH is here.
 *
 * GHASH multiplies in GF(2^128) with polynomials over bits, for which most
 * CPUs' integer multiplication has carries too many.  The way around is the one
 * of Thomas Pornin's BearSSL (ctmul64): spread the operands so that three zero
 * bits stand between any two bits, multiply, and carries only reach the holes,
 * which are then masked off.  It needs plain 64-bit multiplication only, so it
 * is fit for 32-bit machines too; a table would be faster and would leak.
 */
#include <crypto/utils.h>
#include <linux/minmax.h>
#include <linux/sizes.h>
#include <linux/string.h>
#include <linux/swab.h>
#include <linux/unaligned.h>

#include "internal.h"

/* Every fourth bit */
#define EVERY_4TH	0x1111111111111111ULL

/* An element of GF(2^128): two big-endian halves, the second of them first. */
struct gf128 {
	u64 lo;
	u64 hi;
};

/*
 * Low 64 bits of the product of two polynomials of 64 bits.  Bit i of the
 * result sums at most 16 products of which the holes take the carry; a carry
 * beyond four bits only comes about above bit 60, where it is cut off.
 */
static u64 clmul_low(u64 x, u64 y)
{
	u64 z = 0;

	for (int i = 0; i < 4; i++) {
		u64 sum = 0;

		for (int j = 0; j < 4; j++) {
			u64 xj = x & (EVERY_4TH << j);
			u64 yj = y & (EVERY_4TH << ((i - j) & 3));

			sum ^= xj * yj;
		}
		z |= sum & (EVERY_4TH << i);
	}
	return z;
}

/* <linux/bitrev.h> would look up a table by secret bytes. */
static u64 reverse_bits(u64 x)
{
	static const u64 m1 = 0x5555555555555555ULL;
	static const u64 m2 = 0x3333333333333333ULL;
	static const u64 m4 = 0x0f0f0f0f0f0f0f0fULL;

	x = ((x & m1) << 1) | ((x >> 1) & m1);
	x = ((x & m2) << 2) | ((x >> 2) & m2);
	x = ((x & m4) << 4) | ((x >> 4) & m4);
	return swab64(x);
}

/*
 * y *= H.  Three multiplications (Karatsuba) give the low halves of the partial
 * products; of the operands with their bits reversed they give the high halves,
 * reversed and short of one bit.
 */
static void ghash_mul(struct gf128 *y, const struct smbsign_ghash_key *key)
{
	u64 lo = clmul_low(y->lo, key->h[0]);
	u64 hi = clmul_low(y->hi, key->h[1]);
	u64 mid = clmul_low(y->lo ^ y->hi, key->h[2]) ^ lo ^ hi;
	u64 rev_lo = reverse_bits(y->lo);
	u64 rev_hi = reverse_bits(y->hi);
	u64 lo_h = clmul_low(rev_lo, key->h_rev[0]);
	u64 hi_h = clmul_low(rev_hi, key->h_rev[1]);
	u64 mid_h = clmul_low(rev_lo ^ rev_hi, key->h_rev[2]) ^ lo_h ^ hi_h;
	u64 z0, z1, z2, z3;

	z0 = lo;
	z1 = (reverse_bits(lo_h) >> 1) ^ mid;
	z2 = hi ^ (reverse_bits(mid_h) >> 1);
	z3 = reverse_bits(hi_h) >> 1;

	/*
	 * GHASH numbers the bits of a byte from the left, so the operands were
	 * 128-bit reflections and the 255-bit product is one bit too low.
	 */
	z3 = (z3 << 1) | (z2 >> 63);
	z2 = (z2 << 1) | (z1 >> 63);
	z1 = (z1 << 1) | (z0 >> 63);
	z0 <<= 1;

	/* Reduce by x^128 + x^7 + x^2 + x + 1, 64 bits at a time. */
	z2 ^= z0 ^ (z0 >> 1) ^ (z0 >> 2) ^ (z0 >> 7);
	z1 ^= (z0 << 63) ^ (z0 << 62) ^ (z0 << 57);
	z3 ^= z1 ^ (z1 >> 1) ^ (z1 >> 2) ^ (z1 >> 7);
	z2 ^= (z1 << 63) ^ (z1 << 62) ^ (z1 << 57);

	y->lo = z2;
	y->hi = z3;
}

void smbsign_generic_ghash_preparekey(struct smbsign_ghash_key *key,
				      const u8 h[GHASH_BLOCK_LEN])
{
	key->h[0] = get_unaligned_be64(h + 8);
	key->h[1] = get_unaligned_be64(h);
	key->h[2] = key->h[0] ^ key->h[1];
	for (int i = 0; i < 3; i++)
		key->h_rev[i] = reverse_bits(key->h[i]);
}

void smbsign_generic_ghash(const struct smbsign_ghash_key *key,
			   u8 acc[GHASH_BLOCK_LEN], const u8 *data,
			   size_t num_blocks)
{
	struct gf128 y = {
		.lo = get_unaligned_be64(acc + 8),
		.hi = get_unaligned_be64(acc),
	};

	for (; num_blocks; num_blocks--, data += GHASH_BLOCK_LEN) {
		y.lo ^= get_unaligned_be64(data + 8);
		y.hi ^= get_unaligned_be64(data);
		ghash_mul(&y, key);
	}
	put_unaligned_be64(y.lo, acc + 8);
	put_unaligned_be64(y.hi, acc);
	memzero_explicit(&y, sizeof(y));
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_generic_ghash);

void smbsign_generic_cbcmac(const struct smbsign_aes_key *key,
			    u8 x[AES_BLOCK_SIZE], const u8 *data,
			    size_t num_blocks)
{
	for (; num_blocks; num_blocks--, data += AES_BLOCK_SIZE) {
		crypto_xor(x, data, AES_BLOCK_SIZE);
		aes_encrypt(&key->ctx, x, x);
	}
}

/* The library has no function for blocks alone. */
void smbsign_generic_sha256(u32 state[SHA256_DIGEST_SIZE / 4], const u8 *data,
			    size_t num_blocks)
{
	struct sha256_ctx sha;

	sha256_init(&sha);
	memcpy(sha256_ctx_words(&sha), state, SHA256_DIGEST_SIZE);
	/* That of 6.1 and 6.12 counts in unsigned int. */
	while (num_blocks) {
		size_t n = min_t(size_t, num_blocks, SZ_16M);

		sha256_update(&sha, data, n * SHA256_BLOCK_SIZE);
		data += n * SHA256_BLOCK_SIZE;
		num_blocks -= n;
	}
	memcpy(state, sha256_ctx_words(&sha), SHA256_DIGEST_SIZE);
	memzero_explicit(&sha, sizeof(sha));
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_generic_sha256);

static int generic_probe(void)
{
	return 0;
}

static void generic_describe(char *buf, size_t size)
{
	strscpy(buf, "C", size);
}

const struct smbsign_engine smbsign_engine_generic = {
	.name		= "generic",
	.probe		= generic_probe,
	.describe	= generic_describe,
	.ghash		= smbsign_generic_ghash,
	.cbcmac		= smbsign_generic_cbcmac,
	.sha256		= smbsign_generic_sha256,
};
