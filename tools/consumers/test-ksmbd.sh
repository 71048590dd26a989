#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# test-ksmbd.sh: the patched ksmbd.ko as a server of clients in user space, and of the
# patched cifs.ko.
#
#   test-ksmbd.sh NAME [-c PROCESSORS] [-m MEGABYTES] [-s | -d] [CELL...]
#
#   NAME  debian-6.12 or debian-6.1
#   -c    number of processors of the guest, default 2
#   -m    how much goes there and back in each cell, default 64; a sixteenth or less
#         if cifs.ko is the client, for then both ends are emulated, and with AES-CMAC
#         of impacket; a fourth with libsmb2
#   -s    the stock ksmbd.ko, to compare with: only prints, and asserts nothing
#   -d    the stock ksmbd.ko and the stock cifs.ko, with the drop-in of smbsign.ko:
#         only DROPIN_CELLS, and that both modules sign with it
#   CELL  only these, by name, of CELLS, refusals, torture; default all
#
# Takes: what smb.sh builds, trixie.sh, smbclient, smbtorture, impacket and libsmb2.
# Every cell of CELLS is a connection of a client on this machine, or of cifs.ko, which is
# in the guest as well and comes by way of this machine: a dialect, the
# algorithms that it offers, and whether either end requires signing.  It writes,
# reads and compares, and wire.py computes again every signature that went over the
# wire.  "refusals" plays what must be refused (ksmbd/refusals.py), "torture" runs
# the tests of ksmbd/torture-SERIES, which says for each what is to come of it.
# Gives: what passed and failed, with SMBSIGN_RESULTS set also there.

set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../testbed/lib.sh"
. "$here/wire/recorder.sh"

# cell, client (cifs+N: may make N connections), dialect, algorithms of the client,
# client requires, policy of the server requires, "server signing" of ksmbd.conf,
# algorithm that must come of it, signed: yes, no (what need not be is not), guest,
# but-third (yes, but a third connection does not become a channel: it would use
# nonces again)
CELLS="
2.1 smbclient 2.1 - yes 0 auto HMAC-SHA256 yes
3.0 smbclient 3.0 - yes 0 auto AES-CMAC yes
3.0.2 smbclient 3.0.2 - yes 0 auto AES-CMAC yes
3.1.1-all smbclient 3.1.1 - yes 0 auto AES-GMAC yes
3.1.1-gmac smbclient 3.1.1 AES-128-GMAC yes 0 auto AES-GMAC yes
3.1.1-cmac smbclient 3.1.1 AES-128-CMAC yes 0 auto AES-CMAC yes
3.1.1-hmac smbclient 3.1.1 HMAC-SHA256 yes 0 auto HMAC-SHA256 yes
2.1-auto smbclient 2.1 - no 0 auto HMAC-SHA256 no
3.0-auto smbclient 3.0 - no 0 auto AES-CMAC no
3.1.1-auto smbclient 3.1.1 - no 0 auto AES-GMAC no
2.1-policy smbclient 2.1 - no 1 auto HMAC-SHA256 yes
3.0-policy smbclient 3.0 - no 1 auto AES-CMAC yes
3.1.1-policy smbclient 3.1.1 - no 1 auto AES-GMAC yes
3.1.1-mandatory smbclient 3.1.1 - no 0 mandatory AES-GMAC yes
3.1.1-both smbclient 3.1.1 - yes 1 mandatory AES-GMAC yes
3.1.1-guest smbclient 3.1.1 - no 1 auto - guest
impacket-2.1 impacket 2.1 - yes 1 auto HMAC-SHA256 yes
impacket-3.0 impacket 3.0 - yes 1 auto AES-CMAC yes
impacket-3.1.1 impacket 3.1.1 - yes 1 auto AES-CMAC yes
libsmb2-2.1 libsmb2 2.1 - yes 0 auto HMAC-SHA256 yes
libsmb2-3.0 libsmb2 3.0 - yes 0 auto AES-CMAC yes
libsmb2-3.0.2 libsmb2 3.0.2 - yes 0 auto AES-CMAC yes
libsmb2-3.1.1 libsmb2 3.1.1 - yes 0 auto AES-CMAC yes
cifs-2.1 cifs 2.1 - yes 0 auto HMAC-SHA256 yes
cifs-3.0 cifs 3.0 - yes 0 auto AES-CMAC yes
cifs-3.1.1-gmac cifs 3.1.1 aes-gmac yes 0 auto AES-GMAC yes
cifs-3.1.1-cmac cifs 3.1.1 aes-cmac yes 0 auto AES-CMAC yes
cifs-3.1.1-hmac cifs 3.1.1 hmac-sha256 yes 0 auto HMAC-SHA256 yes
cifs-3.1.1-auto cifs 3.1.1 - no 0 auto AES-GMAC no
cifs-3.1.1-policy cifs 3.1.1 - no 1 auto AES-GMAC yes
channels-3.0 cifs+2 3.0 - yes 0 auto AES-CMAC yes
channels-gmac cifs+2 3.1.1 aes-gmac yes 0 auto AES-GMAC yes
channels-hmac cifs+2 3.1.1 hmac-sha256 yes 0 auto HMAC-SHA256 yes
channels3-cmac cifs+3 3.1.1 aes-cmac yes 0 auto AES-CMAC yes
channels3-gmac cifs+3 3.1.1 aes-gmac yes 0 auto AES-GMAC but-third
"
DROPIN_CELLS="
cifs-3.0 cifs 3.0 - yes 0 auto AES-CMAC yes
cifs-3.1.1 cifs 3.1.1 - yes 0 auto AES-CMAC yes
"

