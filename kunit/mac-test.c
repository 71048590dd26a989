// SPDX-License-Identifier: GPL-2.0-only
/*
 * Properties of a MAC as a function: known answers, and that only key and
 * message matter, not how they lie in memory or come in pieces.
 */
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/sizes.h>
#include <linux/string.h>

#include "mac-test.h"
#include "vectors/mac-testvecs.h"

/* Longest message of the cases with many messages */
#define MAX_LEN		4096

/* Every length up to here has each of its bytes in front of a guard page. */
#define MAX_DENSE_LEN	320

struct owned_key {
	const struct mac_test *mac;
	void *key;
};

static void exit_key(void *data)
{
	struct owned_key *owned = data;

	owned->mac->key_exit(owned->key);
}

void *mac_new_key(struct kunit *test, const u8 *raw, size_t len)
{
	const struct mac_fixture *f = test->priv;
	const struct mac_test *mac = f->mac;
	struct owned_key *owned;
	void *key = kunit_guarded_buf(test, mac->key_size);

	owned = kunit_kzalloc(test, sizeof(*owned), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, owned);
	owned->mac = mac;
	owned->key = key;
	if (mac->key_init)
		KUNIT_ASSERT_EQ(test, 0, mac->key_init(key));
	if (mac->key_exit)
		KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, exit_key,
								   owned));
	KUNIT_ASSERT_EQ(test, 0, mac->preparekey(key, raw, len));
	return key;
}

void mac_test_setup(struct kunit *test, const struct mac_test *mac)
{
	struct mac_fixture *f;

	if (mac->is_available && !mac->is_available())
		kunit_skip(test, "this kernel does not offer the algorithm");
	use_engine(test);
	rand_seed(1);

	f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, f);
	test->priv = f;
	f->mac = mac;
	f->raw_key = kunit_guarded_buf(test, SMBSIGN_KEY_SIZE);
	memcpy(f->raw_key, mac_of_macs_key, SMBSIGN_KEY_SIZE);
	memcpy(f->nonce, mac_of_macs_nonce, GMAC_NONCE_SIZE);
	if (mac->set_nonce)
		mac->set_nonce(f->nonce);
	f->key = mac_new_key(test, f->raw_key, SMBSIGN_KEY_SIZE);
	f->ctx = kunit_guarded_buf(test, mac->ctx_size);
	f->tag = kunit_guarded_buf(test, mac->tag_size);
}

static void set_protocol(const struct mac_test *mac, u8 *msg)
{
	if (mac->hdr_size)
		memcpy(msg, mac->protocol_id, 4);
}

void mac_message(const struct mac_test *mac, u8 *msg, size_t len)
{
	rand_bytes(msg, len);
	set_protocol(mac, msg);
	if (mac->vary_header && rand_below(2))
		mac->vary_header(msg);
}

/* Whole blocks, which CMAC ends differently, are not left to chance. */
size_t mac_rand_len(const struct mac_test *mac, size_t max_len)
{
	size_t len = mac->hdr_size + rand_length(max_len - mac->hdr_size);

	return rand_below(4) ? len : round_down(len, 16);
}

bool mac_try_compute(const struct mac_test *mac, const void *key, void *ctx,
		     const u8 *msg, size_t len, u8 *tag)
{
	mac->init(ctx, key);
	mac->update(ctx, key, msg, len);
	return !mac->final(ctx, key, tag);
}

void mac_compute(struct kunit *test, const u8 *msg, size_t len, u8 *tag)
{
	const struct mac_fixture *f = test->priv;

	KUNIT_ASSERT_TRUE(test, mac_try_compute(f->mac, f->key, f->ctx, msg, len,
						tag));
}

static void expect_vector(struct kunit *test, const struct mac_testvec *vec)
{
	const struct mac_fixture *f = test->priv;
	void *key = mac_new_key(test, vec->key, vec->key_size);
	u8 *data = kunit_guarded_buf(test, vec->data_size);

	memcpy(data, vec->data, vec->data_size);
	if (f->mac->set_nonce)
		f->mac->set_nonce(vec->nonce);
	KUNIT_ASSERT_TRUE(test, mac_try_compute(f->mac, key, f->ctx, data,
						vec->data_size, f->tag));
	KUNIT_EXPECT_MEMEQ_MSG(test, vec->mac, f->tag,
			       min(vec->mac_size, f->mac->tag_size), "%s",
			       vec->name);
}

