#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# docs.sh: builds the documentation as HTML.
#
#   docs.sh
#
# Takes: Documentation/, the kernel-doc comments of include/linux/smbsign.h, and
# what "testbed/setup.sh static" installs: Sphinx, and with the kernel's headers
# the kernel's own kernel-doc.
# Gives: build/docs/index.html, whose name it prints; status 1 if there is a
# warning, a name that does not exist, or a file in sysfs that the
# administrator's guide leaves out.

set -euo pipefail
. "$(dirname "$0")/testbed/lib.sh"

SOURCE=$BUILD/docs-src
ABI=$ROOT/Documentation/ABI/testing/sysfs-kernel-smbsign

version()
{
	sed -n 's/^#define SMBSIGN_VERSION[[:space:]]*"\(.*\)"/\1/p' "$ROOT/smbsign/internal.h"
}

# In C an enum and a function may have one name, for Sphinx they may not: such an
# enum gets a namespace of its own.
separate_enums()
{
	awk '
		{ line[NR] = $0 }
		/^\.\. c:function:: / { sub(/ \(.*/, ""); functions[$NF] }
		END {
			for (i = 1; i <= NR; i++) {
				if (line[i] ~ /^\.\. c:/ && inside) {
					print ".. c:namespace-pop::\n"
					inside = 0
				}
				if (line[i] ~ /^\.\. c:enum:: / && substr(line[i], 13) in functions) {
					print ".. c:namespace-push:: types\n"
					inside = 1
				}
				print line[i]
			}
		}'
}

# Sphinx has no reader of kernel-doc comments outside the kernel's tree, so they
# become text first.  Not *.rst, or it would be a page of its own.
collect()
{
	local tree

	tree=$("$TESTBED/kernels.sh" path debian-6.12)
	rm -rf "$SOURCE"
	mkdir -p "$SOURCE"
	cp -r "$ROOT/Documentation/." "$SOURCE"
	(cd "$ROOT" && "$tree/scripts/kernel-doc" -Wall -Werror -rst include/linux/smbsign.h) |
		separate_enums > "$SOURCE/smbsign.h.txt"
}

check_sysfs()
{
	local file missing=0

	while read -r file; do
		grep -qF "$file" "$ROOT/Documentation/administrator.rst" ||
			{ say "administrator.rst says nothing of $file"; missing=1; }
	done < <(sed -n 's|^What:[[:space:]]*/sys/kernel/smbsign/||p' "$ABI")
	return $missing
}

case ${1:-} in
-h | --help)
	usage
	exit
	;;
esac
need sphinx-build static
collect
check_sysfs
sphinx-build -q -n -W --keep-going -D version="$(version)" -D release="$(version)" \
	-d "$BUILD/docs-doctrees" -b html "$SOURCE" "$BUILD/docs"
echo "${BUILD#"$PWD"/}/docs/index.html"
