#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# smb.sh: builds cifs.ko and ksmbd.ko that sign with smbsign, against one kernel.
#
#   smb.sh NAME [-s]
#
#   -s  stock: without the patches, for comparisons
#
# Takes: a kernel of testbed/kernels.sh that has both as modules; the source of
# its series; the patches cifs/SERIES/*.patch and ksmbd/SERIES/*.patch beside
# this script.  Builds smbsign for that kernel first.
# Gives: the folder with cifs.ko and ksmbd.ko on stdout: build/NAME/consumers, or
# build/NAME/consumers-stock.  Only what has changed is compiled again.  Any
# warning is a failure.

set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../testbed/lib.sh"

# What is copied out of the kernel: the modules, and what they include of fs/.
PARTS=(fs/smb fs/internal.h fs/nls)

tmp='' stock=no
trap '[ -z "$tmp" ] || rm -rf "$tmp"' EXIT

# apply_patches: into the copy in $tmp, each without fuzz.
apply_patches()
{
	local patch

	for patch in "$here"/{cifs,ksmbd}/"$K_SERIES"/*.patch; do
		[ -f "$patch" ] || continue
		patch -d "$tmp" -p1 -s -F0 --no-backup-if-mismatch < "$patch" >&2 ||
			die "${patch#"$ROOT"/} does not apply to Linux $K_SERIES" "source: $source"
	done
}

# Debian's headers lack the compiler of ASN.1 that Kbuild would call.
compile_asn1()
{
	local file

	gcc -I"$source/include" -o "$tmp/asn1_compiler" "$source/scripts/asn1_compiler.c"
	for file in "$tmp"/fs/smb/*/*.asn1; do
		"$tmp/asn1_compiler" "$file" "$file.c" "$file.h" >&2
	done
	rm "$tmp/asn1_compiler"
}

prepare()
{
	local part

	mkdir -p "$tmp/fs"
	for part in "${PARTS[@]}"; do
		[ ! -e "$source/$part" ] || cp -r "$source/$part" "$tmp/$part"
	done
	[ $stock = yes ] || apply_patches
	compile_asn1
	# Only these two: the rest of fs/smb is the kernel's own.
	printf 'obj-y := client/ server/\n' > "$tmp/fs/smb/Makefile"
}

# Takes over what differs, so that make sees just that as new.
copy_changed()
{
	local file

	(cd "$tmp" && find . -type f | sort) > "$out/.files.new"
	[ ! -f "$out/.files" ] || comm -23 "$out/.files" "$out/.files.new" | (cd "$out" && xargs -r rm -f --)
	while read -r file; do
		cmp -s "$tmp/$file" "$out/$file" || install -D -m 644 "$tmp/$file" "$out/$file"
	done < "$out/.files.new"
	mv "$out/.files.new" "$out/.files"
}

# Objects of another kernel must go.  For another smbsign only the symbols are
# looked up anew: make knows which objects include its header, but not that.
follow()
{
	[ "$(cat "$out/.tree" 2> /dev/null)" = "$tree" ] || forget_objects
	printf '%s\n' "$tree" > "$out/.tree"
	cmp -s "$smbsign/Module.symvers" "$out/.symvers" || rm -f "$out"/fs/smb/{Module.symvers,*/*.mod.c}
	cp "$smbsign/Module.symvers" "$out/.symvers"
}

forget_objects()
{
	find "$out" \( -name '*.o' -o -name '*.ko' -o -name '*.mod*' -o -name '.*.cmd' \) -type f -delete
}

build()
{
	local log=$out/make.log rc=0

	make -C "$tree" M="$out/fs/smb" KBUILD_EXTRA_SYMBOLS="$smbsign/Module.symvers" ARCH="$K_ARCH" \
		KCFLAGS="$K_KCFLAGS -I$smbsign/include" -j"$JOBS" modules > "$log" 2>&1 < /dev/null || rc=$?
	if [ $rc -ne 0 ]; then
		grep -nE 'error|Error|ERROR|warning|undefined' "$log" | head -n 30 >&2 || tail -n 30 "$log" >&2
		die "building cifs.ko and ksmbd.ko for $name failed" "log: $log"
	fi
	if grep -niE 'warning' "$log" | grep -vE 'the compiler differs|Skipping BTF generation' >&2; then
		forget_objects	# or the next build would have nothing to warn about
		die "cifs.ko and ksmbd.ko for $name do not build without warnings" "log: $log"
	fi
}

case ${1:-} in
-h | --help) usage; exit 0 ;;
'' | -*) usage >&2; exit 2 ;;
esac
name=$1
[ "${2:-}" != -s ] || stock=yes
kernel_info "$name"
smbsign=$("$TESTBED/modules.sh" "$name")
tree=$("$TESTBED/kernels.sh" path "$name")
source=$("$TESTBED/kernels.sh" source "$K_SERIES")
for option in CIFS SMB_SERVER; do
	grep -qx "CONFIG_$option=m" "$tree/include/config/auto.conf" ||
		die "CONFIG_$option is no module in $name" "take another kernel, such as debian-$K_SERIES"
done
out=$smbsign/consumers
[ $stock = no ] || out=$out-stock
mkdir -p "$out"
exec 9> "$out/.lock"
flock 9
tmp=$(mktemp -d)
prepare
follow
copy_changed
build
for module in client/cifs server/ksmbd; do
	strip --strip-debug -o "$tmp/${module#*/}.ko" "$out/fs/smb/$module.ko"
	take_over "$tmp/${module#*/}.ko" "$out"
done
printf '%s\n' "$out"
