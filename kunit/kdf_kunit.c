// SPDX-License-Identifier: GPL-2.0-only
/*
 * kdf.c: the signing keys and preauthentication hashes that other
 * implementations computed and published, the lengths and dialects around them,
 * and the chain against SHA-512 of the crypto API.
 */
#include <crypto/hash.h>
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <linux/uio.h>

#include "pdu-utils.h"
#include "test-utils.h"
#include "vectors/kdf-testvecs.h"

/* How many vectors are of signing keys, for SMB 3.0 and for SMB 3.1.1 */
#define NUM_VECS_30		13
#define NUM_VECS_311		33

#define MAX_MSG_LEN		3000

static const u16 dialects[] = {
	SMBSIGN_SMB202, SMBSIGN_SMB210, SMBSIGN_SMB300, SMBSIGN_SMB302,
	SMBSIGN_SMB311,
};

static bool is_signing_key(const struct kdf_testvec *vec)
{
	return !strcmp(vec->label, "SMB2AESCMAC") ||
	       !strcmp(vec->label, "SMBSigningKey");
}

static void vec_preauth(const struct kdf_testvec *vec,
			struct smbsign_preauth *preauth)
{
	memset(preauth, 0, sizeof(*preauth));
	memcpy(preauth->hash, vec->context, vec->context_size);
}

static void expect_vec(struct kunit *test, const struct kdf_testvec *vec,
		       u16 dialect)
{
	struct smbsign_preauth preauth;
	u8 key[SMBSIGN_KEY_SIZE];

	vec_preauth(vec, &preauth);
	KUNIT_ASSERT_EQ_MSG(test, 0,
			    smbsign_derive_signing_key(key, dialect, vec->key,
						       sizeof(vec->key),
						       &preauth),
			    "%s", vec->name);
	KUNIT_EXPECT_MEMEQ_MSG(test, key, vec->out, sizeof(key),
			       "%s, dialect %04x", vec->name, dialect);
}

static void test_kdf_vectors(struct kunit *test)
{
	int num_30 = 0, num_311 = 0;

	for (int i = 0; i < ARRAY_SIZE(kdf_testvecs); i++) {
		const struct kdf_testvec *vec = &kdf_testvecs[i];

		if (!is_signing_key(vec))
			continue;
		expect_vec(test, vec, vec->dialect);
		if (vec->dialect == SMBSIGN_SMB311) {
			num_311++;
			continue;
		}
		num_30++;
		expect_vec(test, vec, SMBSIGN_SMB302);
	}
	KUNIT_EXPECT_EQ(test, num_30, NUM_VECS_30);
	KUNIT_EXPECT_EQ(test, num_311, NUM_VECS_311);
}

static void test_kdf_smb2_signs_with_session_key(struct kunit *test)
{
	u8 key[SMBSIGN_KEY_SIZE], session_key[SMBSIGN_KEY_SIZE];

	for (int i = 0; i < 2; i++) {
		rand_bytes(session_key, sizeof(session_key));
		KUNIT_ASSERT_EQ(test, 0,
				smbsign_derive_signing_key(key, dialects[i],
							   session_key, 16,
							   NULL));
		KUNIT_EXPECT_MEMEQ(test, key, session_key, 16);
	}
}

/* The signing key may take the place of the session key. */
static void test_kdf_in_place(struct kunit *test)
{
	struct smbsign_preauth preauth;
	u8 key[SMBSIGN_KEY_SIZE], in_place[SMBSIGN_KEY_SIZE];

	rand_bytes(&preauth, sizeof(preauth));
	for (int i = 0; i < ARRAY_SIZE(dialects); i++) {
		rand_bytes(in_place, sizeof(in_place));
		KUNIT_ASSERT_EQ(test, 0,
				smbsign_derive_signing_key(key, dialects[i],
							   in_place, 16,
							   &preauth));
		KUNIT_ASSERT_EQ(test, 0,
				smbsign_derive_signing_key(in_place,
							   dialects[i],
							   in_place, 16,
							   &preauth));
		KUNIT_EXPECT_MEMEQ_MSG(test, in_place, key, sizeof(key),
				       "dialect %04x", dialects[i]);
	}
}

