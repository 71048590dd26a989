// SPDX-License-Identifier: GPL-2.0-only
/*
 * verdict.c, what is signed: each rule of MS-SMB2 3.2.4.1.1 and 3.3.4.1.1 is a
 * row of a table, and two ends that keep them always understand one another.
 */
#include <kunit/test.h>
#include <linux/string.h>

#include "verdict-utils.h"

struct sign_row {
	const char *name;
	struct situation s;
	bool is_signed;
};

/* The members of struct situation, in their order */
#define SRV(...)	{ SMBSIGN_SERVER, __VA_ARGS__ }
#define CLT(...)	{ SMBSIGN_CLIENT, __VA_ARGS__ }

#define BINDING		SMBSIGN_HINT_BINDING
#define ENCRYPTED	SMBSIGN_HINT_ENCRYPTED
#define VALIDATE	SMBSIGN_HINT_VALIDATE_NEGOTIATE
#define ASKED		SMBSIGN_HINT_REQUEST_SIGNED
#define PENDING		SMBSIGN_STATUS_PENDING
#define MORE		SMBSIGN_STATUS_MORE_PROCESSING_REQUIRED
#define DENIED		SMBSIGN_STATUS_ACCESS_DENIED

static const struct sign_row client_rows[] = {
	/* 3.2.4.1.1: "Session.SigningRequired is TRUE" */
	{ "required", CLT(0, REQUIRED, REAL_USER, CREATE), true },
	{ "optional", CLT(0, OPTIONAL, REAL_USER, CREATE), false },
	{ "LOGOFF", CLT(0, REQUIRED, REAL_USER, LOGOFF), true },
	{ "OPLOCK_BREAK", CLT(0, REQUIRED, REAL_USER, OPLOCK_BREAK), true },
	{ "CANCEL", CLT(0, REQUIRED, REAL_USER, CANCEL), true },
	{ "CANCEL, optional", CLT(0, OPTIONAL, REAL_USER, CANCEL), false },
	{ "ChannelSequence 0x103", CLT(0, REQUIRED, REAL_USER, CREATE, PENDING),
	  true },
	{ "guest", CLT(0, ANYHOW, GUEST, CREATE), false },
	{ "anonymous", CLT(0, ANYHOW, ANONYMOUS, CREATE), false },
	{ "no session", CLT(0, ANYHOW, NO_SESSION, CREATE), false },
	{ "NEGOTIATE", CLT(0, ANYHOW, REAL_USER, NEGOTIATE), false },
	{ "first NEGOTIATE", CLT(0, ANYHOW, NO_SESSION, NEGOTIATE), false },
	{ "MessageId 2^64-1", CLT(0, ANYHOW, REAL_USER, CREATE, 0, U64_MAX),
	  false },
	/* "... is not encrypted" */
	{ "encrypted", CLT(0, ANYHOW, REAL_USER, CREATE, 0, 0, ENCRYPTED),
	  false },
	/* There is nothing to sign with yet, 3.2.4.2.3 */
	{ "SESSION_SETUP under way", CLT(0, ANYHOW, NOT_YET, SESSION_SETUP),
	  false },
	{ "first SESSION_SETUP", CLT(0, ANYHOW, NO_SESSION, SESSION_SETUP),
	  false },
	{ "re-authentication", CLT(0, REQUIRED, REAL_USER, SESSION_SETUP),
	  true },
	{ "binding", CLT(0, ANYHOW, REAL_USER, SESSION_SETUP, 0, 0, BINDING),
	  true },
	/* 3.2.4.1.1 of earlier editions, 3.3.5.7 */
	{ "TREE_CONNECT", CLT(SMB311, ANYHOW, REAL_USER, TREE_CONNECT), true },
	{ "TREE_CONNECT, encrypted",
	  CLT(SMB311, ANYHOW, REAL_USER, TREE_CONNECT, 0, 0, ENCRYPTED),
	  false },
	{ "TREE_CONNECT, guest", CLT(SMB311, ANYHOW, GUEST, TREE_CONNECT),
	  false },
	{ "TREE_CONNECT, anonymous",
	  CLT(SMB311, ANYHOW, ANONYMOUS, TREE_CONNECT), false },
	{ "older TREE_CONNECT, optional",
	  CLT(BEFORE_SMB311, OPTIONAL, REAL_USER, TREE_CONNECT), false },
	{ "older TREE_CONNECT, required",
	  CLT(BEFORE_SMB311, REQUIRED, REAL_USER, TREE_CONNECT), true },
	/* 3.2.5.5 */
	{ "VALIDATE_NEGOTIATE_INFO",
	  CLT(0, ANYHOW, REAL_USER, IOCTL, 0, 0, VALIDATE), true },
	{ "VALIDATE_NEGOTIATE_INFO, encrypted",
	  CLT(0, ANYHOW, REAL_USER, IOCTL, 0, 0, VALIDATE | ENCRYPTED), false },
	{ "VALIDATE_NEGOTIATE_INFO, guest",
	  CLT(0, ANYHOW, GUEST, IOCTL, 0, 0, VALIDATE), false },
};

