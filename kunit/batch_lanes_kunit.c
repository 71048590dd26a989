// SPDX-License-Identifier: GPL-2.0-only
/*
 * lanes.c and lane.c: messages of a serial algorithm side by side.  Whatever the
 * lengths, keys and layouts of the others, each is signed as if it were alone:
 * what it should be comes from sign.c.
 */
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/sizes.h>
#include <linux/string.h>

#include "batch-utils.h"

static enum smbsign_alg rand_serial_alg(void)
{
	return rand_below(2) ? SMBSIGN_AES_CMAC : SMBSIGN_HMAC_SHA256;
}

static const enum smbsign_alg serial_algs[] = {
	SMBSIGN_AES_CMAC, SMBSIGN_HMAC_SHA256,
};

/* Room for messages of up to @max_len bytes, and all under one key if asked */
static struct batch *new_lanes(struct kunit *test, unsigned int num,
			       enum smbsign_alg alg, size_t max_len,
			       bool same_key)
{
	struct batch *b = kunit_batch(test, num);

	for (unsigned int i = 0; i < num; i++) {
		struct sample *s = &b->samples[i];

		sample_init(test, s, alg, max_len);
		if (i && same_key)
			s->keys = b->samples[0].keys;
	}
	return b;
}

static void lay_all(struct kunit *test, struct batch *b, size_t len,
		    size_t step, unsigned int layout)
{
	for (unsigned int i = 0; i < b->num; i++) {
		sample_fill(test, &b->samples[i], len + i * step);
		batch_lay(b, i, nth_layout(layout + i));
	}
}

static void ask_all(struct batch *b, enum smbsign_op op)
{
	for (unsigned int i = 0; i < b->num; i++)
		batch_ask(b, i, op);
}

static void expect_signed_and_verified(struct kunit *test, struct batch *b)
{
	batch_expect(test, b);
	ask_all(b, SMBSIGN_VERIFY);
	batch_expect(test, b);
}

/* All lengths, around those that are gathered as well: equal ones together */
static void test_lanes_equal_lengths(struct kunit *test)
{
	use_engine(test);
	rand_seed(1);
	for (int a = 0; a < ARRAY_SIZE(serial_algs); a++) {
		struct batch *b = new_lanes(test, 16, serial_algs[a], 1200,
					    false);

		for (size_t len = SMB2_HDR_LEN; len <= 1200;
		     len += IS_ENABLED(CONFIG_KASAN) ? 61 : 1) {
			b->num = 2 + len % 15;
			lay_all(test, b, len, 0, len);
			batch_expect(test, b);
		}
	}
}

/* Each a byte longer than the one before it, and some keys in common */
static void test_lanes_neighbouring_lengths(struct kunit *test)
{
	use_engine(test);
	rand_seed(2);
	for (int a = 0; a < ARRAY_SIZE(serial_algs); a++) {
		struct batch *b = new_lanes(test, MAX_REQS, serial_algs[a],
					    1200, true);

		for (unsigned int i = 0; i < MAX_REQS; i += 3)
			b->samples[i].keys = kunit_key_pair(test,
							    serial_algs[a]);
		for (size_t len = SMB2_HDR_LEN; len + MAX_REQS <= 1200;
		     len += 37) {
			lay_all(test, b, len, 1, len);
			expect_signed_and_verified(test, b);
		}
	}
}

/* Short ones and long ones, in each layout, of both algorithms */
static void test_lanes_mixed_lengths(struct kunit *test)
{
	use_engine(test);
	rand_seed(3);
	for (int round = 0; round < 3; round++) {
		struct batch *b = kunit_batch(test, 20);

		for (unsigned int i = 0; i < b->num; i++)
			batch_add(test, b, i, rand_serial_alg(),
				  rand_below(3) ? 700 : SZ_64K);
		expect_signed_and_verified(test, b);
	}
}

/* One goes on alone when the others are long done. */
static void test_lanes_long(struct kunit *test)
{
	use_engine(test);
	rand_seed(4);
	for (int a = 0; a < ARRAY_SIZE(serial_algs); a++) {
		struct batch *b = kunit_batch(test, 5);

		for (unsigned int i = 0; i < b->num; i++) {
			struct sample *s = &b->samples[i];
			size_t len = i == 2 ? SZ_1M + 5 : SZ_4K + i;

			sample_init(test, s, serial_algs[a], len);
			sample_fill(test, s, len);
			batch_lay(b, i, nth_layout(i));
		}
		sample_lay(&b->samples[2], nth_layout(3), 0);
		batch_ask(b, 2, SMBSIGN_SIGN);
		expect_signed_and_verified(test, b);
	}
}

/* Bad ones among good ones, of many lengths: in the first lanes, in later ones */
static void test_lanes_failures(struct kunit *test)
{
	use_engine(test);
	rand_seed(5);
	for (unsigned int how = 0; how < NUM_WAYS_TO_SPOIL; how++) {
		struct batch *b = kunit_batch(test, 30);

		for (unsigned int i = 0; i < b->num; i++)
			batch_add(test, b, i, rand_serial_alg(), 3000);
		batch_expect(test, b);
		ask_all(b, SMBSIGN_VERIFY);
		for (unsigned int i = 0; i < b->num; i++) {
			if (!rand_below(3))
				batch_spoil(b, i, how);
		}
		batch_expect(test, b);
	}
}

