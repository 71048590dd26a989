// SPDX-License-Identifier: GPL-2.0-only
/*
 * A TCP server on 127.0.0.1 that finds messages in the stream and sends others.
 *
 * Messages are found where TCP calls sk_data_ready(): in softirq as a rule.  In
 * process context it calls it for what came while somebody held the socket's
 * lock, and so does conn_open() for what came before.
 *
 * Sending may sleep.  Each connection has a work item that sends what waits,
 * and that, being the only one, also takes the connection down at its end.
 */
#include <linux/in.h>
#include <linux/mutex.h>
#include <linux/net.h>
#include <linux/sizes.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <net/sock.h>
#include <net/tcp.h>

#include "stream.h"

/*
 * What a peer may cost: bytes of a message, memory that these occupy in
 * whatever small pieces they come, messages that it does not take, and seconds
 * for which it does not take any.
 */
#define MAX_LEN			(SZ_1M + SZ_64K)
#define MAX_TRUESIZE		(4 * MAX_LEN)
#define MAX_WAITING		512
#define SEND_TIMEOUT_SECS	10
#define MAX_CONNS		1024

struct stream_conn {
	struct socket *sock;
	struct list_head node;		/* in server.conns */
	struct work_struct work;

	/* The message that is coming in; protected by the socket's lock */
	__be32 prefix;			/* its length as on the wire */
	size_t prefix_have;		/* bytes of @prefix that are there */
	struct sk_buff *skb;		/* empty, with the data as frag list */
	struct sk_buff **skb_tail;
	size_t off;			/* where the message begins in @skb */
	size_t len;
	size_t have;			/* bytes of @len that are there */

	spinlock_t lock;		/* protects the three below */
	struct list_head waiting;	/* messages to be sent */
	unsigned int num_waiting;
	bool ended;
};

typedef void (*sk_callback_fn)(struct sock *sk);

static struct {
	stream_receive_fn receive;
	struct workqueue_struct *wq;
	struct socket *listener;
	struct work_struct accept_work;
	sk_callback_fn data_ready;	/* what sockets have by themselves */
	sk_callback_fn state_change;
	struct mutex lock;		/* protects the two below */
	struct list_head conns;
	unsigned int num_conns;
} server;

/* Receiving.  Those that return a number of bytes end it with less than 0. */

static int take_prefix(struct stream_conn *conn, struct sk_buff *skb,
		       unsigned int off, size_t len)
{
	size_t n = min(len, sizeof(conn->prefix) - conn->prefix_have);
	int err;

	err = skb_copy_bits(skb, off, (u8 *)&conn->prefix + conn->prefix_have,
			    n);
	if (err)
		return err;
	conn->prefix_have += n;
	if (conn->prefix_have < sizeof(conn->prefix))
		return n;

	/* Its first byte is a type, and 0 is the only one there is. */
	conn->len = be32_to_cpu(conn->prefix);
	if (!conn->len || conn->len > MAX_LEN)
		return -EMSGSIZE;
	conn->skb = alloc_skb(0, GFP_ATOMIC);
	if (!conn->skb)
		return -ENOMEM;
	conn->skb_tail = &skb_shinfo(conn->skb)->frag_list;
	return n;
}

/* TCP will free @skb, but not the data as long as a clone refers to it. */
static int append_clone(struct stream_conn *conn, struct sk_buff *skb,
			unsigned int off)
{
	struct sk_buff *clone = skb_clone(skb, GFP_ATOMIC);

	if (!clone)
		return -ENOMEM;
	*conn->skb_tail = clone;
	conn->skb_tail = &clone->next;
	if (!conn->have)
		conn->off = off;
	else if (off && !pskb_pull(clone, off))	/* TCP got bytes twice */
		return -ENOMEM;
	conn->skb->len += clone->len;
	conn->skb->data_len += clone->len;
	conn->skb->truesize += clone->truesize;
	return conn->skb->truesize > MAX_TRUESIZE ? -ENOBUFS : 0;
}

