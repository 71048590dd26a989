// SPDX-License-Identifier: GPL-2.0-only
/*
 * sign.c, how a signature comes about: pieces, chains, refused messages, what
 * is written and what is wiped, and all of it in any context.
 */
#include <kunit/test.h>
#include <linux/align.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "pdu-utils.h"
#include "test-utils.h"

#define HDR_SIZE	64
#define MAX_LEN		700

/* What is signed ends at a guard page and is never written to. */
static void test_sign_only_reads(struct kunit *test)
{
	enum smbsign_alg alg = alg_param(test);
	u8 *end = (u8 *)kunit_guarded_buf(test, MAX_LEN) + MAX_LEN;
	u8 copy[MAX_LEN], sig[SMBSIGN_SIG_SIZE];
	struct smbsign_key *key;

	key = kunit_random_key(test, alg);
	for (size_t len = HDR_SIZE; len <= MAX_LEN; len++) {
		random_pdu(alg, end - len, len);
		memcpy(copy, end - len, len);
		KUNIT_ASSERT_EQ(test, 0, sign_pdu(key, end - len, len, sig));
		KUNIT_ASSERT_TRUE_MSG(test, !memcmp(end - len, copy, len),
				      "len=%zu", len);
	}
}

/* The signature ends at a guard page, and nothing in front of it is written. */
static void test_sign_writes_its_size(struct kunit *test)
{
	enum smbsign_alg alg = alg_param(test);
	size_t size = alg == SMBSIGN_MD5 ? 8 : 16;
	u8 *sig = (u8 *)kunit_guarded_buf(test, size + 1) + 1;
	u8 pdu[100], before[SMBSIGN_SIG_SIZE];
	struct smbsign_key *key;

	key = kunit_random_key(test, alg);
	random_pdu(alg, pdu, sizeof(pdu));
	KUNIT_EXPECT_EQ(test, smbsign_sign_size(alg), size);
	sig[-1] = 0xa5;
	memset(sig, 0, size);
	KUNIT_ASSERT_EQ(test, 0, sign_pdu(key, pdu, sizeof(pdu), sig));
	KUNIT_EXPECT_EQ(test, sig[-1], 0xa5);

	/* A byte of it that is not written keeps what was there. */
	memcpy(before, sig, size);
	for (size_t i = 0; i < size; i++)
		sig[i] = ~sig[i];
	KUNIT_ASSERT_EQ(test, 0, sign_pdu(key, pdu, sizeof(pdu), sig));
	KUNIT_EXPECT_MEMEQ(test, sig, before, size);
}

static void expect_refused(struct kunit *test, struct smbsign_key *key,
			   const u8 *pdu, size_t len, size_t split)
{
	struct smbsign_sign_ctx ctx;
	u8 sig[SMBSIGN_SIG_SIZE];

	memset(sig, 0xa5, sizeof(sig));
	smbsign_sign_init(&ctx, key);
	sign_update(&ctx, key, pdu, split);
	sign_update(&ctx, key, pdu + split, len - split);
	KUNIT_EXPECT_EQ_MSG(test, -EPROTO, sign_final(&ctx, key, sig),
			    "len=%zu split=%zu", len, split);
	KUNIT_EXPECT_NULL_MSG(test, memchr_inv(sig, 0xa5, sizeof(sig)),
			      "len=%zu split=%zu", len, split);
	KUNIT_EXPECT_NULL(test, memchr_inv(&ctx, 0, sizeof(ctx)));
}

/* Shorter than its header, at a guard page, in one piece and in two */
static void test_sign_short_message(struct kunit *test)
{
	enum smbsign_alg alg = alg_param(test);
	size_t hdr_size = smbsign_pdu_hdr_size(alg_proto(alg));
	u8 *end = (u8 *)kunit_guarded_buf(test, hdr_size) + hdr_size;
	u8 sig[SMBSIGN_SIG_SIZE];
	struct smbsign_key *key;

	key = kunit_random_key(test, alg);
	for (size_t len = 0; len < hdr_size; len++) {
		random_pdu(alg, end - len, len);
		for (size_t split = 0; split <= len; split++)
			expect_refused(test, key, end - len, len, split);
	}
	random_pdu(alg, end - hdr_size, hdr_size);
	KUNIT_EXPECT_EQ(test, 0, sign_pdu(key, end - hdr_size, hdr_size, sig));
}

