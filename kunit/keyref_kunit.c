// SPDX-License-Identifier: GPL-2.0-only
/*
 * key.c, keys of a consumer: which ones there are, and how long they live.
 * What they are derived from is the matter of keyref_derive_kunit.c, prepared
 * keys themselves that of key_kunit.c.
 */
#include <kunit/test.h>
#include <linux/atomic.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "fault-utils.h"
#include "msg-utils.h"

#define MSG_LEN		120

/* A message that a key of this algorithm and role may sign, and how it does */
static void make_msg(enum smbsign_alg alg, enum smbsign_role role,
		     u8 msg[MSG_LEN])
{
	random_msg(alg, role, msg, MSG_LEN);
}

static int sign(struct smbsign_key *key, u8 msg[MSG_LEN])
{
	struct kvec iov = { msg, MSG_LEN };

	return smbsign_sign_kvec(key, &iov, 1, MSG_LEN);
}

static int verify(struct smbsign_key *key, const u8 msg[MSG_LEN])
{
	struct kvec iov = { (u8 *)msg, MSG_LEN };

	return smbsign_verify_kvec(key, &iov, 1, MSG_LEN);
}

static struct smbsign_key *try_alloc(enum smbsign_alg alg,
				     enum smbsign_role role, size_t len)
{
	static const u8 raw[300];

	return smbsign_key_alloc(alg, role, raw, len);
}

static void expect_refused(struct kunit *test, struct smbsign_key *key, int err)
{
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(key), err);
	if (!IS_ERR(key))
		smbsign_key_put(key);
}

/*
 * Freeing may be left to somebody else, but not for long.  There are fewer
 * users than before if a former test's keys had still to be freed then.
 */
static bool drops_to(const struct smbsign_key *holder, unsigned int num)
{
	unsigned long end = jiffies + 10 * HZ;

	while (num_driver_users(holder) > num && time_before(jiffies, end))
		schedule_timeout_uninterruptible(1);
	return num_driver_users(holder) <= num;
}

static void test_keyref_arguments(struct kunit *test)
{
	enum smbsign_alg alg = alg_param(test);
	struct smbsign_key *holder;
	unsigned int before;

	rand_seed(9);
	holder = kunit_random_key(test, SMBSIGN_AES_GMAC);
	before = num_driver_users(holder);
	for (size_t len = 0; len < 300; len++) {
		bool is_good = alg == SMBSIGN_MD5 || len == SMBSIGN_KEY_SIZE;

		for (int role = 0; role < 2; role++)
			expect_refused(test, try_alloc(alg, role, len),
				       is_good ? 0 : -EINVAL);
	}
	expect_refused(test, try_alloc(alg, SMBSIGN_SERVER + 1, 16), -EINVAL);
	expect_refused(test, try_alloc(alg, (enum smbsign_role)-1, 16),
		       -EINVAL);
	KUNIT_EXPECT_TRUE(test, drops_to(holder, before));
}

static void test_keyref_unknown_alg(struct kunit *test)
{
	static const enum smbsign_alg algs[] = {
		SMBSIGN_NUM_ALGS, (enum smbsign_alg)-1, (enum smbsign_alg)0x100,
		(enum smbsign_alg)0xffff,
	};

	for (int i = 0; i < ARRAY_SIZE(algs); i++) {
		expect_refused(test, try_alloc(algs[i], 0, 16), -EINVAL);
		expect_refused(test, try_alloc(algs[i], 1, 0), -EINVAL);
	}
}

static void test_keyref_algorithm(struct kunit *test)
{
	enum smbsign_alg alg = alg_param(test);
	struct key_pair keys;

	rand_seed(1);
	keys = kunit_key_pair(test, alg);
	KUNIT_EXPECT_EQ(test, alg, smbsign_key_alg(keys.of[0]));
	KUNIT_EXPECT_EQ(test, alg, smbsign_key_alg(keys.of[1]));
}

/* Whoever has a reference can use it, whatever the others do. */
static void test_keyref_get_put(struct kunit *test)
{
	enum smbsign_alg alg = alg_param(test);
	struct key_pair keys;
	u8 msg[MSG_LEN];

	rand_seed(2);
	keys = kunit_key_pair(test, alg);
	make_msg(alg, SMBSIGN_CLIENT, msg);
	KUNIT_ASSERT_EQ(test, 0, sign(keys.of[SMBSIGN_CLIENT], msg));
	for (int i = 0; i < 100; i++)
		KUNIT_EXPECT_PTR_EQ(test, keys.of[SMBSIGN_SERVER],
				    smbsign_key_get(keys.of[SMBSIGN_SERVER]));
	for (int i = 0; i < 100; i++) {
		smbsign_key_put(keys.of[SMBSIGN_SERVER]);
		KUNIT_EXPECT_EQ(test, 0, verify(keys.of[SMBSIGN_SERVER], msg));
	}
}

