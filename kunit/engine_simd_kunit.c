// SPDX-License-Identifier: GPL-2.0-only
/*
 * Engines that need SIMD registers: the kernel engine really runs in process
 * and in softirq context, declines where the registers are not to be had, and
 * then the dispatch has the same result all the same, also while another engine
 * is put in force.
 *
 * User Mode Linux says of every context that SIMD can be used; only the crypto
 * manager's switch for tests makes it say otherwise.
 */
#include <linux/types.h>	/* <asm/simd.h> needs it and does not include it. */
#include <asm/simd.h>
#include <crypto/internal/simd.h>
#include <kunit/test.h>
#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/string.h>
#if IS_ENABLED(CONFIG_X86) && !IS_ENABLED(CONFIG_UML)
#include <asm/fpu/api.h>
#endif

#include "engine-utils.h"
#include "pdu-utils.h"
#include "test-utils.h"

#define CONTEXT_TRIES	10
#define MIN_FAR_CALLS	50
#define MIN_SWITCHES	20

/* Ends the test as skipped if there is none. */
static const struct smbsign_engine *kernel_engine(struct kunit *test)
{
	const struct smbsign_engine *e;

	for (unsigned int i = 0; (e = smbsign_engine_supported(i)); i++) {
		if (!strcmp(e->name, "kernel"))
			return e;
	}
	kunit_skip(test, "this kernel has no accelerated drivers");
	return NULL;
}

/* What one context works on, and what is to come of it */
struct op_job {
	struct op_input *in;
	u8 expected[NUM_OPS][MAX_OP_OUTPUT];
};

struct op_run {
	const struct smbsign_engine *engine;
	struct op_job jobs[NUM_TEST_CONTEXTS];
	unsigned int num_done;
};

static struct op_run *new_run(struct kunit *test)
{
	struct op_run *run = kunit_kzalloc(test, sizeof(*run), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, run);
	for (int i = 0; i < NUM_TEST_CONTEXTS; i++) {
		struct op_job *job = &run->jobs[i];

		job->in = kunit_op_input(test);
		randomise_op_input(job->in, 100);
		for (enum engine_op op = 0; op < NUM_OPS; op++)
			run_op(smbsign_engine_supported(0), op, job->in,
			       job->expected[op]);
	}
	return run;
}

/*
 * For the kernel engine: its drivers have keys of their own, so that only they
 * can come to what is expected.
 */
static struct op_run *new_driver_run(struct kunit *test)
{
	const struct smbsign_engine *engine = kernel_engine(test);
	struct op_run *run = new_run(test);

	run->engine = engine;
	for (int i = 0; i < NUM_TEST_CONTEXTS; i++) {
		struct op_job *job = &run->jobs[i];
		struct op_input *other = kunit_split_keys(test, job->in);

		for (enum engine_op op = 0; op < NUM_OPS; op++)
			run_op(smbsign_engine_supported(0), op, other,
			       job->expected[op]);
	}
	return run;
}

/* Done where it can be, and only there. */
static bool runs_where_usable(void *data)
{
	struct op_run *run = data;
	struct op_job *job = &run->jobs[this_context()];
	bool is_usable = crypto_simd_usable();
	u8 out[MAX_OP_OUTPUT];

	for (enum engine_op op = 0; op < NUM_OPS; op++) {
		bool can = is_usable && engine_can(run->engine, op, job->in);

		if (run_op(run->engine, op, job->in, out) != can)
			return false;
		if (!can)
			continue;
		if (memcmp(out, job->expected[op], sizeof(out)))
			return false;
		run->num_done++;
	}
	return true;
}

/*
 * A softirq that came on top of somebody's use of the FPU has to decline; that
 * it does so every time is out of the question.
 */
static void test_engine_kernel_runs(struct kunit *test)
{
	static const enum test_context contexts[] = { IN_PROCESS, IN_SOFTIRQ };

	for (int i = 0; i < ARRAY_SIZE(contexts); i++) {
		struct op_run *run = new_driver_run(test);
		unsigned int num_ops = 0;

		for (enum engine_op op = 0; op < NUM_OPS; op++)
			num_ops += engine_can(run->engine, op, run->jobs[0].in);
		KUNIT_EXPECT_GT(test, num_ops, 0);
		for (int n = 0; n < CONTEXT_TRIES && run->num_done < num_ops; n++)
			run_in_context(test, contexts[i], runs_where_usable,
				       run);
		KUNIT_EXPECT_GE_MSG(test, run->num_done, num_ops, "%s",
				    test_context_name(contexts[i]));
	}
}