/* The other protocol, encrypted, compressed, a NetBIOS length, nonsense */
static void test_sign_other_protocol(struct kunit *test)
{
	static const u32 ids[] = {
		SMB1_PROTO_ID, SMB2_PROTO_ID, 0x424d53fd, 0x424d53fc, 0,
		0x40000000, 0xfe534d42, 0x444d53fe, 0x426d53fe,
	};
	enum smbsign_alg alg = alg_param(test);
	u8 *pdu = kunit_kzalloc(test, MAX_LEN, GFP_KERNEL);
	u8 good[4];
	struct smbsign_key *key;

	KUNIT_ASSERT_NOT_NULL(test, pdu);
	key = kunit_random_key(test, alg);
	put_proto_id(alg, good, sizeof(good));
	for (int i = 0; i < ARRAY_SIZE(ids); i++) {
		random_pdu(alg, pdu, MAX_LEN);
		put_unaligned_le32(ids[i], pdu);
		if (!memcmp(pdu, good, sizeof(good)))
			continue;
		expect_refused(test, key, pdu, MAX_LEN, MAX_LEN);
		expect_refused(test, key, pdu, MAX_LEN, 1);
		expect_refused(test, key, pdu, HDR_SIZE, 3);
	}
}

/* Once refused, a message stays refused, whatever follows. */
static void test_sign_refused_goes_on(struct kunit *test)
{
	enum smbsign_alg alg = alg_param(test);
	u8 pdu[200], sig[SMBSIGN_SIG_SIZE];
	struct smbsign_sign_ctx ctx;
	struct smbsign_key *key;

	key = kunit_random_key(test, alg);
	random_pdu(alg, pdu, sizeof(pdu));
	smbsign_sign_init(&ctx, key);
	sign_update(&ctx, key, pdu + 1, 100);
	for (int i = 0; i < 10; i++)
		sign_update(&ctx, key, pdu, sizeof(pdu));
	KUNIT_EXPECT_EQ(test, -EPROTO, sign_final(&ctx, key, sig));
}

/* What was refused leaves nothing to the next message. */
static void test_sign_begins_anew(struct kunit *test)
{
	enum smbsign_alg alg = alg_param(test);
	u8 pdu[200], sig[SMBSIGN_SIG_SIZE] = {}, expected[SMBSIGN_SIG_SIZE] = {};
	struct smbsign_sign_ctx ctx;
	struct smbsign_key *key;

	key = kunit_random_key(test, alg);
	random_pdu(alg, pdu, sizeof(pdu));
	KUNIT_ASSERT_EQ(test, 0, sign_pdu(key, pdu, sizeof(pdu), expected));
	for (size_t len = 0; len < 100; len++) {
		smbsign_sign_init(&ctx, key);
		sign_update(&ctx, key, pdu + 1, len);
		smbsign_sign_init(&ctx, key);
		sign_update(&ctx, key, pdu, sizeof(pdu));
		KUNIT_ASSERT_EQ(test, 0, sign_final(&ctx, key, sig));
		KUNIT_EXPECT_MEMEQ_MSG(test, sig, expected, sizeof(sig),
				       "len=%zu", len);
	}
}

/* In any number of pieces, empty ones among them */
static void test_sign_splits(struct kunit *test)
{
	enum smbsign_alg alg = alg_param(test);
	u8 *pdu = kunit_guarded_buf(test, MAX_LEN);
	u8 sig[SMBSIGN_SIG_SIZE] = {}, expected[SMBSIGN_SIG_SIZE] = {};
	struct smbsign_sign_ctx ctx;
	struct smbsign_key *key;

	key = kunit_random_key(test, alg);
	random_pdu(alg, pdu, MAX_LEN);
	KUNIT_ASSERT_EQ(test, 0, sign_pdu(key, pdu, MAX_LEN, expected));
	for (int round = 0; round < RAND_ROUNDS(300); round++) {
		u32 state = rand_state();
		size_t max_piece = 1 + rand_below(MAX_LEN);

		smbsign_sign_init(&ctx, key);
		for (size_t n, off = 0; off < MAX_LEN; off += n) {
			n = min_t(size_t, rand_below(max_piece + 1),
				  MAX_LEN - off);
			sign_update(&ctx, key, pdu + off, n);
		}
		KUNIT_ASSERT_EQ(test, 0, sign_final(&ctx, key, sig));
		KUNIT_ASSERT_MEMEQ_MSG(test, sig, expected, sizeof(sig),
				       "rand_seed(%u)", state);
	}
}

