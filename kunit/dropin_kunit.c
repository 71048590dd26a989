// SPDX-License-Identifier: GPL-2.0-only
/*
 * dropin.c: "cmac(aes)" as others get it: RFC 4493, the same as the kernel's own
 * with keys of every size and any way to feed it, in every context.
 */
#include <crypto/hash.h>
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "pdu-utils.h"
#include "shash-utils.h"
#include "test-utils.h"

#define DRIVER_NAME	"cmac-aes-smbsign"
#define STOCK_NAME	"cmac(aes-generic)"
#define TAG_LEN		16
#define MAX_MSG_LEN	4200
#define STATE_SIZE	192

static const unsigned int key_lens[] = { 16, 24, 32 };

static void free_shash(void *tfm)
{
	crypto_free_shash(tfm);
}

static struct crypto_shash *alloc_shash(struct kunit *test, const char *name)
{
	struct crypto_shash *tfm = crypto_alloc_shash(name, 0, 0);

	if (PTR_ERR_OR_ZERO(tfm) == -ENOENT)
		kunit_skip(test, "there is no %s", name);
	KUNIT_ASSERT_FALSE_MSG(test, IS_ERR(tfm), "%s: %ld", name, PTR_ERR(tfm));
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, free_shash, tfm));
	return tfm;
}

/* By the plain name, for that is what its users ask for. */
static struct crypto_shash *alloc_dropin(struct kunit *test)
{
	struct crypto_shash *tfm = alloc_shash(test, "cmac(aes)");

	if (!smbsign_engine_current()->holds_fpu)
		kunit_skip(test, "smbsign has nothing faster on this machine");
	KUNIT_ASSERT_STREQ(test, crypto_shash_driver_name(tfm), DRIVER_NAME);
	return tfm;
}

static void test_dropin_properties(struct kunit *test)
{
	struct crypto_shash *stock = alloc_shash(test, STOCK_NAME);
	struct crypto_shash *tfm = alloc_dropin(test);
	const struct crypto_alg *base = &crypto_shash_alg(tfm)->base;

	KUNIT_EXPECT_EQ(test, crypto_shash_digestsize(tfm),
			crypto_shash_digestsize(stock));
	KUNIT_EXPECT_EQ(test, crypto_shash_blocksize(tfm),
			crypto_shash_blocksize(stock));
	KUNIT_EXPECT_LE(test, crypto_shash_descsize(tfm), HASH_MAX_DESCSIZE);
	KUNIT_EXPECT_LE(test, crypto_shash_statesize(tfm), STATE_SIZE);
	KUNIT_EXPECT_GT(test, base->cra_priority, 300);
	KUNIT_EXPECT_EQ(test, base->cra_alignmask, 0);
	KUNIT_EXPECT_TRUE(test, base->cra_flags & CRYPTO_ALG_TESTED);
	KUNIT_EXPECT_STREQ(test, module_name(base->cra_module), "smbsign");
}

/* RFC 4493 4, and SP 800-38B D.2 and D.3: the same message */
static const u8 vec_msg[] = {
	0x6b, 0xc1, 0xbe, 0xe2, 0x2e, 0x40, 0x9f, 0x96,
	0xe9, 0x3d, 0x7e, 0x11, 0x73, 0x93, 0x17, 0x2a,
	0xae, 0x2d, 0x8a, 0x57, 0x1e, 0x03, 0xac, 0x9c,
	0x9e, 0xb7, 0x6f, 0xac, 0x45, 0xaf, 0x8e, 0x51,
	0x30, 0xc8, 0x1c, 0x46, 0xa3, 0x5c, 0xe4, 0x11,
	0xe5, 0xfb, 0xc1, 0x19, 0x1a, 0x0a, 0x52, 0xef,
	0xf6, 0x9f, 0x24, 0x45, 0xdf, 0x4f, 0x9b, 0x17,
	0xad, 0x2b, 0x41, 0x7b, 0xe6, 0x6c, 0x37, 0x10,
};

struct dropin_vec {
	const char *key;
	unsigned int key_len;
	unsigned int len;
	const char *tag;
};

#define KEY_128	"\x2b\x7e\x15\x16\x28\xae\xd2\xa6\xab\xf7\x15\x88\x09\xcf\x4f\x3c"
#define KEY_192	"\x8e\x73\xb0\xf7\xda\x0e\x64\x52\xc8\x10\xf3\x2b\x80\x90\x79\xe5" \
		"\x62\xf8\xea\xd2\x52\x2c\x6b\x7b"
