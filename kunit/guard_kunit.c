// SPDX-License-Identifier: GPL-2.0-only
/*
 * guard.c: with AES-GMAC no two messages get signatures by one nonce, in
 * whatever order they come; and nothing else is refused.  How it is under
 * competition is in guard_race_kunit.c.
 */
#include <kunit/test.h>
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "msg-utils.h"

/* MS-SMB2 2.2.1 */
#define CANCEL		0x000c
#define ECHO		0x000d
#define FROM_SERVER	0x00000001
#define ASYNC		0x00000002
#define SIGNED		0x00000008

/* As guard.c has it */
#define WINDOW		1024

/* A message: its header, and a body that tells messages apart */
struct small_msg {
	u8 hdr[SMB2_HDR_LEN];
	u32 body;
} __packed;

static void build(struct small_msg *msg, u16 command, u32 status, u32 flags,
		  u64 mid, u32 body)
{
	build_hdr(msg->hdr, command, status, flags | SIGNED, mid);
	memset(msg->hdr + SMB2_SIG_OFF, 0xa5, SMBSIGN_SIG_SIZE);
	msg->body = body;
}

static int sign(struct smbsign_key *key, struct small_msg *msg)
{
	struct kvec iov = { msg, sizeof(*msg) };

	return smbsign_sign_kvec(key, &iov, 1, sizeof(*msg));
}

static int sign_request(struct smbsign_key *key, u64 mid, u32 body)
{
	struct small_msg msg;

	build(&msg, ECHO, 0, 0, mid, body);
	return sign(key, &msg);
}

static int sign_cancel(struct smbsign_key *key, u64 mid, u32 body)
{
	struct small_msg msg;

	build(&msg, CANCEL, 0, 0, mid, body);
	return sign(key, &msg);
}

static struct smbsign_key *new_key(struct kunit *test, enum smbsign_alg alg,
				   enum smbsign_role role)
{
	u8 raw[SMBSIGN_KEY_SIZE];

	rand_bytes(raw, sizeof(raw));
	return kunit_signing_key(test, alg, role, raw, sizeof(raw));
}

static struct smbsign_key *gmac_key(struct kunit *test)
{
	return new_key(test, SMBSIGN_AES_GMAC, SMBSIGN_CLIENT);
}

struct header_row {
	const char *name;
	u16 command;
	u32 status;
	u32 flags;
	u64 mid;
	int err;		/* of AES-GMAC */
};

static const struct header_row header_rows[] = {
	{ "request 0", ECHO, 0, 0, 0, -EACCES },
	{ "response 0", ECHO, 0, FROM_SERVER, 0, -EACCES },
	{ "CANCEL 0", CANCEL, 0, 0, 0, -EACCES },
	{ "request 2^64-1", ECHO, 0, 0, U64_MAX, -EACCES },
	{ "response 2^64-1", ECHO, 0, FROM_SERVER, U64_MAX, -EACCES },
	{ "interim", ECHO, SMBSIGN_STATUS_PENDING, FROM_SERVER, 7, -EACCES },
	{ "async interim", ECHO, SMBSIGN_STATUS_PENDING, FROM_SERVER | ASYNC, 7,
	  -EACCES },
	{ "CANCEL response", CANCEL, 0, FROM_SERVER, 7, -EACCES },
	{ "async CANCEL response", CANCEL, 0, FROM_SERVER | ASYNC, 7, -EACCES },
	{ "request 1", ECHO, 0, 0, 1 },
	{ "request 2^64-2", ECHO, 0, 0, U64_MAX - 1 },
	{ "response 1", ECHO, 0, FROM_SERVER, 1 },
	{ "error response", ECHO, 0xc0000022, FROM_SERVER, 7 },
	{ "async response", ECHO, 0, FROM_SERVER | ASYNC, 7 },
	{ "CANCEL", CANCEL, 0, 0, 7 },
	{ "async CANCEL", CANCEL, 0, ASYNC, 7 },
	/* Of a request the field is the ChannelSequence. */
	{ "ChannelSequence 0x103", ECHO, SMBSIGN_STATUS_PENDING, 0, 7 },
};

KUNIT_ARRAY_PARAM_DESC(header, header_rows, name);

