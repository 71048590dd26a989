// SPDX-License-Identifier: GPL-2.0-only
/*
 * key.c, keys of consumers: which are made, that they sign like any key, and
 * their references, down to the last that is given back in an interrupt.
 */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/string.h>
#include <linux/tracepoint.h>
#include <trace/events/kmem.h>

#include "fault-utils.h"
#include "pdu-utils.h"
#include "test-utils.h"
#include "vectors/kdf-testvecs.h"

#define PDU_LEN		100
#define MAX_KEY_LEN	64

/* How long the freeing of a key may take, which is left to a workqueue */
#define MAX_FREE_MS	5000

static const u8 some_key[] = "0123456789abcdef";

static void put_key(void *key)
{
	smbsign_key_put(key);
}

/* Given back with the test; the test ends if it is an error. */
static struct smbsign_key *put_at_end(struct kunit *test,
				      struct smbsign_key *key)
{
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, key);
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, put_key, key));
	return key;
}

/* @key signs like one that was prepared from @raw. */
static void expect_signs_as(struct kunit *test, const struct smbsign_key *key,
			    const u8 raw[SMBSIGN_KEY_SIZE], const char *what)
{
	u8 sig[SMBSIGN_SIG_SIZE] = {}, expected[SMBSIGN_SIG_SIZE] = {};
	u8 pdu[PDU_LEN];

	random_pdu(key->alg, pdu, sizeof(pdu));
	KUNIT_ASSERT_EQ(test, 0,
			sign_pdu(kunit_key(test, key->alg, raw, 16), pdu,
				 sizeof(pdu), expected));
	KUNIT_ASSERT_EQ(test, 0, sign_pdu(key, pdu, sizeof(pdu), sig));
	KUNIT_EXPECT_MEMEQ_MSG(test, sig, expected, sizeof(sig), "%s", what);
}

static void test_key_alloc(struct kunit *test)
{
	enum smbsign_alg alg = alg_param(test);
	u8 raw[SMBSIGN_KEY_SIZE], copy[SMBSIGN_KEY_SIZE];

	for (int role = SMBSIGN_CLIENT; role <= SMBSIGN_SERVER; role++) {
		struct smbsign_key *key;

		rand_bytes(raw, sizeof(raw));
		memcpy(copy, raw, sizeof(copy));
		key = put_at_end(test, smbsign_key_alloc(alg, role, copy, 16));
		memset(copy, 0, sizeof(copy));
		KUNIT_EXPECT_EQ(test, smbsign_key_alg(key), alg);
		expect_signs_as(test, key, raw, alg_name(alg));
	}
}

static void expect_no_key(struct kunit *test, struct smbsign_key *key,
			  long err, const char *what, unsigned long number)
{
	KUNIT_EXPECT_NOT_NULL(test, key);
	KUNIT_EXPECT_EQ_MSG(test, PTR_ERR_OR_ZERO(key), err, "%s %lu", what,
			    number);
	if (!IS_ERR(key))
		smbsign_key_put(key);
}

static void test_key_alloc_refuses(struct kunit *test)
{
	static const int algs[] = { SMBSIGN_NUM_ALGS, 0xff, -1 };
	static const int roles[] = { SMBSIGN_SERVER + 1, 0xff, -1 };

	for (int i = 0; i < ARRAY_SIZE(algs); i++)
		expect_no_key(test, smbsign_key_alloc(algs[i], SMBSIGN_CLIENT,
						      some_key, 16),
			      -EINVAL, "algorithm", algs[i]);
	for (int i = 0; i < ARRAY_SIZE(roles); i++)
		expect_no_key(test, smbsign_key_alloc(SMBSIGN_AES_CMAC, roles[i],
						      some_key, 16),
			      -EINVAL, "role", roles[i]);
}

static void test_key_alloc_lengths(struct kunit *test)
{
	enum smbsign_alg alg = alg_param(test);
	u8 *end = (u8 *)kunit_guarded_buf(test, MAX_KEY_LEN) + MAX_KEY_LEN;

	for (size_t len = 0; len <= MAX_KEY_LEN; len++) {
		bool is_good = alg == SMBSIGN_MD5 || len == SMBSIGN_KEY_SIZE;

		expect_no_key(test, smbsign_key_alloc(alg, SMBSIGN_CLIENT,
						      end - len, len),
			      is_good ? 0 : -EINVAL, "length", len);
	}
}

