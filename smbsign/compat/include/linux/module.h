/* SPDX-License-Identifier: GPL-2.0-only */
#include_next <linux/module.h>

#ifndef _SMBSIGN_COMPAT_LINUX_MODULE_H
#define _SMBSIGN_COMPAT_LINUX_MODULE_H

#include <linux/version.h>

/* cdd30ebb1b9f ("module: Convert symbol namespace to string literal"), 6.13 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
#undef MODULE_IMPORT_NS
#define MODULE_IMPORT_NS(ns)	MODULE_INFO(import_ns, ns)
#endif

#endif /* _SMBSIGN_COMPAT_LINUX_MODULE_H */
