#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# badstage.sh: takes the place of stage.sh in a copy, to see what check.sh makes of it.
#
#   badstage.sh STAGE

. "$(dirname "$0")/testbed/lib.sh"

# One that ends before what it has started
leave_behind()
{
	sleep 1000 &
	echo $! > "$ROOT/left"
}

case $1 in
lint | uml) report pass "$1" ;;
fips)
	report pass "$1 good"
	echo 'because of this' > "$LOGS/bad.log"
	printf 'this\0is no text\n' > "$LOGS/bad.record"
	report fail "$1 bad" "log: $LOGS/bad.log; record: $LOGS/bad.record"
	exit 1
	;;
wire) exit 3 ;;
package)
	leave_behind
	kill -KILL $$
	;;
cifs | ksmbd)
	leave_behind
	wait
	;;
esac
