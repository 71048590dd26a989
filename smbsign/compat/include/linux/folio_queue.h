/* SPDX-License-Identifier: GPL-2.0-only */
#include <linux/version.h>

/* Folio queues came with 6.12; before, no iterator has one. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
#include_next <linux/folio_queue.h>
#endif

#ifndef _SMBSIGN_COMPAT_LINUX_FOLIO_QUEUE_H
#define _SMBSIGN_COMPAT_LINUX_FOLIO_QUEUE_H

#include <linux/mm.h>
#include <linux/uio.h>

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)

static inline const struct folio_queue *
iov_iter_folioq(const struct iov_iter *iter)
{
	return iter->folioq;
}

static inline unsigned int iov_iter_folioq_slot(const struct iov_iter *iter)
{
	return iter->folioq_slot;
}

#else

#define SMBSIGN_COMPAT_NO_FOLIO_QUEUE

struct folio_queue {
	struct folio_queue *next;
};

static inline bool iov_iter_is_folioq(const struct iov_iter *iter)
{
	return false;
}

static inline const struct folio_queue *
iov_iter_folioq(const struct iov_iter *iter)
{
	return NULL;
}

static inline unsigned int iov_iter_folioq_slot(const struct iov_iter *iter)
{
	return 0;
}

static inline unsigned int folioq_nr_slots(const struct folio_queue *folioq)
{
	return 0;
}

static inline struct folio *folioq_folio(const struct folio_queue *folioq,
					 unsigned int slot)
{
	return NULL;
}

/* Iterators over pipes are no more from 6.5 on. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 5, 0)
#define SMBSIGN_COMPAT_ITER_PIPE
#endif

#endif

#endif /* _SMBSIGN_COMPAT_LINUX_FOLIO_QUEUE_H */
