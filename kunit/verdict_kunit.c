// SPDX-License-Identifier: GPL-2.0-only
/*
 * verdict.c, what is accepted: each rule of MS-SMB2 3.2.5.1.3, 3.2.5.3,
 * 3.3.5.2.4, 3.3.5.5 and 3.3.5.7 about an incoming message is a row of a table.
 */
#include <kunit/test.h>
#include <linux/string.h>
#include <linux/uio.h>

#include "verdict-utils.h"

/* What stands in the message: the flag, and a signature */
enum sig {
	UNSIGNED,
	GOOD,
	BAD,
};

/* What else is particular */
#define NO_KEY		BIT(0)
#define OURS		BIT(1)		/* we have sent it ourselves */

struct accept_row {
	const char *name;
	struct situation s;
	enum sig sig;
	unsigned int how;
	struct {
		enum smbsign_verdict verdict;
		u32 status;
	} expected;
};

#define VERIFIED	{ SMBSIGN_VERIFIED, SMBSIGN_STATUS_SUCCESS }
#define LET_THROUGH	{ SMBSIGN_UNSIGNED, SMBSIGN_STATUS_SUCCESS }
#define REFUSED(s)	{ SMBSIGN_REFUSED, SMBSIGN_STATUS_##s }
#define CUT_OFF(s)	{ SMBSIGN_DISCONNECT, SMBSIGN_STATUS_##s }

/* The members of struct situation, in their order */
#define SRV(...)	{ SMBSIGN_SERVER, __VA_ARGS__ }
#define CLT(...)	{ SMBSIGN_CLIENT, __VA_ARGS__ }

#define BINDING		SMBSIGN_HINT_BINDING
#define ENCRYPTED	SMBSIGN_HINT_ENCRYPTED
#define VALIDATE	SMBSIGN_HINT_VALIDATE_NEGOTIATE
#define PENDING		SMBSIGN_STATUS_PENDING
#define MORE		SMBSIGN_STATUS_MORE_PROCESSING_REQUIRED
#define DELETED		SMBSIGN_STATUS_USER_SESSION_DELETED
#define OUT_OF_SEQUENCE	SMBSIGN_STATUS_REQUEST_OUT_OF_SEQUENCE
#define UNSUPPORTED	SMBSIGN_STATUS_NOT_SUPPORTED

