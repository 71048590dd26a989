/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A queue whose requests are counted, and that can be held up.
 */
#ifndef _SMBSIGN_KUNIT_QUEUE_UTILS_H
#define _SMBSIGN_KUNIT_QUEUE_UTILS_H

#include <kunit/test.h>
#include <linux/atomic.h>
#include <linux/completion.h>

#include "msg-utils.h"

#define QUEUE_MSG_LEN	80
#define QUEUE_TIMEOUT	(30 * HZ)

/* A queue, and what becomes of its requests */
struct queue_run {
	struct kunit *test;
	struct smbsign_queue *queue;
	struct key_pair keys[3];	/* by enum smbsign_alg */
	atomic_t num_submitted, num_completed;
	atomic_t num_wrong;		/* results, and contexts */
	struct completion gate, at_gate;
};

/* A message to be signed, by each of the algorithms in turn */
struct job {
	struct smbsign_req req;
	struct kvec iov;
	u8 msg[QUEUE_MSG_LEN];
	struct queue_run *run;
	atomic_t num_completed;
	bool is_pending;
	int num_repeats;
};

struct queue_run *new_queue_run(struct kunit *test, unsigned int max_len);
void init_job(struct queue_run *run, struct job *job, unsigned int n);
struct job *new_jobs(struct queue_run *run, unsigned int num);

/* The request's usual complete() */
void complete_job(struct smbsign_req *req);

int submit_job(struct queue_run *run, struct job *job);

/* A request that holds the queue up until complete(&run->gate) */
void submit_gate(struct queue_run *run);

/* Free the queue; all that was accepted has to have been completed by then. */
void end_queue_run(struct queue_run *run);

/* The first @num jobs, as new_jobs() made them */
void expect_signed_once(struct queue_run *run, struct job *jobs,
			unsigned int num);

#endif /* _SMBSIGN_KUNIT_QUEUE_UTILS_H */
