#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# In the guest: ksmbd.ko as a server, until the host has had enough of it.
#
#   ksmbd.sh patched | stock | dropin
#
# Takes, in /share/ksmbd: ksmbd.tools with lib/ and gconv/ (trixie.sh), and
# modules, installed as a package's would be: with "patched" smbsign.ko, ksmbd.ko and,
# for use_cifs, cifs.ko; with "dropin" smbsign.ko, loaded before the kernel's own.
# Gives: shares "test" for the user smbsign, password smbsign, and "guest" for
# others; the file "ready" when it listens.  Then it runs each script "cmd" that the
# host puts there, its output in "cmd.out" and at last its status in "cmd.rc", until
# there is a file "stop".

cd /share/ksmbd || exit 1
way=$1

fail()
{
	echo "FAIL $*"
	dmesg | tail -n 30
	cat /tmp/mountd 2> /dev/null
	exit 1
}

tool()
{
	name=$1
	shift
	GCONV_PATH=$PWD/gconv lib/ld-linux-x86-64.so.2 --library-path "$PWD/lib" --argv0 "$name" ./ksmbd.tools \
		"$@" > /tmp/mountd 2>&1
}

# With their paths, for busybox has commands of these names inside it.
load()
{
	/bin/modprobe -q aesni_intel
	/bin/modprobe -q sha256_ssse3
	if [ "$way" != stock ]; then
		mkdir -p "/lib/modules/$(uname -r)/updates"
		cp ./*.ko "/lib/modules/$(uname -r)/updates/"
		/bin/depmod || fail depmod
	fi
	[ "$way" != dropin ] || /bin/modprobe smbsign || fail modprobe smbsign
	/bin/modprobe ksmbd || fail modprobe ksmbd
	[ "$way" != patched ] || grep -q '^smbsign .* ksmbd,' /proc/modules || fail "ksmbd.ko does not use smbsign.ko: $(grep smb /proc/modules)"
}

# configure SIGNING: ksmbd.conf with that "server signing".  With leases on directories
# impacket writes to no file in the root: it has a bug there.  A frame must be through
# within seconds, or ksmbd.ko cuts it off: emulated, one of 4 MiB may take longer.
configure()
{
	cat > /etc/ksmbd/ksmbd.conf <<- END
		[global]
			netbios name = KSMBD
			workgroup = SMBSIGN
			server signing = $1
			server min protocol = SMB2_10
			tcp port = 445
			map to guest = bad user
			guest account = nobody
			server multi channel support = yes
			smb2 leases = no
			smb2 max read = 1048576
			smb2 max write = 1048576
			oplocks = yes
			share:fake_fscaps = 0
		[test]
			path = /srv
			read only = no
		[guest]
			path = /srv
			read only = no
			guest ok = yes
			force user = root
	END
}

# await PORT: until somebody listens there
await()
{
	n=0
	until netstat -ltn 2> /dev/null | grep -q ":$1 "; do
		n=$((n + 1))
		[ $n -lt 100 ] || return
		usleep 100000
	done
}

listen()
{
	tool ksmbd.mountd || fail mountd
	await 445 || fail "ksmbd does not listen"
}

# restart SIGNING: with another ksmbd.conf; for the host's scripts
restart()
{
	tool ksmbd.control -s
	configure "$1"
	listen
}

# read_back CHANNELS BLOCK [LIMIT]: to /share/back; two read at once if there are channels.
read_back()
{
	other=''
	if [ "$1" -gt 1 ]; then
		cat /mnt/there > /dev/null &
		other=$!
	fi
	shift
	dd if=/mnt/there of=../back "$@"
	status=$?
	[ -z "$other" ] || wait $other || return
	return $status
}

# use_cifs PORT DIALECT ALGORITHMS REQUIRES CHANNELS MEGABYTES: cifs.ko as the client, by
# way of the host's PORT: so much of /share/data there and, as /share/back, back again.
# What it offers, or -; whether it requires signing, yes or no; how many connections it
# may make.  Leaves DebugData and crypto as they were in /proc while it was mounted, and
# in setups how many keys were set for the mount, and then while there was data on its
# way; for the host's scripts
use_cifs()
{
	relay=''
	block=bs=1M
	limit="count=$6M iflag=count_bytes"
	policy=/sys/kernel/smbsign/client
	rm -f DebugData crypto setups
	options=port=$1,vers=$2,username=smbsign,password=smbsign,cache=none,nosharesock
	if [ "$way" = patched ]; then
		echo 0 > $policy/require_security_signature
		offer=$3
		[ "$offer" != - ] || offer='aes-gmac aes-cmac hmac-sha256'
		echo "$offer" > $policy/signing_algorithms || return
		to_end=''
	else
		# Stock ksmbd.ko signs wrongly that there is no more to read.
		to_end=$limit
	fi
	/bin/modprobe cifs || return
	[ "$4" = yes ] && options=$options,sec=ntlmsspi
	# Further connections go to the same port at an address that the server names.
	# cifs.ko chooses a channel for each call: where calls are few and large, chance
	# may give all of them to one.
	if [ "$5" -gt 1 ]; then
		block=bs=64k
		options=$options,multichannel,max_channels=$5,rsize=65536,wsize=65536
		nc -ll -p "$1" -e nc 10.0.2.2 "$1" &
		relay=$!
		await "$1" || return
	fi
	unmounted=$(setups)
	mount.cifs //10.0.2.2/test /mnt -o "$options" || return
	mounted=$(setups)
	# shellcheck disable=SC2086 # words are wanted
	dd if=../data of=/mnt/there $block $limit && sync && read_back "$5" $block $to_end &&
		mkdir /mnt/d && [ "$(ls /mnt)" = "$(printf 'd\nthere')" ] && rmdir /mnt/d && rm /mnt/there
	rc=$?
	echo $((mounted - unmounted)) $(($(setups) - mounted)) > setups
	cat /proc/fs/cifs/DebugData > DebugData
	cat /proc/crypto > crypto
	umount /mnt || return
	[ -z "$relay" ] || kill $relay
	return $rc
}

load
setups begin || fail setups
mkdir -p /srv /run /var/run /etc/ksmbd
mount -t tmpfs -o size=700m tmpfs /srv
echo 'nobody:x:65534:65534:nobody:/:/bin/false' >> /etc/passwd
echo 'nogroup:x:65534:' >> /etc/group
# It is whom clients work as.
echo 'smbsign:x:0:0:smbsign:/:/bin/sh' >> /etc/passwd
configure auto
tool ksmbd.adduser -a smbsign -p smbsign || fail adduser
listen
touch ready
until [ -e stop ]; do
	if [ -e cmd ]; then
		mv cmd cmd.run
		(. ./cmd.run) > cmd.out 2>&1
		echo $? > cmd.rc.new
		mv cmd.rc.new cmd.rc
	fi
	usleep 100000
done
! grep -q '^cifs ' /proc/modules || unload cifs || fail rmmod cifs
tool ksmbd.control -s
sleep 1
unload ksmbd || fail rmmod ksmbd
[ "$way" = stock ] || unload smbsign || fail rmmod smbsign
