#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# x86drivers.sh: the x86 crypto drivers of a kernel's source for User Mode Linux.
#
#   x86drivers.sh NAME [HOSTDIR]
#
# Takes: a uml-6.12* kernel of kernels.sh, and the unpacked source it was built from.
# Gives: aesni, ghash-clmulni, sha256 and their helper as modules in
# HOSTDIR/x86drivers/ (default build/NAME), and that folder on stdout.  With them
# the guest computes as fast as the host's kernel does: UML's own crypto is the
# plain C.  "uml.sh -x" calls this and loads them.

set -euo pipefail
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

SOURCES='arch/x86/crypto/aesni-intel_*
	arch/x86/crypto/aes-gcm-*
	arch/x86/crypto/aes_ctrby8_*
	arch/x86/crypto/aes-xts-*
	arch/x86/crypto/ghash-clmulni-*
	arch/x86/crypto/sha256*'

collect()
{
	local src=$1 dir=$2 pattern file

	mkdir -p "$dir"
	for pattern in $SOURCES; do
		for file in "$src"/$pattern; do
			# A name that is not there belongs to another kernel version.
			[ ! -f "$file" ] || cp "$file" "$dir/"
		done
	done
	cp "$src/crypto/simd.c" "$dir/crypto_simd.c"
	cp "$TESTBED/x86drivers/Kbuild" "$TESTBED/x86drivers/x86_on_uml.h" "$dir/"
}

build()
{
	local tree=$1 src=$2 dir=$3

	[ ! -f "$dir/.complete" ] || return 0
	rm -rf "$dir"
	collect "$src" "$dir"
	step "building the x86 crypto drivers for $name" "$dir.log" count_objects \
		make -C "$tree" M="$dir" ARCH="$K_ARCH" KCFLAGS="$K_KCFLAGS" -j"$JOBS" modules
	touch "$dir/.complete"
}

main()
{
	local tree dir out key

	case ${1:-} in
	-h | --help) usage; exit 0 ;;
	'') usage >&2; exit 2 ;;
	esac
	name=$1
	kernel_info "$name"
	[ "$K_RUNNER" = uml ] || die "$name is not a User Mode Linux kernel" "real kernels bring their drivers along"
	# The assembly of 6.1 has absolute 32-bit addresses, out of reach in UML.
	[ "$K_SERIES" = 6.12 ] || die "the drivers of Linux $K_SERIES do not load in User Mode Linux" "use uml-6.12"
	tree=$("$TESTBED/kernels.sh" path "$name")
	key=$(cat "$TESTBED/x86drivers.sh" "$TESTBED"/x86drivers/* | sha256sum)
	dir=$CACHE/x86drivers/$(basename "$tree")-${key:0:12}
	mkdir -p "$CACHE/x86drivers" "$CACHE/locks"
	exec 9> "$CACHE/locks/x86drivers-$name"
	flock 9
	build "$tree" "$("$TESTBED/kernels.sh" source "$K_SERIES")" "$dir" >&2
	out=${2:-$BUILD/$name}/x86drivers
	mkdir -p "$out"
	for ko in "$dir"/*.ko; do
		cmp -s "$ko" "$out/${ko##*/}" || cp "$ko" "$out/"
	done
	printf '%s\n' "$out"
}

main "$@"
