// SPDX-License-Identifier: GPL-2.0-only
/*
 * message.c, compound chains: each message of a chain is signed by itself, its
 * padding included, wherever it begins in memory, and a chain that fails tells
 * where.
 */
#include <kunit/test.h>
#include <linux/align.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "msg-utils.h"

#define MAX_PARTS	5
#define MAX_PART	400
#define MAX_OFF		80
#define MAX_LEN		(MAX_PARTS * (MAX_PART + 72) + MAX_OFF)
#define ROUNDS		RAND_ROUNDS(30)

struct chain {
	enum smbsign_alg alg;
	enum smbsign_role role;
	struct key_pair keys;
	u8 data[MAX_LEN];
	size_t data_len;		/* the chain ends with the container */
	int num;
	size_t off[MAX_PARTS + 1];	/* in the container, and the end */
	u8 sig[MAX_PARTS][SMBSIGN_SIG_SIZE];
	struct msg_mem *mem;
};

static struct chain *new_chain(struct kunit *test, enum smbsign_alg alg)
{
	struct chain *c = kunit_kzalloc(test, sizeof(*c), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, c);
	c->alg = alg;
	c->keys = kunit_key_pair(test, alg);
	c->mem = kunit_msg_mem(test, MAX_LEN);
	return c;
}

/* One message: @len bytes, and padding if another follows */
static void add_part(struct chain *c, size_t len)
{
	u8 *msg = c->data + c->data_len;

	random_msg(c->alg, c->role, msg, len);
	put_unaligned_le16(SMB2_HDR_LEN, msg + 4);
	put_unaligned_le32(c->num < MAX_PARTS ? ALIGN(len, 8) : 0,
			   msg + SMB2_NEXT_OFF);
	c->off[c->num++] = c->data_len;
	c->data_len += ALIGN(len, 8);
}

/* What follows is not padding but no message either. */
static void fill_chain(struct kunit *test, struct chain *c, int num)
{
	c->role = rand_below(2) ? SMBSIGN_SERVER : SMBSIGN_CLIENT;
	c->data_len = rand_below(2) * rand_below(MAX_OFF);
	c->num = 0;
	rand_bytes(c->data, sizeof(c->data));
	while (c->num < num)
		add_part(c, SMB2_HDR_LEN + rand_below(MAX_PART - SMB2_HDR_LEN));
	put_unaligned_le32(0, c->data + c->off[num - 1] + SMB2_NEXT_OFF);
	c->data_len -= rand_below(8);
	if (c->data_len < c->off[num - 1] + SMB2_HDR_LEN)
		c->data_len = c->off[num - 1] + SMB2_HDR_LEN;
	c->off[num] = c->data_len;
	for (int i = 0; i < num; i++)
		contiguous_signature(test, c->keys.of[c->role],
				     c->data + c->off[i],
				     c->off[i + 1] - c->off[i], 0, c->sig[i]);
}

static void lay_chain(struct chain *c, const struct msg_layout *layout,
		      size_t first)
{
	lay_msg_cut(c->mem, layout, c->data, c->data_len, first);
	c->mem->msg.off = c->off[0];
	c->mem->msg.len = c->data_len - c->off[0];
}

static void expect_sign(struct kunit *test, struct chain *c, int num_signed,
			int err)
{
	for (int i = 0; i < num_signed; i++)
		mem_expect(c->mem, c->off[i] + SMB2_SIG_OFF, c->sig[i],
			   SMBSIGN_SIG_SIZE);
	KUNIT_EXPECT_EQ_MSG(test, err,
			    smbsign_sign_chain(c->keys.of[c->role],
					       &c->mem->msg),
			    "%s, %d messages", alg_name(c->alg), c->num);
	KUNIT_EXPECT_TRUE_MSG(test, mem_is_intact(c->mem), "%s, %d messages",
			      alg_name(c->alg), c->num);
}

static int verify(struct chain *c, unsigned int *failed_ret)
{
	return smbsign_verify_chain(c->keys.of[other_role(c->role)],
				    &c->mem->msg, failed_ret);
}

