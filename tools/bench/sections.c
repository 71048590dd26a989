// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long the FPU is held at most: each engine that holds it computes as many
 * blocks as one section may have.
 */
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/slab.h>

#include "internal.h"
#undef pr_fmt
#define pr_fmt(fmt) "smbsign_bench: " fmt
#include "bench.h"

#if IS_ENABLED(CONFIG_KUNIT)

static struct {
	struct smbsign_gmac_key gmac;
	struct smbsign_cbcmac_lanes cbcmac;
	struct smbsign_sha256_lanes sha256;
	u8 block[SHA256_DIGEST_SIZE];
} *work;

static const u8 *data(void)
{
	return bench_pdus[0]->body;
}

static void do_ghash(const struct smbsign_engine *engine)
{
	engine->ghash(&work->gmac.ghash, work->block, data(),
		      SMBSIGN_SECTION_BUDGET / SMBSIGN_GHASH_BLOCK_COST);
}

static void do_cbcmac(const struct smbsign_engine *engine)
{
	engine->cbcmac(&work->gmac.aes, work->block, data(),
		       SMBSIGN_SECTION_BUDGET / SMBSIGN_CBCMAC_BLOCK_COST);
}

static void do_sha256(const struct smbsign_engine *engine)
{
	engine->sha256((u32 *)work->block, data(),
		       SMBSIGN_SECTION_BUDGET / SMBSIGN_SHA256_BLOCK_COST);
}

static void do_cbcmac_lanes(const struct smbsign_engine *engine)
{
	for (int i = 0; i < SMBSIGN_MAX_LANES; i++)
		work->cbcmac.data[i] = data() + i * PAGE_SIZE;
	engine->cbcmac_lanes(&work->cbcmac, SMBSIGN_MAX_LANES,
			     SMBSIGN_SECTION_BUDGET /
			     (SMBSIGN_MAX_LANES * SMBSIGN_CBCMAC_LANE_COST));
}

static void do_sha256_lanes(const struct smbsign_engine *engine)
{
	for (int i = 0; i < SMBSIGN_MAX_LANES; i++)
		work->sha256.data[i] = data() + i * PAGE_SIZE;
	engine->sha256_lanes(&work->sha256, SMBSIGN_MAX_LANES,
			     SMBSIGN_SECTION_BUDGET /
			     (SMBSIGN_MAX_LANES * SMBSIGN_SHA256_LANE_COST));
}

static const struct {
	const char *name;
	void (*run)(const struct smbsign_engine *engine);
} primitives[] = {
	{ "ghash", do_ghash },
	{ "cbcmac", do_cbcmac },
	{ "sha256", do_sha256 },
	{ "cbcmac-lanes", do_cbcmac_lanes },
	{ "sha256-lanes", do_sha256_lanes },
};

static void measure(const struct smbsign_engine *engine, int i)
{
	struct smbsign_section section;
	u64 start, cycles = U64_MAX;

	/* The least of some, without interrupts and what was asleep. */
	for (int j = 0; j < 20; j++) {
		start = cycles_now();
		if (!smbsign_section_try(&section, engine))
			return;
		primitives[i].run(engine);
		smbsign_section_end(&section);
		cycles = min(cycles, cycles_now() - start);
	}
	pr_info("section %s %s %llu\n", engine->name, primitives[i].name,
		cycles);
}

int sections_measure(void)
{
	const struct smbsign_engine *engine;

	work = kzalloc(sizeof(*work), GFP_KERNEL);
	if (!work)
		return -ENOMEM;
	for (unsigned int i = 0; (engine = smbsign_engine_supported(i)); i++) {
		if (!engine->holds_fpu)
			continue;
		for (int j = 0; j < ARRAY_SIZE(primitives); j++)
			measure(engine, j);
	}
	kfree(work);
	return 0;
}

#else

int sections_measure(void)
{
	return 0;
}

#endif
