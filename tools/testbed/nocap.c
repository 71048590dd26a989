// SPDX-License-Identifier: GPL-2.0-only
/*
 * nocap: runs a command as root without CAP_SYS_ADMIN.
 *
 *	nocap COMMAND [ARGUMENTS]
 *
 * Taken out of the bounding set, the capability does not come back by exec.
 */
#include <linux/capability.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	if (argc < 2) {
		fputs("usage: nocap COMMAND [ARGUMENTS]\n", stderr);
		return 2;
	}
	if (prctl(PR_CAPBSET_DROP, CAP_SYS_ADMIN, 0, 0, 0)) {
		perror("nocap: prctl");
		return 126;
	}
	execvp(argv[1], argv + 1);
	perror(argv[1]);
	return 127;
}
