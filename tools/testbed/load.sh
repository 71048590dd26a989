#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# load.sh: smbsign.ko when its load fails halfway, on User Mode Linux.
#
#   load.sh
#
# Gives: a result line, with SMBSIGN_RESULTS set also there.  Fails when a load
# that failed left something, told another error, or the kernel complained.

set -euo pipefail
. "$(dirname "$0")/lib.sh"

NAME=uml-6.12-debug

case ${1:-} in
-h | --help)
	usage
	exit
	;;
esac

mkdir -p "$LOGS"
out=$LOGS/load.out
dir=$("$TESTBED/modules.sh" $NAME)
"$ROOT/tools/consumers/build.sh" $NAME "$TESTBED/squatter" > /dev/null
gcc -static -O2 -Wall -Wextra -Werror -o "$dir/insmod_nth" "$TESTBED/insmod_nth.c"

# The extra tests of cmac-aes-smbsign take long, and are the KUnit runs'.
rc=0
"$TESTBED/uml.sh" -k $NAME -d "$dir" -a cryptomgr.noextratests=1 -l "$LOGS/load.log" \
	"$TESTBED/guest/load.sh" > "$out" || rc=$?
if [ $rc -eq 0 ]; then
	report pass "$NAME: $(head -n 1 "$out")"
else
	report fail "$NAME load" "the guest ended with status $rc; its output: $out; kernel: $LOGS/load.log"
fi
exit $rc
