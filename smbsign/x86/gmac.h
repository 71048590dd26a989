/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What engine_x86.c, its only includer, has for gmac.c.
 */
#include <linux/build_bug.h>
#include <linux/linkage.h>
#include <linux/stddef.h>
#include <linux/uio.h>
#include <linux/unaligned.h>

/* What the assembly knows of keys and accumulators */
static_assert(offsetof(struct smbsign_ghash_powers, natural) == 0);
static_assert(offsetof(struct smbsign_ghash_powers, natural_mids) ==
	      (72 + 4) * 16);
static_assert(offsetof(struct smbsign_ghash_powers, reflected) ==
	      2 * (72 + 4) * 16);
static_assert(offsetof(struct smbsign_ghash_powers, reflected_mids) ==
	      2 * (72 + 4) * 16 + (20 + 2) * 16);
static_assert(offsetof(struct kvec, iov_len) == 8);
static_assert(sizeof(struct kvec) == 16);
static_assert(GHASH_NUM_LANES == 4);
static_assert(GHASH_LANES_BLOCKS == 64);
static_assert(offsetof(struct smbsign_gmac_key, aes.ctx.key_enc) == 0);
static_assert(offsetof(struct smbsign_gmac_key, ghash.powers) == 552);

#define DECLARE_GMAC(isa)						\
asmlinkage void								\
smbsign_ghash_##isa(const struct smbsign_ghash_powers *key,		\
		    u8 acc[GHASH_BLOCK_LEN], const u8 *data,		\
		    size_t num_blocks);					\
asmlinkage void								\
smbsign_gmac_final_##isa(const struct smbsign_gmac_key *key,		\
			 const u8 acc[GHASH_BLOCK_LEN],			\
			 const u8 *data, size_t num_blocks,		\
			 const u8 nonce[GMAC_NONCE_SIZE],		\
			 u8 tag[SMBSIGN_SIG_SIZE]);			\
static void x86_ghash_##isa(const struct smbsign_ghash_key *key,	\
			    u8 acc[GHASH_BLOCK_LEN], const u8 *data,	\
			    size_t num_blocks)				\
{									\
	smbsign_ghash_##isa(&key->powers, acc, data, num_blocks);	\
}

DECLARE_GMAC(aesni)
DECLARE_GMAC(vaes_avx2)
DECLARE_GMAC(vaes_avx512)

asmlinkage void
smbsign_ghash_lanes_vaes_avx512(const struct smbsign_ghash_powers *key,
				u8 acc[GHASH_NUM_LANES][GHASH_BLOCK_LEN],
				const struct kvec *iov, size_t num_iov,
				const u8 *head);
asmlinkage void
smbsign_ghash_join_vaes_avx512(const struct smbsign_ghash_powers *key,
			       u8 acc[GHASH_NUM_LANES][GHASH_BLOCK_LEN],
			       const u8 *data, size_t num_blocks);

asmlinkage void
smbsign_gmac_whole_vaes_avx512(const struct smbsign_gmac_key *key,
			       const u8 nonce[GMAC_NONCE_SIZE], const u8 *data,
			       size_t len, const u8 head[GMAC_LANES_LEN],
			       u8 tag[SMBSIGN_SIG_SIZE]);
asmlinkage void
smbsign_gmac_join_vaes_avx512(const struct smbsign_gmac_key *key,
			      const u8 nonce[GMAC_NONCE_SIZE], const u8 *data,
			      size_t len,
			      u8 acc[GHASH_NUM_LANES][GHASH_BLOCK_LEN],
			      u8 tag[SMBSIGN_SIG_SIZE], u64 total);

static void
x86_ghash_lanes_vaes_avx512(const struct smbsign_ghash_key *key,
			    u8 acc[GHASH_NUM_LANES][GHASH_BLOCK_LEN],
			    const struct kvec *iov, size_t num_iov,
			    const u8 *head)
{
	smbsign_ghash_lanes_vaes_avx512(&key->powers, acc, iov, num_iov, head);
}

static void
x86_ghash_join_vaes_avx512(const struct smbsign_ghash_key *key,
			   u8 acc[GHASH_NUM_LANES][GHASH_BLOCK_LEN],
			   const u8 *data, size_t num_blocks)
{
	smbsign_ghash_join_vaes_avx512(&key->powers, acc, data, num_blocks);
}

asmlinkage void smbsign_ghash_powers_aesni(struct smbsign_ghash_powers *key,
					   const u8 h[GHASH_BLOCK_LEN]);
asmlinkage void
smbsign_ghash_powers_vaes_avx512(struct smbsign_ghash_powers *key,
				 const u8 h[GHASH_BLOCK_LEN]);

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
			      unsigned int power,
			      const u8 value[GHASH_BLOCK_LEN])
{
	unsigned int i = SMBSIGN_NATURAL_POWERS - power;
	u64 *to = powers->natural[i];

	to[0] = reverse_bits_of_bytes(get_unaligned_le64(value));
	to[1] = reverse_bits_of_bytes(get_unaligned_le64(value + 8));
	powers->natural_mids[i][0] = to[0] ^ to[1];
	if (i >= 4)
		powers->natural_mids[i - 4][1] = to[0] ^ to[1];
}

/* Times x: what is shifted out at the top comes back as the polynomial. */
static void set_reflected_power(struct smbsign_ghash_powers *powers,
				unsigned int power,
				const u8 value[GHASH_BLOCK_LEN])
{
	unsigned int i = SMBSIGN_REFLECTED_POWERS - power;
	u64 lo = get_unaligned_be64(value + 8);
	u64 hi = get_unaligned_be64(value);
	u64 *to = powers->reflected[i];

	to[0] = lo << 1 | hi >> 63;
	to[1] = hi << 1 | lo >> 63;
	to[1] ^= -(hi >> 63) & 0xc200000000000000ULL;
	powers->reflected_mids[i][0] = to[0] ^ to[1];
	if (i >= 2)
		powers->reflected_mids[i - 2][1] = to[0] ^ to[1];
}
