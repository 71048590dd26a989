#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# test.sh: tests the example consumer on one kernel.
#
#   test.sh NAME [-c PROCESSORS]
#
#   NAME  uml-6.12, uml-6.1, uml-6.12-debug, qemu-6.12-debug, debian-6.12, debian-6.1
#   -c    number of processors of a guest under QEMU, default 2
#
# Builds smbsign.ko, smbsign_example.ko and the client, loads the modules in a
# guest and plays sessions with the server: good, tampered, unsigned, malformed;
# byte by byte, pipelined, many at a time; and unloads it under load.
# Gives: what passed and failed, with SMBSIGN_RESULTS set also there.

set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../../testbed/lib.sh"

# As in gen-session.py; the port as in example.c
KEY=5ab0e7f00d2c3b4a69788796a5b4c3d2
PORT=4450

cpus=2

parse_options()
{
	local opt

	case ${1:-} in
	-h | --help) usage; exit 0 ;;
	'' | -*) usage >&2; exit 2 ;;
	esac
	name=$1
	shift
	while getopts c: opt; do
		case $opt in
		c) cpus=$OPTARG ;;
		*) exit 2 ;;
		esac
	done
	kernel_info "$name"
}

# prepare DIR: all that the guest needs; prints the spoiled case.
prepare()
{
	local share=$1/example built alg

	mkdir -p "$share"
	built=$("$here/../build.sh" "$name" "$here")
	cp "$built/smbsign_example.ko" "$TESTBED/guest/tap.sh" "$share/"
	gcc -static -O2 -Wall -Wextra -Werror '-D__packed=__attribute__((packed))' \
		-o "$share/client" "$here/client.c"
	for alg in aes-gmac aes-cmac hmac-sha256; do
		"$here/gen-session.py" $alg "$share/session-$alg"
	done
	"$here/gen-session.py" --not-required aes-gmac "$share/session-not-required"
	"$here/gen-session.py" --not-required --spoil aes-gmac "$share/session-spoiled"
}

run_guest()
{
	local opts=(-k "$name" -d "$1" -l "$log" -t 900)

	if [ "$K_RUNNER" = uml ]; then
		"$TESTBED/uml.sh" "${opts[@]}" "$TESTBED/guest/example.sh" "$KEY" $PORT "$spoiled"
	else
		"$TESTBED/vm.sh" "${opts[@]}" -c "$cpus" "$TESTBED/guest/example.sh" "$KEY" $PORT "$spoiled"
	fi
}

# The lines "ok [N] - what" and "not ok [N] - what" under "# run WHICH".
report_tap()
{
	local line which='' ran=0

	while read -r line; do
		case $line in
		'# run '*) which=${line#'# run '} ;;
		'ok '*)
			result pass "$name example $which: ${line#* - }"
			ran=$((ran + 1))
			;;
		'not ok '*)
			report fail "$name example $which: ${line#* - }"
			rc=1
			ran=$((ran + 1))
			;;
		esac
	done < "$out"
	say "$name: $ran results of the example; output: $out"
	[ $ran -gt 0 ] || rc=1
}

main()
{
	local dir log out spoiled rc=0

	parse_options "$@"
	dir=$("$TESTBED/modules.sh" "$name")
	spoiled=$(prepare "$dir")
	mkdir -p "$LOGS"
	log=$LOGS/$name-example.log
	out=$LOGS/$name-example.out
	run_guest "$dir" > "$out" || rc=$?
	if [ $rc -ne 0 ]; then
		tail -n 5 "$out" >&2
		report fail "$name example" "the guest ended with status $rc; its output: $out; kernel: $log"
	fi
	report_tap
	[ $rc -ne 0 ] || report pass "$name example"
	return $rc
}

main "$@"
