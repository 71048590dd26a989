# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
#
# Stands before a guest's script when uml.sh got -x: loads the drivers that this
# processor can run.  One that refuses for lack of an instruction (ENODEV) is
# no failure; any other refusal is.

for driver in x86-simd x86-aesni x86-ghash x86-sha256; do
	if ! why=$(insmod "/host/x86drivers/$driver.ko" 2>&1); then
		case $why in
		*'No such device'*) echo "$driver: not for this processor" ;;
		*) echo "$why"; exit 1 ;;
		esac
	fi
done
