// SPDX-License-Identifier: GPL-2.0-only
/*
 * settings.c: a policy's text, what is refused and leaves everything as it was,
 * and which profile is recognised.
 */
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/string.h>

#include "internal.h"
#include "settings-utils.h"
#include "test-utils.h"

/* As much as one write to a file of sysfs brings */
#define LONG_TEXT_LEN	4095

/* Which field a setting is, and its values as text */

#define BOOLEAN(_dir, _field)						\
	{ #_dir "/" #_field, offsetof(struct smbsign_policy, _dir._field) }

static const struct {
	const char *name;
	size_t offset;
} booleans[] = {
	BOOLEAN(client, require_security_signature),
	BOOLEAN(client, enable_security_signature),
	BOOLEAN(client, allow_insecure_guest),
	BOOLEAN(client, audit_server_does_not_support_signing),
	BOOLEAN(client, audit_insecure_guest_logon),
	BOOLEAN(server, require_security_signature),
	BOOLEAN(server, enable_security_signature),
	BOOLEAN(server, audit_client_does_not_support_signing),
};

static const char *const algorithms[] = {
	"client/signing_algorithms", "server/signing_algorithms",
};

static const struct smbsign_setting *find_setting(struct kunit *test,
						  const char *name)
{
	for (int i = 0; i < SMBSIGN_NUM_SETTINGS; i++) {
		if (!strcmp(smbsign_settings[i].name, name))
			return &smbsign_settings[i];
	}
	kunit_err(test, "there is no setting \"%s\"", name);
	KUNIT_ASSERT_TRUE(test, false);
	return NULL;
}

/* A policy of which every byte that matters is known */
static void blank_policy(struct smbsign_policy *policy)
{
	memset(policy, 0, sizeof(*policy));
	policy->client.signing_algorithms.num = 1;
	policy->server.signing_algorithms.num = 1;
}

/* Each boolean is the field of its name, and no other field changes. */
static void test_settings_booleans(struct kunit *test)
{
	static const char *const texts[] = { "0", "1", "0\n", "1\n" };
	struct smbsign_policy policy, expected;
	char text[SMBSIGN_SETTING_TEXT_SIZE];

	KUNIT_EXPECT_EQ(test, SMBSIGN_NUM_SETTINGS,
			ARRAY_SIZE(booleans) + ARRAY_SIZE(algorithms));
	for (int i = 0; i < ARRAY_SIZE(booleans) * ARRAY_SIZE(texts); i++) {
		const struct smbsign_setting *setting =
			find_setting(test, booleans[i / 4].name);
		const char *in = texts[i % 4];

		blank_policy(&policy);
		blank_policy(&expected);
		*((bool *)&policy + setting->offset) = in[0] == '0';
		*((bool *)&expected + booleans[i / 4].offset) = in[0] == '1';
		KUNIT_EXPECT_EQ(test, 0,
				smbsign_setting_parse(setting, &policy, in));
		KUNIT_EXPECT_MEMEQ_MSG(test, &expected, &policy, sizeof(policy),
				       "%s=%s", setting->name, in);
		smbsign_setting_format(setting, &policy, text);
		KUNIT_EXPECT_TRUE_MSG(test, sysfs_streq(text, in), "%s: %s",
				      setting->name, text);
		KUNIT_EXPECT_EQ(test, 1, strlen(text));
	}
}

/* Lists of algorithms */

struct alg_text {
	const char *in;
	const char *out;	/* how it is shown; NULL if the same */
	struct smbsign_alg_list list;
};

#define H	SMBSIGN_HMAC_SHA256
#define C	SMBSIGN_AES_CMAC
#define G	SMBSIGN_AES_GMAC

static const struct alg_text alg_texts[] = {
	/* every order of every choice */
	{ "aes-gmac", NULL, { { G }, 1 } },
	{ "aes-cmac", NULL, { { C }, 1 } },
	{ "hmac-sha256", NULL, { { H }, 1 } },
	{ "aes-gmac aes-cmac", NULL, { { G, C }, 2 } },
	{ "aes-gmac hmac-sha256", NULL, { { G, H }, 2 } },
	{ "aes-cmac aes-gmac", NULL, { { C, G }, 2 } },
	{ "aes-cmac hmac-sha256", NULL, { { C, H }, 2 } },
	{ "hmac-sha256 aes-gmac", NULL, { { H, G }, 2 } },
	{ "hmac-sha256 aes-cmac", NULL, { { H, C }, 2 } },
	{ "aes-gmac aes-cmac hmac-sha256", NULL, { { G, C, H }, 3 } },
	{ "aes-gmac hmac-sha256 aes-cmac", NULL, { { G, H, C }, 3 } },
	{ "aes-cmac aes-gmac hmac-sha256", NULL, { { C, G, H }, 3 } },
	{ "aes-cmac hmac-sha256 aes-gmac", NULL, { { C, H, G }, 3 } },
	{ "hmac-sha256 aes-gmac aes-cmac", NULL, { { H, G, C }, 3 } },
	{ "hmac-sha256 aes-cmac aes-gmac", NULL, { { H, C, G }, 3 } },
	/* as echo writes it, and as a module parameter has it */
	{ "aes-cmac\n", "aes-cmac", { { C }, 1 } },
	{ "aes-cmac aes-gmac\n", "aes-cmac aes-gmac", { { C, G }, 2 } },
	{ "aes-cmac,aes-gmac", "aes-cmac aes-gmac", { { C, G }, 2 } },
	{ "hmac-sha256,aes-cmac,aes-gmac\n", "hmac-sha256 aes-cmac aes-gmac",
	  { { H, C, G }, 3 } },
	{ "  aes-gmac\t hmac-sha256 ", "aes-gmac hmac-sha256", { { G, H }, 2 } },
	{ "aes-gmac, aes-cmac", "aes-gmac aes-cmac", { { G, C }, 2 } },
};

static void expect_alg_text(struct kunit *test,
			    const struct smbsign_setting *setting,
			    const struct alg_text *t)
{
	struct smbsign_policy policy, expected;
	char text[SMBSIGN_SETTING_TEXT_SIZE];

	blank_policy(&policy);
	blank_policy(&expected);
	/* More than before or less: no rest of what was there stays. */
	for (int i = 0; i < SMBSIGN_MAX_ALGS; i++) {
		policy.client.signing_algorithms.alg[i] = SMBSIGN_MD5;
		policy.server.signing_algorithms.alg[i] = SMBSIGN_MD5;
	}
	expected = policy;
	if (str_has_prefix(setting->name, "client/"))
		expected.client.signing_algorithms = t->list;
	else
		expected.server.signing_algorithms = t->list;
	KUNIT_EXPECT_EQ_MSG(test, 0,
			    smbsign_setting_parse(setting, &policy, t->in),
			    "\"%s\"", t->in);
	KUNIT_EXPECT_MEMEQ_MSG(test, &expected, &policy, sizeof(policy),
			       "%s=\"%s\"", setting->name, t->in);
	smbsign_setting_format(setting, &policy, text);
	KUNIT_EXPECT_STREQ(test, t->out ?: t->in, text);
}

static void test_settings_algorithms(struct kunit *test)
{
	for (int i = 0; i < ARRAY_SIZE(algorithms); i++) {
		const struct smbsign_setting *setting =
			find_setting(test, algorithms[i]);

		for (int j = 0; j < ARRAY_SIZE(alg_texts); j++)
			expect_alg_text(test, setting, &alg_texts[j]);
	}
}

/* Words that are no value: nothing changes, neither in a policy nor in force. */

static const char *const bad_booleans[] = {
	"", "\n", " ", "\t", "2", "9", "-1", "+1", "01", "00", "10", "11",
	"1 ", " 1", "1\n\n", "\n1", "1\r\n", "1 0", "0x1", "1.0", "1,", "y",
	"n", "Y", "yes", "no", "on", "off", "true", "True", "false", "enabled",
	"disabled", "required", "[1]", "aes-gmac",
};

static const char *const bad_algorithms[] = {
	"", "\n", " ", ",", " \t\n,", "0", "1", "aes", "aes-", "aes-gma",
	"aes-gmacx", "aes_gmac", "aes gmac", "gmac", "AES-GMAC", "AES-128-GMAC",
	"Aes-gmac", "hmac-sha25", "hmac-sha2566", "hmac(sha256)", "md5", "none",
	"aes-gmac md5", "md5 aes-gmac", "aes-gmac;aes-cmac",
	"aes-gmac/aes-cmac", "aes-gmacaes-cmac", "-aes-gmac", "[aes-gmac]",
	"aes-gmac\raes-cmac", "aes-gmac\r\n", "aes-gmac aes-gmac",
	"aes-gmac,aes-gmac", "aes-gmac aes-cmac aes-gmac",
	"aes-gmac aes-cmac hmac-sha256 aes-gmac",
	"aes-gmac aes-cmac hmac-sha256 hmac-sha256",
	"aes-gmac aes-cmac hmac-sha256 md5",
};

static void expect_refused(struct kunit *test,
			   const struct smbsign_setting *setting,
			   const char *text)
{
	struct smbsign_policy before, after, policy;
	const char *profile = smbsign_settings_profile();

	smbsign_policy_get(&before);
	policy = before;
	KUNIT_EXPECT_EQ_MSG(test, -EINVAL,
			    smbsign_setting_parse(setting, &policy, text),
			    "%s=\"%.64s\"", setting->name, text);
	KUNIT_EXPECT_MEMEQ(test, &before, &policy, sizeof(policy));

	KUNIT_EXPECT_EQ_MSG(test, -EINVAL, smbsign_settings_set(setting, text),
			    "%s=\"%.64s\"", setting->name, text);
	smbsign_policy_get(&after);
	KUNIT_EXPECT_MEMEQ(test, &before, &after, sizeof(after));
	KUNIT_EXPECT_STREQ(test, profile, smbsign_settings_profile());
}

static void test_settings_bad_words(struct kunit *test)
{
	for (int i = 0; i < ARRAY_SIZE(booleans); i++) {
		for (int j = 0; j < ARRAY_SIZE(bad_booleans); j++)
			expect_refused(test, find_setting(test, booleans[i].name),
				       bad_booleans[j]);
	}
	for (int i = 0; i < ARRAY_SIZE(algorithms); i++) {
		for (int j = 0; j < ARRAY_SIZE(bad_algorithms); j++)
			expect_refused(test, find_setting(test, algorithms[i]),
				       bad_algorithms[j]);
	}
}

/* A whole page of something, up to the guard page behind it */
static void test_settings_long_texts(struct kunit *test)
{
	static const char *const words[] = { "1", "0 ", "aes-gmac ", "a", "a," };
	char *text = kunit_guarded_buf(test, LONG_TEXT_LEN + 1);

	for (int i = 0; i < ARRAY_SIZE(words); i++) {
		size_t len = strlen(words[i]);

		for (size_t pos = 0; pos < LONG_TEXT_LEN; pos++)
			text[pos] = words[i][pos % len];
		text[LONG_TEXT_LEN] = '\0';
		for (int j = 0; j < SMBSIGN_NUM_SETTINGS; j++)
			expect_refused(test, &smbsign_settings[j], text);
	}
}

static void test_settings_bad_profiles(struct kunit *test)
{
	static const char *const names[] = {
		"", "\n", " ", "custom", "custom\n", "windows-11", "Strict",
		"strict ", " strict", "[strict]", "strict\n\n", "strict strict",
		"windows-11-24h2-", "windows-11-24h2-homes", "1",
	};
	const char *profile = smbsign_settings_profile();
	struct smbsign_policy before, after;

	smbsign_policy_get(&before);
	for (int i = 0; i < ARRAY_SIZE(names); i++) {
		KUNIT_EXPECT_EQ_MSG(test, -EINVAL,
				    smbsign_settings_set_profile(names[i]),
				    "\"%s\"", names[i]);
		smbsign_policy_get(&after);
		KUNIT_EXPECT_MEMEQ(test, &before, &after, sizeof(after));
		KUNIT_EXPECT_STREQ(test, profile, smbsign_settings_profile());
	}
}

/* What is in force */

static void set(struct kunit *test, const char *name, const char *text)
{
	KUNIT_EXPECT_EQ_MSG(test, 0,
			    smbsign_settings_set(find_setting(test, name), text),
			    "%s=%s", name, text);
}

static void expect_profile(struct kunit *test, const char *name)
{
	KUNIT_EXPECT_STREQ(test, name, smbsign_settings_profile());
}

static void test_settings_profiles(struct kunit *test)
{
	const struct smbsign_profile *p;
	struct smbsign_policy expected, policy;
	char line[40];

	for (p = smbsign_profiles; p->name; p++) {
		/* from somewhere else, and with echo's newline */
		set(test, "client/allow_insecure_guest", "1");
		set(test, "server/signing_algorithms", "hmac-sha256");
		expect_profile(test, "custom");
		snprintf(line, sizeof(line), "%s\n", p->name);
		KUNIT_EXPECT_EQ(test, 0, smbsign_settings_set_profile(line));
		expect_profile(test, p->name);
		smbsign_profile_apply(p, &expected);
		smbsign_policy_get(&policy);
		KUNIT_EXPECT_MEMEQ_MSG(test, &expected, &policy, sizeof(policy),
				       "%s", p->name);
	}
}

/* Any one setting that differs makes it custom; what was there, the profile. */
static void test_settings_custom(struct kunit *test)
{
	char former[SMBSIGN_SETTING_TEXT_SIZE];
	struct smbsign_policy policy;

	KUNIT_ASSERT_EQ(test, 0, smbsign_settings_set_profile("strict"));
	smbsign_policy_get(&policy);
	for (int i = 0; i < SMBSIGN_NUM_SETTINGS; i++) {
		const struct smbsign_setting *s = &smbsign_settings[i];

		smbsign_setting_format(s, &policy, former);
		if (s->type == SMBSIGN_SETTING_ALGS)
			set(test, s->name, "aes-cmac aes-gmac hmac-sha256");
		else
			set(test, s->name, former[0] == '1' ? "0" : "1");
		expect_profile(test, "custom");
		set(test, s->name, former);
		expect_profile(test, "strict");
	}
}

/* From one profile into another by single steps, without naming it */
static void test_settings_recognised(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, 0, smbsign_settings_set_profile("windows-11-24h2"));
	set(test, "server/require_security_signature", "0");
	expect_profile(test, "windows-server-2025");
	set(test, "server/require_security_signature", "1");
	expect_profile(test, "windows-11-24h2");
	set(test, "client/require_security_signature", "0");
	expect_profile(test, "custom");
	set(test, "server/enable_security_signature", "1");
	expect_profile(test, "windows-domain-controller");
}

