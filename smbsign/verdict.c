// SPDX-License-Identifier: GPL-2.0-only
/*
 * When a message must be signed, and what is accepted: MS-SMB2 3.2.4.1.1 and
 * 3.2.5.1.3 for the client, 3.3.4.1.1 and 3.3.5.2.4 for the server.
 *
 * The decisions are pure functions of header, session and hints; only
 * smbsign_accept() computes something.  Where the specification leaves a
 * choice, this does what Windows and Samba do, and says so.
 */
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/kernel.h>

#include "internal.h"

/*
 * What to do with an incoming message: verify it, or one of smbsign_accept()'s
 * verdicts right away, with its NTSTATUS.
 */
struct decision {
	bool verify;
	enum smbsign_verdict verdict;
	u32 status;
};

static const struct decision verify = { .verify = true };
static const struct decision let_through = { .verdict = SMBSIGN_UNSIGNED };

static struct decision refuse(u32 status)
{
	return (struct decision){ .verdict = SMBSIGN_REFUSED,
				  .status = status };
}

static struct decision disconnect(u32 status)
{
	return (struct decision){ .verdict = SMBSIGN_DISCONNECT,
				  .status = status };
}

/* Somebody who has a key: neither guest nor anonymous, 3.1.1.1 */
static bool is_real_user(const struct smbsign_session *session)
{
	return session->established && !session->is_guest &&
	       !session->is_anonymous;
}

/* TREE_CONNECT of SMB 3.1.1 is signed or encrypted, whatever the policy. */
static bool is_protected_tree_connect(const struct smbsign_session *session,
				      const struct smbsign_pdu *pdu)
{
	return smbsign_pdu_is_tree_connect(pdu) &&
	       session->dialect == SMBSIGN_SMB311 && is_real_user(session);
}

/*
 * NEGOTIATE comes before there is a key.  A notification has the MessageId of
 * all others.  An interim response "SHOULD NOT" be signed, 3.3.4.2: with
 * AES-GMAC it would use the nonce of the final one.  In an encrypted message
 * the Signature is zero, 3.2.4.1.1.
 */
static bool must_not_sign(const struct smbsign_pdu *pdu, unsigned int hints)
{
	return hints & SMBSIGN_HINT_ENCRYPTED ||
	       smbsign_pdu_is_negotiate(pdu) ||
	       smbsign_pdu_message_id(pdu) == U64_MAX ||
	       smbsign_pdu_is_interim(pdu) ||
	       (smbsign_pdu_is_cancel(pdu) && smbsign_pdu_is_response(pdu));
}

/*
 * Before authentication has succeeded there is nothing to sign with, except
 * when a channel is bound: then with the session's key, 3.2.4.2.3.
 */
static bool client_must_sign(const struct smbsign_session *session,
			     const struct smbsign_pdu *pdu, unsigned int hints)
{
	if (!is_real_user(session))
		return false;
	if (hints & (SMBSIGN_HINT_BINDING | SMBSIGN_HINT_VALIDATE_NEGOTIATE))
		return true;
	return session->signing_required ||
	       is_protected_tree_connect(session, pdu);
}

/*
 * "Windows-based servers always sign the final session setup response when the
 * user is neither anonymous nor guest", and a 3.1.1 client depends on it.
 */
static bool server_must_sign(const struct smbsign_session *session,
			     const struct smbsign_pdu *pdu, unsigned int hints)
{
	if (!is_real_user(session))
		return false;
	if (hints & SMBSIGN_HINT_REQUEST_SIGNED)
		return true;
	if (smbsign_pdu_is_session_setup(pdu))
		return smbsign_pdu_status(pdu) == SMBSIGN_STATUS_SUCCESS ||
		       hints & SMBSIGN_HINT_BINDING;
	return session->signing_required;
}

bool smbsign_must_sign(const struct smbsign_session *session, const u8 *hdr,
		       unsigned int hints)
{
	struct smbsign_pdu pdu;

	if (!session || smbsign_pdu_parse_hdr(&pdu, SMBSIGN_PROTO_SMB2, hdr,
					      SMBSIGN_SMB2_HDR_SIZE))
		return false;
	if (must_not_sign(&pdu, hints))
		return false;
	return session->role == SMBSIGN_CLIENT ?
	       client_must_sign(session, &pdu, hints) :
	       server_must_sign(session, &pdu, hints);
}
EXPORT_SYMBOL_GPL(smbsign_must_sign);

/* 3.3.5.2.4, and for a request that binds a channel 3.3.5.5 */
static struct decision
server_decide_signed(const struct smbsign_session *session,
		     const struct smbsign_key *key,
		     const struct smbsign_pdu *pdu)
{
	if (smbsign_pdu_is_negotiate(pdu))
		return refuse(SMBSIGN_STATUS_INVALID_PARAMETER);
	if (!session)
		return refuse(SMBSIGN_STATUS_USER_SESSION_DELETED);
	if (!key)
		return refuse(SMBSIGN_STATUS_NOT_SUPPORTED);
	return verify;
}

