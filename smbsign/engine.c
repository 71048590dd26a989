// SPDX-License-Identifier: GPL-2.0-only
/*
 * The engine table and the choice among engines; keys of the two keyed
 * primitives, prepared for every engine at once; and the way from a MAC room to
 * the engine in force.
 *
 * To add an engine: one file with a struct smbsign_engine, one line in the
 * table below, and, if it wants another form of the key, a field in the keys of
 * internal.h that is filled here.
 */
#include <linux/types.h>
#include <asm/simd.h>		/* must precede <crypto/internal/simd.h> */
#include <crypto/hash.h>
#include <crypto/internal/cipher.h>
#include <crypto/internal/simd.h>
#include <crypto/utils.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "internal.h"
#include "x86/fpu.h"

#define ENGINE_AUTO	"auto"

/* From the slowest to the fastest: "auto" takes the last that is supported. */
static const struct smbsign_engine *const engines[] = {
	&smbsign_engine_generic,
	&smbsign_engine_kernel,
#ifdef CONFIG_X86_64
	&smbsign_engine_aesni,
	&smbsign_engine_vaes_avx2,
	&smbsign_engine_vaes_avx512,
#endif
};

/* Which of them run on this machine; written once, by smbsign_engine_init() */
static bool supported[ARRAY_SIZE(engines)] __ro_after_init;

/* The engine in force; engine_lock orders those who change it. */
static const struct smbsign_engine *current_engine = &smbsign_engine_generic;
static bool current_is_auto;
static DEFINE_MUTEX(engine_lock);

static const struct smbsign_engine *engine_find(const char *name)
{
	bool is_auto = !strcmp(name, ENGINE_AUTO);

	for (int i = ARRAY_SIZE(engines) - 1; i >= 0; i--) {
		if (is_auto && supported[i])
			return engines[i];
		if (!strcmp(name, engines[i]->name))
			return supported[i] ? engines[i] : ERR_PTR(-EOPNOTSUPP);
	}
	return ERR_PTR(-EINVAL);
}

/**
 * smbsign_engine_select() - put an engine in force, for keys in use as well
 * @name: name of an engine, or "auto" for the fastest that is supported
 *
 * Context: Process context.
 * Return:
 * * 0
 * * -EINVAL - there is no engine of this name
 * * -EOPNOTSUPP - there is, but it cannot run on this machine
 */
int smbsign_engine_select(const char *name)
{
	const struct smbsign_engine *engine = engine_find(name);

	if (IS_ERR(engine))
		return PTR_ERR(engine);
	mutex_lock(&engine_lock);
	/* Calls under way finish with the engine that they began with. */
	WRITE_ONCE(current_engine, engine);
	WRITE_ONCE(current_is_auto, !strcmp(name, ENGINE_AUTO));
	mutex_unlock(&engine_lock);
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_engine_select);

/**
 * smbsign_engine_current() - the engine in force
 *
 * Context: Any context.
 * Return: the engine.
 */
const struct smbsign_engine *smbsign_engine_current(void)
{
	return READ_ONCE(current_engine);
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_engine_current);

/**
 * smbsign_engine_requested() - what smbsign_engine_select() was told last
 *
 * Context: Any context.
 * Return: the name of an engine, or "auto".
 */
const char *smbsign_engine_requested(void)
{
	return READ_ONCE(current_is_auto) ? ENGINE_AUTO :
					    smbsign_engine_current()->name;
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_engine_requested);

/**
 * smbsign_engine_supported() - walk over the engines that can run here
 * @i: which, from 0; the first is "generic"
 *
 * Context: Any context.
 * Return: the engine, or %NULL behind the last.
 */
const struct smbsign_engine *smbsign_engine_supported(unsigned int i)
{
	for (unsigned int j = 0; j < ARRAY_SIZE(engines); j++) {
		if (supported[j] && !i--)
			return engines[j];
	}
	return NULL;
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_engine_supported);

/**
 * smbsign_engine_init() - find the supported engines and choose one
 * @name: as for smbsign_engine_select()
 *
 * Context: Process context.
 * Return: 0, or the error of smbsign_engine_select(); nothing is left to undo
 * then.
 */
int __init smbsign_engine_init(const char *name)
{
	int err;

	for (int i = 0; i < ARRAY_SIZE(engines); i++)
		supported[i] = !engines[i]->probe();
	err = smbsign_engine_select(name);
	if (err)
		smbsign_engine_exit();
	return err;
}

/* Also called on the way out of a failed load, so not __exit. */
void smbsign_engine_exit(void)
{
	for (int i = 0; i < ARRAY_SIZE(engines); i++) {
		if (supported[i] && engines[i]->release)
			engines[i]->release();
	}
}

