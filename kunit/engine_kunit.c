// SPDX-License-Identifier: GPL-2.0-only
/*
 * engine.c and the engines: the table and the choice; every engine equal to
 * generic, and GHASH equal to its definition.
 */
#include <crypto/utils.h>
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/string.h>

#include "engine-utils.h"
#include "pdu-utils.h"
#include "test-utils.h"

static void test_engine_table(struct kunit *test)
{
	const struct smbsign_engine *generic = smbsign_engine_supported(0);
	unsigned int num = num_engines();

	KUNIT_ASSERT_NOT_NULL(test, generic);
	KUNIT_EXPECT_STREQ(test, generic->name, "generic");
	KUNIT_EXPECT_NOT_NULL(test, generic->ghash);
	KUNIT_EXPECT_NOT_NULL(test, generic->cbcmac);
	KUNIT_EXPECT_NOT_NULL(test, generic->sha256);
	for (unsigned int i = 0; i < num; i++) {
		const struct smbsign_engine *e = smbsign_engine_supported(i);

		KUNIT_EXPECT_STRNEQ(test, e->name, "auto");
		for (unsigned int j = 0; j < i; j++)
			KUNIT_EXPECT_STRNEQ(test, e->name,
					    smbsign_engine_supported(j)->name);
	}
	KUNIT_EXPECT_NULL(test, smbsign_engine_supported(num));
	KUNIT_EXPECT_NULL(test, smbsign_engine_supported(num + 1));
	KUNIT_EXPECT_NULL(test, smbsign_engine_supported(UINT_MAX));
}

static void test_engine_select(struct kunit *test)
{
	unsigned int num = num_engines();

	for (unsigned int i = 0; i < 2 * num; i++) {
		const struct smbsign_engine *e =
			smbsign_engine_supported(i % num);

		KUNIT_EXPECT_EQ(test, 0, smbsign_engine_select(e->name));
		KUNIT_EXPECT_PTR_EQ(test, smbsign_engine_current(), e);
		KUNIT_EXPECT_STREQ(test, smbsign_engine_requested(), e->name);
		KUNIT_EXPECT_EQ(test, 0, smbsign_engine_select("auto"));
		KUNIT_EXPECT_STREQ(test, smbsign_engine_requested(), "auto");
		KUNIT_EXPECT_PTR_EQ(test, smbsign_engine_current(),
				    smbsign_engine_supported(num - 1));
	}
}

/* A refused name leaves the engine in force, whichever that is. */
static void expect_refused(struct kunit *test, const char *name, int err)
{
	const struct smbsign_engine *e;

	for (unsigned int i = 0; (e = smbsign_engine_supported(i)); i++) {
		select_engine(test, e);
		KUNIT_EXPECT_EQ_MSG(test, err, smbsign_engine_select(name),
				    "\"%s\"", name);
		KUNIT_EXPECT_PTR_EQ_MSG(test, smbsign_engine_current(), e,
					"\"%s\"", name);
	}
}

static void test_engine_unknown_names(struct kunit *test)
{
	static const char *const names[] = {
		"", " ", "gener", "generic ", " generic", "generic\n",
		"genericx", "Generic", "GENERIC", "Kernel", "kernel ", "AUTO",
		"aut", "auto\n", "none", "0", "[auto]", "generic kernel",
	};

	for (int i = 0; i < ARRAY_SIZE(names); i++)
		expect_refused(test, names[i], -EINVAL);
}

static void test_engine_unsupported(struct kunit *test)
{
	if (num_engines() > 1)
		kunit_skip(test, "all engines are supported on this machine");
	expect_refused(test, "kernel", -EOPNOTSUPP);
}

/* Some text, whatever room there is; no driver in C under another name. */
static void test_engine_describe(struct kunit *test)
{
	const struct smbsign_engine *e = test->param_value;

	for (size_t size = 1; size <= 256; size++) {
		char *text = kunit_guarded_buf(test, size);

		memset(text, 'x', size);
		e->describe(text, size);
		KUNIT_EXPECT_LT(test, strnlen(text, size), size);
		KUNIT_EXPECT_TRUE(test, size == 1 || text[0]);
		KUNIT_EXPECT_NULL_MSG(test, strstr(text, "-generic"), "%s",
				      text);
	}
}

