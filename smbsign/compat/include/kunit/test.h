/* SPDX-License-Identifier: GPL-2.0-only */
#include_next <kunit/test.h>

#ifndef _SMBSIGN_COMPAT_KUNIT_TEST_H
#define _SMBSIGN_COMPAT_KUNIT_TEST_H

#include <linux/string.h>

/* Not in 6.1: comparison of memory */
#ifndef KUNIT_EXPECT_MEMEQ
#define KUNIT_EXPECT_MEMEQ(test, left, right, size)			\
	KUNIT_EXPECT_MEMEQ_MSG(test, left, right, size, "differ")
#define KUNIT_EXPECT_MEMEQ_MSG(test, left, right, size, fmt, ...)	\
	KUNIT_EXPECT_TRUE_MSG(test, !memcmp(left, right, size),		\
			      fmt "\n\t" #left " %*ph\n\t" #right " %*ph", \
			      ##__VA_ARGS__, (int)(size), left,		\
			      (int)(size), right)
#define KUNIT_EXPECT_MEMNEQ(test, left, right, size)			\
	KUNIT_EXPECT_MEMNEQ_MSG(test, left, right, size, "do not differ")
#define KUNIT_EXPECT_MEMNEQ_MSG(test, left, right, size, fmt, ...)	\
	KUNIT_EXPECT_TRUE_MSG(test, memcmp(left, right, size),		\
			      fmt "\n\t" #left " %*ph", ##__VA_ARGS__,	\
			      (int)(size), left)
#endif

#ifndef KUNIT_ASSERT_MEMEQ
#define KUNIT_ASSERT_MEMEQ(test, left, right, size)			\
	KUNIT_ASSERT_MEMEQ_MSG(test, left, right, size, "differ")
#define KUNIT_ASSERT_MEMEQ_MSG(test, left, right, size, fmt, ...)	\
	KUNIT_ASSERT_TRUE_MSG(test, !memcmp(left, right, size),		\
			      fmt "\n\t" #left " %*ph\n\t" #right " %*ph", \
			      ##__VA_ARGS__, (int)(size), left,		\
			      (int)(size), right)
#endif

/* Not in 6.1: attributes of cases */
#ifndef KUNIT_CASE_SLOW
#define KUNIT_CASE_SLOW(name)	KUNIT_CASE(name)
#endif

/* Not in 6.1 */
#ifndef KUNIT_ARRAY_PARAM_DESC
#define KUNIT_ARRAY_PARAM_DESC(name, array, desc_member)		\
	static const void *name##_gen_params(const void *prev, char *desc) \
	{								\
		typeof((array)[0]) *__next = (array);			\
									\
		if (prev)						\
			__next = (typeof(__next))prev + 1;		\
		if (__next - (array) >= ARRAY_SIZE((array)))		\
			return NULL;					\
		strscpy(desc, __next->desc_member, KUNIT_PARAM_DESC_SIZE); \
		return __next;						\
	}
#endif

#endif /* _SMBSIGN_COMPAT_KUNIT_TEST_H */
