// SPDX-License-Identifier: GPL-2.0-only
/*
 * settings.c: readers in any context, and on another processor, while somebody
 * changes all settings over and over, see one policy or the other and never a
 * mixture.
 */
#include <kunit/resource.h>
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/console.h>
#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/minmax.h>
#include <linux/preempt.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "internal.h"
#include "settings-utils.h"
#include "test-utils.h"

/* Changes at one go, and all that another processor gets to see */
#define NUM_FLIPS	20
#define MANY_FLIPS	RAND_ROUNDS(50000)

/* Two profiles far from one another */
static const char *const names[2] = { "windows-server-2022", "strict" };

struct flip {
	struct smbsign_policy ends[2];
	unsigned int num_reads;
	unsigned int num_torn;
	struct completion started;
};

static void restore_console(void *level)
{
	console_loglevel = (long)level;
}

/* Each change is a notice; warnings and worse are still shown. */
static void hush_notices(struct kunit *test)
{
	long former = console_loglevel;

	/*
	 * First what has been said up to here.  A test's result has no newline,
	 * so it is not shown before something else is.
	 */
	kunit_info(test, "not showing each change\n");
	console_lock();
	console_unlock();
	console_loglevel = min_t(long, former, LOGLEVEL_NOTICE);
	KUNIT_ASSERT_EQ(test, 0,
			kunit_add_action_or_reset(test, restore_console,
						  (void *)former));
}

static struct flip *new_flip(struct kunit *test)
{
	struct flip *flip = kunit_kzalloc(test, sizeof(*flip), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, flip);
	hush_notices(test);
	init_completion(&flip->started);
	for (int i = 0; i < 2; i++) {
		KUNIT_ASSERT_EQ(test, 0, smbsign_settings_set_profile(names[i]));
		smbsign_policy_get(&flip->ends[i]);
	}
	KUNIT_EXPECT_MEMNEQ(test, &flip->ends[0], &flip->ends[1],
			    sizeof(flip->ends[0]));
	return flip;
}

static bool flip_profiles(unsigned int num)
{
	for (unsigned int i = 0; i < num; i++) {
		if (smbsign_settings_set_profile(names[i % 2]))
			return false;
	}
	return true;
}

static bool read_is_whole(const struct flip *flip)
{
	struct smbsign_policy policy;

	smbsign_policy_get(&policy);
	return !memcmp(&policy, &flip->ends[0], sizeof(policy)) ||
	       !memcmp(&policy, &flip->ends[1], sizeof(policy));
}

/* The process writes, what interrupts it reads. */
static bool flip_or_read(void *data)
{
	if (in_task() && !flip_profiles(NUM_FLIPS))
		return false;
	return read_is_whole(data);
}

static void test_settings_race_irq(struct kunit *test)
{
	run_in_contexts(test, flip_or_read, new_flip(test));
}

static int read_until_stopped(void *data)
{
	struct flip *flip = data;

	complete(&flip->started);
	while (!kthread_should_stop()) {
		flip->num_reads++;
		if (!read_is_whole(flip))
			flip->num_torn++;
		cond_resched();
	}
	return 0;
}

/* Another processor meets what no interrupt comes in time for. */
static void test_settings_race_cpu(struct kunit *test)
{
	struct flip *flip = new_flip(test);
	struct task_struct *reader;

	if (num_online_cpus() < 2)
		kunit_skip(test, "one processor");
	reader = kthread_run(read_until_stopped, flip, "smbsign_reader");
	KUNIT_ASSERT_FALSE(test, IS_ERR(reader));
	wait_for_completion(&flip->started);
	KUNIT_EXPECT_TRUE(test, flip_profiles(MANY_FLIPS));
	kthread_stop(reader);
	KUNIT_EXPECT_GT(test, flip->num_reads, 100);
	KUNIT_EXPECT_EQ_MSG(test, flip->num_torn, 0, "of %u reads",
			    flip->num_reads);
}

static struct kunit_case settings_race_test_cases[] = {
	KUNIT_CASE(test_settings_race_irq),
	KUNIT_CASE(test_settings_race_cpu),
	{}
};

static struct kunit_suite settings_race_test_suite = {
	.name = "smbsign_settings_race",
	.init = keep_settings,
	.test_cases = settings_race_test_cases,
};

kunit_test_suite(settings_race_test_suite);