/* MS-SMB2 3.1.4.1: before SMB 3.1.1 the dialect leaves no choice. */
static void test_key_derive_pairs(struct kunit *test)
{
	static const struct {
		u16 dialect;
		bool can[SMBSIGN_NUM_ALGS];	/* HMAC, CMAC, GMAC, MD5 */
	} pairs[] = {
		{ SMBSIGN_SMB202, { 1, 0, 0, 0 } },
		{ SMBSIGN_SMB210, { 1, 0, 0, 0 } },
		{ SMBSIGN_SMB300, { 0, 1, 0, 0 } },
		{ SMBSIGN_SMB302, { 0, 1, 0, 0 } },
		{ SMBSIGN_SMB311, { 1, 1, 1, 0 } },
		{ 0x02ff, { 0, 0, 0, 0 } },
		{ 0, { 0, 0, 0, 0 } },
	};
	struct smbsign_preauth preauth = {};

	for (int i = 0; i < ARRAY_SIZE(pairs) * SMBSIGN_NUM_ALGS; i++) {
		u16 dialect = pairs[i / SMBSIGN_NUM_ALGS].dialect;
		int alg = i % SMBSIGN_NUM_ALGS;

		expect_no_key(test, smbsign_key_derive(alg, SMBSIGN_SERVER,
						       dialect, some_key, 16,
						       &preauth),
			      pairs[i / SMBSIGN_NUM_ALGS].can[alg] ? 0 : -EINVAL,
			      alg_name(alg), dialect);
	}
}

/* The derived key is the one of kdf.c. */
static void test_key_derive_vectors(struct kunit *test)
{
	struct smbsign_preauth preauth;
	int num = 0;

	for (int i = 0; i < ARRAY_SIZE(kdf_testvecs); i++) {
		const struct kdf_testvec *vec = &kdf_testvecs[i];
		enum smbsign_alg alg = SMBSIGN_AES_CMAC;
		struct smbsign_key *key;

		if (strcmp(vec->label, "SMB2AESCMAC") &&
		    strcmp(vec->label, "SMBSigningKey"))
			continue;
		if (vec->dialect == SMBSIGN_SMB311)
			alg = num % 3;
		memset(&preauth, 0, sizeof(preauth));
		memcpy(preauth.hash, vec->context, vec->context_size);
		key = smbsign_key_derive(alg, SMBSIGN_CLIENT, vec->dialect,
					 vec->key, sizeof(vec->key), &preauth);
		put_at_end(test, key);
		KUNIT_EXPECT_EQ(test, smbsign_key_alg(key), alg);
		expect_signs_as(test, key, vec->out, vec->name);
		num++;
	}
	KUNIT_EXPECT_GT(test, num, 40);
}

static void test_key_derive_refuses(struct kunit *test)
{
	struct smbsign_preauth preauth = {};

	expect_no_key(test, smbsign_key_derive(SMBSIGN_AES_GMAC, SMBSIGN_CLIENT,
					       SMBSIGN_SMB311, some_key, 16,
					       NULL),
		      -EINVAL, "no preauth", 0);
	expect_no_key(test, smbsign_key_derive(SMBSIGN_AES_GMAC, SMBSIGN_CLIENT,
					       SMBSIGN_SMB311, some_key, 0,
					       &preauth),
		      -ENOKEY, "length", 0);
	expect_no_key(test, smbsign_key_derive(SMBSIGN_AES_CMAC,
					       SMBSIGN_SERVER + 1,
					       SMBSIGN_SMB300, some_key, 16,
					       NULL),
		      -EINVAL, "role", SMBSIGN_SERVER + 1);
}

/* As long as one reference is left, the key is there. */
static void test_key_references(struct kunit *test)
{
	enum smbsign_alg alg = alg_param(test);
	struct smbsign_key *key;

	key = put_at_end(test, smbsign_key_alloc(alg, SMBSIGN_CLIENT, some_key,
						 16));
	for (int i = 0; i < 10; i++)
		KUNIT_EXPECT_PTR_EQ(test, smbsign_key_get(key), key);
	for (int i = 0; i < 10; i++)
		smbsign_key_put(key);
	/* Were it freed, it would be by now, and KASAN would tell. */
	msleep(20);
	expect_signs_as(test, key, some_key, alg_name(alg));
	smbsign_key_put(NULL);
}

static bool puts_key(void *key)
{
	smbsign_key_put(key);
	return true;
}

/*
 * The last reference goes in any context, and with it what the key has.  Keys
 * of former tests may go as well meanwhile, so that users become fewer.
 */
static void test_key_last_put(struct kunit *test)
{
	struct smbsign_key *holder = kunit_random_key(test, SMBSIGN_AES_GMAC);

	for (int where = 0; where < NUM_TEST_CONTEXTS; where++) {
		unsigned int num_users = num_driver_users(holder);
		struct smbsign_key *key;
		int ms = 0;

		key = smbsign_key_alloc(SMBSIGN_AES_GMAC, SMBSIGN_CLIENT,
					some_key, 16);
		KUNIT_ASSERT_FALSE(test, IS_ERR(key));
		run_in_context(test, where, puts_key, key);
		while (num_driver_users(holder) > num_users &&
		       ms++ < MAX_FREE_MS)
			usleep_range(1000, 2000);
		KUNIT_EXPECT_LE_MSG(test, num_driver_users(holder), num_users,
				    "%s", test_context_name(where));
	}
}

