# SPDX-License-Identifier: GPL-2.0-only
# Verbs for people; what is built is said in Kbuild.  "make help" lists them.

KDIR ?= /lib/modules/$(shell uname -r)/build

# Where "make install" puts the command and what belongs to it.
PREFIX ?= /usr/local
SBINDIR ?= $(PREFIX)/sbin
DATADIR ?= $(PREFIX)/share/smbsign
MANDIR ?= $(PREFIX)/share/man
DOCDIR ?= $(PREFIX)/share/doc/smbsign
COMPDIR ?= $(PREFIX)/share/bash-completion/completions
UNITDIR ?= $(PREFIX)/lib/systemd/system

TESTBED := tools/testbed

.DEFAULT_GOAL := modules
.PHONY: help modules modules_install clean install install-module \
	install-tools uninstall deb setup demo check bench docs vectors \
	check-lint check-uml check-fips check-uml-debug check-qemu-debug \
	check-debian check-package check-consumer check-cifs check-ksmbd \
	check-wire check-mitm check-runners

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
	@echo '  make install           install it, smbsignctl, manual pages and systemd unit;'
	@echo '                         takes DESTDIR and PREFIX (default /usr/local)'
	@echo '  make uninstall         remove what "make install" has put there'
	@echo '  make deb               build the Debian package smbsign-dkms, which uses DKMS'
	@echo
	@echo 'Parts of "make check":'
	@echo '  make check-lint        checkpatch, sparse, warnings, kernel-doc, vectors, ...'
	@echo '  make check-uml         KUnit under User Mode Linux 6.12 and 6.1, native speed'
	@echo '  make check-uml-debug   the same on a 6.12 with KASAN, UBSAN, lockdep, kmemleak'
	@echo '  make check-qemu-debug  KUnit under QEMU, two CPUs, X86_DEBUG_FPU, KASAN'
	@echo "  make check-debian      AF_ALG, cifs.ko, sysfs and smbsignctl on Debian's own 6.12"
	@echo '                         and 6.1, in QEMU'
	@echo '  make check-fips        under fips=1: no MD5, all else'
	@echo '  make check-consumer    the example consumer, signing and verifying in softirq'
	@echo '  make check-cifs        the patched cifs.ko against Samba, in QEMU'
	@echo '  make check-ksmbd       the patched ksmbd.ko as a server, in QEMU'
	@echo '  make check-wire        the judge of recorded SMB traffic, on Samba and on spoils'
	@echo '  make check-mitm        cifs.ko and ksmbd.ko with smbsign, and an attacker in the middle'
	@echo '  make check-package     install, upgrade and purge smbsign-dkms in a chroot'
	@echo '  make check-runners     show that each runner fails when it should'
	@echo
	@echo 'Others:'
	@echo '  make bench             each engine beside stock code, the kernel'"'"'s drivers and'
	@echo '                         user-space libraries; writes Documentation/performance'
	@echo '  make docs              build the documentation into build/docs'
	@echo '  make setup             install all that the above need, and nothing else'
	@echo '  make vectors DIR=...   take test vectors from a folder of captured messages'

modules modules_install clean:
	$(MAKE) -C $(KDIR) M=$(CURDIR) $@

install: install-module install-tools

# Without the tests that the kernel may be configured for.
install-module:
	$(MAKE) -C $(KDIR) M=$(CURDIR)/smbsign modules
	$(MAKE) -C $(KDIR) M=$(CURDIR)/smbsign INSTALL_MOD_PATH=$(DESTDIR) \
		INSTALL_MOD_DIR=updates modules_install
	$(call depmod)

install-tools: CTL := tools/smbsignctl
install-tools:
	install -d $(DESTDIR)$(SBINDIR) $(DESTDIR)$(DATADIR) $(DESTDIR)$(DOCDIR) \
		$(DESTDIR)$(MANDIR)/man4 $(DESTDIR)$(MANDIR)/man8 \
		$(DESTDIR)$(COMPDIR) $(DESTDIR)$(UNITDIR)
	sed 's,^LIB=.*,LIB=$(DATADIR),' $(CTL)/smbsignctl > $(DESTDIR)$(SBINDIR)/smbsignctl
	chmod 755 $(DESTDIR)$(SBINDIR)/smbsignctl
	install -m 644 $(CTL)/lib/* $(DESTDIR)$(DATADIR)
	install -m 644 $(CTL)/smbsign.4 $(DESTDIR)$(MANDIR)/man4
	install -m 644 $(CTL)/smbsignctl.8 $(DESTDIR)$(MANDIR)/man8
	install -m 644 $(CTL)/smbsignctl.bash $(DESTDIR)$(COMPDIR)/smbsignctl
	sed 's,/usr/sbin/,$(SBINDIR)/,' $(CTL)/smbsign.service > $(DESTDIR)$(UNITDIR)/smbsign.service
	install -m 644 -D $(CTL)/modprobe.d-smbsign.conf \
		$(DESTDIR)$(DOCDIR)/examples/modprobe.d-smbsign.conf

# The settings of the administrator in /etc/smbsign.conf stay.
uninstall:
	rm -f $(DESTDIR)/lib/modules/$(RELEASE)/updates/smbsign.ko*
	$(call depmod)
	rm -f $(DESTDIR)$(SBINDIR)/smbsignctl $(DESTDIR)$(MANDIR)/man4/smbsign.4 \
		$(DESTDIR)$(MANDIR)/man8/smbsignctl.8 $(DESTDIR)$(COMPDIR)/smbsignctl \
		$(DESTDIR)$(UNITDIR)/smbsign.service
	rm -rf $(DESTDIR)$(DATADIR) $(DESTDIR)$(DOCDIR)

# Under DESTDIR only where there is a whole kernel.
depmod = if [ -z "$(DESTDIR)" ] || [ -e $(DESTDIR)/lib/modules/$(RELEASE)/modules.builtin ]; \
	then depmod -b "$(DESTDIR)/" $(RELEASE); fi
install-module uninstall: RELEASE = $(shell sed -n 's/.*"\(.*\)"/\1/p' $(KDIR)/include/generated/utsrelease.h)

deb:
	@tools/deb.sh

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

check-uml check-fips check-uml-debug:
	@$(TESTBED)/setup.sh uml
	@tools/check.sh $(@:check-%=%)

check-qemu-debug check-debian:
	@$(TESTBED)/setup.sh qemu
	@tools/check.sh $(@:check-%=%)

check-package check-consumer check-cifs check-ksmbd check-wire check-mitm \
check-runners:
	@$(TESTBED)/setup.sh all
	@tools/check.sh $(@:check-%=%)

bench:
	@$(TESTBED)/setup.sh bench
	@tools/bench/bench.sh

docs:
	@$(TESTBED)/setup.sh static
	@tools/docs.sh

vectors:
	@test -n "$(DIR)" || { echo 'usage: make vectors DIR=folder of the JSON files'; exit 2; }
	tools/vectors/gen-testvecs.py import "$(DIR)"
