// SPDX-License-Identifier: GPL-2.0-only
/*
 * From the session key to the signing key, MS-SMB2 3.1.4.2, and the
 * preauthentication integrity hash that SMB 3.1.1 mixes into it, 3.1.5.2.
 */
#include <crypto/hash.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <linux/uio.h>
#include <linux/unaligned.h>

#include "internal.h"

/* SHA-512 of the running kernel, without a key, so shared; NULL if none. */
static struct crypto_shash *sha512_tfm __ro_after_init;

/* Returns 0 also without SHA-512, but -ENOMEM where it may well be there. */
int __init smbsign_kdf_startup(void)
{
	struct crypto_shash *tfm = crypto_alloc_shash("sha512", 0, 0);

	if (IS_ERR(tfm))
		return PTR_ERR(tfm) == -ENOMEM ? -ENOMEM : 0;
	sha512_tfm = tfm;
	return 0;
}

/* Also called on the way out of a failed load, so not __exit. */
void smbsign_kdf_shutdown(void)
{
	crypto_free_shash(sha512_tfm);
}

void smbsign_preauth_init(struct smbsign_preauth *preauth)
{
	memset(preauth, 0, sizeof(*preauth));
}
EXPORT_SYMBOL_GPL(smbsign_preauth_init);

int smbsign_preauth_update(struct smbsign_preauth *preauth,
			   const struct kvec *iov, unsigned int num)
{
	u8 hash[SMBSIGN_PREAUTH_SIZE];
	int err;

	if (!sha512_tfm)
		return -ENOPKG;

	SHASH_DESC_ON_STACK(desc, sha512_tfm);

	desc->tfm = sha512_tfm;
	err = crypto_shash_init(desc) ?:
	      crypto_shash_update(desc, preauth->hash, sizeof(preauth->hash));
	for (; !err && num; num--, iov++)
		err = crypto_shash_update(desc, iov->iov_base, iov->iov_len);
	err = err ?: crypto_shash_final(desc, hash);
	if (!err)
		memcpy(preauth->hash, hash, sizeof(hash));
	return err;
}
EXPORT_SYMBOL_GPL(smbsign_preauth_update);

/*
 * SP 800-108 5.1 in counter mode with HMAC-SHA256, r = 32.  A signing key
 * needs one round:
 *
 *	K(1) = HMAC(Ki, [1]32 || Label || 0x00 || Context || [L]32)
 *
 * The labels of MS-SMB2 contain their own terminating zero, beside the 0x00
 * that the construction has.
 */
static void kdf_sp800_108(u8 out[SMBSIGN_KEY_SIZE],
			  const u8 ki[SMBSIGN_KEY_SIZE], const char *label,
			  const u8 *context, size_t context_len)
{
	struct smbsign_hmac_key key;
	struct smbsign_section section;
	struct smbsign_hmac_ctx ctx;
	u8 k1[SHA256_DIGEST_SIZE];
	u8 be[4];

	smbsign_hmac_preparekey(&key, ki, SMBSIGN_KEY_SIZE);
	smbsign_hmac_init(&ctx, &key);
	smbsign_section_begin(&section);
	put_unaligned_be32(1, be);
	smbsign_hmac_update(&section, &ctx, be, sizeof(be));
	smbsign_hmac_update(&section, &ctx, label, strlen(label) + 1);
	smbsign_hmac_update(&section, &ctx, "", 1);
	smbsign_hmac_update(&section, &ctx, context, context_len);
	put_unaligned_be32(SMBSIGN_KEY_SIZE * 8, be);
	smbsign_hmac_update(&section, &ctx, be, sizeof(be));
	smbsign_hmac_final(&section, &ctx, &key, k1);
	smbsign_section_end(&section);
	memcpy(out, k1, SMBSIGN_KEY_SIZE);

	memzero_explicit(k1, sizeof(k1));
	memzero_explicit(&key, sizeof(key));
}

static int derive_by_dialect(u8 key[SMBSIGN_KEY_SIZE], u16 dialect,
			     const u8 ki[SMBSIGN_KEY_SIZE],
			     const struct smbsign_preauth *preauth)
{
	static const char context_30[] = "SmbSign";

	switch (dialect) {
	case SMBSIGN_SMB202:
	case SMBSIGN_SMB210:
		memcpy(key, ki, SMBSIGN_KEY_SIZE);
		return 0;
	case SMBSIGN_SMB300:
	case SMBSIGN_SMB302:
		kdf_sp800_108(key, ki, "SMB2AESCMAC", (const u8 *)context_30,
			      sizeof(context_30));
		return 0;
	case SMBSIGN_SMB311:
		if (!preauth)
			return -EINVAL;
		kdf_sp800_108(key, ki, "SMBSigningKey", preauth->hash,
			      sizeof(preauth->hash));
		return 0;
	default:
		return -EINVAL;
	}
}

int smbsign_derive_signing_key(u8 key[SMBSIGN_KEY_SIZE], u16 dialect,
			       const u8 *session_key, size_t session_key_len,
			       const struct smbsign_preauth *preauth)
{
	u8 ki[SMBSIGN_KEY_SIZE] = {};
	int err;

	/* The caller may derive in place, so take the one before the other. */
	memcpy(ki, session_key, min_t(size_t, session_key_len, sizeof(ki)));
	memset(key, 0, SMBSIGN_KEY_SIZE);
	if (!session_key_len)
		return -ENOKEY;

	err = derive_by_dialect(key, dialect, ki, preauth);
	memzero_explicit(ki, sizeof(ki));
	return err;
}
EXPORT_SYMBOL_GPL(smbsign_derive_signing_key);
