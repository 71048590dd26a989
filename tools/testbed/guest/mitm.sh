#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# In the guest: mounts a share through an attacker in the middle, once for each
# attack, and tells what came of it.
#
#   mitm.sh FOLDER stock|patched
#
#   FOLDER   in /share, with what the server has (f, g) and lines "ATTACK PORT
#            WORK" in the file "attacks"; with ATTACK@ALGORITHM the patched module
#            offers just that
#   stock    the kernel's own cifs.ko
#   patched  /share/consumers/cifs.ko with smbsign.ko
#
# Gives: a line for each attack
#   attack NAME mount=RESULT work=RESULT content=RESULT log=LINES trace=EVENTS alive=SECONDS
# RESULT is "ok" or the error with "_" for its spaces; content is what the client
# got: same, cut, modified, or none; log counts what the kernel says of signatures,
# its messages are in FOLDER/NAME.log; trace counts the tracepoints of what smbsign
# found wrong, "-" with the stock module; alive is when the mount could be read again,
# "no" if that was not within 15 tries, "-" without a mount.

folder=/share/$1 which=$2
tracing=/sys/kernel/tracing
policy=/sys/kernel/smbsign/client/signing_algorithms
# No cache, so that every read asks the server; a dead connection is seen soon.
options=username=smbsign,password=smbsign,cache=none,actimeo=0,nosharesock,echo_interval=2
size=$(wc -c < "$folder/f")

# What an error message ends with.
errno_of()
{
	sed -n 's/.*: //p' "$1" | tail -n 1 | sed 's/ /_/g'
}

# try COMMAND...: its result in $result.
try()
{
	if timeout 60 "$@" 2> /tmp/err; then
		result=ok
	else
		result=$(errno_of /tmp/err)
		result=${result:-timeout}
	fi
}

# compare FILE EXPECTED: a part is no more than that when there was an error.
compare()
{
	got=$(wc -c < "$1")
	if cmp -s "$1" "$2"; then
		content=same
	elif [ "$got" -eq 0 ] && [ "$result" != ok ]; then
		content=none
	elif [ "$got" -lt "$size" ] && cmp -s -n "$got" "$1" "$2"; then
		content=short
	else
		content=modified
	fi
}

work_read()
{
	rm -f /tmp/got
	: > /tmp/got
	try dd if=/mnt/f of=/tmp/got bs=64k
	compare /tmp/got "$folder/f"
}

# Two at a time, and the worse of both.
work_pair()
{
	: > /tmp/got-g
	dd if=/mnt/g of=/tmp/got-g bs=64k 2> /tmp/err-g &
	other=$!
	work_read
	wait $other || result=$(errno_of /tmp/err-g)
	first=$content
	compare /tmp/got-g "$folder/g"
	case $first in
	modified) content=modified ;;
	*) [ "$content" != same ] || content=$first ;;
	esac
}

# The server's file is for the host to look at.
work_write()
{
	try dd if="$folder/f" of="/mnt/written-$name" bs=64k conv=fsync
	content=none
}

work_rewrite()
{
	try dd if="$folder/g" of="/mnt/written-$name" bs=$size count=1 conv=fsync
	[ "$result" = ok ] || return
	try dd if="$folder/f" of="/mnt/written-$name" bs=$size count=1 conv=fsync,notrunc
	content=none
}

work_mkdir()
{
	try mkdir /mnt/made
	[ "$result" = ok ] && try rmdir /mnt/made
	content=none
}

# The length of its name is one that leaves padding behind.
work_stat()
{
	try stat -c %s /mnt/ff > /tmp/got
	content=none
	[ "$result" = ok ] || return
	content=modified
	[ "$(cat /tmp/got)" != "$size" ] || content=same
}

# What readdir says, with no look at the file itself.
work_list()
{
	# shellcheck disable=SC2016 # expanded there
	timeout 60 sh -c 'cd /mnt/folder && echo *' > /tmp/got 2> /dev/null
	try ls /mnt/folder > /dev/null
	case $(cat /tmp/got) in
	victim) content=same ;;
	'' | '*') content=none ;;
	*) content=modified ;;
	esac
}

# How long until another file can be read as it is.
wait_alive()
{
	n=0
	while [ $n -lt 15 ]; do
		timeout 10 cat /mnt/g > /tmp/alive 2> /dev/null
		cmp -s /tmp/alive "$folder/g" && alive=$n && return
		n=$((n + 1))
		sleep 1
	done
	alive=no
}

unmount()
{
	umount /mnt 2> /dev/null || umount -l /mnt
}

# offer NAME: the algorithm that it says, or all
offer()
{
	case $1 in
	*@*) echo "${1#*@}" ;;
	*) echo "$all" ;;
	esac > $policy
}

# attack NAME PORT WORK
attack()
{
	name=$1 with=$options,port=$2 work=$3
	mounted=- content=none alive=- result=-

	case $work in
	mount-plain) with=$with,vers=3.1.1,sec=ntlmssp ;;
	mount-any) with=$with,sec=ntlmsspi ;;
	*) with=$with,vers=3.1.1,sec=ntlmsspi ;;
	esac
	[ "$which" = stock ] || offer "$name"
	dmesg -c > /dev/null
	[ "$which" = stock ] || echo > $tracing/trace
	try mount.cifs //10.0.2.2/test /mnt -o "$with"
	mounted=$result result=-
	if [ "$mounted" = ok ]; then
		[ -e /mnt/arm ]
		case $work in
		mount*) work_read ;;
		*) "work_$work" ;;
		esac
		[ -e /mnt/disarm ]
		wait_alive
		unmount
	fi
	dmesg -c > "$folder/$name.log"
	log=$(grep -ciE 'sign' "$folder/$name.log")
	trace=-
	[ "$which" = stock ] || trace=$(grep -cE 'smbsign_verify: .* error=-|smbsign_refuse: ' $tracing/trace)
	echo "attack $name mount=$mounted work=$result content=$content log=$log trace=$trace alive=$alive"
}

/bin/modprobe -q aesni_intel
/bin/modprobe -q sha256_ssse3
if [ "$which" = stock ]; then
	/bin/modprobe cifs enable_negotiate_signing=1 || exit 1
else
	updates=/lib/modules/$(uname -r)/updates
	mkdir -p "$updates"
	cp /share/smbsign/smbsign.ko /share/consumers/cifs.ko "$updates/"
	/bin/depmod
	/bin/modprobe cifs || exit 1
	/bin/lsmod | grep -q '^smbsign .*cifs' || exit 1
	all=$(cat $policy)
	echo 1 > $tracing/events/smbsign/enable
fi
while read -r name port work; do
	attack "$name" "$port" "$work"
done < "$folder/attacks"
