#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# In the guest: loads smbsign.ko with each of its allocations failing in turn, and
# with each name taken that it could not register.
#
# Takes: a kernel with failslab; smbsign.ko, squatter.ko and insmod_nth in /share.
# Gives: status 0 if each of these loads failed with the error that it met, and
# left nothing behind.  Leaks are init's to find.
#
# The allocations of registering itself are spared: the crypto manager only warns
# if it has no memory to begin its test, and waits for it forever.

failslab=/sys/kernel/debug/failslab
enomem=12
eexist=17
never=1000000

fail()
{
	echo "FAIL $*"
	dmesg | tail -n 20
	exit 1
}

# load N [PARAMETER]: the N-th allocation fails.
load()
{
	allocs=$(/share/insmod_nth "$1" smbsign/smbsign.ko "${2:-}")
	rc=$?
}

# The drivers that it has registered, or that carry its name.  The list is read in parts,
# and an entry of the crypto API's own that leaves it meanwhile hides another.
drivers()
{
	before='' now=none
	until [ "$now" = "$before" ]; do
		before=$now
		now=$(grep '^driver.*smbsign' /proc/crypto | sort -u)
	done
	echo "$now"
}

# must_fail ERROR WHAT: with one name taken.
must_fail()
{
	[ $rc -eq "$1" ] || fail "$2: insmod ended with $rc, not $1"
	[ ! -e /sys/kernel/smbsign ] && [ ! -e /sys/module/smbsign ] || fail "$2: it left something in /sys"
	[ "$(grep -c '^driver.*smbsign' /proc/crypto)" -eq 1 ] || fail "$2: it left $(drivers)"
}

squat()
{
	insmod tools/testbed/squatter/squatter.ko driver="$1" || fail "insmod squatter.ko"
}

cd /share || exit 1
echo N > $failslab/ignore-gfp-wait || fail "this kernel has no failslab"
echo 0 > $failslab/verbose

load $never
[ $rc -eq 0 ] || fail "insmod ended with $rc"
all=$(drivers)
unload smbsign || fail "unload smbsign"

# Each allocation from a bit before init up to the first registration
load $never engine=none
first=$((allocs - 20))
squat smbsign-gmac-aes
load $never
last=$allocs
i=$first failures=0
while [ $i -le "$last" ]; do
	load $i
	case $rc in
	"$enomem") failures=$((failures + 1)) ;;
	"$eexist") ;;	# it did without
	*) fail "allocation $i: insmod ended with $rc" ;;
	esac
	must_fail $rc "allocation $i"
	i=$((i + 1))
done
unload squatter || fail "unload squatter"
echo "$failures loads fail of those without one of $((last - first)) allocations"
[ $failures -gt 50 ] || fail "that is too few"

# Each registration
for name in smbsign-gmac-aes smbsign-cmac-aes smbsign-hmac-sha256 smbsign-md5 cmac-aes-smbsign; do
	case $all in
	*"$name"*) ;;
	*) continue ;;
	esac
	squat $name
	load $never
	must_fail $eexist "$name"
	unload squatter || fail "unload squatter"
	echo "$name: refused"
done

load $never
[ "$(drivers)" = "$all" ] || fail "in the end there is $(drivers), not $all"
unload smbsign || fail "unload smbsign"
