// SPDX-License-Identifier: GPL-2.0-only
/*
 * message.c on real connections' messages: each captured one is verified by the
 * end that received it and signed again by the end that sent it, wherever it
 * lies.
 */
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/string.h>

#include "msg-utils.h"

/* The longest captured message */
#define MAX_CAPTURED_LEN	(128 * 1024)

/* The keys of one session after the other; they are used many times. */
struct session_keys {
	const struct pdu_testvec *vec;	/* where they came from */
	struct key_pair keys;
};

static void use_keys_of(struct kunit *test, struct session_keys *session,
			const struct pdu_testvec *vec)
{
	const struct pdu_testvec *former = session->vec;

	session->vec = vec;
	if (former && former->alg == vec->alg &&
	    former->key_len == vec->key_len &&
	    !memcmp(former->key, vec->key, vec->key_len))
		return;
	for (int role = SMBSIGN_CLIENT; role <= SMBSIGN_SERVER; role++)
		session->keys.of[role] =
			kunit_signing_key(test, vec_alg(vec), role, vec->key,
					  vec->key_len);
}

/* As the one who received it, then as the one who signed it */
static void check_captured(struct kunit *test, struct msg_mem *mem,
			   const struct msg_layout *layout,
			   const struct pdu_testvec *vec,
			   const struct key_pair *keys)
{
	struct smbsign_key *sender = keys->of[vec->from_server];
	struct smbsign_key *receiver = keys->of[!vec->from_server];
	const u8 junk[SMBSIGN_SIG_SIZE] = { 1, 2, 3 };

	lay_msg(mem, layout, vec->pdu, vec->pdu_len);
	mem->msg.sequence = vec->sequence;
	KUNIT_EXPECT_EQ_MSG(test, 0, smbsign_verify_msg(receiver, &mem->msg),
			    "%s", vec->name);
	KUNIT_EXPECT_TRUE_MSG(test, mem_is_intact(mem), "%s", vec->name);
	KUNIT_EXPECT_EQ_MSG(test, -EACCES,
			    smbsign_verify_msg(sender, &mem->msg), "%s",
			    vec->name);

	mem_write(mem, vec->sig_off, junk, vec->sig_size);
	KUNIT_EXPECT_EQ_MSG(test, -EBADMSG,
			    smbsign_verify_msg(receiver, &mem->msg), "%s",
			    vec->name);
	mem_expect(mem, vec->sig_off, vec->pdu + vec->sig_off, vec->sig_size);
	KUNIT_EXPECT_EQ_MSG(test, 0, smbsign_sign_msg(sender, &mem->msg), "%s",
			    vec->name);
	KUNIT_EXPECT_TRUE_MSG(test, mem_is_intact(mem), "%s", vec->name);
}

static void test_message_captured(struct kunit *test)
{
	const struct msg_layout *layout = layout_param(test);
	struct msg_mem *mem = kunit_msg_mem(test, MAX_CAPTURED_LEN);
	struct session_keys session = {};
	struct pdu_testvec vec, former;
	struct pdu_testvec_iter iter;
	unsigned int num = 0;

	rand_seed(13);
	pdu_vecs_begin(test, &iter);
	while (pdu_testvec_next(&iter, &vec)) {
		if (!vec.sig_size || !alg_is_available(vec_alg(&vec)) ||
		    vec.pdu_len > layout_max_len(layout))
			continue;
		use_keys_of(test, &session, &vec);
		check_captured(test, mem, layout, &vec, &session.keys);
		former = vec;
		session.vec = &former;
		num++;
	}
	pdu_vecs_end(test, &iter);
	/* A few are too long for some layouts. */
	KUNIT_EXPECT_GE(test, num, NUM_GMAC_PDUS + NUM_CMAC_PDUS +
				   NUM_HMAC_PDUS - 15);
}

static struct kunit_case message_captured_test_cases[] = {
	KUNIT_CASE_PARAM(test_message_captured, layout_gen_params),
	{}
};

static struct kunit_suite message_captured_test_suite = {
	.name = "smbsign_message_captured",
	.test_cases = message_captured_test_cases,
};

kunit_test_suite(message_captured_test_suite);