static const struct sign_row server_rows[] = {
	/* 3.3.4.1.1 */
	{ "required", SRV(0, REQUIRED, REAL_USER, CREATE), true },
	{ "optional", SRV(0, OPTIONAL, REAL_USER, CREATE), false },
	{ "asked", SRV(0, ANYHOW, REAL_USER, CREATE, 0, 0, ASKED), true },
	{ "asked, error", SRV(0, ANYHOW, REAL_USER, CREATE, DENIED, 0, ASKED),
	  true },
	{ "asked, guest", SRV(0, ANYHOW, GUEST, CREATE, 0, 0, ASKED), false },
	{ "asked, anonymous", SRV(0, ANYHOW, ANONYMOUS, CREATE, 0, 0, ASKED),
	  false },
	{ "asked, encrypted",
	  SRV(0, ANYHOW, REAL_USER, CREATE, 0, 0, ASKED | ENCRYPTED), false },
	{ "guest", SRV(0, ANYHOW, GUEST, CREATE), false },
	{ "no session", SRV(0, ANYHOW, NO_SESSION, CREATE, 0, 0, ASKED),
	  false },
	{ "NEGOTIATE", SRV(0, ANYHOW, NO_SESSION, NEGOTIATE), false },
	{ "NEGOTIATE in a session",
	  SRV(0, ANYHOW, REAL_USER, NEGOTIATE, 0, 0, ASKED), false },
	/* 3.3.4.2: "SHOULD NOT sign an interim response" */
	{ "interim", SRV(0, ANYHOW, REAL_USER, CREATE, PENDING), false },
	{ "interim, asked",
	  SRV(0, ANYHOW, REAL_USER, CREATE, PENDING, 0, ASKED), false },
	/* 3.3.4.6, 3.3.4.7 */
	{ "notification", SRV(0, ANYHOW, REAL_USER, OPLOCK_BREAK, 0, U64_MAX),
	  false },
	{ "OPLOCK_BREAK response", SRV(0, REQUIRED, REAL_USER, OPLOCK_BREAK),
	  true },
	/* 3.3.5.16: it has no response. */
	{ "CANCEL", SRV(0, ANYHOW, REAL_USER, CANCEL, 0, 0, ASKED), false },
	/* 3.3.5.5.3: the last response of an authentication that succeeds */
	{ "final response", SRV(0, ANYHOW, REAL_USER, SESSION_SETUP), true },
	{ "final response, guest", SRV(0, ANYHOW, GUEST, SESSION_SETUP),
	  false },
	{ "final response, anonymous", SRV(0, ANYHOW, ANONYMOUS, SESSION_SETUP),
	  false },
	{ "SESSION_SETUP under way",
	  SRV(0, ANYHOW, NOT_YET, SESSION_SETUP, MORE), false },
	{ "SESSION_SETUP failed",
	  SRV(0, ANYHOW, NOT_YET, SESSION_SETUP, LOGON_FAILURE), false },
	{ "re-authentication under way",
	  SRV(0, ANYHOW, REAL_USER, SESSION_SETUP, MORE), false },
	{ "re-authentication under way, asked",
	  SRV(0, ANYHOW, REAL_USER, SESSION_SETUP, MORE, 0, ASKED), true },
	{ "binding under way",
	  SRV(0, ANYHOW, REAL_USER, SESSION_SETUP, MORE, 0, BINDING), true },
	{ "bound", SRV(0, ANYHOW, REAL_USER, SESSION_SETUP, 0, 0, BINDING),
	  true },
	{ "TREE_CONNECT, asked",
	  SRV(0, ANYHOW, REAL_USER, TREE_CONNECT, 0, 0, ASKED), true },
	{ "VALIDATE_NEGOTIATE_INFO, asked",
	  SRV(0, ANYHOW, REAL_USER, IOCTL, 0, 0, VALIDATE | ASKED), true },
};

KUNIT_ARRAY_PARAM_DESC(client, client_rows, name);
KUNIT_ARRAY_PARAM_DESC(server, server_rows, name);

