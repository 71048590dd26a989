// SPDX-License-Identifier: GPL-2.0-only
/*
 * batch.c, many messages in one call: each gets the result that it would have
 * got alone.
 */
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "fault-utils.h"
#include "msg-utils.h"

#define MAX_REQS	40
#define MAX_LEN		600

struct batch {
	struct sample samples[MAX_REQS];
	struct smbsign_req reqs[MAX_REQS];
	struct smbsign_req *ptrs[MAX_REQS];
	int expected[MAX_REQS];
	unsigned int num;
};

/* It is for the queue; the batch leaves it alone. */
static void must_not_complete(struct smbsign_req *req)
{
	WARN_ON_ONCE(1);
}

static void set_req(struct batch *b, unsigned int i, enum smbsign_op op)
{
	struct sample *s = &b->samples[i];
	enum smbsign_role role = op == SMBSIGN_SIGN ? s->role :
						      other_role(s->role);

	b->reqs[i] = (struct smbsign_req){
		.key = s->keys.of[role],
		.op = op,
		.msg = s->mem->msg,
		.result = 1,
		.complete = must_not_complete,
		.priv = b,
	};
	b->ptrs[i] = &b->reqs[i];
	b->expected[i] = 0;
	if (op == SMBSIGN_SIGN)
		mem_expect(s->mem, s->off + alg_sig_off(s->alg), s->sig,
			   smbsign_sign_size(s->alg));
}

/* Algorithms and layouts as they come */
static struct batch *new_batch(struct kunit *test, unsigned int num)
{
	struct batch *b = kunit_kzalloc(test, sizeof(*b), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, b);
	b->num = num;
	for (unsigned int i = 0; i < num; i++) {
		struct sample *s = &b->samples[i];

		sample_init(test, s, nth_alg(rand_u32() % 4), MAX_LEN);
		sample_rand(test, s, MAX_LEN);
		sample_lay(s, nth_layout(rand_below(num_layouts())), 0);
		set_req(b, i, SMBSIGN_SIGN);
	}
	return b;
}

static void expect_results(struct kunit *test, struct batch *b)
{
	for (unsigned int i = 0; i < b->num; i++) {
		struct sample *s = &b->samples[i];

		KUNIT_EXPECT_EQ_MSG(test, b->reqs[i].result, b->expected[i],
				    "request %u of %u: %s, %s", i, b->num,
				    layout_name(s->mem->layout),
				    alg_name(s->alg));
		KUNIT_EXPECT_TRUE_MSG(test, mem_is_intact(s->mem),
				      "request %u of %u", i, b->num);
		KUNIT_EXPECT_PTR_EQ(test, b->reqs[i].priv, (void *)b);
	}
}

static void test_batch_sign_and_verify(struct kunit *test)
{
	use_engine(test);
	rand_seed(1);
	for (unsigned int num = 0; num <= MAX_REQS; num += 1 + num / 3) {
		struct batch *b = new_batch(test, num);

		smbsign_batch(b->ptrs, num);
		expect_results(test, b);
		for (unsigned int i = 0; i < num; i++)
			set_req(b, i, SMBSIGN_VERIFY);
		smbsign_batch(b->ptrs, num);
		expect_results(test, b);
	}
}

/* Both operations in one call */
static void test_batch_mixed(struct kunit *test)
{
	struct batch *b;

	rand_seed(2);
	b = new_batch(test, MAX_REQS);
	smbsign_batch(b->ptrs, MAX_REQS);
	for (int round = 0; round < 10; round++) {
		for (unsigned int i = 0; i < MAX_REQS; i++)
			set_req(b, i, rand_below(2) ? SMBSIGN_SIGN :
						      SMBSIGN_VERIFY);
		smbsign_batch(b->ptrs, MAX_REQS);
		expect_results(test, b);
	}
}

/* Make request @i fail in one of the ways that there are. */
static void spoil(struct batch *b, unsigned int i, unsigned int how)
{
	struct sample *s = &b->samples[i];

	switch (how) {
	case 0:
		set_req(b, i, SMBSIGN_VERIFY);
		mem_flip(s->mem, sample_covered(s), 1);
		b->expected[i] = -EBADMSG;
		break;
	case 1:
		set_req(b, i, SMBSIGN_VERIFY);
		b->reqs[i].key = s->keys.of[s->role];
		b->expected[i] = -EACCES;
		break;
	case 2:
		set_req(b, i, SMBSIGN_SIGN);
		b->reqs[i].key = s->keys.of[other_role(s->role)];
		b->expected[i] = -EINVAL;
		break;
	case 3:
		b->reqs[i].msg.len = s->data_len - s->off + 1;
		b->expected[i] = -EMSGSIZE;
		break;
	default:
		b->reqs[i].msg.len = 10;
		b->expected[i] = -EPROTO;
	}
}

/* One that fails does not stop the others, wherever it stands. */
static void test_batch_failures(struct kunit *test)
{
	rand_seed(3);
	for (unsigned int how = 0; how < 5; how++) {
		struct batch *b = new_batch(test, MAX_REQS);

		smbsign_batch(b->ptrs, MAX_REQS);
		for (unsigned int i = 0; i < MAX_REQS; i++) {
			set_req(b, i, SMBSIGN_VERIFY);
			if (!i || i == MAX_REQS - 1 || !rand_below(4))
				spoil(b, i, how);
		}
		smbsign_batch(b->ptrs, MAX_REQS);
		expect_results(test, b);
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
		sample_lay(s, nth_layout(i), 0);
		set_req(b, i, SMBSIGN_SIGN);
	}
	smbsign_batch(b->ptrs, MAX_REQS);
	expect_results(test, b);

	/* Now each has the nonce of another message. */
	for (unsigned int i = 0; i < MAX_REQS; i++) {
		struct sample *s = &b->samples[i];

		mem_flip(s->mem, s->off + s->len - 1, 1);
		b->expected[i] = -EACCES;
	}
	smbsign_batch(b->ptrs, MAX_REQS);
	expect_results(test, b);
}

struct context_batches {
	struct batch *of[NUM_TEST_CONTEXTS];
};

static bool runs_batch(void *data)
{
	struct context_batches *batches = data;
	struct batch *b = batches->of[this_context()];

	for (unsigned int i = 0; i < b->num; i++)
		b->reqs[i].result = 1;
	smbsign_batch(b->ptrs, b->num);
	for (unsigned int i = 0; i < b->num; i++) {
		if (b->reqs[i].result || !mem_is_intact(b->samples[i].mem))
			return false;
	}
	return true;
}

static void test_batch_in_contexts(struct kunit *test)
{
	struct context_batches batches;

	use_engine(test);
	rand_seed(5);
	for (int where = 0; where < NUM_TEST_CONTEXTS; where++)
		batches.of[where] = new_batch(test, 8);
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
	expect_results(test, b);
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
