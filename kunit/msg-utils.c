// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keys, messages, and the memory of messages, see msg-utils.h.  What describes
 * a message in memory is built by msg-layouts.c.
 */
#include <linux/bvec.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/scatterlist.h>
#include <linux/string.h>
#include <linux/unaligned.h>
#include <linux/vmalloc.h>

#include "msg-utils.h"

/* Physically contiguous, so that a piece may lie in several pages. */
#define MEM_BLOCK_SIZE	(16 * PAGE_SIZE)

/* Not more of a block is wasted than this by a piece that does not fit. */
#define MAX_GAP		24

/* What is watched beside the blocks: sk_buffs and large folios */
#define MAX_OTHER_REGIONS	512
#define OTHER_BLOCKS(n)		((n) / 8 + 4)

static void put_key(void *key)
{
	smbsign_key_put(key);
}

struct smbsign_key *kunit_signing_key(struct kunit *test, enum smbsign_alg alg,
				      enum smbsign_role role, const u8 *raw,
				      size_t len)
{
	struct smbsign_key *key = smbsign_key_alloc(alg, role, raw, len);

	KUNIT_ASSERT_FALSE_MSG(test, IS_ERR(key), "%s: %ld", alg_name(alg),
			       PTR_ERR(key));
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, put_key, key));
	return key;
}

struct key_pair kunit_key_pair(struct kunit *test, enum smbsign_alg alg)
{
	u8 raw[SMBSIGN_KEY_SIZE];
	struct key_pair pair;

	rand_bytes(raw, sizeof(raw));
	for (int role = SMBSIGN_CLIENT; role <= SMBSIGN_SERVER; role++)
		pair.of[role] = kunit_signing_key(test, alg, role, raw,
						  sizeof(raw));
	return pair;
}

enum smbsign_alg nth_alg(unsigned int n)
{
	static const enum smbsign_alg algs[] = {
		SMBSIGN_AES_GMAC, SMBSIGN_AES_CMAC, SMBSIGN_HMAC_SHA256,
		SMBSIGN_MD5,
	};

	return algs[n % (ARRAY_SIZE(algs) - !alg_is_available(SMBSIGN_MD5))];
}

void set_role(enum smbsign_alg alg, enum smbsign_role role, u8 *msg)
{
	u8 *flags = msg + (alg == SMBSIGN_MD5 ? SMB1_FLAGS_OFF :
						SMB2_FLAGS_OFF);
	u8 from_server = alg == SMBSIGN_MD5 ? 0x80 : 0x01;

	*flags = role == SMBSIGN_SERVER ? *flags | from_server :
					  *flags & ~from_server;
}

/* Commands of no meaning: MS-SMB2 knows 19 of them. */
void random_msg(enum smbsign_alg alg, enum smbsign_role role, u8 *msg,
		size_t len)
{
	random_pdu(alg, msg, len);
	set_role(alg, role, msg);
	if (alg != SMBSIGN_MD5)
		msg[SMB2_COMMAND_OFF + 1] |= 0x80;
}

void contiguous_signature(struct kunit *test, const struct smbsign_key *key,
			  const u8 *msg, size_t len, u32 sequence, u8 *sig)
{
	struct smbsign_sign_ctx ctx;
	u8 hdr[SMB2_HDR_LEN];
	size_t hdr_len = min(len, sizeof(hdr));

	memcpy(hdr, msg, hdr_len);
	if (key->alg == SMBSIGN_MD5)
		put_unaligned_le32(sequence, hdr + SMB1_SIG_OFF);
	smbsign_sign_init(&ctx, key);
	sign_update(&ctx, key, hdr, hdr_len);
	sign_update(&ctx, key, msg + hdr_len, len - hdr_len);
	KUNIT_ASSERT_EQ(test, 0, sign_final(&ctx, key, sig));
}

