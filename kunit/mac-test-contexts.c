// SPDX-License-Identifier: GPL-2.0-only
/*
 * Properties of a MAC under interruption: the same tag in process, softirq and
 * hardirq context, and by threads that share a key.
 */
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/string.h>

#include "mac-test.h"

#define NUM_MESSAGES	16
#define MAX_LEN		2048

struct message {
	u8 *data;
	size_t len;
	size_t cut;		/* computed in two pieces: [0, cut) and the rest */
	u8 tag[MAX_TAG_SIZE];
};

/* Messages with their tags, for those who compute them again elsewhere */
static struct message *new_messages(struct kunit *test)
{
	const struct mac_fixture *f = test->priv;
	struct message *messages;

	messages = kunit_kcalloc(test, NUM_MESSAGES, sizeof(*messages),
				 GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, messages);
	for (int i = 0; i < NUM_MESSAGES; i++) {
		struct message *m = &messages[i];

		m->len = mac_rand_len(f->mac, MAX_LEN);
		m->cut = rand_below(m->len + 1);
		m->data = kunit_guarded_buf(test, m->len);
		mac_message(f->mac, m->data, m->len);
		mac_compute(test, m->data, m->len, m->tag);
	}
	return messages;
}

struct at_once {
	const struct mac_fixture *f;
	const struct message *messages;
	struct {
		void *ctx;
		unsigned int calls;
	} in[NUM_TEST_CONTEXTS];
};

static enum test_context where_am_i(void)
{
	return in_hardirq() ? IN_HARDIRQ :
	       in_serving_softirq() ? IN_SOFTIRQ : IN_PROCESS;
}

static bool compute_next(void *data)
{
	struct at_once *all = data;
	typeof(all->in[0]) *in = &all->in[where_am_i()];
	const struct mac_fixture *f = all->f;
	const struct message *m = &all->messages[in->calls++ % NUM_MESSAGES];
	u8 tag[MAX_TAG_SIZE];

	f->mac->init(in->ctx, f->key);
	f->mac->update(in->ctx, f->key, m->data, m->cut);
	f->mac->update(in->ctx, f->key, m->data + m->cut, m->len - m->cut);
	return !f->mac->final(in->ctx, f->key, tag) &&
	       !memcmp(tag, m->tag, f->mac->tag_size);
}

/* Computations that interrupt each other, under one key. */
void test_contexts_at_once(struct kunit *test)
{
	const struct mac_fixture *f = test->priv;
	struct at_once all = { .f = f, .messages = new_messages(test) };

	for (int i = 0; i < NUM_TEST_CONTEXTS; i++)
		all.in[i].ctx = kunit_guarded_buf(test, f->mac->ctx_size);
	run_in_contexts(test, compute_next, &all);
}

struct step {
	const struct mac_fixture *f;
	const u8 *data;
	size_t len;
	int err;
};

static bool step_init(void *data)
{
	struct step *step = data;

	step->f->mac->init(step->f->ctx, step->f->key);
	return true;
}

static bool step_update(void *data)
{
	struct step *step = data;

	step->f->mac->update(step->f->ctx, step->f->key, step->data, step->len);
	return true;
}

static bool step_final(void *data)
{
	struct step *step = data;

	return !step->f->mac->final(step->f->ctx, step->f->key, step->f->tag);
}

static void run_anywhere(struct kunit *test, bool (*fn)(void *data), void *data)
{
	run_in_context(test, rand_below(NUM_TEST_CONTEXTS), fn, data);
}

static void split_over_contexts(struct kunit *test, const struct message *m)
{
	struct step step = { .f = test->priv };
	size_t pos = 0;

	run_anywhere(test, step_init, &step);
	while (pos < m->len) {
		step.data = m->data + pos;
		step.len = rand_below(m->len - pos + 1);
		run_anywhere(test, step_update, &step);
		pos += step.len;
	}
	run_anywhere(test, step_final, &step);
}

/* One computation, each of its steps in a context of its own. */
void test_split_over_contexts(struct kunit *test)
{
	const struct mac_fixture *f = test->priv;
	struct message *messages = new_messages(test);

	for (int i = 0; i < NUM_MESSAGES; i++) {
		u32 state = rand_state();

		split_over_contexts(test, &messages[i]);
		KUNIT_EXPECT_MEMEQ_MSG(test, messages[i].tag, f->tag,
				       f->mac->tag_size,
				       "rand_state %u, message %d of length %zu",
				       state, i, messages[i].len);
	}
}

struct preparation {
	const struct mac_fixture *f;
	void *key;
};

static bool prepare_key(void *data)
{
	struct preparation *p = data;

	return !p->f->mac->preparekey(p->key, p->f->raw_key, SMBSIGN_KEY_SIZE);
}