/* Keys. _init may sleep and allocate, _set does neither. */

int smbsign_aes_key_init(struct smbsign_aes_key *key)
{
	memset(key, 0, sizeof(*key));
	return smbsign_kernel_aes_alloc(key);
}

int smbsign_aes_key_set(struct smbsign_aes_key *key,
			const u8 raw[SMBSIGN_KEY_SIZE])
{
	int err = aes_expandkey(&key->ctx, raw, SMBSIGN_KEY_SIZE);

	if (!err && key->tfm)
		err = crypto_cipher_setkey(key->tfm, raw, SMBSIGN_KEY_SIZE);
	return err;
}

void smbsign_aes_key_exit(struct smbsign_aes_key *key)
{
	if (key->tfm)
		crypto_free_cipher(key->tfm);
	memzero_explicit(key, sizeof(*key));
}

int smbsign_ghash_key_init(struct smbsign_ghash_key *key)
{
	memset(key, 0, sizeof(*key));
	return smbsign_kernel_ghash_alloc(key);
}

#ifdef CONFIG_X86_64

/* Whichever engine is in force now: the key may meet all of them. */
static void ghash_powers_set(struct smbsign_ghash_key *key,
			     const u8 h[GHASH_BLOCK_LEN])
{
	if (!crypto_simd_usable())
		return smbsign_x86_ghash_powers_generic(key, h);
	smbsign_fpu_begin();
	smbsign_x86_ghash_powers(key, h);
	smbsign_fpu_end();
}

#else

static void ghash_powers_set(struct smbsign_ghash_key *key,
			     const u8 h[GHASH_BLOCK_LEN])
{
}

#endif

int smbsign_ghash_key_set(struct smbsign_ghash_key *key,
			  const u8 h[GHASH_BLOCK_LEN])
{
	smbsign_generic_ghash_preparekey(key, h);
	ghash_powers_set(key, h);
	if (!key->tfm)
		return 0;
	return crypto_shash_setkey(key->tfm, h, GHASH_BLOCK_LEN);
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_ghash_key_set);

void smbsign_ghash_key_exit(struct smbsign_ghash_key *key)
{
	crypto_free_shash(key->tfm);
	memzero_explicit(key, sizeof(*key));
}

/*
 * Sections
 *
 * Where the calling context cannot have SIMD registers (hardirq, or an
 * interrupt on top of another user of the FPU), the generic engine steps in for
 * the whole section.
 *
 * The engine is called by way of the table.  Static calls would save some 20
 * cycles of a call, but a section must end with the engine that it began with,
 * whatever is switched meanwhile.
 */

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

/* smbsign_ghash_lanes() with pauses in between */
void smbsign_ghash_lanes_in_parts(struct smbsign_section *section,
				  const struct smbsign_ghash_key *key,
				  u8 acc[GHASH_NUM_LANES][GHASH_BLOCK_LEN],
				  const u8 *data, size_t num_blocks,
				  const u8 *head)
{
	size_t left = num_blocks / GHASH_LANES_BLOCKS, n;

	for (; left; left -= n, data += n * GHASH_LANES_BLOCKS * GHASH_BLOCK_LEN) {
		n = section_take(section, left,
				 GHASH_LANES_BLOCKS * SMBSIGN_GHASH_BLOCK_COST);
		section->engine->ghash_lanes(key, acc, data,
					     n * GHASH_LANES_BLOCKS, head);
		head = NULL;
	}
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_ghash_lanes_in_parts);

/* With the first few blocks the lanes end: never so many that they need a pause. */
void smbsign_ghash_join(struct smbsign_section *section,
			const struct smbsign_ghash_key *key,
			u8 acc[GHASH_NUM_LANES][GHASH_BLOCK_LEN],
			const u8 *data, size_t num_blocks, const u8 *head)
{
	size_t n = min(num_blocks, 4 * GHASH_LANES_BLOCKS);

	section_take(section, 1, n * SMBSIGN_GHASH_BLOCK_COST);
	section->engine->ghash_join(key, acc, data, n, head);
	smbsign_ghash(section, key, acc[0], data + n * GHASH_BLOCK_LEN,
		      num_blocks - n);
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

void smbsign_cbcmac(struct smbsign_section *section,
		    const struct smbsign_aes_key *key, u8 x[AES_BLOCK_SIZE],
		    const u8 *data, size_t num_blocks)
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
EXPORT_SYMBOL_IF_KUNIT(smbsign_cbcmac);

void smbsign_sha256(struct smbsign_section *section,
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
EXPORT_SYMBOL_IF_KUNIT(smbsign_sha256);

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