/* Whatever a context allows, in process, softirq and hardirq at once */
static void test_engine_kernel_runs_where_usable(struct kunit *test)
{
	hammer_in_contexts(test, runs_where_usable, new_driver_run(test));
}

/* The dispatch goes where the choice says; SHA-256 has no key to show it by. */
static void test_engine_dispatch_follows_choice(struct kunit *test)
{
	struct op_run *run = new_driver_run(test);
	const struct op_input *in = run->jobs[0].in;
	const struct smbsign_engine *e;

	for (unsigned int i = 0; i < 2 * num_engines(); i++) {
		e = smbsign_engine_supported(i % num_engines());
		select_engine(test, e);
		for (enum engine_op op = 0; op < NUM_OPS; op++) {
			u8 out[MAX_OP_OUTPUT], expected[MAX_OP_OUTPUT];

			run_op(smbsign_engine_supported(0), op, in, expected);
			if (e == run->engine && engine_can(e, op, in))
				memcpy(expected, run->jobs[0].expected[op],
				       sizeof(expected));
			dispatch_op(op, in, out);
			KUNIT_EXPECT_MEMEQ_MSG(test, out, expected, sizeof(out),
					       "%s, %s", e->name, op_names[op]);
		}
	}
}

/* Ways to be where SIMD cannot be used */
struct no_simd {
	const char *name;
	void (*begin)(void);	/* NULL: not on this kernel */
	void (*end)(void);
};

#if IS_ENABLED(CONFIG_CRYPTO_MANAGER_EXTRA_TESTS)
static void disable_simd(void)
{
	preempt_disable();
	this_cpu_write(crypto_simd_disabled_for_test, true);
}

static void enable_simd(void)
{
	this_cpu_write(crypto_simd_disabled_for_test, false);
	preempt_enable();
}
#else
#define disable_simd	NULL
#define enable_simd	NULL
#endif

/* A second use inside of a first one: what a softirq may come upon */
#if IS_ENABLED(CONFIG_X86) && !IS_ENABLED(CONFIG_UML)
static void use_fpu(void)
{
	kernel_fpu_begin();
}

static void unuse_fpu(void)
{
	kernel_fpu_end();
}
#else
#define use_fpu		NULL
#define unuse_fpu	NULL
#endif

static const struct no_simd no_simd[] = {
	{ "disabled for test", disable_simd, enable_simd },
	{ "FPU in use", use_fpu, unuse_fpu },
};

KUNIT_ARRAY_PARAM_DESC(no_simd, no_simd, name);

static const struct no_simd *no_simd_param(struct kunit *test)
{
	const struct no_simd *no = test->param_value;

	if (!no->begin)
		kunit_skip(test, "this kernel cannot do that");
	return no;
}

static void test_engine_kernel_declines(struct kunit *test)
{
	const struct smbsign_engine *engine = kernel_engine(test);
	const struct no_simd *no = no_simd_param(test);
	const struct op_input *in = new_run(test)->jobs[0].in;

	for (enum engine_op op = 0; op < NUM_OPS; op++) {
		u8 out[MAX_OP_OUTPUT], untouched[MAX_OP_OUTPUT];
		bool is_done;

		skip_op(op, in, untouched);
		no->begin();
		is_done = run_op(engine, op, in, out);
		no->end();
		KUNIT_EXPECT_FALSE_MSG(test, is_done, "%s", op_names[op]);
		KUNIT_EXPECT_MEMEQ_MSG(test, out, untouched, sizeof(out), "%s",
				       op_names[op]);
	}
}

/* Every engine, not the kernel engine alone */
static void test_engine_dispatch_without_simd(struct kunit *test)
{
	const struct no_simd *no = no_simd_param(test);
	const struct smbsign_engine *engine;

	for (unsigned int i = 0; (engine = smbsign_engine_supported(i)); i++) {
		const struct op_job *job = &new_run(test)->jobs[0];
		u8 out[NUM_OPS][MAX_OP_OUTPUT];

		select_engine(test, engine);
		no->begin();
		for (enum engine_op op = 0; op < NUM_OPS; op++)
			dispatch_op(op, job->in, out[op]);
		no->end();
		KUNIT_EXPECT_MEMEQ_MSG(test, out, job->expected, sizeof(out),
				       "%s", engine->name);
	}
}