/* Not kept, so the caller can wipe it. */
static void test_keyref_raw_is_not_kept(struct kunit *test)
{
	enum smbsign_alg alg = alg_param(test);
	u8 raw[SMBSIGN_KEY_SIZE], msg[MSG_LEN];
	struct smbsign_key *key, *peer;

	rand_seed(3);
	rand_bytes(raw, sizeof(raw));
	key = kunit_signing_key(test, alg, SMBSIGN_CLIENT, raw, sizeof(raw));
	peer = kunit_signing_key(test, alg, SMBSIGN_SERVER, raw, sizeof(raw));
	memset(raw, 0, sizeof(raw));
	make_msg(alg, SMBSIGN_CLIENT, msg);
	KUNIT_EXPECT_EQ(test, 0, sign(key, msg));
	KUNIT_EXPECT_EQ(test, 0, verify(peer, msg));
}

static void check_engines(struct kunit *test, enum smbsign_alg alg,
			  const struct smbsign_engine *first,
			  const struct smbsign_engine *second)
{
	struct key_pair keys;
	u8 msg[MSG_LEN];

	select_engine(test, first);
	keys = kunit_key_pair(test, alg);
	make_msg(alg, SMBSIGN_CLIENT, msg);
	KUNIT_EXPECT_EQ(test, 0, sign(keys.of[SMBSIGN_CLIENT], msg));
	select_engine(test, second);
	KUNIT_EXPECT_EQ(test, 0, verify(keys.of[SMBSIGN_SERVER], msg));
	KUNIT_EXPECT_EQ(test, 0, sign(keys.of[SMBSIGN_CLIENT], msg));
}

/* A key prepared under any engine works under any other. */
static void test_keyref_engines(struct kunit *test)
{
	unsigned int n = num_engines();

	use_engine(test);
	rand_seed(4);
	for (unsigned int i = 0; i < n * n * SMBSIGN_NUM_ALGS; i++)
		check_engines(test, nth_alg(i / (n * n)),
			      smbsign_engine_supported(i / n % n),
			      smbsign_engine_supported(i % n));
}

struct ref_run {
	struct smbsign_key *key;
	u8 msg[MSG_LEN];
};

static bool gets_and_puts(void *data)
{
	struct ref_run *run = data;
	struct smbsign_key *key = smbsign_key_get(run->key);
	int err = verify(key, run->msg);

	smbsign_key_put(NULL);
	smbsign_key_put(key);
	return key == run->key && !err;
}

static void init_ref_run(struct kunit *test, struct ref_run *run,
			 enum smbsign_alg alg)
{
	struct key_pair keys = kunit_key_pair(test, alg);

	make_msg(alg, SMBSIGN_CLIENT, run->msg);
	KUNIT_ASSERT_EQ(test, 0, sign(keys.of[SMBSIGN_CLIENT], run->msg));
	run->key = keys.of[SMBSIGN_SERVER];
}

static void test_keyref_in_contexts(struct kunit *test)
{
	enum smbsign_alg alg = alg_param(test);
	struct ref_run run;

	rand_seed(5);
	init_ref_run(test, &run, alg);
	run_in_contexts(test, gets_and_puts, &run);
}

static bool puts_last(void *data)
{
	smbsign_key_put(data);
	return true;
}

/* The last reference, wherever it is given back */
static void test_keyref_last_put(struct kunit *test)
{
	enum smbsign_alg alg = alg_param(test);
	u8 raw[SMBSIGN_KEY_SIZE] = { 1 };
	struct smbsign_key *holder, *key;
	unsigned int before;

	rand_seed(6);
	holder = kunit_random_key(test, SMBSIGN_AES_GMAC);
	before = num_driver_users(holder);
	for (int where = 0; where < NUM_TEST_CONTEXTS; where++) {
		for (int i = 0; i < 10; i++) {
			key = smbsign_key_alloc(alg, SMBSIGN_CLIENT, raw,
						sizeof(raw));
			KUNIT_ASSERT_FALSE(test, IS_ERR(key));
			run_in_context(test, where, puts_last, key);
		}
		KUNIT_EXPECT_TRUE_MSG(test, drops_to(holder, before),
				      "%u users of the drivers before, %u after keys were put in %s context",
				      before, num_driver_users(holder),
				      test_context_name(where));
	}
}

#define NUM_THREADS	4

struct thread {
	struct ref_run *run;
	unsigned int num_rounds, num_failed;
	struct task_struct *task;
};

/* It has a reference from the beginning, and gives it back at the end. */
static int use_until_stopped(void *data)
{
	struct thread *t = data;

	while (!kthread_should_stop()) {
		t->num_failed += !gets_and_puts(t->run);
		WRITE_ONCE(t->num_rounds, t->num_rounds + 1);
		cond_resched();
	}
	smbsign_key_put(t->run->key);
	return 0;
}

