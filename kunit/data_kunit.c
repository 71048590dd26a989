// SPDX-License-Identifier: GPL-2.0-only
/*
 * data.c: a cursor gives out each byte of its part once, in order, of every
 * container, and no other byte.
 */
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "msg-utils.h"

#define MAX_LEN		(40 * 1024)
#define ROUNDS		RAND_ROUNDS(300)

struct fixture {
	u8 data[MAX_LEN];
	size_t len;
	struct msg_mem *mem;
};

static struct fixture *new_fixture(struct kunit *test)
{
	struct fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, f);
	f->mem = kunit_msg_mem(test, MAX_LEN);
	return f;
}

static void lay_random(struct fixture *f, const struct msg_layout *layout,
		       size_t len)
{
	f->len = len;
	rand_bytes(f->data, len);
	lay_msg(f->mem, layout, f->data, len);
}

/* What a walk has seen so far, compared with what it should see */
struct seen {
	const u8 *expected;
	size_t left;
	unsigned int num_steps;
	unsigned int num_wrong;
};

static void look(struct seen *seen, const u8 *data, size_t len)
{
	seen->num_steps++;
	if (!len || len > seen->left || memcmp(data, seen->expected, len)) {
		seen->num_wrong++;
		return;
	}
	seen->expected += len;
	seen->left -= len;
}

static int walk(const struct smbsign_msg *msg, size_t off, size_t len,
		struct seen *seen)
{
	struct smbsign_cursor c;
	size_t n;
	u8 *data;

	smbsign_cursor_init(&c, msg, off, len);
	while (smbsign_cursor_next(&c, &data, &n))
		look(seen, data, n);
	return smbsign_cursor_end(&c);
}

/* The part at @off of the message, which begins at @start of the container */
static void expect_walk(struct kunit *test, struct fixture *f, size_t start,
			size_t off, size_t len)
{
	struct seen seen = { f->data + start + off, len };

	f->mem->msg.off = start;
	KUNIT_EXPECT_EQ_MSG(test, 0,
			    walk(&f->mem->msg, off, len, &seen),
			    "%zu at %zu + %zu of %zu", len, start, off, f->len);
	KUNIT_EXPECT_EQ_MSG(test, seen.num_wrong, 0,
			    "%zu at %zu + %zu of %zu, %u steps", len, start,
			    off, f->len, seen.num_steps);
	KUNIT_EXPECT_EQ_MSG(test, seen.left, 0, "%zu at %zu + %zu of %zu", len,
			    start, off, f->len);
}

/* Each part that there is of a short message */
static void test_data_walk_short(struct kunit *test)
{
	const struct msg_layout *layout = layout_param(test);
	struct fixture *f = new_fixture(test);

	rand_seed(1);
	for (size_t len = 1; len < 24; len++) {
		lay_random(f, layout, len);
		for (size_t from = 0; from < len; from++) {
			for (size_t n = 1; n <= len - from; n++)
				expect_walk(test, f, from / 2, from - from / 2,
					    n);
		}
		KUNIT_EXPECT_TRUE(test, mem_is_intact(f->mem));
	}
}

static void test_data_walk_random(struct kunit *test)
{
	const struct msg_layout *layout = layout_param(test);
	struct fixture *f = new_fixture(test);

	rand_seed(2);
	for (int round = 0; round < ROUNDS; round++) {
		u32 state = rand_state();
		size_t start, off;

		lay_random(f, layout, 1 + rand_length(MAX_LEN - 1));
		for (int i = 0; i < 8; i++) {
			start = rand_below(f->len);
			off = rand_below(f->len - start);
			expect_walk(test, f, start, off,
				    rand_length(f->len - start - off));
		}
		expect_walk(test, f, 0, 0, f->len);
		KUNIT_EXPECT_TRUE(test, mem_is_intact(f->mem));
		KUNIT_ASSERT_EQ_MSG(test, test->status, KUNIT_SUCCESS,
				    "rand_seed(%u)", state);
	}
}

/* It has seen what there is, and nothing else. */
static void test_data_walk_beyond_end(struct kunit *test)
{
	const struct msg_layout *layout = layout_param(test);
	struct fixture *f = new_fixture(test);

	rand_seed(3);
	for (size_t len = 1; len < 80; len++) {
		size_t off = rand_below(len), more = 1 + rand_below(5000);
		struct seen seen = { f->data + off, len - off };

		lay_random(f, layout, len);
		KUNIT_EXPECT_EQ(test, -EMSGSIZE,
				walk(&f->mem->msg, off, len - off + more,
				     &seen));
		KUNIT_EXPECT_EQ(test, seen.num_wrong, 0);
		/* An sk_buff knows its length beforehand. */
		if (f->mem->msg.type != SMBSIGN_MSG_SKB)
			KUNIT_EXPECT_EQ(test, seen.left, 0);
	}
}

