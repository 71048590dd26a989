// SPDX-License-Identifier: GPL-2.0-only
/*
 * The transforms by name, see shash-utils.h.
 */
#include <linux/err.h>

#include "pdu-utils.h"
#include "shash-utils.h"
#include "test-utils.h"

static const struct transform transforms[SMBSIGN_NUM_ALGS] = {
	[SMBSIGN_AES_GMAC] = {
		"smbsign(gmac(aes))", "smbsign-gmac-aes", 16, 64,
	},
	[SMBSIGN_AES_CMAC] = {
		"smbsign(cmac(aes))", "smbsign-cmac-aes", 16, 64,
	},
	[SMBSIGN_HMAC_SHA256] = {
		"smbsign(hmac(sha256))", "smbsign-hmac-sha256", 16, 64,
	},
	[SMBSIGN_MD5] = {
		"smbsign(md5)", "smbsign-md5", 8, 32,
	},
};

const struct transform *transform_of(enum smbsign_alg alg)
{
	return &transforms[alg];
}

static void free_shash(void *tfm)
{
	crypto_free_shash(tfm);
}

struct crypto_shash *kunit_shash(struct kunit *test, enum smbsign_alg alg)
{
	const char *name = transform_of(alg)->name;
	struct crypto_shash *tfm = crypto_alloc_shash(name, 0, 0);

	KUNIT_ASSERT_FALSE_MSG(test, IS_ERR(tfm), "%s: %ld", name, PTR_ERR(tfm));
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, free_shash, tfm));
	return tfm;
}

struct shash_desc *kunit_desc(struct kunit *test, struct crypto_shash *tfm)
{
	struct shash_desc *desc;

	desc = kunit_kzalloc(test, sizeof(*desc) + crypto_shash_descsize(tfm),
			     GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, desc);
	desc->tfm = tfm;
	return desc;
}

struct crypto_shash *kunit_shash_pair(struct kunit *test, enum smbsign_alg alg,
				      struct crypto_shash **other)
{
	struct crypto_shash *tfm = kunit_shash(test, alg);
	u8 raw[SMBSIGN_KEY_SIZE];

	*other = kunit_shash(test, alg);
	rand_bytes(raw, sizeof(raw));
	KUNIT_ASSERT_EQ(test, 0, crypto_shash_setkey(tfm, raw, sizeof(raw)));
	KUNIT_ASSERT_EQ(test, 0, crypto_shash_setkey(*other, raw, sizeof(raw)));
	return tfm;
}

struct crypto_shash *kunit_keyed_shash(struct kunit *test,
				       enum smbsign_alg alg)
{
	struct crypto_shash *other;

	return kunit_shash_pair(test, alg, &other);
}