static const struct accept_row server_rows[] = {
	/* 3.3.5.2.4: "has the SMB2_FLAGS_SIGNED bit set" */
	{ "signed NEGOTIATE", SRV(0, ANYHOW, REAL_USER, NEGOTIATE), GOOD, 0,
	  REFUSED(INVALID_PARAMETER) },
	{ "signed NEGOTIATE, no session", SRV(0, ANYHOW, NO_SESSION, NEGOTIATE),
	  GOOD, NO_KEY, REFUSED(INVALID_PARAMETER) },
	{ "NEGOTIATE", SRV(0, ANYHOW, NO_SESSION, NEGOTIATE), UNSIGNED, NO_KEY,
	  LET_THROUGH },
	/* 3.3.5.2.4, 3.1.5.1 */
	{ "good signature", SRV(0, ANYHOW, REAL_USER, CREATE), GOOD, 0,
	  VERIFIED },
	{ "bad signature", SRV(0, ANYHOW, REAL_USER, CREATE), BAD, 0,
	  REFUSED(ACCESS_DENIED) },
	{ "bad signature of a CANCEL", SRV(0, ANYHOW, REAL_USER, CANCEL), BAD,
	  0, REFUSED(ACCESS_DENIED) },
	{ "signed, no session", SRV(0, ANYHOW, NO_SESSION, CREATE), GOOD,
	  NO_KEY, REFUSED(USER_SESSION_DELETED) },
	{ "signed, no key", SRV(0, ANYHOW, REAL_USER, CREATE), GOOD, NO_KEY,
	  REFUSED(NOT_SUPPORTED) },
	{ "signed by a guest", SRV(0, ANYHOW, GUEST, CREATE), GOOD, NO_KEY,
	  REFUSED(NOT_SUPPORTED) },
	/* 3.3.5.2.4: "Session.SigningRequired is TRUE" */
	{ "not signed, required", SRV(0, REQUIRED, REAL_USER, CREATE), UNSIGNED,
	  0, REFUSED(ACCESS_DENIED) },
	{ "not signed, required, no key", SRV(0, REQUIRED, REAL_USER, CREATE),
	  UNSIGNED, NO_KEY, REFUSED(ACCESS_DENIED) },
	{ "LOGOFF not signed", SRV(0, REQUIRED, REAL_USER, LOGOFF), UNSIGNED, 0,
	  REFUSED(ACCESS_DENIED) },
	{ "OPLOCK_BREAK not signed", SRV(0, REQUIRED, REAL_USER, OPLOCK_BREAK),
	  UNSIGNED, 0, REFUSED(ACCESS_DENIED) },
	{ "CANCEL not signed", SRV(0, REQUIRED, REAL_USER, CANCEL), UNSIGNED, 0,
	  REFUSED(ACCESS_DENIED) },
	{ "re-authentication not signed",
	  SRV(0, REQUIRED, REAL_USER, SESSION_SETUP), UNSIGNED, 0,
	  REFUSED(ACCESS_DENIED) },
	/* What exempts responses does not exempt requests. */
	{ "ChannelSequence 0x103", SRV(0, REQUIRED, REAL_USER, CREATE, PENDING),
	  UNSIGNED, 0, REFUSED(ACCESS_DENIED) },
	{ "request 2^64-1", SRV(0, REQUIRED, REAL_USER, CREATE, 0, U64_MAX),
	  UNSIGNED, 0, REFUSED(ACCESS_DENIED) },
	{ "not signed, optional", SRV(0, OPTIONAL, REAL_USER, CREATE), UNSIGNED,
	  0, LET_THROUGH },
	{ "SESSION_SETUP, no session",
	  SRV(0, ANYHOW, NO_SESSION, SESSION_SETUP), UNSIGNED, NO_KEY,
	  LET_THROUGH },
	{ "SESSION_SETUP under way", SRV(0, ANYHOW, NOT_YET, SESSION_SETUP),
	  UNSIGNED, NO_KEY, LET_THROUGH },
	/* 3.1.1.1: "neither anonymous nor guest" */
	{ "guest", SRV(0, ANYHOW, GUEST, CREATE), UNSIGNED, NO_KEY,
	  LET_THROUGH },
	{ "anonymous", SRV(0, ANYHOW, ANONYMOUS, CREATE), UNSIGNED, NO_KEY,
	  LET_THROUGH },
	/* 3.3.5.2.4: "if the decryption succeeds, the server MUST skip" */
	{ "encrypted", SRV(0, ANYHOW, REAL_USER, CREATE, 0, 0, ENCRYPTED),
	  UNSIGNED, 0, LET_THROUGH },
	{ "encrypted, flag set",
	  SRV(0, ANYHOW, REAL_USER, CREATE, 0, 0, ENCRYPTED), BAD, 0,
	  LET_THROUGH },
	/* 3.3.5.7 */
	{ "TREE_CONNECT not signed",
	  SRV(SMB311, ANYHOW, REAL_USER, TREE_CONNECT), UNSIGNED, 0,
	  CUT_OFF(ACCESS_DENIED) },
	{ "TREE_CONNECT signed", SRV(SMB311, ANYHOW, REAL_USER, TREE_CONNECT),
	  GOOD, 0, VERIFIED },
	{ "TREE_CONNECT, bad signature",
	  SRV(SMB311, ANYHOW, REAL_USER, TREE_CONNECT), BAD, 0,
	  REFUSED(ACCESS_DENIED) },
	{ "TREE_CONNECT encrypted",
	  SRV(SMB311, ANYHOW, REAL_USER, TREE_CONNECT, 0, 0, ENCRYPTED),
	  UNSIGNED, 0, LET_THROUGH },
	{ "TREE_CONNECT of a guest", SRV(SMB311, ANYHOW, GUEST, TREE_CONNECT),
	  UNSIGNED, NO_KEY, LET_THROUGH },
	{ "anonymous TREE_CONNECT",
	  SRV(SMB311, ANYHOW, ANONYMOUS, TREE_CONNECT), UNSIGNED, NO_KEY,
	  LET_THROUGH },
	{ "older TREE_CONNECT",
	  SRV(BEFORE_SMB311, OPTIONAL, REAL_USER, TREE_CONNECT), UNSIGNED, 0,
	  LET_THROUGH },
	{ "older TREE_CONNECT, required",
	  SRV(BEFORE_SMB311, REQUIRED, REAL_USER, TREE_CONNECT), UNSIGNED, 0,
	  REFUSED(ACCESS_DENIED) },
	/* 3.3.5.5 */
	{ "binding not signed",
	  SRV(0, ANYHOW, REAL_USER, SESSION_SETUP, 0, 0, BINDING), UNSIGNED, 0,
	  REFUSED(INVALID_PARAMETER) },
	{ "binding signed",
	  SRV(0, ANYHOW, REAL_USER, SESSION_SETUP, 0, 0, BINDING), GOOD, 0,
	  VERIFIED },
	{ "binding, bad signature",
	  SRV(0, ANYHOW, REAL_USER, SESSION_SETUP, 0, 0, BINDING), BAD, 0,
	  REFUSED(ACCESS_DENIED) },
	{ "binding, no session",
	  SRV(0, ANYHOW, NO_SESSION, SESSION_SETUP, 0, 0, BINDING), GOOD,
	  NO_KEY, REFUSED(USER_SESSION_DELETED) },
	/* Nobody gets what only he sends. */
	{ "server's own response", SRV(0, ANYHOW, REAL_USER, CREATE), GOOD,
	  OURS, CUT_OFF(INVALID_PARAMETER) },
	{ "server's own unsigned response", SRV(0, ANYHOW, REAL_USER, CREATE),
	  UNSIGNED, OURS, CUT_OFF(INVALID_PARAMETER) },
};

