// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls in process, softirq and hardirq context.  The two interrupt contexts
 * come about by high-resolution timers, which exist in a soft and a hard form.
 * The soft one also sets off a tasklet and a timer of the old kind.
 */
#include <linux/completion.h>
#include <linux/container_of.h>
#include <linux/hrtimer.h>
#include <linux/interrupt.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/timer.h>

#include "test-utils.h"

/* run_in_contexts(): enough calls in each context, and when to give up */
#define MIN_CALLS	32
#define MIN_TASKLET_CALLS	2
#define MIN_TIMER_CALLS		2
#define MAX_SECONDS	60

/* Between two interrupts: short, but the process has to get on as well. */
#define MIN_INTERVAL_NS	(20 * NSEC_PER_USEC)
#define MAX_INTERVAL_NS	(20 * NSEC_PER_MSEC)

struct calls {
	unsigned int done;
	unsigned int failed;
	unsigned int strayed;	/* it was not the context it should have been */
};

struct context_run;

struct irq_caller {
	struct context_run *run;
	enum test_context where;
	struct hrtimer timer;
	u64 interval_ns;
	unsigned int process_calls;	/* when the timer last fired */
};

struct context_run {
	bool (*fn)(void *data);
	void *data;
	bool only_once;
	struct completion once_done;
	struct calls calls[NUM_TEST_CONTEXTS];
	struct irq_caller irq_callers[NUM_TEST_CONTEXTS];
	struct tasklet_struct tasklet;
	struct timer_list timer;
	unsigned int softirq_turn;
	unsigned int num_tasklet_calls;
	unsigned int num_timer_calls;
};

const char *test_context_name(enum test_context where)
{
	static const char *const names[NUM_TEST_CONTEXTS] = {
		[IN_PROCESS]	= "process",
		[IN_SOFTIRQ]	= "softirq",
		[IN_HARDIRQ]	= "hardirq",
	};

	return names[where];
}

static bool is_in_context(enum test_context where)
{
	switch (where) {
	case IN_HARDIRQ:
		return in_hardirq();
	case IN_SOFTIRQ:
		return in_serving_softirq() && !in_hardirq();
	default:
		return in_task();
	}
}

static void call_fn(struct context_run *run, enum test_context where)
{
	struct calls *calls = &run->calls[where];

	if (!is_in_context(where))
		calls->strayed++;
	if (!run->fn(run->data))
		calls->failed++;
	WRITE_ONCE(calls->done, calls->done + 1);
}

static void call_from_tasklet(struct tasklet_struct *tasklet)
{
	struct context_run *run = container_of(tasklet, struct context_run,
					       tasklet);

	call_fn(run, IN_SOFTIRQ);
	WRITE_ONCE(run->num_tasklet_calls, run->num_tasklet_calls + 1);
}

static void call_from_old_timer(struct timer_list *timer)
{
	struct context_run *run = container_of(timer, struct context_run,
					       timer);

	call_fn(run, IN_SOFTIRQ);
	WRITE_ONCE(run->num_timer_calls, run->num_timer_calls + 1);
}

/* On one CPU no softirq interrupts another, so all of them are one context. */
static void call_from_softirq(struct context_run *run)
{
	switch (run->softirq_turn++ % 3) {
	case 0:
		tasklet_schedule(&run->tasklet);
		break;
	case 1:
		if (!timer_pending(&run->timer))
			mod_timer(&run->timer, jiffies + 1);
		fallthrough;
	default:
		call_fn(run, IN_SOFTIRQ);
	}
}

/* An interrupted process that stands still gets more time, and less if not. */
static void adapt_interval(struct irq_caller *caller)
{
	unsigned int n = READ_ONCE(caller->run->calls[IN_PROCESS].done);

	if (n == caller->process_calls)
		caller->interval_ns = min_t(u64, 2 * caller->interval_ns,
					    MAX_INTERVAL_NS);
	else
		caller->interval_ns = max_t(u64, caller->interval_ns / 2,
					    MIN_INTERVAL_NS);
	caller->process_calls = n;
}

static enum hrtimer_restart call_from_timer(struct hrtimer *timer)
{
	struct irq_caller *caller = container_of(timer, struct irq_caller,
						 timer);
	struct context_run *run = caller->run;

