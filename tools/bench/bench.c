// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a PDU costs: with each engine of smbsign and with stock code, for each
 * algorithm, in process and in softirq context.
 *
 * All ways to do the same take turns, round after round, so that whatever else
 * the machine does meets all alike; the medians count.  It runs as the module
 * is loaded, and prints a line for each median.
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
#include <linux/sort.h>
#include <linux/timex.h>

#include "bench.h"

#define MAX_ROUNDS	99
#define MAX_ENGINES	8
#define MAX_WAYS	(1 + MAX_ENGINES)	/* stock is the first */
#define MIN_SAMPLE_LEN	SZ_64K			/* bytes, by repetition */

static unsigned int rounds = 9;
module_param(rounds, uint, 0444);
MODULE_PARM_DESC(rounds, "samples for each median (default 9)");

enum where {
	IN_PROCESS,
	IN_SOFTIRQ,
	NUM_WHERE,
};

static const char *const where_names[] = { "process", "softirq" };
static const char *const job_names[] = { "sign", "verify", "batch" };
static const char *const alg_names[] = { "hmac-sha256", "aes-cmac",
					 "aes-gmac" };
static const size_t lens[] = { 128, SZ_4K, SZ_64K, SZ_1M };

static unsigned int num_ways;
static u64 samples[BENCH_NUM_ALGS][MAX_WAYS][MAX_ROUNDS];

/* User Mode Linux has an x86 processor, and no get_cycles(). */
static u64 cycles_now(void)
{
#ifdef CONFIG_UML_X86
	u32 low, high;

	asm volatile("lfence; rdtsc; lfence" : "=a" (low), "=d" (high)
		     : : "memory");
	return (u64)high << 32 | low;
#else
	return get_cycles();
#endif
}

/* Each step of the chain takes 3 cycles of the core on any x86 since 2008. */
#define CHAIN_LEN		400000
#define CHAIN_CORE_CYCLES	(3 * CHAIN_LEN)

static u64 time_chain(void)
{
	u64 start = cycles_now();

#ifdef CONFIG_X86_64
	unsigned long x = start;

	for (int i = 0; i < CHAIN_LEN / 4; i++)
		asm volatile("imul %0, %0; imul %0, %0\n\t"
			     "imul %0, %0; imul %0, %0" : "+r" (x));
#endif
	return cycles_now() - start;
}

static void print_clock(void)
{
	u64 chain = U64_MAX, ns, cycles;

	ns = ktime_get_ns();
	cycles = cycles_now();
	for (int i = 0; i < 50; i++)
		chain = min(chain, time_chain());
	cycles = cycles_now() - cycles;
	ns = max(ktime_get_ns() - ns, 1ULL);
	pr_info("clock: %llu MHz\n", div64_u64(cycles * 1000, ns));
	if (IS_ENABLED(CONFIG_X86_64))
		pr_info("core: %llu percent of it\n",
			div64_u64(100ULL * CHAIN_CORE_CYCLES, chain));
}

/* One measurement */
struct sample {
	bench_way_fn way;
	struct bench_load load;
	u64 cycles;
	int err;
	struct tasklet_struct tasklet;
	struct completion done;
};

