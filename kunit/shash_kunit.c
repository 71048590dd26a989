// SPDX-License-Identifier: GPL-2.0-only
/*
 * shash.c: the transforms as the crypto API offers them by name: what they say
 * of themselves, keys, what they sign and what they refuse.
 */
#include <crypto/hash.h>
#include <kunit/test.h>
#include <linux/crypto.h>
#include <linux/errno.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "fault-utils.h"
#include "pdu-utils.h"
#include "shash-utils.h"
#include "test-utils.h"

/* Room for a half-done state that users of the crypto API may count on */
#define MAX_STATE_SIZE	360

#define MAX_KEY_LEN	64
#define MSG_LEN		200

static void test_shash_properties(struct kunit *test)
{
	enum smbsign_alg alg = alg_param(test);
	const struct transform *t = transform_of(alg);
	struct crypto_shash *tfm = kunit_shash(test, alg);
	const struct crypto_alg *base = &crypto_shash_alg(tfm)->base;

	KUNIT_EXPECT_STREQ(test, crypto_shash_alg_name(tfm), t->name);
	KUNIT_EXPECT_STREQ(test, crypto_shash_driver_name(tfm), t->driver_name);
	KUNIT_EXPECT_EQ(test, crypto_shash_digestsize(tfm), t->size);
	KUNIT_EXPECT_LE(test, crypto_shash_descsize(tfm), MAX_STATE_SIZE);
	KUNIT_EXPECT_LE(test, crypto_shash_statesize(tfm), MAX_STATE_SIZE);
	KUNIT_EXPECT_EQ(test, base->cra_alignmask, 0);
	KUNIT_EXPECT_TRUE(test, crypto_shash_get_flags(tfm) &
				CRYPTO_TFM_NEED_KEY);
	KUNIT_EXPECT_EQ(test, base->cra_flags &
			(CRYPTO_ALG_ASYNC | CRYPTO_ALG_INTERNAL |
			 CRYPTO_ALG_OPTIONAL_KEY | CRYPTO_ALG_NEED_FALLBACK), 0);
	KUNIT_EXPECT_STREQ(test, module_name(base->cra_module), "smbsign");
}

/* By driver name it is the same one. */
static void test_shash_driver_name(struct kunit *test)
{
	const struct transform *t = transform_of(alg_param(test));
	struct crypto_shash *tfm = crypto_alloc_shash(t->driver_name, 0, 0);

	KUNIT_ASSERT_FALSE(test, IS_ERR(tfm));
	KUNIT_EXPECT_STREQ(test, crypto_shash_alg_name(tfm), t->name);
	crypto_free_shash(tfm);
}

static void expect_no_key(struct kunit *test, struct crypto_shash *tfm)
{
	struct shash_desc *desc = kunit_desc(test, tfm);
	u8 msg[MSG_LEN] = {}, sig[SMBSIGN_SIG_SIZE];
	u8 state[MAX_STATE_SIZE] = {};

	KUNIT_EXPECT_EQ(test, -ENOKEY, crypto_shash_init(desc));
	KUNIT_EXPECT_EQ(test, -ENOKEY, crypto_shash_import(desc, state));
	memset(sig, 0xa5, sizeof(sig));
	KUNIT_EXPECT_EQ(test, -ENOKEY,
			crypto_shash_digest(desc, msg, sizeof(msg), sig));
	KUNIT_EXPECT_EQ(test, -ENOKEY,
			crypto_shash_tfm_digest(tfm, msg, sizeof(msg), sig));
	KUNIT_EXPECT_NULL(test, memchr_inv(sig, 0xa5, sizeof(sig)));
}

static void test_shash_without_key(struct kunit *test)
{
	expect_no_key(test, kunit_shash(test, alg_param(test)));
}

