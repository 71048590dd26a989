#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# test.sh: tests wire.py, the judge of what is signed on the wire.
#
# Takes: Samba's server, smbclient and smbtorture, on loopback.  Records what they
# say to one another in each dialect and with each algorithm, which has to be found
# right; then spoils records, which has to be found out (spoil.py).
# Gives: what passed and failed, with SMBSIGN_RESULTS set also there.

set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../../testbed/lib.sh"
. "$here/recorder.sh"

MEGABYTES=2
USER_=smbsign%smbsign

cleanup()
{
	recorder_stop
	"$TESTBED/samba.sh" stop "$samba"
}

client()
{
	local dialect=$1 commands=$2
	shift 2

	smbclient -p "$port" //127.0.0.1/test -m "$dialect" --option="client min protocol=$dialect" \
		"$@" -c "$commands" > "$dir/client.out" 2>&1
}

torture()
{
	timeout --foreground 60 smbtorture //127.0.0.1/test -p "$port" -U $USER_ -m SMB3_11 \
		--option=clientsigning=required "$1" > "$dir/client.out" 2>&1
}

# cell NAME "CHECK ARGUMENTS" COMMAND...: what COMMAND says is recorded and judged.
cell()
{
	local name=$1 demands=$2 record=$dir/${1// /-} out
	shift 2

	recorder_start "$record" "$server"
	if ! "$@"; then
		recorder_stop
		report fail "wire $name" "the client failed; its output: $dir/client.out"
		tail -n 5 "$dir/client.out" >&2
		rc=1
		return
	fi
	recorder_stop
	# shellcheck disable=SC2086 # demands are words
	if out=$("$here/../wire.py" check "$record" --user smbsign:smbsign $demands); then
		report pass "wire $name"
	else
		printf '%s\n' "$out" >&2
		report fail "wire $name" "record: $record"
		rc=1
	fi
}

# both ways, and a bit of everything
work()
{
	local dialect=$1
	shift

	client "$dialect" "put $dir/data data; get data $dir/back; mkdir d; ls; rmdir d; del data" \
		-U $USER_ --client-protection=sign "$@"
	cmp "$dir/data" "$dir/back"
}

# signed DIALECT SMB-NAME ALGORITHM [OPTION...]
signed()
{
	local dialect=$1 name=$2 alg=$3
	shift 3

	cell "$dialect $alg" "--dialect $dialect --algorithm $alg --require-signing --bytes $((2 * MEGABYTES << 20))" \
		work "$name" "$@"
}

dialects()
{
	local alg='--option=client smb3 signing algorithms'

	signed 2.0.2 SMB2_02 hmac-sha256
	signed 2.1 SMB2_10 hmac-sha256
	signed 3.0 SMB3_00 aes-cmac
	signed 3.0.2 SMB3_02 aes-cmac
	signed 3.1.1 SMB3_11 aes-gmac
	signed 3.1.1 SMB3_11 aes-cmac "$alg=AES-128-CMAC"
	signed 3.1.1 SMB3_11 hmac-sha256 "$alg=HMAC-SHA256"
}

# What is not plainly signed
others()
{
	cell 'not required' '--dialect 3.1.1' client SMB3_11 'ls' -U $USER_
	cell 'guest' --guest client SMB3_11 'ls' -U nobody%none
	cell 'encrypted' '--dialect 3.1.1' client SMB3_11 'ls' -U $USER_ --client-protection=encrypt
	cell 'compound' --require-signing torture smb2.compound.unrelated1
	cell 'related' --require-signing torture smb2.compound.related6
	cell 'binding' '--require-signing --channels 1' torture smb2.session.bind1
	cell 'authenticated again' --require-signing torture smb2.session.reauth1
	cell 'reconnected' --require-signing torture smb2.session.reconnect1
	cell 'cancel' --require-signing torture smb2.lock.cancel
	cell 'oplock break' --require-signing torture smb2.oplock.batch1
}

spoiled()
{
	local line ran=0

	while read -r line; do
		case $line in
		'ok - '*) result pass "wire ${line#* - }" ;;
		'not ok - '*)
			report fail "wire ${line#* - }"
			rc=1
			;;
		*)
			say "$line"
			continue
			;;
		esac
		ran=$((ran + 1))
	done < <("$here/spoil.py" "$dir/3.1.1-aes-gmac" "$dir/related" "$dir/binding" "$dir/not-required")
	say "wire: $ran results of spoil.py"
	[ $ran -gt 50 ] || { report fail "wire spoil.py" "it gave only $ran results"; rc=1; }
}

case ${1:-} in
-h | --help) usage; exit 0 ;;
esac
need smbclient qemu
need smbtorture qemu
dir=$BUILD/wire samba=$BUILD/samba-wire port='' rc=0
rm -rf "$dir"
mkdir -p "$dir"
trap cleanup EXIT
trap 'exit 130' INT TERM
head -c ${MEGABYTES}M /dev/urandom > "$dir/data"
server=$("$TESTBED/samba.sh" port)
"$TESTBED/samba.sh" start "$samba" "$server" "server signing = auto" "server min protocol = SMB2_02" \
	"map to guest = bad user" "guest account = $(id -un)" "guest ok = yes"
dialects
others
spoiled
exit $rc
