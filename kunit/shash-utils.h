/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The transforms as any user of the crypto API has them: by name.
 */
#ifndef _SMBSIGN_KUNIT_SHASH_UTILS_H
#define _SMBSIGN_KUNIT_SHASH_UTILS_H

#include <crypto/hash.h>
#include <kunit/test.h>

#include "internal.h"

/* What DESIGN.md fixes of a transform */
struct transform {
	const char *name;
	const char *driver_name;
	unsigned int size;	/* of the digest */
	unsigned int min_len;	/* of a message */
};

const struct transform *transform_of(enum smbsign_alg alg);

/* These end with the test, which ends if there is none. */
struct crypto_shash *kunit_shash(struct kunit *test, enum smbsign_alg alg);
struct shash_desc *kunit_desc(struct kunit *test, struct crypto_shash *tfm);

/* A transform with a random key, and one more with the same */
struct crypto_shash *kunit_keyed_shash(struct kunit *test,
				       enum smbsign_alg alg);
struct crypto_shash *kunit_shash_pair(struct kunit *test, enum smbsign_alg alg,
				      struct crypto_shash **other);

#endif /* _SMBSIGN_KUNIT_SHASH_UTILS_H */
