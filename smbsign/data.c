// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the data of a message lies: a cursor over kvecs, iterators,
 * scatterlists and sk_buffs that gives out one contiguous piece after the
 * other.  It knows nothing of SMB.
 *
 * Each kind of container is a source of segments, which are physically
 * contiguous: a bio_vec, a frag, a folio.  Where all memory has an address, a
 * segment is a piece.
 */
#include <linux/bvec.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/folio_queue.h>
#include <linux/highmem.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/overflow.h>
#include <linux/pagemap.h>
#include <linux/scatterlist.h>
#include <linux/skbuff.h>
#include <linux/string.h>
#include <linux/uio.h>
#include <linux/xarray.h>

#include "internal.h"

/* A batch has many of them. */
static_assert(sizeof(struct smbsign_cursor) <= 128);

static bool cursor_fail(struct smbsign_cursor *c, int err)
{
	c->err = err;
	c->left = 0;
	return false;
}

static bool segment_in_folio(struct smbsign_segment *seg, struct folio *folio,
			     size_t off)
{
	seg->page = folio_page(folio, 0);
	seg->off = off;
	seg->len = folio_size(folio) - off;
	return true;
}

static bool next_bvec(struct smbsign_cursor *c, struct smbsign_segment *seg)
{
	const struct bio_vec *bvec = c->bvec++;

	seg->page = bvec->bv_page;
	seg->off = bvec->bv_offset;
	seg->len = bvec->bv_len;
	return true;
}

static bool next_folioq(struct smbsign_cursor *c, struct smbsign_segment *seg)
{
	struct folio *folio;

	/* An iterator may stand behind the last slot. */
	if (c->slot == folioq_nr_slots(c->folioq) && c->folioq->next) {
		c->folioq = c->folioq->next;
		c->slot = 0;
	}
	if (c->slot >= folioq_nr_slots(c->folioq))
		return cursor_fail(c, -EINVAL);
	folio = folioq_folio(c->folioq, c->slot++);
	if (!folio)
		return cursor_fail(c, -EINVAL);
	return segment_in_folio(seg, folio, 0);
}

/* Whoever hands in the iterator holds its folios. */
static bool next_xarray(struct smbsign_cursor *c, struct smbsign_segment *seg)
{
	struct folio *folio = xa_load(c->xarray, c->pos >> PAGE_SHIFT);

	if (!folio || xa_is_value(folio) || folio_test_hugetlb(folio))
		return cursor_fail(c, -EINVAL);
	segment_in_folio(seg, folio, offset_in_folio(folio, c->pos));
	c->pos += seg->len;
	return true;
}

static bool next_sg(struct smbsign_cursor *c, struct smbsign_segment *seg)
{
	struct scatterlist *sg = c->sg;

	if (!sg)
		return cursor_fail(c, -EMSGSIZE);
	c->sg = sg_next(sg);
	seg->page = sg_page(sg);
	seg->off = sg->offset;
	seg->len = sg->length;
	return true;
}

/*
 * The first byte to give out is the one at @pos of the whole.  Go to the buffer
 * that has it in its own data: with what stands in frag lists, and in lists of
 * those in the lists, that is a tree, which has no way back up.
 */
static bool skb_seek(struct smbsign_cursor *c, size_t pos)
{
	const struct sk_buff *skb = c->root;

	while (skb) {
		if (pos >= skb->len) {
			pos -= skb->len;
			skb = skb->next;
			continue;
		}
		if (pos < skb_pagelen(skb)) {
			c->skb = skb;
			c->part = 0;
			c->skip = pos;
			return true;
		}
		pos -= skb_pagelen(skb);
		skb = skb_shinfo(skb)->frag_list;
	}
	return cursor_fail(c, -EMSGSIZE);
}

/* In turn: the list of this buffer, the next one in its list, that of above */
static bool next_skb(struct smbsign_cursor *c)
{
	const struct sk_buff *skb = skb_shinfo(c->skb)->frag_list;

	if (!skb && c->skb != c->root)
		skb = c->skb->next;
	if (!skb)
		return skb_seek(c, c->end - c->left);
	c->skb = skb;
	c->part = 0;
	return true;
}

static bool next_in_skb(struct smbsign_cursor *c, struct smbsign_segment *seg)
{
	const skb_frag_t *frag;

	if (c->part > skb_shinfo(c->skb)->nr_frags && !next_skb(c))
		return false;
	if (!c->part++) {
		seg->page = NULL;
		seg->data = c->skb->data;
		seg->len = skb_headlen(c->skb);
		return true;
	}
	frag = &skb_shinfo(c->skb)->frags[c->part - 2];
	seg->page = skb_frag_page(frag);
	seg->off = skb_frag_off(frag);
	seg->len = skb_frag_size(frag);
	/* Device memory, which no CPU reads, has none. */
	return seg->page || cursor_fail(c, -EINVAL);
}

