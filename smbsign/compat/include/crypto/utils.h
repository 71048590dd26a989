/* SPDX-License-Identifier: GPL-2.0-only */
#include <linux/version.h>

/* Before 6.4 these functions are in <crypto/algapi.h>. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 4, 0)
#include <crypto/algapi.h>
#else
#include_next <crypto/utils.h>
#endif