/*
 * A session key counts as 16 bytes: longer ones are cut (Kerberos), shorter
 * ones filled up with zeros.  It ends at a guard page.
 */
static void test_kdf_session_key_lengths(struct kunit *test)
{
	u8 *end = (u8 *)kunit_guarded_buf(test, 64) + 64;
	struct smbsign_preauth preauth;

	rand_bytes(&preauth, sizeof(preauth));
	for (int i = 0; i < 64 * ARRAY_SIZE(dialects); i++) {
		size_t len = 1 + i % 64;
		u16 dialect = dialects[i / 64];
		u8 key[SMBSIGN_KEY_SIZE], expected[SMBSIGN_KEY_SIZE];
		u8 as_16[16] = {};

		rand_bytes(end - len, len);
		memcpy(as_16, end - len, min(len, sizeof(as_16)));
		KUNIT_ASSERT_EQ(test, 0,
				smbsign_derive_signing_key(expected, dialect,
							   as_16, 16,
							   &preauth));
		KUNIT_ASSERT_EQ(test, 0,
				smbsign_derive_signing_key(key, dialect,
							   end - len, len,
							   &preauth));
		KUNIT_EXPECT_TRUE_MSG(test, !memcmp(key, expected, 16),
				      "dialect %04x, len=%zu", dialect, len);
	}
}

/* Each bit of what goes in counts, also the last byte of each. */
static void test_kdf_depends_on_all_bits(struct kunit *test)
{
	struct smbsign_preauth preauth;
	u8 key[SMBSIGN_KEY_SIZE], other[SMBSIGN_KEY_SIZE];
	u8 session_key[SMBSIGN_KEY_SIZE];

	rand_bytes(&preauth, sizeof(preauth));
	rand_bytes(session_key, sizeof(session_key));
	smbsign_derive_signing_key(key, SMBSIGN_SMB311, session_key, 16,
				   &preauth);
	for (int i = 0; i < 8 * (64 + 16); i++) {
		u8 *byte = i < 8 * 64 ? &preauth.hash[i / 8] :
					&session_key[i / 8 - 64];

		*byte ^= 1 << i % 8;
		smbsign_derive_signing_key(other, SMBSIGN_SMB311, session_key,
					   16, &preauth);
		KUNIT_EXPECT_TRUE_MSG(test, memcmp(key, other, 16),
				      "bit %d does not count", i);
		*byte ^= 1 << i % 8;
	}
}

static void test_kdf_preauth_is_for_smb311(struct kunit *test)
{
	u8 with[SMBSIGN_KEY_SIZE], without[SMBSIGN_KEY_SIZE];
	struct smbsign_preauth preauth;
	u8 session_key[SMBSIGN_KEY_SIZE];

	rand_bytes(&preauth, sizeof(preauth));
	rand_bytes(session_key, sizeof(session_key));
	for (int i = 0; i < ARRAY_SIZE(dialects); i++) {
		int err = dialects[i] == SMBSIGN_SMB311 ? -EINVAL : 0;

		smbsign_derive_signing_key(with, dialects[i], session_key, 16,
					   &preauth);
		KUNIT_EXPECT_EQ(test, err,
				smbsign_derive_signing_key(without, dialects[i],
							   session_key, 16,
							   NULL));
		if (err)
			memset(with, 0, sizeof(with));
		KUNIT_EXPECT_TRUE_MSG(test, !memcmp(with, without, 16),
				      "dialect %04x", dialects[i]);
	}
}

static bool is_known_dialect(u16 dialect)
{
	for (int i = 0; i < ARRAY_SIZE(dialects); i++) {
		if (dialects[i] == dialect)
			return true;
	}
	return false;
}

