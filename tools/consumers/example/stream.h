/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Messages over TCP: each has 4 bytes with its length before it, MS-SMB2 2.1.
 */
#ifndef _SMBSIGN_EXAMPLE_STREAM_H
#define _SMBSIGN_EXAMPLE_STREAM_H

#include <linux/list.h>
#include <linux/types.h>
#include <linux/uio.h>

#define STREAM_MAX_IOV		2

struct sk_buff;
struct stream_conn;

/**
 * struct stream_msg - a message to be sent; begins memory of kmalloc()
 * @iov: its pieces, which live as long as it does
 * @num_iov: how many
 * @len: bytes in them
 * @node: stream.c's
 */
struct stream_msg {
	struct kvec iov[STREAM_MAX_IOV];
	unsigned int num_iov;
	size_t len;
	struct list_head node;
};

/*
 * Gets each message that came in, as @len bytes at @off of @skb, one after the
 * other for each connection.  Called in softirq, or in process context with
 * bottom halves disabled.  Returns 0, or an error that ends the connection.
 */
typedef int (*stream_receive_fn)(struct stream_conn *conn, struct sk_buff *skb,
				 size_t off, size_t len);

int stream_start(u16 port, stream_receive_fn receive);
void stream_stop(void);

/* Any context.  Returns 0 and frees @msg later, or an error: too many wait. */
int stream_send(struct stream_conn *conn, struct stream_msg *msg);

#endif /* _SMBSIGN_EXAMPLE_STREAM_H */
