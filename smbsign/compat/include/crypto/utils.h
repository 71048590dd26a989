/* SPDX-License-Identifier: GPL-2.0-only */
/* Before 6.4 crypto_xor() and crypto_memneq() are in <crypto/algapi.h>. */
#if __has_include_next(<crypto/utils.h>)
#include_next <crypto/utils.h>
#else
#include <crypto/algapi.h>
#endif