static void expect_verify(struct kunit *test, struct chain *c, int err,
			  unsigned int failed)
{
	unsigned int failed_ret = 77;

	KUNIT_EXPECT_EQ_MSG(test, err, verify(c, &failed_ret),
			    "%s, %d messages", alg_name(c->alg), c->num);
	KUNIT_EXPECT_EQ_MSG(test, failed_ret, err ? failed : 77,
			    "%s, %d messages", alg_name(c->alg), c->num);
	KUNIT_EXPECT_EQ(test, err, verify(c, NULL));
	KUNIT_EXPECT_TRUE_MSG(test, mem_is_intact(c->mem), "%s, %d messages",
			      alg_name(c->alg), c->num);
}

/* A byte of message @i that neither ends the chain there nor turns it around */
static void expect_damage_found(struct kunit *test, struct chain *c, int i)
{
	static const u8 harmless[] = { 6, 9, 12, 15, 17, 33, 41, 48, 63 };
	size_t len = c->off[i + 1] - c->off[i];
	size_t at = rand_below(2) ? harmless[rand_below(ARRAY_SIZE(harmless))] :
		    len > SMB2_HDR_LEN ?
		    SMB2_HDR_LEN + rand_below(len - SMB2_HDR_LEN) : 6;

	mem_flip(c->mem, c->off[i] + at, 0x10);
	expect_verify(test, c, -EBADMSG, i);
	mem_flip(c->mem, c->off[i] + at, 0x10);
}

static void test_chain_random(struct kunit *test)
{
	const struct msg_layout *layout = layout_param(test);
	struct chain *c;

	rand_seed(1);
	for (enum smbsign_alg alg = 0; alg < SMBSIGN_MD5; alg++) {
		c = new_chain(test, alg);
		for (int round = 0; round < ROUNDS; round++) {
			u32 state = rand_state();

			fill_chain(test, c, 1 + round % MAX_PARTS);
			lay_chain(c, layout, 0);
			expect_sign(test, c, c->num, 0);
			expect_verify(test, c, 0, 0);
			for (int i = 0; i < c->num; i++)
				expect_damage_found(test, c, i);
			expect_verify(test, c, 0, 0);
			KUNIT_ASSERT_EQ_MSG(test, test->status, KUNIT_SUCCESS,
					    "rand_seed(%u)", state);
		}
	}
}

/* The last bytes of the padding count, each in its message. */
static void test_chain_padding(struct kunit *test)
{
	const struct msg_layout *layout = layout_param(test);
	struct chain *c;

	rand_seed(2);
	for (enum smbsign_alg alg = 0; alg < SMBSIGN_MD5; alg++) {
		c = new_chain(test, alg);
		fill_chain(test, c, 3);
		lay_chain(c, layout, 0);
		expect_sign(test, c, 3, 0);
		for (int i = 0; i < 3; i++) {
			mem_flip(c->mem, c->off[i + 1] - 1, 1);
			expect_verify(test, c, -EBADMSG, i);
			mem_flip(c->mem, c->off[i + 1] - 1, 1);
		}
	}
}

/* A border between two messages at each place of a piece of memory */
static void test_chain_each_cut(struct kunit *test)
{
	const struct msg_layout *layout = layout_param(test);
	struct chain *c = new_chain(test, SMBSIGN_AES_CMAC);

	rand_seed(3);
	fill_chain(test, c, 2);
	for (size_t cut = c->off[1] - 8; cut < c->off[1] + 70; cut++) {
		lay_chain(c, layout, cut);
		expect_sign(test, c, 2, 0);
		expect_verify(test, c, 0, 0);
	}
}

struct bad_next {
	const char *name;
	s32 value;		/* of the container's rest, if negative */
	int err;
};

static const struct bad_next bad_nexts[] = {
	{ "1", 1, -EPROTO },
	{ "in the header", 56, -EPROTO },
	{ "not a multiple of 8", 68, -EPROTO },
	{ "negative", (s32)0x80000000, -EMSGSIZE },
	{ "behind the end", 0x7ffffff8, -EMSGSIZE },
	{ "no room for a header", 0, -EMSGSIZE },
};

KUNIT_ARRAY_PARAM_DESC(bad_next, bad_nexts, name);

/* The last place at which a message cannot begin any more */
static u32 next_without_room(const struct chain *c, int i)
{
	size_t rest = c->data_len - c->off[i];

	return max_t(size_t, SMB2_HDR_LEN, ALIGN(rest - SMB2_HDR_LEN + 1, 8));
}

