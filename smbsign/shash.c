// SPDX-License-Identifier: GPL-2.0-only
/*
 * The crypto API's face: one shash for each signing algorithm, that hands on to
 * key.c and sign.c.
 */
#include <crypto/internal/hash.h>
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/module.h>
#include <linux/refcount.h>

#include "internal.h"

/*
 * The names are smbsign's own, so nothing competes; 300 is what the kernel's
 * own accelerated drivers have.
 */
#define SHASH_PRIORITY		300

struct smbsign_shash {
	enum smbsign_alg alg;
	struct shash_alg shash;
};

static int smbsign_shash_init_tfm(struct crypto_shash *tfm)
{
	const struct smbsign_shash *s =
		container_of(crypto_shash_alg(tfm), struct smbsign_shash,
			     shash);

	return smbsign_key_init(crypto_shash_ctx(tfm), s->alg);
}

static void smbsign_shash_exit_tfm(struct crypto_shash *tfm)
{
	smbsign_key_exit(crypto_shash_ctx(tfm));
}

static int smbsign_shash_setkey(struct crypto_shash *tfm, const u8 *raw,
				unsigned int len)
{
	return smbsign_key_prepare(crypto_shash_ctx(tfm), raw, len);
}

static int smbsign_shash_init(struct shash_desc *desc)
{
	smbsign_sign_init(shash_desc_ctx(desc), crypto_shash_ctx(desc->tfm));
	return 0;
}

static int smbsign_shash_update(struct shash_desc *desc, const u8 *data,
				unsigned int len)
{
	struct smbsign_section section;

	smbsign_section_begin(&section);
	smbsign_sign_update(&section, shash_desc_ctx(desc),
			    crypto_shash_ctx(desc->tfm), data, len);
	smbsign_section_end(&section);
	return 0;
}

static int smbsign_shash_final(struct shash_desc *desc, u8 *sig)
{
	struct smbsign_section section;
	int err;

	smbsign_section_begin(&section);
	err = smbsign_sign_final(&section, shash_desc_ctx(desc),
				 crypto_shash_ctx(desc->tfm), sig);
	smbsign_section_end(&section);
	return err;
}

#define SMBSIGN_SHASH(_alg, _name, _driver_name, _sig_size, _blk_size)	\
{									\
	.alg = _alg,							\
	.shash = {							\
		.digestsize	= _sig_size,				\
		.descsize	= sizeof(struct smbsign_sign_ctx),	\
		.init_tfm	= smbsign_shash_init_tfm,		\
		.exit_tfm	= smbsign_shash_exit_tfm,		\
		.setkey		= smbsign_shash_setkey,			\
		.init		= smbsign_shash_init,			\
		.update		= smbsign_shash_update,			\
		.final		= smbsign_shash_final,			\
		.base = {						\
			.cra_name	 = _name,			\
			.cra_driver_name = _driver_name,		\
			.cra_priority	 = SHASH_PRIORITY,		\
			.cra_blocksize	 = _blk_size,			\
			.cra_ctxsize	 = sizeof(struct smbsign_key),	\
			.cra_module	 = THIS_MODULE,			\
		},							\
	},								\
}

/* MD5 stands last, for it may have to be left out. */
static struct smbsign_shash shashes[] = {
	SMBSIGN_SHASH(SMBSIGN_AES_GMAC, "smbsign(gmac(aes))",
		      "smbsign-gmac-aes", SMBSIGN_SIG_SIZE, GHASH_BLOCK_LEN),
	SMBSIGN_SHASH(SMBSIGN_AES_CMAC, "smbsign(cmac(aes))",
		      "smbsign-cmac-aes", SMBSIGN_SIG_SIZE, AES_BLOCK_SIZE),
	SMBSIGN_SHASH(SMBSIGN_HMAC_SHA256, "smbsign(hmac(sha256))",
		      "smbsign-hmac-sha256", SMBSIGN_SIG_SIZE,
		      SHA256_BLOCK_SIZE),
	SMBSIGN_SHASH(SMBSIGN_MD5, "smbsign(md5)",
		      "smbsign-md5", SMBSIGN_SMB1_SIG_SIZE,
		      MD5_HMAC_BLOCK_SIZE),
};

static int num_shashes(void)
{
	return ARRAY_SIZE(shashes) - !smbsign_md5_is_available();
}

/*
 * The kernel goes on testing what has been registered, and then has it in use.
 * Unloading is refused meanwhile, but here may also be a load that fails.
 */
static void shash_withdraw(struct shash_alg *alg)
{
	while (refcount_read(&alg->base.cra_refcnt) > 1)
		usleep_range(1000, 2000);
	crypto_unregister_shash(alg);
}

/**
 * smbsign_shash_register() - offer the transforms
 *
 * Context: Process context.
 * Return: 0, or the crypto API's error; nothing is registered then.
 */
int __init smbsign_shash_register(void)
{
	for (int i = 0; i < num_shashes(); i++) {
		int err = crypto_register_shash(&shashes[i].shash);

		if (err) {
			while (i--)
				shash_withdraw(&shashes[i].shash);
			return err;
		}
	}
	return 0;
}

/**
 * smbsign_shash_unregister() - withdraw the transforms; none is in use,
 * other than by the kernel's tests
 *
 * Context: Process context. May sleep.
 */
void smbsign_shash_unregister(void)
{
	for (int i = num_shashes() - 1; i >= 0; i--)
		shash_withdraw(&shashes[i].shash);
}

MODULE_ALIAS_CRYPTO("smbsign(gmac(aes))");
MODULE_ALIAS_CRYPTO("smbsign(cmac(aes))");
MODULE_ALIAS_CRYPTO("smbsign(hmac(sha256))");
MODULE_ALIAS_CRYPTO("smbsign(md5)");
