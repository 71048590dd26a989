// SPDX-License-Identifier: GPL-2.0-only
/*
 * pdu.c, one message: every malformed header has its error, every well-formed
 * one its view, and nothing is read outside of what came in: the messages end
 * where a guard page begins.
 *
 * Headers are written as bytes here, not through pdu_wire.h, whose offsets are
 * under test too.
 */
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "pdu-utils.h"
#include "test-utils.h"

#define OFF_STRUCTURE_SIZE	4
#define OFF_STATUS		8
#define OFF_COMMAND		12
#define OFF_FLAGS		16
#define OFF_NEXT_COMMAND	20

struct pdu_case {
	const char *name;
	size_t len;
	u16 structure_size;
	u32 next_command;
	int err;
	size_t view_len;	/* of a good one */
};

static const struct pdu_case pdu_cases[] = {
	{ "header alone", 64, 64, 0, 0, 64 },
	{ "one byte behind the header", 65, 64, 0, 0, 65 },
	{ "more than a page", 5000, 64, 0, 0, 5000 },
	{ "two headers", 128, 64, 64, 0, 64 },
	{ "next padded", 136, 64, 72, 0, 72 },
	{ "next far away", 5000, 64, 4936, 0, 4936 },

	{ "StructureSize 0", 64, 0, 0, -EPROTO },
	{ "StructureSize 63", 64, 63, 0, -EPROTO },
	{ "StructureSize 65", 65, 65, 0, -EPROTO },
	{ "StructureSize 64 + 256", 5000, 64 + 256, 0, -EPROTO },
	{ "StructureSize with its bytes swapped", 64, 0x4000, 0, -EPROTO },
	{ "StructureSize wrong in a chain", 128, 63, 64, -EPROTO },

	{ "NextCommand 1", 128, 64, 1, -EPROTO },
	{ "NextCommand 8", 128, 64, 8, -EPROTO },
	{ "NextCommand 56", 128, 64, 56, -EPROTO },
	{ "NextCommand 63", 128, 64, 63, -EPROTO },
	{ "NextCommand 65", 136, 64, 65, -EPROTO },
	{ "NextCommand 68", 136, 64, 68, -EPROTO },
	{ "NextCommand 71", 136, 64, 71, -EPROTO },
	{ "NextCommand misaligned and beyond the end", 64, 64, 129, -EPROTO },
	{ "NextCommand misaligned, all bits", 64, 64, 0xffffffff, -EPROTO },

	{ "NextCommand is the end", 64, 64, 64, -EMSGSIZE },
	{ "NextCommand beyond the end", 64, 64, 72, -EMSGSIZE },
	{ "NextCommand far beyond the end", 64, 64, 0x01000000, -EMSGSIZE },
	{ "NextCommand leaves 8", 72, 64, 64, -EMSGSIZE },
	{ "NextCommand leaves 63", 127, 64, 64, -EMSGSIZE },
	{ "NextCommand padded leaves 63", 135, 64, 72, -EMSGSIZE },
	{ "NextCommand negative", 128, 64, 0x80000000, -EMSGSIZE },
	{ "NextCommand -8", 128, 64, 0xfffffff8, -EMSGSIZE },
	{ "NextCommand -64", 128, 64, 0xffffffc0, -EMSGSIZE },
	{ "NextCommand -128", 128, 64, 0xffffff80, -EMSGSIZE },
};

KUNIT_ARRAY_PARAM_DESC(pdu_cases, pdu_cases, name);

static void test_pdu_header(struct kunit *test)
{
	const struct pdu_case *c = test->param_value;
	u8 *msg = kunit_guarded_buf(test, c->len);
	struct smbsign_pdu pdu = {};

	random_smb2_hdr(msg, c->next_command);
	put_unaligned_le16(c->structure_size, msg + OFF_STRUCTURE_SIZE);

	KUNIT_EXPECT_EQ(test, c->err, smbsign_pdu_parse(&pdu, msg, c->len));
	if (!c->err) {
		KUNIT_EXPECT_EQ(test, pdu.proto, SMBSIGN_PROTO_SMB2);
		KUNIT_EXPECT_EQ(test, pdu.len, c->view_len);
		KUNIT_EXPECT_PTR_EQ(test, pdu.hdr, (const u8 *)msg);
	}
}

