// SPDX-License-Identifier: GPL-2.0-only
/*
 * shash.c, how a digest comes about: pieces, states that are exported, imported
 * and copied, the ahash of the same name as AF_ALG uses it, and big messages.
 */
#include <crypto/hash.h>
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/scatterlist.h>
#include <linux/sizes.h>
#include <linux/string.h>

#include "pdu-utils.h"
#include "shash-utils.h"
#include "test-utils.h"

#define MAX_STATE_SIZE	360
#define MSG_LEN		300
#define MAX_PIECES	16

/* The biggest message of SMB 3 that Windows and Samba have by default */
#define BIG_LEN		(SZ_4M + 112)

/* A transform with a key, a message and its signature */
struct signed_msg {
	enum smbsign_alg alg;
	struct crypto_shash *tfm;
	struct crypto_shash *other;	/* same key */
	struct shash_desc *desc;
	u8 msg[MSG_LEN];
	u8 expected[SMBSIGN_SIG_SIZE];
};

static struct signed_msg *new_msg(struct kunit *test)
{
	struct signed_msg *m = kunit_kzalloc(test, sizeof(*m), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, m);
	m->alg = alg_param(test);
	m->tfm = kunit_shash_pair(test, m->alg, &m->other);
	m->desc = kunit_desc(test, m->tfm);
	random_pdu(m->alg, m->msg, MSG_LEN);
	KUNIT_ASSERT_EQ(test, 0, crypto_shash_tfm_digest(m->tfm, m->msg, MSG_LEN,
							 m->expected));
	return m;
}

/* Two updates, or an update and a finup */
static void test_shash_split_anywhere(struct kunit *test)
{
	struct signed_msg *m = new_msg(test);
	u8 sig[SMBSIGN_SIG_SIZE] = {};

	for (unsigned int off = 0; off <= MSG_LEN; off++) {
		unsigned int rest = MSG_LEN - off;
		int err;

		err = crypto_shash_init(m->desc) ?:
		      crypto_shash_update(m->desc, m->msg, off) ?:
		      crypto_shash_update(m->desc, m->msg + off, rest) ?:
		      crypto_shash_final(m->desc, sig);
		KUNIT_ASSERT_EQ(test, 0, err);
		KUNIT_EXPECT_MEMEQ_MSG(test, sig, m->expected, sizeof(sig),
				       "off=%u", off);

		err = crypto_shash_init(m->desc) ?:
		      crypto_shash_update(m->desc, m->msg, off) ?:
		      crypto_shash_finup(m->desc, m->msg + off, rest, sig);
		KUNIT_ASSERT_EQ(test, 0, err);
		KUNIT_EXPECT_MEMEQ_MSG(test, sig, m->expected, sizeof(sig),
				       "finup, off=%u", off);
	}
}

static void test_shash_random_splits(struct kunit *test)
{
	struct signed_msg *m = new_msg(test);
	u8 sig[SMBSIGN_SIG_SIZE] = {};

	for (int round = 0; round < RAND_ROUNDS(500); round++) {
		u32 state = rand_state();
		u32 max_piece = 1 + rand_below(MSG_LEN);
		int err = crypto_shash_init(m->desc);

		for (u32 n, off = 0; !err && off < MSG_LEN; off += n) {
			n = min_t(u32, rand_below(max_piece + 1), MSG_LEN - off);
			err = crypto_shash_update(m->desc, m->msg + off, n);
		}
		err = err ?: crypto_shash_final(m->desc, sig);
		KUNIT_ASSERT_EQ(test, 0, err);
		KUNIT_ASSERT_MEMEQ_MSG(test, sig, m->expected, sizeof(sig),
				       "rand_seed(%u)", state);
	}
}