/* What is refused is as it was; other algorithms have no nonces. */
static void test_guard_header(struct kunit *test)
{
	const struct header_row *row = test->param_value;
	enum smbsign_role role = row->flags & FROM_SERVER ? SMBSIGN_SERVER :
							    SMBSIGN_CLIENT;
	struct small_msg msg, before;

	rand_seed(1);
	for (enum smbsign_alg alg = 0; alg < SMBSIGN_MD5; alg++) {
		int err = alg == SMBSIGN_AES_GMAC ? row->err : 0;
		struct smbsign_key *key = new_key(test, alg, role);

		build(&msg, row->command, row->status, row->flags, row->mid, 1);
		before = msg;
		for (int i = 0; i < 3; i++) {
			KUNIT_EXPECT_EQ_MSG(test, err, sign(key, &msg), "%s",
					    alg_name(alg));
			KUNIT_EXPECT_EQ_MSG(test, !err,
					    !!memcmp(&msg, &before,
						     sizeof(msg)),
					    "%s", alg_name(alg));
		}
	}
}

static void test_guard_same_message(struct kunit *test)
{
	struct smbsign_key *key;
	struct small_msg msg, first;

	rand_seed(2);
	key = gmac_key(test);
	build(&first, ECHO, 0, 0, 100, 1);
	KUNIT_ASSERT_EQ(test, 0, sign(key, &first));
	for (int i = 0; i < 5; i++) {
		build(&msg, ECHO, 0, 0, 100, 1);
		KUNIT_EXPECT_EQ(test, 0, sign(key, &msg));
		KUNIT_EXPECT_MEMEQ(test, &msg, &first, sizeof(msg));
	}
}

/* However often it is tried, and with which bytes */
static void test_guard_other_message(struct kunit *test)
{
	struct smbsign_key *key;
	struct small_msg msg, before;

	rand_seed(3);
	key = gmac_key(test);
	KUNIT_ASSERT_EQ(test, 0, sign_request(key, 100, 1));
	for (u32 body = 2; body < 50; body++) {
		build(&msg, ECHO, 0, 0, 100, body);
		before = msg;
		KUNIT_EXPECT_EQ(test, -EACCES, sign(key, &msg));
		KUNIT_EXPECT_EQ(test, -EACCES, sign(key, &msg));
		KUNIT_EXPECT_MEMEQ(test, &msg, &before, sizeof(msg));
	}
	/* The one that has the nonce keeps it. */
	KUNIT_EXPECT_EQ(test, 0, sign_request(key, 100, 1));
}

/* Whatever part of the message it is that differs */
static void test_guard_each_field(struct kunit *test)
{
	struct smbsign_key *key;
	struct small_msg msg;

	rand_seed(4);
	key = gmac_key(test);
	KUNIT_ASSERT_EQ(test, 0, sign_request(key, 100, 1));
	for (size_t at = 4; at < sizeof(msg); at++) {
		if (at >= SMB2_MID_OFF && at < SMB2_MID_OFF + 8)
			continue;	/* another nonce */
		if (at >= SMB2_SIG_OFF && at < SMB2_SIG_OFF + 16)
			continue;	/* not covered */
		build(&msg, ECHO, 0, 0, 100, 1);
		((u8 *)&msg)[at] ^= 0x20;
		KUNIT_EXPECT_EQ_MSG(test, -EACCES, sign(key, &msg),
				    "offset %zu", at);
	}
}

/* All distances up to that at which the window ends, in both directions */
static void test_guard_window(struct kunit *test)
{
	static const u64 starts[] = { WINDOW + 1, 5000, 0xffffffffULL,
				      0x7ffffffffffffc00ULL };

	rand_seed(5);
	for (int i = 0; i < ARRAY_SIZE(starts); i++) {
		struct smbsign_key *key = gmac_key(test);
		u64 mid = starts[i];

		KUNIT_ASSERT_EQ(test, 0, sign_request(key, mid, 1));
		for (u64 d = 1; d < WINDOW; d++) {
			u64 next = i % 2 ? mid - d : mid + d;

			KUNIT_ASSERT_EQ_MSG(test, 0, sign_request(key, next, 2),
					    "distance %llu", d);
			KUNIT_ASSERT_EQ_MSG(test, -EACCES,
					    sign_request(key, mid, 3),
					    "distance %llu", d);
			KUNIT_ASSERT_EQ_MSG(test, -EACCES,
					    sign_request(key, next, 4),
					    "distance %llu", d);
		}
		KUNIT_EXPECT_EQ(test, 0, sign_request(key, mid, 1));
	}
}

