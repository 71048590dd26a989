# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034
#
# What uml.sh and vm.sh have in common; sourced by them after lib.sh.
#
# Gives: the parsed options (name, limit, memory, log, append, hostdir, args), the
# folder of a run, the script "main" in it that the guest's PID 1 executes, the
# guest as a process, and the verdict on how the run ended.

limit='' memory='' log='' append='' hostdir='' rundir='' guest='' args=()

# runner_options RUNNER EXTRA ARGUMENTS...: EXTRA are further getopts letters,
# given to the caller's function extra_option.
runner_options()
{
	local runner=$1 extra=$2 opt
	shift 2

	[ "${1:-}" != --help ] || { usage; exit 0; }
	while getopts "k:t:m:l:a:d:h$extra" opt; do
		case $opt in
		k) name=$OPTARG ;;
		t) limit=$OPTARG ;;
		m) memory=$OPTARG ;;
		l) log=$OPTARG ;;
		a) append=$OPTARG ;;
		d) hostdir=$OPTARG ;;
		h) usage; exit 0 ;;
		\?) exit 2 ;;
		*) extra_option "$opt" "${OPTARG:-}" ;;
		esac
	done
	args=("${@:OPTIND}")
	# getopts swallows the "--" that tells a command from a script.
	if [ "$OPTIND" -gt 1 ] && [ "${*:OPTIND-1:1}" = -- ]; then
		args=(-- "${args[@]}")
	fi
	[ ${#args[@]} -gt 0 ] || { usage >&2; exit 2; }
	[ "${args[0]}" = -- ] || [ -r "${args[0]}" ] || die "no such script: ${args[0]}"
	[[ $limit =~ ^[0-9]+$ ]] || die "-t takes seconds, not '$limit'"
	kernel_info "$name"
	[ "$K_RUNNER" = "$runner" ] || die "$name is not booted by $runner.sh" "use $K_RUNNER.sh"
}

# prepare_run: makes hostdir, log and rundir, the last to be removed by cleanup.
prepare_run()
{
	hostdir=${hostdir:-$BUILD/$name}
	mkdir -p "$hostdir" "$LOGS"
	hostdir=$(cd "$hostdir" && pwd)
	log=${log:-$LOGS/$name-$(date +%H%M%S)-$$.log}
	: > "$log"
	rundir=$(mktemp -d "$hostdir/run.XXXXXX")
}

# write_main ARGUMENTS: a script is copied, so that it may lie anywhere.
write_main()
{
	local arg

	if [ "$1" = -- ]; then
		shift
	else
		cp "$1" "$rundir/script"
		shift
		set -- sh "/share/${rundir##*/}/script" "$@"
	fi
	for arg; do
		printf "'%s' " "${arg//\'/\'\\\'\'}"
	done
	echo
}

# run_guest: what the caller's boot() becomes, until it ends; its status.  In the
# background, for the shell heeds no signal while it waits for a command.
run_guest()
{
	local rc=0

	boot &
	guest=$!
	wait "$guest" || rc=$?
	guest=''
	return $rc
}

# end_guest: for cleanup, if a signal has come; the guest's timeout passes it on.
end_guest()
{
	[ -n "$guest" ] || return 0
	kill "$guest" 2> /dev/null || true
	wait "$guest" || true
}

# verdict TIMED-OUT STATUS: TIMED-OUT is yes or no, STATUS the script's, empty if
# the guest did not report one.  Prints why, returns the runner's exit status.
verdict()
{
	local timed_out=$1 status=$2 me=${0##*/}

	if [ "$timed_out" = yes ]; then
		complaints_in "$log" >&2 || true
		say "$me: $name reached the time limit of $limit s; log: $log"
		return "$STATUS_TIMEOUT"
	elif [ -z "$status" ]; then
		complaints_in "$log" >&2 || tail -n 15 "$log" >&2
		say "$me: $name died without reporting a status; log: $log"
		return "$STATUS_DIED"
	elif complaints_in "$log" >&2; then
		say "$me: the kernel $name complained (script's status $status); log: $log"
		return "$STATUS_COMPLAINT"
	fi
	return "$status"
}
