// SPDX-License-Identifier: GPL-2.0-only
/*
 * key.c, keys of a session and of its channels: which algorithm goes with which
 * dialect, and that they sign what was signed with them on real connections.
 */
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/string.h>

#include "msg-utils.h"
#include "vectors/kdf-testvecs.h"

#define MSG_LEN		120

/* A message that a key of this algorithm and role may sign, and how it does */
static void make_msg(enum smbsign_alg alg, enum smbsign_role role,
		     u8 msg[MSG_LEN])
{
	random_msg(alg, role, msg, MSG_LEN);
}

static int sign(struct smbsign_key *key, u8 msg[MSG_LEN])
{
	struct kvec iov = { msg, MSG_LEN };

	return smbsign_sign_kvec(key, &iov, 1, MSG_LEN);
}

static int verify(struct smbsign_key *key, const u8 msg[MSG_LEN])
{
	struct kvec iov = { (u8 *)msg, MSG_LEN };

	return smbsign_verify_kvec(key, &iov, 1, MSG_LEN);
}

static void expect_refused(struct kunit *test, struct smbsign_key *key, int err)
{
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(key), err);
	if (!IS_ERR(key))
		smbsign_key_put(key);
}

struct derive_row {
	const char *name;
	u16 dialect;
	unsigned int algs;	/* that it has, as bits */
};

/* MS-SMB2 3.1.4.1 */
static const struct derive_row derive_rows[] = {
	{ "2.0.2", SMBSIGN_SMB202, BIT(SMBSIGN_HMAC_SHA256) },
	{ "2.1", SMBSIGN_SMB210, BIT(SMBSIGN_HMAC_SHA256) },
	{ "3.0", SMBSIGN_SMB300, BIT(SMBSIGN_AES_CMAC) },
	{ "3.0.2", SMBSIGN_SMB302, BIT(SMBSIGN_AES_CMAC) },
	{ "3.1.1", SMBSIGN_SMB311, BIT(SMBSIGN_HMAC_SHA256) |
	  BIT(SMBSIGN_AES_CMAC) | BIT(SMBSIGN_AES_GMAC) },
	{ "none", 0x0000, 0 },
	{ "multi-protocol", 0x02ff, 0 },
	{ "3.1.2", 0x0312, 0 },
};

KUNIT_ARRAY_PARAM_DESC(derive, derive_rows, name);

static void test_derive_dialect(struct kunit *test)
{
	const struct derive_row *row = test->param_value;
	const struct smbsign_preauth preauth = { { 1, 2, 3 } };
	u8 session_key[32], raw[SMBSIGN_KEY_SIZE], msg[MSG_LEN];
	struct smbsign_key *key, *peer;

	rand_seed(1);
	rand_bytes(session_key, sizeof(session_key));
	for (enum smbsign_alg alg = 0; alg <= SMBSIGN_NUM_ALGS; alg++) {
		key = smbsign_key_derive(alg, SMBSIGN_CLIENT, row->dialect,
					 session_key, 32, &preauth);
		if (!(row->algs & BIT(alg))) {
			expect_refused(test, key, -EINVAL);
			continue;
		}
		KUNIT_ASSERT_FALSE_MSG(test, IS_ERR(key), "%s", alg_name(alg));
		KUNIT_EXPECT_EQ(test, alg, smbsign_key_alg(key));
		make_msg(alg, SMBSIGN_CLIENT, msg);
		KUNIT_EXPECT_EQ(test, 0, sign(key, msg));
		smbsign_key_put(key);

		KUNIT_ASSERT_EQ(test, 0,
				smbsign_derive_signing_key(raw, row->dialect,
							   session_key, 32,
							   &preauth));
		peer = kunit_signing_key(test, alg, SMBSIGN_SERVER, raw, 16);
		KUNIT_EXPECT_EQ(test, 0, verify(peer, msg));
	}
}

static void test_derive_errors(struct kunit *test)
{
	const struct smbsign_preauth preauth = {};
	const u8 session_key[16] = { 1 };

	expect_refused(test, smbsign_key_derive(SMBSIGN_AES_GMAC, 0,
						SMBSIGN_SMB311, session_key, 16,
						NULL), -EINVAL);
	expect_refused(test, smbsign_key_derive(SMBSIGN_AES_GMAC, 0,
						SMBSIGN_SMB311, session_key, 0,
						&preauth), -ENOKEY);
	expect_refused(test, smbsign_key_derive(SMBSIGN_AES_CMAC, 0,
						SMBSIGN_SMB300, session_key, 0,
						NULL), -ENOKEY);
	expect_refused(test, smbsign_key_derive(SMBSIGN_AES_CMAC, 2,
						SMBSIGN_SMB300, session_key, 16,
						NULL), -EINVAL);
	/* Without a chain where none is used */
	expect_refused(test, smbsign_key_derive(SMBSIGN_AES_CMAC, 0,
						SMBSIGN_SMB300, session_key, 16,
						NULL), 0);
}

/* Of the derivations those that give Session.SigningKey or a channel's */
static bool is_signing_key(const struct kdf_testvec *vec)
{
	return !strcmp(vec->label, "SMB2AESCMAC") ||
	       !strcmp(vec->label, "SMBSigningKey");
}

