/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Holding the FPU.  Included by section.c, by engine.c for keys, and by engine_x86.c for
 * what takes longer than section.c reckons with.
 */
#ifdef CONFIG_X86_64

#include <asm/cpufeature.h>
#include <asm/fpu/api.h>

/*
 * kernel_fpu_begin() leaves the upper halves of vector registers as user space
 * had them.  If they are not zero, code that mixes legacy SSE encodings, as all
 * of SHA-NI is, with VEX ones runs a hundred times slower.
 */
static void smbsign_fpu_begin(void)
{
	kernel_fpu_begin();
	if (boot_cpu_has(X86_FEATURE_AVX))
		asm volatile("vzeroupper");
}

static void smbsign_fpu_end(void)
{
	kernel_fpu_end();
}

#else

static void smbsign_fpu_begin(void)
{
}

static void smbsign_fpu_end(void)
{
}

#endif