static int take_data(struct stream_conn *conn, struct sk_buff *skb,
		     unsigned int off, size_t len)
{
	size_t n = min(len, conn->len - conn->have);
	int err;

	err = append_clone(conn, skb, off);
	if (err)
		return err;
	conn->have += n;
	if (conn->have < conn->len)
		/* More of this skb, not yet to be read: urgent data */
		return off + n < skb->len ? -EPROTO : n;

	err = server.receive(conn, conn->skb, conn->off, conn->len);
	kfree_skb(conn->skb);
	conn->skb = NULL;
	conn->have = 0;
	conn->prefix_have = 0;
	return err ?: n;
}

static void conn_end(struct stream_conn *conn)
{
	spin_lock_bh(&conn->lock);
	WRITE_ONCE(conn->ended, true);
	spin_unlock_bh(&conn->lock);
}

/* tcp_read_sock() calls it for one piece of the stream after the other. */
static int conn_take(read_descriptor_t *desc, struct sk_buff *skb,
		     unsigned int off, size_t len)
{
	struct stream_conn *conn = desc->arg.data;
	int used;

	if (READ_ONCE(conn->ended))
		return 0;
	used = conn->skb ? take_data(conn, skb, off, len) :
			   take_prefix(conn, skb, off, len);
	if (used < 0)
		conn_end(conn);
	return used;
}

/* TCP calls this one and the next with the socket's lock held. */
static void conn_data_ready(struct sock *sk)
{
	struct stream_conn *conn;

	read_lock_bh(&sk->sk_callback_lock);
	conn = sk->sk_user_data;
	if (conn) {
		read_descriptor_t desc = { .arg.data = conn, .count = 1 };

		tcp_read_sock(sk, &desc, conn_take);
		if (sk->sk_shutdown & RCV_SHUTDOWN)
			conn_end(conn);
		queue_work(server.wq, &conn->work);
	}
	read_unlock_bh(&sk->sk_callback_lock);
}

static void conn_state_change(struct sock *sk)
{
	/* A FIN is told as data; a reset is told here only. */
	if (sk->sk_state == TCP_CLOSE)
		conn_data_ready(sk);
}

/* Sending */

int stream_send(struct stream_conn *conn, struct stream_msg *msg)
{
	int err = -ENOBUFS;

	spin_lock_bh(&conn->lock);
	if (conn->num_waiting < MAX_WAITING) {
		list_add_tail(&msg->node, &conn->waiting);
		conn->num_waiting++;
		err = 0;
	}
	spin_unlock_bh(&conn->lock);
	return err;
}

static int send_msg(struct socket *sock, struct stream_msg *msg)
{
	__be32 prefix = cpu_to_be32(msg->len);
	struct kvec iov[1 + STREAM_MAX_IOV] = {
		{ .iov_base = &prefix, .iov_len = sizeof(prefix) },
	};
	size_t len = sizeof(prefix) + msg->len;
	struct msghdr hdr = {};

	memcpy(iov + 1, msg->iov, msg->num_iov * sizeof(*msg->iov));
	return kernel_sendmsg(sock, &hdr, iov, 1 + msg->num_iov, len) != len ?
	       -EPIPE : 0;
}

static int send_list(struct socket *sock, struct list_head *msgs)
{
	struct stream_msg *msg, *next;
	int err = 0;

	list_for_each_entry_safe(msg, next, msgs, node) {
		if (!err)
			err = send_msg(sock, msg);
		kfree(msg);
	}
	return err;
}

/* Connections */

static void hook(struct sock *sk, void *user_data, sk_callback_fn data_ready,
		 sk_callback_fn state_change)
{
	write_lock_bh(&sk->sk_callback_lock);
	sk->sk_user_data = user_data;
	sk->sk_data_ready = data_ready;
	sk->sk_state_change = state_change;
	write_unlock_bh(&sk->sk_callback_lock);
}

/*
 * Called by the work item itself.  Once the connection is off the list and
 * unhooked nobody is left who could queue that again.
 */
static void conn_free(struct stream_conn *conn)
{
	struct stream_msg *msg, *next;

	mutex_lock(&server.lock);
	list_del(&conn->node);
	server.num_conns--;
	mutex_unlock(&server.lock);
	hook(conn->sock->sk, NULL, server.data_ready, server.state_change);
	cancel_work(&conn->work);
	sock_release(conn->sock);
	list_for_each_entry_safe(msg, next, &conn->waiting, node)
		kfree(msg);
	kfree_skb(conn->skb);
	kfree(conn);
}

