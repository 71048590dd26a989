// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of gmac.c: AES-128-GMAC.
 */
#include <linux/string.h>

#include "mac-test.h"
#include "vectors/mac-testvecs.h"

static u8 gmac_nonce[GMAC_NONCE_SIZE];

static void gmac_set_nonce(const u8 nonce[GMAC_NONCE_SIZE])
{
	memcpy(gmac_nonce, nonce, GMAC_NONCE_SIZE);
}

static int gmac_key_init(void *key)
{
	return smbsign_gmac_key_init(key);
}

static int gmac_preparekey(void *key, const u8 *raw, size_t len)
{
	return len == SMBSIGN_KEY_SIZE ? smbsign_gmac_preparekey(key, raw) :
					 -EINVAL;
}

static void gmac_key_exit(void *key)
{
	smbsign_gmac_key_exit(key);
}

static void gmac_init(void *ctx, const void *key)
{
	smbsign_gmac_init(ctx);
}

static void gmac_update(void *ctx, const void *key, const u8 *data, size_t len)
{
	struct smbsign_section section;

	smbsign_section_begin(&section);
	smbsign_gmac_update(&section, ctx, key, data, len);
	smbsign_section_end(&section);
}

static int gmac_final(void *ctx, const void *key, u8 *tag)
{
	struct smbsign_section section;

	smbsign_section_begin(&section);
	smbsign_gmac_final(&section, ctx, key, gmac_nonce, tag);
	smbsign_section_end(&section);
	return 0;
}

static const struct mac_test gmac_test = {
	.alg		= SMBSIGN_AES_GMAC,
	.tag_size	= SMBSIGN_SIG_SIZE,
	.key_size	= sizeof(struct smbsign_gmac_key),
	.ctx_size	= sizeof(struct smbsign_gmac_ctx),
	.wiped_size	= offsetof(struct smbsign_gmac_ctx, acc[1]),
	.key_init	= gmac_key_init,
	.preparekey	= gmac_preparekey,
	.key_exit	= gmac_key_exit,
	.init		= gmac_init,
	.update		= gmac_update,
	.final		= gmac_final,
	.set_nonce	= gmac_set_nonce,
	.testvecs	= gmac_testvecs,
	.num_testvecs	= ARRAY_SIZE(gmac_testvecs),
	.mac_of_macs	= gmac_mac_of_macs,
};

static int gmac_suite_init(struct kunit *test)
{
	mac_test_setup(test, &gmac_test);
	return 0;
}

/* The nonce counts: each of its bits changes the tag. */
static void test_nonce(struct kunit *test)
{
	const struct mac_fixture *f = test->priv;
	u8 expected[SMBSIGN_SIG_SIZE];
	u8 msg[100];

	rand_bytes(msg, sizeof(msg));
	mac_compute(test, msg, sizeof(msg), expected);
	for (int bit = 0; bit < 8 * GMAC_NONCE_SIZE; bit++) {
		gmac_nonce[bit / 8] ^= BIT(bit % 8);
		mac_compute(test, msg, sizeof(msg), f->tag);
		gmac_nonce[bit / 8] ^= BIT(bit % 8);
		KUNIT_EXPECT_MEMNEQ_MSG(test, expected, f->tag,
					SMBSIGN_SIG_SIZE, "bit %d", bit);
	}
}

#define LANES_MAX_LEN	(6 * GMAC_GROUP_LEN)
#define HDR_LEN		SMBSIGN_SMB2_HDR_SIZE

/* A piece that suits lanes, every second time, or any short or long one */
static size_t lanes_piece(size_t left)
{
	size_t n = rand_below(2) ? (1 + rand_below(2)) * GMAC_GROUP_LEN :
				   rand_below(rand_below(2) ? 24 : 400);

	return min(n, left);
}

static void lanes_compute(struct smbsign_gmac_ctx *ctx,
			  const struct smbsign_gmac_key *key, const u8 *msg,
			  size_t len, u8 *tag)
{
	struct smbsign_section section;
	size_t n = rand_below(2) ? min_t(size_t, len, HDR_LEN) :
				   lanes_piece(len);

	smbsign_gmac_init(ctx);
	smbsign_section_begin(&section);
	for (; len; msg += n, len -= n, n = lanes_piece(len))
		smbsign_gmac_update_piece(&section, ctx, key, msg, n, len - n);
	smbsign_gmac_final(&section, ctx, key, gmac_nonce, tag);
	smbsign_section_end(&section);
}

/*
 * What is to follow decides how a piece is computed, and changes no tag; and the
 * lanes are wiped as well.
 */
static void test_lanes(struct kunit *test)
{
	const struct mac_fixture *f = test->priv;
	u8 *end = (u8 *)kunit_guarded_buf(test, LANES_MAX_LEN) + LANES_MAX_LEN;
	struct smbsign_gmac_ctx ctx = {};
	u8 expected[SMBSIGN_SIG_SIZE];

	for (int i = 0; i < 1000; i++) {
		size_t len = rand_below(LANES_MAX_LEN + 1);
		u8 *msg = end - len;

		rand_bytes(msg, len);
		mac_compute(test, msg, len, expected);
		lanes_compute(&ctx, f->key, msg, len, f->tag);
		KUNIT_ASSERT_MEMEQ_MSG(test, expected, f->tag, SMBSIGN_SIG_SIZE,
				       "%zu bytes", len);
		KUNIT_ASSERT_NULL(test, memchr_inv(ctx.acc, 0, sizeof(ctx.acc)));
	}
}