/* Every length from nothing to a whole header, the end at a guard page */
static void test_pdu_truncated(struct kunit *test)
{
	u8 *end = (u8 *)kunit_guarded_buf(test, 64) + 64;
	struct smbsign_pdu pdu;
	u8 hdr[64];

	random_smb2_hdr(hdr, 0);
	for (size_t len = 0; len <= 64; len++) {
		memcpy(end - len, hdr, len);
		KUNIT_EXPECT_EQ_MSG(test, len < 64 ? -EPROTO : 0,
				    smbsign_pdu_parse(&pdu, end - len, len),
				    "SMB2, len=%zu", len);
	}
	random_pdu(SMBSIGN_MD5, hdr, sizeof(hdr));
	for (size_t len = 0; len <= 64; len++) {
		memcpy(end - len, hdr, len);
		KUNIT_EXPECT_EQ_MSG(test, len < 32 ? -EPROTO : 0,
				    smbsign_pdu_parse(&pdu, end - len, len),
				    "SMB1, len=%zu", len);
	}
}

/*
 * A byte of the ProtocolId has one good value, and the first of them a second
 * one: FF is SMB1; FD is an encrypted message, FC a compressed one.
 */
static void test_pdu_protocol_id(struct kunit *test)
{
	u8 *msg = kunit_guarded_buf(test, 200);
	struct smbsign_pdu pdu;

	for (int i = 0; i < 4 * 256; i++) {
		bool is_smb1 = i == 0xff;
		bool is_smb2;

		random_smb2_hdr(msg, 0);
		is_smb2 = msg[i / 256] == i % 256;
		msg[i / 256] = i % 256;
		KUNIT_EXPECT_EQ_MSG(test, is_smb1 || is_smb2 ? 0 : -EPROTO,
				    smbsign_pdu_parse(&pdu, msg, 200),
				    "ProtocolId %*ph", 4, msg);
		if (is_smb1 || is_smb2)
			KUNIT_EXPECT_EQ(test, pdu.proto,
					is_smb1 ? SMBSIGN_PROTO_SMB1 :
						  SMBSIGN_PROTO_SMB2);
	}
}

static void test_pdu_netbios_header_in_front(struct kunit *test)
{
	u8 *msg = kunit_guarded_buf(test, 4 + 64);
	struct smbsign_pdu pdu;

	random_smb2_hdr(msg + 4, 0);
	put_unaligned_be32(64, msg);
	KUNIT_EXPECT_EQ(test, -EPROTO, smbsign_pdu_parse(&pdu, msg, 4 + 64));

	random_pdu(SMBSIGN_MD5, msg + 4, 64);
	KUNIT_EXPECT_EQ(test, -EPROTO, smbsign_pdu_parse(&pdu, msg, 4 + 64));
}

/* For a signature the protocol is known, and no more is asked of the header. */
static void test_pdu_parse_hdr(struct kunit *test)
{
	static const enum smbsign_alg algs[] = { SMBSIGN_MD5, SMBSIGN_AES_CMAC };
	u8 *end = (u8 *)kunit_guarded_buf(test, 64) + 64;
	struct smbsign_pdu pdu;

	for (int p = 0; p < 2; p++) {
		enum smbsign_proto proto = alg_proto(algs[p]);
		enum smbsign_proto other = alg_proto(algs[!p]);

		for (size_t len = 0; len <= 64; len++) {
			size_t size = smbsign_pdu_hdr_size(proto);
			u8 *msg = end - len;

			random_pdu(algs[p], msg, len);
			KUNIT_EXPECT_EQ_MSG(test, len < size ? -EPROTO : 0,
					    smbsign_pdu_parse_hdr(&pdu, proto,
								  msg, len),
					    "proto=%d len=%zu", proto, len);
			KUNIT_EXPECT_EQ_MSG(test, -EPROTO,
					    smbsign_pdu_parse_hdr(&pdu, other,
								  msg, len),
					    "proto=%d len=%zu", other, len);
			if (len >= size)
				KUNIT_EXPECT_EQ(test, pdu.len, len);
		}
	}
	KUNIT_EXPECT_EQ(test, 64, smbsign_pdu_hdr_size(SMBSIGN_PROTO_SMB2));
	KUNIT_EXPECT_EQ(test, 32, smbsign_pdu_hdr_size(SMBSIGN_PROTO_SMB1));
}

