#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# test-mitm-ksmbd.sh: an attacker between smbclient and ksmbd.ko, on one kernel.
#
#   test-mitm-ksmbd.sh NAME [-s | -a] [ATTACK[@ALGORITHM]...]
#
#   NAME    debian-6.12; debian-6.1, whose stock ksmbd.ko dies of a directory that is
#           opened, so that it does not survive replay-mkdir
#   -s      stock: the kernel's own ksmbd.ko.  Shows what gets through, and fails
#           only if an attack did not take place
#   -a      after all attacks, with AES-GMAC, those on signatures once more with
#           aes-cmac and with hmac-sha256
#   ATTACK  only these of SIGNATURES and NEGOTIATION.  ALGORITHM is then all that the
#           client offers
#
# Takes: what smb.sh builds, trixie.sh, smbclient.  The server requires signing.
# An attack is warded off if it took place, if neither the file on the server nor what
# the client read was changed by it, and if the server goes on.
# Gives: what passed and failed, with SMBSIGN_RESULTS set also there; a table in
# build/NAME/mitm-ksmbd-stock/table or build/NAME/mitm-ksmbd-patched/table.

set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../testbed/lib.sh"
. "$here/wire/recorder.sh"

# Those on requests, which the server has to notice, on responses, on the negotiation.
SIGNATURES=(flip-request flip-request-header strip-request flip-read-request flip-open-request
	replay-request replay-mkdir flip-login flip-data strip-response)
NEGOTIATION=(no-offer weak-offer no-choice other-choice not-required)

# What smbclient offers
declare -A OFFERS=([aes-gmac]=AES-128-GMAC [aes-cmac]=AES-128-CMAC [hmac-sha256]=HMAC-SHA256)
KIB=512

name='' way=patched vm='' mitm='' failed=0

cleanup()
{
	[ -z "$mitm" ] || kill "$mitm" 2> /dev/null || true
	[ -z "$vm" ] || kill "$vm" 2> /dev/null || true
}

parse_options()
{
	local opt

	debian_argument "$@"
	shift
	attacks=("${SIGNATURES[@]}" "${NEGOTIATION[@]}")
	while getopts sa opt; do
		case $opt in
		s) way=stock ;;
		a) attacks+=("${SIGNATURES[@]/%/@aes-cmac}" "${SIGNATURES[@]/%/@hmac-sha256}") ;;
		*) exit 2 ;;
		esac
	done
	shift $((OPTIND - 1))
	[ $# -eq 0 ] || attacks=("$@")
	[ $way = patched ] || [[ ${attacks[*]} != *@* ]] || die "the stock module takes no algorithm"
}

prepare()
{
	local smbsign built tools

	smbsign=$("$TESTBED/modules.sh" "$name")
	built=$smbsign/consumers
	[ $way = stock ] || built=$("$here/smb.sh" "$name")
	tools=$("$TESTBED/trixie.sh" ksmbd-tools)
	dir=$smbsign/mitm-ksmbd-$way
	rm -rf "$dir"
	mkdir -p "$dir/ksmbd" "$LOGS"
	cp -r "$tools"/{ksmbd.tools,lib,gconv} "$dir/ksmbd/"
	[ $way = stock ] || cp "$built/ksmbd.ko" "$smbsign/smbsign/smbsign.ko" "$dir/ksmbd/"
	head -c ${KIB}K /dev/urandom > "$dir/f"
	head -c ${KIB}K /dev/urandom > "$dir/g"
}

# until_ready WHAT COMMAND...: COMMAND succeeds before long
until_ready()
{
	local i what=$1
	shift

	for ((i = 0; i < 1200; i++)); do
		! "$@" || return 0
		kill -0 $vm 2> /dev/null || break
		sleep 0.1
	done
	die "$what" "the guest's output: $out; kernel: $log"
}

# in_guest COMMAND: in the shell of guest/ksmbd.sh; its status
in_guest()
{
	rm -f "$dir"/ksmbd/cmd.*
	echo "$1" > "$dir/ksmbd/cmd.new"
	mv "$dir/ksmbd/cmd.new" "$dir/ksmbd/cmd"
	until_ready "the guest does not do: $1" test -e "$dir/ksmbd/cmd.rc"
	return "$(cat "$dir/ksmbd/cmd.rc")"
}

start_server()
{
	server=$("$TESTBED/samba.sh" port)
	"$TESTBED/vm.sh" -k "$name" -c 2 -t 1200 -d "$dir" -p "$server:445" -l "$log" \
		"$TESTBED/guest/ksmbd.sh" $way > "$out" &
	vm=$!
	until_ready "ksmbd.ko did not start in the guest" test -e "$dir/ksmbd/ready"
	in_guest 'restart mandatory' || die "ksmbd.ko does not start again" "$(cat "$dir/ksmbd/cmd.out")"
	[ $way = stock ] || in_guest 'echo 1 > /sys/kernel/smbsign/server/require_security_signature'
	client "$server" "put f f; put g g" > "$dir/set-up" || die "ksmbd.ko does not serve" "see $dir/set-up"
}

