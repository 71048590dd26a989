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
#include <crypto/internal/cipher.h>
#include <crypto/hash.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/string.h>

#include "internal.h"

#define ENGINE_AUTO	"auto"

/* From the slowest to the fastest: "auto" takes the last that is supported. */
static const struct smbsign_engine *const engines[] = {
	&smbsign_engine_generic,
	&smbsign_engine_kernel,
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

int smbsign_ghash_key_set(struct smbsign_ghash_key *key,
			  const u8 h[GHASH_BLOCK_LEN])
{
	smbsign_generic_ghash_preparekey(key, h);
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
 * From the MAC rooms to the engine in force; generic does what it declines.
 *
 * A load and an indirect call for each piece of a message.  Static calls would
 * save some 20 cycles of that, but a switch would patch code under the feet of
 * other CPUs, and under QEMU's emulation that is an oops.
 */

void smbsign_ghash(const struct smbsign_ghash_key *key,
		   u8 acc[GHASH_BLOCK_LEN], const u8 *data, size_t num_blocks)
{
	const struct smbsign_engine *engine = smbsign_engine_current();

	if (!engine->ghash || !engine->ghash(key, acc, data, num_blocks))
		smbsign_generic_ghash(key, acc, data, num_blocks);
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_ghash);

void smbsign_cbcmac(const struct smbsign_aes_key *key, u8 x[AES_BLOCK_SIZE],
		    const u8 *data, size_t num_blocks)
{
	const struct smbsign_engine *engine = smbsign_engine_current();

	if (!engine->cbcmac || !engine->cbcmac(key, x, data, num_blocks))
		smbsign_generic_cbcmac(key, x, data, num_blocks);
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_cbcmac);

void smbsign_sha256_update(struct sha256_ctx *sha, const u8 *data, size_t len)
{
	const struct smbsign_engine *engine = smbsign_engine_current();

	if (!engine->sha256 || !engine->sha256(sha, data, len))
		smbsign_generic_sha256(sha, data, len);
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_sha256_update);