static void test_kdf_unknown_dialect(struct kunit *test)
{
	struct smbsign_preauth preauth = {};
	u8 key[SMBSIGN_KEY_SIZE];

	for (u32 dialect = 0; dialect <= U16_MAX; dialect++) {
		bool is_known = is_known_dialect(dialect);
		int err;

		memset(key, 0xff, sizeof(key));
		err = smbsign_derive_signing_key(key, dialect, "session key",
						 11, &preauth);
		KUNIT_EXPECT_EQ_MSG(test, err, is_known ? 0 : -EINVAL,
				    "dialect %04x", dialect);
		KUNIT_EXPECT_EQ_MSG(test, !memchr_inv(key, 0, sizeof(key)),
				    !is_known, "dialect %04x", dialect);
	}
}

static void test_kdf_empty_session_key(struct kunit *test)
{
	u8 *nothing = kunit_guarded_buf(test, 0);
	struct smbsign_preauth preauth = {};
	u8 key[SMBSIGN_KEY_SIZE];

	for (int i = 0; i < ARRAY_SIZE(dialects); i++) {
		memset(key, 0xff, sizeof(key));
		KUNIT_EXPECT_EQ(test, -ENOKEY,
				smbsign_derive_signing_key(key, dialects[i],
							   nothing, 0,
							   &preauth));
		KUNIT_EXPECT_NULL(test, memchr_inv(key, 0, sizeof(key)));
	}
}

/* The key's 16 bytes are all that is written. */
static void test_kdf_key_at_guard_page(struct kunit *test)
{
	u8 *key = kunit_guarded_buf(test, SMBSIGN_KEY_SIZE);
	struct smbsign_preauth preauth = {};

	for (int i = 0; i < ARRAY_SIZE(dialects); i++) {
		key[-1] = 0xa5;
		KUNIT_EXPECT_EQ(test, 0,
				smbsign_derive_signing_key(key, dialects[i],
							   "0123456789abcdef",
							   16, &preauth));
		KUNIT_EXPECT_EQ(test, key[-1], 0xa5);
	}
}

static bool derives_vec(void *data)
{
	const struct kdf_testvec *vec = data;
	struct smbsign_preauth preauth;
	u8 key[SMBSIGN_KEY_SIZE];

	vec += this_context();
	vec_preauth(vec, &preauth);
	return !smbsign_derive_signing_key(key, vec->dialect, vec->key, 16,
					   &preauth) &&
	       !memcmp(key, vec->out, sizeof(key));
}

static void test_kdf_in_every_context(struct kunit *test)
{
	for (int i = 0; i < NUM_TEST_CONTEXTS; i++)
		KUNIT_ASSERT_TRUE(test, is_signing_key(&kdf_testvecs[i]));
	hammer_in_contexts(test, derives_vec, (void *)kdf_testvecs);
}

/* preauth = SHA-512(preauth || msg), by the crypto API alone */
static void reference_update(struct kunit *test,
			     struct smbsign_preauth *preauth, const u8 *msg,
			     size_t len)
{
	u8 *buf = kunit_kzalloc(test, sizeof(preauth->hash) + len, GFP_KERNEL);
	struct crypto_shash *tfm = crypto_alloc_shash("sha512", 0, 0);
	int err;

	KUNIT_ASSERT_NOT_NULL(test, buf);
	KUNIT_ASSERT_FALSE(test, IS_ERR(tfm));
	memcpy(buf, preauth->hash, sizeof(preauth->hash));
	memcpy(buf + sizeof(preauth->hash), msg, len);
	err = crypto_shash_tfm_digest(tfm, buf, sizeof(preauth->hash) + len,
				      preauth->hash);
	crypto_free_shash(tfm);
	KUNIT_ASSERT_EQ(test, 0, err);
}

static void test_preauth_begins_at_zero(struct kunit *test)
{
	struct smbsign_preauth preauth;

	memset(&preauth, 0xff, sizeof(preauth));
	smbsign_preauth_init(&preauth);
	KUNIT_EXPECT_NULL(test, memchr_inv(&preauth, 0, sizeof(preauth)));
}