/* Keys are set where SIMD cannot be used, and serve where it can. */
static void test_engine_keys_without_simd(struct kunit *test)
{
	const struct no_simd *no = no_simd_param(test);
	u8 pdu[100], with[SMBSIGN_SIG_SIZE], without[SMBSIGN_SIG_SIZE];
	struct smbsign_key *key;

	random_pdu(SMBSIGN_AES_GMAC, pdu, sizeof(pdu));
	for (int alg = SMBSIGN_AES_CMAC; alg <= SMBSIGN_AES_GMAC; alg++) {
		int err;

		key = kunit_key(test, alg, "0123456789abcdef", 16);
		KUNIT_ASSERT_EQ(test, 0, sign_pdu(key, pdu, sizeof(pdu), with));
		key = kunit_random_key(test, alg);
		no->begin();
		err = smbsign_key_prepare(key, "0123456789abcdef", 16);
		no->end();
		KUNIT_EXPECT_EQ(test, 0, err);
		KUNIT_ASSERT_EQ(test, 0,
				sign_pdu(key, pdu, sizeof(pdu), without));
		KUNIT_EXPECT_MEMEQ_MSG(test, with, without, sizeof(with), "%s",
				       alg_name(alg));
	}
}

static bool dispatches_like_generic(void *data)
{
	const struct op_run *run = data;
	const struct op_job *job = &run->jobs[this_context()];
	u8 out[MAX_OP_OUTPUT];

	for (enum engine_op op = 0; op < NUM_OPS; op++) {
		dispatch_op(op, job->in, out);
		if (memcmp(out, job->expected[op], sizeof(out)))
			return false;
	}
	return true;
}

static void test_engine_dispatch_in_every_context(struct kunit *test)
{
	select_engine(test, test->param_value);
	hammer_in_contexts(test, dispatches_like_generic, new_run(test));
}

/* The process puts one engine after the other in force, interrupts use them. */
static bool switches_or_dispatches(void *data)
{
	static unsigned int i;

	if (in_task()) {
		const struct smbsign_engine *e = smbsign_engine_supported(i++);

		if (!e) {
			i = 0;
			e = smbsign_engine_supported(0);
		}
		if (smbsign_engine_select(e->name))
			return false;
	}
	return dispatches_like_generic(data);
}

static void test_engine_switch_under_interrupts(struct kunit *test)
{
	if (num_engines() < 2)
		kunit_skip(test, "there is no engine to switch to");
	hammer_in_contexts(test, switches_or_dispatches, new_run(test));
}

/* Another CPU goes on using engines while this one switches. */
struct far_user {
	const struct op_run *run;
	unsigned int num_calls;
	unsigned int num_failed;
};

static int use_engines(void *data)
{
	struct far_user *user = data;

	while (!kthread_should_stop()) {
		user->num_failed += !dispatches_like_generic((void *)user->run);
		WRITE_ONCE(user->num_calls, user->num_calls + 1);
		cond_resched();
	}
	return 0;
}

static void test_engine_switch_under_another_cpu(struct kunit *test)
{
	struct far_user user = {};
	unsigned int num = num_engines();
	struct task_struct *task;

	if (num < 2 || num_online_cpus() < 2)
		kunit_skip(test, "there is no other engine or CPU");
	user.run = new_run(test);
	task = kthread_create(use_engines, &user, "smbsign-test");
	KUNIT_ASSERT_FALSE(test, IS_ERR(task));
	migrate_disable();
	kthread_bind(task, cpumask_any_but(cpu_online_mask, smp_processor_id()));
	wake_up_process(task);
	for (unsigned int i = 0; i < MIN_SWITCHES ||
	     READ_ONCE(user.num_calls) < MIN_FAR_CALLS; i++) {
		smbsign_engine_select(smbsign_engine_supported(i % num)->name);
		cond_resched();
	}
	migrate_enable();
	kthread_stop(task);
	KUNIT_EXPECT_EQ(test, user.num_failed, 0);
}

static struct kunit_case engine_simd_test_cases[] = {
	KUNIT_CASE(test_engine_kernel_runs),
	KUNIT_CASE(test_engine_kernel_runs_where_usable),
	KUNIT_CASE(test_engine_dispatch_follows_choice),
	KUNIT_CASE_PARAM(test_engine_kernel_declines, no_simd_gen_params),
	KUNIT_CASE_PARAM(test_engine_dispatch_without_simd,
			 no_simd_gen_params),
	KUNIT_CASE_PARAM(test_engine_keys_without_simd, no_simd_gen_params),
	KUNIT_CASE_PARAM(test_engine_dispatch_in_every_context,
			 engine_gen_params),
	KUNIT_CASE(test_engine_switch_under_interrupts),
	KUNIT_CASE(test_engine_switch_under_another_cpu),
	{}
};

static struct kunit_suite engine_simd_test_suite = {
	.name = "smbsign_engine_simd",
	.init = init_test,
	.test_cases = engine_simd_test_cases,
};

kunit_test_suite(engine_simd_test_suite);
