/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * smbsign: signing of SMB messages inside the kernel.
 *
 * This is the only header that a consumer includes.  The signing transforms
 * themselves are reached through the crypto API, by the names
 * "smbsign(gmac(aes))", "smbsign(cmac(aes))", "smbsign(hmac(sha256))" and
 * "smbsign(md5)": an shash whose message is one whole PDU and whose digest is
 * that PDU's Signature field.
 */
#ifndef _LINUX_SMBSIGN_H
#define _LINUX_SMBSIGN_H

#include <linux/list.h>
#include <linux/types.h>

struct iov_iter;
struct kvec;
struct scatterlist;
struct sk_buff;
struct smbsign_key;
struct smbsign_queue;

/* Size in bytes of a signing key and of a session key, MS-SMB2 3.1.4.2. */
#define SMBSIGN_KEY_SIZE	16

/* Size in bytes of the Signature field of SMB2 and SMB 3.x, MS-SMB2 2.2.1. */
#define SMBSIGN_SIG_SIZE	16

/* Size in bytes of the SecuritySignature field of SMB1, MS-CIFS 2.2.3.1. */
#define SMBSIGN_SMB1_SIG_SIZE	8

/* Size in bytes of a preauthentication integrity hash value (SHA-512). */
#define SMBSIGN_PREAUTH_SIZE	64

/**
 * enum smbsign_alg - signing algorithms
 * @SMBSIGN_HMAC_SHA256: HMAC-SHA256 cut to 16 bytes
 * @SMBSIGN_AES_CMAC: AES-128-CMAC, RFC 4493
 * @SMBSIGN_AES_GMAC: AES-128-GMAC, nonce from the header, MS-SMB2 3.1.4.1
 * @SMBSIGN_MD5: keyed MD5 of SMB1, MS-CIFS 3.1.4.1
 * @SMBSIGN_NUM_ALGS: how many there are
 *
 * The first three are the ids of SMB2_SIGNING_CAPABILITIES, MS-SMB2 2.2.3.1.7;
 * SMB1 never negotiates its algorithm, so MD5 has no id on the wire.
 */
enum smbsign_alg {
	SMBSIGN_HMAC_SHA256	= 0,
	SMBSIGN_AES_CMAC	= 1,
	SMBSIGN_AES_GMAC	= 2,
	SMBSIGN_MD5		= 3,
	SMBSIGN_NUM_ALGS,
};

/**
 * enum smbsign_dialect - SMB2 dialect revision numbers, MS-SMB2 2.2.4
 * @SMBSIGN_SMB202: SMB 2.0.2
 * @SMBSIGN_SMB210: SMB 2.1
 * @SMBSIGN_SMB300: SMB 3.0
 * @SMBSIGN_SMB302: SMB 3.0.2
 * @SMBSIGN_SMB311: SMB 3.1.1
 */
enum smbsign_dialect {
	SMBSIGN_SMB202	= 0x0202,
	SMBSIGN_SMB210	= 0x0210,
	SMBSIGN_SMB300	= 0x0300,
	SMBSIGN_SMB302	= 0x0302,
	SMBSIGN_SMB311	= 0x0311,
};

/**
 * struct smbsign_preauth - preauthentication integrity hash chain
 * @hash: hash value over all messages so far, MS-SMB2 3.1.5.2
 *
 * One belongs to a connection (NEGOTIATE request and response).  Each session
 * or channel goes on with a plain copy of it: its SESSION_SETUP requests and
 * the responses with STATUS_MORE_PROCESSING_REQUIRED.  The final response with
 * STATUS_SUCCESS is not hashed.
 */
struct smbsign_preauth {
	u8 hash[SMBSIGN_PREAUTH_SIZE];
};

/**
 * smbsign_preauth_init() - begin a preauthentication integrity hash chain
 * @preauth: the chain; it then stands at 64 zero bytes
 *
 * Context: Any context.
 */
void smbsign_preauth_init(struct smbsign_preauth *preauth);

/**
 * smbsign_preauth_update() - add one message to the chain, MS-SMB2 3.1.5.2
 * @preauth: the chain; unchanged when an error is returned
 * @iov: the message from its SMB2 header on, without the NetBIOS length, in
 *	 @num pieces of any size
 * @num: number of elements of @iov
 *
 * Context: Any context.
 * Return:
 * * 0 - @preauth now covers the message
 * * -ENOPKG - this kernel has no SHA-512
 */
int smbsign_preauth_update(struct smbsign_preauth *preauth,
			   const struct kvec *iov, unsigned int num);

/**
 * smbsign_derive_signing_key() - signing key of a session or channel
 * @key: where the signing key goes, %SMBSIGN_KEY_SIZE bytes; zeroed when an
 *	 error is returned.  The caller wipes it with memzero_explicit().
 * @dialect: the negotiated dialect, an enum smbsign_dialect as on the wire
 * @session_key: the session key as GSS gave it; may be @key
 * @session_key_len: its length in bytes.  Only the first 16 bytes count, and a
 *		     shorter one is filled up with zeros (3.2.5.3.1), for
 *		     32-byte Kerberos keys and AES-256 ciphers as well.
 * @preauth: the chain of this session or channel after its last SESSION_SETUP
 *	     request.  Only SMB 3.1.1 uses it; %NULL for all others.
 *
 * MS-SMB2 3.1.4.2.  SMB 2.0.2 and 2.1 sign with the session key itself, SMB 3.x
 * derives with SP 800-108 in counter mode, and always L = 128: the text has
 * L = 256 under AES-256 ciphers, but Windows and Samba do not do that for
 * signing keys.
 *
 * Context: Any context.
 * Return:
 * * 0 - @key holds the signing key
 * * -EINVAL - unknown dialect, or SMB 3.1.1 without @preauth
 * * -ENOKEY - the session key is empty
 */
