// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a PDU costs: with each engine of smbsign, with stock code and with the
 * kernel's own best driver, for each algorithm, in process and in softirq
 * context.
 *
 * All ways to do the same take turns, round after round, so that whatever else
 * the machine does meets all alike.  It runs as the module is loaded, and prints
 * each sample; report.py finds the medians:
 *
 *	sample ALGORITHM JOB WHERE BYTES WAY CYCLES*100 FLOOD
 *
 * in cycles of the core; FLOOD tells whether it was shared, see quiet.h.
 */
#define pr_fmt(fmt) "smbsign_bench: " fmt

#include <linux/bottom_half.h>
#include <linux/completion.h>
#include <linux/interrupt.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sizes.h>

#include "bench.h"

#define MIN_SAMPLE_LEN	SZ_512K			/* bytes, by repetition */

/*
 * Processors have the upper parts of their vector units asleep until they have
 * been in use for some 20 us.
 */
#define WARM_UP_CYCLES	200000

static unsigned int rounds = 1;
module_param(rounds, uint, 0444);
MODULE_PARM_DESC(rounds, "samples of each kind (default 1)");

enum where {
	IN_PROCESS,
	IN_SOFTIRQ,
	NUM_WHERE,
};

static const char *const where_names[] = { "process", "softirq" };
static const char *const job_names[] = { "sign", "latency", "verify", "batch",
					 "mixed" };
static const char *const alg_names[] = { "hmac-sha256", "aes-cmac",
					 "aes-gmac" };
static const size_t lens[] = { 128, SZ_4K, SZ_64K, SZ_1M };

/* Measured over the time that it takes to learn what quiet is */
static void print_clock(void)
{
	u64 ns = ktime_get_ns(), cycles = cycles_now();

	quiet_learn();
	cycles = cycles_now() - cycles;
	ns = max(ktime_get_ns() - ns, 1ULL);
	pr_info("clock: %llu MHz\n", div64_u64(cycles * 1000, ns));
	pr_info("core: %llu percent of it\n",
		div64_u64(100ULL * QUIET_CHAIN, quiet_probe().chain));
}

/* One measurement */
struct sample {
	int (*run)(const struct bench_load *load);
	struct bench_load load;
	u64 cycles;		/* of the core */
	struct quiet_probe probe;
	int err;
	struct tasklet_struct tasklet;
	struct completion done;
};

static void sample_warm_up(struct sample *sample)
{
	u64 start = cycles_now();

	do {
		sample->err = sample->run(&sample->load);
	} while (!sample->err && cycles_now() - start < WARM_UP_CYCLES);
}

static void sample_run(struct sample *sample)
{
	u64 start, deadline = quiet_deadline();
	bool in_time;

	do {
		in_time = quiet_wait(deadline);
		sample_warm_up(sample);
		if (sample->err)
			return;
		start = cycles_now();
		sample->err = sample->run(&sample->load);
		sample->cycles = cycles_now() - start;
		sample->probe = quiet_probe();
	} while (!sample->err && !quiet_is(&sample->probe) && in_time);
	sample->cycles = div64_u64(sample->cycles * QUIET_CHAIN,
				   sample->probe.chain);
}

static void sample_tasklet(struct tasklet_struct *tasklet)
{
	struct sample *sample = from_tasklet(sample, tasklet, tasklet);

	sample_run(sample);
	complete(&sample->done);
}

static void sample_run_in_softirq(struct sample *sample)
{
	init_completion(&sample->done);
	tasklet_setup(&sample->tasklet, sample_tasklet);
	local_bh_disable();
	tasklet_schedule(&sample->tasklet);
	local_bh_enable();	/* it runs here */
	wait_for_completion(&sample->done);
	tasklet_kill(&sample->tasklet);
}

/* Printed for one PDU; what is cold at first is not measured. */
static int take_sample(const char *name, struct sample *sample,
		       enum where where)
{
	const struct bench_load *load = &sample->load;
	bool many = load->job == BENCH_BATCH_SIGN || load->job == BENCH_MIXED;
	unsigned int num = many ? BENCH_BATCH : 1;
	int err;

