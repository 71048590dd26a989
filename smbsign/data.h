/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * data.c: where the data of a message lies.
 */
#ifndef _SMBSIGN_DATA_H
#define _SMBSIGN_DATA_H

#include <linux/minmax.h>
#include <linux/overflow.h>
#include <linux/smbsign.h>
#include <linux/string.h>
#include <linux/types.h>
#include <linux/uio.h>

struct bio_vec;
struct folio_queue;
struct page;
struct xarray;

/*
 * A piece ends with its page where pages are mapped, or unmapping flushes.  A build
 * for tests says so by itself.
 */
#ifndef SMBSIGN_MAPS_PAGES
#if defined(CONFIG_HIGHMEM) || defined(ARCH_HAS_FLUSH_ON_KUNMAP)
#define SMBSIGN_MAPS_PAGES	true
#else
#define SMBSIGN_MAPS_PAGES	false
#endif
#endif

enum smbsign_cursor_source {
	SMBSIGN_CURSOR_KVEC,		/* and perhaps an iterator to come */
	SMBSIGN_CURSOR_BVEC,
	SMBSIGN_CURSOR_FOLIOQ,
	SMBSIGN_CURSOR_XARRAY,
	SMBSIGN_CURSOR_SG,
	SMBSIGN_CURSOR_SKB,
};

/* A part of a container that is contiguous, as long as it can be */
struct smbsign_segment {
	struct page *page;	/* its first, or NULL */
	union {
		size_t off;	/* in or behind @page */
		u8 *data;	/* without a page */
	};
	size_t len;
};

/**
 * struct smbsign_cursor - a place in a message, from which pieces are drawn
 * @left: bytes still to give out
 * @skip: bytes to leave out first, from the start of @seg, or where that has
 *	  none, of what comes next
 * @err: why there are no more pieces, if that is not because all are given out
 * @source: where the next segment comes from, once the kvecs are used up
 * @num_iov: kvecs still to come
 * @iov: the first of them
 * @seg: where pages have to be mapped, the segment that is given out page by
 *	 page; otherwise without use
 * @mapping: the page of the piece given out, or NULL
 */
struct smbsign_cursor {
	size_t left;
	size_t skip;
	int err;
	enum smbsign_cursor_source source;
	unsigned int num_iov;
	const struct kvec *iov;
	struct smbsign_segment seg;
	void *mapping;
	/* private: what each source has to remember */
	union {
		const struct iov_iter *iter;
		const struct bio_vec *bvec;
		struct {
			const struct folio_queue *folioq;
			unsigned int slot;
		};
		struct {
			struct xarray *xarray;
			loff_t pos;
		};
		struct scatterlist *sg;
		struct {
			const struct sk_buff *root;
			const struct sk_buff *skb;
			size_t end;		/* of the part, in @root */
			unsigned int part;	/* next: head, frags */
		};
	};
};

void smbsign_cursor_init(struct smbsign_cursor *c,
			 const struct smbsign_msg *msg, size_t off, size_t len);
bool smbsign_cursor_next_segment(struct smbsign_cursor *c, u8 **data,
				 size_t *len);
unsigned int smbsign_cursor_take_kvecs(struct smbsign_cursor *c, size_t unit,
				       size_t max_len, size_t keep,
				       const struct kvec **iov, size_t *len);
int smbsign_cursor_end(struct smbsign_cursor *c);

/**
 * smbsign_cursor_next() - the next piece of a part of a message
 * @c: the cursor
 * @data: where the piece is.  It is mapped until the next call with this
 *	  cursor; without CONFIG_HIGHMEM it stays where it is.
 * @len: its length, at least 1
 *
 * Context: Any context.  With CONFIG_HIGHMEM what one cursor maps is unmapped
 * before another one maps, or in reverse order.
 * Return: true with a piece; false when there are no more, and
 * smbsign_cursor_end() tells why.
 */
static inline bool smbsign_cursor_next(struct smbsign_cursor *c, u8 **data,
				       size_t *len)
{
	while (c->left && c->num_iov) {
		const struct kvec *iov = c->iov++;
		size_t skip = c->skip;

		c->num_iov--;
		if (skip >= iov->iov_len) {
			c->skip = skip - iov->iov_len;
			continue;
		}
		c->skip = 0;
		*data = iov->iov_base + skip;
		*len = min(iov->iov_len - skip, c->left);
		c->left -= *len;
		return true;
	}
	return c->left && smbsign_cursor_next_segment(c, data, len);
}

int smbsign_data_gather(const struct smbsign_msg *msg, size_t off, u8 *buf,
			size_t len);
int smbsign_data_write(const struct smbsign_msg *msg, size_t off,
		       const u8 *buf, size_t len);

/* Where a header mostly lies: whole in the first kvec.  NULL if it does not. */
static inline u8 *smbsign_data_in_first_kvec(const struct smbsign_msg *msg,
					     size_t off, size_t len)
{
	const struct kvec *iov = msg->iov;
	size_t skip;

	if (msg->type != SMBSIGN_MSG_KVEC || !msg->num_iov ||
	    check_add_overflow(msg->off, off, &skip) || skip > iov->iov_len ||
	    len > iov->iov_len - skip)
		return NULL;
	return iov->iov_base + skip;
}

/* The same in whichever kvec it lies, if it lies in one */
static inline u8 *smbsign_data_in_one_kvec(const struct smbsign_msg *msg,
					   size_t off, size_t len)
{
	const struct kvec *iov = msg->iov;
	size_t skip;

	if (msg->type != SMBSIGN_MSG_KVEC ||
	    check_add_overflow(msg->off, off, &skip))
		return NULL;
	for (unsigned int i = 0; i < msg->num_iov; i++, iov++) {
		if (skip < iov->iov_len)
			return len <= iov->iov_len - skip ?
			       iov->iov_base + skip : NULL;
		skip -= iov->iov_len;
	}
	return NULL;
}

/**
 * smbsign_data_read() - copy a few bytes out of a message, such as a header
 * @msg: the message
 * @off: where they begin
 * @buf: where they go
 * @len: how many
 *
 * Inline, so that what is of known length is a few moves.
 *
 * Context: Any context.
 * Return: as smbsign_cursor_end().
 */
static inline int smbsign_data_read(const struct smbsign_msg *msg, size_t off,
				    u8 *buf, size_t len)
{
	const u8 *data = smbsign_data_in_first_kvec(msg, off, len);

	if (!data)
		return smbsign_data_gather(msg, off, buf, len);
	memcpy(buf, data, len);
	return 0;
}

#endif /* _SMBSIGN_DATA_H */
