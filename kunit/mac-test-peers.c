// SPDX-License-Identifier: GPL-2.0-only
/*
 * A MAC compared with others that compute the same: the other engines, and the
 * running kernel's own implementation.
 */
#include <linux/string.h>

#include "kernel-mac.h"
#include "mac-test.h"

#define MAX_LEN		(16 * 1024)

static const struct smbsign_engine *rand_engine(void)
{
	return smbsign_engine_supported(rand_below(num_engines()));
}

static void skip_if_one_engine(struct kunit *test)
{
	if (num_engines() < 2)
		kunit_skip(test, "only one engine on this machine");
}

static void compute_by_many(struct kunit *test, const u8 *msg, size_t len)
{
	const struct mac_fixture *f = test->priv;
	size_t pos = 0;

	select_engine(test, rand_engine());
	f->mac->init(f->ctx, f->key);
	while (pos < len) {
		size_t n = rand_below(len - pos + 1);

		select_engine(test, rand_engine());
		f->mac->update(f->ctx, f->key, msg + pos, n);
		pos += n;
	}
	select_engine(test, rand_engine());
	KUNIT_ASSERT_EQ(test, 0, f->mac->final(f->ctx, f->key, f->tag));
}

/* Each step of a computation by another engine. */
void test_engine_switch(struct kunit *test)
{
	const struct mac_fixture *f = test->priv;
	u8 *msg = kunit_guarded_buf(test, MAX_LEN);
	u8 expected[MAX_TAG_SIZE];

	skip_if_one_engine(test);
	for (int i = 0; i < RAND_ROUNDS(300); i++) {
		u32 state = rand_state();
		size_t len = mac_rand_len(f->mac, MAX_LEN);

		mac_message(f->mac, msg, len);
		select_engine(test, smbsign_engine_supported(0));
		mac_compute(test, msg, len, expected);
		compute_by_many(test, msg, len);
		KUNIT_ASSERT_MEMEQ_MSG(test, expected, f->tag, f->mac->tag_size,
				       "rand_state %u, length %zu", state, len);
	}
}

static void expect_agreement(struct kunit *test, const u8 *msg, size_t len,
			     u32 state)
{
	const struct smbsign_engine *engine;
	const struct mac_fixture *f = test->priv;
	u8 expected[MAX_TAG_SIZE];

	select_engine(test, smbsign_engine_supported(0));
	mac_compute(test, msg, len, expected);
	for (int i = 1; (engine = smbsign_engine_supported(i)); i++) {
		select_engine(test, engine);
		mac_compute(test, msg, len, f->tag);
		KUNIT_ASSERT_MEMEQ_MSG(test, expected, f->tag, f->mac->tag_size,
				       "%s, rand_state %u, length %zu",
				       engine->name, state, len);
	}
}

/* Each engine against "generic". */
void test_engines_agree(struct kunit *test)
{
	const struct mac_fixture *f = test->priv;
	u8 *msg = kunit_guarded_buf(test, MAX_LEN);

	skip_if_one_engine(test);
	for (int i = 0; i < RAND_ROUNDS(1000); i++) {
		u32 state = rand_state();
		size_t len = mac_rand_len(f->mac, MAX_LEN);

		mac_message(f->mac, msg, len);
		expect_agreement(test, msg, len, state);
	}
}

static void compute_by_kernel(struct kunit *test, struct kernel_mac *peer,
			      const u8 *raw_key, const u8 *msg, size_t len,
			      u8 *tag)
{
	const struct mac_fixture *f = test->priv;
	u8 nonce[GMAC_NONCE_SIZE];
	u8 *data = kernel_mac_buf(peer);
	int err;

	memcpy(data, msg, len);
	memcpy(nonce, f->nonce, sizeof(nonce));
	if (f->mac->to_signed)
		f->mac->to_signed(data, nonce);
	err = kernel_mac_compute(peer, raw_key, nonce, len, tag);
	KUNIT_ASSERT_EQ_MSG(test, 0, err, "%s", kernel_mac_name(peer));
}

/* Random keys and messages against the kernel's own cmac(aes) and so on. */
void test_matches_kernel(struct kunit *test)
{
	const struct mac_fixture *f = test->priv;
	struct kernel_mac *peer = kernel_mac_alloc(test, f->mac->alg);
	u8 *msg = kunit_guarded_buf(test, KERNEL_MAC_MAX_LEN);
	u8 expected[MAX_TAG_SIZE];

	for (int i = 0; i < RAND_ROUNDS(2000); i++) {
		u32 state = rand_state();
		size_t len = mac_rand_len(f->mac, KERNEL_MAC_MAX_LEN);

		rand_bytes(f->raw_key, SMBSIGN_KEY_SIZE);
		mac_message(f->mac, msg, len);
		KUNIT_ASSERT_EQ(test, 0, f->mac->preparekey(f->key, f->raw_key,
							    SMBSIGN_KEY_SIZE));
		mac_compute(test, msg, len, f->tag);
		compute_by_kernel(test, peer, f->raw_key, msg, len, expected);
		KUNIT_ASSERT_MEMEQ_MSG(test, expected, f->tag, f->mac->tag_size,
				       "%s, rand_state %u, length %zu",
				       kernel_mac_name(peer), state, len);
	}
}
