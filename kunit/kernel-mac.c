// SPDX-License-Identifier: GPL-2.0-only
/*
 * The running kernel's own MACs, see kernel-mac.h.
 */
#include <crypto/aead.h>
#include <crypto/hash.h>
#include <linux/err.h>
#include <linux/scatterlist.h>
#include <linux/string.h>

#include "kernel-mac.h"

/* Of the two transforms there is one. */
struct kernel_mac {
	enum smbsign_alg alg;
	struct crypto_aead *aead;
	struct aead_request *req;
	struct crypto_shash *shash;
	u8 *buf;
};

static const char *const names[SMBSIGN_NUM_ALGS] = {
	[SMBSIGN_HMAC_SHA256]	= "hmac(sha256)",
	[SMBSIGN_AES_CMAC]	= "cmac(aes)",
	[SMBSIGN_AES_GMAC]	= "gcm(aes)",
	[SMBSIGN_MD5]		= "md5",
};

/* By the plain name, "cmac(aes)", one gets what smbsign offers instead. */
static const char *const stock_cmac[] = {
	"cmac(aes-aesni)", "cmac(aes-generic)",
};

static void free_kernel_mac(void *data)
{
	struct kernel_mac *peer = data;

	aead_request_free(peer->req);
	crypto_free_aead(peer->aead);
	crypto_free_shash(peer->shash);
}

/* Without the asynchronous drivers, for they need a wait. */
static long alloc_aead(struct kernel_mac *peer)
{
	struct crypto_aead *aead = crypto_alloc_aead(names[peer->alg], 0,
						     CRYPTO_ALG_ASYNC);

	if (IS_ERR(aead))
		return PTR_ERR(aead);
	peer->aead = aead;
	peer->req = aead_request_alloc(aead, GFP_KERNEL);
	return peer->req ? 0 : -ENOMEM;
}

static struct crypto_shash *alloc_stock_cmac(void)
{
	struct crypto_shash *shash = NULL;

	for (int i = 0; i < ARRAY_SIZE(stock_cmac); i++) {
		shash = crypto_alloc_shash(stock_cmac[i], 0, 0);
		if (!IS_ERR(shash))
			break;
	}
	return shash;
}

static long alloc_shash(struct kernel_mac *peer)
{
	struct crypto_shash *shash = peer->alg == SMBSIGN_AES_CMAC ?
		alloc_stock_cmac() : crypto_alloc_shash(names[peer->alg], 0, 0);

	if (IS_ERR(shash))
		return PTR_ERR(shash);
	peer->shash = shash;
	return 0;
}

struct kernel_mac *kernel_mac_alloc(struct kunit *test, enum smbsign_alg alg)
{
	struct kernel_mac *peer = kunit_kzalloc(test, sizeof(*peer), GFP_KERNEL);
	long err;

	KUNIT_ASSERT_NOT_NULL(test, peer);
	peer->alg = alg;
	peer->buf = kunit_kzalloc(test, KERNEL_MAC_MAX_LEN + SMBSIGN_SIG_SIZE,
				  GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, peer->buf);
	KUNIT_ASSERT_EQ(test, 0,
			kunit_add_action_or_reset(test, free_kernel_mac, peer));
	err = alg == SMBSIGN_AES_GMAC ? alloc_aead(peer) : alloc_shash(peer);
	if (err == -ENOENT)
		kunit_skip(test, "this kernel has no %s", names[alg]);
	KUNIT_ASSERT_EQ_MSG(test, 0, err, "%s", names[alg]);
	return peer;
}

const char *kernel_mac_name(const struct kernel_mac *peer)
{
	if (peer->aead)
		return crypto_tfm_alg_driver_name(crypto_aead_tfm(peer->aead));
	return crypto_shash_driver_name(peer->shash);
}

u8 *kernel_mac_buf(struct kernel_mac *peer)
{
	return peer->buf;
}

static int compute_aead(struct kernel_mac *peer, const u8 *raw_key,
			const u8 *nonce, size_t len, u8 *tag)
{
	struct scatterlist sg;
	u8 iv[GMAC_NONCE_SIZE];
	int err;

	memcpy(iv, nonce, sizeof(iv));
	sg_init_one(&sg, peer->buf, len + SMBSIGN_SIG_SIZE);
	aead_request_set_callback(peer->req, 0, NULL, NULL);
	aead_request_set_crypt(peer->req, &sg, &sg, 0, iv);
	aead_request_set_ad(peer->req, len);
	err = crypto_aead_setkey(peer->aead, raw_key, SMBSIGN_KEY_SIZE) ?:
	      crypto_aead_setauthsize(peer->aead, SMBSIGN_SIG_SIZE) ?:
	      crypto_aead_encrypt(peer->req);
	memcpy(tag, peer->buf + len, SMBSIGN_SIG_SIZE);
	return err;
}

static int compute_shash(struct kernel_mac *peer, const u8 *raw_key, size_t len,
			 u8 *tag)
{
	SHASH_DESC_ON_STACK(desc, peer->shash);

	desc->tfm = peer->shash;
	return crypto_shash_setkey(peer->shash, raw_key, SMBSIGN_KEY_SIZE) ?:
	       crypto_shash_digest(desc, peer->buf, len, tag);
}

static int compute_md5(struct kernel_mac *peer, const u8 *raw_key, size_t len,
		       u8 *tag)
{
	SHASH_DESC_ON_STACK(desc, peer->shash);

	desc->tfm = peer->shash;
	return crypto_shash_init(desc) ?:
	       crypto_shash_update(desc, raw_key, SMBSIGN_KEY_SIZE) ?:
	       crypto_shash_finup(desc, peer->buf, len, tag);
}

int kernel_mac_compute(struct kernel_mac *peer,
		       const u8 raw_key[SMBSIGN_KEY_SIZE],
		       const u8 nonce[GMAC_NONCE_SIZE], size_t len, u8 *tag)
{
	switch (peer->alg) {
	case SMBSIGN_AES_GMAC:
		return compute_aead(peer, raw_key, nonce, len, tag);
	case SMBSIGN_MD5:
		return compute_md5(peer, raw_key, len, tag);
	default:
		return compute_shash(peer, raw_key, len, tag);
	}
}