/* Whether the flag is set already does not matter. */
static void check_row(struct kunit *test, const struct concrete *c,
		      const void *data)
{
	const struct sign_row *row = data;
	u8 *hdr = kunit_guarded_buf(test, SMB2_HDR_LEN);

	situation_hdr(&row->s, row->s.role == SMBSIGN_SERVER, hdr);
	KUNIT_EXPECT_EQ_MSG(test, row->is_signed,
			    smbsign_must_sign(c->session_or_null, hdr,
					      row->s.hints),
			    "%s", c->name);
	hdr[SMB2_FLAGS_OFF] |= SIGNED;
	KUNIT_EXPECT_EQ_MSG(test, row->is_signed,
			    smbsign_must_sign(c->session_or_null, hdr,
					      row->s.hints),
			    "%s", c->name);
}

static void test_must_sign_client(struct kunit *test)
{
	const struct sign_row *row = test->param_value;

	with_each_concrete(test, &row->s, check_row, row);
}

static void test_must_sign_server(struct kunit *test)
{
	const struct sign_row *row = test->param_value;

	with_each_concrete(test, &row->s, check_row, row);
}

/* What is no message of SMB2 is not signed. */
static void test_must_sign_no_header(struct kunit *test)
{
	struct smbsign_session session = {
		.role = SMBSIGN_CLIENT,
		.dialect = SMBSIGN_SMB311,
		.established = true,
		.signing_required = true,
	};
	u8 *hdr = kunit_guarded_buf(test, SMB2_HDR_LEN);

	build_hdr(hdr, CREATE, 0, 0, 5);
	KUNIT_EXPECT_TRUE(test, smbsign_must_sign(&session, hdr, 0));
	hdr[0] = 0xfd;
	KUNIT_EXPECT_FALSE(test, smbsign_must_sign(&session, hdr, 0));
	hdr[0] = 0xff;
	KUNIT_EXPECT_FALSE(test, smbsign_must_sign(&session, hdr, 0));
}

/* An exchange of a request and a response between two ends that agree */
struct exchange {
	struct smbsign_session ends[2];		/* by role */
	struct key_pair keys;
	u16 command;
	u32 status;
	unsigned int hints;
	u8 msg[100];
};

/* Sign it if that must be, and give it to the other end. */
static enum smbsign_verdict deliver(struct kunit *test, struct exchange *x,
				    enum smbsign_role from, u32 status,
				    unsigned int hints, bool *signed_ret)
{
	struct kvec iov = { x->msg, sizeof(x->msg) };
	struct smbsign_msg m = smbsign_msg_kvec(&iov, 1, 0, sizeof(x->msg));
	u32 nt;

	build_hdr(x->msg, x->command, status,
		  from == SMBSIGN_SERVER ? FROM_SERVER : 0, SOME_MID);
	*signed_ret = smbsign_must_sign(&x->ends[from], x->msg, hints);
	if (*signed_ret) {
		x->msg[SMB2_FLAGS_OFF] |= SIGNED;
		KUNIT_EXPECT_EQ(test, 0,
				smbsign_sign_msg(x->keys.of[from], &m));
	}
	return smbsign_accept(&x->ends[other_role(from)],
			      x->keys.of[other_role(from)], &m, hints, &nt);
}

static void expect_accepted(struct kunit *test, const struct exchange *x,
			    const char *what, enum smbsign_verdict verdict,
			    bool is_signed)
{
	const struct smbsign_session *s = &x->ends[SMBSIGN_SERVER];
	enum smbsign_verdict expected = is_signed ? SMBSIGN_VERIFIED :
						    SMBSIGN_UNSIGNED;

	/* It is believed without a look at the signature. */
	if (x->status == SMBSIGN_STATUS_USER_SESSION_DELETED &&
	    verdict == SMBSIGN_UNSIGNED)
		expected = SMBSIGN_UNSIGNED;
	KUNIT_EXPECT_EQ_MSG(test, verdict, expected,
			    "%s: dialect 0x%x, required %d, guest %d, anonymous %d, command %u, status 0x%x, hints 0x%x",
			    what, s->dialect, s->signing_required, s->is_guest,
			    s->is_anonymous, x->command, x->status, x->hints);
}

static void check_exchange(struct kunit *test, struct exchange *x)
{
	unsigned int hints = x->hints;
	enum smbsign_verdict verdict;
	bool is_signed;

	verdict = deliver(test, x, SMBSIGN_CLIENT, 0, hints, &is_signed);
	expect_accepted(test, x, "request", verdict, is_signed);
	if (x->command == CANCEL)
		return;
	if (is_signed)
		hints |= SMBSIGN_HINT_REQUEST_SIGNED;
	verdict = deliver(test, x, SMBSIGN_SERVER, x->status, hints,
			  &is_signed);
	expect_accepted(test, x, "response", verdict, is_signed);
}