static bool next_segment(struct smbsign_cursor *c, struct smbsign_segment *seg)
{
	switch (c->source) {
	case SMBSIGN_CURSOR_BVEC:
		return next_bvec(c, seg);
	case SMBSIGN_CURSOR_SKB:
		return next_in_skb(c, seg);
	case SMBSIGN_CURSOR_SG:
		return next_sg(c, seg);
	case SMBSIGN_CURSOR_FOLIOQ:
		return next_folioq(c, seg);
	case SMBSIGN_CURSOR_XARRAY:
		return next_xarray(c, seg);
	default:
		return cursor_fail(c, -EMSGSIZE);
	}
}

/* From the kvecs to the iterator behind them, if there is one */
static bool begin_iter(struct smbsign_cursor *c)
{
	const struct iov_iter *iter = c->iter;
	size_t count = iter ? iov_iter_count(iter) : 0;

	c->iter = NULL;
	if (iter && !iov_iter_is_kvec(iter) && !iov_iter_is_bvec(iter) &&
	    !iov_iter_is_xarray(iter) && !iov_iter_is_folioq(iter))
		return cursor_fail(c, -EINVAL);
	if (c->skip >= count)
		return cursor_fail(c, -EMSGSIZE);
	/* Give out what there is. */
	if (c->left > count - c->skip) {
		c->left = count - c->skip;
		c->err = -EMSGSIZE;
	}
	c->skip += iter->iov_offset;
	if (iov_iter_is_kvec(iter)) {
		c->iov = iter->kvec;
		c->num_iov = iter->nr_segs;
	} else if (iov_iter_is_bvec(iter)) {
		c->source = SMBSIGN_CURSOR_BVEC;
		c->bvec = iter->bvec;
	} else if (iov_iter_is_folioq(iter)) {
		c->source = SMBSIGN_CURSOR_FOLIOQ;
		c->folioq = iov_iter_folioq(iter);
		c->slot = iov_iter_folioq_slot(iter);
	} else {
		c->source = SMBSIGN_CURSOR_XARRAY;
		c->xarray = iter->xarray;
		c->pos = iter->xarray_start + c->skip;
		c->skip = 0;
	}
	return true;
}

static void unmap(struct smbsign_cursor *c)
{
	if (SMBSIGN_MAPS_PAGES && c->mapping) {
		kunmap_local(c->mapping);
		c->mapping = NULL;
	}
}

/* At least a byte of the segment is to be given out: @c->skip leaves that. */
static void take_piece(struct smbsign_cursor *c,
		       const struct smbsign_segment *seg, u8 **data,
		       size_t *len)
{
	size_t n = min(seg->len - c->skip, c->left);

	if (!seg->page) {
		*data = seg->data + c->skip;
	} else if (SMBSIGN_MAPS_PAGES) {
		size_t off = seg->off + c->skip;

		n = min_t(size_t, n, PAGE_SIZE - offset_in_page(off));
		c->mapping = kmap_local_page(seg->page + (off >> PAGE_SHIFT));
		*data = c->mapping + offset_in_page(off);
	} else {
		*data = page_address(seg->page) + seg->off + c->skip;
	}
	*len = n;
	c->left -= n;
	/* Else it is all of the segment, or all there is to give out. */
	if (SMBSIGN_MAPS_PAGES) {
		c->seg = *seg;
		c->skip += n;
	} else {
		c->skip = 0;
	}
}

/**
 * smbsign_cursor_next_segment() - smbsign_cursor_next() behind the kvecs
 * @c: the cursor, with bytes left
 * @data: as for smbsign_cursor_next()
 * @len: likewise
 *
 * Context: Any context.
 * Return: as smbsign_cursor_next().
 */
bool smbsign_cursor_next_segment(struct smbsign_cursor *c, u8 **data,
				 size_t *len)
{
	struct smbsign_segment seg = { .len = 0 };

	unmap(c);
	if (c->source == SMBSIGN_CURSOR_KVEC) {
		if (!begin_iter(c))
			return false;
		if (c->num_iov)
			return smbsign_cursor_next(c, data, len);
	}
	if (SMBSIGN_MAPS_PAGES)
		seg = c->seg;
	while (c->skip >= seg.len) {
		c->skip -= seg.len;
		if (!next_segment(c, &seg))
			return false;
	}
	take_piece(c, &seg, data, len);
	return true;
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_cursor_next_segment);

/**
 * smbsign_cursor_take_kvecs() - several pieces at once, if they are kvecs of a kind
 * @c: the cursor
 * @unit: each has that many bytes, or a multiple
 * @max_len: bytes of them all, at most
 * @keep: bytes that must be left to give out
 * @iov: the pieces
 * @len: bytes of them all
 *
 * Context: Any context.
 * Return: how many; 0 if the next piece is another kind, which may still be a kvec.
 */
