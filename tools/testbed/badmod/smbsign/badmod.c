// SPDX-License-Identifier: GPL-2.0-only
/*
 * A module that does what its parameter "how" says: one of the misdeeds below,
 * or nothing.
 */
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/types.h>
#include <asm/fpu/api.h>

static char *how = "";
module_param(how, charp, 0444);
MODULE_PARM_DESC(how, "warn, hang, panic, leak, overrun, lock, sleep, fpu or refuse");

static void warn(void)
{
	WARN(1, "badmod warns\n");
}

static void hang(void)
{
	for (;;)
		cpu_relax();
}

static void die(void)
{
	panic("badmod panics\n");
}

/* Blocks that nothing points to: kmemleak's.  A stale pointer may hide one. */
static void leak(void)
{
	char *block;
	int i;

	for (i = 0; i < 8; i++) {
		block = kmalloc(4096, GFP_KERNEL);
		if (block)
			memset(block, 'x', 4096);
		OPTIMIZER_HIDE_VAR(block);
	}
}

/* One byte after a block: KASAN's. */
static void overrun(void)
{
	char *block = kmalloc(100, GFP_KERNEL);
	size_t after = 100;

	if (!block)
		return;
	OPTIMIZER_HIDE_VAR(after);
	WRITE_ONCE(block[after], 'x');
	kfree(block);
}

/* Two locks in either order: lockdep's. */
static void lock(void)
{
	static DEFINE_SPINLOCK(a);
	static DEFINE_SPINLOCK(b);

	spin_lock(&a);
	spin_lock(&b);
	spin_unlock(&b);
	spin_unlock(&a);
	spin_lock(&b);
	spin_lock(&a);
	spin_unlock(&a);
	spin_unlock(&b);
}

/* Sleeping with a spinlock held: DEBUG_ATOMIC_SLEEP's. */
static void sleep_locked(void)
{
	static DEFINE_SPINLOCK(a);

	spin_lock(&a);
	might_sleep();
	spin_unlock(&a);
}

/* The FPU taken twice: X86_DEBUG_FPU's. */
static void take_fpu_twice(void)
{
	kernel_fpu_begin();
	kernel_fpu_begin();
	kernel_fpu_end();
	kernel_fpu_end();
}

static const struct {
	const char *name;
	void (*commit)(void);
} misdeeds[] = {
	{ "warn", warn },
	{ "hang", hang },
	{ "panic", die },
	{ "leak", leak },
	{ "overrun", overrun },
	{ "lock", lock },
	{ "sleep", sleep_locked },
	{ "fpu", take_fpu_twice },
};

static int __init badmod_init(void)
{
	size_t i;

	if (!strcmp(how, "refuse"))
		return -ENOTRECOVERABLE;
	for (i = 0; i < ARRAY_SIZE(misdeeds); i++)
		if (!strcmp(how, misdeeds[i].name))
			misdeeds[i].commit();
	return 0;
}

static void __exit badmod_exit(void)
{
}

module_init(badmod_init);
module_exit(badmod_exit);

MODULE_DESCRIPTION("Misbehaves on demand, to test the runners");
MODULE_AUTHOR("The smbsign authors");
MODULE_LICENSE("GPL");