static void wait_for_rounds(struct thread *threads, unsigned int num)
{
	unsigned long end = jiffies + 30 * HZ;

	for (int i = 0; i < NUM_THREADS; i++) {
		while (READ_ONCE(threads[i].num_rounds) < num &&
		       time_before(jiffies, end))
			schedule_timeout_uninterruptible(1);
	}
}

/* The first owner is gone long before the last user is. */
static void test_keyref_many_threads(struct kunit *test)
{
	enum smbsign_alg alg = alg_param(test);
	struct thread threads[NUM_THREADS] = {};
	u8 raw[SMBSIGN_KEY_SIZE];
	struct ref_run run;

	rand_seed(7);
	rand_bytes(raw, sizeof(raw));
	make_msg(alg, SMBSIGN_CLIENT, run.msg);
	KUNIT_ASSERT_EQ(test, 0, sign(kunit_signing_key(test, alg, 0, raw, 16),
				      run.msg));
	run.key = smbsign_key_alloc(alg, SMBSIGN_SERVER, raw, 16);
	KUNIT_ASSERT_FALSE(test, IS_ERR(run.key));
	for (int i = 0; i < NUM_THREADS; i++) {
		threads[i].run = &run;
		smbsign_key_get(run.key);
		threads[i].task = kthread_run(use_until_stopped, &threads[i],
					      "smbsign_kunit/%d", i);
	}
	smbsign_key_put(run.key);
	wait_for_rounds(threads, RAND_ROUNDS(1000));
	for (int i = 0; i < NUM_THREADS; i++) {
		if (!IS_ERR(threads[i].task))
			kthread_stop(threads[i].task);
		KUNIT_EXPECT_GE(test, threads[i].num_rounds,
				RAND_ROUNDS(1000));
		KUNIT_EXPECT_EQ(test, threads[i].num_failed, 0);
	}
}

/* Returns whether it failed; either way nothing may be left of it. */
static bool alloc_fails(struct kunit *test, enum smbsign_alg alg,
			unsigned int nth_alloc)
{
	static const u8 raw[SMBSIGN_KEY_SIZE];
	struct smbsign_key *key;
	u8 msg[MSG_LEN];

	alloc_begin_fail(nth_alloc);
	key = smbsign_key_alloc(alg, SMBSIGN_CLIENT, raw, sizeof(raw));
	alloc_end();
	if (IS_ERR(key)) {
		KUNIT_EXPECT_EQ_MSG(test, PTR_ERR(key), -ENOMEM,
				    "allocation %u", nth_alloc);
		return true;
	}
	make_msg(alg, SMBSIGN_CLIENT, msg);
	KUNIT_EXPECT_EQ(test, 0, sign(key, msg));
	smbsign_key_put(key);
	return false;
}

/*
 * Each of the allocations fails in turn.  Not all of them matter: there may be
 * another way to get the memory, and kmemleak does without its own.
 */
static void test_keyref_without_memory(struct kunit *test)
{
	enum smbsign_alg alg = alg_param(test);
	unsigned int num_allocs, before, num_failed = 0;
	struct smbsign_key *holder, *key;

	use_fault_injection(test);
	rand_seed(8);
	holder = kunit_random_key(test, SMBSIGN_AES_GMAC);
	before = num_driver_users(holder);
	alloc_begin_count();
	key = try_alloc(alg, SMBSIGN_CLIENT, SMBSIGN_KEY_SIZE);
	num_allocs = alloc_end();
	KUNIT_ASSERT_FALSE(test, IS_ERR(key));
	smbsign_key_put(key);
	KUNIT_ASSERT_GE(test, num_allocs, 1);

	for (unsigned int n = 1; n <= num_allocs; n++) {
		num_failed += alloc_fails(test, alg, n);
		KUNIT_EXPECT_TRUE_MSG(test, drops_to(holder, before),
				      "allocation %u of %u", n, num_allocs);
	}
	KUNIT_EXPECT_GE(test, num_failed, 1);
}

static struct kunit_case keyref_test_cases[] = {
	KUNIT_CASE_PARAM(test_keyref_arguments, alg_gen_params),
	KUNIT_CASE(test_keyref_unknown_alg),
	KUNIT_CASE_PARAM(test_keyref_algorithm, alg_gen_params),
	KUNIT_CASE_PARAM(test_keyref_get_put, alg_gen_params),
	KUNIT_CASE_PARAM(test_keyref_raw_is_not_kept, alg_gen_params),
	KUNIT_CASE(test_keyref_engines),
	KUNIT_CASE_PARAM(test_keyref_in_contexts, alg_gen_params),
	KUNIT_CASE_PARAM(test_keyref_last_put, alg_gen_params),
	KUNIT_CASE_PARAM(test_keyref_many_threads, alg_gen_params),
	KUNIT_CASE_PARAM(test_keyref_without_memory, alg_gen_params),
	{}
};

static struct kunit_suite keyref_test_suite = {
	.name = "smbsign_keyref",
	.test_cases = keyref_test_cases,
};

kunit_test_suite(keyref_test_suite);