void build_hdr(u8 hdr[SMB2_HDR_LEN], u16 command, u32 status, u32 flags,
	       u64 message_id)
{
	memset(hdr, 0, SMB2_HDR_LEN);
	put_proto_id(SMBSIGN_AES_CMAC, hdr, SMB2_HDR_LEN);
	put_unaligned_le16(SMB2_HDR_LEN, hdr + 4);
	put_unaligned_le32(status, hdr + SMB2_STATUS_OFF);
	put_unaligned_le16(command, hdr + SMB2_COMMAND_OFF);
	put_unaligned_le32(flags, hdr + SMB2_FLAGS_OFF);
	put_unaligned_le64(message_id, hdr + SMB2_MID_OFF);
}

static void free_mem(void *data)
{
	struct msg_mem *mem = data;

	mem_free_containers(mem);
	xa_destroy(&mem->xa);
	for (unsigned int i = 0; mem->blocks && i < mem->num_blocks; i++) {
		if (mem->blocks[i])
			free_pages_exact(mem->blocks[i], MEM_BLOCK_SIZE);
	}
	kvfree(mem->pieces);
	kvfree(mem->sg);
	kvfree(mem->bvec);
	kvfree(mem->iov);
	kvfree(mem->copies);
	kvfree(mem->regions);
	kvfree(mem->blocks);
	kvfree(mem);
}

static void *alloc_array(struct kunit *test, size_t num, size_t size)
{
	void *array = kvcalloc(num, size, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, array);
	return array;
}

/* In the worst case each piece begins a block because it is half as long. */
struct msg_mem *kunit_msg_mem(struct kunit *test, size_t max_len)
{
	struct msg_mem *mem = alloc_array(test, 1, sizeof(*mem));

	mem->test = test;
	mem->num_blocks = 2 * max_len / MEM_BLOCK_SIZE + 3;
	xa_init(&mem->xa);
	KUNIT_ASSERT_EQ(test, 0,
			kunit_add_action_or_reset(test, free_mem, mem));

	mem->blocks = alloc_array(test, mem->num_blocks, sizeof(*mem->blocks));
	for (unsigned int i = 0; i < mem->num_blocks; i++) {
		mem->blocks[i] = alloc_pages_exact(MEM_BLOCK_SIZE,
						   GFP_KERNEL | __GFP_ZERO);
		KUNIT_ASSERT_NOT_NULL(test, mem->blocks[i]);
	}
	mem->max_regions = mem->num_blocks + MAX_OTHER_REGIONS;
	mem->regions = alloc_array(test, mem->max_regions,
				   sizeof(*mem->regions));
	mem->max_copies = (mem->num_blocks + OTHER_BLOCKS(mem->num_blocks)) *
			  MEM_BLOCK_SIZE;
	mem->copies = alloc_array(test, 1, mem->max_copies);
	/* A page cache has a piece for each page. */
	mem->max_pieces = MAX_PIECES + max_len / PAGE_SIZE;
	mem->pieces = alloc_array(test, mem->max_pieces, sizeof(*mem->pieces));
	/* Elements of length 0 stand between the pieces. */
	mem->iov = alloc_array(test, 2 * MAX_PIECES, sizeof(*mem->iov));
	mem->bvec = alloc_array(test, 2 * MAX_PIECES, sizeof(*mem->bvec));
	mem->sg = alloc_array(test, 4 * MAX_PIECES, sizeof(*mem->sg));
	return mem;
}

/* From @used on there is nothing in the block yet. */
static void end_block(struct msg_mem *mem)
{
	mem_add_region(mem, mem->blocks[mem->block], mem->used);
	mem->block++;
	mem->used = 0;
	KUNIT_ASSERT_LT(mem->test, mem->block, mem->num_blocks);
}

/* With mem->lead bytes in front of it, at any address, and a gap behind it */
u8 *mem_take(struct msg_mem *mem, size_t len)
{
	size_t gap = rand_below(MAX_GAP + 1), lead = mem->lead;
	u8 *base;

	KUNIT_ASSERT_LE(mem->test, len + lead + 2 * MAX_GAP, MEM_BLOCK_SIZE);
	if (mem->used + gap + lead + len + MAX_GAP > MEM_BLOCK_SIZE)
		end_block(mem);
	base = mem->blocks[mem->block] + mem->used + gap + lead;
	mem->used += gap + lead + len + 1;
	mem->lead = 0;
	return base;
}

