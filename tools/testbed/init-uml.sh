#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# PID 1 of a User Mode Linux guest (busybox).
#
# Takes, on the kernel's command line: tb.host=DIR, the folder of the host that
# becomes /host (and /share, as it is called under QEMU), and tb.run=NAME, a
# folder in it with the script "main".
# Gives: the script's output in NAME/out, "@@EXIT status" in the kernel's log
# (the runner takes its absence for a crash), and on kernels with kmemleak the
# leaks that the script left behind.

export PATH=/bin HOME=/root
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
mount -t debugfs debugfs /sys/kernel/debug
mount -t tracefs tracefs /sys/kernel/tracing
mount -t tmpfs tmpfs /tmp
ip link set lo up
rmdir /share && ln -s host /share

# shellcheck disable=SC2013 # words are wanted
for word in $(cat /proc/cmdline); do
	case $word in
	tb.host=*) host=${word#tb.host=} ;;
	tb.run=*) run=${word#tb.run=} ;;
	esac
done

# shellcheck source=guest/kmemleak.sh
. /kmemleak.sh

status=125
if mount -t hostfs -o "$host" none /host && cd /host; then
	leaks_forget
	sh "/host/$run/main" > "/host/$run/out" 2>&1
	status=$?
	leaks_report
fi
sync
echo "<4>@@EXIT $status" > /dev/kmsg
poweroff -f