/* The MAC's context, but for bytes of the message, is gone at the end. */
static bool is_wiped(const struct smbsign_sign_ctx *ctx, enum smbsign_alg alg)
{
	static const size_t sizes[] = {
		[SMBSIGN_HMAC_SHA256]	= offsetof(struct smbsign_hmac_ctx, buf),
		[SMBSIGN_AES_CMAC]	= offsetof(struct smbsign_cmac_ctx, buf),
		[SMBSIGN_AES_GMAC]	= offsetof(struct smbsign_gmac_ctx, acc[1]),
		[SMBSIGN_MD5]		= sizeof(ctx->mac.md5),
	};

	return !memchr_inv(ctx, 0, sizes[alg]);
}

/* Half-done, it may be copied and moved; both ways end alike, and wiped. */
static void test_sign_ctx_is_movable(struct kunit *test)
{
	enum smbsign_alg alg = alg_param(test);
	struct smbsign_sign_ctx *a = kunit_kzalloc(test, sizeof(*a), GFP_KERNEL);
	struct smbsign_sign_ctx *b = kunit_guarded_buf(test, sizeof(*b));
	u8 pdu[200], sig[SMBSIGN_SIG_SIZE] = {}, expected[SMBSIGN_SIG_SIZE] = {};
	struct smbsign_key *key;

	KUNIT_ASSERT_NOT_NULL(test, a);
	key = kunit_random_key(test, alg);
	random_pdu(alg, pdu, sizeof(pdu));
	KUNIT_ASSERT_EQ(test, 0, sign_pdu(key, pdu, sizeof(pdu), expected));
	for (size_t off = 0; off <= sizeof(pdu); off++) {
		smbsign_sign_init(a, key);
		sign_update(a, key, pdu, off);
		memcpy(b, a, sizeof(*b));
		sign_update(a, key, "something else", 14);
		(void)!sign_final(a, key, sig);
		KUNIT_EXPECT_TRUE(test, is_wiped(a, alg));

		sign_update(b, key, pdu + off, sizeof(pdu) - off);
		KUNIT_ASSERT_EQ(test, 0, sign_final(b, key, sig));
		KUNIT_EXPECT_MEMEQ_MSG(test, sig, expected, sizeof(sig),
				       "off=%zu", off);
		KUNIT_EXPECT_TRUE(test, is_wiped(b, alg));
	}
}

/* Three messages in a row; the padding belongs to the one in front of it. */
struct chain {
	u8 buf[3 * 128];
	size_t off[4];
	u8 sigs[3][SMBSIGN_SIG_SIZE];
};

static void sign_chain(struct kunit *test, const struct smbsign_key *key,
		       struct chain *c)
{
	struct smbsign_pdu_iter it;
	struct smbsign_pdu pdu;
	int i = 0;

	smbsign_pdu_iter_init(&it, c->buf, c->off[3]);
	while (smbsign_pdu_next(&it, &pdu)) {
		KUNIT_ASSERT_EQ(test, 0,
				sign_pdu(key, pdu.hdr, pdu.len, c->sigs[i++]));
	}
	KUNIT_ASSERT_EQ(test, 0, it.err);
	KUNIT_ASSERT_EQ(test, 3, i);
}