static void conn_work(struct work_struct *work)
{
	struct stream_conn *conn = container_of(work, struct stream_conn, work);
	LIST_HEAD(msgs);
	bool ended;

	spin_lock_bh(&conn->lock);
	list_splice_init(&conn->waiting, &msgs);
	conn->num_waiting = 0;
	ended = conn->ended;
	spin_unlock_bh(&conn->lock);

	if (send_list(conn->sock, &msgs) || ended)
		conn_free(conn);
}

static struct stream_conn *conn_alloc(struct socket *sock)
{
	struct stream_conn *conn = kzalloc(sizeof(*conn), GFP_KERNEL);

	if (!conn)
		return NULL;
	conn->sock = sock;
	INIT_WORK(&conn->work, conn_work);
	spin_lock_init(&conn->lock);
	INIT_LIST_HEAD(&conn->waiting);
	tcp_sock_set_nodelay(sock->sk);
	sock_set_sndtimeo(sock->sk, SEND_TIMEOUT_SECS);
	return conn;
}

/* The lock keeps conn_free() out until the connection is complete. */
static int conn_open(struct socket *sock)
{
	struct stream_conn *conn = NULL;

	mutex_lock(&server.lock);
	if (server.num_conns < MAX_CONNS)
		conn = conn_alloc(sock);
	if (conn) {
		list_add(&conn->node, &server.conns);
		server.num_conns++;
		lock_sock(sock->sk);
		hook(sock->sk, conn, conn_data_ready, conn_state_change);
		conn_data_ready(sock->sk);
		release_sock(sock->sk);
	}
	mutex_unlock(&server.lock);
	return conn ? 0 : -ENOMEM;
}

/* The server */

static void accept_work(struct work_struct *work)
{
	struct socket *sock;

	while (!kernel_accept(server.listener, &sock, O_NONBLOCK)) {
		if (conn_open(sock))
			sock_release(sock);
	}
}

/* Connections come with it, as the listener's copies, until conn_open(). */
static void listener_data_ready(struct sock *sk)
{
	read_lock_bh(&sk->sk_callback_lock);
	if (sk->sk_user_data && sk->sk_state == TCP_LISTEN)
		queue_work(server.wq, &server.accept_work);
	read_unlock_bh(&sk->sk_callback_lock);
}

static int listener_open(u16 port)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	struct socket *sock;
	int err;

	err = sock_create_kern(&init_net, AF_INET, SOCK_STREAM, IPPROTO_TCP,
			       &sock);
	if (err)
		return err;
	sock_set_reuseaddr(sock->sk);
	server.listener = sock;
	server.data_ready = sock->sk->sk_data_ready;
	server.state_change = sock->sk->sk_state_change;
	hook(sock->sk, &server, listener_data_ready, server.state_change);
	err = kernel_bind(sock, (struct sockaddr *)&addr, sizeof(addr)) ?:
	      kernel_listen(sock, SOMAXCONN);
	if (err)
		sock_release(sock);
	return err;
}

int stream_start(u16 port, stream_receive_fn receive)
{
	int err;

	server.receive = receive;
	INIT_WORK(&server.accept_work, accept_work);
	mutex_init(&server.lock);
	INIT_LIST_HEAD(&server.conns);
	server.wq = alloc_workqueue("smbsign_example", WQ_UNBOUND, 0);
	if (!server.wq)
		return -ENOMEM;
	err = listener_open(port);
	if (err)
		destroy_workqueue(server.wq);
	return err;
}

void stream_stop(void)
{
	struct stream_conn *conn;

	hook(server.listener->sk, NULL, server.data_ready, server.state_change);
	cancel_work_sync(&server.accept_work);
	sock_release(server.listener);

	mutex_lock(&server.lock);
	list_for_each_entry(conn, &server.conns, node) {
		conn_end(conn);
		queue_work(server.wq, &conn->work);
		/* One that is sending may be waiting for its peer. */
		kernel_sock_shutdown(conn->sock, SHUT_RDWR);
	}
	mutex_unlock(&server.lock);
	flush_workqueue(server.wq);
	destroy_workqueue(server.wq);
}
