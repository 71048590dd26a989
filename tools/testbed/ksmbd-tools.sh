#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# ksmbd-tools.sh: prints the program ksmbd.tools, unpacked into the cache.
#
# The one program is ksmbd.mountd, ksmbd.adduser and ksmbd.control by the name that
# it is called by.  Debian 12's own, 3.4.7, does not work with the ksmbd.ko of 6.1.192:
# shares are not found.  So it is taken from the next release, and what libraries of
# that it needs as well, from the archive that this machine uses, with lists of
# apt's that are kept apart from the machine's.
#
# Beside it: lib/ with the loader and the libraries it runs with, gconv/.

set -euo pipefail
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

SUITE=trixie
PACKAGES='ksmbd-tools libglib2.0-0t64 libnl-3-200 libnl-genl-3-200 libc6 libkrb5-3 libgssapi-krb5-2 libk5crypto3
	libkrb5support0 libcom-err2 libkeyutils1 libpcre2-8-0 libatomic1 libffi8 libssl3t64'

dir=$CACHE/ksmbd-tools-$SUITE

# Where this machine has Debian 12 from
archive()
{
	apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' |
		awk '$2 == "bookworm" { print $1; exit }'
}

apt_aside()
{
	local uri state=$dir.tmp/apt

	uri=$(archive)
	[ -n "$uri" ] || die "no archive of Debian in the sources of apt" "ksmbd-tools comes from $SUITE"
	mkdir -p "$state/lists/partial" "$state/cache/archives/partial" "$state/etc"
	echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $uri $SUITE main" > "$state/etc/sources.list"
	apt-get -q -o APT::Sandbox::User=root -o Dir::State="$state" -o Dir::State::status=/dev/null \
		-o Dir::Cache="$state/cache" -o Dir::Etc::sourcelist="$state/etc/sources.list" \
		-o Dir::Etc::sourceparts=- "$@"
}

fetch()
{
	local deb root=$dir.tmp/root

	rm -rf "$dir.tmp"
	mkdir -p "$dir.tmp/deb" "$root"
	apt_aside update
	cd "$dir.tmp/deb"
	# shellcheck disable=SC2086 # names are words
	apt_aside download $PACKAGES
	for deb in *.deb; do
		dpkg -x "$deb" "$root"
	done
	mkdir -p "$dir.tmp/lib"
	find "$root" -name '*.so*' ! -path '*/gconv/*' -exec cp -L {} "$dir.tmp/lib/" \;
	mkdir "$dir.tmp/gconv"
	find "$root" -path '*/gconv/*' \( -name UTF-16.so -o -name 'gconv-modules*' -type f \) \
		-exec cp {} "$dir.tmp/gconv/" \;
	cp "$root/usr/libexec/ksmbd.tools" "$dir.tmp/"
	rm -rf "$root" "$dir.tmp/deb" "$dir.tmp/apt"
	mv "$dir.tmp" "$dir"
}

case ${1:-} in
-h | --help) usage; exit 0 ;;
esac
if [ ! -d "$dir" ]; then
	step "fetching ksmbd-tools of $SUITE" "$CACHE/logs/ksmbd-tools.log" - fetch >&2
fi
printf '%s\n' "$dir/ksmbd.tools"
