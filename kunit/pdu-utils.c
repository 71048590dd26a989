// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the suites that sign PDUs share.
 */
#include <crypto/hash.h>
#include <crypto/internal/cipher.h>
#include <linux/minmax.h>
#include <linux/preempt.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "pdu-utils.h"
#include "test-utils.h"

static void restore_engine(void *engine)
{
	smbsign_engine_select(((const struct smbsign_engine *)engine)->name);
}

int init_test(struct kunit *test)
{
	rand_seed(1);
	return kunit_add_action_or_reset(test, restore_engine,
					 (void *)smbsign_engine_current());
}

enum test_context this_context(void)
{
	if (in_hardirq())
		return IN_HARDIRQ;
	return in_serving_softirq() ? IN_SOFTIRQ : IN_PROCESS;
}

void hammer_in_contexts(struct kunit *test, bool (*fn)(void *data), void *data)
{
	for (int round = 0; round < RAND_ROUNDS(30); round++)
		run_in_contexts(test, fn, data);
}

static const struct {
	const char *name;
	enum smbsign_alg alg;
} algs[] = {
	{ "gmac", SMBSIGN_AES_GMAC },
	{ "cmac", SMBSIGN_AES_CMAC },
	{ "hmac", SMBSIGN_HMAC_SHA256 },
	{ "md5", SMBSIGN_MD5 },
};

static_assert(ARRAY_SIZE(algs) == SMBSIGN_NUM_ALGS);

const void *alg_gen_params(const void *prev, char *desc)
{
	int i = 0;

	while (prev && prev != &algs[i++].alg)
		;
	if (i == ARRAY_SIZE(algs))
		return NULL;
	strscpy(desc, algs[i].name, KUNIT_PARAM_DESC_SIZE);
	return &algs[i].alg;
}

bool alg_is_available(enum smbsign_alg alg)
{
	return alg != SMBSIGN_MD5 || smbsign_md5_is_available();
}

enum smbsign_alg alg_param(struct kunit *test)
{
	enum smbsign_alg alg = *(const enum smbsign_alg *)test->param_value;

	if (!alg_is_available(alg))
		kunit_skip(test, "this kernel offers no MD5");
	return alg;
}

const char *alg_name(enum smbsign_alg alg)
{
	for (int i = 0; i < ARRAY_SIZE(algs); i++) {
		if (algs[i].alg == alg)
			return algs[i].name;
	}
	return "none";
}

enum smbsign_proto alg_proto(enum smbsign_alg alg)
{
	return alg == SMBSIGN_MD5 ? SMBSIGN_PROTO_SMB1 : SMBSIGN_PROTO_SMB2;
}

size_t alg_sig_off(enum smbsign_alg alg)
{
	return alg == SMBSIGN_MD5 ? SMB1_SIG_OFF : SMB2_SIG_OFF;
}

static void exit_key(void *key)
{
	smbsign_key_exit(key);
}

struct smbsign_key *kunit_key(struct kunit *test, enum smbsign_alg alg,
			      const u8 *raw, size_t len)
{
	struct smbsign_key *key = kunit_kzalloc(test, sizeof(*key), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, key);
	KUNIT_ASSERT_EQ(test, 0, smbsign_key_init(key, alg));
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, exit_key, key));
	KUNIT_ASSERT_EQ(test, 0, smbsign_key_prepare(key, raw, len));
	return key;
}

struct smbsign_key *kunit_random_key(struct kunit *test, enum smbsign_alg alg)
{
	u8 raw[SMBSIGN_KEY_SIZE];

	rand_bytes(raw, sizeof(raw));
	return kunit_key(test, alg, raw, sizeof(raw));
}

unsigned int num_driver_users(const struct smbsign_key *holder)
{
	const struct smbsign_gmac_key *gmac = &holder->gmac;
	unsigned int n = 0;

	if (gmac->aes.tfm) {
		struct crypto_tfm *tfm = crypto_cipher_tfm(gmac->aes.tfm);

		n += refcount_read(&tfm->__crt_alg->cra_refcnt);
	}
	if (gmac->ghash.tfm) {
		struct shash_alg *alg = crypto_shash_alg(gmac->ghash.tfm);

		n += refcount_read(&alg->base.cra_refcnt);
	}
	return n;
}

void put_proto_id(enum smbsign_alg alg, u8 *pdu, size_t len)
{
	u8 id[4];

	put_unaligned_le32(alg == SMBSIGN_MD5 ? SMB1_PROTO_ID : SMB2_PROTO_ID,
			   id);
	memcpy(pdu, id, min(len, sizeof(id)));
}

void random_pdu(enum smbsign_alg alg, u8 *pdu, size_t len)
{
	rand_bytes(pdu, len);
	put_proto_id(alg, pdu, len);
}

void random_smb2_hdr(u8 *hdr, u32 next_command)
{
	random_pdu(SMBSIGN_AES_CMAC, hdr, sizeof(struct smb2_hdr));
	put_unaligned_le16(64, hdr + 4);
	put_unaligned_le32(next_command, hdr + 20);
}

void sign_update(struct smbsign_sign_ctx *ctx, const struct smbsign_key *key,
		 const u8 *data, size_t len)
{
	struct smbsign_section section;

	smbsign_section_begin(&section);
	smbsign_sign_update(&section, ctx, key, data, len);
	smbsign_section_end(&section);
}

int sign_final(struct smbsign_sign_ctx *ctx, const struct smbsign_key *key,
	       u8 *sig)
{
	struct smbsign_section section;
	int err;

	smbsign_section_begin(&section);
	err = smbsign_sign_final(&section, ctx, key, sig);
	smbsign_section_end(&section);
	return err;
}

int sign_pdu(const struct smbsign_key *key, const u8 *pdu, size_t len, u8 *sig)
{
	struct smbsign_sign_ctx ctx;

	smbsign_sign_init(&ctx, key);
	sign_update(&ctx, key, pdu, len);
	return sign_final(&ctx, key, sig);
}

enum smbsign_alg vec_alg(const struct pdu_testvec *vec)
{
	switch (vec->alg) {
	case PDU_ALG_HMAC_SHA256:
		return SMBSIGN_HMAC_SHA256;
	case PDU_ALG_AES_CMAC:
		return SMBSIGN_AES_CMAC;
	case PDU_ALG_AES_GMAC:
		return SMBSIGN_AES_GMAC;
	case PDU_ALG_SMB1_MD5:
		return SMBSIGN_MD5;
	default:
		return SMBSIGN_NUM_ALGS;
	}
}

void pdu_vecs_begin(struct kunit *test, struct pdu_testvec_iter *iter)
{
	KUNIT_ASSERT_TRUE(test, pdu_testvec_iter_init(iter, smbsign_pdus_start,
						      smbsign_pdus_end));
	KUNIT_ASSERT_EQ(test, iter->num_left, NUM_PDUS);
}

void pdu_vecs_end(struct kunit *test, const struct pdu_testvec_iter *iter)
{
	KUNIT_EXPECT_TRUE_MSG(test, pdu_testvec_iter_done(iter),
			      "%u messages left", iter->num_left);
}

void find_pdu_vec(struct kunit *test, const char *name, struct pdu_testvec *vec)
{
	struct pdu_testvec_iter iter;

	pdu_vecs_begin(test, &iter);
	while (pdu_testvec_next(&iter, vec)) {
		if (!strcmp(vec->name, name))
			return;
	}
	KUNIT_ASSERT_TRUE_MSG(test, false, "no message is called %s", name);
}
