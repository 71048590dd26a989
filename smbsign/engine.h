/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Engines: keys prepared for them, what they have to offer, and sections in which they
 * compute.
 */
#ifndef _SMBSIGN_ENGINE_H
#define _SMBSIGN_ENGINE_H

#include <crypto/aes.h>
#include <crypto/sha2.h>
#include <linux/bits.h>
#include <linux/smbsign.h>
#include <linux/types.h>
#include <linux/uio.h>

struct crypto_cipher;
struct crypto_shash;
struct smbsign_gmac_key;

/* engine.c: ways to compute the MACs, which of them is in force, and keys for all */

#define GHASH_BLOCK_LEN		16
#define GHASH_NUM_LANES		4
#define GHASH_LANES_BLOCKS	64
#define GMAC_NONCE_SIZE		12

/*
 * Prepared keys of the two keyed primitives.  They serve every engine, so that
 * a switch of engines, or a call that has to do without SIMD, finds its part.
 * @ctx is the generic engine's, and its encryption schedule that of all x86
 * engines; @tfm the kernel engine's, or NULL where the running kernel has no
 * accelerated driver.
 */
struct smbsign_aes_key {
	struct crypto_aes_ctx ctx;
	struct crypto_cipher *tfm;
};

/*
 * Powers of H as the assembly of x86/ wants them, which says why.  Entry i is
 * power NUM - i; what stands behind the first power is zero.  With the sum of the
 * halves of a power stands that of the power 4, or 2, below.
 *
 * They are loaded without regard to alignment: a transform's context has none.
 */
#define SMBSIGN_NATURAL_POWERS		72
#define SMBSIGN_REFLECTED_POWERS	20

struct smbsign_ghash_powers {
	u64 natural[SMBSIGN_NATURAL_POWERS + 4][2];
	u64 natural_mids[SMBSIGN_NATURAL_POWERS + 4][2];
	u64 reflected[SMBSIGN_REFLECTED_POWERS + 2][2];
	u64 reflected_mids[SMBSIGN_REFLECTED_POWERS + 2][2];
};

struct smbsign_ghash_key {
	u64 h[3];	/* H as two halves, low first, and their sum */
	u64 h_rev[3];	/* the same with the order of bits reversed */
	struct crypto_shash *tfm;
#ifdef CONFIG_X86_64
	struct smbsign_ghash_powers powers;
#endif
};

/*
 * Messages side by side, for serial algorithms.  Word or block i of all lanes
 * lies together, so that vector registers take several lanes at once.
 */
#define SMBSIGN_MAX_LANES	16

struct smbsign_cbcmac_lanes {
	u8 round_keys[11][SMBSIGN_MAX_LANES][AES_BLOCK_SIZE];
	u8 x[SMBSIGN_MAX_LANES][AES_BLOCK_SIZE];
	const u8 *data[SMBSIGN_MAX_LANES];
} __aligned(64);

struct smbsign_sha256_lanes {
	u32 state[SHA256_DIGEST_SIZE / 4][SMBSIGN_MAX_LANES];
	const u8 *data[SMBSIGN_MAX_LANES];
} __aligned(64);

