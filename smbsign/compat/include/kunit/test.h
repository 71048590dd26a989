/* SPDX-License-Identifier: GPL-2.0-only */
#include_next <kunit/test.h>

#ifndef _SMBSIGN_COMPAT_KUNIT_TEST_H
#define _SMBSIGN_COMPAT_KUNIT_TEST_H

#include <linux/string.h>

/* Not in 6.1: comparison of memory */
#ifndef KUNIT_EXPECT_MEMEQ
#define SMBSIGN_COMPAT_MEM(kind, test, left, op, right, size, fmt, ...)	\
do {									\
	const void *__left = (left);					\
	const void *__right = (right);					\
	int __size = (size);						\
									\
	KUNIT_##kind##_TRUE_MSG(test,					\
				memcmp(__left, __right, __size) op 0,	\
				fmt "\n\t" #left " is %*ph\n\t" #right " is %*ph\n", \
				##__VA_ARGS__, __size, __left, __size,	\
				__right);				\
} while (0)

#define KUNIT_EXPECT_MEMEQ(test, left, right, size)			\
	SMBSIGN_COMPAT_MEM(EXPECT, test, left, ==, right, size, "")
#define KUNIT_EXPECT_MEMEQ_MSG(test, left, right, size, fmt, ...)	\
	SMBSIGN_COMPAT_MEM(EXPECT, test, left, ==, right, size, fmt,	\
			   ##__VA_ARGS__)
#define KUNIT_EXPECT_MEMNEQ(test, left, right, size)			\
	SMBSIGN_COMPAT_MEM(EXPECT, test, left, !=, right, size, "")
#define KUNIT_EXPECT_MEMNEQ_MSG(test, left, right, size, fmt, ...)	\
	SMBSIGN_COMPAT_MEM(EXPECT, test, left, !=, right, size, fmt,	\
			   ##__VA_ARGS__)
#endif

#ifndef KUNIT_ASSERT_MEMEQ
#define KUNIT_ASSERT_MEMEQ(test, left, right, size)			\
	SMBSIGN_COMPAT_MEM(ASSERT, test, left, ==, right, size, "")
#define KUNIT_ASSERT_MEMEQ_MSG(test, left, right, size, fmt, ...)	\
	SMBSIGN_COMPAT_MEM(ASSERT, test, left, ==, right, size, fmt,	\
			   ##__VA_ARGS__)
#endif

/* Not in 6.1: the description of a parameter by a member of it */
#ifndef KUNIT_ARRAY_PARAM_DESC
#define KUNIT_ARRAY_PARAM_DESC(name, array, desc_member)		\
	static const void *name##_gen_params(const void *prev, char *desc) \
	{								\
		typeof(&(array)[0]) __next = (array);			\
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
