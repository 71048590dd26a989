#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# bench.sh: what signing a PDU costs, beside what the kernel and user-space
# libraries need for it.
#
#   bench.sh [-r ROUNDS] [-n] [NAME]
#
#   -r    samples for each median, default 9
#   -n    only print: leave Documentation/performance as it is
#   NAME  a kernel of testbed/kernels.sh, default uml-6.12: User Mode Linux runs at
#         the speed of this machine, with the processor's own crypto drivers
#
# Builds smbsign.ko, smbsign_bench.ko and, for the libraries whose headers are
# installed, peers; runs the two in turns in a guest that is pinned to one
# processor.  Prints a table for each algorithm, and writes
# Documentation/performance/signing.csv and the plots there (report.py).  Takes
# about 2 minutes, and longer the first time.  On a machine that is doing something
# else as well the large messages are measured worst.

set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../testbed/lib.sh"

rounds=9 write=yes

parse_options()
{
	local opt

	[ "${1:-}" != --help ] || { usage; exit 0; }
	while getopts r:nh opt; do
		case $opt in
		r) rounds=$OPTARG ;;
		n) write=no ;;
		h) usage; exit 0 ;;
		*) exit 2 ;;
		esac
	done
	shift $((OPTIND - 1))
	name=${1:-uml-6.12}
	kernel_info "$name"
}

# build_peers DIR: with the libraries and the loader, for the guest has none.
build_peers()
{
	local dir=$1 lib

	make -s -C "$here/peers" OUT="$dir" >&2
	for lib in $(ldd "$dir/peers" | grep -o '/[^ )]*'); do
		cp -L "$lib" "$dir/"
	done
}

# The last processor: the first one has most of the interrupts.
run_guest()
{
	local cpu=$(($(nproc) - 1)) share=$1
	# shellcheck disable=SC2016 # for the guest's shell
	local script='insmod /share/smbsign/smbsign.ko && for i in $(seq "$0"); do
		insmod /share/tools/bench/smbsign_bench.ko && rmmod smbsign_bench || exit 1
		[ ! -e /share/peers/peers ] || /share/peers/ld-linux-x86-64.so.2 --library-path /share/peers \
			/share/peers/peers || exit 1
	done; unload smbsign'
	local opts=(-k "$name" -t 900 -l "$kernel_log" -d "$share")

	if [ "$K_RUNNER" = uml ]; then
		"$TESTBED/x86drivers.sh" "$name" > /dev/null
		taskset -c "$cpu" "$TESTBED/uml.sh" "${opts[@]}" -x -- sh -c "$script" "$rounds"
	else
		"$TESTBED/vm.sh" "${opts[@]}" -- sh -c "for m in aesni_intel ghash_clmulni_intel sha256_ssse3 cmac hmac gcm; do
			modprobe -q \$m; done; $script" "$rounds"
	fi
}

# What both have printed
lines()
{
	{
		tr -d '\r' < "$kernel_log" | sed -n 's/^.*smbsign_bench: //p'
		grep '^sample ' "$LOGS/bench.out"
		printf 'cpu %s\n' "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)"
		printf 'version %s\n' "$(sed -n 's/.*smbsign: version \([^,]*\),.*/\1/p' "$kernel_log" | head -n 1)"
		printf 'kernel %s\n' "$name"
	}
}

main()
{
	local dir kernel_log

	parse_options "$@"
	mkdir -p "$LOGS"
	kernel_log=$LOGS/bench.log
	dir=$("$TESTBED/modules.sh" "$name")
	"$here/../consumers/build.sh" "$name" "$here" > /dev/null
	rm -rf "$dir/peers"
	[ "$K_RUNNER" != uml ] || build_peers "$dir/peers"
	step "measuring on $name, $rounds rounds" "$LOGS/bench.out" - run_guest "$dir"
	[ "$(lines | grep -cx "done")" -eq "$rounds" ] || die "the benchmark did not come to its end" "kernel: $kernel_log"
	lines > "$LOGS/bench.samples"
	if [ $write = yes ]; then
		"$here/report.py" "$LOGS/bench.samples" --write "$ROOT/Documentation/performance"
	else
		"$here/report.py" "$LOGS/bench.samples"
	fi
}

main "$@"
