#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2034,SC2154 # with tap.sh
# In the guest: /sys/kernel/smbsign, every file of it, with the real module.
#
# Takes, in /share: smbsign/smbsign.ko, nocap, tap.sh, and "files", the names of
# Documentation/ABI, one a line.
# Gives: lines "ok - WHAT" and "not ok - WHAT: WHY"; status 0 if all are ok.

# shellcheck source=tools/testbed/guest/tap.sh
. /share/tap.sh

sysfs=/sys/kernel/smbsign
ko=/share/smbsign/smbsign.ko

client_bools='client/require_security_signature client/enable_security_signature
client/allow_insecure_guest client/audit_server_does_not_support_signing
client/audit_insecure_guest_logon'
server_bools='server/require_security_signature server/enable_security_signature
server/audit_client_does_not_support_signing'
bools="$client_bools $server_bools"
lists='client/signing_algorithms server/signing_algorithms'
policy="$bools $lists profile lock"
all_algorithms='aes-gmac aes-cmac hmac-sha256'
profiles='windows-11-24h2 windows-11-24h2-home windows-server-2025 windows-server-2022
windows-domain-controller strict'

# The values of $bools under each profile, as Microsoft's documents have them.
values_of()
{
	case $1 in
	windows-11-24h2) echo '1 1 0 0 0 1 0 0' ;;
	windows-11-24h2-home | windows-server-2022) echo '0 1 0 0 0 0 0 0' ;;
	windows-server-2025) echo '1 1 0 0 0 0 0 0' ;;
	windows-domain-controller) echo '0 1 0 0 0 1 1 0' ;;
	strict) echo '1 1 0 1 1 1 1 1' ;;
	esac
}

load()
{
	insmod $ko "$@" || { not_ok "insmod $*" "see the kernel's log"; exit 1; }
}

unload()
{
	/bin/unload smbsign || { not_ok 'rmmod' "see the kernel's log"; exit 1; }
}

# In an emulated machine a fork is dear: what is done a thousand times has none.

get()
{
	local line=''

	IFS= read -r line < "$sysfs/$1" || [ -n "$line" ] || line='(nothing)'
	echo "$line"
}

