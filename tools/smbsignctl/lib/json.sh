# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
#
# Part of smbsignctl: status, for programs.

json_string()
{
	printf '"%s"' "$(printf '%s' "$1" | tr -d '\000-\037\177-\377' | sed 's/[\\"]/\\&/g')"
}

# json_words STRING...: an array.
json_words()
{
	local word sep=''

	printf '['
	for word; do
		printf '%s' "$sep"
		json_string "$word"
		sep=', '
	done
	printf ']'
}

json_number()
{
	case $1 in
	'' | *[!0-9]*) printf null ;;
	*) printf '%s' "$1" ;;
	esac
}

json_bool()
{
	case $1 in
	1) printf true ;;
	0) printf false ;;
	*) printf null ;;
	esac
}

json_or_null()
{
	if [ -n "$1" ]; then
		json_string "$1"
	else
		printf null
	fi
}

json_section()
{
	local section file sep=''

	printf '  "%s": {' "$1"
	while read -r section file _; do
		[ "$section" = "$1" ] || continue
		printf '%s\n    "%s": ' "$sep" "$file"
		sep=,
		set -- "$1" "$(read_file "$SYSFS/$1/$file")"
		# shellcheck disable=SC2086 # algorithms are words
		case $file in
		signing_algorithms) json_words $2 ;;
		*) json_bool "$2" ;;
		esac
	done <<- END
		$SETTINGS
	END
	printf '\n  },\n'
}

json_transforms()
{
	local name driver priority users selftest sep=''

	printf '  "transforms": ['
	while read -r name driver priority users selftest; do
		case $name in
		smbsign\(*) ;;
		*) continue ;;
		esac
		printf '%s\n    {"name": %s, "driver": %s, "users": %s, "selftest": %s}' "$sep" \
			"$(json_string "$name")" "$(json_string "$driver")" "$(json_number "$users")" \
			"$(json_string "$selftest")"
		sep=,
	done <<- END
		$(crypto_table)
	END
	printf '\n  ],\n'
}

json_statistics()
{
	local name sep=''

	printf '  "statistics": {'
	for name in $COUNTERS; do
		printf '%s\n    "%s": %s' "$sep" "$name" "$(json_number "$(counter "$name")")"
		sep=,
	done
	printf '\n  },\n'
}

json_cifs()
{
	local flags host dialect signed encrypted shares encrypted_shares sep=''

	if ! cifs_is_loaded; then
		printf '  "cifs": {"loaded": false},\n'
		return
	fi
	flags=$(cifs_flags)
	printf '  "cifs": {\n    "loaded": true,\n    "security_flags": %s,\n' "$(json_or_null "$flags")"
	printf '    "signing": %s,\n    "connections": [' \
		"$(json_or_null "${flags:+$(cifs_flags_signing "$flags")}")"
	while read -r host dialect signed encrypted shares encrypted_shares; do
		[ -n "$host" ] || continue
		printf '%s\n      {"server": %s, "dialect": %s, "signed": %s, "encrypted": %s,' "$sep" \
			"$(json_string "$host")" "$(json_string "$dialect")" "$(json_bool "$signed")" \
			"$(json_bool "$encrypted")"
		printf ' "shares": %s, "encrypted_shares": %s}' "$(json_number "$shares")" \
			"$(json_number "$encrypted_shares")"
		sep=,
	done <<- END
		$(cifs_connections)
	END
	printf '\n    ]\n  },\n'
}

json_ksmbd()
{
	local loaded=0

	[ ! -d "$MODULES/ksmbd" ] || loaded=1
	printf '  "ksmbd": {"loaded": %s, "server_signing": %s},\n' "$(json_bool $loaded)" \
		"$(json_or_null "$(ksmbd_signing)")"
}

json_cmac()
{
	local name driver priority users selftest

	read -r name driver priority users selftest <<- END
		$(crypto_best 'cmac(aes)')
	END
	printf '  "cmac_aes": '
	if [ -n "$name" ]; then
		printf '{"driver": %s, "priority": %s, "users": %s}\n' "$(json_string "$driver")" \
			"$(json_number "$priority")" "$(json_number "$users")"
	else
		printf 'null\n'
	fi
}

json_module()
{
	printf '  "loaded": true,\n'
	printf '  "version": %s,\n' "$(json_or_null "$(read_file "$MODULES/smbsign/version")")"
	printf '  "profile": %s,\n' "$(json_string "$(chosen "$SYSFS/profile")")"
	printf '  "locked": %s,\n' "$(json_bool "$(read_file "$SYSFS/lock")")"
	# shellcheck disable=SC2046 # drivers are words
	printf '  "engine": {"asked_for": %s, "running": %s, "drivers": %s},\n' \
		"$(json_string "$(chosen "$SYSFS/engine")")" \
		"$(json_string "$(read_file "$SYSFS/engine_running")")" \
		"$(json_words $(read_file "$SYSFS/engine_drivers" | tr -d ,))"
	json_section client
	json_section server
	json_transforms
	json_statistics
}
