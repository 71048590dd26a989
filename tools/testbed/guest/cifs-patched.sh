#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2154 # with tap.sh
# In the guest: the patched cifs.ko as the client of Samba servers.
#
#   cifs-patched.sh MEGABYTES
#
# Takes, in /share: smbsign/smbsign.ko, consumers/cifs.ko, tap.sh, and "cells", a
# line for each mount:
#   NAME PORT DIALECT ALGORITHMS REQUIRE OPTIONS WANT SIGNED
# with the client's policy (algorithms joined by +, require 0 or 1), further mount
# options (or -), the algorithm that must come of it, and whether all messages
# have to be signed (yes, no), or "cut": they have to be, and the connection is cut
# in between, or "but-third": they have to be, and a third connection does not become
# a channel, for it would use nonces again, or "guest": we are logged on as that, or
# the errno with which mounting fails.  For "cut" the host takes away /share/cut when it
# has done so.
# Gives: lines "ok - WHAT" and "not ok - WHAT: WHY"; status 0 if all are ok.

# shellcheck source=tools/testbed/guest/tap.sh
. /share/tap.sh

megabytes=$1
smbsign=/sys/kernel/smbsign
options=username=smbsign,password=smbsign,cache=none,nosharesock

stat()
{
	cat "$smbsign/stats/$1"
}

# install_modules: as an administrator would; modprobe has to find the order.
# With their paths, for busybox has commands of these names inside it.
install_modules()
{
	dir=/lib/modules/$(uname -r)/updates
	mkdir -p "$dir"
	cp /share/smbsign/smbsign.ko /share/consumers/cifs.ko "$dir/"
	/bin/depmod
	/bin/modprobe aesni_intel
	/bin/modprobe sha256_ssse3
	status "modprobe cifs" 0 /bin/modprobe cifs
	like "modprobe cifs loads smbsign first" "$(/bin/lsmod | grep '^smbsign ')" '*cifs'
}

# copy: the file there and back, through /mnt, and no byte other.  cifs.ko chooses a
# channel for each call: where calls are few and large, chance may give all of them to one.
copy()
{
	block=4M
	other=''
	case $extra in *multichannel*) block=64k ;; esac
	dd if=/tmp/data of=/mnt/data bs=$block 2> /tmp/err || { not_ok "$1: write" "$(cat /tmp/err)"; return 1; }
	sync
	if [ $block = 64k ]; then	# two read at once
		cat /mnt/data > /dev/null &
		other=$!
	fi
	got=$(sha256sum < /mnt/data) || { not_ok "$1: read" "it failed"; return 1; }
	[ -z "$other" ] || wait $other || { not_ok "$1: read" "the second one failed"; return 1; }
	is "$1: $megabytes MiB there and back" "$got" "$sum"
	[ "$got" = "$sum" ]
}

# metadata: what goes in compounds, and answers that are errors.
metadata()
{
	mkdir /mnt/dir && echo text > /mnt/dir/a && mv /mnt/dir/a /mnt/dir/b &&
		[ "$(cat /mnt/dir/b)" = text ] && [ "$(ls /mnt/dir)" = b ] &&
		! cat /mnt/dir/none 2> /dev/null && df /mnt > /dev/null &&
		chmod 700 /mnt/dir/b && rm /mnt/dir/b && rmdir /mnt/dir && rm /mnt/data
}

# cut NAME: the host cuts the connection; what was read before is read again.
cut()
{
	echo > /share/cut
	n=0
	while [ -e /share/cut ] && [ $n -lt 60 ]; do
		n=$((n + 1))
		sleep 1
	done
	is "$1: the connection was cut" "$([ -e /share/cut ] && echo no)" ''
	copy "$1 again"
}

# check_setups NAME: keys are set for the mount, and none for a message.  Channels may be
# bound, and get their keys, while data is on its way.
check_setups()
{
	case $must/$extra in
	no/* | *multichannel*) ;;
	*) like "$1: no key is set for a message" "$((mounted - unmounted)) $(($(setups) - mounted))" '[1-9]* 0' ;;
	esac
}

# Only what the counters say about both directions tells signed from unsigned.
check_signed()
{
	bytes=$((megabytes * 1048576))
	out=$(($(stat signed_bytes) - signed))
	in=$(($(stat verified_bytes) - verified))
	if [ "$2" != no ] && [ $out -ge $bytes ] && [ $in -ge $bytes ]; then
		ok "$1: all was signed"
	elif [ "$2" = no ] && [ $out -lt 100000 ] && [ $in -lt 100000 ]; then
		ok "$1: data was not signed"
	else
		not_ok "$1: signed: $2" "$out bytes signed, $in verified, of $bytes"
	fi
}

cell()
{
	local name=$1 port=$2 dialect=$3 algorithms=$4 require=$5 extra=$6 want=$7 must=$8

	echo "$algorithms" | tr + ' ' > "$smbsign/client/signing_algorithms"
	echo "$require" > "$smbsign/client/require_security_signature"
	signed=$(stat signed_bytes) verified=$(stat verified_bytes)
	nonces=$(stat nonce_refused)
	bad_before=$(stat bad_signature)/$(stat refused)/$nonces
	[ "$extra" = - ] && extra=''
	unmounted=$(setups)
	mount.cifs //10.0.2.2/test /mnt -o "$options,port=$port,vers=$dialect${extra:+,$extra}" > /tmp/err 2>&1
	rc=$?
	case $must in
	yes | no | cut | but-third) ;;
	guest)
		like "$name: logged on as guest" "$rc $(grep -c 'Guest' /proc/fs/cifs/DebugData)" '0 [1-9]*'
		status "$name: umount" 0 umount /mnt
		return
		;;
	*)
		umount /mnt 2> /dev/null
		like "$name: mount fails with $must" "$rc $(cat /tmp/err)" "[1-9]*($must)*"
		return
		;;
	esac
	[ $rc -eq 0 ] || { not_ok "$name: mount" "$(cat /tmp/err)"; dmesg | tail -n 5; return; }
	is "$name: algorithm" "$(sed -n 's/^Signing algorithm: //p' /proc/fs/cifs/DebugData)" "$want"
	mounted=$(setups)
	if copy "$name"; then
		check_setups "$name"
		[ "$must" != cut ] || cut "$name"
		metadata 2> /tmp/err
		is "$name: metadata" "$?" 0
	fi
	check_signed "$name" "$must"
	status "$name: umount" 0 umount /mnt
	if [ "$must" = but-third ]; then
		like "$name: a nonce was refused" "$(stat bad_signature)/$(stat refused)/$(($(stat nonce_refused) - nonces))" \
			"${bad_before%/*}/[1-9]*"
	else
		is "$name: nothing was refused" "$(stat bad_signature)/$(stat refused)/$(stat nonce_refused)" "$bad_before"
	fi
}

dd if=/dev/urandom of=/tmp/data bs=1M count="$megabytes" 2> /dev/null
sum=$(sha256sum < /tmp/data)
install_modules
status "probes of what sets keys" 0 setups begin
while read -r line; do
	# shellcheck disable=SC2086 # words are wanted
	cell $line
done < /share/cells

status "rmmod cifs" 0 unload cifs
status "rmmod smbsign" 0 unload smbsign
exit $bad
