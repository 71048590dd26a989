// SPDX-License-Identifier: GPL-2.0-only
/*
 * verdict.c, channels: which key of a session signs a message, MS-SMB2 3.1.4.1,
 * 3.2.5.1.3 and 3.3.4.1.1, and which connections can be bound to it, 3.3.5.5.
 */
#include <kunit/test.h>
#include <linux/errno.h>

#include "verdict-utils.h"

#define MORE		SMBSIGN_STATUS_MORE_PROCESSING_REQUIRED

struct key_row {
	const char *name;
	u16 command;
	u32 status;
	u32 flags;
	enum smbsign_which_key which;
};

static const struct key_row key_rows[] = {
	{ "SESSION_SETUP request", SESSION_SETUP, 0, 0, SMBSIGN_SESSION_KEY },
	{ "ChannelSequence", SESSION_SETUP, 7, 0, SMBSIGN_SESSION_KEY },
	{ "under way", SESSION_SETUP, MORE, FROM_SERVER, SMBSIGN_SESSION_KEY },
	{ "failed", SESSION_SETUP, LOGON_FAILURE, FROM_SERVER,
	  SMBSIGN_SESSION_KEY },
	{ "final response", SESSION_SETUP, 0, FROM_SERVER,
	  SMBSIGN_CHANNEL_KEY },
	{ "request", CREATE, 0, 0, SMBSIGN_CHANNEL_KEY },
	{ "response", CREATE, 0, FROM_SERVER, SMBSIGN_CHANNEL_KEY },
	{ "error response", CREATE, LOGON_FAILURE, FROM_SERVER,
	  SMBSIGN_CHANNEL_KEY },
	{ "LOGOFF", LOGOFF, 0, 0, SMBSIGN_CHANNEL_KEY },
	{ "TREE_CONNECT", TREE_CONNECT, 0, 0, SMBSIGN_CHANNEL_KEY },
};

KUNIT_ARRAY_PARAM_DESC(key, key_rows, name);

static void test_which_key(struct kunit *test)
{
	const struct key_row *row = test->param_value;
	u8 *hdr = kunit_guarded_buf(test, SMB2_HDR_LEN);

	build_hdr(hdr, row->command, row->status, row->flags, SOME_MID);
	KUNIT_EXPECT_EQ(test, row->which, smbsign_which_key(hdr));
	hdr[SMB2_FLAGS_OFF] |= SIGNED;
	KUNIT_EXPECT_EQ(test, row->which, smbsign_which_key(hdr));
}

/* With the key that is named it verifies, with the session's other one not. */
static void expect_key_named(struct kunit *test, const char *name,
			     struct key_pair keys[2], bool keys_differ)
{
	struct pdu_testvec vec;
	enum smbsign_which_key which;
	enum smbsign_role role;
	struct kvec iov;

	find_pdu_vec(test, name, &vec);
	role = vec.from_server ? SMBSIGN_CLIENT : SMBSIGN_SERVER;
	which = smbsign_which_key(vec.pdu);
	iov = (struct kvec){ (void *)vec.pdu, vec.pdu_len };
	KUNIT_EXPECT_EQ_MSG(test, 0,
			    smbsign_verify_kvec(keys[which].of[role], &iov, 1,
						vec.pdu_len), "%s", name);
	KUNIT_EXPECT_EQ_MSG(test, keys_differ ? -EBADMSG : 0,
			    smbsign_verify_kvec(keys[!which].of[role], &iov, 1,
						vec.pdu_len), "%s", name);
}

/* Microsoft's own example: a session, and a second channel bound to it */
static void test_which_key_published(struct kunit *test)
{
	static const char *const key_of[] = {
		[SMBSIGN_SESSION_KEY] = "ms-311-ch1-sesssetup-resp-final",
		[SMBSIGN_CHANNEL_KEY] = "ms-311-ch2-bind-resp-final",
	};
	struct key_pair keys[2], first[2];
	struct pdu_testvec vec;

	for (int i = 0; i < 2; i++) {
		find_pdu_vec(test, key_of[i], &vec);
		for (int role = 0; role < 2; role++)
			keys[i].of[role] =
				kunit_signing_key(test, SMBSIGN_AES_CMAC, role,
						  vec.key, vec.key_len);
	}
	/* The channel that established the session has the session's key. */
	first[SMBSIGN_SESSION_KEY] = keys[SMBSIGN_SESSION_KEY];
	first[SMBSIGN_CHANNEL_KEY] = keys[SMBSIGN_SESSION_KEY];
	expect_key_named(test, "ms-311-ch1-sesssetup-resp-final", first, false);
	expect_key_named(test, "ms-311-ch2-bind-req1", keys, true);
	expect_key_named(test, "ms-311-ch2-bind-resp1-more", keys, true);
	expect_key_named(test, "ms-311-ch2-bind-req2", keys, true);
	expect_key_named(test, "ms-311-ch2-bind-resp-final", keys, true);
}