/* Chains of messages, each in one piece that ends at a guard page */
static void test_preauth_is_sha512(struct kunit *test)
{
	u8 *end = (u8 *)kunit_guarded_buf(test, MAX_MSG_LEN) + MAX_MSG_LEN;
	struct smbsign_preauth preauth, reference = {};

	smbsign_preauth_init(&preauth);
	for (int i = 0; i < 200; i++) {
		size_t len = rand_length(MAX_MSG_LEN);
		struct kvec iov = { end - len, len };

		rand_bytes(end - len, len);
		KUNIT_ASSERT_EQ(test, 0, smbsign_preauth_update(&preauth, &iov, 1));
		reference_update(test, &reference, end - len, len);
		KUNIT_ASSERT_MEMEQ(test, preauth.hash, reference.hash, 64);
	}
}

/* Cuts @msg into pieces, empty ones among them. */
static unsigned int random_pieces(struct kvec *iov, unsigned int max_num,
				  u8 *msg, size_t len)
{
	unsigned int num = 1 + rand_below(max_num);

	for (unsigned int i = 0; i < num; i++) {
		size_t n = i == num - 1 ? len : rand_length(len);

		iov[i] = (struct kvec){ msg, n };
		msg += n;
		len -= n;
	}
	return num;
}

static void test_preauth_splits(struct kunit *test)
{
	u8 *msg = kunit_guarded_buf(test, MAX_MSG_LEN);
	struct smbsign_preauth before, whole, split;
	struct kvec iov[8] = { { msg, MAX_MSG_LEN } };

	rand_bytes(msg, MAX_MSG_LEN);
	rand_bytes(&before, sizeof(before));
	whole = before;
	KUNIT_ASSERT_EQ(test, 0, smbsign_preauth_update(&whole, iov, 1));
	for (int round = 0; round < 500; round++) {
		u32 state = rand_state();
		unsigned int num = random_pieces(iov, ARRAY_SIZE(iov), msg,
						 MAX_MSG_LEN);

		split = before;
		KUNIT_ASSERT_EQ(test, 0, smbsign_preauth_update(&split, iov, num));
		KUNIT_ASSERT_TRUE_MSG(test, !memcmp(&split, &whole, 64),
				      "%u pieces; rand_seed(%u)", num, state);
	}
}

/* No piece at all is a message of no bytes, as is an empty piece. */
static void test_preauth_empty_message(struct kunit *test)
{
	struct smbsign_preauth none = {}, empty = {}, reference = {};
	struct kvec iov = { kunit_guarded_buf(test, 0), 0 };

	KUNIT_EXPECT_EQ(test, 0, smbsign_preauth_update(&none, NULL, 0));
	KUNIT_EXPECT_EQ(test, 0, smbsign_preauth_update(&empty, &iov, 1));
	reference_update(test, &reference, "", 0);
	KUNIT_EXPECT_MEMEQ(test, none.hash, reference.hash, 64);
	KUNIT_EXPECT_MEMEQ(test, empty.hash, reference.hash, 64);
}

static void update_by_vec(struct kunit *test, struct smbsign_preauth *preauth,
			  const struct pdu_testvec *vec)
{
	struct kvec iov = { (void *)vec->pdu, vec->pdu_len };

	KUNIT_ASSERT_EQ(test, 0, smbsign_preauth_update(preauth, &iov, 1));
}

/*
 * Microsoft's published second channel: from the hash of its NEGOTIATE through
 * three SESSION_SETUP messages to the channel's signing key.
 */