#define KEY_256	"\x60\x3d\xeb\x10\x15\xca\x71\xbe\x2b\x73\xae\xf0\x85\x7d\x77\x81" \
		"\x1f\x35\x2c\x07\x3b\x61\x08\xd7\x2d\x98\x10\xa3\x09\x14\xdf\xf4"

static const struct dropin_vec vecs[] = {
	{ KEY_128, 16, 0,
	  "\xbb\x1d\x69\x29\xe9\x59\x37\x28\x7f\xa3\x7d\x12\x9b\x75\x67\x46" },
	{ KEY_128, 16, 16,
	  "\x07\x0a\x16\xb4\x6b\x4d\x41\x44\xf7\x9b\xdd\x9d\xd0\x4a\x28\x7c" },
	{ KEY_128, 16, 40,
	  "\xdf\xa6\x67\x47\xde\x9a\xe6\x30\x30\xca\x32\x61\x14\x97\xc8\x27" },
	{ KEY_128, 16, 64,
	  "\x51\xf0\xbe\xbf\x7e\x3b\x9d\x92\xfc\x49\x74\x17\x79\x36\x3c\xfe" },
	{ KEY_192, 24, 0,
	  "\xd1\x7d\xdf\x46\xad\xaa\xcd\xe5\x31\xca\xc4\x83\xde\x7a\x93\x67" },
	{ KEY_192, 24, 16,
	  "\x9e\x99\xa7\xbf\x31\xe7\x10\x90\x06\x62\xf6\x5e\x61\x7c\x51\x84" },
	{ KEY_192, 24, 64,
	  "\xa1\xd5\xdf\x0e\xed\x79\x0f\x79\x4d\x77\x58\x96\x59\xf3\x9a\x11" },
	{ KEY_256, 32, 0,
	  "\x02\x89\x62\xf6\x1b\x7b\xf8\x9e\xfc\x6b\x55\x1f\x46\x67\xd9\x83" },
	{ KEY_256, 32, 16,
	  "\x28\xa7\x02\x3f\x45\x2e\x8f\x82\xbd\x4b\xf2\x8d\x8c\x37\xc3\x5c" },
	{ KEY_256, 32, 64,
	  "\xe1\x99\x21\x90\x54\x9f\x6e\xd5\x69\x6a\x2c\x05\x6c\x31\x54\x10" },
};

static void test_dropin_vectors(struct kunit *test)
{
	struct crypto_shash *tfm = alloc_dropin(test);

	use_engine(test);
	for (int i = 0; i < ARRAY_SIZE(vecs); i++) {
		const struct dropin_vec *vec = &vecs[i];
		u8 tag[TAG_LEN];

		KUNIT_ASSERT_EQ(test, 0, crypto_shash_setkey(tfm, vec->key,
							     vec->key_len));
		KUNIT_ASSERT_EQ(test, 0, crypto_shash_tfm_digest(tfm, vec_msg,
								 vec->len, tag));
		KUNIT_EXPECT_MEMEQ_MSG(test, tag, vec->tag, TAG_LEN,
				       "key of %u, %u bytes", vec->key_len,
				       vec->len);
	}
}

static void test_dropin_key_lengths(struct kunit *test)
{
	struct crypto_shash *tfm = alloc_dropin(test);
	u8 raw[64] = {}, tag[TAG_LEN];

	use_engine(test);
	for (unsigned int len = 0; len <= sizeof(raw); len++) {
		bool ok = len == 16 || len == 24 || len == 32;

		KUNIT_EXPECT_EQ_MSG(test, ok ? 0 : -EINVAL,
				    crypto_shash_setkey(tfm, raw, len),
				    "%u bytes", len);
		KUNIT_EXPECT_EQ_MSG(test, ok ? 0 : -ENOKEY,
				    crypto_shash_tfm_digest(tfm, raw, 1, tag),
				    "%u bytes", len);
	}
}

/* Both transforms have the same key then. */
static void random_key(struct kunit *test, struct crypto_shash *tfm,
		       struct crypto_shash *stock)
{
	unsigned int len = key_lens[rand_below(ARRAY_SIZE(key_lens))];
	u8 raw[32];

	rand_bytes(raw, sizeof(raw));
	KUNIT_ASSERT_EQ(test, 0, crypto_shash_setkey(tfm, raw, len));
	KUNIT_ASSERT_EQ(test, 0, crypto_shash_setkey(stock, raw, len));
}

