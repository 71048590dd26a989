// SPDX-License-Identifier: GPL-2.0-only
/*
 * SMB1's MAC, MS-CIFS 3.1.4.1: the first 8 bytes of
 *
 *	MD5(session key || challenge response || message)
 *
 * Broken by today's measure and here for old servers alone.  MD5 itself is the
 * kernel's, whose crypto API refuses it under fips=1; this room then says that
 * it is not available.
 */
#include <crypto/hash.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/fips.h>
#include <linux/minmax.h>
#include <linux/sizes.h>
#include <linux/string.h>

#include "internal.h"

/* MD5 has no key, so one transform serves all; NULL if there is none. */
static struct crypto_shash *md5_tfm __ro_after_init;

/* Returns 0 also without MD5, but -ENOMEM where it may well be there. */
int __init smbsign_md5_startup(void)
{
	struct crypto_shash *tfm;

	if (fips_enabled)
		return 0;
	tfm = crypto_alloc_shash("md5", 0, 0);
	if (IS_ERR(tfm))
		return PTR_ERR(tfm) == -ENOMEM ? -ENOMEM : 0;
	/* A state is kept in the form in which "md5" exports it. */
	if (crypto_shash_statesize(tfm) != sizeof(struct md5_state))
		crypto_free_shash(tfm);
	else
		md5_tfm = tfm;
	return 0;
}

/* Also called on the way out of a failed load, so not __exit. */
void smbsign_md5_shutdown(void)
{
	crypto_free_shash(md5_tfm);
}

bool smbsign_md5_is_available(void)
{
	return md5_tfm;
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_md5_is_available);

static int md5_continue(struct md5_state *state, const u8 *data, size_t len)
{
	SHASH_DESC_ON_STACK(desc, md5_tfm);
	int err;

	desc->tfm = md5_tfm;
	err = crypto_shash_import(desc, state);
	while (!err && len) {
		unsigned int n = min_t(size_t, len, SZ_1G);

		err = crypto_shash_update(desc, data, n);
		data += n;
		len -= n;
	}
	err = err ?: crypto_shash_export(desc, state);
	shash_desc_zero(desc);
	return err;
}

/* The state after the key stands for the key, whatever its length. */
int smbsign_md5_preparekey(struct smbsign_md5_key *key, const u8 *raw,
			   size_t len)
{
	SHASH_DESC_ON_STACK(desc, md5_tfm);
	int err;

	if (!md5_tfm)
		return -ENOPKG;
	desc->tfm = md5_tfm;
	err = crypto_shash_init(desc) ?: crypto_shash_export(desc, &key->state);
	return err ?: md5_continue(&key->state, raw, len);
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_md5_preparekey);

void smbsign_md5_init(struct smbsign_md5_ctx *ctx,
		      const struct smbsign_md5_key *key)
{
	ctx->state = key->state;
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_md5_init);

int smbsign_md5_update(struct smbsign_md5_ctx *ctx, const u8 *data, size_t len)
{
	return md5_continue(&ctx->state, data, len);
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_md5_update);

/* Wipes @ctx. */
int smbsign_md5_final(struct smbsign_md5_ctx *ctx,
		      u8 tag[SMBSIGN_SMB1_SIG_SIZE])
{
	SHASH_DESC_ON_STACK(desc, md5_tfm);
	u8 digest[MD5_DIGEST_SIZE];
	int err;

	desc->tfm = md5_tfm;
	err = crypto_shash_import(desc, &ctx->state) ?:
	      crypto_shash_final(desc, digest);
	if (!err)
		memcpy(tag, digest, SMBSIGN_SMB1_SIG_SIZE);
	shash_desc_zero(desc);
	memzero_explicit(digest, sizeof(digest));
	memzero_explicit(ctx, sizeof(*ctx));
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_md5_final);
