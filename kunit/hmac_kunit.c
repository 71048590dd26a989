// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of hmac.c: HMAC-SHA256, of which the tag here is the whole 32 bytes.
 */
#include "mac-test.h"
#include "vectors/mac-testvecs.h"

static int hmac_preparekey(void *key, const u8 *raw, size_t len)
{
	smbsign_hmac_preparekey(key, raw, len);
	return 0;
}

static void hmac_init(void *ctx, const void *key)
{
	smbsign_hmac_init(ctx, key);
}

static void hmac_update(void *ctx, const void *key, const u8 *data, size_t len)
{
	struct smbsign_section section;

	smbsign_section_begin(&section);
	smbsign_hmac_update(&section, ctx, data, len);
	smbsign_section_end(&section);
}

static int hmac_final(void *ctx, const void *key, u8 *tag)
{
	struct smbsign_section section;

	smbsign_section_begin(&section);
	smbsign_hmac_final(&section, ctx, key, tag);
	smbsign_section_end(&section);
	return 0;
}

static const struct mac_test hmac_test = {
	.alg		= SMBSIGN_HMAC_SHA256,
	.tag_size	= SHA256_DIGEST_SIZE,
	.key_size	= sizeof(struct smbsign_hmac_key),
	.ctx_size	= sizeof(struct smbsign_hmac_ctx),
	.wiped_size	= offsetof(struct smbsign_hmac_ctx, buf),
	.preparekey	= hmac_preparekey,
	.init		= hmac_init,
	.update		= hmac_update,
	.final		= hmac_final,
	.testvecs	= hmac_testvecs,
	.num_testvecs	= ARRAY_SIZE(hmac_testvecs),
	.mac_of_macs	= hmac_mac_of_macs,
};

static int hmac_suite_init(struct kunit *test)
{
	mac_test_setup(test, &hmac_test);
	return 0;
}

DEFINE_MAC_CASES(hmac_cases,
		 KUNIT_CASE_PARAM(test_vectors, engine_gen_params),
		 KUNIT_CASE(benchmark_engines));

static struct kunit_suite hmac_suite = {
	.name = "smbsign_hmac",
	.init = hmac_suite_init,
	.test_cases = hmac_cases,
};

kunit_test_suite(hmac_suite);
