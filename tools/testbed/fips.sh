#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# fips.sh: tests smbsign.ko under fips=1, on User Mode Linux.
#
#   fips.sh
#
# A kernel in that mode panics when an unsigned module registers an algorithm,
# so the module is signed with the key that the kernel's build made.
# Gives: a result line, with SMBSIGN_RESULTS set also there.

set -euo pipefail
. "$(dirname "$0")/lib.sh"

NAME=uml-6.12-fips

case ${1:-} in
-h | --help)
	usage
	exit
	;;
esac

mkdir -p "$LOGS"
out=$LOGS/fips.out
dir=$("$TESTBED/modules.sh" $NAME)
tree=$("$TESTBED/kernels.sh" path $NAME)
make -s -C "$ROOT/tools/afalg" >&2
rm -rf "$dir.signed"
mkdir -p "$dir.signed/smbsign" "$dir.signed/kunit"
cp "$ROOT/tools/afalg/afalg" "$dir.signed/"
cp -r "$dir/kunit/vectors" "$dir.signed/kunit/"
"$tree/scripts/sign-file" sha256 "$tree/certs/signing_key.pem" "$tree/certs/signing_key.x509" \
	"$dir/smbsign/smbsign.ko" "$dir.signed/smbsign/smbsign.ko"

rc=0
"$TESTBED/uml.sh" -k $NAME -d "$dir.signed" -a fips=1 -l "$LOGS/fips.log" \
	"$TESTBED/guest/fips.sh" > "$out" || rc=$?
if [ $rc -eq 0 ]; then
	report pass "$NAME: no MD5, all else works"
else
	report fail "$NAME" "the guest ended with status $rc; its output: $out; kernel: $LOGS/fips.log"
fi
exit $rc
