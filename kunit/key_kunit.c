// SPDX-License-Identifier: GPL-2.0-only
/*
 * key.c: which keys are taken, what a key that was refused or replaced leaves
 * behind, and that preparing works in any context.
 */
#include <crypto/hash.h>
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/string.h>

#include "fault-utils.h"
#include "pdu-utils.h"
#include "test-utils.h"

#define MAX_KEY_LEN	300
#define PDU_LEN		100

/* A PDU to compare keys by, and the signature of it */
static void make_pdu(enum smbsign_alg alg, u8 pdu[PDU_LEN])
{
	random_pdu(alg, pdu, PDU_LEN);
}

static void sign(struct kunit *test, const struct smbsign_key *key,
		 const u8 pdu[PDU_LEN], u8 sig[SMBSIGN_SIG_SIZE])
{
	memset(sig, 0, SMBSIGN_SIG_SIZE);
	KUNIT_ASSERT_EQ(test, 0, sign_pdu(key, pdu, PDU_LEN, sig));
}

static void free_shash(void *tfm)
{
	crypto_free_shash(tfm);
}

/* The raw key ends at a guard page, at any alignment. */
static void test_key_lengths(struct kunit *test)
{
	enum smbsign_alg alg = alg_param(test);
	u8 *end = (u8 *)kunit_guarded_buf(test, MAX_KEY_LEN) + MAX_KEY_LEN;
	struct smbsign_key *key;

	key = kunit_random_key(test, alg);
	for (size_t len = 0; len <= MAX_KEY_LEN; len++) {
		bool is_good = alg == SMBSIGN_MD5 || len == SMBSIGN_KEY_SIZE;

		rand_bytes(end - len, len);
		KUNIT_EXPECT_EQ_MSG(test, is_good ? 0 : -EINVAL,
				    smbsign_key_prepare(key, end - len, len),
				    "len=%zu", len);
	}
}

/* Of every length the key is what it says: it stands in front of the message. */
static void test_key_md5_of_any_length(struct kunit *test)
{
	u8 *text = kunit_kzalloc(test, MAX_KEY_LEN + PDU_LEN, GFP_KERNEL);
	u8 *pdu = text + MAX_KEY_LEN;
	u8 sig[SMBSIGN_SIG_SIZE], md5[MD5_DIGEST_SIZE];
	struct crypto_shash *tfm;
	struct smbsign_key *key;

	KUNIT_ASSERT_NOT_NULL(test, text);
	if (!alg_is_available(SMBSIGN_MD5))
		kunit_skip(test, "this kernel offers no MD5");
	tfm = crypto_alloc_shash("md5", 0, 0);
	KUNIT_ASSERT_FALSE(test, IS_ERR(tfm));
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, free_shash, tfm));
	key = kunit_random_key(test, SMBSIGN_MD5);
	rand_bytes(text, MAX_KEY_LEN);
	make_pdu(SMBSIGN_MD5, pdu);
	memset(pdu + SMB1_SIG_OFF + 4, 0, 4);
	for (size_t len = 0; len <= MAX_KEY_LEN; len++) {
		KUNIT_ASSERT_EQ(test, 0, smbsign_key_prepare(key, pdu - len, len));
		sign(test, key, pdu, sig);
		KUNIT_ASSERT_EQ(test, 0, crypto_shash_tfm_digest(tfm, pdu - len,
								 len + PDU_LEN,
								 md5));
		KUNIT_EXPECT_MEMEQ_MSG(test, sig, md5, 8, "len=%zu", len);
	}
}

static void test_key_unknown_alg(struct kunit *test)
{
	struct smbsign_key *key = kunit_kzalloc(test, sizeof(*key), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, key);
	KUNIT_EXPECT_EQ(test, -ENOPKG, smbsign_key_init(key, SMBSIGN_NUM_ALGS));
	KUNIT_EXPECT_EQ(test, -ENOPKG,
			smbsign_key_init(key, (enum smbsign_alg)0xffff));
}

/* Also what the memory held before, and of a key that was never prepared */
static void test_key_exit_wipes(struct kunit *test)
{
	enum smbsign_alg alg = alg_param(test);
	struct smbsign_key *key = kunit_kzalloc(test, sizeof(*key), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, key);
	for (int is_prepared = 0; is_prepared < 2; is_prepared++) {
		memset(key, 0xa5, sizeof(*key));
		KUNIT_ASSERT_EQ(test, 0, smbsign_key_init(key, alg));
		if (is_prepared) {
			KUNIT_EXPECT_EQ(test, 0,
					smbsign_key_prepare(key, "0123456789abcdef",
							    16));
		}
		smbsign_key_exit(key);
		KUNIT_EXPECT_NULL_MSG(test, memchr_inv(key, 0, sizeof(*key)),
				      "prepared: %d", is_prepared);
	}
}

