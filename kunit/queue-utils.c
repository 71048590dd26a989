// SPDX-License-Identifier: GPL-2.0-only
/*
 * A queue whose requests are counted, see queue-utils.h.
 */
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/preempt.h>
#include <linux/string.h>

#include "queue-utils.h"

#define ECHO		0x000d

struct queue_run *new_queue_run(struct kunit *test, unsigned int max_len)
{
	struct queue_run *run = kunit_kzalloc(test, sizeof(*run), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, run);
	run->test = test;
	for (enum smbsign_alg alg = 0; alg < 3; alg++)
		run->keys[alg] = kunit_key_pair(test, alg);
	init_completion(&run->gate);
	init_completion(&run->at_gate);
	run->queue = smbsign_queue_alloc(max_len);
	KUNIT_ASSERT_FALSE(test, IS_ERR(run->queue));
	return run;
}

void complete_job(struct smbsign_req *req)
{
	struct job *job = req->priv;
	struct queue_run *run = job->run;

	might_sleep();
	if (!in_task() || irqs_disabled() || req->result)
		atomic_inc(&run->num_wrong);
	atomic_inc(&job->num_completed);
	WRITE_ONCE(job->is_pending, false);
	atomic_inc(&run->num_completed);
}

/* It holds the queue up until the test lets it go on. */
static void complete_at_gate(struct smbsign_req *req)
{
	struct job *job = req->priv;

	complete(&job->run->at_gate);
	wait_for_completion(&job->run->gate);
	complete_job(req);
}

void init_job(struct queue_run *run, struct job *job, unsigned int n)
{
	enum smbsign_alg alg = n % 3;

	memset(job, 0, sizeof(*job));
	job->run = run;
	build_hdr(job->msg, ECHO, 0, 0, n + 1);
	job->iov = (struct kvec){ job->msg, QUEUE_MSG_LEN };
	job->req = (struct smbsign_req){
		.key = run->keys[alg].of[SMBSIGN_CLIENT],
		.op = SMBSIGN_SIGN,
		.msg = smbsign_msg_kvec(&job->iov, 1, 0, QUEUE_MSG_LEN),
		.result = 1,
		.complete = complete_job,
		.priv = job,
	};
}

struct job *new_jobs(struct queue_run *run, unsigned int num)
{
	struct job *jobs = kunit_kcalloc(run->test, num, sizeof(*jobs),
					 GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(run->test, jobs);
	for (unsigned int i = 0; i < num; i++)
		init_job(run, &jobs[i], i);
	return jobs;
}

int submit_job(struct queue_run *run, struct job *job)
{
	int ret;

	job->is_pending = true;
	ret = smbsign_queue_submit(run->queue, &job->req);
	if (ret == -EINPROGRESS)
		atomic_inc(&run->num_submitted);
	else
		job->is_pending = false;
	return ret;
}

/* A job that the queue waits at; the queue is empty then. */
void submit_gate(struct queue_run *run)
{
	struct job *job = new_jobs(run, 1);

	job->req.complete = complete_at_gate;
	KUNIT_ASSERT_EQ(run->test, -EINPROGRESS, submit_job(run, job));
	KUNIT_ASSERT_NE(run->test, 0,
			wait_for_completion_timeout(&run->at_gate,
						    QUEUE_TIMEOUT));
}

void end_queue_run(struct queue_run *run)
{
	smbsign_queue_free(run->queue);
	KUNIT_EXPECT_EQ(run->test, atomic_read(&run->num_completed),
			atomic_read(&run->num_submitted));
	KUNIT_EXPECT_EQ(run->test, atomic_read(&run->num_wrong), 0);
}

void expect_signed_once(struct queue_run *run, struct job *jobs,
			unsigned int num)
{
	for (unsigned int i = 0; i < num; i++) {
		struct smbsign_key *peer =
			run->keys[i % 3].of[SMBSIGN_SERVER];

		KUNIT_EXPECT_EQ_MSG(run->test,
				    atomic_read(&jobs[i].num_completed), 1,
				    "request %u", i);
		KUNIT_EXPECT_EQ_MSG(run->test, jobs[i].req.result, 0,
				    "request %u", i);
		KUNIT_EXPECT_EQ_MSG(run->test, 0,
				    smbsign_verify_kvec(peer, &jobs[i].iov, 1,
							QUEUE_MSG_LEN),
				    "request %u", i);
	}
}
