// SPDX-License-Identifier: GPL-2.0-only
/*
 * pdu.c, many messages: compound chains, whatever was captured on the wire, and
 * many thousand damaged forms of it.
 */
#include <kunit/test.h>
#include <linux/align.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "pdu-utils.h"
#include "test-utils.h"

#define OFF_STRUCTURE_SIZE	4
#define OFF_NEXT_COMMAND	20

#define MAX_CHAIN		5
#define FUZZ_ROUNDS		RAND_ROUNDS(100000)
#define FUZZ_MAX_PDU		512
#define FUZZ_MAX_LEN		(4 * FUZZ_MAX_PDU)

struct chain {
	u8 *msg;
	size_t len;
	size_t off[MAX_CHAIN + 1];	/* of the PDUs, and of the end */
};

/* Bodies of any length, padded to 8 bytes but for the last; a guard page */
static void random_chain(struct kunit *test, struct chain *c, int num)
{
	size_t off = 0;

	for (int i = 0; i < num; i++) {
		c->off[i] = off;
		off += 64 + rand_below(300);
		if (i < num - 1)
			off = ALIGN(off, 8);
	}
	c->off[num] = off;
	c->len = off;
	c->msg = kunit_guarded_buf(test, off);
	for (int i = 0; i < num; i++)
		random_smb2_hdr(c->msg + c->off[i], i == num - 1 ? 0 :
				c->off[i + 1] - c->off[i]);
}

static void expect_pdus(struct kunit *test, struct smbsign_pdu_iter *it,
			const struct chain *c, int num)
{
	struct smbsign_pdu pdu;

	for (int i = 0; i < num; i++) {
		KUNIT_ASSERT_TRUE(test, smbsign_pdu_next(it, &pdu));
		KUNIT_EXPECT_PTR_EQ(test, pdu.hdr,
				    (const u8 *)c->msg + c->off[i]);
		KUNIT_EXPECT_EQ(test, pdu.len, c->off[i + 1] - c->off[i]);
		KUNIT_EXPECT_EQ(test, it->index, i + 1);
		KUNIT_EXPECT_EQ(test, it->err, 0);
	}
}

/* Also when asked again */
static void expect_end(struct kunit *test, struct smbsign_pdu_iter *it,
		       int num, int err)
{
	struct smbsign_pdu pdu;

	for (int i = 0; i < 3; i++) {
		KUNIT_EXPECT_FALSE(test, smbsign_pdu_next(it, &pdu));
		KUNIT_EXPECT_EQ(test, it->index, num);
		KUNIT_EXPECT_EQ(test, it->err, err);
	}
}

static void test_pdu_chain(struct kunit *test)
{
	struct smbsign_pdu_iter it;
	struct chain c;

	for (int num = 1; num <= MAX_CHAIN; num++) {
		for (int round = 0; round < 20; round++) {
			random_chain(test, &c, num);
			smbsign_pdu_iter_init(&it, c.msg, c.len);
			expect_pdus(test, &it, &c, num);
			expect_end(test, &it, num, 0);
		}
	}
}

/* The PDUs in front of the bad one are good, and the error is told then. */
static void test_pdu_chain_breaks_off(struct kunit *test)
{
	static const struct {
		u8 off;
		u32 value;
		int err;
	} faults[] = {
		{ 0, 0x424d53fd, -EPROTO },
		{ OFF_STRUCTURE_SIZE, 63, -EPROTO },
		{ OFF_NEXT_COMMAND, 63, -EPROTO },
		{ OFF_NEXT_COMMAND, 0xfffffff8, -EMSGSIZE },
	};
	struct smbsign_pdu_iter it;
	struct chain c;

	for (int i = 0; i < MAX_CHAIN * ARRAY_SIZE(faults); i++) {
		int bad = i % MAX_CHAIN, f = i / MAX_CHAIN;

		random_chain(test, &c, MAX_CHAIN);
		put_unaligned_le32(faults[f].value,
				   c.msg + c.off[bad] + faults[f].off);
		smbsign_pdu_iter_init(&it, c.msg, c.len);
		expect_pdus(test, &it, &c, bad);
		expect_end(test, &it, bad, faults[f].err);
	}
}

