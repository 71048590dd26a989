#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# initramfs.sh: the root file system of the guests.
#
#   initramfs.sh uml              for User Mode Linux: busybox and init-uml.sh
#   initramfs.sh qemu             for our own kernels under QEMU
#   initramfs.sh debian RELEASE   for Debian's kernel RELEASE: also kmod,
#                                 mount.cifs with its libraries, and the modules
#                                 that the guests need, with all they depend on
#
# Takes: busybox-static, cpio, kmod, cifs-utils; for Debian's kernels the image
# that setup.sh has unpacked.  Gives: the file's name on stdout; the file is in
# the cache, keyed by everything that goes into it.

set -euo pipefail
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

# kmod does not see the soft dependencies of cifs.ko and ksmbd.ko: they are named here.
MODULES='virtio_pci virtio_net 9pnet_virtio 9p af_packet
	aesni_intel ghash_clmulni_intel sha256_ssse3 sha512_ssse3 sha512_generic
	cryptd cmac gcm ccm ctr ecb cbc hmac md5 sha256_generic ghash_generic algif_hash
	nls_utf8 nls_iso8859-1 crc32_generic crc32c_intel cifs ksmbd'

tmp=''
trap '[ -z "$tmp" ] || rm -rf "$tmp"' EXIT

base_tree()
{
	local init=$1 applet command

	mkdir -p "$tmp"/{bin,dev,proc,sys,tmp,etc,run,mnt,root,host,share,lib,lib64}
	ln -s bin "$tmp/sbin"
	install -m 755 /bin/busybox "$tmp/bin/busybox"
	for applet in $(/bin/busybox --list); do
		[ "$applet" = busybox ] || ln -s busybox "$tmp/bin/$applet"
	done
	install -m 755 "$TESTBED/$init" "$tmp/init"
	install -m 644 "$TESTBED/guest/kmemleak.sh" "$tmp/kmemleak.sh"
	for command in unload setups; do
		install -m 755 "$TESTBED/guest/$command.sh" "$tmp/bin/$command"
	done
	printf 'root:x:0:0:root:/root:/bin/sh\n' > "$tmp/etc/passwd"
	printf 'root:x:0:\n' > "$tmp/etc/group"
}

# add_program FILE: a dynamic program and its libraries.
add_program()
{
	local lib

	cp -L --remove-destination "$1" "$tmp/bin/$(basename "$1")"
	for lib in $(ldd "$1" | grep -o '/[^ )]*'); do
		install -D -m 755 "$lib" "$tmp/$lib"
	done
}

# add_modules RELEASE: the modules by name, decompressed, with depmod's tables.
add_modules()
{
	local release=$1 image=$CACHE/debian/$1 dst=$tmp/lib/modules/$1 m file rel
	local list=$tmp/modules

	mkdir -p "$dst"
	for m in $MODULES; do
		# Newer kernels have some of them built in; a name unknown to both is a mistake.
		modprobe -d "$image" -S "$release" --show-depends "$m" ||
			die "Linux $release has no module $m" "see MODULES in tools/testbed/initramfs.sh"
	done | awk '$1 == "insmod" { print $2 }' | sort -u > "$list"
	while read -r file; do
		rel=${file#"$image/lib/modules/$release/"}
		mkdir -p "$dst/$(dirname "$rel")"
		case $file in
		*.xz) xz -dc "$file" > "$dst/${rel%.xz}" ;;
		*) cp "$file" "$dst/$rel" ;;
		esac
	done < "$list"
	rm "$list"
	cp "$image/lib/modules/$release"/modules.{builtin,builtin.modinfo,order} "$dst/"
	depmod -b "$tmp" "$release"
}

# The key: this script's directory entries that matter and the programs.
key_of()
{
	{
		printf '%s\n' "$@"
		sha256sum "$TESTBED"/init-*.sh "$TESTBED/guest/"{kmemleak,unload,setups}.sh "$TESTBED/initramfs.sh" /bin/busybox
		[ "$1" != debian ] || sha256sum /bin/kmod /usr/sbin/mount.cifs
	} | sha256sum | cut -c1-12
}

pack()
{
	(cd "$tmp" && find . -print0 | LC_ALL=C sort -z | cpio --null -o -H newc --quiet -R 0:0) |
		gzip -1 > "$1.$$"
	mv "$1.$$" "$1"
}

main()
{
	local kind=${1:-} out

	case $kind in
	-h | --help) usage; exit 0 ;;
	uml | qemu) ;;
	debian) [ $# -eq 2 ] || die "debian takes the release of a kernel" ;;
	*) usage >&2; exit 2 ;;
	esac
	need /bin/busybox uml
	need cpio uml
	[ "$kind" != debian ] || { need /usr/sbin/mount.cifs qemu; need /bin/kmod qemu; }
	out=$CACHE/initramfs/$kind${2:+-$2}-$(key_of "$@").cpio.gz
	if [ ! -f "$out" ]; then
		mkdir -p "${out%/*}"
		tmp=$(mktemp -d)
		case $kind in
		uml) base_tree init-uml.sh ;;
		*) base_tree init-qemu.sh ;;
		esac
		if [ "$kind" = debian ]; then
			local tool
			add_program /usr/sbin/mount.cifs
			add_program /bin/kmod
			for tool in modprobe insmod rmmod lsmod modinfo depmod; do
				ln -sf kmod "$tmp/bin/$tool"
			done
			add_modules "$2"
		fi
		pack "$out"
	fi
	printf '%s\n' "$out"
}

main "$@"
