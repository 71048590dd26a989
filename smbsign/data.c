// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the data of a message lies: one walk over kvecs, iterators,
 * scatterlists and sk_buffs, a mapped piece at a time.  It knows nothing of
 * SMB.
 */
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/iov_iter.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/overflow.h>
#include <linux/scatterlist.h>
#include <linux/skbuff.h>
#include <linux/string.h>
#include <linux/uio.h>

#include "internal.h"

/* A walk: what is done with each piece, and what is still to be left out */
struct walk {
	smbsign_step_fn step;
	void *priv;
	size_t skip;
	size_t len;
};

/* One piece of the container; true while the walk has further to go. */
static bool walk_piece(struct walk *walk, u8 *data, size_t len)
{
	size_t skip = min(walk->skip, len);
	size_t n = min(walk->len, len - skip);

	walk->skip -= skip;
	if (n)
		walk->step(walk->priv, data + skip, n);
	walk->len -= n;
	return walk->len;
}

/* For iterate_and_advance_kernel(): returns how much it left undone. */
static size_t walk_iter_step(void *data, size_t progress, size_t len,
			     void *priv, void *priv2)
{
	walk_piece(priv, data, len);
	return 0;
}

static int walk_iter(struct walk *walk, const struct iov_iter *from)
{
	struct iov_iter iter = *from;
	size_t len;

	/* Advancing a pipe's iterator would empty the pipe. */
	if (!iov_iter_is_kvec(from) && !iov_iter_is_bvec(from) &&
	    !iov_iter_is_xarray(from) && !iov_iter_is_folioq(from))
		return -EINVAL;
	if (walk->skip >= iov_iter_count(&iter))
		return 0;
	iov_iter_advance(&iter, walk->skip);
	walk->skip = 0;
	len = min(walk->len, iov_iter_count(&iter));
	/* None of it is read where the kernel does not know the flavour. */
	if (iterate_and_advance_kernel(&iter, len, walk, NULL,
				       walk_iter_step) != len)
		return -EINVAL;
	return 0;
}

static int walk_kvec(struct walk *walk, const struct smbsign_msg *msg)
{
	for (unsigned int i = 0; i < msg->num_iov; i++) {
		const struct kvec *iov = &msg->iov[i];

		if (!walk_piece(walk, iov->iov_base, iov->iov_len))
			return 0;
	}
	return msg->iter ? walk_iter(walk, msg->iter) : 0;
}

static int walk_sg(struct walk *walk, const struct smbsign_msg *msg)
{
	struct sg_mapping_iter miter;

	/* The end of a scatterlist is marked, so the walk stops there too. */
	sg_miter_start(&miter, msg->sg, INT_MAX,
		       SG_MITER_ATOMIC | SG_MITER_FROM_SG);
	if (sg_miter_skip(&miter, walk->skip)) {
		walk->skip = 0;
		while (sg_miter_next(&miter) &&
		       walk_piece(walk, miter.addr, miter.length))
			;
	}
	sg_miter_stop(&miter);
	return 0;
}

static int walk_skb(struct walk *walk, const struct smbsign_msg *msg)
{
	size_t to = walk->skip + walk->len;
	struct skb_seq_state state;
	size_t consumed = 0;
	unsigned int n;
	const u8 *data;

	if (to > msg->skb->len)
		return -EMSGSIZE;
	skb_prepare_seq_read(msg->skb, walk->skip, to, &state);
	walk->skip = 0;
	while ((n = skb_seq_read(consumed, &data, &state))) {
		/* A piece may reach behind the end of the walk. */
		if (!walk_piece(walk, (u8 *)data, n)) {
			skb_abort_seq_read(&state);
			return 0;
		}
		consumed += n;
	}
	return 0;
}

/**
 * smbsign_data_walk() - do something with each piece of a part of a message
 * @msg: the message
 * @off: where the part begins, from the start of the message
 * @len: bytes of the part
 * @step: called for each piece in order; it must not sleep
 * @priv: for @step
 *
 * Context: Any context.
 * Return:
 * * 0 - @step has seen all of it
 * * -EMSGSIZE - there are fewer bytes; @step has seen those
 * * -EINVAL - an iterator that cannot be read here
 */
int smbsign_data_walk(const struct smbsign_msg *msg, size_t off, size_t len,
		      smbsign_step_fn step, void *priv)
{
	struct walk walk = { .step = step, .priv = priv, .len = len };
	size_t end;
	int err;

	/* To the kernel's helpers a place is an off_t. */
	if (check_add_overflow(msg->off, off, &walk.skip) ||
	    check_add_overflow(walk.skip, len, &end) || end > LONG_MAX)
		return -EMSGSIZE;
	if (!len)
		return 0;

	switch (msg->type) {
	case SMBSIGN_MSG_KVEC:
		err = walk_kvec(&walk, msg);
		break;
	case SMBSIGN_MSG_SG:
		err = walk_sg(&walk, msg);
		break;
	case SMBSIGN_MSG_SKB:
		err = walk_skb(&walk, msg);
		break;
	default:
		return -EINVAL;
	}
	if (!err && walk.len)
		return -EMSGSIZE;
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_data_walk);

static void step_read(void *priv, u8 *data, size_t len)
{
	u8 **to = priv;

	memcpy(*to, data, len);
	*to += len;
}

/**
 * smbsign_data_read() - copy a few bytes out of a message, such as a header
 * @msg: the message
 * @off: where they begin
 * @buf: where they go
 * @len: how many
 *
 * Context: Any context.
 * Return: as smbsign_data_walk().
 */
int smbsign_data_read(const struct smbsign_msg *msg, size_t off, u8 *buf,
		      size_t len)
{
	return smbsign_data_walk(msg, off, len, step_read, &buf);
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_data_read);

static void step_write(void *priv, u8 *data, size_t len)
{
	const u8 **from = priv;

	memcpy(data, *from, len);
	*from += len;
}

/**
 * smbsign_data_write() - write a few bytes into a message, such as a signature
 * @msg: the message
 * @off: where they begin
 * @buf: the bytes
 * @len: how many
 *
 * Context: Any context.
 * Return: as smbsign_data_walk().
 */
int smbsign_data_write(const struct smbsign_msg *msg, size_t off,
		       const u8 *buf, size_t len)
{
	return smbsign_data_walk(msg, off, len, step_write, &buf);
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_data_write);
