#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# In the guest: mounts a share with the kernel's own cifs.ko while smbsign.ko is
# loaded, writes a file through it and reads it back.
#
#   cifs.sh PORT [DIALECT...]   default 3.1.1 3.0 2.1; the server is samba.sh's
#
# Gives: a line "mount DIALECT ..." for each with what cifs.ko says about it and
# "cmac-aes-smbsign in use" if somebody has the drop-in, and status 0 when every
# byte came back, smbsign.ko stayed while it was in use, and both modules left.

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

# How many transforms of the drop-in are in use; nothing if it is not offered.
dropin_users()
{
	awk -F' *: *' '
		$1 == "driver" { driver = $2 }
		$1 == "refcnt" && driver == "cmac-aes-smbsign" { print $2 - 1 }' /proc/crypto
}

# While the share is mounted: the drop-in keeps its module.  SMB 2 signs with
# HMAC-SHA256; what is in use then is a 3.x connection's that lingers.
check_dropin()
{
	by=''
	case $1-$(dropin_users) in
	2.* | *- | *-0) return ;;
	esac
	! rmmod smbsign 2> /dev/null || fail "$1: smbsign.ko left while cifs.ko used it"
	by=', cmac-aes-smbsign in use'
}

try()
{
	mount.cifs //10.0.2.2/test /mnt -o "$options,vers=$1" || fail "mount $1"
	dd if=/tmp/data of="/mnt/data-$1" bs=1M 2> /tmp/err || fail "write $1: $(cat /tmp/err)"
	sync
	got=$(sha256sum < "/mnt/data-$1") || fail "read $1"
	[ "$got" = "$sum" ] || fail "$1: what was read differs from what was written"
	state=$(debug_data)
	check_dropin "$1"
	umount /mnt || fail "umount $1"
	case $state in
	*signed) echo "mount $1: $state, $megabytes MiB written, read, equal$by" ;;
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
unload smbsign || fail "unload smbsign"
unload cifs || fail "unload cifs"
insmod /share/smbsign/smbsign.ko dropin=0 || fail "insmod smbsign.ko dropin=0"
[ -z "$(dropin_users)" ] || fail "the drop-in is there, though dropin=0"
unload smbsign || fail "unload smbsign"