# put FILE TEXT: sets err to the kernel's error, if there is one.
put()
{
	err=''
	{ echo "$2" > "$sysfs/$1"; } 2> /tmp/err && return
	IFS= read -r err < /tmp/err
	err=${err##*: }
}

# All of the policy, in now: $bools, lists, profile.
look()
{
	local f line

	now=''
	for f in $bools $lists profile; do
		line='(nothing)'
		IFS= read -r line < "$sysfs/$f"
		now="$now $line"
	done
	now=${now# }
}

bools_now()
{
	look
	echo "$now" | cut -d' ' -f 1-8
}

chosen()
{
	get "$1" | sed 's/.*\[\(.*\)\].*/\1/'
}

# accepts FILE TEXT SHOWN
accepts()
{
	local line=''

	put "$1" "$2"
	is "$1: '$2' is taken" "$err" ''
	IFS= read -r line < "$sysfs/$1"
	is "$1: '$2' is shown" "$line" "$3"
}

# refuses FILE TEXT ERROR [NAME OF TEXT]
refuses()
{
	local before

	look
	before=$now
	put "$1" "$2"
	look
	is "$1: '${4:-$2}': $3" "$err" "$3"
	is "$1: '${4:-$2}' changes nothing" "$now" "$before"
}

test_files()
{
	local f

	is 'the files are those of the ABI' "$(cd $sysfs && find . -type f | sed 's,^\./,,' | sort)" \
		"$(sort /share/files)"
	for f in $bools $lists profile lock engine; do
		is "$f: mode" "$(stat -c %a $sysfs/$f)" 644
	done
	for f in $(cd $sysfs && find . -type f -perm 0444); do
		put "$f" 1
		is "$f: read only" "$err" 'Permission denied'
	done
	is 'files to read only' "$(find $sysfs -type f -perm 0444 | wc -l)" 11
}

has()
{
	local flag

	for flag; do
		grep -q "^flags.* $flag\( \|\$\)" /proc/cpuinfo || return 1
	done
}

# The engines that run on this processor, the fastest last.
engines_here()
{
	local names='generic kernel'

	has aes pclmulqdq avx && names="$names aesni"
	has aes pclmulqdq avx2 bmi2 vaes vpclmulqdq && names="$names vaes_avx2"
	has aes pclmulqdq vaes vpclmulqdq avx2 bmi2 avx512f avx512bw avx512dq avx512vl gfni &&
		names="$names vaes_avx512"
	echo "$names"
}

test_defaults()
{
	local f

	is 'default: what Windows 11 24H2 has' "$(bools_now)" "$(values_of windows-11-24h2)"
	for f in $lists; do
		is "default: $f" "$(get "$f")" "$all_algorithms"
	done
	is 'default: profile' "$(get profile)" "[windows-11-24h2] $(echo $profiles custom | cut -d' ' -f2-)"
	is 'default: lock' "$(get lock)" 0
	is 'default: engine' "$(get engine)" "[auto] $engines"
	is 'default: engine_running' "$(get engine_running)" "${engines##* }"
	like 'default: engine_drivers' "$(get engine_drivers)" '*[Aa][Ee][Ss]*'
	for f in $sysfs/stats/*; do
		is "stats/${f##*/}: 0 after loading" "$(cat "$f")" 0
	done
}

test_words()
{
	local f w long

	long=$(head -c 5000 /dev/zero | tr '\0' 1)
	for f in $bools; do
		accepts "$f" 0 0
		accepts "$f" 1 1
		for w in '' ' ' 2 -1 01 '1 ' true True on '1 1'; do
			refuses "$f" "$w" 'Invalid argument'
		done
		refuses "$f" '1
0' 'Invalid argument' 'two lines'
		refuses "$f" "$long" 'Invalid argument' '5000 digits'
		is "$f: without a newline" "$(printf 0 2>&1 > $sysfs/$f)$(get "$f")" 0
	done
	for f in $lists; do
		for w in 'aes-gmac aes-cmac hmac-sha256' 'aes-gmac hmac-sha256 aes-cmac' \
			'aes-cmac aes-gmac hmac-sha256' 'aes-cmac hmac-sha256 aes-gmac' \
			'hmac-sha256 aes-gmac aes-cmac' 'hmac-sha256 aes-cmac aes-gmac' \
			'aes-gmac aes-cmac' 'aes-cmac aes-gmac' 'aes-gmac hmac-sha256' \
			'hmac-sha256 aes-gmac' 'aes-cmac hmac-sha256' 'hmac-sha256 aes-cmac' \
			aes-gmac aes-cmac hmac-sha256; do
			accepts "$f" "$w" "$w"
		done
		accepts "$f" 'aes-cmac,aes-gmac' 'aes-cmac aes-gmac'
		accepts "$f" '  aes-cmac   hmac-sha256 ' 'aes-cmac hmac-sha256'
		for w in '' ' ' ',' md5 aes aes-gmacx AES-GMAC 'aes-gmac;aes-cmac' 'aes-gmac aes-gmac' \
			'aes-gmac aes-cmac hmac-sha256 aes-gmac' 'aes-gmac none' 0; do
			refuses "$f" "$w" 'Invalid argument'
		done
		refuses "$f" "$long" 'Invalid argument' '5000 digits'
	done
}

test_profiles()
{
	local p

	for p in $profiles; do
		put client/signing_algorithms aes-cmac
		put server/signing_algorithms hmac-sha256
		put client/allow_insecure_guest 1
		is "profile $p: custom before" "$(chosen profile)" custom
		put profile "$p"
		is "profile $p: is taken" "$err" ''
		is "profile $p: is shown" "$(get profile)" "$(echo $profiles custom | sed "s/\<$p\( \|\$\)/[$p]\1/")"
		look
		is "profile $p: sets all" "$now" \
			"$(values_of "$p") $all_algorithms $all_algorithms $(get profile)"
	done
	for p in '' custom windows windows-11-24h2x Strict '[strict]' 'strict strict' 0; do
		refuses profile "$p" 'Invalid argument'
	done
	put client/allow_insecure_guest 1
	refuses profile custom 'Invalid argument'
	put client/allow_insecure_guest 0
	is 'profile: recognised again' "$(chosen profile)" strict
	# Two have the same values.
	put profile windows-server-2022
	is 'profile: of two alike the one written' "$(chosen profile)" windows-server-2022
	put profile windows-11-24h2-home
	is 'profile: of two alike the other one' "$(chosen profile)" windows-11-24h2-home
	put profile windows-11-24h2
}

test_engine()
{
	local e

	for e in $engines; do
		put engine "$e"
		is "engine $e: is taken" "$err" ''
		is "engine $e: is shown" "$(chosen engine)" "$e"
		is "engine $e: runs" "$(get engine_running)" "$e"
	done
	put engine auto
	is 'engine auto: is taken' "$err" ''
	is 'engine auto: is shown' "$(get engine)" "[auto] $engines"
	is 'engine auto: runs the fastest' "$(get engine_running)" "${engines##* }"
	for e in '' none Generic 'generic kernel' '[generic]'; do
		put engine "$e"
		is "engine '$e'" "$err" 'Invalid argument'
		is "engine '$e' changes nothing" "$(get engine) $(get engine_running)" "[auto] $engines ${engines##* }"
	done
}

# may_not NAME ERROR COMMAND...: what it writes to each file is refused.
may_not()
{
	local name="$1" want="$2" f before word
	shift 2

	look
	before="$now $(get engine)"
	for f in $policy engine; do
		case $f in
		*/signing_algorithms) word=aes-cmac ;;
		profile) word=strict ;;
		engine) word=generic ;;
		lock) word=1 ;;
		*) word=$((1 - $(get "$f"))) ;;
		esac
		like "$name: $f" "$("$@" sh -c "echo $word > $sysfs/$f" 2>&1)" "*$want"
	done
	look
	is "$name: nothing changed" "$now $(get engine)" "$before"
}

