// SPDX-License-Identifier: GPL-2.0-only
/*
 * insmod_nth: loads a module with one of the kernel's allocations failing.
 *
 *	insmod_nth N FILE [PARAMETERS]
 *
 * Prints how many allocations there were up to the N-th, or that there were fewer:
 * all.  The status is the number of the error that the load ended with.  Unlike
 * busybox's insmod it tries once.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FAIL_NTH	"/proc/self/fail-nth"

static int fail_nth(int fd, unsigned int n)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", n);

	return pwrite(fd, text, len, 0) == len ? 0 : -1;
}

static unsigned int allocs_left(int fd)
{
	char text[16] = "";

	if (pread(fd, text, sizeof(text) - 1, 0) < 0)
		return 0;
	return strtoul(text, NULL, 10);
}

int main(int argc, char **argv)
{
	unsigned int n, left;
	int module, nth, err;

	if (argc < 3) {
		fputs("usage: insmod_nth N FILE [PARAMETERS]\n", stderr);
		return 255;
	}
	n = strtoul(argv[1], NULL, 10);
	module = open(argv[2], O_RDONLY | O_CLOEXEC);
	nth = open(FAIL_NTH, O_RDWR | O_CLOEXEC);
	if (module < 0 || nth < 0 || fail_nth(nth, n)) {
		perror(module < 0 ? argv[2] : FAIL_NTH);
		return 255;
	}
	err = syscall(SYS_finit_module, module, argc > 3 ? argv[3] : "", 0) ? errno : 0;
	left = allocs_left(nth);
	fail_nth(nth, 0);
	printf("%u\n", n - left);
	return err;
}
