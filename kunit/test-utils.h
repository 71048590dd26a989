/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the suites share: random numbers that repeat, buffers that end at a
 * guard page, the engines as test parameters, and calls in every context.
 */
#ifndef _SMBSIGN_KUNIT_TEST_UTILS_H
#define _SMBSIGN_KUNIT_TEST_UTILS_H

#include <kunit/test.h>
#include <linux/types.h>

struct smbsign_engine;

/*
 * How often a test repeats what it does with random input.  Under KASAN every
 * access is checked, and QEMU may be what executes it: do less there.
 */
#define RAND_ROUNDS(n)	((n) / (IS_ENABLED(CONFIG_KASAN) ? 10 : 1))

/*
 * Random numbers: the generator of vectors/mac-testvecs.h, with one state for
 * all, so for process context only.  A test begins with rand_seed(); a failing
 * round tells what rand_state() was at its beginning, with which rand_seed()
 * makes the same round again.
 */
void rand_seed(u32 seed);
u32 rand_state(void);
void rand_bytes(void *out, size_t len);
u32 rand_u32(void);
u32 rand_below(u32 n);			/* 0 <= x < n */
size_t rand_length(size_t max_len);	/* 0 <= x <= max_len, often short */

/*
 * @len bytes, the last of them right in front of an unmapped page: an access
 * behind the end is an oops.  Freed with the test.  Never NULL: the test ends
 * if there is no memory.
 */
void *kunit_guarded_buf(struct kunit *test, size_t len);

/*
 * Engines as parameters, KUNIT_CASE_PARAM(test_something, engine_gen_params):
 * all that this machine supports.  use_engine() puts the test's parameter in
 * force; select_engine() another one, at any time.  After the test the engine
 * is again what it was before.  A test without a parameter keeps the engine
 * that smbsign was loaded with.
 */
const void *engine_gen_params(const void *prev, char *desc);
void use_engine(struct kunit *test);
void select_engine(struct kunit *test, const struct smbsign_engine *engine);
unsigned int num_engines(void);

/*
 * From here to the end of the test the engines of x86-64 may use, of what the
 * processor has, only the X86_* features of internal.h in @mask.
 */
void mask_features(struct kunit *test, u32 mask);

enum test_context {
	IN_PROCESS,
	IN_SOFTIRQ,
	IN_HARDIRQ,
	NUM_TEST_CONTEXTS,
};

const char *test_context_name(enum test_context where);

/*
 * Call @fn in a context and wait until it has returned.  The test fails if @fn
 * returns false or the context was not the one asked for.
 *
 * No KUNIT_EXPECT_*() and no rand_*() inside @fn.
 */
void run_in_context(struct kunit *test, enum test_context where,
		    bool (*fn)(void *data), void *data);

/*
 * Call @fn over and over in all contexts at once, each interrupting the one
 * before it: process, softirq (a timer of either kind, a tasklet), hardirq.  The
 * test fails if @fn ever returns false, or if a context did not come about often
 * enough to mean something.
 */
void run_in_contexts(struct kunit *test, bool (*fn)(void *data), void *data);

#endif /* _SMBSIGN_KUNIT_TEST_UTILS_H */
