#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# test.sh: tests smbsignctl on the host, without the module, in a few seconds.
#
#   test.sh
#
# /sys/kernel/smbsign is a folder, and writes to it go through a "dd" that does
# what the kernel does; /proc is testdata/, taken from Debian's kernels.  Run by
# dash with all tests, and by busybox's shell, which has its own dd, with those
# that write nothing or that plain files can tell.  guest/smbsignctl.sh goes on
# with the real module.
#
# Gives: a line for each failure and the number of tests, with SMBSIGN_RESULTS
# set a line for each test there; status 1 if one failed.

set -uo pipefail
. "$(dirname "$0")/../testbed/lib.sh"

HERE=$ROOT/tools/smbsignctl
PROFILES='windows-11-24h2 windows-11-24h2-home windows-server-2025 windows-server-2022 windows-domain-controller strict custom'

failed=0 ran=0
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

ok()
{
	ran=$((ran + 1))
	result pass "smbsignctl $shell: $1"
}

not_ok()
{
	ran=$((ran + 1))
	failed=$((failed + 1))
	report fail "smbsignctl $shell: $1" "$2"
}

# fresh: the tree as the module shows it after loading.
fresh()
{
	local d=$tmp/sysfs f

	rm -rf "$d" "${tmp:?}/etc"
	mkdir -p "$d"/{client,server,stats} "$tmp/etc" "$tmp/modules/smbsign"
	echo 0.1.0 > "$tmp/modules/smbsign/version"
	for f in client/{require,enable}_security_signature server/require_security_signature; do
		echo 1 > "$d/$f"
	done
	for f in client/{allow_insecure_guest,audit_{server_does_not_support_signing,insecure_guest_logon}} \
		server/{enable_security_signature,audit_client_does_not_support_signing} lock; do
		echo 0 > "$d/$f"
	done
	echo 'aes-gmac aes-cmac hmac-sha256' | tee "$d/client/signing_algorithms" > "$d/server/signing_algorithms"
	echo "[windows-11-24h2] ${PROFILES#* }" > "$d/profile"
	echo '[auto] generic kernel' > "$d/engine"
	echo kernel > "$d/engine_running"
	echo '__ghash-pclmulqdqni, aes-aesni, sha256-avx2' > "$d/engine_drivers"
	for f in bad_signature refused accepted_unsigned nonce_refused queue_full; do
		echo 0 > "$d/stats/$f"
	done
	echo 18446744073709551615 > "$d/stats/signed"
	echo 1234 > "$d/stats/verified"
	echo 123456789 | tee "$d/stats/signed_bytes" > "$d/stats/verified_bytes"
	use 6.12
}

# use SERIES: what /proc says.
use()
{
	rm -rf "$tmp/proc"
	cp -r "$HERE/testdata/$1" "$tmp/proc"
	echo '4242.42 1.00' > "$tmp/proc/uptime"
	mkdir -p "$tmp/modules/cifs"
}

