# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034
#
# Shared by every script of the test bed; sourced, never run.
#
# Gives: the places (ROOT, TESTBED, CACHE, LOGS), logging to stderr, long steps
# with progress, the table of kernels, the one definition of what a kernel
# complaint looks like, and the machine-readable result lines.
#
# Environment: SMBSIGN_CACHE (kernel trees; default ~/.cache/smbsign),
# SMBSIGN_RESULTS (file to which pass/fail lines are appended; default none).

TESTBED=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT=$(cd "$TESTBED/../.." && pwd)
CACHE=${SMBSIGN_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/smbsign}
BUILD=$ROOT/build
LOGS=$BUILD/logs
JOBS=$(nproc)
PATH=$PATH:/usr/sbin:/sbin	# modprobe, depmod, smbd for those who are not root

# Exit statuses of the runners, beside the script's own.
STATUS_COMPLAINT=119	# the kernel complained in its log
STATUS_TIMEOUT=124	# the time limit was reached
STATUS_DIED=125		# the guest died without reporting: panic, failed boot

# What a kernel writes when something is wrong with it.  One alternative a line.
COMPLAINTS=(
	'WARNING:' '\bBUG:' 'kernel BUG at' '\bOops\b' 'Kernel panic' 'Call Trace:'
	'general protection fault' 'UBSAN:' 'KASAN:' 'KCSAN:' 'KFENCE:' 'ODEBUG:'
	'kmemleak: .*new suspected' 'kmemleak: .*(disabled|Cannot allocate)'
	'refcount_t:' 'list_(add|del) corruption' 'possible recursive'
	'INFO: .*(lockdep|hung|rcu|task .* blocked)' 'suspicious RCU' 'inconsistent lock'
	'detected stalls' 'self-detected stall' 'blocked for more than'
	'Bad FPU' 'stack guard page' 'unable to handle' 'scheduling while atomic'
	'sleeping function called' 'alg: .*[Ff]ail' 'alg: .*mismatch'
	'disagrees about version' 'Unknown symbol'
)

complaint_regex()
{
	local IFS='|'
	printf '%s\n' "${COMPLAINTS[*]}"
}

# complaints_in LOG: prints the complaints found (at most 10), fails if none.
complaints_in()
{
	local found

	found=$(grep -anE -m 10 "$(complaint_regex)" "$1") || return 1
	printf '%s\n' "$found"
}

say()
{
	printf '%s\n' "$*" >&2
}