	if (run->only_once) {
		call_fn(run, caller->where);
		complete(&run->once_done);
		return HRTIMER_NORESTART;
	}
	if (caller->where == IN_SOFTIRQ)
		call_from_softirq(run);
	else
		call_fn(run, caller->where);
	adapt_interval(caller);
	hrtimer_forward_now(timer, ns_to_ktime(caller->interval_ns));
	return HRTIMER_RESTART;
}

/* Pinned: what is to be interrupted runs on this CPU. */
static void start_irq_caller(struct context_run *run, enum test_context where)
{
	struct irq_caller *caller = &run->irq_callers[where];
	enum hrtimer_mode mode = where == IN_HARDIRQ ?
		HRTIMER_MODE_REL_PINNED_HARD : HRTIMER_MODE_REL_PINNED_SOFT;

	caller->run = run;
	caller->where = where;
	caller->interval_ns = MIN_INTERVAL_NS;
	hrtimer_setup(&caller->timer, call_from_timer, CLOCK_MONOTONIC, mode);
	hrtimer_start(&caller->timer, ns_to_ktime(MIN_INTERVAL_NS), mode);
}

static struct context_run *new_run(struct kunit *test, bool (*fn)(void *data),
				   void *data)
{
	struct context_run *run = kunit_kzalloc(test, sizeof(*run), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, run);
	run->fn = fn;
	run->data = data;
	init_completion(&run->once_done);
	tasklet_setup(&run->tasklet, call_from_tasklet);
	timer_setup(&run->timer, call_from_old_timer, TIMER_PINNED);
	return run;
}

static void expect_calls(struct kunit *test, const struct context_run *run,
			 enum test_context where, unsigned int min_calls)
{
	const struct calls *calls = &run->calls[where];

	KUNIT_EXPECT_GE_MSG(test, calls->done, min_calls, "calls in %s context",
			    test_context_name(where));
	KUNIT_EXPECT_EQ_MSG(test, calls->failed, 0,
			    "failures of %u calls in %s context",
			    calls->done, test_context_name(where));
	KUNIT_EXPECT_EQ_MSG(test, calls->strayed, 0,
			    "calls outside %s context",
			    test_context_name(where));
}

void run_in_context(struct kunit *test, enum test_context where,
		    bool (*fn)(void *data), void *data)
{
	struct context_run *run = new_run(test, fn, data);

	if (where == IN_PROCESS) {
		call_fn(run, where);
	} else {
		run->only_once = true;
		start_irq_caller(run, where);
		wait_for_completion(&run->once_done);
		hrtimer_cancel(&run->irq_callers[where].timer);
	}
	expect_calls(test, run, where, 1);
	kunit_kfree(test, run);
}

static bool has_enough_calls(const struct context_run *run)
{
	for (int i = 0; i < NUM_TEST_CONTEXTS; i++) {
		if (READ_ONCE(run->calls[i].done) < MIN_CALLS)
			return false;
	}
	return READ_ONCE(run->num_tasklet_calls) >= MIN_TASKLET_CALLS &&
	       READ_ONCE(run->num_timer_calls) >= MIN_TIMER_CALLS;
}

/* The soft timer first, for it sets off the others. */
static void stop_irq_callers(struct context_run *run)
{
	hrtimer_cancel(&run->irq_callers[IN_SOFTIRQ].timer);
	tasklet_kill(&run->tasklet);
	timer_delete_sync(&run->timer);
	hrtimer_cancel(&run->irq_callers[IN_HARDIRQ].timer);
}

void run_in_contexts(struct kunit *test, bool (*fn)(void *data), void *data)
{
	struct context_run *run = new_run(test, fn, data);
	unsigned long end = jiffies + MAX_SECONDS * HZ;

	migrate_disable();
	start_irq_caller(run, IN_SOFTIRQ);
	start_irq_caller(run, IN_HARDIRQ);
	do {
		call_fn(run, IN_PROCESS);
		cond_resched();
	} while (!has_enough_calls(run) && time_before(jiffies, end));
	stop_irq_callers(run);
	migrate_enable();

	for (int i = 0; i < NUM_TEST_CONTEXTS; i++)
		expect_calls(test, run, i, MIN_CALLS);
	KUNIT_EXPECT_GE(test, run->num_tasklet_calls, MIN_TASKLET_CALLS);
	KUNIT_EXPECT_GE(test, run->num_timer_calls, MIN_TIMER_CALLS);
	kunit_kfree(test, run);
}