/* Half-done, into another desc, of this transform and of another */
static void test_shash_export_import(struct kunit *test)
{
	struct signed_msg *m = new_msg(test);
	struct shash_desc *descs[] = {
		kunit_desc(test, m->tfm), kunit_desc(test, m->other),
	};
	unsigned int size = crypto_shash_statesize(m->tfm);
	u8 *state = kunit_guarded_buf(test, size);
	u8 sig[SMBSIGN_SIG_SIZE] = {};

	for (unsigned int i = 0; i <= 2 * MSG_LEN + 1; i++) {
		struct shash_desc *desc = descs[i % 2];
		unsigned int off = i / 2;
		int err;

		err = crypto_shash_init(m->desc) ?:
		      crypto_shash_update(m->desc, m->msg, off) ?:
		      crypto_shash_export(m->desc, state) ?:
		      crypto_shash_import(desc, state) ?:
		      crypto_shash_update(desc, m->msg + off, MSG_LEN - off) ?:
		      crypto_shash_final(desc, sig);
		KUNIT_ASSERT_EQ(test, 0, err);
		KUNIT_EXPECT_MEMEQ_MSG(test, sig, m->expected, sizeof(sig),
				       "off=%u, desc %u", off, i % 2);

		/* The one that was exported is where it was. */
		err = crypto_shash_finup(m->desc, m->msg + off, MSG_LEN - off,
					 sig);
		KUNIT_ASSERT_EQ(test, 0, err);
		KUNIT_EXPECT_MEMEQ_MSG(test, sig, m->expected, sizeof(sig),
				       "exported at off=%u", off);
	}
}

/* A copied desc goes on by itself. */
static void test_shash_copied_desc(struct kunit *test)
{
	struct signed_msg *m = new_msg(test);
	struct shash_desc *copy = kunit_desc(test, m->tfm);
	size_t size = sizeof(*copy) + crypto_shash_descsize(m->tfm);
	u8 sig[SMBSIGN_SIG_SIZE] = {};

	for (unsigned int off = 0; off <= MSG_LEN; off++) {
		KUNIT_ASSERT_EQ(test, 0, crypto_shash_init(m->desc));
		KUNIT_ASSERT_EQ(test, 0, crypto_shash_update(m->desc, m->msg,
							     off));
		memcpy(copy, m->desc, size);
		for (int i = 0; i < 2; i++) {
			KUNIT_ASSERT_EQ(test, 0,
					crypto_shash_finup(i ? copy : m->desc,
							   m->msg + off,
							   MSG_LEN - off, sig));
			KUNIT_EXPECT_MEMEQ_MSG(test, sig, m->expected,
					       sizeof(sig), "off=%u, %d", off,
					       i);
		}
	}
}

/* Begun anew in mid-message */
static void test_shash_init_again(struct kunit *test)
{
	struct signed_msg *m = new_msg(test);
	u8 sig[SMBSIGN_SIG_SIZE] = {};

	for (unsigned int off = 0; off <= MSG_LEN; off++) {
		int err;

		err = crypto_shash_init(m->desc) ?:
		      crypto_shash_update(m->desc, m->msg, off) ?:
		      crypto_shash_init(m->desc) ?:
		      crypto_shash_finup(m->desc, m->msg, MSG_LEN, sig);
		KUNIT_ASSERT_EQ(test, 0, err);
		KUNIT_EXPECT_MEMEQ_MSG(test, sig, m->expected, sizeof(sig),
				       "off=%u", off);
	}
}

/* One transform for all contexts, and a message for each */
struct shash_run {
	struct crypto_shash *tfm;
	u8 msgs[NUM_TEST_CONTEXTS][MSG_LEN];
	u8 sigs[NUM_TEST_CONTEXTS][SMBSIGN_SIG_SIZE];
};

static bool digests_like_process(void *data)
{
	const struct shash_run *run = data;
	const u8 *msg = run->msgs[this_context()];
	SHASH_DESC_ON_STACK(desc, run->tfm);
	u8 sig[SMBSIGN_SIG_SIZE] = {};

	desc->tfm = run->tfm;
	return !crypto_shash_init(desc) &&
	       !crypto_shash_update(desc, msg, 100) &&
	       !crypto_shash_finup(desc, msg + 100, MSG_LEN - 100, sig) &&
	       !memcmp(sig, run->sigs[this_context()], sizeof(sig));
}

