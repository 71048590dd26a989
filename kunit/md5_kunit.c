// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of md5.c: MD5 over key and message, cut to 8 bytes.
 */
#include "mac-test.h"
#include "vectors/mac-testvecs.h"

static int md5_preparekey(void *key, const u8 *raw, size_t len)
{
	return smbsign_md5_preparekey(key, raw, len);
}

static void md5_init(void *ctx, const void *key)
{
	smbsign_md5_init(ctx, key);
}

/* An error would show in the tag. */
static void md5_update(void *ctx, const void *key, const u8 *data, size_t len)
{
	smbsign_md5_update(ctx, data, len);
}

static int md5_final(void *ctx, const void *key, u8 *tag)
{
	return smbsign_md5_final(ctx, tag);
}

static const struct mac_test md5_test = {
	.alg		= SMBSIGN_MD5,
	.tag_size	= SMBSIGN_SMB1_SIG_SIZE,
	.key_size	= sizeof(struct smbsign_md5_key),
	.ctx_size	= sizeof(struct smbsign_md5_ctx),
	.is_available	= smbsign_md5_is_available,
	.preparekey	= md5_preparekey,
	.init		= md5_init,
	.update		= md5_update,
	.final		= md5_final,
	.testvecs	= md5_testvecs,
	.num_testvecs	= ARRAY_SIZE(md5_testvecs),
	.mac_of_macs	= md5_mac_of_macs,
};

static int md5_suite_init(struct kunit *test)
{
	mac_test_setup(test, &md5_test);
	return 0;
}

DEFINE_MAC_CASES(md5_cases,
		 KUNIT_CASE_PARAM(test_vectors, engine_gen_params));

static struct kunit_suite md5_suite = {
	.name = "smbsign_md5",
	.init = md5_suite_init,
	.test_cases = md5_cases,
};

kunit_test_suite(md5_suite);
