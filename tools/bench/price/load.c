// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loads on a mounted share, each as the system calls that an application makes,
 * and how long they took:
 *
 *	load DIR
 *
 * Prints lines "load NAME OPERATIONS BYTES NANOSECONDS".  What is read is compared
 * with what was written.
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define KIB		1024
#define MIB		(1024 * KIB)
#define FILE_LEN	(64L * MIB)
#define RANDOM_LEN	(4 * KIB)
#define NUM_RANDOM	1500
#define NUM_FILES	150
#define WORD_LEN	8

static char *buf;

static long long now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

static void print(const char *name, long num, long bytes, long long start)
{
	printf("load %s %ld %ld %lld\n", name, num, bytes, now() - start);
	fflush(stdout);
}

/* Each 8 bytes of the file say where they are. */
static void fill(long off, long len)
{
	for (long i = 0; i < len; i += WORD_LEN) {
		long long word = off + i;

		memcpy(buf + i, &word, WORD_LEN);
	}
}

static void check(long off, long len)
{
	for (long i = 0; i < len; i += WORD_LEN) {
		long long word;

		memcpy(&word, buf + i, WORD_LEN);
		if (word != off + i)
			errx(1, "what was read at %ld is not what was written", off + i);
	}
}

/* The buffers are filled and compared outside of the time that counts. */
static void sequential(int fd, long step, const char *size)
{
	long long spent[2] = {};
	char name[32];

	for (int is_read = 0; is_read < 2; is_read++) {
		for (long off = 0; off < FILE_LEN; off += step) {
			long long start;
			long n;

			if (!is_read)
				fill(off, step);
			start = now();
			n = is_read ? pread(fd, buf, step, off) :
				      pwrite(fd, buf, step, off);
			spent[is_read] += now() - start;
			if (n != step)
				err(1, "%s at %ld", is_read ? "read" : "write", off);
			if (is_read)
				check(off, step);
		}
		snprintf(name, sizeof(name), "%s-%s", is_read ? "read" : "write", size);
		print(name, FILE_LEN / step, FILE_LEN, now() - spent[is_read]);
	}
}

static void at_random(int fd)
{
	for (int is_read = 0; is_read < 2; is_read++) {
		long long start = now();

		srandom(1);
		for (int i = 0; i < NUM_RANDOM; i++) {
			long off = random() % (FILE_LEN / RANDOM_LEN) * RANDOM_LEN;
			long n;

			fill(off, RANDOM_LEN);
			n = is_read ? pread(fd, buf, RANDOM_LEN, off) :
				      pwrite(fd, buf, RANDOM_LEN, off);
			if (n != RANDOM_LEN)
				err(1, "4 KiB at %ld", off);
			if (is_read)
				check(off, RANDOM_LEN);
		}
		print(is_read ? "random-read-4k" : "random-write-4k", NUM_RANDOM,
		      (long)NUM_RANDOM * RANDOM_LEN, start);
	}
}

static void create_one(const char *path)
{
	int fd = open(path, O_CREAT | O_EXCL | O_WRONLY, 0600);

	if (fd < 0 || close(fd))
		err(1, "create %s", path);
}

static void stat_one(const char *path)
{
	struct stat st;

	if (stat(path, &st))
		err(1, "stat %s", path);
}

static void unlink_one(const char *path)
{
	if (unlink(path))
		err(1, "unlink %s", path);
}

static void metadata(const char *dir)
{
	static const struct {
		const char *name;
		void (*op)(const char *path);
	} ops[] = {
		{ "create", create_one }, { "stat", stat_one },
		{ "unlink", unlink_one },
	};

	for (int op = 0; op < 3; op++) {
		long long start = now();

		for (int i = 0; i < NUM_FILES; i++) {
			char path[256];

			snprintf(path, sizeof(path), "%s/file%d", dir, i);
			ops[op].op(path);
		}
		print(ops[op].name, NUM_FILES, 0, start);
	}
}

int main(int argc, char **argv)
{
	char path[256];
	int fd;

	if (argc != 2)
		errx(2, "usage: load DIR");
	buf = aligned_alloc(4096, 4 * MIB);
	if (!buf)
		err(1, "no memory");
	snprintf(path, sizeof(path), "%s/data", argv[1]);
	fd = open(path, O_CREAT | O_RDWR, 0600);
	if (fd < 0)
		err(1, "%s", path);
	sequential(fd, 64 * KIB, "64k");
	sequential(fd, MIB, "1m");
	sequential(fd, 4 * MIB, "4m");
	at_random(fd);
	if (close(fd))
		err(1, "close");
	metadata(argv[1]);
	unlink_one(path);
	return 0;
}
