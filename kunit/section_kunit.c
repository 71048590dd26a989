// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sections: what MACs take of the FPU's time is accounted for.
 */
#include <kunit/test.h>
#include <linux/sizes.h>

#include "mac.h"
#include "pdu-utils.h"
#include "test-utils.h"

#define PIECE_LEN	SZ_4K
#define NUM_PIECES	40

/* Of a budget that may have been renewed, but not twice */
static size_t spent(size_t before, size_t after)
{
	return before - after + (after > before ? SMBSIGN_SECTION_BUDGET : 0);
}

/* Of all pieces of a message */
static size_t spent_on_message(struct smbsign_section *section,
			       const struct smbsign_key *key, const u8 *piece)
{
	u8 nonce[GMAC_NONCE_SIZE] = {}, sig[SMBSIGN_SIG_SIZE];
	union smbsign_mac_ctx ctx;
	size_t sum = 0;

	mac_init(&ctx, key, key->alg);
	for (int left = NUM_PIECES; left--;) {
		size_t before = section->budget;

		mac_update(section, &ctx, key, key->alg, piece, PIECE_LEN,
			   left * PIECE_LEN);
		sum += spent(before, section->budget);
	}
	mac_final(section, &ctx, key, key->alg, nonce, sig);
	return sum;
}

/* A piece may be gathered, or be left for the end.  Nobody counts where no FPU is held. */
static void expect_spent(struct kunit *test, enum smbsign_alg alg,
			 size_t piece_cost)
{
	const u8 *piece = kunit_guarded_buf(test, PIECE_LEN);
	struct smbsign_key *key = kunit_random_key(test, alg);
	struct smbsign_section section;
	bool holds_fpu;
	size_t sum;

	KUNIT_ASSERT_LE(test, piece_cost, SMBSIGN_SECTION_BUDGET);
	smbsign_section_begin(&section);
	holds_fpu = section.engine->holds_fpu;
	sum = spent_on_message(&section, key, piece);
	smbsign_section_end(&section);
	if (holds_fpu)
		KUNIT_EXPECT_GE(test, sum, (NUM_PIECES - 1) * piece_cost);
	else
		KUNIT_EXPECT_EQ(test, sum, 0);
}

static void test_section_budget(struct kunit *test)
{
	select_engine(test, test->param_value);
	expect_spent(test, SMBSIGN_AES_GMAC,
		     PIECE_LEN / GHASH_BLOCK_LEN * SMBSIGN_GHASH_BLOCK_COST);
	expect_spent(test, SMBSIGN_AES_CMAC,
		     PIECE_LEN / AES_BLOCK_SIZE * SMBSIGN_CBCMAC_BLOCK_COST);
	expect_spent(test, SMBSIGN_HMAC_SHA256,
		     PIECE_LEN / SHA256_BLOCK_SIZE * SMBSIGN_SHA256_BLOCK_COST);
}

static struct kunit_case section_test_cases[] = {
	KUNIT_CASE_PARAM(test_section_budget, engine_gen_params),
	{}
};

static struct kunit_suite section_test_suite = {
	.name = "smbsign_section",
	.init = init_test,
	.test_cases = section_test_cases,
};

kunit_test_suite(section_test_suite);
