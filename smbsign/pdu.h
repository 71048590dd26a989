/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pdu.c: untrusted bytes -> checked view.  What is asked of a view for each message
 * is inline, and read when it is asked: most messages are asked little.
 */
#ifndef _SMBSIGN_PDU_H
#define _SMBSIGN_PDU_H

#include <linux/errno.h>
#include <linux/smbsign.h>
#include <linux/string.h>
#include <linux/types.h>
#include <linux/unaligned.h>

#include "pdu_wire.h"

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
 * @hdr: its header, contiguous, of the size that belongs to @proto.  It stays there
 *	 as long as the view; what is asked is read from it.
 * @len: bytes that its signature covers: up to the next message of a compound
 *	 chain, padding included, or to the end
 */
struct smbsign_pdu {
	enum smbsign_proto proto;
	const u8 *hdr;
	size_t len;
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

int smbsign_pdu_parse(struct smbsign_pdu *pdu, const u8 *hdr, size_t len);
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
 * smbsign_pdu_parse_hdr() - view a message whose protocol is known
 * @pdu: the view, filled in on success; its len is @len
 * @proto: the protocol that the message has to have
 * @hdr: the message; the bytes of its header must be contiguous
 * @len: bytes of the message
 *
 * Asks for no more than a signature needs: a header of that protocol.
 *
 * Context: Any context.
 * Return: 0, or -EPROTO for a message of another protocol or shorter than its
 * header.
 */
static inline int smbsign_pdu_parse_hdr(struct smbsign_pdu *pdu,
					enum smbsign_proto proto,
					const u8 *hdr, size_t len)
{
	u32 proto_id;

	if (len < smbsign_pdu_hdr_size(proto))
		return -EPROTO;
	proto_id = get_unaligned_le32(hdr);
	if (proto_id != (proto == SMBSIGN_PROTO_SMB1 ? SMB1_PROTO_ID :
						       SMB2_PROTO_ID))
		return -EPROTO;

	pdu->proto = proto;
	pdu->hdr = hdr;
	pdu->len = len;
	return 0;
}

/**
 * smbsign_pdu_mask_signature() - make a header what is signed
 * @proto: the protocol of the header
 * @hdr: a copy of a header
 *
 * Of SMB2 the Signature counts as zero, MS-SMB2 3.1.4.1.  Of SMB1 the low half
 * of SecuritySignature holds the sequence number and counts as it is; the high
 * half counts as zero, MS-CIFS 3.1.4.1.
 *
 * Context: Any context.
 */
static inline void smbsign_pdu_mask_signature(enum smbsign_proto proto,
					      u8 *hdr)
{
	if (proto == SMBSIGN_PROTO_SMB1)
		memset(((struct smb1_hdr *)hdr)->signature_high, 0,
		       sizeof_field(struct smb1_hdr, signature_high));
	else
		memset(((struct smb2_hdr *)hdr)->signature, 0,
		       sizeof_field(struct smb2_hdr, signature));
}

/* One of the two must be what the view has. */

static inline const struct smb1_hdr *smb1_of(const struct smbsign_pdu *pdu)
{
	return (const struct smb1_hdr *)pdu->hdr;
}

static inline const struct smb2_hdr *smb2_of(const struct smbsign_pdu *pdu)
{
	return (const struct smb2_hdr *)pdu->hdr;
}

/* Command */
static inline u16 smbsign_pdu_command(const struct smbsign_pdu *pdu)
{
	if (pdu->proto == SMBSIGN_PROTO_SMB1)
		return smb1_of(pdu)->command;
	return le16_to_cpu(smb2_of(pdu)->command);
}

/* Status of a response; for SMB2 requests ChannelSequence */
static inline u32 smbsign_pdu_status(const struct smbsign_pdu *pdu)
{
	if (pdu->proto == SMBSIGN_PROTO_SMB1)
		return le32_to_cpu(smb1_of(pdu)->status);
	return le32_to_cpu(smb2_of(pdu)->status);
}

/* Flags; of SMB1 with Flags2 in the upper half */
static inline u32 smbsign_pdu_flags(const struct smbsign_pdu *pdu)
{
	if (pdu->proto == SMBSIGN_PROTO_SMB1)
		return smb1_of(pdu)->flags |
		       (u32)le16_to_cpu(smb1_of(pdu)->flags2) << 16;
	return le32_to_cpu(smb2_of(pdu)->flags);
}

/* MessageId; of SMB1 the MID */
static inline u64 smbsign_pdu_message_id(const struct smbsign_pdu *pdu)
{
	if (pdu->proto == SMBSIGN_PROTO_SMB1)
		return le16_to_cpu(smb1_of(pdu)->mid);
	return le64_to_cpu(smb2_of(pdu)->message_id);
}

/* SessionId; of SMB1 the UID */
static inline u64 smbsign_pdu_session_id(const struct smbsign_pdu *pdu)
{
	if (pdu->proto == SMBSIGN_PROTO_SMB1)
		return le16_to_cpu(smb1_of(pdu)->uid);
	return le64_to_cpu(smb2_of(pdu)->session_id);
}

/* TreeId, 0 for an SMB2 message with an AsyncId; of SMB1 the TID */
static inline u32 smbsign_pdu_tree_id(const struct smbsign_pdu *pdu)
{
	if (pdu->proto == SMBSIGN_PROTO_SMB1)
		return le16_to_cpu(smb1_of(pdu)->tid);
	if (smbsign_pdu_flags(pdu) & SMB2_FLAGS_ASYNC_COMMAND)
		return 0;
	return le32_to_cpu(smb2_of(pdu)->sync.tree_id);
}

/* Where the Signature stands in the header; of SMB1 SecuritySignature */
static inline size_t smbsign_pdu_signature_off(enum smbsign_proto proto)
{
	return proto == SMBSIGN_PROTO_SMB1 ?
	       offsetof(struct smb1_hdr, sequence) :
	       offsetof(struct smb2_hdr, signature);
}

/* Was it sent by a server? */
static inline bool smbsign_pdu_is_response(const struct smbsign_pdu *pdu)
{
	if (pdu->proto == SMBSIGN_PROTO_SMB1)
		return smb1_of(pdu)->flags & SMB1_FLAGS_REPLY;
	return smbsign_pdu_flags(pdu) & SMB2_FLAGS_SERVER_TO_REDIR;
}

/* The rest is asked of SMB2 messages only. */

static inline bool smbsign_pdu_is_negotiate(const struct smbsign_pdu *pdu)
{
	return smbsign_pdu_command(pdu) == SMB2_CMD_NEGOTIATE;
}

static inline bool smbsign_pdu_is_session_setup(const struct smbsign_pdu *pdu)
{
	return smbsign_pdu_command(pdu) == SMB2_CMD_SESSION_SETUP;
}

static inline bool smbsign_pdu_is_tree_connect(const struct smbsign_pdu *pdu)
{
	return smbsign_pdu_command(pdu) == SMB2_CMD_TREE_CONNECT;
}

static inline bool smbsign_pdu_is_cancel(const struct smbsign_pdu *pdu)
{
	return smbsign_pdu_command(pdu) == SMB2_CMD_CANCEL;
}

/* An interim response, MS-SMB2 3.3.4.2 */
static inline bool smbsign_pdu_is_interim(const struct smbsign_pdu *pdu)
{
	return smbsign_pdu_is_response(pdu) &&
	       smbsign_pdu_status(pdu) == SMBSIGN_STATUS_PENDING;
}

static inline bool smbsign_pdu_is_signed(const struct smbsign_pdu *pdu)
{
	return smbsign_pdu_flags(pdu) & SMB2_FLAGS_SIGNED;
}

#endif /* _SMBSIGN_PDU_H */
