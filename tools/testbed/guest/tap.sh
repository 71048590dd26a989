# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2034
#
# Results of scripts in the guest, one line each; sourced.  At the end the script
# says "exit $bad".

bad=0

ok()
{
	echo "ok - $1"
}

not_ok()
{
	echo "not ok - $1: $2"
	bad=1
}

# is NAME GOT WANT
is()
{
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		not_ok "$1" "it is '$2', should be '$3'"
	fi
}

# like NAME GOT PATTERN: a pattern of the shell.
like()
{
	# shellcheck disable=SC2254 # it is a pattern
	case $2 in
	$3) ok "$1" ;;
	*) not_ok "$1" "it is '$2', should be like '$3'" ;;
	esac
}

# status NAME WANT COMMAND...
status()
{
	local name="$1" want="$2" got=0 out
	shift 2

	out=$("$@" 2>&1) || got=$?
	if [ $got -eq "$want" ]; then
		ok "$name"
	else
		not_ok "$name" "status $got, should be $want: $out"
	fi
}