	sample->load.repeat = 1;
	err = ways_prepare(load) ?: sample->run(load);
	if (err)
		return err;
	sample->load.repeat = max_t(size_t, MIN_SAMPLE_LEN / (load->len * num), 1);
	if (where == IN_SOFTIRQ)
		sample_run_in_softirq(sample);
	else
		sample_run(sample);
	pr_info("sample %s %s %s %zu %s %llu %u\n", alg_names[load->alg],
		job_names[load->job], where_names[where], load->len, name,
		div_u64(sample->cycles * 100, num * load->repeat),
		sample->probe.flood);
	cond_resched();
	return sample->err;
}

/* Of the others only signing: stock code allocates to verify, which sleeps. */
static bool way_can(const struct bench_way *way, const struct bench_load *load,
		    enum where where)
{
	return (where == IN_PROCESS || load->job == BENCH_SIGN) &&
	       way->can(load);
}

static int sample_ways(const struct bench_load *load, enum where where)
{
	static const struct bench_way *const others[] = { &way_stock, &way_driver };
	struct sample sample = { .load = *load };
	int err = 0;

	for (int i = 0; !err && i < ARRAY_SIZE(others); i++) {
		if (!way_can(others[i], load, where))
			continue;
		sample.run = others[i]->run;
		err = take_sample(others[i]->name, &sample, where);
	}
	sample.run = way_smbsign;
	for (int i = 0; !err && engine_name(i); i++)
		err = engine_select(i) ?:
		      take_sample(engine_name(i), &sample, where);
	return err;
}

/* The others are variants of these, and softirq changes all alike. */
static bool is_wanted(enum bench_job job, enum where where)
{
	return where == IN_PROCESS || job == BENCH_SIGN ||
	       job == BENCH_VERIFY || job == BENCH_BATCH_SIGN;
}

static int take_round(enum where where)
{
	struct bench_load load;
	int err = 0;

	for (int i = 0; i < ARRAY_SIZE(lens); i++) {
		load.len = lens[i];
		for (load.job = 0; load.job < BENCH_NUM_JOBS; load.job++) {
			if (!is_wanted(load.job, where))
				continue;
			for (load.alg = 0; !err && load.alg < BENCH_NUM_ALGS;
			     load.alg++)
				err = sample_ways(&load, where);
		}
	}
	if (!err && fatal_signal_pending(current))
		err = -EINTR;
	return err;
}

static void print_participants(void)
{
	char names[256];

	stock_print();
	driver_print();
	for (int i = 0; engine_name(i); i++) {
		engine_describe(i, names, sizeof(names));
		pr_info("engine %s: %s\n", engine_name(i), names);
	}
}

static int measure_all(void)
{
	int err = 0;

	for (unsigned int i = 0; i < rounds; i++) {
		for (int where = 0; !err && where < NUM_WHERE; where++)
			err = take_round(where);
	}
	return err;
}

static void give_back(void)
{
	driver_exit();
	stock_exit();
	ways_exit();
	pdus_exit();
}

static int __init bench_init(void)
{
	int err;

	if (!cycles_now())
		return -EOPNOTSUPP;
	err = pdus_init() ?: ways_init() ?: stock_init() ?: driver_init();
	if (!err) {
		migrate_disable();
		print_clock();
		print_participants();
		err = measure_all() ?: sections_measure();
		migrate_enable();
		engine_restore();
	}
	if (err)
		give_back();
	else
		pr_info("done\n");
	return err;
}

static void __exit bench_exit(void)
{
	give_back();
}

module_init(bench_init);
module_exit(bench_exit);

MODULE_DESCRIPTION("Benchmark of smbsign beside what the kernel has");
MODULE_AUTHOR("The smbsign authors");
MODULE_LICENSE("GPL");
