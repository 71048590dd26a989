// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of cmac.c: AES-128-CMAC.
 */
#include "mac-test.h"
#include "vectors/mac-testvecs.h"

static int cmac_key_init(void *key)
{
	return smbsign_cmac_key_init(key);
}

static int cmac_preparekey(void *key, const u8 *raw, size_t len)
{
	return len == SMBSIGN_KEY_SIZE ? smbsign_cmac_preparekey(key, raw) :
					 -EINVAL;
}

static void cmac_key_exit(void *key)
{
	smbsign_cmac_key_exit(key);
}

static void cmac_init(void *ctx, const void *key)
{
	smbsign_cmac_init(ctx);
}

static void cmac_update(void *ctx, const void *key, const u8 *data, size_t len)
{
	struct smbsign_section section;

	smbsign_section_begin(&section);
	smbsign_cmac_update(&section, ctx, key, data, len);
	smbsign_section_end(&section);
}

static int cmac_final(void *ctx, const void *key, u8 *tag)
{
	struct smbsign_section section;

	smbsign_section_begin(&section);
	smbsign_cmac_final(&section, ctx, key, tag);
	smbsign_section_end(&section);
	return 0;
}

static const struct mac_test cmac_test = {
	.alg		= SMBSIGN_AES_CMAC,
	.tag_size	= SMBSIGN_SIG_SIZE,
	.key_size	= sizeof(struct smbsign_cmac_key),
	.ctx_size	= sizeof(struct smbsign_cmac_ctx),
	.wiped_size	= offsetof(struct smbsign_cmac_ctx, buf),
	.key_init	= cmac_key_init,
	.preparekey	= cmac_preparekey,
	.key_exit	= cmac_key_exit,
	.init		= cmac_init,
	.update		= cmac_update,
	.final		= cmac_final,
	.testvecs	= cmac_testvecs,
	.num_testvecs	= ARRAY_SIZE(cmac_testvecs),
	.mac_of_macs	= cmac_mac_of_macs,
};

static int cmac_suite_init(struct kunit *test)
{
	mac_test_setup(test, &cmac_test);
	return 0;
}

/* With the message, which is no secret, the last block would tell a subkey. */
static void test_masked_block_is_wiped(struct kunit *test)
{
	const struct mac_fixture *f = test->priv;
	struct smbsign_cmac_ctx *ctx = f->ctx;
	const struct smbsign_cmac_key *key = f->key;
	u8 *msg = kunit_guarded_buf(test, 2 * CMAC_GATHER_SIZE);

	get_random_bytes(msg, 2 * CMAC_GATHER_SIZE);
	for (size_t len = 0; len <= 2 * CMAC_GATHER_SIZE; len++) {
		size_t last = len ? round_down(len - 1, AES_BLOCK_SIZE) : 0;
		u8 masked[AES_BLOCK_SIZE];

		cmac_init(ctx, key);
		cmac_update(ctx, key, msg, len);
		KUNIT_ASSERT_EQ(test, 0, cmac_final(ctx, key, f->tag));

		memcpy(masked, msg + last, len - last);
		smbsign_cmac_pad(key, masked, len - last);
		for (size_t i = 0; i < sizeof(ctx->buf); i += AES_BLOCK_SIZE)
			KUNIT_EXPECT_MEMNEQ_MSG(test, &ctx->buf[i], masked,
						AES_BLOCK_SIZE, "%zu bytes",
						len);
	}
}

DEFINE_MAC_CASES(cmac_cases,
		 KUNIT_CASE(test_masked_block_is_wiped),
		 KUNIT_CASE_PARAM(test_vectors, engine_gen_params),
		 KUNIT_CASE(benchmark_engines));

static struct kunit_suite cmac_suite = {
	.name = "smbsign_cmac",
	.init = cmac_suite_init,
	.test_cases = cmac_cases,
};

kunit_test_suite(cmac_suite);
