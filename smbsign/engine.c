// SPDX-License-Identifier: GPL-2.0-only
/*
 * The engine table and the choice among engines; and keys of the two keyed primitives,
 * prepared for every engine at once.
 *
 * To add an engine: one file with a struct smbsign_engine, one line in the
 * table below, and, if it wants another form of the key, a field in the keys of
 * engine.h that is filled here.
 */
#include <linux/types.h>
#include <asm/simd.h>		/* must precede <crypto/internal/simd.h> */
#include <crypto/hash.h>
#include <crypto/internal/cipher.h>
#include <crypto/internal/simd.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/string.h>

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
