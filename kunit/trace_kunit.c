// SPDX-License-Identifier: GPL-2.0-only
/*
 * stats.c, the tracepoints: the events as they stand in the ring buffer, with
 * the fields that they should have, and nothing of keys, signatures or data.
 */
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/string.h>
#include <linux/trace_events.h>
#include <linux/unaligned.h>

#include "trace-utils.h"
#include "verdict-utils.h"

#define MSG_LEN		100
#define ASYNC		0x00000002
#define TREE_ID		0x11223344

struct fixture {
	struct tracer *t;
	struct key_pair keys;
	u8 msg[MSG_LEN];
	struct kvec iov;
	struct smbsign_msg m;
};

static struct fixture *new_fixture(struct kunit *test)
{
	struct fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, f);
	f->t = kunit_tracer(test);
	f->keys = kunit_key_pair(test, SMBSIGN_AES_GMAC);
	f->iov = (struct kvec){ f->msg, MSG_LEN };
	f->m = smbsign_msg_kvec(&f->iov, 1, 0, MSG_LEN);
	return f;
}

/* The fields of Windows' event 31013, and what tells them apart; no others */
static void test_trace_fields(struct kunit *test)
{
	static const char *const mac[] = {
		"session_id", "message_id", "len", "tree_id", "error",
		"command", "alg", "role", NULL,
	};
	static const char *const refuse[] = {
		"session_id", "message_id", "tree_id", "status", "command",
		NULL,
	};
	static const char *const *const expected[] = {
		[EV_SIGN] = mac,
		[EV_VERIFY] = mac,
		[EV_REFUSE] = refuse,
	};
	struct fixture *f = new_fixture(test);

	for (int i = 0; i < ARRAY_SIZE(expected); i++) {
		const struct trace_event_fields *field = trace_fields(f->t, i);
		const char *const *name = expected[i];

		for (; field->type && *name; field++, name++) {
			KUNIT_EXPECT_STREQ(test, field->name, *name);
			/* A number, not a string or a pointer */
			KUNIT_EXPECT_LE(test, field->size, 8);
			KUNIT_EXPECT_NULL(test, strchr(field->type, '*'));
			KUNIT_EXPECT_NULL(test, strchr(field->type, '['));
		}
		KUNIT_EXPECT_NULL(test, field->type);
		KUNIT_EXPECT_NULL(test, *name);
	}
}

static void new_msg(struct fixture *f, u32 flags)
{
	rand_bytes(f->msg, MSG_LEN);
	build_hdr(f->msg, CREATE, 0, flags, 0x123456789abcdef0);
	put_unaligned_le32(TREE_ID, f->msg + 36);
	put_unaligned_le64(0x5566778899aabbcc, f->msg + 40);
}

static void expect_mac_event(struct kunit *test, struct fixture *f,
			     enum event_id event, enum smbsign_role role,
			     u32 tree_id, int error)
{
	struct trace_record r;

	KUNIT_ASSERT_TRUE_MSG(test, trace_next(f->t, &r), "no %s",
			      event_names[event]);
	KUNIT_ASSERT_EQ(test, r.event, event);
	expect_value(f->t, &r, "session_id", 0x5566778899aabbcc);
	expect_value(f->t, &r, "message_id", 0x123456789abcdef0);
	expect_value(f->t, &r, "len", MSG_LEN);
	expect_value(f->t, &r, "tree_id", tree_id);
	expect_value(f->t, &r, "error", (u32)error);
	expect_value(f->t, &r, "command", CREATE);
	expect_value(f->t, &r, "alg", f->keys.of[0]->alg);
	expect_value(f->t, &r, "role", role);
}

static int sign(struct fixture *f, enum smbsign_role role)
{
	return smbsign_sign_msg(f->keys.of[role], &f->m);
}

static int verify(struct fixture *f, enum smbsign_role role)
{
	return smbsign_verify_msg(f->keys.of[role], &f->m);
}