static void test_key_is_replaced(struct kunit *test)
{
	enum smbsign_alg alg = alg_param(test);
	u8 raw[2][SMBSIGN_KEY_SIZE], pdu[PDU_LEN];
	u8 expected[2][SMBSIGN_SIG_SIZE], sig[SMBSIGN_SIG_SIZE];
	struct smbsign_key *key;

	make_pdu(alg, pdu);
	rand_bytes(raw, sizeof(raw));
	for (int i = 0; i < 2; i++) {
		key = kunit_key(test, alg, raw[i], SMBSIGN_KEY_SIZE);
		sign(test, key, pdu, expected[i]);
	}
	KUNIT_EXPECT_MEMNEQ(test, expected[0], expected[1], 8);
	for (int i = 0; i < 6; i++) {
		KUNIT_ASSERT_EQ(test, 0, smbsign_key_prepare(key, raw[i % 2],
							     SMBSIGN_KEY_SIZE));
		sign(test, key, pdu, sig);
		KUNIT_EXPECT_MEMEQ(test, sig, expected[i % 2],
				   SMBSIGN_SIG_SIZE);
	}
}

/* The prepared key is all that is needed from then on. */
static void test_key_raw_is_not_kept(struct kunit *test)
{
	enum smbsign_alg alg = alg_param(test);
	u8 raw[SMBSIGN_KEY_SIZE], pdu[PDU_LEN];
	u8 before[SMBSIGN_SIG_SIZE], after[SMBSIGN_SIG_SIZE];
	struct smbsign_key *key;

	make_pdu(alg, pdu);
	rand_bytes(raw, sizeof(raw));
	key = kunit_key(test, alg, raw, sizeof(raw));
	sign(test, key, pdu, before);
	memset(raw, 0, sizeof(raw));
	sign(test, key, pdu, after);
	KUNIT_EXPECT_MEMEQ(test, before, after, SMBSIGN_SIG_SIZE);
}

/* A refused key neither replaces the one that is there nor damages it. */
static void test_key_refused_changes_nothing(struct kunit *test)
{
	enum smbsign_alg alg = alg_param(test);
	struct smbsign_key *key, *copy;
	u8 raw[2 * SMBSIGN_KEY_SIZE];

	if (alg == SMBSIGN_MD5)
		kunit_skip(test, "SMB1's key may have any length");
	rand_bytes(raw, sizeof(raw));
	key = kunit_random_key(test, alg);
	copy = kunit_kzalloc(test, sizeof(*copy), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, copy);
	memcpy(copy, key, sizeof(*copy));
	for (size_t len = 0; len <= sizeof(raw); len++) {
		if (len != SMBSIGN_KEY_SIZE)
			smbsign_key_prepare(key, raw, len);
		KUNIT_EXPECT_TRUE_MSG(test, !memcmp(key, copy, sizeof(*key)),
				      "len=%zu", len);
	}
}

/* A key for each context, which is replaced there time and again */
struct key_run {
	struct smbsign_key *keys[NUM_TEST_CONTEXTS];
	u8 raw[NUM_TEST_CONTEXTS][SMBSIGN_KEY_SIZE];
	u8 sigs[NUM_TEST_CONTEXTS][SMBSIGN_SIG_SIZE];
	u8 pdu[PDU_LEN];
};

static bool prepares_and_signs(void *data)
{
	struct key_run *run = data;
	enum test_context where = this_context();
	struct smbsign_key *key = run->keys[where];
	u8 sig[SMBSIGN_SIG_SIZE] = {};

	return !smbsign_key_prepare(key, "another key here", 16) &&
	       !sign_pdu(key, run->pdu, PDU_LEN, sig) &&
	       memcmp(sig, run->sigs[where], sizeof(sig)) &&
	       !smbsign_key_prepare(key, run->raw[where], SMBSIGN_KEY_SIZE) &&
	       !sign_pdu(key, run->pdu, PDU_LEN, sig) &&
	       !memcmp(sig, run->sigs[where], sizeof(sig));
}

