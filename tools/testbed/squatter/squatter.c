// SPDX-License-Identifier: GPL-2.0-only
/*
 * Takes the name of a driver of the crypto API, so that who comes to register it
 * is refused with -EEXIST.
 */
#include <crypto/internal/hash.h>
#include <linux/module.h>
#include <linux/string.h>

static char *driver = "squatter";
module_param(driver, charp, 0444);
MODULE_PARM_DESC(driver, "the name to take");

static int squatter_init(struct shash_desc *desc)
{
	return 0;
}

static int squatter_update(struct shash_desc *desc, const u8 *data,
			   unsigned int len)
{
	return 0;
}

static int squatter_final(struct shash_desc *desc, u8 *out)
{
	*out = 0;
	return 0;
}

static struct shash_alg squatter_alg = {
	.digestsize	= 1,
	.init		= squatter_init,
	.update		= squatter_update,
	.final		= squatter_final,
	.base = {
		.cra_name	= "squatter",
		.cra_blocksize	= 1,
		.cra_module	= THIS_MODULE,
	},
};

static int __init squatter_mod_init(void)
{
	if (strscpy(squatter_alg.base.cra_driver_name, driver,
		    CRYPTO_MAX_ALG_NAME) < 0)
		return -EINVAL;
	return crypto_register_shash(&squatter_alg);
}

static void __exit squatter_mod_exit(void)
{
	crypto_unregister_shash(&squatter_alg);
}

module_init(squatter_mod_init);
module_exit(squatter_mod_exit);

MODULE_DESCRIPTION("Takes the name of a driver of the crypto API");
MODULE_AUTHOR("The smbsign authors");
MODULE_LICENSE("GPL");
