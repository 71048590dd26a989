# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
#
# Part of smbsignctl: settings, profiles, engines, the lock.

# Section, file, Windows' name, then how both are written without case and "_",
# and in what other ways.

SETTINGS='client require_security_signature RequireSecuritySignature requiresecuritysignature
client enable_security_signature EnableSecuritySignature enablesecuritysignature
client allow_insecure_guest EnableInsecureGuestLogons enableinsecureguestlogons allowinsecureguest allowinsecureguestauth
client audit_server_does_not_support_signing AuditServerDoesNotSupportSigning auditserverdoesnotsupportsigning
client audit_insecure_guest_logon AuditInsecureGuestLogon auditinsecureguestlogon
client signing_algorithms SigningAlgorithms signingalgorithms
server require_security_signature RequireSecuritySignature requiresecuritysignature
server enable_security_signature EnableSecuritySignature enablesecuritysignature
server audit_client_does_not_support_signing AuditClientDoesNotSupportSigning auditclientdoesnotsupportsigning
server signing_algorithms SigningAlgorithms signingalgorithms'

ALGORITHMS='aes-gmac aes-cmac hmac-sha256'

# Names and values, from what people write to what the kernel takes

is_section()
{
	[ "$1" = client ] || [ "$1" = server ]
}

# names_of SECTION: Windows' names, one a line.
names_of()
{
	printf '%s\n' "$SETTINGS" | while read -r section _ title _; do
		[ "$section" != "$1" ] || printf '%s\n' "$title"
	done
}

# find_setting SECTION NAME: sets setting_file and setting_title.
find_setting()
{
	local want section file title spellings

	want=$(lower "$2" | tr -d _)
	while read -r section file title spellings; do
		if [ "$section" = "$1" ] && has_word "$want" "$spellings"; then
			setting_file=$1/$file setting_title=$title
			return 0
		fi
	done <<- END
		$SETTINGS
	END
	return 1
}

# parse_bool VALUE: prints 0 or 1.
parse_bool()
{
	case $(lower "$1") in
	1 | true | \$true | yes | on | enabled) echo 1 ;;
	0 | false | \$false | no | off | disabled) echo 0 ;;
	*) return 1 ;;
	esac
}

# parse_algorithms VALUE: words between blanks or commas; "AES-128-GMAC", as
# Samba has it, counts as well.  Prints them as the kernel wants them.
parse_algorithms()
{
	local alg list=''

	for alg in $(lower "$1" | tr ',' ' '); do
		case $alg in
		aes-128-*) alg=aes-${alg#aes-128-} ;;
		esac
		has_word "$alg" "$ALGORITHMS" && ! has_word "$alg" "$list" || return 1
		list="${list:+$list }$alg"
	done
	[ -n "$list" ] && printf '%s' "$list"
}

# parse_value FILE VALUE: prints what the kernel wants, or fails.
parse_value()
{
	case $1 in
	*/signing_algorithms) parse_algorithms "$2" ;;
	*) parse_bool "$2" ;;
	esac
}

right_values()
{
	case $1 in
	*/signing_algorithms)
		printf 'one or more of: %s; the most preferred first, none twice' "$ALGORITHMS"
		;;
	*) printf '%s' "1 true \$true yes on enabled, or: 0 false \$false no off disabled" ;;
	esac
}

# show_value FILE: as PowerShell shows it.
show_value()
{
	local value

	value=$(read_file "$SYSFS/$1")
	case $1:$value in
	*/signing_algorithms:* | lock:*) printf '%s' "$value" ;;
	*:1) printf True ;;
	*:0) printf False ;;
	*) printf '%s' "$value" ;;
	esac
}

# put FILE VALUE: writes to sysfs, and says what to do if the kernel refuses.
put()
{
	local err

	if err=$(printf '%s\n' "$2" | dd of="$SYSFS/$1" 2>&1); then
		return 0
	fi
	case $err in
	*denied* | *"not permitted"*)
		if [ "$1" != engine ] && [ "$(read_file "$SYSFS/lock")" = 1 ] && [ "$(id -u)" -eq 0 ]; then
			die 1 "the policy is locked" \
				"it stays so until the module is unloaded, when nothing uses it: modprobe -r smbsign"
		fi
		die 1 "not permitted to change $1" "be root, with CAP_SYS_ADMIN: sudo $ME ..."
		;;
	*"nvalid argument"*) die 2 "the kernel does not take '$2' for $1" ;;
	*"not supported"*) die 1 "'$2' cannot run on this machine" "see what can: $ME engine" ;;
	*) die 1 "writing $SYSFS/$1 failed" "${err##*: }" ;;
	esac
}

# get and set

