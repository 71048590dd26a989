#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# test-cifs.sh: the patched cifs.ko as a client of Samba, on one kernel.
#
#   test-cifs.sh NAME [-c PROCESSORS] [-m MEGABYTES] [-S trixie] [CELL...]
#
#   NAME  debian-6.12 or debian-6.1
#   -c    number of processors of the guest, default 2
#   -m    how much goes there and back in each cell, default 64
#   -S    the Samba of Debian's next release (trixie.sh), not the one that is installed
#   CELL  only these, by name; see CELLS
#
# Takes: what smb.sh builds, and Samba.  Every cell is one mount: a dialect, the
# algorithms that either end has, and whether either end requires signing.  The
# guest writes, reads and compares, and looks at what smbsign counted; wire.py
# computes again every signature that went over the wire.
# Gives: what passed and failed, with SMBSIGN_RESULTS set also there.

set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../testbed/lib.sh"
. "$here/wire/recorder.sh"

# NAME: settings of its smb.conf, separated by |.  Samba says of an interface what it is
# told: more connections can be made to the address that a guest sees this machine by.
declare -A SERVERS=(
	[mandatory]='server min protocol = SMB2_02'
	[auto]='server signing = auto|server min protocol = SMB2_02'
	[gmac]='server smb3 signing algorithms = AES-128-GMAC'
	[cmac]='server smb3 signing algorithms = AES-128-CMAC'
	[aes256]='server smb3 encryption algorithms = AES-256-GCM'
	[guest]='server signing = auto|map to guest = bad user|guest ok = yes'
	[hmac]='server smb3 signing algorithms = HMAC-SHA256'
	[channels]='interfaces = 127.0.0.1/8 "10.0.2.2/24;if_index=2,capability=RSS,speed=2000000000"'
)

ALL=aes-gmac+aes-cmac+hmac-sha256
# With small requests each channel has a part of the data.
CHANNELS=rsize=65536,wsize=65536,multichannel,max_channels

# cell name, server, dialect, client's algorithms, client requires, mount options,
# algorithm that must come of it, signed; see guest/cifs-patched.sh
CELLS="
2.0.2 mandatory 2.0 $ALL 0 - HMAC-SHA256 yes
2.1 mandatory 2.1 $ALL 0 - HMAC-SHA256 yes
3.0 mandatory 3.0 $ALL 0 - AES-CMAC yes
3.0.2 mandatory 3.02 $ALL 0 - AES-CMAC yes
3.1.1-all mandatory 3.1.1 $ALL 0 - AES-GMAC yes
3.1.1-client-gmac mandatory 3.1.1 aes-gmac 0 - AES-GMAC yes
3.1.1-client-cmac mandatory 3.1.1 aes-cmac 0 - AES-CMAC yes
3.1.1-client-hmac mandatory 3.1.1 hmac-sha256 0 - HMAC-SHA256 yes
3.1.1-server-gmac gmac 3.1.1 $ALL 0 - AES-GMAC yes
3.1.1-server-cmac cmac 3.1.1 $ALL 0 - AES-CMAC yes
3.1.1-server-hmac hmac 3.1.1 $ALL 0 - HMAC-SHA256 yes
3.1.1-nothing-common cmac 3.1.1 aes-gmac+hmac-sha256 0 - AES-CMAC yes
2.1-auto auto 2.1 $ALL 0 - HMAC-SHA256 no
3.0-auto auto 3.0 $ALL 0 - AES-CMAC no
3.1.1-auto auto 3.1.1 $ALL 0 - AES-GMAC no
2.1-policy auto 2.1 $ALL 1 - HMAC-SHA256 yes
3.0-policy auto 3.0 $ALL 1 - AES-CMAC yes
3.1.1-policy auto 3.1.1 $ALL 1 - AES-GMAC yes
3.1.1-both mandatory 3.1.1 $ALL 1 - AES-GMAC yes
3.1.1-sign auto 3.1.1 $ALL 0 sign AES-GMAC yes
3.1.1-sec-i auto 3.1.1 $ALL 0 sec=ntlmsspi AES-GMAC yes
3.1.1-aes256 aes256 3.1.1 $ALL 0 - AES-GMAC yes
3.1.1-seal auto 3.1.1 $ALL 1 seal AES-GMAC no
default mandatory default $ALL 0 - AES-GMAC yes
2.1-reconnect mandatory 2.1 $ALL 0 - HMAC-SHA256 cut
3.1.1-reconnect mandatory 3.1.1 $ALL 0 - AES-GMAC cut
channels-3.0 channels 3.0 $ALL 0 $CHANNELS=2 AES-CMAC yes
channels-gmac channels 3.1.1 aes-gmac 0 $CHANNELS=2 AES-GMAC yes
channels-cmac channels 3.1.1 aes-cmac 0 $CHANNELS=2 AES-CMAC yes
channels-hmac channels 3.1.1 hmac-sha256 0 $CHANNELS=2 HMAC-SHA256 yes
channels3-cmac channels 3.1.1 aes-cmac 0 $CHANNELS=3 AES-CMAC yes
channels3-gmac channels 3.1.1 aes-gmac 0 $CHANNELS=3 AES-GMAC but-third
guest guest 3.1.1 $ALL 0 username=nobody-knows AES-GMAC guest
guest-refused guest 3.1.1 $ALL 1 username=nobody-knows - 13
"

name='' cpus=2 megabytes=64 suite='' peer='' dir='' only=()
declare -A ports=()
recorders=() cutter=''

