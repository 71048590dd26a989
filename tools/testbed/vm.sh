#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm.sh: boots a real x86 kernel under QEMU, runs a script in it, powers off.
#
#   vm.sh [-k NAME] [-c PROCESSORS] [-t SECONDS] [-m MEGABYTES] [-l LOG]
#         [-a "KERNEL ARGUMENTS"] [-d DIR] [-p PORT:PORT] SCRIPT [ARGUMENTS] | -- COMMAND [ARGUMENTS]
#
#   -k  kernel of kernels.sh: debian-6.12 (default), debian-6.1, qemu-6.12-debug
#   -c  number of processors, default 1
#   -t  time limit, default 300
#   -m  memory, default 2048
#   -l  where to keep the kernel's log, default build/logs/NAME-<time>.log
#   -a  further arguments for the kernel's command line
#   -d  the folder that is /share in the guest, default build/NAME
#   -p  a port of the host's 127.0.0.1 and the TCP port of the guest that it leads to
#
# The script runs with /share as its folder under busybox; what "modules.sh NAME"
# builds is there as smbsign/smbsign.ko.  The host is 10.0.2.2 (Debian's kernels).
# Gives: the script's output on stdout, the kernel's in the log, and as status
# the script's own (up to 126), or
#   119  the kernel complained: WARNING, BUG, KASAN, lockdep, a leak, ... (lib.sh)
#   124  the time limit was reached
#   125  the guest died without reporting a status: a panic, a failed boot
# The processor is emulated (TCG), whether or not there is virtualisation: it is
# the same everywhere.  Needs no root.

set -euo pipefail
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=runner.sh
# shellcheck source-path=SCRIPTDIR source=runner.sh
. "$TESTBED/runner.sh"

name=debian-6.12 limit=300 cpus=1 forward=''

extra_option()
{
	case $1 in
	c) cpus=$2 ;;
	p)
		[[ $2 =~ ^[0-9]+:[0-9]+$ ]] || die "-p takes two ports, not '$2'"
		forward=,hostfwd=tcp:127.0.0.1:${2%:*}-:${2#*:}
		;;
	esac
}

cleanup()
{
	end_guest
	[ -z "$rundir" ] || rm -rf "$rundir"
}

# Processors take turns in one thread: with a thread for each, QEMU 7.2 lets one run
# into a breakpoint that another has taken out already ("Oops: int3"), wherever the
# kernel patches itself.  On two real processors, of which another guest has one, that
# is no slower.  On a busy machine the timer may seem dead when the kernel looks, and it
# panics; a virtual processor may stand still for longer than RCU likes.
boot()
{
	exec timeout -k 5 "$limit" qemu-system-x86_64 -nodefaults -no-user-config -no-reboot \
		-machine q35 -accel tcg,thread=single -cpu max -smp "$cpus" -m "${memory:-2048}" -display none \
		-kernel "$image" -initrd "$initrd" -append "console=ttyS0 panic=-1 oops=panic loglevel=7 no_timer_check \
rcupdate.rcu_cpu_stall_timeout=120 printk.devkmsg=on kunit.enable=1 rdinit=/init tb.run=${rundir##*/} $append" \
		-serial "file:$log" -device isa-debug-exit,iobase=0xf4,iosize=0x04 \
		-virtfs "local,path=$hostdir,mount_tag=share,security_model=none,multidevs=remap" \
		-netdev "user,id=net$forward" -device virtio-net-pci,netdev=net,romfile= \
		-device virtio-rng-pci < /dev/null
}

main()
{
	local image initrd start rc=0 timed_out=no status='' kind=qemu

	runner_options vm c:p: "$@"
	trap cleanup EXIT
	trap 'exit 130' INT TERM
	need qemu-system-x86_64 qemu
	image=$("$TESTBED/kernels.sh" image "$name")
	if [ -n "$K_CONFIGS" ]; then
		# The kernel's own drivers are not ours to fuzz: emulated and watched,
		# that takes minutes.  The last of two settings counts (-a).
		append="cryptomgr.noextratests=1 $append"
	else
		kind="debian $("$TESTBED/kernels.sh" release "$name")"
	fi
	# shellcheck disable=SC2086 # kind is one or two words
	initrd=$("$TESTBED/initramfs.sh" $kind)
	prepare_run
	write_main "${args[@]}" > "$rundir/main"

	start=$SECONDS
	run_guest || rc=$?
	[ $rc -ne 124 ] && [ $rc -ne 137 ] || [ $((SECONDS - start)) -lt "$limit" ] || timed_out=yes
	cat "$rundir/out" 2> /dev/null || true
	# The device makes QEMU end with (value << 1) | 1, and PID 1 writes status + 1;
	# 0 is a machine that went off by itself, 1 an error of QEMU's.
	if [ $timed_out = no ] && [ $rc -ge 3 ] && [ $((rc & 1)) -eq 1 ]; then
		status=$(((rc >> 1) - 1))
	fi
	verdict $timed_out "$status"
}

main "$@"