static const struct accept_row client_rows[] = {
	/* 3.2.5.1.3: what "the client MUST skip" */
	{ "NEGOTIATE", CLT(0, ANYHOW, NO_SESSION, NEGOTIATE), UNSIGNED, NO_KEY,
	  LET_THROUGH },
	{ "encrypted", CLT(0, ANYHOW, REAL_USER, CREATE, 0, 0, ENCRYPTED),
	  UNSIGNED, 0, LET_THROUGH },
	{ "encrypted, flag set",
	  CLT(0, ANYHOW, REAL_USER, CREATE, 0, 0, ENCRYPTED), BAD, 0,
	  LET_THROUGH },
	{ "interim", CLT(0, ANYHOW, REAL_USER, CREATE, PENDING), UNSIGNED, 0,
	  LET_THROUGH },
	{ "interim, flag set", CLT(0, ANYHOW, REAL_USER, CREATE, PENDING), BAD,
	  0, LET_THROUGH },
	{ "notification", CLT(0, ANYHOW, REAL_USER, OPLOCK_BREAK, 0, U64_MAX),
	  UNSIGNED, 0, LET_THROUGH },
	{ "notification, flag set",
	  CLT(0, ANYHOW, REAL_USER, OPLOCK_BREAK, 0, U64_MAX), BAD, 0,
	  LET_THROUGH },
	{ "notification, no session",
	  CLT(0, ANYHOW, NO_SESSION, OPLOCK_BREAK, 0, U64_MAX), UNSIGNED,
	  NO_KEY, LET_THROUGH },
	/* 4.11.1: a notification of a MessageId of its own is like others. */
	{ "signed notification",
	  CLT(0, ANYHOW, REAL_USER, OPLOCK_BREAK, 0, 0x8badf00d12345678), GOOD,
	  0, VERIFIED },
	/* 3.2.5.1.3 */
	{ "good signature", CLT(0, ANYHOW, REAL_USER, CREATE), GOOD, 0,
	  VERIFIED },
	{ "signed error", CLT(0, ANYHOW, REAL_USER, CREATE, LOGON_FAILURE),
	  GOOD, 0, VERIFIED },
	{ "bad signature", CLT(0, ANYHOW, REAL_USER, CREATE), BAD, 0,
	  REFUSED(INVALID_SIGNATURE) },
	{ "bad signature of an error",
	  CLT(0, ANYHOW, REAL_USER, CREATE, LOGON_FAILURE), BAD, 0,
	  REFUSED(INVALID_SIGNATURE) },
	{ "signed, no key", CLT(0, ANYHOW, REAL_USER, CREATE), GOOD, NO_KEY,
	  REFUSED(ACCESS_DENIED) },
	{ "no such session", CLT(0, ANYHOW, NO_SESSION, CREATE), UNSIGNED,
	  NO_KEY, REFUSED(USER_SESSION_DELETED) },
	{ "signed, no such session", CLT(0, ANYHOW, NO_SESSION, CREATE), GOOD,
	  0, REFUSED(USER_SESSION_DELETED) },
	{ "not signed, required", CLT(0, REQUIRED, REAL_USER, CREATE), UNSIGNED,
	  0, REFUSED(ACCESS_DENIED) },
	{ "error not signed, required",
	  CLT(0, REQUIRED, REAL_USER, CREATE, LOGON_FAILURE), UNSIGNED, 0,
	  REFUSED(ACCESS_DENIED) },
	{ "TREE_CONNECT not signed, required",
	  CLT(0, REQUIRED, REAL_USER, TREE_CONNECT), UNSIGNED, 0,
	  REFUSED(ACCESS_DENIED) },
	{ "not signed, optional", CLT(0, OPTIONAL, REAL_USER, CREATE), UNSIGNED,
	  0, LET_THROUGH },
	{ "guest", CLT(0, ANYHOW, GUEST, CREATE), UNSIGNED, NO_KEY,
	  LET_THROUGH },
	{ "anonymous", CLT(0, ANYHOW, ANONYMOUS, CREATE), UNSIGNED, NO_KEY,
	  LET_THROUGH },
	/* The server has no key any more: it can give the flag alone. */
	{ "USER_SESSION_DELETED, flag set",
	  CLT(0, ANYHOW, REAL_USER, CREATE, DELETED), BAD, 0, LET_THROUGH },
	{ "USER_SESSION_DELETED, flag clear",
	  CLT(0, REQUIRED, REAL_USER, CREATE, DELETED), UNSIGNED, 0,
	  REFUSED(ACCESS_DENIED) },
	{ "USER_SESSION_DELETED, optional",
	  CLT(0, OPTIONAL, REAL_USER, CREATE, DELETED), UNSIGNED, 0,
	  LET_THROUGH },
	/* 3.2.5.14.12 */
	{ "VALIDATE_NEGOTIATE_INFO not signed",
	  CLT(0, ANYHOW, REAL_USER, IOCTL, 0, 0, VALIDATE), UNSIGNED, 0,
	  CUT_OFF(ACCESS_DENIED) },
	{ "VALIDATE_NEGOTIATE_INFO signed",
	  CLT(0, ANYHOW, REAL_USER, IOCTL, 0, 0, VALIDATE), GOOD, 0, VERIFIED },
	{ "VALIDATE_NEGOTIATE_INFO, bad signature",
	  CLT(0, ANYHOW, REAL_USER, IOCTL, 0, 0, VALIDATE), BAD, 0,
	  REFUSED(INVALID_SIGNATURE) },
	{ "VALIDATE_NEGOTIATE_INFO encrypted",
	  CLT(0, ANYHOW, REAL_USER, IOCTL, 0, 0, VALIDATE | ENCRYPTED),
	  UNSIGNED, 0, LET_THROUGH },
	{ "VALIDATE_NEGOTIATE_INFO of a guest",
	  CLT(0, ANYHOW, GUEST, IOCTL, 0, 0, VALIDATE), UNSIGNED, NO_KEY,
	  LET_THROUGH },
	/* 3.2.5.3: only the last response of an authentication that succeeds */
	{ "SESSION_SETUP under way",
	  CLT(0, ANYHOW, NOT_YET, SESSION_SETUP, MORE), UNSIGNED, NO_KEY,
	  LET_THROUGH },
	{ "SESSION_SETUP failed",
	  CLT(0, ANYHOW, NOT_YET, SESSION_SETUP, LOGON_FAILURE), UNSIGNED,
	  NO_KEY, LET_THROUGH },
	{ "re-authentication under way",
	  CLT(0, ANYHOW, REAL_USER, SESSION_SETUP, MORE), UNSIGNED, 0,
	  LET_THROUGH },
	{ "re-authentication under way, bad signature",
	  CLT(0, ANYHOW, REAL_USER, SESSION_SETUP, MORE), BAD, 0,
	  REFUSED(INVALID_SIGNATURE) },
	{ "final response signed", CLT(0, ANYHOW, NOT_YET, SESSION_SETUP), GOOD,
	  0, VERIFIED },
	{ "final response, bad signature",
	  CLT(0, ANYHOW, NOT_YET, SESSION_SETUP), BAD, 0,
	  REFUSED(INVALID_SIGNATURE) },
	{ "final response not signed",
	  CLT(SMB311, ANYHOW, NOT_YET, SESSION_SETUP), UNSIGNED, 0,
	  CUT_OFF(ACCESS_DENIED) },
	{ "final response signed, no key",
	  CLT(SMB311, ANYHOW, NOT_YET, SESSION_SETUP), GOOD, NO_KEY,
	  CUT_OFF(ACCESS_DENIED) },
	{ "older final response, required",
	  CLT(BEFORE_SMB311, REQUIRED, NOT_YET, SESSION_SETUP), UNSIGNED, 0,
	  REFUSED(ACCESS_DENIED) },
	{ "older final response, optional",
	  CLT(BEFORE_SMB311, OPTIONAL, NOT_YET, SESSION_SETUP), UNSIGNED, 0,
	  LET_THROUGH },
	{ "final response of a guest", CLT(0, ANYHOW, GUEST, SESSION_SETUP),
	  UNSIGNED, NO_KEY, LET_THROUGH },
	{ "final anonymous response", CLT(0, ANYHOW, ANONYMOUS, SESSION_SETUP),
	  UNSIGNED, NO_KEY, LET_THROUGH },
	/* 3.2.5.3.3 */
	{ "binding under way, signed",
	  CLT(0, ANYHOW, REAL_USER, SESSION_SETUP, MORE, 0, BINDING), GOOD, 0,
	  VERIFIED },
	{ "bound, not signed",
	  CLT(SMB311, ANYHOW, REAL_USER, SESSION_SETUP, 0, 0, BINDING),
	  UNSIGNED, 0, CUT_OFF(ACCESS_DENIED) },
	/* A server of another algorithm cannot sign what it says. */
	{ "binding out of sequence",
	  CLT(0, ANYHOW, REAL_USER, SESSION_SETUP, OUT_OF_SEQUENCE, 0, BINDING),
	  BAD, 0, LET_THROUGH },
	{ "binding not supported",
	  CLT(0, ANYHOW, REAL_USER, SESSION_SETUP, UNSUPPORTED, 0, BINDING),
	  BAD, 0, LET_THROUGH },
	/* Nobody gets what only he sends. */
	{ "client's own request", CLT(0, ANYHOW, REAL_USER, CREATE), GOOD, OURS,
	  CUT_OFF(INVALID_PARAMETER) },
	{ "client's own unsigned request", CLT(0, ANYHOW, REAL_USER, CREATE),
	  UNSIGNED, OURS, CUT_OFF(INVALID_PARAMETER) },
	{ "client's own encrypted request",
	  CLT(0, ANYHOW, REAL_USER, CREATE, 0, 0, ENCRYPTED), UNSIGNED, OURS,
	  CUT_OFF(INVALID_PARAMETER) },
};

