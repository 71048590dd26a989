// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sections, and the way from a MAC room to the engine of a section.
 *
 * Where the calling context cannot have SIMD registers (hardirq, or an
 * interrupt on top of another user of the FPU), the generic engine steps in for
 * the whole section.
 *
 * The engine is called by way of the table.  Static calls would save some 20
 * cycles of a call, but a section must end with the engine that it began with,
 * whatever is switched meanwhile.
 */
#include <linux/types.h>
#include <asm/simd.h>		/* must precede <crypto/internal/simd.h> */
#include <crypto/internal/simd.h>
#include <crypto/utils.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "internal.h"
#include "x86/fpu.h"

/**
 * smbsign_section_try() - begin a section with one engine
 * @section: the section
 * @engine: the engine
 *
 * Context: Any context.
 * Return: true if so; false if the engine cannot be used in this context.
 */
bool smbsign_section_try(struct smbsign_section *section,
			 const struct smbsign_engine *engine)
{
	if (engine->needs_simd && !crypto_simd_usable())
		return false;
	section->engine = engine;
	section->budget = SMBSIGN_SECTION_BUDGET;
	if (engine->holds_fpu)
		smbsign_fpu_begin();
	return true;
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_section_try);

/**
 * smbsign_section_begin() - begin a section with the engine in force
 * @section: the section; where that engine cannot be used, the generic one
 *
 * Context: Any context.
 */
void smbsign_section_begin(struct smbsign_section *section)
{
	if (!smbsign_section_try(section, smbsign_engine_current()))
		smbsign_section_try(section, &smbsign_engine_generic);
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_section_begin);

/**
 * smbsign_section_end() - end a section
 * @section: the section
 *
 * Context: that of smbsign_section_begin().
 */
void smbsign_section_end(struct smbsign_section *section)
{
	if (section->engine->holds_fpu)
		smbsign_fpu_end();
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_section_end);

/**
 * smbsign_section_pause() - let the FPU go, for what does not need it
 * @section: the section, that now goes on or ends with smbsign_section_resume()
 *
 * Context: that of smbsign_section_begin().
 */
void smbsign_section_pause(struct smbsign_section *section)
{
	if (section->engine->holds_fpu)
		smbsign_fpu_end();
}

/**
 * smbsign_section_resume() - go on with a section that was paused
 * @section: the section
 *
 * Its engine could be used in this context before, so it can again.
 *
 * Context: that of smbsign_section_begin().
 */
void smbsign_section_resume(struct smbsign_section *section)
{
	if (section->engine->holds_fpu)
		smbsign_fpu_begin();
	section->budget = SMBSIGN_SECTION_BUDGET;
}

/* How many of @num_blocks may be done now; lets others run if that is due. */
static size_t section_take(struct smbsign_section *section, size_t num_blocks,
			   size_t block_cost)
{
	if (!section->engine->holds_fpu)
		return num_blocks;
	if (section->budget < block_cost) {
		smbsign_section_pause(section);
		smbsign_section_resume(section);
	}
	num_blocks = min(num_blocks, section->budget / block_cost);
	section->budget -= num_blocks * block_cost;
	return num_blocks;
}

/*
 * From the MAC rooms to the engine of a section.
 */

/* Round keys of a key of 16, 24 or 32 bytes, for encryption alone */
int smbsign_aes_expandkey(struct smbsign_section *section,
			  struct smbsign_aes_key *key, const u8 *raw, size_t len)
{
	const struct smbsign_engine *engine = section->engine;

	if (len != AES_KEYSIZE_128 || !engine->aes128_expandkey)
		return aes_expandkey(&key->ctx, raw, len);
	engine->aes128_expandkey(key, raw);
	return 0;
}

void smbsign_ghash(struct smbsign_section *section,
		   const struct smbsign_ghash_key *key,
		   u8 acc[GHASH_BLOCK_LEN], const u8 *data, size_t num_blocks)
{
	const struct smbsign_engine *engine = section->engine;
	size_t n;

	for (; num_blocks; num_blocks -= n, data += n * GHASH_BLOCK_LEN) {
		n = section_take(section, num_blocks, SMBSIGN_GHASH_BLOCK_COST);
		if (engine->ghash)
			engine->ghash(key, acc, data, n);
		else
			smbsign_generic_ghash(key, acc, data, n);
	}
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_ghash);

/* @len bytes in all, not more than a section can have */
void smbsign_ghash_lanes(struct smbsign_section *section,
			 const struct smbsign_ghash_key *key,
			 u8 acc[GHASH_NUM_LANES][GHASH_BLOCK_LEN],
			 const struct kvec *iov, size_t num_iov, size_t len,
			 const u8 *head)
{
	section_take(section, 1,
		     len / GHASH_BLOCK_LEN * SMBSIGN_GHASH_BLOCK_COST);
	section->engine->ghash_lanes(key, acc, iov, num_iov, head);
}

/* With the first few blocks the lanes end: never so many that they need a pause. */
void smbsign_ghash_join(struct smbsign_section *section,
			const struct smbsign_ghash_key *key,
			u8 acc[GHASH_NUM_LANES][GHASH_BLOCK_LEN],
			const u8 *data, size_t num_blocks)
{
	size_t n = min(num_blocks, 4 * GHASH_LANES_BLOCKS);

	section_take(section, 1, n * SMBSIGN_GHASH_BLOCK_COST);
	section->engine->ghash_join(key, acc, data, n);
	smbsign_ghash(section, key, acc[0], data + n * GHASH_BLOCK_LEN,
		      num_blocks - n);
}

