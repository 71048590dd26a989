// SPDX-License-Identifier: GPL-2.0-only
/*
 * batch.c, the queue: what is accepted is completed exactly once, in process
 * context, whoever submits it and whatever its completion does; and no more is
 * accepted than was agreed.
 */
#include <kunit/test.h>
#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/kthread.h>
#include <linux/limits.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "fault-utils.h"
#include "queue-utils.h"

/* All that was accepted is done when the queue is gone, without a wait. */
static void test_queue_free_drains(struct kunit *test)
{
	static const unsigned int nums[] = { 0, 1, 2, 15, 16, 17, 33, 300 };

	rand_seed(1);
	for (int i = 0; i < ARRAY_SIZE(nums); i++) {
		struct queue_run *run = new_queue_run(test, 300);
		struct job *jobs = new_jobs(run, nums[i] + 1);

		for (unsigned int n = 0; n < nums[i]; n++)
			KUNIT_EXPECT_EQ(test, -EINPROGRESS,
					submit_job(run, &jobs[n]));
		end_queue_run(run);
		expect_signed_once(run, jobs, nums[i]);
	}
}

/* It need not be freed for that. */
static void test_queue_completes(struct kunit *test)
{
	struct queue_run *run = new_queue_run(test, 10);
	struct job *jobs = new_jobs(run, 50);
	unsigned long end = jiffies + QUEUE_TIMEOUT;

	for (unsigned int n = 0; n < 50; n++) {
		KUNIT_ASSERT_EQ(test, -EINPROGRESS, submit_job(run, &jobs[n]));
		while (READ_ONCE(jobs[n].is_pending) &&
		       time_before(jiffies, end))
			schedule_timeout_uninterruptible(n % 2);
	}
	KUNIT_EXPECT_EQ(test, atomic_read(&run->num_completed), 50);
	expect_signed_once(run, jobs, 50);
	end_queue_run(run);
}

/* Each request gets its own result. */
static void test_queue_results(struct kunit *test)
{
	struct queue_run *run = new_queue_run(test, 10);
	struct job *jobs = new_jobs(run, 6);
	static const int expected[] = {
		0, -EBADMSG, -EINVAL, -EACCES, -EMSGSIZE, -EPROTO,
	};

	jobs[1].req.op = SMBSIGN_VERIFY;
	jobs[1].req.key = run->keys[1].of[SMBSIGN_SERVER];
	jobs[2].req.key = run->keys[2].of[SMBSIGN_SERVER];
	jobs[3].req.op = SMBSIGN_VERIFY;
	jobs[4].req.msg.len = QUEUE_MSG_LEN + 1;
	jobs[5].req.msg.off = 1;
	jobs[5].req.msg.len--;
	for (int i = 0; i < 6; i++)
		KUNIT_EXPECT_EQ(test, -EINPROGRESS, submit_job(run, &jobs[i]));
	smbsign_queue_free(run->queue);
	for (int i = 0; i < 6; i++) {
		KUNIT_EXPECT_EQ_MSG(test, jobs[i].req.result, expected[i],
				    "request %d", i);
		KUNIT_EXPECT_EQ(test, atomic_read(&jobs[i].num_completed), 1);
	}
}

