/* SPDX-License-Identifier: GPL-2.0-only */
#include_next <crypto/sha2.h>

#ifndef _SMBSIGN_COMPAT_CRYPTO_SHA2_H
#define _SMBSIGN_COMPAT_CRYPTO_SHA2_H

#include <linux/version.h>

/*
 * The library's state got a name of its own with its rewrite in 6.17, and words
 * that are further inside.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 17, 0)
#define sha256_ctx	sha256_state
#define sha256_ctx_words(_ctx)	((_ctx)->state)
#else
#define sha256_ctx_words(_ctx)	((_ctx)->ctx.state.h)
#endif

#endif /* _SMBSIGN_COMPAT_CRYPTO_SHA2_H */
