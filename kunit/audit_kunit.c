// SPDX-License-Identifier: GPL-2.0-only
/*
 * stats.c, audits: what the policy asks for is noted when it happens, with the
 * name of the other end, and nothing else is.
 */
#include <kunit/test.h>
#include <linux/string.h>

#include "internal.h"
#include "trace-utils.h"

/* As trace.h has it */
#define PEER_NAME_SIZE	64

static void expect_audit(struct tracer *t, enum smbsign_audit what,
			 const char *name)
{
	struct trace_record r;
	const u8 *peer;
	size_t size;

	KUNIT_ASSERT_TRUE(t->test, trace_next(t, &r));
	KUNIT_ASSERT_EQ(t->test, r.event, EV_AUDIT);
	expect_value(t, &r, "what", what);
	peer = trace_bytes(t, &r, "peer", &size);
	KUNIT_EXPECT_EQ(t->test, size, PEER_NAME_SIZE);
	KUNIT_ASSERT_LT(t->test, strnlen(peer, size), size);
	KUNIT_EXPECT_STREQ(t->test, peer, name);
	expect_no_event(t);
}

/* Bits: the client's audit, the server's, the role, two of SecurityMode */
static void test_audit_peer(struct kunit *test)
{
	struct tracer *t = kunit_tracer(test);

	for (unsigned int i = 0; i < 32; i++) {
		struct smbsign_policy policy = {
			.client.audit_server_does_not_support_signing = i & 1,
			.server.audit_client_does_not_support_signing = i & 2,
			.client.audit_insecure_guest_logon = true,
		};
		enum smbsign_role role = i & 4 ? SMBSIGN_SERVER :
						 SMBSIGN_CLIENT;
		bool is_wanted = i & (role == SMBSIGN_SERVER ? 2 : 1);
		u16 mode = i >> 3;

		smbsign_audit_peer(&policy, role, mode, "192.0.2.1");
		if (!is_wanted || mode)
			expect_no_event(t);
		else
			expect_audit(t, role == SMBSIGN_SERVER ?
				     SMBSIGN_AUDIT_CLIENT_NO_SIGNING :
				     SMBSIGN_AUDIT_SERVER_NO_SIGNING,
				     "192.0.2.1");
	}
}

/* Bits of SecurityMode that have no meaning are no support for signing. */
static void test_audit_peer_other_bits(struct kunit *test)
{
	const struct smbsign_policy policy = {
		.server.audit_client_does_not_support_signing = true,
	};
	struct tracer *t = kunit_tracer(test);

	smbsign_audit_peer(&policy, SMBSIGN_SERVER, 0xfffc, "client");
	expect_audit(t, SMBSIGN_AUDIT_CLIENT_NO_SIGNING, "client");
}

static void test_audit_guest(struct kunit *test)
{
	struct smbsign_policy policy = {
		.client.audit_server_does_not_support_signing = true,
		.server.audit_client_does_not_support_signing = true,
	};
	struct tracer *t = kunit_tracer(test);

	smbsign_audit_guest(&policy, "server");
	expect_no_event(t);
	policy.client.audit_insecure_guest_logon = true;
	smbsign_audit_guest(&policy, "server");
	expect_audit(t, SMBSIGN_AUDIT_INSECURE_GUEST, "server");
}

/* A name of any length, for it may come from the other end */
static void test_audit_long_name(struct kunit *test)
{
	const struct smbsign_policy policy = {
		.client.audit_insecure_guest_logon = true,
	};
	struct tracer *t = kunit_tracer(test);
	char name[200], expected[PEER_NAME_SIZE];

	for (size_t len = 0; len < sizeof(name); len++) {
		memset(name, 'x', len);
		name[len] = 0;
		strscpy(expected, name, sizeof(expected));
		smbsign_audit_guest(&policy, name);
		expect_audit(t, SMBSIGN_AUDIT_INSECURE_GUEST, expected);
	}
}

static struct kunit_case audit_test_cases[] = {
	KUNIT_CASE(test_audit_peer),
	KUNIT_CASE(test_audit_peer_other_bits),
	KUNIT_CASE(test_audit_guest),
	KUNIT_CASE(test_audit_long_name),
	{}
};

static struct kunit_suite audit_test_suite = {
	.name = "smbsign_audit",
	.test_cases = audit_test_cases,
};

kunit_test_suite(audit_test_suite);
