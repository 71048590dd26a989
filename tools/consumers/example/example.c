// SPDX-License-Identifier: GPL-2.0-only
/*
 * An example of a consumer of smbsign: an SMB 3.1.1 server that does nothing
 * but sign.
 *
 * It listens on 127.0.0.1 and answers each SMB2 request with a header and next
 * to no body.  There is neither NEGOTIATE nor SESSION_SETUP: both ends know the
 * signing key from the start, and there is one session.  It shows that
 *
 *  - a key is prepared once, and serves many connections at a time;
 *  - requests are verified in softirq, where they lie in TCP's buffers: nothing
 *    is copied, nothing put together, nothing written to;
 *  - a verdict becomes an answer, and the answer is signed in the same softirq,
 *    also the error that refuses a request because its signature is wrong.
 *
 * Read it from the end.  How messages come off the stream is stream.c's, and is
 * the same in any TCP server inside the kernel.
 */
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/preempt.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/smbsign.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "stream.h"

/* The one session that there is */
#define SESSION_ID	0x6578616d706c6531ULL

/* MS-SMB2 2.2.1.2 */
struct smb2_hdr {
	__le32 protocol_id;
	__le16 structure_size;
	__le16 credit_charge;
	__le32 status;
	__le16 command;
	__le16 credits;
	__le32 flags;
	__le32 next_command;
	__le64 message_id;
	__le32 reserved;
	__le32 tree_id;
	__le64 session_id;
	u8 signature[SMBSIGN_SIG_SIZE];
};

static_assert(sizeof(struct smb2_hdr) == 64);

#define SMB2_CANCEL			cpu_to_le16(12)
#define SMB2_FLAGS_SERVER_TO_REDIR	cpu_to_le32(0x1)
#define SMB2_FLAGS_SIGNED		cpu_to_le32(0x8)

/* Bodies: of an ECHO response, 2.2.29, and of an error, 2.2.2 */
#define ECHO_BODY_SIZE	4
#define ERROR_BODY_SIZE	9

struct reply {
	struct stream_msg msg;
	struct smb2_hdr hdr;
	u8 body[ERROR_BODY_SIZE];
};

static struct smbsign_session known_session;
static struct smbsign_key *known_key;

/* How many requests were verified in which context */
static atomic_t num_softirq, num_process;

static struct reply *reply_alloc(const struct smb2_hdr *request, u32 status)
{
	struct reply *reply = kzalloc(sizeof(*reply), GFP_ATOMIC);
	size_t body_len = status ? ERROR_BODY_SIZE : ECHO_BODY_SIZE;

	if (!reply)
		return NULL;
	reply->hdr = *request;
	reply->hdr.status = cpu_to_le32(status);
	reply->hdr.flags = SMB2_FLAGS_SERVER_TO_REDIR;
	reply->hdr.next_command = 0;
	memset(reply->hdr.signature, 0, sizeof(reply->hdr.signature));
	reply->body[0] = body_len;

	reply->msg.iov[0].iov_base = &reply->hdr;
	reply->msg.iov[0].iov_len = sizeof(reply->hdr);
	reply->msg.iov[1].iov_base = reply->body;
	reply->msg.iov[1].iov_len = body_len;
	reply->msg.num_iov = 2;
	reply->msg.len = sizeof(reply->hdr) + body_len;
	return reply;
}

/*
 * Policy decides whether, the key how.  The flag comes first, for it is under
 * the signature as well.
 */
static int reply_sign(struct reply *reply,
		      const struct smbsign_session *session,
		      const struct smb2_hdr *request)
{
	unsigned int hints = 0;

	if (request->flags & SMB2_FLAGS_SIGNED)
		hints |= SMBSIGN_HINT_REQUEST_SIGNED;
	if (!smbsign_must_sign(session, (const u8 *)&reply->hdr, hints))
		return 0;
	reply->hdr.flags |= SMB2_FLAGS_SIGNED;
	/*
	 * -EACCES: an AES-GMAC nonce would be used again, for the client has
	 * used a MessageId again.  A server disconnects it, 3.3.5.2.3.
	 */
	return smbsign_sign_kvec(known_key, reply->msg.iov,
				 reply->msg.num_iov, reply->msg.len);
}

static int answer(struct stream_conn *conn,
		  const struct smbsign_session *session,
		  const struct smb2_hdr *request, u32 status)
{
	struct reply *reply = reply_alloc(request, status);
	int err;

	if (!reply)
		return -ENOMEM;
	err = reply_sign(reply, session, request) ?:
	      stream_send(conn, &reply->msg);
	if (err)
		kfree(reply);
	return err;
}

