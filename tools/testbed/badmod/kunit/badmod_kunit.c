// SPDX-License-Identifier: GPL-2.0-only
/*
 * Suites that pass, fail, warn and panic.  The kernel's kunit.filter_glob picks
 * one.
 */
#include <kunit/test.h>
#include <linux/module.h>
#include <linux/panic.h>

static void test_passes(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 1, 1);
}

static void test_fails(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 1, 2);
}

static void test_warns(struct kunit *test)
{
	WARN(1, "badmod warns\n");
}

static void test_panics(struct kunit *test)
{
	panic("badmod panics\n");
}

static void test_skips(struct kunit *test)
{
	kunit_skip(test, "on purpose");
}

static const int params[] = { 1, 2, 3 };

static void param_name(const int *param, char *name)
{
	snprintf(name, KUNIT_PARAM_DESC_SIZE, "number %d", *param);
}

KUNIT_ARRAY_PARAM(number, params, param_name);

static void test_param_passes(struct kunit *test)
{
	KUNIT_EXPECT_GT(test, *(const int *)test->param_value, 0);
}

static void test_param_fails(struct kunit *test)
{
	KUNIT_EXPECT_NE(test, *(const int *)test->param_value, 2);
}

static struct kunit_case pass_cases[] = {
	KUNIT_CASE(test_passes),
	KUNIT_CASE(test_skips),
	KUNIT_CASE_PARAM(test_param_passes, number_gen_params),
	{}
};

static struct kunit_suite pass_suite = {
	.name = "badmod_pass",
	.test_cases = pass_cases,
};

static struct kunit_case fail_cases[] = {
	KUNIT_CASE(test_passes),
	KUNIT_CASE(test_fails),
	KUNIT_CASE_PARAM(test_param_fails, number_gen_params),
	{}
};

static struct kunit_suite fail_suite = {
	.name = "badmod_fail",
	.test_cases = fail_cases,
};

static struct kunit_case warn_cases[] = {
	KUNIT_CASE(test_warns),
	{}
};

static struct kunit_suite warn_suite = {
	.name = "badmod_warn",
	.test_cases = warn_cases,
};

static struct kunit_case panic_cases[] = {
	KUNIT_CASE(test_passes),
	KUNIT_CASE(test_panics),
	{}
};

static struct kunit_suite panic_suite = {
	.name = "badmod_panic",
	.test_cases = panic_cases,
};

kunit_test_suites(&pass_suite, &fail_suite, &warn_suite, &panic_suite);

MODULE_DESCRIPTION("Suites that pass, fail, warn and panic, to test the runners");
MODULE_AUTHOR("The smbsign authors");
MODULE_LICENSE("GPL");