static void test_trace_sign(struct kunit *test)
{
	struct fixture *f = new_fixture(test);

	rand_seed(1);
	for (enum smbsign_alg alg = 0; alg < SMBSIGN_MD5; alg++) {
		f->keys = kunit_key_pair(test, alg);
		expect_no_event(f->t);
		new_msg(f, SIGNED);
		KUNIT_EXPECT_EQ(test, 0, sign(f, SMBSIGN_CLIENT));
		expect_mac_event(test, f, EV_SIGN, SMBSIGN_CLIENT, TREE_ID, 0);
		KUNIT_EXPECT_EQ(test, -EINVAL, sign(f, SMBSIGN_SERVER));
		expect_mac_event(test, f, EV_SIGN, SMBSIGN_SERVER, TREE_ID,
				 -EINVAL);
		/* There is no TreeId in an asynchronous header. */
		new_msg(f, SIGNED | ASYNC | FROM_SERVER);
		KUNIT_EXPECT_EQ(test, 0, sign(f, SMBSIGN_SERVER));
		expect_mac_event(test, f, EV_SIGN, SMBSIGN_SERVER, 0, 0);
		expect_no_event(f->t);
	}
}

static void test_trace_nonce_refused(struct kunit *test)
{
	struct fixture *f = new_fixture(test);

	rand_seed(2);
	new_msg(f, SIGNED);
	KUNIT_EXPECT_EQ(test, 0, sign(f, SMBSIGN_CLIENT));
	expect_mac_event(test, f, EV_SIGN, SMBSIGN_CLIENT, TREE_ID, 0);
	f->msg[MSG_LEN - 1] ^= 1;
	KUNIT_EXPECT_EQ(test, -EACCES, sign(f, SMBSIGN_CLIENT));
	expect_mac_event(test, f, EV_SIGN, SMBSIGN_CLIENT, TREE_ID, -EACCES);
	expect_no_event(f->t);
}

static void test_trace_verify(struct kunit *test)
{
	struct fixture *f = new_fixture(test);

	rand_seed(3);
	for (enum smbsign_alg alg = 0; alg < SMBSIGN_MD5; alg++) {
		f->keys = kunit_key_pair(test, alg);
		new_msg(f, SIGNED);
		contiguous_signature(test, f->keys.of[0], f->msg, MSG_LEN, 0,
				     f->msg + SMB2_SIG_OFF);
		KUNIT_EXPECT_EQ(test, 0, verify(f, SMBSIGN_SERVER));
		expect_mac_event(test, f, EV_VERIFY, SMBSIGN_SERVER, TREE_ID,
				 0);
		KUNIT_EXPECT_EQ(test, -EACCES, verify(f, SMBSIGN_CLIENT));
		expect_mac_event(test, f, EV_VERIFY, SMBSIGN_CLIENT, TREE_ID,
				 -EACCES);
		f->msg[MSG_LEN - 1] ^= 1;
		KUNIT_EXPECT_EQ(test, -EBADMSG, verify(f, SMBSIGN_SERVER));
		expect_mac_event(test, f, EV_VERIFY, SMBSIGN_SERVER, TREE_ID,
				 -EBADMSG);
		expect_no_event(f->t);
	}
}

static void expect_refuse_event(struct kunit *test, struct fixture *f,
				bool is_parsed, u32 status)
{
	struct trace_record r;

	KUNIT_ASSERT_TRUE(test, trace_next(f->t, &r));
	KUNIT_ASSERT_EQ(test, r.event, EV_REFUSE);
	expect_value(f->t, &r, "session_id",
		     is_parsed ? 0x5566778899aabbcc : 0);
	expect_value(f->t, &r, "message_id",
		     is_parsed ? 0x123456789abcdef0 : 0);
	expect_value(f->t, &r, "tree_id", is_parsed ? TREE_ID : 0);
	expect_value(f->t, &r, "command", is_parsed ? CREATE : 0);
	expect_value(f->t, &r, "status", status);
}