/* A piece of more than a section has: the FPU is let go in the middle. */
static void test_lanes_long_piece(struct kunit *test)
{
	const size_t piece = GMAC_GROUPS_MAX_LEN + GMAC_GROUP_LEN;
	const size_t len = HDR_LEN + piece + HDR_LEN;
	u8 *msg = kunit_guarded_buf(test, len);
	const struct mac_fixture *f = test->priv;
	struct smbsign_section section;
	struct smbsign_gmac_ctx ctx;
	u8 expected[SMBSIGN_SIG_SIZE];

	rand_bytes(msg, len);
	mac_compute(test, msg, len, expected);
	smbsign_gmac_init(&ctx);
	smbsign_section_begin(&section);
	smbsign_gmac_update(&section, &ctx, f->key, msg, HDR_LEN);
	smbsign_gmac_update_piece(&section, &ctx, f->key, msg + HDR_LEN, piece,
				  HDR_LEN);
	smbsign_gmac_update(&section, &ctx, f->key, msg + len - HDR_LEN,
			    HDR_LEN);
	smbsign_gmac_final(&section, &ctx, f->key, gmac_nonce, f->tag);
	smbsign_section_end(&section);
	KUNIT_EXPECT_MEMEQ(test, expected, f->tag, SMBSIGN_SIG_SIZE);
}

/* As a message comes: a header, perhaps groups, and a last piece that may be nothing */
static void last_compute(struct smbsign_gmac_ctx *ctx,
			 const struct smbsign_gmac_key *key, const u8 *msg,
			 size_t groups_len, size_t last_len, u8 *tag)
{
	struct smbsign_section section;

	smbsign_gmac_init(ctx);
	smbsign_section_begin(&section);
	smbsign_gmac_update(&section, ctx, key, msg, HDR_LEN);
	if (groups_len)
		smbsign_gmac_update_piece(&section, ctx, key, msg + HDR_LEN,
					  groups_len, last_len);
	smbsign_gmac_last(&section, ctx, key, msg + HDR_LEN + groups_len,
			  last_len, gmac_nonce, tag);
	smbsign_section_end(&section);
}

static void expect_last(struct kunit *test, u8 *end, size_t groups_len,
			size_t last_len)
{
	size_t len = HDR_LEN + groups_len + last_len;
	const struct mac_fixture *f = test->priv;
	struct smbsign_gmac_ctx ctx = {};
	u8 expected[SMBSIGN_SIG_SIZE];
	u8 *msg = end - len;

	rand_bytes(msg, len);
	mac_compute(test, msg, len, expected);
	last_compute(&ctx, f->key, msg, groups_len, last_len, f->tag);
	KUNIT_ASSERT_MEMEQ_MSG(test, expected, f->tag, SMBSIGN_SIG_SIZE,
			       "groups of %zu bytes and %zu more", groups_len,
			       last_len);
	KUNIT_ASSERT_NULL(test, memchr_inv(ctx.acc, 0, sizeof(ctx.acc)));
}

/*
 * What the engine does of the last piece at once, with all that stands before it: each
 * length of a piece up to behind the second group, and nothing is read behind its end.
 */
static void test_last(struct kunit *test)
{
	u8 *end = (u8 *)kunit_guarded_buf(test, LANES_MAX_LEN) + LANES_MAX_LEN;

	for (size_t len = 0; len < 2 * GMAC_GROUP_LEN + 128; len++) {
		expect_last(test, end, 0, len);
		expect_last(test, end, (1 + len % 2) * GMAC_GROUP_LEN, len);
	}
}

/* A last piece of more than a section has is not done at once. */
static void test_last_long(struct kunit *test)
{
	const size_t len = GMAC_GROUPS_MAX_LEN + 100;
	u8 *end = (u8 *)kunit_guarded_buf(test, HDR_LEN + GMAC_GROUP_LEN + len) +
		  HDR_LEN + GMAC_GROUP_LEN + len;

	expect_last(test, end, 0, len);
	expect_last(test, end, GMAC_GROUP_LEN, len);
}

DEFINE_MAC_CASES(gmac_cases,
		 KUNIT_CASE_PARAM(test_vectors, engine_gen_params),
		 KUNIT_CASE_PARAM(test_nonce, engine_gen_params),
		 KUNIT_CASE_PARAM(test_lanes, engine_gen_params),
		 KUNIT_CASE_PARAM(test_lanes_long_piece, engine_gen_params),
		 KUNIT_CASE_PARAM(test_last, engine_gen_params),
		 KUNIT_CASE_PARAM(test_last_long, engine_gen_params),
		 KUNIT_CASE(benchmark_engines));

static struct kunit_suite gmac_suite = {
	.name = "smbsign_gmac",
	.init = gmac_suite_init,
	.test_cases = gmac_cases,
};

kunit_test_suite(gmac_suite);
