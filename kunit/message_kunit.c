// SPDX-License-Identifier: GPL-2.0-only
/*
 * message.c, one message: its signature is the same wherever it lies, nothing
 * but the Signature is written, and what cannot be signed or verified is
 * refused with the right error.
 */
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/folio_queue.h>
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/unaligned.h>
#include <linux/vmalloc.h>

#include "msg-utils.h"

#define MAX_LEN		(12 * 1024)
#define ROUNDS		RAND_ROUNDS(100)

/* Signed, verified, damaged in one bit, and back at the one who signed it */
static void check_sample(struct kunit *test, struct sample *s)
{
	size_t at = sample_covered(s);
	u8 mask = BIT(rand_below(8));

	sample_expect_sign(test, s, 0);
	sample_expect_verify(test, s, 0);
	mem_flip(s->mem, at, mask);
	sample_expect_verify(test, s, -EBADMSG);
	mem_flip(s->mem, at, mask);
	sample_expect_verify(test, s, 0);
}

static void test_message_random_cuts(struct kunit *test)
{
	const struct msg_layout *layout = layout_param(test);
	struct sample s;

	rand_seed(1);
	for (unsigned int i = 0; i < SMBSIGN_NUM_ALGS; i++) {
		sample_init(test, &s, nth_alg(i), MAX_LEN);
		for (int round = 0; round < ROUNDS; round++) {
			u32 state = rand_state();

			sample_rand(test, &s, MAX_LEN);
			sample_lay(&s, layout, 0);
			check_sample(test, &s);
			KUNIT_ASSERT_EQ_MSG(test, test->status, KUNIT_SUCCESS,
					    "rand_seed(%u)", state);
		}
	}
}

/* A cut at each place in the header, the Signature and what comes next */
static void test_message_each_cut(struct kunit *test)
{
	const struct msg_layout *layout = layout_param(test);
	struct sample s;

	rand_seed(2);
	for (unsigned int i = 0; i < SMBSIGN_NUM_ALGS; i++) {
		sample_init(test, &s, nth_alg(i), MAX_LEN);
		for (size_t cut = 1; cut < SMB2_HDR_LEN + 16; cut++) {
			sample_rand(test, &s, 200);
			sample_lay(&s, layout, s.off + cut);
			sample_expect_sign(test, &s, 0);
			sample_expect_verify(test, &s, 0);
		}
	}
}

static size_t hdr_len_of(enum smbsign_alg alg)
{
	return alg == SMBSIGN_MD5 ? SMB1_HDR_LEN : SMB2_HDR_LEN;
}

static void expect_lengths(struct kunit *test, struct sample *s, size_t from,
			   size_t to)
{
	for (size_t len = from; len <= to; len++) {
		sample_fill(test, s, len);
		s->data_len = s->off + len;
		sample_lay(s, layout_param(test), 0);
		sample_expect_sign(test, s, 0);
		sample_expect_verify(test, s, 0);
	}
}

/*
 * From the shortest on, and where a message stops to be small, with up to two blocks
 * of padding; the last one ends where the container ends.
 */
static void test_message_each_length(struct kunit *test)
{
	struct sample s;

	rand_seed(3);
	for (unsigned int i = 0; i < SMBSIGN_NUM_ALGS; i++) {
		enum smbsign_alg alg = nth_alg(i);
		size_t hdr_len = hdr_len_of(alg);

		sample_init(test, &s, alg, MAX_LEN);
		expect_lengths(test, &s, hdr_len, hdr_len + 70);
		expect_lengths(test, &s, 512 - 70, 512 + 70);
	}
}

/* Each bit of a signature counts, also those that SMB1 does not cover. */
static void test_message_wrong_signature(struct kunit *test)
{
	const struct msg_layout *layout = layout_param(test);
	struct sample s;

	rand_seed(4);
	for (unsigned int i = 0; i < SMBSIGN_NUM_ALGS; i++) {
		sample_init(test, &s, nth_alg(i), MAX_LEN);
		sample_rand(test, &s, 500);
		sample_lay(&s, layout, 0);
		sample_expect_sign(test, &s, 0);
		for (int bit = 0; bit < 8 * smbsign_sign_size(s.alg); bit++) {
			size_t at = s.off + alg_sig_off(s.alg) + bit / 8;

			mem_flip(s.mem, at, BIT(bit % 8));
			sample_expect_verify(test, &s, -EBADMSG);
			mem_flip(s.mem, at, BIT(bit % 8));
		}
		sample_expect_verify(test, &s, 0);
	}
}

