#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# In the guest: ksmbd.ko as a server, until the host has had enough of it.
#
#   ksmbd.sh patched | stock
#
# Takes, in /share/ksmbd: ksmbd.tools with lib/ and gconv/ (ksmbd-tools.sh); with
# "patched" also ksmbd.ko and smbsign.ko, loaded as an installed package's would be.
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

load()
{
	modprobe -q aesni_intel
	modprobe -q sha256_ssse3
	if [ "$way" = patched ]; then
		mkdir -p "/lib/modules/$(uname -r)/updates"
		cp smbsign.ko "/lib/modules/$(uname -r)/updates/"
		cp ksmbd.ko "/lib/modules/$(uname -r)/kernel/fs/smb/server/"
		depmod || fail depmod
	fi
	modprobe ksmbd || fail modprobe ksmbd
	[ "$way" = stock ] || grep -q '^smbsign .* ksmbd,' /proc/modules || fail "ksmbd.ko does not use smbsign.ko: $(grep smb /proc/modules)"
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

listen()
{
	n=0
	tool ksmbd.mountd || fail mountd
	until netstat -ltn 2> /dev/null | grep -q ':445 '; do
		n=$((n + 1))
		[ $n -lt 100 ] || fail "ksmbd does not listen"
		usleep 100000
	done
}

# restart SIGNING: with another ksmbd.conf; for the host's scripts
restart()
{
	tool ksmbd.control -s
	configure "$1"
	listen
}

load
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
tool ksmbd.control -s
sleep 1
rmmod ksmbd || fail rmmod ksmbd
[ "$way" = stock ] || rmmod smbsign || fail rmmod smbsign
