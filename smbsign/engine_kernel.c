// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel engine: the running kernel's own accelerated drivers, reached
 * through its crypto API.
 *
 *	GHASH	the shash "__ghash" that x86 keeps behind its asynchronous
 *		"ghash", or a synchronous "ghash" where there is one
 *	AES	the cipher "aes", block by block: skciphers take scatterlists,
 *		which cannot name data on the stack or in vmalloc space
 *	SHA-256	the shash "sha256"
 *
 * A driver in C does not count: the generic engine does the same work without
 * tables that leak, and without the way through the API.
 *
 * The accelerated drivers need SIMD registers, and take and give back the FPU
 * themselves.
 */
#include <crypto/hash.h>
#include <crypto/internal/cipher.h>
#include <crypto/utils.h>
#include <linux/err.h>
#include <linux/kmod.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/sizes.h>
#include <linux/string.h>

#include "internal.h"

/* The drivers keep the FPU, and so the CPU, for a whole update: bound it. */
#define MAX_FPU_LEN	SZ_4K

/*
 * What probing found: the flags with which "__ghash" or "ghash" is allocated,
 * whether AES has an accelerated driver, and the one transform that SHA-256
 * needs, for it has no key.
 */
static struct {
	const char *ghash_name;
	u32 ghash_flags;
	bool have_aes;
	struct crypto_shash *sha256_tfm;
	char describe[3 * CRYPTO_MAX_ALG_NAME];
} drivers;

static bool is_accelerated(const char *driver_name)
{
	size_t len = strlen(driver_name);
	size_t suffix = strlen("-generic");

	return len < suffix || strcmp(driver_name + len - suffix, "-generic");
}

static void describe_driver(const char *driver_name)
{
	if (drivers.describe[0])
		strlcat(drivers.describe, ", ", sizeof(drivers.describe));
	strlcat(drivers.describe, driver_name, sizeof(drivers.describe));
}

static bool probe_ghash_as(const char *name, u32 flags)
{
	struct crypto_shash *tfm = crypto_alloc_shash(name, flags, flags);
	bool found;

	if (IS_ERR(tfm))
		return false;
	found = is_accelerated(crypto_shash_driver_name(tfm));
	if (found) {
		describe_driver(crypto_shash_driver_name(tfm));
		drivers.ghash_name = name;
		drivers.ghash_flags = flags;
	}
	crypto_free_shash(tfm);
	return found;
}

static void probe_ghash(void)
{
	request_module("crypto-ghash");
	if (!probe_ghash_as("__ghash", CRYPTO_ALG_INTERNAL))
		probe_ghash_as("ghash", 0);
}

static void probe_aes(void)
{
	struct crypto_cipher *tfm;
	const char *name;

	/* The C cipher is built in, so the look-up alone would load nothing. */
	request_module("crypto-aes");
	tfm = crypto_alloc_cipher("aes", 0, 0);
	if (IS_ERR(tfm))
		return;
	name = crypto_tfm_alg_driver_name(crypto_cipher_tfm(tfm));
	drivers.have_aes = is_accelerated(name);
	if (drivers.have_aes)
		describe_driver(name);
	crypto_free_cipher(tfm);
}

static void probe_sha256(void)
{
	struct crypto_shash *tfm;

	request_module("crypto-sha256");
	tfm = crypto_alloc_shash("sha256", 0, 0);
	if (IS_ERR(tfm))
		return;
	/* A state moves between engines, so it must have one form. */
	if (!is_accelerated(crypto_shash_driver_name(tfm)) ||
	    crypto_shash_statesize(tfm) != sizeof(struct sha256_ctx)) {
		crypto_free_shash(tfm);
		return;
	}
	describe_driver(crypto_shash_driver_name(tfm));
	drivers.sha256_tfm = tfm;
}

static int kernel_probe(void)
{
	probe_ghash();
	probe_aes();
	probe_sha256();
	return drivers.describe[0] ? 0 : -EOPNOTSUPP;
}

static void kernel_release(void)
{
	crypto_free_shash(drivers.sha256_tfm);
	memset(&drivers, 0, sizeof(drivers));
}

static void kernel_describe(char *buf, size_t size)
{
	strscpy(buf, drivers.describe, size);
}

int smbsign_kernel_aes_alloc(struct smbsign_aes_key *key)
{
	struct crypto_cipher *tfm;

	if (!drivers.have_aes)
		return 0;
	tfm = crypto_alloc_cipher("aes", 0, 0);
	if (IS_ERR(tfm))
		return PTR_ERR(tfm) == -ENOENT ? -ENOPKG : PTR_ERR(tfm);
	key->tfm = tfm;
	return 0;
}

