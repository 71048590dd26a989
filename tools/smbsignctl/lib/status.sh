# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
#
# Part of smbsignctl: status, for people; the counters.

counter()
{
	read_file "$SYSFS/stats/$1"
}

policy_line()
{
	printf '  %-36s%-8s%s\n' "$1" "$2" "$3" | sed 's/ *$//'
}

status_policy()
{
	policy_line policy client server
	policy_line RequireSecuritySignature "$(show_value client/require_security_signature)" \
		"$(show_value server/require_security_signature)"
	policy_line 'EnableSecuritySignature (SMB1 only)' \
		"$(show_value client/enable_security_signature)" \
		"$(show_value server/enable_security_signature)"
	policy_line EnableInsecureGuestLogons "$(show_value client/allow_insecure_guest)" -
	policy_line 'Audit: the other end cannot sign' \
		"$(show_value client/audit_server_does_not_support_signing)" \
		"$(show_value server/audit_client_does_not_support_signing)"
	policy_line AuditInsecureGuestLogon "$(show_value client/audit_insecure_guest_logon)" -
	policy_line 'SigningAlgorithms, client' "$(read_file "$SYSFS/client/signing_algorithms")" ''
	policy_line 'SigningAlgorithms, server' "$(read_file "$SYSFS/server/signing_algorithms")" ''
}

# status_transforms: which are offered, and which are not as they should be.
status_transforms()
{
	local table name state good='' bad=''

	table=$(crypto_table)
	for name in $TRANSFORMS; do
		state=$(printf '%s\n' "$table" | awk -v n="smbsign($name)" '$1 == n { print $5 }')
		case $state in
		passed) good="${good:+$good }$name" ;;
		'') bad="$bad; $name is not offered" ;;
		*) bad="$bad; $name: self-test $state" ;;
		esac
	done
	printf 'transforms  %s%s\n' "${good:-none}" "$bad"
}

status_statistics()
{
	printf 'signed      %s messages, %s bytes\n' "$(counter signed)" "$(counter signed_bytes)"
	printf 'verified    %s messages, %s bytes; bad signature: %s\n' "$(counter verified)" \
		"$(counter verified_bytes)" "$(counter bad_signature)"
	printf 'refused     %s; accepted unsigned %s; nonce refused %s; queue full %s\n' \
		"$(counter refused)" "$(counter accepted_unsigned)" "$(counter nonce_refused)" "$(counter queue_full)"
}

status_module()
{
	local locked=''

	[ "$(read_file "$SYSFS/lock")" != 1 ] || locked=', locked'
	printf 'smbsign     %s, profile %s%s\n' "$(read_file "$MODULES/smbsign/version")" \
		"$(chosen "$SYSFS/profile")" "$locked"
	printf 'engine      %s (asked for: %s)\n' "$(read_file "$SYSFS/engine_running")" \
		"$(chosen "$SYSFS/engine")"
	printf 'drivers     %s\n' "$(read_file "$SYSFS/engine_drivers")"
	status_transforms
	status_policy
	status_statistics
}

# At most three connections, so that all fits one screen.
status_cifs()
{
	local flags

	if ! cifs_is_loaded; then
		echo 'cifs.ko     not loaded'
		return
	fi
	flags=$(cifs_flags)
	if [ -n "$flags" ]; then
		printf 'cifs.ko     SecurityFlags %s: %s\n' "$flags" "$(cifs_flags_text "$flags")"
	else
		echo 'cifs.ko     loaded, but shows no SecurityFlags'
	fi
	cifs_connections | awk '
		NR <= 3 {
			state = $3 ? "signed" : "not signed"
			if ($4)
				state = state ", encrypted"
			else if ($6)
				state = state ", " $6 " of " $5 " shares encrypted"
			printf "  %-30s SMB %-6s %s\n", $1, $2, state
		}
		END {
			if (NR > 3)
				printf "  and %d more: smbsignctl status --json\n", NR - 3
		}'
}

status_ksmbd()
{
	local signing

	if [ ! -d "$MODULES/ksmbd" ]; then
		echo 'ksmbd.ko    not loaded'
		return
	fi
	signing=$(ksmbd_signing)
	printf 'ksmbd.ko    loaded; ksmbd.conf: server signing = %s\n' "${signing:-not set}"
}

status_cmac()
{
	local name driver users

	read -r name driver _ users _ <<- END
		$(crypto_best 'cmac(aes)')
	END
	if [ -n "$name" ]; then
		printf '%s   of cifs.ko and ksmbd.ko: %s, %s in use\n' "$name" "$driver" "$users"
	else
		echo 'cmac(aes)   no driver yet: the first SMB 3.x connection brings one'
	fi
}

verb_status()
{
	local loaded=0

	is_loaded && loaded=1
	case "$*" in
	'')
		if [ $loaded -eq 1 ]; then
			status_module
		else
			echo 'smbsign     not loaded; load it: modprobe smbsign'
		fi
		status_cifs
		status_ksmbd
		status_cmac
		;;
	--json)
		echo '{'
		[ $loaded -eq 1 ] && json_module || printf '  "loaded": false,\n'
		json_cifs
		json_ksmbd
		json_cmac
		echo '}'
		;;
	*) wrong_usage "status takes --json or nothing" status ;;
	esac
	[ $loaded -eq 1 ]
}
