// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prepared keys: all that can be computed from a signing key alone is computed
 * once, for every engine, and wiped at the end.  A key either lies inside a
 * transform of the crypto API, which ends it by smbsign_key_exit(), or is a
 * consumer's, with a count of references.
 */
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#include "internal.h"

/**
 * smbsign_key_init() - take what keys of an algorithm need
 * @key: the key, uninitialised
 * @alg: the algorithm, for the whole life of @key
 *
 * Context: Process context. May sleep.
 * Return:
 * * 0 - smbsign_key_exit() gives it back
 * * -ENOMEM
 * * -ENOPKG - the kernel lacks the algorithm
 */
int smbsign_key_init(struct smbsign_key *key, enum smbsign_alg alg)
{
	memset(key, 0, sizeof(*key));
	key->alg = alg;
	switch (alg) {
	case SMBSIGN_AES_GMAC:
		return smbsign_gmac_key_init(&key->gmac);
	case SMBSIGN_AES_CMAC:
		return smbsign_cmac_key_init(&key->cmac);
	case SMBSIGN_HMAC_SHA256:
		return 0;
	case SMBSIGN_MD5:
		return smbsign_md5_is_available() ? 0 : -ENOPKG;
	default:
		return -ENOPKG;
	}
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_key_init);

/**
 * smbsign_key_prepare() - set or replace the signing key
 * @key: an initialised key that no signature in the making uses
 * @raw: the signing key
 * @len: its length in bytes: %SMBSIGN_KEY_SIZE, or any for %SMBSIGN_MD5, whose
 *	 key is the session key with the challenge response behind it
 *
 * Context: Any context.
 * Return: 0, or -EINVAL for another length.
 */
int smbsign_key_prepare(struct smbsign_key *key, const u8 *raw, size_t len)
{
	if (key->alg == SMBSIGN_MD5)
		return smbsign_md5_preparekey(&key->md5, raw, len);
	if (len != SMBSIGN_KEY_SIZE)
		return -EINVAL;

	switch (key->alg) {
	case SMBSIGN_AES_GMAC:
		return smbsign_gmac_preparekey(&key->gmac, raw);
	case SMBSIGN_AES_CMAC:
		return smbsign_cmac_preparekey(&key->cmac, raw);
	default:
		smbsign_hmac_preparekey(&key->hmac, raw, len);
		return 0;
	}
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_key_prepare);

/**
 * smbsign_key_exit() - give back and wipe all of a key
 * @key: an initialised key
 *
 * Context: Process context. May sleep.
 */
void smbsign_key_exit(struct smbsign_key *key)
{
	if (key->alg == SMBSIGN_AES_GMAC)
		smbsign_gmac_key_exit(&key->gmac);
	else if (key->alg == SMBSIGN_AES_CMAC)
		smbsign_cmac_key_exit(&key->cmac);
	memzero_explicit(key, sizeof(*key));
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_key_exit);

/*
 * The last reference may be given back in softirq, where neither transforms nor
 * vmalloc memory may be freed.
 */
static struct workqueue_struct *free_wq;

int __init smbsign_key_startup(void)
{
	free_wq = alloc_workqueue("smbsign_free", WQ_MEM_RECLAIM, 0);
	return free_wq ? 0 : -ENOMEM;
}

/* Also called on the way out of a failed load, so not __exit. */
void smbsign_key_shutdown(void)
{
	destroy_workqueue(free_wq);
}

/* smbsign_key_exit() leaves nothing that would need kfree_sensitive(). */
static void key_free(struct smbsign_key *key)
{
	smbsign_guard_exit(key);
	smbsign_key_exit(key);
	kfree(key);
}

static void key_free_work(struct work_struct *work)
{
	key_free(container_of(work, struct smbsign_key, free_work));
}

static bool is_known(enum smbsign_alg alg, enum smbsign_role role)
{
	return alg >= 0 && alg < SMBSIGN_NUM_ALGS &&
	       (role == SMBSIGN_CLIENT || role == SMBSIGN_SERVER);
}

struct smbsign_key *smbsign_key_alloc(enum smbsign_alg alg,
				      enum smbsign_role role, const u8 *raw,
				      size_t len)
{
	struct smbsign_key *key;
	int err;

	if (!is_known(alg, role))
		return ERR_PTR(-EINVAL);
	key = kzalloc(sizeof(*key), GFP_KERNEL);
	if (!key)
		return ERR_PTR(-ENOMEM);
	err = smbsign_key_init(key, alg);
	if (err) {
		kfree(key);
		return ERR_PTR(err);
	}
	key->role = role;
	refcount_set(&key->refs, 1);
	INIT_WORK(&key->free_work, key_free_work);
	err = smbsign_guard_init(key) ?: smbsign_key_prepare(key, raw, len);
	if (err) {
		key_free(key);
		return ERR_PTR(err);
	}
	return key;
}
EXPORT_SYMBOL_GPL(smbsign_key_alloc);

/* MS-SMB2 3.1.4.1 leaves a choice to SMB 3.1.1 alone. */
static bool can_sign(enum smbsign_alg alg, u16 dialect)
{
	switch (dialect) {
	case SMBSIGN_SMB202:
	case SMBSIGN_SMB210:
		return alg == SMBSIGN_HMAC_SHA256;
	case SMBSIGN_SMB300:
	case SMBSIGN_SMB302:
		return alg == SMBSIGN_AES_CMAC;
	default:
		return alg != SMBSIGN_MD5;
	}
}

struct smbsign_key *
smbsign_key_derive(enum smbsign_alg alg, enum smbsign_role role, u16 dialect,
		   const u8 *session_key, size_t session_key_len,
		   const struct smbsign_preauth *preauth)
{
	u8 raw[SMBSIGN_KEY_SIZE];
	struct smbsign_key *key;
	int err;

	if (!can_sign(alg, dialect))
		return ERR_PTR(-EINVAL);
	err = smbsign_derive_signing_key(raw, dialect, session_key,
					 session_key_len, preauth);
	if (err)
		return ERR_PTR(err);
	key = smbsign_key_alloc(alg, role, raw, sizeof(raw));
	memzero_explicit(raw, sizeof(raw));
	return key;
}
EXPORT_SYMBOL_GPL(smbsign_key_derive);

struct smbsign_key *smbsign_key_get(struct smbsign_key *key)
{
	refcount_inc(&key->refs);
	return key;
}
EXPORT_SYMBOL_GPL(smbsign_key_get);

void smbsign_key_put(struct smbsign_key *key)
{
	if (key && refcount_dec_and_test(&key->refs))
		queue_work(free_wq, &key->free_work);
}
EXPORT_SYMBOL_GPL(smbsign_key_put);

enum smbsign_alg smbsign_key_alg(const struct smbsign_key *key)
{
	return key->alg;
}
EXPORT_SYMBOL_GPL(smbsign_key_alg);
