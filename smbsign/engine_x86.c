// SPDX-License-Identifier: GPL-2.0-only
/*
 * The engines of x86-64: what the assembly of x86/ computes, and on which
 * processors.
 *
 *	aesni		AES-NI and PCLMULQDQ, in AVX encodings
 *	vaes_avx2	VAES and VPCLMULQDQ on 256-bit registers
 *	vaes_avx512	VAES, VPCLMULQDQ and GFNI on 512-bit registers
 *
 * SHA-256 has no part in these names: each engine takes the best that the
 * processor has.  x86/gmac.h, x86/cmac.h and x86/sha256.h hold what calls the
 * assembly; all of it runs with the FPU held (engine.c).
 */
#include <asm/cpufeature.h>
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/string.h>

#include "internal.h"
#include "x86/features.h"
#include "x86/gmac.h"
#include "x86/cmac.h"
#include "x86/sha256.h"

static int aesni_probe(void)
{
	x86_detect_features();
	return x86_has(X86_AESNI | X86_AVX) ? 0 : -EOPNOTSUPP;
}

static int vaes_avx2_probe(void)
{
	x86_detect_features();
	return x86_has(X86_AESNI | X86_AVX | X86_AVX2 | X86_VAES) ?
	       0 : -EOPNOTSUPP;
}

static int vaes_avx512_probe(void)
{
	x86_detect_features();
	return x86_has(X86_AESNI | X86_AVX | X86_AVX2 | X86_VAES | X86_AVX512) ?
	       0 : -EOPNOTSUPP;
}

static void aesni_describe(char *buf, size_t size)
{
	snprintf(buf, size, "AES-NI, PCLMULQDQ, %s", x86_sha256_name());
}

static void vaes_avx2_describe(char *buf, size_t size)
{
	snprintf(buf, size, "VAES, VPCLMULQDQ, AVX2, %s", x86_sha256_name());
}

static void vaes_avx512_describe(char *buf, size_t size)
{
	snprintf(buf, size, "VAES, VPCLMULQDQ, GFNI, AVX-512, %s",
		 x86_sha256_name());
}

const struct smbsign_engine smbsign_engine_aesni = {
	.name		= "aesni",
	.needs_simd	= true,
	.holds_fpu	= true,
	.probe		= aesni_probe,
	.describe	= aesni_describe,
	.cbcmac		= x86_cbcmac,
	.cbcmac_lanes	= aesni_cbcmac_lanes,
};

const struct smbsign_engine smbsign_engine_vaes_avx2 = {
	.name		= "vaes_avx2",
	.needs_simd	= true,
	.holds_fpu	= true,
	.probe		= vaes_avx2_probe,
	.describe	= vaes_avx2_describe,
	.cbcmac		= x86_cbcmac,
	.cbcmac_lanes	= vaes_avx2_cbcmac_lanes,
};

const struct smbsign_engine smbsign_engine_vaes_avx512 = {
	.name		= "vaes_avx512",
	.needs_simd	= true,
	.holds_fpu	= true,
	.probe		= vaes_avx512_probe,
	.describe	= vaes_avx512_describe,
	.ghash		= x86_ghash_vaes_avx512,
	.cbcmac		= x86_cbcmac,
	.cbcmac_lanes	= vaes_avx512_cbcmac_lanes,
};

/**
 * smbsign_x86_ghash_powers() - what the assembly needs of a key of GHASH
 * @key: the key, prepared otherwise
 * @h: its H
 *
 * Context: Any context.
 */
void smbsign_x86_ghash_powers(struct smbsign_ghash_key *key,
			      const u8 h[GHASH_BLOCK_LEN])
{
	x86_ghash_powers_generic(key, h);
}

/**
 * smbsign_x86_mask_features() - do as if the processor had fewer features
 * @mask: those of x86/features.h that may be used if it has them
 *
 * For tests of all ways through the assembly.  Engines stay in the table.
 *
 * Context: Any context, while no section is open.
 */
void smbsign_x86_mask_features(u32 mask)
{
	x86_detect_features();
	x86_features &= mask;
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_x86_mask_features);
