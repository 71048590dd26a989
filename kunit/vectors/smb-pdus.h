/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * smb-pdus.bin: SMB messages as they stood on the wire, for tests in the kernel
 * and in user space.  tools/vectors/gen-testvecs.py writes and checks it.
 *
 * Where the messages come from: most were captured between Samba 4.17.12 server
 * and clients, in dialects 2.0.2 to 3.1.1 and SMB1 (t202-*, t3*-*, tg-*, smb1-*).
 * The rest were published: ms-* by Microsoft's Open Specifications blog,
 * linux-*, go-* and rust-* by other implementations' tests.
 *
 * The file, all numbers little-endian and nothing aligned:
 *	struct pdu_file_hdr
 *	num_records times:
 *		struct pdu_record_hdr
 *		key_len bytes	signing key
 *		name_size bytes	name, ASCII, with its NUL
 *		pdu_len bytes	message from its ProtocolId on, signature in place
 *
 * Messages of one compound chain follow each other: part 0, 1, ... of num_parts,
 * of which the last may be missing.
 */
#ifndef _SMBSIGN_KUNIT_SMB_PDUS_H
#define _SMBSIGN_KUNIT_SMB_PDUS_H

#include <linux/types.h>
#ifdef __KERNEL__
#include <linux/string.h>
#include <asm/byteorder.h>
#else	/* the command line has to define __packed */
#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#define le16_to_cpu	le16toh
#define le32_to_cpu	le32toh
#endif

#define PDU_FILE_MAGIC	"SMBPDUS1"

/* The first three are the numbers of MS-SMB2 2.2.3.1.7. */
enum pdu_alg {
	PDU_ALG_HMAC_SHA256	= 0x00,
	PDU_ALG_AES_CMAC	= 0x01,
	PDU_ALG_AES_GMAC	= 0x02,
	PDU_ALG_SMB1_MD5	= 0xfe,
	PDU_ALG_UNSIGNED	= 0xff,	/* SMB2, for parsers only */
};

struct pdu_file_hdr {
	__u8 magic[8];
	__le32 num_records;
	__le32 size;		/* of the whole file */
} __packed;

struct pdu_record_hdr {
	__u8 alg;
	__u8 from_server;
	__u8 part;
	__u8 num_parts;
	__le16 dialect;		/* as on the wire, 0 for SMB1 */
	__le16 key_len;
	__le32 sequence;	/* SMB1 only */
	__le32 pdu_len;
	__le16 name_size;
} __packed;

/* One message; the pointers lead into the file. */
struct pdu_testvec {
	const char *name;
	enum pdu_alg alg;
	bool from_server;
	__u16 dialect;
	__u8 part;
	__u8 num_parts;
	__u32 sequence;
	const __u8 *key;
	size_t key_len;
	const __u8 *pdu;
	size_t pdu_len;
	size_t sig_off;		/* of the signature in the message */
	size_t sig_size;	/* 0 if it is not signed */
};

struct pdu_testvec_iter {
	const __u8 *pos;
	const __u8 *end;
	__u32 num_left;
};

/* For messages in the running program: smb-pdus.S */
extern const __u8 smbsign_pdus_start[], smbsign_pdus_end[];

/* Returns false, and an iterator without messages, if this is no such file. */
static inline bool pdu_testvec_iter_init(struct pdu_testvec_iter *iter,
					 const __u8 *start, const __u8 *end)
{
	const struct pdu_file_hdr *hdr = (const void *)start;
	size_t size = end - start;

	*iter = (struct pdu_testvec_iter){ .pos = end, .end = end };
	if (size < sizeof(*hdr) || le32_to_cpu(hdr->size) != size ||
	    memcmp(hdr->magic, PDU_FILE_MAGIC, sizeof(hdr->magic)))
		return false;
	iter->pos = start + sizeof(*hdr);
	iter->num_left = le32_to_cpu(hdr->num_records);
	return true;
}

/* The next size bytes of the file, NULL if there are not so many. */
static inline const void *pdu_testvec_iter_take(struct pdu_testvec_iter *iter,
						size_t size)
{
	const __u8 *pos = iter->pos;

	if (size > (size_t)(iter->end - pos))
		return NULL;
	iter->pos += size;
	return pos;
}

/* Returns false at the end and in front of a damaged record. */
static inline bool pdu_testvec_next(struct pdu_testvec_iter *iter,
				    struct pdu_testvec *vec)
{
	const struct pdu_record_hdr *hdr;
	size_t name_size;

	if (!iter->num_left)
		return false;
	hdr = pdu_testvec_iter_take(iter, sizeof(*hdr));
	if (!hdr)
		return false;

	name_size = le16_to_cpu(hdr->name_size);
	*vec = (struct pdu_testvec){
		.alg = hdr->alg,
		.from_server = hdr->from_server,
		.dialect = le16_to_cpu(hdr->dialect),
		.part = hdr->part,
		.num_parts = hdr->num_parts,
		.sequence = le32_to_cpu(hdr->sequence),
		.key_len = le16_to_cpu(hdr->key_len),
		.pdu_len = le32_to_cpu(hdr->pdu_len),
		.sig_off = hdr->alg == PDU_ALG_SMB1_MD5 ? 14 : 48,
		.sig_size = hdr->alg == PDU_ALG_SMB1_MD5 ? 8 :
			    hdr->alg == PDU_ALG_UNSIGNED ? 0 : 16,
	};
	vec->key = pdu_testvec_iter_take(iter, vec->key_len);
	vec->name = pdu_testvec_iter_take(iter, name_size);
	vec->pdu = pdu_testvec_iter_take(iter, vec->pdu_len);
	if (!vec->key || !vec->name || !name_size || vec->name[name_size - 1] ||
	    !vec->pdu || vec->pdu_len < vec->sig_off + vec->sig_size)
		return false;
	iter->num_left--;
	return true;
}

/* Have all records been read, and does nothing follow the last? */
static inline bool pdu_testvec_iter_done(const struct pdu_testvec_iter *iter)
{
	return !iter->num_left && iter->pos == iter->end;
}

#endif /* _SMBSIGN_KUNIT_SMB_PDUS_H */
