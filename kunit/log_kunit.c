// SPDX-License-Identifier: GPL-2.0-only
/*
 * stats.c, the log: a signature that does not match is told in one line that
 * holds nothing else, no more often than the kernel's rate limit lets it; and
 * nothing else that goes wrong is told.
 */
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/kmsg_dump.h>
#include <linux/ratelimit.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "verdict-utils.h"

#define MSG_LEN		100
#define TREE_ID_OFF	36
#define SESSION_ID_OFF	40
#define TREE_ID		0x99aabbcc
#define MAX_LINE	512

/* Three of no other test, by which their lines are found */
#define SESSION_BAD	0x6b756e69742d3161ULL
#define SESSION_OTHER	0x6b756e69742d3262ULL
#define SESSION_MANY	0x6b756e69742d3363ULL

struct fixture {
	struct key_pair keys;
	u8 msg[MSG_LEN];
	struct kvec iov;
	struct smbsign_msg m;
	u64 mid;
	char line[MAX_LINE];
};

static struct fixture *new_fixture(struct kunit *test)
{
	struct fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, f);
	f->keys = kunit_key_pair(test, SMBSIGN_AES_GMAC);
	f->iov = (struct kvec){ f->msg, MSG_LEN };
	f->m = smbsign_msg_kvec(&f->iov, 1, 0, MSG_LEN);
	return f;
}

/* A request whose signature is right */
static void new_msg(struct kunit *test, struct fixture *f, u64 session_id)
{
	build_hdr(f->msg, CREATE, 0, SIGNED, ++f->mid);
	put_unaligned_le32(TREE_ID, f->msg + TREE_ID_OFF);
	put_unaligned_le64(session_id, f->msg + SESSION_ID_OFF);
	KUNIT_ASSERT_EQ(test, 0, smbsign_sign_msg(f->keys.of[SMBSIGN_CLIENT],
						  &f->m));
}

static int verify(struct fixture *f)
{
	return smbsign_verify_msg(f->keys.of[SMBSIGN_SERVER], &f->m);
}

static void verify_bad(struct kunit *test, struct fixture *f, u64 session_id)
{
	new_msg(test, f, session_id);
	f->msg[MSG_LEN - 1] ^= 1;
	KUNIT_EXPECT_EQ(test, -EBADMSG, verify(f));
}

/* Lines of the log that have @text in them */
static unsigned int num_lines(struct fixture *f, const char *text)
{
	struct kmsg_dump_iter iter = {};
	unsigned int num = 0;
	size_t len;

	kmsg_dump_rewind(&iter);
	while (kmsg_dump_get_line(&iter, /* syslog= */ false, f->line,
				  sizeof(f->line), &len))
		num += !!strnstr(f->line, text, len);
	return num;
}

static unsigned int num_of_session(struct fixture *f, u64 session_id)
{
	char text[32];

	snprintf(text, sizeof(text), "0x%llx", session_id);
	return num_lines(f, text);
}

/* Other tests may have used up what is allowed for a while. */
static void wait_until_told(struct kunit *test, struct fixture *f)
{
	unsigned long end = jiffies + 3 * DEFAULT_RATELIMIT_INTERVAL;
	unsigned int before = num_of_session(f, SESSION_BAD);

	verify_bad(test, f, SESSION_BAD);
	while (num_of_session(f, SESSION_BAD) == before &&
	       time_before(jiffies, end)) {
		schedule_timeout_uninterruptible(HZ / 10);
		verify_bad(test, f, SESSION_BAD);
	}
	KUNIT_ASSERT_EQ(test, num_of_session(f, SESSION_BAD), before + 1);
}

/* The line as a whole: so there is no signature in it, nor anything else. */
static void test_log_bad_signature(struct kunit *test)
{
	struct fixture *f = new_fixture(test);
	char line[160];

	rand_seed(1);
	wait_until_told(test, f);
	snprintf(line, sizeof(line),
		 "smbsign: signature does not match: session 0x%llx, tree 0x%x, message %llu, command %u\n",
		 SESSION_BAD, TREE_ID, f->mid, CREATE);
	KUNIT_EXPECT_EQ(test, num_lines(f, line), 1);
}

/* Each of these could be told: the limit is not reached before or after. */
static void test_log_nothing_else(struct kunit *test)
{
	const struct smbsign_session session = {
		.role = SMBSIGN_SERVER,
		.dialect = SMBSIGN_SMB311,
		.established = true,
		.signing_required = true,
	};
	struct fixture *f = new_fixture(test);
	u32 status;

	rand_seed(2);
	wait_until_told(test, f);
	new_msg(test, f, SESSION_OTHER);
	KUNIT_EXPECT_EQ(test, 0, verify(f));
	KUNIT_EXPECT_EQ(test, -EACCES,
			smbsign_verify_msg(f->keys.of[SMBSIGN_CLIENT], &f->m));
	f->m.len++;
	KUNIT_EXPECT_EQ(test, -EMSGSIZE, verify(f));
	f->m.len--;
	f->msg[MSG_LEN - 1] ^= 1;
	KUNIT_EXPECT_EQ(test, -EACCES,
			smbsign_sign_msg(f->keys.of[SMBSIGN_CLIENT], &f->m));
	f->msg[SMB2_FLAGS_OFF] &= ~SIGNED;
	KUNIT_EXPECT_EQ(test, SMBSIGN_REFUSED,
			smbsign_accept(&session, f->keys.of[SMBSIGN_SERVER],
				       &f->m, 0, &status));
	KUNIT_EXPECT_EQ(test, num_of_session(f, SESSION_OTHER), 0);

	verify_bad(test, f, SESSION_OTHER);
	KUNIT_EXPECT_EQ(test, num_of_session(f, SESSION_OTHER), 1);
}

/* An attacker does not fill the log. */
static void test_log_is_rate_limited(struct kunit *test)
{
	struct fixture *f = new_fixture(test);
	unsigned long start = jiffies;
	unsigned int intervals;

	rand_seed(3);
	for (int i = 0; i < RAND_ROUNDS(1000); i++)
		verify_bad(test, f, SESSION_MANY);
	/* What is left of one interval, and of the next ones all */
	intervals = 2 + (jiffies - start) / DEFAULT_RATELIMIT_INTERVAL;
	KUNIT_EXPECT_LE(test, num_of_session(f, SESSION_MANY),
			intervals * DEFAULT_RATELIMIT_BURST);
}

static struct kunit_case log_test_cases[] = {
	KUNIT_CASE(test_log_bad_signature),
	KUNIT_CASE(test_log_nothing_else),
	KUNIT_CASE(test_log_is_rate_limited),
	{}
};

static struct kunit_suite log_test_suite = {
	.name = "smbsign_log",
	.test_cases = log_test_cases,
};

kunit_test_suite(log_test_suite);
