/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The three primitives of an engine on random input, called directly or by way
 * of the dispatch.
 */
#ifndef _SMBSIGN_KUNIT_ENGINE_UTILS_H
#define _SMBSIGN_KUNIT_ENGINE_UTILS_H

#include <kunit/test.h>

#include "internal.h"

#define BLOCK_LEN	16
#define MAX_BLOCKS	300
#define MAX_LEN		(MAX_BLOCKS * BLOCK_LEN)
#define MAX_OP_OUTPUT	SHA256_DIGEST_SIZE

enum engine_op {
	OP_GHASH,
	OP_CBCMAC,
	OP_SHA256,
	NUM_OPS,
};

extern const char *const op_names[NUM_OPS];

/* A key, and input for all three; the data may end where a guard page begins. */
struct op_input {
	struct smbsign_gmac_key *key;
	u8 *end;
	const u8 *blocks;
	size_t num_blocks;		/* of SHA-256 a fourth, from the end */
	u8 acc[BLOCK_LEN];
	struct smbsign_sha256_state sha;	/* somewhere in a message */
};

/* Lasts as long as the test. */
struct op_input *kunit_op_input(struct kunit *test);

/*
 * Gives the drivers behind @in another key than the generic engine has, so that
 * what comes out tells which of them computed it.  Returns the same input with
 * that other key everywhere.
 */
struct op_input *kunit_split_keys(struct kunit *test, struct op_input *in);

/* New random input, at any alignment, but for the key */
void randomise_op_input(struct op_input *in, size_t num_blocks);

/*
 * What @op of @engine makes of the input, or what it leaves of it if it returns
 * false, because the engine cannot be used in this context.
 */
bool run_op(const struct smbsign_engine *engine, enum engine_op op,
	    const struct op_input *in, u8 out[MAX_OP_OUTPUT]);

/* The same of the engine in force, by way of the dispatch */
void dispatch_op(enum engine_op op, const struct op_input *in,
		 u8 out[MAX_OP_OUTPUT]);

/* What an operation leaves that does nothing */
void skip_op(enum engine_op op, const struct op_input *in,
	     u8 out[MAX_OP_OUTPUT]);

/* Does @engine have a way of its own for @op on this machine? */
bool engine_can(const struct smbsign_engine *engine, enum engine_op op,
		const struct op_input *in);

#endif /* _SMBSIGN_KUNIT_ENGINE_UTILS_H */
