/* SPDX-License-Identifier: GPL-2.0-only */
#include_next <linux/trace.h>

#ifndef _SMBSIGN_COMPAT_LINUX_TRACE_H
#define _SMBSIGN_COMPAT_LINUX_TRACE_H

#include <linux/version.h>

/* "tracing: Allow creating instances with specified system events", 6.8 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 8, 0)
static inline struct trace_array *
smbsign_compat_trace_array_get_by_name(const char *name, const char *systems)
{
	return trace_array_get_by_name(name);
}

#define trace_array_get_by_name	smbsign_compat_trace_array_get_by_name
#endif

#endif /* _SMBSIGN_COMPAT_LINUX_TRACE_H */
