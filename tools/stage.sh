#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# stage.sh: runs one stage of the tests; check.sh says which there are.
#
#   stage.sh STAGE
#
# Gives: what the tests say, with SMBSIGN_RESULTS set also there; status 1 if one
# failed.  Another stage may run at the same time: each has files of its own, and
# what several build is built under a lock.

set -uo pipefail
. "$(dirname "$0")/testbed/lib.sh"

stage_lint()
{
	"$ROOT/tools/lint.sh"
}

stage_uml()
{
	local rc=0

	"$TESTBED/kunit.sh" uml-6.12 || rc=1
	"$TESTBED/kunit.sh" uml-6.12 -x || rc=1
	"$TESTBED/kunit.sh" uml-6.1 || rc=1
	"$TESTBED/kunit.sh" uml-6.12 -D SMBSIGN_MAPS_PAGES 'smbsign_[bcdm]*' || rc=1
	return $rc
}

stage_fips()
{
	"$TESTBED/fips.sh"
}

stage_uml_debug()
{
	local rc=0

	"$TESTBED/kunit.sh" uml-6.12-debug -x || rc=1
	"$TESTBED/load.sh" || rc=1
	return $rc
}

stage_qemu_debug()
{
	"$TESTBED/kunit.sh" qemu-6.12-debug
}

stage_debian()
{
	local rc=0

	"$TESTBED/debian.sh" debian-6.12 || rc=1
	"$TESTBED/debian.sh" debian-6.1 || rc=1
	"$TESTBED/admin.sh" debian-6.12 || rc=1
	"$TESTBED/admin.sh" debian-6.1 || rc=1
	return $rc
}

stage_package()
{
	"$TESTBED/package.sh"
}

stage_consumer()
{
	local kernel rc=0

	for kernel in uml-6.12 uml-6.12-debug debian-6.12 debian-6.1; do
		"$ROOT/tools/consumers/example/test.sh" $kernel || rc=1
	done
	return $rc
}

stage_cifs()
{
	local newer='2.1 3.0 3.1.1-all channels-gmac' kernel rc=0

	# Emulated, 64 MiB there and back take a minute or two.
	for kernel in debian-6.12 debian-6.1; do
		"$ROOT/tools/consumers/test-cifs.sh" $kernel -m 2 || rc=1
		"$ROOT/tools/consumers/test-cifs.sh" $kernel 3.1.1-all || rc=1
	done
	# shellcheck disable=SC2086 # names are words
	"$ROOT/tools/consumers/test-cifs.sh" debian-6.1 -m 2 -S trixie $newer || rc=1
	# shellcheck disable=SC2086
	"$ROOT/tools/consumers/test-cifs.sh" debian-6.12 -m 2 -S trixie $newer 3.1.1-client-cmac 3.1.1-client-hmac \
		3.1.1-server-gmac 3.1.1-auto 3.1.1-reconnect || rc=1
	return $rc
}

stage_ksmbd()
{
	local rc=0

	"$ROOT/tools/consumers/test-ksmbd.sh" debian-6.12 -m 16 || rc=1
	"$ROOT/tools/consumers/test-ksmbd.sh" debian-6.12 3.1.1-all || rc=1
	"$ROOT/tools/consumers/test-ksmbd.sh" debian-6.1 -m 8 || rc=1
	"$ROOT/tools/consumers/test-ksmbd.sh" debian-6.12 -d || rc=1
	return $rc
}

stage_wire()
{
	"$ROOT/tools/consumers/wire/test.sh"
}

stage_mitm()
{
	local rc=0

	"$ROOT/tools/consumers/test-mitm.sh" debian-6.12 -a || rc=1
	"$ROOT/tools/consumers/test-mitm.sh" debian-6.1 || rc=1
	"$ROOT/tools/consumers/test-mitm-ksmbd.sh" debian-6.12 -a || rc=1
	"$ROOT/tools/consumers/test-mitm-ksmbd.sh" debian-6.1 || rc=1
	return $rc
}

stage_runners()
{
	"$TESTBED/selftest.sh"
}

case ${1:-} in
-h | --help)
	usage
	exit
	;;
esac
[ $# -eq 1 ] && declare -F "stage_${1//-/_}" > /dev/null || die "no stage is called '$*'" "see: tools/check.sh -h"
"stage_${1//-/_}"
