#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# test-mitm.sh: an attacker between cifs.ko and Samba, on one kernel.
#
#   test-mitm.sh NAME [-s | -a] [-c PROCESSORS] [ATTACK[@ALGORITHM]...]
#
#   NAME    debian-6.12 or debian-6.1
#   -s      stock: the kernel's own cifs.ko.  Shows what gets through, and fails
#           only if an attack did not take place
#   -a      after all attacks, with AES-GMAC, those on signatures once more with
#           aes-cmac and with hmac-sha256
#   -c      number of processors of the guest, default 2
#   ATTACK  only these; "mitm.py list" has them.  ALGORITHM is then all that the
#           client offers
#
# Takes: what smb.sh builds, and Samba, which insists on signing.  Each attack has a
# mount of its own.  It is warded off if it took place, if nothing modified
# reached an application or the server's file, if someone has noticed, and if the
# mount can be used again or was refused.
# Gives: what passed and failed, with SMBSIGN_RESULTS set also there; a table in
# build/NAME/mitm-stock/table or build/NAME/mitm/table.

set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../testbed/lib.sh"
. "$here/wire/recorder.sh"

# What a signature has to withstand, by whichever algorithm.
SIGNATURES='flip-header flip-data flip-signature flip-stat flip-padding replace-data
	strip-response strip-stat clear-flag strip-login flip-login
	flip-request flip-request-header flip-request-padding strip-request
	replay-response replay-as-other swap-responses replay-request'

# What everybody may say unsigned, and what comes too late: ignored without a word, or
# the answer to a connection that is cut.
SILENT=' forge-pending forge-pending-data forge-break forge-notification-data replay-response replay-mkdir '
KIB=512

name='' which=patched others='' only=() cpus=2 samba='' mitm=''

cleanup()
{
	[ -z "$mitm" ] || kill "$mitm" 2> /dev/null || true
	[ -z "$samba" ] || "$TESTBED/samba.sh" stop "$samba"
}

parse_options()
{
	local opt

	debian_argument "$@"
	shift
	while getopts sac: opt; do
		case $opt in
		s) which=stock ;;
		a) others='aes-cmac hmac-sha256' ;;
		c) cpus=$OPTARG ;;
		*) exit 2 ;;
		esac
	done
	only=("${@:OPTIND}")
	[ $which = patched ] || [[ -z $others && ${only[*]} != *@* ]] || die "the stock module takes no algorithm"
}

# Bytes other than 0, so that what was never written is told from what was changed.
random_file()
{
	head -c ${KIB}K /dev/urandom | tr '\0' x > "$1"
}

start_server()
{
	samba=$BUILD/samba-mitm-$name
	rm -rf "$samba/share"
	server=$("$TESTBED/samba.sh" port)
	"$TESTBED/samba.sh" start "$samba" "$server"
	random_file "$dir/f"
	random_file "$dir/g"
	mkdir "$samba/share/folder"
	touch "$samba/share/folder/victim"
	cp "$dir/f" "$dir/g" "$samba/share/"
	cp "$dir/f" "$samba/share/ff"
}