as_nobody()
{
	su -s /bin/sh nobody -c "$3"
}

test_permissions()
{
	chmod 755 /
	echo 'nobody:x:65534:65534:nobody:/:/bin/sh' >> /etc/passwd
	may_not 'not root' 'Permission denied' as_nobody
	is 'not root: may read' "$(su -s /bin/sh nobody -c "cat $sysfs/client/require_security_signature")" 1
	may_not 'root without CAP_SYS_ADMIN' 'Operation not permitted' /share/nocap
	may_not "root of a user namespace" 'Operation not permitted' unshare -U -r
	# Who opens is not who writes.
	like 'opened by root, written by another' \
		"$(su -s /bin/sh nobody -c 'echo 0 >&3' 2>&1 3> $sysfs/client/require_security_signature)" \
		'*Operation not permitted'
	is 'opened by root, written by another: nothing changed' "$(get client/require_security_signature)" 1
	accepts client/require_security_signature 0 0
	accepts client/require_security_signature 1 1
}

# told NAME SETTING FROM TO: the last line of the log and the last event.
told()
{
	local log
	# The listener runs beside us.
	sleep 1
	log=$(dmesg | grep 'smbsign: .* changed from' | tail -n 1 | sed 's/^\[[^]]*\] *//')
	like "$1: log" "$log" "smbsign: $2 changed from \"$3\" to \"$4\" by uid 0, *\[*[0-9]\]"
	is "$1: event" "$(tail -n 1 /tmp/events)" \
		"change module /module/smbsign $2 '$3' '$4' 0 $(echo "$log" | sed 's/.*\[\([0-9]*\)\]$/\1/')"
}

events()
{
	sleep 1
	wc -l < /tmp/events
}

test_events()
{
	local n logged

	cat > /tmp/event << 'END'
[ "$SUBSYSTEM:${SMBSIGN_SETTING:+x}" = module:x ] || exit 0
echo "$ACTION $SUBSYSTEM $DEVPATH $SMBSIGN_SETTING '$SMBSIGN_FROM' '$SMBSIGN_TO' $SMBSIGN_UID $SMBSIGN_PID" >> /tmp/events
END
	: > /tmp/events
	uevent sh /tmp/event &
	listener=$!
	sleep 1
	put profile windows-11-24h2
	put client/require_security_signature 0
	told 'a change of 1 to 0' client/require_security_signature 1 0
	put server/signing_algorithms 'aes-cmac aes-gmac'
	told 'a change of a list' server/signing_algorithms "$all_algorithms" 'aes-cmac aes-gmac'
	put profile strict
	told 'a change of the profile' profile custom strict
	put engine generic
	told 'a change of the engine' engine auto generic
	put engine auto
	told 'a change back' engine generic auto
	is 'one event a change' "$(events)" 5
	logged=$(dmesg | grep -c 'smbsign: .* changed from')
	put profile strict
	put client/require_security_signature 1
	put client/signing_algorithms "$all_algorithms"
	put engine auto
	put client/require_security_signature 2
	put client/signing_algorithms md5
	put profile custom
	put engine none
	put lock 0
	/share/nocap sh -c "echo 0 > $sysfs/client/require_security_signature" 2> /dev/null
	is 'no event without a change' "$(events)" 5
	is 'no line in the log without a change' "$(dmesg | grep -c 'smbsign: .* changed from')" "$logged"
	put lock 1
	told 'the lock' lock 0 1
	put lock 1
	put client/require_security_signature 0
	n=$(events)
	is 'no event under the lock' "$n" 6
	kill $listener
	wait $listener 2> /dev/null
}

