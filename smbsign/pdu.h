/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pdu.c: untrusted bytes -> checked view.  What is asked of a view several times
 * for each message is inline.
 */
#ifndef _SMBSIGN_PDU_H
#define _SMBSIGN_PDU_H

#include <linux/smbsign.h>
#include <linux/types.h>

#define SMBSIGN_SMB2_HDR_SIZE	64
#define SMBSIGN_SMB1_HDR_SIZE	32

#define SMB2_CMD_NEGOTIATE	0x0000
#define SMB2_CMD_SESSION_SETUP	0x0001
#define SMB2_CMD_TREE_CONNECT	0x0003
#define SMB2_CMD_CANCEL		0x000c

#define SMB1_FLAGS_REPLY	0x80

#define SMB2_FLAGS_SERVER_TO_REDIR	0x00000001
#define SMB2_FLAGS_ASYNC_COMMAND	0x00000002
#define SMB2_FLAGS_SIGNED		0x00000008

enum smbsign_proto {
	SMBSIGN_PROTO_SMB1,
	SMBSIGN_PROTO_SMB2,
};

/**
 * struct smbsign_pdu - checked view of one SMB message
 * @proto: which of the two headers it has
 * @hdr: its header, contiguous, of the size that belongs to @proto
 * @len: bytes that its signature covers: up to the next message of a compound
 *	 chain, padding included, or to the end
 * @command: Command
 * @status: Status of a response (for SMB2 requests: ChannelSequence)
 * @flags: Flags; of SMB1 with Flags2 in the upper half
 * @message_id: MessageId; of SMB1 the MID
 * @session_id: SessionId; of SMB1 the UID
 * @tree_id: TreeId, 0 for an SMB2 message with an AsyncId; of SMB1 the TID
 * @async_id: AsyncId, or 0
 * @signature: the Signature field, inside @hdr
 */
struct smbsign_pdu {
	enum smbsign_proto proto;
	const u8 *hdr;
	size_t len;
	u16 command;
	u32 status;
	u32 flags;
	u64 message_id;
	u64 session_id;
	u32 tree_id;
	u64 async_id;
	const u8 *signature;
};

/**
 * struct smbsign_pdu_iter - walk over the messages of a compound chain
 * @msg: the next message
 * @len: bytes from there to the end of the chain
 * @index: how many messages have been given out
 * @err: after the walk: 0, or why it broke off, as of smbsign_pdu_parse()
 */
struct smbsign_pdu_iter {
	const u8 *msg;
	size_t len;
	unsigned int index;
	int err;
};

int smbsign_pdu_parse_hdr(struct smbsign_pdu *pdu, enum smbsign_proto proto,
			  const u8 *hdr, size_t len);
int smbsign_pdu_parse(struct smbsign_pdu *pdu, const u8 *hdr, size_t len);
void smbsign_pdu_mask_signature(enum smbsign_proto proto, u8 *hdr);
void smbsign_pdu_set_sequence(u8 *hdr, u32 sequence);
void smbsign_pdu_iter_init(struct smbsign_pdu_iter *it, const u8 *msg,
			   size_t len);
bool smbsign_pdu_next(struct smbsign_pdu_iter *it, struct smbsign_pdu *pdu);

/**
 * smbsign_pdu_hdr_size() - bytes of a header
 * @proto: of which protocol
 *
 * Context: Any context.
 * Return: the size.
 */
static inline size_t smbsign_pdu_hdr_size(enum smbsign_proto proto)
{
	return proto == SMBSIGN_PROTO_SMB1 ? SMBSIGN_SMB1_HDR_SIZE :
					     SMBSIGN_SMB2_HDR_SIZE;
}

/**
 * smbsign_pdu_is_response() - was it sent by a server?
 * @pdu: a message
 *
 * Context: Any context.
 * Return: true if its header says so.
 */
static inline bool smbsign_pdu_is_response(const struct smbsign_pdu *pdu)
{
	if (pdu->proto == SMBSIGN_PROTO_SMB1)
		return pdu->flags & SMB1_FLAGS_REPLY;
	return pdu->flags & SMB2_FLAGS_SERVER_TO_REDIR;
}

/* The rest is asked of SMB2 messages only. */

static inline bool smbsign_pdu_is_negotiate(const struct smbsign_pdu *pdu)
{
	return pdu->command == SMB2_CMD_NEGOTIATE;
}

static inline bool smbsign_pdu_is_session_setup(const struct smbsign_pdu *pdu)
{
	return pdu->command == SMB2_CMD_SESSION_SETUP;
}

static inline bool smbsign_pdu_is_tree_connect(const struct smbsign_pdu *pdu)
{
	return pdu->command == SMB2_CMD_TREE_CONNECT;
}

static inline bool smbsign_pdu_is_cancel(const struct smbsign_pdu *pdu)
{
	return pdu->command == SMB2_CMD_CANCEL;
}

/* An interim response, MS-SMB2 3.3.4.2 */
static inline bool smbsign_pdu_is_interim(const struct smbsign_pdu *pdu)
{
	return smbsign_pdu_is_response(pdu) &&
	       pdu->status == SMBSIGN_STATUS_PENDING;
}

static inline bool smbsign_pdu_is_signed(const struct smbsign_pdu *pdu)
{
	return pdu->flags & SMB2_FLAGS_SIGNED;
}

#endif /* _SMBSIGN_PDU_H */