/* SP 800-38D 6.3, bit by bit: z = x * y */
static void gf128_mul(u8 z[BLOCK_LEN], const u8 x[BLOCK_LEN],
		      const u8 y[BLOCK_LEN])
{
	u8 v[BLOCK_LEN], product[BLOCK_LEN] = {};

	memcpy(v, y, sizeof(v));
	for (int i = 0; i < 128; i++) {
		bool lsb = v[15] & 1;

		if (x[i / 8] >> (7 - i % 8) & 1)
			crypto_xor(product, v, sizeof(product));
		for (int j = 15; j > 0; j--)
			v[j] = v[j] >> 1 | v[j - 1] << 7;
		v[0] >>= 1;
		if (lsb)
			v[0] ^= 0xe1;
	}
	memcpy(z, product, sizeof(product));
}

/* Operands with few bits, with nearly all, and random ones */
static void random_operand(u8 out[BLOCK_LEN])
{
	u32 kind = rand_below(4);

	rand_bytes(out, BLOCK_LEN);
	if (kind == 0)
		memset(out, 0, BLOCK_LEN);
	else if (kind == 1)
		memset(out, 0xff, BLOCK_LEN);
	if (kind < 3)
		out[rand_below(BLOCK_LEN)] ^= 1 << rand_below(8);
}

static void test_engine_ghash_is_ghash(struct kunit *test)
{
	struct smbsign_section section;
	struct smbsign_ghash_key *key;

	select_engine(test, test->param_value);
	key = &kunit_random_key(test, SMBSIGN_AES_GMAC)->gmac.ghash;
	for (int round = 0; round < RAND_ROUNDS(2000); round++) {
		u32 state = rand_state();
		u8 h[BLOCK_LEN], acc[BLOCK_LEN], data[BLOCK_LEN];
		u8 expected[BLOCK_LEN];

		random_operand(h);
		random_operand(acc);
		random_operand(data);
		KUNIT_ASSERT_EQ(test, 0, smbsign_ghash_key_set(key, h));
		crypto_xor_cpy(expected, acc, data, BLOCK_LEN);
		gf128_mul(expected, expected, h);
		smbsign_section_begin(&section);
		smbsign_ghash(&section, key, acc, data, 1);
		smbsign_section_end(&section);
		KUNIT_ASSERT_MEMEQ_MSG(test, acc, expected, BLOCK_LEN,
				       "rand_seed(%u)", state);
	}
}

static void expect_equal_ops(struct kunit *test,
			     const struct smbsign_engine *engine,
			     const struct op_input *in)
{
	u8 expected[MAX_OP_OUTPUT], out[MAX_OP_OUTPUT];

	for (enum engine_op op = 0; op < NUM_OPS; op++) {
		KUNIT_ASSERT_TRUE(test, run_op(smbsign_engine_supported(0), op,
					       in, expected));
		KUNIT_ASSERT_TRUE_MSG(test, run_op(engine, op, in, out), "%s",
				      op_names[op]);
		KUNIT_ASSERT_MEMEQ_MSG(test, out, expected, sizeof(out),
				       "%s, %zu blocks", op_names[op],
				       in->num_blocks);
	}
}

static void test_engine_ops_equal_generic(struct kunit *test)
{
	const struct smbsign_engine *engine = test->param_value;
	struct op_input *in;

	in = kunit_op_input(test);
	for (size_t n = 1; n <= MAX_BLOCKS; n++) {
		randomise_op_input(in, n);
		expect_equal_ops(test, engine, in);
	}
}

/* What stands in a prepared key must not depend on the engine in force. */
static void test_engine_keys_serve_every_engine(struct kunit *test)
{
	const struct smbsign_engine *engine = test->param_value;
	struct op_input *in;

	select_engine(test, smbsign_engine_supported(0));
	in = kunit_op_input(test);
	randomise_op_input(in, MAX_BLOCKS);
	expect_equal_ops(test, engine, in);

	select_engine(test, engine);
	in = kunit_op_input(test);
	randomise_op_input(in, MAX_BLOCKS);
	expect_equal_ops(test, engine, in);
}

