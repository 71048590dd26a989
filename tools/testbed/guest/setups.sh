#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# In the guest, as /bin/setups: counts what a key needs once and a message never.
#
#   setups begin   probe, from now on, transforms of the crypto API that are allocated
#                  and keys that are set, by whatever module
#   setups         print how many there have been

tracing=/sys/kernel/tracing

if [ "${1:-}" = begin ]; then
	for function in crypto_create_tfm_node crypto_shash_setkey aes_expandkey; do
		echo "p:setups/setup_$function $function" >> $tracing/kprobe_events || exit
	done
	echo 1 > $tracing/events/setups/enable
else
	awk '$1 ~ /^setup_/ { sum += $2 } END { print sum + 0 }' $tracing/kprobe_profile
fi
