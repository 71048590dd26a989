# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
#
# Part of smbsignctl: watch.

# All of them in one line.
counters()
{
	local name

	for name in $COUNTERS; do
		printf '%s ' "$(counter "$name")"
	done
}

# Hundredths of a second, which no clock change disturbs.
uptime_cs()
{
	local up

	read -r up _ < "$PROC/uptime"
	printf '%s%s' "${up%.*}" "${up#*.}" | sed 's/^0*\(.\)/\1/'
}

# watch_line BEFORE AFTER HUNDREDTHS: rates a second.
watch_line()
{
	printf '%s\n%s\n' "$1" "$2" | awk -v t="$3" '
		NR == 1 { for (i = 1; i <= NF; i++) old[i] = $i }
		NR == 2 {
			for (i = 1; i <= NF; i++)
				d[i] = ($i - old[i]) * 100 / t
			printf "%10.0f %10.0f %9.1f %9.1f %7.0f %7.0f %8.0f %7.0f\n",
				d[1], d[2], d[8] / 1e6, d[9] / 1e6, d[3], d[4], d[5], d[6] + d[7]
		}'
}

verb_watch()
{
	local seconds="${1:-1}" count="${2:-0}" line=0 before after from to

	[ $# -le 2 ] || wrong_usage "watch takes seconds and a number of lines" watch
	case $seconds.$count in
	*[!0-9.]* | *.*.* | 0*.*) wrong_usage "watch takes whole numbers, from 1 s" watch ;;
	esac
	need_module
	before=$(counters) from=$(uptime_cs)
	while [ "$count" -eq 0 ] || [ $line -lt "$count" ]; do
		[ $((line % 20)) -ne 0 ] || printf '%10s %10s %9s %9s %7s %7s %8s %7s\n' \
			signed/s verified/s 'sign MB/s' 'ver. MB/s' bad/s refuse/s unsign/s other/s
		sleep "$seconds"
		is_loaded || die 1 "the module smbsign has been unloaded"
		after=$(counters) to=$(uptime_cs)
		watch_line "$before" "$after" $((to > from ? to - from : 1))
		before=$after from=$to line=$((line + 1))
	done
}
