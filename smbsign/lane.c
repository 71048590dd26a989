// SPDX-License-Identifier: GPL-2.0-only
/*
 * One message in its lane, which is fed with runs of whole blocks.  Most of them
 * lie in the message itself; what does not fit is gathered in the lane's buffer:
 * the header without its signature, small pieces, edges between pieces, and the
 * padded end.
 */
#include <crypto/utils.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "lanes.h"

static unsigned int block_size(const struct lanes *lanes)
{
	return lanes_are_cmac(lanes) ? AES_BLOCK_SIZE : SHA256_BLOCK_SIZE;
}

/* What the engine has of a lane */

static void slot_set_data(struct lanes *lanes, unsigned int i, const u8 *data)
{
	if (lanes_are_cmac(lanes))
		lanes->cbcmac.data[i] = data;
	else
		lanes->sha256.data[i] = data;
}

static void slot_set_state(struct lanes *lanes, unsigned int i,
			   const struct smbsign_sha256_state *state)
{
	for (int j = 0; j < ARRAY_SIZE(state->h); j++)
		lanes->sha256.state[j][i] = state->h[j];
}

static void slot_get_state(const struct lanes *lanes, unsigned int i,
			   struct smbsign_sha256_state *state)
{
	for (int j = 0; j < ARRAY_SIZE(state->h); j++)
		state->h[j] = lanes->sha256.state[j][i];
}

/* The hash that a lane has come to */
static void slot_put_hash(const struct lanes *lanes, unsigned int i, u8 *out)
{
	for (int j = 0; j < ARRAY_SIZE(lanes->sha256.state); j++)
		put_unaligned_be32(lanes->sha256.state[j][i], out + 4 * j);
}

static void slot_set_round_keys(struct lanes *lanes, unsigned int i,
				const struct smbsign_key *key)
{
	const u32 *from = key->cmac.aes.ctx.key_enc;

	/* For each message of another key: half the instructions of a loop */
#pragma GCC unroll 11
	for (int j = 0; j < ARRAY_SIZE(lanes->cbcmac.round_keys); j++)
		memcpy(lanes->cbcmac.round_keys[j][i], from + 4 * j,
		       AES_BLOCK_SIZE);
	lanes->key[i] = key;
}

static void slot_begin(struct lanes *lanes, unsigned int i,
		       const struct smbsign_key *key)
{
	if (!lanes_are_cmac(lanes)) {
		slot_set_state(lanes, i, &key->hmac.inner);
		return;
	}
	memset(lanes->cbcmac.x[i], 0, AES_BLOCK_SIZE);
	/* The same as that of the message before? */
	if (lanes->key[i] != key)
		slot_set_round_keys(lanes, i, key);
}

/**
 * smbsign_lane_move() - close a gap among the lanes
 * @lanes: the lanes
 * @to: place of a lane that is free
 * @from: place of one that is not, which changes places with it
 *
 * Context: Any context.
 */
void smbsign_lane_move(struct lanes *lanes, unsigned int to, unsigned int from)
{
	swap(lanes->slot[to], lanes->slot[from]);
	if (lanes_are_cmac(lanes)) {
		slot_set_round_keys(lanes, to, lanes->key[from]);
		memcpy(lanes->cbcmac.x[to], lanes->cbcmac.x[from],
		       AES_BLOCK_SIZE);
		lanes->cbcmac.data[to] = lanes->cbcmac.data[from];
	} else {
		struct smbsign_sha256_state state;

		slot_get_state(lanes, from, &state);
		slot_set_state(lanes, to, &state);
		memzero_explicit(&state, sizeof(state));
		lanes->sha256.data[to] = lanes->sha256.data[from];
	}
}

/* Runs */

static void run_in_buf(struct lanes *lanes, unsigned int i, enum lane_run run,
		       const u8 *buf, size_t num_blocks)
{
	struct lane *lane = lanes->slot[i];

	lane->run = run;
	lane->num_blocks = num_blocks;
	slot_set_data(lanes, i, buf);
}

static void run_gathered(struct lanes *lanes, unsigned int i)
{
	struct lane *lane = lanes->slot[i];

	run_in_buf(lanes, i, LANE_BODY, lane->buf,
		   lane->fill / block_size(lanes));
	lane->fill = 0;
}