/* A refused key leaves none, not even one that was there before. */
static void test_shash_key_lengths(struct kunit *test)
{
	enum smbsign_alg alg = alg_param(test);
	struct crypto_shash *tfm = kunit_shash(test, alg);
	u8 *end = (u8 *)kunit_guarded_buf(test, MAX_KEY_LEN) + MAX_KEY_LEN;

	if (alg == SMBSIGN_MD5)
		kunit_skip(test, "SMB1's key may have any length");
	for (unsigned int len = 0; len <= MAX_KEY_LEN; len++) {
		KUNIT_ASSERT_EQ(test, 0, crypto_shash_setkey(tfm, end - 16, 16));
		if (len == SMBSIGN_KEY_SIZE)
			continue;
		KUNIT_EXPECT_EQ_MSG(test, -EINVAL,
				    crypto_shash_setkey(tfm, end - len, len),
				    "len=%u", len);
		expect_no_key(test, tfm);
	}
}

static void test_shash_md5_key_lengths(struct kunit *test)
{
	struct crypto_shash *tfm;
	u8 *end;

	if (!alg_is_available(SMBSIGN_MD5))
		kunit_skip(test, "this kernel offers no MD5");
	tfm = kunit_shash(test, SMBSIGN_MD5);
	end = (u8 *)kunit_guarded_buf(test, 300) + 300;
	for (unsigned int len = 0; len <= 300; len++) {
		KUNIT_EXPECT_EQ_MSG(test, 0,
				    crypto_shash_setkey(tfm, end - len, len),
				    "len=%u", len);
	}
	KUNIT_EXPECT_FALSE(test, crypto_shash_get_flags(tfm) &
				 CRYPTO_TFM_NEED_KEY);
}

/* Through the API, all messages whose signature is known */
static void test_shash_vectors(struct kunit *test)
{
	enum smbsign_alg alg = alg_param(test);
	struct crypto_shash *tfm = kunit_shash(test, alg);
	struct pdu_testvec_iter iter;
	struct pdu_testvec vec;
	unsigned int num = 0;

	pdu_vecs_begin(test, &iter);
	while (pdu_testvec_next(&iter, &vec)) {
		u8 *pdu, sig[SMBSIGN_SIG_SIZE];

		if (vec_alg(&vec) != alg)
			continue;
		num++;
		pdu = kunit_guarded_buf(test, vec.pdu_len);
		memcpy(pdu, vec.pdu, vec.pdu_len);
		if (alg == SMBSIGN_MD5)
			put_unaligned_le32(vec.sequence, pdu + vec.sig_off);
		KUNIT_ASSERT_EQ(test, 0, crypto_shash_setkey(tfm, vec.key,
							     vec.key_len));
		KUNIT_ASSERT_EQ(test, 0,
				crypto_shash_tfm_digest(tfm, pdu, vec.pdu_len,
							sig));
		KUNIT_EXPECT_MEMEQ_MSG(test, sig, vec.pdu + vec.sig_off,
				       vec.sig_size, "%s", vec.name);
	}
	KUNIT_EXPECT_GE(test, num, NUM_MD5_PDUS);
}

/* Two transforms of one name have nothing to do with each other. */
static void test_shash_keys_are_apart(struct kunit *test)
{
	enum smbsign_alg alg = alg_param(test);
	struct crypto_shash *one = kunit_keyed_shash(test, alg);
	u8 msg[MSG_LEN], before[SMBSIGN_SIG_SIZE] = {};
	u8 after[SMBSIGN_SIG_SIZE] = {}, other_sig[SMBSIGN_SIG_SIZE] = {};
	struct crypto_shash *other;

	random_pdu(alg, msg, sizeof(msg));
	KUNIT_ASSERT_EQ(test, 0, crypto_shash_tfm_digest(one, msg, sizeof(msg),
							 before));
	other = kunit_keyed_shash(test, alg);
	KUNIT_ASSERT_EQ(test, 0, crypto_shash_tfm_digest(other, msg,
							 sizeof(msg),
							 other_sig));
	KUNIT_ASSERT_EQ(test, 0, crypto_shash_tfm_digest(one, msg, sizeof(msg),
							 after));
	KUNIT_EXPECT_MEMEQ(test, before, after, sizeof(before));
	KUNIT_EXPECT_MEMNEQ(test, before, other_sig, 8);
}