/* What is in front of the message that failed has been signed, no more. */
static void test_chain_bad_next(struct kunit *test)
{
	const struct bad_next *bad = test->param_value;
	u8 next[4];

	rand_seed(4);
	for (unsigned int i = 0; i < MAX_PARTS * num_layouts(); i++) {
		int at = i % MAX_PARTS;
		struct chain *c = new_chain(test, nth_alg(i) % SMBSIGN_MD5);

		fill_chain(test, c, MAX_PARTS);
		lay_chain(c, nth_layout(i / MAX_PARTS), 0);
		expect_sign(test, c, MAX_PARTS, 0);
		put_unaligned_le32(bad->value ?: next_without_room(c, at),
				   next);
		mem_write(c->mem, c->off[at] + SMB2_NEXT_OFF, next, 4);
		expect_verify(test, c, bad->err, at);
		expect_sign(test, c, at, bad->err);
	}
}

/* In the middle of a chain as well as alone */
static void test_chain_other_errors(struct kunit *test)
{
	static const u8 smb1[] = "\xffSMB", encrypted[] = "\xfdSMB";
	struct chain *c = new_chain(test, SMBSIGN_AES_GMAC);

	rand_seed(5);
	for (unsigned int i = 0; i < num_layouts(); i++) {
		fill_chain(test, c, 3);
		lay_chain(c, nth_layout(i), 0);
		expect_sign(test, c, 3, 0);

		/* Somebody else's message among ours, and ours among theirs */
		mem_flip(c->mem, c->off[1] + SMB2_FLAGS_OFF, 1);
		expect_verify(test, c, -EACCES, 1);
		expect_sign(test, c, 1, -EINVAL);
		mem_flip(c->mem, c->off[1] + SMB2_FLAGS_OFF, 1);

		mem_write(c->mem, c->off[2], encrypted, 4);
		expect_verify(test, c, -EPROTO, 2);
		mem_write(c->mem, c->off[2], smb1, 4);
		expect_verify(test, c, -EPROTO, 2);
		expect_sign(test, c, 2, -EPROTO);
		mem_write(c->mem, c->off[2], c->data + c->off[2], 4);
		expect_verify(test, c, 0, 0);

		c->mem->msg.len = 0;
		expect_verify(test, c, -EPROTO, 0);
		c->mem->msg.len = c->data_len - c->off[0] + 1;
		expect_verify(test, c, -EMSGSIZE, 2);
	}
}

/* One after the other, and what is behind a bad one stays in the rest. */
static void test_chain_next(struct kunit *test)
{
	const struct msg_layout *layout = layout_param(test);
	struct chain *c = new_chain(test, SMBSIGN_AES_CMAC);
	struct smbsign_msg rest, msg;
	struct smbsign_key *peer;

	rand_seed(7);
	for (int num = 1; num <= MAX_PARTS; num++) {
		fill_chain(test, c, num);
		peer = c->keys.of[other_role(c->role)];
		lay_chain(c, layout, 0);
		expect_sign(test, c, num, 0);
		rest = c->mem->msg;
		for (int i = 0; i < num; i++) {
			KUNIT_ASSERT_EQ(test, 0, smbsign_msg_next(&rest, &msg));
			KUNIT_EXPECT_EQ(test, msg.off, c->off[i]);
			KUNIT_EXPECT_EQ(test, msg.off + msg.len, c->off[i + 1]);
			KUNIT_EXPECT_EQ(test, rest.off, c->off[i + 1]);
			KUNIT_EXPECT_EQ(test, rest.len,
					c->data_len - c->off[i + 1]);
			KUNIT_EXPECT_EQ(test, 0,
					smbsign_verify_msg(peer, &msg));
		}
		KUNIT_EXPECT_EQ(test, -EPROTO, smbsign_msg_next(&rest, &msg));
		KUNIT_EXPECT_EQ(test, rest.len, 0);
		rest.len = 1;
		KUNIT_EXPECT_EQ(test, -EMSGSIZE, smbsign_msg_next(&rest, &msg));
		KUNIT_EXPECT_EQ(test, rest.off, c->data_len);
		KUNIT_EXPECT_TRUE(test, mem_is_intact(c->mem));
	}
}

