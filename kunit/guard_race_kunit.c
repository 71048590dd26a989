// SPDX-License-Identifier: GPL-2.0-only
/*
 * guard.c under competition: many threads, a softirq and a hardirq want to sign
 * different messages of one MessageId at the same time.
 */
#include <kunit/test.h>
#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "msg-utils.h"

#define ECHO		0x000d

/* One for each CPU, as far as that goes, but not only one */
#define MIN_RACERS	2
#define MAX_RACERS	8
#define MAX_SPINS	20000

/* Less than a window, so that nothing is ever forgotten */
#define NUM_MIDS	1000

/* Threads that try to meet at each MessageId, and irqs in between */
struct race {
	struct smbsign_key *key;
	int (*claim)(struct race *race, u64 mid, unsigned int who);
	unsigned int num_racers;
	atomic_t arrived, num_done;
	u64 mid;
	unsigned int num_errors;
	unsigned long winners[NUM_MIDS + 1];
};

struct racer {
	struct race *race;
	unsigned int id;
	struct task_struct *task;
};

/* The nonce alone: where two that come at once might both get it */
static int claim_nonce(struct race *race, u64 mid, unsigned int who)
{
	const u8 sig[SMBSIGN_SIG_SIZE] = { who + 1 };
	u8 hdr[SMB2_HDR_LEN];
	const struct smbsign_pdu pdu = {
		.proto = SMBSIGN_PROTO_SMB2,
		.hdr = hdr,
	};

	build_hdr(hdr, ECHO, 0, 0, mid);
	return smbsign_guard_claim(race->key, &pdu, sig);
}

/* The body tells the messages of the claimants apart. */
static int claim_by_signing(struct race *race, u64 mid, unsigned int who)
{
	u8 msg[SMB2_HDR_LEN + 4] = {};
	struct kvec iov = { msg, sizeof(msg) };

	build_hdr(msg, ECHO, 0, 0, mid);
	msg[SMB2_HDR_LEN] = who;
	return smbsign_sign_kvec(race->key, &iov, 1, sizeof(msg));
}

static void claim(struct race *race, u64 mid, unsigned int who)
{
	int err = race->claim(race, mid, who);

	if (!err)
		set_bit(who, &race->winners[mid]);
	else if (err != -EACCES)
		race->num_errors++;
}

/* As near to one another as processors can be; on a single one in vain */
static void meet(struct race *race, u64 mid)
{
	int spins = num_online_cpus() > 1 ? MAX_SPINS : 0;

	atomic_inc(&race->arrived);
	while (spins--) {
		if (atomic_read(&race->arrived) >= mid * race->num_racers)
			return;
		cpu_relax();
	}
}

static int run_race(void *data)
{
	struct racer *racer = data;
	struct race *race = racer->race;

	for (u64 mid = 1; mid <= NUM_MIDS; mid++) {
		meet(race, mid);
		WRITE_ONCE(race->mid, mid);
		claim(race, mid, racer->id);
		cond_resched();
	}
	atomic_inc(&race->num_done);
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 0;
}

static bool claim_current(void *data)
{
	struct race *race = data;
	u64 mid = READ_ONCE(race->mid);

	if (mid)
		claim(race, mid, MAX_RACERS + this_context());
	return true;
}

static void start_racers(struct kunit *test, struct race *race,
			 struct racer *racers)
{
	race->num_racers = clamp(num_online_cpus(), MIN_RACERS, MAX_RACERS);
	for (unsigned int i = 0; i < race->num_racers; i++) {
		racers[i].race = race;
		racers[i].id = i;
		racers[i].task = kthread_run(run_race, &racers[i],
					     "smbsign_kunit/%u", i);
	}
}

static void stop_racers(struct kunit *test, struct race *race,
			struct racer *racers)
{
	unsigned long end = jiffies + 30 * HZ;

	while (atomic_read(&race->num_done) < race->num_racers &&
	       time_before(jiffies, end))
		schedule_timeout_uninterruptible(1);
	for (unsigned int i = 0; i < race->num_racers; i++) {
		if (!IS_ERR(racers[i].task))
			kthread_stop(racers[i].task);
	}
}

static unsigned long expect_one_winner_each(struct kunit *test,
					    const struct race *race)
{
	unsigned long all = 0;

	KUNIT_EXPECT_EQ(test, race->num_errors, 0);
	for (int mid = 1; mid <= NUM_MIDS; mid++) {
		KUNIT_EXPECT_EQ_MSG(test, 1, hweight_long(race->winners[mid]),
				    "MessageId %d: %lx", mid,
				    race->winners[mid]);
		all |= race->winners[mid];
	}
	return all;
}

static void hold_races(struct kunit *test, int num,
		       int (*claim_fn)(struct race *race, u64 mid,
				       unsigned int who))
{
	struct race *race = kunit_kzalloc(test, sizeof(*race), GFP_KERNEL);
	struct racer racers[MAX_RACERS] = {};
	unsigned long all = 0;

	KUNIT_ASSERT_NOT_NULL(test, race);
	while (num--) {
		memset(race, 0, sizeof(*race));
		race->key = kunit_key_pair(test, SMBSIGN_AES_GMAC).of[0];
		race->claim = claim_fn;
		start_racers(test, race, racers);
		run_in_contexts(test, claim_current, race);
		stop_racers(test, race, racers);
		all |= expect_one_winner_each(test, race);
	}
	/* Or there was no race; on a single CPU that is a matter of chance. */
	if (num_online_cpus() > 1)
		KUNIT_EXPECT_GT(test, hweight_long(all), 1);
}

/* Of all that want a nonce for different messages exactly one gets it. */
static void test_guard_race_to_sign(struct kunit *test)
{
	rand_seed(1);
	hold_races(test, 2, claim_by_signing);
}

static void test_guard_race_for_nonce(struct kunit *test)
{
	rand_seed(2);
	hold_races(test, 8, claim_nonce);
}

static struct kunit_case guard_race_test_cases[] = {
	KUNIT_CASE(test_guard_race_to_sign),
	KUNIT_CASE(test_guard_race_for_nonce),
	{}
};

static struct kunit_suite guard_race_test_suite = {
	.name = "smbsign_guard_race",
	.test_cases = guard_race_test_cases,
};

kunit_test_suite(guard_race_test_suite);
