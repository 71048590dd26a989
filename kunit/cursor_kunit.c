// SPDX-License-Identifier: GPL-2.0-only
/*
 * data.c: cursors side by side, and containers that are odd: sk_buffs in lists
 * in lists, lengths that lie, holes in a file.  That a cursor gives out the
 * right bytes is data_kunit.c's.
 */
#include <kunit/test.h>
#include <linux/bvec.h>
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/skbuff.h>
#include <linux/string.h>
#include <linux/uio.h>
#include <linux/xarray.h>

#include "msg-utils.h"

#define NUM_CURSORS	16
#define LEN		5000
#define DEPTH		40
#define NUM_PAGES	16

struct piece {
	u8 *data;
	size_t len;
};

struct lane {
	u8 data[LEN];
	struct msg_mem *mem;
	struct smbsign_cursor c;
	struct piece pieces[MAX_PIECES];
	unsigned int num_pieces;
};

static bool lane_matches(const struct lane *lane)
{
	size_t at = 0;

	for (unsigned int i = 0; i < lane->num_pieces; i++) {
		const struct piece *piece = &lane->pieces[i];

		if (piece->len > LEN - at ||
		    memcmp(piece->data, lane->data + at, piece->len))
			return false;
		at += piece->len;
	}
	return at == LEN;
}

/* One step of the cursor; false at its end */
static bool lane_step(struct kunit *test, struct lane *lane)
{
	struct piece *piece = &lane->pieces[lane->num_pieces];

	KUNIT_ASSERT_LT(test, lane->num_pieces, MAX_PIECES);
	if (!smbsign_cursor_next(&lane->c, &piece->data, &piece->len))
		return false;
	lane->num_pieces++;
	return true;
}

/* All of a batch's, a step each in turn; pieces stay where they are. */
static void test_cursor_side_by_side(struct kunit *test)
{
	struct lane *lanes[NUM_CURSORS];
	bool more;

	if (SMBSIGN_MAPS_PAGES)
		kunit_skip(test, "a kernel that maps pages");
	rand_seed(1);
	for (int i = 0; i < NUM_CURSORS; i++) {
		lanes[i] = kunit_kzalloc(test, sizeof(*lanes[i]), GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, lanes[i]);
		lanes[i]->mem = kunit_msg_mem(test, LEN);
		rand_bytes(lanes[i]->data, LEN);
		lay_msg(lanes[i]->mem, nth_layout(i), lanes[i]->data, LEN);
		smbsign_cursor_init(&lanes[i]->c, &lanes[i]->mem->msg, 0, LEN);
	}
	do {
		more = false;
		for (int i = 0; i < NUM_CURSORS; i++)
			more |= lane_step(test, lanes[i]);
	} while (more);
	for (int i = 0; i < NUM_CURSORS; i++) {
		KUNIT_EXPECT_EQ(test, 0, smbsign_cursor_end(&lanes[i]->c));
		KUNIT_EXPECT_TRUE(test, lane_matches(lanes[i]));
	}
}

static void test_cursor_early_end(struct kunit *test)
{
	const struct msg_layout *layout = layout_param(test);
	struct msg_mem *mem = kunit_msg_mem(test, LEN);
	u8 *buf = kunit_kzalloc(test, LEN, GFP_KERNEL), *data;
	struct smbsign_cursor c;
	size_t len;

	KUNIT_ASSERT_NOT_NULL(test, buf);
	rand_seed(2);
	rand_bytes(buf, LEN);
	lay_msg(mem, layout, buf, LEN);
	smbsign_cursor_init(&c, &mem->msg, 1, LEN - 1);
	KUNIT_EXPECT_EQ(test, -EMSGSIZE, smbsign_cursor_end(&c));
	smbsign_cursor_init(&c, &mem->msg, 1, LEN - 1);
	KUNIT_ASSERT_TRUE(test, smbsign_cursor_next(&c, &data, &len));
	KUNIT_EXPECT_EQ(test, data[0], buf[1]);
	KUNIT_EXPECT_EQ(test, len == LEN - 1 ? 0 : -EMSGSIZE,
			smbsign_cursor_end(&c));
	KUNIT_EXPECT_TRUE(test, mem_is_intact(mem));
}

