#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# In the guest: mounts a share with the kernel's own cifs.ko while smbsign.ko is
# loaded, writes a file through it and reads it back.
#
#   cifs.sh PORT [DIALECT...]   default 3.1.1 3.0 2.1; the server is samba.sh's
#
# Gives: a line "mount DIALECT ..." for each with what cifs.ko says about it, and
# status 0 when every byte came back and both modules left.

port=$1
shift
[ $# -gt 0 ] || set -- 3.1.1 3.0 2.1
megabytes=16
options=port=$port,username=smbsign,password=smbsign,sec=ntlmsspi,cache=none,nosharesock

fail()
{
	echo "FAIL $*"
	dmesg | tail -n 20
	exit 1
}

# What it says of the first server: dialect and signing of the connection.
debug_data()
{
	grep -oE 'Dialect 0x[0-9a-f]+( signed)?' /proc/fs/cifs/DebugData | head -n 1
}

try()
{
	mount.cifs //10.0.2.2/test /mnt -o "$options,vers=$1" || fail "mount $1"
	dd if=/tmp/data of="/mnt/data-$1" bs=1M 2> /tmp/err || fail "write $1: $(cat /tmp/err)"
	sync
	got=$(sha256sum < "/mnt/data-$1") || fail "read $1"
	[ "$got" = "$sum" ] || fail "$1: what was read differs from what was written"
	state=$(debug_data)
	umount /mnt || fail "umount $1"
	case $state in
	*signed) echo "mount $1: $state, $megabytes MiB written, read, equal" ;;
	*) fail "$1 is not signed: '$state'" ;;
	esac
}

dd if=/dev/urandom of=/tmp/data bs=1M count=$megabytes 2> /dev/null
sum=$(sha256sum < /tmp/data)
modprobe aesni_intel
modprobe sha256_ssse3
insmod /share/smbsign/smbsign.ko || fail "insmod smbsign.ko"
modprobe cifs || fail "modprobe cifs"
for dialect; do
	try "$dialect"
done
rmmod smbsign || fail "rmmod smbsign"

# The threads of the last connection take a while to go.
n=0
until rmmod cifs 2> /tmp/err; do
	n=$((n + 1))
	[ $n -lt 20 ] || fail "$(cat /tmp/err)"
	sleep 1
done
