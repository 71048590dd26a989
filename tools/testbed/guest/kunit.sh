#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# In the guest: runs the KUnit suites by inserting them.  Their results are in
# the kernel's log, where kunit.sh reads them; the status tells only whether the
# modules came and went.

cd /share || exit 1
insmod smbsign/smbsign.ko || exit 1
insmod kunit/smbsign_kunit.ko || exit 1
rmmod smbsign_kunit || exit 1
unload smbsign || exit 1