/* Rows: the session's algorithm.  Columns: that of the new connection. */
static const u32 binding[3][3] = {
	[SMBSIGN_HMAC_SHA256] = {
		[SMBSIGN_HMAC_SHA256]	= SMBSIGN_STATUS_SUCCESS,
		[SMBSIGN_AES_CMAC]	= SMBSIGN_STATUS_SUCCESS,
		[SMBSIGN_AES_GMAC]	= SMBSIGN_STATUS_NOT_SUPPORTED,
	},
	[SMBSIGN_AES_CMAC] = {
		[SMBSIGN_HMAC_SHA256]	= SMBSIGN_STATUS_SUCCESS,
		[SMBSIGN_AES_CMAC]	= SMBSIGN_STATUS_SUCCESS,
		[SMBSIGN_AES_GMAC]	= SMBSIGN_STATUS_NOT_SUPPORTED,
	},
	[SMBSIGN_AES_GMAC] = {
		[SMBSIGN_HMAC_SHA256] = SMBSIGN_STATUS_REQUEST_OUT_OF_SEQUENCE,
		[SMBSIGN_AES_CMAC] = SMBSIGN_STATUS_REQUEST_OUT_OF_SEQUENCE,
		[SMBSIGN_AES_GMAC] = SMBSIGN_STATUS_SUCCESS,
	},
};

/* The algorithm is told before another dialect, and that before a guest. */
static u32 expected_binding(const struct smbsign_session *s, u16 dialect,
			    enum smbsign_alg from, enum smbsign_alg to)
{
	bool has_key = s->established && !s->is_guest && !s->is_anonymous;

	if (has_key && binding[from][to] != SMBSIGN_STATUS_SUCCESS)
		return binding[from][to];
	if (s->dialect != dialect)
		return SMBSIGN_STATUS_INVALID_PARAMETER;
	return has_key ? SMBSIGN_STATUS_SUCCESS : SMBSIGN_STATUS_NOT_SUPPORTED;
}

static void check_binding(struct kunit *test, const struct concrete *c,
			  const void *data)
{
	static const u16 dialects[] = { SMBSIGN_SMB300, SMBSIGN_SMB302,
					SMBSIGN_SMB311 };
	struct key_pair keys = kunit_key_pair(test, c->alg);

	for (int i = 0; i < 3 * ARRAY_SIZE(dialects); i++) {
		u16 dialect = dialects[i / 3];

		KUNIT_EXPECT_EQ_MSG(test,
				    smbsign_binding_status(&c->session,
							   keys.of[1], dialect,
							   i % 3),
				    expected_binding(&c->session, dialect,
						     c->alg, i % 3),
				    "%s, new: 0x%x, %s", c->name, dialect,
				    alg_name(i % 3));
	}
}

static void test_binding_status(struct kunit *test)
{
	rand_seed(1);
	for (enum who user = REAL_USER; user <= NOT_YET; user++) {
		struct situation s = {
			.role = SMBSIGN_SERVER,
			.dialects = SMB300 | SMB302 | SMB311,
			.user = user,
		};

		with_each_concrete(test, &s, check_binding, NULL);
	}
}

static struct kunit_case verdict_key_test_cases[] = {
	KUNIT_CASE_PARAM(test_which_key, key_gen_params),
	KUNIT_CASE(test_which_key_published),
	KUNIT_CASE(test_binding_status),
	{}
};

static struct kunit_suite verdict_key_test_suite = {
	.name = "smbsign_verdict_key",
	.test_cases = verdict_key_test_cases,
};

kunit_test_suite(verdict_key_test_suite);
