// SPDX-License-Identifier: GPL-2.0-only
/*
 * stats.c, the counters: each moves when, and only when, what it counts
 * happens, on whichever CPU and in whichever context.
 */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#include "verdict-utils.h"

#define MSG_LEN		100

struct fixture {
	struct key_pair keys;
	struct smbsign_stats before;
	u8 msg[MSG_LEN];
	struct kvec iov;
	struct smbsign_msg m;
	u64 mid;
};

static struct fixture *new_fixture(struct kunit *test, enum smbsign_alg alg)
{
	struct fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, f);
	f->keys = kunit_key_pair(test, alg);
	f->iov = (struct kvec){ f->msg, MSG_LEN };
	f->m = smbsign_msg_kvec(&f->iov, 1, 0, MSG_LEN);
	return f;
}

static void new_msg(struct fixture *f, u16 command, u32 status, u32 flags)
{
	build_hdr(f->msg, command, status, flags, ++f->mid);
}

static int sign(struct fixture *f, enum smbsign_role role)
{
	return smbsign_sign_msg(f->keys.of[role], &f->m);
}

static int verify(struct fixture *f, enum smbsign_role role)
{
	return smbsign_verify_msg(f->keys.of[role], &f->m);
}

static void begin(struct fixture *f)
{
	smbsign_stats_read(&f->before);
}

/* In the order of struct smbsign_stats */
static const char *const counters[] = {
	"signed_msgs", "verified", "bad_signature", "refused",
	"accepted_unsigned", "nonce_refused", "queue_full", "signed_bytes",
	"verified_bytes",
};

static_assert(sizeof(struct smbsign_stats) == ARRAY_SIZE(counters) * 8);
static_assert(offsetof(struct smbsign_stats, refused) == 3 * 8);
static_assert(offsetof(struct smbsign_stats, verified_bytes) == 8 * 8);

/* Nobody else signs anything meanwhile. */
static void expect_grown(struct kunit *test, struct fixture *f,
			 const char *what, const struct smbsign_stats *grown)
{
	const u64 *expected = (const u64 *)grown;
	struct smbsign_stats now;

	smbsign_stats_read(&now);
	for (int i = 0; i < ARRAY_SIZE(counters); i++)
		KUNIT_EXPECT_EQ_MSG(test, ((u64 *)&now)[i] -
					  ((u64 *)&f->before)[i],
				    expected[i], "%s: %s", what, counters[i]);
	f->before = now;
}

#define EXPECT_STATS(what, ...)						\
	expect_grown(test, f, what, &(struct smbsign_stats){ __VA_ARGS__ })

static void test_stats_sign(struct kunit *test)
{
	for (unsigned int i = 0; i < 3; i++) {
		struct fixture *f = new_fixture(test, i);

		begin(f);
		EXPECT_STATS("nothing");
		new_msg(f, CREATE, 0, SIGNED);
		KUNIT_EXPECT_EQ(test, 0, sign(f, SMBSIGN_CLIENT));
		EXPECT_STATS("signed", .signed_msgs = 1,
			     .signed_bytes = MSG_LEN);
		KUNIT_EXPECT_EQ(test, -EINVAL, sign(f, SMBSIGN_SERVER));
		EXPECT_STATS("wrong role");
		f->m.len++;
		KUNIT_EXPECT_EQ(test, -EMSGSIZE, sign(f, SMBSIGN_CLIENT));
		EXPECT_STATS("too long");
		f->m.len = SMB2_HDR_LEN - 1;
		KUNIT_EXPECT_EQ(test, -EPROTO, sign(f, SMBSIGN_CLIENT));
		EXPECT_STATS("too short");
		f->m.len = SMB2_HDR_LEN;
		new_msg(f, CREATE, 0, SIGNED);
		KUNIT_EXPECT_EQ(test, 0, sign(f, SMBSIGN_CLIENT));
		EXPECT_STATS("shortest", .signed_msgs = 1, .signed_bytes = 64);
	}
}

static void test_stats_verify(struct kunit *test)
{
	for (unsigned int i = 0; i < 3; i++) {
		struct fixture *f = new_fixture(test, i);

		new_msg(f, CREATE, 0, SIGNED);
		KUNIT_ASSERT_EQ(test, 0, sign(f, SMBSIGN_CLIENT));
		begin(f);
		KUNIT_EXPECT_EQ(test, 0, verify(f, SMBSIGN_SERVER));
		EXPECT_STATS("verified", .verified = 1,
			     .verified_bytes = MSG_LEN);
		KUNIT_EXPECT_EQ(test, -EACCES, verify(f, SMBSIGN_CLIENT));
		EXPECT_STATS("reflected");
		f->msg[MSG_LEN - 1] ^= 1;
		KUNIT_EXPECT_EQ(test, -EBADMSG, verify(f, SMBSIGN_SERVER));
		EXPECT_STATS("bad signature", .bad_signature = 1,
			     .verified_bytes = MSG_LEN);
		f->m.len++;
		KUNIT_EXPECT_EQ(test, -EMSGSIZE, verify(f, SMBSIGN_SERVER));
		EXPECT_STATS("too long");
		f->m.len = SMB2_HDR_LEN - 1;
		KUNIT_EXPECT_EQ(test, -EPROTO, verify(f, SMBSIGN_SERVER));
		EXPECT_STATS("too short");
	}
}