int smbsign_derive_signing_key(u8 key[SMBSIGN_KEY_SIZE], u16 dialect,
			       const u8 *session_key, size_t session_key_len,
			       const struct smbsign_preauth *preauth);

/* Keys */

/**
 * enum smbsign_role - which end of the connection signs with a key
 * @SMBSIGN_CLIENT: the client: it signs requests and verifies responses
 * @SMBSIGN_SERVER: the server: it signs responses and verifies requests
 */
enum smbsign_role {
	SMBSIGN_CLIENT,
	SMBSIGN_SERVER,
};

/**
 * smbsign_key_alloc() - prepare a signing key
 * @alg: the algorithm; it belongs to the key, not to the connection, because a
 *	 session keeps that of the connection on which it was established
 * @role: which end we are
 * @raw: the signing key
 * @len: its length in bytes: %SMBSIGN_KEY_SIZE; for %SMBSIGN_MD5 any
 *
 * All work that depends on the key alone is done here, once.
 *
 * Context: Process context. May sleep.
 * Return:
 * * the key with one reference, or an error pointer
 * * -EINVAL - unknown algorithm or role, or another length
 * * -ENOMEM
 * * -ENOPKG - the kernel lacks the algorithm (MD5 under fips=1), or no longer
 *   has the driver that the kernel engine found in it
 */
struct smbsign_key *smbsign_key_alloc(enum smbsign_alg alg,
				      enum smbsign_role role, const u8 *raw,
				      size_t len);

/**
 * smbsign_key_derive() - prepare the signing key of a session, MS-SMB2 3.1.4.2
 * @alg: the algorithm: HMAC-SHA256 for SMB 2.0.2 and 2.1, AES-CMAC for 3.0 and
 *	 3.0.2, for 3.1.1 the negotiated one
 * @role: which end we are
 * @dialect: the negotiated dialect, an enum smbsign_dialect
 * @session_key: as for smbsign_derive_signing_key()
 * @session_key_len: its length in bytes
 * @preauth: as for smbsign_derive_signing_key()
 *
 * A channel bound to the session (MS-SMB2 3.2.4.2.3, 3.3.5.5.2) gets a key of
 * its own by another call, with the session key and the chain of that channel;
 * the session's key stays as it is.
 *
 * Context: Process context. May sleep.
 * Return:
 * * the key with one reference, or an error pointer
 * * -EINVAL - as smbsign_derive_signing_key(), or @alg cannot go with @dialect,
 *   or unknown role
 * * -ENOKEY - the session key is empty
 * * -ENOMEM
 * * -ENOPKG - as smbsign_key_alloc()
 */
struct smbsign_key *
smbsign_key_derive(enum smbsign_alg alg, enum smbsign_role role, u16 dialect,
		   const u8 *session_key, size_t session_key_len,
		   const struct smbsign_preauth *preauth);

/**
 * smbsign_key_get() - take another reference
 * @key: a key of which the caller holds a reference
 *
 * Context: Any context.
 * Return: @key.
 */
struct smbsign_key *smbsign_key_get(struct smbsign_key *key);

/**
 * smbsign_key_put() - give a reference back
 * @key: a key, or %NULL.  With the last reference it is wiped.
 *
 * Context: Any context.
 */
void smbsign_key_put(struct smbsign_key *key);

/**
 * smbsign_key_alg() - the algorithm of a key
 * @key: the key
 *
 * Context: Any context.
 * Return: what smbsign_key_alloc() was told.
 */
enum smbsign_alg smbsign_key_alg(const struct smbsign_key *key);

/* Messages where they lie */

/**
 * enum smbsign_msg_type - what holds a message
 * @SMBSIGN_MSG_KVEC: an array of kvecs, perhaps followed by an iov_iter
 * @SMBSIGN_MSG_SG: a scatterlist
 * @SMBSIGN_MSG_SKB: an sk_buff with its frags and frag list
 */
enum smbsign_msg_type {
	SMBSIGN_MSG_KVEC,
	SMBSIGN_MSG_SG,
	SMBSIGN_MSG_SKB,
};

/**
 * struct smbsign_msg - a message, or a compound chain, where it lies
 * @type: what holds it
 * @iov: %SMBSIGN_MSG_KVEC: the kvecs
 * @num_iov: how many
 * @iter: goes on behind the kvecs, or %NULL.  It is not advanced.  Any kernel
 *	  flavour that this kernel has (kvec, bvec, folio queue, xarray);
 *	  user-backed, pipe and discard ones are refused.
 * @sg: %SMBSIGN_MSG_SG: the first element
 * @skb: %SMBSIGN_MSG_SKB: the buffer
 * @off: bytes to leave out at the start of the container, such as the NetBIOS
 *	 length
 * @len: bytes of the message
 * @sequence: with a key of %SMBSIGN_MD5 the sequence number of the message,
 *	      MS-CIFS 3.2.4.1.3; otherwise unused
 *
 * Filled in by hand or by smbsign_msg_kvec() and its like.  Nothing is copied
 * or linearised, pages are mapped one at a time, and only signing writes: the
 * bytes of the Signature field.
 */