/* Whatever stands in the Signature; of SMB1 the low half is the sequence. */
static void test_shash_signature_does_not_count(struct kunit *test)
{
	enum smbsign_alg alg = alg_param(test);
	struct crypto_shash *tfm = kunit_keyed_shash(test, alg);
	size_t off = alg == SMBSIGN_MD5 ? SMB1_SIG_OFF + 4 : SMB2_SIG_OFF;
	size_t size = alg == SMBSIGN_MD5 ? 4 : 16;
	u8 msg[MSG_LEN], first[SMBSIGN_SIG_SIZE] = {};
	u8 sig[SMBSIGN_SIG_SIZE] = {};

	random_pdu(alg, msg, sizeof(msg));
	memset(msg + off, 0, size);
	KUNIT_ASSERT_EQ(test, 0, crypto_shash_tfm_digest(tfm, msg, sizeof(msg),
							 first));
	for (int round = 0; round < 100; round++) {
		rand_bytes(msg + off, size);
		KUNIT_ASSERT_EQ(test, 0,
				crypto_shash_tfm_digest(tfm, msg, sizeof(msg),
							sig));
		KUNIT_EXPECT_MEMEQ(test, sig, first, sizeof(sig));
	}
	msg[off - 1] ^= 1;
	KUNIT_ASSERT_EQ(test, 0, crypto_shash_tfm_digest(tfm, msg, sizeof(msg),
							 sig));
	KUNIT_EXPECT_MEMNEQ(test, sig, first, 8);
}

static void expect_refused(struct kunit *test, struct crypto_shash *tfm,
			   const u8 *msg, unsigned int len)
{
	struct shash_desc *desc = kunit_desc(test, tfm);
	u8 sig[SMBSIGN_SIG_SIZE];

	memset(sig, 0xa5, sizeof(sig));
	KUNIT_ASSERT_EQ(test, 0, crypto_shash_init(desc));
	KUNIT_EXPECT_EQ(test, 0, crypto_shash_update(desc, msg, len));
	KUNIT_EXPECT_EQ_MSG(test, -EPROTO, crypto_shash_final(desc, sig),
			    "len=%u", len);
	KUNIT_EXPECT_EQ_MSG(test, -EPROTO,
			    crypto_shash_digest(desc, msg, len, sig),
			    "len=%u", len);
	KUNIT_EXPECT_NULL_MSG(test, memchr_inv(sig, 0xa5, sizeof(sig)),
			      "len=%u", len);
}

/* Nothing, and every length up to the header's */
static void test_shash_short_message(struct kunit *test)
{
	enum smbsign_alg alg = alg_param(test);
	struct crypto_shash *tfm = kunit_keyed_shash(test, alg);
	unsigned int min_len = transform_of(alg)->min_len;
	u8 *end = (u8 *)kunit_guarded_buf(test, min_len) + min_len;
	struct shash_desc *desc = kunit_desc(test, tfm);
	u8 sig[SMBSIGN_SIG_SIZE];

	KUNIT_ASSERT_EQ(test, 0, crypto_shash_init(desc));
	KUNIT_EXPECT_EQ(test, -EPROTO, crypto_shash_final(desc, sig));
	for (unsigned int len = 0; len < min_len; len++) {
		random_pdu(alg, end - len, len);
		expect_refused(test, tfm, end - len, len);
	}
	random_pdu(alg, end - min_len, min_len);
	KUNIT_EXPECT_EQ(test, 0, crypto_shash_digest(desc, end - min_len,
						     min_len, sig));
}