/* Byte i of the header is i, so that a number tells where it was read. */
static void numbered_hdr(enum smbsign_alg alg, u8 *hdr, size_t size)
{
	for (size_t i = 0; i < size; i++)
		hdr[i] = i;
	put_proto_id(alg, hdr, size);
}

static void expect_smb2_view(struct kunit *test, const struct smbsign_pdu *pdu,
			     const u8 *hdr)
{
	KUNIT_EXPECT_EQ(test, pdu->proto, SMBSIGN_PROTO_SMB2);
	KUNIT_EXPECT_PTR_EQ(test, pdu->hdr, hdr);
	KUNIT_EXPECT_EQ(test, pdu->len, 64);
	KUNIT_EXPECT_EQ(test, smbsign_pdu_command(pdu), 0x0d0c);
	KUNIT_EXPECT_EQ(test, smbsign_pdu_status(pdu), 0x0b0a0908U);
	KUNIT_EXPECT_EQ(test, smbsign_pdu_message_id(pdu), 0x1f1e1d1c1b1a1918ULL);
	KUNIT_EXPECT_EQ(test, smbsign_pdu_session_id(pdu), 0x2f2e2d2c2b2a2928ULL);
	KUNIT_EXPECT_EQ(test, smbsign_pdu_signature_off(pdu->proto), 48);
}

/* At every alignment: a message lies where the network put it. */
static void test_pdu_view_sync(struct kunit *test)
{
	u8 *end = (u8 *)kunit_guarded_buf(test, 64 + 7) + 64 + 7;

	for (int shift = 0; shift < 8; shift++) {
		u8 *hdr = end - 64 - shift;
		struct smbsign_pdu pdu;

		numbered_hdr(SMBSIGN_AES_CMAC, hdr, 64);
		put_unaligned_le16(64, hdr + OFF_STRUCTURE_SIZE);
		put_unaligned_le32(0, hdr + OFF_NEXT_COMMAND);

		KUNIT_ASSERT_EQ(test, 0, smbsign_pdu_parse(&pdu, hdr, 64));
		expect_smb2_view(test, &pdu, hdr);
		KUNIT_EXPECT_EQ(test, smbsign_pdu_flags(&pdu), 0x13121110U);
		KUNIT_EXPECT_EQ(test, smbsign_pdu_tree_id(&pdu), 0x27262524U);
	}
}

static void test_pdu_view_async(struct kunit *test)
{
	u8 *end = (u8 *)kunit_guarded_buf(test, 64 + 7) + 64 + 7;

	for (int shift = 0; shift < 8; shift++) {
		u8 *hdr = end - 64 - shift;
		struct smbsign_pdu pdu;

		numbered_hdr(SMBSIGN_AES_CMAC, hdr, 64);
		put_unaligned_le16(64, hdr + OFF_STRUCTURE_SIZE);
		put_unaligned_le32(0, hdr + OFF_NEXT_COMMAND);
		hdr[OFF_FLAGS] = 0x12;

		KUNIT_ASSERT_EQ(test, 0, smbsign_pdu_parse(&pdu, hdr, 64));
		expect_smb2_view(test, &pdu, hdr);
		KUNIT_EXPECT_EQ(test, smbsign_pdu_flags(&pdu), 0x13121112U);
		KUNIT_EXPECT_EQ(test, smbsign_pdu_tree_id(&pdu), 0U);
	}
}