/**
 * struct smbsign_engine - one way to compute the MACs
 * @name: what the administrator calls it
 * @needs_simd: It can only be used where SIMD registers can.
 * @holds_fpu: It wants the FPU held for it: what follows @describe runs between
 *	       kernel_fpu_begin() and kernel_fpu_end().
 * @probe: Find out whether the engine can run on this machine, and take what it
 *	   needs for its life.  Process context.  0, or -EOPNOTSUPP.
 * @release: Give back what @probe took.  No key is left by then.
 * @describe: Write the names of what computes, for the log, into @buf of @size.
 * @ghash: Fold @num_blocks >= 1 blocks of 16 bytes at @data into @acc.
 * @ghash_lanes: The same with four accumulators, of which each takes every fourth
 *		 block, for @num_iov >= 1 pieces of GHASH_LANES_BLOCKS or a multiple.
 *		 The first accumulator may be one of @ghash, with the others zero.
 *		 With @head, the first four blocks of all, which come before those of
 *		 @iov, nothing is in @acc yet.  NULL if the engine gains nothing by it.
 * @ghash_join: Fold @num_blocks >= 4 blocks into four such accumulators, so that the
 *		first becomes one of @ghash again.  NULL if @ghash_lanes is.
 * @gmac_final: Fold @num_blocks >= 1 blocks at @data into @acc, which is only
 *		read: @tag = @acc ^ AES(@nonce || 1).  NULL if the engine gains
 *		nothing by it over @ghash and @cbcmac.
 * @gmac_whole: @tag of a message: GMAC_LANES_LEN bytes at @head, and @len >= 1 at
 *		@data, which are only read.  NULL if the engine gains nothing by it.
 * @gmac_join: @tag of a message of @total bytes, of which the last @len > 32 are at
 *	       @data, and what comes before in the accumulators of @ghash_lanes.  NULL
 *	       if the engine gains nothing by it over @ghash_join and @gmac_final.
 * @aes128_expandkey: Put the encryption round keys of @raw into @key.  Decryption
 *		      and @key->tfm are left as they are.
 * @cbcmac: For each of @num_blocks >= 1 blocks of 16 bytes at @data:
 *	    x = AES(x ^ block).
 * @sha256: Put @num_blocks >= 1 blocks of 64 bytes at @data into @state.
 * @cbcmac_lanes: As @cbcmac, for the first @num lanes, 1 to SMBSIGN_MAX_LANES:
 *		  @num_blocks of each, whose data pointer moves on.  What is in
 *		  the other lanes is lost, but for their keys.  NULL if the engine
 *		  gains nothing by it.
 * @sha256_lanes: The same for @sha256.
 *
 * All of these run inside a section, see smbsign_section_begin().  Unless it holds the
 * FPU, an engine may lack @ghash, @cbcmac and @sha256: the generic one then does that part.
 */
struct smbsign_engine {
	const char *name;
	bool needs_simd;
	bool holds_fpu;
	int (*probe)(void);
	void (*release)(void);
	void (*describe)(char *buf, size_t size);
	void (*ghash)(const struct smbsign_ghash_key *key,
		      u8 acc[GHASH_BLOCK_LEN], const u8 *data,
		      size_t num_blocks);
	void (*ghash_lanes)(const struct smbsign_ghash_key *key,
			    u8 acc[GHASH_NUM_LANES][GHASH_BLOCK_LEN],
			    const struct kvec *iov, size_t num_iov,
			    const u8 *head);
	void (*ghash_join)(const struct smbsign_ghash_key *key,
			   u8 acc[GHASH_NUM_LANES][GHASH_BLOCK_LEN],
			   const u8 *data, size_t num_blocks);
	void (*gmac_final)(const struct smbsign_gmac_key *key,
			   const u8 acc[GHASH_BLOCK_LEN], const u8 *data,
			   size_t num_blocks, const u8 nonce[GMAC_NONCE_SIZE],
			   u8 tag[SMBSIGN_SIG_SIZE]);
	void (*gmac_whole)(const struct smbsign_gmac_key *key,
			   const u8 nonce[GMAC_NONCE_SIZE], const u8 *data,
			   size_t len, const u8 *head,
			   u8 tag[SMBSIGN_SIG_SIZE]);
	void (*gmac_join)(const struct smbsign_gmac_key *key,
			  const u8 nonce[GMAC_NONCE_SIZE], const u8 *data,
			  size_t len, u8 acc[GHASH_NUM_LANES][GHASH_BLOCK_LEN],
			  u8 tag[SMBSIGN_SIG_SIZE], u64 total);
	void (*aes128_expandkey)(struct smbsign_aes_key *key,
				 const u8 raw[AES_KEYSIZE_128]);
	void (*cbcmac)(const struct smbsign_aes_key *key,
		       u8 x[AES_BLOCK_SIZE], const u8 *data, size_t num_blocks);
	void (*sha256)(u32 state[SHA256_DIGEST_SIZE / 4], const u8 *data,
		       size_t num_blocks);
	void (*cbcmac_lanes)(struct smbsign_cbcmac_lanes *lanes,
			     unsigned int num, size_t num_blocks);
	void (*sha256_lanes)(struct smbsign_sha256_lanes *lanes,
			     unsigned int num, size_t num_blocks);
};

int smbsign_engine_init(const char *name);
void smbsign_engine_exit(void);
int smbsign_engine_select(const char *name);
const struct smbsign_engine *smbsign_engine_current(void);
const char *smbsign_engine_requested(void);
const struct smbsign_engine *smbsign_engine_supported(unsigned int i);

int smbsign_aes_key_init(struct smbsign_aes_key *key);
int smbsign_aes_key_set(struct smbsign_aes_key *key,
			const u8 raw[SMBSIGN_KEY_SIZE]);
