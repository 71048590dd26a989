// SPDX-License-Identifier: GPL-2.0-only
/*
 * CBC-MAC and SHA-256 of messages side by side: each lane equal to the generic
 * engine on it alone, whatever stands in the others.
 */
#include <kunit/test.h>
#include <linux/bits.h>
#include <linux/limits.h>
#include <linux/string.h>

#include "engine-utils.h"
#include "pdu-utils.h"
#include "test-utils.h"

#define MAX_LANE_BLOCKS	40
#define MAX_STATE_SIZE	SHA256_DIGEST_SIZE

union any_lanes {
	struct smbsign_cbcmac_lanes cbcmac;
	struct smbsign_sha256_lanes sha256;
};

/* Lanes in use, and what is to come out of them */
struct lanes_input {
	const struct lanes_op *op;
	union any_lanes lanes;
	struct smbsign_aes_key keys[SMBSIGN_MAX_LANES];
	u8 *end[SMBSIGN_MAX_LANES];	/* a guard page begins here */
	u8 expected[SMBSIGN_MAX_LANES][MAX_STATE_SIZE];
	unsigned int num;
	size_t num_blocks;
};

/*
 * An operation: @generic puts the blocks of one lane into its state, @run those
 * of all lanes if @engine can.  Where the state of a lane lies, @get and @set
 * know.
 */
struct lanes_op {
	const char *name;
	size_t block_size;
	size_t state_size;
	void (*generic)(struct lanes_input *in, unsigned int lane, u8 *state,
			const u8 *data);
	bool (*run)(const struct smbsign_engine *engine,
		    union any_lanes *lanes, unsigned int num,
		    size_t num_blocks);
	void (*get)(const union any_lanes *lanes, unsigned int lane, u8 *state);
	void (*set)(union any_lanes *lanes, unsigned int lane, const u8 *state);
	const u8 **(*data)(union any_lanes *lanes);
};

/* CBC-MAC: the keys are the only thing that has to outlive a call everywhere. */

static void set_round_keys(struct smbsign_cbcmac_lanes *lanes,
			   unsigned int lane, const struct smbsign_aes_key *key)
{
	for (int r = 0; r < ARRAY_SIZE(lanes->round_keys); r++)
		memcpy(lanes->round_keys[r][lane], &key->ctx.key_enc[4 * r],
		       BLOCK_LEN);
}

static void cbcmac_generic(struct lanes_input *in, unsigned int lane, u8 *state,
			   const u8 *data)
{
	smbsign_engine_supported(0)->cbcmac(&in->keys[lane], state, data,
					    in->num_blocks);
}

static bool cbcmac_run(const struct smbsign_engine *engine,
		       union any_lanes *lanes, unsigned int num,
		       size_t num_blocks)
{
	if (engine->cbcmac_lanes)
		engine->cbcmac_lanes(&lanes->cbcmac, num, num_blocks);
	return engine->cbcmac_lanes;
}

static void cbcmac_get(const union any_lanes *lanes, unsigned int lane,
		       u8 *state)
{
	memcpy(state, lanes->cbcmac.x[lane], BLOCK_LEN);
}

static void cbcmac_set(union any_lanes *lanes, unsigned int lane,
		       const u8 *state)
{
	memcpy(lanes->cbcmac.x[lane], state, BLOCK_LEN);
}

static const u8 **cbcmac_data(union any_lanes *lanes)
{
	return lanes->cbcmac.data;
}

/* SHA-256 */

static void sha256_generic(struct lanes_input *in, unsigned int lane, u8 *state,
			   const u8 *data)
{
	struct smbsign_sha256_state words;

	memcpy(&words, state, sizeof(words));
	smbsign_engine_supported(0)->sha256(words.h, data, in->num_blocks);
	memcpy(state, &words, sizeof(words));
}

static bool sha256_run(const struct smbsign_engine *engine,
		       union any_lanes *lanes, unsigned int num,
		       size_t num_blocks)
{
	if (engine->sha256_lanes)
		engine->sha256_lanes(&lanes->sha256, num, num_blocks);
	return engine->sha256_lanes;
}

static void sha256_get(const union any_lanes *lanes, unsigned int lane,
		       u8 *state)
{
	for (int i = 0; i < ARRAY_SIZE(lanes->sha256.state); i++)
		memcpy(&state[4 * i], &lanes->sha256.state[i][lane], 4);
}

static void sha256_set(union any_lanes *lanes, unsigned int lane,
		       const u8 *state)
{
	for (int i = 0; i < ARRAY_SIZE(lanes->sha256.state); i++)
		memcpy(&lanes->sha256.state[i][lane], &state[4 * i], 4);
}

static const u8 **sha256_data(union any_lanes *lanes)
{
	return lanes->sha256.data;
}

