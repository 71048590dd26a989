// SPDX-License-Identifier: GPL-2.0-only
/*
 * Allocations counted or made to fail, see fault-utils.h.
 */
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/limits.h>
#include <linux/sched.h>

#include "fault-utils.h"

#if IS_ENABLED(CONFIG_FAILSLAB) && IS_ENABLED(CONFIG_FAULT_INJECTION_DEBUG_FS)

/* What alloc_end() counts down from */
static unsigned int fail_nth;

static struct {
	bool *ignore_gfp_wait;
	unsigned long *verbose;
	bool former_ignore_gfp_wait;
	unsigned long former_verbose;
} failslab;

/* A simple attribute of debugfs has the address of its variable in the inode. */
static void *find_setting(struct dentry *dir, const char *name)
{
	struct dentry *file = debugfs_lookup(name, dir);
	void *setting;

	if (!file)
		return NULL;
	setting = d_inode(file)->i_private;
	dput(file);
	return setting;
}

static void restore_settings(void *unused)
{
	current->fail_nth = 0;
	*failslab.ignore_gfp_wait = failslab.former_ignore_gfp_wait;
	*failslab.verbose = failslab.former_verbose;
}

/* As it comes up it spares GFP_KERNEL and dumps the stack at each failure. */
void use_fault_injection(struct kunit *test)
{
	struct dentry *dir = debugfs_lookup("failslab", NULL);

	if (!dir)
		kunit_skip(test, "debugfs has no failslab");
	failslab.ignore_gfp_wait = find_setting(dir, "ignore-gfp-wait");
	failslab.verbose = find_setting(dir, "verbose");
	dput(dir);
	KUNIT_ASSERT_NOT_NULL(test, failslab.ignore_gfp_wait);
	KUNIT_ASSERT_NOT_NULL(test, failslab.verbose);

	failslab.former_ignore_gfp_wait = *failslab.ignore_gfp_wait;
	failslab.former_verbose = *failslab.verbose;
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, restore_settings,
							   NULL));
	*failslab.ignore_gfp_wait = false;
	*failslab.verbose = 0;
}

void alloc_begin_fail(unsigned int n)
{
	fail_nth = n;
	WRITE_ONCE(current->fail_nth, n);
}

unsigned int alloc_end(void)
{
	unsigned int left = READ_ONCE(current->fail_nth);

	WRITE_ONCE(current->fail_nth, 0);
	return fail_nth - left;
}

#else

void use_fault_injection(struct kunit *test)
{
	kunit_skip(test, "a kernel without CONFIG_FAILSLAB and its debugfs");
}

void alloc_begin_fail(unsigned int n)
{
}

unsigned int alloc_end(void)
{
	return 0;
}

#endif

void alloc_begin_count(void)
{
	alloc_begin_fail(UINT_MAX);
}
