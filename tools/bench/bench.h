/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Benchmark of smbsign beside what the kernel has for the same PDU.
 */
#ifndef _SMBSIGN_BENCH_H
#define _SMBSIGN_BENCH_H

#include <linux/sizes.h>
#include <linux/smbsign.h>
#include <linux/timex.h>
#include <linux/types.h>
#include <linux/uio.h>

#include "quiet.h"

#define BENCH_NUM_ALGS		3	/* those of SMB2 */
#define BENCH_BATCH		16
#define BENCH_MAX_LEN		SZ_1M

/* MS-SMB2 2.2.1.2 */
#define HDR_SIZE		64
#define HDR_MESSAGE_ID		24
#define HDR_SIGNATURE		48

/* The header, and a piece for each page of what follows */
#define PDU_MAX_IOV		(1 + BENCH_MAX_LEN / PAGE_SIZE)

/**
 * enum bench_job - what is done
 * @BENCH_SIGN: sign one PDU after the other
 * @BENCH_LATENCY: the same, each PDU with the last one's signature in it
 * @BENCH_VERIFY: verify one PDU
 * @BENCH_BATCH_SIGN: sign BENCH_BATCH PDUs of one length, each with another key
 * @BENCH_MIXED: the same with lengths from a sixteenth of it up to it
 * @BENCH_NUM_JOBS: how many there are
 */
enum bench_job {
	BENCH_SIGN,
	BENCH_LATENCY,
	BENCH_VERIFY,
	BENCH_BATCH_SIGN,
	BENCH_MIXED,
	BENCH_NUM_JOBS,
};

/**
 * struct bench_load - what a sample measures
 * @alg: the algorithm
 * @job: what to do
 * @len: bytes of a PDU, of the longest with BENCH_MIXED
 * @repeat: how many times
 */
struct bench_load {
	enum smbsign_alg alg;
	enum bench_job job;
	size_t len;
	unsigned int repeat;
};

/* User Mode Linux has an x86 processor, and no get_cycles(). */
static inline u64 cycles_now(void)
{
#ifdef CONFIG_X86_64
	return quiet_now();
#else
	return get_cycles();
#endif
}

/* pdu.c: PDUs in pieces of a page, and the keys to sign them */

struct bench_pdu {
	u8 hdr[HDR_SIZE];
	u8 *body;
	size_t len;
	struct kvec iov[PDU_MAX_IOV];
	unsigned int num_iov;
	u8 raw_key[SMBSIGN_KEY_SIZE];
	struct smbsign_key *signer[BENCH_NUM_ALGS];
	struct smbsign_req req;
};

extern struct bench_pdu *bench_pdus[BENCH_BATCH];

int pdus_init(void);
void pdus_exit(void);
void pdus_prepare(const struct bench_load *load);
void pdu_new_id(struct bench_pdu *pdu);

/* Ways to do a load: they prepare it, do it, and return 0 or an error. */

struct bench_way {
	const char *name;
	bool (*can)(const struct bench_load *load);
	int (*run)(const struct bench_load *load);
};

/* stock.c: as cifs.ko and ksmbd.ko do it */

int stock_init(void);
void stock_exit(void);
void stock_print(void);
extern const struct bench_way way_stock;

/* driver.c: the kernel's own best driver, its key set once */

int driver_init(void);
void driver_exit(void);
void driver_print(void);
extern const struct bench_way way_driver;

/* ways.c: smbsign's interface */

int ways_init(void);
void ways_exit(void);
int ways_prepare(const struct bench_load *load);
int way_smbsign(const struct bench_load *load);

/* engines.c: the engines of smbsign, or the one in force if that is all */

const char *engine_name(unsigned int i);
void engine_describe(unsigned int i, char *buf, size_t size);
int engine_select(unsigned int i);
void engine_restore(void);

/* sections.c: the longest time for which the FPU is held */

int sections_measure(void);

#endif /* _SMBSIGN_BENCH_H */
