/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Benchmark of smbsign beside what stock kernels do for the same PDU.
 */
#ifndef _SMBSIGN_BENCH_H
#define _SMBSIGN_BENCH_H

#include <linux/sizes.h>
#include <linux/smbsign.h>
#include <linux/types.h>

#define BENCH_NUM_ALGS		3	/* those of SMB2 */
#define BENCH_BATCH		16
#define BENCH_MAX_LEN		SZ_1M

/**
 * enum bench_job - what is done
 * @BENCH_SIGN: sign one PDU
 * @BENCH_VERIFY: verify one PDU
 * @BENCH_SIGN_BATCH: sign BENCH_BATCH PDUs, each with another key
 * @BENCH_NUM_JOBS: how many there are
 */
enum bench_job {
	BENCH_SIGN,
	BENCH_VERIFY,
	BENCH_SIGN_BATCH,
	BENCH_NUM_JOBS,
};

/**
 * struct bench_load - what a sample measures
 * @alg: the algorithm
 * @job: what to do
 * @len: bytes of a PDU
 * @repeat: how many times
 */
struct bench_load {
	enum smbsign_alg alg;
	enum bench_job job;
	size_t len;
	unsigned int repeat;
};

/* ways.c: ways to do a load.  They return 0 or an error. */

typedef int (*bench_way_fn)(const struct bench_load *load);

int ways_init(void);
void ways_exit(void);
int ways_prepare(const struct bench_load *load);
int way_smbsign(const struct bench_load *load);
int way_stock(const struct bench_load *load);
enum smbsign_alg stock_alg(enum smbsign_alg alg);
const char *stock_name(enum smbsign_alg alg);
const char *stock_driver(enum smbsign_alg alg);

/* engines.c: the engines of smbsign, or the one in force if that is all */

const char *engine_name(unsigned int i);
void engine_describe(unsigned int i, char *buf, size_t size);
int engine_select(unsigned int i);
void engine_restore(void);

#endif /* _SMBSIGN_BENCH_H */