/* Cut at every length: what is whole in front of the cut is given out. */
static void test_pdu_chain_truncated(struct kunit *test)
{
	struct smbsign_pdu_iter it;
	struct smbsign_pdu pdu;
	struct chain c;
	u8 *end;

	random_chain(test, &c, 3);
	end = (u8 *)kunit_guarded_buf(test, c.len) + c.len;
	for (size_t len = 0; len < c.len; len++) {
		unsigned int whole = len >= c.off[2] + 64 ? 3 :
				     len >= c.off[1] + 64 ? 1 : 0;

		memcpy(end - len, c.msg, len);
		smbsign_pdu_iter_init(&it, end - len, len);
		while (smbsign_pdu_next(&it, &pdu))
			;
		KUNIT_EXPECT_EQ_MSG(test, it.index, whole, "len=%zu", len);
		KUNIT_EXPECT_EQ_MSG(test, it.err, whole == 3 ? 0 :
				    len < 64 ? -EPROTO : -EMSGSIZE,
				    "len=%zu", len);
	}
}

static void test_pdu_chain_empty(struct kunit *test)
{
	struct smbsign_pdu_iter it;
	u8 *msg = kunit_guarded_buf(test, 0);

	smbsign_pdu_iter_init(&it, msg, 0);
	expect_end(test, &it, 0, -EPROTO);
}

static const char *const command_names[] = {
	"NEGOTIATE", "SESSION_SETUP", "LOGOFF", "TREE_CONNECT",
	"TREE_DISCONNECT", "CREATE", "CLOSE", "FLUSH", "READ", "WRITE", "LOCK",
	"IOCTL", "CANCEL", "ECHO", "QUERY_DIRECTORY", "CHANGE_NOTIFY",
	"QUERY_INFO", "SET_INFO", "OPLOCK_BREAK",
};

/* The captures are called t<...>-<number>-<command>-<c2s or s2c>. */
static void expect_named_command(struct kunit *test,
				 const struct pdu_testvec *vec,
				 const struct smbsign_pdu *pdu)
{
	u16 command = smbsign_pdu_command(pdu);
	char name[32];

	KUNIT_ASSERT_LT_MSG(test, command, ARRAY_SIZE(command_names), "%s",
			    vec->name);
	snprintf(name, sizeof(name), "-%s-%s", command_names[command],
		 vec->from_server ? "s2c" : "c2s");
	if (vec->name[0] == 't')
		KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(vec->name, name),
					  "%s has command %u", vec->name,
					  command);
}

static void expect_captured_smb2(struct kunit *test,
				 const struct pdu_testvec *vec,
				 const struct smbsign_pdu *pdu)
{
	bool is_signed = vec->alg != PDU_ALG_UNSIGNED;

	expect_named_command(test, vec, pdu);
	KUNIT_EXPECT_EQ_MSG(test, smbsign_pdu_is_response(pdu),
			    vec->from_server, "%s", vec->name);
	KUNIT_EXPECT_EQ_MSG(test, smbsign_pdu_is_signed(pdu), is_signed, "%s",
			    vec->name);
	if (is_signed)
		KUNIT_EXPECT_NE_MSG(test, smbsign_pdu_session_id(pdu), 0ULL,
				    "%s", vec->name);
}

/* Each captured message at a guard page; parts of a chain one by one. */
static void test_pdu_captured(struct kunit *test)
{
	struct pdu_testvec_iter iter;
	struct pdu_testvec vec;
	struct smbsign_pdu pdu;

	pdu_vecs_begin(test, &iter);
	while (pdu_testvec_next(&iter, &vec)) {
		bool is_smb1 = vec.alg == PDU_ALG_SMB1_MD5;
		u8 *msg = kunit_guarded_buf(test, vec.pdu_len);
		int err;

		memcpy(msg, vec.pdu, vec.pdu_len);
		err = smbsign_pdu_parse(&pdu, msg, vec.pdu_len);
		if (vec.part < vec.num_parts - 1) {
			/* The next one is missing here. */
			KUNIT_EXPECT_EQ_MSG(test, err, -EMSGSIZE, "%s", vec.name);
			err = smbsign_pdu_parse_hdr(&pdu, SMBSIGN_PROTO_SMB2,
						    msg, vec.pdu_len);
		}
		KUNIT_ASSERT_EQ_MSG(test, err, 0, "%s", vec.name);
		KUNIT_EXPECT_EQ_MSG(test, pdu.len, vec.pdu_len, "%s", vec.name);
		KUNIT_EXPECT_EQ_MSG(test, smbsign_pdu_signature_off(pdu.proto),
				    vec.sig_off, "%s", vec.name);
		KUNIT_EXPECT_EQ_MSG(test, pdu.proto == SMBSIGN_PROTO_SMB1,
				    is_smb1, "%s", vec.name);
		if (!is_smb1)
			expect_captured_smb2(test, &vec, &pdu);
	}
	pdu_vecs_end(test, &iter);
}

