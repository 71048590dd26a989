# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
#
# For the PID 1 scripts: leaks_forget before and leaks_report after the script
# under test.  On a kernel without kmemleak both do nothing.

kmemleak=/sys/kernel/debug/kmemleak

leaks_forget()
{
	[ -e $kmemleak ] || return 0
	echo scan=off > $kmemleak
	echo scan > $kmemleak
	echo clear > $kmemleak
}

# kmemleak reports only what is older than 5 seconds and looks the same in two
# scans; its own message "new suspected memory leaks" fails the run.
leaks_report()
{
	[ -e $kmemleak ] || return 0
	sleep 6
	echo scan > $kmemleak
	echo scan > $kmemleak
	sed 's/^/<4>kmemleak: /' $kmemleak > /tmp/leaks
	while read -r line; do
		echo "$line" > /dev/kmsg
	done < /tmp/leaks
}
