# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
#
# Part of smbsignctl: selftest and bench.

# afalg selftest|bench: what afalg.pl prints.
afalg()
{
	if command -v perl > /dev/null; then
		perl "$LIB/afalg.pl" "$1"
	else
		echo '- there is no perl'
	fi
}

# The kernel has no test of its own for these names, so its "selftest: passed"
# says no more than that the transform is there.
#
# selftest_line NAME ANSWER: prints the line of one transform, fails if it is bad.
selftest_line()
{
	local state

	state=$(crypto_table | awk -v n="smbsign($1)" '$1 == n { print $5 }')
	case $1:$state in
	md5:)
		printf '%-24s not offered: this kernel has no MD5 for it\n' "smbsign($1)"
		return 0
		;;
	*:)
		printf '%-24s FAILED: not offered\n' "smbsign($1)"
		return 1
		;;
	*:passed) ;;
	*)
		printf '%-24s FAILED: the kernel says: self-test %s\n' "smbsign($1)" "$state"
		return 1
		;;
	esac
	case $2 in
	ok) printf '%-24s registered; known answer right\n' "smbsign($1)" ;;
	failed*)
		printf '%-24s FAILED: %s\n' "smbsign($1)" "${2#failed }"
		return 1
		;;
	*) printf '%-24s registered\n' "smbsign($1)" ;;
	esac
}

verb_selftest()
{
	local answers name rc=0

	[ $# -eq 0 ] || wrong_usage "selftest takes nothing" selftest
	need_module
	answers=$(afalg selftest)
	for name in $TRANSFORMS; do
		selftest_line "$name" \
			"$(printf '%s\n' "$answers" | sed -n "s/^$name //p")" || rc=1
	done
	case $answers in
	-*) printf 'known answers not tried: %s\n' "${answers#- }" ;;
	esac
	[ $rc -eq 0 ] || die 1 "a transform fails" "do not use it; see: dmesg | grep smbsign"
	echo 'the module loads only when the power-on self-test of each engine has passed'
}

verb_bench()
{
	local rates name rate

	[ $# -eq 0 ] || wrong_usage "bench takes nothing" bench
	need_module
	rates=$(afalg bench)
	case $rates in
	-*) die 1 "cannot measure here: ${rates#- }" \
		'"make bench" in the source tree compares all engines in the kernel' ;;
	esac
	printf 'engine %s, messages of 1 MiB from user space, one CPU\n' \
		"$(read_file "$SYSFS/engine_running")"
	while read -r name rate; do
		case $rate in
		*[!0-9]*) printf '%-24s %s\n' "smbsign($name)" "$rate" ;;
		*) printf '%-24s %6s MB/s\n' "smbsign($name)" "$rate" ;;
		esac
	done <<- END
		$rates
	END
	echo '"make bench" in the source tree compares all engines in the kernel'
}
