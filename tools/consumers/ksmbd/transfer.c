// SPDX-License-Identifier: GPL-2.0-only
/*
 * Write a file to a share and read it back, with libsmb2, and insist on signing.
 *
 *   transfer URL FILE BACK
 */

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <smb2/smb2.h>
#include <smb2/libsmb2.h>

#define PIECE	65536
#define THERE	"there"

static void check(struct smb2_context *smb2, int ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "%s: %s\n", what, smb2_get_error(smb2));
	exit(1);
}

static FILE *open_file(const char *name, const char *mode)
{
	FILE *file = fopen(name, mode);

	if (!file) {
		perror(name);
		exit(1);
	}
	return file;
}

static void put(struct smb2_context *smb2, const char *name)
{
	static uint8_t piece[PIECE];
	struct smb2fh *fh = smb2_open(smb2, THERE, O_WRONLY | O_CREAT);
	FILE *file = open_file(name, "rb");
	uint64_t at = 0;
	size_t n;

	check(smb2, !!fh, "create");
	while ((n = fread(piece, 1, PIECE, file))) {
		check(smb2, smb2_pwrite(smb2, fh, piece, n, at) == (int)n, "write");
		at += n;
	}
	check(smb2, !smb2_close(smb2, fh), "close");
	fclose(file);
}

static void get(struct smb2_context *smb2, const char *name)
{
	static uint8_t piece[PIECE];
	struct smb2fh *fh = smb2_open(smb2, THERE, O_RDONLY);
	FILE *file = open_file(name, "wb");
	uint64_t at = 0;
	int n;

	check(smb2, !!fh, "open");
	while ((n = smb2_pread(smb2, fh, piece, PIECE, at)) > 0) {
		if (fwrite(piece, 1, n, file) != (size_t)n)
			exit(1);
		at += n;
	}
	check(smb2, !n, "read");
	check(smb2, !smb2_close(smb2, fh), "close");
	if (fclose(file))
		exit(1);
}

int main(int argc, char **argv)
{
	struct smb2_context *smb2 = smb2_init_context();
	struct smb2_url *url;

	if (argc != 4 || !smb2)
		return 2;
	url = smb2_parse_url(smb2, argv[1]);
	check(smb2, !!url, "URL");
	smb2_set_security_mode(smb2, SMB2_NEGOTIATE_SIGNING_ENABLED |
			       SMB2_NEGOTIATE_SIGNING_REQUIRED);
	smb2_set_password(smb2, "smbsign");
	check(smb2, !smb2_connect_share(smb2, url->server, url->share, url->user), "connect");
	put(smb2, argv[2]);
	get(smb2, argv[3]);
	check(smb2, !smb2_unlink(smb2, THERE), "unlink");
	check(smb2, !smb2_disconnect_share(smb2), "disconnect");
	smb2_destroy_url(url);
	smb2_destroy_context(smb2);
	return 0;
}
