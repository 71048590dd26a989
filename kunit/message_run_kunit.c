// SPDX-License-Identifier: GPL-2.0-only
/*
 * message.c under way: in each context, with each engine, by many threads, for
 * long messages, and without an allocation or a chance to sleep.
 */
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/irqflags.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/sched.h>
#include <linux/sizes.h>
#include <linux/string.h>

#include "fault-utils.h"
#include "msg-utils.h"

#define SHORT_LEN	600
#define MAX_LAYOUTS	16

/* For a message laid out in each way */
struct run {
	struct sample samples[NUM_TEST_CONTEXTS][MAX_LAYOUTS];
	unsigned int num;
	unsigned long calls;
};

static struct run *new_run(struct kunit *test)
{
	struct run *run = kunit_kzalloc(test, sizeof(*run), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, run);
	run->num = num_layouts();
	KUNIT_ASSERT_LE(test, run->num, MAX_LAYOUTS);
	return run;
}

/* The algorithms take turns. */
static void prepare(struct kunit *test, struct run *run,
		    enum test_context where, unsigned int turn)
{
	for (unsigned int i = 0; i < run->num; i++) {
		struct sample *s = &run->samples[where][i];

		sample_init(test, s, nth_alg(i + where + turn), SHORT_LEN);
		sample_rand(test, s, SHORT_LEN);
		sample_lay(s, nth_layout(i), 0);
		mem_expect(s->mem, s->off + alg_sig_off(s->alg), s->sig,
			   smbsign_sign_size(s->alg));
	}
}

static bool is_signed_and_verified(struct sample *s)
{
	return !sample_sign(s) && mem_is_intact(s->mem) && !sample_verify(s) &&
	       mem_is_intact(s->mem);
}

/* Each context has messages of its own; keys are shared by none. */
static bool sign_next(void *data)
{
	struct run *run = data;
	struct sample *samples = run->samples[this_context()];

	return is_signed_and_verified(&samples[run->calls++ % run->num]);
}

static void test_run_in_contexts(struct kunit *test)
{
	struct run *run = new_run(test);

	use_engine(test);
	rand_seed(1);
	for (int where = 0; where < NUM_TEST_CONTEXTS; where++)
		prepare(test, run, where, 0);
	for (int turn = 0; turn < 4; turn++)
		run_in_contexts(test, sign_next, run);
}

/* One key in all contexts, each of which may interrupt the others anywhere */
static bool sign_with_shared_key(void *data)
{
	struct sample *samples = data;

	return is_signed_and_verified(&samples[this_context()]);
}

static void test_run_shared_key(struct kunit *test)
{
	struct sample *samples = kunit_kcalloc(test, NUM_TEST_CONTEXTS,
					       sizeof(*samples), GFP_KERNEL);
	struct key_pair keys;

	KUNIT_ASSERT_NOT_NULL(test, samples);
	use_engine(test);
	rand_seed(2);
	for (unsigned int i = 0; i < SMBSIGN_NUM_ALGS; i++) {
		keys = kunit_key_pair(test, nth_alg(i));
		for (int where = 0; where < NUM_TEST_CONTEXTS; where++) {
			struct sample *s = &samples[where];

			sample_init(test, s, nth_alg(i), SHORT_LEN);
			s->keys = keys;
			sample_fill(test, s, SHORT_LEN - where);
			sample_lay(s, nth_layout(i + where), 0);
			mem_expect(s->mem, s->off + alg_sig_off(s->alg), s->sig,
				   smbsign_sign_size(s->alg));
		}
		run_in_contexts(test, sign_with_shared_key, samples);
	}
}

/* Under DEBUG_ATOMIC_SLEEP whatever might sleep complains. */
static void test_run_atomic(struct kunit *test)
{
	struct run *run = new_run(test);
	unsigned long flags;
	bool done;

	use_engine(test);
	rand_seed(3);
	for (unsigned int turn = 0; turn < SMBSIGN_NUM_ALGS; turn++) {
		prepare(test, run, IN_PROCESS, turn);
		for (unsigned int i = 0; i < run->num; i++) {
			struct sample *s = &run->samples[IN_PROCESS][i];

			local_irq_save(flags);
			done = is_signed_and_verified(s);
			local_irq_restore(flags);
			KUNIT_EXPECT_TRUE_MSG(test, done, "%s, %s",
					      layout_name(s->mem->layout),
					      alg_name(s->alg));
		}
	}
}