KUNIT_ARRAY_PARAM_DESC(server, server_rows, name);
KUNIT_ARRAY_PARAM_DESC(client, client_rows, name);

/* A message of 64 bytes and a body, with the flag and a signature or without */
static void build_msg(struct kunit *test, const struct accept_row *row,
		      const struct smbsign_key *key, u8 *msg, size_t len)
{
	bool from_server = (row->s.role == SMBSIGN_CLIENT) !=
			   !!(row->how & OURS);

	situation_hdr(&row->s, from_server, msg);
	rand_bytes(msg + SMB2_HDR_LEN, len - SMB2_HDR_LEN);
	if (row->sig == UNSIGNED)
		return;
	msg[SMB2_FLAGS_OFF] |= SIGNED;
	contiguous_signature(test, key, msg, len, 0, msg + SMB2_SIG_OFF);
	if (row->sig == BAD)
		msg[SMB2_SIG_OFF + rand_below(SMBSIGN_SIG_SIZE)] ^= 4;
}

static void check_row(struct kunit *test, const struct concrete *c,
		      const void *data)
{
	const struct accept_row *row = data;
	struct key_pair keys = kunit_key_pair(test, c->alg);
	struct smbsign_key *key = keys.of[row->s.role];
	u8 msg[100], before[100];
	struct kvec iov = { msg, sizeof(msg) };
	struct smbsign_msg m = smbsign_msg_kvec(&iov, 1, 0, sizeof(msg));
	u32 status = 0xdeadbeef;

	build_msg(test, row, key, msg, sizeof(msg));
	memcpy(before, msg, sizeof(msg));
	KUNIT_EXPECT_EQ_MSG(test, row->expected.verdict,
			    smbsign_accept(c->session_or_null,
					   row->how & NO_KEY ? NULL : key, &m,
					   row->s.hints, &status),
			    "%s", c->name);
	KUNIT_EXPECT_EQ_MSG(test, status, row->expected.status, "%s", c->name);
	KUNIT_EXPECT_TRUE(test, !memcmp(msg, before, sizeof(msg)));
}

