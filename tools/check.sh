#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# check.sh: runs the tests and counts them.
#
#   check.sh [STAGE...]   default: all
#
#   lint        lint.sh: the sources
#   uml         KUnit under User Mode Linux 6.12 and 6.1, with the generic engine
#               alone and with the processor's own drivers, and with data mapped
#               page by page
#   fips        under fips=1 MD5 is not offered, the rest works
#   uml-debug   KUnit under a 6.12 with KASAN, UBSAN, lockdep, kmemleak, and loads
#               that fail halfway
#   qemu-debug  KUnit under QEMU: two processors, X86_DEBUG_FPU, KASAN
#   debian      Debian's own kernels under QEMU: AF_ALG, cifs.ko and Samba, sysfs,
#               smbsignctl
#   package     smbsign-dkms and "make install" in a chroot
#   consumer    the example consumer, signing and verifying in softirq
#   cifs        the patched cifs.ko against Samba, and what was on the wire
#   ksmbd       the patched ksmbd.ko as a server of smbclient, impacket, smbtorture and
#               the patched cifs.ko; both modules as they are, with the drop-in
#   wire        the judge of recorded SMB traffic, on Samba and on spoiled records
#   mitm        an attacker between cifs.ko with smbsign and Samba, and between
#               smbclient and ksmbd.ko with smbsign
#   runners     the runners fail when they should
#
# Takes: what testbed/setup.sh installs.  Gives: what failed and where its log
# is, and as the last line "N passed, N failed"; status 1 if anything failed or
# nothing ran.

set -uo pipefail
. "$(dirname "$0")/testbed/lib.sh"

STAGES=(lint uml fips uml-debug qemu-debug debian package consumer cifs ksmbd wire mitm runners)

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
	local kernel rc=0

	# Emulated, 64 MiB there and back take a minute or two.
	"$ROOT/tools/consumers/test-cifs.sh" debian-6.12 -m 4 || rc=1
	"$ROOT/tools/consumers/test-cifs.sh" debian-6.1 -m 2 || rc=1
	for kernel in debian-6.12 debian-6.1; do
		"$ROOT/tools/consumers/test-cifs.sh" $kernel 3.1.1-all || rc=1
		"$ROOT/tools/consumers/test-cifs.sh" $kernel -m 2 -S trixie 2.1 3.0 3.1.1-all 3.1.1-client-cmac \
			3.1.1-client-hmac 3.1.1-server-gmac 3.1.1-auto 3.1.1-reconnect channels-gmac || rc=1
	done
	return $rc
}

stage_ksmbd()
{
	local rc=0

	"$ROOT/tools/consumers/test-ksmbd.sh" debian-6.12 || rc=1
	"$ROOT/tools/consumers/test-ksmbd.sh" debian-6.1 -m 16 || rc=1
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

# A stage that ends badly without having said which test failed counts as one.
run_stage()
{
	local stage=$1 start=$SECONDS before after rc=0

	say "== $stage"
	before=$(grep -c '^fail ' "$SMBSIGN_RESULTS")
	"stage_${stage//-/_}" || rc=$?
	after=$(grep -c '^fail ' "$SMBSIGN_RESULTS")
	if [ $rc -ne 0 ] && [ "$after" -eq "$before" ]; then
		report fail "$stage" "ended with status $rc"
	fi
	say "== $stage: $(duration $((SECONDS - start)))"
}

case ${1:-} in
-h | --help)
	usage
	exit
	;;
esac
[ $# -gt 0 ] || set -- "${STAGES[@]}"
for stage; do
	[[ " ${STAGES[*]} " = *" $stage "* ]] || die "no stage is called '$stage'" "there are: ${STAGES[*]}"
done

mkdir -p "$BUILD"
export SMBSIGN_RESULTS=$BUILD/results
: > "$SMBSIGN_RESULTS"
for stage; do
	run_stage "$stage"
done

passed=$(grep -c '^pass ' "$SMBSIGN_RESULTS")
failed=$(grep -c '^fail ' "$SMBSIGN_RESULTS")
if [ "$failed" -ne 0 ]; then
	say "failed:"
	grep '^fail ' "$SMBSIGN_RESULTS" | sed 's/^fail /  /' >&2
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
