#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# In a User Mode Linux guest: cifs.ko and ksmbd.ko of one kernel, by loopback, under
# the loads of tools/bench/price/load.c, on a share that is mounted once for each way
# to sign it, by a connection of its own.
#
#   price.sh GUEST ROUNDS   GUEST is one of
#
#     stock     stock modules, the kernel's own drivers: unsigned, stock-cmac
#     dropin    stock modules, with cmac(aes) of smbsign.ko: unsigned, dropin-cmac
#     smbsign   patched modules: unsigned, smbsign-hmac, smbsign-cmac, smbsign-gmac
#
# Takes: from /share what tools/bench/price.sh puts there: lib/modules, stock/ and
# patched/ with cifs.ko and ksmbd.ko, smbsign/smbsign.ko, ksmbd/ with ksmbd.tools
# and its libraries, load.
# Gives: the lines of load; status 0 if all of it worked and each mount was signed
# by the algorithm that its way names, or unsigned.

guest=$1 rounds=$2
options=username=root,password=secret,vers=3.1.1,ip=127.0.0.1,port=445,cache=none,nosharesock
mounts=''

fail()
{
	echo "FAIL $guest: $*"
	dmesg | tail -n 30
	cat /tmp/mountd 2> /dev/null
	exit 1
}

tool()
{
	GCONV_PATH=/share/ksmbd/gconv /share/ksmbd/lib/ld-linux-x86-64.so.2 --library-path /share/ksmbd/lib \
		--argv0 "$@"
}

modules()
{
	dir=stock
	mkdir -p /lib/modules
	ln -s /share/lib/modules/"$(uname -r)" /lib/modules/"$(uname -r)"
	for m in /share/x86drivers/x86-simd.ko /share/x86drivers/x86-*.ko; do
		[ -n "$(grep -w "$(basename "$m" .ko | tr - _)" /proc/modules)" ] || insmod "$m" || fail "insmod $m"
	done
	[ $guest = stock ] || insmod /share/smbsign/smbsign.ko || fail "insmod smbsign.ko"
	[ $guest != smbsign ] || dir=patched
	for m in nls_utf8 nls_ucs2_utils cifs_arc4 cifs_md4 dns_resolver netfs oid_registry asn1_decoder libdes crc32; do
		modprobe $m 2> /dev/null
	done
	insmod /share/$dir/cifs.ko && insmod /share/$dir/ksmbd.ko || fail "the modules of $dir do not load"
}

# policy NAME VALUE
policy()
{
	[ $guest != smbsign ] || echo "$2" > "/sys/kernel/smbsign/$1" || fail "the policy does not take $2"
}

server()
{
	n=0
	mkdir -p /srv /run /var/run /etc/ksmbd
	mount -t tmpfs -o size=512m tmpfs /srv
	cat > /etc/ksmbd/ksmbd.conf <<- END
		[global]
			server signing = auto
			tcp port = 445
		[test]
			path = /srv
			read only = no
	END
	tool ksmbd.adduser /share/ksmbd/ksmbd.tools -a -p secret -P /etc/ksmbd/ksmbdpwd.db root > /tmp/mountd 2>&1 ||
		fail adduser
	tool ksmbd.mountd /share/ksmbd/ksmbd.tools -C /etc/ksmbd/ksmbd.conf -P /etc/ksmbd/ksmbdpwd.db -n > /tmp/mountd 2>&1 &
	until netstat -ltn 2> /dev/null | grep -q ':445 '; do
		n=$((n + 1))
		[ $n -lt 100 ] || fail "ksmbd does not listen"
		usleep 100000
	done
}

# How many connections of cifs.ko are signed
num_signed()
{
	grep -cE 'Dialect 0x311 signed' /proc/fs/cifs/DebugData
}

# mount_share WAY [ALGORITHM]: signed with it, or not at all
mount_share()
{
	before=$(num_signed)
	sec=ntlmsspi expected=$((before + 1))
	[ "$1" != unsigned ] || sec=ntlmssp expected=$before
	[ -z "$2" ] || policy client/signing_algorithms "$2"
	mkdir -p "/mnt/$1"
	mount -t cifs //127.0.0.1/test "/mnt/$1" -o "$options,sec=$sec" || fail "mount $1"
	[ "$(num_signed)" = $expected ] || fail "$1: $(num_signed) mounts are signed, not $expected"
	mounts="$mounts /mnt/$1"
}

mount_shares()
{
	policy client/require_security_signature 0
	policy server/require_security_signature 0
	mount_share unsigned
	case $guest in
	stock) mount_share stock-cmac ;;
	dropin) mount_share dropin-cmac ;;
	smbsign)
		mount_share smbsign-hmac hmac-sha256
		mount_share smbsign-cmac aes-cmac
		mount_share smbsign-gmac aes-gmac
		;;
	esac
}

# What the ways are named after did the work.
check_signed()
{
	case $guest in
	dropin)
		awk '/^driver *: cmac-aes-smbsign/ { ours = 1 } ours && /^refcnt/ { print $3; exit }' /proc/crypto > /tmp/refs
		[ "$(cat /tmp/refs)" -gt 1 ] || fail "cmac-aes-smbsign is not in use"
		;;
	smbsign)
		for alg in AES-GMAC AES-CMAC HMAC-SHA256; do
			grep -q "$alg" /proc/fs/cifs/DebugData || fail "no mount is signed with $alg"
		done
		signed=$(cat /sys/kernel/smbsign/stats/signed)
		[ "$signed" -gt 1000 ] || fail "smbsign signed $signed messages"
		;;
	esac
}

modules
server
mount_shares
# shellcheck disable=SC2086
/share/load "$rounds" $mounts || fail "load"
check_signed
# shellcheck disable=SC2086
umount $mounts || fail "umount"