/* Who has the key can sign for the other end, so roles are told apart. */
static void test_message_roles(struct kunit *test)
{
	const struct msg_layout *layout = layout_param(test);
	struct sample s;

	rand_seed(5);
	for (unsigned int i = 0; i < 2 * SMBSIGN_NUM_ALGS; i++) {
		sample_init(test, &s, nth_alg(i), MAX_LEN);
		sample_rand(test, &s, 500);
		sample_lay(&s, layout, 0);
		s.role = other_role(s.role);
		sample_expect_sign(test, &s, -EINVAL);
		sample_expect_verify(test, &s, -EACCES);
		s.role = other_role(s.role);
		sample_expect_sign(test, &s, 0);
		s.role = other_role(s.role);
		sample_expect_verify(test, &s, -EACCES);
	}
}

static void expect_both(struct kunit *test, struct sample *s, int err)
{
	sample_expect_sign(test, s, err);
	sample_expect_verify(test, s, err);
}

static void test_message_wrong_protocol(struct kunit *test)
{
	static const char *const ids[] = {
		"\xfdSMB", "\xfcSMB", "\xfeSMC", "\xfeTMB", "SMB\xfe",
		"\0\0\0\0",
	};
	const struct msg_layout *layout = layout_param(test);
	struct sample s;

	rand_seed(6);
	for (unsigned int i = 0; i < SMBSIGN_NUM_ALGS; i++) {
		sample_init(test, &s, nth_alg(i), MAX_LEN);
		sample_rand(test, &s, 300);
		sample_lay(&s, layout, 0);
		for (int k = 0; k < ARRAY_SIZE(ids); k++) {
			mem_write(s.mem, s.off, ids[k], 4);
			expect_both(test, &s, -EPROTO);
		}
		/* The other of the two protocols */
		mem_write(s.mem, s.off, s.alg == SMBSIGN_MD5 ? "\xfeSMB" :
							       "\xffSMB", 4);
		expect_both(test, &s, -EPROTO);
	}
}

/* Shorter than a header, whatever follows in the container */
static void test_message_too_short(struct kunit *test)
{
	const struct msg_layout *layout = layout_param(test);
	struct sample s;

	rand_seed(7);
	for (unsigned int i = 0; i < SMBSIGN_NUM_ALGS; i++) {
		size_t hdr_len = hdr_len_of(nth_alg(i));

		sample_init(test, &s, nth_alg(i), MAX_LEN);
		sample_rand(test, &s, 300);
		sample_lay(&s, layout, 0);
		for (size_t len = 0; len < hdr_len; len++) {
			s.mem->msg.len = len;
			expect_both(test, &s, -EPROTO);
		}
	}
}

/* The container ends in the header, behind it, or does not reach it. */
static void test_message_container_too_small(struct kunit *test)
{
	const struct msg_layout *layout = layout_param(test);
	struct sample s;

	rand_seed(8);
	for (unsigned int i = 0; i < SMBSIGN_NUM_ALGS; i++) {
		sample_init(test, &s, nth_alg(i), MAX_LEN);
		sample_rand(test, &s, 300);
		s.data_len = max_t(size_t, s.off, 1);
		for (; s.data_len < s.off + s.len; s.data_len++) {
			sample_lay(&s, layout, 0);
			expect_both(test, &s, -EMSGSIZE);
		}
	}
}

/* Sums that do not fit, and numbers that are negative as an off_t */
static void test_message_far_away(struct kunit *test)
{
	static const size_t far[] = {
		INT_MAX, UINT_MAX, (size_t)UINT_MAX + 1,
		LONG_MAX - 63, LONG_MAX, (size_t)LONG_MAX + 1, SIZE_MAX - 4096,
		SIZE_MAX - 127, SIZE_MAX - 64, SIZE_MAX - 63, SIZE_MAX,
	};
	const struct msg_layout *layout = layout_param(test);
	struct sample s;

	rand_seed(9);
	for (unsigned int i = 0; i < SMBSIGN_NUM_ALGS; i++) {
		sample_init(test, &s, nth_alg(i), MAX_LEN);
		sample_rand(test, &s, 300);
		sample_lay(&s, layout, 0);
		for (int k = 0; k < ARRAY_SIZE(far); k++) {
			s.mem->msg.off = far[k];
			expect_both(test, &s, -EMSGSIZE);
			s.mem->msg.off = s.off;
			s.mem->msg.len = far[k];
			expect_both(test, &s, -EMSGSIZE);
			s.mem->msg.off = far[ARRAY_SIZE(far) - 1 - k];
			expect_both(test, &s, -EMSGSIZE);
			s.mem->msg.len = s.len;
		}
	}
}

