#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# kernels.sh: the kernels that modules are built against and booted with.
#
#   kernels.sh path NAME      prints the build tree of kernel NAME, for
#                             "make -C"; builds the kernel first if needed
#   kernels.sh image NAME     prints the file to boot
#   kernels.sh release NAME   prints what "uname -r" says there
#   kernels.sh source SERIES  prints the unpacked source of 6.1 or 6.12
#   kernels.sh list           prints the names
#
# Takes: linux-source-*, linux-headers-* and the tools that setup.sh installs.
# Gives: trees below $SMBSIGN_CACHE, keyed by the package's version and by all
# that goes into the configuration, so that a changed key builds anew and an
# old tree is left alone.  A tree counts only once its build has finished; an
# interrupted build is taken up again.  Only the wanted path goes to stdout.

set -euo pipefail
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

installed_version()
{
	dpkg-query -W -f '${db:Status-Status} ${Version}' "$1" 2> /dev/null |
		sed -n 's/^installed //p'
}

candidate_version()
{
	apt-cache policy "$1" 2> /dev/null | sed -n 's/^ *Candidate: //p' | grep -v '(none)'
}

# Which linux-source to use: the installed one, else the one that apt would
# install, else the newest in the cache (a machine that is off the net).
source_version()
{
	local pkg=linux-source-$1 v

	if [ -f "/usr/src/$pkg.tar.xz" ] && v=$(installed_version "$pkg") && [ -n "$v" ]; then
		printf '%s\n' "$v"
	elif v=$(candidate_version "$pkg") && [ -d "$CACHE/src/$pkg-$v" ]; then
		printf '%s\n' "$v"
	else
		find "$CACHE/src" -maxdepth 1 -name "$pkg-*" ! -name '*.tmp*' -printf '%f\n' 2> /dev/null |
			sort -V | tail -n 1 | sed "s/^$pkg-//"
	fi
}

unpack_source()
{
	local tar=/usr/src/linux-source-$1.tar.xz tmp=$2.tmp

	rm -rf "$tmp"
	mkdir -p "$tmp"
	tar -C "$tmp" --strip-components=1 -I "xz -T$JOBS" -xf "$tar" \
		--exclude='*/arch/*/boot/dts/*/*' --exclude='*/drivers/gpu/drm/amd/include/*' \
		--exclude='*/Documentation/devicetree/*' --exclude='*/tools/testing/*'
	mv "$tmp" "$2"
}

source_path()
{
	local pkg=linux-source-$1 v dir

	v=$(source_version "$1")
	[ -n "$v" ] || die "$pkg is not installed" "run: tools/testbed/setup.sh uml (or qemu)"
	dir=$CACHE/src/$pkg-$v
	if [ ! -d "$dir" ]; then
		with_lock "src-$1" unpack_source_once "$1" "$dir" "$v"
	fi
	printf '%s\n' "$dir"
}

unpack_source_once()
{
	[ -d "$2" ] || step "unpacking Linux $1 ($3), about 1 min" "$CACHE/logs/unpack-$1.log" - \
		unpack_source "$1" "$2"
}

# with_lock NAME COMMAND...: one builder at a time, the others wait.
with_lock()
{
	local lock=$CACHE/locks/$1
	shift

	mkdir -p "$CACHE/locks"
	(
		flock -n 9 || { say "waiting for another build that holds $lock ..."; flock 9; }
		"$@"
	) 9> "$lock"
}

config_text()
{
	local f

	for f in $K_CONFIGS; do
		cat "$TESTBED/configs/$f.config"
	done
}

# The key: whatever changes the result.
tree_path()
{
	local name=$1 version key

	version=$(source_version "$K_SERIES")
	[ -n "$version" ] || die "linux-source-$K_SERIES is not installed" \
		"run: tools/testbed/setup.sh $([ "$K_RUNNER" = uml ] && echo uml || echo qemu)"
	key=$({ config_text; printf '%s\n' "$K_ARCH" "$K_KCFLAGS" "$(gcc -dumpfullversion)"; } | sha256sum)
	printf '%s\n' "$CACHE/kernels/$name-$version-${key:0:12}"
}