# How wire.py shows that the server has no signature for it
THIRD='^violation: connection [0-9]*, frame [0-9]*, SESSION_SETUP 1 response: its request was signed, and it is not$'

declare -A LIBSMB2_DIALECT=([2.1]=2.10 [3.0]=3.0 [3.0.2]=3.02 [3.1.1]=3.1.1)
declare -A SMBCLIENT_DIALECT=([2.1]=SMB2_10 [3.0]=SMB3_00 [3.0.2]=SMB3_02 [3.1.1]=SMB3_11)

name='' cpus=2 megabytes=64 way=patched vm='' port='' only=() rc=0 share='' forwarded='' directories=yes

cleanup()
{
	recorder_stop
	[ -z "$vm" ] || touch "$share/ksmbd/stop"	# it ends by itself
}

parse_options()
{
	local opt

	debian_argument "$@"
	shift
	while getopts c:m:sd opt; do
		case $opt in
		c) cpus=$OPTARG ;;
		m) megabytes=$OPTARG ;;
		s) way=stock ;;
		d) way=dropin CELLS=$DROPIN_CELLS ;;
		*) exit 2 ;;
		esac
	done
	only=("${@:OPTIND}")
	# It oopses in opinfo_put() when a directory is opened.
	[ $way = patched ] || [ "$K_SERIES" != 6.1 ] || directories=no
	[ $way != dropin ] || [ $directories = yes ] || die "the stock ksmbd.ko of $name dies of a mount"
}