/* The state goes through export and import now and then. */
static void feed_in_pieces(struct kunit *test, struct shash_desc *desc,
			   const u8 *msg, size_t len, u8 tag[TAG_LEN])
{
	u8 state[STATE_SIZE];

	KUNIT_ASSERT_EQ(test, 0, crypto_shash_init(desc));
	while (rand_below(8)) {
		size_t n = rand_length(len);

		KUNIT_ASSERT_EQ(test, 0, crypto_shash_update(desc, msg, n));
		msg += n;
		len -= n;
		if (rand_below(4))
			continue;
		KUNIT_ASSERT_EQ(test, 0, crypto_shash_export(desc, state));
		memset(shash_desc_ctx(desc), 0xa5,
		       crypto_shash_descsize(desc->tfm));
		KUNIT_ASSERT_EQ(test, 0, crypto_shash_import(desc, state));
	}
	if (rand_below(2)) {
		KUNIT_ASSERT_EQ(test, 0, crypto_shash_finup(desc, msg, len, tag));
		return;
	}
	KUNIT_ASSERT_EQ(test, 0, crypto_shash_update(desc, msg, len));
	KUNIT_ASSERT_EQ(test, 0, crypto_shash_final(desc, tag));
}

static void test_dropin_equals_stock(struct kunit *test)
{
	struct crypto_shash *stock = alloc_shash(test, STOCK_NAME);
	struct crypto_shash *tfm = alloc_dropin(test);
	struct shash_desc *desc = kunit_desc(test, tfm);
	u8 *end = kunit_guarded_buf(test, MAX_MSG_LEN);

	use_engine(test);
	rand_bytes(end, MAX_MSG_LEN);
	end += MAX_MSG_LEN;
	for (int round = 0; round < RAND_ROUNDS(2000); round++) {
		u32 state = rand_state();
		size_t len = rand_length(MAX_MSG_LEN);
		u8 tag[TAG_LEN], expected[TAG_LEN];

		random_key(test, tfm, stock);
		KUNIT_ASSERT_EQ(test, 0, crypto_shash_tfm_digest(stock, end - len,
								 len, expected));
		feed_in_pieces(test, desc, end - len, len, tag);
		KUNIT_ASSERT_MEMEQ_MSG(test, tag, expected, TAG_LEN,
				       "rand_seed(%u)", state);
	}
}

/* What each context works on */
struct dropin_run {
	struct shash_desc *desc[NUM_TEST_CONTEXTS];
	u8 raw[NUM_TEST_CONTEXTS][32];
	u8 msg[300];
	u8 expected[NUM_TEST_CONTEXTS][TAG_LEN];
};

/* As cifs.ko does it: the key anew, the header, the rest */
static bool signs_as_cifs_does(void *data)
{
	struct dropin_run *run = data;
	enum test_context where = this_context();
	struct shash_desc *desc = run->desc[where];
	u8 tag[TAG_LEN];

	return !crypto_shash_setkey(desc->tfm, run->raw[where],
				    key_lens[where]) &&
	       !crypto_shash_init(desc) &&
	       !crypto_shash_update(desc, run->msg, 64) &&
	       !crypto_shash_update(desc, run->msg + 64, sizeof(run->msg) - 64) &&
	       !crypto_shash_final(desc, tag) &&
	       !memcmp(tag, run->expected[where], TAG_LEN);
}

static void test_dropin_in_contexts(struct kunit *test)
{
	struct crypto_shash *stock = alloc_shash(test, STOCK_NAME);
	struct dropin_run *run = kunit_kzalloc(test, sizeof(*run), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, run);
	rand_bytes(run->msg, sizeof(run->msg));
	for (int i = 0; i < NUM_TEST_CONTEXTS; i++) {
		run->desc[i] = kunit_desc(test, alloc_dropin(test));
		rand_bytes(run->raw[i], sizeof(run->raw[i]));
		KUNIT_ASSERT_EQ(test, 0, crypto_shash_setkey(stock, run->raw[i],
							     key_lens[i]));
		KUNIT_ASSERT_EQ(test, 0, crypto_shash_tfm_digest(stock, run->msg,
								 sizeof(run->msg),
								 run->expected[i]));
	}
	use_engine(test);
	hammer_in_contexts(test, signs_as_cifs_does, run);
}

static struct kunit_case dropin_test_cases[] = {
	KUNIT_CASE(test_dropin_properties),
	KUNIT_CASE_PARAM(test_dropin_vectors, engine_gen_params),
	KUNIT_CASE_PARAM(test_dropin_key_lengths, engine_gen_params),
	KUNIT_CASE_PARAM(test_dropin_equals_stock, engine_gen_params),
	KUNIT_CASE_PARAM(test_dropin_in_contexts, engine_gen_params),
	{}
};

static struct kunit_suite dropin_test_suite = {
	.name = "smbsign_dropin",
	.init = init_test,
	.test_cases = dropin_test_cases,
};

kunit_test_suite(dropin_test_suite);