/* One request: may it be used, and what does its sender hear? */
static int receive_request(struct stream_conn *conn,
			   const struct smbsign_msg *msg,
			   const struct smb2_hdr *request)
{
	struct smbsign_session *session = NULL;
	struct smbsign_key *key = NULL;
	enum smbsign_verdict verdict;
	u32 status;

	if (le64_to_cpu(request->session_id) == SESSION_ID) {
		session = &known_session;
		key = known_key;
	}
	verdict = smbsign_accept(session, key, msg, /* hints= */ 0, &status);
	atomic_inc(in_serving_softirq() ? &num_softirq : &num_process);

	if (verdict == SMBSIGN_DISCONNECT)
		return -EPROTO;
	if (request->command == SMB2_CANCEL)
		return 0;	/* has no response, 3.3.5.16 */
	if (verdict != SMBSIGN_REFUSED && !session)
		status = SMBSIGN_STATUS_USER_SESSION_DELETED;
	/* Here a real server does what is asked, unless status is an error. */
	return answer(conn, session, request, status);
}

/*
 * A message of the transport holds one request, or a chain of them.  Each has a
 * signature of its own, and a verdict of its own.
 */
static int receive_message(struct stream_conn *conn, struct sk_buff *skb,
			   size_t off, size_t len)
{
	struct smbsign_msg rest = smbsign_msg_skb(skb, off, len), msg;
	struct smb2_hdr hdr;
	int err;

	do {
		err = smbsign_msg_next(&rest, &msg);
		/* It may be of SMB1, whose header is shorter. */
		if (!err && msg.len < sizeof(hdr))
			err = -EPROTO;
		if (!err)
			err = skb_copy_bits(skb, msg.off, &hdr, sizeof(hdr));
		if (!err)
			err = receive_request(conn, &msg, &hdr);
	} while (!err && rest.len);
	return err;
}

/* Parameters.  The key is a secret: not to be read, and wiped after use. */

static char *key;
module_param(key, charp, 0);
MODULE_PARM_DESC(key, "signing key, 32 hexadecimal digits");

static char *algorithm = "aes-gmac";
module_param(algorithm, charp, 0444);
MODULE_PARM_DESC(algorithm, "aes-gmac (default), aes-cmac, hmac-sha256");

static ushort port = 4450;
module_param(port, ushort, 0444);
MODULE_PARM_DESC(port, "TCP port on 127.0.0.1 (default 4450)");

static int counter_set(const char *val, const struct kernel_param *kp)
{
	return -EPERM;
}

static int counter_get(char *buf, const struct kernel_param *kp)
{
	return sysfs_emit(buf, "%d\n", atomic_read(kp->arg));
}

static const struct kernel_param_ops counter_ops = {
	.set = counter_set,
	.get = counter_get,
};

module_param_cb(verified_in_softirq, &counter_ops, &num_softirq, 0444);
module_param_cb(verified_in_process, &counter_ops, &num_process, 0444);

static const char *const algorithm_names[] = {
	[SMBSIGN_HMAC_SHA256]	= "hmac-sha256",
	[SMBSIGN_AES_CMAC]	= "aes-cmac",
	[SMBSIGN_AES_GMAC]	= "aes-gmac",
};

static struct smbsign_key *key_from_parameters(void)
{
	int alg = match_string(algorithm_names, ARRAY_SIZE(algorithm_names),
			       algorithm);
	u8 raw[SMBSIGN_KEY_SIZE];
	struct smbsign_key *new;

	if (alg < 0 || !key || strlen(key) != 2 * sizeof(raw) ||
	    hex2bin(raw, key, sizeof(raw)))
		return ERR_PTR(-EINVAL);
	memzero_explicit(key, strlen(key));
	/* After an authentication it would be smbsign_key_derive(). */
	new = smbsign_key_alloc(alg, SMBSIGN_SERVER, raw, sizeof(raw));
	memzero_explicit(raw, sizeof(raw));
	return new;
}

/*
 * As if a user had just authenticated, whose client can sign: whether it must,
 * is what the administrator says in /sys/kernel/smbsign/server/.
 */
static int session_start(void)
{
	static const struct smbsign_auth auth = {
		.dialect = SMBSIGN_SMB311,
		.peer_security_mode = SMBSIGN_NEGOTIATE_SIGNING_ENABLED,
		.setup_security_mode = SMBSIGN_NEGOTIATE_SIGNING_ENABLED,
	};
	struct smbsign_policy policy;
	int err;

	smbsign_policy_get(&policy);
	err = smbsign_session_init(&known_session, &policy, SMBSIGN_SERVER,
				   &auth);
	if (err)
		return err;
	known_key = key_from_parameters();
	return PTR_ERR_OR_ZERO(known_key);
}

static int __init example_init(void)
{
	int err = session_start();

	if (err)
		return err;
	err = stream_start(port, receive_message);
	if (err)
		smbsign_key_put(known_key);
	return err;
}

static void __exit example_exit(void)
{
	stream_stop();
	smbsign_key_put(known_key);
}

module_init(example_init);
module_exit(example_exit);

MODULE_DESCRIPTION("Example consumer of smbsign: an SMB 3.1.1 server that signs");
MODULE_AUTHOR("The smbsign authors");
MODULE_LICENSE("GPL");
