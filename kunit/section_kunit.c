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

/* Since the last call, if that was not more than the whole budget */
static size_t spent(struct smbsign_section *section)
{
	size_t n = SMBSIGN_SECTION_BUDGET - section->budget;

	section->budget = SMBSIGN_SECTION_BUDGET;
	return n;
}

/* Of all pieces of a message */
static size_t spent_on_message(struct smbsign_section *section,
			       const struct smbsign_key *key, const u8 *piece)
{
	u8 nonce[GMAC_NONCE_SIZE] = {}, sig[SMBSIGN_SIG_SIZE];
	union smbsign_mac_ctx ctx;
	size_t sum = 0;

	mac_init(&ctx, key, key->alg);
	for (int i = 0; i < NUM_PIECES; i++) {
		mac_update(section, &ctx, key, key->alg, piece, PIECE_LEN);
		sum += spent(section);
	}
	mac_final(section, &ctx, key, key->alg, nonce, sig);
	return sum;
}

/* The same by lanes, with the last piece and the end at once; or of that one alone */
static size_t spent_on_groups(struct smbsign_section *section,
			      const struct smbsign_key *key, const u8 *piece,
			      int num_pieces)
{
	u8 nonce[GMAC_NONCE_SIZE] = {}, sig[SMBSIGN_SIG_SIZE];
	struct smbsign_gmac_ctx ctx;
	size_t sum = 0;

	smbsign_gmac_init(&ctx);
	smbsign_gmac_update(section, &ctx, &key->gmac, piece,
			    SMBSIGN_SMB2_HDR_SIZE);
	for (int left = num_pieces; --left;) {
		smbsign_gmac_update_piece(section, &ctx, &key->gmac, piece,
					  PIECE_LEN, left * PIECE_LEN);
		sum += spent(section);
	}
	smbsign_gmac_last(section, &ctx, &key->gmac, piece, PIECE_LEN, nonce,
			  sig);
	return sum + spent(section);
}

static void expect_spent_on_groups(struct kunit *test, size_t piece_cost)
{
	const u8 *piece = kunit_guarded_buf(test, PIECE_LEN);
	struct smbsign_key *key = kunit_random_key(test, SMBSIGN_AES_GMAC);
	struct smbsign_section section;
	size_t num;

	for (num = 1; num <= NUM_PIECES; num += NUM_PIECES - 1) {
		size_t sum;

		smbsign_section_begin(&section);
		sum = spent_on_groups(&section, key, piece, num);
		smbsign_section_end(&section);
		if (section.engine->holds_fpu)
			KUNIT_EXPECT_GE(test, sum, num * piece_cost);
		else
			KUNIT_EXPECT_EQ(test, sum, 0);
	}
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
	const size_t gmac_cost = PIECE_LEN / GHASH_BLOCK_LEN *
				 SMBSIGN_GHASH_BLOCK_COST;

	select_engine(test, test->param_value);
	expect_spent(test, SMBSIGN_AES_GMAC, gmac_cost);
	expect_spent_on_groups(test, gmac_cost);
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
