# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
#
# Part of smbsignctl: save and load.

# config_lines: the policy in force, by the names of the module's parameters.
config_lines()
{
	local section file value

	echo '# Signing policy of SMB, written by "smbsignctl save"; see smbsignctl(8).'
	echo "# Profile: $(chosen "$SYSFS/profile")"
	while read -r section file _; do
		value=$(read_file "$SYSFS/$section/$file" | tr ' ' ',')
		printf '%s_%s=%s\n' "$section" "$file" "$value"
	done <<- END
		$SETTINGS
	END
	printf 'engine=%s\n' "$(chosen "$SYSFS/engine")"
	[ "$(read_file "$SYSFS/lock")" != 1 ] || echo 'lock=1'
}

verb_save()
{
	local file="${1:-$CONF}"

	[ $# -le 1 ] || wrong_usage "save takes one file" save
	need_module
	if [ "$file" = - ]; then
		config_lines
		return
	fi
	# A file half written must not be found at boot.
	if ! { config_lines > "$file.new"; } 2> /dev/null || ! mv "$file.new" "$file"; then
		rm -f "$file.new"
		die 1 "cannot write $file" "be root: sudo $ME save, or give another file"
	fi
	printf 'saved to %s\n' "$file"
	[ "$file" != "$CONF" ] || echo 'applied at boot by smbsign.service: systemctl enable smbsign'
}

# plan_line NAME VALUE: adds to plan_*, or fails.  The order is that of module
# parameters: profile, single settings, engine; the lock last.
plan_line()
{
	local value setting_file=''

	case $1 in
	profile | engine)
		value=$(lower "$2")
		has_word "$value" "$(words "$SYSFS/$1" | sed 's/ *custom$//')" || return 1
		eval "plan_$1=\"\$1 \$value\""
		;;
	lock)
		value=$(parse_bool "$2") || return 1
		plan_lock="lock $value"
		;;
	client_* | server_*)
		find_setting "${1%%_*}" "${1#*_}" || return 1
		value=$(parse_value "$setting_file" "$2") || return 1
		plan_settings="$plan_settings
$setting_file $value"
		;;
	*) return 1 ;;
	esac
}

# plan_file FILE: reads all of it before anything is changed.
plan_file()
{
	local line number=0

	while IFS= read -r line || [ -n "$line" ]; do
		number=$((number + 1))
		line=$(printf '%s' "${line%%#*}" | tr -d '\r"' | sed 's/^[[:space:]]*//;s/[[:space:]]*$//')
		case $line in
		'') continue ;;
		*=*) plan_line "${line%%=*}" "${line#*=}" && continue ;;
		esac
		die 1 "$1, line $number: not understood: $line" "nothing has been changed" \
			"names are those of the module's parameters, see smbsign(4)"
	done < "$1"
}

# apply FILE VALUE: unless it is so already, as it may be under a lock.
apply()
{
	local now

	case $1 in
	profile | engine) now=$(chosen "$SYSFS/$1") ;;
	*) now=$(read_file "$SYSFS/$1") ;;
	esac
	[ "$1:$2" != lock:0 ] || return 0
	[ "$now" != "$2" ] || return 0
	put "$1" "$2"
	changed=$((changed + 1))
}

verb_load()
{
	local file if_saved='' plan_profile='' plan_settings='' plan_engine='' plan_lock=''
	local changed=0 name value

	[ "${1:-}" != --if-saved ] || { if_saved=1; shift; }
	[ $# -le 1 ] || wrong_usage "load takes one file" load
	file=${1:-$CONF}
	need_module
	if [ ! -e "$file" ] && [ -n "$if_saved" ]; then
		printf '%s does not exist: the policy stays as it is\n' "$file"
		return
	fi
	if [ ! -r "$file" ] || [ -d "$file" ]; then
		die 1 "cannot read $file" "write it: $ME save"
	fi
	plan_file "$file"
	while read -r name value; do
		[ -z "$name" ] || apply "$name" "$value"
	done <<- END
		$plan_profile
		$plan_settings
		$plan_engine
		$plan_lock
	END
	printf '%s: changed: %s\n' "$file" "$changed"
}