# die MESSAGE...: what went wrong and what to do about it, one line each.
die()
{
	say "${0##*/}: error: $1"
	shift
	[ $# -eq 0 ] || printf '  %s\n' "$@" >&2
	exit 1
}

# usage: prints the header comment of the running script, for --help.
usage()
{
	awk 'NR > 2 { if (!/^#/) exit; sub(/^# ?/, ""); print }' "$0"
}

duration()
{
	local s=$1

	if [ "$s" -ge 60 ]; then
		printf '%dm%02ds' $((s / 60)) $((s % 60))
	else
		printf '%ds' "$s"
	fi
}

# count_objects LOG: how far a kernel build is, from its log.
count_objects()
{
	local n

	n=$(grep -cE '^ +(CC|AS)( \[M\])? ' "$1" 2> /dev/null) || n=0
	printf '%s objects compiled' "$n"
}

# step TITLE LOG PROGRESS COMMAND...
# Runs COMMAND with its output in LOG and tells what is going on: the title at
# once, every 15 seconds what "PROGRESS LOG" prints (- for nothing but the
# time), and the duration.  A failure shows the end of the log.
step()
{
	local title=$1 log=$2 progress=$3 start=$SECONDS pid next=15 rc=0 note
	shift 3

	mkdir -p "$(dirname "$log")"
	say "$title ..."
	"$@" > "$log" 2>&1 < /dev/null &
	pid=$!
	while kill -0 "$pid" 2> /dev/null; do
		sleep 0.2
		[ $((SECONDS - start)) -ge "$next" ] || continue
		next=$((next + 15))
		note=
		[ "$progress" = - ] || note=", $("$progress" "$log")"
		say "  ... $(duration $((SECONDS - start)))$note"
	done
	wait "$pid" || rc=$?
	if [ "$rc" -ne 0 ]; then
		tail -n 25 "$log" >&2
		say "$title: failed with status $rc after $(duration $((SECONDS - start))); log: $log"
		return "$rc"
	fi
	say "  done in $(duration $((SECONDS - start)))"
}

# result pass|fail NAME [WHY]: one line for the machine that counts.
result()
{
	[ -n "${SMBSIGN_RESULTS:-}" ] || return 0
	printf '%s %s%s\n' "$1" "$2" "${3:+: $3}" >> "$SMBSIGN_RESULTS"
}

# report pass|fail NAME [WHY]: the same for people as well.
report()
{
	printf '%s  %s%s\n' "$1" "$2" "${3:+: $3}" >&2
	result "$@"
}

# take_over FILE DIR: there at once or not at all, for another's guest may read it.
take_over()
{
	local to=$2/${1##*/}

	cmp -s "$1" "$to" && return
	cp "$1" "$to.$$"
	mv "$to.$$" "$to"
}

# need COMMAND VERB: a command that "setup.sh VERB" installs.
need()
{
	command -v "$1" > /dev/null && return
	die "$1 is not installed" "run: tools/testbed/setup.sh $2"
}

KERNELS=(uml-6.12 uml-6.1 uml-6.12-debug uml-6.12-fips uml-6.12-smb qemu-6.12-debug debian-6.12 debian-6.1)

# Benchmarks run under User Mode Linux, which is to cost what x86 does.  There a memcpy()
# of 16 bytes is two moves, and what is not aligned is read as it is; by itself User
# Mode Linux calls a function, and goes byte by byte.
AS_ON_X86='-fbuiltin -DCONFIG_HAVE_EFFICIENT_UNALIGNED_ACCESS=1'

# kernel_info NAME: sets
#   K_SERIES   6.1 or 6.12
#   K_RUNNER   uml or vm: which script boots it
#   K_ARCH     what make calls the architecture
#   K_CONFIGS  fragments in configs/, empty for Debian's own kernels
#   K_OBJECTS  about how many objects a build compiles, for the progress line
#   K_KCFLAGS  extra compiler flags for kernel and modules
#   K_INCLUDE  a header of this folder that smbsign's modules begin with, or empty
kernel_info()
{
	K_RUNNER=uml K_ARCH=um K_KCFLAGS='' K_CONFIGS='' K_OBJECTS=0 K_INCLUDE=''
	case $1 in
	*-6.1 | *-6.1-*) K_SERIES=6.1 ;;
	*-6.12 | *-6.12-*) K_SERIES=6.12 ;;
	esac
	case $1 in
	uml-6.12)
		K_CONFIGS='base uml native' K_OBJECTS=680
		K_KCFLAGS=$AS_ON_X86 K_INCLUDE=percpu_x86.h
		;;
	uml-6.1)
		K_CONFIGS='base uml native' K_OBJECTS=650
		# Its Makefile lets gcc use SSE in C, with no one saving the registers.
		K_KCFLAGS='-mno-sse -mno-mmx -mno-sse2 -mno-3dnow -mno-avx'
		;;
	uml-6.12-debug) K_CONFIGS='base uml debug uml-debug' K_OBJECTS=700 ;;
	uml-6.12-fips) K_CONFIGS='base uml native fips' K_OBJECTS=720 ;;
	uml-6.12-smb)
		K_CONFIGS='base uml native smb' K_OBJECTS=800
		K_KCFLAGS=$AS_ON_X86 K_INCLUDE=percpu_x86.h
		;;
	qemu-6.12-debug) K_RUNNER=vm K_ARCH=x86 K_CONFIGS='base qemu debug qemu-debug' K_OBJECTS=1210 ;;
	debian-6.1 | debian-6.12) K_RUNNER=vm K_ARCH=x86 ;;
	*) die "no kernel is called '$1'" "there are: ${KERNELS[*]}" ;;
	esac
}

# debian_argument [ARGUMENT]: of a script whose first argument is one of Debian's
# own kernels; sets name, and what kernel_info sets.
debian_argument()
{
	case ${1:-} in
	-h | --help) usage; exit 0 ;;
	debian-*) name=$1 ;;
	*) usage >&2; exit 2 ;;
	esac
	kernel_info "$name"
}
