#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2034,SC2154 # with tap.sh
# In the guest: smbsignctl with the real module, beside a share that stock cifs.ko
# has mounted.
#
#   smbsignctl.sh PORT   of samba.sh
#
# Takes, in /share: smbsign/smbsign.ko, smbsignctl/, perl/, nocap, tap.sh.
# Gives: lines "ok - WHAT" and "not ok - WHAT: WHY", status 0 if all are ok; in
# /share status.json, and status.txt for people to look at.

# shellcheck source=tools/testbed/guest/tap.sh
. /share/tap.sh

sysfs=/sys/kernel/smbsign
# The folder's permissions are the host's.
cp -r /share/smbsignctl /tmp/smbsignctl
chmod 755 / /tmp
ctl=/tmp/smbsignctl/smbsignctl

# run NAME STATUS PATTERN ARGUMENTS...
run()
{
	local name="$1" want="$2" pattern="$3" got=0 out
	shift 3

	out=$($as $ctl "$@" 2>&1 < /dev/null) || got=$?
	if [ $got -ne "$want" ]; then
		not_ok "$name" "status $got, should be $want: $out"
	else
		like "$name" "$out" "$pattern"
	fi
}

load()
{
	insmod /share/smbsign/smbsign.ko "$@" || { not_ok "insmod $*" "see the kernel's log"; exit 1; }
}

test_without_module()
{
	run 'status without the module' 1 'smbsign *not loaded; load it: modprobe smbsign*cifs.ko *not loaded*' status
	run 'status --json without the module' 1 '{*"loaded": false,*}' status --json
	run 'get without the module' 1 '*not loaded*modprobe smbsign*' get client
}

test_policy()
{
	run 'get client' 0 'RequireSecuritySignature         : True
EnableSecuritySignature          : True
EnableInsecureGuestLogons        : False
AuditServerDoesNotSupportSigning : False
AuditInsecureGuestLogon          : False
SigningAlgorithms                : aes-gmac aes-cmac hmac-sha256' get client
	run 'set' 0 'client RequireSecuritySignature: True -> False' set client RequireSecuritySignature '$false'
	is 'set: in sysfs' "$(cat $sysfs/client/require_security_signature)" 0
	run 'set of algorithms' 0 'server SigningAlgorithms: * -> aes-cmac aes-gmac' \
		set server SigningAlgorithms AES-128-CMAC,AES-128-GMAC
	run 'get of one' 0 'RequireSecuritySignature : False' get client require_security_signature
	run 'profile: custom' 0 '*
\* custom*' profile
	for p in windows-11-24h2 windows-11-24h2-home windows-server-2025 windows-server-2022 \
		windows-domain-controller strict; do
		run "profile $p" 0 "profile: * -> $p" profile "$p"
	done
	run 'profile of another name' 2 '*there is no profile*windows-server-2025*' profile windows-2000
	run 'engine generic' 0 'engine: auto -> generic' engine generic
	is 'engine generic: runs' "$(cat $sysfs/engine_running)" generic
	run 'engine' 0 '*auto *\* generic *running: generic*' engine
	run 'engine auto' 0 'engine: generic -> auto' engine auto
	run 'engine of another name' 2 '*there is no engine*auto generic kernel*' engine sse2
	run 'profile windows-11-24h2' 0 '* -> windows-11-24h2' profile windows-11-24h2
}

test_permissions()
{
	echo 'nobody:x:65534:65534:nobody:/:/bin/sh' >> /etc/passwd
	echo "PATH=/bin exec su -s /bin/sh nobody -c \"\$(printf '%s ' \"\$@\")\"" > /tmp/nobody
	as='sh /tmp/nobody'
	run 'not root: status' 0 '*profile windows-11-24h2*' status
	run 'not root: get' 0 'RequireSecuritySignature : True' get client RequireSecuritySignature
	run 'not root: set' 1 '*not permitted to change client/require*CAP_SYS_ADMIN*sudo*' \
		set client RequireSecuritySignature 0
	run 'not root: profile' 1 '*not permitted*' profile strict
	run 'not root: engine' 1 '*not permitted*' engine generic
	run 'not root: lock' 1 '*not permitted*' lock
	run 'not root: save' 1 '*cannot write /etc/smbsign.conf*' save
	run 'not root: selftest' 0 '*gmac(aes))*known answer right*' selftest
	as=/share/nocap
	run 'without CAP_SYS_ADMIN: set' 1 '*not permitted*CAP_SYS_ADMIN*' set client RequireSecuritySignature 0
	run 'without CAP_SYS_ADMIN: engine' 1 '*not permitted*CAP_SYS_ADMIN*' engine generic
	as=''
	run 'nothing has changed' 0 'RequireSecuritySignature : True' get client RequireSecuritySignature
}