/* A page is a piece, no less and no more; what is empty is none. */
static void test_cursor_pieces(struct kunit *test)
{
	u8 *pages = (u8 *)__get_free_pages(GFP_KERNEL, 4), *data;
	struct bio_vec bvec[2 * NUM_PAGES] = {};
	struct smbsign_msg msg;
	struct smbsign_cursor c;
	unsigned int num = 0;
	struct iov_iter iter;
	size_t len;

	KUNIT_ASSERT_NOT_NULL(test, pages);
	for (int i = 0; i < NUM_PAGES; i++) {
		bvec[2 * i].bv_page = virt_to_page(pages + i * PAGE_SIZE);
		bvec[2 * i + 1] = (struct bio_vec){
			.bv_page = bvec[2 * i].bv_page, .bv_len = PAGE_SIZE };
	}
	iov_iter_bvec(&iter, ITER_SOURCE, bvec, ARRAY_SIZE(bvec),
		      NUM_PAGES * PAGE_SIZE);
	msg = smbsign_msg_iter(NULL, 0, &iter, 0, NUM_PAGES * PAGE_SIZE);
	smbsign_cursor_init(&c, &msg, 0, msg.len);
	while (smbsign_cursor_next(&c, &data, &len)) {
		KUNIT_EXPECT_PTR_EQ(test, data, pages + num++ * PAGE_SIZE);
		KUNIT_EXPECT_EQ(test, len, PAGE_SIZE);
	}
	KUNIT_EXPECT_EQ(test, 0, smbsign_cursor_end(&c));
	KUNIT_EXPECT_EQ(test, num, NUM_PAGES);
	free_pages((unsigned long)pages, 4);
}

#define UNIT	16

struct take_case {
	size_t lens[5];		/* of the kvecs */
	size_t off;		/* where the cursor begins */
	size_t max_len;
	size_t keep;
	unsigned int first;	/* the kvec that is taken first */
	unsigned int num;	/* how many are */
};

static const struct take_case take_cases[] = {
	{ .lens = { 8, 16, 32, 16, 9 }, .off = 8, .max_len = 999, .keep = 9,
	  .first = 1, .num = 3 },
	/* not beyond what may be taken, nor what is to be left */
	{ .lens = { 8, 16, 32, 16, 9 }, .off = 8, .max_len = 63, .keep = 9,
	  .first = 1, .num = 2 },
	{ .lens = { 8, 16, 32, 16, 9 }, .off = 8, .max_len = 999, .keep = 10,
	  .first = 1, .num = 2 },
	{ .lens = { 8, 16, 32, 16, 9 }, .off = 8, .max_len = 999, .keep = 99,
	  .num = 0 },
	/* not a part of one */
	{ .lens = { 8, 16, 32, 16, 9 }, .off = 0, .max_len = 999, .num = 0 },
	{ .lens = { 8, 32, 32, 16, 9 }, .off = 24, .max_len = 999, .num = 0 },
	/* nor one of another length, or of none */
	{ .lens = { 8, 16, 17, 16, 9 }, .off = 8, .max_len = 999, .first = 1,
	  .num = 1 },
	{ .lens = { 8, 16, 0, 16, 9 }, .off = 8, .max_len = 999, .first = 1,
	  .num = 1 },
	/* all that there is */
	{ .lens = { 8, 16, 32, 16, 16 }, .off = 8, .max_len = 80, .first = 1,
	  .num = 4 },
	{ .lens = { 16, 16, 16, 16, 16 }, .off = 80, .max_len = 80, .num = 0 },
};

/* What is taken, and that the cursor goes on behind it */
static void expect_take(struct kunit *test, const struct take_case *tc)
{
	static u8 bytes[128];
	struct kvec iov[ARRAY_SIZE(tc->lens)];
	size_t total = 0, expected = 0, len, n;
	struct smbsign_cursor c;
	const struct kvec *taken;
	struct smbsign_msg msg;
	u8 *data;

	for (int i = 0; i < ARRAY_SIZE(iov); total += tc->lens[i++]) {
		iov[i].iov_base = &bytes[total];
		iov[i].iov_len = tc->lens[i];
	}
	for (int i = 0; i < tc->num; i++)
		expected += tc->lens[tc->first + i];
	msg = smbsign_msg_kvec(iov, ARRAY_SIZE(iov), 0, total);
	smbsign_cursor_init(&c, &msg, tc->off, total - tc->off);
	KUNIT_EXPECT_EQ(test, tc->num,
			smbsign_cursor_take_kvecs(&c, UNIT, tc->max_len, tc->keep,
						  &taken, &len));
	KUNIT_EXPECT_EQ(test, expected, len);
	if (tc->num)
		KUNIT_EXPECT_PTR_EQ(test, taken,
				    (const struct kvec *)&iov[tc->first]);
	for (n = tc->off + len; smbsign_cursor_next(&c, &data, &len); n += len)
		KUNIT_EXPECT_PTR_EQ(test, data, &bytes[n]);
	KUNIT_EXPECT_EQ(test, n, total);
	KUNIT_EXPECT_EQ(test, 0, smbsign_cursor_end(&c));
}