/* Two names for the same values: the one that was written stays. */
static void test_settings_twins(struct kunit *test)
{
	static const char *const twins[] = {
		"windows-server-2022", "windows-11-24h2-home",
		"windows-server-2022",
	};

	for (int i = 0; i < ARRAY_SIZE(twins); i++) {
		KUNIT_ASSERT_EQ(test, 0,
				smbsign_settings_set_profile(twins[i]));
		expect_profile(test, twins[i]);
		set(test, "client/require_security_signature", "0");
		expect_profile(test, twins[i]);
	}
}

static struct kunit_case settings_test_cases[] = {
	KUNIT_CASE(test_settings_booleans),
	KUNIT_CASE(test_settings_algorithms),
	KUNIT_CASE(test_settings_bad_words),
	KUNIT_CASE(test_settings_long_texts),
	KUNIT_CASE(test_settings_bad_profiles),
	KUNIT_CASE(test_settings_profiles),
	KUNIT_CASE(test_settings_custom),
	KUNIT_CASE(test_settings_recognised),
	KUNIT_CASE(test_settings_twins),
	{}
};

static struct kunit_suite settings_test_suite = {
	.name = "smbsign_settings",
	.init = keep_settings,
	.test_cases = settings_test_cases,
};

kunit_test_suite(settings_test_suite);