void smbsign_aes_key_exit(struct smbsign_aes_key *key);

int smbsign_ghash_key_init(struct smbsign_ghash_key *key);
int smbsign_ghash_key_set(struct smbsign_ghash_key *key,
			  const u8 h[GHASH_BLOCK_LEN]);
void smbsign_ghash_key_exit(struct smbsign_ghash_key *key);

/* section.c: an engine in use, and the way to it */

/*
 * An engine in use by one computation, from smbsign_section_begin() to
 * smbsign_section_end(), with the FPU if the engine holds it: neither may be
 * left out, nothing in between may sleep, and no other section may begin there.
 */
struct smbsign_section {
	const struct smbsign_engine *engine;
	size_t budget;	/* cycles or so until the FPU is let go for a moment */
};

/*
 * With the FPU goes the CPU: nobody else can run there.  This many cycles, or so,
 * are 4 us at 4 GHz.  Costs are those of a block by the slowest engine that holds
 * the FPU; each lane adds to a block of all of them.
 */
#define SMBSIGN_SECTION_BUDGET		16384
#define SMBSIGN_GHASH_BLOCK_COST	4
#define SMBSIGN_CBCMAC_BLOCK_COST	32
#define SMBSIGN_CBCMAC_LANE_COST	10
#define SMBSIGN_SHA256_BLOCK_COST	160
#define SMBSIGN_SHA256_LANE_COST	160

void smbsign_section_begin(struct smbsign_section *section);
bool smbsign_section_try(struct smbsign_section *section,
			 const struct smbsign_engine *engine);
void smbsign_section_pause(struct smbsign_section *section);
void smbsign_section_resume(struct smbsign_section *section);
void smbsign_section_end(struct smbsign_section *section);

int smbsign_aes_expandkey(struct smbsign_section *section,
			  struct smbsign_aes_key *key, const u8 *raw,
			  size_t len);
void smbsign_ghash(struct smbsign_section *section,
		   const struct smbsign_ghash_key *key,
		   u8 acc[GHASH_BLOCK_LEN], const u8 *data, size_t num_blocks);
void smbsign_ghash_lanes(struct smbsign_section *section,
			 const struct smbsign_ghash_key *key,
			 u8 acc[GHASH_NUM_LANES][GHASH_BLOCK_LEN],
			 const struct kvec *iov, size_t num_iov, size_t len,
			 const u8 *head);
void smbsign_ghash_join(struct smbsign_section *section,
			const struct smbsign_ghash_key *key,
			u8 acc[GHASH_NUM_LANES][GHASH_BLOCK_LEN],
			const u8 *data, size_t num_blocks);
bool smbsign_gmac_join(struct smbsign_section *section,
		       const struct smbsign_gmac_key *key,
		       u8 acc[GHASH_NUM_LANES][GHASH_BLOCK_LEN], const u8 *data,
		       size_t len, u64 total, const u8 nonce[GMAC_NONCE_SIZE],
		       u8 tag[SMBSIGN_SIG_SIZE]);
void smbsign_gmac_tag_in_parts(struct smbsign_section *section,
			       const struct smbsign_gmac_key *key,
			       u8 acc[GHASH_BLOCK_LEN], const u8 *data,
			       size_t num_blocks,
			       const u8 nonce[GMAC_NONCE_SIZE],
			       u8 tag[SMBSIGN_SIG_SIZE]);

/* The last few blocks, too few to count; overwrites @acc. */
static inline void smbsign_gmac_tag(struct smbsign_section *section,
				    const struct smbsign_gmac_key *key,
				    u8 acc[GHASH_BLOCK_LEN], const u8 *data,
				    size_t num_blocks,
				    const u8 nonce[GMAC_NONCE_SIZE],
				    u8 tag[SMBSIGN_SIG_SIZE])
{
	if (section->engine->gmac_final)
		section->engine->gmac_final(key, acc, data, num_blocks, nonce,
					    tag);
	else
		smbsign_gmac_tag_in_parts(section, key, acc, data, num_blocks,
					  nonce, tag);
}

/*
 * The tag of a message whose header is at @head, and all the rest at @data.  False if
 * the engine wants it otherwise, and nothing is done.
 */
