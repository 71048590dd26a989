/* SPDX-License-Identifier: GPL-2.0-only */
#include <linux/version.h>

/*
 * The walk over an iterator with a function of one's own came in pieces from
 * 6.7 on; 6.1 has nothing of it.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
#include_next <linux/iov_iter.h>
#else
#ifndef _SMBSIGN_COMPAT_LINUX_IOV_ITER_H
#define _SMBSIGN_COMPAT_LINUX_IOV_ITER_H

#include <linux/bvec.h>
#include <linux/highmem.h>
#include <linux/pagemap.h>
#include <linux/uio.h>
#include <linux/xarray.h>

/* Folio queues are not known before 6.12, and pipes no more from 6.5 on. */
#define SMBSIGN_COMPAT_NO_FOLIO_QUEUE

static inline bool iov_iter_is_folioq(const struct iov_iter *iter)
{
	return false;
}

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 5, 0)
#define SMBSIGN_COMPAT_ITER_PIPE
#endif

typedef size_t (*iov_step_f)(void *iter_base, size_t progress, size_t len,
			     void *priv, void *priv2);

static inline size_t iterate_kvec(struct iov_iter *iter, size_t len, void *priv,
				  void *priv2, iov_step_f step)
{
	const struct kvec *p = iter->kvec;
	size_t progress = 0, skip = iter->iov_offset;

	for (; progress < len; p++, skip = 0) {
		size_t part = min(len - progress, p->iov_len - skip);

		if (part)
			step(p->iov_base + skip, progress, part, priv, priv2);
		progress += part;
	}
	return progress;
}

static inline size_t iterate_bvec(struct iov_iter *iter, size_t len, void *priv,
				  void *priv2, iov_step_f step)
{
	const struct bio_vec *p = iter->bvec;
	size_t progress = 0, skip = iter->iov_offset;

	while (progress < len) {
		size_t off = p->bv_offset + skip;
		size_t part = min3(len - progress, p->bv_len - skip,
				   PAGE_SIZE - off % PAGE_SIZE);
		u8 *base = kmap_local_page(p->bv_page + off / PAGE_SIZE);

		if (part)
			step(base + off % PAGE_SIZE, progress, part, priv,
			     priv2);
		kunmap_local(base);
		progress += part;
		skip += part;
		if (skip == p->bv_len) {
			skip = 0;
			p++;
		}
	}
	return progress;
}

static inline size_t iterate_folio(struct folio *folio, size_t off, size_t len,
				   size_t progress, void *priv, void *priv2,
				   iov_step_f step)
{
	size_t end = min(off + len, folio_size(folio)), start = off;

	while (off < end) {
		size_t part = min(end - off, PAGE_SIZE - off % PAGE_SIZE);
		u8 *base = kmap_local_folio(folio, off);

		step(base, progress + off - start, part, priv, priv2);
		kunmap_local(base);
		off += part;
	}
	return end - start;
}

static inline size_t iterate_xarray(struct iov_iter *iter, size_t len,
				    void *priv, void *priv2, iov_step_f step)
{
	loff_t start = iter->xarray_start + iter->iov_offset;
	XA_STATE(xas, iter->xarray, start / PAGE_SIZE);
	size_t progress = 0;
	struct folio *folio;

	rcu_read_lock();
	xas_for_each(&xas, folio, ULONG_MAX) {
		if (xas_retry(&xas, folio))
			continue;
		if (xa_is_value(folio) || folio_test_hugetlb(folio))
			break;
		progress += iterate_folio(folio,
					  offset_in_folio(folio,
							  start + progress),
					  len - progress, progress, priv, priv2,
					  step);
		if (progress == len)
			break;
	}
	rcu_read_unlock();
	return progress;
}

/* Unlike the kernel's own this leaves @iter where it is. */
static inline size_t iterate_and_advance_kernel(struct iov_iter *iter,
						size_t len, void *priv,
						void *priv2, iov_step_f step)
{
	len = min(len, iter->count);
	if (iov_iter_is_bvec(iter))
		return iterate_bvec(iter, len, priv, priv2, step);
	if (iov_iter_is_kvec(iter))
		return iterate_kvec(iter, len, priv, priv2, step);
	if (iov_iter_is_xarray(iter))
		return iterate_xarray(iter, len, priv, priv2, step);
	return 0;
}

#endif /* _SMBSIGN_COMPAT_LINUX_IOV_ITER_H */
#endif