# want CELL: was it asked for?
want()
{
	[ ${#only[@]} -eq 0 ] || [[ " ${only[*]} " == *" $1 "* ]]
}

say_pass()
{
	report pass "$name ksmbd.ko ($way) $1"
}

say_fail()
{
	report fail "$name ksmbd.ko ($way) $1" "${2:-}"
	rc=1
}

prepare()
{
	local built tools smbsign

	smbsign=$("$TESTBED/modules.sh" "$name")
	tools=$("$TESTBED/trixie.sh" ksmbd-tools)
	share=$smbsign/ksmbd-$way
	rm -rf "$share"
	mkdir -p "$share/ksmbd"
	cp -r "$tools"/{ksmbd.tools,lib,gconv} "$share/ksmbd/"
	if [ $way = patched ]; then
		built=$("$here/smb.sh" "$name")
		cp "$built"/{ksmbd,cifs}.ko "$share/ksmbd/"
	fi
	strip --strip-debug -o "$share/ksmbd/smbsign.ko" "$smbsign/smbsign/smbsign.ko"
	build_libsmb2
	dd if=/dev/urandom of="$share/data" bs=1M count="$megabytes" 2> /dev/null
}

# A program that runs with the libraries that came with libsmb2, not with the machine's
build_libsmb2()
{
	cp -r "$("$TESTBED/trixie.sh" libsmb2-dev)" "$share/libsmb2"
	gcc -O2 -Wall -Wextra -Werror -I"$share/libsmb2/include" -o "$share/libsmb2/transfer" \
		"$here/ksmbd/transfer.c" "$share/libsmb2/libsmb2.so.6" -Wl,--allow-shlib-undefined
}

start_guest()
{
	local i

	log=$LOGS/$name-test-ksmbd-$way.log
	out=$LOGS/$name-test-ksmbd-$way.out
	forwarded=$("$TESTBED/samba.sh" port)
	# Where the host has other things to do, a virtual processor stands still for
	# longer than the kernel likes.
	"$TESTBED/vm.sh" -k "$name" -c "$cpus" -t 3600 -d "$share" -p "$forwarded:445" -l "$log" \
		-a rcupdate.rcu_cpu_stall_suppress=1 "$TESTBED/guest/ksmbd.sh" "$way" > "$out" &
	vm=$!
	for ((i = 0; i < 1800; i++)); do
		[ ! -e "$share/ksmbd/ready" ] || return 0
		kill -0 $vm 2> /dev/null || break
		sleep 0.1
	done
	cat "$out" >&2
	die "ksmbd.ko did not start in the guest" "kernel: $log"
}

stop_guest()
{
	local status=0

	touch "$share/ksmbd/stop"
	wait $vm || status=$?
	vm=''
	if [ $status -eq 0 ]; then
		say_pass "the guest, and unloading"
	else
		say_fail "the guest" "it ended with status $status; its output: $out; kernel: $log"
	fi
}

# in_guest COMMAND...: in the shell of guest/ksmbd.sh; its output.
in_guest()
{
	local i dir=$share/ksmbd status

	rm -f "$dir"/cmd.*
	printf '%s\n' "$*" > "$dir/cmd.new"
	mv "$dir/cmd.new" "$dir/cmd"
	for ((i = 0; i < 6000; i++)); do
		[ ! -e "$dir/cmd.rc" ] || break
		kill -0 $vm 2> /dev/null || die "the guest died" "its output: $out; kernel: $log"
		sleep 0.1
	done
	cat "$dir/cmd.out"
	status=$(cat "$dir/cmd.rc")
	return "$status"
}

# settings POLICY SIGNING: what the server requires by sysfs and by ksmbd.conf
settings()
{
	[ $way != patched ] || in_guest "echo $1 > /sys/kernel/smbsign/server/require_security_signature"
	[ "$2" = "$signing" ] || in_guest restart "$2"
	signing=$2
}
signing=auto

with_smbclient()
{
	local options=(-m "${SMBCLIENT_DIALECT[$2]}" --option="client min protocol=${SMBCLIENT_DIALECT[$2]}")
	local commands='put data there; get there back'

	[ $directories = no ] || commands+='; ls; mkdir d; rmdir d; allinfo there; del there'
	[ "$3" = - ] || options+=(--option="client smb3 signing algorithms=$3")
	[ "$4" = no ] || options+=(--option="client signing=required")
	(cd "$share" && timeout --foreground 900 smbclient "//127.0.0.1/$5" -s /dev/null -t 600 -p "$port" -U "$6" "${options[@]}" -c "$commands")
}

with_impacket()
{
	(cd "$share" && head -c "${size}M" data |
		timeout --foreground 900 "$here/ksmbd/transfer.py" --dialect "$2" "$port" /dev/stdin back)
}

with_libsmb2()
{
	local dir=$share/libsmb2

	(cd "$share" && timeout --foreground 900 "$dir/lib/ld-linux-x86-64.so.2" --library-path "$dir:$dir/lib" "$dir/transfer" \
		"smb://smbsign@127.0.0.1:$port/test?sec=ntlmssp&vers=${LIBSMB2_DIALECT[$2]}&sign" <(head -c "${size}M" data) back)
}

with_cifs()
{
	in_guest use_cifs "$port" "$2" "$3" "$4" "$channels" "$size"
}

# transfer CELL CLIENT DIALECT ALGORITHMS REQUIRES SHARE USER
transfer()
{
	rm -f "$share/back"
	"with_$2" "$1" "${@:3}" > "$share/records/$1.out" 2>&1 && 
		cmp <(head -c ${size}M "$share/data") "$share/back" >> "$share/records/$1.out" 2>&1
}

# judge CELL DIALECT ALGORITHM SIGNED: wire.py's verdict
judge()
{
	local demands=() user=smbsign:smbsign said=$share/records/$1.wire bound=$((channels - 1))

	case $4 in
	guest) demands+=(--guest) ;;
	*) demands+=(--dialect "$2" --algorithm "${3,,}") ;;
	esac
	[[ $4 = guest || $4 = no ]] || demands+=(--require-signing --bytes $((2 * size << 20)))
	[ "$4" != but-third ] || bound=1
	[ $channels -eq 1 ] || demands+=(--own-nonces)
	"$here/wire.py" check "$share/records/$1" --user "$user" --channels $bound "${demands[@]}" > "$said" 2>&1 ||
		[ "$4" = but-third ] || return
	[ "$4" != but-third ] || only_third < "$said"
}

