// SPDX-License-Identifier: GPL-2.0-only
/*
 * sign.c: the signatures of all captured and published messages, what of a
 * message counts and what does not, the nonce of GMAC, and messages that are
 * refused.
 */
#include <crypto/utils.h>
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "kernel-mac.h"
#include "pdu-utils.h"
#include "test-utils.h"

#define OFF_COMMAND	12
#define OFF_FLAGS	16
#define OFF_MESSAGE_ID	24
#define HDR_SIZE	64

#define MAX_VEC_LEN	131072
#define SHORT_LEN	100
#define LONG_LEN	5000

struct vec_counts {
	unsigned int num[SMBSIGN_NUM_ALGS + 1];
};

/* SMB1's sequence number takes the place of the signature's low half. */
static void expect_vec_signature(struct kunit *test, struct smbsign_key *key,
				 const struct pdu_testvec *vec, u8 *pdu)
{
	u8 sig[SMBSIGN_SIG_SIZE] = {};

	memcpy(pdu, vec->pdu, vec->pdu_len);
	if (key->alg == SMBSIGN_MD5)
		put_unaligned_le32(vec->sequence, pdu + vec->sig_off);
	KUNIT_ASSERT_EQ(test, 0, sign_pdu(key, pdu, vec->pdu_len, sig));
	KUNIT_EXPECT_MEMEQ_MSG(test, sig, vec->pdu + vec->sig_off,
			       vec->sig_size, "%s", vec->name);
}

/* Each message ends at a guard page. */
static void test_sign_vectors(struct kunit *test)
{
	struct smbsign_key *keys[SMBSIGN_NUM_ALGS];
	struct vec_counts counts = {};
	struct pdu_testvec_iter iter;
	struct pdu_testvec vec;
	u8 *end;

	select_engine(test, test->param_value);
	end = (u8 *)kunit_guarded_buf(test, MAX_VEC_LEN) + MAX_VEC_LEN;
	for (int alg = 0; alg < SMBSIGN_NUM_ALGS; alg++) {
		if (alg_is_available(alg))
			keys[alg] = kunit_random_key(test, alg);
	}
	pdu_vecs_begin(test, &iter);
	while (pdu_testvec_next(&iter, &vec)) {
		enum smbsign_alg alg = vec_alg(&vec);

		counts.num[alg]++;
		if (alg == SMBSIGN_NUM_ALGS || !alg_is_available(alg))
			continue;
		KUNIT_ASSERT_LE(test, vec.pdu_len, MAX_VEC_LEN);
		KUNIT_ASSERT_EQ(test, 0, smbsign_key_prepare(keys[alg], vec.key,
							     vec.key_len));
		expect_vec_signature(test, keys[alg], &vec, end - vec.pdu_len);
	}
	pdu_vecs_end(test, &iter);
	KUNIT_EXPECT_EQ(test, counts.num[SMBSIGN_AES_GMAC], NUM_GMAC_PDUS);
	KUNIT_EXPECT_EQ(test, counts.num[SMBSIGN_AES_CMAC], NUM_CMAC_PDUS);
	KUNIT_EXPECT_EQ(test, counts.num[SMBSIGN_HMAC_SHA256], NUM_HMAC_PDUS);
	KUNIT_EXPECT_EQ(test, counts.num[SMBSIGN_MD5], NUM_MD5_PDUS);
}

/* The nonce as MS-SMB2 3.1.4.1 has it, written down a second time */
static void expected_nonce(const u8 *pdu, u8 nonce[GMAC_NONCE_SIZE])
{
	memset(nonce, 0, GMAC_NONCE_SIZE);
	memcpy(nonce, pdu + OFF_MESSAGE_ID, 8);
	nonce[8] = (pdu[OFF_FLAGS] & 1) |
		   (get_unaligned_le16(pdu + OFF_COMMAND) == 12) << 1;
}

/* The kernel's own MAC over the message with its Signature blanked */
static void test_sign_is_kernel_mac(struct kunit *test)
{
	enum smbsign_alg alg = alg_param(test);
	struct kernel_mac *peer = kernel_mac_alloc(test, alg);
	u8 raw[SMBSIGN_KEY_SIZE], nonce[GMAC_NONCE_SIZE];
	size_t hdr_size = smbsign_pdu_hdr_size(alg_proto(alg));
	u8 *pdu = kernel_mac_buf(peer);
	struct smbsign_key *key;

	key = kunit_random_key(test, alg);
	for (int round = 0; round < RAND_ROUNDS(1500); round++) {
		u32 state = rand_state();
		size_t len = hdr_size + rand_below(KERNEL_MAC_MAX_LEN -
						   hdr_size + 1);
		u8 sig[SMBSIGN_SIG_SIZE], mac[32];

		rand_bytes(raw, sizeof(raw));
		random_pdu(alg, pdu, len);
		if (alg != SMBSIGN_MD5 && rand_below(2))
			put_unaligned_le16(12, pdu + OFF_COMMAND);
		expected_nonce(pdu, nonce);
		KUNIT_ASSERT_EQ(test, 0, smbsign_key_prepare(key, raw, 16));
		KUNIT_ASSERT_EQ(test, 0, sign_pdu(key, pdu, len, sig));
		if (alg == SMBSIGN_MD5)
			memset(pdu + SMB1_SIG_OFF + 4, 0, 4);
		else
			memset(pdu + SMB2_SIG_OFF, 0, 16);
		KUNIT_ASSERT_EQ(test, 0, kernel_mac_compute(peer, raw, nonce,
							    len, mac));
		KUNIT_ASSERT_MEMEQ_MSG(test, sig, mac, smbsign_sign_size(alg),
				       "len=%zu rand_seed(%u)", len, state);
	}
}