static void test_shash_other_protocol(struct kunit *test)
{
	static const u32 ids[] = {
		SMB1_PROTO_ID, SMB2_PROTO_ID, 0x424d53fd, 0x424d53fc, 0,
	};
	enum smbsign_alg alg = alg_param(test);
	struct crypto_shash *tfm = kunit_keyed_shash(test, alg);
	u8 *msg = kunit_kzalloc(test, 20000, GFP_KERNEL);
	u8 good[4];

	KUNIT_ASSERT_NOT_NULL(test, msg);
	put_proto_id(alg, good, sizeof(good));
	for (int i = 0; i < ARRAY_SIZE(ids); i++) {
		put_unaligned_le32(ids[i], msg);
		if (!memcmp(msg, good, sizeof(good)))
			continue;
		expect_refused(test, tfm, msg, 64);
		expect_refused(test, tfm, msg, MSG_LEN);
		expect_refused(test, tfm, msg, 20000);
	}
}

/* After a refusal the transform signs as before. */
static void test_shash_after_refusal(struct kunit *test)
{
	enum smbsign_alg alg = alg_param(test);
	struct crypto_shash *tfm = kunit_keyed_shash(test, alg);
	struct shash_desc *desc = kunit_desc(test, tfm);
	u8 msg[MSG_LEN], first[SMBSIGN_SIG_SIZE] = {};
	u8 sig[SMBSIGN_SIG_SIZE] = {};

	random_pdu(alg, msg, sizeof(msg));
	KUNIT_ASSERT_EQ(test, 0, crypto_shash_digest(desc, msg, sizeof(msg),
						     first));
	KUNIT_ASSERT_EQ(test, -EPROTO,
			crypto_shash_digest(desc, msg + 1, sizeof(msg) - 1,
					    sig));
	KUNIT_ASSERT_EQ(test, 0, crypto_shash_digest(desc, msg, sizeof(msg),
						     sig));
	KUNIT_EXPECT_MEMEQ(test, sig, first, sizeof(sig));
}

static void test_shash_does_not_allocate(struct kunit *test)
{
	enum smbsign_alg alg = alg_param(test);
	u8 msg[MSG_LEN], state[MAX_STATE_SIZE], sig[SMBSIGN_SIG_SIZE];
	struct crypto_shash *tfm;
	struct shash_desc *desc;
	int err;

	use_fault_injection(test);
	tfm = kunit_keyed_shash(test, alg);
	desc = kunit_desc(test, tfm);
	random_pdu(alg, msg, sizeof(msg));
	alloc_begin_count();
	err = crypto_shash_init(desc) ?:
	      crypto_shash_update(desc, msg, 1) ?:
	      crypto_shash_update(desc, msg + 1, sizeof(msg) - 1) ?:
	      crypto_shash_export(desc, state) ?:
	      crypto_shash_import(desc, state) ?:
	      crypto_shash_final(desc, sig);
	KUNIT_EXPECT_EQ(test, 0, alloc_end());
	KUNIT_EXPECT_EQ(test, 0, err);
}

static struct kunit_case shash_test_cases[] = {
	KUNIT_CASE_PARAM(test_shash_properties, alg_gen_params),
	KUNIT_CASE_PARAM(test_shash_driver_name, alg_gen_params),
	KUNIT_CASE_PARAM(test_shash_without_key, alg_gen_params),
	KUNIT_CASE_PARAM(test_shash_key_lengths, alg_gen_params),
	KUNIT_CASE(test_shash_md5_key_lengths),
	KUNIT_CASE_PARAM(test_shash_vectors, alg_gen_params),
	KUNIT_CASE_PARAM(test_shash_keys_are_apart, alg_gen_params),
	KUNIT_CASE_PARAM(test_shash_signature_does_not_count, alg_gen_params),
	KUNIT_CASE_PARAM(test_shash_short_message, alg_gen_params),
	KUNIT_CASE_PARAM(test_shash_other_protocol, alg_gen_params),
	KUNIT_CASE_PARAM(test_shash_after_refusal, alg_gen_params),
	KUNIT_CASE_PARAM(test_shash_does_not_allocate, alg_gen_params),
	{}
};

static struct kunit_suite shash_test_suite = {
	.name = "smbsign_shash",
	.init = init_test,
	.test_cases = shash_test_cases,
};

kunit_test_suite(shash_test_suite);
