# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# bash completion of smbsignctl

# Words of the last argument; names of settings in either spelling, the Windows'
# one unless small letters have been typed.
_smbsignctl_names()
{
	local section=$1 typed=$2 spelling=3

	[[ $typed != [a-z]* ]] || spelling=2
	smbsignctl_settings | awk -v section="$section" -v column="$spelling" \
		'$1 == section { print $column }'
}

smbsignctl_settings()
{
	cat << 'END'
client require_security_signature RequireSecuritySignature
client enable_security_signature EnableSecuritySignature
client allow_insecure_guest EnableInsecureGuestLogons
client audit_server_does_not_support_signing AuditServerDoesNotSupportSigning
client audit_insecure_guest_logon AuditInsecureGuestLogon
client signing_algorithms SigningAlgorithms
server require_security_signature RequireSecuritySignature
server enable_security_signature EnableSecuritySignature
server audit_client_does_not_support_signing AuditClientDoesNotSupportSigning
server signing_algorithms SigningAlgorithms
END
}

_smbsignctl()
{
	local cur=${COMP_WORDS[COMP_CWORD]} verb=${COMP_WORDS[1]:-} words='' name
	local sysfs=${SMBSIGN_SYSFS:-/sys/kernel/smbsign}

	case $COMP_CWORD:$verb in
	1:*) words='status get set profile engine lock selftest bench save load watch help --help --version' ;;
	2:status) words='--json --help' ;;
	2:get | 2:set) words='client server' ;;
	3:set | [3-9]:get) words=$(_smbsignctl_names "${COMP_WORDS[2]}" "$cur") ;;
	[4-9]:set)
		name=${COMP_WORDS[3],,}
		case $name in
		signing*) words='aes-gmac aes-cmac hmac-sha256' ;;
		*) words='true false' ;;
		esac
		;;
	2:profile | 2:engine)
		words=$(tr -d '[]' 2> /dev/null < "$sysfs/$verb")
		words=${words% custom}
		;;
	2:load) words='--if-saved' ;;
	2:help) words='status get set profile engine lock selftest bench save load watch' ;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
	case $verb in
	save | load) [[ $COMP_CWORD -lt 2 || $cur == -* ]] || mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
	esac
}

complete -o filenames -F _smbsignctl smbsignctl