/* A connection goes on beyond any window. */
static void test_guard_many(struct kunit *test)
{
	struct smbsign_key *key;

	rand_seed(6);
	key = gmac_key(test);
	for (u64 mid = 1; mid < RAND_ROUNDS(20 * WINDOW); mid++)
		KUNIT_ASSERT_EQ_MSG(test, 0, sign_request(key, mid, mid * 3),
				    "MessageId %llu", mid);
}

/*
 * The CANCEL of a request has its MessageId and a nonce of its own.  Neither
 * may make the guard forget the other.
 */
static void test_guard_cancel(struct kunit *test)
{
	struct smbsign_key *key;

	rand_seed(7);
	key = gmac_key(test);
	for (u64 mid = 1; mid < 100; mid++) {
		KUNIT_EXPECT_EQ(test, 0, sign_request(key, mid, 1));
		KUNIT_EXPECT_EQ(test, 0, sign_cancel(key, mid, 1));
		KUNIT_EXPECT_EQ_MSG(test, -EACCES, sign_request(key, mid, 2),
				    "after its CANCEL");
		KUNIT_EXPECT_EQ(test, -EACCES, sign_cancel(key, mid, 2));
		KUNIT_EXPECT_EQ(test, 0, sign_cancel(key, mid, 1));
		KUNIT_EXPECT_EQ(test, 0, sign_request(key, mid, 1));
		KUNIT_EXPECT_EQ_MSG(test, -EACCES, sign_cancel(key, mid, 3),
				    "after its request");
		if (test->status != KUNIT_SUCCESS)
			return;
	}
}

/* The interim response is refused and takes nothing from the final one. */
static void test_guard_interim_then_final(struct kunit *test)
{
	struct smbsign_key *key;
	struct small_msg msg;

	rand_seed(8);
	key = new_key(test, SMBSIGN_AES_GMAC, SMBSIGN_SERVER);
	for (u64 mid = 1; mid < 100; mid++) {
		build(&msg, ECHO, SMBSIGN_STATUS_PENDING, FROM_SERVER | ASYNC,
		      mid, 1);
		KUNIT_EXPECT_EQ(test, -EACCES, sign(key, &msg));
		build(&msg, ECHO, 0, FROM_SERVER | ASYNC, mid, 2);
		KUNIT_EXPECT_EQ(test, 0, sign(key, &msg));
		build(&msg, ECHO, SMBSIGN_STATUS_PENDING, FROM_SERVER | ASYNC,
		      mid, 1);
		KUNIT_EXPECT_EQ(test, -EACCES, sign(key, &msg));
	}
}

static void test_guard_not_for_others(struct kunit *test)
{
	rand_seed(9);
	for (enum smbsign_alg alg = 0; alg < SMBSIGN_AES_GMAC; alg++) {
		struct smbsign_key *key = new_key(test, alg, SMBSIGN_CLIENT);

		for (u32 body = 0; body < 10; body++) {
			KUNIT_EXPECT_EQ(test, 0, sign_request(key, 7, body));
			KUNIT_EXPECT_EQ(test, 0, sign_cancel(key, 7, body));
			KUNIT_EXPECT_EQ(test, 0, sign_cancel(key, 0, body));
		}
	}
}

/* As those of SMB2_SERVER_TO_CLIENT_NOTIFICATION are */
static void test_guard_random_mids(struct kunit *test)
{
	struct smbsign_key *key;
	struct small_msg msg;
	u64 mid;

	rand_seed(10);
	key = new_key(test, SMBSIGN_AES_GMAC, SMBSIGN_SERVER);
	for (int i = 0; i < RAND_ROUNDS(20 * WINDOW); i++) {
		rand_bytes(&mid, sizeof(mid));
		build(&msg, ECHO, 0, FROM_SERVER, mid, i);
		KUNIT_ASSERT_EQ_MSG(test, 0, sign(key, &msg), "MessageId %llu",
				    mid);
		build(&msg, ECHO, 0, FROM_SERVER, mid, ~i);
		KUNIT_ASSERT_EQ_MSG(test, -EACCES, sign(key, &msg),
				    "MessageId %llu", mid);
	}
}

