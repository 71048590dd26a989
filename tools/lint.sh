#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# lint.sh: all checks of the sources that need no booted kernel.
#
#   lint.sh [CHECK...]   default: every check
#
#   checkpatch  the kernel's style, --strict: 0 errors, 0 warnings, 0 checks
#   sparse      endianness and address spaces, against Debian's 6.1 and 6.12
#               headers, and KUnit's suites against User Mode Linux 6.12
#   warnings    the module builds without a warning (W=1) against both, and its
#               assembly has no absolute addresses of 32 bits
#   versions    kernel versions are named in smbsign/compat/ alone
#   kerneldoc   each kernel-doc comment is complete
#   size        no C file over 500 lines, no function over 80
#   vectors     the committed test vectors are what the reference
#               implementation computes
#   rules       the functions and tests in Documentation/signing-rules.rst exist
#   shell       shellcheck over the scripts
#   smbsignctl  the command against files in place of sysfs, its manual pages,
#               completion, and that all say the same version
#   docs        the documentation builds without a warning
#
# Takes: what "testbed/setup.sh static" installs.
# Gives: a line for each check, also in $SMBSIGN_RESULTS; status 1 if one failed.

set -euo pipefail
. "$(dirname "$0")/testbed/lib.sh"

# What the module consists of, and its tests; generated vectors are data.
sources()
{
	git -C "$ROOT" ls-files --cached --others --exclude-standard -- "$@"
}

c_sources()
{
	sources '*.c' '*.h' '*.S' | grep -v '^kunit/vectors/.*-testvecs\.h$'
}

checkpatch()
{
	local script=$1
	shift

	xargs perl "$script" --strict --no-tree --terse --quiet --file "$@"
}

run_checkpatch()
{
	local script

	script=$("$TESTBED/kernels.sh" source 6.12)/scripts/checkpatch.pl
	# The shims of compat/ exist to compare versions, and to be macros like the
	# kernel's; a TRACE_EVENT() has a form of its own.
	c_sources | grep '^smbsign/compat/' | checkpatch "$script" \
		--ignore LINUX_VERSION_CODE,CONSTANT_COMPARISON,MACRO_ARG_REUSE,MACRO_ARG_PRECEDENCE
	c_sources | grep '^smbsign/trace\.h$' | checkpatch "$script" \
		--ignore OPEN_ENDED_LINE,PARENTHESIS_ALIGNMENT
	c_sources | grep -v -e '^smbsign/compat/' -e '^smbsign/trace\.h$' | checkpatch "$script"
}

# Sparse looks at all files, also at those that are up to date (C=2).
run_sparse()
{
	local kernel log status=0

	log=$LOGS/sparse.log
	for kernel in debian-6.12 debian-6.1 uml-6.12; do
		"$TESTBED/modules.sh" "$kernel" "$ROOT" C=2 'CF=-D__CHECK_ENDIAN__ -Wsparse-error' \
			> "$log.$kernel" 2>&1 || status=1
		grep -E '(warning|error):' "$log.$kernel" || :
	done
	return $status
}

# A module may lie anywhere, so the assembly has no absolute address of 32 bits.
no_short_addresses()
{
	readelf -rW "$1"/smbsign/x86/*.o | awk '
		/^File:/ { file = $2 }
		/^Relocation section/ { code = $3 !~ /debug/; sections++ }
		code && / R_X86_64_(8|16|32|32S) / { print file ": " $0; bad = 1 }
		END { exit bad || !sections }'
}

run_warnings()
{
	local kernel dir status=0

	for kernel in debian-6.12 debian-6.1; do
		dir=$("$TESTBED/modules.sh" "$kernel") && no_short_addresses "$dir" || status=1
	done
	return $status
}

run_versions()
{
	! sources smbsign include kunit Kbuild Makefile | grep -v '^smbsign/compat/' |
		xargs grep -nE 'LINUX_VERSION_CODE|KERNEL_VERSION\(|RHEL_|<linux/version\.h>'
}

run_kerneldoc()
{
	local script out

	script=$("$TESTBED/kernels.sh" source 6.12)/scripts/kernel-doc
	out=$(sources 'include/*.h' 'smbsign/*.[ch]' | xargs "$script" -none -Wall 2>&1) || true
	[ -z "$out" ] || printf '%s\n' "$out"
	[ -z "$out" ]
}

run_size()
{
	c_sources | grep '\.c$' | (cd "$ROOT" && xargs awk '
		FNR == 1 { start = 0 }
		FNR == 501 { print FILENAME ": more than 500 lines"; bad = 1 }
		/^\{/ { start = FNR }
		/^\}/ {
			if (start && FNR - start > 81) {
				print FILENAME ":" start ": function of " FNR - start - 1 " lines"
				bad = 1
			}
			start = 0
		}
		END { exit bad }')
}

run_vectors()
{
	python3 "$ROOT/tools/vectors/gen-testvecs.py" check
}

run_rules()
{
	"$ROOT/tools/signing-rules.py" "$ROOT"
}

run_shell()
{
	(cd "$ROOT" && { sources '*.sh' '*.bash'; echo .ci/run; echo tools/smbsignctl/smbsignctl; } | xargs shellcheck -x -S warning)
}

run_docs()
{
	"$ROOT/tools/docs.sh"
}

run_smbsignctl()
{
	"$ROOT/tools/smbsignctl/test.sh"
}

all=(checkpatch sparse warnings versions kerneldoc size vectors rules shell smbsignctl docs)
case ${1:-} in
-h | --help)
	usage
	exit
	;;
esac
[ $# -gt 0 ] || set -- "${all[@]}"

mkdir -p "$LOGS"
failed=0
for check; do
	[[ " ${all[*]} " = *" $check "* ]] || die "no check is called '$check'" "there are: ${all[*]}"
	if (cd "$ROOT" && "run_$check") > "$LOGS/lint-$check.log" 2>&1; then
		report pass "lint $check"
	else
		tail -n 20 "$LOGS/lint-$check.log" >&2
		report fail "lint $check" "log: $LOGS/lint-$check.log"
		failed=1
	fi
done
exit $failed
