#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# In the guest: smbsign.ko under fips=1.  MD5 must not be offered, the rest must
# work as always.
#
# Takes: afalg and a signed smbsign.ko in the working directory.

fail()
{
	echo "FAIL $*"
	dmesg | tail -n 20
	exit 1
}

[ "$(cat /proc/sys/crypto/fips_enabled)" = 1 ] || fail "this kernel is not in FIPS mode"
insmod smbsign/smbsign.ko || fail "insmod smbsign.ko"
dmesg | grep 'smbsign: version' | grep -q 'no smbsign(md5)' || fail "it does not say that MD5 is missing"
! grep -q 'smbsign(md5)' /proc/crypto || fail "smbsign(md5) is registered"
for transform in 'smbsign(gmac(aes))' 'smbsign(cmac(aes))' 'smbsign(hmac(sha256))'; do
	./afalg --only "$transform" kunit/vectors/smb-pdus.bin || fail "$transform"
done
./afalg --only 'smbsign(md5)' kunit/vectors/smb-pdus.bin && fail "smbsign(md5) can be used"
unload smbsign || fail "rmmod smbsign"