static void test_pdu_view_smb1(struct kunit *test)
{
	u8 *end = (u8 *)kunit_guarded_buf(test, 32 + 7) + 32 + 7;

	for (int shift = 0; shift < 8; shift++) {
		u8 *hdr = end - 32 - shift;
		struct smbsign_pdu pdu;

		numbered_hdr(SMBSIGN_MD5, hdr, 32);

		KUNIT_ASSERT_EQ(test, 0, smbsign_pdu_parse(&pdu, hdr, 32));
		KUNIT_EXPECT_EQ(test, pdu.proto, SMBSIGN_PROTO_SMB1);
		KUNIT_EXPECT_PTR_EQ(test, pdu.hdr, (const u8 *)hdr);
		KUNIT_EXPECT_EQ(test, pdu.len, 32);
		KUNIT_EXPECT_EQ(test, smbsign_pdu_command(&pdu), 4);
		KUNIT_EXPECT_EQ(test, smbsign_pdu_status(&pdu), 0x08070605U);
		KUNIT_EXPECT_EQ(test, smbsign_pdu_flags(&pdu), 0x0b0a0009U);
		KUNIT_EXPECT_EQ(test, smbsign_pdu_message_id(&pdu), 0x1f1eULL);
		KUNIT_EXPECT_EQ(test, smbsign_pdu_session_id(&pdu), 0x1d1cULL);
		KUNIT_EXPECT_EQ(test, smbsign_pdu_tree_id(&pdu), 0x1918U);
		KUNIT_EXPECT_EQ(test, smbsign_pdu_signature_off(pdu.proto), 14);
	}
}

/* Of a chain SMB1 has nothing: the bytes at NextCommand are its Status. */
static void test_pdu_smb1_is_no_chain(struct kunit *test)
{
	u8 *msg = kunit_guarded_buf(test, 200);
	struct smbsign_pdu pdu;

	random_pdu(SMBSIGN_MD5, msg, 200);
	put_unaligned_le32(64, msg + OFF_NEXT_COMMAND);
	KUNIT_ASSERT_EQ(test, 0, smbsign_pdu_parse(&pdu, msg, 200));
	KUNIT_EXPECT_EQ(test, pdu.len, 200);
}

/* What of a header is signed: all of it but these bytes */
static void test_pdu_mask_signature(struct kunit *test)
{
	u8 hdr[64], masked[64];

	memset(hdr, 0xa5, sizeof(hdr));
	memcpy(masked, hdr, sizeof(hdr));
	memset(masked + 48, 0, 16);
	smbsign_pdu_mask_signature(SMBSIGN_PROTO_SMB2, hdr);
	KUNIT_EXPECT_MEMEQ(test, hdr, masked, 64);

	memset(hdr, 0xa5, sizeof(hdr));
	memcpy(masked, hdr, sizeof(hdr));
	memset(masked + 18, 0, 4);
	smbsign_pdu_mask_signature(SMBSIGN_PROTO_SMB1, hdr);
	KUNIT_EXPECT_MEMEQ(test, hdr, masked, 64);
}

static void test_pdu_set_sequence(struct kunit *test)
{
	static const u8 le[4] = { 0x01, 0x02, 0x03, 0x84 };
	u8 hdr[64], expected[64];

	memset(hdr, 0xa5, sizeof(hdr));
	memcpy(expected, hdr, sizeof(hdr));
	memcpy(expected + SMB1_SIG_OFF, le, sizeof(le));
	smbsign_pdu_set_sequence(hdr, 0x84030201);
	KUNIT_EXPECT_MEMEQ(test, hdr, expected, sizeof(hdr));
}

/* One bit of the header says it, and no other of that byte. */
static void expect_flag(struct kunit *test, enum smbsign_proto proto, int off,
			int bit, bool (*is_set)(const struct smbsign_pdu *pdu))
{
	u8 hdr[64] = {};
	struct smbsign_pdu pdu = { .proto = proto, .hdr = hdr };

	for (int i = 0; i < 8 * sizeof(hdr); i++) {
		memset(hdr, 0, sizeof(hdr));
		hdr[i / 8] = 1U << i % 8;
		KUNIT_EXPECT_EQ_MSG(test, i == 8 * off + bit, is_set(&pdu),
				    "bit %d of byte %d", i % 8, i / 8);
		memset(hdr, 0xff, sizeof(hdr));
		hdr[i / 8] ^= 1U << i % 8;
		KUNIT_EXPECT_EQ_MSG(test, i != 8 * off + bit, is_set(&pdu),
				    "all but bit %d of byte %d", i % 8, i / 8);
	}
}

