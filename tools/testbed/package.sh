#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# package.sh: installs, upgrades, removes and purges smbsign-dkms in a chroot, and
# tests "make install" and "make uninstall" there.
#
#   package.sh
#
# Takes: mmdebstrap, what tools/deb.sh takes, and root (or sudo).  The chroot is a
# minimal Debian of this machine's own release and sources of apt, with DKMS and
# the headers of both kernels; it is kept in the cache, and the first run takes
# some minutes.  Nothing is installed on this machine.
# Gives: what passed and failed, with SMBSIGN_RESULTS set also there; status 1 if
# anything failed.

set -euo pipefail
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

NEXT=9.9.9	# the version to upgrade to

root='' rc=0 packages=$BUILD/package

cleanup()
{
	[ -z "$root" ] || rm -rf "$root"
}

good()
{
	report pass "package $1"
}

bad()
{
	report fail "package $1" "$2"
	rc=1
}

# check NAME COMMAND...
check()
{
	local name=$1 out
	shift

	if out=$("$@" 2>&1); then
		good "$name"
	else
		bad "$name" "$(tail -n 5 <<< "$out")"
	fi
}

# equal NAME GOT WANT
equal()
{
	if [ "$2" = "$3" ]; then
		good "$1"
	else
		bad "$1" "$(diff <(printf '%s\n' "$3") <(printf '%s\n' "$2") | head -n 20)"
	fi
}

# Debian's part of what this machine's apt uses, whatever mirror that is.
apt_sources()
{
	local key=/usr/share/keyrings/debian-archive-keyring.gpg option=''

	[ ! -f $key ] || option="[signed-by=$key] "
	apt-get indextargets --format "deb $option\$(REPO_URI) \$(CODENAME) \$(COMPONENT)" \
		'Created-By: Packages' 'Origin: Debian' | sort -u
}

codename()
{
	# shellcheck source=/dev/null
	(. /etc/os-release && echo "$VERSION_CODENAME")
}

build_chroot()
{
	local tar=$1 tmp
	shift

	tmp=$(mktemp -d "$tar.XXXXXX")
	apt_sources > "$tmp/sources.list"
	apt-config dump | grep -iE '^Acquire::https?:' > "$tmp/apt.conf" || true
	mmdebstrap --mode=root --variant=minbase --aptopt="$tmp/apt.conf" --include="$(IFS=,; echo "$*")" \
		"$(codename)" "$tmp/root.tar" "$tmp/sources.list"
	mv "$tmp/root.tar" "$tar"
	rm -rf "$tmp"
}

# make_chroot: sets root.
make_chroot()
{
	local include=(dkms man-db init-system-helpers) release tar

	for release in "${releases[@]}"; do
		include+=("linux-headers-$release")
	done
	tar=$CACHE/chroot/$({ apt_sources; printf '%s\n' "${include[@]}"; } | sha256sum | cut -c1-12).tar
	if [ ! -f "$tar" ]; then
		mkdir -p "${tar%/*}"
		step 'making a chroot with DKMS and kernel headers, some minutes' "$LOGS/chroot.log" - \
			build_chroot "$tar" "${include[@]}"
	fi
	root=$(mktemp -d "$CACHE/chroot/run.XXXXXX")
	tar -C "$root" -xf "$tar"
}

# inside COMMAND...: in the chroot, with mounts that go with it.
inside()
{
	# shellcheck disable=SC2016 # expanded by the inner shell
	unshare --mount --pid --fork --kill-child sh -ec '
		root=$1
		shift
		mount --make-rprivate /
		mount -t proc proc "$root/proc"
		mount --rbind /dev "$root/dev"
		exec chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C \
			DEBIAN_FRONTEND=noninteractive "$@"' sh "$root" "$@"
}