/* Neighbours in a message are not always neighbours in memory. */
u8 *mem_take_page(struct msg_mem *mem)
{
	u8 *base;

	mem->used = ALIGN(mem->used, PAGE_SIZE);
	if (!rand_below(8))
		mem->used += PAGE_SIZE;
	if (mem->used + PAGE_SIZE > MEM_BLOCK_SIZE) {
		mem->used = MEM_BLOCK_SIZE;
		end_block(mem);
	}
	base = mem->blocks[mem->block] + mem->used;
	mem->used += PAGE_SIZE;
	return base;
}

void mem_add_piece(struct msg_mem *mem, u8 *base, size_t len)
{
	KUNIT_ASSERT_LT(mem->test, mem->num_pieces, mem->max_pieces);
	mem->pieces[mem->num_pieces++] = (struct msg_piece){ base, len };
	mem->len += len;
}

void mem_add_region(struct msg_mem *mem, void *base, size_t len)
{
	KUNIT_ASSERT_LT(mem->test, mem->num_regions, mem->max_regions);
	KUNIT_ASSERT_LE(mem->test, mem->copies_len + len, mem->max_copies);
	mem->regions[mem->num_regions++] = (struct msg_region){
		.base = base,
		.len = len,
		.copy = mem->copies + mem->copies_len,
	};
	mem->copies_len += len;
}

static void start_over(struct msg_mem *mem)
{
	mem_free_containers(mem);
	memset(&mem->msg, 0, sizeof(mem->msg));
	memset(&mem->iter, 0, sizeof(mem->iter));
	mem->len = 0;
	mem->num_pieces = 0;
	mem->num_elems = 0;
	mem->num_regions = 0;
	mem->copies_len = 0;
	mem->block = 0;
	mem->used = 0;
	mem->lead = 0;
}

void lay_msg_cut(struct msg_mem *mem, const struct msg_layout *layout,
		 const u8 *data, size_t len, size_t first)
{
	start_over(mem);
	mem->layout = layout;
	layout_build(mem, layout, len, first);
	KUNIT_ASSERT_EQ(mem->test, mem->len, len);
	mem_add_region(mem, mem->blocks[mem->block], mem->used);
	mem->msg.len = len;
	mem->iter_before = mem->iter;

	for (unsigned int i = 0; i < mem->num_pieces; i++) {
		memcpy(mem->pieces[i].base, data, mem->pieces[i].len);
		data += mem->pieces[i].len;
	}
	for (unsigned int i = 0; i < mem->num_regions; i++)
		memcpy(mem->regions[i].copy, mem->regions[i].base,
		       mem->regions[i].len);
}

void lay_msg(struct msg_mem *mem, const struct msg_layout *layout,
	     const u8 *data, size_t len)
{
	lay_msg_cut(mem, layout, data, len, 0);
}

static u8 *mem_addr(const struct msg_mem *mem, size_t off)
{
	const struct msg_piece *piece = mem->pieces;

	KUNIT_ASSERT_LT(mem->test, off, mem->len);
	while (off >= piece->len)
		off -= piece++->len;
	return piece->base + off;
}

/* Where mem_is_intact() looks up what @addr should hold */
static u8 *mem_copy(const struct msg_mem *mem, const u8 *addr)
{
	const struct msg_region *region = mem->regions;

	while (addr < region->base || addr >= region->base + region->len)
		KUNIT_ASSERT_LT(mem->test, ++region - mem->regions,
				mem->num_regions);
	return region->copy + (addr - region->base);
}

u8 mem_byte(const struct msg_mem *mem, size_t off)
{
	return *mem_addr(mem, off);
}

void mem_expect(struct msg_mem *mem, size_t off, const u8 *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		*mem_copy(mem, mem_addr(mem, off + i)) = data[i];
}