# client PORT COMMANDS [ALGORITHM]: the signing is the client's wish as well
client()
{
	(cd "$dir" && timeout --foreground 60 smbclient //127.0.0.1/test -s /dev/null -p "$1" -U smbsign%smbsign \
		-m SMB3_11 --option='client min protocol=SMB3_11' --client-protection=sign \
		${3:+--option="client smb3 signing algorithms=${OFFERS[$3]}"} -c "$2" 2>&1)
}

lines_in()
{
	[ "$(wc -l < "$1")" -eq "$2" ]
}

start_attackers()
{
	: > "$dir/ports"
	"$here/mitm.py" run "$server" "$dir" "${attacks[@]}" > "$dir/ports" < /dev/null &
	mitm=$!
	until_ready "the attackers did not start" lines_in "$dir/ports" ${#attacks[@]}
}

# What the client does under attack; the file "arm" is not there.
work_of()
{
	local work='get f got'

	case $1 in
	replay-request) work='put g written; put f written' ;;
	replay-mkdir) work='mkdir made; rmdir made' ;;
	flip-request | flip-request-header | strip-request) work='put f written' ;;
	esac
	echo "allinfo arm; $work; allinfo disarm"
}

# state FILE: compared with f; a part of it is not a change.
state()
{
	local size=0

	[ ! -e "$1" ] || size=$(wc -c < "$1")
	if [ "$size" -eq 0 ]; then
		echo none
	elif cmp -s "$1" "$dir/f"; then
		echo same
	elif [ "$size" -lt $((KIB * 1024)) ] && cmp -s -n "$size" "$1" "$dir/f"; then
		echo short
	else
		echo modified
	fi
}

error_in()
{
	grep -aoE 'NT_STATUS_[A-Z_]+' "$1" | grep -v OBJECT_NAME_NOT_FOUND | head -n 1 || true
}

# attack NAME PORT
attack()
{
	local error read stored verdict='' base=${1%@*} algorithm='' said=$dir/$1.said

	[ "$base" = "$1" ] || algorithm=${1#*@}
	rm -f "$dir/got" "$dir/written"
	in_guest 'rm -rf /srv/written /srv/made'
	client "$2" "$(work_of "$base")" "$algorithm" > "$said" || true
	error=$(error_in "$said")
	read=$(state "$dir/got")
	if ! client "$server" 'get f alive' > "$said.after" || ! cmp -s "$dir/alive" "$dir/f"; then
		verdict='the server is of no use any more'
	fi
	client "$server" 'get written' > "$said.written" || true
	stored=$(state "$dir/written")
	[ "$read" != modified ] || verdict='modified data was read'
	[ "$stored" != modified ] || verdict='modified data was stored'
	in_guest '[ ! -e /srv/made ]' || verdict='what was removed is there again'
	[[ -n $error || $base = replay-* ]] || verdict=${verdict:-nobody noticed}
	[[ -z $algorithm || $(recorded_algorithm "$dir/$1") = "3.1.1 $algorithm" ]] ||
		verdict='another algorithm was in use'
	[ -s "$dir/$1.done" ] || verdict='the attack did not take place'
	printf '%s\t%s\t%s\t%s\t%s\n' "$1" "${error:-ok}" "$read" "$stored" "${verdict:-warded off}" >> "$dir/table"
	judge "$1" "$verdict"
}

judge()
{
	if [ -z "$2" ]; then
		report pass "$title: $1"
	elif [ $way = stock ] && [ "$2" != 'the attack did not take place' ]; then
		say "through  $title: $1: $2"
	else
		report fail "$title: $1" "$2; see $dir/$1.said"
		failed=1
	fi
}

main()
{
	local dir log out server title attacks attack_name port rc=0

	parse_options "$@"
	need smbclient qemu
	trap cleanup EXIT
	trap 'exit 130' INT TERM
	title="$name ksmbd.ko ($way) attacked"
	log=$LOGS/$name-mitm-ksmbd-$way.log out=$LOGS/$name-mitm-ksmbd-$way.out
	prepare
	start_server
	start_attackers
	while read -r attack_name port; do
		attack "$attack_name" "$port" < /dev/null
	done < "$dir/ports"
	touch "$dir/ksmbd/stop"
	wait $vm || rc=$?
	vm=''
	if [ $rc -ne 0 ]; then
		report fail "$title" "the guest ended with status $rc; its output: $out; kernel: $log"
		failed=1
	fi
	return $failed
}

main "$@"