/* None of them gets as far as a lane. */
static void test_lanes_all_fail(struct kunit *test)
{
	use_engine(test);
	rand_seed(6);
	for (unsigned int how = 0; how < NUM_WAYS_TO_SPOIL; how++) {
		struct batch *b = kunit_batch(test, 20);

		for (unsigned int i = 0; i < b->num; i++)
			batch_add(test, b, i, rand_serial_alg(), 800);
		batch_expect(test, b);
		for (unsigned int i = 0; i < b->num; i++) {
			batch_ask(b, i, SMBSIGN_VERIFY);
			batch_spoil(b, i, how);
		}
		batch_expect(test, b);
	}
}

/* Counted as if they had come one by one */
static void test_lanes_stats(struct kunit *test)
{
	struct batch *b = kunit_batch(test, 25);
	struct smbsign_stats before, after;
	u64 bytes = 0;

	use_engine(test);
	rand_seed(7);
	for (unsigned int i = 0; i < b->num; i++) {
		batch_add(test, b, i, rand_serial_alg(), 2000);
		bytes += b->samples[i].len;
	}
	smbsign_stats_read(&before);
	batch_expect(test, b);
	ask_all(b, SMBSIGN_VERIFY);
	for (unsigned int i = 0; i < b->num; i += 5)
		batch_spoil(b, i, 0);
	batch_expect(test, b);
	smbsign_stats_read(&after);
	KUNIT_EXPECT_EQ(test, after.signed_msgs - before.signed_msgs, 25);
	KUNIT_EXPECT_EQ(test, after.signed_bytes - before.signed_bytes, bytes);
	KUNIT_EXPECT_EQ(test, after.verified - before.verified, 20);
	KUNIT_EXPECT_EQ(test, after.bad_signature - before.bad_signature, 5);
	KUNIT_EXPECT_EQ(test, after.verified_bytes - before.verified_bytes,
			bytes);
}

#define NUM_THREADS	4

struct worker {
	struct batch *b;
	unsigned int num_rounds, num_failed;
	struct task_struct *task;
};

static int work_until_stopped(void *data)
{
	struct worker *w = data;

	while (!kthread_should_stop()) {
		if (!batch_is_right(w->b))
			w->num_failed++;
		WRITE_ONCE(w->num_rounds, w->num_rounds + 1);
		cond_resched();
	}
	return 0;
}

static bool all_have_worked(const struct worker *workers)
{
	for (unsigned int i = 0; i < NUM_THREADS; i++) {
		if (READ_ONCE(workers[i].num_rounds) < RAND_ROUNDS(200))
			return false;
	}
	return true;
}

/* They take one another's lanes, and the engine changes under their hands. */
static void test_lanes_many_threads(struct kunit *test)
{
	unsigned long end = jiffies + 60 * HZ;
	struct worker workers[NUM_THREADS] = {};
	unsigned int n = 0;

	use_engine(test);
	rand_seed(8);
	for (unsigned int t = 0; t < NUM_THREADS; t++) {
		struct batch *b = kunit_batch(test, 12 + 4 * t);

		for (unsigned int i = 0; i < b->num; i++)
			batch_add(test, b, i, rand_serial_alg(), 3000);
		workers[t].b = b;
	}
	for (unsigned int t = 0; t < NUM_THREADS; t++)
		workers[t].task = kthread_run(work_until_stopped, &workers[t],
					      "smbsign_kunit/%u", t);
	while (!all_have_worked(workers) && time_before(jiffies, end)) {
		unsigned int i = n++ % num_engines();

		smbsign_engine_select(smbsign_engine_supported(i)->name);
		schedule_timeout_uninterruptible(1);
	}
	for (unsigned int t = 0; t < NUM_THREADS; t++) {
		if (!IS_ERR(workers[t].task))
			kthread_stop(workers[t].task);
		KUNIT_EXPECT_EQ(test, workers[t].num_failed, 0);
	}
	KUNIT_EXPECT_TRUE(test, all_have_worked(workers));
}

struct context_batches {
	struct batch *of[NUM_TEST_CONTEXTS];
};

static bool runs_batch(void *data)
{
	struct context_batches *batches = data;

	return batch_is_right(batches->of[this_context()]);
}

/* An interrupt on top of a batch finds the lanes taken. */
static void test_lanes_in_contexts(struct kunit *test)
{
	struct context_batches batches;

	use_engine(test);
	rand_seed(9);
	for (int where = 0; where < NUM_TEST_CONTEXTS; where++) {
		struct batch *b = kunit_batch(test, where ? 6 : 24);

		for (unsigned int i = 0; i < b->num; i++)
			batch_add(test, b, i, rand_serial_alg(), 1000);
		batches.of[where] = b;
	}
	run_in_contexts(test, runs_batch, &batches);
}

static struct kunit_case batch_lanes_test_cases[] = {
	KUNIT_CASE_PARAM(test_lanes_equal_lengths, engine_gen_params),
	KUNIT_CASE_PARAM(test_lanes_neighbouring_lengths, engine_gen_params),
	KUNIT_CASE_PARAM(test_lanes_mixed_lengths, engine_gen_params),
	KUNIT_CASE_PARAM(test_lanes_long, engine_gen_params),
	KUNIT_CASE_PARAM(test_lanes_failures, engine_gen_params),
	KUNIT_CASE_PARAM(test_lanes_all_fail, engine_gen_params),
	KUNIT_CASE_PARAM(test_lanes_stats, engine_gen_params),
	KUNIT_CASE(test_lanes_many_threads),
	KUNIT_CASE_PARAM(test_lanes_in_contexts, engine_gen_params),
	{}
};

static struct kunit_suite batch_lanes_test_suite = {
	.name = "smbsign_batch_lanes",
	.test_cases = batch_lanes_test_cases,
};

kunit_test_suite(batch_lanes_test_suite);