struct smbsign_msg {
	enum smbsign_msg_type type;
	union {
		struct {
			const struct kvec *iov;
			unsigned int num_iov;
			const struct iov_iter *iter;
		};
		struct scatterlist *sg;
		struct sk_buff *skb;
	};
	size_t off;
	size_t len;
	u32 sequence;
};

/**
 * smbsign_msg_iter() - describe a message in kvecs and what follows them
 * @iov: the kvecs, such as the headers of a WRITE request
 * @num: how many; may be 0
 * @iter: the rest, such as its data
 * @off: bytes to leave out at the start
 * @len: bytes of the message
 *
 * Context: Any context.
 * Return: the description.
 */
static inline struct smbsign_msg
smbsign_msg_iter(const struct kvec *iov, unsigned int num,
		 const struct iov_iter *iter, size_t off, size_t len)
{
	struct smbsign_msg msg __uninitialized;

	/*
	 * Field by field: an initialiser, or the compiler's own, would be a "rep stos"
	 * first, which costs as much as to sign a small message.
	 */
	msg.type = SMBSIGN_MSG_KVEC;
	msg.iov = iov;
	msg.num_iov = num;
	msg.iter = iter;
	msg.off = off;
	msg.len = len;
	msg.sequence = 0;
	return msg;
}

/**
 * smbsign_msg_kvec() - describe a message in kvecs
 * @iov: the kvecs
 * @num: how many
 * @off: bytes to leave out at the start
 * @len: bytes of the message
 *
 * Context: Any context.
 * Return: the description.
 */
static inline struct smbsign_msg
smbsign_msg_kvec(const struct kvec *iov, unsigned int num, size_t off,
		 size_t len)
{
	return smbsign_msg_iter(iov, num, NULL, off, len);
}

/**
 * smbsign_msg_sg() - describe a message in a scatterlist
 * @sg: the first element
 * @off: bytes to leave out at the start
 * @len: bytes of the message
 *
 * Context: Any context.
 * Return: the description.
 */
static inline struct smbsign_msg
smbsign_msg_sg(struct scatterlist *sg, size_t off, size_t len)
{
	struct smbsign_msg msg __uninitialized;

	msg.type = SMBSIGN_MSG_SG;
	msg.sg = sg;
	msg.off = off;
	msg.len = len;
	msg.sequence = 0;
	return msg;
}

/**
 * smbsign_msg_skb() - describe a message in an sk_buff
 * @skb: the buffer.  To be signed, its data must be writable: not cloned, nor
 *	 shared frags.
 * @off: bytes to leave out at the start
 * @len: bytes of the message
 *
 * Context: Any context.
 * Return: the description.
 */
static inline struct smbsign_msg
smbsign_msg_skb(struct sk_buff *skb, size_t off, size_t len)
{
	struct smbsign_msg msg __uninitialized;

	msg.type = SMBSIGN_MSG_SKB;
	msg.skb = skb;
	msg.off = off;
	msg.len = len;
	msg.sequence = 0;
	return msg;
}

/**
 * smbsign_sign_msg() - sign one message, MS-SMB2 3.1.4.1
 * @key: the key
 * @msg: the message; SMB2_FLAGS_SIGNED is set already, for the MAC covers it
 *
 * All of @msg->len is one message, whatever its NextCommand says.
 *
 * Context: Any context.
 * Return:
 * * 0 - the Signature is written, and nothing else
 * * -EPROTO - no header of the key's protocol at @msg->off, or @msg->len is less
 *   than one
 * * -EMSGSIZE - the container holds less than @msg->len bytes
 * * -EINVAL - an iterator that this cannot read, or a request signed with a
 *   server's key or the reverse
 * * -EACCES - AES-GMAC only: signing would use a nonce again: MessageId 0 or
 *   2^64-1, an interim response (STATUS_PENDING), a CANCEL response, or another
 *   message of the same MessageId was signed lately.  @msg is as it was.
 */
int smbsign_sign_msg(struct smbsign_key *key, const struct smbsign_msg *msg);

/**
 * smbsign_verify_msg() - verify the signature of one message, MS-SMB2 3.1.5.1
 * @key: the key
 * @msg: the message; not written to
 *
 * What must be signed at all is for smbsign_accept() to say.
 *
 * Context: Any context.
 * Return:
 * * 0 - the peer that shares the key has signed just this message
 * * -EBADMSG - the signature does not match
 * * -EPROTO, -EMSGSIZE, -EINVAL - as smbsign_sign_msg()
 * * -EACCES - one of our own messages has come back to us
 */
int __must_check smbsign_verify_msg(struct smbsign_key *key,
				    const struct smbsign_msg *msg);

/**
 * smbsign_msg_next() - take the first message off a compound chain
 * @rest: the chain, from which it is taken: @rest->len is 0 behind the last
 *	  message.  Unchanged when an error is returned.
 * @msg: that message, with the padding up to the next one
 *
 * Whoever has to judge the messages of a chain one by one goes on while there
 * is a rest.  A single message, of SMB1 as well, is a chain of one; a chain of
 * none is an error.  NextCommand, MS-SMB2 2.2.1.2 and 3.2.5.1.9, is not trusted.
 *
 * Context: Any context.
 * Return:
 * * 0 - @msg describes the message
 * * -EPROTO - no SMB header, or NextCommand is odd or points into the header
 * * -EMSGSIZE - NextCommand leaves no room for another header; or the container
 *   holds less than its header
 * * -EINVAL - an iterator that cannot be read here
 */
int __must_check smbsign_msg_next(struct smbsign_msg *rest,
				  struct smbsign_msg *msg);