static void set_ends(struct exchange *x, u16 dialect, unsigned int bits)
{
	for (int role = SMBSIGN_CLIENT; role <= SMBSIGN_SERVER; role++)
		x->ends[role] = (struct smbsign_session){
			.role = role,
			.dialect = dialect,
			.established = true,
			.signing_required = bits & 1,
			.is_guest = bits & 2,
			.is_anonymous = bits & 4,
		};
}

static const u16 commands[] = {
	NEGOTIATE, SESSION_SETUP, LOGOFF, TREE_CONNECT, CREATE, IOCTL, CANCEL,
	OPLOCK_BREAK,
};

static const u32 statuses[] = {
	SMBSIGN_STATUS_SUCCESS, PENDING, MORE, DENIED, LOGON_FAILURE,
	SMBSIGN_STATUS_USER_SESSION_DELETED,
};

/* Hints that can be true; nobody binds a channel to a guest's session. */
static unsigned int hints_of(const struct exchange *x, unsigned int n)
{
	const struct smbsign_session *s = &x->ends[SMBSIGN_CLIENT];
	unsigned int hints = n & 1 ? ENCRYPTED : 0;

	if (n & 2 && x->command == IOCTL)
		hints |= VALIDATE;
	if (n & 2 && x->command == SESSION_SETUP && !s->is_guest &&
	    !s->is_anonymous)
		hints |= BINDING;
	return hints;
}

/* Neither end ever refuses what the other one has sent by the rules. */
static void test_verdict_ends_agree(struct kunit *test)
{
	static const u16 dialects[] = { SMBSIGN_SMB210, SMBSIGN_SMB302,
					SMBSIGN_SMB311 };
	struct exchange *x = kunit_kzalloc(test, sizeof(*x), GFP_KERNEL);
	unsigned int num = ARRAY_SIZE(commands) * ARRAY_SIZE(statuses);

	KUNIT_ASSERT_NOT_NULL(test, x);
	rand_seed(1);
	x->keys = kunit_key_pair(test, SMBSIGN_AES_CMAC);
	for (int d = 0; d < ARRAY_SIZE(dialects); d++) {
		for (unsigned int i = 0; i < 8 * 4 * num; i++) {
			set_ends(x, dialects[d], i % 8);
			x->command = commands[i / 32 % ARRAY_SIZE(commands)];
			x->status = statuses[i / 32 / ARRAY_SIZE(commands)];
			x->hints = hints_of(x, i / 8 % 4);
			check_exchange(test, x);
		}
	}
}

/*
 * The answer to a request whose signature was wrong: it is signed with the same
 * key, and the client believes it.
 */
static void test_verdict_error_is_signed(struct kunit *test)
{
	struct exchange *x = kunit_kzalloc(test, sizeof(*x), GFP_KERNEL);
	struct kvec iov = { x->msg, sizeof(x->msg) };
	struct smbsign_msg m = smbsign_msg_kvec(&iov, 1, 0, sizeof(x->msg));
	u32 status;

	KUNIT_ASSERT_NOT_NULL(test, x);
	rand_seed(2);
	for (unsigned int i = 0; i < 6; i++) {
		bool is_signed;

		x->keys = kunit_key_pair(test, i / 2);
		set_ends(x, SMBSIGN_SMB311, i % 2);
		x->command = CREATE;
		build_hdr(x->msg, CREATE, 0, SIGNED, SOME_MID);
		KUNIT_EXPECT_EQ(test, SMBSIGN_REFUSED,
				smbsign_accept(&x->ends[SMBSIGN_SERVER],
					       x->keys.of[SMBSIGN_SERVER], &m,
					       0, &status));
		KUNIT_EXPECT_EQ(test, status, SMBSIGN_STATUS_ACCESS_DENIED);
		KUNIT_EXPECT_EQ(test, SMBSIGN_VERIFIED,
				deliver(test, x, SMBSIGN_SERVER, status, ASKED,
					&is_signed));
		KUNIT_EXPECT_TRUE(test, is_signed);
	}
}

static struct kunit_case verdict_sign_test_cases[] = {
	KUNIT_CASE_PARAM(test_must_sign_client, client_gen_params),
	KUNIT_CASE_PARAM(test_must_sign_server, server_gen_params),
	KUNIT_CASE(test_must_sign_no_header),
	KUNIT_CASE(test_verdict_ends_agree),
	KUNIT_CASE(test_verdict_error_is_signed),
	{}
};

static struct kunit_suite verdict_sign_test_suite = {
	.name = "smbsign_verdict_sign",
	.test_cases = verdict_sign_test_cases,
};

kunit_test_suite(verdict_sign_test_suite);
