#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# selftest.sh: shows that each runner fails when it should.
#
#   selftest.sh [GROUP...]   default: uml vm uml-debug qemu-debug kunit vectors check
#
#   uml, vm                  uml.sh and vm.sh: the script's status, a warning, a
#                            hang, a panic
#   uml-debug, qemu-debug    a use after the end, a leak, locks in either order,
#                            sleeping with a lock held, the FPU taken twice
#   kunit                    kunit.sh: a case that fails, warns, panics; no case
#   vectors                  a hex digit wrong in a vector: a KUnit case fails; in
#                            the power-on self-test: the module does not load
#   check                    check.sh: stages that fail, end badly, hang; it counts,
#                            and leaves nothing running
#
# Takes: badmod/, whose modules misbehave on demand, and badstage.sh, which does so as
# a stage; copies of the source tree.
# Gives: a line for each, with SMBSIGN_RESULTS set also there.  Every group first
# shows that what is well passes, so that no failure comes from somewhere else.

set -euo pipefail
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

GROUPS_ALL='uml vm uml-debug qemu-debug kunit vectors check'
BADMOD=$TESTBED/badmod
OUT=$LOGS/selftest

rc=0

# expect NAME STATUS COMMAND...: its output goes to OUT.NAME, which "saw" reads.
expect()
{
	local name=$1 want=$2 got=0
	shift 2

	output=$OUT.${name// /-}
	SMBSIGN_RESULTS=$output.results "$@" > "$output" 2>&1 < /dev/null || got=$?
	if [ "$got" -eq "$want" ]; then
		report pass "runners $name: status $want"
	else
		report fail "runners $name" "status $got, should be $want; output: $output"
		rc=1
	fi
}

# saw NAME REGEX: the last command's output must contain it.
saw()
{
	if grep -qE "$2" "$output"; then
		report pass "runners $1"
	else
		report fail "runners $1" "no '$2' in its output: $output"
		rc=1
	fi
}

# insert HOW: busybox's insmod ends with the error's number, kmod's with 1.
insert()
{
	printf 'insmod smbsign/smbsign.ko how=%s || exit 1; rmmod smbsign' "$1"
}

# statuses RUNNER NAME HANG-LIMIT: what any runner must do.
statuses()
{
	local run=("$TESTBED/$1" -k "$2" -d "$("$TESTBED/modules.sh" "$2" "$BADMOD")")

	expect "$2 good" 0 "${run[@]}" -- sh -c "$(insert nothing)"
	expect "$2 script's failure" 3 "${run[@]}" -- sh -c "$(insert nothing); exit 3"
	expect "$2 module refuses" 1 "${run[@]}" -- sh -c "$(insert refuse)"
	expect "$2 warning" $STATUS_COMPLAINT "${run[@]}" -- sh -c "$(insert warn)"
	expect "$2 hang" $STATUS_TIMEOUT "${run[@]}" -t "$3" -- sh -c "$(insert hang)"
	expect "$2 panic" $STATUS_DIED "${run[@]}" -- sh -c "$(insert panic)"
}

# misdeeds RUNNER NAME HOW...: what only a debug kernel sees.
misdeeds()
{
	local run=("$TESTBED/$1" -k "$2" -t 900 -d "$("$TESTBED/modules.sh" "$2" "$BADMOD")") name=$2 how
	shift 2

	expect "$name good" 0 "${run[@]}" -- sh -c "$(insert nothing)"
	for how; do
		expect "$name $how" $STATUS_COMPLAINT "${run[@]}" -- sh -c "$(insert "$how")"
		case $how in
		overrun) saw "$name KASAN saw it" 'BUG: KASAN: slab-out-of-bounds' ;;
		leak) saw "$name kmemleak saw it" 'kmemleak: [0-9]+ new suspected' ;;
		lock) saw "$name lockdep saw it" 'possible circular locking|lockdep' ;;
		sleep) saw "$name DEBUG_ATOMIC_SLEEP saw it" 'sleeping function called' ;;
		fpu) saw "$name X86_DEBUG_FPU saw it" 'WARNING: .*fpu' ;;
		esac
	done
}

group_uml()
{
	statuses uml.sh uml-6.12 10
}

group_vm()
{
	statuses vm.sh debian-6.12 25
}

group_uml_debug()
{
	misdeeds uml.sh uml-6.12-debug overrun leak lock sleep
}

group_qemu_debug()
{
	misdeeds vm.sh qemu-6.12-debug leak fpu
}

group_kunit()
{
	local run=("$TESTBED/kunit.sh" uml-6.12 -s "$BADMOD")

	expect "kunit good" 0 "${run[@]}" badmod_pass
	saw "kunit counts" ': 2 passed, 0 failed, 1 skipped of 1 suites \(3 parameters\)'
	expect "kunit case fails" 1 "${run[@]}" badmod_fail
	saw "kunit tells which" '^fail .*badmod_fail.test_fails'
	saw "kunit tells which parameter" '^fail .*test_param_fails: parameter number 2'
	expect "kunit case warns" $STATUS_COMPLAINT "${run[@]}" badmod_warn
	expect "kunit case panics" $STATUS_DIED "${run[@]}" badmod_panic
	saw "kunit tells which suite" '^fail .*badmod_panic: began and did not end'
	expect "kunit no case" 1 "${run[@]}" 'nothing*'
	# 6.1 knows no filter and runs all four.
	expect "kunit 6.1 case panics" $STATUS_DIED "$TESTBED/kunit.sh" uml-6.1 -s "$BADMOD"
	saw "kunit 6.1 counts" ': 5 passed, 3 failed, 1 skipped of 3 suites \(6 parameters\)'
}

