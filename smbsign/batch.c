// SPDX-License-Identifier: GPL-2.0-only
/*
 * Many messages at once: a call that works through an array, and a bounded
 * queue that a work item empties in batches.
 *
 * Batches exist because the serial algorithms leave most of a CPU idle: several
 * CMACs or HMACs go side by side, see lanes.c.
 */
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/list.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "internal.h"

/* As many messages as an engine runs side by side */
#define BATCH_SIZE	SMBSIGN_MAX_LANES

/* One work item a queue, so completions come one after the other. */
struct smbsign_queue {
	spinlock_t lock;		/* protects the three below */
	struct list_head reqs;
	unsigned int len;
	bool draining;
	unsigned int max_len;
	struct work_struct work;
};

static struct workqueue_struct *batch_wq;

int __init smbsign_batch_startup(void)
{
	int err;

	err = smbsign_lanes_startup();
	if (err)
		return err;
	batch_wq = alloc_workqueue("smbsign", WQ_HIGHPRI | WQ_MEM_RECLAIM, 0);
	if (!batch_wq) {
		smbsign_lanes_shutdown();
		return -ENOMEM;
	}
	return 0;
}

/* Also called on the way out of a failed load, so not __exit. */
void smbsign_batch_shutdown(void)
{
	destroy_workqueue(batch_wq);
	smbsign_lanes_shutdown();
}

static void batch_one(struct smbsign_req *req)
{
	if (req->op == SMBSIGN_SIGN)
		req->result = smbsign_sign_msg(req->key, &req->msg);
	else
		req->result = smbsign_verify_msg(req->key, &req->msg);
}

/* One message by itself gains nothing by lanes. */
static void batch_alg(enum smbsign_alg alg, struct smbsign_req *const *reqs,
		      unsigned int num, unsigned int num_of_alg)
{
	if (num_of_alg > 1 && smbsign_lanes_run(alg, reqs, num))
		return;
	for (unsigned int i = 0; num_of_alg; i++) {
		if (reqs[i]->key->alg == alg) {
			batch_one(reqs[i]);
			num_of_alg--;
		}
	}
}

void smbsign_batch(struct smbsign_req *const *reqs, unsigned int num)
{
	unsigned int num_cmac = 0, num_hmac = 0;

	for (unsigned int i = 0; i < num; i++) {
		if (reqs[i]->key->alg == SMBSIGN_AES_CMAC)
			num_cmac++;
		else if (reqs[i]->key->alg == SMBSIGN_HMAC_SHA256)
			num_hmac++;
		else
			batch_one(reqs[i]);
	}
	batch_alg(SMBSIGN_AES_CMAC, reqs, num, num_cmac);
	batch_alg(SMBSIGN_HMAC_SHA256, reqs, num, num_hmac);
}
EXPORT_SYMBOL_GPL(smbsign_batch);

/* Up to BATCH_SIZE requests off the head of a queue */
static unsigned int queue_take(struct smbsign_queue *queue,
			       struct smbsign_req **reqs)
{
	unsigned int num = 0;

	spin_lock_irq(&queue->lock);
	while (num < BATCH_SIZE && !list_empty(&queue->reqs)) {
		reqs[num] = list_first_entry(&queue->reqs, struct smbsign_req,
					     node);
		list_del(&reqs[num]->node);
		num++;
	}
	queue->len -= num;
	spin_unlock_irq(&queue->lock);
	return num;
}

static void queue_work_fn(struct work_struct *work)
{
	struct smbsign_queue *queue =
		container_of(work, struct smbsign_queue, work);
	struct smbsign_req *reqs[BATCH_SIZE];
	unsigned int num;

	while ((num = queue_take(queue, reqs))) {
		smbsign_batch(reqs, num);
		for (unsigned int i = 0; i < num; i++)
			reqs[i]->complete(reqs[i]);
		cond_resched();
	}
}

struct smbsign_queue *smbsign_queue_alloc(unsigned int max_len)
{
	struct smbsign_queue *queue;

	if (!max_len)
		return ERR_PTR(-EINVAL);
	queue = kzalloc(sizeof(*queue), GFP_KERNEL);
	if (!queue)
		return ERR_PTR(-ENOMEM);
	spin_lock_init(&queue->lock);
	INIT_LIST_HEAD(&queue->reqs);
	INIT_WORK(&queue->work, queue_work_fn);
	queue->max_len = max_len;
	return queue;
}
EXPORT_SYMBOL_GPL(smbsign_queue_alloc);

int smbsign_queue_submit(struct smbsign_queue *queue, struct smbsign_req *req)
{
	unsigned long flags;
	int ret = -EINPROGRESS;

	if (!req->key || !req->complete)
		return -EINVAL;
	spin_lock_irqsave(&queue->lock, flags);
	if (queue->draining) {
		ret = -ESHUTDOWN;
	} else if (queue->len == queue->max_len) {
		ret = -ENOSPC;
	} else {
		list_add_tail(&req->node, &queue->reqs);
		queue->len++;
		/* Under the lock, so that draining sees all that is queued. */
		queue_work(batch_wq, &queue->work);
	}
	spin_unlock_irqrestore(&queue->lock, flags);
	if (ret == -ENOSPC)
		smbsign_stats_queue_full();
	return ret;
}
EXPORT_SYMBOL_GPL(smbsign_queue_submit);

void smbsign_queue_free(struct smbsign_queue *queue)
{
	if (!queue)
		return;
	spin_lock_irq(&queue->lock);
	queue->draining = true;
	spin_unlock_irq(&queue->lock);
	flush_work(&queue->work);
	kfree(queue);
}
EXPORT_SYMBOL_GPL(smbsign_queue_free);