/* Not for good messages, nor for those that are refused */
static void test_run_no_allocation(struct kunit *test)
{
	struct run *run = new_run(test);

	use_engine(test);
	use_fault_injection(test);
	rand_seed(4);
	for (unsigned int turn = 0; turn < SMBSIGN_NUM_ALGS; turn++) {
		prepare(test, run, IN_PROCESS, turn);
		for (unsigned int i = 0; i < run->num; i++) {
			struct sample *s = &run->samples[IN_PROCESS][i];
			unsigned int num_allocs;

			alloc_begin_count();
			is_signed_and_verified(s);
			s->mem->msg.len++;
			sample_sign(s);
			(void)!sample_verify(s);
			num_allocs = alloc_end();
			KUNIT_EXPECT_EQ_MSG(test, num_allocs, 0, "%s, %s",
					    layout_name(s->mem->layout),
					    alg_name(s->alg));
		}
	}
}

/* Up to what a READ or WRITE of SMB 3.x can have, and its header */
static void check_long(struct kunit *test, size_t len, enum smbsign_alg alg)
{
	struct sample s;

	sample_init(test, &s, alg, len);
	/* Random numbers for all of it would take longer than all the rest. */
	sample_fill(test, &s, 4096);
	for (size_t done = 4096; done < len; done += 1021)
		memcpy(s.data + s.off + done, s.data + s.off + 64,
		       min_t(size_t, 1021, len - done));
	s.len = len;
	s.data_len = s.off + len;
	contiguous_signature(test, s.keys.of[s.role], s.data + s.off, len,
			     s.sequence, s.sig);
	for (unsigned int i = 0; i < num_layouts(); i++) {
		if (s.data_len > layout_max_len(nth_layout(i)))
			continue;
		sample_lay(&s, nth_layout(i), 0);
		sample_expect_sign(test, &s, 0);
		sample_expect_verify(test, &s, 0);
	}
	mem_flip(s.mem, s.off + len - 1, 0x80);
	sample_expect_verify(test, &s, -EBADMSG);
}

static void test_run_long(struct kunit *test)
{
	static const size_t lens[] = {
		(48 << 10) + 112, (64 << 10) + 112, (128 << 10) + 1, 1 << 20,
	};

	rand_seed(5);
	for (int i = 0; i < ARRAY_SIZE(lens); i++)
		check_long(test, lens[i], nth_alg(i));
}

static void test_run_longest(struct kunit *test)
{
	rand_seed(6);
	if (IS_ENABLED(CONFIG_KASAN))
		kunit_skip(test, "takes too long under KASAN");
	check_long(test, 16 << 20, alg_param(test));
}

#define NUM_THREADS	4

struct worker {
	struct sample samples[SMBSIGN_NUM_ALGS];
	unsigned int num_rounds;
	unsigned int num_failed;
	struct task_struct *task;
};

static int sign_until_stopped(void *data)
{
	struct worker *w = data;

	while (!kthread_should_stop()) {
		for (unsigned int i = 0; i < SMBSIGN_NUM_ALGS; i++)
			if (!is_signed_and_verified(&w->samples[i]))
				w->num_failed++;
		WRITE_ONCE(w->num_rounds, w->num_rounds + 1);
		cond_resched();
	}
	return 0;
}

static void prepare_worker(struct kunit *test, struct worker *w, unsigned int n,
			   const struct key_pair *keys)
{
	for (unsigned int i = 0; i < SMBSIGN_NUM_ALGS; i++) {
		struct sample *s = &w->samples[i];

		sample_init(test, s, nth_alg(i), 200);
		s->keys = keys[i];
		sample_fill(test, s, 150 + n);
		sample_lay(s, nth_layout(n * SMBSIGN_NUM_ALGS + i), 0);
		mem_expect(s->mem, s->off + alg_sig_off(s->alg), s->sig,
			   smbsign_sign_size(s->alg));
	}
}

static bool all_have_worked(const struct worker *workers)
{
	for (unsigned int i = 0; i < NUM_THREADS; i++) {
		if (READ_ONCE(workers[i].num_rounds) < RAND_ROUNDS(500))
			return false;
	}
	return true;
}

