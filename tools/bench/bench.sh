#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# bench.sh: what signing a PDU costs, beside what stock kernels do for it.
#
#   bench.sh [-r ROUNDS] [NAME]
#
#   -r    samples for each median, default 9
#   NAME  a kernel of testbed/kernels.sh, default uml-6.12: User Mode Linux runs at
#         the speed of this machine, with the processor's own crypto drivers
#
# Builds smbsign.ko and smbsign_bench.ko, loads them in a guest that is pinned to
# one processor, and prints a table for each algorithm.  Takes about 30 seconds,
# and longer the first time.  On a machine that is doing something else as well
# the large messages are measured worst.

set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../testbed/lib.sh"

rounds=9

parse_options()
{
	local opt

	[ "${1:-}" != --help ] || { usage; exit 0; }
	while getopts r:h opt; do
		case $opt in
		r) rounds=$OPTARG ;;
		h) usage; exit 0 ;;
		*) exit 2 ;;
		esac
	done
	shift $((OPTIND - 1))
	name=${1:-uml-6.12}
	kernel_info "$name"
}

# The last processor: the first one has most of the interrupts.
run_guest()
{
	local cpu=$(($(nproc) - 1)) share=$1
	local script='insmod /share/smbsign/smbsign.ko && insmod /share/tools/bench/smbsign_bench.ko rounds="$0" &&
		rmmod smbsign_bench && rmmod smbsign'
	local opts=(-k "$name" -t 300 -l "$kernel_log" -d "$share")

	if [ "$K_RUNNER" = uml ]; then
		"$TESTBED/x86drivers.sh" "$name" > /dev/null
		taskset -c "$cpu" "$TESTBED/uml.sh" "${opts[@]}" -x -- sh -c "$script" "$rounds"
	else
		"$TESTBED/vm.sh" "${opts[@]}" -- sh -c "for m in aesni_intel ghash_clmulni_intel sha256_ssse3 cmac hmac; do
			modprobe -q \$m; done; $script" "$rounds"
	fi
}

# The lines of smbsign_bench.ko
lines()
{
	tr -d '\r' < "$kernel_log" | sed -n 's/^.*smbsign_bench: //p'
}

explain()
{
	local mhz core

	mhz=$(lines | sed -n 's/^clock: \([0-9]*\) MHz/\1/p')
	core=$(lines | sed -n 's/^core: \([0-9]*\) percent.*/\1/p')
	cat <<-END
	smbsign $(sed -n 's/.*smbsign: version \([^,]*\),.*/\1/p' "$kernel_log") on $name, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)

	One PDU in its 64-byte header and one piece of data, medians of $rounds rounds in which
	all take turns.

	  cycles   of the time stamp counter, $mhz MHz, for one PDU${core:+
	           (times $((core / 100)).$(printf %02d $((core % 100))): cycles of the core, at the frequency that it runs at)}
	  /byte    the same for one byte of it
	  x        how many times faster than stock code in the same row
	  sign     smbsign_sign_kvec(); stock: setkey, init, update, final
	  verify   smbsign_verify_kvec(); stock as cifs.ko: allocates a transform as well,
	           which is not possible in softirq
	  batch    smbsign_batch(): $(sed -n 's/^#define BENCH_BATCH[^0-9]*//p' "$here/bench.h") PDUs with as many keys; stock: one after the other
	END
	if [ "$K_RUNNER" = uml ]; then
		printf '\nUnder User Mode Linux kernel_fpu_begin() and kernel_fpu_end() cost nothing.\n\n'
	else
		printf '\nThe processor is emulated: no real one is as fast, or as slow, at these.\n\n'
	fi
	lines | sed -n -e 's/^stock \(.*\): \(.*\)/  stock \1 is \2/p' -e 's/^engine \(.*\): \(.*\)/  engine \1 is \2/p'
}

# Lines such as "aes-cmac sign process 128 kernel: 540 cycles/PDU, 4.218
# cycles/byte, spread 3%, x0.89" become one row for each of the first four words.
tables()
{
	lines | awk '
		function size(n) {
			if (n >= 1048576) return n / 1048576 " MiB"
			return n >= 1024 ? n / 1024 " KiB" : n " B"
		}
		/^engine / { sub(":", "", $2); ways[++num] = $2 }
		/cycles\/PDU/ {
			sub(":", "", $5)
			row = $1 " " $2 " " $3 " " $4
			if (!(row in seen)) { seen[row] = 1; rows[++num_rows] = row }
			cycles[row, $5] = $6
			per_byte[row, $5] = $8
			ratio[row, $5] = $NF ~ /^x/ ? substr($NF, 2) : ""
		}
		function cell(row, way, is_stock) {
			if (!((row, way) in cycles))
				return sprintf("%11s %8s", "-", "-") (is_stock ? "" : "      -")
			return sprintf(per_byte[row, way] < 1 ? "%11d %8.3f" : "%11d %8.2f", \
				cycles[row, way], per_byte[row, way]) \
				(is_stock ? "" : sprintf(" %6s", ratio[row, way] ? ratio[row, way] : "-"))
		}
		function table(alg, stock, job,		i, j, w) {
			printf "\n%-24s%20s", alg, "stock " stock
			for (i = 1; i <= num; i++) printf "   %27s", ways[i]
			printf "\n%-24s%11s %8s", "", "cycles", "/byte"
			for (i = 1; i <= num; i++) printf "   %11s %8s %6s", "cycles", "/byte", "x"
			print ""
			for (j = 1; j <= num_rows; j++) {
				split(rows[j], w)
				if (w[1] != alg) continue
				printf "%-7s %7s %-8s%s", w[2], size(w[4]), w[3], cell(rows[j], "stock", 1)
				for (i = 1; i <= num; i++) printf "   %s", cell(rows[j], ways[i], 0)
				print ""
			}
		}
		END {
			table("aes-gmac", "aes-cmac")
			table("aes-cmac", "")
			table("hmac-sha256", "")
		}'
}

# Half of the samples within a tenth of the median is what a quiet machine gives.
warn_if_noisy()
{
	lines | awk '
		match($0, /spread [0-9]+/) { num++; if (substr($0, RSTART + 7, RLENGTH - 7) > 20) noisy++ }
		END { if (noisy > num / 20) printf "\nThe machine was busy: %d of %d medians are of samples that differ by more than 20 %%.\n", noisy, num }'
}

main()
{
	local dir kernel_log

	parse_options "$@"
	mkdir -p "$LOGS"
	kernel_log=$LOGS/bench.log
	dir=$("$TESTBED/modules.sh" "$name")
	"$here/../consumers/build.sh" "$name" "$here" > /dev/null
	step "measuring on $name, about 30 s" "$LOGS/bench.out" - run_guest "$dir"
	lines | grep -qx "done" || die "the benchmark did not come to its end" "kernel: $kernel_log"
	explain
	tables
	warn_if_noisy
}

main "$@"
