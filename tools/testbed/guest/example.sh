#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2034,SC2154 # with tap.sh
# In the guest: the example consumer of smbsign and its client.
#
#   example.sh KEY PORT SPOILED-CASE
#
# Takes, in /share: smbsign/smbsign.ko, and in example/ smbsign_example.ko, the
# client, tap.sh and the sessions of gen-session.py: session-ALGORITHM,
# session-not-required and session-spoiled.
# Gives: TAP, each run under "# run NAME"; status 0 if all are ok.

# shellcheck source=tools/testbed/guest/tap.sh
. /share/example/tap.sh
cd /share/example || exit 1
key=$1 port=$2 spoiled=$3
module=/sys/module/smbsign_example

# run NAME OPTIONS...: the client with the session of that name.  Responses that
# do not come take their time: after the first bad run there is no other.
run()
{
	[ $bad -eq 0 ] || return
	name=$1
	shift
	echo "# run $name $*"
	./client "$@" "$port" "session-$name" > /tmp/tap || bad=1
	cat /tmp/tap
}

# load REQUIRED PARAMETERS...: REQUIRED is the server's policy, 0 or 1.
load()
{
	echo "$1" > /sys/kernel/smbsign/server/require_security_signature
	shift
	insmod smbsign_example.ko key="$key" port="$port" "$@"
}

counter()
{
	cat $module/parameters/verified_in_"$1"
}

num_verified()
{
	echo $(($(counter softirq) + $(counter process)))
}

# With one processor, only what came before the connection was accepted, the first
# request of a case, is verified elsewhere.  With two, also what comes while the
# other one sends.
in_softirq()
{
	if [ "$(grep -c ^processor /proc/cpuinfo)" -eq 1 ]; then
		[ "$softirq" -gt 0 ] && [ "$process" -le "$(grep -c '^ok' /tmp/tap)" ]
	else
		[ "$softirq" -gt $((2 * process)) ]
	fi
}

refuses()
{
	! insmod smbsign_example.ko "$@"
}

# unload_under_load N: while clients send as fast as they can, N tenths of a
# second after the first request of theirs was verified.
unload_under_load()
{
	load 1 || return
	./client -c 8 -r 1000000 "$port" session-aes-gmac > /tmp/load 2>&1 &
	./client -n "$port" session-aes-gmac > /dev/null 2>&1 &
	n=0
	until [ "$(num_verified)" -gt 0 ] || [ $n -eq 300 ]; do
		n=$((n + 1))
		usleep 100000
	done
	usleep $(($1 * 100000))
	verified=$(num_verified)
	rmmod smbsign_example || return
	wait
	[ "$verified" -gt 0 ] && [ ! -e $module ]
}

insmod /share/smbsign/smbsign.ko || exit 1
for alg in aes-gmac aes-cmac hmac-sha256; do
	load 1 algorithm=$alg || exit 1
	run $alg
	softirq=$(counter softirq) process=$(counter process)
	echo "# verified in softirq: $softirq, in process context: $process"
	status "$alg is verified in softirq" 0 in_softirq
	run $alg -d
	run $alg -p
	# Connections of one session share the guard against reuse of nonces.
	[ $alg != aes-gmac ] || run $alg -c 8 -r 2
	rmmod smbsign_example || exit 1
done

load 0 || exit 1
run not-required
run aes-gmac -n
echo "# run spoiled"
./client "$port" session-spoiled | grep '^not ok' > /tmp/tap
is "a wrong signature of the server's is noticed, and nothing else" \
	"$(sed 's/^not ok [0-9]* - //' /tmp/tap)" "$spoiled: another response than expected"

echo "# run parameters"
status "the key is not to be seen" 1 [ -e $module/parameters/key ]
rmmod smbsign_example || exit 1
status "no key is refused" 0 refuses
status "a short key is refused" 0 refuses key="${key%?}"
status "a key of other letters is refused" 0 refuses key="${key%?}g"
status "an unknown algorithm is refused" 0 refuses key="$key" algorithm=md5
status "a counter is not to be set" 0 refuses key="$key" verified_in_softirq=1

echo "# run unload"
for i in 1 3 5 9; do
	status "unload under load, after 0.$i s" 0 unload_under_load $i
done
status "smbsign leaves" 0 unload smbsign
exit $bad
