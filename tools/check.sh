#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# check.sh: runs the tests and counts them.
#
#   check.sh [-j N] [STAGE...]   default: all
#
#   -j   how many stages run side by side, default 2; 1 on a single processor.  With 1,
#        or one stage, what they say is seen as they say it, else when they end, and
#        until then in build/logs/check-STAGE.log
#
#   lint        lint.sh: the sources
#   uml         KUnit under User Mode Linux 6.12 and 6.1, with the generic engine
#               alone and with the processor's own drivers, and with data mapped
#               page by page
#   fips        under fips=1 MD5 is not offered, the rest works
#   uml-debug   KUnit under a 6.12 with KASAN, UBSAN, lockdep, kmemleak, and loads
#               that fail halfway
#   qemu-debug  KUnit under QEMU: two processors, X86_DEBUG_FPU, KASAN
#   debian      Debian's own kernels under QEMU: AF_ALG, cifs.ko and Samba, sysfs,
#               smbsignctl
#   package     smbsign-dkms and "make install" in a chroot
#   consumer    the example consumer, signing and verifying in softirq
#   cifs        the patched cifs.ko against Samba, and what was on the wire
#   ksmbd       the patched ksmbd.ko as a server of smbclient, impacket, libsmb2, smbtorture
#               and the patched cifs.ko; both modules as they are, with the drop-in
#   wire        the judge of recorded SMB traffic, on Samba and on spoiled records
#   mitm        an attacker between cifs.ko with smbsign and Samba, and between
#               smbclient and ksmbd.ko with smbsign
#   runners     the runners fail when they should
#
# Takes: what testbed/setup.sh installs.  Gives: what failed and where its log
# is, and as the last line "N passed, N failed"; status 1 if anything failed or
# nothing ran.

set -uo pipefail
. "$(dirname "$0")/testbed/lib.sh"

# In the order in which they start: the long ones first, so that the last end together.
STAGES=(cifs ksmbd runners debian mitm qemu-debug consumer package uml-debug uml lint fips wire)

jobs=$((JOBS < 2 ? JOBS : 2))
running=()		# stages by process
declare -A began	# and when each of them began

parse_options()
{
	local opt stage

	[ "${1:-}" != --help ] || { usage; exit 0; }
	while getopts j:h opt; do
		case $opt in
		j) jobs=$OPTARG ;;
		h) usage; exit 0 ;;
		*) exit 2 ;;
		esac
	done
	[[ $jobs =~ ^[1-9][0-9]*$ ]] || die "-j takes a number of stages, not '$jobs'"
	shift $((OPTIND - 1))
	[ $# -gt 0 ] || set -- "${STAGES[@]}"
	for stage; do
		[[ " ${STAGES[*]} " = *" $stage "* ]] || die "no stage is called '$stage'" "there are: ${STAGES[*]}"
	done
	wanted=" $* "
	[ $# -gt 1 ] || jobs=1
}

log_of()
{
	echo "$LOGS/check-$1.log"
}

results_of()
{
	echo "$LOGS/check-$1.results"
}

# start STAGE: as a group of processes, for end_group.
start()
{
	say "== $1"
	: > "$(results_of "$1")"
	: > "$(log_of "$1")"
	(
		[ "$jobs" -eq 1 ] || exec >> "$(log_of "$1")" 2>&1
		SMBSIGN_RESULTS=$(results_of "$1") exec setsid "$ROOT/tools/stage.sh" "$1" < /dev/null
	) &
	running[$!]=$1
	began[$1]=$SECONDS
}

# end_group PROCESS...: what is left of stages.  They get some time to stop what is in
# other groups, as Samba's servers are.
end_group()
{
	local pid i

	for pid; do
		kill -TERM -- "-$pid" 2> /dev/null
	done
	for pid; do
		for ((i = 0; i < 100; i++)); do
			kill -0 -- "-$pid" 2> /dev/null || break
			sleep 0.2
		done
		kill -KILL -- "-$pid" 2> /dev/null
	done
}

# finish PROCESS STATUS: of a stage.  One that ends badly without having said which
# test failed counts as one.
finish()
{
	local stage=${running[$1]} results

	unset "running[$1]"
	end_group "$1"
	results=$(results_of "$stage")
	[ "$jobs" -eq 1 ] || cat "$(log_of "$stage")" >&2
	if [ "$2" -ne 0 ] && ! grep -q '^fail ' "$results"; then
		SMBSIGN_RESULTS=$results report fail "$stage" "ended with status $2"
	fi
	say "== $stage: $(duration $((SECONDS - began[$stage])))"
}

# evidence FAILURE: of each file that it names, what a kernel complained of there or else
# its end, for who sees this output alone.
evidence()
{
	local file

	while read -r file; do
		grep -qI . -- "$file" 2> /dev/null || continue	# there is text in it
		{ complaints_in "$file" || tail -n 5 -- "$file"; } | cut -c 1-160 | sed 's/^/    /'
	done < <(grep -oE "$BUILD/[^ ;:]+" <<< "$1")
}

tell_failures()
{
	local line

	say "failed:"
	while read -r line; do
		say "  ${line#fail }"
		evidence "$line" >&2
	done < <(grep '^fail ' "$BUILD/results")
}

# Where those that run are at, for who waits
progress()
{
	local stage

	for stage in "${running[@]}"; do
		say "  ... $(duration $((SECONDS - began[$stage]))), $stage: $(tail -n 1 "$(log_of "$stage")" | cut -c 1-90)"
	done
}

# wait_for_one: until a stage has ended.
wait_for_one()
{
	local pid rc next=$((SECONDS + 60))

	while :; do
		for pid in "${!running[@]}"; do
			kill -0 "$pid" 2> /dev/null && continue
			wait "$pid"
			rc=$?
			finish "$pid" $rc
			return
		done
		sleep 0.5
		if [ "$jobs" -gt 1 ] && [ $SECONDS -ge $next ]; then
			progress
			next=$((SECONDS + 60))
		fi
	done
}

run_stages()
{
	local stage

	for stage in "${STAGES[@]}"; do
		[[ $wanted = *" $stage "* ]] || continue
		[ ${#running[@]} -lt "$jobs" ] || wait_for_one
		start "$stage"
		files+=("$(results_of "$stage")")
	done
	while [ ${#running[@]} -gt 0 ]; do
		wait_for_one
	done
	cat "${files[@]}" > "$BUILD/results"
}

main()
{
	local passed failed wanted files=()

	parse_options "$@"
	mkdir -p "$LOGS"
	trap 'end_group "${!running[@]}"' EXIT
	trap 'exit 130' INT TERM HUP
	run_stages
	passed=$(grep -c '^pass ' "$BUILD/results")
	failed=$(grep -c '^fail ' "$BUILD/results")
	[ "$failed" -eq 0 ] || tell_failures
	echo "$passed passed, $failed failed"
	[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}

main "$@"
