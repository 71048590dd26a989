# SPDX-License-Identifier: GPL-2.0-only
# Verbs for people; what is built is said in Kbuild.  "make help" lists them.

KDIR ?= /lib/modules/$(shell uname -r)/build
TESTBED := tools/testbed

.DEFAULT_GOAL := modules
.PHONY: help modules modules_install clean setup demo check bench docs vectors \
	check-lint check-uml check-uml-debug check-qemu-debug check-debian \
	check-runners

help:
	@echo 'Two commands that install what they need and do everything:'
	@echo '  make demo              boot Debian 6.12 in QEMU, sign and verify captured SMB'
	@echo '                         messages, mount a Samba share beside the loaded module'
	@echo '  make check             all tests, on 6.1 and 6.12'
	@echo
	@echo 'The module, for the running kernel or KDIR=...:'
	@echo '  make                   build smbsign/smbsign.ko'
	@echo '  make modules_install   install it for that kernel'
	@echo '  make clean             remove what was built'
	@echo
	@echo 'Parts of "make check":'
	@echo '  make check-lint        checkpatch, sparse, warnings, kernel-doc, vectors, ...'
	@echo '  make check-uml         KUnit under User Mode Linux 6.12 and 6.1, native speed'
	@echo '  make check-uml-debug   the same on a 6.12 with KASAN, UBSAN, lockdep, kmemleak'
	@echo '  make check-qemu-debug  KUnit under QEMU, two CPUs, X86_DEBUG_FPU, KASAN'
	@echo "  make check-debian      AF_ALG and cifs.ko on Debian's own 6.12 and 6.1, in QEMU"
	@echo '  make check-runners     show that each runner fails when it should'
	@echo
	@echo 'Others:'
	@echo '  make bench             the engines against one another, in process and softirq'
	@echo '  make docs              build the documentation into build/docs'
	@echo '  make setup             install all that the above need, and nothing else'
	@echo '  make vectors DIR=...   take test vectors from a folder of captured messages'

modules modules_install clean:
	$(MAKE) -C $(KDIR) M=$(CURDIR) $@

setup:
	@$(TESTBED)/setup.sh all

demo:
	@$(TESTBED)/setup.sh qemu
	@tools/demo.sh

check:
	@$(TESTBED)/setup.sh all
	@tools/check.sh

check-lint:
	@$(TESTBED)/setup.sh static
	@tools/check.sh lint

check-uml check-uml-debug:
	@$(TESTBED)/setup.sh uml
	@tools/check.sh $(@:check-%=%)

check-qemu-debug check-debian:
	@$(TESTBED)/setup.sh qemu
	@tools/check.sh $(@:check-%=%)

check-runners:
	@$(TESTBED)/setup.sh all
	@tools/check.sh runners

bench:
	@$(TESTBED)/setup.sh uml
	@tools/bench/bench.sh

docs:
	@$(TESTBED)/setup.sh static
	@tools/docs.sh

vectors:
	@test -n "$(DIR)" || { echo 'usage: make vectors DIR=folder of the JSON files'; exit 2; }
	tools/vectors/gen-testvecs.py import "$(DIR)"