static struct decision server_decide(const struct smbsign_session *session,
				     const struct smbsign_key *key,
				     const struct smbsign_pdu *pdu,
				     unsigned int hints)
{
	if (hints & SMBSIGN_HINT_ENCRYPTED)
		return let_through;
	if (smbsign_pdu_is_signed(pdu))
		return server_decide_signed(session, key, pdu);
	if (smbsign_pdu_is_negotiate(pdu) || !session)
		return let_through;
	if (hints & SMBSIGN_HINT_BINDING)
		return refuse(SMBSIGN_STATUS_INVALID_PARAMETER);
	/* 3.3.5.7 comes after 3.3.5.2.4, but its consequence is the harder. */
	if (is_protected_tree_connect(session, pdu))
		return disconnect(SMBSIGN_STATUS_ACCESS_DENIED);
	if (session->signing_required && is_real_user(session))
		return refuse(SMBSIGN_STATUS_ACCESS_DENIED);
	return let_through;
}

/*
 * What a server says that refuses to bind a channel because of its algorithm:
 * it has no key to sign that with, but sets the flag.
 */
static bool refuses_binding(const struct smbsign_pdu *pdu)
{
	return smbsign_pdu_status(pdu) == SMBSIGN_STATUS_REQUEST_OUT_OF_SEQUENCE ||
	       smbsign_pdu_status(pdu) == SMBSIGN_STATUS_NOT_SUPPORTED;
}

/*
 * Only the last response of an authentication that succeeds has to be signed,
 * 3.2.5.3: of 3.1.1 always, else if signing is required.
 */
static struct decision
client_decide_session_setup(const struct smbsign_session *session,
			    const struct smbsign_key *key,
			    const struct smbsign_pdu *pdu)
{
	if (session->is_guest || session->is_anonymous)
		return let_through;
	if (smbsign_pdu_is_signed(pdu) && key && !refuses_binding(pdu))
		return verify;
	if (smbsign_pdu_status(pdu) != SMBSIGN_STATUS_SUCCESS)
		return let_through;
	if (session->dialect == SMBSIGN_SMB311)
		return disconnect(SMBSIGN_STATUS_ACCESS_DENIED);
	if (session->signing_required)
		return refuse(SMBSIGN_STATUS_ACCESS_DENIED);
	return let_through;
}

/*
 * A server that no longer knows the session has no key to sign with, so it
 * sets the flag alone.  Samba's client accepts just that, as Windows' does.
 */
static struct decision client_decide_signed(const struct smbsign_key *key,
					    const struct smbsign_pdu *pdu)
{
	if (smbsign_pdu_status(pdu) == SMBSIGN_STATUS_USER_SESSION_DELETED)
		return let_through;
	if (!key)
		return refuse(SMBSIGN_STATUS_ACCESS_DENIED);
	return verify;
}

static struct decision client_decide(const struct smbsign_session *session,
				     const struct smbsign_key *key,
				     const struct smbsign_pdu *pdu,
				     unsigned int hints)
{
	/* 3.2.5.1.3: "MUST skip" encrypted, interim, and notifications */
	if (hints & SMBSIGN_HINT_ENCRYPTED || smbsign_pdu_is_negotiate(pdu) ||
	    smbsign_pdu_is_interim(pdu) || smbsign_pdu_message_id(pdu) == U64_MAX)
		return let_through;
	if (!session)
		return refuse(SMBSIGN_STATUS_USER_SESSION_DELETED);
	if (smbsign_pdu_is_session_setup(pdu))
		return client_decide_session_setup(session, key, pdu);
	if (!is_real_user(session))
		return let_through;
	if (smbsign_pdu_is_signed(pdu))
		return client_decide_signed(key, pdu);
	if (hints & SMBSIGN_HINT_VALIDATE_NEGOTIATE)
		return disconnect(SMBSIGN_STATUS_ACCESS_DENIED);
	if (session->signing_required)
		return refuse(SMBSIGN_STATUS_ACCESS_DENIED);
	return let_through;
}

/* A server says ACCESS_DENIED, 3.3.5.2.4; Windows' client INVALID_SIGNATURE. */
static u32 bad_signature_status(enum smbsign_role role)
{
	return role == SMBSIGN_SERVER ? SMBSIGN_STATUS_ACCESS_DENIED :
					SMBSIGN_STATUS_INVALID_SIGNATURE;
}

/* What is no fault of the message: it cannot be read, or by this key */
static struct decision refuse_unread(void)
{
	return refuse(SMBSIGN_STATUS_INTERNAL_ERROR);
}

