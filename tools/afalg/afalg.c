// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tries the transforms of a loaded smbsign.ko from user space, through AF_ALG,
 * on the messages of kunit/vectors/smb-pdus.bin.
 *
 * Prints TAP, or a table for people.  Exits with 0 if everything held for at
 * least one message of each transform, with 1 if not, and with 2 if it could
 * not be tried.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "afalg.h"

#define EXIT_NOT_TRIED		2
#define MAX_FAILURES_SHOWN	5

static const struct transform transforms[] = {
	{
		.name = "smbsign(gmac(aes))",
		.dialects = "3.1.1",
		.alg = PDU_ALG_AES_GMAC,
		.hdr_size = 64,
		.zeroed_off = 48, .zeroed_size = 16,
	}, {
		.name = "smbsign(cmac(aes))",
		.dialects = "3.0, 3.0.2, 3.1.1",
		.alg = PDU_ALG_AES_CMAC,
		.hdr_size = 64,
		.zeroed_off = 48, .zeroed_size = 16,
	}, {
		.name = "smbsign(hmac(sha256))",
		.dialects = "2.0.2, 2.1, 3.1.1",
		.alg = PDU_ALG_HMAC_SHA256,
		.hdr_size = 64,
		.zeroed_off = 48, .zeroed_size = 16,
	}, {
		/* the sequence number stands in the first half of the field */
		.name = "smbsign(md5)",
		.dialects = "SMB1",
		.alg = PDU_ALG_SMB1_MD5,
		.hdr_size = 32,
		.zeroed_off = 18, .zeroed_size = 4,
	},
};

struct pdu_file {
	const __u8 *start;
	const __u8 *end;
};

struct options {
	bool table;
	const char *only;
	const char *path;
};

/* Also the TAP output's state; with --table only failures are printed. */
struct results {
	bool table;
	unsigned int num_lines;
	unsigned int num_failed;
};

static void report(struct results *results, bool ok, const char *name,
		   const char *text, const char *detail)
{
	results->num_lines++;
	results->num_failed += !ok;
	if (!ok || !results->table)
		printf("%s %u - %s: %s%s\n", ok ? "ok" : "not ok",
		       results->num_lines, name, text, detail);
}

static bool try_one(const struct property *property,
		    const struct transform *transform,
		    const struct pdu_testvec *vec, bool show_failure)
{
	struct trial trial;
	bool ok;

	ok = trial_init(&trial, transform, vec) && property->holds(&trial);
	if (!ok && show_failure)
		printf("# %s: %s\n", vec->name, trial.why);
	trial_exit(&trial);
	return ok;
}

/* Returns for how many of *num_tried messages the property holds. */
static unsigned int try_property(const struct property *property,
				 const struct transform *transform,
				 const struct pdu_file *file,
				 unsigned int *num_tried)
{
	unsigned int num_held = 0, num_failed = 0;
	struct pdu_testvec_iter iter;
	struct pdu_testvec vec;

	pdu_testvec_iter_init(&iter, file->start, file->end);
	while (pdu_testvec_next(&iter, &vec)) {
		if (vec.alg != transform->alg)
			continue;
		if (try_one(property, transform, &vec,
			    num_failed < MAX_FAILURES_SHOWN))
			num_held++;
		else
			num_failed++;
	}
	*num_tried = num_held + num_failed;
	return num_held;
}

/* The driver in force is the first of that name in /proc/crypto. */
static void find_driver(const char *name, char *driver, size_t size)
{
	char line[256], value[128];
	bool found = false;
	FILE *file;

	snprintf(driver, size, "?");
	file = fopen("/proc/crypto", "r");
	if (!file)
		return;
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "name : %127s", value) == 1) {
			found = !strcmp(value, name);
		} else if (found && sscanf(line, "driver : %127s", value) == 1) {
			snprintf(driver, size, "%s", value);
			break;
		}
	}
	fclose(file);
}

#define TABLE_FORMAT	"%-22s %-18s %-20s"

static void print_table_head(void)
{
	printf(TABLE_FORMAT " %7s %9s %17s\n", "transform", "dialects", "driver",
	       "signed", "verified", "tampered, refused");
}

static void print_table_row(const struct transform *transform,
			    const unsigned int *held)
{
	char driver[128];

	find_driver(transform->name, driver, sizeof(driver));
	printf(TABLE_FORMAT " %7u %9u %17u\n", transform->name,
	       transform->dialects, driver, held[PROPERTY_SIGN],
	       held[PROPERTY_VERIFY], held[PROPERTY_TAMPERED]);
}