/* The answers that the standards print. */
void test_vectors(struct kunit *test)
{
	const struct mac_fixture *f = test->priv;

	KUNIT_ASSERT_GT(test, f->mac->num_testvecs, 0);
	for (size_t i = 0; i < f->mac->num_testvecs; i++)
		expect_vector(test, &f->mac->testvecs[i]);
}

/*
 * The answer of another implementation, tools/vectors/smbref.py, for a message
 * of every length; a MAC of all these MACs is compared.
 */
void test_all_lengths(struct kunit *test)
{
	const struct mac_fixture *f = test->priv;
	size_t min_len = f->mac->hdr_size;
	size_t num = MAC_OF_MACS_MAX_LEN + 1 - min_len;
	size_t macs_len = min_len + num * f->mac->tag_size;
	u8 *macs = kunit_guarded_buf(test, macs_len);
	u8 *end = kunit_guarded_buf(test, MAC_OF_MACS_MAX_LEN);
	u8 *pos = macs + min_len;

	end += MAC_OF_MACS_MAX_LEN;
	for (size_t len = min_len; len <= MAC_OF_MACS_MAX_LEN; len++) {
		u8 *msg = end - len;

		rand_seed(len);
		rand_bytes(msg, len);
		set_protocol(f->mac, msg);
		if (len == min_len)
			memcpy(macs, msg, len);
		mac_compute(test, msg, len, pos);
		pos += f->mac->tag_size;
	}
	mac_compute(test, macs, macs_len, f->tag);
	KUNIT_EXPECT_MEMEQ(test, f->mac->mac_of_macs, f->tag, f->mac->tag_size);
}

/* Often nothing or one byte, sometimes less than a block, sometimes the rest */
static size_t rand_piece(size_t left)
{
	switch (rand_below(4)) {
	case 0:
		return 0;
	case 1:
		return 1;
	case 2:
		return rand_below(min_t(size_t, left, 40) + 1);
	default:
		return rand_below(left + 1);
	}
}

/* Each piece ends at the guard page behind @buf, in which there is room. */
static void compute_in_pieces(struct kunit *test, u8 *buf, size_t buf_len,
			      const u8 *msg, size_t len)
{
	const struct mac_fixture *f = test->priv;
	size_t pos = 0;

	f->mac->init(f->ctx, f->key);
	while (pos < len || rand_below(2)) {
		size_t n = pos < len ? rand_piece(len - pos) : 0;
		u8 *piece = buf + buf_len - n;

		memcpy(piece, msg + pos, n);
		f->mac->update(f->ctx, f->key, piece, n);
		pos += n;
	}
	KUNIT_ASSERT_EQ(test, 0, f->mac->final(f->ctx, f->key, f->tag));
}

/* The same tag for any division into pieces, empty ones included. */
void test_incremental_updates(struct kunit *test)
{
	const struct mac_fixture *f = test->priv;
	u8 *msg = kunit_guarded_buf(test, MAX_LEN);
	u8 *buf = kunit_guarded_buf(test, MAX_LEN);
	u8 expected[MAX_TAG_SIZE];

	for (int i = 0; i < RAND_ROUNDS(1000); i++) {
		u32 state = rand_state();
		size_t len = mac_rand_len(f->mac, MAX_LEN);

		mac_message(f->mac, msg, len);
		mac_compute(test, msg, len, expected);
		compute_in_pieces(test, buf, MAX_LEN, msg, len);
		KUNIT_ASSERT_MEMEQ_MSG(test, expected, f->tag, f->mac->tag_size,
				       "rand_state %u, length %zu", state, len);
	}
}

/*
 * No byte behind the message, key, computation and tag is touched: every short
 * message with all of them in front of a guard page, and the tag of the same
 * message in the middle of mapped memory.
 */
