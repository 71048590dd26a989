# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034
#
# A proxy in the background that records what goes over the wire; sourced after
# testbed/lib.sh.
#
#   recorder_start FILE SERVER-PORT [COMMAND...]
#                        sets port to where it listens; COMMAND (default: wire.py
#                        record) gets 0, SERVER-PORT and FILE as further arguments
#   recorder_stop        ends it; harmless if there is none
#   recorded_algorithm FILE
#                        prints dialect and algorithm that its first connection
#                        negotiated, as wire.py calls them, whatever became of it

recorder=''

recorder_start()
{
	local file=$1 server=$2 i
	shift 2

	[ $# -gt 0 ] || set -- "$ROOT/tools/consumers/wire.py" record
	: > "$file.port"
	"$@" 0 "$server" "$file" > "$file.port" 2> "$file.err" < /dev/null &
	recorder=$!
	for ((i = 0; i < 200; i++)); do
		port=$(cat "$file.port")
		[ -z "$port" ] || return 0
		kill -0 "$recorder" 2> /dev/null || break
		sleep 0.05
	done
	die "the proxy did not start" "see $file.err"
}

recorder_stop()
{
	[ -n "$recorder" ] || return 0
	kill "$recorder" 2> /dev/null || true
	wait "$recorder" || true
	recorder=''
}

recorded_algorithm()
{
	sed -nE 's/^connection 1: ([^ ]+ [^ ]+) \(.*/\1/p' \
		< <("$ROOT/tools/consumers/wire.py" check "$1" --user smbsign:smbsign)
}