# Something is wrong with each connection but two, and it is that.
only_third()
{
	local line third=0

	while read -r line; do
		case $line in
		'connection '[12]:*', violations 0') ;;
		'connection '*', channels 0,'*', violations 1') third=$((third + 1)) ;;
		*) [[ $line =~ $THIRD ]] || return ;;
		esac
	done
	[ $third -gt 0 ]
}

# What the patched cifs.ko says in DebugData
shown()
{
	sed -n 's/^Signing algorithm: //p' "$share/ksmbd/DebugData"
}

# check_setups CELL: keys are set for the mount, and by neither cifs.ko nor ksmbd.ko for a
# message, as stock modules do.  Channels may be bound while data is on its way.
check_setups()
{
	local setups

	[ $channels -eq 1 ] && [ "$signed" = yes ] || return 0
	setups=$(cat "$share/ksmbd/setups") || setups=none
	case $way/$setups in
	patched/[1-9]*' 0') say_pass "$1: no key is set for a message" ;;
	dropin/[1-9]*' '[1-9]*) ;;
	*) say_fail "$1: keys that are set for the mount, and for messages" "$setups" ;;
	esac
}

run_cell()
{
	local cell=$1 client=$2 dialect=$3 algorithms=$4 requires=$5 policy=$6 conf=$7 algorithm=$8 signed=$9
	local where=test user=smbsign%smbsign size=$megabytes channels=1

	settings "$policy" "$conf" || { say_fail "$cell" "the guest does not take its settings"; return; }
	[ "$signed" != guest ] || { where=guest user=nosuchuser%; }
	if [[ $client = cifs+* ]]; then
		channels=${client#*+} client=cifs
	fi
	case $client-$dialect in
	cifs-*) size=$((megabytes / 16 / channels + 1)) ;;
	impacket-3*) size=$((megabytes / 16 + 1)) ;;	# its AES-CMAC is in Python
	libsmb2-*) size=$((megabytes / 4 + 1)) ;;
	esac
	recorder_start "$share/records/$cell" "$forwarded"
	if transfer "$cell" "$client" "$dialect" "$algorithms" "$requires" $where "$user"; then
		say_pass "$cell: $size MiB there and back"
	else
		say_fail "$cell: $size MiB there and back" "$(tail -n 2 "$share/records/$cell.out" | tr '\n' ' ')"
	fi
	recorder_stop
	[ "$client" != cifs ] || check_setups "$cell"
	[ "$client" != cifs ] || [ $way != patched ] || [ "$(shown)" = "$algorithm" ] ||
		say_fail "$cell: the algorithm" "cifs.ko says '$(shown)', should be $algorithm"
	if judge "$cell" "$dialect" "$algorithm" "$signed"; then
		say_pass "$cell: on the wire"
	else
		say_fail "$cell: on the wire" "see $share/records/$cell.wire"
	fi
}