static void test_verdict_server(struct kunit *test)
{
	const struct accept_row *row = test->param_value;

	rand_seed(1);
	with_each_concrete(test, &row->s, check_row, row);
}

static void test_verdict_client(struct kunit *test)
{
	const struct accept_row *row = test->param_value;

	rand_seed(2);
	with_each_concrete(test, &row->s, check_row, row);
}

static enum smbsign_verdict accept_iov(const struct smbsign_session *session,
				       struct smbsign_key *key, u8 *msg,
				       size_t len, size_t msg_len, u32 *status)
{
	struct kvec iov = { msg, len };
	struct smbsign_msg m = smbsign_msg_kvec(&iov, 1, 0, msg_len);

	return smbsign_accept(session, key, &m, 0, status);
}

/* No header, or another protocol's */
static void test_verdict_unparsable(struct kunit *test)
{
	struct smbsign_session session = { .role = SMBSIGN_SERVER,
					   .dialect = SMBSIGN_SMB311 };
	struct key_pair keys;
	u8 msg[100] = {};
	u32 status;

	rand_seed(3);
	keys = kunit_key_pair(test, SMBSIGN_AES_CMAC);
	for (size_t len = 0; len < SMB2_HDR_LEN; len++) {
		u8 *end = (u8 *)kunit_guarded_buf(test, SMB2_HDR_LEN) +
			  SMB2_HDR_LEN;

		build_hdr(end - SMB2_HDR_LEN, CREATE, 0, 0, SOME_MID);
		memmove(end - len, end - SMB2_HDR_LEN, len);
		KUNIT_EXPECT_EQ(test, SMBSIGN_DISCONNECT,
				accept_iov(&session, keys.of[1], end - len, len,
					   len, &status));
		KUNIT_EXPECT_EQ(test, status, SMBSIGN_STATUS_INVALID_PARAMETER);
	}
	build_hdr(msg, CREATE, 0, 0, SOME_MID);
	for (int id = 0; id < 256; id++) {
		msg[0] = id;
		KUNIT_EXPECT_EQ_MSG(test, id == 0xfe ? SMBSIGN_UNSIGNED :
						       SMBSIGN_DISCONNECT,
				    accept_iov(&session, keys.of[1], msg, 100,
					       100, &status), "%d", id);
	}
}