# The kernel's part of a write; what it prints is what coreutils' dd prints.
fake_dd()
{
	mkdir -p "$tmp/bin"
	cat > "$tmp/bin/dd" << 'END'
#!/bin/bash
file=${1#of=}
name=${file#"$SMBSIGN_SYSFS"/}
IFS= read -r value
fail() { echo "dd: $1 '$file': $2" >&2; exit 1; }
choose() {
	local w list=
	for w in $(tr -d '[]' < "$file"); do
		[ "$w" != "$value" ] || w="[$w]"
		list="$list${list:+ }$w"
	done
	echo "$list" > "$file"
}
[ -z "${FAKE_DENY:-}" ] || fail 'failed to open' 'Permission denied'
[ "$name" = engine ] || [ "$(cat "$SMBSIGN_SYSFS/lock")" = 0 ] || fail 'error writing' 'Operation not permitted'
case $name:$value in
engine:kernel) fail 'error writing' 'Operation not supported' ;;
engine:auto | engine:generic | profile:windows-* | profile:strict) choose ;;
lock:1 | */signing_algorithms:[ah]* | */*:[01]) echo "$value" > "$file" ;;
*) fail 'error writing' 'Invalid argument' ;;
esac
[ "${name%/*}" = "$name" ] || { file=$SMBSIGN_SYSFS/profile value=custom; choose; }
END
	chmod +x "$tmp/bin/dd"
}

ctl()
{
	PATH=$tmp/bin:$PATH SMBSIGN_SYSFS=$tmp/sysfs SMBSIGN_PROC=$tmp/proc SMBSIGN_MODULES=$tmp/modules \
		SMBSIGN_ETC=$tmp/etc $shell "$HERE/smbsignctl" "$@"
}

# expect NAME STATUS REGEX ARGUMENTS...: all that it prints must match REGEX.
expect()
{
	local name=$1 want=$2 regex=$3 out rc=0
	shift 3

	out=$(ctl "$@" 2>&1 < /dev/null) || rc=$?
	if [ $rc -ne "$want" ]; then
		not_ok "$name" "status $rc, should be $want: $out"
	elif ! [[ $out =~ $regex ]]; then
		not_ok "$name" "prints: $out"
	else
		ok "$name"
	fi
}

# is NAME FILE CONTENTS
is()
{
	local got

	got=$(cat "$tmp/$2" 2>&1)
	if [ "$got" = "$3" ]; then
		ok "$1"
	else
		not_ok "$1" "$2 holds '$got', should be '$3'"
	fi
}

# unchanged NAME ARGUMENTS...: fails with 2, says something, changes no file.
unchanged()
{
	local name=$1 before
	shift

	before=$(cd "$tmp/sysfs" && grep -r . . | sort)
	expect "$name" 2 'error:' "$@"
	if [ "$before" = "$(cd "$tmp/sysfs" && grep -r . . | sort)" ]; then
		ok "$name: nothing changed"
	else
		not_ok "$name: nothing changed" "sysfs is different"
	fi
}

test_get()
{
	local all='^RequireSecuritySignature         : True
EnableSecuritySignature          : True
EnableInsecureGuestLogons        : False
AuditServerDoesNotSupportSigning : False
AuditInsecureGuestLogon          : False
SigningAlgorithms                : aes-gmac aes-cmac hmac-sha256$'
	local name

	fresh
	expect 'get client' 0 "$all" get client
	expect 'get CLIENT' 0 "$all" get CLIENT
	expect 'get' 0 $'^client:\nRequire.*\n\nserver:\nRequire.*hmac-sha256$' get
	expect 'get server' 0 'AuditClientDoesNotSupportSigning : False' get server
	for name in RequireSecuritySignature requiresecuritysignature REQUIRE_SECURITY_SIGNATURE \
		require_security_signature -RequireSecuritySignature; do
		expect "get client $name" 0 '^RequireSecuritySignature : True$' get client $name
	done
	for name in allow_insecure_guest AllowInsecureGuestAuth EnableInsecureGuestLogons; do
		expect "get client $name" 0 '^EnableInsecureGuestLogons : False$' get client $name
	done
	expect 'get of two, in Windows style' 0 \
		$'^EnableSecuritySignature  : True\nRequireSecuritySignature : True$' \
		get client EnableSecuritySignature,RequireSecuritySignature
	expect 'get of another name' 2 'no setting .Require.*it has:.*RequireSecuritySignature' get client Require
	expect 'get of the other section' 2 'the server has no setting' get server allow_insecure_guest
	expect 'get of another section' 2 'neither client nor server' get clients
}

test_set()
{
	local word f=client/require_security_signature

	fresh
	for word in 0 false '$false' no off FALSE disabled; do
		echo 1 > "$tmp/sysfs/$f"
		expect "set $word" 0 '^client RequireSecuritySignature: True -> False$' \
			set client RequireSecuritySignature "$word"
		is "set $word: written" sysfs/$f 0
	done
	for word in 1 true '$true' yes on True enabled; do
		echo 0 > "$tmp/sysfs/$f"
		expect "set $word" 0 '^client RequireSecuritySignature: False -> True$' \
			set client require_security_signature "$word"
		is "set $word: written" sysfs/$f 1
	done
	expect 'set algorithms, words' 0 '-> hmac-sha256 aes-gmac$' \
		set server SigningAlgorithms hmac-sha256 aes-gmac
	is 'set algorithms, words: written' sysfs/server/signing_algorithms 'hmac-sha256 aes-gmac'
	expect "set algorithms, Samba's list" 0 '-> aes-gmac hmac-sha256$' \
		set server SigningAlgorithms 'AES-128-GMAC, HMAC-SHA256'
	unchanged 'set another value' set client RequireSecuritySignature 2
	unchanged 'set no value' set client RequireSecuritySignature
	unchanged 'set an empty value' set client RequireSecuritySignature ''
	unchanged 'set another name' set client Requiresecurity 1
	unchanged 'set another section' set both RequireSecuritySignature 1
	unchanged 'set an algorithm twice' set client SigningAlgorithms aes-gmac,aes-gmac
	unchanged 'set an unknown algorithm' set client SigningAlgorithms aes-gmac,md5
	unchanged 'set no algorithm' set client SigningAlgorithms ','
	unchanged 'set a pattern' set client SigningAlgorithms '*'
	unchanged 'set and a second line' set client RequireSecuritySignature $'1\n0'
}

test_choices()
{
	fresh
	expect 'profile' 0 $'^\\* windows-11-24h2 +client and server require signing\n  windows-11-24h2-home ' profile
	expect 'profile of another name' 2 'there are: windows-11-24h2 .* strict$' profile windows-95
	unchanged 'profile custom' profile custom
	expect 'engine' 0 'auto.*generic.*running: kernel \(__ghash-pclmulqdqni, aes-aesni, sha256-avx2\)' engine
	expect 'engine of another name' 2 'there are: auto generic kernel$' engine sse
	expect 'profile takes one name' 2 'takes one name' profile strict strict
}

# Only where the kernel's part is played.
test_choices_written()
{
	fresh
	expect 'profile strict' 0 '^profile: windows-11-24h2 -> strict$' profile Strict
	expect 'profile shows it' 0 $'\n\\* strict ' profile
	expect 'set makes it custom' 0 True set server EnableSecuritySignature 1
	expect 'profile shows custom' 0 $'\n\\* custom ' profile
	expect 'engine generic' 0 '^engine: auto -> generic$' engine generic
	expect 'engine that cannot run' 1 'cannot run on this machine.*smbsignctl engine' engine kernel
	FAKE_DENY=1 expect 'not permitted' 1 'not permitted to change .*sudo smbsignctl' set client RequireSecuritySignature 0
	sed -i 's/strict/strict newer/' "$tmp/sysfs/profile"
	expect 'a word that the kernel refuses' 2 "does not take 'newer' for profile" profile newer
	expect 'lock' 0 'locked until the module is unloaded' lock
	expect 'lock again' 0 'locked already' lock
	expect 'locked' 1 'policy is locked.*modprobe -r smbsign' set client RequireSecuritySignature 0
	expect 'locked, profile' 1 'policy is locked' profile strict
	expect 'locked, engine' 0 'engine: generic -> auto' engine auto
	is 'locked: unchanged' sysfs/client/require_security_signature 1
}

# width NAME: what the status screen may be.
test_status()
{
	local out s

	fresh
	for s in 6.1 6.12; do
		use $s
		expect "status, $s" 0 'smbsign     0.1.0, profile windows-11-24h2
engine      kernel \(asked for: auto\)
drivers     __ghash-pclmulqdqni, aes-aesni, sha256-avx2
transforms  gmac\(aes\) cmac\(aes\) hmac\(sha256\) md5
.*
  RequireSecuritySignature            True    True
.*
signed      18446744073709551615 messages, 123456789 bytes
.*
cifs.ko     SecurityFlags 0xc5: a mount signs if it or the server asks for it
  10.0.2.2 +SMB 3.0    signed, 1 of 1 shares encrypted
  10.0.2.2 +SMB 3.1.1  signed
ksmbd.ko    not loaded
cmac\(aes\)   of cifs.ko and ksmbd.ko: cmac\(aes-aesni\), 2 in use$' status
	done
	for s in 3 4 5 6 7; do
		printf '%d) ConnectionId: 0x1 Hostname: a-server-with-a-long-name.example\nNumber of credits: 1 Dialect 0x202\n' $s
	done >> "$tmp/proc/fs/cifs/DebugData"
	mkdir -p "$tmp/modules/ksmbd" "$tmp/etc/ksmbd"
	printf '[global]\n\tserver signing = mandatory\n' > "$tmp/etc/ksmbd/ksmbd.conf"
	expect 'status, many connections' 0 $'example +SMB 2.0.2  not signed\n  and 4 more: .*ksmbd.conf: server signing = mandatory' status
	out=$(ctl status)
	if [ "$(wc -l <<< "$out")" -le 24 ] && [ "$(wc -L <<< "$out")" -le 80 ]; then
		ok 'status fits a screen'
	else
		not_ok 'status fits a screen' "$(wc -l <<< "$out") lines, $(wc -L <<< "$out") columns"
	fi
	echo 0x1001 > "$tmp/proc/fs/cifs/SecurityFlags"
	expect 'SecurityFlags, must sign' 0 '0x1001: every mount signs' status
	echo 0xc4 > "$tmp/proc/fs/cifs/SecurityFlags"
	expect 'SecurityFlags, may not sign' 0 '0xc4: mounts do not sign' status
	sed -i '/smbsign(gmac/,/^$/s/passed/unknown/' "$tmp/proc/crypto"
	expect 'status, a transform that failed' 0 'transforms  cmac.aes. hmac.sha256. md5; gmac.aes.: self-test unknown' status
	sed -i 's/smbsign(md5)/other/' "$tmp/proc/crypto"
	expect 'status, a transform missing' 0 'md5 is not offered' status
	expect 'status with another word' 2 'see: smbsignctl status --help' status --xml
	rm -rf "$tmp/modules/ksmbd" "$tmp/modules/cifs" "$tmp/proc/fs" "$tmp/proc/crypto" "$tmp/sysfs"
	expect 'status without the module' 1 $'modprobe smbsign\ncifs.ko     not loaded\nksmbd.ko    not loaded\ncmac.aes.   no driver' status
}

# json NAME EXPRESSION: of python, about the object j.
json()
{
	local why

	if why=$({ ctl status --json || :; } | python3 -c "
import json, sys
j = json.load(sys.stdin)
sys.exit(0 if ($2) else str(j))" 2>&1); then
		ok "$1"
	else
		not_ok "$1" "$why"
	fi
}

test_json()
{
	fresh
	json 'json: policy' 'j["loaded"] and j["client"]["require_security_signature"] is True and
		j["client"]["allow_insecure_guest"] is False and len(j["client"]) == 6 and len(j["server"]) == 4 and
		j["server"]["signing_algorithms"] == ["aes-gmac", "aes-cmac", "hmac-sha256"]'
	json 'json: module' 'j["version"] == "0.1.0" and j["profile"] == "windows-11-24h2" and j["locked"] is False'
	json 'json: engine' 'j["engine"] == {"asked_for": "auto", "running": "kernel",
		"drivers": ["__ghash-pclmulqdqni", "aes-aesni", "sha256-avx2"]}'
	json 'json: statistics' 'j["statistics"]["signed"] == 2**64 - 1 and len(j["statistics"]) == 9'
	json 'json: transforms' '{t["name"]: t["selftest"] for t in j["transforms"]} == {"smbsign(%s)" % n: "passed"
		for n in ("gmac(aes)", "cmac(aes)", "hmac(sha256)", "md5")}'
	json 'json: cifs' 'j["cifs"]["signing"] == "when-required" and [(c["dialect"], c["signed"], c["encrypted_shares"])
		for c in j["cifs"]["connections"]] == [("3.0", True, 1), ("3.1.1", True, 0)]'
	json 'json: cmac' 'j["cmac_aes"] == {"driver": "cmac(aes-aesni)", "priority": 300, "users": 2}'
	printf '9) ConnectionId: 0x1 Hostname: a"b\\c\x01\xff \nNumber of credits: 1 Dialect 0x311\n' >> "$tmp/proc/fs/cifs/DebugData"
	json 'json: a name with quotes' 'j["cifs"]["connections"][2]["server"] == "a\"b\\c"'
	rm -rf "$tmp/sysfs" "$tmp/proc/crypto" "$tmp/proc/fs" "$tmp/modules/cifs"
	json 'json: without the module' 'j == {"loaded": False, "cifs": {"loaded": False},
		"ksmbd": {"loaded": False, "server_signing": None}, "cmac_aes": None}'
}

test_save()
{
	fresh
	expect 'save' 0 'systemctl enable smbsign' save
	is 'save: what it wrote' etc/smbsign.conf '# Signing policy of SMB, written by "smbsignctl save"; see smbsignctl(8).
# Profile: windows-11-24h2
client_require_security_signature=1
client_enable_security_signature=1
client_allow_insecure_guest=0
client_audit_server_does_not_support_signing=0
client_audit_insecure_guest_logon=0
client_signing_algorithms=aes-gmac,aes-cmac,hmac-sha256
server_require_security_signature=1
server_enable_security_signature=0
server_audit_client_does_not_support_signing=0
server_signing_algorithms=aes-gmac,aes-cmac,hmac-sha256
engine=auto'
	expect 'load of the same' 0 'changed: 0$' load
	echo 1 > "$tmp/sysfs/lock"
	expect 'load of the same, locked' 0 'changed: 0$' load
	expect 'save to the output' 0 'lock=1$' save -
	expect 'save where one cannot' 1 'cannot write /proc/x/y.*sudo' save /proc/x/y
	fresh
	expect 'load without a file' 1 'cannot read .*smbsignctl save' load
	expect 'load --if-saved without a file' 0 'does not exist: the policy stays' load --if-saved
	expect 'load of a folder' 1 'cannot read' load "$tmp"
	printf 'server_signing_algorithms=aes-cmac\r\n # x\n\nclient_RequireSecuritySignature = "false"\n' > "$tmp/etc/smbsign.conf"
	expect 'load: blanks around =' 1 'line 4: not understood: client_Req.*nothing has been changed' load
	is 'load: nothing changed' sysfs/server/signing_algorithms 'aes-gmac aes-cmac hmac-sha256'
	sed -i 's/ = /=/' "$tmp/etc/smbsign.conf"
	expect 'load: either spelling, comments, CR, quotes' 0 'changed: 2$' load
	is 'load: first' sysfs/server/signing_algorithms aes-cmac
	is 'load: second' sysfs/client/require_security_signature 0
	for line in client_x=1 client_require_security_signature=2 engine=sse profile=custom lock=x novalue x=1; do
		printf 'client_require_security_signature=1\n%s\n' "$line" > "$tmp/etc/smbsign.conf"
		expect "load: $line" 1 'line 2: not understood' load
		is "load: $line: nothing changed" sysfs/client/require_security_signature 0
	done
}

test_save_written()
{
	fresh
	printf 'lock=1\nclient_require_security_signature=0\nengine=generic\nprofile=strict' > "$tmp/etc/smbsign.conf"
	expect 'load: profile first, lock last' 0 'changed: 4$' load
	is 'load: setting over profile' sysfs/client/require_security_signature 0
	is 'load: locked' sysfs/lock 1
	expect 'load: engine' 0 $'\n\\* generic ' engine
	fresh
	printf 'client_require_security_signature=0\n' > "$tmp/etc/smbsign.conf"
	FAKE_DENY=1 expect 'load, not permitted' 1 'not permitted' load
}

test_watch()
{
	local out

	fresh
	expect 'watch' 0 $'^ +signed/s .*\n +0 +0 +0.0 +0.0 +0 +0 +0 +0$' watch 1 1
	echo 100 > "$tmp/sysfs/stats/signed"
	{
		sleep 0.4
		echo 350 > "$tmp/sysfs/stats/signed"
		echo 128456789 > "$tmp/sysfs/stats/signed_bytes"
		echo '4243.42 1.00' > "$tmp/proc/uptime"
	} &
	out=$(ctl watch 1 1)
	wait
	if [[ $out =~ $'\n'\ +250\ +0\ +5.0\ +0.0 ]]; then
		ok 'watch: rates'
	else
		not_ok 'watch: rates' "$out"
	fi
	expect 'watch 0' 2 'whole numbers' watch 0
	expect 'watch x' 2 'whole numbers' watch x
	expect 'watch 1 x' 2 'whole numbers' watch 1 x
	rm -rf "$tmp/sysfs"
	expect 'watch without the module' 1 'modprobe smbsign' watch
}

test_words()
{
	local verb

	fresh
	expect 'no verb' 2 '^usage: smbsignctl VERB'
	expect 'another verb' 2 "no verb 'sing'.*there are: status get" sing
	expect '--help' 0 'Exit status: 0 done, 1 could not be done, 2 wrong' --help
	expect '--version' 0 "^smbsignctl $(version)\$" --version
	expect 'help of another verb' 2 'no verb' help sing
	for verb in status get set profile engine lock selftest bench save load watch; do
		expect "$verb --help" 0 "^usage: smbsignctl $verb" $verb --help
		expect "help $verb" 0 "^usage: smbsignctl $verb" help $verb
	done
	rm -rf "$tmp/sysfs"
	for verb in get profile engine lock selftest bench save load watch 'set client require_security_signature 1' \
		'profile strict' 'engine generic'; do
		# shellcheck disable=SC2086 # words
		expect "$verb without the module" 1 'not loaded.*modprobe smbsign.*smbsign-dkms' $verb
	done
}

test_selftest()
{
	fresh
	printf '#!/bin/sh\necho "- no AF_ALG"\n' > "$tmp/bin/perl"
	chmod +x "$tmp/bin/perl"
	expect 'selftest, no AF_ALG' 0 $'smbsign.gmac.aes.. +registered\n.*not tried: no AF_ALG' selftest
	expect 'bench, no AF_ALG' 1 'cannot measure here: no AF_ALG' bench
	printf '#!/bin/sh\n[ "$2" = bench ] || { echo "gmac(aes) ok"; echo "cmac(aes) failed another signature"; }\n[ "$2" = selftest ] || echo "md5 77"\n' > "$tmp/bin/perl"
	expect 'selftest, one fails' 1 $'gmac.aes.. +registered; known answer right\n.*cmac.aes.. +FAILED: another signature.*a transform fails' selftest
	expect 'bench' 0 $'\nsmbsign.md5. +77 MB/s' bench
	sed -i '/smbsign(gmac/,/^$/s/passed/unknown/' "$tmp/proc/crypto"
	printf '#!/bin/sh\necho "- no"\n' > "$tmp/bin/perl"
	expect 'selftest, registration failed' 1 'gmac.aes.. +FAILED: the kernel says: self-test unknown' selftest
	sed -i 's/smbsign(gmac(aes))/x/' "$tmp/proc/crypto"
	expect 'selftest, not registered' 1 'gmac.aes.. +FAILED: not offered' selftest
	rm "$tmp/bin/perl"
}

# The version is said once, in dkms.conf; what must repeat it has to agree.
version()
{
	sed -n 's/^PACKAGE_VERSION="\(.*\)"$/\1/p' "$ROOT/dkms.conf"
}

agrees()
{
	if [ "$2" = "$(version)" ]; then
		ok "version of $1"
	else
		not_ok "version of $1" "it is '$2', in dkms.conf '$(version)'"
	fi
}

test_versions()
{
	local page

	agrees smbsign/internal.h "$(sed -nE 's/^#define SMBSIGN_VERSION[[:space:]]+"(.*)"$/\1/p' "$ROOT/smbsign/internal.h")"
	agrees smbsignctl "$(sed -n 's/^VERSION=//p' "$HERE/smbsignctl")"
	agrees debian/changelog "$(sed -nE '1s/.*\(([^)]*)\).*/\1/p' "$ROOT/debian/changelog")"
	for page in smbsignctl.8 smbsign.4; do
		agrees "$page" "$(sed -nE 's/^\.TH .*"smbsign ([^"]*)".*/\1/p' "$HERE/$page")"
	done
}

# Manual pages name all that there is, and groff has nothing against them.
test_manual()
{
	local verb file out

	for verb in status get set profile engine lock selftest bench save load watch; do
		if grep -q "^\.BR* \"*$verb" "$HERE/smbsignctl.8"; then
			ok "smbsignctl.8: $verb"
		else
			not_ok "smbsignctl.8: $verb" "it has no entry"
		fi
	done
	fresh
	while read -r file; do
		if grep -qE "^\.(B|BR) .*${file#./}( |$)" "$HERE/smbsign.4"; then
			ok "smbsign.4: $file"
		else
			not_ok "smbsign.4: $file" "it has no entry"
		fi
	done < <(cd "$tmp/sysfs" && find . -type f | sort)
	command -v groff > /dev/null || return 0
	for file in smbsignctl.8 smbsign.4; do
		out=$(groff -man -t -Tutf8 -ww -z "$HERE/$file" 2>&1)
		if [ -z "$out" ]; then
			ok "$file: groff"
		else
			not_ok "$file: groff" "$out"
		fi
	done
}

# complete WORDS...: what bash offers for the last one, in one line.
complete_of()
{
	SMBSIGN_SYSFS=$tmp/sysfs bash -c '
		. "$0/smbsignctl.bash"
		COMP_WORDS=(smbsignctl "$@") COMP_CWORD=$#
		_smbsignctl
		printf "%s\n" "${COMPREPLY[*]}"' "$HERE" "$@"
}

completes()
{
	local want=$1 got
	shift

	got=$(complete_of "$@")
	if [[ $got =~ $want ]]; then
		ok "completion of: $*"
	else
		not_ok "completion of: $*" "it offers '$got'"
	fi
}

test_completion()
{
	fresh
	if diff <(. "$HERE/smbsignctl.bash" && smbsignctl_settings) \
		<(. "$HERE/lib/settings.sh" && cut -d' ' -f 1-3 <<< "$SETTINGS") > "$tmp/diff"; then
		ok 'completion knows the settings'
	else
		not_ok 'completion knows the settings' "$(cat "$tmp/diff")"
	fi
	completes '^status get set profile .* --version$' ''
	completes '^status$' stat
	completes '^client server$' get ''
	completes '^RequireSecuritySignature$' get client Req
	completes '^require_security_signature$' set server req
	completes '^EnableSecuritySignature EnableInsecureGuestLogons$' set client Ena
	completes '^EnableSecuritySignature$' set server Ena
	completes '^true false$' set client RequireSecuritySignature ''
	completes '^aes-gmac aes-cmac hmac-sha256$' set client signing_algorithms ''
	completes '^strict$' profile st
	completes '^auto generic kernel$' engine ''
	completes '^--json' status --
	completes '^watch$' help wa
}

main()
{
	need dash static
	need /bin/busybox uml
	fake_dd
	for shell in dash '/bin/busybox sh'; do
		test_words
		test_get
		test_choices
		test_status
		test_json
		test_save
	done
	# The rest needs commands that busybox's shell has inside.
	shell=dash
	test_set
	test_choices_written
	test_save_written
	test_watch
	test_selftest
	shell=files
	test_versions
	test_manual
	test_completion
	say "smbsignctl on the host: $((ran - failed)) passed, $failed failed"
	[ $failed -eq 0 ] && [ $ran -gt 0 ]
}

case ${1:-} in
-h | --help) usage; exit ;;
esac
main