void test_guard_pages(struct kunit *test)
{
	const struct mac_fixture *f = test->priv;
	u8 *end = (u8 *)kunit_guarded_buf(test, MAX_DENSE_LEN) + MAX_DENSE_LEN;
	u8 *roomy = kunit_guarded_buf(test, 2 * MAX_DENSE_LEN);
	u8 expected[MAX_TAG_SIZE];

	for (size_t len = f->mac->hdr_size; len <= MAX_DENSE_LEN; len++) {
		u32 state = rand_state();

		mac_message(f->mac, end - len, len);
		memcpy(roomy, end - len, len);
		rand_bytes(roomy + len, 64);
		mac_compute(test, roomy, len, expected);
		mac_compute(test, end - len, len, f->tag);
		KUNIT_ASSERT_MEMEQ_MSG(test, expected, f->tag, f->mac->tag_size,
				       "rand_state %u, length %zu", state, len);
	}
}

/* The same tag wherever message and tag lie, relative to a cache line. */
void test_alignment(struct kunit *test)
{
	const struct mac_fixture *f = test->priv;
	u8 *msg = kunit_guarded_buf(test, MAX_LEN);
	u8 *moved = kunit_guarded_buf(test, MAX_LEN + SZ_4K);
	u8 *tags = kunit_guarded_buf(test, SZ_4K);

	moved = PTR_ALIGN(moved, 64);
	tags = PTR_ALIGN(tags, 64);
	for (int i = 0; i < RAND_ROUNDS(500); i++) {
		u32 state = rand_state();
		size_t len = mac_rand_len(f->mac, 1024);
		unsigned int shift = i % 64;

		mac_message(f->mac, msg, len);
		mac_compute(test, msg, len, f->tag);
		memcpy(moved + shift, msg, len);
		mac_compute(test, moved + shift, len, tags + shift);
		KUNIT_ASSERT_MEMEQ_MSG(test, f->tag, tags + shift,
				       f->mac->tag_size,
				       "rand_state %u, length %zu, offset %u",
				       state, len, shift);
	}
}

static void expect_same_key(struct kunit *test, const void *key, int offset)
{
	const struct mac_fixture *f = test->priv;
	u8 *msg = kunit_guarded_buf(test, MAX_LEN);
	u8 expected[MAX_TAG_SIZE];

	for (int i = 0; i < 16; i++) {
		size_t len = mac_rand_len(f->mac, 256);

		mac_message(f->mac, msg, len);
		mac_compute(test, msg, len, expected);
		KUNIT_ASSERT_TRUE(test, mac_try_compute(f->mac, key, f->ctx, msg,
							len, f->tag));
		KUNIT_EXPECT_MEMEQ_MSG(test, expected, f->tag, f->mac->tag_size,
				       "offset %d, length %zu", offset, len);
	}
}

/* A raw key may lie anywhere; 16 offsets, the last in front of a guard page. */
void test_unaligned_raw_key(struct kunit *test)
{
	const struct mac_fixture *f = test->priv;
	u8 *raw = kunit_guarded_buf(test, SMBSIGN_KEY_SIZE + 15);

	for (int i = 0; i < 16; i++) {
		memset(raw, 0xff, SMBSIGN_KEY_SIZE + 15);
		memcpy(raw + i, f->raw_key, SMBSIGN_KEY_SIZE);
		expect_same_key(test, mac_new_key(test, raw + i,
						  SMBSIGN_KEY_SIZE), i);
	}
}

/* The tag may go into the message; in SMB that is where it goes. */
void test_overlap(struct kunit *test)
{
	const struct mac_fixture *f = test->priv;
	u8 *buf = kunit_guarded_buf(test, MAX_LEN + MAX_TAG_SIZE);
	u8 *msg = buf + MAX_TAG_SIZE;

	for (int i = 0; i < RAND_ROUNDS(500); i++) {
		u32 state = rand_state();
		size_t len = mac_rand_len(f->mac, MAX_LEN);
		u8 *tag = buf + rand_below(len + MAX_TAG_SIZE + 1 -
					   f->mac->tag_size);

		mac_message(f->mac, msg, len);
		mac_compute(test, msg, len, f->tag);
		mac_compute(test, msg, len, tag);
		KUNIT_ASSERT_MEMEQ_MSG(test, f->tag, tag, f->mac->tag_size,
				       "rand_state %u, length %zu, tag at %zd",
				       state, len, tag - msg);
	}
}