/* What is refused for its signature is told twice: why, and how it ended. */
static void test_trace_refuse(struct kunit *test)
{
	struct smbsign_session session = { .role = SMBSIGN_SERVER,
					   .dialect = SMBSIGN_SMB311,
					   .established = true,
					   .signing_required = true };
	struct fixture *f = new_fixture(test);
	struct smbsign_key *key = f->keys.of[SMBSIGN_SERVER];
	u32 status;

	rand_seed(4);
	new_msg(f, SIGNED);
	KUNIT_EXPECT_EQ(test, SMBSIGN_REFUSED,
			smbsign_accept(&session, key, &f->m, 0, &status));
	expect_mac_event(test, f, EV_VERIFY, SMBSIGN_SERVER, TREE_ID,
			 -EBADMSG);
	expect_refuse_event(test, f, true, SMBSIGN_STATUS_ACCESS_DENIED);

	new_msg(f, FROM_SERVER);
	KUNIT_EXPECT_EQ(test, SMBSIGN_DISCONNECT,
			smbsign_accept(&session, key, &f->m, 0, &status));
	expect_refuse_event(test, f, true, SMBSIGN_STATUS_INVALID_PARAMETER);

	f->msg[0] = 0;
	KUNIT_EXPECT_EQ(test, SMBSIGN_DISCONNECT,
			smbsign_accept(&session, key, &f->m, 0, &status));
	expect_refuse_event(test, f, false, SMBSIGN_STATUS_INVALID_PARAMETER);

	/* What is let through is not worth an event. */
	new_msg(f, 0);
	KUNIT_EXPECT_EQ(test, SMBSIGN_UNSIGNED,
			smbsign_accept(&session, key, &f->m,
				       SMBSIGN_HINT_ENCRYPTED, &status));
	expect_no_event(f->t);
}

/* Four bytes that come by chance come once in 2^32 times. */
static bool has_part_of(const struct trace_record *r, const u8 *secret,
			size_t len)
{
	for (size_t i = 0; i + 4 <= len; i++) {
		for (size_t k = 0; k + 4 <= r->len; k++) {
			if (!memcmp(r->entry + k, secret + i, 4))
				return true;
		}
	}
	return false;
}

/* Neither the right signature nor the wrong one, nor the key, nor data */
static void test_trace_no_secrets(struct kunit *test)
{
	struct fixture *f = new_fixture(test);
	u8 raw[SMBSIGN_KEY_SIZE], sig[SMBSIGN_SIG_SIZE], wrong[64];
	unsigned int num = 0;
	struct trace_record r;

	rand_seed(5);
	for (enum smbsign_alg alg = 0; alg < SMBSIGN_MD5; alg++) {
		rand_bytes(raw, sizeof(raw));
		for (int role = 0; role < 2; role++)
			f->keys.of[role] = kunit_signing_key(test, alg, role,
							     raw, sizeof(raw));
		new_msg(f, SIGNED);
		KUNIT_EXPECT_EQ(test, 0, sign(f, SMBSIGN_CLIENT));
		memcpy(sig, f->msg + SMB2_SIG_OFF, sizeof(sig));
		rand_bytes(f->msg + SMB2_SIG_OFF, SMBSIGN_SIG_SIZE);
		memcpy(wrong, f->msg + SMB2_SIG_OFF,
		       MSG_LEN - SMB2_SIG_OFF);
		KUNIT_EXPECT_EQ(test, -EBADMSG, verify(f, SMBSIGN_SERVER));
		while (trace_next(f->t, &r)) {
			KUNIT_EXPECT_FALSE(test, has_part_of(&r, raw, 16));
			KUNIT_EXPECT_FALSE(test, has_part_of(&r, sig, 16));
			KUNIT_EXPECT_FALSE(test,
					   has_part_of(&r, wrong, MSG_LEN -
						       SMB2_SIG_OFF));
			num++;
		}
	}
	KUNIT_EXPECT_EQ(test, num, 6);
}