# The names of those that were asked for
asked()
{
	local algorithm

	if [ ${#only[@]} -gt 0 ]; then
		printf '%s\n' "${only[@]}"
		return
	fi
	cut -f1 "$dir/known"
	# A choice that was not offered
	[ -z "$others" ] || echo other-choice@aes-gmac
	for algorithm in $others; do
		# shellcheck disable=SC2086 # names are words
		printf "%s@$algorithm\n" $SIGNATURES
	done
}

# The list of attacks, and a proxy for each of them.
start_attackers()
{
	local attack i

	"$here/mitm.py" list > "$dir/known"
	asked | while read -r attack; do
		grep "^${attack%@*}"$'\t' "$dir/known" | sed "s/^[^\t]*/$attack/" ||
			die "no attack is called '${attack%@*}'" "there are: $(cut -f1 "$dir/known" | tr '\n' ' ')"
	done > "$dir/list"
	: > "$dir/ports"
	# shellcheck disable=SC2046 # names are words
	"$here/mitm.py" run "$server" "$dir" $(cut -f1 "$dir/list") > "$dir/ports" < /dev/null &
	mitm=$!
	for ((i = 0; i < 100; i++)); do
		[ "$(wc -l < "$dir/ports")" -lt "$(wc -l < "$dir/list")" ] || break
		sleep 0.1
	done
	[ $i -lt 100 ] || die "the attackers did not start"
	paste -d' ' "$dir/ports" <(cut -f2 "$dir/list") > "$dir/attacks"
}

run_guest()
{
	local rc=0

	"$TESTBED/vm.sh" -k "$name" -c "$cpus" -t 1800 -d "$(dirname "$dir")" -l "$log" \
		"$TESTBED/guest/mitm.sh" "$(basename "$dir")" $which > "$out" || rc=$?
	[ $rc -eq 0 ] && return
	report fail "$title" "the guest ended with status $rc; its output: $out; kernel: $log"
	failed=1
}

# written ATTACK: what the server has of the file that the client wrote.
written()
{
	python3 - "$dir/f" "$samba/share/written-$1" <<- 'EOF'
		import os, sys
		want = open(sys.argv[1], "rb").read()
		got = open(sys.argv[2], "rb").read() if os.path.exists(sys.argv[2]) else b""
		print("same" if got == want else
		      "modified" if any(g and g != w for g, w in zip(got, want)) else "short")
	EOF
}

# No cifs.ko asks the server again which dialects it was offered, unless it came to
# 3.0 or 3.0.2.  Then at least all must be signed as that dialect has it.
judge_dialect()
{
	"$here/wire.py" check "$dir/$attack" --user smbsign:smbsign --require-signing \
		--dialect 2.1 --algorithm hmac-sha256 > "$dir/$attack.check" ||
		verdict='the mount was made, and not all is signed'
}

# Samba says of what follows a request in a compound, when it refuses that, that the
# share is gone.  6.1's cifs.ko, the stock one as well, then takes it to be gone and
# yet does not connect to it again.
may_stay_dead()
{
	[ "$K_SERIES ${attack%@*}" = '6.1 flip-request-padding' ]
}

# of_algorithm: was the algorithm in use that the attack is to be tried on?
of_algorithm()
{
	[[ $attack != *@* || $what = NEGOTIATE* ]] || [ "$(recorded_algorithm "$dir/$attack")" = "3.1.1 ${attack#*@}" ]
}

# judge: sets verdict from mount, work, content, log, trace, alive, kind; empty if all is well.
judge()
{
	local base=${attack%@*}

	verdict=''
	if [ ! -s "$dir/$attack.done" ]; then
		verdict='the attack did not take place'
	elif ! of_algorithm; then
		verdict='another algorithm was in use'
	elif [ "$content" = modified ]; then
		verdict='modified data got through'
	elif [ "$content" = short ] && [ "$work" = ok ]; then
		verdict='data was cut off without an error'
	elif [ "$base" = old-dialect ] && [ "$mount" = ok ]; then
		judge_dialect
	elif [[ $kind = mount* ]] && [ "$mount" = ok ]; then
		verdict='the mount was made'
	elif [ "$base" = forge-not-found ] && [ "$work" = No_such_file_or_directory ]; then
		verdict='the forged error was used'
	elif [ "$mount" = ok ] && [ "$alive" = no ] && ! may_stay_dead; then
		verdict='the mount is dead'
	elif [ "$work" = ok ] && [[ $what = *@(READ|CREATE)\ response:* && $SILENT != *" $base "* ]] &&
		[ ! -s "$dir/$attack.again" ]; then
		verdict='the message was used'
	elif [ "$work" = ok ] && [ "$log" = 0 ] && [ ! -s "$dir/$attack.again" ] && [[ $SILENT != *" $base "* ]]; then
		verdict='nobody noticed'
	elif [ "$trace" = 0 ] && grep -q 'smbsign: signature does not match' "$dir/$attack.log"; then
		verdict='no tracepoint told of it'
	fi
}

# judge_line WORDS...: of a line of the guest's
judge_line()
{
	local attack=$1 kind what mount work content log trace alive verdict word
	shift

	for word; do
		local "${word%%=*}=${word#*=}"
	done
	IFS=$'\t' read -r _ kind what < <(grep "^$attack"$'\t' "$dir/list")
	[[ $kind != *write ]] || content=$(written "$attack")
	[[ $kind != mkdir || ! -e $samba/share/made ]] || content=modified
	judge
	printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$attack" "$what" "$mount" "$work" "$content" \
		"$log" "$alive" "${verdict:-warded off}" >> "$dir/table"
	if [ -z "$verdict" ]; then
		report pass "$title: $attack"
	elif [ $which = stock ] && [ "$verdict" != 'the attack did not take place' ]; then
		say "through  $title: $attack: $verdict"
	else
		report fail "$title: $attack" "$verdict ($*)"
		failed=1
	fi
}

main()
{
	local dir log out server title failed=0 line

	parse_options "$@"
	trap cleanup EXIT
	trap 'exit 130' INT TERM
	title="$name $which attacked"
	if [ $which = stock ]; then
		dir=$("$TESTBED/modules.sh" "$name")/mitm-stock
	else
		dir=$(dirname "$("$here/smb.sh" "$name")")/mitm
	fi
	rm -rf "$dir"
	mkdir -p "$dir" "$LOGS"
	log=$LOGS/$name-mitm-$which.log out=$LOGS/$name-mitm-$which.out
	start_server
	start_attackers
	run_guest
	while read -r line; do
		# shellcheck disable=SC2086 # words are wanted
		[[ $line != 'attack '* ]] || judge_line ${line#attack }
	done < "$out"
	if [ "$(wc -l < "$dir/table")" -ne "$(wc -l < "$dir/list")" ]; then
		report fail "$title" "not all attacks were tried; the guest's output: $out; kernel: $log"
		failed=1
	fi
	return $failed
}

main "$@"