# The policy is locked by now.
test_lock()
{
	local f w

	is 'lock: shown' "$(get lock)" 1
	for f in $policy; do
		for w in 0 1 aes-gmac strict windows-server-2022 nonsense; do
			[ "$f:$w" != lock:1 ] || continue
			refuses "$f" "$w" 'Operation not permitted'
		done
	done
	put lock 1
	is 'lock: written once more' "$err" ''
	put engine generic
	is 'lock: the engine may change' "$err$(get engine_running)" generic
	unload
	load
	is 'lock: gone after unloading' "$(get lock)" 0
	accepts client/require_security_signature 0 0
	unload
}

# parameters NAME EXPECTED PARAMETERS...: EXPECTED are $bools.
parameters()
{
	local name="$1" want="$2"
	shift 2

	load "$@"
	is "parameters: $name" "$(bools_now)" "$want"
}

# rejects PARAMETER: the module does not load, and the log tells why.
rejects()
{
	dmesg -c > /dev/null
	like "parameter $1: refused" "$(insmod $ko "$1" 2>&1)" '*Invalid *'
	like "parameter $1: the log names it" "$(dmesg | tr / _)" "*smbsign: *${1%%=*}*"
	status "parameter $1: not loaded" 1 test -d $sysfs
	[ ! -d $sysfs ] || unload
}

test_parameters()
{
	local p f

	for p in $profiles; do
		parameters "profile=$p" "$(values_of "$p")" "profile=$p"
		is "parameters: profile=$p is shown" "$(chosen profile)" "$p"
		unload
	done
	for f in $bools; do
		# In this profile all are 0 but the second, which is left out here.
		[ "$f" != client/enable_security_signature ] || continue
		p=$(echo "$f" | tr / _)
		load profile=windows-server-2022 "$p=1"
		is "parameters: $p=1" "$(get "$f")" 1
		is "parameters: $p=1 alone" "$(bools_now | tr -d ' ' | tr -d 0)" 11
		unload
	done
	# shellcheck disable=SC2046 # a word each
	parameters 'all 0' '0 0 0 0 0 0 0 0' profile=strict $(echo "$bools" | tr '/\n' '_ ' | sed 's/\>/=0/g')
	unload
	parameters 'single ones over the profile, in any order' '0 1 1 1 1 1 1 1' \
		client_require_security_signature=0 profile=strict client_allow_insecure_guest=1
	is 'parameters: custom then' "$(chosen profile)" custom
	unload
	load client_signing_algorithms=aes-cmac,aes-gmac server_signing_algorithms=hmac-sha256 engine=generic
	is 'parameters: client_signing_algorithms' "$(get client/signing_algorithms)" 'aes-cmac aes-gmac'
	is 'parameters: server_signing_algorithms' "$(get server/signing_algorithms)" hmac-sha256
	is 'parameters: engine' "$(get engine) $(get engine_running)" "auto [generic] ${engines#* } generic"
	unload
	load lock=1 client_require_security_signature=0
	is 'parameters: lock' "$(get lock)$(get client/require_security_signature)" 10
	refuses client/require_security_signature 1 'Operation not permitted'
	unload
	for p in client_require_security_signature=2 client_require_security_signature= \
		client_signing_algorithms=md5 server_signing_algorithms= profile=custom profile=none \
		engine=none lock=2; do
		rejects "$p"
	done
}

# Eight processes write until each has done its share, eight read until then.

