// SPDX-License-Identifier: GPL-2.0-only
/*
 * The drop-in: "cmac(aes)" as the kernel's own users know it, RFC 4493 with keys
 * of every size, above the kernel's drivers.  Whoever allocates the name gets
 * it: cifs.ko and ksmbd.ko, as they are, then sign with smbsign's engines.
 *
 * The kernel's template calls the AES driver for each block of 16 bytes, and
 * that takes and gives back the FPU.  cifs.ko sets the key for every message, so
 * here that is no preparation that may take its time.
 */
#include <crypto/internal/hash.h>
#include <linux/module.h>

#include "internal.h"

/* The kernel's accelerated driver has 300. */
#define DROPIN_PRIORITY		400

static bool dropin = true;
module_param(dropin, bool, 0444);
MODULE_PARM_DESC(dropin, "offer cmac(aes) to the kernel's own users, where that is faster (default: on)");

static bool is_registered;

/* The key has no driver of the kernel engine: allocating one could fail. */
static int dropin_setkey(struct crypto_shash *tfm, const u8 *raw,
			 unsigned int len)
{
	struct smbsign_section section;
	int err;

	smbsign_section_begin(&section);
	err = smbsign_cmac_setkey(&section, crypto_shash_ctx(tfm), raw, len);
	smbsign_section_end(&section);
	return err;
}

static int dropin_init(struct shash_desc *desc)
{
	smbsign_cmac_init(shash_desc_ctx(desc));
	return 0;
}

static int dropin_update(struct shash_desc *desc, const u8 *data,
			 unsigned int len)
{
	struct smbsign_section section;

	smbsign_section_begin(&section);
	smbsign_cmac_update(&section, shash_desc_ctx(desc),
			    crypto_shash_ctx(desc->tfm), data, len);
	smbsign_section_end(&section);
	return 0;
}

static int dropin_finup(struct shash_desc *desc, const u8 *data,
			unsigned int len, u8 *tag)
{
	const struct smbsign_cmac_key *key = crypto_shash_ctx(desc->tfm);
	struct smbsign_section section;

	smbsign_section_begin(&section);
	smbsign_cmac_update(&section, shash_desc_ctx(desc), key, data, len);
	smbsign_cmac_final(&section, shash_desc_ctx(desc), key, tag);
	smbsign_section_end(&section);
	return 0;
}

static int dropin_final(struct shash_desc *desc, u8 *tag)
{
	return dropin_finup(desc, NULL, 0, tag);
}

static struct shash_alg dropin_alg = {
	.digestsize	= SMBSIGN_SIG_SIZE,
	.descsize	= sizeof(struct smbsign_cmac_ctx),
	.setkey		= dropin_setkey,
	.init		= dropin_init,
	.update		= dropin_update,
	.final		= dropin_final,
	.finup		= dropin_finup,
	.base = {
		.cra_name	 = "cmac(aes)",
		.cra_driver_name = "cmac-aes-smbsign",
		.cra_priority	 = DROPIN_PRIORITY,
		.cra_blocksize	 = AES_BLOCK_SIZE,
		.cra_ctxsize	 = sizeof(struct smbsign_cmac_key),
		.cra_module	 = THIS_MODULE,
	},
};

/* The generic engine, and the kernel's drivers by another way, gain nothing. */
static bool is_faster(void)
{
	const struct smbsign_engine *engine = smbsign_engine_current();

	return engine->holds_fpu && engine->cbcmac;
}

/**
 * smbsign_dropin_register() - offer "cmac(aes)", unless that would slow it down
 *
 * Context: Process context, with an engine in force.
 * Return: 0, or the crypto API's error.
 */
int __init smbsign_dropin_register(void)
{
	int err;

	if (!dropin || !is_faster())
		return 0;
	err = crypto_register_shash(&dropin_alg);
	is_registered = !err;
	return err;
}

/**
 * smbsign_dropin_unregister() - withdraw it; nobody uses it
 *
 * Context: Process context.
 */
void smbsign_dropin_unregister(void)
{
	if (is_registered)
		crypto_unregister_shash(&dropin_alg);
	is_registered = false;
}

MODULE_ALIAS_CRYPTO("cmac-aes-smbsign");