# tree: all that is there, and the contents of what programs change.  Not: what
# apt, dpkg, man-db and DKMS keep for themselves, and our own packages in /root.
tree()
{
	(
		cd "$root"
		find . \( -path ./var/log -o -path ./var/cache -o -path ./var/lib/apt -o -path ./var/lib/dpkg \
			-o -path './var/lib/dkms/mok.*' -o -path ./var/lib/dkms/dkms_dbversion -o -path ./root \
			-o -path ./tmp -o -path ./proc -o -path ./dev \) -prune -o -printf '%y %m %u:%g %p %l\n'
		find etc lib/modules/*/modules.* -type f ! -name ld.so.cache -print0 | xargs -0 sha256sum
	) | sort -k4
}

apt_inside()
{
	inside apt-get -q -o Dpkg::Use-Pty=0 -y --no-install-recommends "$@"
}

# module_of RELEASE: where DKMS has put it.
module_of()
{
	find "$root/lib/modules/$1/updates" -name 'smbsign.ko*' 2> /dev/null
}

check_modules()
{
	local version=$1 what=$2 release

	for release in "${releases[@]}"; do
		equal "$what: version of the module for $release" \
			"$(inside modinfo -k "$release" -F version smbsign 2>&1)" "$version"
		equal "$what: kernel of the module for $release" \
			"$(inside modinfo -k "$release" -F vermagic smbsign 2>&1 | cut -d' ' -f1)" "$release"
	done
	equal "$what: DKMS" "$(inside dkms status 2> /dev/null | sed 's/, x86_64//' | sort)" \
		"$(printf "smbsign/$version, %s: installed\n" "${releases[@]}" | sort)"
}

check_command()
{
	local version=$1 what=$2 prefix=$3 out

	equal "$what: smbsignctl" "$(inside "$prefix/sbin/smbsignctl" --version 2>&1)" "smbsignctl $version"
	equal "$what: smbsignctl finds its parts" \
		"$(inside "$prefix/sbin/smbsignctl" set --help 2>&1 | head -n 1)" \
		'usage: smbsignctl set client|server NAME VALUE'
	out=$(inside "$prefix/sbin/smbsignctl" status 2>&1) && out="status 0: $out"
	equal "$what: smbsignctl without the module" "$(head -n 1 <<< "$out")" \
		'smbsign     not loaded; load it: modprobe smbsign'
	for page in '8 smbsignctl' '4 smbsign'; do
		# shellcheck disable=SC2086 # two words
		check "$what: man $page" inside sh -c "man $page | grep -q 'NAME'"
	done
	check "$what: completion" inside bash -c ". $prefix/share/bash-completion/completions/smbsignctl && complete -p smbsignctl"
}

# check_unit WHAT FILE: what it starts is there, and systemd understands it.
check_unit()
{
	local what=$1 file=$2 program

	for program in $(sed -n 's/^ExecStart=\([^ ]*\).*/\1/p' "$root$file"); do
		check "$what: smbsign.service finds $program" inside test -x "$program"
	done
	if command -v systemd-analyze > /dev/null; then
		# It looks for the programs on this machine.
		sed 's,^ExecStart=[^ ]*,ExecStart=/bin/true,' "$root$file" > "$packages/smbsign.service"
		check "$what: smbsign.service" sh -c \
			"! systemd-analyze --man=no verify '$packages/smbsign.service' 2>&1 | grep smbsign.service"
	fi
}

test_install()
{
	check 'install' apt_inside install "/root/$(basename "$deb")"
	check_modules "$version" install
	check_command "$version" install /usr
	check_unit install /lib/systemd/system/smbsign.service
	check 'install: smbsign.service is enabled' \
		test -L "$root/etc/systemd/system/multi-user.target.wants/smbsign.service"
	check 'install: example for modprobe.d' test -f "$root/usr/share/doc/smbsign-dkms/examples/modprobe.d-smbsign.conf"
	equal 'install: nothing set for modprobe' "$(grep -rl smbsign "$root/etc/modprobe.d" "$root/lib/modprobe.d" 2> /dev/null || :)" ''
}

# What DKMS has built is what the kernel takes.
test_load()
{
	local dir=$BUILD/package-vm file release

	release=$("$TESTBED/kernels.sh" release debian-6.12)
	file=$(module_of "$release")
	mkdir -p "$dir"
	case $file in
	*.xz) xz -dc "$file" > "$dir/smbsign.ko" ;;
	*) cp "$file" "$dir/smbsign.ko" ;;
	esac
	equal "load on Linux $release" \
		"$("$TESTBED/vm.sh" -k debian-6.12 -d "$dir" -- sh -c \
			'insmod smbsign.ko && cat /sys/module/smbsign/version && unload smbsign' 2>&1)" "$version"
}

test_upgrade()
{
	echo 'client_require_security_signature=1' > "$root/etc/smbsign.conf"
	check 'upgrade' apt_inside install "/root/$(basename "$deb_next")"
	check_modules $NEXT upgrade
	check_command $NEXT upgrade /usr
	check 'upgrade: the old sources are gone' test ! -e "$root/usr/src/smbsign-$version"
	check 'upgrade: smbsign.service is enabled' \
		test -L "$root/etc/systemd/system/multi-user.target.wants/smbsign.service"
	equal 'upgrade: the policy that was saved' "$(cat "$root/etc/smbsign.conf")" client_require_security_signature=1
}