/**
 * smbsign_sign_chain() - sign each message of a compound chain
 * @key: the key
 * @msg: the chain; a single message is a chain of one
 *
 * Each message is signed up to the next one, padding included, MS-SMB2 3.1.4.1.
 *
 * Context: Any context.
 * Return: 0, or the first error of smbsign_sign_msg(), where -EPROTO and
 * -EMSGSIZE may also be said of NextCommand, as by smbsign_msg_next(); messages
 * before the one that failed are then signed.
 */
int smbsign_sign_chain(struct smbsign_key *key, const struct smbsign_msg *msg);

/**
 * smbsign_verify_chain() - verify each message of a compound chain
 * @key: the key
 * @msg: the chain; not written to
 * @failed_ret: the index of the message that failed, from 0; or %NULL.  Untouched
 *		if none does.
 *
 * MS-SMB2 3.1.5.1 and 3.2.5.1.9.  Messages behind the one that failed are not
 * looked at.
 *
 * Context: Any context.
 * Return: 0, or the first error of smbsign_verify_msg(), where -EPROTO and
 * -EMSGSIZE may also be said of NextCommand, as by smbsign_msg_next().
 */
int __must_check smbsign_verify_chain(struct smbsign_key *key,
				      const struct smbsign_msg *msg,
				      unsigned int *failed_ret);

/**
 * smbsign_sign_kvec() - sign one message that lies in kvecs
 * @key: the key
 * @iov: the whole message
 * @num: number of kvecs
 * @len: bytes of the message
 *
 * Context: Any context.
 * Return: as smbsign_sign_msg().
 */
static inline int smbsign_sign_kvec(struct smbsign_key *key,
				    const struct kvec *iov, unsigned int num,
				    size_t len)
{
	struct smbsign_msg msg = smbsign_msg_kvec(iov, num, 0, len);

	return smbsign_sign_msg(key, &msg);
}

/**
 * smbsign_verify_kvec() - verify one message that lies in kvecs
 * @key: the key
 * @iov: the whole message
 * @num: number of kvecs
 * @len: bytes of the message
 *
 * Context: Any context.
 * Return: as smbsign_verify_msg().
 */
static inline int __must_check
smbsign_verify_kvec(struct smbsign_key *key, const struct kvec *iov,
		    unsigned int num, size_t len)
{
	struct smbsign_msg msg = smbsign_msg_kvec(iov, num, 0, len);

	return smbsign_verify_msg(key, &msg);
}

/**
 * smbsign_sign_iter() - sign one message in kvecs and an iterator behind them
 * @key: the key
 * @iov: the start of the message
 * @num: number of kvecs
 * @iter: the rest; not advanced
 * @len: bytes of the message
 *
 * Context: Any context.
 * Return: as smbsign_sign_msg().
 */
static inline int smbsign_sign_iter(struct smbsign_key *key,
				    const struct kvec *iov, unsigned int num,
				    const struct iov_iter *iter, size_t len)
{
	struct smbsign_msg msg = smbsign_msg_iter(iov, num, iter, 0, len);

	return smbsign_sign_msg(key, &msg);
}

/**
 * smbsign_verify_iter() - verify one message in kvecs and an iterator
 * @key: the key
 * @iov: the start of the message
 * @num: number of kvecs
 * @iter: the rest; not advanced
 * @len: bytes of the message
 *
 * Context: Any context.
 * Return: as smbsign_verify_msg().
 */
static inline int __must_check
smbsign_verify_iter(struct smbsign_key *key, const struct kvec *iov,
		    unsigned int num, const struct iov_iter *iter, size_t len)
{
	struct smbsign_msg msg = smbsign_msg_iter(iov, num, iter, 0, len);

	return smbsign_verify_msg(key, &msg);
}

/**
 * smbsign_sign_sg() - sign one message that lies in a scatterlist
 * @key: the key
 * @sg: the scatterlist
 * @off: where the message begins in it
 * @len: bytes of the message
 *
 * Context: Any context.
 * Return: as smbsign_sign_msg().
 */
static inline int smbsign_sign_sg(struct smbsign_key *key,
				  struct scatterlist *sg, size_t off,
				  size_t len)
{
	struct smbsign_msg msg = smbsign_msg_sg(sg, off, len);

	return smbsign_sign_msg(key, &msg);
}

/**
 * smbsign_verify_sg() - verify one message that lies in a scatterlist
 * @key: the key
 * @sg: the scatterlist
 * @off: where the message begins in it
 * @len: bytes of the message
 *
 * Context: Any context.
 * Return: as smbsign_verify_msg().
 */
static inline int __must_check
smbsign_verify_sg(struct smbsign_key *key, struct scatterlist *sg, size_t off,
		  size_t len)
{
	struct smbsign_msg msg = smbsign_msg_sg(sg, off, len);

	return smbsign_verify_msg(key, &msg);
}

/**
 * smbsign_sign_skb() - sign one message that lies in an sk_buff
 * @key: the key
 * @skb: the buffer, writable; see smbsign_msg_skb()
 * @off: where the message begins in it
 * @len: bytes of the message
 *
 * Context: Any context.
 * Return: as smbsign_sign_msg().
 */
static inline int smbsign_sign_skb(struct smbsign_key *key,
				   struct sk_buff *skb, size_t off, size_t len)
{
	struct smbsign_msg msg = smbsign_msg_skb(skb, off, len);

	return smbsign_sign_msg(key, &msg);
}

/**
 * smbsign_verify_skb() - verify one message that lies in an sk_buff
 * @key: the key
 * @skb: the buffer
 * @off: where the message begins in it
 * @len: bytes of the message
 *
 * Context: Any context.
 * Return: as smbsign_verify_msg().
 */