test_selftest()
{
	run 'selftest' 0 'smbsign(gmac(aes)) *known answer right
smbsign(cmac(aes)) *known answer right
smbsign(hmac(sha256)) *known answer right
smbsign(md5) *known answer right
the module loads only *' selftest
	run 'bench' 0 "engine $(cat $sysfs/engine_running)"'*smbsign(gmac(aes)) *MB/s
smbsign(cmac(aes)) *MB/s
smbsign(hmac(sha256)) *MB/s
smbsign(md5) *MB/s
*' bench
	# One bit of what must come out is wrong.
	sed -i "s/6ca1410e2457c2a82a5aad1554229029'/6ca1410e2457c2a82a5aad1554229028'/" /tmp/smbsignctl/lib/afalg.pl
	run 'selftest with a wrong answer' 1 'smbsign(gmac(aes)) *FAILED: another signature*a transform fails*' selftest
	cp /share/smbsignctl/lib/afalg.pl /tmp/smbsignctl/lib/afalg.pl
	mv /bin/perl /bin/noperl
	run 'selftest without perl' 0 '*registered*not tried: there is no perl*' selftest
	mv /bin/noperl /bin/perl
}

test_save()
{
	run 'load --if-saved without a file' 0 '*does not exist*' load --if-saved
	run 'load without a file' 1 '*cannot read /etc/smbsign.conf*' load
	$ctl profile windows-domain-controller > /dev/null
	$ctl set client SigningAlgorithms aes-cmac > /dev/null
	$ctl engine generic > /dev/null
	run 'save' 0 'saved to /etc/smbsign.conf*smbsign.service*' save
	unload smbsign
	load
	run 'load' 0 '/etc/smbsign.conf: changed: 4' load
	run 'load: what was saved' 0 "$(cat /etc/smbsign.conf)" save -
	is 'load: engine' "$(cat $sysfs/engine_running)" generic
	run 'load again' 0 '*changed: 0' load
	# The names are those of the module's parameters.
	unload smbsign
	# shellcheck disable=SC2046 # a word each
	load $(grep -v '^#' /etc/smbsign.conf)
	run 'the same as parameters' 0 '*changed: 0' load
	$ctl lock > /dev/null
	run 'load of the same under the lock' 0 '*changed: 0' load
	sed -i 's/client_require_security_signature=0/client_require_security_signature=1/' /etc/smbsign.conf
	run 'load of something else under the lock' 1 '*the policy is locked*modprobe -r smbsign*' load
	run 'set under the lock' 1 '*the policy is locked*' set client RequireSecuritySignature 1
	run 'profile under the lock' 1 '*the policy is locked*' profile strict
	run 'engine under the lock' 0 'engine: generic -> auto' engine auto
	run 'lock again' 0 '*locked already' lock
	unload smbsign
	load
	printf 'profile=windows-server-2022\nserver_require_security_signature=1\nlock=1\n' > /etc/smbsign.conf
	run 'load of a profile and more' 0 '*changed: 3' load
	is 'load of a profile and more: values' \
		"$(cat $sysfs/client/require_security_signature $sysfs/server/require_security_signature $sysfs/lock | tr '\n' ' ')" '0 1 1 '
	unload smbsign
	load
}

test_watch()
{
	run 'watch' 0 '*signed/s*
*0 *0 *0.0 *0.0*
*0 *0 *0.0 *0.0*' watch 1 2
	$ctl watch 1 > /tmp/watch 2>&1 &
	sleep 1
	unload smbsign
	wait $!
	is 'watch ends with the module' $? 1
	like 'watch says so' "$(cat /tmp/watch)" '*has been unloaded*'
	load
}

test_mounted()
{
	local options=port=$1,username=root,password=smbsign,sec=ntlmsspi,cache=none,nosharesock

	modprobe cifs || { not_ok 'modprobe cifs' "see the kernel's log"; return; }
	run 'status, cifs.ko without a mount' 0 '*cifs.ko *SecurityFlags 0xc5: a mount signs if*ksmbd.ko *not loaded*' status
	mkdir -p /mnt/1 /mnt/2
	mount.cifs //10.0.2.2/test /mnt/1 -o "$options,vers=3.1.1" || not_ok 'mount' 'of 3.1.1'
	mount.cifs //10.0.2.2/test /mnt/2 -o "$options,vers=2.1" || not_ok 'mount' 'of 2.1'
	run 'status, two mounts' 0 '*
  10.0.2.2 *SMB 2.1 *signed
  10.0.2.2 *SMB 3.1.1 *signed
*cmac(aes) *of cifs.ko and ksmbd.ko: *cmac*aes*, [1-9]* in use' status
	$ctl status > /share/status.txt
	is 'status fits a screen' "$(awk 'length > 80 || NR > 24' /share/status.txt)" ''
	$ctl status --json > /share/status.json
	like 'status --json' "$(cat /share/status.json)" '*"signing": "when-required"*"dialect": "3.1.1", "signed": true*'
	umount /mnt/1
	umount /mnt/2
}

for module in aesni_intel ghash_clmulni_intel sha256_ssse3; do
	modprobe $module || exit 1
done
mkdir /usr
printf '#!/bin/sh\nPERL5LIB=/share/perl exec /share/perl/ld.so --library-path /share/perl /share/perl/perl "$@"\n' > /bin/perl
chmod 755 /bin/perl
as=''
test_without_module
load
test_policy
test_permissions
test_selftest
test_save
test_watch
test_mounted "$1"
unload smbsign || not_ok 'rmmod' 'at the end'
exit $bad
