/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The headers of SMB messages as they lie on the wire, at any address, hence
 * packed.  Only pdu.h and pdu.c know these structures, and the tests that build
 * messages.
 */
#ifndef _SMBSIGN_PDU_WIRE_H
#define _SMBSIGN_PDU_WIRE_H

#include <linux/build_bug.h>
#include <linux/stddef.h>
#include <linux/types.h>

#define SMBSIGN_SMB2_HDR_SIZE	64
#define SMBSIGN_SMB1_HDR_SIZE	32

/* ProtocolId as a little-endian number */
#define SMB1_PROTO_ID		0x424d53ff	/* FF 'S' 'M' 'B' */
#define SMB2_PROTO_ID		0x424d53fe	/* FE 'S' 'M' 'B' */

/* MS-SMB2 2.2.1.1 (ASYNC) and 2.2.1.2 (SYNC) */
struct smb2_hdr {
	__le32 proto_id;
	__le16 structure_size;
	__le16 credit_charge;
	__le32 status;
	__le16 command;
	__le16 credits;
	__le32 flags;
	__le32 next_command;
	__le64 message_id;
	union {
		__le64 async_id;
		struct {
			__le32 reserved;
			__le32 tree_id;
		} __packed sync;
	};
	__le64 session_id;
	u8 signature[16];
} __packed;

static_assert(sizeof(struct smb2_hdr) == SMBSIGN_SMB2_HDR_SIZE);
static_assert(offsetof(struct smb2_hdr, command) == 12);
static_assert(offsetof(struct smb2_hdr, message_id) == 24);
static_assert(offsetof(struct smb2_hdr, signature) == 48);

/* MS-CIFS 2.2.3.1 */
struct smb1_hdr {
	__le32 proto_id;
	u8 command;
	__le32 status;
	u8 flags;
	__le16 flags2;
	__le16 pid_high;
	__le32 sequence;	/* low half of SecuritySignature */
	u8 signature_high[4];
	__le16 reserved;
	__le16 tid;
	__le16 pid_low;
	__le16 uid;
	__le16 mid;
} __packed;

static_assert(sizeof(struct smb1_hdr) == SMBSIGN_SMB1_HDR_SIZE);
static_assert(offsetof(struct smb1_hdr, sequence) == 14);

#endif /* _SMBSIGN_PDU_WIRE_H */
