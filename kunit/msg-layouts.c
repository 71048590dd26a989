// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ways in which a message can lie in memory, see msg-utils.h: kvecs, kvecs
 * and an iterator of each flavour that this kernel has, scatterlists, sk_buffs.
 */
#include <linux/bvec.h>
#include <linux/folio_queue.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/scatterlist.h>
#include <linux/string.h>
#include <linux/uio.h>
#include <linux/xarray.h>

#include "msg-layouts.h"

/* Headers are cut this fine, and what follows them coarsely. */
#define FINE_LEN	160

/* The longest piece */
#define MAX_PIECE	(40 * 1024)

/* The most bytes in front of an iterator, and of the frags of an sk_buff */
#define MAX_HEAD	150

/* So many elements has a table of a chained scatterlist, and then the link. */
#define SG_TABLE	3

/* A message in one piece, or in the frags of one sk_buff */
#define MAX_FLAT	(60 * 1024)

struct msg_layout {
	const char *name;
	size_t max_len;
	void (*build)(struct msg_mem *mem, size_t len, size_t first);
};

void layout_add_piece(struct msg_mem *mem, size_t len)
{
	mem_add_piece(mem, mem_take(mem, len), len);
}

/* Pieces become long when they become many. */
size_t layout_next_len(const struct msg_mem *mem, size_t left)
{
	static const u16 fine[] = { 1, 2, 7, 20, 70 };
	static const u16 coarse[] = { 3, 100, 5000, MAX_PIECE };
	size_t max = mem->len < FINE_LEN ?
		     fine[rand_below(ARRAY_SIZE(fine))] :
		     coarse[rand_below(ARRAY_SIZE(coarse))];

	if (mem->num_pieces >= MAX_PIECES / 4)
		return min_t(size_t, left, MAX_PIECE);
	return min_t(size_t, left, 1 + rand_below(max));
}

static void cut_anywhere(struct msg_mem *mem, size_t len)
{
	while (len) {
		size_t n = layout_next_len(mem, len);

		layout_add_piece(mem, n);
		len -= n;
	}
}

/* As few pieces as possible, but for the first if it is to have @first bytes */
static void cut_once(struct msg_mem *mem, size_t len, size_t first)
{
	while (len) {
		size_t n = min(len, first ?: MAX_PIECE);

		layout_add_piece(mem, n);
		first = 0;
		len -= n;
	}
}

static void cut(struct msg_mem *mem, size_t len, size_t first)
{
	if (first)
		cut_once(mem, len, first);
	else
		cut_anywhere(mem, len);
}

/* What comes behind the first cut, wherever that was */
static void cut_rest(struct msg_mem *mem, size_t len, size_t first)
{
	cut(mem, len, first ? MAX_PIECE : 0);
}

size_t layout_head_len(size_t len, size_t first)
{
	if (first)
		return min(len, first);
	return rand_below(4) ? rand_below(min_t(size_t, len, MAX_HEAD) + 1) : 0;
}

/* The kvecs of the pieces from @i on, empty ones among them */
static struct kvec *fill_iov(struct msg_mem *mem, unsigned int i, size_t lead)
{
	struct kvec *iov = mem->iov + mem->num_elems, *next = iov;

	for (; i < mem->num_pieces; i++) {
		if (!rand_below(8))
			*next++ = (struct kvec){};
		next->iov_base = mem->pieces[i].base - lead;
		next->iov_len = mem->pieces[i].len + lead;
		next++;
		lead = 0;
	}
	mem->num_elems = next - mem->iov;
	return iov;
}

static void build_flat(struct msg_mem *mem, size_t len, size_t first)
{
	layout_add_piece(mem, len);
	fill_iov(mem, 0, 0);
	mem->msg = smbsign_msg_kvec(mem->iov, mem->num_elems, 0, 0);
}

static void build_kvec(struct msg_mem *mem, size_t len, size_t first)
{
	cut(mem, len, first);
	fill_iov(mem, 0, 0);
	mem->msg = smbsign_msg_kvec(mem->iov, mem->num_elems, 0, 0);
}

/* The part of the message in front of the iterator; returns what is left. */
static size_t build_head(struct msg_mem *mem, size_t len, size_t head)
{
	cut_anywhere(mem, head);
	fill_iov(mem, 0, 0);
	mem->msg = smbsign_msg_iter(mem->iov, mem->num_elems, &mem->iter, 0, 0);
	return len - head;
}

/* An iterator may begin inside of its first element. */
static size_t rand_lead(struct msg_mem *mem, size_t left)
{
	mem->lead = left && rand_below(2) ? rand_below(100) : 0;
	return mem->lead;
}