/* A signed message that is cut off behind its header cannot be right. */
static void test_verdict_truncated(struct kunit *test)
{
	u8 msg[100], *end = (u8 *)kunit_guarded_buf(test, 100) + 100;
	struct smbsign_session session = { .dialect = SMBSIGN_SMB311,
					   .established = true };
	struct key_pair keys;
	u32 status;

	rand_seed(4);
	keys = kunit_key_pair(test, SMBSIGN_AES_GMAC);
	for (int role = SMBSIGN_CLIENT; role <= SMBSIGN_SERVER; role++) {
		session.role = role;
		build_hdr(msg, CREATE, 0, SIGNED | (role == SMBSIGN_CLIENT ?
						    FROM_SERVER : 0), SOME_MID);
		contiguous_signature(test, keys.of[role], msg, sizeof(msg), 0,
				     msg + SMB2_SIG_OFF);
		for (size_t len = SMB2_HDR_LEN; len <= sizeof(msg); len++) {
			memcpy(end - len, msg, len);
			KUNIT_EXPECT_EQ(test, len < sizeof(msg) ?
					SMBSIGN_REFUSED : SMBSIGN_VERIFIED,
					accept_iov(&session, keys.of[role],
						   end - len, len, len,
						   &status));
			KUNIT_EXPECT_EQ(test, status,
					len == sizeof(msg) ? 0 :
					role == SMBSIGN_SERVER ?
					SMBSIGN_STATUS_ACCESS_DENIED :
					SMBSIGN_STATUS_INVALID_SIGNATURE);
		}
	}
}

