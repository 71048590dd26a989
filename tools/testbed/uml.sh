#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# uml.sh: boots a User Mode Linux kernel, runs a script in it, powers off.
#
#   uml.sh [-k NAME] [-t SECONDS] [-m MEGABYTES] [-x] [-l LOG] [-a "KERNEL ARGUMENTS"]
#          [-d DIR] SCRIPT [ARGUMENTS] | -- COMMAND [ARGUMENTS]
#
#   -k  kernel of kernels.sh, default uml-6.12
#   -t  time limit, default 300
#   -m  memory, default 512 (1024 on debug kernels)
#   -x  load the processor's accelerated crypto drivers first (x86drivers.sh; 6.12)
#   -l  where to keep the kernel's log, default build/logs/NAME-<time>.log
#   -a  further arguments for the kernel's command line
#   -d  the folder that is /share in the guest, default build/NAME
#
# The script runs with /share as its folder under busybox; what "modules.sh NAME"
# builds is there as smbsign/smbsign.ko and kunit/smbsign_kunit.ko.
# Gives: the script's output on stdout, the kernel's in the log, and as status
# the script's own, or
#   119  the kernel complained: WARNING, BUG, KASAN, lockdep, a leak, ... (lib.sh)
#   124  the time limit was reached
#   125  the guest died without reporting a status: a panic, a failed boot
# Needs no root, no network and no virtualisation.

set -euo pipefail
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=runner.sh
# shellcheck source-path=SCRIPTDIR source=runner.sh
. "$TESTBED/runner.sh"

name=uml-6.12 limit=300 drivers=0 scratch=''

extra_option()
{
	drivers=1
}

cleanup()
{
	end_guest
	[ -z "$scratch" ] || rm -rf "$scratch"
	[ -z "$rundir" ] || rm -rf "$rundir"
}

# The guest's memory is a file: where there is room for it and it may be mapped
# as code, preferably in memory.
scratch_dir()
{
	local dir need=$(((memory + 64) * 1024))

	for dir in /dev/shm "${TMPDIR:-/tmp}" "$CACHE"; do
		[ -w "$dir" ] || continue
		[ "$(df -Pk "$dir" | awk 'NR == 2 { print $4 }')" -gt "$need" ] || continue
		! findmnt -no OPTIONS -T "$dir" | grep -qw noexec || continue
		mktemp -d "$dir/smbsign-uml.XXXXXX"
		return
	done
	die "no folder with ${memory} MB free for the guest's memory" "looked at /dev/shm, ${TMPDIR:-/tmp}, $CACHE"
}

preload_library()
{
	local lib

	lib=$CACHE/tools/xstate-$(sha256sum < "$TESTBED/xstate_preload.c" | cut -c1-12).so
	if [ ! -f "$lib" ]; then
		mkdir -p "${lib%/*}"
		gcc -shared -fPIC -O2 -Wall -Werror -o "$lib.$$" "$TESTBED/xstate_preload.c"
		mv "$lib.$$" "$lib"
	fi
	printf '%s\n' "$lib"
}

# timeout is itself in the group that it kills, hence 137 for a guest that had to
# be killed; a panic ends UML by a signal.
boot()
{
	# shellcheck disable=SC2086 # append is words
	exec timeout -k 5 "$limit" env LD_PRELOAD="$preload" TMPDIR="$scratch" HOME="$scratch" \
		"$linux" mem="${memory}M" uml_dir="$scratch/" initrd="$initrd" rdinit=/init \
		con=null con0=null,fd:1 loglevel=7 panic=-1 printk.devkmsg=on kunit.enable=1 $append \
		tb.host="$hostdir" tb.run="${rundir##*/}" > "$log" 2>&1 < /dev/null
}

main()
{
	local linux initrd preload start rc=0 timed_out=no status

	runner_options uml x "$@"
	trap cleanup EXIT
	trap 'exit 130' INT TERM
	[ -n "$memory" ] || case $name in *-debug) memory=1024 ;; *) memory=512 ;; esac
	linux=$("$TESTBED/kernels.sh" image "$name")
	initrd=$("$TESTBED/initramfs.sh" uml)
	preload=$(preload_library)
	scratch=$(scratch_dir)
	prepare_run
	if [ $drivers -eq 1 ]; then
		"$TESTBED/x86drivers.sh" "$name" "$hostdir" > /dev/null
		cat "$TESTBED/x86drivers/load.sh" > "$rundir/main"
	fi
	write_main "${args[@]}" >> "$rundir/main"

	start=$SECONDS
	run_guest 2> /dev/null || rc=$?	# the shell would remark on a panic's signal
	[ $rc -ne 124 ] && [ $rc -ne 137 ] || [ $((SECONDS - start)) -lt "$limit" ] || timed_out=yes
	cat "$rundir/out" 2> /dev/null || true
	status=$(grep -aoE '@@EXIT [0-9]+' "$log" | tail -n 1 | cut -d' ' -f2) || true
	verdict $timed_out "$status"
}

main "$@"