static void test_pdu_is_response(struct kunit *test)
{
	expect_flag(test, SMBSIGN_PROTO_SMB2, OFF_FLAGS, 0,
		    smbsign_pdu_is_response);
	expect_flag(test, SMBSIGN_PROTO_SMB1, 9, 7, smbsign_pdu_is_response);
}

static void test_pdu_is_signed(struct kunit *test)
{
	expect_flag(test, SMBSIGN_PROTO_SMB2, OFF_FLAGS, 3,
		    smbsign_pdu_is_signed);
}

static void test_pdu_commands(struct kunit *test)
{
	u8 hdr[64] = {};
	struct smbsign_pdu pdu = { .proto = SMBSIGN_PROTO_SMB2, .hdr = hdr };

	for (u32 c = 0; c <= U16_MAX; c++) {
		put_unaligned_le16(c, hdr + OFF_COMMAND);
		KUNIT_EXPECT_EQ(test, c == 0, smbsign_pdu_is_negotiate(&pdu));
		KUNIT_EXPECT_EQ(test, c == 1,
				smbsign_pdu_is_session_setup(&pdu));
		KUNIT_EXPECT_EQ(test, c == 3, smbsign_pdu_is_tree_connect(&pdu));
		KUNIT_EXPECT_EQ(test, c == 12, smbsign_pdu_is_cancel(&pdu));
	}
}

/* A response with STATUS_PENDING; of a request these bytes are no status. */
static void test_pdu_is_interim(struct kunit *test)
{
	u8 hdr[64] = {};
	struct smbsign_pdu pdu = { .proto = SMBSIGN_PROTO_SMB2, .hdr = hdr };

	hdr[OFF_FLAGS] = SMB2_FLAGS_SERVER_TO_REDIR;
	for (int bit = 0; bit < 32; bit++) {
		put_unaligned_le32(0x103 ^ 1U << bit, hdr + OFF_STATUS);
		KUNIT_EXPECT_FALSE(test, smbsign_pdu_is_interim(&pdu));
	}
	put_unaligned_le32(0x103, hdr + OFF_STATUS);
	KUNIT_EXPECT_TRUE(test, smbsign_pdu_is_interim(&pdu));
	hdr[OFF_FLAGS] = 0;
	KUNIT_EXPECT_FALSE(test, smbsign_pdu_is_interim(&pdu));
}

static struct kunit_case pdu_test_cases[] = {
	KUNIT_CASE_PARAM(test_pdu_header, pdu_cases_gen_params),
	KUNIT_CASE(test_pdu_truncated),
	KUNIT_CASE(test_pdu_protocol_id),
	KUNIT_CASE(test_pdu_netbios_header_in_front),
	KUNIT_CASE(test_pdu_parse_hdr),
	KUNIT_CASE(test_pdu_view_sync),
	KUNIT_CASE(test_pdu_view_async),
	KUNIT_CASE(test_pdu_view_smb1),
	KUNIT_CASE(test_pdu_smb1_is_no_chain),
	KUNIT_CASE(test_pdu_mask_signature),
	KUNIT_CASE(test_pdu_set_sequence),
	KUNIT_CASE(test_pdu_is_response),
	KUNIT_CASE(test_pdu_is_signed),
	KUNIT_CASE(test_pdu_commands),
	KUNIT_CASE(test_pdu_is_interim),
	{}
};

static struct kunit_suite pdu_test_suite = {
	.name = "smbsign_pdu",
	.init = init_test,
	.test_cases = pdu_test_cases,
};

kunit_test_suite(pdu_test_suite);