static void gmac_tag(const struct smbsign_engine *engine,
		     const struct op_input *in, const u8 *nonce, u8 *tag)
{
	struct smbsign_section section;
	u8 acc[BLOCK_LEN];

	memcpy(acc, in->acc, sizeof(acc));
	if (!smbsign_section_try(&section, engine))
		return;
	smbsign_gmac_tag(&section, in->key, acc, in->blocks, in->num_blocks,
			 nonce, tag);
	smbsign_section_end(&section);
}

/* From any accumulator on, and with data and nonce that end at a guard page */
static void test_engine_gmac_tags_equal_generic(struct kunit *test)
{
	const struct smbsign_engine *engine = test->param_value;
	u8 *nonce = kunit_guarded_buf(test, GMAC_NONCE_SIZE);
	struct op_input *in = kunit_op_input(test);

	for (size_t n = 1; n <= MAX_BLOCKS; n++) {
		u8 expected[SMBSIGN_SIG_SIZE] = {}, tag[SMBSIGN_SIG_SIZE] = {};

		randomise_op_input(in, n);
		rand_bytes(nonce, GMAC_NONCE_SIZE);
		gmac_tag(smbsign_engine_supported(0), in, nonce, expected);
		gmac_tag(engine, in, nonce, tag);
		KUNIT_ASSERT_MEMEQ_MSG(test, tag, expected, sizeof(tag),
				       "%zu blocks", n);
	}
}

#ifdef CONFIG_X86_64

static bool has_engine(const char *name)
{
	const struct smbsign_engine *e;

	for (unsigned int i = 0; (e = smbsign_engine_supported(i)); i++) {
		if (!strcmp(e->name, name))
			return true;
	}
	return false;
}

/* C prepares the same powers, where SIMD registers cannot be had. */
static void test_engine_powers_equal_generic(struct kunit *test)
{
	size_t from = offsetof(struct smbsign_ghash_powers, reflected);
	struct smbsign_ghash_powers *powers;
	struct smbsign_ghash_key *key;

	if (!has_engine("aesni"))
		kunit_skip(test, "no engine takes powers");
	if (has_engine("vaes_avx512"))
		from = 0;
	powers = kunit_kzalloc(test, sizeof(*powers), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, powers);
	key = &kunit_random_key(test, SMBSIGN_AES_GMAC)->gmac.ghash;
	for (int round = 0; round < RAND_ROUNDS(200); round++) {
		u32 state = rand_state();
		u8 h[BLOCK_LEN];

		random_operand(h);
		KUNIT_ASSERT_EQ(test, 0, smbsign_ghash_key_set(key, h));
		*powers = key->powers;
		memset(&key->powers, 0, sizeof(key->powers));
		smbsign_x86_ghash_powers_generic(key, h);
		KUNIT_ASSERT_MEMEQ_MSG(test, (u8 *)&key->powers + from,
				       (u8 *)powers + from,
				       sizeof(*powers) - from, "rand_seed(%u)",
				       state);
	}
}

#endif

static struct kunit_case engine_test_cases[] = {
	KUNIT_CASE(test_engine_table),
	KUNIT_CASE(test_engine_select),
	KUNIT_CASE(test_engine_unknown_names),
	KUNIT_CASE(test_engine_unsupported),
	KUNIT_CASE_PARAM(test_engine_describe, engine_gen_params),
	KUNIT_CASE_PARAM(test_engine_ghash_is_ghash, engine_gen_params),
	KUNIT_CASE_PARAM(test_engine_ops_equal_generic, engine_gen_params),
	KUNIT_CASE_PARAM(test_engine_keys_serve_every_engine,
			 engine_gen_params),
	KUNIT_CASE_PARAM(test_engine_gmac_tags_equal_generic,
			 engine_gen_params),
#ifdef CONFIG_X86_64
	KUNIT_CASE(test_engine_powers_equal_generic),
#endif
	{}
};

static struct kunit_suite engine_test_suite = {
	.name = "smbsign_engine",
	.init = init_test,
	.test_cases = engine_test_cases,
};

kunit_test_suite(engine_test_suite);
