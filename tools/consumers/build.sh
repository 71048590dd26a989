#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# build.sh: builds a module that uses smbsign's interface, against one kernel.
#
#   build.sh NAME DIR [make arguments]
#
# Takes: a kernel of testbed/kernels.sh; a folder of this checkout with a Kbuild;
# further arguments go to make (C=2, ...).  Builds smbsign for that kernel first.
# Gives: the folder with the built module, below the one of testbed/modules.sh,
# on stdout.  W=1, and any warning is a failure.

set -euo pipefail
. "$(dirname "$0")/../testbed/lib.sh"

build()
{
	local log=$out/make.log rc=0

	make -C "$tree" M="$out" KBUILD_EXTRA_SYMBOLS="$smbsign/Module.symvers" ARCH="$K_ARCH" \
		KCFLAGS="$K_KCFLAGS" W=1 -j"$JOBS" "$@" modules > "$log" 2>&1 < /dev/null || rc=$?
	if grep -E 'warning:|WARNING:' "$log" >&2; then
		rm -f "$out"/*.o	# or the next build would have nothing to warn about
		rc=1
	fi
	[ $rc -eq 0 ] || die "building ${dir#"$ROOT"/} for $name failed" "log: $log"
}

case ${1:-} in
-h | --help) usage; exit 0 ;;
esac
[ $# -ge 2 ] || { usage >&2; exit 2; }
name=$1
dir=$(cd "$2" && pwd)
shift 2
kernel_info "$name"
smbsign=$("$TESTBED/modules.sh" "$name")
tree=$("$TESTBED/kernels.sh" path "$name")
out=$smbsign/${dir#"$ROOT"/}
mkdir -p "$out"
exec 9> "$out/.lock"
flock 9
# Objects of another kernel, or of another smbsign.
if ! cmp -s "$smbsign/Module.symvers" "$out/.symvers" || [ "$(cat "$out/.tree" 2> /dev/null)" != "$tree" ]; then
	find "$out" \( -name '*.o' -o -name '*.ko' -o -name '*.mod*' -o -name '.*.cmd' \) -type f -delete
fi
for file in "$dir"/Kbuild "$dir"/*.[ch]; do
	cmp -s "$file" "$out/${file##*/}" || cp "$file" "$out/"
done
build "$@"
cp "$smbsign/Module.symvers" "$out/.symvers"
printf '%s\n' "$tree" > "$out/.tree"
printf '%s\n' "$out"
