#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# kunit.sh: builds the modules for a kernel and runs their KUnit suites in it.
#
#   kunit.sh NAME [-x] [-D MACRO] [-s SRCDIR] [-t SECONDS] [SUITE-FILTER]
#
#   NAME  a kernel of kernels.sh that has KUnit: uml-* or qemu-*
#   -x    UML: with the processor's accelerated crypto drivers loaded
#   -D    with this macro defined as 1, for code that this kernel would leave out
#   -s    another source tree than this checkout
#   -t    time limit of the guest, default 600 (UML), 1200 (QEMU, 2 processors)
#   SUITE-FILTER  a glob; 6.1 ignores it for modules and runs every suite
#
# Gives: the number of cases passed, failed and skipped; the failed ones with the
# reason; with SMBSIGN_RESULTS set a line for each case there.  Fails when a case
# fails, none ran, a suite did not end, the kernel complained, or a module did
# not come or go.

set -euo pipefail
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

drivers='' macro='' src='' limit='' filter=''

parse_options()
{
	local opt

	case ${1:-} in
	-h | --help) usage; exit 0 ;;
	'' | -*) usage >&2; exit 2 ;;
	esac
	name=$1
	shift
	while getopts xD:s:t: opt; do
		case $opt in
		x) drivers=-x ;;
		D) macro=$OPTARG ;;
		s) src=$OPTARG ;;
		t) limit=$OPTARG ;;
		*) exit 2 ;;
		esac
	done
	shift $((OPTIND - 1))
	filter=${1:-}
	kernel_info "$name"
	[ -n "$K_CONFIGS" ] || die "$name has no KUnit" "Debian's kernels are built without it; use uml-* or qemu-*"
	[ -z "$drivers" ] || [ "$K_RUNNER" = uml ] || die "-x is for UML" "$name has its drivers built in"
}

run_guest()
{
	local opts=(-k "$name" -d "$dir" -l "$log" -a "${filter:+kunit.filter_glob=$filter}")

	if [ "$K_RUNNER" = uml ]; then
		"$TESTBED/uml.sh" "${opts[@]}" -t "${limit:-600}" $drivers "$TESTBED/guest/kunit.sh"
	else
		"$TESTBED/vm.sh" "${opts[@]}" -t "${limit:-1200}" -c 2 "$TESTBED/guest/kunit.sh"
	fi
}

# evaluate STATUS: prints and records what the log says; the verdict.
evaluate()
{
	local rc=$1 label=$name${drivers:+-x}${macro:+-$macro} results kind test why ran passed failed skipped params suites

	results=$(awk -f "$TESTBED/ktap.awk" "$log")
	read -r _ passed failed skipped params suites < <(grep '^count ' <<< "$results")
	while read -r kind test; do
		why=${test#"${test%%: *}"}
		case $kind in
		pass) result pass "$label ${test%%: *}" ;;
		fail) report fail "$label ${test%%: *}" "${why#: }" ;;
		skip) say "skip  $label $test" ;;
		esac
	done <<< "$results"
	ran=$((passed + failed))
	if [ "$rc" -ne 0 ]; then
		report fail "$label kunit" "the guest ended with status $rc; log: $log"
	elif [ "$ran" -eq 0 ]; then
		report fail "$label kunit" "no test case ran${filter:+ (filter $filter)}; log: $log"
		rc=1
	elif [ "$failed" -ne 0 ]; then
		rc=1
	fi
	say "$label: $passed passed, $failed failed, $skipped skipped of $suites suites ($params parameters); log: $log"
	return "$rc"
}

main()
{
	local dir log rc=0

	parse_options "$@"
	dir=$("$TESTBED/modules.sh" "$name" ${macro:+-D "$macro"} ${src:+"$src"})
	[ -f "$dir/kunit/smbsign_kunit.ko" ] || die "no kunit/smbsign_kunit.ko in $dir" "does kunit/Kbuild build it?"
	mkdir -p "$LOGS"
	log=$LOGS/kunit-$(basename "$dir")${drivers}.log
	run_guest || rc=$?
	evaluate $rc
}

main "$@"