kmake()
{
	local src=$1 out=$2
	shift 2

	make -C "$src" O="$out" ARCH="$K_ARCH" KCFLAGS="$K_KCFLAGS" \
		KBUILD_BUILD_TIMESTAMP='1 January 2020' KBUILD_BUILD_USER=smbsign KBUILD_BUILD_HOST=testbed "$@"
}

# An option that the kernel did not take is a test that silently watches less.
check_config()
{
	local missing

	missing=$(config_text | grep '^CONFIG_' | grep -vxFf "$1/.config") || return 0
	die "the configuration did not take these options:" "$missing" \
		"see $1/.config; a dependency may be missing in tools/testbed/configs/"
}

build_objects()
{
	printf '%s of about %s' "$(count_objects "$1")" "$K_OBJECTS"
}

build_tree()
{
	local name=$1 tree=$2 src targets='all' what='User Mode Linux'
	local log=$CACHE/logs/$name.log

	[ ! -f "$tree/.complete" ] || return 0
	for tool in gcc make bc bison flex; do
		need "$tool" "$([ "$K_RUNNER" = uml ] && echo uml || echo qemu)"
	done
	[ "$K_RUNNER" = uml ] || { targets='bzImage modules' what=QEMU; }
	src=$(source_path "$K_SERIES")
	mkdir -p "$tree"
	config_text > "$tree/allconfig"
	step "configuring Linux $K_SERIES for $what ($name)" "$log" - \
		kmake "$src" "$tree" KCONFIG_ALLCONFIG="$tree/allconfig" allnoconfig
	check_config "$tree"
	# shellcheck disable=SC2086 # targets are words
	step "building Linux $K_SERIES for $what ($name, about $K_OBJECTS objects)" "$log" build_objects \
		kmake "$src" "$tree" -j"$JOBS" $targets
	touch "$tree/.complete"
}

ensure_tree()
{
	local tree

	tree=$(tree_path "$1")
	[ -f "$tree/.complete" ] || with_lock "$1" build_tree "$1" "$tree" >&2
	printf '%s\n' "$tree"
}

# Debian's own: the release that the installed headers are for.
debian_release()
{
	local meta=linux-headers-amd64 deps

	[ "$K_SERIES" = 6.1 ] || meta=linux-headers-$K_SERIES-amd64
	deps=$(dpkg-query -W -f '${Depends}' "$meta" 2> /dev/null) ||
		die "$meta is not installed" "run: tools/testbed/setup.sh static"
	sed -nE 's/.*linux-headers-([^ ,]*).*/\1/p' <<< "$deps"
}

debian_path()
{
	local dir

	dir=/lib/modules/$(debian_release)/build
	[ -e "$dir/Makefile" ] || die "no kernel headers in $dir" "run: tools/testbed/setup.sh static"
	printf '%s\n' "$dir"
}

image_path()
{
	local release

	case $1 in
	uml-*) printf '%s\n' "$(ensure_tree "$1")/linux" ;;
	qemu-*) printf '%s\n' "$(ensure_tree "$1")/arch/x86/boot/bzImage" ;;
	debian-*)
		release=$(debian_release)
		[ -d "$CACHE/debian/$release/lib/modules" ] ||
			die "the image of Linux $release is not unpacked" "run: tools/testbed/setup.sh qemu"
		printf '%s\n' "$CACHE/debian/$release/boot/vmlinuz-$release"
		;;
	esac
}

release_of()
{
	case $1 in
	debian-*) debian_release ;;
	*) cat "$(ensure_tree "$1")/include/config/kernel.release" ;;
	esac
}

main()
{
	case ${1:-} in
	-h | --help) usage ;;
	list) printf '%s\n' "${KERNELS[@]}" ;;
	source) source_path "${2:?which series: 6.1 or 6.12}" ;;
	path | image | release)
		[ $# -eq 2 ] || die "$1 takes the name of a kernel" "there are: ${KERNELS[*]}"
		kernel_info "$2"
		case $1 in
		image) image_path "$2" ;;
		release) release_of "$2" ;;
		path) case $2 in debian-*) debian_path ;; *) ensure_tree "$2" ;; esac ;;
		esac
		;;
	*)
		usage >&2
		exit 2
		;;
	esac
}

main "$@"
