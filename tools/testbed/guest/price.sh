#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# In a User Mode Linux guest: cifs.ko and ksmbd.ko of one kernel, by loopback, under
# the loads of tools/bench/price/load.c.
#
#   price.sh WAY   one of
#
#     unsigned        stock modules, nothing is signed
#     stock-cmac      stock modules, the kernel's own drivers
#     dropin-cmac     stock modules, with cmac(aes) of smbsign.ko
#     smbsign-cmac    patched modules, AES-CMAC
#     smbsign-gmac    patched modules, AES-GMAC
#     smbsign-hmac    patched modules, HMAC-SHA256
#
# Takes: from /share what tools/bench/price.sh puts there: lib/modules, stock/ and
# patched/ with cifs.ko and ksmbd.ko, smbsign/smbsign.ko, ksmbd/ with ksmbd.tools
# and its libraries, load.
# Gives: the lines of load; status 0 if all of it worked and the mount was signed
# by the algorithm that WAY names, or unsigned.

way=$1
options=username=root,password=secret,vers=3.1.1,ip=127.0.0.1,port=445,cache=none

fail()
{
	echo "FAIL $way: $*"
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
	case $way in
	*-cmac | *-gmac | *-hmac)
		for m in /share/x86drivers/x86-simd.ko /share/x86drivers/x86-*.ko; do
			[ -n "$(grep -w "$(basename "$m" .ko | tr - _)" /proc/modules)" ] || insmod "$m" || fail "insmod $m"
		done
		;;
	esac
	case $way in
	smbsign-*) dir=patched; insmod /share/smbsign/smbsign.ko || fail "insmod smbsign.ko" ;;
	dropin-*) insmod /share/smbsign/smbsign.ko || fail "insmod smbsign.ko" ;;
	esac
	for m in nls_utf8 nls_ucs2_utils cifs_arc4 cifs_md4 dns_resolver netfs oid_registry asn1_decoder libdes crc32; do
		modprobe $m 2> /dev/null
	done
	insmod /share/$dir/cifs.ko && insmod /share/$dir/ksmbd.ko || fail "the modules of $dir do not load"
}

policy()
{
	case $way in
	smbsign-cmac) echo aes-cmac > /sys/kernel/smbsign/client/signing_algorithms ;;
	smbsign-gmac) echo aes-gmac > /sys/kernel/smbsign/client/signing_algorithms ;;
	smbsign-hmac) echo hmac-sha256 > /sys/kernel/smbsign/client/signing_algorithms ;;
	esac || fail "the policy does not take it"
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

mount_share()
{
	sec=ntlmsspi
	[ "$way" != unsigned ] || sec=ntlmssp
	mount -t cifs //127.0.0.1/test /mnt -o "$options,sec=$sec" || fail mount
	state=$(grep -oE 'Dialect 0x[0-9a-f]+( signed)?' /proc/fs/cifs/DebugData | head -n 1)
	case $way in
	unsigned) [ "$state" = 'Dialect 0x311' ] || fail "it is '$state'" ;;
	*) [ "$state" = 'Dialect 0x311 signed' ] || fail "it is '$state'" ;;
	esac
}

# What the way is named after did the work.
check_signed()
{
	case $way in
	dropin-cmac)
		awk '/^driver *: cmac-aes-smbsign/ { ours = 1 } ours && /^refcnt/ { print $3; exit }' /proc/crypto > /tmp/refs
		[ "$(cat /tmp/refs)" -gt 1 ] || fail "cmac-aes-smbsign is not in use"
		;;
	smbsign-*)
		signed=$(cat /sys/kernel/smbsign/stats/signed)
		[ "$signed" -gt 1000 ] || fail "smbsign signed $signed messages"
		grep -i "signing algorithm\|signed" /proc/fs/cifs/DebugData | head -n 3
		;;
	esac
}

modules
policy
server
mount_share
/share/load /mnt || fail "load"
check_signed
umount /mnt || fail "umount"