static void sample_run(struct sample *sample)
{
	u64 start = cycles_now();

	sample->err = sample->way(&sample->load);
	sample->cycles = cycles_now() - start;
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

/* Way 0 is stock's, way n that of engine n - 1; the result is for one PDU. */
static int take_sample(unsigned int way, const struct bench_load *load,
		       enum where where, u64 *cycles_ret)
{
	unsigned int num = load->job == BENCH_SIGN_BATCH ? BENCH_BATCH : 1;
	struct sample sample = { .way = way_smbsign, .load = *load };
	int err;

	sample.load.repeat = max_t(size_t, MIN_SAMPLE_LEN / (load->len * num),
				   1);
	if (way) {
		err = engine_select(way - 1);
		if (err)
			return err;
	} else {
		sample.way = way_stock;
		sample.load.alg = stock_alg(load->alg);
	}
	err = ways_prepare(&sample.load);
	if (err)
		return err;
	if (where == IN_SOFTIRQ)
		sample_run_in_softirq(&sample);
	else
		sample_run(&sample);
	*cycles_ret = div_u64(sample.cycles, num * sample.load.repeat);
	return sample.err;
}

static bool stock_can(enum bench_job job, enum where where)
{
	return job != BENCH_VERIFY || where == IN_PROCESS;
}

static int take_round(unsigned int round, enum bench_job job, size_t len,
		      enum where where)
{
	struct bench_load load = { .job = job, .len = len };

	for (load.alg = 0; load.alg < BENCH_NUM_ALGS; load.alg++) {
		for (unsigned int way = 0; way < num_ways; way++) {
			int err;

			if (!way && !stock_can(job, where))
				continue;
			err = take_sample(way, &load, where,
					  &samples[load.alg][way][round]);
			if (err)
				return err;
			cond_resched();
		}
	}
	return fatal_signal_pending(current) ? -EINTR : 0;
}

static int compare_u64(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

/* Sorts the samples: first those of stock, then the others. */
static void print_median(enum smbsign_alg alg, unsigned int way,
			 enum bench_job job, size_t len, enum where where)
{
	u64 *values = samples[alg][way];
	u64 stock = samples[alg][0][rounds / 2];
	u64 median, per_byte, ratio, spread;
	char ratio_text[48] = "";

	sort(values, rounds, sizeof(*values), compare_u64, NULL);
	median = max(values[rounds / 2], 1ULL);
	spread = values[rounds * 3 / 4] - values[rounds / 4];
	per_byte = div64_u64(median * 1000, len);
	if (way && stock_can(job, where)) {
		ratio = div64_u64(stock * 100, median);
		snprintf(ratio_text, sizeof(ratio_text), ", x%llu.%02llu",
			 div_u64(ratio, 100), ratio % 100);
	}
	pr_info("%s %s %s %zu %s: %llu cycles/PDU, %llu.%03llu cycles/byte, spread %llu%%%s\n",
		alg_names[alg], job_names[job], where_names[where], len,
		way ? engine_name(way - 1) : "stock", median,
		div_u64(per_byte, 1000), per_byte % 1000,
		div64_u64(100 * spread, median), ratio_text);
}

static int measure(enum bench_job job, size_t len, enum where where)
{
	int err;

	for (unsigned int round = 0; round < rounds; round++) {
		err = take_round(round, job, len, where);
		if (err)
			return err;
	}
	for (int alg = 0; alg < BENCH_NUM_ALGS; alg++) {
		for (unsigned int way = 0; way < num_ways; way++) {
			if (way || stock_can(job, where))
				print_median(alg, way, job, len, where);
		}
	}
	return 0;
}

static void print_participants(void)
{
	char names[256];

	for (int alg = 0; alg < BENCH_NUM_ALGS; alg++) {
		if (stock_alg(alg) == alg)
			pr_info("stock %s: %s\n", stock_name(alg),
				stock_driver(alg));
	}
	for (num_ways = 1; num_ways < MAX_WAYS; num_ways++) {
		if (!engine_name(num_ways - 1))
			break;
		engine_describe(num_ways - 1, names, sizeof(names));
		pr_info("engine %s: %s\n", engine_name(num_ways - 1), names);
	}
}

static int measure_all(void)
{
	int err = 0;

	for (int i = 0; i < ARRAY_SIZE(lens); i++) {
		for (int job = 0; job < BENCH_NUM_JOBS; job++) {
			for (int where = 0; !err && where < NUM_WHERE; where++)
				err = measure(job, lens[i], where);
		}
	}
	return err;
}

static int __init bench_init(void)
{
	int err;

	if (!rounds || rounds > MAX_ROUNDS)
		return -EINVAL;
	if (!cycles_now())
		return -EOPNOTSUPP;
	err = ways_init();
	if (err)
		return err;
	migrate_disable();
	print_clock();
	print_participants();
	err = measure_all();
	migrate_enable();
	engine_restore();
	if (err)
		ways_exit();
	else
		pr_info("done\n");
	return err;
}

static void __exit bench_exit(void)
{
	ways_exit();
}

module_init(bench_init);
module_exit(bench_exit);

MODULE_DESCRIPTION("Benchmark of smbsign beside stock code");
MODULE_AUTHOR("The smbsign authors");
MODULE_LICENSE("GPL");