static void unmap(void *addr)
{
	vunmap(addr);
}

/*
 * Where a write is an oops, even of what is there already.  User Mode Linux has
 * no read-only memory: there such a write is not seen.
 */
static u8 *map_read_only(struct kunit *test, u8 *data, unsigned int num_pages)
{
	struct page *pages[8];
	u8 *mapped;

	KUNIT_ASSERT_LE(test, num_pages, ARRAY_SIZE(pages));
	for (unsigned int i = 0; i < num_pages; i++)
		pages[i] = virt_to_page(data + i * PAGE_SIZE);
	mapped = vmap(pages, num_pages, VM_MAP, PAGE_KERNEL_RO);
	KUNIT_ASSERT_NOT_NULL(test, mapped);
	KUNIT_ASSERT_EQ(test, 0,
			kunit_add_action_or_reset(test, unmap, mapped));
	return mapped;
}

/* By itself, and with another one beside it */
static void expect_verify_read_only(struct kunit *test, struct sample *s,
				    int err)
{
	struct smbsign_req reqs[2], *ptrs[2] = { &reqs[0], &reqs[1] };

	KUNIT_EXPECT_EQ(test, err, sample_verify(s));
	for (int i = 0; i < 2; i++)
		reqs[i] = (struct smbsign_req){
			.key = s->keys.of[other_role(s->role)],
			.op = SMBSIGN_VERIFY,
			.msg = s->mem->msg,
		};
	smbsign_batch(ptrs, 2);
	for (int i = 0; i < 2; i++)
		KUNIT_EXPECT_EQ(test, err, reqs[i].result);
}

static void test_message_verify_read_only(struct kunit *test)
{
	struct sample s;
	struct kvec iov;
	u8 *page;

	rand_seed(10);
	for (unsigned int i = 0; i < SMBSIGN_NUM_ALGS; i++) {
		sample_init(test, &s, nth_alg(i), MAX_LEN);
		sample_fill(test, &s, 3000);
		memcpy(s.data + s.off + alg_sig_off(s.alg), s.sig,
		       smbsign_sign_size(s.alg));
		page = s.mem->blocks[0];
		memcpy(page, s.data, s.data_len);
		iov.iov_base = map_read_only(test, page, 1);
		iov.iov_len = s.data_len;
		s.mem->msg = smbsign_msg_kvec(&iov, 1, s.off, s.len);
		s.mem->msg.sequence = s.sequence;
		expect_verify_read_only(test, &s, 0);
		page[s.off + s.len - 1] ^= 1;
		expect_verify_read_only(test, &s, -EBADMSG);
	}
}

static int sign_short_form(struct smbsign_key *key, const struct smbsign_msg *m)
{
	switch (m->type) {
	case SMBSIGN_MSG_SG:
		return smbsign_sign_sg(key, m->sg, m->off, m->len);
	case SMBSIGN_MSG_SKB:
		return smbsign_sign_skb(key, m->skb, m->off, m->len);
	default:
		if (!m->iter)
			return smbsign_sign_kvec(key, m->iov, m->num_iov,
						 m->len);
		return smbsign_sign_iter(key, m->iov, m->num_iov, m->iter,
					 m->len);
	}
}

static int verify_short_form(struct smbsign_key *key,
			     const struct smbsign_msg *m)
{
	switch (m->type) {
	case SMBSIGN_MSG_SG:
		return smbsign_verify_sg(key, m->sg, m->off, m->len);
	case SMBSIGN_MSG_SKB:
		return smbsign_verify_skb(key, m->skb, m->off, m->len);
	default:
		if (!m->iter)
			return smbsign_verify_kvec(key, m->iov, m->num_iov,
						   m->len);
		return smbsign_verify_iter(key, m->iov, m->num_iov, m->iter,
					   m->len);
	}
}

/* They say the same as the long one; those for kvecs have no offset. */
static void test_message_short_forms(struct kunit *test)
{
	const struct msg_layout *layout = layout_param(test);
	struct smbsign_key *key, *peer;
	struct sample s;

	rand_seed(11);
	sample_init(test, &s, SMBSIGN_AES_CMAC, MAX_LEN);
	do {
		sample_rand(test, &s, 1000);
	} while (s.off);
	sample_lay(&s, layout, 0);
	key = s.keys.of[s.role];
	peer = s.keys.of[other_role(s.role)];

	mem_expect(s.mem, SMB2_SIG_OFF, s.sig, SMBSIGN_SIG_SIZE);
	KUNIT_EXPECT_EQ(test, 0, sign_short_form(key, &s.mem->msg));
	KUNIT_EXPECT_TRUE(test, mem_is_intact(s.mem));
	KUNIT_EXPECT_EQ(test, 0, verify_short_form(peer, &s.mem->msg));
	mem_flip(s.mem, s.len - 1, 1);
	KUNIT_EXPECT_EQ(test, -EBADMSG, verify_short_form(peer, &s.mem->msg));
}

