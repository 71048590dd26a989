/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Slab allocations of the running task, counted or made to fail, by the
 * kernel's own fault injection (CONFIG_FAILSLAB).
 */
#ifndef _SMBSIGN_KUNIT_FAULT_UTILS_H
#define _SMBSIGN_KUNIT_FAULT_UTILS_H

#include <kunit/test.h>

/* Ends the test as skipped where the kernel cannot do it; lasts for the test. */
void use_fault_injection(struct kunit *test);

/* The @n-th allocation from here on fails, if it comes before alloc_end(). */
void alloc_begin_fail(unsigned int n);

/* None fails. */
void alloc_begin_count(void);

/* Returns how many allocations there were since the beginning. */
unsigned int alloc_end(void);

#endif /* _SMBSIGN_KUNIT_FAULT_UTILS_H */