/* Workers that cannot be started are found out by the rounds they have done. */
static void run_workers(struct kunit *test, struct worker *workers)
{
	unsigned long end = jiffies + 30 * HZ;
	unsigned int n = 0;

	for (unsigned int i = 0; i < NUM_THREADS; i++)
		workers[i].task = kthread_run(sign_until_stopped, &workers[i],
					      "smbsign_kunit/%u", i);
	while (!all_have_worked(workers) && time_before(jiffies, end)) {
		unsigned int i = n++ % num_engines();

		smbsign_engine_select(smbsign_engine_supported(i)->name);
		schedule_timeout_uninterruptible(1);
	}
	for (unsigned int i = 0; i < NUM_THREADS; i++) {
		if (!IS_ERR(workers[i].task))
			kthread_stop(workers[i].task);
	}
	KUNIT_EXPECT_TRUE(test, all_have_worked(workers));
}

/* All with the same keys, and the engine changes under their hands. */
static void test_run_many_threads(struct kunit *test)
{
	struct worker *workers = kunit_kcalloc(test, NUM_THREADS,
					       sizeof(*workers), GFP_KERNEL);
	struct key_pair keys[SMBSIGN_NUM_ALGS];

	KUNIT_ASSERT_NOT_NULL(test, workers);
	use_engine(test);
	rand_seed(7);
	for (unsigned int i = 0; i < SMBSIGN_NUM_ALGS; i++)
		keys[i] = kunit_key_pair(test, nth_alg(i));
	for (unsigned int i = 0; i < NUM_THREADS; i++)
		prepare_worker(test, &workers[i], i, keys);
	run_workers(test, workers);
	for (unsigned int i = 0; i < NUM_THREADS; i++)
		KUNIT_EXPECT_EQ(test, workers[i].num_failed, 0);
}

/* Pages whose lanes are to be joined by what then does not come */
static void test_run_ends_early(struct kunit *test)
{
	const size_t there = SMB2_HDR_LEN + 2 * SZ_4K;
	struct key_pair keys = kunit_key_pair(test, SMBSIGN_AES_GMAC);
	struct smbsign_key *key = keys.of[SMBSIGN_CLIENT];
	u8 *data = kunit_guarded_buf(test, there);
	u8 *copy = kunit_kzalloc(test, there, GFP_KERNEL);
	const struct kvec iov[] = {
		{ data, SMB2_HDR_LEN },
		{ data + SMB2_HDR_LEN, SZ_4K },
		{ data + SMB2_HDR_LEN + SZ_4K, SZ_4K },
	};

	KUNIT_ASSERT_NOT_NULL(test, copy);
	use_engine(test);
	rand_seed(8);
	random_msg(SMBSIGN_AES_GMAC, SMBSIGN_CLIENT, data, there);
	memcpy(copy, data, there);
	for (size_t more = 1; more < 2 * SZ_4K; more += 1 + more / 2) {
		KUNIT_EXPECT_EQ(test, -EMSGSIZE,
				smbsign_sign_kvec(key, iov, ARRAY_SIZE(iov),
						  there + more));
		KUNIT_EXPECT_MEMEQ(test, data, copy, there);
	}
	KUNIT_EXPECT_EQ(test, 0, smbsign_sign_kvec(key, iov, ARRAY_SIZE(iov),
						   there));
}

static struct kunit_case message_run_test_cases[] = {
	KUNIT_CASE_PARAM(test_run_in_contexts, engine_gen_params),
	KUNIT_CASE_PARAM(test_run_shared_key, engine_gen_params),
	KUNIT_CASE_PARAM(test_run_atomic, engine_gen_params),
	KUNIT_CASE_PARAM(test_run_no_allocation, engine_gen_params),
	KUNIT_CASE_PARAM(test_run_ends_early, engine_gen_params),
	KUNIT_CASE(test_run_long),
	KUNIT_CASE_PARAM(test_run_longest, alg_gen_params),
	KUNIT_CASE(test_run_many_threads),
	{}
};

static struct kunit_suite message_run_test_suite = {
	.name = "smbsign_message_run",
	.test_cases = message_run_test_cases,
};

kunit_test_suite(message_run_test_suite);