/* MessageIds that share a place in the window are told apart. */
static void test_guard_far_mids(struct kunit *test)
{
	rand_seed(11);
	for (int bit = 10; bit < 64; bit++) {
		struct smbsign_key *key = gmac_key(test);

		KUNIT_EXPECT_EQ(test, 0, sign_request(key, 77, 1));
		KUNIT_EXPECT_EQ_MSG(test, 0,
				    sign_request(key, 77 ^ BIT_ULL(bit), 2),
				    "bit %d", bit);
	}
}

/* What one key has signed does not concern another one. */
static void test_guard_two_keys(struct kunit *test)
{
	struct smbsign_key *keys[2];

	rand_seed(12);
	for (int i = 0; i < 2; i++)
		keys[i] = gmac_key(test);
	for (u64 mid = 1; mid < 50; mid++) {
		for (int i = 0; i < 2; i++)
			KUNIT_EXPECT_EQ(test, 0,
					sign_request(keys[i], mid, i));
		for (int i = 0; i < 2; i++)
			KUNIT_EXPECT_EQ(test, -EACCES,
					sign_request(keys[i], mid, !i));
	}
}

/* Messages of a chain begin at multiples of 8 bytes. */
struct chain_part {
	struct small_msg msg;
	u8 pad[4];
} __packed;

static_assert(sizeof(struct chain_part) % 8 == 0);

static void build_part(struct chain_part *part, u64 mid, u32 body, bool is_last)
{
	build(&part->msg, ECHO, 0, 0, mid, body);
	put_unaligned_le32(is_last ? 0 : sizeof(*part),
			   part->msg.hdr + SMB2_NEXT_OFF);
	memset(part->pad, 0, sizeof(part->pad));
}

/*
 * All messages of a chain are guarded: those in front of a refusal are done, and
 * those behind it are as they were, their nonces free.
 */
static void test_guard_chain(struct kunit *test)
{
	struct chain_part chain[3], before[3];
	struct kvec iov = { chain, sizeof(chain) };
	struct smbsign_msg msg = smbsign_msg_kvec(&iov, 1, 0, sizeof(chain));
	struct smbsign_key *key;

	rand_seed(13);
	key = gmac_key(test);
	KUNIT_ASSERT_EQ(test, 0, sign_request(key, 2, 1));
	for (int i = 0; i < 3; i++)
		build_part(&chain[i], i + 1, 7, i == 2);
	memcpy(before, chain, sizeof(chain));
	KUNIT_EXPECT_EQ(test, -EACCES, smbsign_sign_chain(key, &msg));
	KUNIT_EXPECT_MEMNEQ(test, &chain[0], &before[0], sizeof(chain[0]));
	KUNIT_EXPECT_MEMEQ(test, &chain[1], &before[1], 2 * sizeof(chain[1]));
	KUNIT_EXPECT_EQ(test, -EACCES, sign_request(key, 1, 8));
	KUNIT_EXPECT_EQ(test, 0, sign_request(key, 3, 8));
}

/* Also among themselves */
static void test_guard_chain_same_mid(struct kunit *test)
{
	struct chain_part chain[2];
	struct kvec iov = { chain, sizeof(chain) };
	struct smbsign_msg msg = smbsign_msg_kvec(&iov, 1, 0, sizeof(chain));

	rand_seed(14);
	build_part(&chain[0], 5, 1, false);
	build_part(&chain[1], 5, 2, true);
	KUNIT_EXPECT_EQ(test, -EACCES, smbsign_sign_chain(gmac_key(test), &msg));
}

static struct kunit_case guard_test_cases[] = {
	KUNIT_CASE_PARAM(test_guard_header, header_gen_params),
	KUNIT_CASE(test_guard_same_message),
	KUNIT_CASE(test_guard_other_message),
	KUNIT_CASE(test_guard_each_field),
	KUNIT_CASE(test_guard_window),
	KUNIT_CASE(test_guard_many),
	KUNIT_CASE(test_guard_cancel),
	KUNIT_CASE(test_guard_interim_then_final),
	KUNIT_CASE(test_guard_not_for_others),
	KUNIT_CASE(test_guard_random_mids),
	KUNIT_CASE(test_guard_far_mids),
	KUNIT_CASE(test_guard_two_keys),
	KUNIT_CASE(test_guard_chain),
	KUNIT_CASE(test_guard_chain_same_mid),
	{}
};

static struct kunit_suite guard_test_suite = {
	.name = "smbsign_guard",
	.test_cases = guard_test_cases,
};

kunit_test_suite(guard_test_suite);
