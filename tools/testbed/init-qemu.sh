#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# PID 1 of a guest under QEMU (busybox; kmod's tools on Debian's kernels).
#
# Takes: a 9p share called "share", which becomes /share (and /host, as it is
# called under User Mode Linux), and on the kernel's command line tb.run=NAME, a
# folder in it with the script "main".
# Gives: the script's output in NAME/out; its status through the debug-exit
# device at port 0xf4, to which status + 1 is written; on kernels with kmemleak
# the leaks that the script left behind, as kernel messages.

export PATH=/bin HOME=/root
mount -t devtmpfs dev /dev
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t debugfs debugfs /sys/kernel/debug
mount -t tracefs tracefs /sys/kernel/tracing
mount -t tmpfs tmpfs /tmp
ip link set lo up
rmdir /host && ln -s share /host

finish()
{
	sync
	umount /share 2> /dev/null
	# Statuses above 126 do not fit.
	[ "$1" -le 126 ] || set -- 126
	# shellcheck disable=SC2059 # the format is the byte
	printf "\\$(printf '%03o' $(($1 + 1)))" |
		dd of=/dev/port bs=1 seek=244 count=1 2> /dev/null
	echo "<3>the debug-exit device did not stop the machine" > /dev/kmsg
	poweroff -f
}

network_up()
{
	modprobe -q virtio_net || return 0
	n=0
	while [ ! -e /sys/class/net/eth0 ] && [ $n -lt 50 ]; do
		usleep 100000
		n=$((n + 1))
	done
	ip link set eth0 up
	ip addr add 10.0.2.15/24 dev eth0
	ip route add default via 10.0.2.2
}

# shellcheck disable=SC2013 # words are wanted
for word in $(cat /proc/cmdline); do
	case $word in
	tb.run=*) run=${word#tb.run=} ;;
	esac
done

# shellcheck source=guest/kmemleak.sh
. /kmemleak.sh

if [ -d "/lib/modules/$(uname -r)" ]; then
	for module in virtio_pci 9pnet_virtio 9p; do
		modprobe -q $module
	done
	network_up
fi
if ! mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144,cache=none share /share; then
	echo "<3>no 9p share" > /dev/kmsg
	finish 125
fi
cd /share || finish 125
leaks_forget
sh "/share/$run/main" > "/share/$run/out" 2>&1
status=$?
leaks_report
cd / && finish $status
