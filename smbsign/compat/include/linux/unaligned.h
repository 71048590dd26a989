/* SPDX-License-Identifier: GPL-2.0-only */
/* Before 6.12 this is <asm/unaligned.h>. */
#if __has_include_next(<linux/unaligned.h>)
#include_next <linux/unaligned.h>
#else
#include <asm/unaligned.h>
#endif
