// SPDX-License-Identifier: GPL-2.0-only
/*
 * How fast each engine computes a MAC, in process and in softirq context: the
 * last case of a suite, skipped unless the module was loaded with benchmark=1.
 *
 * The engines take turns, so that what else the machine does hits all alike,
 * and the median of the rounds counts.
 */
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/sizes.h>
#include <linux/sort.h>
#include <linux/string.h>

#include "mac-test.h"

#define NUM_ROUNDS	9
#define MAX_ENGINES	8
#define MIN_NS		(2 * NSEC_PER_MSEC)
#define BATCH		16

static bool benchmark;
module_param(benchmark, bool, 0444);
MODULE_PARM_DESC(benchmark, "measure the engines after the tests (default: no)");

/* 6.1 runs the suites before it hands out the parameters: look for it then. */
static bool is_wanted(void)
{
	return benchmark || strstr(THIS_MODULE->args, "benchmark=1");
}

struct measurement {
	const struct mac_fixture *f;
	const u8 *msg;
	size_t len;
	u64 mb_per_s;
};

static bool measure(void *data)
{
	struct measurement *m = data;
	const struct mac_fixture *f = m->f;
	u64 start = ktime_get_ns();
	u64 bytes = 0;
	u64 ns;

	do {
		for (int i = 0; i < BATCH; i++) {
			if (!mac_try_compute(f->mac, f->key, f->ctx, m->msg,
					     m->len, f->tag))
				return false;
		}
		bytes += BATCH * m->len;
		ns = ktime_get_ns() - start;
	} while (ns < MIN_NS);
	m->mb_per_s = div64_u64(bytes * NSEC_PER_USEC, ns);
	return true;
}

static int compare_u64(const void *a, const void *b)
{
	u64 x = *(const u64 *)a;
	u64 y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

static void print_result(struct kunit *test, const struct measurement *m,
			 enum test_context where, unsigned int i,
			 u64 speeds[MAX_ENGINES][NUM_ROUNDS])
{
	const struct smbsign_engine *engine = smbsign_engine_supported(i);
	u64 speed = speeds[i][NUM_ROUNDS / 2];
	u64 generic = speeds[0][NUM_ROUNDS / 2];
	u64 percent = div64_u64(100 * speed, generic ?: 1);
	char names[256];

	engine->describe(names, sizeof(names));
	kunit_info(test, "%-7s %5zu B  %-8s %6llu MB/s  %3llu.%02llu x  (%s)\n",
		   test_context_name(where), m->len, engine->name, speed,
		   percent / 100, percent % 100, names);
}

static void measure_engines(struct kunit *test, struct measurement *m,
			    enum test_context where)
{
	u64 speeds[MAX_ENGINES][NUM_ROUNDS];
	unsigned int num = min_t(unsigned int, num_engines(), MAX_ENGINES);

	for (int round = 0; round < NUM_ROUNDS; round++) {
		for (unsigned int i = 0; i < num; i++) {
			select_engine(test, smbsign_engine_supported(i));
			run_in_context(test, where, measure, m);
			speeds[i][round] = m->mb_per_s;
		}
	}
	for (unsigned int i = 0; i < num; i++)
		sort(speeds[i], NUM_ROUNDS, sizeof(u64), compare_u64, NULL);
	for (unsigned int i = 0; i < num; i++)
		print_result(test, m, where, i, speeds);
}

void benchmark_engines(struct kunit *test)
{
	static const size_t lens[] = { 128, SZ_4K, SZ_64K };
	struct measurement m = { .f = test->priv };
	u8 *msg = kunit_guarded_buf(test, SZ_64K);

	if (!is_wanted())
		kunit_skip(test, "smbsign_kunit.benchmark=1 runs it");
	rand_bytes(msg, SZ_64K);
	m.msg = msg;
	for (int i = 0; i < ARRAY_SIZE(lens); i++) {
		m.len = lens[i];
		measure_engines(test, &m, IN_PROCESS);
		measure_engines(test, &m, IN_SOFTIRQ);
	}
}
