/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How fast is this core just now, and is it ours alone?
 *
 * A chain of multiplications takes three cycles for each on any x86 since 2008,
 * whatever the frequency is, so it tells what a cycle of the core is in those of
 * the clock.  It does not mind what runs on the other thread of the core, of another
 * guest perhaps; but a flood of instructions that do nothing then takes up to twice
 * its time, as all does that is bound by throughput.
 *
 * Samples are taken while the flood is as quick as it gets, if such a time comes, and
 * what it took is told with them.  The kernel's part of the benchmark and that in user
 * space include this.
 */
#ifndef _SMBSIGN_QUIET_H
#define _SMBSIGN_QUIET_H

/**
 * struct quiet_probe - what a chain and a flood told
 * @chain: cycles of the clock that QUIET_CHAIN cycles of the core take
 * @flood: permille of @chain that the flood took
 */
struct quiet_probe {
	unsigned long long chain;
	unsigned int flood;
};

#define QUIET_CHAIN	(3 * 2048)

#ifdef __x86_64__

#define QUIET_LEARN	5000		/* probes */
#define QUIET_RARE	10		/* so many of them may be wrong */
#define QUIET_PATIENCE	100000000ULL	/* cycles */

/* The least that the flood can take */
static unsigned int quiet_least;

static inline unsigned long long quiet_now(void)
{
	unsigned int low, high;

	asm volatile("lfence; rdtsc; lfence" : "=a" (low), "=d" (high)
		     : : "memory");
	return (unsigned long long)high << 32 | low;
}

static inline unsigned long long quiet_chain(void)
{
	unsigned long long start = quiet_now();
	unsigned long x = 3;

	for (int i = 0; i < QUIET_CHAIN / 3 / 4; i++)
		asm volatile("imul %0, %0; imul %0, %0\n\t"
			     "imul %0, %0; imul %0, %0" : "+r" (x));
	return quiet_now() - start;
}

static inline unsigned long long quiet_flood(void)
{
	unsigned long long start = quiet_now();

	for (int i = 0; i < 64; i++)	/* 64 times nopl 0(%rax) */
		asm volatile(".rept 64; .byte 0x0f, 0x1f, 0x40, 0; .endr");
	return quiet_now() - start;
}

/* One of the chains may be interrupted. */
static inline struct quiet_probe quiet_probe(void)
{
	unsigned long long before = quiet_chain();
	unsigned long long flood = quiet_flood();
	unsigned long long after = quiet_chain();
	struct quiet_probe probe;

	probe.chain = before < after ? before : after;
	probe.flood = flood * 1000 / probe.chain;
	return probe;
}

/* Where all three were interrupted the flood seems to take less than it can. */
static inline void quiet_learn(void)
{
	static unsigned short seen[1000];
	unsigned int sum = 0;

	for (int i = 0; i < QUIET_LEARN; i++) {
		unsigned int flood = quiet_probe().flood;

		if (flood < 1000)
			seen[flood]++;
	}
	for (quiet_least = 0; quiet_least < 999; quiet_least++) {
		sum += seen[quiet_least];
		if (sum > QUIET_RARE)
			break;
	}
}

static inline int quiet_is(const struct quiet_probe *probe)
{
	return probe->flood <= quiet_least + quiet_least / 20;
}

/* Until when to try for a sample; then one is taken as it comes. */
static inline unsigned long long quiet_deadline(void)
{
	return quiet_now() + QUIET_PATIENCE;
}

/* Wait for it.  False if the time is over. */
static inline int quiet_wait(unsigned long long deadline)
{
	while (quiet_now() < deadline) {
		struct quiet_probe probe = quiet_probe();

		if (quiet_is(&probe))
			return 1;
	}
	return 0;
}

#else

static inline unsigned long long quiet_now(void)
{
	return 0;
}

static inline struct quiet_probe quiet_probe(void)
{
	struct quiet_probe probe = { QUIET_CHAIN, 0 };

	return probe;
}

static inline void quiet_learn(void)
{
}

static inline int quiet_is(const struct quiet_probe *probe)
{
	return 1;
}

static inline unsigned long long quiet_deadline(void)
{
	return 0;
}

static inline int quiet_wait(unsigned long long deadline)
{
	return 1;
}

#endif

#endif /* _SMBSIGN_QUIET_H */