/* A key, and what kfree() found there, by its tracepoint: before it is free */
struct wipe_watch {
	struct smbsign_key *key;
	bool is_wiped;
	struct completion is_freed;
};

static void watch_kfree(void *data, unsigned long call_site, const void *ptr)
{
	struct wipe_watch *watch = data;

	if (!ptr || ptr != READ_ONCE(watch->key))
		return;
	watch->is_wiped = !memchr_inv(ptr, 0, sizeof(*watch->key));
	/* Others may get the memory, and free it. */
	WRITE_ONCE(watch->key, NULL);
	complete(&watch->is_freed);
}

static void unwatch_kfree(void *watch)
{
	unregister_trace_kfree(watch_kfree, watch);
	tracepoint_synchronize_unregister();
}

/* With the last reference all is zero before anybody else gets the memory. */
static void test_key_last_put_wipes(struct kunit *test)
{
	enum smbsign_alg alg = alg_param(test);
	struct wipe_watch *watch = kunit_kzalloc(test, sizeof(*watch),
						 GFP_KERNEL);

	if (!IS_ENABLED(CONFIG_TRACEPOINTS))
		kunit_skip(test, "a kernel without tracepoints");
	KUNIT_ASSERT_NOT_NULL(test, watch);
	init_completion(&watch->is_freed);
	KUNIT_ASSERT_EQ(test, 0, register_trace_kfree(watch_kfree, watch));
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, unwatch_kfree,
							   watch));
	for (int where = 0; where < NUM_TEST_CONTEXTS; where++) {
		struct smbsign_key *key;

		key = smbsign_key_alloc(alg, SMBSIGN_CLIENT, some_key, 16);
		KUNIT_ASSERT_FALSE(test, IS_ERR(key));
		WRITE_ONCE(watch->key, key);
		run_in_context(test, where, puts_key, key);
		KUNIT_ASSERT_NE(test, 0,
				wait_for_completion_timeout(&watch->is_freed,
							    msecs_to_jiffies(MAX_FREE_MS)));
		KUNIT_EXPECT_TRUE_MSG(test, watch->is_wiped, "%s",
				      test_context_name(where));
	}
}

/*
 * Each allocation fails in turn and leaves nothing behind.  Some need not do
 * harm: kmemleak's own, and what kvzalloc() finds elsewhere.
 */
static void test_key_alloc_without_memory(struct kunit *test)
{
	enum smbsign_alg alg = alg_param(test);
	struct smbsign_key *holder, *key;
	unsigned int num_allocs, num_failed = 0;

	use_fault_injection(test);
	holder = kunit_random_key(test, SMBSIGN_AES_GMAC);
	alloc_begin_count();
	key = smbsign_key_alloc(alg, SMBSIGN_CLIENT, some_key, 16);
	num_allocs = alloc_end();
	put_at_end(test, key);
	KUNIT_EXPECT_GT(test, num_allocs, 0);

	for (unsigned int n = 1; n <= num_allocs; n++) {
		unsigned int num_users = num_driver_users(holder);

		alloc_begin_fail(n);
		key = smbsign_key_alloc(alg, SMBSIGN_CLIENT, some_key, 16);
		alloc_end();
		if (!IS_ERR(key)) {
			put_at_end(test, key);
			continue;
		}
		num_failed++;
		KUNIT_EXPECT_EQ(test, PTR_ERR(key), -ENOMEM);
		KUNIT_EXPECT_LE_MSG(test, num_driver_users(holder), num_users,
				    "allocation %u of %u", n, num_allocs);
	}
	KUNIT_EXPECT_GT(test, num_failed, 0);
}

static struct kunit_case key_refs_test_cases[] = {
	KUNIT_CASE_PARAM(test_key_alloc, alg_gen_params),
	KUNIT_CASE(test_key_alloc_refuses),
	KUNIT_CASE_PARAM(test_key_alloc_lengths, alg_gen_params),
	KUNIT_CASE(test_key_derive_pairs),
	KUNIT_CASE(test_key_derive_vectors),
	KUNIT_CASE(test_key_derive_refuses),
	KUNIT_CASE_PARAM(test_key_references, alg_gen_params),
	KUNIT_CASE(test_key_last_put),
	KUNIT_CASE_PARAM(test_key_last_put_wipes, alg_gen_params),
	KUNIT_CASE_PARAM(test_key_alloc_without_memory, alg_gen_params),
	{}
};

static struct kunit_suite key_refs_test_suite = {
	.name = "smbsign_key_refs",
	.init = init_test,
	.test_cases = key_refs_test_cases,
};

kunit_test_suite(key_refs_test_suite);