static inline bool smbsign_gmac_whole(struct smbsign_section *section,
				      const struct smbsign_gmac_key *key,
				      const u8 *head, const u8 *data,
				      size_t len,
				      const u8 nonce[GMAC_NONCE_SIZE],
				      u8 tag[SMBSIGN_SIG_SIZE])
{
	size_t cost = len / GHASH_BLOCK_LEN * SMBSIGN_GHASH_BLOCK_COST;

	if (!section->engine->gmac_whole || !len || cost > section->budget)
		return false;
	section->budget -= cost;
	section->engine->gmac_whole(key, nonce, data, len, head, tag);
	return true;
}

void smbsign_cbcmac_in_parts(struct smbsign_section *section,
			     const struct smbsign_aes_key *key,
			     u8 x[AES_BLOCK_SIZE], const u8 *data,
			     size_t num_blocks);
void smbsign_sha256_in_parts(struct smbsign_section *section,
			     u32 state[SHA256_DIGEST_SIZE / 4], const u8 *data,
			     size_t num_blocks);

static inline void smbsign_cbcmac(struct smbsign_section *section,
				  const struct smbsign_aes_key *key,
				  u8 x[AES_BLOCK_SIZE], const u8 *data,
				  size_t num_blocks)
{
	size_t cost = num_blocks * SMBSIGN_CBCMAC_BLOCK_COST;

	if (!section->engine->holds_fpu || !num_blocks ||
	    cost > section->budget)
		return smbsign_cbcmac_in_parts(section, key, x, data,
					       num_blocks);
	section->budget -= cost;
	section->engine->cbcmac(key, x, data, num_blocks);
}

static inline void smbsign_sha256(struct smbsign_section *section,
				  u32 state[SHA256_DIGEST_SIZE / 4],
				  const u8 *data, size_t num_blocks)
{
	size_t cost = num_blocks * SMBSIGN_SHA256_BLOCK_COST;

	if (!section->engine->holds_fpu || !num_blocks ||
	    cost > section->budget)
		return smbsign_sha256_in_parts(section, state, data,
					       num_blocks);
	section->budget -= cost;
	section->engine->sha256(state, data, num_blocks);
}

void smbsign_cbcmac_lanes(struct smbsign_section *section,
			  struct smbsign_cbcmac_lanes *lanes, unsigned int num,
			  size_t num_blocks);
void smbsign_sha256_lanes(struct smbsign_section *section,
			  struct smbsign_sha256_lanes *lanes, unsigned int num,
			  size_t num_blocks);

/* engine_generic.c: C, constant time, any context */

extern const struct smbsign_engine smbsign_engine_generic;

void smbsign_generic_ghash_preparekey(struct smbsign_ghash_key *key,
				      const u8 h[GHASH_BLOCK_LEN]);
void smbsign_generic_ghash(const struct smbsign_ghash_key *key,
			   u8 acc[GHASH_BLOCK_LEN], const u8 *data,
			   size_t num_blocks);
void smbsign_generic_cbcmac(const struct smbsign_aes_key *key,
			    u8 x[AES_BLOCK_SIZE], const u8 *data,
			    size_t num_blocks);
void smbsign_generic_sha256(u32 state[SHA256_DIGEST_SIZE / 4], const u8 *data,
			    size_t num_blocks);

/* engine_kernel.c: the running kernel's accelerated drivers */

extern const struct smbsign_engine smbsign_engine_kernel;

int smbsign_kernel_aes_alloc(struct smbsign_aes_key *key);
int smbsign_kernel_ghash_alloc(struct smbsign_ghash_key *key);

/* engine_x86.c: the instructions of x86-64 */

extern const struct smbsign_engine smbsign_engine_aesni;
extern const struct smbsign_engine smbsign_engine_vaes_avx2;
extern const struct smbsign_engine smbsign_engine_vaes_avx512;

void smbsign_x86_ghash_powers(struct smbsign_ghash_key *key,
			      const u8 h[GHASH_BLOCK_LEN]);
void smbsign_x86_ghash_powers_generic(struct smbsign_ghash_key *key,
				      const u8 h[GHASH_BLOCK_LEN]);
#define X86_AESNI	BIT(0)	/* AES-NI and PCLMULQDQ */
#define X86_AVX		BIT(1)
#define X86_AVX2	BIT(2)	/* with BMI2 */
#define X86_VAES	BIT(3)	/* VAES and VPCLMULQDQ */
#define X86_AVX512	BIT(4)	/* F, BW, DQ and VL, and GFNI */
#define X86_SHA_NI	BIT(5)

void smbsign_x86_mask_features(u32 mask);

#endif /* _SMBSIGN_ENGINE_H */