void mem_write(struct msg_mem *mem, size_t off, const u8 *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		*mem_addr(mem, off + i) = data[i];
	mem_expect(mem, off, data, len);
}

void mem_flip(struct msg_mem *mem, size_t off, u8 mask)
{
	u8 flipped = mem_byte(mem, off) ^ mask;

	mem_write(mem, off, &flipped, 1);
}

bool mem_is_intact(struct msg_mem *mem)
{
	for (unsigned int i = 0; i < mem->num_regions; i++) {
		const struct msg_region *region = &mem->regions[i];

		if (memcmp(region->base, region->copy, region->len))
			return false;
	}
	return !memcmp(&mem->iter, &mem->iter_before, sizeof(mem->iter));
}

/* The most bytes in front of a message and behind it */
#define MAX_AROUND	80

void sample_init(struct kunit *test, struct sample *s, enum smbsign_alg alg,
		 size_t max_len)
{
	memset(s, 0, sizeof(*s));
	s->alg = alg;
	s->keys = kunit_key_pair(test, alg);
	s->data = kunit_guarded_buf(test, max_len + 2 * MAX_AROUND);
	s->mem = kunit_msg_mem(test, max_len + 2 * MAX_AROUND);
}

static size_t rand_around(void)
{
	return rand_below(2) * rand_below(MAX_AROUND + 1);
}

void sample_fill(struct kunit *test, struct sample *s, size_t len)
{
	s->role = rand_below(2) ? SMBSIGN_SERVER : SMBSIGN_CLIENT;
	s->off = rand_around();
	s->len = len;
	s->data_len = s->off + len + rand_around();
	s->sequence = rand_u32();
	rand_bytes(s->data, s->data_len);
	random_msg(s->alg, s->role, s->data + s->off, len);
	contiguous_signature(test, s->keys.of[s->role], s->data + s->off, len,
			     s->sequence, s->sig);
}

void sample_rand(struct kunit *test, struct sample *s, size_t max_len)
{
	sample_fill(test, s, max_t(size_t, SMB2_HDR_LEN, rand_length(max_len)));
}

void sample_lay(struct sample *s, const struct msg_layout *layout, size_t first)
{
	lay_msg_cut(s->mem, layout, s->data, s->data_len, first);
	s->mem->msg.off = s->off;
	s->mem->msg.len = s->len;
	s->mem->msg.sequence = s->sequence;
}

int sample_sign(struct sample *s)
{
	return smbsign_sign_msg(s->keys.of[s->role], &s->mem->msg);
}

int sample_verify(struct sample *s)
{
	return smbsign_verify_msg(s->keys.of[other_role(s->role)],
				  &s->mem->msg);
}

static void expect_result(struct kunit *test, struct sample *s,
			  const char *what, int err, int expected)
{
	KUNIT_EXPECT_EQ_MSG(test, err, expected,
			    "%s: %s, %s, off %zu, len %zu of %zu", what,
			    layout_name(s->mem->layout), alg_name(s->alg),
			    s->off, s->len, s->data_len);
	KUNIT_EXPECT_TRUE_MSG(test, mem_is_intact(s->mem),
			      "%s: %s, %s, off %zu, len %zu of %zu", what,
			      layout_name(s->mem->layout), alg_name(s->alg),
			      s->off, s->len, s->data_len);
}

void sample_expect_sign(struct kunit *test, struct sample *s, int err)
{
	if (!err)
		mem_expect(s->mem, s->off + alg_sig_off(s->alg), s->sig,
			   smbsign_sign_size(s->alg));
	expect_result(test, s, "sign", sample_sign(s), err);
}

void sample_expect_verify(struct kunit *test, struct sample *s, int err)
{
	expect_result(test, s, "verify", sample_verify(s), err);
}

size_t sample_covered(const struct sample *s)
{
	size_t role_off = s->alg == SMBSIGN_MD5 ? SMB1_FLAGS_OFF :
						  SMB2_FLAGS_OFF, at;

	do {
		at = 4 + rand_below(s->len - 4);
	} while (at == role_off);
	return s->off + at;
}