writer()
{
	local n=0 w

	while [ $n -lt "$1" ]; do
		for w in "$3" "$4"; do
			{ echo "$w" > "$sysfs/$2"; } 2>> /tmp/race
		done
		n=$((n + 1))
	done
}

# reader FILE PATTERN...: what may be seen.  The loop does not fork.
reader()
{
	local file="$1" line n=0 p seen
	shift

	while [ ! -e /tmp/stop ]; do
		IFS= read -r line < "$sysfs/$file"
		seen=''
		for p; do
			[ "$line" != "$p" ] || seen=1
		done
		[ -n "$seen" ] || echo "$file showed '$line'" >> /tmp/race
		n=$((n + 1))
	done
	echo $n >> /tmp/reads
}

# race NAME: the writers are the jobs in $writers.
race()
{
	local job

	for job in $writers; do
		wait "$job"
	done
	touch /tmp/stop
	wait
	is "race of $1" "$(sort /tmp/race | uniq -c | head -n 5)" ''
	is "race of $1: readers read" \
		"$(awk '$1 > 0 { n++ } END { print n }' /tmp/reads)" "$2"
	echo "# reads of each reader: $(tr '\n' ' ' < /tmp/reads)"
}

race_begin()
{
	rm -f /tmp/stop /tmp/race /tmp/reads
	touch /tmp/race /tmp/reads
	writers=''
}

# A profile that is not in force as a whole shows as custom.
race_profiles()
{
	local i

	race_begin
	put profile windows-11-24h2
	for i in 1 2 3 4 5 6 7 8; do
		reader profile "[windows-11-24h2] windows-11-24h2-home windows-server-2025 windows-server-2022 windows-domain-controller strict custom" \
			"windows-11-24h2 windows-11-24h2-home windows-server-2025 [windows-server-2022] windows-domain-controller strict custom" \
			"windows-11-24h2 windows-11-24h2-home windows-server-2025 windows-server-2022 windows-domain-controller [strict] custom" &
	done
	for i in 1 2 3 4; do
		writer 100 profile windows-11-24h2 strict &
		writers="$writers $!"
		writer 100 profile windows-server-2022 strict &
		writers="$writers $!"
	done
	race 'profiles' 8
}

# A writer must not undo what another has written to another file.
race_settings()
{
	local f n

	race_begin
	put profile windows-11-24h2
	for f in $bools; do
		reader "$f" 0 1 &
		writer 100 "$f" 0 1 &
		writers="$writers $!"
	done
	race 'settings' 8
	is 'race of settings: no change was lost' "$(bools_now)" '1 1 1 1 1 1 1 1'
	put profile windows-11-24h2
}

test_unload()
{
	local i left

	exec 4< $sysfs/profile 5> $sysfs/client/require_security_signature 6< $sysfs/stats/signed
	status 'unload while files are held open' 0 /bin/unload smbsign
	like 'a file read after that' "$(cat <&4 2>&1)" '*No such device'
	like 'a file written after that' "$({ echo 1 >&5; } 2>&1)" '*No such device'
	like 'a counter read after that' "$(cat <&6 2>&1)" '*No such device'
	exec 4<&- 5>&- 6<&-
	rm -f /tmp/stop
	for i in 1 2 3 4; do
		while [ ! -e /tmp/stop ]; do
			cat $sysfs/profile $sysfs/client/* $sysfs/stats/*
			echo strict > $sysfs/profile
			echo aes-cmac > $sysfs/server/signing_algorithms
		done > /dev/null 2>&1 &
	done
	left=5
	while [ $left -gt 0 ]; do
		insmod $ko && sleep 1 && /bin/unload smbsign || break
		left=$((left - 1))
	done
	touch /tmp/stop
	wait
	is 'loaded and unloaded 5 times under readers and writers' $left 0
	status 'nothing is left of it' 1 test -e $sysfs
}

# The drivers that "kernel" is made of are not loaded by themselves here.
for module in aesni_intel ghash_clmulni_intel sha256_ssse3; do
	modprobe $module || exit 1
done
engines=$(engines_here)
load
test_files
test_defaults
test_words
test_profiles
test_engine
test_permissions
test_events
test_lock
test_parameters
load
# Each change is a line on the console; keep to errors there.  And leave the
# kernel's own threads their share of an emulated processor.
dmesg -n 4
renice -n 19 -p $$ > /dev/null
race_profiles
race_settings
test_unload
exit $bad
