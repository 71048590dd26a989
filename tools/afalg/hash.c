// SPDX-License-Identifier: GPL-2.0-only
/* Keyed hashes of the kernel's crypto API through AF_ALG sockets. */
#include <errno.h>
#include <linux/if_alg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "afalg.h"

bool hash_is_supported(void)
{
	int tfm = socket(AF_ALG, SOCK_SEQPACKET, 0);

	if (tfm < 0)
		return false;
	close(tfm);
	return true;
}

int hash_open(const char *name)
{
	struct sockaddr_alg addr = { .salg_family = AF_ALG, .salg_type = "hash" };
	int tfm, err;

	snprintf((char *)addr.salg_name, sizeof(addr.salg_name), "%s", name);
	tfm = socket(AF_ALG, SOCK_SEQPACKET, 0);
	if (tfm < 0)
		return -errno;
	if (!bind(tfm, (struct sockaddr *)&addr, sizeof(addr)))
		return tfm;
	err = -errno;
	close(tfm);
	return err;
}

int hash_setkey(int tfm, const __u8 *key, size_t len)
{
	return setsockopt(tfm, SOL_ALG, ALG_SET_KEY, key, len) ? -errno : 0;
}

int hash_begin(int tfm)
{
	int op = accept(tfm, NULL, NULL);

	return op < 0 ? -errno : op;
}

/* A second computation in the same state; each goes on by itself. */
int hash_clone(int op)
{
	return hash_begin(op);
}

static int hash_send(int op, const __u8 *data, size_t len, int flags)
{
	ssize_t sent = send(op, data, len, flags);

	if (sent < 0)
		return -errno;
	return (size_t)sent == len ? 0 : -EIO;
}

int hash_update(int op, const __u8 *data, size_t len)
{
	return hash_send(op, data, len, MSG_MORE);
}

/* Returns the size of the digest. */
int hash_finup(int op, const __u8 *data, size_t len, __u8 *mac)
{
	ssize_t size;
	int err;

	err = hash_send(op, data, len, 0);
	if (err)
		return err;
	size = recv(op, mac, MAC_MAX_SIZE, 0);
	return size < 0 ? -errno : size;
}

/* Returns the size of the digest. */
int hash_digest(int tfm, const __u8 *data, size_t len, __u8 *mac)
{
	int op, ret;

	op = hash_begin(tfm);
	if (op < 0)
		return op;
	ret = hash_finup(op, data, len, mac);
	close(op);
	return ret;
}