unsigned int smbsign_cursor_take_kvecs(struct smbsign_cursor *c, size_t unit,
				       size_t max_len, size_t keep,
				       const struct kvec **iov, size_t *len)
{
	unsigned int num = 0;

	for (; c->num_iov && c->skip >= c->iov->iov_len; c->iov++, c->num_iov--)
		c->skip -= c->iov->iov_len;
	*iov = c->iov;
	*len = 0;
	if (c->skip || c->left < keep)
		return 0;
	max_len = min(max_len, c->left - keep);
	for (; num < c->num_iov; num++) {
		size_t n = c->iov[num].iov_len;

		if (!n || n % unit || n > max_len - *len)
			break;
		*len += n;
	}
	c->iov += num;
	c->num_iov -= num;
	c->left -= *len;
	return num;
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_cursor_take_kvecs);

static void init_skb(struct smbsign_cursor *c, const struct sk_buff *skb)
{
	c->source = SMBSIGN_CURSOR_SKB;
	c->root = skb;
	c->end = c->skip + c->left;
	if (c->end > skb->len)
		cursor_fail(c, -EMSGSIZE);
	else
		skb_seek(c, c->skip);
}

/**
 * smbsign_cursor_init() - begin to draw pieces from a part of a message
 * @c: the cursor
 * @msg: the message, which stays as it is until smbsign_cursor_end()
 * @off: where the part begins, from the start of the message
 * @len: bytes of the part
 *
 * What is wrong with them comes out at the end.
 *
 * Context: Any context.
 */
void smbsign_cursor_init(struct smbsign_cursor *c,
			 const struct smbsign_msg *msg, size_t off, size_t len)
{
	size_t end;

	c->left = len;
	c->err = 0;
	c->source = SMBSIGN_CURSOR_KVEC;
	c->num_iov = 0;
	c->seg.len = 0;
	c->mapping = NULL;
	c->iter = NULL;
	/* Places in files are signed. */
	if (check_add_overflow(msg->off, off, &c->skip) ||
	    check_add_overflow(c->skip, len, &end) || end > LONG_MAX) {
		cursor_fail(c, -EMSGSIZE);
		return;
	}
	/* Where there is nothing, nothing can be missing. */
	if (!len)
		return;

	switch (msg->type) {
	case SMBSIGN_MSG_KVEC:
		c->num_iov = msg->num_iov;
		c->iov = msg->iov;
		c->iter = msg->iter;
		break;
	case SMBSIGN_MSG_SG:
		c->source = SMBSIGN_CURSOR_SG;
		c->sg = msg->sg;
		break;
	case SMBSIGN_MSG_SKB:
		init_skb(c, msg->skb);
		break;
	default:
		cursor_fail(c, -EINVAL);
	}
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_cursor_init);

/**
 * smbsign_cursor_end() - the end of a part of a message
 * @c: the cursor; what it has mapped is unmapped
 *
 * Context: Any context.
 * Return:
 * * 0 - all of it has been given out
 * * -EMSGSIZE - there were fewer bytes, and those have, unless an sk_buff knew
 *   beforehand; or the caller has stopped early
 * * -EINVAL - what cannot be read here: an iterator over something else than
 *   the kernel's memory, an unknown type of message
 */
int smbsign_cursor_end(struct smbsign_cursor *c)
{
	unmap(c);
	if (c->err)
		return c->err;
	return c->left ? -EMSGSIZE : 0;
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_cursor_end);

/* By itself, so that what lies in one kvec does not pay for the cursor. */
static noinline int read_pieces(const struct smbsign_msg *msg, size_t off,
				u8 *buf, size_t len)
{
	struct smbsign_cursor c __uninitialized;
	size_t n;
	u8 *data;

	smbsign_cursor_init(&c, msg, off, len);
	for (; smbsign_cursor_next(&c, &data, &n); buf += n)
		memcpy(buf, data, n);
	return smbsign_cursor_end(&c);
}

/**
 * smbsign_data_gather() - copy bytes that lie in pieces out of a message
 * @msg: the message
 * @off: where they begin
 * @buf: where they go
 * @len: how many, not much
 *
 * Context: Any context.
 * Return: as smbsign_cursor_end().
 */
int smbsign_data_gather(const struct smbsign_msg *msg, size_t off, u8 *buf,
			size_t len)
{
	const u8 *data = smbsign_data_in_one_kvec(msg, off, len);

	if (!data)
		return read_pieces(msg, off, buf, len);
	memcpy(buf, data, len);
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_data_gather);

/**
 * smbsign_data_write() - write a few bytes into a message, such as a signature
 * @msg: the message
 * @off: where they begin
 * @buf: the bytes
 * @len: how many
 *
 * Context: Any context.
 * Return: as smbsign_cursor_end().
 */
int smbsign_data_write(const struct smbsign_msg *msg, size_t off, const u8 *buf,
		       size_t len)
{
	struct smbsign_cursor c __uninitialized;
	size_t n;
	u8 *data;

	smbsign_cursor_init(&c, msg, off, len);
	for (; smbsign_cursor_next(&c, &data, &n); buf += n)
		memcpy(data, buf, n);
	return smbsign_cursor_end(&c);
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_data_write);
