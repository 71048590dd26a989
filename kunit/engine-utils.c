// SPDX-License-Identifier: GPL-2.0-only
/*
 * Primitives of engines on random input, see engine-utils.h.
 */
#include <crypto/hash.h>
#include <crypto/internal/cipher.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/string.h>

#include "engine-utils.h"
#include "pdu-utils.h"
#include "test-utils.h"

const char *const op_names[NUM_OPS] = {
	[OP_GHASH]	= "ghash",
	[OP_CBCMAC]	= "cbcmac",
	[OP_SHA256]	= "sha256",
};

struct op_input *kunit_op_input(struct kunit *test)
{
	struct op_input *in = kunit_kzalloc(test, sizeof(*in), GFP_KERNEL);
	size_t size = MAX_LEN + BLOCK_LEN;

	KUNIT_ASSERT_NOT_NULL(test, in);
	in->key = &kunit_random_key(test, SMBSIGN_AES_GMAC)->gmac;
	in->end = kunit_guarded_buf(test, size);
	rand_bytes(in->end, size);
	in->end += size;
	return in;
}

struct op_input *kunit_split_keys(struct kunit *test, struct op_input *in)
{
	struct smbsign_gmac_key *key = in->key;
	struct op_input *other = kunit_kzalloc(test, sizeof(*other), GFP_KERNEL);
	u8 raw[SMBSIGN_KEY_SIZE], h[BLOCK_LEN] = {};

	KUNIT_ASSERT_NOT_NULL(test, other);
	*other = *in;
	rand_bytes(raw, sizeof(raw));
	other->key = &kunit_key(test, SMBSIGN_AES_GMAC, raw, sizeof(raw))->gmac;
	aes_encrypt(&other->key->aes.ctx, h, h);
	if (key->aes.tfm)
		KUNIT_ASSERT_EQ(test, 0, crypto_cipher_setkey(key->aes.tfm, raw,
							      sizeof(raw)));
	if (key->ghash.tfm)
		KUNIT_ASSERT_EQ(test, 0, crypto_shash_setkey(key->ghash.tfm, h,
							     sizeof(h)));
	return other;
}

/* Of 16 alignments one ends at the guard page. */
void randomise_op_input(struct op_input *in, size_t num_blocks)
{
	in->num_blocks = num_blocks;
	in->blocks = in->end - rand_below(BLOCK_LEN) - num_blocks * BLOCK_LEN;
	rand_bytes(in->end - 64, 64);
	rand_bytes(in->acc, sizeof(in->acc));
	rand_bytes((u8 *)&in->sha, sizeof(in->sha));
}

static void section_op(struct smbsign_section *section, enum engine_op op,
		       const struct op_input *in, u8 out[MAX_OP_OUTPUT])
{
	size_t num_sha_blocks = in->num_blocks * BLOCK_LEN / SHA256_BLOCK_SIZE;
	struct smbsign_sha256_state sha = in->sha;

	switch (op) {
	case OP_GHASH:
		return smbsign_ghash(section, &in->key->ghash, out, in->blocks,
				     in->num_blocks);
	case OP_CBCMAC:
		return smbsign_cbcmac(section, &in->key->aes, out, in->blocks,
				      in->num_blocks);
	default:
		smbsign_sha256(section, sha.h, in->blocks +
			       in->num_blocks * BLOCK_LEN -
			       num_sha_blocks * SHA256_BLOCK_SIZE,
			       num_sha_blocks);
		memcpy(out, &sha, sizeof(sha));
	}
}

bool run_op(const struct smbsign_engine *engine, enum engine_op op,
	    const struct op_input *in, u8 out[MAX_OP_OUTPUT])
{
	struct smbsign_section section;

	skip_op(op, in, out);
	if (!smbsign_section_try(&section, engine))
		return false;
	section_op(&section, op, in, out);
	smbsign_section_end(&section);
	return true;
}

void dispatch_op(enum engine_op op, const struct op_input *in,
		 u8 out[MAX_OP_OUTPUT])
{
	struct smbsign_section section;

	skip_op(op, in, out);
	smbsign_section_begin(&section);
	section_op(&section, op, in, out);
	smbsign_section_end(&section);
}

void skip_op(enum engine_op op, const struct op_input *in,
	     u8 out[MAX_OP_OUTPUT])
{
	memset(out, 0, MAX_OP_OUTPUT);
	if (op == OP_SHA256)
		memcpy(out, &in->sha, sizeof(in->sha));
	else
		memcpy(out, in->acc, sizeof(in->acc));
}

bool engine_can(const struct smbsign_engine *engine, enum engine_op op,
		const struct op_input *in)
{
	char drivers[256];

	if (strcmp(engine->name, "kernel"))
		return true;
	switch (op) {
	case OP_GHASH:
		return in->key->ghash.tfm;
	case OP_CBCMAC:
		return in->key->aes.tfm;
	default:
		engine->describe(drivers, sizeof(drivers));
		return strstr(drivers, "sha256");
	}
}

MODULE_IMPORT_NS("CRYPTO_INTERNAL");
