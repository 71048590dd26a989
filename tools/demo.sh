#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# demo.sh: smbsign's main job on real input, in a real kernel.
#
# Builds smbsign.ko for Debian's 6.12, boots that kernel in QEMU, signs and
# verifies captured SMB messages through the crypto API, and mounts a share of a
# Samba server that insists on signing, with stock cifs.ko beside the module.
#
# Takes: what testbed/setup.sh qemu installs.
# Gives: a table; status 1 if anything in it is not as it should be.

set -euo pipefail
. "$(dirname "$0")/testbed/lib.sh"

KERNEL=debian-6.12
out=$LOGS/demo.out
samba=$BUILD/samba-demo

cleanup()
{
	"$TESTBED/samba.sh" stop "$samba"
}

# section NAME: what the guest wrote under that heading.
section()
{
	awk -v want="@$1" '/^@/ { on = ($0 == want); next } on' "$out"
}

run_guest()
{
	local dir port

	dir=$("$TESTBED/modules.sh" $KERNEL)
	make -s -C "$ROOT/tools/afalg" >&2
	install "$ROOT/tools/afalg/afalg" "$TESTBED/guest/cifs.sh" "$dir"
	port=$("$TESTBED/samba.sh" port)
	"$TESTBED/samba.sh" start "$samba" "$port"
	"$TESTBED/samba.sh" watch "$samba"
	step "booting Debian's kernel in QEMU: messages through AF_ALG, mounts of Samba" "$out" - \
		"$TESTBED/vm.sh" -k $KERNEL -c 2 -d "$dir" -l "$LOGS/demo.log" "$TESTBED/guest/demo.sh" "$port"
}

show_mounts()
{
	local dialect algorithm negotiated

	negotiated=$("$TESTBED/samba.sh" signing "$samba")
	section mounts | sed -nE 's/^mount ([0-9.]+): .* (signed), (.*)/\1 \3/p' |
		while read -r dialect result; do
			case $dialect in
			3.1.1) algorithm=SMB3_11 ;;
			3.0) algorithm=SMB3_00 ;;
			*) algorithm=SMB2_10 ;;
			esac
			algorithm=$(sed -n "s/^$algorithm //p" <<< "$negotiated")
			[ -n "$algorithm" ] || { say "Samba knows of no signed session of $dialect"; exit 1; }
			printf '  %-9s%-14s%s\n' "$dialect" "$algorithm" "$result"
		done
}

show()
{
	echo
	echo "kernel   Linux $(section kernel), Debian's own, in QEMU"
	echo "smbsign  $(section engine)"
	echo
	section transforms
	echo
	echo "shares of a Samba server that requires signing, mounted by stock cifs.ko while"
	echo "smbsign is loaded; what Samba says was negotiated:"
	show_mounts
}

trap cleanup EXIT
trap 'exit 130' INT TERM
mkdir -p "$LOGS"
run_guest
show