static inline int __must_check
smbsign_verify_skb(struct smbsign_key *key, struct sk_buff *skb, size_t off,
		   size_t len)
{
	struct smbsign_msg msg = smbsign_msg_skb(skb, off, len);

	return smbsign_verify_msg(key, &msg);
}

/* Many messages at once */

/**
 * enum smbsign_op - what to do with a message
 * @SMBSIGN_SIGN: smbsign_sign_msg()
 * @SMBSIGN_VERIFY: smbsign_verify_msg()
 */
enum smbsign_op {
	SMBSIGN_SIGN,
	SMBSIGN_VERIFY,
};

/**
 * struct smbsign_req - one message of a batch or a queue
 * @key: the key; the caller keeps its reference until the request is done
 * @op: what to do
 * @msg: the message; neither it nor what it describes changes until then
 * @result: what smbsign_sign_msg() or smbsign_verify_msg() returned
 * @complete: queue only: called exactly once, when @result is there, in process
 *	      context; the request is the caller's again by then
 * @priv: the caller's
 * @node: smbsign's
 */
struct smbsign_req {
	struct smbsign_key *key;
	enum smbsign_op op;
	struct smbsign_msg msg;
	int result;
	void (*complete)(struct smbsign_req *req);
	void *priv;
	struct list_head node;
};

/**
 * smbsign_batch() - sign and verify many messages in one call
 * @reqs: the requests, with keys and algorithms as they come
 * @num: how many
 *
 * Each gets its own result; one that fails does not stop the others.  They are
 * done in any order, and some side by side: no two may be about the same memory
 * unless both verify.
 *
 * Context: Any context.
 */
void smbsign_batch(struct smbsign_req *const *reqs, unsigned int num);

/**
 * smbsign_queue_alloc() - make a queue
 * @max_len: how many requests it holds at most, at least 1
 *
 * Context: Process context. May sleep.
 * Return:
 * * the queue, or an error pointer
 * * -EINVAL - @max_len is 0
 * * -ENOMEM
 */
struct smbsign_queue *smbsign_queue_alloc(unsigned int max_len);

/**
 * smbsign_queue_submit() - have a message signed or verified later
 * @queue: the queue
 * @req: the request, with its complete() set
 *
 * Context: Any context.
 * Return:
 * * -EINPROGRESS - accepted; complete() will be called, perhaps before this
 *   returns
 * * -ENOSPC - the queue is full: call smbsign_sign_msg() or
 *   smbsign_verify_msg() instead
 * * -ESHUTDOWN - smbsign_queue_free() has begun
 * * -EINVAL - no key or no complete()
 */
int smbsign_queue_submit(struct smbsign_queue *queue, struct smbsign_req *req);

/**
 * smbsign_queue_free() - take no more requests, finish those there are, free
 * @queue: the queue, or %NULL
 *
 * No complete() runs any more when this returns.
 *
 * Context: Process context, but not from a complete(). May sleep.
 */
void smbsign_queue_free(struct smbsign_queue *queue);

/* When to sign, what to accept */

/*
 * NTSTATUS values of MS-ERREF 2.3.1 that matter to signing
 */
#define SMBSIGN_STATUS_SUCCESS			0x00000000
#define SMBSIGN_STATUS_PENDING			0x00000103
#define SMBSIGN_STATUS_INVALID_PARAMETER	0xc000000d
#define SMBSIGN_STATUS_MORE_PROCESSING_REQUIRED	0xc0000016
#define SMBSIGN_STATUS_ACCESS_DENIED		0xc0000022
#define SMBSIGN_STATUS_NOT_SUPPORTED		0xc00000bb
#define SMBSIGN_STATUS_INTERNAL_ERROR		0xc00000e5
#define SMBSIGN_STATUS_USER_SESSION_DELETED	0xc0000203
#define SMBSIGN_STATUS_REQUEST_OUT_OF_SEQUENCE	0xc000042a
#define SMBSIGN_STATUS_INVALID_SIGNATURE	0xc000a000

/**
 * struct smbsign_session - what signing has to know of a session
 * @role: which end we are
 * @dialect: the negotiated dialect, an enum smbsign_dialect
 * @established: authentication has succeeded once: there is a key
 * @signing_required: Session.SigningRequired
 * @is_guest: Session.IsGuest
 * @is_anonymous: Session.IsAnonymous
 */
struct smbsign_session {
	enum smbsign_role role;
	u16 dialect;
	bool established;
	bool signing_required;
	bool is_guest;
	bool is_anonymous;
};

/*
 * What the header of a message does not tell
 */
/* it goes or came inside an SMB2 TRANSFORM_HEADER */
#define SMBSIGN_HINT_ENCRYPTED		0x01
/* SESSION_SETUP that binds a channel: SMB2_SESSION_FLAG_BINDING */
#define SMBSIGN_HINT_BINDING		0x02
/* IOCTL with FSCTL_VALIDATE_NEGOTIATE_INFO */
#define SMBSIGN_HINT_VALIDATE_NEGOTIATE	0x04
/* a response, and its request was signed */
#define SMBSIGN_HINT_REQUEST_SIGNED	0x08

/**
 * smbsign_must_sign() - must this outgoing message be signed?
 * @session: its session, or %NULL if it has none
 * @hdr: its header, 64 bytes; SMB2_FLAGS_SIGNED does not matter yet
 * @hints: SMBSIGN_HINT_*
 *
 * MS-SMB2 3.2.4.1.1 for the client, 3.3.4.1.1 for the server.  The answer to a
 * request that was signed is signed, also the error that refuses it because its
 * signature was wrong.
 *
 * Context: Any context.
 * Return: true if so: set SMB2_FLAGS_SIGNED, then call smbsign_sign_msg().
 * False also for what must never be signed.
 */