/* SMB1 has no chains of messages: it is one, whatever its bytes say. */
static void test_chain_smb1(struct kunit *test)
{
	struct sample s;

	if (!alg_is_available(SMBSIGN_MD5))
		kunit_skip(test, "this kernel offers no MD5");
	rand_seed(6);
	sample_init(test, &s, SMBSIGN_MD5, 1000);
	for (unsigned int i = 0; i < num_layouts(); i++) {
		struct smbsign_key *peer;
		unsigned int failed;

		sample_fill(test, &s, SMB1_HDR_LEN + rand_below(200));
		sample_lay(&s, nth_layout(i), 0);
		peer = s.keys.of[other_role(s.role)];
		mem_expect(s.mem, s.off + SMB1_SIG_OFF, s.sig,
			   SMBSIGN_SMB1_SIG_SIZE);
		KUNIT_EXPECT_EQ(test, 0,
				smbsign_sign_chain(s.keys.of[s.role],
						   &s.mem->msg));
		KUNIT_EXPECT_TRUE(test, mem_is_intact(s.mem));
		KUNIT_EXPECT_EQ(test, 0, smbsign_verify_chain(peer, &s.mem->msg,
							      &failed));
	}
}

/* The next whole chain of what was captured; its last part is in @vec. */
static bool next_captured(struct pdu_testvec_iter *iter, struct chain *c,
			  struct pdu_testvec *vec)
{
	while (pdu_testvec_next(iter, vec)) {
		if (!vec->part) {
			c->num = 0;
			c->data_len = 0;
		}
		if (vec->num_parts == 1 || vec->num_parts > MAX_PARTS)
			continue;
		c->off[c->num++] = c->data_len;
		memcpy(c->data + c->data_len, vec->pdu, vec->pdu_len);
		memcpy(c->sig[vec->part], vec->pdu + vec->sig_off, 16);
		c->data_len += vec->pdu_len;
		c->off[c->num] = c->data_len;
		if (c->num == vec->num_parts)
			return true;
	}
	return false;
}

static void test_chain_captured(struct kunit *test)
{
	const struct msg_layout *layout = layout_param(test);
	struct chain *c = new_chain(test, SMBSIGN_AES_CMAC);
	unsigned int num = 0;
	struct pdu_testvec_iter iter;
	struct pdu_testvec vec;

	pdu_vecs_begin(test, &iter);
	while (next_captured(&iter, c, &vec)) {
		c->alg = vec_alg(&vec);
		c->role = vec.from_server ? SMBSIGN_SERVER : SMBSIGN_CLIENT;
		for (int role = 0; role < 2; role++)
			c->keys.of[role] = kunit_signing_key(test, c->alg, role,
							     vec.key,
							     vec.key_len);
		lay_chain(c, layout, 0);
		expect_verify(test, c, 0, 0);
		for (int i = 0; i < c->num; i++)
			expect_damage_found(test, c, i);
		for (int i = 0; i < c->num; i++)
			mem_flip(c->mem, c->off[i] + SMB2_SIG_OFF, 0xff);
		expect_verify(test, c, -EBADMSG, 0);
		expect_sign(test, c, c->num, 0);
		num++;
	}
	pdu_vecs_end(test, &iter);
	KUNIT_EXPECT_EQ(test, num, 8);
}

static struct kunit_case message_chain_test_cases[] = {
	KUNIT_CASE_PARAM(test_chain_random, layout_gen_params),
	KUNIT_CASE_PARAM(test_chain_padding, layout_gen_params),
	KUNIT_CASE_PARAM(test_chain_each_cut, layout_gen_params),
	KUNIT_CASE_PARAM(test_chain_bad_next, bad_next_gen_params),
	KUNIT_CASE(test_chain_other_errors),
	KUNIT_CASE_PARAM(test_chain_next, layout_gen_params),
	KUNIT_CASE(test_chain_smb1),
	KUNIT_CASE_PARAM(test_chain_captured, layout_gen_params),
	{}
};

static struct kunit_suite message_chain_test_suite = {
	.name = "smbsign_message_chain",
	.test_cases = message_chain_test_cases,
};

kunit_test_suite(message_chain_test_suite);
