// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests of a batch, see batch-utils.h.
 */
#include <linux/bug.h>
#include <linux/errno.h>

#include "batch-utils.h"

struct batch *kunit_batch(struct kunit *test, unsigned int num)
{
	struct batch *b = kunit_kzalloc(test, sizeof(*b), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, b);
	KUNIT_ASSERT_LE(test, num, MAX_REQS);
	b->num = num;
	return b;
}

/* It is for the queue; the batch leaves it alone. */
static void must_not_complete(struct smbsign_req *req)
{
	WARN_ON_ONCE(1);
}

void batch_ask(struct batch *b, unsigned int i, enum smbsign_op op)
{
	struct sample *s = &b->samples[i];
	enum smbsign_role role = op == SMBSIGN_SIGN ? s->role :
						      other_role(s->role);

	b->reqs[i] = (struct smbsign_req){
		.key = s->keys.of[role],
		.op = op,
		.msg = s->mem->msg,
		.result = 1,
		.complete = must_not_complete,
		.priv = b,
	};
	b->ptrs[i] = &b->reqs[i];
	b->expected[i] = 0;
	if (op == SMBSIGN_SIGN)
		mem_expect(s->mem, s->off + alg_sig_off(s->alg), s->sig,
			   smbsign_sign_size(s->alg));
}

void batch_lay(struct batch *b, unsigned int i, const struct msg_layout *layout)
{
	sample_lay(&b->samples[i], layout, 0);
	batch_ask(b, i, SMBSIGN_SIGN);
}

void batch_add(struct kunit *test, struct batch *b, unsigned int i,
	       enum smbsign_alg alg, size_t max_len)
{
	struct sample *s = &b->samples[i];
	const struct msg_layout *layout;

	sample_init(test, s, alg, max_len);
	sample_rand(test, s, max_len);
	do {
		layout = nth_layout(rand_below(num_layouts()));
	} while (s->data_len > layout_max_len(layout));
	batch_lay(b, i, layout);
}

void batch_spoil(struct batch *b, unsigned int i, unsigned int how)
{
	struct sample *s = &b->samples[i];

	switch (how) {
	case 0:
		batch_ask(b, i, SMBSIGN_VERIFY);
		mem_flip(s->mem, sample_covered(s), 1);
		b->expected[i] = -EBADMSG;
		break;
	case 1:
		batch_ask(b, i, SMBSIGN_VERIFY);
		b->reqs[i].key = s->keys.of[s->role];
		b->expected[i] = -EACCES;
		break;
	case 2:
		batch_ask(b, i, SMBSIGN_SIGN);
		b->reqs[i].key = s->keys.of[other_role(s->role)];
		b->expected[i] = -EINVAL;
		break;
	case 3:
		b->reqs[i].msg.len = s->data_len - s->off + 1;
		b->expected[i] = -EMSGSIZE;
		break;
	default:
		b->reqs[i].msg.len = 10;
		b->expected[i] = -EPROTO;
	}
}

static void run_batch(struct batch *b)
{
	for (unsigned int i = 0; i < b->num; i++)
		b->reqs[i].result = 1;
	smbsign_batch(b->ptrs, b->num);
}

void batch_expect(struct kunit *test, struct batch *b)
{
	run_batch(b);
	for (unsigned int i = 0; i < b->num; i++) {
		struct sample *s = &b->samples[i];

		KUNIT_EXPECT_EQ_MSG(test, b->reqs[i].result, b->expected[i],
				    "request %u of %u: %s, %s, off %zu, len %zu",
				    i, b->num, layout_name(s->mem->layout),
				    alg_name(s->alg), s->off, s->len);
		KUNIT_EXPECT_TRUE_MSG(test, mem_is_intact(s->mem),
				      "request %u of %u: %s, %s, off %zu, len %zu",
				      i, b->num, layout_name(s->mem->layout),
				      alg_name(s->alg), s->off, s->len);
		KUNIT_EXPECT_PTR_EQ(test, b->reqs[i].priv, (void *)b);
	}
}

bool batch_is_right(struct batch *b)
{
	run_batch(b);
	for (unsigned int i = 0; i < b->num; i++) {
		if (b->reqs[i].result != b->expected[i] ||
		    !mem_is_intact(b->samples[i].mem))
			return false;
	}
	return true;
}
