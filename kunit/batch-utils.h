/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Requests of a batch, and what should become of each.
 */
#ifndef _SMBSIGN_KUNIT_BATCH_UTILS_H
#define _SMBSIGN_KUNIT_BATCH_UTILS_H

#include "msg-utils.h"

#define MAX_REQS	40

/**
 * struct batch - messages, and a request for each
 * @samples: the messages
 * @reqs: the requests
 * @ptrs: what smbsign_batch() takes
 * @expected: the results
 * @num: how many
 */
struct batch {
	struct sample samples[MAX_REQS];
	struct smbsign_req reqs[MAX_REQS];
	struct smbsign_req *ptrs[MAX_REQS];
	int expected[MAX_REQS];
	unsigned int num;
};

/* With no messages yet */
struct batch *kunit_batch(struct kunit *test, unsigned int num);

/*
 * Message @i: batch_add(): a random one of up to @max_len bytes, in any layout;
 * batch_lay(): what stands in the sample now.  Both ask for it to be signed.
 */
void batch_add(struct kunit *test, struct batch *b, unsigned int i,
	       enum smbsign_alg alg, size_t max_len);
void batch_lay(struct batch *b, unsigned int i,
	       const struct msg_layout *layout);

/* What is to be done with message @i */
void batch_ask(struct batch *b, unsigned int i, enum smbsign_op op);

/* Make request @i fail in one of NUM_WAYS_TO_SPOIL ways. */
#define NUM_WAYS_TO_SPOIL	5
void batch_spoil(struct batch *b, unsigned int i, unsigned int how);

/* In one call, and each request ends as it should. */
void batch_expect(struct kunit *test, struct batch *b);

/* The same where nothing can be said but whether it is so */
bool batch_is_right(struct batch *b);

#endif /* _SMBSIGN_KUNIT_BATCH_UTILS_H */
