// SPDX-License-Identifier: GPL-2.0-only
/*
 * CBC-MAC of messages side by side: each lane equal to the generic engine on it
 * alone, whatever stands in the others.
 */
#include <kunit/test.h>
#include <linux/string.h>

#include "engine-utils.h"
#include "pdu-utils.h"
#include "test-utils.h"

#define MAX_LANE_BLOCKS	40
#define MAX_LANE_LEN	(MAX_LANE_BLOCKS * BLOCK_LEN)

/* Lanes in use, and what is to come out of them */
struct lanes_input {
	struct smbsign_cbcmac_lanes lanes;
	struct smbsign_aes_key keys[SMBSIGN_MAX_LANES];
	u8 *end[SMBSIGN_MAX_LANES];	/* a guard page begins here */
	u8 start[SMBSIGN_MAX_LANES][BLOCK_LEN];
	u8 expected[SMBSIGN_MAX_LANES][BLOCK_LEN];
	unsigned int num;
	size_t num_blocks;
};

static struct lanes_input *kunit_lanes_input(struct kunit *test)
{
	struct lanes_input *in = kunit_kzalloc(test, sizeof(*in) + 64,
					       GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, in);
	in = PTR_ALIGN(in, 64);
	for (int i = 0; i < SMBSIGN_MAX_LANES; i++) {
		in->end[i] = kunit_guarded_buf(test, MAX_LANE_LEN + BLOCK_LEN);
		rand_bytes(in->end[i], MAX_LANE_LEN + BLOCK_LEN);
		in->end[i] += MAX_LANE_LEN + BLOCK_LEN;
	}
	return in;
}

static void randomise_key(struct lanes_input *in, int lane)
{
	u8 raw[SMBSIGN_KEY_SIZE];

	rand_bytes(raw, sizeof(raw));
	aes_expandkey(&in->keys[lane].ctx, raw, sizeof(raw));
	for (int r = 0; r < ARRAY_SIZE(in->lanes.round_keys); r++)
		memcpy(in->lanes.round_keys[r][lane],
		       &in->keys[lane].ctx.key_enc[4 * r], BLOCK_LEN);
}

/* Lanes beyond @num have a key and no data. */
static void randomise_lanes(struct lanes_input *in, unsigned int num,
			    size_t num_blocks)
{
	const struct smbsign_engine *generic = smbsign_engine_supported(0);

	in->num = num;
	in->num_blocks = num_blocks;
	memset(in->lanes.data, 0, sizeof(in->lanes.data));
	for (int i = 0; i < SMBSIGN_MAX_LANES; i++) {
		randomise_key(in, i);
		rand_bytes(in->start[i], BLOCK_LEN);
		memcpy(in->lanes.x[i], in->start[i], BLOCK_LEN);
	}
	for (int i = 0; i < num; i++) {
		in->lanes.data[i] = in->end[i] - num_blocks * BLOCK_LEN -
				    rand_below(2) * rand_below(BLOCK_LEN);
		memcpy(in->expected[i], in->start[i], BLOCK_LEN);
		generic->cbcmac(&in->keys[i], in->expected[i],
				in->lanes.data[i], num_blocks);
	}
}

static bool lanes_are_expected(const struct lanes_input *in,
			       const struct smbsign_cbcmac_lanes *lanes)
{
	for (int i = 0; i < in->num; i++) {
		if (memcmp(lanes->x[i], in->expected[i], BLOCK_LEN) ||
		    lanes->data[i] != in->lanes.data[i] +
				      in->num_blocks * BLOCK_LEN)
			return false;
	}
	return !memcmp(lanes->round_keys, in->lanes.round_keys,
		       sizeof(lanes->round_keys));
}

/* False if @engine cannot be used in this context */
static bool run_lanes(const struct smbsign_engine *engine,
		      const struct lanes_input *in,
		      struct smbsign_cbcmac_lanes *lanes)
{
	struct smbsign_section section;

	*lanes = in->lanes;
	if (!smbsign_section_try(&section, engine))
		return false;
	engine->cbcmac_lanes(lanes, in->num, in->num_blocks);
	smbsign_section_end(&section);
	return true;
}

static const struct smbsign_engine *lanes_engine(struct kunit *test)
{
	const struct smbsign_engine *engine = test->param_value;

	if (!engine->cbcmac_lanes)
		kunit_skip(test, "the engine has no lanes");
	return engine;
}

static void test_lanes_equal_generic(struct kunit *test)
{
	const struct smbsign_engine *engine = lanes_engine(test);
	struct lanes_input *in = kunit_lanes_input(test);
	struct lanes_input *out = kunit_lanes_input(test);

	for (unsigned int num = 1; num <= SMBSIGN_MAX_LANES; num++) {
		for (size_t n = 1; n <= MAX_LANE_BLOCKS; n++) {
			randomise_lanes(in, num, n);
			KUNIT_ASSERT_TRUE(test, run_lanes(engine, in,
							  &out->lanes));
			KUNIT_ASSERT_TRUE_MSG(test,
					      lanes_are_expected(in, &out->lanes),
					      "%u lanes, %zu blocks", num, n);
		}
	}
}

/* A call goes on where the one before it ended. */
static void test_lanes_in_steps(struct kunit *test)
{
	const struct smbsign_engine *engine = lanes_engine(test);
	struct lanes_input *in = kunit_lanes_input(test);
	struct smbsign_cbcmac_lanes *lanes = &kunit_lanes_input(test)->lanes;

	for (int round = 0; round < RAND_ROUNDS(500); round++) {
		struct smbsign_section section;
		u32 state = rand_state();
		size_t left, n;

		randomise_lanes(in, 1 + rand_below(SMBSIGN_MAX_LANES),
				1 + rand_below(MAX_LANE_BLOCKS));
		*lanes = in->lanes;
		KUNIT_ASSERT_TRUE(test, smbsign_section_try(&section, engine));
		for (left = in->num_blocks; left; left -= n) {
			n = 1 + rand_below(left);
			engine->cbcmac_lanes(lanes, in->num, n);
		}
		smbsign_section_end(&section);
		KUNIT_ASSERT_TRUE_MSG(test, lanes_are_expected(in, lanes),
				      "rand_seed(%u)", state);
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
	struct smbsign_cbcmac_lanes *lanes = &run->out[where]->lanes;

	return !run_lanes(run->engine, run->in[where], lanes) ||
	       lanes_are_expected(run->in[where], lanes);
}

static void test_lanes_in_contexts(struct kunit *test)
{
	struct lanes_run run = { .engine = lanes_engine(test) };

	for (int i = 0; i < NUM_TEST_CONTEXTS; i++) {
		run.in[i] = kunit_lanes_input(test);
		run.out[i] = kunit_lanes_input(test);
		randomise_lanes(run.in[i], SMBSIGN_MAX_LANES - i,
				MAX_LANE_BLOCKS);
	}
	hammer_in_contexts(test, lanes_right_where_usable, &run);
}

static struct kunit_case lanes_test_cases[] = {
	KUNIT_CASE_PARAM(test_lanes_equal_generic, engine_gen_params),
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
