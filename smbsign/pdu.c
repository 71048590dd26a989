// SPDX-License-Identifier: GPL-2.0-only
/*
 * Untrusted bytes -> a checked view of an SMB message.  The only room that
 * knows where the fields of a header stand; nothing is read before its length
 * has been checked, and nothing is ever written but a caller's own copy.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "internal.h"
#include "pdu_wire.h"

/* Messages of a compound chain begin at multiples of this, 2.2.1.2 */
#define COMPOUND_ALIGN		8

static void smb1_view(struct smbsign_pdu *pdu, const struct smb1_hdr *hdr)
{
	pdu->command = hdr->command;
	pdu->status = le32_to_cpu(hdr->status);
	pdu->flags = hdr->flags | (u32)le16_to_cpu(hdr->flags2) << 16;
	pdu->message_id = le16_to_cpu(hdr->mid);
	pdu->session_id = le16_to_cpu(hdr->uid);
	pdu->tree_id = le16_to_cpu(hdr->tid);
	pdu->async_id = 0;
	pdu->signature = (const u8 *)&hdr->sequence;
}

static void smb2_view(struct smbsign_pdu *pdu, const struct smb2_hdr *hdr)
{
	bool async;

	pdu->command = le16_to_cpu(hdr->command);
	pdu->status = le32_to_cpu(hdr->status);
	pdu->flags = le32_to_cpu(hdr->flags);
	pdu->message_id = le64_to_cpu(hdr->message_id);
	pdu->session_id = le64_to_cpu(hdr->session_id);
	async = pdu->flags & SMB2_FLAGS_ASYNC_COMMAND;
	pdu->tree_id = async ? 0 : le32_to_cpu(hdr->sync.tree_id);
	pdu->async_id = async ? le64_to_cpu(hdr->async_id) : 0;
	pdu->signature = hdr->signature;
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
int smbsign_pdu_parse_hdr(struct smbsign_pdu *pdu, enum smbsign_proto proto,
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
	if (proto == SMBSIGN_PROTO_SMB1)
		smb1_view(pdu, (const struct smb1_hdr *)hdr);
	else
		smb2_view(pdu, (const struct smb2_hdr *)hdr);
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_pdu_parse_hdr);

/*
 * MS-SMB2 2.2.1.2 and 3.2.5.1.9: NextCommand is the offset of the next message,
 * and 0 in the last.
 */
static int smb2_check(struct smbsign_pdu *pdu)
{
	const struct smb2_hdr *hdr = (const struct smb2_hdr *)pdu->hdr;
	u32 next = le32_to_cpu(hdr->next_command);

	if (le16_to_cpu(hdr->structure_size) != sizeof(*hdr))
		return -EPROTO;
	if (!next)
		return 0;
	if (next < sizeof(*hdr) || !IS_ALIGNED(next, COMPOUND_ALIGN))
		return -EPROTO;
	if (next > pdu->len || pdu->len - next < sizeof(*hdr))
		return -EMSGSIZE;
	pdu->len = next;
	return 0;
}

/**
 * smbsign_pdu_parse() - view the first message of what came in
 * @pdu: the view, filled in on success
 * @hdr: where the message begins; of its @len bytes the first 64 must be
 *	 contiguous, or all if there are fewer
 * @len: bytes from there to the end of all that came in one transport message;
 *	 the view's len is shorter if more messages follow in a compound chain
 *
 * Context: Any context.
 * Return:
 * * 0
 * * -EPROTO - not an SMB1 or SMB2 message (an encrypted or compressed one is
 *   not), shorter than its header, or with a header that contradicts itself
 * * -EMSGSIZE - NextCommand points to where no further message can stand
 */
int smbsign_pdu_parse(struct smbsign_pdu *pdu, const u8 *hdr, size_t len)
{
	int err;

	err = smbsign_pdu_parse_hdr(pdu, SMBSIGN_PROTO_SMB2, hdr, len);
	if (!err)
		return smb2_check(pdu);
	return smbsign_pdu_parse_hdr(pdu, SMBSIGN_PROTO_SMB1, hdr, len);
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_pdu_parse);

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
void smbsign_pdu_mask_signature(enum smbsign_proto proto, u8 *hdr)
{
	if (proto == SMBSIGN_PROTO_SMB1)
		memset(((struct smb1_hdr *)hdr)->signature_high, 0,
		       sizeof_field(struct smb1_hdr, signature_high));
	else
		memset(((struct smb2_hdr *)hdr)->signature, 0,
		       sizeof_field(struct smb2_hdr, signature));
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_pdu_mask_signature);

/**
 * smbsign_pdu_set_sequence() - put a sequence number where the signature stands
 * @hdr: a copy of an SMB1 header
 * @sequence: the sequence number, MS-CIFS 3.1.4.1
 *
 * Context: Any context.
 */
void smbsign_pdu_set_sequence(u8 *hdr, u32 sequence)
{
	((struct smb1_hdr *)hdr)->sequence = cpu_to_le32(sequence);
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_pdu_set_sequence);

/**
 * smbsign_pdu_iter_init() - begin a walk over a compound chain
 * @it: the walk
 * @msg: the first message
 * @len: bytes of the whole chain, contiguous
 *
 * Context: Any context.
 */
void smbsign_pdu_iter_init(struct smbsign_pdu_iter *it, const u8 *msg,
			   size_t len)
{
	it->msg = msg;
	it->len = len;
	it->index = 0;
	it->err = 0;
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_pdu_iter_init);

/**
 * smbsign_pdu_next() - next message of a compound chain
 * @it: the walk
 * @pdu: the view, filled in if there is one
 *
 * An empty chain is an error: there is always a first message.
 *
 * Context: Any context.
 * Return: true with a view in @pdu; false at the end, with the reason in
 * it->err.
 */
bool smbsign_pdu_next(struct smbsign_pdu_iter *it, struct smbsign_pdu *pdu)
{
	if (it->err || (!it->len && it->index))
		return false;
	it->err = smbsign_pdu_parse(pdu, it->msg, it->len);
	if (it->err)
		return false;
	it->msg += pdu->len;
	it->len -= pdu->len;
	it->index++;
	return true;
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_pdu_next);
