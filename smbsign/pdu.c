// SPDX-License-Identifier: GPL-2.0-only
/*
 * Untrusted bytes -> a checked view of an SMB message.  With pdu.h the only room
 * that knows where the fields of a header stand; nothing is read before its length
 * has been checked, and nothing is ever written but a caller's own copy.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "internal.h"

/* Messages of a compound chain begin at multiples of this, 2.2.1.2 */
#define COMPOUND_ALIGN		8

/*
 * MS-SMB2 2.2.1.2 and 3.2.5.1.9: NextCommand is the offset of the next message,
 * and 0 in the last.
 */
static int smb2_check(struct smbsign_pdu *pdu)
{
	const struct smb2_hdr *hdr = smb2_of(pdu);
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
