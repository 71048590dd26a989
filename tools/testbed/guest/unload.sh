#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# In the guest, as /bin/unload: rmmod, once nothing holds the module any more.
#
#   unload MODULE
#
# The kernel tests what a module registers while insmod has long returned, and holds
# it for so long; so do the threads of an SMB connection that has just ended.
# Gives: status 0, or after a minute rmmod's message and status 1.

n=0
until rmmod "$1" 2> "/tmp/unload.$$"; do
	n=$((n + 1))
	[ $n -lt 600 ] || { cat "/tmp/unload.$$"; exit 1; }
	usleep 100000
done
rm "/tmp/unload.$$"
