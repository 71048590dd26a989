// SPDX-License-Identifier: GPL-2.0-only
/*
 * verdict.c: a header that changes while it is judged, as in memory into which a
 * peer can write.  What is verified must be what was decided on.
 */
#include <kunit/test.h>
#include <linux/atomic.h>
#include <linux/string.h>

#include "verdict-utils.h"

#define MSG_LEN		100

struct race {
	struct smbsign_session session;
	struct smbsign_key *key;
	u8 msg[MSG_LEN] __aligned(8);
	atomic_t num[SMBSIGN_DISCONNECT + 1];	/* of each verdict */
};

/*
 * With the one status the response is well signed; with the other it is let
 * through without a look at the signature, which would be wrong.  So it is
 * never refused, unless it is read twice.
 */
static bool is_not_refused(void *data)
{
	struct race *race = data;
	struct kvec iov = { race->msg, sizeof(race->msg) };
	struct smbsign_msg m = smbsign_msg_kvec(&iov, 1, 0, sizeof(race->msg));
	enum smbsign_verdict verdict;
	u32 status;

	if (this_context() == IN_HARDIRQ) {
		__le32 *field = (__le32 *)(race->msg + SMB2_STATUS_OFF);

		WRITE_ONCE(*field, *field ? 0 :
			   cpu_to_le32(SMBSIGN_STATUS_USER_SESSION_DELETED));
		return true;
	}
	verdict = smbsign_accept(&race->session, race->key, &m, 0, &status);
	atomic_inc(&race->num[verdict]);
	return verdict == SMBSIGN_VERIFIED || verdict == SMBSIGN_UNSIGNED;
}

static void test_verdict_header_changes(struct kunit *test)
{
	struct race *race = kunit_kzalloc(test, sizeof(*race), GFP_KERNEL);
	struct key_pair keys = kunit_key_pair(test, SMBSIGN_AES_CMAC);

	KUNIT_ASSERT_NOT_NULL(test, race);
	race->session.role = SMBSIGN_CLIENT;
	race->session.dialect = SMBSIGN_SMB311;
	race->session.established = true;
	race->key = keys.of[SMBSIGN_CLIENT];
	build_hdr(race->msg, CREATE, 0, FROM_SERVER | SIGNED, SOME_MID);
	contiguous_signature(test, keys.of[SMBSIGN_SERVER], race->msg,
			     sizeof(race->msg), 0, race->msg + SMB2_SIG_OFF);
	hammer_in_contexts(test, is_not_refused, race);
	KUNIT_EXPECT_GT(test, atomic_read(&race->num[SMBSIGN_VERIFIED]), 0);
	KUNIT_EXPECT_GT(test, atomic_read(&race->num[SMBSIGN_UNSIGNED]), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&race->num[SMBSIGN_REFUSED]), 0);
}

static struct kunit_case verdict_race_test_cases[] = {
	KUNIT_CASE(test_verdict_header_changes),
	{}
};

static struct kunit_suite verdict_race_test_suite = {
	.name = "smbsign_verdict_race",
	.init = init_test,
	.test_cases = verdict_race_test_cases,
};

kunit_test_suite(verdict_race_test_suite);
