// SPDX-License-Identifier: GPL-2.0-only
/*
 * policy.c: every cell of every table.  What is expected is written down here
 * once more, from the specifications and from Microsoft's documentation, and
 * not as policy.c has it: a session's rules in the order in which MS-SMB2 gives
 * them, the other tables cell by cell.
 */
#include <kunit/test.h>
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/string.h>

#include "internal.h"

static const char *const role_names[] = {
	[SMBSIGN_CLIENT] = "client",
	[SMBSIGN_SERVER] = "server",
};

/* The end that we are wants one thing, the other half of the policy another. */
static struct smbsign_policy make_policy(enum smbsign_role role, bool require,
					 bool enable, bool other)
{
	bool is_client = role == SMBSIGN_CLIENT;

	return (struct smbsign_policy){
		.client.require_security_signature = is_client ? require : other,
		.client.enable_security_signature = is_client ? enable : other,
		.server.require_security_signature = is_client ? other : require,
		.server.enable_security_signature = is_client ? other : enable,
	};
}

/* SMB2 and later, Microsoft's table of two by two */

static void test_policy_smb2_table(struct kunit *test)
{
	static const enum smbsign_outcome table[2][2] = {
		/* server:  not required, required */
		[false] = { SMBSIGN_OUTCOME_UNSIGNED, SMBSIGN_OUTCOME_SIGNED },
		[true]	= { SMBSIGN_OUTCOME_SIGNED, SMBSIGN_OUTCOME_SIGNED },
	};

	for (int client = 0; client < 2; client++) {
		for (int server = 0; server < 2; server++)
			KUNIT_EXPECT_EQ_MSG(test, table[client][server],
					    smbsign_smb2_outcome(client, server),
					    "client %d, server %d", client,
					    server);
	}
}

/* MS-SMB2 2.2.3 and 2.2.4: enabled always, required where the policy says so */
static void test_policy_security_mode(struct kunit *test)
{
	for (enum smbsign_role role = 0; role <= SMBSIGN_SERVER; role++) {
		for (unsigned int bits = 0; bits < 8; bits++) {
			bool require = bits & 1;
			struct smbsign_policy policy =
				make_policy(role, require, bits & 2, bits & 4);

			KUNIT_EXPECT_EQ_MSG(test, require ? 0x0003 : 0x0001,
					    smbsign_security_mode(&policy, role),
					    "%s, bits %u", role_names[role],
					    bits);
		}
	}
}

/* SMB1: MS-SMB 3.2.4.2.4, and the states that Windows' two settings mean */

static void test_policy_smb1_table(struct kunit *test)
{
	/* Rows are the client, columns the server: disabled to required. */
	static const char *const table[] = { "UUUB", "UUUS", "UUSS", "BSSS" };
	static const char letters[] = {
		[SMBSIGN_OUTCOME_UNSIGNED] = 'U',
		[SMBSIGN_OUTCOME_SIGNED] = 'S',
		[SMBSIGN_OUTCOME_BLOCKED] = 'B',
	};

	KUNIT_ASSERT_EQ(test, 4, (int)SMBSIGN_NUM_SMB1_STATES);
	for (int client = 0; client < 4; client++) {
		for (int server = 0; server < 4; server++)
			KUNIT_EXPECT_EQ_MSG(test, table[client][server],
					    letters[smbsign_smb1_outcome(client, server)],
					    "client %d, server %d", client,
					    server);
	}
}

static void test_policy_smb1_states(struct kunit *test)
{
	static const enum smbsign_smb1_state states[2][2] = {
		/* enable:  0, 1 */
		[false] = { SMBSIGN_SMB1_DECLINED, SMBSIGN_SMB1_ENABLED },
		[true]	= { SMBSIGN_SMB1_REQUIRED, SMBSIGN_SMB1_REQUIRED },
	};

	for (enum smbsign_role role = 0; role <= SMBSIGN_SERVER; role++) {
		for (unsigned int bits = 0; bits < 8; bits++) {
			bool require = bits & 1, enable = bits & 2;
			struct smbsign_policy policy =
				make_policy(role, require, enable, bits & 4);

			KUNIT_EXPECT_EQ_MSG(test, states[require][enable],
					    smbsign_smb1_state(&policy, role),
					    "%s, bits %u", role_names[role],
					    bits);
		}
	}
}

/* What a session's signing may depend on, and what it must not */

