#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# modules.sh: builds the modules of a source tree against one kernel.
#
#   modules.sh NAME [-D MACRO] [SRCDIR] [make arguments]
#
# Takes: a kernel of kernels.sh; a macro to define as 1 for C; a tree with Kbuild, smbsign/, include/, kunit/
# (default: this checkout); further arguments go to make (W=0, C=1, ...).
# Gives: the folder with the built modules, on stdout: build/NAME/ for the
# checkout, build/NAME.<folder>/ for another tree, -MACRO at its end.  The sources are copied there
# when they differ, so that a second build compiles only what has changed.
# W=1, and any warning of the compiler is a failure.

set -euo pipefail
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

# Kbuild follows #include, but not the .incbin of other files: the assembly beside
# a changed one is as good as changed.
copy_file()
{
	install -D -m 644 "$1/$3" "$2/$3"
	case $3 in
	*.[chS] | *Kbuild) ;;
	*) find "$(dirname "$2/$3")" -maxdepth 1 -name '*.S' -exec touch {} + ;;
	esac
}

# copy_changed SRC DST: as rsync does it, with checksums and deletions, for the
# few parts that a module is made of.
copy_changed()
{
	local src=$1 dst=$2 part file parts=()

	for part in Kbuild smbsign include kunit; do
		[ ! -e "$src/$part" ] || parts+=("$part")
	done
	[ ${#parts[@]} -gt 0 ] || die "no Kbuild in $src" "give the root of a source tree"
	(cd "$src" && find "${parts[@]}" -type f ! -name '.*' ! -name '*.o' ! -name '*.ko' \
		! -name '*.mod' ! -name '*.mod.c' ! -name '*.a' ! -name '*.order' |
		sort) > "$dst/.files.new"
	[ ! -f "$dst/.files" ] || comm -23 "$dst/.files" "$dst/.files.new" | (cd "$dst" && xargs -r rm -f --)
	while read -r file; do
		cmp -s "$src/$file" "$dst/$file" || copy_file "$src" "$dst" "$file"
	done < "$dst/.files.new"
	mv "$dst/.files.new" "$dst/.files"
}

build_modules()
{
	local tree=$1 dir=$2 log=$2/make.log rc=0
	shift 2

	make -C "$tree" M="$dir" ARCH="$K_ARCH" KCFLAGS="$K_KCFLAGS${K_INCLUDE:+ -include $TESTBED/$K_INCLUDE}${macro:+ -D$macro}" W=1 -j"$JOBS" "$@" modules \
		> "$log" 2>&1 < /dev/null || rc=$?
	if [ $rc -ne 0 ]; then
		grep -nE 'error|Error|ERROR|warning|undefined' "$log" | head -n 30 >&2 || tail -n 30 "$log" >&2
		die "building the modules for $K_NAME failed" "log: $log"
	fi
	check_warnings "$log" "$dir"
}

forget_objects()
{
	find "$1" \( -name '*.o' -o -name '*.ko' -o -name '*.mod*' -o -name '.*.cmd' \) -type f -delete
}

# Objects of another kernel tree (a new package, a new configuration) must go.
follow_tree()
{
	local dir=$1 tree=$2

	[ "$(cat "$dir/.tree" 2> /dev/null)" = "$tree" ] || forget_objects "$dir"
	printf '%s\n' "$tree" > "$dir/.tree"
}

# Every warning counts, whoever printed it, but for two remarks of Kbuild that
# are about the machine and not about the source.
check_warnings()
{
	local found

	found=$(grep -niE 'warning' "$1" | grep -vE \
		'the compiler differs from the one used to build the kernel|Skipping BTF generation') || return 0
	printf '%s\n' "$found" | head -n 30 >&2
	forget_objects "$2"	# or the next build would have nothing to warn about
	die "the modules for $K_NAME do not build without warnings" "log: $1"
}

main()
{
	local name src=$ROOT tree dir macro=''

	case ${1:-} in
	-h | --help) usage; exit 0 ;;
	'') usage >&2; exit 2 ;;
	esac
	name=$1
	shift
	if [ "${1:-}" = -D ]; then
		macro=$2
		shift 2
	fi
	if [ $# -gt 0 ] && [ -d "$1" ]; then
		src=$(cd "$1" && pwd)
		shift
	fi
	kernel_info "$name"
	K_NAME=$name
	tree=$("$TESTBED/kernels.sh" path "$name")
	dir=$BUILD/$name
	[ "$src" = "$ROOT" ] || dir=$BUILD/$name.$(basename "$src")
	dir=$dir${macro:+-$macro}
	mkdir -p "$dir"
	exec 9> "$dir/.lock"
	flock 9
	follow_tree "$dir" "$tree"
	copy_changed "$src" "$dir"
	build_modules "$tree" "$dir" "$@"
	printf '%s\n' "$dir"
}

main "$@"