static void expect_bounded(struct queue_run *run, struct job *jobs,
			   unsigned int len)
{
	unsigned long end = jiffies + QUEUE_TIMEOUT;

	submit_gate(run);
	for (unsigned int n = 0; n < len; n++)
		KUNIT_EXPECT_EQ_MSG(run->test, -EINPROGRESS,
				    submit_job(run, &jobs[n]), "%u of %u", n,
				    len);
	for (int i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ_MSG(run->test, -ENOSPC,
				    submit_job(run, &jobs[len]), "of %u", len);
	KUNIT_EXPECT_EQ(run->test, jobs[len].req.result, 1);
	complete(&run->gate);
	while (READ_ONCE(jobs[len - 1].is_pending) && time_before(jiffies, end))
		schedule_timeout_uninterruptible(1);
}

/* Exactly as many as agreed, and when they are done just as many again */
static void test_queue_is_bounded(struct kunit *test)
{
	static const unsigned int lens[] = { 1, 2, 15, 16, 17, 100 };

	rand_seed(2);
	for (int i = 0; i < ARRAY_SIZE(lens); i++) {
		struct queue_run *run = new_queue_run(test, lens[i]);

		for (int k = 0; k < 3; k++) {
			struct job *jobs = new_jobs(run, lens[i] + 1);

			expect_bounded(run, jobs, lens[i]);
			expect_signed_once(run, jobs, lens[i]);
		}
		end_queue_run(run);
	}
}

static void test_queue_invalid(struct kunit *test)
{
	struct queue_run *run = new_queue_run(test, 10);
	struct job *jobs = new_jobs(run, 2);

	KUNIT_EXPECT_EQ(test, PTR_ERR(smbsign_queue_alloc(0)), -EINVAL);
	jobs[0].req.key = NULL;
	jobs[1].req.complete = NULL;
	for (int i = 0; i < 2; i++) {
		KUNIT_EXPECT_EQ(test, -EINVAL, submit_job(run, &jobs[i]));
		KUNIT_EXPECT_EQ(test, jobs[i].req.result, 1);
	}
	end_queue_run(run);
	smbsign_queue_free(NULL);
}

/* The queue is longer than anything that could be allocated in advance. */
static void test_queue_of_any_length(struct kunit *test)
{
	struct queue_run *run = new_queue_run(test, UINT_MAX);
	struct job *jobs = new_jobs(run, 100);

	for (int i = 0; i < 100; i++)
		KUNIT_EXPECT_EQ(test, -EINPROGRESS, submit_job(run, &jobs[i]));
	end_queue_run(run);
	expect_signed_once(run, jobs, 100);
}

static int free_queue(void *data)
{
	struct queue_run *run = data;

	smbsign_queue_free(run->queue);
	complete(&run->at_gate);
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 0;
}

static void complete_and_resubmit(struct smbsign_req *req)
{
	struct job *job = req->priv;
	struct queue_run *run = job->run;

	if (smbsign_queue_submit(run->queue, req) != -ESHUTDOWN)
		atomic_inc(&run->num_wrong);
	complete_job(req);
}

/*
 * While it drains nothing more is accepted, from outside or from a completion;
 * and it does not end before the last completion has.
 */
static void test_queue_shutdown(struct kunit *test)
{
	struct queue_run *run = new_queue_run(test, 10);
	struct job *jobs = new_jobs(run, 11);
	unsigned long end = jiffies + QUEUE_TIMEOUT;
	struct task_struct *task;
	int ret;

	submit_gate(run);
	for (int i = 0; i < 10; i++) {
		jobs[i].req.complete = complete_and_resubmit;
		KUNIT_EXPECT_EQ(test, -EINPROGRESS, submit_job(run, &jobs[i]));
	}
	task = kthread_run(free_queue, run, "smbsign_kunit");
	KUNIT_ASSERT_FALSE(test, IS_ERR(task));
	while ((ret = submit_job(run, &jobs[10])) == -ENOSPC &&
	       time_before(jiffies, end))
		schedule_timeout_uninterruptible(1);
	KUNIT_EXPECT_EQ(test, ret, -ESHUTDOWN);
	KUNIT_EXPECT_FALSE(test, try_wait_for_completion(&run->at_gate));
	complete(&run->gate);
	KUNIT_EXPECT_NE(test, 0,
			wait_for_completion_timeout(&run->at_gate,
						    QUEUE_TIMEOUT));
	kthread_stop(task);
	KUNIT_EXPECT_EQ(test, atomic_read(&run->num_completed),
			atomic_read(&run->num_submitted));
	KUNIT_EXPECT_EQ(test, atomic_read(&run->num_wrong), 0);
	expect_signed_once(run, jobs, 10);
}

/* Two queues do not wait for one another. */
static void test_queue_of_its_own(struct kunit *test)
{
	struct queue_run *held = new_queue_run(test, 10);
	struct queue_run *run = new_queue_run(test, 10);
	struct job *jobs = new_jobs(run, 10);

	submit_gate(held);
	for (int i = 0; i < 10; i++)
		KUNIT_EXPECT_EQ(test, -EINPROGRESS, submit_job(run, &jobs[i]));
	end_queue_run(run);
	expect_signed_once(run, jobs, 10);
	complete(&held->gate);
	end_queue_run(held);
}

static void complete_and_repeat(struct smbsign_req *req)
{
	struct job *job = req->priv;

	complete_job(req);
	req->result = 1;
	if (job->num_repeats-- > 0 && submit_job(job->run, job) != -EINPROGRESS)
		atomic_inc(&job->run->num_wrong);
}

/* From its own completion, also when there is room for one only */
static void test_queue_resubmit(struct kunit *test)
{
	struct queue_run *run = new_queue_run(test, 1);
	struct job *job = new_jobs(run, 1);
	unsigned long end = jiffies + QUEUE_TIMEOUT;

	job->num_repeats = 100;
	job->req.complete = complete_and_repeat;
	KUNIT_EXPECT_EQ(test, -EINPROGRESS, submit_job(run, job));
	while (atomic_read(&run->num_completed) < 101 &&
	       time_before(jiffies, end))
		schedule_timeout_uninterruptible(1);
	end_queue_run(run);
	KUNIT_EXPECT_EQ(test, atomic_read(&job->num_completed), 101);
}

static void complete_and_free(struct smbsign_req *req)
{
	struct job *job = req->priv;

	complete_job(req);
	memset(job, 0xa5, sizeof(*job));
	kfree(job);
}

/* The request is the completion's: under KASAN a later access is seen. */
static void test_queue_request_is_freed(struct kunit *test)
{
	struct queue_run *run = new_queue_run(test, 100);

	for (int i = 0; i < 100; i++) {
		struct job *job = kmalloc(sizeof(*job), GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(test, job);
		init_job(run, job, i);
		job->req.complete = complete_and_free;
		KUNIT_EXPECT_EQ(test, -EINPROGRESS, submit_job(run, job));
	}
	end_queue_run(run);
	KUNIT_EXPECT_EQ(test, atomic_read(&run->num_completed), 100);
}

#define JOBS_EACH	24

struct context_jobs {
	struct queue_run *run;
	struct job *jobs[NUM_TEST_CONTEXTS];
	unsigned int next[NUM_TEST_CONTEXTS];
};

/* The next job that is not on its way; if the queue is full it is done here. */
static bool submits_next(void *data)
{
	struct context_jobs *c = data;
	enum test_context where = this_context();
	struct job *job = &c->jobs[where][c->next[where]++ % JOBS_EACH];

	if (READ_ONCE(job->is_pending))
		return true;
	job->req.result = 1;
	switch (submit_job(c->run, job)) {
	case -EINPROGRESS:
		return true;
	case -ENOSPC:
		return !smbsign_sign_msg(job->req.key, &job->req.msg);
	default:
		return false;
	}
}

static void test_queue_in_contexts(struct kunit *test)
{
	struct context_jobs c = { .run = new_queue_run(test, 32) };

	for (int where = 0; where < NUM_TEST_CONTEXTS; where++)
		c.jobs[where] = new_jobs(c.run, JOBS_EACH);
	run_in_contexts(test, submits_next, &c);
	end_queue_run(c.run);
	KUNIT_EXPECT_GT(test, atomic_read(&c.run->num_completed), 0);
}

/* Submitting is not allowed to allocate: it may be all that frees memory. */
static void test_queue_no_allocation(struct kunit *test)
{
	struct queue_run *run = new_queue_run(test, 10);
	struct job *jobs = new_jobs(run, 11);

	use_fault_injection(test);
	submit_gate(run);
	alloc_begin_count();
	for (int i = 0; i < 11; i++)
		submit_job(run, &jobs[i]);
	KUNIT_EXPECT_EQ(test, 0, alloc_end());
	complete(&run->gate);
	end_queue_run(run);
}

static void test_queue_without_memory(struct kunit *test)
{
	struct smbsign_queue *queue;

	use_fault_injection(test);
	alloc_begin_fail(1);
	queue = smbsign_queue_alloc(10);
	alloc_end();
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(queue), -ENOMEM);
}

#define NUM_THREADS	3

struct submitter {
	struct queue_run *run;
	struct job *jobs;
	unsigned int num_rounds, num_failed;
	struct task_struct *task;
};

static int submit_until_stopped(void *data)
{
	struct submitter *s = data;
	struct context_jobs c = { .run = s->run, .jobs = { s->jobs } };

	while (!kthread_should_stop()) {
		s->num_failed += !submits_next(&c);
		WRITE_ONCE(s->num_rounds, s->num_rounds + 1);
		cond_resched();
	}
	return 0;
}

static void test_queue_many_threads(struct kunit *test)
{
	struct queue_run *run = new_queue_run(test, JOBS_EACH);
	struct submitter s[NUM_THREADS] = {};
	unsigned long end = jiffies + QUEUE_TIMEOUT;

	for (int i = 0; i < NUM_THREADS; i++) {
		s[i].run = run;
		s[i].jobs = new_jobs(run, JOBS_EACH);
		s[i].task = kthread_run(submit_until_stopped, &s[i],
					"smbsign_kunit/%d", i);
	}
	for (int i = 0; i < NUM_THREADS; i++) {
		while (READ_ONCE(s[i].num_rounds) < RAND_ROUNDS(2000) &&
		       time_before(jiffies, end))
			schedule_timeout_uninterruptible(1);
		KUNIT_EXPECT_GE(test, s[i].num_rounds, RAND_ROUNDS(2000));
	}
	for (int i = 0; i < NUM_THREADS; i++) {
		if (!IS_ERR(s[i].task))
			kthread_stop(s[i].task);
		KUNIT_EXPECT_EQ(test, s[i].num_failed, 0);
	}
	end_queue_run(run);
}

static struct kunit_case queue_test_cases[] = {
	KUNIT_CASE(test_queue_free_drains),
	KUNIT_CASE(test_queue_completes),
	KUNIT_CASE(test_queue_results),
	KUNIT_CASE(test_queue_is_bounded),
	KUNIT_CASE(test_queue_invalid),
	KUNIT_CASE(test_queue_of_any_length),
	KUNIT_CASE(test_queue_shutdown),
	KUNIT_CASE(test_queue_of_its_own),
	KUNIT_CASE(test_queue_resubmit),
	KUNIT_CASE(test_queue_request_is_freed),
	KUNIT_CASE(test_queue_in_contexts),
	KUNIT_CASE(test_queue_no_allocation),
	KUNIT_CASE(test_queue_without_memory),
	KUNIT_CASE(test_queue_many_threads),
	{}
};

static struct kunit_suite queue_test_suite = {
	.name = "smbsign_queue",
	.test_cases = queue_test_cases,
};

kunit_test_suite(queue_test_suite);
