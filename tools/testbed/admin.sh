#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# admin.sh: tests what the administrator sees, on Debian's own kernel.
#
#   admin.sh NAME [-c PROCESSORS] [-s SRCDIR] [sysfs|smbsignctl]...
#
#   NAME  debian-6.12 or debian-6.1
#   -c    number of processors of the guest, default 2
#   -s    another source tree than this checkout, for the module
#
#   sysfs       /sys/kernel/smbsign: values, permissions, parameters, events, lock,
#               eight writers and readers, unloading while in use
#   smbsignctl  the command with the real module, beside a mounted share
#
# Gives: what passed and failed, with SMBSIGN_RESULTS set also there.

set -euo pipefail
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

name='' cpus=2 src='' samba=''

cleanup()
{
	[ -z "$samba" ] || "$TESTBED/samba.sh" stop "$samba"
}

parse_options()
{
	local opt

	debian_argument "$@"
	shift
	while getopts c:s: opt; do
		case $opt in
		c) cpus=$OPTARG ;;
		s) src=$OPTARG ;;
		*) exit 2 ;;
		esac
	done
	shift $((OPTIND - 1))
	tests=("$@")
	[ $# -gt 0 ] || tests=(sysfs smbsignctl)
}

# guest TEST SCRIPT [ARGUMENTS]: its results, and one for how it ended.
guest()
{
	local test=$1 rc=0 line ran=0
	shift

	out=$LOGS/$name-$test.out
	# Sixteen busy processes on an emulated processor of a busy host stall for a
	# while, which is no fault of the kernel's.
	"$TESTBED/vm.sh" -k "$name" -c "$cpus" -t 900 -d "$dir" -l "$LOGS/$name-$test.log" \
		-a rcupdate.rcu_cpu_stall_timeout=300 "$@" > "$out" || rc=$?
	while read -r line; do
		case $line in
		'ok - '*) result pass "$name $test: ${line#ok - }" ;;
		'not ok - '*) report fail "$name $test: ${line#not ok - }" ;;
		*) continue ;;
		esac
		ran=$((ran + 1))
	done < "$out"
	say "$name $test: $ran results; output: $out"
	if [ $rc -ne 0 ] || [ $ran -eq 0 ]; then
		report fail "$name $test" "the guest ended with status $rc and $ran results; output: $out; kernel: ${out%.out}.log"
		return 1
	fi
	report pass "$name $test"
}

test_sysfs()
{
	sed -n 's,^What:[[:space:]]*/sys/kernel/smbsign/,,p' \
		"$ROOT/Documentation/ABI/testing/sysfs-kernel-smbsign" > "$dir/files"
	guest sysfs "$TESTBED/guest/sysfs.sh"
}

# perl with its libraries, which the guest's root does not have: "smbsignctl
# selftest" is perl's work.
copy_perl()
{
	local lib

	mkdir -p "$dir/perl"
	cp -L "$(command -v perl)" "$dir/perl/perl"
	for lib in $(ldd "$dir/perl/perl" | grep -o '/[^ )]*'); do
		cp -L "$lib" "$dir/perl/"
		case $lib in
		*/ld-linux*) cp -L "$lib" "$dir/perl/ld.so" ;;
		esac
	done
	for lib in strict warnings Config; do
		cp -L "$(perl -M$lib -e 'print $INC{shift() . ".pm"}' $lib)" "$dir/perl/"
	done
}

test_smbsignctl()
{
	local port rc=0

	rm -rf "$dir/smbsignctl"
	cp -r "$ROOT/tools/smbsignctl" "$dir/smbsignctl"
	copy_perl
	samba=$BUILD/samba-admin-$name
	port=$("$TESTBED/samba.sh" port)
	"$TESTBED/samba.sh" start "$samba" "$port"
	guest smbsignctl "$TESTBED/guest/smbsignctl.sh" "$port" || rc=$?
	"$TESTBED/samba.sh" stop "$samba"
	if python3 -m json.tool "$dir/status.json" > "$LOGS/$name-status.json"; then
		report pass "$name smbsignctl: status --json is JSON"
	else
		report fail "$name smbsignctl: status --json is JSON" "see $dir/status.json"
		rc=1
	fi
	return $rc
}

main()
{
	local dir out test rc=0

	parse_options "$@"
	trap cleanup EXIT
	trap 'exit 130' INT TERM
	mkdir -p "$LOGS"
	dir=$("$TESTBED/modules.sh" "$name" ${src:+"$src"})
	gcc -static -O2 -Wall -Wextra -Werror -o "$dir/nocap" "$TESTBED/nocap.c"
	take_over "$TESTBED/guest/tap.sh" "$dir"
	for test in "${tests[@]}"; do
		case $test in
		sysfs | smbsignctl) "test_$test" || rc=1 ;;
		*) die "no test is called '$test'" 'there are: sysfs smbsignctl' ;;
		esac
	done
	return $rc
}

main "$@"