static struct smbsign_key *derive_vec(struct kunit *test,
				      const struct kdf_testvec *vec,
				      enum smbsign_alg alg,
				      enum smbsign_role role)
{
	struct smbsign_preauth preauth = {};

	memcpy(preauth.hash, vec->context, sizeof(preauth.hash));
	return smbsign_key_derive(alg, role, vec->dialect, vec->key,
				  sizeof(vec->key),
				  vec->dialect == SMBSIGN_SMB311 ? &preauth :
								   NULL);
}

/* How many captured or published messages the key of @vec has signed */
static unsigned int num_verified(struct kunit *test,
				 const struct kdf_testvec *vec)
{
	struct pdu_testvec_iter iter;
	struct pdu_testvec pdu;
	unsigned int num = 0;

	pdu_vecs_begin(test, &iter);
	while (pdu_testvec_next(&iter, &pdu)) {
		struct kvec iov = { (u8 *)pdu.pdu, pdu.pdu_len };
		struct smbsign_key *key;

		if (pdu.dialect != vec->dialect || pdu.key_len != 16 ||
		    memcmp(pdu.key, vec->out, 16) || !pdu.sig_size)
			continue;
		key = derive_vec(test, vec, vec_alg(&pdu), pdu.from_server ?
				 SMBSIGN_CLIENT : SMBSIGN_SERVER);
		KUNIT_ASSERT_FALSE_MSG(test, IS_ERR(key), "%s", pdu.name);
		KUNIT_EXPECT_EQ_MSG(test, 0,
				    smbsign_verify_kvec(key, &iov, 1,
							pdu.pdu_len),
				    "%s with %s", pdu.name, vec->name);
		smbsign_key_put(key);
		num++;
	}
	return num;
}

/* From the session key to the signature, of all sessions that were captured */
static void test_derive_captured(struct kunit *test)
{
	unsigned int num_keys = 0, num_pdus = 0;

	for (int i = 0; i < ARRAY_SIZE(kdf_testvecs); i++) {
		const struct kdf_testvec *vec = &kdf_testvecs[i];
		unsigned int num;

		if (!is_signing_key(vec))
			continue;
		num = num_verified(test, vec);
		num_keys += !!num;
		num_pdus += num;
	}
	/* Or the two sets of vectors do not belong together. */
	KUNIT_EXPECT_GE(test, num_keys, 20);
	KUNIT_EXPECT_GE(test, num_pdus, 200);
}

static const struct kdf_testvec *find_kdf_vec(struct kunit *test,
					      const char *name)
{
	for (int i = 0; i < ARRAY_SIZE(kdf_testvecs); i++) {
		if (!strcmp(kdf_testvecs[i].name, name))
			return &kdf_testvecs[i];
	}
	KUNIT_ASSERT_TRUE_MSG(test, false, "no key is called %s", name);
	return NULL;
}

static int verify_vec(struct kunit *test, struct smbsign_key *key,
		      const char *name)
{
	struct pdu_testvec vec;
	struct kvec iov;

	find_pdu_vec(test, name, &vec);
	iov = (struct kvec){ (u8 *)vec.pdu, vec.pdu_len };
	return smbsign_verify_kvec(key, &iov, 1, vec.pdu_len);
}

/*
 * Microsoft's example of a bound channel.  The session's key goes on working
 * beside that of the channel, and after it.
 */
static void test_derive_binding(struct kunit *test)
{
	struct smbsign_key *session, *channel;

	session = derive_vec(test, find_kdf_vec(test, "ms-311-ch1-signing"),
			     SMBSIGN_AES_CMAC, SMBSIGN_CLIENT);
	KUNIT_ASSERT_FALSE(test, IS_ERR(session));
	KUNIT_EXPECT_EQ(test, 0, verify_vec(test, session,
					    "ms-311-ch2-bind-resp1-more"));

	channel = derive_vec(test, find_kdf_vec(test, "ms-311-ch2-signing"),
			     SMBSIGN_AES_CMAC, SMBSIGN_CLIENT);
	KUNIT_ASSERT_FALSE(test, IS_ERR(channel));
	KUNIT_EXPECT_EQ(test, 0, verify_vec(test, channel,
					    "ms-311-ch2-bind-resp-final"));
	KUNIT_EXPECT_EQ(test, -EBADMSG,
			verify_vec(test, session,
				   "ms-311-ch2-bind-resp-final"));
	KUNIT_EXPECT_EQ(test, -EBADMSG,
			verify_vec(test, channel,
				   "ms-311-ch2-bind-resp1-more"));
	KUNIT_EXPECT_EQ(test, 0, verify_vec(test, session,
					    "ms-311-ch2-bind-resp1-more"));
	smbsign_key_put(channel);
	KUNIT_EXPECT_EQ(test, 0, verify_vec(test, session,
					    "ms-311-ch1-sesssetup-resp-final"));
	smbsign_key_put(session);
}

static struct kunit_case keyref_derive_test_cases[] = {
	KUNIT_CASE_PARAM(test_derive_dialect, derive_gen_params),
	KUNIT_CASE(test_derive_errors),
	KUNIT_CASE(test_derive_captured),
	KUNIT_CASE(test_derive_binding),
	{}
};

static struct kunit_suite keyref_derive_test_suite = {
	.name = "smbsign_keyref_derive",
	.test_cases = keyref_derive_test_cases,
};

kunit_test_suite(keyref_derive_test_suite);
