// SPDX-License-Identifier: GPL-2.0-only
/*
 * smbsign: signing of SMB messages inside the kernel.
 */
#include <linux/errno.h>
#include <linux/fips.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/printk.h>

#include "internal.h"

/* Room for the names of what computes in an engine */
#define DESCRIBE_SIZE	256

static char *engine = "auto";
module_param(engine, charp, 0444);
MODULE_PARM_DESC(engine, "engine that computes the MACs: auto (default), generic, kernel, aesni, vaes_avx2, vaes_avx512");

static void __init log_load(void)
{
	const struct smbsign_engine *e = smbsign_engine_current();
	char names[DESCRIBE_SIZE];

	e->describe(names, sizeof(names));
	pr_info("version " SMBSIGN_VERSION ", engine %s (%s)%s\n", e->name,
		names, smbsign_md5_is_available() ? "" :
		", no smbsign(md5): this kernel offers no MD5");
}

static int __init smbsign_init(void)
{
	int err;

	/* The crypto API would panic, which helps nobody. */
	if (fips_enabled && !module_sig_ok(THIS_MODULE)) {
		pr_err("under fips=1 only a signed module may offer algorithms\n");
		return -EKEYREJECTED;
	}
	err = smbsign_engine_init(engine);
	if (err) {
		pr_err("engine=%s: %s\n", engine, err == -EINVAL ?
		       "no such engine" : "not supported on this machine");
		return err;
	}
	err = smbsign_md5_startup();
	if (err)
		goto err_engine;
	err = smbsign_kdf_startup();
	if (err)
		goto err_md5;
	err = smbsign_key_startup();
	if (err)
		goto err_kdf;
	err = smbsign_batch_startup();
	if (err)
		goto err_key;

	err = smbsign_settings_startup();
	if (err)
		goto err_batch;

	err = smbsign_selftest();
	if (err)
		goto err_settings;
	err = smbsign_sysfs_register();
	if (err)
		goto err_settings;
	/* At the end, for what is offered to all may be in use at once. */
	err = smbsign_shash_register();
	if (err)
		goto err_sysfs;
	err = smbsign_dropin_register();
	if (err)
		goto err_shash;
	log_load();
	return 0;

err_shash:
	smbsign_shash_unregister();
err_sysfs:
	smbsign_sysfs_unregister();
err_settings:
	smbsign_settings_shutdown();
err_batch:
	smbsign_batch_shutdown();
err_key:
	smbsign_key_shutdown();
err_kdf:
	smbsign_kdf_shutdown();
err_md5:
	smbsign_md5_shutdown();
err_engine:
	smbsign_engine_exit();
	return err;
}

static void __exit smbsign_exit(void)
{
	smbsign_dropin_unregister();
	smbsign_shash_unregister();
	smbsign_sysfs_unregister();
	smbsign_settings_shutdown();
	smbsign_batch_shutdown();
	smbsign_key_shutdown();
	smbsign_kdf_shutdown();
	smbsign_md5_shutdown();
	smbsign_engine_exit();
}

module_init(smbsign_init);
module_exit(smbsign_exit);

MODULE_DESCRIPTION("Signing of SMB messages: AES-GMAC, AES-CMAC, HMAC-SHA256, MD5");
MODULE_AUTHOR("The smbsign authors");
MODULE_LICENSE("GPL");
MODULE_VERSION(SMBSIGN_VERSION);
