// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test utilities without a context of their own: random numbers, guarded
 * buffers, engines as parameters.  The contexts are in test-contexts.c.
 */
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "internal.h"
#include "test-utils.h"

static u32 lcg;

void rand_seed(u32 seed)
{
	lcg = seed;
}

u32 rand_state(void)
{
	return lcg;
}

static u8 rand_byte(void)
{
	lcg = lcg * 1664525 + 1013904223;
	return lcg >> 24;
}

void rand_bytes(void *out, size_t len)
{
	u8 *p = out;

	while (len--)
		*p++ = rand_byte();
}

u32 rand_u32(void)
{
	u32 x;

	rand_bytes(&x, sizeof(x));
	return x;
}

u32 rand_below(u32 n)
{
	return ((u64)rand_u32() * n) >> 32;
}

/* The lower half of a length has the edges of blocks, the upper the bulk. */
size_t rand_length(size_t max_len)
{
	switch (rand_below(3)) {
	case 0:
		return rand_below(min_t(size_t, max_len, 128) + 1);
	case 1:
		return rand_below(min_t(size_t, max_len, 3072) + 1);
	default:
		return rand_below(max_len + 1);
	}
}

static void free_guarded_buf(void *area)
{
	vfree(area);
}

/* vmalloc() leaves a page unmapped behind every area. */
void *kunit_guarded_buf(struct kunit *test, size_t len)
{
	size_t size = PAGE_ALIGN(max_t(size_t, len, 1));
	u8 *area = vzalloc(size);

	KUNIT_ASSERT_NOT_NULL_MSG(test, area, "no memory for %zu bytes", size);
	KUNIT_ASSERT_EQ(test, 0,
			kunit_add_action_or_reset(test, free_guarded_buf, area));
	return area + size - len;
}

const void *engine_gen_params(const void *prev, char *desc)
{
	const struct smbsign_engine *engine;
	unsigned int i = 0;

	if (prev) {
		while (smbsign_engine_supported(i++) != prev)
			;
	}
	engine = smbsign_engine_supported(i);
	if (engine)
		strscpy(desc, engine->name, KUNIT_PARAM_DESC_SIZE);
	return engine;
}

unsigned int num_engines(void)
{
	unsigned int n = 0;

	while (smbsign_engine_supported(n))
		n++;
	return n;
}

void select_engine(struct kunit *test, const struct smbsign_engine *engine)
{
	KUNIT_ASSERT_EQ_MSG(test, 0, smbsign_engine_select(engine->name),
			    "engine %s", engine->name);
}

static void restore_engine(void *engine)
{
	smbsign_engine_select(((const struct smbsign_engine *)engine)->name);
}

void use_engine(struct kunit *test)
{
	void *former = (void *)smbsign_engine_current();

	KUNIT_ASSERT_EQ(test, 0,
			kunit_add_action_or_reset(test, restore_engine, former));
	if (test->param_value)
		select_engine(test, test->param_value);
}

#ifdef CONFIG_X86_64
static void unmask_features(void *unused)
{
	smbsign_x86_mask_features(U32_MAX);
}

void mask_features(struct kunit *test, u32 mask)
{
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, unmask_features,
							   NULL));
	smbsign_x86_mask_features(mask);
}
#else
void mask_features(struct kunit *test, u32 mask)
{
}
#endif

MODULE_IMPORT_NS("EXPORTED_FOR_KUNIT_TESTING");
MODULE_DESCRIPTION("KUnit tests of smbsign");
MODULE_LICENSE("GPL");
