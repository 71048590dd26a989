/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For suites that change the policy in force, which all suites share.
 */
#ifndef _SMBSIGN_KUNIT_SETTINGS_UTILS_H
#define _SMBSIGN_KUNIT_SETTINGS_UTILS_H

#include <kunit/test.h>

/* After the test the policy is what it was before; for kunit_suite.init. */
int keep_settings(struct kunit *test);

#endif /* _SMBSIGN_KUNIT_SETTINGS_UTILS_H */