static void test_data_walk_behind_end(struct kunit *test)
{
	const struct msg_layout *layout = layout_param(test);
	struct fixture *f = new_fixture(test);
	struct seen seen = {};

	rand_seed(4);
	lay_random(f, layout, 100);
	for (size_t off = 100; off < 10000; off += 1 + off / 2) {
		f->mem->msg.off = off - 100;
		KUNIT_EXPECT_EQ(test, -EMSGSIZE,
				walk(&f->mem->msg, 100, 1, &seen));
	}
	KUNIT_EXPECT_EQ(test, seen.num_steps, 0);
}

/* Nothing is wanted, so nothing can be missing. */
static void test_data_walk_nothing(struct kunit *test)
{
	const struct msg_layout *layout = layout_param(test);
	struct fixture *f = new_fixture(test);
	struct seen seen = {};

	rand_seed(5);
	lay_random(f, layout, 100);
	for (size_t off = 0; off < 102; off++)
		KUNIT_EXPECT_EQ(test, 0,
				walk(&f->mem->msg, off, 0, &seen));
	KUNIT_EXPECT_EQ(test, seen.num_steps, 0);
}

static void test_data_unknown_type(struct kunit *test)
{
	struct smbsign_msg msg = { .type = SMBSIGN_MSG_SKB + 1, .len = 100 };
	struct seen seen = {};

	KUNIT_EXPECT_EQ(test, -EINVAL,
			walk(&msg, 0, 64, &seen));
	KUNIT_EXPECT_EQ(test, seen.num_steps, 0);
}

static void test_data_read(struct kunit *test)
{
	const struct msg_layout *layout = layout_param(test);
	struct fixture *f = new_fixture(test);
	u8 *end = (u8 *)kunit_guarded_buf(test, 64) + 64;

	rand_seed(6);
	for (int round = 0; round < ROUNDS; round++) {
		size_t off, len;

		lay_random(f, layout, 1 + rand_length(999));
		off = rand_below(f->len);
		len = rand_below(min_t(size_t, f->len - off, 64) + 1);
		KUNIT_EXPECT_EQ(test, 0,
				smbsign_data_read(&f->mem->msg, off, end - len,
						  len));
		KUNIT_EXPECT_TRUE_MSG(test,
				      !memcmp(end - len, f->data + off, len),
				      "%zu at %zu of %zu", len, off, f->len);
	}
}

static void test_data_write(struct kunit *test)
{
	const struct msg_layout *layout = layout_param(test);
	struct fixture *f = new_fixture(test);
	u8 *end = (u8 *)kunit_guarded_buf(test, 64) + 64;

	rand_seed(7);
	for (int round = 0; round < ROUNDS; round++) {
		size_t off, len;

		lay_random(f, layout, 1 + rand_length(999));
		off = rand_below(f->len);
		len = rand_below(min_t(size_t, f->len - off, 64) + 1);
		rand_bytes(end - len, len);
		mem_expect(f->mem, off, end - len, len);
		KUNIT_EXPECT_EQ(test, 0,
				smbsign_data_write(&f->mem->msg, off, end - len,
						   len));
		KUNIT_EXPECT_TRUE_MSG(test, mem_is_intact(f->mem),
				      "%zu at %zu of %zu", len, off, f->len);
	}
}

/* The tests that nothing is written are worth as much as this. */
static void test_data_stray_write_is_seen(struct kunit *test)
{
	const struct msg_layout *layout = layout_param(test);
	struct fixture *f = new_fixture(test);
	struct msg_piece *piece;

	rand_seed(8);
	lay_random(f, layout, 300);
	KUNIT_ASSERT_TRUE(test, mem_is_intact(f->mem));
	for (unsigned int i = 0; i < f->mem->num_pieces; i++) {
		piece = &f->mem->pieces[i];
		piece->base[piece->len - 1] ^= 1;
		KUNIT_EXPECT_FALSE(test, mem_is_intact(f->mem));
		piece->base[piece->len - 1] ^= 1;
		/* In front of a page may be somebody else's. */
		if (!offset_in_page(piece->base))
			continue;
		piece->base[-1] ^= 1;
		KUNIT_EXPECT_FALSE(test, mem_is_intact(f->mem));
		piece->base[-1] ^= 1;
	}
	KUNIT_EXPECT_TRUE(test, mem_is_intact(f->mem));
}

static struct kunit_case data_test_cases[] = {
	KUNIT_CASE_PARAM(test_data_walk_short, layout_gen_params),
	KUNIT_CASE_PARAM(test_data_walk_random, layout_gen_params),
	KUNIT_CASE_PARAM(test_data_walk_beyond_end, layout_gen_params),
	KUNIT_CASE_PARAM(test_data_walk_behind_end, layout_gen_params),
	KUNIT_CASE_PARAM(test_data_walk_nothing, layout_gen_params),
	KUNIT_CASE(test_data_unknown_type),
	KUNIT_CASE_PARAM(test_data_read, layout_gen_params),
	KUNIT_CASE_PARAM(test_data_write, layout_gen_params),
	KUNIT_CASE_PARAM(test_data_stray_write_is_seen, layout_gen_params),
	{}
};

static struct kunit_suite data_test_suite = {
	.name = "smbsign_data",
	.test_cases = data_test_cases,
};

kunit_test_suite(data_test_suite);