static void expect_tags(struct kunit *test, const void *key,
			const struct message *messages, enum test_context where)
{
	const struct mac_fixture *f = test->priv;

	for (int i = 0; i < NUM_MESSAGES; i++) {
		const struct message *m = &messages[i];

		KUNIT_EXPECT_TRUE(test, mac_try_compute(f->mac, key, f->ctx,
							m->data, m->len, f->tag));
		KUNIT_EXPECT_MEMEQ_MSG(test, m->tag, f->tag, f->mac->tag_size,
				       "key set in %s context, length %zu",
				       test_context_name(where), m->len);
	}
}

/* A key may be set in any context. */
void test_preparekey_in_contexts(struct kunit *test)
{
	const struct mac_fixture *f = test->priv;
	const struct message *messages = new_messages(test);
	u8 other_key[SMBSIGN_KEY_SIZE] = {};

	for (int where = 0; where < NUM_TEST_CONTEXTS; where++) {
		struct preparation p = {
			.f = f,
			.key = mac_new_key(test, other_key, sizeof(other_key)),
		};

		run_in_context(test, where, prepare_key, &p);
		expect_tags(test, p.key, messages, where);
	}
}

#define NUM_THREADS	2
#define NUM_SWITCHES	RAND_ROUNDS(100)
#define MIN_CALLS	RAND_ROUNDS(1000)
#define MAX_SECONDS	60

struct hammer {
	const struct mac_fixture *f;
	const struct message *messages;
	void *ctx;
	struct task_struct *task;
	unsigned int calls;
	unsigned int failed;
};

/* In two pieces, with a chance for the other thread, and the switch, between */
static bool hammer_once(struct hammer *h, const struct message *m)
{
	const struct mac_test *mac = h->f->mac;
	const void *key = h->f->key;
	u8 tag[MAX_TAG_SIZE];

	mac->init(h->ctx, key);
	mac->update(h->ctx, key, m->data, m->cut);
	cond_resched();
	mac->update(h->ctx, key, m->data + m->cut, m->len - m->cut);
	return !mac->final(h->ctx, key, tag) &&
	       !memcmp(tag, m->tag, mac->tag_size);
}

static int hammer_thread(void *data)
{
	struct hammer *h = data;

	while (!kthread_should_stop()) {
		if (!hammer_once(h, &h->messages[h->calls % NUM_MESSAGES]))
			h->failed++;
		WRITE_ONCE(h->calls, h->calls + 1);
		cond_resched();
	}
	return 0;
}

/* From here to stop_hammers() no assertion may end the test. */
static void start_hammers(struct kunit *test, struct hammer *hammers)
{
	const struct message *messages = new_messages(test);

	for (int i = 0; i < NUM_THREADS; i++) {
		hammers[i].f = test->priv;
		hammers[i].messages = messages;
		hammers[i].ctx = kunit_guarded_buf(test,
						   hammers[i].f->mac->ctx_size);
	}
	for (int i = 0; i < NUM_THREADS; i++)
		hammers[i].task = kthread_run(hammer_thread, &hammers[i],
					      "smbsign-hammer/%d", i);
}

static void wait_for_hammers(const struct hammer *hammers)
{
	unsigned long end = jiffies + MAX_SECONDS * HZ;

	for (int i = 0; i < NUM_THREADS; i++) {
		while (READ_ONCE(hammers[i].calls) < MIN_CALLS &&
		       time_before(jiffies, end))
			usleep_range(1000, 2000);
	}
}

static void stop_hammers(struct kunit *test, const struct hammer *hammers)
{
	for (int i = 0; i < NUM_THREADS; i++) {
		if (!IS_ERR(hammers[i].task))
			kthread_stop(hammers[i].task);
	}
	for (int i = 0; i < NUM_THREADS; i++) {
		const struct hammer *h = &hammers[i];

		KUNIT_EXPECT_NOT_ERR_OR_NULL(test, h->task);
		KUNIT_EXPECT_GE_MSG(test, h->calls, MIN_CALLS, "thread %d", i);
		KUNIT_EXPECT_EQ_MSG(test, h->failed, 0,
				    "wrong tags of %u in thread %d", h->calls,
				    i);
	}
}

/* Threads share a key, each on a CPU of its own if there are as many. */
void test_threads(struct kunit *test)
{
	struct hammer hammers[NUM_THREADS] = {};

	start_hammers(test, hammers);
	wait_for_hammers(hammers);
	stop_hammers(test, hammers);
}

/* The engine changes under threads that share a key. */
void test_threads_and_engine_switch(struct kunit *test)
{
	struct hammer hammers[NUM_THREADS] = {};
	unsigned int failed = 0;

	start_hammers(test, hammers);
	for (int i = 0; i < NUM_SWITCHES; i++) {
		const struct smbsign_engine *engine;

		engine = smbsign_engine_supported(i % num_engines());
		failed += !!smbsign_engine_select(engine->name);
		usleep_range(50, 500);
	}
	wait_for_hammers(hammers);
	stop_hammers(test, hammers);
	KUNIT_EXPECT_EQ(test, failed, 0);
}
