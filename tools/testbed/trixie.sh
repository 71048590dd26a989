#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# trixie.sh: programs of Debian's next release, unpacked into the cache.
#
#   trixie.sh ksmbd-tools   ksmbd.tools, which is ksmbd.mountd, ksmbd.adduser and
#                           ksmbd.control by the name that it is called by.  Debian 12's
#                           does not work with the ksmbd.ko of 6.1.192: shares are not
#                           found
#   trixie.sh samba         smbd and what goes with it
#   trixie.sh libsmb2-dev   libsmb2.so.6, and include/: a client as a library
#
# Takes: the archive that this machine uses, with lists of apt's that are kept apart from
# the machine's.  Nothing is installed; needs no root.
# Gives: a folder with the programs, gconv/, and lib/ with the loader and the libraries
# that they run with:
#   DIR/lib/ld-linux-x86-64.so.2 --library-path DIR/lib DIR/PROGRAM

set -euo pipefail
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

SUITE=trixie
declare -A PROGRAMS=(
	[ksmbd-tools]='usr/libexec/ksmbd.tools'
	[samba]='usr/sbin/smbd usr/bin/pdbedit usr/bin/smbcontrol usr/bin/smbstatus'
	[libsmb2-dev]='usr/lib/x86_64-linux-gnu/libsmb2.so.6'
)

# Where this machine has Debian 12 from
archive()
{
	apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' |
		awk '$2 == "bookworm" { print $1; exit }'
}

# download PACKAGE: it and all that it depends on, to $tmp/cache/archives
download()
{
	local uri aside=(-q -y -o APT::Sandbox::User=root -o Dir::State="$tmp/apt" -o Dir::State::status="$tmp/status"
		-o Dir::Cache="$tmp/cache" -o Dir::Etc::sourcelist="$tmp/sources.list" -o Dir::Etc::sourceparts=-)

	uri=$(archive)
	[ -n "$uri" ] || die "no archive of Debian in the sources of apt" "$1 comes from $SUITE"
	mkdir -p "$tmp/apt/lists/partial" "$tmp/cache/archives/partial"
	: > "$tmp/status"	# nothing is installed
	echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $uri $SUITE main" > "$tmp/sources.list"
	apt-get "${aside[@]}" update
	apt-get "${aside[@]}" install --download-only --no-install-recommends "$1"
}

# libraries PROGRAM...: that they are linked with, as the loader finds them in $tmp/root
libraries()
{
	local program lib=$tmp/root/usr/lib/x86_64-linux-gnu

	for program; do
		"$tmp/root/usr/lib64/ld-linux-x86-64.so.2" --library-path "$lib:$lib/samba" --list "$program"
	done | awk '$2 == "=>" && $1 !~ /^\// { print $3 }' | sort -u
}

# fetch PACKAGE
fetch()
{
	local deb lib programs

	rm -rf "$tmp"
	mkdir -p "$tmp/root" "$tmp/done/lib" "$tmp/done/gconv"
	download "$1"
	for deb in "$tmp"/cache/archives/*.deb; do
		dpkg -x "$deb" "$tmp/root"
	done
	cd "$tmp/root"
	read -ra programs <<< "${PROGRAMS[$1]}"
	cp -L "${programs[@]}" "$tmp/done/"
	[ ! -d usr/include/smb2 ] || install -D -m 644 -t "$tmp/done/include/smb2" usr/include/smb2/*
	{ echo usr/lib64/ld-linux-x86-64.so.2; libraries "${programs[@]}"; } | xargs cp -L -t "$tmp/done/lib"
	cp usr/lib/x86_64-linux-gnu/gconv/{UTF-16.so,gconv-modules} "$tmp/done/gconv/"
	mv "$tmp/done" "$dir"
	rm -rf "$tmp"
}

case ${1:-} in
-h | --help) usage; exit 0 ;;
esac
[ $# -eq 1 ] && [ -n "${PROGRAMS[$1]:-}" ] || { usage >&2; exit 2; }
dir=$CACHE/$SUITE/$1 tmp=$CACHE/$SUITE/$1.tmp
mkdir -p "$CACHE/$SUITE"
exec 9> "$CACHE/$SUITE/$1.lock"
flock 9
[ -d "$dir" ] || step "fetching $1 of $SUITE" "$CACHE/logs/$1-$SUITE.log" - fetch "$1" >&2
printf '%s\n' "$dir"