static void try_transform(const struct transform *transform,
			  const struct pdu_file *file, struct results *results)
{
	unsigned int held[NUM_PROPERTIES], num_tried;
	char detail[32];
	bool ok;
	size_t i;
	int tfm;

	tfm = hash_open(transform->name);
	if (tfm < 0) {
		report(results, false, transform->name, strerror(-tfm), "");
		return;
	}
	close(tfm);

	for (i = 0; i < NUM_PROPERTIES; i++) {
		held[i] = try_property(&properties[i], transform, file,
				       &num_tried);
		ok = num_tried && held[i] == num_tried;
		snprintf(detail, sizeof(detail), ", %u messages", num_tried);
		report(results, ok, transform->name, properties[i].text, detail);
	}
	ok = keys_hold(transform);
	report(results, ok, transform->name, "takes keys of its length only", "");
	if (results->table)
		print_table_row(transform, held);
}

static void print_hex(const char *head, const __u8 *data, size_t len)
{
	printf("  %-10s", head);
	while (len--)
		printf("%02x", *data++);
	printf("\n");
}

/* For people: what becomes of one message of which one bit is another. */
static void show_tampered(const struct pdu_testvec *vec, int tfm)
{
	__u8 mac[MAC_MAX_SIZE], *pdu = malloc(vec->pdu_len);
	int ret;

	if (!pdu)
		return;
	memcpy(pdu, vec->pdu, vec->pdu_len);
	pdu[vec->pdu_len - 1] ^= 1;
	ret = hash_digest(tfm, pdu, vec->pdu_len, mac);
	printf("\n%s with one bit of its last byte flipped:\n", vec->name);
	if (ret == (int)vec->sig_size) {
		print_hex("carries", pdu + vec->sig_off, vec->sig_size);
		print_hex("computed", mac, vec->sig_size);
		printf("  %s\n", memcmp(mac, pdu + vec->sig_off, vec->sig_size) ?
		       "refused: the signature does not match" : "ACCEPTED");
	}
	free(pdu);
}

/* The last message signed with AES-GMAC: the published ones stand first. */
static void show_one_tampered(const struct pdu_file *file)
{
	struct pdu_testvec vec, last = {};
	struct pdu_testvec_iter iter;
	int tfm;

	pdu_testvec_iter_init(&iter, file->start, file->end);
	while (pdu_testvec_next(&iter, &vec)) {
		if (vec.alg == PDU_ALG_AES_GMAC)
			last = vec;
	}
	if (!last.pdu)
		return;
	tfm = hash_open("smbsign(gmac(aes))");
	if (tfm < 0)
		return;
	if (!hash_setkey(tfm, last.key, last.key_len))
		show_tampered(&last, tfm);
	close(tfm);
}

static int try_all(const struct options *options, const struct pdu_file *file)
{
	struct results results = { .table = options->table };
	size_t i;

	if (options->table)
		print_table_head();
	for (i = 0; i < ARRAY_SIZE(transforms); i++) {
		if (!options->only || !strcmp(options->only, transforms[i].name))
			try_transform(&transforms[i], file, &results);
	}
	if (!results.num_lines) {
		fprintf(stderr, "afalg: no transform %s\n", options->only);
		return EXIT_NOT_TRIED;
	}
	if (options->table)
		show_one_tampered(file);
	else
		printf("1..%u\n", results.num_lines);
	return results.num_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

static bool is_whole(const struct pdu_file *file)
{
	struct pdu_testvec_iter iter;
	struct pdu_testvec vec;

	if (!pdu_testvec_iter_init(&iter, file->start, file->end))
		return false;
	while (pdu_testvec_next(&iter, &vec))
		;
	return pdu_testvec_iter_done(&iter);
}

static int map_file(const char *path, struct pdu_file *file)
{
	struct stat st;
	void *map;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st))
		return -errno;
	map = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (map == MAP_FAILED)
		return -errno;
	file->start = map;
	file->end = file->start + st.st_size;
	return is_whole(file) ? 0 : -EBADMSG;
}

static bool parse_options(int argc, char **argv, struct options *options)
{
	static const struct option long_options[] = {
		{ "table", no_argument, NULL, 't' },
		{ "only", required_argument, NULL, 'o' },
		{}
	};
	int opt;

	while ((opt = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		if (opt == 't')
			options->table = true;
		else if (opt == 'o')
			options->only = optarg;
		else
			return false;
	}
	options->path = argv[optind];
	return optind + 1 == argc;
}

int main(int argc, char **argv)
{
	struct options options = {};
	struct pdu_file file;
	int err;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (!parse_options(argc, argv, &options)) {
		fprintf(stderr, "usage: afalg [--table] [--only TRANSFORM] smb-pdus.bin\n");
		return EXIT_NOT_TRIED;
	}
	err = map_file(options.path, &file);
	if (err) {
		fprintf(stderr, "afalg: %s: %s\n", options.path, strerror(-err));
		return EXIT_NOT_TRIED;
	}
	if (!hash_is_supported()) {
		fprintf(stderr, "afalg: this kernel has no AF_ALG\n");
		return EXIT_NOT_TRIED;
	}
	return try_all(&options, &file);
}
