/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Messages that lie in memory in each of the ways that struct smbsign_msg can
 * describe, cut anywhere, and all of that memory watched; keys with a role; and
 * messages that such keys sign.
 */
#ifndef _SMBSIGN_KUNIT_MSG_UTILS_H
#define _SMBSIGN_KUNIT_MSG_UTILS_H

#include <kunit/test.h>
#include <linux/uio.h>
#include <linux/xarray.h>

#include "internal.h"
#include "pdu-utils.h"
#include "test-utils.h"

#define SMB2_HDR_LEN		64
#define SMB1_HDR_LEN		32

/* MS-SMB2 2.2.1, MS-CIFS 2.2.3.1 */
#define SMB2_STATUS_OFF		8
#define SMB2_COMMAND_OFF	12
#define SMB2_FLAGS_OFF		16
#define SMB2_NEXT_OFF		20
#define SMB2_MID_OFF		24
#define SMB1_FLAGS_OFF		9

/* Keys that go with the test.  Those of a pair come from the same bytes. */
struct key_pair {
	struct smbsign_key *of[2];	/* by enum smbsign_role */
};

struct smbsign_key *kunit_signing_key(struct kunit *test, enum smbsign_alg alg,
				      enum smbsign_role role, const u8 *raw,
				      size_t len);
struct key_pair kunit_key_pair(struct kunit *test, enum smbsign_alg alg);

static inline enum smbsign_role other_role(enum smbsign_role role)
{
	return role == SMBSIGN_CLIENT ? SMBSIGN_SERVER : SMBSIGN_CLIENT;
}

/* All algorithms that this kernel has, in turn */
enum smbsign_alg nth_alg(unsigned int n);

/*
 * @len random bytes that a key of this algorithm and role may sign; of SMB2 the
 * MessageId is new each time.
 */
void random_msg(enum smbsign_alg alg, enum smbsign_role role, u8 *msg,
		size_t len);
void set_role(enum smbsign_alg alg, enum smbsign_role role, u8 *msg);

/* What sign.c makes of a contiguous message, @sequence in its place */
void contiguous_signature(struct kunit *test, const struct smbsign_key *key,
			  const u8 *msg, size_t len, u32 sequence, u8 *sig);

/* A header and nothing else: what verdicts are about */
void build_hdr(u8 hdr[SMB2_HDR_LEN], u16 command, u32 status, u32 flags,
	       u64 message_id);

/* The most pieces that a message is cut into, other than pages */
#define MAX_PIECES	1024

struct msg_piece {
	u8 *base;
	size_t len;
};

struct msg_region {
	u8 *base;
	size_t len;
	u8 *copy;
};

struct bio_vec;
struct folio_queue;
struct msg_layout;
struct scatterlist;
struct sk_buff;

/**
 * struct msg_mem - memory in which one message at a time is laid out
 * @msg: the message; all of the container, until the test sets off and len
 * @layout: how it lies
 * @len: bytes in the container
 * @pieces: where they are, in order
 * @num_pieces: how many
 *
 * The rest belongs to msg-utils.c and msg-layouts.c.
 */
struct msg_mem {
	struct smbsign_msg msg;
	const struct msg_layout *layout;
	size_t len;
	struct msg_piece *pieces;
	unsigned int num_pieces, max_pieces;

	struct kunit *test;
	u8 **blocks;
	unsigned int num_blocks, block;
	size_t used;			/* of the block */
	size_t lead;			/* in front of the next piece */
	struct msg_region *regions;
	unsigned int num_regions, max_regions;
	u8 *copies;
	size_t copies_len, max_copies;

	struct kvec *iov;
	struct bio_vec *bvec;
	struct scatterlist *sg;
	unsigned int num_elems;
	struct iov_iter iter, iter_before;
	struct sk_buff *skb;
	struct xarray xa;
	struct folio_queue *folioq;
};

struct msg_mem *kunit_msg_mem(struct kunit *test, size_t max_len);

/*
 * Layouts as parameters, KUNIT_CASE_PARAM(test_something, layout_gen_params),
 * and as numbers.
 */
const void *layout_gen_params(const void *prev, char *desc);
const struct msg_layout *layout_param(struct kunit *test);
const struct msg_layout *nth_layout(unsigned int n);
unsigned int num_layouts(void);
const char *layout_name(const struct msg_layout *layout);
size_t layout_max_len(const struct msg_layout *layout);

/*
 * lay_msg(): @len bytes, cut anywhere.  lay_msg_cut(): the first piece has
 * @first bytes, and the rest is in as few as it may be.
 */
void lay_msg(struct msg_mem *mem, const struct msg_layout *layout,
	     const u8 *data, size_t len);
void lay_msg_cut(struct msg_mem *mem, const struct msg_layout *layout,
		 const u8 *data, size_t len, size_t first);

/* The bytes at @off of the container change, and that is as it should be. */
void mem_write(struct msg_mem *mem, size_t off, const u8 *data, size_t len);
void mem_flip(struct msg_mem *mem, size_t off, u8 mask);
u8 mem_byte(const struct msg_mem *mem, size_t off);

/* From now on there should be these bytes; whoever is tested writes them. */
void mem_expect(struct msg_mem *mem, size_t off, const u8 *data, size_t len);

/* Is every byte, of the message and around it, what it should be? */
bool mem_is_intact(struct msg_mem *mem);

/**
 * struct sample - a random message with what stands around it in a container
 * @alg: by which it is signed
 * @role: who signs it
 * @keys: of both ends
 * @data: the container
 * @data_len: bytes there
 * @off: where the message begins
 * @len: bytes of the message
 * @sequence: of SMB1
 * @sig: what the signature should be, whatever the message has for one yet
 * @mem: where it can be laid out
 */
struct sample {
	enum smbsign_alg alg;
	enum smbsign_role role;
	struct key_pair keys;
	u8 *data;
	size_t data_len;
	size_t off, len;
	u32 sequence;
	u8 sig[SMBSIGN_SIG_SIZE];
	struct msg_mem *mem;
};

/* Of up to @max_len bytes; it has yet to be filled. */
void sample_init(struct kunit *test, struct sample *s, enum smbsign_alg alg,
		 size_t max_len);

/* A new message of @len bytes, or of 64 to @max_len, from either end */
void sample_fill(struct kunit *test, struct sample *s, size_t len);
void sample_rand(struct kunit *test, struct sample *s, size_t max_len);

/* Lay it out.  In a first piece of @first bytes if that is not 0. */
void sample_lay(struct sample *s, const struct msg_layout *layout,
		size_t first);

/* As the end that signs it does, and the other end */
int sample_sign(struct sample *s);
int sample_verify(struct sample *s);

/* With the right result, and nothing is written that should not be. */
void sample_expect_sign(struct kunit *test, struct sample *s, int err);
void sample_expect_verify(struct kunit *test, struct sample *s, int err);

/* A place in the container that the MAC covers and that changes nothing else */
size_t sample_covered(const struct sample *s);

/* For msg-layouts.c */
u8 *mem_take(struct msg_mem *mem, size_t len);
u8 *mem_take_page(struct msg_mem *mem);
void mem_add_piece(struct msg_mem *mem, u8 *base, size_t len);
void mem_add_region(struct msg_mem *mem, void *base, size_t len);
void mem_free_containers(struct msg_mem *mem);
void layout_build(struct msg_mem *mem, const struct msg_layout *layout,
		  size_t len, size_t first);

#endif /* _SMBSIGN_KUNIT_MSG_UTILS_H */