static const struct lanes_op ops[] = {
	{
		.name		= "cbcmac",
		.block_size	= AES_BLOCK_SIZE,
		.state_size	= AES_BLOCK_SIZE,
		.generic	= cbcmac_generic,
		.run		= cbcmac_run,
		.get		= cbcmac_get,
		.set		= cbcmac_set,
		.data		= cbcmac_data,
	}, {
		.name		= "sha256",
		.block_size	= SHA256_BLOCK_SIZE,
		.state_size	= SHA256_DIGEST_SIZE,
		.generic	= sha256_generic,
		.run		= sha256_run,
		.get		= sha256_get,
		.set		= sha256_set,
		.data		= sha256_data,
	},
};

static struct lanes_input *kunit_lanes_input(struct kunit *test,
					     const struct lanes_op *op)
{
	size_t size = (MAX_LANE_BLOCKS + 1) * op->block_size;
	struct lanes_input *in = kunit_kzalloc(test, sizeof(*in) + 64,
					       GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, in);
	in = PTR_ALIGN(in, 64);
	in->op = op;
	for (int i = 0; i < SMBSIGN_MAX_LANES; i++) {
		in->end[i] = kunit_guarded_buf(test, size);
		rand_bytes(in->end[i], size);
		in->end[i] += size;
	}
	return in;
}

static void randomise_key(struct lanes_input *in, unsigned int lane)
{
	u8 raw[SMBSIGN_KEY_SIZE];

	rand_bytes(raw, sizeof(raw));
	aes_expandkey(&in->keys[lane].ctx, raw, sizeof(raw));
	if (in->op->run == cbcmac_run)
		set_round_keys(&in->lanes.cbcmac, lane, &in->keys[lane]);
}

static void randomise_lane(struct lanes_input *in, unsigned int lane)
{
	const struct lanes_op *op = in->op;
	const u8 *data = in->end[lane] - in->num_blocks * op->block_size -
			 rand_below(2) * rand_below(op->block_size);

	op->data(&in->lanes)[lane] = data;
	op->get(&in->lanes, lane, in->expected[lane]);
	op->generic(in, lane, in->expected[lane], data);
}

/* Lanes beyond @num have a key and no data. */
static void randomise_lanes(struct lanes_input *in, unsigned int num,
			    size_t num_blocks)
{
	in->num = num;
	in->num_blocks = num_blocks;
	memset(in->op->data(&in->lanes), 0, SMBSIGN_MAX_LANES * sizeof(u8 *));
	for (int i = 0; i < SMBSIGN_MAX_LANES; i++) {
		u8 state[MAX_STATE_SIZE];

		randomise_key(in, i);
		rand_bytes(state, sizeof(state));
		in->op->set(&in->lanes, i, state);
	}
	for (int i = 0; i < num; i++)
		randomise_lane(in, i);
}

static bool lanes_are_expected(struct lanes_input *in, union any_lanes *lanes)
{
	const struct lanes_op *op = in->op;
	u8 state[MAX_STATE_SIZE];

	for (int i = 0; i < in->num; i++) {
		op->get(lanes, i, state);
		if (memcmp(state, in->expected[i], op->state_size) ||
		    op->data(lanes)[i] != op->data(&in->lanes)[i] +
					  in->num_blocks * op->block_size)
			return false;
	}
	return op->run != cbcmac_run ||
	       !memcmp(lanes->cbcmac.round_keys, in->lanes.cbcmac.round_keys,
		       sizeof(lanes->cbcmac.round_keys));
}

/* False if @engine cannot be used in this context */
static bool run_lanes(const struct smbsign_engine *engine,
		      const struct lanes_input *in, union any_lanes *lanes)
{
	struct smbsign_section section;

	*lanes = in->lanes;
	if (!smbsign_section_try(&section, engine))
		return false;
	in->op->run(engine, lanes, in->num, in->num_blocks);
	smbsign_section_end(&section);
	return true;
}

/* Ends the test as skipped if the engine has no lanes at all. */
static const struct smbsign_engine *lanes_engine(struct kunit *test)
{
	const struct smbsign_engine *engine = test->param_value;

	if (!engine->cbcmac_lanes && !engine->sha256_lanes)
		kunit_skip(test, "the engine has no lanes");
	KUNIT_ASSERT_NOT_NULL(test, engine->cbcmac_lanes);
	KUNIT_ASSERT_NOT_NULL(test, engine->sha256_lanes);
	return engine;
}

