#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# deb.sh: builds the Debian package smbsign-dkms.
#
#   deb.sh [-v VERSION] [DIR]
#
#   -v   another version than dkms.conf says, to test upgrades
#   DIR  where to build, default build/deb
#
# Takes: debhelper and dh-dkms.  Gives: the package's file on stdout.  The sources
# are copied first, so that nothing that was built gets into the package.

set -euo pipefail
# shellcheck source=testbed/lib.sh
. "$(dirname "$0")/testbed/lib.sh"

parts=(COPYING Makefile README.md dkms.conf debian include smbsign tools/smbsignctl)

# Files of the version control system where there is one, else all but objects.
list_sources()
{
	if git -C "$ROOT" rev-parse > /dev/null 2>&1; then
		git -C "$ROOT" ls-files --cached --others --exclude-standard -- "${parts[@]}"
	else
		(cd "$ROOT" && find "${parts[@]}" -type f ! -name '*.o' ! -name '*.ko' ! -name '*.mod*' ! -name '.*')
	fi
}

# set_version NEW: where the version is said; test.sh sees that no place is left out.
set_version()
{
	sed -i "s/^PACKAGE_VERSION=.*/PACKAGE_VERSION=\"$1\"/" dkms.conf
	sed -i "s/^\(#define SMBSIGN_VERSION.*\)\".*\"/\1\"$1\"/" smbsign/internal.h
	sed -i "1s/(.*)/($1)/" debian/changelog
	sed -i "s/^VERSION=.*/VERSION=$1/" tools/smbsignctl/smbsignctl
}

main()
{
	local opt version='' dir tree

	[ "${1:-}" != --help ] || { usage; exit 0; }
	while getopts v:h opt; do
		case $opt in
		v) version=$OPTARG ;;
		h) usage; exit 0 ;;
		*) exit 2 ;;
		esac
	done
	shift $((OPTIND - 1))
	command -v dh > /dev/null && command -v dh_dkms > /dev/null && command -v dpkg-buildpackage > /dev/null ||
		die 'debhelper or dh-dkms is not installed' 'run: apt-get install build-essential debhelper dh-dkms'
	dir=${1:-$BUILD/deb}
	rm -rf "$dir"
	mkdir -p "$dir"
	tree=$(cd "$dir" && pwd)/smbsign
	mkdir "$tree"
	(cd "$ROOT" && list_sources | xargs tar -cf -) | tar -C "$tree" -xf -
	cd "$tree"
	[ -z "$version" ] || set_version "$version"
	version=$(sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf)
	[ "$version" = "$(dpkg-parsechangelog -S Version)" ] ||
		die "dkms.conf says version $version, debian/changelog $(dpkg-parsechangelog -S Version)"
	step "building smbsign-dkms $version" "$tree.log" - dpkg-buildpackage -us -uc -b
	realpath "$tree/../smbsign-dkms_${version}_all.deb"
}

main "$@"
