/* SPDX-License-Identifier: GPL-2.0-only */
#include_next <linux/hrtimer.h>

#ifndef _SMBSIGN_COMPAT_LINUX_HRTIMER_H
#define _SMBSIGN_COMPAT_LINUX_HRTIMER_H

#include <linux/version.h>

/* Takes the place of hrtimer_init() and an assignment from 6.13 on. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
static inline void
hrtimer_setup(struct hrtimer *timer,
	      enum hrtimer_restart (*function)(struct hrtimer *),
	      clockid_t clock_id, enum hrtimer_mode mode)
{
	hrtimer_init(timer, clock_id, mode);
	timer->function = function;
}
#endif

#endif /* _SMBSIGN_COMPAT_LINUX_HRTIMER_H */