/* Every number of lanes, with from 1 to @max_blocks blocks */
static void expect_lanes_equal_generic(struct kunit *test,
				       const struct lanes_op *op,
				       size_t max_blocks)
{
	const struct smbsign_engine *engine = lanes_engine(test);
	struct lanes_input *in = kunit_lanes_input(test, op);
	struct lanes_input *out = kunit_lanes_input(test, op);

	for (unsigned int num = 1; num <= SMBSIGN_MAX_LANES; num++) {
		for (size_t n = 1; n <= max_blocks; n++) {
			randomise_lanes(in, num, n);
			KUNIT_ASSERT_TRUE(test, run_lanes(engine, in,
							  &out->lanes));
			KUNIT_ASSERT_TRUE_MSG(test,
					      lanes_are_expected(in, &out->lanes),
					      "%s, %u lanes, %zu blocks",
					      op->name, num, n);
		}
	}
}

static void test_lanes_equal_generic(struct kunit *test)
{
	for (int i = 0; i < ARRAY_SIZE(ops); i++)
		expect_lanes_equal_generic(test, &ops[i], MAX_LANE_BLOCKS);
}

/* The same as a processor would do it that lacks some of what this one has */
static void test_lanes_of_lesser_processors(struct kunit *test)
{
	static const u32 features[] = { X86_SHA_NI, X86_AVX512, X86_AVX2 };

	lanes_engine(test);
	for (u32 lacks = 1; lacks < 1 << ARRAY_SIZE(features); lacks++) {
		u32 mask = U32_MAX;

		for (int i = 0; i < ARRAY_SIZE(features); i++) {
			if (lacks & BIT(i))
				mask &= ~features[i];
		}
		mask_features(test, mask);
		for (int i = 0; i < ARRAY_SIZE(ops); i++)
			expect_lanes_equal_generic(test, &ops[i], 3);
	}
}

static void expect_lanes_in_steps(struct kunit *test, struct lanes_input *in,
				  union any_lanes *lanes)
{
	const struct smbsign_engine *engine = lanes_engine(test);
	struct smbsign_section section;
	u32 state = rand_state();
	size_t left, n;

	randomise_lanes(in, 1 + rand_below(SMBSIGN_MAX_LANES),
			1 + rand_below(MAX_LANE_BLOCKS));
	*lanes = in->lanes;
	KUNIT_ASSERT_TRUE(test, smbsign_section_try(&section, engine));
	for (left = in->num_blocks; left; left -= n) {
		n = 1 + rand_below(left);
		in->op->run(engine, lanes, in->num, n);
	}
	smbsign_section_end(&section);
	KUNIT_ASSERT_TRUE_MSG(test, lanes_are_expected(in, lanes),
			      "%s, rand_seed(%u)", in->op->name, state);
}

/* A call goes on where the one before it ended. */
static void test_lanes_in_steps(struct kunit *test)
{
	lanes_engine(test);
	for (int i = 0; i < ARRAY_SIZE(ops); i++) {
		struct lanes_input *in = kunit_lanes_input(test, &ops[i]);
		struct lanes_input *out = kunit_lanes_input(test, &ops[i]);

		for (int round = 0; round < RAND_ROUNDS(500); round++)
			expect_lanes_in_steps(test, in, &out->lanes);
	}
}

/* What each context works on */
struct lanes_run {
	const struct smbsign_engine *engine;
	struct lanes_input *in[NUM_TEST_CONTEXTS];
	struct lanes_input *out[NUM_TEST_CONTEXTS];
};

static bool lanes_right_where_usable(void *data)
{
	struct lanes_run *run = data;
	enum test_context where = this_context();
	union any_lanes *lanes = &run->out[where]->lanes;

	return !run_lanes(run->engine, run->in[where], lanes) ||
	       lanes_are_expected(run->in[where], lanes);
}

static void test_lanes_in_contexts(struct kunit *test)
{
	struct lanes_run run = { .engine = lanes_engine(test) };

	for (int op = 0; op < ARRAY_SIZE(ops); op++) {
		for (int i = 0; i < NUM_TEST_CONTEXTS; i++) {
			run.in[i] = kunit_lanes_input(test, &ops[op]);
			run.out[i] = kunit_lanes_input(test, &ops[op]);
			randomise_lanes(run.in[i], SMBSIGN_MAX_LANES - i,
					MAX_LANE_BLOCKS);
		}
		hammer_in_contexts(test, lanes_right_where_usable, &run);
	}
}

static struct kunit_case lanes_test_cases[] = {
	KUNIT_CASE_PARAM(test_lanes_equal_generic, engine_gen_params),
	KUNIT_CASE_PARAM(test_lanes_of_lesser_processors, engine_gen_params),
	KUNIT_CASE_PARAM(test_lanes_in_steps, engine_gen_params),
	KUNIT_CASE_PARAM(test_lanes_in_contexts, engine_gen_params),
	{}
};

static struct kunit_suite lanes_test_suite = {
	.name = "smbsign_lanes",
	.init = init_test,
	.test_cases = lanes_test_cases,
};

kunit_test_suite(lanes_test_suite);
