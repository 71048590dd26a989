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
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/string.h>

#include "internal.h"
#include "x86/features.h"
#include "x86/fpu.h"
#include "x86/gmac.h"
#include "x86/cmac.h"
#include "x86/sha256.h"

/* Which powers of H the engines of this machine use, whatever is masked */
static bool need_reflected __ro_after_init;
static bool need_natural __ro_after_init;

static int aesni_probe(void)
{
	x86_detect_features();
	need_reflected = x86_has(X86_AESNI | X86_AVX);
	return need_reflected ? 0 : -EOPNOTSUPP;
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
	need_natural = x86_has(X86_AESNI | X86_AVX | X86_AVX2 | X86_VAES |
			       X86_AVX512);
	return need_natural ? 0 : -EOPNOTSUPP;
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
	.ghash		= x86_ghash_aesni,
	.gmac_final	= smbsign_gmac_final_aesni,
	.aes128_expandkey = x86_aes128_expandkey,
	.cbcmac		= x86_cbcmac,
	.cbcmac_lanes	= aesni_cbcmac_lanes,
	.sha256		= x86_sha256,
	.sha256_lanes	= x86_sha256_lanes,
};

const struct smbsign_engine smbsign_engine_vaes_avx2 = {
	.name		= "vaes_avx2",
	.needs_simd	= true,
	.holds_fpu	= true,
	.probe		= vaes_avx2_probe,
	.describe	= vaes_avx2_describe,
	.ghash		= x86_ghash_vaes_avx2,
	.gmac_final	= smbsign_gmac_final_vaes_avx2,
	.aes128_expandkey = x86_aes128_expandkey,
	.cbcmac		= x86_cbcmac,
	.cbcmac_lanes	= vaes_avx2_cbcmac_lanes,
	.sha256		= x86_sha256,
	.sha256_lanes	= x86_sha256_lanes,
};

const struct smbsign_engine smbsign_engine_vaes_avx512 = {
	.name		= "vaes_avx512",
	.needs_simd	= true,
	.holds_fpu	= true,
	.probe		= vaes_avx512_probe,
	.describe	= vaes_avx512_describe,
	.ghash		= x86_ghash_vaes_avx512,
	.ghash_lanes	= x86_ghash_lanes_vaes_avx512,
	.ghash_join	= x86_ghash_join_vaes_avx512,
	.gmac_final	= smbsign_gmac_final_vaes_avx512,
	.gmac_whole	= smbsign_gmac_whole_vaes_avx512,
	.gmac_join	= smbsign_gmac_join_vaes_avx512,
	.aes128_expandkey = x86_aes128_expandkey,
	.cbcmac		= x86_cbcmac,
	.cbcmac_lanes	= vaes_avx512_cbcmac_lanes,
	.sha256		= x86_sha256,
	.sha256_lanes	= x86_sha256_lanes,
};

/**
 * smbsign_x86_ghash_powers() - what the assembly needs of a key of GHASH
 * @key: the key, prepared otherwise
 * @h: its H
 *
 * Context: Any context, with the FPU held.
 */
void smbsign_x86_ghash_powers(struct smbsign_ghash_key *key,
			      const u8 h[GHASH_BLOCK_LEN])
{
	if (x86_has(X86_VAES | X86_AVX512))
		smbsign_ghash_powers_vaes_avx512(&key->powers, h);
	else if (!need_natural && x86_has(X86_AESNI | X86_AVX))
		smbsign_ghash_powers_aesni(&key->powers, h);
	else
		smbsign_x86_ghash_powers_generic(key, h);
}

/**
 * smbsign_x86_ghash_powers_generic() - the same where there is no FPU
 * @key: the key, prepared otherwise
 * @h: its H
 *
 * Context: Any context.
 */
void smbsign_x86_ghash_powers_generic(struct smbsign_ghash_key *key,
				      const u8 h[GHASH_BLOCK_LEN])
{
	static const u8 zero[GHASH_BLOCK_LEN];
	u8 value[GHASH_BLOCK_LEN];

	if (!need_reflected)
		return;
	memcpy(value, h, sizeof(value));
	for (unsigned int i = 1; i <= SMBSIGN_NATURAL_POWERS; i++) {
		set_natural_power(&key->powers, i, value);
		if (i <= SMBSIGN_REFLECTED_POWERS)
			set_reflected_power(&key->powers, i, value);
		smbsign_generic_ghash(key, value, zero, 1);
	}
	memzero_explicit(value, sizeof(value));
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_x86_ghash_powers_generic);

/**
 * smbsign_x86_mask_features() - do as if the processor had fewer features
 * @mask: those of internal.h that may be used if it has them
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