/*
 * The tag of a message of @total bytes, from four accumulators and the last piece.  False
 * if the engine wants it otherwise, and nothing is done.
 */
bool smbsign_gmac_join(struct smbsign_section *section,
		       const struct smbsign_gmac_key *key,
		       u8 acc[GHASH_NUM_LANES][GHASH_BLOCK_LEN], const u8 *data,
		       size_t len, u64 total, const u8 nonce[GMAC_NONCE_SIZE],
		       u8 tag[SMBSIGN_SIG_SIZE])
{
	size_t cost = len / GHASH_BLOCK_LEN * SMBSIGN_GHASH_BLOCK_COST;

	if (!section->engine->gmac_join || len < GMAC_LANES_LEN ||
	    cost > SMBSIGN_SECTION_BUDGET)
		return false;
	section_take(section, 1, cost);
	section->engine->gmac_join(key, nonce, data, len, acc, tag, total);
	return true;
}

/* smbsign_gmac_tag() by an engine that has no function for it */
void smbsign_gmac_tag_in_parts(struct smbsign_section *section,
			       const struct smbsign_gmac_key *key,
			       u8 acc[GHASH_BLOCK_LEN], const u8 *data,
			       size_t num_blocks,
			       const u8 nonce[GMAC_NONCE_SIZE],
			       u8 tag[SMBSIGN_SIG_SIZE])
{
	u8 mask[AES_BLOCK_SIZE] = {};
	u8 j0[AES_BLOCK_SIZE];

	memcpy(j0, nonce, GMAC_NONCE_SIZE);
	put_unaligned_be32(1, &j0[GMAC_NONCE_SIZE]);
	smbsign_cbcmac(section, &key->aes, mask, j0, 1);
	smbsign_ghash(section, &key->ghash, acc, data, num_blocks);
	crypto_xor_cpy(tag, acc, mask, SMBSIGN_SIG_SIZE);
	memzero_explicit(mask, sizeof(mask));
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_gmac_tag_in_parts);

/* smbsign_cbcmac() with pauses in between */
void smbsign_cbcmac_in_parts(struct smbsign_section *section,
			     const struct smbsign_aes_key *key,
			     u8 x[AES_BLOCK_SIZE], const u8 *data,
			     size_t num_blocks)
{
	const struct smbsign_engine *engine = section->engine;
	size_t n;

	for (; num_blocks; num_blocks -= n, data += n * AES_BLOCK_SIZE) {
		n = section_take(section, num_blocks, SMBSIGN_CBCMAC_BLOCK_COST);
		if (engine->cbcmac)
			engine->cbcmac(key, x, data, n);
		else
			smbsign_generic_cbcmac(key, x, data, n);
	}
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_cbcmac_in_parts);

/* smbsign_sha256() with pauses in between */
void smbsign_sha256_in_parts(struct smbsign_section *section,
			     u32 state[SHA256_DIGEST_SIZE / 4], const u8 *data,
			     size_t num_blocks)
{
	const struct smbsign_engine *engine = section->engine;
	size_t n;

	for (; num_blocks; num_blocks -= n, data += n * SHA256_BLOCK_SIZE) {
		n = section_take(section, num_blocks, SMBSIGN_SHA256_BLOCK_COST);
		if (engine->sha256)
			engine->sha256(state, data, n);
		else
			smbsign_generic_sha256(state, data, n);
	}
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_sha256_in_parts);

/**
 * smbsign_cbcmac_lanes() - go on with several CBC-MACs
 * @section: a section with an engine that can do that
 * @lanes: the lanes
 * @num: how many of them, from the first
 * @num_blocks: blocks of each; its data pointer moves on
 *
 * Context: Any context.
 */
void smbsign_cbcmac_lanes(struct smbsign_section *section,
			  struct smbsign_cbcmac_lanes *lanes, unsigned int num,
			  size_t num_blocks)
{
	size_t cost = max(SMBSIGN_CBCMAC_BLOCK_COST, num * SMBSIGN_CBCMAC_LANE_COST);
	size_t n;

	for (; num_blocks; num_blocks -= n) {
		n = section_take(section, num_blocks, cost);
		section->engine->cbcmac_lanes(lanes, num, n);
	}
}

/**
 * smbsign_sha256_lanes() - go on with several hashes
 * @section: a section with an engine that can do that
 * @lanes: the lanes
 * @num: how many of them, from the first
 * @num_blocks: blocks of each; its data pointer moves on
 *
 * Context: Any context.
 */
void smbsign_sha256_lanes(struct smbsign_section *section,
			  struct smbsign_sha256_lanes *lanes, unsigned int num,
			  size_t num_blocks)
{
	size_t cost = num * SMBSIGN_SHA256_LANE_COST;
	size_t n;

	for (; num_blocks; num_blocks -= n) {
		n = section_take(section, num_blocks, cost);
		section->engine->sha256_lanes(lanes, num, n);
	}
}