cleanup()
{
	local server

	[ -z "$cutter" ] || kill "$cutter" 2> /dev/null || true
	stop_recorders
	for server in "${!ports[@]}"; do
		"$TESTBED/samba.sh" stop "$dir/samba${suite:+-$suite}-$server" || true
	done
}

parse_options()
{
	local opt

	debian_argument "$@"
	shift
	while getopts c:m:S: opt; do
		case $opt in
		c) cpus=$OPTARG ;;
		m) megabytes=$OPTARG ;;
		S) suite=$OPTARG peer=" to Samba of $OPTARG" ;;
		*) exit 2 ;;
		esac
	done
	only=("${@:OPTIND}")
}

# want CELL: was it asked for?
want()
{
	[ ${#only[@]} -eq 0 ] || [[ " ${only[*]} " == *" $1 "* ]]
}

start_server()
{
	local server=$1 settings

	ports[$server]=$("$TESTBED/samba.sh" port)
	IFS='|' read -ra settings <<< "${SERVERS[$server]}"
	"$TESTBED/samba.sh" ${suite:+-S "$suite"} start "$dir/samba${suite:+-$suite}-$server" "${ports[$server]}" "${settings[@]}"
}

stop_recorders()
{
	for recorder in "${recorders[@]}"; do
		recorder_stop
	done
	recorders=()
}

# cut_connections: those of the server that insists, whenever the guest asks.
cut_connections()
{
	rm -f "$dir/cut"
	while sleep 0.5; do
		[ -e "$dir/cut" ] || continue
		"$TESTBED/samba.sh" disconnect "$dir/samba${suite:+-$suite}-mandatory" || true
		rm -f "$dir/cut"
	done
}

# prepare_cells: starts the servers, a recorder for each cell, and writes what the
# guest reads.
prepare_cells()
{
	local cell server rest port

	mkdir -p "$dir/records"
	while read -r cell server rest; do
		if [ -z "$cell" ] || ! want "$cell"; then
			continue
		fi
		[ -n "${ports[$server]:-}" ] || start_server "$server"
		recorder_start "$dir/records/$cell" "${ports[$server]}"
		recorders+=("$recorder")
		printf '%s %s %s\n' "$cell" "$port" "$rest"
	done <<< "$CELLS" > "$dir/cells"
	[ -s "$dir/cells" ] || die "no such cell" "there are: $(awk '{ printf "%s ", $1 }' <<< "$CELLS")"
}

report_tap()
{
	local line ran=0

	while read -r line; do
		case $line in
		'ok - '*) result pass "$name cifs.ko$peer ${line#ok - }" ;;
		'not ok - '*)
			report fail "$name cifs.ko$peer ${line#not ok - }"
			rc=1
			;;
		*) continue ;;
		esac
		ran=$((ran + 1))
	done < "$out"
	say "$name: $ran results of cifs.ko; output: $out"
	[ $ran -gt 0 ] || rc=1
}

# What was on the wire, by a judge of its own.
report_wire()
{
	local cell server dialect options algorithm signed demands said

	while read -r cell server dialect _ _ options algorithm signed; do
		case $signed in
		yes | no | cut | but-third) demands=(--algorithm "${algorithm,,}") ;;
		guest) demands=(--guest) ;;
		*) continue ;;
		esac
		case $dialect in
		2.0) demands+=(--dialect 2.0.2) ;;
		3.02) demands+=(--dialect 3.0.2) ;;
		default) demands+=(--dialect 3.1.1) ;;
		*) demands+=(--dialect "$dialect") ;;
		esac
		[[ $signed = no || $signed = guest ]] || demands+=(--require-signing --bytes $((2 * megabytes << 20)))
		[ "$server" != aes256 ] || demands+=(--cipher aes-256-gcm)
		case $options/$signed in
		*channels=*/but-third) demands+=(--channels 1) ;;	# Samba begins to bind it all the same
		*channels=*) demands+=(--own-nonces --channels $((${options##*=} - 1))) ;;
		esac
		said=$dir/records/$cell.wire
		if "$here/wire.py" check "$dir/records/$cell" --user smbsign:smbsign "${demands[@]}" > "$said" 2>&1; then
			report pass "$name cifs.ko$peer $cell: on the wire"
		else
			cat "$said" >&2
			report fail "$name cifs.ko$peer $cell: on the wire" "see $said"
			rc=1
		fi
	done < "$dir/cells"
}

main()
{
	local log out rc=0

	parse_options "$@"
	trap cleanup EXIT
	trap 'exit 130' INT TERM
	mkdir -p "$LOGS"
	dir=$(dirname "$("$here/smb.sh" "$name")")
	take_over "$TESTBED/guest/tap.sh" "$dir"
	prepare_cells
	cut_connections > "$dir/cut.log" 2>&1 &
	cutter=$!
	log=$LOGS/$name-test-cifs${suite:+-$suite}.log
	out=${log%.log}.out
	"$TESTBED/vm.sh" -k "$name" -c "$cpus" -t 7200 -d "$dir" -l "$log" \
		"$TESTBED/guest/cifs-patched.sh" "$megabytes" > "$out" || rc=$?
	if [ $rc -ne 0 ]; then
		report fail "$name cifs.ko$peer" "the guest ended with status $rc; its output: $out; kernel: $log"
	fi
	stop_recorders
	report_tap
	report_wire
	[ $rc -ne 0 ] || report pass "$name cifs.ko$peer"
	return $rc
}

main "$@"