static void run_in_place(struct lanes *lanes, unsigned int i, size_t num_blocks)
{
	size_t len = num_blocks * block_size(lanes);
	struct lane *lane = lanes->slot[i];

	lane->run = LANE_BODY;
	lane->num_blocks = num_blocks;
	slot_set_data(lanes, i, lane->piece);
	lane->piece += len;
	lane->piece_len -= len;
}

/* The end of the message is in the buffer. */
static void run_tail(struct lanes *lanes, unsigned int i)
{
	struct lane *lane = lanes->slot[i];
	size_t num_blocks;

	if (lanes_are_cmac(lanes)) {
		/* There is always something: see lane_gather(). */
		size_t last = round_down(lane->fill - 1, AES_BLOCK_SIZE);

		smbsign_cmac_pad(&lane->job.key->cmac, lane->buf + last,
				 lane->fill - last);
		lane->fill = last;
		num_blocks = last / AES_BLOCK_SIZE + 1;
	} else {
		u64 len = SHA256_BLOCK_SIZE + lane->job.pdu.len;

		num_blocks = smbsign_sha256_pad(lane->buf, lane->fill, len);
	}
	run_in_buf(lanes, i, LANE_TAIL, lane->buf, num_blocks);
}

/* The inner hash is done. */
static void run_outer(struct lanes *lanes, unsigned int i)
{
	struct lane *lane = lanes->slot[i];

	slot_put_hash(lanes, i, lane->outer);
	slot_set_state(lanes, i, &lane->job.key->hmac.outer);
	run_in_buf(lanes, i, LANE_OUTER, lane->outer,
		   smbsign_sha256_pad(lane->outer, SHA256_DIGEST_SIZE,
				      SHA256_BLOCK_SIZE + SHA256_DIGEST_SIZE));
}

/*
 * How much of the piece goes into the buffer: all of one that is not long, of a
 * long one what completes a block.  0 if the run that is to come does without:
 * @whole bytes of the piece can be read where they lie.
 */
static size_t lane_gather(const struct lane *lane, unsigned int block_size,
			  size_t whole)
{
	if (whole < LANE_LONG_PIECE)
		return min(lane->piece_len, LANE_GATHER - lane->fill);
	return -lane->fill % block_size;
}

static bool lane_has_piece(struct lane *lane)
{
	return lane->piece_len ||
	       smbsign_cursor_next(&lane->cursor, &lane->piece,
				   &lane->piece_len);
}

/* The last block of CMAC is masked, so it is never read where it lies. */
static size_t lane_whole(const struct lanes *lanes, const struct lane *lane)
{
	return lane->piece_len - (lanes_are_cmac(lanes) && !lane->cursor.left);
}

static int next_run(struct lanes *lanes, unsigned int i)
{
	struct lane *lane = lanes->slot[i];
	int err;

	while (lane_has_piece(lane)) {
		size_t whole = lane_whole(lanes, lane);
		size_t n = lane_gather(lane, block_size(lanes), whole);

		if (!n && lane->fill) {
			run_gathered(lanes, i);
			return 0;
		}
		if (!n) {
			run_in_place(lanes, i, whole / block_size(lanes));
			return 0;
		}
		/* Of known bounds it would be a "rep movs", slow for so little. */
		OPTIMIZER_HIDE_VAR(n);
		memcpy(lane->buf + lane->fill, lane->piece, n);
		lane->fill += n;
		lane->piece += n;
		lane->piece_len -= n;
	}
	err = smbsign_cursor_end(&lane->cursor);
	if (!err)
		run_tail(lanes, i);
	return err;
}

/* Messages */

/* One that fits into the buffer is a single run. */
static int run_small(struct lanes *lanes, unsigned int i)
{
	struct lane *lane = lanes->slot[i];
	int err;

	lane->fill = lane->job.pdu.len;
	err = smbsign_data_gather(lane->job.msg, SMBSIGN_SMB2_HDR_SIZE,
				  lane->buf + SMBSIGN_SMB2_HDR_SIZE,
				  lane->fill - SMBSIGN_SMB2_HDR_SIZE);
	if (!err)
		run_tail(lanes, i);
	return err;
}

