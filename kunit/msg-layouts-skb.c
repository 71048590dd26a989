// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages in sk_buffs, see msg-utils.h.
 */
#include <linux/mm.h>
#include <linux/skbuff.h>

#include "msg-layouts.h"

/* An sk_buff with @len bytes in its linear part */
static struct sk_buff *new_skb(struct msg_mem *mem, size_t len)
{
	struct sk_buff *skb = alloc_skb(len + 64, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(mem->test, skb);
	skb_reserve(skb, rand_below(32));
	if (len)
		mem_add_piece(mem, skb_put(skb, len), len);
	return skb;
}

/* Its frags are the pieces from @i on, which all fit in. */
static void fill_frags(struct msg_mem *mem, struct sk_buff *skb, unsigned int i)
{
	for (int k = 0; i < mem->num_pieces; i++, k++) {
		struct msg_piece *piece = &mem->pieces[i];
		struct page *page = virt_to_page(piece->base);

		KUNIT_ASSERT_LT(mem->test, k, MAX_SKB_FRAGS);
		get_page(page);
		skb_fill_page_desc(skb, k, page, offset_in_page(piece->base),
				   piece->len);
		skb->len += piece->len;
		skb->data_len += piece->len;
		skb->truesize += piece->len;
	}
}

static void watch_skb(struct msg_mem *mem, struct sk_buff *skb)
{
	mem_add_region(mem, skb, sizeof(*skb));
	mem_add_region(mem, skb->head, skb_end_offset(skb) +
				       sizeof(struct skb_shared_info));
}

void build_skb_linear(struct msg_mem *mem, size_t len, size_t first)
{
	mem->skb = new_skb(mem, len);
	watch_skb(mem, mem->skb);
	mem->msg = smbsign_msg_skb(mem->skb, 0, 0);
}

/* At most as many pieces as an sk_buff has frags, the last with what is left */
static void cut_frags(struct msg_mem *mem, size_t len, unsigned int num)
{
	while (len) {
		size_t n = --num ? layout_next_len(mem, len) : len;

		layout_add_piece(mem, n);
		len -= n;
	}
}

void build_skb_frags(struct msg_mem *mem, size_t len, size_t first)
{
	size_t n = layout_head_len(len, first);
	unsigned int i;

	mem->skb = new_skb(mem, n);
	i = mem->num_pieces;
	cut_frags(mem, len - n, first ? 1 : MAX_SKB_FRAGS);
	fill_frags(mem, mem->skb, i);
	watch_skb(mem, mem->skb);
	mem->msg = smbsign_msg_skb(mem->skb, 0, 0);
}

/* The next part of a list: linear data and a few frags, or none of either */
static struct sk_buff *next_in_list(struct msg_mem *mem, size_t left)
{
	size_t n = layout_head_len(left, 0), from = mem->len;
	unsigned int num_frags = rand_below(10), i;
	struct sk_buff *skb = new_skb(mem, n);

	i = mem->num_pieces;
	while (num_frags-- && mem->len - from < left)
		layout_add_piece(mem, layout_next_len(mem, left + from -
						      mem->len));
	fill_frags(mem, skb, i);
	return skb;
}

/*
 * Buffers until the container has @end bytes; down to @depth levels each of
 * them has a list of its own.
 */
static void add_list(struct msg_mem *mem, struct sk_buff *skb, size_t end,
		     unsigned int depth)
{
	struct sk_buff **next = &skb_shinfo(skb)->frag_list, *part;

	while (mem->len < end) {
		part = next_in_list(mem, end - mem->len);
		*next = part;
		next = &part->next;
		if (depth)
			add_list(mem, part,
				 mem->len + rand_below(end - mem->len + 1),
				 depth - 1);
		skb->len += part->len;
		skb->data_len += part->len;
		skb->truesize += part->truesize;
	}
}

static void watch_tree(struct msg_mem *mem, struct sk_buff *skb)
{
	struct sk_buff *part;

	watch_skb(mem, skb);
	skb_walk_frags(skb, part)
		watch_tree(mem, part);
}

static void build_tree(struct msg_mem *mem, size_t len, size_t first,
		       unsigned int depth)
{
	mem->skb = new_skb(mem, layout_head_len(len, first));
	add_list(mem, mem->skb, len, depth);
	watch_tree(mem, mem->skb);
	mem->msg = smbsign_msg_skb(mem->skb, 0, 0);
}

void build_skb_frag_list(struct msg_mem *mem, size_t len, size_t first)
{
	build_tree(mem, len, first, 0);
}

void build_skb_nested(struct msg_mem *mem, size_t len, size_t first)
{
	build_tree(mem, len, first, 3);
}

void free_skb(struct msg_mem *mem)
{
	kfree_skb(mem->skb);
	mem->skb = NULL;
}