# fresh_copy NAME: of what the modules are made of.
fresh_copy()
{
	copy=$BUILD/selftest/$1
	rm -rf "$copy"
	mkdir -p "$copy"
	cp -r "$ROOT"/{Kbuild,smbsign,include,kunit} "$copy"
}

group_vectors()
{
	local copy alg what n run

	fresh_copy whole
	run=("$TESTBED/uml.sh" -k uml-6.12 -d "$("$TESTBED/modules.sh" uml-6.12 "$copy")" --
		sh -c 'insmod smbsign/smbsign.ko || exit 1; unload smbsign')
	expect "vectors power-on self-test, whole" 0 "${run[@]}"
	for ((n = 1; n <= $("$TESTBED/break-vectors.py" count "$ROOT/smbsign/selftest.c"); n++)); do
		cp "$ROOT/smbsign/selftest.c" "$copy/smbsign/"
		what=$("$TESTBED/break-vectors.py" selftest "$copy/smbsign/selftest.c" $n)
		"$TESTBED/modules.sh" uml-6.12 "$copy" > /dev/null
		expect "vectors power-on self-test $n, $what, broken" 1 "${run[@]}"
		saw "vectors power-on self-test $n refuses to load" 'State not recoverable'
	done

	cp "$ROOT/smbsign/selftest.c" "$copy/smbsign/"
	# The suites about signing go over all captured messages, with each engine.
	run=("$TESTBED/kunit.sh" uml-6.12 -s "$copy" 'smbsign_sign*')
	expect "vectors KUnit, whole" 0 "${run[@]}"
	for alg in AES-GMAC AES-CMAC HMAC-SHA256 SMB1-MD5; do
		cp "$ROOT/kunit/vectors/smb-pdus.bin" "$copy/kunit/vectors/"
		"$TESTBED/break-vectors.py" pdus "$copy/kunit/vectors/smb-pdus.bin" $alg > /dev/null
		expect "vectors KUnit, $alg broken" 1 "${run[@]}"
		saw "vectors KUnit, $alg, a case fails" '^fail +uml-6.12 [^ ]+\.[^ ]+: '
	done
}

# gone NAME: what a stage left behind has been ended.
gone()
{
	expect "$1" 0 sh -c "! grep -qs sleep /proc/$(cat "$copy/left")/cmdline"
}

group_check()
{
	local copy=$BUILD/selftest/check run

	rm -rf "$copy"
	mkdir -p "$copy/tools/testbed"
	cp "$ROOT/tools/check.sh" "$copy/tools/"
	cp "$TESTBED/lib.sh" "$copy/tools/testbed/"
	cp "$TESTBED/badstage.sh" "$copy/tools/stage.sh"
	run=("$copy/tools/check.sh" -j 2)

	expect "check good" 0 "${run[@]}" lint uml
	saw "check counts" '^2 passed, 0 failed$'
	expect "check test fails" 1 "${run[@]}" fips lint
	saw "check counts the one that failed" '^2 passed, 1 failed$'
	saw "check shows the end of its log" '^    because of this$'
	expect "check shows nothing of a record" 1 grep -a 'is no text' "$output"
	expect "check stage ends badly" 1 "${run[@]}" lint uml fips wire
	saw "check counts the stage" '^3 passed, 2 failed$'
	saw "check tells which stage" '^  wire: ended with status 3'
	expect "check stage is killed" 1 "${run[@]}" uml package
	saw "check counts the killed stage" '^1 passed, 1 failed$'
	gone "check ends what the killed stage left"
	expect "check nothing ran" 1 "${run[@]}" debian mitm
	saw "check counts nothing" '^0 passed, 0 failed$'
	expect "check interrupted" 130 timeout --preserve-status 2 "${run[@]}" cifs uml ksmbd
	gone "check interrupted, ends what a stage left"
	expect "check one at a time, interrupted" 130 timeout --preserve-status 2 "${run[@]}" -j 1 uml ksmbd
	gone "check one at a time, interrupted, ends what a stage left"
}

main()
{
	local group

	case ${1:-} in
	-h | --help) usage; exit 0 ;;
	esac
	# shellcheck disable=SC2086 # groups are words
	[ $# -gt 0 ] || set -- $GROUPS_ALL
	for group; do
		[[ " $GROUPS_ALL " = *" $group "* ]] || die "no group is called '$group'" "there are: $GROUPS_ALL"
	done
	mkdir -p "$LOGS"
	for group; do
		"group_${group//-/_}"
	done
	return $rc
}

main "$@"