#define REQUIRE		BIT(0)	/* RequireSecuritySignature of our end */
#define ENABLE		BIT(1)	/* EnableSecuritySignature of our end */
#define OTHER_HALF	BIT(2)	/* both, in the policy's other half */
#define ALLOW_GUEST	BIT(3)	/* AllowInsecureGuestAuth */
#define PEER_ENABLED	BIT(4)	/* the other end's SecurityMode in NEGOTIATE */
#define PEER_REQUIRES	BIT(5)
#define SETUP_ENABLED	BIT(6)	/* SecurityMode in SESSION_SETUP */
#define SETUP_REQUIRES	BIT(7)
#define GUEST		BIT(8)
#define ANONYMOUS	BIT(9)
#define REJECT_GUEST	BIT(10)
#define ENCRYPT		BIT(11)
#define NUM_FACTS	12
#define SMB3		BIT(12)	/* not of its own: the dialect's */

/* If all of @all and none of @none are facts, @then happens. */
struct rule {
	unsigned int all;
	unsigned int none;
	enum { DONE, SIGN, DO_NOT_SIGN, REFUSE } then;
};

/* 3.2.5.2 and 3.2.5.3.1, in that order; later rules undo earlier ones. */
static const struct rule client_rules[] = {
	{ .all = REQUIRE, .then = SIGN },
	{ .all = PEER_REQUIRES, .then = SIGN },
	{ .all = ANONYMOUS, .then = DO_NOT_SIGN },
	{ .all = GUEST, .then = DO_NOT_SIGN },
	{ .all = GUEST | REJECT_GUEST, .then = REFUSE },
	{ .all = GUEST | REQUIRE, .none = ALLOW_GUEST, .then = REFUSE },
	{ .all = GUEST, .none = REQUIRE, .then = DO_NOT_SIGN },
	{ .all = SMB3 | ENCRYPT, .then = DO_NOT_SIGN },
	{}
};

/*
 * 3.3.5.4 and 3.3.5.5.3; then what Microsoft's overview of SMB signing says of
 * guests, and Samba does, whatever a client asks for in SESSION_SETUP.
 */
static const struct rule server_rules[] = {
	{ .all = SETUP_REQUIRES, .then = SIGN },
	{ .all = PEER_REQUIRES, .none = GUEST | ANONYMOUS, .then = SIGN },
	{ .all = REQUIRE, .none = GUEST | ANONYMOUS, .then = SIGN },
	{ .all = GUEST, .then = DO_NOT_SIGN },
	{ .all = ANONYMOUS, .then = DO_NOT_SIGN },
	{ .all = SMB3 | ENCRYPT, .then = DO_NOT_SIGN },
	{}
};

static int apply_rules(const struct rule *rule, unsigned int facts,
		       bool *required_ret)
{
	*required_ret = false;
	for (; rule->then != DONE; rule++) {
		if ((facts & rule->all) != rule->all || facts & rule->none)
			continue;
		if (rule->then == REFUSE)
			return -EACCES;
		*required_ret = rule->then == SIGN;
	}
	return 0;
}

/* Each role and dialect goes through all facts. */
struct session_param {
	const char *name;
	enum smbsign_role role;
	u16 dialect;
};

static const struct session_param session_params[] = {
	{ "client 2.0.2", SMBSIGN_CLIENT, SMBSIGN_SMB202 },
	{ "client 2.1", SMBSIGN_CLIENT, SMBSIGN_SMB210 },
	{ "client 3.0", SMBSIGN_CLIENT, SMBSIGN_SMB300 },
	{ "client 3.0.2", SMBSIGN_CLIENT, SMBSIGN_SMB302 },
	{ "client 3.1.1", SMBSIGN_CLIENT, SMBSIGN_SMB311 },
	{ "server 2.0.2", SMBSIGN_SERVER, SMBSIGN_SMB202 },
	{ "server 2.1", SMBSIGN_SERVER, SMBSIGN_SMB210 },
	{ "server 3.0", SMBSIGN_SERVER, SMBSIGN_SMB300 },
	{ "server 3.0.2", SMBSIGN_SERVER, SMBSIGN_SMB302 },
	{ "server 3.1.1", SMBSIGN_SERVER, SMBSIGN_SMB311 },
};