/* Bytes of the message that do not count; of SMB1 the low half does. */
static bool is_masked(enum smbsign_alg alg, size_t off)
{
	if (alg == SMBSIGN_MD5)
		return off >= SMB1_SIG_OFF + 4 && off < SMB1_SIG_OFF + 8;
	return off >= SMB2_SIG_OFF && off < SMB2_SIG_OFF + 16;
}

static void expect_bit_counts(struct kunit *test, struct smbsign_key *key,
			      u8 *pdu, size_t len, size_t bit, const u8 *sig)
{
	size_t size = smbsign_sign_size(key->alg);
	size_t off = bit / 8;
	u8 other[SMBSIGN_SIG_SIZE];
	int err;

	pdu[off] ^= 1 << bit % 8;
	err = sign_pdu(key, pdu, len, other);
	pdu[off] ^= 1 << bit % 8;
	KUNIT_ASSERT_EQ_MSG(test, err, off < 4 ? -EPROTO : 0, "bit %zu", bit);
	if (!err)
		KUNIT_ASSERT_EQ_MSG(test, !memcmp(sig, other, size),
				    is_masked(key->alg, off), "%s, bit %zu",
				    alg_name(key->alg), bit);
}

/* Each bit, of short messages that end in the middle of a block and do not */
static void test_sign_every_bit(struct kunit *test)
{
	static const size_t lens[] = { HDR_SIZE, 68, 80, 97 };
	enum smbsign_alg alg = alg_param(test);
	struct smbsign_key *key;
	u8 pdu[SHORT_LEN], sig[SMBSIGN_SIG_SIZE];

	key = kunit_random_key(test, alg);
	for (int i = 0; i < ARRAY_SIZE(lens); i++) {
		random_pdu(alg, pdu, lens[i]);
		KUNIT_ASSERT_EQ(test, 0, sign_pdu(key, pdu, lens[i], sig));
		for (size_t bit = 0; bit < 8 * lens[i]; bit++)
			expect_bit_counts(test, key, pdu, lens[i], bit, sig);
	}
}

static void test_sign_random_bits(struct kunit *test)
{
	enum smbsign_alg alg = alg_param(test);
	u8 *pdu = kunit_kzalloc(test, LONG_LEN, GFP_KERNEL);
	struct smbsign_key *key;
	u8 sig[SMBSIGN_SIG_SIZE];

	KUNIT_ASSERT_NOT_NULL(test, pdu);
	key = kunit_random_key(test, alg);
	for (int round = 0; round < RAND_ROUNDS(50); round++) {
		size_t len = HDR_SIZE + rand_below(LONG_LEN - HDR_SIZE + 1);

		random_pdu(alg, pdu, len);
		KUNIT_ASSERT_EQ(test, 0, sign_pdu(key, pdu, len, sig));
		for (int i = 0; i < 10; i++)
			expect_bit_counts(test, key, pdu, len,
					  rand_below(8 * len), sig);
	}
}

/* A byte more or less is another message, whatever the byte. */
static void test_sign_length_counts(struct kunit *test)
{
	enum smbsign_alg alg = alg_param(test);
	u8 pdu[SHORT_LEN] = {}, sig[SMBSIGN_SIG_SIZE] = {};
	u8 former[SMBSIGN_SIG_SIZE] = {};
	struct smbsign_key *key;

	key = kunit_random_key(test, alg);
	put_proto_id(alg, pdu, sizeof(pdu));
	for (size_t len = HDR_SIZE; len <= SHORT_LEN; len++) {
		KUNIT_ASSERT_EQ(test, 0, sign_pdu(key, pdu, len, sig));
		KUNIT_EXPECT_MEMNEQ_MSG(test, sig, former,
					smbsign_sign_size(alg), "len=%zu", len);
		memcpy(former, sig, sizeof(former));
	}
}

