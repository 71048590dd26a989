#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# samba.sh: a private Samba server that insists on signing.
#
#   samba.sh [-S trixie] start DIR PORT [LINE...]
#                       starts it; DIR is made if needed; each LINE ends up in
#                       the section [global] of smb.conf and overrides what is there
#                       -S: not the Samba that is installed, but that of trixie.sh
#   samba.sh stop DIR   stops it; DIR stays, for its logs
#   samba.sh watch DIR  from now on, notes what clients negotiate
#   samba.sh signing DIR
#                       prints what that was, a line for each kind, e.g.
#                       "SMB3_11 AES-128-CMAC"
#   samba.sh disconnect DIR
#                       cuts its connections
#   samba.sh port       prints a free port
#
# Takes: samba of setup.sh; a folder of its own; a port, on which it listens on
# 127.0.0.1 only (a guest of vm.sh sees it as 10.0.2.2:PORT).
# Gives: the share "test" (DIR/share) for the user smbsign, password smbsign; its
# logs in DIR/log.  The system's own Samba, its users and files stay untouched.
# Runs as whoever calls it, but "watch" needs root or sudo without a password.
# The caller stops it in a trap, so that it goes whatever happens.

set -euo pipefail
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

suite=''

# write_conf PORT LINE...
write_conf()
{
	local port=$1
	shift

	cat > "$dir/smb.conf" <<- EOF
		[global]
		server role = standalone server
		workgroup = SMBSIGN
		netbios name = TESTBED
		interfaces = 127.0.0.1/8
		bind interfaces only = yes
		smb ports = $port
		disable netbios = yes
		server signing = mandatory
		server min protocol = SMB2_10
		map to guest = never
		username map = $dir/users
		passdb backend = tdbsam:$dir/private/passdb.tdb
		private dir = $dir/private
		lock directory = $dir/lock
		state directory = $dir/state
		cache directory = $dir/cache
		pid directory = $dir/pid
		ncalrpc dir = $dir/ncalrpc
		log file = $dir/log/smbd
		max log size = 0
		log level = 1
		debug timestamp = no
		load printers = no
		printing = bsd
		printcap name = /dev/null
		disable spoolss = yes
		$(printf '%s\n' "$@")
		[test]
		path = $dir/share
		read only = no
	EOF
}

# program NAME: sets command to how it is run
program()
{
	local from

	from=$(cat "$dir/programs")
	command=("$1")
	[ -z "$from" ] || command=("$from/lib/ld-linux-x86-64.so.2" --library-path "$from/lib" "$from/$1")
}

listening()
{
	(exec 3<> "/dev/tcp/127.0.0.1/$1") 2> /dev/null
}

running()
{
	[ -s "$dir/smbd.pid" ] && kill -0 "$(cat "$dir/smbd.pid")" 2> /dev/null
}

start()
{
	local port=$1 i
	shift

	need smbd qemu
	! running || die "a server already runs in $dir" "stop it: samba.sh stop $dir"
	! listening "$port" || die "port $port is in use" "take another: samba.sh port"
	mkdir -p "$dir"/{private,lock,state,cache,pid,ncalrpc,log,share}
	rm -f "$dir/log/sessions"
	: > "$dir/programs"
	[ -z "$suite" ] || "$TESTBED/$suite.sh" samba > "$dir/programs"
	write_conf "$port" "$@"
	# The user on the wire stands for the one who runs this.
	printf '%s = smbsign\n' "$(id -un)" > "$dir/users"
	program pdbedit
	printf 'smbsign\nsmbsign\n' | "${command[@]}" -s "$dir/smb.conf" -t -a -u "$(id -un)" > "$dir/log/pdbedit" 2>&1 ||
		die "pdbedit could not make the user" "log: $dir/log/pdbedit"
	# A session of its own, or its end would take this shell's group along.
	program smbd
	setsid "${command[@]}" -F --no-process-group -s "$dir/smb.conf" > "$dir/log/out" 2>&1 < /dev/null &
	echo $! > "$dir/smbd.pid"
	for ((i = 0; i < 100; i++)); do
		! listening "$port" || return 0
		running || break
		sleep 0.1
	done
	tail -n 20 "$dir/log/out" "$dir/log/smbd" >&2 || true
	stop
	die "smbd does not listen on port $port" "logs: $dir/log"
}

stop()
{
	local i pid

	running || { rm -f "$dir/smbd.pid"; return 0; }
	pid=$(cat "$dir/smbd.pid")
	kill "$pid"
	for ((i = 0; i < 50; i++)); do
		running || break
		sleep 0.1
	done
	! running || kill -KILL "$pid"
	rm -f "$dir/smbd.pid"
}

# smbstatus refuses to work for others than root.
status()
{
	program smbstatus
	[ "$(id -u)" -eq 0 ] || command=(sudo -n "${command[@]}")
	"${command[@]}" -s "$dir/smb.conf" -p
}

# smbd knows what a session negotiated only while it lasts, so it is asked again and
# again, which keeps a processor busy for some of the time.
watch()
{
	running || die "no server runs in $dir"
	record_sessions < /dev/null > /dev/null 2>&1 &
}

# Before the end of the authentication it shows as "-".
record_sessions()
{
	while running; do
		status 2>> "$dir/log/smbstatus" | grep -oE 'SMB[0-9]_.*(AES|HMAC)[^ ]*' \
			>> "$dir/log/sessions" || true
		sleep 0.3
	done
}

signing()
{
	[ -s "$dir/log/sessions" ] || say "no session was seen in $dir; log: $dir/log/smbstatus"
	awk '{ print $1, $NF }' "$dir/log/sessions" 2> /dev/null | sort -u
}

disconnect()
{
	program smbcontrol
	"${command[@]}" -s "$dir/smb.conf" smbd kill-client-ip 127.0.0.1
}

# The kernel's list of listening sockets decides; asked for by binding to 0.
free_port()
{
	python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

main()
{
	if [ "${1:-}" = -S ]; then
		suite=${2:-}
		[ "$suite" = trixie ] || die "no Samba of '$suite'" "there is one of trixie"
		shift 2
	fi
	case ${1:-} in
	-h | --help) usage ;;
	port) free_port ;;
	start)
		[ $# -ge 3 ] || die "start takes a folder and a port"
		mkdir -p "$2"
		dir=$(cd "$2" && pwd)
		start "${@:3}"
		;;
	stop | watch | signing | disconnect)
		[ $# -eq 2 ] || die "$1 takes the server's folder"
		[ -d "$2" ] || { [ "$1" = stop ] && exit 0; die "no folder $2"; }
		dir=$(cd "$2" && pwd)
		"$1"
		;;
	*)
		usage >&2
		exit 2
		;;
	esac
}

main "$@"
