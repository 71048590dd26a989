// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages of a serial algorithm side by side, in the lanes of the engine.
 *
 * All lanes go on by as many blocks as the one with the shortest run has.  A lane
 * that has come to the end of its run gets the next one, or another message.
 * When there are no more messages, those left close up, and the last one goes on
 * alone.
 *
 * Lanes are found by CPU, but they are not bound to it: whoever takes them may
 * be preempted and migrate, and who finds them taken goes without.  Their FPU
 * sections last as long as the engine computes, and no longer.
 */
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/percpu.h>
#include <linux/string.h>

#include "lanes.h"

static struct lanes __percpu *all_lanes;

/* Put the next message into place @i.  False if there is none. */
static bool lanes_fill(struct lanes *lanes, unsigned int i)
{
	while (lanes->num_reqs) {
		struct smbsign_req *req = *lanes->reqs++;
		int err;

		lanes->num_reqs--;
		if (req->key->alg != lanes->alg)
			continue;
		err = smbsign_lane_begin(lanes, i, req);
		if (!err)
			return true;
		req->result = err;
	}
	return false;
}

/* The lane in place @i has come to the end of its run. */
static void lanes_go_on(struct lanes *lanes, unsigned int i)
{
	int err = smbsign_lane_go_on(lanes, i);

	if (err == -EINPROGRESS)
		return;
	lanes->slot[i]->req->result = err;
	if (lanes_fill(lanes, i))
		return;
	lanes->num--;
	if (i != lanes->num)
		smbsign_lane_move(lanes, i, lanes->num);
}

/* One step: as far as the shortest run */
static void lanes_step(struct lanes *lanes)
{
	size_t num_blocks = SIZE_MAX;

	for (unsigned int i = 0; i < lanes->num; i++)
		num_blocks = min(num_blocks, lanes->slot[i]->num_blocks);
	smbsign_lane_compute(lanes, num_blocks);

	/* Backwards: the last lane may move to the place of one that ends. */
	for (unsigned int i = lanes->num; i--;) {
		struct lane *lane = lanes->slot[i];

		lane->num_blocks -= num_blocks;
		if (!lane->num_blocks)
			lanes_go_on(lanes, i);
	}
}

/* Lanes of this CPU, or NULL if somebody has them. */
static struct lanes *lanes_take(void)
{
	struct lanes *lanes;

	if (!all_lanes)
		return NULL;
	lanes = raw_cpu_ptr(all_lanes);
	return test_and_set_bit_lock(0, &lanes->taken) ? NULL : lanes;
}

/* With all that tells of keys wiped */
static void lanes_give_back(struct lanes *lanes)
{
	if (lanes_are_cmac(lanes)) {
		memzero_explicit(&lanes->cbcmac, sizeof(lanes->cbcmac));
		memset(lanes->key, 0, sizeof(lanes->key));
	} else {
		memzero_explicit(&lanes->sha256, sizeof(lanes->sha256));
	}
	clear_bit_unlock(0, &lanes->taken);
}

static bool engine_has_lanes(const struct smbsign_engine *engine,
			     enum smbsign_alg alg)
{
	return alg == SMBSIGN_AES_CMAC ? !!engine->cbcmac_lanes :
					 !!engine->sha256_lanes;
}

/* Leaves the section paused. */
static bool begin_section(struct smbsign_section *section, enum smbsign_alg alg)
{
	const struct smbsign_engine *engine = smbsign_engine_current();

	/* Where pages are mapped, it is those of one message at a time. */
	if (SMBSIGN_MAPS_PAGES || !engine_has_lanes(engine, alg) ||
	    !smbsign_section_try(section, engine))
		return false;
	smbsign_section_pause(section);
	return true;
}

/**
 * smbsign_lanes_run() - do the requests of one algorithm side by side
 * @alg: AES-CMAC or HMAC-SHA256
 * @reqs: requests of any algorithm; of those of @alg the results are set
 * @num: how many
 *
 * Context: Any context.
 * Return: true if that is done; false if it cannot be done here and now, and
 * nothing is.
 */
bool smbsign_lanes_run(enum smbsign_alg alg, struct smbsign_req *const *reqs,
		       unsigned int num)
{
	struct smbsign_section section;
	struct lanes *lanes;

	if (!begin_section(&section, alg))
		return false;
	lanes = lanes_take();
	if (!lanes)
		return false;
	lanes->section = section;
	lanes->alg = alg;
	lanes->reqs = reqs;
	lanes->num_reqs = num;
	for (lanes->num = 0; lanes->num < SMBSIGN_MAX_LANES; lanes->num++) {
		if (!lanes_fill(lanes, lanes->num))
			break;
	}
	while (lanes->num)
		lanes_step(lanes);
	lanes_give_back(lanes);
	return true;
}

/* Only where there is an engine that can use them. */
int __init smbsign_lanes_startup(void)
{
	const struct smbsign_engine *engine;
	bool useful = false;
	int cpu;

	for (unsigned int i = 0; (engine = smbsign_engine_supported(i)); i++)
		useful |= engine->cbcmac_lanes || engine->sha256_lanes;
	if (SMBSIGN_MAPS_PAGES || !useful)
		return 0;
	all_lanes = alloc_percpu(struct lanes);
	if (!all_lanes)
		return -ENOMEM;
	for_each_possible_cpu(cpu) {
		struct lanes *lanes = per_cpu_ptr(all_lanes, cpu);

		for (unsigned int i = 0; i < SMBSIGN_MAX_LANES; i++)
			lanes->slot[i] = &lanes->lane[i];
	}
	return 0;
}

/* Also called on the way out of a failed load, so not __exit. */
void smbsign_lanes_shutdown(void)
{
	free_percpu(all_lanes);
}