static void test_preauth_published(struct kunit *test)
{
	struct smbsign_preauth preauth;
	struct pdu_testvec vec;
	int num_keys = 0;

	memcpy(&preauth, preauth_testvecs[0].before, sizeof(preauth));
	for (int i = 0; i < ARRAY_SIZE(preauth_testvecs); i++) {
		KUNIT_EXPECT_MEMEQ(test, preauth.hash,
				   preauth_testvecs[i].before, 64);
		find_pdu_vec(test, preauth_testvecs[i].name, &vec);
		update_by_vec(test, &preauth, &vec);
		KUNIT_EXPECT_MEMEQ(test, preauth.hash,
				   preauth_testvecs[i].after, 64);
	}
	for (int i = 0; i < ARRAY_SIZE(kdf_testvecs); i++) {
		const struct kdf_testvec *kdf = &kdf_testvecs[i];

		num_keys += is_signing_key(kdf) && kdf->context_size == 64 &&
			    !memcmp(kdf->context, preauth.hash, 64);
	}
	KUNIT_EXPECT_EQ(test, num_keys, 1);
}

/* All captured messages that were not signed, as if they were one chain */
static void test_preauth_captured(struct kunit *test)
{
	struct smbsign_preauth preauth;
	struct pdu_testvec_iter iter;
	struct pdu_testvec vec;

	smbsign_preauth_init(&preauth);
	pdu_vecs_begin(test, &iter);
	while (pdu_testvec_next(&iter, &vec)) {
		if (vec.alg == PDU_ALG_UNSIGNED)
			update_by_vec(test, &preauth, &vec);
	}
	pdu_vecs_end(test, &iter);
	KUNIT_EXPECT_MEMEQ(test, preauth.hash, preauth_unsigned_chain, 64);
}

struct preauth_run {
	struct kvec iov[NUM_TEST_CONTEXTS];
	struct smbsign_preauth expected[NUM_TEST_CONTEXTS];
};

static bool hashes_like_process(void *data)
{
	const struct preauth_run *run = data;
	enum test_context where = this_context();
	struct smbsign_preauth preauth = {};

	return !smbsign_preauth_update(&preauth, &run->iov[where], 1) &&
	       !memcmp(&preauth, &run->expected[where], sizeof(preauth));
}

static void test_preauth_in_every_context(struct kunit *test)
{
	struct preauth_run *run = kunit_kzalloc(test, sizeof(*run), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, run);
	for (int i = 0; i < NUM_TEST_CONTEXTS; i++) {
		u8 *msg = kunit_guarded_buf(test, MAX_MSG_LEN);

		rand_bytes(msg, MAX_MSG_LEN);
		run->iov[i] = (struct kvec){ msg, MAX_MSG_LEN };
		reference_update(test, &run->expected[i], msg, MAX_MSG_LEN);
	}
	hammer_in_contexts(test, hashes_like_process, run);
}

static struct kunit_case kdf_test_cases[] = {
	KUNIT_CASE(test_kdf_vectors),
	KUNIT_CASE(test_kdf_smb2_signs_with_session_key),
	KUNIT_CASE(test_kdf_in_place),
	KUNIT_CASE(test_kdf_session_key_lengths),
	KUNIT_CASE(test_kdf_depends_on_all_bits),
	KUNIT_CASE(test_kdf_preauth_is_for_smb311),
	KUNIT_CASE(test_kdf_unknown_dialect),
	KUNIT_CASE(test_kdf_empty_session_key),
	KUNIT_CASE(test_kdf_key_at_guard_page),
	KUNIT_CASE(test_kdf_in_every_context),
	KUNIT_CASE(test_preauth_begins_at_zero),
	KUNIT_CASE(test_preauth_is_sha512),
	KUNIT_CASE(test_preauth_splits),
	KUNIT_CASE(test_preauth_empty_message),
	KUNIT_CASE(test_preauth_published),
	KUNIT_CASE(test_preauth_captured),
	KUNIT_CASE(test_preauth_in_every_context),
	{}
};

static struct kunit_suite kdf_test_suite = {
	.name = "smbsign_kdf",
	.init = init_test,
	.test_cases = kdf_test_cases,
};

kunit_test_suite(kdf_test_suite);
