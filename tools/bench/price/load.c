// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loads on mounted shares, each as the system calls that an application makes,
 * and how long they took:
 *
 *	load ROUNDS DIR...
 *
 * In each round each load goes to one mount after the other, so that what slows
 * the machine down for a while meets all of them; who comes first changes.  Prints
 * lines "load DIR NAME BYTES-EACH OPERATIONS NANOSECONDS ALONE NANOSECONDS" with the last
 * part of the path: how many operations there were and how long they took, then the same
 * of those before and after which the core was not shared, see quiet.h.  For such
 * moments it waits, for some time.  What is read is compared with what was written.
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

#include "../quiet.h"

#define KIB		1024
#define MIB		(1024 * KIB)
#define FILE_LEN	(32L * MIB)
#define RANDOM_LEN	(4 * KIB)
#define NUM_RANDOM	1000
#define NUM_FILES	150
#define WORD_LEN	8
#define MAX_MOUNTS	8
#define PATIENCE	200000000ULL	/* cycles of the clock, for each run of a load */
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

/* What the operations of one run took, and those of them that had the core to themselves */
struct spent {
	long num, num_alone;
	long long ns, ns_alone;
	unsigned long long patience;
	int is_alone;
	long long start;
};

static char *buf;

static long long now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

static void spent_init(struct spent *spent)
{
	memset(spent, 0, sizeof(*spent));
	spent->patience = PATIENCE;
}

static void spent_begin(struct spent *spent)
{
	unsigned long long start = quiet_now(), waited;

	spent->is_alone = quiet_wait(start + spent->patience);
	waited = quiet_now() - start;
	spent->patience -= waited < spent->patience ? waited : spent->patience;
	spent->start = now();
}

/* One operation.  The first probe comes out of a cold cache. */
static void spent_end(struct spent *spent)
{
	long long ns = now() - spent->start;
	struct quiet_probe probe;

	quiet_probe();
	probe = quiet_probe();
	spent->num++;
	spent->ns += ns;
	if (!spent->is_alone || !quiet_is(&probe))
		return;
	spent->num_alone++;
	spent->ns_alone += ns;
}

static void spent_print(const struct spent *spent, const struct mount *m, const struct load *load)
{
	printf("load %s %s %ld %ld %lld %ld %lld\n", m->name, load->name, load->step, spent->num,
	       spent->ns, spent->num_alone, spent->ns_alone);
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
static void transfer(const struct mount *m, const struct load *load, long off, struct spent *spent)
{
	long n;

	if (!load->is_read)
		fill(off, load->step);
	spent_begin(spent);
	n = load->is_read ? pread(m->fd, buf, load->step, off) :
			    pwrite(m->fd, buf, load->step, off);
	spent_end(spent);
	if (n != load->step)
		err(1, "%s: %s at %ld", m->dir, load->name, off);
	if (load->is_read)
		check(off, load->step);
}

static void sequential(const struct mount *m, const struct load *load)
{
	struct spent spent;

	spent_init(&spent);
	for (long off = 0; off < FILE_LEN; off += load->step)
		transfer(m, load, off, &spent);
	spent_print(&spent, m, load);
}

static void at_random(const struct mount *m, const struct load *load)
{
	struct spent spent;

	spent_init(&spent);
	srandom(1);
	for (int i = 0; i < NUM_RANDOM; i++)
		transfer(m, load, random() % (FILE_LEN / RANDOM_LEN) * RANDOM_LEN, &spent);
	spent_print(&spent, m, load);
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
	struct spent spent;

	spent_init(&spent);
	for (int i = 0; i < NUM_FILES; i++) {
		char path[256];

		snprintf(path, sizeof(path), "%s/%s-%d", m->dir, m->name, i);
		spent_begin(&spent);
		load->op(path);
		spent_end(&spent);
	}
	spent_print(&spent, m, load);
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
	quiet_learn();
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