static void test_key_prepare_in_every_context(struct kunit *test)
{
	enum smbsign_alg alg = alg_param(test);
	struct key_run *run = kunit_kzalloc(test, sizeof(*run), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, run);
	make_pdu(alg, run->pdu);
	rand_bytes(run->raw, sizeof(run->raw));
	for (int i = 0; i < NUM_TEST_CONTEXTS; i++) {
		run->keys[i] = kunit_key(test, alg, run->raw[i],
					 SMBSIGN_KEY_SIZE);
		sign(test, run->keys[i], run->pdu, run->sigs[i]);
	}
	hammer_in_contexts(test, prepares_and_signs, run);
}

/* Preparing and signing at any alignment of the key */
static void test_key_prepare_does_not_allocate(struct kunit *test)
{
	enum smbsign_alg alg = alg_param(test);
	u8 raw[SMBSIGN_KEY_SIZE + 16], pdu[PDU_LEN], sig[SMBSIGN_SIG_SIZE];
	struct smbsign_key *key;

	use_fault_injection(test);
	rand_bytes(raw, sizeof(raw));
	make_pdu(alg, pdu);
	key = kunit_random_key(test, alg);
	alloc_begin_count();
	for (int shift = 0; shift < 16; shift++) {
		smbsign_key_prepare(key, raw + shift, SMBSIGN_KEY_SIZE);
		(void)!sign_pdu(key, pdu, PDU_LEN, sig);
	}
	KUNIT_EXPECT_EQ(test, 0, alloc_end());
}

static unsigned int num_drivers(const struct smbsign_key *key)
{
	switch (key->alg) {
	case SMBSIGN_AES_GMAC:
		return !!key->gmac.aes.tfm + !!key->gmac.ghash.tfm;
	case SMBSIGN_AES_CMAC:
		return !!key->cmac.aes.tfm;
	default:
		return 0;
	}
}

/* Returns whether it failed; either way nothing may be left of it. */
static bool init_fails(struct kunit *test, struct smbsign_key *key,
		       enum smbsign_alg alg, unsigned int nth_alloc)
{
	int err;

	alloc_begin_fail(nth_alloc);
	err = smbsign_key_init(key, alg);
	alloc_end();
	if (!err)
		smbsign_key_exit(key);
	else
		KUNIT_EXPECT_EQ_MSG(test, err, -ENOMEM, "allocation %u",
				    nth_alloc);
	return err;
}

/*
 * Each of the allocations fails in turn.  Not all of them need to be the
 * drivers' own: kmemleak makes one for each, and does without if it has to.
 */
static void test_key_init_without_memory(struct kunit *test)
{
	enum smbsign_alg alg = alg_param(test);
	unsigned int num_takes, num_allocs, num_users, num_failed = 0;
	struct smbsign_key *holder, *key;

	use_fault_injection(test);
	holder = kunit_random_key(test, SMBSIGN_AES_GMAC);
	key = kunit_kzalloc(test, sizeof(*key), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, key);
	alloc_begin_count();
	KUNIT_ASSERT_EQ(test, 0, smbsign_key_init(key, alg));
	num_allocs = alloc_end();
	num_takes = num_drivers(key);
	smbsign_key_exit(key);
	if (!num_takes)
		kunit_skip(test, "a key of this algorithm takes no driver here");

	num_users = num_driver_users(holder);
	for (unsigned int n = 1; n <= num_allocs; n++) {
		num_failed += init_fails(test, key, alg, n);
		KUNIT_EXPECT_LE_MSG(test, num_driver_users(holder), num_users,
				    "allocation %u of %u", n, num_allocs);
	}
	KUNIT_EXPECT_GE(test, num_failed, num_takes);
}

static struct kunit_case key_test_cases[] = {
	KUNIT_CASE_PARAM(test_key_lengths, alg_gen_params),
	KUNIT_CASE(test_key_md5_of_any_length),
	KUNIT_CASE(test_key_unknown_alg),
	KUNIT_CASE_PARAM(test_key_exit_wipes, alg_gen_params),
	KUNIT_CASE_PARAM(test_key_is_replaced, alg_gen_params),
	KUNIT_CASE_PARAM(test_key_raw_is_not_kept, alg_gen_params),
	KUNIT_CASE_PARAM(test_key_refused_changes_nothing, alg_gen_params),
	KUNIT_CASE_PARAM(test_key_prepare_in_every_context, alg_gen_params),
	KUNIT_CASE_PARAM(test_key_prepare_does_not_allocate, alg_gen_params),
	KUNIT_CASE_PARAM(test_key_init_without_memory, alg_gen_params),
	{}
};

static struct kunit_suite key_test_suite = {
	.name = "smbsign_key",
	.init = init_test,
	.test_cases = key_test_cases,
};

kunit_test_suite(key_test_suite);

