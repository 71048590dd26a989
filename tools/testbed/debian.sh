#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# debian.sh: tests smbsign.ko on Debian's own, unmodified kernel.
#
#   debian.sh NAME [-c PROCESSORS] [-s SRCDIR]
#
#   NAME  debian-6.12 or debian-6.1
#   -c    number of processors of the guest, default 2
#   -s    another source tree than this checkout
#
# Takes: a source tree, tools/afalg, Samba.  Builds the module and
#   afalg   runs the vectors through AF_ALG, with either engine
#   cifs    mounts a share of a Samba server that insists on signing, with the
#           kernel's own cifs.ko, which signs SMB 3 with the drop-in
# Gives: what passed and failed, with SMBSIGN_RESULTS set also there.

set -euo pipefail
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

# Dialects as the guest says them, and what Samba must say that it negotiated.
MOUNTS='3.1.1=SMB3_11,AES-128-CMAC 3.0=SMB3_00,AES-128-CMAC 2.1=SMB2_10,HMAC-SHA256'

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
}

# guest TEST SCRIPT [ARGUMENTS]: its output in OUT, its status and one result.
guest()
{
	local test=$1 rc=0
	shift

	out=$LOGS/$name-$test.out
	"$TESTBED/vm.sh" -k "$name" -c "$cpus" -t 600 -d "$dir" -l "$LOGS/$name-$test.log" "$@" > "$out" || rc=$?
	if [ $rc -ne 0 ]; then
		tail -n 30 "$out" >&2
		report fail "$name $test" "the guest ended with status $rc; its output: $out; kernel: ${out%.out}.log"
	else
		report pass "$name $test"
	fi
	return $rc
}

# The lines "ok N - what" and "not ok N - what" under "# engine E".
report_tap()
{
	local line engine='' ran=0

	while read -r line; do
		case $line in
		'# engine '*) engine=${line##* } ;;
		'ok '*)
			result pass "$name afalg $engine ${line#* - }"
			ran=$((ran + 1))
			;;
		'not ok '*)
			report fail "$name afalg $engine ${line#* - }"
			ran=$((ran + 1))
			;;
		esac
	done < "$out"
	say "$name: $ran results of afalg; output: $out"
	[ $ran -gt 0 ] || report fail "$name afalg" "it gave no results; output: $out"
	[ $ran -gt 0 ]
}

test_afalg()
{
	local rc=0

	make -s -C "$ROOT/tools/afalg" >&2
	install "$ROOT/tools/afalg/afalg" "$dir/afalg"
	guest afalg "$TESTBED/guest/afalg.sh" || rc=$?
	report_tap || rc=1
	return $rc
}

test_cifs()
{
	local port rc=0 mount dialect negotiated by

	samba=$BUILD/samba-$name
	port=$("$TESTBED/samba.sh" port)
	if ! "$TESTBED/samba.sh" start "$samba" "$port" || ! "$TESTBED/samba.sh" watch "$samba"; then
		report fail "$name cifs" "Samba did not start"
		return 1
	fi
	# shellcheck disable=SC2046 # one word a dialect
	guest cifs "$TESTBED/guest/cifs.sh" "$port" $(sed -E 's/=[^ ]*//g' <<< "$MOUNTS") || rc=$?
	negotiated=$("$TESTBED/samba.sh" signing "$samba")
	"$TESTBED/samba.sh" stop "$samba"
	for mount in $MOUNTS; do
		dialect=${mount%%=*} mount=${mount#*=} by=''
		[ "${mount#*,}" != AES-128-CMAC ] || by=', cmac-aes-smbsign in use'
		if grep -q "^mount $dialect: .* equal$by" "$out" && grep -qx "${mount/,/ }" <<< "$negotiated"; then
			report pass "$name cifs $dialect, Samba says ${mount/,/ }$by"
		else
			report fail "$name cifs $dialect" "no signed mount by ${mount/,/ }$by; output: $out; Samba: $samba/log"
			rc=1
		fi
	done
	return $rc
}

main()
{
	local dir out rc=0

	parse_options "$@"
	trap cleanup EXIT
	trap 'exit 130' INT TERM
	mkdir -p "$LOGS"
	dir=$("$TESTBED/modules.sh" "$name" ${src:+"$src"})
	test_afalg || rc=1
	test_cifs || rc=1
	return $rc
}

main "$@"