/* The parts of a captured chain, in a row as they were on the wire */
struct captured {
	u8 buf[FUZZ_MAX_LEN];
	size_t len;
	size_t lens[MAX_CHAIN];
	int num;
};

static void add_part(struct kunit *test, struct captured *c,
		     const struct pdu_testvec *vec)
{
	KUNIT_ASSERT_EQ(test, vec->part, c->num);
	KUNIT_ASSERT_LE(test, c->len + vec->pdu_len, sizeof(c->buf));
	memcpy(c->buf + c->len, vec->pdu, vec->pdu_len);
	c->len += vec->pdu_len;
	c->lens[c->num++] = vec->pdu_len;
}

/* Of one that lacks its last parts, the last that is there points nowhere. */
static void expect_captured_chain(struct kunit *test, const struct captured *c,
				  bool is_whole)
{
	struct smbsign_pdu_iter it;
	struct smbsign_pdu pdu;

	smbsign_pdu_iter_init(&it, c->buf, c->len);
	for (int i = 0; i < c->num - !is_whole; i++) {
		KUNIT_ASSERT_TRUE(test, smbsign_pdu_next(&it, &pdu));
		KUNIT_EXPECT_EQ(test, pdu.len, c->lens[i]);
	}
	expect_end(test, &it, c->num - !is_whole, is_whole ? 0 : -EMSGSIZE);
}

static void test_pdu_captured_chains(struct kunit *test)
{
	struct captured *c = kunit_kzalloc(test, sizeof(*c), GFP_KERNEL);
	int num_whole = 0, num_cut = 0;
	struct pdu_testvec_iter iter;
	struct pdu_testvec vec;

	KUNIT_ASSERT_NOT_NULL(test, c);
	pdu_vecs_begin(test, &iter);
	while (pdu_testvec_next(&iter, &vec)) {
		if (!vec.part) {
			if (c->num) {
				expect_captured_chain(test, c, false);
				num_cut++;
			}
			c->num = 0;
			c->len = 0;
		}
		if (vec.num_parts == 1)
			continue;
		add_part(test, c, &vec);
		if (c->num == vec.num_parts) {
			expect_captured_chain(test, c, true);
			num_whole++;
			c->num = 0;
		}
	}
	KUNIT_EXPECT_EQ(test, num_whole, 8);
	KUNIT_EXPECT_EQ(test, num_cut, 8);
}

/*
 * What MS-SMB2 2.2.1.2 says about the first message, said a second time: its
 * length, or a negative error.
 */
static long expected_len(const u8 *msg, size_t len)
{
	u64 next;

	if (len >= 32 && !memcmp(msg, "\xffSMB", 4))
		return len;
	if (len < 64 || memcmp(msg, "\xfeSMB", 4) || msg[4] != 64 || msg[5])
		return -EPROTO;
	next = msg[20] | msg[21] << 8 | msg[22] << 16 | (u64)msg[23] << 24;
	if (!next)
		return len;
	if (next < 64 || next % 8)
		return -EPROTO;
	return next + 64 <= len ? next : -EMSGSIZE;
}

/* Returns what is wrong, NULL if nothing. */
static const char *check_walk(const u8 *msg, size_t len)
{
	struct smbsign_pdu_iter it;
	struct smbsign_pdu pdu;
	size_t off = 0;
	long expected;

	smbsign_pdu_iter_init(&it, msg, len);
	while (smbsign_pdu_next(&it, &pdu)) {
		if (pdu.len < 1 || pdu.len > len - off)
			return "a view is empty or leads outside";
		if (pdu.hdr != msg + off ||
		    smbsign_pdu_hdr_size(pdu.proto) > pdu.len)
			return "a view's header is wrong";
		if (expected_len(msg + off, len - off) != (long)pdu.len)
			return "a view has the wrong length";
		off += pdu.len;
	}
	if (!it.err != (off == len && len))
		return "err is 0 and the chain not covered, or the reverse";
	expected = expected_len(msg + off, len - off);
	if (it.err && it.err != expected)
		return "err is not the expected one";
	return NULL;
}