static struct decision decide_by_mac(struct smbsign_key *key,
				     const struct smbsign_msg *msg,
				     const u8 hdr[SMBSIGN_SMB2_HDR_SIZE])
{
	switch (smbsign_verify_with_hdr(key, msg, hdr)) {
	case 0:
		return (struct decision){ .verdict = SMBSIGN_VERIFIED };
	case -EBADMSG:
		return refuse(bad_signature_status(key->role));
	default:
		return refuse_unread();
	}
}

/* Who we are: without a session only the message tells. */
static enum smbsign_role receiver_role(const struct smbsign_session *session,
				       const struct smbsign_pdu *pdu)
{
	if (session)
		return session->role;
	return smbsign_pdu_is_response(pdu) ? SMBSIGN_CLIENT : SMBSIGN_SERVER;
}

static struct decision decide(const struct smbsign_session *session,
			      const struct smbsign_key *key,
			      const struct smbsign_pdu *pdu, unsigned int hints)
{
	enum smbsign_role role = receiver_role(session, pdu);

	/* Nobody gets what only he sends: it has been sent back to him. */
	if (role == SMBSIGN_CLIENT)
		return smbsign_pdu_is_response(pdu) ?
		       client_decide(session, key, pdu, hints) :
		       disconnect(SMBSIGN_STATUS_INVALID_PARAMETER);
	return smbsign_pdu_is_response(pdu) ?
	       disconnect(SMBSIGN_STATUS_INVALID_PARAMETER) :
	       server_decide(session, key, pdu, hints);
}

/* -EPROTO is the sender's fault; what else there is, the caller's. */
static int read_header(const struct smbsign_msg *msg,
		       u8 hdr[SMBSIGN_SMB2_HDR_SIZE], struct smbsign_pdu *pdu)
{
	if (msg->len < SMBSIGN_SMB2_HDR_SIZE)
		return -EPROTO;
	return smbsign_data_read(msg, 0, hdr, SMBSIGN_SMB2_HDR_SIZE) ?:
	       smbsign_pdu_parse_hdr(pdu, SMBSIGN_PROTO_SMB2, hdr, msg->len);
}

enum smbsign_verdict smbsign_accept(const struct smbsign_session *session,
				    struct smbsign_key *key,
				    const struct smbsign_msg *msg,
				    unsigned int hints, u32 *status_ret)
{
	u8 hdr[SMBSIGN_SMB2_HDR_SIZE] __uninitialized;
	struct smbsign_pdu pdu __uninitialized;	/* unless it is parsed */
	struct decision decision;
	int err;

	err = read_header(msg, hdr, &pdu);
	if (!err)
		decision = decide(session, key, &pdu, hints);
	else if (err == -EPROTO)
		decision = disconnect(SMBSIGN_STATUS_INVALID_PARAMETER);
	else
		decision = refuse_unread();
	/* The header that was decided on, should memory change meanwhile */
	if (decision.verify)
		decision = decide_by_mac(key, msg, hdr);

	if (decision.verdict == SMBSIGN_UNSIGNED)
		smbsign_stats_unsigned();
	else if (decision.verdict != SMBSIGN_VERIFIED)
		smbsign_stats_refused(err ? NULL : &pdu, decision.status);
	*status_ret = decision.status;
	return decision.verdict;
}
EXPORT_SYMBOL_GPL(smbsign_accept);

enum smbsign_which_key smbsign_which_key(const u8 *hdr)
{
	struct smbsign_pdu pdu;

	if (smbsign_pdu_parse_hdr(&pdu, SMBSIGN_PROTO_SMB2, hdr,
				  SMBSIGN_SMB2_HDR_SIZE) ||
	    !smbsign_pdu_is_session_setup(&pdu))
		return SMBSIGN_CHANNEL_KEY;
	/* Of a request the field is the ChannelSequence. */
	if (smbsign_pdu_is_response(&pdu) &&
	    smbsign_pdu_status(&pdu) == SMBSIGN_STATUS_SUCCESS)
		return SMBSIGN_CHANNEL_KEY;
	return SMBSIGN_SESSION_KEY;
}
EXPORT_SYMBOL_GPL(smbsign_which_key);

u32 smbsign_binding_status(const struct smbsign_session *session,
			   const struct smbsign_key *key, u16 dialect,
			   enum smbsign_alg alg)
{
	/* Windows tells this first, also where the dialect differs as well. */
	if (is_real_user(session) && key->alg != alg) {
		if (key->alg == SMBSIGN_AES_GMAC)
			return SMBSIGN_STATUS_REQUEST_OUT_OF_SEQUENCE;
		if (alg == SMBSIGN_AES_GMAC)
			return SMBSIGN_STATUS_NOT_SUPPORTED;
	}
	if (session->dialect != dialect)
		return SMBSIGN_STATUS_INVALID_PARAMETER;
	if (!is_real_user(session))
		return SMBSIGN_STATUS_NOT_SUPPORTED;
	return SMBSIGN_STATUS_SUCCESS;
}
EXPORT_SYMBOL_GPL(smbsign_binding_status);
