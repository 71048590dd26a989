# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
#
# Counts what a key needs once and a message never: transforms of the crypto API that
# are allocated, and keys that are set, by whatever module; sourced.
#
#   setups_begin   once
#   setups         prints how many there have been

setups_tracing=/sys/kernel/tracing

setups_begin()
{
	local function

	for function in crypto_create_tfm_node crypto_shash_setkey aes_expandkey; do
		echo "p:setups/setup_$function $function" >> $setups_tracing/kprobe_events || return
	done
	echo 1 > $setups_tracing/events/setups/enable
}

setups()
{
	awk '$1 ~ /^setup_/ { sum += $2 } END { print sum + 0 }' $setups_tracing/kprobe_profile
}