/* One for each message of a chain, in their order, up to the one that fails */
static void test_trace_chain(struct kunit *test)
{
	struct fixture *f = new_fixture(test);
	u8 chain[3 * SMB2_HDR_LEN];
	struct kvec iov = { chain, sizeof(chain) };
	struct smbsign_msg m = smbsign_msg_kvec(&iov, 1, 0, sizeof(chain));
	struct trace_record r;

	rand_seed(6);
	for (int i = 0; i < 3; i++) {
		build_hdr(chain + i * 64, CREATE, 0, SIGNED, i + 1);
		chain[i * 64 + SMB2_NEXT_OFF] = i < 2 ? 64 : 0;
	}
	KUNIT_EXPECT_EQ(test, 0, smbsign_sign_chain(f->keys.of[0], &m));
	chain[64 + SMB2_SIG_OFF] ^= 1;
	KUNIT_EXPECT_EQ(test, -EBADMSG,
			smbsign_verify_chain(f->keys.of[1], &m, NULL));
	for (int i = 0; i < 5; i++) {
		KUNIT_ASSERT_TRUE(test, trace_next(f->t, &r));
		KUNIT_EXPECT_EQ(test, r.event, i < 3 ? EV_SIGN : EV_VERIFY);
		expect_value(f->t, &r, "message_id", i % 3 + 1);
		expect_value(f->t, &r, "len", 64);
		expect_value(f->t, &r, "error", i == 4 ? (u32)-EBADMSG : 0);
	}
	expect_no_event(f->t);
}

static void test_trace_smb1(struct kunit *test)
{
	struct fixture *f = new_fixture(test);
	struct trace_record r;

	if (!alg_is_available(SMBSIGN_MD5))
		kunit_skip(test, "this kernel offers no MD5");
	rand_seed(7);
	f->keys = kunit_key_pair(test, SMBSIGN_MD5);
	memset(f->msg, 0, MSG_LEN);
	put_proto_id(SMBSIGN_MD5, f->msg, MSG_LEN);
	f->msg[4] = 0x75;
	put_unaligned_le16(0x1122, f->msg + 24);	/* TID */
	put_unaligned_le16(0x3344, f->msg + 28);	/* UID */
	put_unaligned_le16(0x5566, f->msg + 30);	/* MID */
	KUNIT_EXPECT_EQ(test, 0, sign(f, SMBSIGN_CLIENT));
	KUNIT_ASSERT_TRUE(test, trace_next(f->t, &r));
	expect_value(f->t, &r, "command", 0x75);
	expect_value(f->t, &r, "tree_id", 0x1122);
	expect_value(f->t, &r, "session_id", 0x3344);
	expect_value(f->t, &r, "message_id", 0x5566);
	expect_value(f->t, &r, "alg", SMBSIGN_MD5);
}

static bool signs(void *data)
{
	return !sign(data, SMBSIGN_CLIENT);
}

static void test_trace_in_contexts(struct kunit *test)
{
	struct fixture *f = new_fixture(test);

	rand_seed(8);
	new_msg(f, SIGNED);
	for (int where = 0; where < NUM_TEST_CONTEXTS; where++) {
		run_in_context(test, where, signs, f);
		expect_mac_event(test, f, EV_SIGN, SMBSIGN_CLIENT, TREE_ID, 0);
		expect_no_event(f->t);
	}
	run_in_contexts(test, signs, f);
}

static struct kunit_case trace_test_cases[] = {
	KUNIT_CASE(test_trace_fields),
	KUNIT_CASE(test_trace_sign),
	KUNIT_CASE(test_trace_nonce_refused),
	KUNIT_CASE(test_trace_verify),
	KUNIT_CASE(test_trace_refuse),
	KUNIT_CASE(test_trace_no_secrets),
	KUNIT_CASE(test_trace_chain),
	KUNIT_CASE(test_trace_smb1),
	KUNIT_CASE(test_trace_in_contexts),
	{}
};

static struct kunit_suite trace_test_suite = {
	.name = "smbsign_trace",
	.test_cases = trace_test_cases,
};

kunit_test_suite(trace_test_suite);