/* The longest SMB message in one update, as ksmbd signs it, and in pieces. */
void test_big_message(struct kunit *test)
{
	const struct mac_fixture *f = test->priv;
	size_t len = (IS_ENABLED(CONFIG_KASAN) ? SZ_256K : SZ_4M) + 112;
	u8 *msg = kunit_guarded_buf(test, len);
	u8 expected[MAX_TAG_SIZE];
	size_t pos = 0;

	mac_message(f->mac, msg, len);
	f->mac->init(f->ctx, f->key);
	while (pos < len) {
		size_t n = min_t(size_t, len - pos, rand_below(SZ_8K));

		f->mac->update(f->ctx, f->key, msg + pos, n);
		pos += n;
	}
	KUNIT_ASSERT_EQ(test, 0, f->mac->final(f->ctx, f->key, expected));
	mac_compute(test, msg, len, f->tag);
	KUNIT_EXPECT_MEMEQ(test, expected, f->tag, f->mac->tag_size);
}

static bool is_zero(const void *p, size_t size)
{
	return !memchr_inv(p, 0, size);
}

/* Nothing of the message is left after the end, and nothing of the key. */
void test_wiping(struct kunit *test)
{
	const struct mac_fixture *f = test->priv;
	size_t wiped = f->mac->wiped_size ?: f->mac->ctx_size;
	size_t len = mac_rand_len(f->mac, MAX_LEN) + 1;
	u8 *msg = kunit_guarded_buf(test, len);
	void *key = kunit_guarded_buf(test, f->mac->key_size);

	mac_message(f->mac, msg, len);
	f->mac->init(f->ctx, f->key);
	f->mac->update(f->ctx, f->key, msg, len);
	KUNIT_EXPECT_FALSE(test, is_zero(f->ctx, wiped));
	KUNIT_ASSERT_EQ(test, 0, f->mac->final(f->ctx, f->key, f->tag));
	KUNIT_EXPECT_TRUE(test, is_zero(f->ctx, wiped));

	if (!f->mac->key_exit)
		return;
	KUNIT_ASSERT_EQ(test, 0, f->mac->key_init(key));
	KUNIT_EXPECT_EQ(test, 0, f->mac->preparekey(key, f->raw_key,
						    SMBSIGN_KEY_SIZE));
	KUNIT_EXPECT_FALSE(test, is_zero(key, f->mac->key_size));
	f->mac->key_exit(key);
	KUNIT_EXPECT_TRUE(test, is_zero(key, f->mac->key_size));
}

static void expect_rest(struct kunit *test, void *ctx, const u8 *data,
			size_t len, const u8 *expected, u32 state)
{
	const struct mac_fixture *f = test->priv;

	f->mac->update(ctx, f->key, data, len);
	KUNIT_ASSERT_EQ(test, 0, f->mac->final(ctx, f->key, f->tag));
	KUNIT_ASSERT_MEMEQ_MSG(test, expected, f->tag, f->mac->tag_size,
			       "rand_state %u, last %zu bytes, %s", state, len,
			       ctx == f->ctx ? "original" : "copy");
}

/* A computation copied in its middle goes on twice, wherever it lies. */
void test_copied_state(struct kunit *test)
{
	const struct mac_fixture *f = test->priv;
	const struct mac_test *mac = f->mac;
	u8 *msg = kunit_guarded_buf(test, MAX_LEN);
	void *copy = kunit_guarded_buf(test, mac->ctx_size);
	u8 expected[MAX_TAG_SIZE];

	for (int i = 0; i < RAND_ROUNDS(500); i++) {
		u32 state = rand_state();
		size_t len = mac_rand_len(mac, MAX_LEN);
		size_t cut = rand_below(len + 1);

		mac_message(mac, msg, len);
		mac_compute(test, msg, len, expected);
		mac->init(f->ctx, f->key);
		mac->update(f->ctx, f->key, msg, cut);
		memcpy(copy, f->ctx, mac->ctx_size);
		expect_rest(test, f->ctx, msg + cut, len - cut, expected, state);
		memset(f->ctx, 0xff, mac->ctx_size);
		expect_rest(test, copy, msg + cut, len - cut, expected, state);
	}
}
