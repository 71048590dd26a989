// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prepared keys: all that can be computed from a signing key alone is computed
 * once, for every engine, and wiped at the end.
 */
#include <linux/errno.h>
#include <linux/string.h>

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
