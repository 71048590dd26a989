#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# setup.sh: installs what the test bed needs on Debian 12, through apt.
#
#   setup.sh static   compilers, kernel headers, checkers: to build the module
#   setup.sh uml      that, and what User Mode Linux is built from
#   setup.sh bench    what "uml" does, libraries to measure beside, and what plots
#   setup.sh qemu     that, QEMU, Samba, and Debian's kernel images
#   setup.sh package  what builds and tests the Debian package
#   setup.sh all      everything but "bench"
#
# Says what it installs and why, and nothing when all is there.  Services that
# the packages bring do not get started.  Kernel images are not installed but
# unpacked into the cache.  Uses sudo unless run by root.

set -euo pipefail
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

SERIES='6.1 6.12'
POLICY=/usr/sbin/policy-rc.d
policy_ours=0

root()
{
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	else
		command -v sudo > /dev/null || die "not root, and there is no sudo" "run this as root once"
		sudo "$@"
	fi
}

headers_meta()
{
	# The release's own kernel has no number in its package's name.
	if [ "$1" = 6.1 ]; then
		echo linux-headers-amd64
	else
		echo "linux-headers-$1-amd64"
	fi
}

# wanted VERB: lines "package: why".
wanted()
{
	local s

	case $1 in
	package | all)
		cat <<- END
			debhelper: make deb
			dh-dkms: make deb
			mmdebstrap: the package is tested in a chroot
		END
		;;
	esac
	[ "$1" != package ] || return 0
	cat <<- END
		build-essential: compiler and make
		busybox-static: the guests' programs; smbsignctl is tested under its shell
		python3: the vectors' generator and reference
		sparse: make check runs it
	END
	case $1 in
	static | all)
		echo "python3-sphinx: make docs"
		echo "shellcheck: make check runs it"
		;;
	esac
	for s in $SERIES; do
		echo "$(headers_meta "$s"): the module is built against Debian's kernel $s"
	done
	# checkpatch, which the headers lack, comes with the source.
	[ -d "$(cached_source 6.12)" ] || echo "linux-source-6.12: checkpatch and the kernels built here"
	[ "$1" != static ] || return 0

	cat <<- END
		bc: building kernels
		bison: building kernels
		flex: building kernels
		libelf-dev: building kernels
		libssl-dev: building kernels
		xz-utils: unpacking kernels
		cpio: the guests' file systems
	END
	case $1 in
	bench)
		cat <<- END
			python3-matplotlib: the plots of make bench
			libgnutls28-dev: measured beside smbsign
			libipsec-mb-dev: measured beside smbsign
		END
		;;
	esac
	case $1 in
	uml | bench | all) [ -d "$(cached_source 6.1)" ] || echo "linux-source-6.1: User Mode Linux of 6.1" ;;
	esac
	case $1 in
	qemu | all)
		cat <<- END
			qemu-system-x86: the machine for real kernels
			kmod: the guests load modules
			cifs-utils: the guests mount shares
			samba: the server they mount
			samba-testsuite: smbtorture, a client with every trick
			smbclient: a client to compare with
			python3-impacket: a client that shares nothing with Samba
			python3-cryptography: recorded traffic is verified at the speed of OpenSSL
		END
		;;
	esac
}

# A source tree in the cache saves the download of its package.
cached_source()
{
	local v

	v=$(apt-cache policy "linux-source-$1" | sed -n 's/^ *Candidate: //p')
	printf '%s\n' "$CACHE/src/linux-source-$1-${v:-none}"
}

no_services()
{
	[ -e "$POLICY" ] && return
	printf '#!/bin/sh\nexit 101\n' | root tee "$POLICY" > /dev/null
	policy_ours=1
	root chmod 755 "$POLICY"
}

restore_services()
{
	[ $policy_ours -eq 0 ] || root rm -f "$POLICY"
	policy_ours=0
}

apt_quiet()
{
	root env DEBIAN_FRONTEND=noninteractive apt-get -q -o Dpkg::Use-Pty=0 "$@"
}

count_packages()
{
	printf '%s of %s packages set up' "$(grep -c '^Setting up' "$1")" \
		"$(awk '/ newly installed/ { print $1 + $3; exit }' "$1")"
}

# apt's lists are fetched when there are none for this machine's releases, and
# again when a package is not found in what is there.
update_lists()
{
	step "fetching apt's package lists" "$CACHE/logs/apt-update.log" - apt_quiet update
	lists_fresh=1
}
lists_fresh=0

install_packages()
{
	local missing=() name why installed

	installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' | sed -n 's/^installed //p')
	while IFS=: read -r name why; do
		grep -qxF "$name" <<< "$installed" || { missing+=("$name"); say "missing: $name (${why# })"; }
	done < <(wanted "$1")
	[ ${#missing[@]} -gt 0 ] || return 0
	apt-cache show "${missing[@]}" > /dev/null 2>&1 || update_lists
	no_services
	if ! step "installing ${#missing[@]} packages" "$CACHE/logs/apt-install.log" count_packages \
		apt_quiet install -y --no-install-recommends "${missing[@]}"; then
		[ $lists_fresh -eq 0 ] || die "apt could not install: ${missing[*]}" "log: $CACHE/logs/apt-install.log"
		# Old lists name versions that the archive no longer has.
		update_lists
		step "installing ${#missing[@]} packages" "$CACHE/logs/apt-install.log" count_packages \
			apt_quiet install -y --no-install-recommends "${missing[@]}"
	fi
	restore_services
}

fetch_image()
{
	local release=$1 tmp=$2

	rm -rf "$tmp"
	mkdir -p "$tmp/deb" "$tmp/root"
	cd "$tmp/deb"
	# As root throughout: apt's own user could not write here.
	apt-get -q -o APT::Sandbox::User=root download "linux-image-$release"
	for deb in *.deb; do
		dpkg -x "$deb" "$tmp/root"
	done
	# What modprobe and depmod read is made by the package's script.
	depmod -b "$tmp/root" "$release"
}

# unpack_image SERIES: the image that fits the installed headers.
unpack_image()
{
	local release dir tmp

	release=$("$TESTBED/kernels.sh" release "debian-$1")
	dir=$CACHE/debian/$release tmp=$CACHE/debian/$release.tmp
	[ ! -d "$dir" ] || return 0
	if ! step "fetching Debian's kernel $release" "$CACHE/logs/image-$release.log" - \
		fetch_image "$release" "$tmp"; then
		die "no image of Linux $release" "if the archive has moved on: apt-get update && apt-get install $(headers_meta "$1")"
	fi
	mv "$tmp/root" "$dir"
	rm -rf "$tmp"
}

main()
{
	local s

	case ${1:-} in
	static | uml | bench | qemu | package | all) ;;
	-h | --help) usage; exit 0 ;;
	*) usage >&2; exit 2 ;;
	esac
	command -v apt-get > /dev/null || die "this is not Debian" "the test bed is set up through apt"
	[ -n "$(find /var/lib/apt/lists -maxdepth 1 -name '*Packages*' -print -quit)" ] || update_lists
	trap restore_services EXIT
	trap 'exit 130' INT TERM
	install_packages "$1"
	case $1 in
	qemu | all)
		for s in $SERIES; do
			unpack_image "$s"
		done
		;;
	esac
}

main "$@"