static void test_shash_in_every_context(struct kunit *test)
{
	enum smbsign_alg alg = alg_param(test);
	struct shash_run *run = kunit_kzalloc(test, sizeof(*run), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, run);
	run->tfm = kunit_keyed_shash(test, alg);
	for (int i = 0; i < NUM_TEST_CONTEXTS; i++) {
		random_pdu(alg, run->msgs[i], MSG_LEN);
		KUNIT_ASSERT_EQ(test, 0,
				crypto_shash_tfm_digest(run->tfm, run->msgs[i],
							MSG_LEN, run->sigs[i]));
	}
	hammer_in_contexts(test, digests_like_process, run);
}

static void free_request(void *req)
{
	ahash_request_free(req);
}

static void free_ahash(void *tfm)
{
	crypto_free_ahash(tfm);
}

/* As AF_ALG gets it: any ahash of that name */
static struct ahash_request *kunit_ahash(struct kunit *test,
					 enum smbsign_alg alg,
					 const u8 raw[SMBSIGN_KEY_SIZE])
{
	struct crypto_ahash *tfm = crypto_alloc_ahash(transform_of(alg)->name,
						      0, 0);
	struct ahash_request *req;

	KUNIT_ASSERT_FALSE(test, IS_ERR(tfm));
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, free_ahash, tfm));
	KUNIT_ASSERT_EQ(test, 0, crypto_ahash_setkey(tfm, raw,
						     SMBSIGN_KEY_SIZE));
	req = ahash_request_alloc(tfm, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, req);
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, free_request,
							   req));
	ahash_request_set_callback(req, 0, NULL, NULL);
	return req;
}

