/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Before all else in smbsign's modules for User Mode Linux, where benchmarks run: adding
 * to a per-CPU counter is one instruction on x86, and here it can be, for there is one
 * processor and interrupts are signals.  By itself User Mode Linux turns them off.
 */
#ifndef _SMBSIGN_PERCPU_X86_H
#define _SMBSIGN_PERCPU_X86_H

static inline void percpu_add_8(void *ptr, unsigned long val)
{
	asm volatile("addq %1, %0" : "+m" (*(unsigned long *)ptr) : "re" (val));
}

#define this_cpu_add_8(pcp, val)	percpu_add_8(raw_cpu_ptr(&(pcp)), val)

#endif