static void build_kvec_kvec(struct msg_mem *mem, size_t len, size_t first)
{
	size_t left = build_head(mem, len, layout_head_len(len, first));
	unsigned int tail = mem->num_pieces, num_head = mem->num_elems;
	size_t lead = rand_lead(mem, left);
	struct kvec *iov;

	cut_rest(mem, left, first);
	iov = fill_iov(mem, tail, lead);
	iov_iter_kvec(&mem->iter, ITER_SOURCE, iov, mem->num_elems - num_head,
		      left + lead);
	iov_iter_advance(&mem->iter, lead);
}

static void set_bvec(struct bio_vec *bvec, u8 *base, size_t len)
{
	bvec->bv_page = virt_to_page(base);
	bvec->bv_offset = offset_in_page(base);
	bvec->bv_len = len;
}

static void build_kvec_bvec(struct msg_mem *mem, size_t len, size_t first)
{
	size_t left = build_head(mem, len, layout_head_len(len, first));
	size_t lead = rand_lead(mem, left), more = lead;
	struct bio_vec *next = mem->bvec;
	unsigned int i = mem->num_pieces;

	cut_rest(mem, left, first);
	for (; i < mem->num_pieces; i++) {
		struct msg_piece *piece = &mem->pieces[i];

		set_bvec(next++, piece->base - more, piece->len + more);
		if (!rand_below(8))
			set_bvec(next++, piece->base, 0);
		more = 0;
	}
	iov_iter_bvec(&mem->iter, ITER_SOURCE, mem->bvec, next - mem->bvec,
		      left + lead);
	iov_iter_advance(&mem->iter, lead);
}

/* The next pages of a file, from @off in the first of them on */
static size_t add_pages(struct msg_mem *mem, u8 *pages, size_t size, size_t off,
			size_t len)
{
	size_t n = min(len, size - off);

	mem_add_piece(mem, pages + off, n);
	return n;
}

/* A cut of the message is here a border between pages. */
static size_t first_page_off(size_t first)
{
	return first ? PAGE_SIZE - first : rand_below(PAGE_SIZE);
}

/* As in a page cache, also far away from the start of the file */
static void build_kvec_xarray(struct msg_mem *mem, size_t len, size_t first)
{
	size_t left = build_head(mem, len, first ? 0 : layout_head_len(len, 0));
	size_t off = first_page_off(first), count = left;
	unsigned long index = rand_u32() >> rand_below(32);
	loff_t start = (loff_t)index * PAGE_SIZE + off;

	for (; left; off = 0) {
		u8 *page = mem_take_page(mem);
		void *old = xa_store(&mem->xa, index++, virt_to_page(page),
				     GFP_KERNEL);

		KUNIT_ASSERT_NULL(mem->test, old);
		left -= add_pages(mem, page, PAGE_SIZE, off, left);
	}
	iov_iter_xarray(&mem->iter, ITER_SOURCE, &mem->xa, start, count);
}

static void free_xarray(struct msg_mem *mem)
{
	xa_destroy(&mem->xa);
}

#ifndef SMBSIGN_COMPAT_NO_FOLIO_QUEUE

#include <linux/folio_queue.h>

#define LARGE_FOLIO_ORDER	2
#define MAX_LARGE_FOLIOS	8

/* A segment of the queue that is not full */
static struct folio_queue *open_segment(struct msg_mem *mem)
{
	struct folio_queue **next = &mem->folioq, *seg = NULL;