static int run_first(struct lanes *lanes, unsigned int i)
{
	struct lane *lane = lanes->slot[i];

	memcpy(lane->buf, lane->hdr, sizeof(lane->hdr));
	lane->fill = sizeof(lane->hdr);
	lane->piece_len = 0;
	smbsign_cursor_init(&lane->cursor, lane->job.msg, lane->fill,
			    lane->job.pdu.len - lane->fill);
	return next_run(lanes, i);
}

/**
 * smbsign_lane_begin() - put a message into a lane
 * @lanes: the lanes
 * @i: place of a lane that is free
 * @req: the request
 *
 * Context: Any context.
 * Return: 0, or the result of the request: it needs no lane.
 */
int smbsign_lane_begin(struct lanes *lanes, unsigned int i,
		       struct smbsign_req *req)
{
	struct lane *lane = lanes->slot[i];
	bool is_small = req->msg.len <= LANE_GATHER;
	struct smbsign_job *job = &lane->job;
	int err;

	lane->req = req;
	job->op = req->op;
	job->key = req->key;
	job->msg = &req->msg;
	err = smbsign_job_begin(job, is_small ? lane->buf : lane->hdr);
	if (err)
		return err;
	slot_begin(lanes, i, job->key);
	err = is_small ? run_small(lanes, i) : run_first(lanes, i);
	return err ? smbsign_job_end(job, err, NULL) : 0;
}

static int lane_end(struct lanes *lanes, unsigned int i)
{
	struct lane *lane = lanes->slot[i];
	int err;

	if (lanes_are_cmac(lanes)) {
		err = smbsign_job_end(&lane->job, 0, lanes->cbcmac.x[i]);
		memzero_explicit(lane->buf + lane->fill, AES_BLOCK_SIZE);
		return err;
	}
	slot_put_hash(lanes, i, lane->outer);
	err = smbsign_job_end(&lane->job, 0, lane->outer);
	memzero_explicit(lane->outer, SHA256_DIGEST_SIZE);
	return err;
}

/**
 * smbsign_lane_go_on() - a lane has come to the end of its run
 * @lanes: the lanes
 * @i: its place
 *
 * Context: Any context.
 * Return: -EINPROGRESS if there is a new run, otherwise the result of the
 * request: the lane is free.
 */
int smbsign_lane_go_on(struct lanes *lanes, unsigned int i)
{
	struct lane *lane = lanes->slot[i];
	int err;

	if (lane->run == LANE_BODY) {
		err = next_run(lanes, i);
		return err ? smbsign_job_end(&lane->job, err, NULL) :
			     -EINPROGRESS;
	}
	if (lane->run == LANE_TAIL && !lanes_are_cmac(lanes)) {
		run_outer(lanes, i);
		return -EINPROGRESS;
	}
	return lane_end(lanes, i);
}

/* A message by itself is faster than one in a lane. */
static void compute_one(struct lanes *lanes, size_t num_blocks)
{
	struct smbsign_sha256_state state;

	if (lanes_are_cmac(lanes)) {
		smbsign_cbcmac(&lanes->section, &lanes->key[0]->cmac.aes,
			       lanes->cbcmac.x[0], lanes->cbcmac.data[0],
			       num_blocks);
		return;
	}
	slot_get_state(lanes, 0, &state);
	smbsign_sha256(&lanes->section, state.h, lanes->sha256.data[0],
		       num_blocks);
	slot_set_state(lanes, 0, &state);
	memzero_explicit(&state, sizeof(state));
}

/**
 * smbsign_lane_compute() - let all lanes go on
 * @lanes: the lanes
 * @num_blocks: how far, no run being shorter
 *
 * Context: Any context.
 */
void smbsign_lane_compute(struct lanes *lanes, size_t num_blocks)
{
	smbsign_section_resume(&lanes->section);
	if (lanes->num == 1)
		compute_one(lanes, num_blocks);
	else if (lanes_are_cmac(lanes))
		smbsign_cbcmac_lanes(&lanes->section, &lanes->cbcmac,
				     lanes->num, num_blocks);
	else
		smbsign_sha256_lanes(&lanes->section, &lanes->sha256,
				     lanes->num, num_blocks);
	smbsign_section_pause(&lanes->section);
}