run_cells()
{
	local cell

	mkdir -p "$share/records"
	while read -r cell; do
		[ -n "$cell" ] && want "${cell%% *}" || continue
		[ $directories = yes ] || [[ $cell != *' cifs'[+' ']* ]] || continue
		# shellcheck disable=SC2086 # words
		run_cell $cell < /dev/null
	done <<< "$CELLS"
}

# How many transforms of the drop-in are in use, by what /proc/crypto said
dropin_users()
{
	awk -F' *: *' '
		$1 == "driver" { driver = $2 }
		$1 == "refcnt" && driver == "cmac-aes-smbsign" { print $2 - 1 }'
}

# Those that are left when cifs.ko has gone are those of ksmbd.ko.
check_dropin()
{
	local both server

	both=$(dropin_users < "$share/ksmbd/crypto")
	server=$(in_guest 'unload cifs && cat /proc/crypto' | dropin_users) || server=''
	if [ "${server:-0}" -gt 0 ] && [ "${both:-0}" -gt "$server" ]; then
		say_pass "cmac-aes-smbsign: in use by ksmbd.ko ($server) and cifs.ko ($((both - server)))"
	else
		say_fail cmac-aes-smbsign "in use by '$both' with cifs.ko, '$server' without"
	fi
}

run_refusals()
{
	local line status=0

	settings 1 auto
	"$here/ksmbd/refusals.py" "$forwarded" > "$share/refusals" 2>&1 || status=$?
	while read -r line; do
		case $line in
		'ok - '*) say_pass "refusals: ${line#ok - }" ;;
		'not ok - '*) say_fail "refusals: ${line#not ok - }" ;;
		esac
	done < "$share/refusals"
	[ $status -eq 0 ] || say_fail refusals "status $status: $(tail -n 1 "$share/refusals")"
}

# torture TEST ALGORITHMS: prints what came of it
torture()
{
	local options=() status=0

	[ "$2" = - ] || options+=("--option=client smb3 signing algorithms=$2")
	timeout --foreground 300 smbtorture //127.0.0.1/test -p "$forwarded" -s /dev/null -U smbsign%smbsign \
		--option=clientsigning=required --option=clientminprotocol=SMB3_11 --option=clientmaxprotocol=SMB3_11 \
		--option=torture:progress=no "${options[@]}" "$1" > "$share/torture/$1-$2" 2>&1 || status=$?
	case $status in
	0) grep -q '^success' "$share/torture/$1-$2" && echo pass || echo skip ;;
	124) echo timeout ;;
	*) grep -q '^failure\|^error' "$share/torture/$1-$2" && echo fail || echo died ;;
	esac
}

# The list: test, algorithms that the client offers, what comes of it, why.
run_torture()
{
	local test algorithms expected why got

	mkdir -p "$share/torture"
	settings 1 auto
	while read -r test algorithms expected why; do
		[ -n "$test" ] && [ "$test" != '#' ] || continue
		got=$(torture "$test" "$algorithms" < /dev/null)
		[ $way = patched ] || { printf '%s %s %s\n' "$test" "$algorithms" "$got"; continue; }
		if [ "$got" = "$expected" ]; then
			say_pass "$test $algorithms: $got${why:+ ($why)}"
		else
			say_fail "$test $algorithms" "$got, should be $expected; see $share/torture/$test-$algorithms"
		fi
	done < "$here/ksmbd/torture-$K_SERIES"
}

main()
{
	local log out

	parse_options "$@"
	need smbclient qemu
	need smbtorture qemu
	trap cleanup EXIT
	trap 'exit 130' INT TERM
	mkdir -p "$LOGS"
	prepare
	start_guest
	run_cells
	if [ $way = dropin ]; then
		check_dropin
	else
		! want refusals || [ $way = stock ] || run_refusals
		! want torture || run_torture
	fi
	stop_guest
	[ $rc -ne 0 ] || report pass "$name ksmbd.ko ($way)"
	[ $way = stock ] || return $rc
}

main "$@"