static u32 nasty_next_command(void)
{
	static const u32 values[] = {
		0, 1, 8, 63, 64, 65, 72, 80, 128, 256, 512, 1024, 2048, 4096,
		0x7ffffff8, 0x80000000, 0x80000040, 0xffffff00, 0xffffffc0,
		0xfffffff8, 0xffffffff,
	};

	return values[rand_below(ARRAY_SIZE(values))];
}

static void mutate(u8 *msg, size_t *len)
{
	u8 *hdr = msg + ALIGN_DOWN(rand_below(*len), 8);

	switch (rand_below(6)) {
	case 0:
		msg[rand_below(*len)] ^= 1 << rand_below(8);
		break;
	case 1:
		msg[rand_below(min_t(size_t, *len, 64))] = rand_u32();
		break;
	case 2:
		hdr = msg;
		fallthrough;
	case 3:
		put_unaligned_le32(nasty_next_command(),
				   hdr + OFF_NEXT_COMMAND);
		break;
	case 4:
		put_unaligned_le32(rand_below(*len + 128),
				   msg + OFF_NEXT_COMMAND);
		break;
	default:
		*len = 1 + rand_below(*len);
	}
}

/* Up to four captured messages, padded and chained */
static size_t captured_chain(u8 *buf, const struct pdu_testvec *vecs, int num)
{
	int left = 1 + rand_below(4);
	size_t len = 0;

	while (left--) {
		const struct pdu_testvec *vec = &vecs[rand_below(num)];
		size_t size = left ? ALIGN(vec->pdu_len, 8) : vec->pdu_len;

		memset(buf + len, 0, size);
		memcpy(buf + len, vec->pdu, vec->pdu_len);
		if (vec->alg != PDU_ALG_SMB1_MD5)
			put_unaligned_le32(left ? size : 0,
					   buf + len + OFF_NEXT_COMMAND);
		len += size;
	}
	return len;
}

static int collect_short_pdus(struct kunit *test, struct pdu_testvec *vecs)
{
	struct pdu_testvec_iter iter;
	int num = 0;

	pdu_vecs_begin(test, &iter);
	while (pdu_testvec_next(&iter, &vecs[num])) {
		if (vecs[num].pdu_len <= FUZZ_MAX_PDU)
			num++;
	}
	return num;
}

static void test_pdu_fuzz(struct kunit *test)
{
	/* One more for the walk's last attempt, and slack for mutate(). */
	struct pdu_testvec *vecs = kunit_kcalloc(test, NUM_PDUS + 1,
						 sizeof(*vecs), GFP_KERNEL);
	u8 *buf = kunit_kzalloc(test, FUZZ_MAX_LEN + 64, GFP_KERNEL);
	u8 *end = (u8 *)kunit_guarded_buf(test, FUZZ_MAX_LEN) + FUZZ_MAX_LEN;
	int num, num_good = 0;

	KUNIT_ASSERT_NOT_NULL(test, vecs);
	KUNIT_ASSERT_NOT_NULL(test, buf);
	num = collect_short_pdus(test, vecs);
	for (int round = 0; round < FUZZ_ROUNDS; round++) {
		u32 state = rand_state();
		size_t len = captured_chain(buf, vecs, num);
		const char *fault;

		for (int n = rand_below(4); n; n--)
			mutate(buf, &len);
		memcpy(end - len, buf, len);
		fault = check_walk(end - len, len);
		KUNIT_ASSERT_NULL_MSG(test, fault, "%s; rand_seed(%u)", fault,
				      state);
		num_good += expected_len(end - len, len) > 0;
	}
	/* Not everything may be refused for one and the same reason. */
	KUNIT_EXPECT_GT(test, num_good, FUZZ_ROUNDS / 4);
	KUNIT_EXPECT_LT(test, num_good, FUZZ_ROUNDS * 9 / 10);
}

static struct kunit_case pdu_chain_test_cases[] = {
	KUNIT_CASE(test_pdu_chain),
	KUNIT_CASE(test_pdu_chain_breaks_off),
	KUNIT_CASE(test_pdu_chain_truncated),
	KUNIT_CASE(test_pdu_chain_empty),
	KUNIT_CASE(test_pdu_captured),
	KUNIT_CASE(test_pdu_captured_chains),
	KUNIT_CASE(test_pdu_fuzz),
	{}
};

static struct kunit_suite pdu_chain_test_suite = {
	.name = "smbsign_pdu_chain",
	.init = init_test,
	.test_cases = pdu_chain_test_cases,
};

kunit_test_suite(pdu_chain_test_suite);
