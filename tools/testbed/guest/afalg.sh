#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# In the guest: the vectors through AF_ALG, with either engine.
#
# Takes: /share/afalg, the static program of tools/afalg/, and smbsign.ko.
# Gives: the program's output for each engine, and status 0 when it was content,
# the module came and went each time and the engine was the one asked for.

fail()
{
	echo "FAIL $*"
	dmesg | tail -n 20
	exit 1
}

# run ENGINE: "auto" is what a user gets without parameters.
run()
{
	set -- "$1" "$([ "$1" = auto ] || echo "engine=$1")"
	echo "# engine $1"
	# shellcheck disable=SC2086 # no parameter is no word
	insmod /share/smbsign/smbsign.ko $2 || fail "insmod smbsign.ko $2"
	dmesg | grep 'smbsign: version' | tail -n 1
	/share/afalg /share/kunit/vectors/smb-pdus.bin || fail "afalg with engine $1: status $?"
	unload smbsign || fail "rmmod smbsign after engine $1"
}

for module in aesni_intel ghash_clmulni_intel sha256_ssse3 algif_hash; do
	modprobe $module || fail "modprobe $module"
done
run auto
run generic