bool smbsign_must_sign(const struct smbsign_session *session, const u8 *hdr,
		       unsigned int hints);

/**
 * enum smbsign_verdict - what becomes of an incoming message
 * @SMBSIGN_VERIFIED: it is signed, and rightly so
 * @SMBSIGN_UNSIGNED: it is not signed, and need not be
 * @SMBSIGN_REFUSED: it must not be used
 * @SMBSIGN_DISCONNECT: it must not be used, and the connection ends
 */
enum smbsign_verdict {
	SMBSIGN_VERIFIED,
	SMBSIGN_UNSIGNED,
	SMBSIGN_REFUSED,
	SMBSIGN_DISCONNECT,
};

/**
 * smbsign_accept() - may this incoming message be used?
 * @session: its session, or %NULL if no such session is known
 * @key: the key that smbsign_which_key() names, or %NULL if there is none
 * @msg: the message; those of a chain one by one, see smbsign_msg_next()
 * @hints: SMBSIGN_HINT_*
 * @status_ret: NTSTATUS of the verdict: what a server answers, what a client
 *		returns to its caller
 *
 * MS-SMB2 3.2.5.1.3 for the client, 3.3.5.2.4 for the server.  Verifies the
 * signature if that is what it depends on, and counts, traces and logs what is
 * refused.
 *
 * Where the caller's mistake keeps it from reading or verifying the message -
 * the container holds less than @msg->len bytes, an iterator that cannot be read
 * here, a key of SMB1 or of another role than @session - it is refused with
 * %SMBSIGN_STATUS_INTERNAL_ERROR: nothing is known of its signature, and it does
 * not count as a bad one.
 *
 * The header is read once, so that what is verified is what was decided on, even
 * if a peer writes into the memory meanwhile.  What the caller reads there
 * afterwards is then its own risk: only a copy stays as it was verified.
 *
 * Context: Any context.
 * Return: the verdict.
 */
enum smbsign_verdict __must_check
smbsign_accept(const struct smbsign_session *session, struct smbsign_key *key,
	       const struct smbsign_msg *msg, unsigned int hints,
	       u32 *status_ret);

/**
 * enum smbsign_which_key - the keys of a session
 * @SMBSIGN_SESSION_KEY: Session.SigningKey, of the channel that established it
 * @SMBSIGN_CHANNEL_KEY: Channel.SigningKey, of this connection
 */
enum smbsign_which_key {
	SMBSIGN_SESSION_KEY,
	SMBSIGN_CHANNEL_KEY,
};

/**
 * smbsign_which_key() - which key signs a message, MS-SMB2 3.1.4.1, 3.2.5.1.3
 * @hdr: the header of the message, 64 bytes
 *
 * Context: Any context.
 * Return: %SMBSIGN_SESSION_KEY for a SESSION_SETUP request, and for its
 * response unless that is STATUS_SUCCESS; otherwise %SMBSIGN_CHANNEL_KEY.
 */
enum smbsign_which_key smbsign_which_key(const u8 *hdr);

/**
 * smbsign_binding_status() - may a connection be bound to a session?
 * @session: the session, on a server
 * @key: its signing key
 * @dialect: the dialect of the new connection
 * @alg: the signing algorithm of the new connection
 *
 * MS-SMB2 3.3.5.5, and what Windows does when one of the algorithms is AES-GMAC
 * and the other is not.
 *
 * Context: Any context.
 * Return: %SMBSIGN_STATUS_SUCCESS, or the NTSTATUS to refuse it with.
 */
u32 smbsign_binding_status(const struct smbsign_session *session,
			   const struct smbsign_key *key, u16 dialect,
			   enum smbsign_alg alg);

/* Negotiation of the algorithm */

/* ContextType of SMB2_SIGNING_CAPABILITIES, MS-SMB2 2.2.3.1 */
#define SMBSIGN_CAPS_CONTEXT_TYPE	0x0008

/* Most algorithms that a negotiate context of ours names */
#define SMBSIGN_MAX_ALGS		3

/* Most bytes of a negotiate context of ours, its header included, unpadded */
#define SMBSIGN_CAPS_MAX_SIZE		(8 + 2 + 2 * SMBSIGN_MAX_ALGS)

/**
 * struct smbsign_alg_list - algorithms, most preferred first
 * @alg: the algorithms
 * @num: how many
 */
struct smbsign_alg_list {
	enum smbsign_alg alg[SMBSIGN_MAX_ALGS];
	unsigned int num;
};

/**
 * smbsign_caps_build() - write an SMB2_SIGNING_CAPABILITIES negotiate context
 * @buf: where it goes, at a multiple of 8 bytes from the first context
 * @size: room there, in bytes
 * @algs: what to offer (client), or the one chosen (server)
 *
 * MS-SMB2 2.2.3.1.7 and 2.2.4.1.7.  DataLength is that of the data alone, as
 * Windows and Samba have it.  The caller pads to 8 bytes if more follows.
 *
 * Context: Any context.
 * Return:
 * * bytes written
 * * -EINVAL - no algorithm, or one that SMB 3.1.1 does not have
 * * -ENOSPC - it does not fit
 */
int smbsign_caps_build(u8 *buf, size_t size,
		       const struct smbsign_alg_list *algs);