/* Each part as if it were alone: a byte anywhere changes one signature. */
static void test_sign_chain(struct kunit *test)
{
	enum smbsign_alg alg = alg_param(test);
	struct chain chain = {}, other;
	struct smbsign_key *key;

	if (alg == SMBSIGN_MD5)
		kunit_skip(test, "SMB1 has no compound chains");
	key = kunit_random_key(test, alg);
	for (int i = 0; i < 3; i++) {
		size_t size = ALIGN(HDR_SIZE + rand_below(60), 8);

		random_smb2_hdr(chain.buf + chain.off[i], i < 2 ? size : 0);
		chain.off[i + 1] = chain.off[i] + size;
	}
	sign_chain(test, key, &chain);
	for (size_t off = 0; off < chain.off[3]; off++) {
		int part = (off >= chain.off[1]) + (off >= chain.off[2]);
		size_t in_part = off - chain.off[part];

		/* Only what leaves it a chain, and counts */
		if (in_part < 6 || (in_part >= 20 && in_part < 24) ||
		    (in_part >= SMB2_SIG_OFF && in_part < HDR_SIZE))
			continue;
		other = chain;
		other.buf[off] ^= 0x10;
		sign_chain(test, key, &other);
		for (int i = 0; i < 3; i++)
			KUNIT_EXPECT_EQ_MSG(test, i != part,
					    !memcmp(other.sigs[i],
						    chain.sigs[i], 16),
					    "byte %zu, part %d", off, i);
	}
}

/* NextCommand counts as any other byte, and is no limit to what is signed. */
static void test_sign_ignores_next_command(struct kunit *test)
{
	u8 chain[2 * HDR_SIZE], sig[SMBSIGN_SIG_SIZE], part[SMBSIGN_SIG_SIZE];
	struct smbsign_key *key;

	key = kunit_random_key(test, SMBSIGN_AES_CMAC);
	random_smb2_hdr(chain, HDR_SIZE);
	random_smb2_hdr(chain + HDR_SIZE, 0);
	KUNIT_ASSERT_EQ(test, 0, sign_pdu(key, chain, sizeof(chain), sig));
	KUNIT_ASSERT_EQ(test, 0, sign_pdu(key, chain, HDR_SIZE, part));
	KUNIT_EXPECT_MEMNEQ(test, sig, part, sizeof(sig));
}

/* One key for all contexts, and a message for each */
struct sign_run {
	const struct smbsign_key *key;
	u8 pdus[NUM_TEST_CONTEXTS][MAX_LEN];
	u8 sigs[NUM_TEST_CONTEXTS][SMBSIGN_SIG_SIZE];
};

static bool signs_like_process(void *data)
{
	const struct sign_run *run = data;
	enum test_context where = this_context();
	u8 sig[SMBSIGN_SIG_SIZE] = {};

	return !sign_pdu(run->key, run->pdus[where], MAX_LEN, sig) &&
	       !memcmp(sig, run->sigs[where], sizeof(sig));
}

static void test_sign_in_every_context(struct kunit *test)
{
	enum smbsign_alg alg = alg_param(test);
	struct sign_run *run = kunit_kzalloc(test, sizeof(*run), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, run);
	run->key = kunit_random_key(test, alg);
	for (int i = 0; i < NUM_TEST_CONTEXTS; i++) {
		random_pdu(alg, run->pdus[i], MAX_LEN);
		KUNIT_ASSERT_EQ(test, 0, sign_pdu(run->key, run->pdus[i],
						  MAX_LEN, run->sigs[i]));
	}
	hammer_in_contexts(test, signs_like_process, run);
}

static struct kunit_case sign_flow_test_cases[] = {
	KUNIT_CASE_PARAM(test_sign_only_reads, alg_gen_params),
	KUNIT_CASE_PARAM(test_sign_writes_its_size, alg_gen_params),
	KUNIT_CASE_PARAM(test_sign_short_message, alg_gen_params),
	KUNIT_CASE_PARAM(test_sign_other_protocol, alg_gen_params),
	KUNIT_CASE_PARAM(test_sign_refused_goes_on, alg_gen_params),
	KUNIT_CASE_PARAM(test_sign_begins_anew, alg_gen_params),
	KUNIT_CASE_PARAM(test_sign_splits, alg_gen_params),
	KUNIT_CASE_PARAM(test_sign_ctx_is_movable, alg_gen_params),
	KUNIT_CASE_PARAM(test_sign_chain, alg_gen_params),
	KUNIT_CASE(test_sign_ignores_next_command),
	KUNIT_CASE_PARAM(test_sign_in_every_context, alg_gen_params),
	{}
};

static struct kunit_suite sign_flow_test_suite = {
	.name = "smbsign_sign_flow",
	.init = init_test,
	.test_cases = sign_flow_test_cases,
};

kunit_test_suite(sign_flow_test_suite);
