/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What arch/x86 offers to its crypto drivers and arch/um does not.
 *
 * The drivers choose by CPU feature, which UML knows from the host's
 * /proc/cpuinfo; vendor and model it does not know, so entries that name them
 * (lists of processors to avoid) never match.
 */
#ifndef X86_ON_UML_H
#define X86_ON_UML_H
#ifndef __ASSEMBLY__

#define _ASM_X86_CPU_DEVICE_ID		/* stands in for <asm/cpu_device_id.h> */

#include <linux/types.h>
#include <linux/mod_devicetable.h>
#include <asm/cpufeature.h>
#include <asm/fpu/api.h>

#define XFEATURE_MASK_SSE	0x02
#define XFEATURE_MASK_YMM	0x04
#define XFEATURE_MASK_AVX512	0xe0

#define X86_ON_UML_ENTRY	1	/* flags: the entry is not the list's end */
#define X86_ON_UML_NO_VENDOR	0xfffe

#define X86_MATCH_FEATURE(feat, data) {				\
	.vendor = X86_VENDOR_ANY, .feature = (feat),		\
	.flags = X86_ON_UML_ENTRY,				\
	.driver_data = (unsigned long)(data),			\
}

#define X86_MATCH_VFM(...) {					\
	.vendor = X86_ON_UML_NO_VENDOR, .flags = X86_ON_UML_ENTRY, \
}

/* A host that lists a feature also saves its registers. */
static inline int cpu_has_xfeatures(u64 mask, const char **name)
{
	return 1;
}

static inline const struct x86_cpu_id *
x86_match_cpu(const struct x86_cpu_id *list)
{
	for (; list->flags & X86_ON_UML_ENTRY; list++)
		if (list->vendor == X86_VENDOR_ANY && boot_cpu_has(list->feature))
			return list;
	return NULL;
}

#endif /* !__ASSEMBLY__ */
#endif /* X86_ON_UML_H */