static void test_cursor_take_kvecs(struct kunit *test)
{
	for (int i = 0; i < ARRAY_SIZE(take_cases); i++)
		expect_take(test, &take_cases[i]);
}

/* Each buffer has one byte, and the next one in its list, DEPTH levels down. */
static struct sk_buff *new_tower(struct kunit *test)
{
	struct sk_buff *skb = NULL, *inner = NULL;

	for (int i = DEPTH - 1; i >= 0; i--) {
		skb = alloc_skb(8, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, skb);
		skb_put_u8(skb, i);
		skb_shinfo(skb)->frag_list = inner;
		if (inner) {
			skb->len += inner->len;
			skb->data_len += inner->len;
		}
		inner = skb;
	}
	return skb;
}

static void test_cursor_deep_list(struct kunit *test)
{
	struct sk_buff *skb = new_tower(test);
	struct smbsign_msg msg = smbsign_msg_skb(skb, 0, DEPTH);
	u8 buf[DEPTH];

	for (int from = 0; from < DEPTH; from++) {
		KUNIT_EXPECT_EQ(test, 0, smbsign_data_read(&msg, from, buf,
							   DEPTH - from));
		for (int i = from; i < DEPTH; i++)
			KUNIT_EXPECT_EQ(test, buf[i - from], i);
	}
	KUNIT_EXPECT_EQ(test, -EMSGSIZE, smbsign_data_read(&msg, 1, buf, DEPTH));
	kfree_skb(skb);
}

/* Buffers of which one says that it has more than it has: there is an end. */
static void test_cursor_skb_lies(struct kunit *test)
{
	struct sk_buff *skb = new_tower(test), *liar = skb;
	struct smbsign_msg msg = smbsign_msg_skb(skb, 0, DEPTH + 1);
	u8 buf[DEPTH + 1];

	for (int i = 0; i < DEPTH; i++) {
		liar->len++;
		liar->data_len++;
		KUNIT_EXPECT_EQ(test, -EMSGSIZE,
				smbsign_data_read(&msg, 0, buf, DEPTH + 1));
		KUNIT_EXPECT_EQ(test, -EMSGSIZE,
				smbsign_data_read(&msg, DEPTH, buf, 1));
		KUNIT_EXPECT_EQ(test, 0,
				smbsign_data_read(&msg, 0, buf, DEPTH));
		liar = skb_shinfo(liar)->frag_list;
	}
	kfree_skb(skb);
}

static int read_pages(struct xarray *xa, size_t off, u8 *buf, size_t len)
{
	struct smbsign_msg msg;
	struct iov_iter iter;

	iov_iter_xarray(&iter, ITER_SOURCE, xa, PAGE_SIZE, 2 * PAGE_SIZE);
	msg = smbsign_msg_iter(NULL, 0, &iter, 0, 2 * PAGE_SIZE);
	return smbsign_data_read(&msg, off, buf, len);
}

/* Pages that are not there are not zeros, and those behind not in their place. */
static void test_cursor_hole(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	struct xarray xa;
	u8 buf[2];

	KUNIT_ASSERT_NOT_NULL(test, page);
	xa_init(&xa);
	KUNIT_ASSERT_NULL(test, xa_store(&xa, 1, page, GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, 0, read_pages(&xa, PAGE_SIZE - 2, buf, 2));
	KUNIT_EXPECT_EQ(test, -EINVAL, read_pages(&xa, PAGE_SIZE - 1, buf, 2));
	/* As of a page that has been written out */
	KUNIT_ASSERT_NULL(test, xa_store(&xa, 2, xa_mk_value(7), GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, -EINVAL, read_pages(&xa, PAGE_SIZE - 1, buf, 2));
	KUNIT_EXPECT_EQ(test, -EINVAL, read_pages(&xa, PAGE_SIZE, buf, 2));
	KUNIT_EXPECT_EQ(test, -EMSGSIZE, read_pages(&xa, 2 * PAGE_SIZE, buf, 2));
	xa_destroy(&xa);
	__free_page(page);
}

static struct kunit_case cursor_test_cases[] = {
	KUNIT_CASE(test_cursor_side_by_side),
	KUNIT_CASE_PARAM(test_cursor_early_end, layout_gen_params),
	KUNIT_CASE(test_cursor_pieces),
	KUNIT_CASE(test_cursor_take_kvecs),
	KUNIT_CASE(test_cursor_deep_list),
	KUNIT_CASE(test_cursor_skb_lies),
	KUNIT_CASE(test_cursor_hole),
	{}
};

static struct kunit_suite cursor_test_suite = {
	.name = "smbsign_cursor",
	.test_cases = cursor_test_cases,
};

kunit_test_suite(cursor_test_suite);
