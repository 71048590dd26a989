/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Between lanes.c and lane.c: the lanes of one caller, and what is in them.
 */
#ifndef _SMBSIGN_LANES_H
#define _SMBSIGN_LANES_H

#include "internal.h"

/*
 * Most bytes gathered for one run, a multiple of all block sizes.  A message of
 * up to as many is one run; a longer piece is read where it lies.
 */
#define LANE_GATHER	512
#define LANE_LONG_PIECE	(LANE_GATHER - SMBSIGN_SMB2_HDR_SIZE)

/**
 * enum lane_run - what the run of a lane is
 * @LANE_BODY: blocks of the message, with more to come
 * @LANE_TAIL: blocks of the message with its padded end
 * @LANE_OUTER: the outer hash of HMAC
 */
enum lane_run {
	LANE_BODY,
	LANE_TAIL,
	LANE_OUTER,
};

/**
 * struct lane - a message on its way through the engine
 * @req: the request
 * @job: its message
 * @hdr: the header of one that does not fit into @buf
 * @cursor: the pieces of the message still to come
 * @piece: what is left of the one before
 * @piece_len: bytes of that
 * @run: what the run is
 * @num_blocks: blocks left of it
 * @fill: bytes gathered in @buf
 * @buf: room for those, and for a block of padding
 * @outer: the block of HMAC's outer hash, and then the MAC
 */
struct lane {
	struct smbsign_req *req;
	struct smbsign_job job;
	u8 hdr[SMBSIGN_SMB2_HDR_SIZE];
	struct smbsign_cursor cursor;
	u8 *piece;
	size_t piece_len;
	enum lane_run run;
	size_t num_blocks;
	size_t fill;
	u8 buf[LANE_GATHER + SHA256_BLOCK_SIZE];
	u8 outer[SHA256_DIGEST_SIZE + SHA256_BLOCK_SIZE];
};

/**
 * struct lanes - all lanes that one caller has
 * @taken: bit 0: there is such a caller
 * @alg: the algorithm
 * @reqs: requests still to come, also those of other algorithms
 * @num_reqs: how many
 * @num: lanes in use
 * @section: the engine
 * @cbcmac: for AES-CMAC: the engine's part of the lanes
 * @sha256: for HMAC-SHA256: likewise
 * @key: AES-CMAC: whose round keys @cbcmac has
 * @slot: the lane in each place of the engine's
 * @lane: the lanes
 */
struct lanes {
	unsigned long taken;
	enum smbsign_alg alg;
	struct smbsign_req *const *reqs;
	unsigned int num_reqs;
	unsigned int num;
	struct smbsign_section section;
	union {
		struct smbsign_cbcmac_lanes cbcmac;
		struct smbsign_sha256_lanes sha256;
	};
	const struct smbsign_key *key[SMBSIGN_MAX_LANES];
	struct lane *slot[SMBSIGN_MAX_LANES];
	struct lane lane[SMBSIGN_MAX_LANES];
};

/* lane.c: one message in its lane */

static inline bool lanes_are_cmac(const struct lanes *lanes)
{
	return lanes->alg == SMBSIGN_AES_CMAC;
}

int smbsign_lane_begin(struct lanes *lanes, unsigned int i,
		       struct smbsign_req *req);
int smbsign_lane_go_on(struct lanes *lanes, unsigned int i);
void smbsign_lane_move(struct lanes *lanes, unsigned int to, unsigned int from);
void smbsign_lane_compute(struct lanes *lanes, size_t num_blocks);

#endif /* _SMBSIGN_LANES_H */
