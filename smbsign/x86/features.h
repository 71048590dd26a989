/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the processor can do, as far as the engines care, and whether the kernel
 * saves the registers that it takes.
 */
#ifndef _SMBSIGN_X86_FEATURES_H
#define _SMBSIGN_X86_FEATURES_H

#include <linux/types.h>

#include "../internal.h"

static u32 x86_features __read_mostly;

#ifndef CONFIG_UML
#include <asm/fpu/api.h>
#include <asm/fpu/types.h>
#endif

static inline bool x86_has(u32 features)
{
	return (x86_features & features) == features;
}

/* Does the kernel save these registers?  What UML's host lists it also saves. */
#ifdef CONFIG_UML
static bool x86_saves_ymm(void)
{
	return true;
}

static bool x86_saves_zmm(void)
{
	return true;
}
#else
static bool x86_saves_ymm(void)
{
	return cpu_has_xfeatures(XFEATURE_MASK_SSE | XFEATURE_MASK_YMM, NULL);
}

static bool x86_saves_zmm(void)
{
	return cpu_has_xfeatures(XFEATURE_MASK_AVX512, NULL);
}
#endif

static void x86_add_if(bool has, u32 feature)
{
	if (has)
		x86_features |= feature;
}

static void x86_detect_features(void)
{
	bool avx = boot_cpu_has(X86_FEATURE_AVX) && x86_saves_ymm();

	x86_features = 0;
	x86_add_if(boot_cpu_has(X86_FEATURE_AES) &&
		   boot_cpu_has(X86_FEATURE_PCLMULQDQ), X86_AESNI);
	x86_add_if(boot_cpu_has(X86_FEATURE_SHA_NI), X86_SHA_NI);
	x86_add_if(avx, X86_AVX);
	x86_add_if(avx && boot_cpu_has(X86_FEATURE_AVX2) &&
		   boot_cpu_has(X86_FEATURE_BMI2), X86_AVX2);
	x86_add_if(avx && boot_cpu_has(X86_FEATURE_VAES) &&
		   boot_cpu_has(X86_FEATURE_VPCLMULQDQ), X86_VAES);
	x86_add_if(avx && boot_cpu_has(X86_FEATURE_AVX512F) &&
		   boot_cpu_has(X86_FEATURE_AVX512BW) &&
		   boot_cpu_has(X86_FEATURE_AVX512DQ) &&
		   boot_cpu_has(X86_FEATURE_AVX512VL) &&
		   boot_cpu_has(X86_FEATURE_GFNI) && x86_saves_zmm(),
		   X86_AVX512);
}

#endif /* _SMBSIGN_X86_FEATURES_H */