int smbsign_kernel_ghash_alloc(struct smbsign_ghash_key *key)
{
	struct crypto_shash *tfm;

	if (!drivers.ghash_name)
		return 0;
	tfm = crypto_alloc_shash(drivers.ghash_name, drivers.ghash_flags,
				 drivers.ghash_flags);
	if (IS_ERR(tfm))
		return PTR_ERR(tfm) == -ENOENT ? -ENOPKG : PTR_ERR(tfm);
	key->tfm = tfm;
	return 0;
}

/*
 * The driver starts from an accumulator of zero and does not say in which form
 * it keeps one, but GHASH is linear: an accumulator added to the first block
 * is the same as an accumulator to start from.
 */
static int ghash_section(struct crypto_shash *tfm, u8 acc[GHASH_BLOCK_LEN],
			 const u8 *data, size_t len)
{
	SHASH_DESC_ON_STACK(desc, tfm);
	u8 first[GHASH_BLOCK_LEN];
	int err;

	desc->tfm = tfm;
	crypto_xor_cpy(first, acc, data, GHASH_BLOCK_LEN);
	err = crypto_shash_init(desc) ?:
	      crypto_shash_update(desc, first, GHASH_BLOCK_LEN) ?:
	      crypto_shash_update(desc, data + GHASH_BLOCK_LEN,
				  len - GHASH_BLOCK_LEN) ?:
	      crypto_shash_final(desc, acc);
	memzero_explicit(first, sizeof(first));
	shash_desc_zero(desc);
	return err;
}

static void kernel_ghash(const struct smbsign_ghash_key *key,
			 u8 acc[GHASH_BLOCK_LEN], const u8 *data,
			 size_t num_blocks)
{
	size_t len = num_blocks * GHASH_BLOCK_LEN;

	if (!key->tfm)
		return smbsign_generic_ghash(key, acc, data, num_blocks);

	while (len) {
		size_t n = min_t(size_t, len, MAX_FPU_LEN);

		/* Up to its last step the driver leaves acc alone. */
		if (ghash_section(key->tfm, acc, data, n))
			smbsign_generic_ghash(key, acc, data,
					      n / GHASH_BLOCK_LEN);
		data += n;
		len -= n;
	}
}

static void kernel_cbcmac(const struct smbsign_aes_key *key,
			  u8 x[AES_BLOCK_SIZE], const u8 *data,
			  size_t num_blocks)
{
	if (!key->tfm)
		return smbsign_generic_cbcmac(key, x, data, num_blocks);

	for (; num_blocks; num_blocks--, data += AES_BLOCK_SIZE) {
		crypto_xor(x, data, AES_BLOCK_SIZE);
		crypto_cipher_encrypt_one(key->tfm, x, x);
	}
}

/* "sha256" exports and imports what the library's functions work on. */
static int sha256_section(u32 state[SHA256_DIGEST_SIZE / 4], const u8 *data,
			  size_t len)
{
	SHASH_DESC_ON_STACK(desc, drivers.sha256_tfm);
	struct sha256_ctx sha;
	int err;

	sha256_init(&sha);
	memcpy(sha256_ctx_words(&sha), state, SHA256_DIGEST_SIZE);
	desc->tfm = drivers.sha256_tfm;
	err = crypto_shash_import(desc, &sha) ?:
	      crypto_shash_update(desc, data, len) ?:
	      crypto_shash_export(desc, &sha);
	if (!err)
		memcpy(state, sha256_ctx_words(&sha), SHA256_DIGEST_SIZE);
	memzero_explicit(&sha, sizeof(sha));
	shash_desc_zero(desc);
	return err;
}

static void kernel_sha256(u32 state[SHA256_DIGEST_SIZE / 4], const u8 *data,
			  size_t num_blocks)
{
	size_t len = num_blocks * SHA256_BLOCK_SIZE;

	if (!drivers.sha256_tfm)
		return smbsign_generic_sha256(state, data, num_blocks);

	while (len) {
		size_t n = min_t(size_t, len, MAX_FPU_LEN);

		if (sha256_section(state, data, n))
			smbsign_generic_sha256(state, data,
					       n / SHA256_BLOCK_SIZE);
		data += n;
		len -= n;
	}
}

const struct smbsign_engine smbsign_engine_kernel = {
	.name		= "kernel",
	.needs_simd	= true,
	.probe		= kernel_probe,
	.release	= kernel_release,
	.describe	= kernel_describe,
	.ghash		= kernel_ghash,
	.cbcmac		= kernel_cbcmac,
	.sha256		= kernel_sha256,
};

MODULE_IMPORT_NS("CRYPTO_INTERNAL");
