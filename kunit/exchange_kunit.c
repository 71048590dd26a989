// SPDX-License-Identifier: GPL-2.0-only
/*
 * All of a chain's way from one end to the other, as a consumer goes it: sign
 * what must be signed, judge each message, answer what is refused with a signed
 * error.  In every context, with keys that all contexts share, and without an
 * allocation.
 */
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "fault-utils.h"
#include "verdict-utils.h"

#define NUM_PARTS	3
#define PART_LEN	88
#define BAD_PART	1

struct chain {
	struct smbsign_session ends[2];		/* by role */
	struct key_pair keys;
	u64 mid;
	u8 data[NUM_PARTS * PART_LEN];
	struct kvec iov[2];
	u8 answer[PART_LEN];
	struct kvec answer_iov;
};

struct chains {
	struct chain of[NUM_TEST_CONTEXTS];
};

/* Each context has MessageIds of its own. */
static void init_chain(struct chain *c, u64 mid)
{
	for (int end = SMBSIGN_CLIENT; end <= SMBSIGN_SERVER; end++)
		c->ends[end] = (struct smbsign_session){
			.role = end,
			.dialect = SMBSIGN_SMB311,
			.established = true,
			.signing_required = true,
		};
	c->mid = mid;
	/* Cut where no message begins */
	c->iov[0] = (struct kvec){ c->data, PART_LEN + 13 };
	c->iov[1] = (struct kvec){ c->data + PART_LEN + 13,
				   sizeof(c->data) - PART_LEN - 13 };
	c->answer_iov = (struct kvec){ c->answer, sizeof(c->answer) };
}

static struct chains *new_chains(struct kunit *test, enum smbsign_alg alg)
{
	struct chains *chains = kunit_kzalloc(test, sizeof(*chains),
					      GFP_KERNEL);
	struct key_pair keys = kunit_key_pair(test, alg);

	KUNIT_ASSERT_NOT_NULL(test, chains);
	for (int where = 0; where < NUM_TEST_CONTEXTS; where++) {
		init_chain(&chains->of[where], (where + 1ULL) << 40);
		chains->of[where].keys = keys;
	}
	return chains;
}

/* The client's requests, with the flag where it belongs */
static bool build_requests(struct chain *c)
{
	for (int i = 0; i < NUM_PARTS; i++) {
		u8 *hdr = c->data + i * PART_LEN;

		build_hdr(hdr, CREATE, 0, 0, ++c->mid);
		put_unaligned_le32(i < NUM_PARTS - 1 ? PART_LEN : 0,
				   hdr + SMB2_NEXT_OFF);
		if (!smbsign_must_sign(&c->ends[SMBSIGN_CLIENT], hdr, 0) ||
		    smbsign_which_key(hdr) != SMBSIGN_CHANNEL_KEY)
			return false;
		hdr[SMB2_FLAGS_OFF] |= SIGNED;
	}
	return true;
}

/* The whole chain in one call: right, and then with one part that is not */
static bool verify_requests(struct chain *c, const struct smbsign_msg *msg)
{
	struct smbsign_key *key = c->keys.of[SMBSIGN_SERVER];
	unsigned int failed = NUM_PARTS;

	if (smbsign_verify_chain(key, msg, &failed) || failed != NUM_PARTS)
		return false;
	c->data[(BAD_PART + 1) * PART_LEN - 1] ^= 1;
	return smbsign_verify_chain(key, msg, &failed) == -EBADMSG &&
	       failed == BAD_PART;
}

/* The server's error, which the client believes */
static bool answer_refused(struct chain *c, u64 mid, u32 status)
{
	struct smbsign_msg msg = smbsign_msg_kvec(&c->answer_iov, 1, 0,
						  sizeof(c->answer));
	u32 nt;

	build_hdr(c->answer, CREATE, status, FROM_SERVER, mid);
	if (!smbsign_must_sign(&c->ends[SMBSIGN_SERVER], c->answer,
			       SMBSIGN_HINT_REQUEST_SIGNED))
		return false;
	c->answer[SMB2_FLAGS_OFF] |= SIGNED;
	return !smbsign_sign_msg(c->keys.of[SMBSIGN_SERVER], &msg) &&
	       smbsign_accept(&c->ends[SMBSIGN_CLIENT],
			      c->keys.of[SMBSIGN_CLIENT], &msg, 0, &nt) ==
			SMBSIGN_VERIFIED;
}

/* A verdict on each part; the server goes on behind the one it refuses. */
static bool judge_requests(struct chain *c, struct smbsign_msg rest)
{
	u64 mid = c->mid - NUM_PARTS;
	struct smbsign_msg part;

	for (int i = 0; i < NUM_PARTS; i++) {
		enum smbsign_verdict verdict;
		u32 status;

		if (smbsign_msg_next(&rest, &part))
			return false;
		verdict = smbsign_accept(&c->ends[SMBSIGN_SERVER],
					 c->keys.of[SMBSIGN_SERVER], &part, 0,
					 &status);
		if (verdict != (i == BAD_PART ? SMBSIGN_REFUSED :
						SMBSIGN_VERIFIED))
			return false;
		mid++;
		if (i == BAD_PART &&
		    (status != SMBSIGN_STATUS_ACCESS_DENIED ||
		     !answer_refused(c, mid, status)))
			return false;
	}
	return !rest.len;
}

static bool exchanges(struct chain *c)
{
	struct smbsign_msg msg = smbsign_msg_kvec(c->iov, ARRAY_SIZE(c->iov), 0,
						  sizeof(c->data));
	struct smbsign_stats stats;

	smbsign_stats_read(&stats);	/* may be called anywhere, too */
	return build_requests(c) &&
	       !smbsign_sign_chain(c->keys.of[SMBSIGN_CLIENT], &msg) &&
	       verify_requests(c, &msg) && judge_requests(c, msg);
}

static bool exchanges_here(void *data)
{
	struct chains *chains = data;

	return exchanges(&chains->of[this_context()]);
}

static void test_exchange_in_contexts(struct kunit *test)
{
	use_engine(test);
	rand_seed(1);
	for (enum smbsign_alg alg = 0; alg < SMBSIGN_MD5; alg++)
		run_in_contexts(test, exchanges_here, new_chains(test, alg));
}

static void test_exchange_no_allocation(struct kunit *test)
{
	use_fault_injection(test);
	rand_seed(2);
	for (enum smbsign_alg alg = 0; alg < SMBSIGN_MD5; alg++) {
		struct chains *chains = new_chains(test, alg);
		bool is_right;

		alloc_begin_count();
		is_right = exchanges_here(chains);
		KUNIT_EXPECT_EQ(test, 0, alloc_end());
		KUNIT_EXPECT_TRUE(test, is_right);
	}
}

static struct kunit_case exchange_test_cases[] = {
	KUNIT_CASE_PARAM(test_exchange_in_contexts, engine_gen_params),
	KUNIT_CASE(test_exchange_no_allocation),
	{}
};

static struct kunit_suite exchange_test_suite = {
	.name = "smbsign_exchange",
	.test_cases = exchange_test_cases,
};

kunit_test_suite(exchange_test_suite);