# print_setting FILE TITLE WIDTH
print_setting()
{
	printf "%-$3s : %s\n" "$2" "$(show_value "$1")"
}

# print_section SECTION: all of it, aligned.
print_section()
{
	local section file title width=0

	for title in $(names_of "$1"); do
		[ ${#title} -le "$width" ] || width=${#title}
	done
	while read -r section file title _; do
		[ "$section" != "$1" ] || print_setting "$1/$file" "$title" "$width"
	done <<- END
		$SETTINGS
	END
}

# look_up SECTION NAME: find_setting, or the end.
look_up()
{
	find_setting "$1" "${2#-}" || die 2 "the $1 has no setting '$2'" \
		"it has: $(names_of "$1" | tr '\n' ' ' | sed 's/ $//')"
}

verb_get()
{
	local section name width=0 list=''

	if [ $# -eq 0 ]; then
		need_module
		printf '%s\n' client: "$(print_section client)" '' server: "$(print_section server)"
		return
	fi
	section=$(lower "$1")
	is_section "$section" || wrong_usage "'$1' is neither client nor server" get
	shift
	for name in $(printf '%s ' "$@" | tr ',' ' '); do
		look_up "$section" "$name"
		list="$list $setting_file:$setting_title"
		[ ${#setting_title} -le "$width" ] || width=${#setting_title}
	done
	need_module
	if [ -z "$list" ]; then
		print_section "$section"
		return
	fi
	for name in $list; do
		print_setting "${name%:*}" "${name#*:}" "$width"
	done
}

verb_set()
{
	local section value from

	[ $# -ge 3 ] || wrong_usage "set takes client or server, a name and a value" set
	section=$(lower "$1")
	is_section "$section" || wrong_usage "'$1' is neither client nor server" set
	look_up "$section" "$2"
	shift 2
	value=$(parse_value "$setting_file" "$*") ||
		die 2 "'$*' is no value of $setting_title" "it takes $(right_values "$setting_file")"
	need_module
	from=$(show_value "$setting_file")
	put "$setting_file" "$value"
	printf '%s %s: %s -> %s\n' "$section" "$setting_title" "$from" "$(show_value "$setting_file")"
}

# profile, engine, lock

about_profile()
{
	case $1 in
	windows-11-24h2) echo 'client and server require signing' ;;
	windows-11-24h2-home) echo 'neither requires signing' ;;
	windows-server-2025) echo 'the client requires signing' ;;
	windows-server-2022) echo 'neither requires signing; also older servers' ;;
	windows-domain-controller) echo 'the server requires signing' ;;
	strict) echo 'client and server require signing; all audits are on' ;;
	custom) echo 'shown when none of them fits' ;;
	esac
}

about_engine()
{
	case $1 in
	auto) echo 'the fastest that runs here' ;;
	generic) echo 'C, constant time' ;;
	kernel) echo "the running kernel's own drivers" ;;
	aesni) echo 'AES-NI and PCLMULQDQ' ;;
	vaes_avx2) echo 'VAES and VPCLMULQDQ, 256 bit' ;;
	vaes_avx512) echo 'VAES and VPCLMULQDQ, 512 bit' ;;
	esac
}

# choice KIND [NAME]: shows the list, or chooses.
choice()
{
	local kind="$1" name from

	[ $# -le 2 ] || wrong_usage "$kind takes one name" "$kind"
	need_module
	if [ $# -eq 1 ]; then
		from=$(chosen "$SYSFS/$kind")
		for name in $(words "$SYSFS/$kind"); do
			[ "$name" = "$from" ] && printf '* ' || printf '  '
			printf '%-26s %s\n' "$name" "$("about_$kind" "$name")" | sed 's/ *$//'
		done
		return
	fi
	name=$(lower "$2")
	set -- "$kind" "$2" "$(words "$SYSFS/$kind" | sed 's/ *custom$//')"
	has_word "$name" "$3" || die 2 "there is no $kind '$2'" "there are: $3"
	from=$(chosen "$SYSFS/$kind")
	put "$kind" "$name"
	printf '%s: %s -> %s\n' "$kind" "$from" "$(chosen "$SYSFS/$kind")"
}

verb_profile()
{
	choice profile "$@"
}

verb_engine()
{
	choice engine "$@"
	[ $# -gt 0 ] || printf 'running: %s (%s)\n' "$(read_file "$SYSFS/engine_running")" \
		"$(read_file "$SYSFS/engine_drivers")"
}

verb_lock()
{
	[ $# -eq 0 ] || wrong_usage "lock takes nothing" lock
	need_module
	if [ "$(read_file "$SYSFS/lock")" = 1 ]; then
		echo 'the policy is locked already'
		return
	fi
	put lock 1
	echo 'the policy is locked until the module is unloaded'
}

