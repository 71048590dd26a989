// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loads on mounted shares, each as the system calls that an application makes,
 * and how long they took:
 *
 *	load ROUNDS DIR...
 *
 * In each round each load goes to one mount after the other, so that what slows
 * the machine down for a while meets all of them; who comes first changes.  Prints
 * lines "load DIR NAME OPERATIONS BYTES NANOSECONDS" with the last part of the path.
 * What is read is compared with what was written.
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
#define FILE_LEN	(32L * MIB)
#define RANDOM_LEN	(4 * KIB)
#define NUM_RANDOM	1000
#define NUM_FILES	150
#define WORD_LEN	8
#define MAX_MOUNTS	8
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* Its file is open; what is asked of it in one call */
struct mount {
	const char *dir;
	const char *name;
	int fd;
};

/* In the order in which they run: what is read has been written. */
struct load {
	const char *name;
	void (*run)(const struct mount *m, const struct load *load);
	long step;
	int is_read;
	void (*op)(const char *path);
};

static char *buf;

static long long now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

static void print(const struct mount *m, const struct load *load, long num, long bytes,
		  long long spent)
{
	printf("load %s %s %ld %ld %lld\n", m->name, load->name, num, bytes, spent);
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

/* The buffer is filled and compared outside of the time that counts. */
static long long transfer(const struct mount *m, const struct load *load, long off)
{
	long long start;
	long n;

	if (!load->is_read)
		fill(off, load->step);
	start = now();
	n = load->is_read ? pread(m->fd, buf, load->step, off) :
			    pwrite(m->fd, buf, load->step, off);
	start = now() - start;
	if (n != load->step)
		err(1, "%s: %s at %ld", m->dir, load->name, off);
	if (load->is_read)
		check(off, load->step);
	return start;
}

static void sequential(const struct mount *m, const struct load *load)
{
	long long spent = 0;

	for (long off = 0; off < FILE_LEN; off += load->step)
		spent += transfer(m, load, off);
	print(m, load, FILE_LEN / load->step, FILE_LEN, spent);
}

static void at_random(const struct mount *m, const struct load *load)
{
	long long spent = 0;

	srandom(1);
	for (int i = 0; i < NUM_RANDOM; i++)
		spent += transfer(m, load, random() % (FILE_LEN / RANDOM_LEN) * RANDOM_LEN);
	print(m, load, NUM_RANDOM, (long)NUM_RANDOM * RANDOM_LEN, spent);
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

static void metadata(const struct mount *m, const struct load *load)
{
	long long start = now();

	for (int i = 0; i < NUM_FILES; i++) {
		char path[256];

		snprintf(path, sizeof(path), "%s/%s-%d", m->dir, m->name, i);
		load->op(path);
	}
	print(m, load, NUM_FILES, 0, now() - start);
}

static const struct load loads[] = {
	{ "write-64k", sequential, .step = 64 * KIB },
	{ "read-64k", sequential, .step = 64 * KIB, .is_read = 1 },
	{ "write-1m", sequential, .step = MIB },
	{ "read-1m", sequential, .step = MIB, .is_read = 1 },
	{ "write-4m", sequential, .step = 4 * MIB },
	{ "read-4m", sequential, .step = 4 * MIB, .is_read = 1 },
	{ "random-write-4k", at_random, .step = RANDOM_LEN },
	{ "random-read-4k", at_random, .step = RANDOM_LEN, .is_read = 1 },
	{ "create", metadata, .op = create_one },
	{ "stat", metadata, .op = stat_one },
	{ "unlink", metadata, .op = unlink_one },
};

static void open_file(struct mount *m, const char *dir)
{
	const char *slash = strrchr(dir, '/');
	char path[256];

	m->dir = dir;
	m->name = slash ? slash + 1 : dir;
	snprintf(path, sizeof(path), "%s/%s", dir, m->name);
	m->fd = open(path, O_CREAT | O_RDWR, 0600);
	if (m->fd < 0)
		err(1, "%s", path);
}

static void close_file(const struct mount *m)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", m->dir, m->name);
	if (close(m->fd))
		err(1, "%s", path);
	unlink_one(path);
}

int main(int argc, char **argv)
{
	struct mount mounts[MAX_MOUNTS];
	int num = argc - 2;

	if (num < 1 || num > MAX_MOUNTS)
		errx(2, "usage: load ROUNDS DIR...");
	buf = aligned_alloc(4096, 4 * MIB);
	if (!buf)
		err(1, "no memory");
	for (int i = 0; i < num; i++)
		open_file(&mounts[i], argv[2 + i]);
	for (int round = 0; round < atoi(argv[1]); round++)
		for (size_t l = 0; l < ARRAY_SIZE(loads); l++)
			for (int i = 0; i < num; i++)
				loads[l].run(&mounts[(round + i) % num], &loads[l]);
	for (int i = 0; i < num; i++)
		close_file(&mounts[i]);
	return 0;
}