static void test_stats_nonce_refused(struct kunit *test)
{
	struct fixture *f = new_fixture(test, SMBSIGN_AES_GMAC);

	new_msg(f, CREATE, 0, SIGNED);
	KUNIT_ASSERT_EQ(test, 0, sign(f, SMBSIGN_CLIENT));
	begin(f);
	f->msg[MSG_LEN - 1] ^= 1;
	KUNIT_EXPECT_EQ(test, -EACCES, sign(f, SMBSIGN_CLIENT));
	EXPECT_STATS("MessageId used", .nonce_refused = 1);
	new_msg(f, CREATE, SMBSIGN_STATUS_PENDING, FROM_SERVER);
	KUNIT_EXPECT_EQ(test, -EACCES, sign(f, SMBSIGN_SERVER));
	EXPECT_STATS("interim", .nonce_refused = 1);
}

/* Each message of a chain or a batch counts. */
static void test_stats_many(struct kunit *test)
{
	struct fixture *f = new_fixture(test, SMBSIGN_AES_CMAC);
	struct smbsign_req reqs[3], *ptrs[3];
	u8 chain[3 * SMB2_HDR_LEN];
	struct kvec iov = { chain, sizeof(chain) };
	struct smbsign_msg m = smbsign_msg_kvec(&iov, 1, 0, sizeof(chain));

	for (int i = 0; i < 3; i++) {
		build_hdr(chain + i * SMB2_HDR_LEN, CREATE, 0, SIGNED, i + 1);
		chain[i * SMB2_HDR_LEN + SMB2_NEXT_OFF] = i < 2 ? 64 : 0;
		reqs[i] = (struct smbsign_req){
			.key = f->keys.of[SMBSIGN_CLIENT],
			.msg = smbsign_msg_kvec(&iov, 1, i * 64, 64),
		};
		ptrs[i] = &reqs[i];
	}
	begin(f);
	KUNIT_EXPECT_EQ(test, 0, smbsign_sign_chain(f->keys.of[0], &m));
	EXPECT_STATS("chain", .signed_msgs = 3, .signed_bytes = 192);
	chain[100] ^= 1;
	KUNIT_EXPECT_EQ(test, -EBADMSG,
			smbsign_verify_chain(f->keys.of[1], &m, NULL));
	EXPECT_STATS("bad chain", .verified = 1, .bad_signature = 1,
		     .verified_bytes = 128);
	smbsign_batch(ptrs, 3);
	EXPECT_STATS("batch", .signed_msgs = 3, .signed_bytes = 192);
}

struct accept_row {
	const char *name;
	u32 flags;
	u32 hints;
	bool is_good;
	struct smbsign_stats grown;
};

static const struct accept_row accept_rows[] = {
	{ "verified", SIGNED, 0, true,
	  { .verified = 1, .verified_bytes = MSG_LEN } },
	{ "bad signature", SIGNED, 0, false,
	  { .refused = 1, .bad_signature = 1, .verified_bytes = MSG_LEN } },
	{ "not signed", 0, 0, false, { .refused = 1 } },
	{ "cut off", FROM_SERVER | SIGNED, 0, true, { .refused = 1 } },
	{ "let through", 0, SMBSIGN_HINT_ENCRYPTED, false,
	  { .accepted_unsigned = 1 } },
};

KUNIT_ARRAY_PARAM_DESC(accept, accept_rows, name);

static void test_stats_accept(struct kunit *test)
{
	const struct accept_row *row = test->param_value;
	struct fixture *f = new_fixture(test, SMBSIGN_AES_GMAC);
	const struct smbsign_session session = {
		.role = SMBSIGN_SERVER,
		.dialect = SMBSIGN_SMB311,
		.established = true,
		.signing_required = true,
	};
	struct smbsign_key *key = f->keys.of[SMBSIGN_SERVER];
	u32 status;

	new_msg(f, CREATE, 0, row->flags);
	if (row->is_good)
		contiguous_signature(test, key, f->msg, MSG_LEN, 0,
				     f->msg + SMB2_SIG_OFF);
	begin(f);
	for (int i = 0; i < 3; i++) {
		(void)!smbsign_accept(&session, key, &f->m, row->hints,
				      &status);
		expect_grown(test, f, row->name, &row->grown);
		smbsign_must_sign(&session, f->msg, 0);
		EXPECT_STATS("must_sign");
	}
}