#ifdef SMBSIGN_COMPAT_ITER_PIPE
#include <linux/pipe_fs_i.h>

static void init_pipe_iter(struct kunit *test, struct iov_iter *iter, u8 *data,
			   size_t len)
{
	struct pipe_inode_info *pipe = kunit_kzalloc(test, sizeof(*pipe),
						     GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, pipe);
	pipe->ring_size = 16;
	pipe->max_usage = 16;
	pipe->bufs = kunit_kcalloc(test, 16, sizeof(*pipe->bufs), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, pipe->bufs);
	iov_iter_pipe(iter, ITER_DEST, pipe, len);
}
#endif

static void init_iovec_iter(struct kunit *test, struct iov_iter *iter, u8 *data,
			    size_t len)
{
	struct iovec *iov = kunit_kzalloc(test, sizeof(*iov), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, iov);
	iov->iov_base = (void __force __user *)data;
	iov->iov_len = len;
	iov_iter_init(iter, ITER_SOURCE, iov, 1, len);
}

static void init_ubuf_iter(struct kunit *test, struct iov_iter *iter, u8 *data,
			   size_t len)
{
	iov_iter_ubuf(iter, ITER_SOURCE, (void __force __user *)data, len);
}

static void init_discard_iter(struct kunit *test, struct iov_iter *iter,
			      u8 *data, size_t len)
{
	iov_iter_discard(iter, ITER_DEST, len);
}

static const struct unreadable {
	const char *name;
	void (*init)(struct kunit *test, struct iov_iter *iter, u8 *data,
		     size_t len);
} unreadables[] = {
	{ "iovec", init_iovec_iter },
	{ "ubuf", init_ubuf_iter },
	{ "discard", init_discard_iter },
#ifdef SMBSIGN_COMPAT_ITER_PIPE
	{ "pipe", init_pipe_iter },
#endif
};

KUNIT_ARRAY_PARAM_DESC(unreadable, unreadables, name);

/* They begin in the header, behind it, or in front of the message. */
static void test_message_unreadable_iter(struct kunit *test)
{
	const struct unreadable *flavour = test->param_value;
	struct sample s;

	rand_seed(12);
	for (unsigned int i = 0; i < SMBSIGN_NUM_ALGS; i++) {
		sample_init(test, &s, nth_alg(i), MAX_LEN);
		sample_fill(test, &s, 300);
		for (size_t head = 0; head < s.off + 200; head++) {
			struct iov_iter iter;

			lay_msg(s.mem, nth_layout(0), s.data, s.data_len);
			flavour->init(test, &iter, s.data + head,
				      s.data_len - head);
			s.mem->iov[s.mem->num_elems - 1].iov_len = head;
			s.mem->msg.iter = &iter;
			s.mem->msg.off = s.off;
			s.mem->msg.len = s.len;
			expect_both(test, &s, -EINVAL);
		}
	}
}

static struct kunit_case message_test_cases[] = {
	KUNIT_CASE_PARAM(test_message_random_cuts, layout_gen_params),
	KUNIT_CASE_PARAM(test_message_each_cut, layout_gen_params),
	KUNIT_CASE_PARAM(test_message_each_length, layout_gen_params),
	KUNIT_CASE_PARAM(test_message_wrong_signature, layout_gen_params),
	KUNIT_CASE_PARAM(test_message_roles, layout_gen_params),
	KUNIT_CASE_PARAM(test_message_wrong_protocol, layout_gen_params),
	KUNIT_CASE_PARAM(test_message_too_short, layout_gen_params),
	KUNIT_CASE_PARAM(test_message_container_too_small, layout_gen_params),
	KUNIT_CASE_PARAM(test_message_far_away, layout_gen_params),
	KUNIT_CASE(test_message_verify_read_only),
	KUNIT_CASE_PARAM(test_message_short_forms, layout_gen_params),
	KUNIT_CASE_PARAM(test_message_unreadable_iter, unreadable_gen_params),
	{}
};

static struct kunit_suite message_test_suite = {
	.name = "smbsign_message",
	.test_cases = message_test_cases,
};

kunit_test_suite(message_test_suite);