/**
 * smbsign_caps_choose() - a server's choice from what a client offers
 * @data: the Data of the client's context, behind its 8-byte header
 * @len: DataLength, in bytes
 * @ours: what we can, in the order in which we prefer it
 * @alg_ret: the algorithm of the connection
 *
 * MS-SMB2 3.3.5.4.  Ids that are not known do not matter.  If no algorithm is
 * common, it is AES-CMAC.  A response context is to be sent in each case.
 *
 * Context: Any context.
 * Return: 0, or -EPROTO for STATUS_INVALID_PARAMETER: too short for its count,
 * or none offered.
 */
int smbsign_caps_choose(const u8 *data, size_t len,
			const struct smbsign_alg_list *ours,
			enum smbsign_alg *alg_ret);

/**
 * smbsign_caps_accept() - a client's check of what the server chose
 * @data: the Data of the server's context, behind its 8-byte header
 * @len: DataLength, in bytes
 * @offered: what we offered
 * @alg_ret: the algorithm of the connection
 *
 * MS-SMB2 3.2.5.2.  Without a context in the response it is AES-CMAC.
 *
 * Context: Any context.
 * Return: 0, or -EPROTO: too short, not just one, or one that was not offered.
 */
int smbsign_caps_accept(const u8 *data, size_t len,
			const struct smbsign_alg_list *offered,
			enum smbsign_alg *alg_ret);

/**
 * smbsign_caps_find() - find the context among those of a NEGOTIATE message
 * @contexts: the NegotiateContextList
 * @len: bytes from there to the end of the message
 * @num: NegotiateContextCount
 * @data_ret: the Data of the SMB2_SIGNING_CAPABILITIES context
 * @len_ret: its DataLength in bytes
 *
 * MS-SMB2 2.2.3.1, 2.2.4.1.  What the two point to counts only if 0 is returned.
 *
 * Context: Any context.
 * Return:
 * * 0
 * * -ENOENT - there is none
 * * -EPROTO - a context reaches behind the end, or there is more than one
 *   SMB2_SIGNING_CAPABILITIES (3.2.5.2, 3.3.5.4)
 */
int smbsign_caps_find(const u8 *contexts, size_t len, unsigned int num,
		      const u8 **data_ret, size_t *len_ret);

/* Statistics */

/**
 * struct smbsign_stats - what has happened since the module was loaded
 * @signed_msgs: messages signed
 * @verified: messages with a signature that matched
 * @bad_signature: messages with one that did not
 * @refused: messages that smbsign_accept() refused, for whatever reason
 * @accepted_unsigned: messages that it let through unsigned
 * @nonce_refused: messages that the nonce guard did not let be signed
 * @queue_full: requests that a full queue turned away
 * @signed_bytes: bytes of the messages signed
 * @verified_bytes: bytes of the messages whose signature was checked
 */
struct smbsign_stats {
	u64 signed_msgs;
	u64 verified;
	u64 bad_signature;
	u64 refused;
	u64 accepted_unsigned;
	u64 nonce_refused;
	u64 queue_full;
	u64 signed_bytes;
	u64 verified_bytes;
};

/**
 * smbsign_stats_read() - sum of the counters of all CPUs
 * @stats: where it goes
 *
 * Context: Any context.
 */
void smbsign_stats_read(struct smbsign_stats *stats);

/* Policy */

/**
 * struct smbsign_client_policy - what LanmanWorkstation has in Windows
 * @require_security_signature: RequireSecuritySignature
 * @enable_security_signature: EnableSecuritySignature: SMB1 only
 * @allow_insecure_guest: AllowInsecureGuestAuth
 * @audit_server_does_not_support_signing: AuditServerDoesNotSupportSigning
 * @audit_insecure_guest_logon: AuditInsecureGuestLogon
 * @signing_algorithms: what to offer for SMB 3.1.1
 */
struct smbsign_client_policy {
	bool require_security_signature;
	bool enable_security_signature;
	bool allow_insecure_guest;
	bool audit_server_does_not_support_signing;
	bool audit_insecure_guest_logon;
	struct smbsign_alg_list signing_algorithms;
};

/**
 * struct smbsign_server_policy - what LanmanServer has in Windows
 * @require_security_signature: RequireSecuritySignature
 * @enable_security_signature: EnableSecuritySignature: SMB1 only
 * @audit_client_does_not_support_signing: AuditClientDoesNotSupportSigning
 * @signing_algorithms: what to choose from for SMB 3.1.1
 */
struct smbsign_server_policy {
	bool require_security_signature;
	bool enable_security_signature;
	bool audit_client_does_not_support_signing;
	struct smbsign_alg_list signing_algorithms;
};

/**
 * struct smbsign_policy - the policy of this machine
 * @client: of its SMB clients
 * @server: of its SMB servers
 *
 * What /sys/kernel/smbsign/{client,server}/ show.
 */
struct smbsign_policy {
	struct smbsign_client_policy client;
	struct smbsign_server_policy server;
};

/**
 * smbsign_policy_get() - the policy in force
 * @policy: where a copy of it goes; all of it from one moment
 *
 * Ask again for each connection: changes take effect at once.
 *
 * Context: Any context.
 */
void smbsign_policy_get(struct smbsign_policy *policy);

/* Bits of SecurityMode in NEGOTIATE and SESSION_SETUP, MS-SMB2 2.2.3, 2.2.4 */
#define SMBSIGN_NEGOTIATE_SIGNING_ENABLED	0x0001
#define SMBSIGN_NEGOTIATE_SIGNING_REQUIRED	0x0002