/* Pieces of any size, each at another offset of memory of its own */
static void random_sg(struct kunit *test, struct scatterlist *sg, const u8 *msg,
		      size_t len)
{
	sg_init_table(sg, MAX_PIECES);
	for (int i = 0; i < MAX_PIECES; i++, sg++) {
		size_t n = i == MAX_PIECES - 1 ? len :
			   min_t(size_t, 1 + rand_below(40), len);
		size_t shift = rand_below(8);
		u8 *buf = kunit_kzalloc(test, max_t(size_t, n, 1) + shift,
					GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(test, buf);
		memcpy(buf + shift, msg, n);
		sg_set_buf(sg, buf + shift, n);
		msg += n;
		len -= n;
		if (!len) {
			sg_mark_end(sg);
			return;
		}
	}
}

static void test_ahash_scatterlists(struct kunit *test)
{
	enum smbsign_alg alg = alg_param(test);
	u8 raw[SMBSIGN_KEY_SIZE], msg[MSG_LEN];
	u8 sig[SMBSIGN_SIG_SIZE] = {}, expected[SMBSIGN_SIG_SIZE] = {};
	struct scatterlist sg[MAX_PIECES];
	struct ahash_request *req;
	struct smbsign_key *key;

	rand_bytes(raw, sizeof(raw));
	key = kunit_key(test, alg, raw, sizeof(raw));
	req = kunit_ahash(test, alg, raw);
	for (int round = 0; round < 50; round++) {
		size_t len = 64 + rand_below(MSG_LEN - 64 + 1);

		random_pdu(alg, msg, len);
		KUNIT_ASSERT_EQ(test, 0, sign_pdu(key, msg, len, expected));
		random_sg(test, sg, msg, len);
		ahash_request_set_crypt(req, sg, sig, len);
		KUNIT_ASSERT_EQ(test, 0, crypto_ahash_digest(req));
		KUNIT_EXPECT_MEMEQ_MSG(test, sig, expected, sizeof(sig),
				       "round %d, len=%zu", round, len);
	}
}

/* accept() on an AF_ALG socket copies a half-done message like this. */
static void test_ahash_export_import(struct kunit *test)
{
	enum smbsign_alg alg = alg_param(test);
	u8 raw[SMBSIGN_KEY_SIZE], state[MAX_STATE_SIZE];
	u8 *msg = kunit_kzalloc(test, MSG_LEN, GFP_KERNEL);
	u8 sig[SMBSIGN_SIG_SIZE] = {}, expected[SMBSIGN_SIG_SIZE] = {};
	struct ahash_request *req, *other;
	struct scatterlist sg;

	KUNIT_ASSERT_NOT_NULL(test, msg);
	rand_bytes(raw, sizeof(raw));
	random_pdu(alg, msg, MSG_LEN);
	KUNIT_ASSERT_EQ(test, 0, sign_pdu(kunit_key(test, alg, raw, 16), msg,
					  MSG_LEN, expected));
	req = kunit_ahash(test, alg, raw);
	other = kunit_ahash(test, alg, raw);
	KUNIT_ASSERT_LE(test, crypto_ahash_statesize(crypto_ahash_reqtfm(req)),
			sizeof(state));
	for (unsigned int off = 0; off < MSG_LEN; off++) {
		int err;

		sg_init_one(&sg, msg, max(off, 1U));
		ahash_request_set_crypt(req, &sg, NULL, off);
		err = crypto_ahash_init(req) ?: crypto_ahash_update(req) ?:
		      crypto_ahash_export(req, state) ?:
		      crypto_ahash_import(other, state);
		KUNIT_ASSERT_EQ(test, 0, err);
		sg_init_one(&sg, msg + off, MSG_LEN - off);
		ahash_request_set_crypt(other, &sg, sig, MSG_LEN - off);
		KUNIT_ASSERT_EQ(test, 0, crypto_ahash_finup(other));
		KUNIT_EXPECT_MEMEQ_MSG(test, sig, expected, sizeof(sig),
				       "off=%u", off);
	}
}

static void digest_in_pieces(struct kunit *test, struct crypto_shash *tfm,
			     const u8 *msg, u8 *sig)
{
	struct shash_desc *desc = kunit_desc(test, tfm);

	KUNIT_ASSERT_EQ(test, 0, crypto_shash_init(desc));
	for (u32 n, off = 0; off < BIG_LEN; off += n) {
		n = min_t(u32, 1 + rand_below(SZ_64K), BIG_LEN - off);
		KUNIT_ASSERT_EQ(test, 0, crypto_shash_update(desc, msg + off, n));
	}
	KUNIT_ASSERT_EQ(test, 0, crypto_shash_final(desc, sig));
}

/* By each engine in one update, by the one in force in pieces too */
static void test_shash_big_message(struct kunit *test)
{
	enum smbsign_alg alg = alg_param(test);
	struct crypto_shash *tfm = kunit_keyed_shash(test, alg);
	u8 *msg = kunit_guarded_buf(test, BIG_LEN);
	u8 sig[SMBSIGN_SIG_SIZE] = {}, expected[SMBSIGN_SIG_SIZE] = {};
	const struct smbsign_engine *engine;

	rand_bytes(msg, SZ_64K);
	for (size_t off = SZ_64K; off < BIG_LEN; off += SZ_64K)
		memcpy(msg + off, msg, min_t(size_t, SZ_64K, BIG_LEN - off));
	put_proto_id(alg, msg, BIG_LEN);
	digest_in_pieces(test, tfm, msg, expected);
	for (unsigned int i = 0; (engine = smbsign_engine_supported(i)); i++) {
		select_engine(test, engine);
		KUNIT_ASSERT_EQ(test, 0,
				crypto_shash_tfm_digest(tfm, msg, BIG_LEN, sig));
		KUNIT_EXPECT_MEMEQ_MSG(test, sig, expected, sizeof(sig), "%s",
				       engine->name);
	}
}

static struct kunit_case shash_flow_test_cases[] = {
	KUNIT_CASE_PARAM(test_shash_split_anywhere, alg_gen_params),
	KUNIT_CASE_PARAM(test_shash_random_splits, alg_gen_params),
	KUNIT_CASE_PARAM(test_shash_export_import, alg_gen_params),
	KUNIT_CASE_PARAM(test_shash_copied_desc, alg_gen_params),
	KUNIT_CASE_PARAM(test_shash_init_again, alg_gen_params),
	KUNIT_CASE_PARAM(test_shash_in_every_context, alg_gen_params),
	KUNIT_CASE_PARAM(test_ahash_scatterlists, alg_gen_params),
	KUNIT_CASE_PARAM(test_ahash_export_import, alg_gen_params),
	KUNIT_CASE_PARAM(test_shash_big_message, alg_gen_params),
	{}
};

static struct kunit_suite shash_flow_test_suite = {
	.name = "smbsign_shash_flow",
	.init = init_test,
	.test_cases = shash_flow_test_cases,
};

kunit_test_suite(shash_flow_test_suite);