static void gmac(const struct smbsign_key *key, const u8 *nonce,
		 const u8 *data, size_t len, u8 tag[SMBSIGN_SIG_SIZE])
{
	struct smbsign_section section;
	struct smbsign_gmac_ctx ctx;

	smbsign_gmac_init(&ctx);
	smbsign_section_begin(&section);
	smbsign_gmac_update(&section, &ctx, &key->gmac, data, len);
	smbsign_gmac_final(&section, &ctx, &key->gmac, nonce, tag);
	smbsign_section_end(&section);
}

static void expect_nonce(struct kunit *test, const struct smbsign_key *key,
			 const u8 *pdu, const u8 nonce[GMAC_NONCE_SIZE])
{
	u8 masked[SHORT_LEN], sig[SMBSIGN_SIG_SIZE], tag[SMBSIGN_SIG_SIZE];

	memcpy(masked, pdu, SHORT_LEN);
	memset(masked + SMB2_SIG_OFF, 0, 16);
	gmac(key, nonce, masked, SHORT_LEN, tag);
	KUNIT_ASSERT_EQ(test, 0, sign_pdu(key, pdu, SHORT_LEN, sig));
	KUNIT_EXPECT_MEMEQ_MSG(test, sig, tag, sizeof(tag),
			       "flags %08x, command %u, nonce %*phN",
			       get_unaligned_le32(pdu + OFF_FLAGS),
			       pdu[OFF_COMMAND], GMAC_NONCE_SIZE, nonce);
}

/* Sender and CANCEL, each alone and both, with every other flag */
static void test_sign_gmac_nonce(struct kunit *test)
{
	static const u32 flags[] = {
		0, 0x2, 0x4, 0x8, 0x10, 0x70, 0x10000000, 0x20000000,
		0xfffffffe,
	};
	static const struct {
		u8 from_server, command;
		u8 nonce[GMAC_NONCE_SIZE];
	} cases[] = {
		{ 0, 13, { 8, 7, 6, 5, 4, 3, 2, 1, 0 } },
		{ 1, 13, { 8, 7, 6, 5, 4, 3, 2, 1, 1 } },
		{ 0, 12, { 8, 7, 6, 5, 4, 3, 2, 1, 2 } },
		{ 1, 12, { 8, 7, 6, 5, 4, 3, 2, 1, 3 } },
	};
	struct smbsign_key *key;
	u8 pdu[SHORT_LEN];

	key = kunit_random_key(test, SMBSIGN_AES_GMAC);
	for (int i = 0; i < ARRAY_SIZE(cases) * ARRAY_SIZE(flags); i++) {
		int c = i % ARRAY_SIZE(cases), f = i / ARRAY_SIZE(cases);

		random_pdu(SMBSIGN_AES_GMAC, pdu, sizeof(pdu));
		put_unaligned_le16(cases[c].command, pdu + OFF_COMMAND);
		put_unaligned_le32(flags[f] | cases[c].from_server,
				   pdu + OFF_FLAGS);
		put_unaligned_le64(0x0102030405060708, pdu + OFF_MESSAGE_ID);
		expect_nonce(test, key, pdu, cases[c].nonce);
	}
}

/* All commands but CANCEL alike; every bit of the MessageId in its place */
static void test_sign_gmac_nonce_fields(struct kunit *test)
{
	u8 nonce[GMAC_NONCE_SIZE] = {}, pdu[SHORT_LEN];
	struct smbsign_key *key;

	key = kunit_random_key(test, SMBSIGN_AES_GMAC);
	random_pdu(SMBSIGN_AES_GMAC, pdu, sizeof(pdu));
	memset(pdu + OFF_FLAGS, 0, 4);
	memset(pdu + OFF_MESSAGE_ID, 0, 8);
	for (int i = 0; i < 16; i++) {
		put_unaligned_le16(12 ^ 1 << i, pdu + OFF_COMMAND);
		expect_nonce(test, key, pdu, nonce);
	}
	for (int bit = 0; bit < 64; bit++) {
		nonce[bit / 8] = 1 << bit % 8;
		put_unaligned_le64(1ULL << bit, pdu + OFF_MESSAGE_ID);
		expect_nonce(test, key, pdu, nonce);
		nonce[bit / 8] = 0;
	}
}

static struct kunit_case sign_test_cases[] = {
	KUNIT_CASE_PARAM(test_sign_vectors, engine_gen_params),
	KUNIT_CASE_PARAM(test_sign_is_kernel_mac, alg_gen_params),
	KUNIT_CASE_PARAM(test_sign_every_bit, alg_gen_params),
	KUNIT_CASE_PARAM(test_sign_random_bits, alg_gen_params),
	KUNIT_CASE_PARAM(test_sign_length_counts, alg_gen_params),
	KUNIT_CASE(test_sign_gmac_nonce),
	KUNIT_CASE(test_sign_gmac_nonce_fields),
	{}
};

static struct kunit_suite sign_test_suite = {
	.name = "smbsign_sign",
	.init = init_test,
	.test_cases = sign_test_cases,
};

kunit_test_suite(sign_test_suite);
