/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Properties that every MAC of smbsign has, written once: a suite describes its
 * MAC by a struct mac_test and stamps its cases with DEFINE_MAC_CASES().
 *
 * All objects that a MAC works on end at a guard page in every case.
 */
#ifndef _SMBSIGN_KUNIT_MAC_TEST_H
#define _SMBSIGN_KUNIT_MAC_TEST_H

#include "internal.h"
#include "test-utils.h"

struct mac_testvec;

#define MAX_TAG_SIZE	32

/**
 * struct mac_test - a MAC to be tested
 * @alg: the algorithm, for the kernel's own implementation of it
 * @tag_size: bytes of a tag
 * @key_size: size of a prepared key
 * @ctx_size: size of a computation
 * @wiped_size: how much of it, from its start, the end of a computation wipes; 0
 *		if all.  What is not wiped are bytes of the message.
 * @hdr_size: bytes of the shortest message, 0 if it is of no protocol
 * @protocol_id: what such a message begins with, 4 bytes
 * @vary_header: make random bytes that are such a message a rarer kind of it
 * @to_signed: what the algorithm gets of such a message: its nonce, and the
 *	       message with the bytes of the signature masked
 * @is_available: can this kernel do it at all?  NULL if any can
 * @key_init: take what a key needs, 0 or -errno; NULL if there is nothing
 * @preparekey: 0 or -errno
 * @key_exit: give back and wipe a key; NULL if there is nothing
 * @init: begin a computation
 * @update: go on with it
 * @final: end it, 0 or -errno
 * @set_nonce: the nonce of @final, if the message has none; NULL without nonce
 * @testvecs: published test vectors
 * @num_testvecs: how many there are
 * @mac_of_macs: see vectors/mac-testvecs.h
 */
struct mac_test {
	enum smbsign_alg alg;
	size_t tag_size;
	size_t key_size;
	size_t ctx_size;
	size_t wiped_size;
	size_t hdr_size;
	const char *protocol_id;
	void (*vary_header)(u8 *msg);
	void (*to_signed)(u8 *msg, u8 nonce[GMAC_NONCE_SIZE]);
	bool (*is_available)(void);
	int (*key_init)(void *key);
	int (*preparekey)(void *key, const u8 *raw, size_t len);
	void (*key_exit)(void *key);
	void (*init)(void *ctx, const void *key);
	void (*update)(void *ctx, const void *key, const u8 *data, size_t len);
	int (*final)(void *ctx, const void *key, u8 *tag);
	void (*set_nonce)(const u8 nonce[GMAC_NONCE_SIZE]);
	const struct mac_testvec *testvecs;
	size_t num_testvecs;
	const u8 *mac_of_macs;
};

/**
 * struct mac_fixture - what a case begins with, test->priv
 * @mac: the MAC
 * @raw_key: the key of the MAC of MACs, in guarded memory
 * @nonce: its nonce
 * @key: @raw_key prepared
 * @ctx: room for one computation
 * @tag: room for one tag
 */
struct mac_fixture {
	const struct mac_test *mac;
	u8 *raw_key;
	u8 nonce[GMAC_NONCE_SIZE];
	void *key;
	void *ctx;
	u8 *tag;
};

/* A suite's init function calls it and returns 0. */
void mac_test_setup(struct kunit *test, const struct mac_test *mac);

/*
 * Building blocks of the cases.
 *
 * mac_new_key(): a key prepared from @len bytes at @raw, given back with the
 * test.  mac_message(): @len bytes at @msg become a random message.
 * mac_min_len(): of such a message.  mac_compute(): the whole way in one update.
 * mac_try_compute(): the same in any context, false on error.
 */
void *mac_new_key(struct kunit *test, const u8 *raw, size_t len);
void mac_message(const struct mac_test *mac, u8 *msg, size_t len);
size_t mac_rand_len(const struct mac_test *mac, size_t max_len);
void mac_compute(struct kunit *test, const u8 *msg, size_t len, u8 *tag);
bool mac_try_compute(const struct mac_test *mac, const void *key, void *ctx,
		     const u8 *msg, size_t len, u8 *tag);

/* mac-test.c */
void test_vectors(struct kunit *test);
void test_all_lengths(struct kunit *test);
void test_incremental_updates(struct kunit *test);
void test_guard_pages(struct kunit *test);
void test_alignment(struct kunit *test);
void test_unaligned_raw_key(struct kunit *test);
void test_overlap(struct kunit *test);
void test_big_message(struct kunit *test);
void test_wiping(struct kunit *test);
void test_copied_state(struct kunit *test);

/* mac-test-contexts.c */
void test_contexts_at_once(struct kunit *test);
void test_split_over_contexts(struct kunit *test);
void test_preparekey_in_contexts(struct kunit *test);
void test_threads(struct kunit *test);
void test_threads_and_engine_switch(struct kunit *test);

/* mac-test-peers.c */
void test_engine_switch(struct kunit *test);
void test_engines_agree(struct kunit *test);
void test_matches_kernel(struct kunit *test);

/* mac-benchmark.c */
void benchmark_engines(struct kunit *test);

/* The cases of a suite; more of them may follow the name. */
#define DEFINE_MAC_CASES(_name, ...)					\
	static struct kunit_case _name[] = {				\
		KUNIT_CASE_PARAM(test_all_lengths, engine_gen_params),	\
		KUNIT_CASE_PARAM(test_incremental_updates,		\
				 engine_gen_params),			\
		KUNIT_CASE_PARAM(test_guard_pages, engine_gen_params),	\
		KUNIT_CASE_PARAM(test_alignment, engine_gen_params),	\
		KUNIT_CASE_PARAM(test_unaligned_raw_key,		\
				 engine_gen_params),			\
		KUNIT_CASE_PARAM(test_overlap, engine_gen_params),	\
		KUNIT_CASE_PARAM(test_big_message, engine_gen_params),	\
		KUNIT_CASE_PARAM(test_wiping, engine_gen_params),	\
		KUNIT_CASE_PARAM(test_copied_state, engine_gen_params),	\
		KUNIT_CASE_PARAM(test_contexts_at_once,			\
				 engine_gen_params),			\
		KUNIT_CASE_PARAM(test_split_over_contexts,		\
				 engine_gen_params),			\
		KUNIT_CASE_PARAM(test_preparekey_in_contexts,		\
				 engine_gen_params),			\
		KUNIT_CASE_PARAM(test_threads, engine_gen_params),	\
		KUNIT_CASE_PARAM(test_matches_kernel,			\
				 engine_gen_params),			\
		KUNIT_CASE(test_engine_switch),				\
		KUNIT_CASE(test_engines_agree),				\
		KUNIT_CASE(test_threads_and_engine_switch),		\
		##__VA_ARGS__,						\
		{}							\
	}

#endif /* _SMBSIGN_KUNIT_MAC_TEST_H */