static void session_desc(const struct session_param *param, char *desc)
{
	strscpy(desc, param->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(session, session_params, session_desc);

static int init_session(const struct session_param *param, unsigned int facts,
			struct smbsign_session *session)
{
	struct smbsign_policy policy =
		make_policy(param->role, facts & REQUIRE, facts & ENABLE,
			    facts & OTHER_HALF);
	struct smbsign_auth auth = {
		.dialect = param->dialect,
		.peer_security_mode = (facts & PEER_ENABLED ? 1 : 0) |
				      (facts & PEER_REQUIRES ? 2 : 0),
		.setup_security_mode = (facts & SETUP_ENABLED ? 1 : 0) |
				       (facts & SETUP_REQUIRES ? 2 : 0),
		.is_guest = facts & GUEST,
		.is_anonymous = facts & ANONYMOUS,
		.reject_guest = facts & REJECT_GUEST,
		.encrypt = facts & ENCRYPT,
	};

	policy.client.allow_insecure_guest = facts & ALLOW_GUEST;
	memset(session, 0xa5, sizeof(*session));
	return smbsign_session_init(session, &policy, param->role, &auth);
}

static void test_policy_session_rules(struct kunit *test)
{
	const struct session_param *param = test->param_value;
	const struct rule *rules = param->role == SMBSIGN_CLIENT ? client_rules :
								   server_rules;
	unsigned int smb3 = param->dialect >= 0x0300 ? SMB3 : 0;
	struct smbsign_session session;

	for (unsigned int facts = 0; facts < BIT(NUM_FACTS); facts++) {
		bool required;
		int err = apply_rules(rules, facts | smb3, &required);

		KUNIT_ASSERT_EQ_MSG(test, err,
				    init_session(param, facts, &session),
				    "facts 0x%x", facts);
		if (!err)
			KUNIT_ASSERT_EQ_MSG(test, required,
					    session.signing_required,
					    "facts 0x%x", facts);
	}
}

/* What has no influence on the decision is handed on as it came. */
static void test_policy_session_fields(struct kunit *test)
{
	const struct session_param *param = test->param_value;
	struct smbsign_session session;

	for (unsigned int facts = 0; facts < BIT(NUM_FACTS); facts++) {
		if (init_session(param, facts, &session))
			continue;
		KUNIT_ASSERT_EQ(test, session.role, param->role);
		KUNIT_ASSERT_EQ(test, session.dialect, param->dialect);
		KUNIT_ASSERT_TRUE(test, session.established);
		KUNIT_ASSERT_EQ(test, session.is_guest, !!(facts & GUEST));
		KUNIT_ASSERT_EQ(test, session.is_anonymous,
				!!(facts & ANONYMOUS));
	}
}

/* "This setting does nothing unless you're using SMB1." */
static void test_policy_enable_is_ignored(struct kunit *test)
{
	const struct session_param *param = test->param_value;
	struct smbsign_session with, without;

	for (unsigned int facts = 0; facts < BIT(NUM_FACTS); facts++) {
		if (facts & ENABLE)
			continue;
		KUNIT_ASSERT_EQ_MSG(test, init_session(param, facts, &without),
				    init_session(param, facts | ENABLE, &with),
				    "facts 0x%x", facts);
		KUNIT_ASSERT_EQ_MSG(test, without.signing_required,
				    with.signing_required, "facts 0x%x", facts);
	}
}

/* Cases that an administrator would ask about, so that the rules above err not. */
struct session_case {
	const char *name;
	enum smbsign_role role;
	unsigned int facts;
	int err;
	bool required;
};

static const struct session_case session_cases[] = {
	{ "client: nobody requires it", SMBSIGN_CLIENT, PEER_ENABLED },
	{ "client: it does", SMBSIGN_CLIENT, REQUIRE, 0, true },
	{ "client: the server does", SMBSIGN_CLIENT, PEER_REQUIRES, 0, true },
	{ "client: guest, not required", SMBSIGN_CLIENT, GUEST },
	{ "client: guest, the server requires", SMBSIGN_CLIENT,
	  GUEST | PEER_REQUIRES },
	{ "client: guest, required", SMBSIGN_CLIENT, GUEST | REQUIRE, -EACCES },
	{ "client: guest, required but allowed", SMBSIGN_CLIENT,
	  GUEST | REQUIRE | ALLOW_GUEST },
	{ "client: guest, rejected anyway", SMBSIGN_CLIENT,
	  GUEST | ALLOW_GUEST | REJECT_GUEST, -EACCES },
	{ "client: anonymous, required", SMBSIGN_CLIENT, ANONYMOUS | REQUIRE },
	{ "client: encrypted, required", SMBSIGN_CLIENT, ENCRYPT | REQUIRE },
	{ "server: nobody requires it", SMBSIGN_SERVER,
	  PEER_ENABLED | SETUP_ENABLED },
	{ "server: it does", SMBSIGN_SERVER, REQUIRE, 0, true },
	{ "server: NEGOTIATE does", SMBSIGN_SERVER, PEER_REQUIRES, 0, true },
	{ "server: SESSION_SETUP does", SMBSIGN_SERVER, SETUP_REQUIRES, 0, true },
	{ "server: guest, required", SMBSIGN_SERVER, GUEST | REQUIRE },
	{ "server: encrypted, required", SMBSIGN_SERVER, ENCRYPT | REQUIRE },
};

static void session_case_desc(const struct session_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(session_case, session_cases, session_case_desc);

static void test_policy_session_cases(struct kunit *test)
{
	const struct session_case *c = test->param_value;
	struct session_param param = {
		.role = c->role,
		.dialect = SMBSIGN_SMB311,
	};
	struct smbsign_session session;

	KUNIT_EXPECT_EQ(test, c->err, init_session(&param, c->facts, &session));
	if (!c->err)
		KUNIT_EXPECT_EQ(test, c->required, session.signing_required);
}

/* Two ends that tell one another their SecurityMode come to one opinion. */
static void test_policy_ends_agree(struct kunit *test)
{
	for (unsigned int bits = 0; bits < 4; bits++) {
		struct smbsign_policy policy = {
			.client.require_security_signature = bits & 1,
			.server.require_security_signature = bits & 2,
		};
		u16 from_client = smbsign_security_mode(&policy, SMBSIGN_CLIENT);
		struct smbsign_auth auth = { .dialect = SMBSIGN_SMB311 };
		struct smbsign_session client, server;

		auth.peer_security_mode = smbsign_security_mode(&policy,
								SMBSIGN_SERVER);
		KUNIT_EXPECT_EQ(test, 0,
				smbsign_session_init(&client, &policy,
						     SMBSIGN_CLIENT, &auth));
		auth.peer_security_mode = from_client;
		auth.setup_security_mode = from_client;
		KUNIT_EXPECT_EQ(test, 0,
				smbsign_session_init(&server, &policy,
						     SMBSIGN_SERVER, &auth));
		KUNIT_EXPECT_EQ_MSG(test, client.signing_required, !!bits,
				    "bits %u", bits);
		KUNIT_EXPECT_EQ_MSG(test, server.signing_required, !!bits,
				    "bits %u", bits);
	}
}

/* Profiles: Windows' documented defaults, value by value */

struct profile_values {
	const char *name;
	bool client_requires, client_enables, client_audits;
	bool server_requires, server_enables, server_audits;
};

static const struct profile_values profile_values[] = {
	{ "windows-11-24h2", true, true, false, true, false, false },
	{ "windows-11-24h2-home", false, true, false, false, false, false },
	{ "windows-server-2025", true, true, false, false, false, false },
	{ "windows-server-2022", false, true, false, false, false, false },
	{ "windows-domain-controller", false, true, false, true, true, false },
	{ "strict", true, true, true, true, true, true },
};

static void expected_policy(const struct profile_values *v,
			    struct smbsign_policy *policy)
{
	static const struct smbsign_alg_list algs = {
		{ SMBSIGN_AES_GMAC, SMBSIGN_AES_CMAC, SMBSIGN_HMAC_SHA256 }, 3
	};

	memset(policy, 0, sizeof(*policy));
	policy->client.require_security_signature = v->client_requires;
	policy->client.enable_security_signature = v->client_enables;
	policy->client.audit_server_does_not_support_signing = v->client_audits;
	policy->client.audit_insecure_guest_logon = v->client_audits;
	policy->client.signing_algorithms = algs;
	policy->server.require_security_signature = v->server_requires;
	policy->server.enable_security_signature = v->server_enables;
	policy->server.audit_client_does_not_support_signing = v->server_audits;
	policy->server.signing_algorithms = algs;
}

/* Insecure guests are in none of them; padding is zero, for memcmp(). */
static void test_policy_profiles(struct kunit *test)
{
	const struct smbsign_profile *profile = smbsign_profiles;
	struct smbsign_policy expected, policy;

	for (int i = 0; i < ARRAY_SIZE(profile_values); i++, profile++) {
		const struct profile_values *v = &profile_values[i];

		KUNIT_ASSERT_NOT_NULL(test, profile->name);
		KUNIT_EXPECT_STREQ(test, v->name, profile->name);
		expected_policy(v, &expected);
		memset(&policy, 0xa5, sizeof(policy));
		smbsign_profile_apply(profile, &policy);
		KUNIT_EXPECT_MEMEQ_MSG(test, &expected, &policy, sizeof(policy),
				       "%s", v->name);
	}
	KUNIT_EXPECT_NULL(test, profile->name);
}

static struct kunit_case policy_test_cases[] = {
	KUNIT_CASE(test_policy_smb2_table),
	KUNIT_CASE(test_policy_security_mode),
	KUNIT_CASE(test_policy_smb1_table),
	KUNIT_CASE(test_policy_smb1_states),
	KUNIT_CASE_PARAM(test_policy_session_rules, session_gen_params),
	KUNIT_CASE_PARAM(test_policy_session_fields, session_gen_params),
	KUNIT_CASE_PARAM(test_policy_enable_is_ignored, session_gen_params),
	KUNIT_CASE_PARAM(test_policy_session_cases, session_case_gen_params),
	KUNIT_CASE(test_policy_ends_agree),
	KUNIT_CASE(test_policy_profiles),
	{}
};

static struct kunit_suite policy_test_suite = {
	.name = "smbsign_policy",
	.test_cases = policy_test_cases,
};

kunit_test_suite(policy_test_suite);
