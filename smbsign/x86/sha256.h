/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What engine_x86.c, its only includer, has for hmac.c.
 */

#include <linux/linkage.h>

asmlinkage void smbsign_sha256_ni(u32 state[SHA256_DIGEST_SIZE / 4],
				  const u8 *data, size_t num_blocks);

static const char *x86_sha256_name(void)
{
	return x86_has(X86_SHA_NI) ? "SHA-NI" : "no SHA-256";
}

static void x86_sha256(u32 state[SHA256_DIGEST_SIZE / 4], const u8 *data,
		       size_t num_blocks)
{
	if (x86_has(X86_SHA_NI))
		smbsign_sha256_ni(state, data, num_blocks);
	else
		smbsign_generic_sha256(state, data, num_blocks);
}