static void test_stats_accept_unparsable(struct kunit *test)
{
	struct fixture *f = new_fixture(test, SMBSIGN_AES_CMAC);
	u32 status;

	begin(f);
	KUNIT_EXPECT_EQ(test, SMBSIGN_DISCONNECT,
			smbsign_accept(NULL, NULL, &f->m, 0, &status));
	EXPECT_STATS("unparsable", .refused = 1);
}

struct gate {
	struct completion reached, open;
};

static void wait_at_gate(struct smbsign_req *req)
{
	struct gate *gate = req->priv;

	complete(&gate->reached);
	wait_for_completion(&gate->open);
}

static void do_nothing(struct smbsign_req *req)
{
}

static void test_stats_queue_full(struct kunit *test)
{
	struct fixture *f = new_fixture(test, SMBSIGN_AES_CMAC);
	struct smbsign_queue *queue = smbsign_queue_alloc(1);
	struct smbsign_req reqs[3];
	struct gate gate;

	KUNIT_ASSERT_FALSE(test, IS_ERR(queue));
	init_completion(&gate.reached);
	init_completion(&gate.open);
	new_msg(f, CREATE, 0, SIGNED);
	for (int i = 0; i < 3; i++)
		reqs[i] = (struct smbsign_req){
			.key = f->keys.of[SMBSIGN_CLIENT],
			.msg = f->m,
			.complete = i ? do_nothing : wait_at_gate,
			.priv = &gate,
		};
	begin(f);
	KUNIT_EXPECT_EQ(test, -EINPROGRESS,
			smbsign_queue_submit(queue, &reqs[0]));
	wait_for_completion(&gate.reached);
	EXPECT_STATS("one", .signed_msgs = 1, .signed_bytes = MSG_LEN);
	KUNIT_EXPECT_EQ(test, -EINPROGRESS,
			smbsign_queue_submit(queue, &reqs[1]));
	EXPECT_STATS("queued");
	for (int i = 0; i < 3; i++) {
		KUNIT_EXPECT_EQ(test, -ENOSPC,
				smbsign_queue_submit(queue, &reqs[2]));
		EXPECT_STATS("full", .queue_full = 1);
	}
	complete(&gate.open);
	smbsign_queue_free(queue);
	EXPECT_STATS("drained", .signed_msgs = 1, .signed_bytes = MSG_LEN);
}

struct counted {
	struct fixture *f;
	atomic_t num;
};

static bool verifies_and_counts(void *data)
{
	struct counted *c = data;

	atomic_inc(&c->num);
	return !verify(c->f, SMBSIGN_SERVER);
}

/* No count is lost when one context interrupts another. */
static void test_stats_in_contexts(struct kunit *test)
{
	struct fixture *f = new_fixture(test, SMBSIGN_AES_CMAC);
	struct counted c = { .f = f };
	u64 num;

	new_msg(f, CREATE, 0, SIGNED);
	KUNIT_ASSERT_EQ(test, 0, sign(f, SMBSIGN_CLIENT));
	begin(f);
	run_in_contexts(test, verifies_and_counts, &c);
	num = atomic_read(&c.num);
	EXPECT_STATS("contexts", .verified = num,
		     .verified_bytes = num * MSG_LEN);
}

static long verify_here(void *data)
{
	struct counted *c = data;

	for (int i = 0; i < 100; i++)
		verifies_and_counts(c);
	return smp_processor_id();
}

/* What is read is the sum. */
static void test_stats_on_all_cpus(struct kunit *test)
{
	struct fixture *f = new_fixture(test, SMBSIGN_AES_CMAC);
	struct counted c = { .f = f };
	u64 num = 0;
	int cpu;

	new_msg(f, CREATE, 0, SIGNED);
	KUNIT_ASSERT_EQ(test, 0, sign(f, SMBSIGN_CLIENT));
	begin(f);
	for_each_online_cpu(cpu) {
		KUNIT_EXPECT_EQ(test, cpu, work_on_cpu(cpu, verify_here, &c));
		num += 100;
	}
	EXPECT_STATS("all CPUs", .verified = num,
		     .verified_bytes = num * MSG_LEN);
}

static struct kunit_case stats_test_cases[] = {
	KUNIT_CASE(test_stats_sign),
	KUNIT_CASE(test_stats_verify),
	KUNIT_CASE(test_stats_nonce_refused),
	KUNIT_CASE(test_stats_many),
	KUNIT_CASE_PARAM(test_stats_accept, accept_gen_params),
	KUNIT_CASE(test_stats_accept_unparsable),
	KUNIT_CASE(test_stats_queue_full),
	KUNIT_CASE(test_stats_in_contexts),
	KUNIT_CASE(test_stats_on_all_cpus),
	{}
};

static struct kunit_suite stats_test_suite = {
	.name = "smbsign_stats",
	.test_cases = stats_test_cases,
};

kunit_test_suite(stats_test_suite);