static void expect_mistake(struct kunit *test,
			   const struct smbsign_session *session,
			   struct smbsign_key *key, const struct smbsign_msg *m)
{
	struct smbsign_stats before, after;
	u32 status = 0;

	smbsign_stats_read(&before);
	KUNIT_EXPECT_EQ(test, SMBSIGN_REFUSED,
			smbsign_accept(session, key, m, 0, &status));
	KUNIT_EXPECT_EQ(test, status, SMBSIGN_STATUS_INTERNAL_ERROR);
	smbsign_stats_read(&after);
	KUNIT_EXPECT_EQ(test, after.bad_signature, before.bad_signature);
	KUNIT_EXPECT_EQ(test, after.verified, before.verified);
	KUNIT_EXPECT_EQ(test, after.refused, before.refused + 1);
}

/*
 * A good message of which less is there than was said, in front of an iterator
 * that cannot be read, or with a key that has nothing to do with it.
 */
static void test_verdict_mistakes(struct kunit *test)
{
	u8 msg[100], *end = (u8 *)kunit_guarded_buf(test, 100) + 100;
	struct smbsign_session session = { .role = SMBSIGN_SERVER,
					   .dialect = SMBSIGN_SMB311,
					   .established = true };
	struct iov_iter discard;
	struct key_pair keys;
	struct smbsign_msg m;

	rand_seed(5);
	keys = kunit_key_pair(test, SMBSIGN_AES_CMAC);
	build_hdr(msg, CREATE, 0, SIGNED, SOME_MID);
	contiguous_signature(test, keys.of[SMBSIGN_CLIENT], msg, sizeof(msg), 0,
			     msg + SMB2_SIG_OFF);
	iov_iter_discard(&discard, ITER_DEST, sizeof(msg));
	for (size_t len = 0; len < sizeof(msg); len++) {
		struct kvec iov = { end - len, len };

		memcpy(end - len, msg, len);
		m = smbsign_msg_kvec(&iov, 1, 0, sizeof(msg));
		expect_mistake(test, &session, keys.of[SMBSIGN_SERVER], &m);
		m = smbsign_msg_iter(&iov, 1, &discard, 0, sizeof(msg));
		expect_mistake(test, &session, keys.of[SMBSIGN_SERVER], &m);
	}
	m = smbsign_msg_kvec(&(struct kvec){ msg, sizeof(msg) }, 1, 0,
			     sizeof(msg));
	expect_mistake(test, &session, keys.of[SMBSIGN_CLIENT], &m);
	if (!alg_is_available(SMBSIGN_MD5))
		return;
	keys = kunit_key_pair(test, SMBSIGN_MD5);
	expect_mistake(test, &session, keys.of[SMBSIGN_SERVER], &m);
}

static struct kunit_case verdict_test_cases[] = {
	KUNIT_CASE_PARAM(test_verdict_server, server_gen_params),
	KUNIT_CASE_PARAM(test_verdict_client, client_gen_params),
	KUNIT_CASE(test_verdict_unparsable),
	KUNIT_CASE(test_verdict_truncated),
	KUNIT_CASE(test_verdict_mistakes),
	{}
};

static struct kunit_suite verdict_test_suite = {
	.name = "smbsign_verdict",
	.test_cases = verdict_test_cases,
};

kunit_test_suite(verdict_test_suite);
