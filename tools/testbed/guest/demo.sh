#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# In the guest, for demo.sh: loads smbsign.ko, signs and verifies the captured
# messages through AF_ALG, then mounts a share.
#
#   demo.sh PORT   of samba.sh; afalg and cifs.sh are in /share
#
# Gives: sections headed "@NAME" for demo.sh to read; status 0 if all went well.

for module in aesni_intel ghash_clmulni_intel sha256_ssse3 algif_hash; do
	modprobe $module || exit 1
done
echo @kernel
uname -r
insmod /share/smbsign/smbsign.ko || exit 1
echo @engine
dmesg | sed -n 's/.*smbsign: version/version/p' | tail -n 1
echo @transforms
/share/afalg --table /share/kunit/vectors/smb-pdus.bin || exit 1
unload smbsign || exit 1
echo @mounts
sh /share/cifs.sh "$1"