	while (*next) {
		seg = *next;
		if (!folioq_full(seg))
			return seg;
		next = &seg->next;
	}
	*next = kzalloc(sizeof(**next), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(mem->test, *next);
	folioq_init(*next, /* rreq_id= */ 0);
	(*next)->prev = seg;
	return *next;
}

static u8 *append_page(struct msg_mem *mem)
{
	u8 *page = mem_take_page(mem);

	folioq_append(open_segment(mem), virt_to_folio(page));
	return page;
}

static u8 *append_large(struct msg_mem *mem)
{
	struct folio_queue *seg = open_segment(mem);
	struct folio *folio = folio_alloc(GFP_KERNEL | __GFP_ZERO,
					  LARGE_FOLIO_ORDER);

	KUNIT_ASSERT_NOT_NULL(mem->test, folio);
	folioq_append(seg, folio);
	mem_add_region(mem, folio_address(folio), folio_size(folio));
	return folio_address(folio);
}

/* The iterator begins behind the first folio; a few of the others are large. */
static void build_kvec_folioq(struct msg_mem *mem, size_t len, size_t first)
{
	size_t left = build_head(mem, len, first ? 0 : layout_head_len(len, 0));
	size_t first_off = first_page_off(first), off = first_off, count = left;
	unsigned int num_large = 0;

	append_page(mem);
	for (; left; off = 0) {
		bool is_large = !first && num_large < MAX_LARGE_FOLIOS &&
				!rand_below(4);
		u8 *data = is_large ? append_large(mem) : append_page(mem);

		left -= add_pages(mem, data, is_large ?
				  PAGE_SIZE << LARGE_FOLIO_ORDER : PAGE_SIZE,
				  off, left);
		num_large += is_large;
	}
	iov_iter_folio_queue(&mem->iter, ITER_SOURCE, mem->folioq,
			     /* first_slot= */ 1, first_off, count);
}

static void free_folioq(struct msg_mem *mem)
{
	struct folio_queue *seg;

	while ((seg = mem->folioq)) {
		for (unsigned int i = 0; i < folioq_count(seg); i++) {
			if (folioq_folio_order(seg, i))
				folio_put(folioq_folio(seg, i));
		}
		mem->folioq = seg->next;
		kfree(seg);
	}
}

#else

static void free_folioq(struct msg_mem *mem)
{
}

#endif

static void set_sg(struct scatterlist *sg, const struct msg_piece *piece,
		   size_t len)
{
	sg_set_page(sg, virt_to_page(piece->base), len,
		    offset_in_page(piece->base));
}

/* Empty elements are among them, if there is room for so many. */
static void build_sg(struct msg_mem *mem, size_t len, size_t first)
{
	struct scatterlist *sg = mem->sg;

	cut(mem, len, first);
	sg_init_table(mem->sg, 2 * mem->num_pieces);
	for (unsigned int i = 0; i < mem->num_pieces; i++) {
		struct msg_piece *piece = &mem->pieces[i];

		if (!rand_below(8))
			set_sg(sg++, piece, 0);
		set_sg(sg++, piece, piece->len);
	}
	sg_unmark_end(mem->sg + 2 * mem->num_pieces - 1);
	sg_mark_end(sg - 1);
	mem->msg = smbsign_msg_sg(mem->sg, 0, 0);
}

static void build_sg_chain(struct msg_mem *mem, size_t len, size_t first)
{
	struct scatterlist *table = NULL, *next = mem->sg;
	unsigned int n;

	cut(mem, len, first);
	for (unsigned int i = 0; i < mem->num_pieces; i += n) {
		n = min_t(unsigned int, SG_TABLE, mem->num_pieces - i);
		sg_init_table(next, SG_TABLE + 1);
		for (unsigned int k = 0; k < n; k++)
			set_sg(&next[k], &mem->pieces[i + k],
			       mem->pieces[i + k].len);
		if (table)
			sg_chain(table, SG_TABLE + 1, next);
		table = next;
		next += SG_TABLE + 1;
	}
	sg_unmark_end(&table[SG_TABLE]);
	sg_mark_end(&table[n - 1]);
	mem->msg = smbsign_msg_sg(mem->sg, 0, 0);
}

void mem_free_containers(struct msg_mem *mem)
{
	free_skb(mem);
	free_folioq(mem);
	free_xarray(mem);
}

static const struct msg_layout layouts[] = {
	{ "flat", MAX_FLAT, build_flat },
	{ "kvec", SIZE_MAX, build_kvec },
	{ "kvec_kvec", SIZE_MAX, build_kvec_kvec },
	{ "kvec_bvec", SIZE_MAX, build_kvec_bvec },
	{ "kvec_xarray", SIZE_MAX, build_kvec_xarray },
#ifndef SMBSIGN_COMPAT_NO_FOLIO_QUEUE
	{ "kvec_folioq", SIZE_MAX, build_kvec_folioq },
#endif
	{ "sg", SIZE_MAX, build_sg },
	{ "sg_chain", SIZE_MAX, build_sg_chain },
	{ "skb_linear", MAX_FLAT, build_skb_linear },
	{ "skb_frags", MAX_FLAT, build_skb_frags },
	{ "skb_frag_list", SIZE_MAX, build_skb_frag_list },
	{ "skb_nested", SIZE_MAX, build_skb_nested },
};

const void *layout_gen_params(const void *prev, char *desc)
{
	const struct msg_layout *layout = prev ? prev + sizeof(*layout) :
						 layouts;

	if (layout == layouts + ARRAY_SIZE(layouts))
		return NULL;
	strscpy(desc, layout->name, KUNIT_PARAM_DESC_SIZE);
	return layout;
}

const struct msg_layout *layout_param(struct kunit *test)
{
	return test->param_value;
}

const struct msg_layout *nth_layout(unsigned int n)
{
	return &layouts[n % ARRAY_SIZE(layouts)];
}

unsigned int num_layouts(void)
{
	return ARRAY_SIZE(layouts);
}

const char *layout_name(const struct msg_layout *layout)
{
	return layout->name;
}

size_t layout_max_len(const struct msg_layout *layout)
{
	return layout->max_len;
}

void layout_build(struct msg_mem *mem, const struct msg_layout *layout,
		  size_t len, size_t first)
{
	layout->build(mem, len, first);
}
