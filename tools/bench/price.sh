#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# price.sh: what signing costs an application: cifs.ko to ksmbd.ko by loopback.
#
#   price.sh [-b BOOTS] [-r ROUNDS] [-n] [GUEST...]
#
#   -b    how often each guest is booted, default 3
#   -r    samples of each load in each boot, default 12
#   -n    only print: leave Documentation/performance as it is
#   GUEST of testbed/guest/price.sh, default all
#
# Boots User Mode Linux, pinned to one processor, on which client, server and
# application share their time.  A guest mounts its share unsigned, and once for
# each way to sign, and the loads take turns on the mounts: what is compared is
# measured within a second, in one guest.  Prints a table, and writes
# Documentation/performance/price.csv and price.svg (price.py).  Takes about 5
# minutes, and longer the first time.

set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../testbed/lib.sh"

KERNEL=uml-6.12-smb
GUESTS=(stock dropin smbsign)

boots=3 rounds=12 write=yes

parse_options()
{
	local opt

	[ "${1:-}" != --help ] || { usage; exit 0; }
	while getopts b:r:nh opt; do
		case $opt in
		b) boots=$OPTARG ;;
		r) rounds=$OPTARG ;;
		n) write=no ;;
		h) usage; exit 0 ;;
		*) exit 2 ;;
		esac
	done
	shift $((OPTIND - 1))
	[ $# -eq 0 ] || GUESTS=("$@")
}

# The kernel's own modules, as modprobe finds them
put_modules()
{
	local tree release dir

	tree=$("$TESTBED/kernels.sh" path $KERNEL)
	release=$("$TESTBED/kernels.sh" release $KERNEL)
	dir=$share/lib/modules/$release
	mkdir -p "$dir/kernel"
	find "$tree" -name '*.ko' ! -name cifs.ko ! -name ksmbd.ko -exec cp {} "$dir/kernel/" \;
	cp "$tree"/modules.{builtin,builtin.modinfo,order} "$dir/"
	depmod -b "$share" "$release"
}

# ksmbd.tools with its libraries, and how it comes to UTF-16
put_tools()
{
	mkdir -p "$share/ksmbd"
	cp -r "$1"/{ksmbd.tools,lib,gconv} "$share/ksmbd/"
}

# put_smb DIR [OPTION]: cifs.ko and ksmbd.ko as smb.sh builds them
put_smb()
{
	local dir=$1 built
	shift

	built=$("$here/../consumers/smb.sh" $KERNEL "$@")
	mkdir -p "$dir"
	cp "$built"/{cifs,ksmbd}.ko "$dir/"
}

prepare()
{
	share=$("$TESTBED/modules.sh" $KERNEL)
	put_smb "$share/patched"
	put_smb "$share/stock" -s
	"$TESTBED/x86drivers.sh" $KERNEL > /dev/null
	put_modules
	put_tools "$("$TESTBED/trixie.sh" ksmbd-tools)"
	gcc -O2 -Wall -Wextra -Werror -static -o "$share/load" "$here/price/load.c"
}

# The last processor, for the first one has most of the interrupts; and before
# all others that want it, if that is allowed.
run_guest()
{
	local guest=$1 out=$LOGS/price-$1.out first=()

	! chrt -f 1 true 2> /dev/null || first=(chrt -f 1)
	"${first[@]}" taskset -c $(($(nproc) - 1)) "$TESTBED/uml.sh" -k $KERNEL -m 1024 -t 300 -d "$share" \
		-l "$LOGS/price-$guest.log" "$TESTBED/guest/price.sh" "$guest" "$rounds" > "$out" 2>&1 ||
		{ tail -n 20 "$out" >&2; die "$guest failed" "output: $out; kernel: ${out%.out}.log"; }
	sed -n "s/^load /sample $guest-$boot /p" "$out" >> "$samples"
}

measure()
{
	local boot guest

	for ((boot = 0; boot < boots; boot++)); do
		for guest in "${GUESTS[@]}"; do
			run_guest "$guest"
		done
	done
}

main()
{
	local share samples

	parse_options "$@"
	mkdir -p "$LOGS"
	samples=$LOGS/price.samples
	prepare
	printf 'cpu %s\n' "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" > "$samples"
	step "measuring ${#GUESTS[@]} guests, $boots times $rounds rounds" "$LOGS/price.log" - measure
	if [ $write = yes ]; then
		"$here/price.py" "$samples" --write "$ROOT/Documentation/performance"
	else
		"$here/price.py" "$samples"
	fi
}

main "$@"