/**
 * smbsign_security_mode() - the SecurityMode to send
 * @policy: the policy
 * @role: which end we are
 *
 * MS-SMB2 3.2.4.2.2.2 and 3.3.5.4: enabled always, for SMB2 cannot do without.
 *
 * Context: Any context.
 * Return: the bits.
 */
u16 smbsign_security_mode(const struct smbsign_policy *policy,
			  enum smbsign_role role);

/**
 * struct smbsign_auth - how a session came about
 * @dialect: the negotiated dialect
 * @peer_security_mode: SecurityMode of the other end: the server's NEGOTIATE
 *			response to a client, the client's NEGOTIATE request to
 *			a server
 * @setup_security_mode: server only: SecurityMode of the SESSION_SETUP request
 * @is_guest: the session is a guest's, in the eyes of either end
 * @is_anonymous: the session is anonymous: for a client by the credentials that
 *		  it used, not by what the server says, or anybody on the way
 *		  could switch signing off
 * @reject_guest: client only: guests are rejected for other reasons as well
 *		  (RejectGuestAccess)
 * @encrypt: the session is encrypted (SMB2_SESSION_FLAG_ENCRYPT_DATA)
 */
struct smbsign_auth {
	u16 dialect;
	u16 peer_security_mode;
	u16 setup_security_mode;
	bool is_guest;
	bool is_anonymous;
	bool reject_guest;
	bool encrypt;
};

/**
 * smbsign_session_init() - what signing the new session has
 * @session: filled in
 * @policy: the policy
 * @role: which end we are
 * @auth: how the session came about
 *
 * Session.SigningRequired in the order of MS-SMB2 3.2.5.3.1 (client) and
 * 3.3.5.5.3 (server).  EnableSecuritySignature does not matter.
 *
 * Context: Any context.
 * Return: 0, or -EACCES for a client that has to give up: a guest session,
 * which cannot sign, where signing is required and insecure guests are not
 * allowed.
 */
int smbsign_session_init(struct smbsign_session *session,
			 const struct smbsign_policy *policy,
			 enum smbsign_role role,
			 const struct smbsign_auth *auth);

/**
 * enum smbsign_smb1_state - what an end of an SMB1 connection wants
 * @SMBSIGN_SMB1_DISABLED: cannot sign; nobody should use it any more
 * @SMBSIGN_SMB1_DECLINED: signs if the other end requires it
 * @SMBSIGN_SMB1_ENABLED: signs if the other end is enabled too
 * @SMBSIGN_SMB1_REQUIRED: signs, or does not talk
 * @SMBSIGN_NUM_SMB1_STATES: how many there are
 *
 * MS-SMB 3.1.1.1.
 */
enum smbsign_smb1_state {
	SMBSIGN_SMB1_DISABLED,
	SMBSIGN_SMB1_DECLINED,
	SMBSIGN_SMB1_ENABLED,
	SMBSIGN_SMB1_REQUIRED,
	SMBSIGN_NUM_SMB1_STATES,
};

/**
 * enum smbsign_outcome - what comes of two ends
 * @SMBSIGN_OUTCOME_UNSIGNED: they do not sign
 * @SMBSIGN_OUTCOME_SIGNED: they sign
 * @SMBSIGN_OUTCOME_BLOCKED: they do not talk
 */
enum smbsign_outcome {
	SMBSIGN_OUTCOME_UNSIGNED,
	SMBSIGN_OUTCOME_SIGNED,
	SMBSIGN_OUTCOME_BLOCKED,
};

/**
 * smbsign_smb1_state() - the state that the policy means
 * @policy: the policy
 * @role: which end we are
 *
 * Context: Any context.
 * Return: required, enabled or declined; never disabled.
 */
enum smbsign_smb1_state smbsign_smb1_state(const struct smbsign_policy *policy,
					   enum smbsign_role role);

/**
 * smbsign_smb1_outcome() - what comes of an SMB1 connection, MS-SMB 3.2.4.2.4
 * @client: what the client wants
 * @server: what the server wants
 *
 * Context: Any context.
 * Return: the outcome.
 */
enum smbsign_outcome smbsign_smb1_outcome(enum smbsign_smb1_state client,
					  enum smbsign_smb1_state server);

/**
 * smbsign_smb2_outcome() - what comes of an SMB2 or SMB 3.x session of a user
 * @client_requires: RequireSecuritySignature of the client
 * @server_requires: RequireSecuritySignature of the server
 *
 * Context: Any context.
 * Return: signed if either requires it, else unsigned.
 */
enum smbsign_outcome smbsign_smb2_outcome(bool client_requires,
					  bool server_requires);

/**
 * smbsign_audit_peer() - note an end that does not support signing
 * @policy: the policy
 * @role: which end we are
 * @peer_security_mode: SecurityMode of the other end
 * @name: of the other end, such as its address
 *
 * If the policy asks for it, an end without either bit of SecurityMode gets a
 * tracepoint and a rate-limited line in the log.  It is not refused.
 *
 * Context: Any context.
 */
void smbsign_audit_peer(const struct smbsign_policy *policy,
			enum smbsign_role role, u16 peer_security_mode,
			const char *name);

/**
 * smbsign_audit_guest() - note an insecure guest logon
 * @policy: the policy
 * @name: of the server
 *
 * For a client, when the server has made its session a guest's.
 *
 * Context: Any context.
 */
void smbsign_audit_guest(const struct smbsign_policy *policy,
			 const char *name);

#endif /* _LINUX_SMBSIGN_H */
