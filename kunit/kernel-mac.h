/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The running kernel's own MACs through its crypto API, by the way that other
 * users go: gcm(aes) with nothing but associated data, cmac(aes), hmac(sha256),
 * md5 over key and message.
 */
#ifndef _SMBSIGN_KUNIT_KERNEL_MAC_H
#define _SMBSIGN_KUNIT_KERNEL_MAC_H

#include <kunit/test.h>

#include "internal.h"

#define KERNEL_MAC_MAX_LEN	2048

struct kernel_mac;

/*
 * Given back with the test.  Never NULL: the test is skipped if the kernel does
 * not have it.  The message goes into kernel_mac_buf(); the tag that comes out
 * is as long as the algorithm's, up to 32 bytes.
 */
struct kernel_mac *kernel_mac_alloc(struct kunit *test, enum smbsign_alg alg);
const char *kernel_mac_name(const struct kernel_mac *peer);
u8 *kernel_mac_buf(struct kernel_mac *peer);
int kernel_mac_compute(struct kernel_mac *peer,
		       const u8 raw_key[SMBSIGN_KEY_SIZE],
		       const u8 nonce[GMAC_NONCE_SIZE], size_t len, u8 *tag);

#endif /* _SMBSIGN_KUNIT_KERNEL_MAC_H */