test_remove()
{
	local release

	check 'remove' apt_inside remove smbsign-dkms
	for release in "${releases[@]}"; do
		equal "remove: no module for $release" "$(module_of "$release")" ''
	done
	equal 'remove: DKMS' "$(inside dkms status 2> /dev/null)" ''
	equal 'remove: the policy that was saved' "$(cat "$root/etc/smbsign.conf")" client_require_security_signature=1
	check 'purge' apt_inside purge smbsign-dkms
	equal 'purge: nothing is left' "$(tree)" "$before"
	equal 'purge: dpkg' "$(inside dpkg -l smbsign-dkms 2>&1 | grep -c '^[a-z][a-zA-Z]  *smbsign')" 0
}

# Files alone: "make uninstall" leaves folders that others may use.
files()
{
	tree | grep -v '^d '
}

test_make_install()
{
	local release=${releases[0]} before_files

	before_files=$(files)
	cp -r "$packages/1/smbsign" "$root/root/smbsign"
	rm -rf "$root/root/smbsign/debian/smbsign-dkms"
	check 'make install' inside make -C /root/smbsign install "KDIR=/lib/modules/$release/build"
	equal 'make install: version of the module' "$(inside modinfo -k "$release" -F version smbsign 2>&1)" "$version"
	check_command "$version" 'make install' /usr/local
	check_unit 'make install' /usr/local/lib/systemd/system/smbsign.service
	check 'make uninstall' inside make -C /root/smbsign uninstall "KDIR=/lib/modules/$release/build"
	equal 'make uninstall: nothing is left' "$(files)" "$before_files"
	check 'make install with DESTDIR' inside make -C /root/smbsign install DESTDIR=/root/dest PREFIX=/usr \
		"KDIR=/lib/modules/$release/build"
	equal 'make install with DESTDIR: nothing elsewhere' "$(files)" "$before_files"
	equal 'make install with DESTDIR: files' \
		"$(cd "$root/root/dest" && find . -type f | sed 's,\.[xg]z$,,; s,^\./,,' | sort)" \
		"$({ inside sed -n 's,^/,,p' /root/list | sed 's,\.gz$,,'; echo "lib/modules/$release/updates/smbsign.ko"; } | sort)"
	check 'make uninstall with DESTDIR' inside make -C /root/smbsign uninstall DESTDIR=/root/dest PREFIX=/usr \
		"KDIR=/lib/modules/$release/build"
	equal 'make uninstall with DESTDIR: nothing is left' "$(find "$root/root/dest" -type f)" ''
}

# package_files DEB: what "make install" has to bring as well, in its own places.
package_files()
{
	dpkg -c "$1" | awk '/^-/ { print $6 }' | sed 's,^\.,,' | grep -vE '^/usr/src/|/(copyright|changelog.gz)$' |
		sed 's,^/lib/systemd,/usr/lib/systemd,; s,/doc/smbsign-dkms/,/doc/smbsign/,'
}

main()
{
	local deb deb_next version before releases release series

	case ${1:-} in
	-h | --help) usage; exit 0 ;;
	esac
	if [ "$(id -u)" -ne 0 ]; then
		command -v sudo > /dev/null || die 'this needs root, and there is no sudo' 'run it as root'
		exec sudo SMBSIGN_CACHE="$CACHE" SMBSIGN_RESULTS="${SMBSIGN_RESULTS:-}" "$0" "$@"
	fi
	command -v mmdebstrap > /dev/null || die 'mmdebstrap is not installed' 'run: apt-get install mmdebstrap'
	trap cleanup EXIT
	trap 'exit 130' INT TERM
	mkdir -p "$LOGS" "$packages"
	deb=$("$ROOT/tools/deb.sh" "$packages/1")
	deb_next=$("$ROOT/tools/deb.sh" -v $NEXT "$packages/2")
	version=$(dpkg-deb -f "$deb" Version)
	releases=()
	for series in 6.1 6.12; do
		releases+=("$("$TESTBED/kernels.sh" release "debian-$series")")
	done
	make_chroot
	cp "$deb" "$deb_next" "$root/root/"
	package_files "$deb" > "$root/root/list"
	# What depmod writes once it has been run, as DKMS does.
	for release in "${releases[@]}"; do
		inside depmod "$release" 2> /dev/null
	done
	before=$(tree)
	test_install
	test_load
	test_upgrade
	test_remove
	test_make_install
	return $rc
}

main "$@"
