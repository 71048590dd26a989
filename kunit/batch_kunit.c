// SPDX-License-Identifier: GPL-2.0-only
/*
 * batch.c, many messages in one call: each gets the result that it would have
 * got alone.
 */
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "batch-utils.h"
#include "fault-utils.h"

#define MAX_LEN		600

/* Algorithms and layouts as they come */
static struct batch *new_batch(struct kunit *test, unsigned int num)
{
	struct batch *b = kunit_batch(test, num);

	for (unsigned int i = 0; i < num; i++)
		batch_add(test, b, i, nth_alg(rand_u32() % 4), MAX_LEN);
	return b;
}

/* Of each number of requests, first all to be signed, then to be verified */
static void test_batch_sign_and_verify(struct kunit *test)
{
	struct batch *b;

	use_engine(test);
	rand_seed(1);
	b = new_batch(test, MAX_REQS);
	for (b->num = 0; b->num <= MAX_REQS; b->num++) {
		for (unsigned int i = 0; i < b->num; i++)
			batch_ask(b, i, SMBSIGN_SIGN);
		batch_expect(test, b);
		for (unsigned int i = 0; i < b->num; i++)
			batch_ask(b, i, SMBSIGN_VERIFY);
		batch_expect(test, b);
	}
}

/* Both operations in one call */
static void test_batch_mixed(struct kunit *test)
{
	struct batch *b;

	rand_seed(2);
	b = new_batch(test, MAX_REQS);
	batch_expect(test, b);
	for (int round = 0; round < 10; round++) {
		for (unsigned int i = 0; i < MAX_REQS; i++)
			batch_ask(b, i, rand_below(2) ? SMBSIGN_SIGN :
							SMBSIGN_VERIFY);
		batch_expect(test, b);
	}
}

/* One that fails does not stop the others, wherever it stands. */
static void test_batch_failures(struct kunit *test)
{
	rand_seed(3);
	for (unsigned int how = 0; how < NUM_WAYS_TO_SPOIL; how++) {
		struct batch *b = new_batch(test, MAX_REQS);

		batch_expect(test, b);
		for (unsigned int i = 0; i < MAX_REQS; i++) {
			batch_ask(b, i, SMBSIGN_VERIFY);
			if (!i || i == MAX_REQS - 1 || !rand_below(4))
				batch_spoil(b, i, how);
		}
		batch_expect(test, b);
	}
}

/* One key, many messages: also the guard works as if they came one by one. */
static void test_batch_same_key(struct kunit *test)
{
	struct key_pair keys;
	struct batch *b;

	rand_seed(4);
	b = new_batch(test, MAX_REQS);
	keys = kunit_key_pair(test, SMBSIGN_AES_GMAC);
	for (unsigned int i = 0; i < MAX_REQS; i++) {
		struct sample *s = &b->samples[i];

		s->alg = SMBSIGN_AES_GMAC;
		s->keys = keys;
		sample_fill(test, s, 100);
		/* All in one window */
		put_unaligned_le64(i + 1, s->data + s->off + SMB2_MID_OFF);
		contiguous_signature(test, keys.of[s->role], s->data + s->off,
				     s->len, 0, s->sig);
		batch_lay(b, i, nth_layout(i));
	}
	batch_expect(test, b);

	/* Now each has the nonce of another message. */
	for (unsigned int i = 0; i < MAX_REQS; i++) {
		struct sample *s = &b->samples[i];

		mem_flip(s->mem, s->off + s->len - 1, 1);
		b->expected[i] = -EACCES;
	}
	batch_expect(test, b);
}

struct context_batches {
	struct batch *of[NUM_TEST_CONTEXTS];
};

static bool runs_batch(void *data)
{
	struct context_batches *batches = data;

	return batch_is_right(batches->of[this_context()]);
}

static void test_batch_in_contexts(struct kunit *test)
{
	struct context_batches batches;

	use_engine(test);
	rand_seed(5);
	/* The one that the others interrupt is the longest. */
	for (int where = 0; where < NUM_TEST_CONTEXTS; where++)
		batches.of[where] = new_batch(test, where ? 8 : 20);
	run_in_contexts(test, runs_batch, &batches);
}

static void test_batch_no_allocation(struct kunit *test)
{
	struct batch *b;

	use_fault_injection(test);
	rand_seed(6);
	b = new_batch(test, MAX_REQS);
	alloc_begin_count();
	smbsign_batch(b->ptrs, MAX_REQS);
	KUNIT_EXPECT_EQ(test, 0, alloc_end());
	for (unsigned int i = 0; i < MAX_REQS; i++)
		KUNIT_EXPECT_EQ(test, 0, b->reqs[i].result);
}

static struct kunit_case batch_test_cases[] = {
	KUNIT_CASE_PARAM(test_batch_sign_and_verify, engine_gen_params),
	KUNIT_CASE(test_batch_mixed),
	KUNIT_CASE(test_batch_failures),
	KUNIT_CASE(test_batch_same_key),
	KUNIT_CASE_PARAM(test_batch_in_contexts, engine_gen_params),
	KUNIT_CASE(test_batch_no_allocation),
	{}
};

static struct kunit_suite batch_test_suite = {
	.name = "smbsign_batch",
	.test_cases = batch_test_cases,
};

kunit_test_suite(batch_test_suite);
