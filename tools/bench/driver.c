// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's own best driver for a MAC, used as well as it can be: its key is
 * set once.  GMAC is gcm(aes) of an empty plaintext, the PDU as additional data.
 */
#include <crypto/aead.h>
#include <crypto/hash.h>
#include <linux/err.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "bench.h"

#define NONCE_SIZE	12

static struct crypto_shash *cmac_tfm, *hmac_tfm;
static struct crypto_aead *gcm_tfm;
static struct aead_request *gcm_req;
static struct scatterlist *sgl;
static u8 nonce[NONCE_SIZE];
static u8 tag[SMBSIGN_SIG_SIZE];

static int hash_sign(struct crypto_shash *tfm, struct bench_pdu *pdu)
{
	SHASH_DESC_ON_STACK(desc, tfm);
	u8 mac[HASH_MAX_DIGESTSIZE];
	int err;

	desc->tfm = tfm;
	memset(pdu->hdr + HDR_SIGNATURE, 0, SMBSIGN_SIG_SIZE);
	err = crypto_shash_init(desc);
	for (unsigned int i = 0; !err && i < pdu->num_iov; i++)
		err = crypto_shash_update(desc, pdu->iov[i].iov_base,
					  pdu->iov[i].iov_len);
	err = err ?: crypto_shash_final(desc, mac);
	memcpy(pdu->hdr + HDR_SIGNATURE, mac, SMBSIGN_SIG_SIZE);
	return err;
}

/* The scatterlist is made once a load, which a caller could not do. */
static void gcm_prepare(struct bench_pdu *pdu)
{
	sg_init_table(sgl, pdu->num_iov + 1);
	sg_set_buf(&sgl[0], pdu->hdr, HDR_SIZE);
	for (unsigned int i = 1; i < pdu->num_iov; i++)
		sg_set_page(&sgl[i], vmalloc_to_page(pdu->iov[i].iov_base),
			    pdu->iov[i].iov_len, 0);
	sg_set_buf(&sgl[pdu->num_iov], tag, sizeof(tag));
	aead_request_set_ad(gcm_req, pdu->len);
	aead_request_set_crypt(gcm_req, sgl, sgl, 0, nonce);
}

static int gcm_sign(struct bench_pdu *pdu)
{
	int err;

	memset(pdu->hdr + HDR_SIGNATURE, 0, SMBSIGN_SIG_SIZE);
	memcpy(nonce, pdu->hdr + HDR_MESSAGE_ID, 8);
	err = crypto_aead_encrypt(gcm_req);
	memcpy(pdu->hdr + HDR_SIGNATURE, tag, SMBSIGN_SIG_SIZE);
	return err;
}

/* One key, so no batches; verifying is the same work. */
static bool driver_can(const struct bench_load *load)
{
	if (load->alg == SMBSIGN_AES_GMAC && !gcm_tfm)
		return false;
	return load->job == BENCH_SIGN || load->job == BENCH_LATENCY;
}

static int driver_run(const struct bench_load *load)
{
	struct bench_pdu *pdu = bench_pdus[0];
	int err = 0;

	if (load->alg == SMBSIGN_AES_GMAC)
		gcm_prepare(pdu);
	for (unsigned int i = 0; !err && i < load->repeat; i++) {
		pdu_new_id(pdu);
		switch (load->alg) {
		case SMBSIGN_AES_GMAC:
			err = gcm_sign(pdu);
			break;
		case SMBSIGN_AES_CMAC:
			err = hash_sign(cmac_tfm, pdu);
			break;
		default:
			err = hash_sign(hmac_tfm, pdu);
		}
		if (load->job == BENCH_LATENCY)
			memcpy(pdu->body, pdu->hdr + HDR_SIGNATURE,
			       SMBSIGN_SIG_SIZE);
	}
	return err;
}

const struct bench_way way_driver = {
	.name	= "driver",
	.can	= driver_can,
	.run	= driver_run,
};

void driver_print(void)
{
	pr_info("driver cmac(aes): %s\n", crypto_shash_driver_name(cmac_tfm));
	pr_info("driver hmac(sha256): %s\n", crypto_shash_driver_name(hmac_tfm));
	if (gcm_tfm)
		pr_info("driver gcm(aes): %s\n",
			crypto_tfm_alg_driver_name(crypto_aead_tfm(gcm_tfm)));
}

/* A driver that only works asynchronously would measure something else. */
static int gcm_init(const u8 *key)
{
	struct crypto_aead *tfm = crypto_alloc_aead("gcm(aes)", 0, 0);
	int err;

	if (IS_ERR(tfm))
		return 0;
	err = crypto_aead_setkey(tfm, key, SMBSIGN_KEY_SIZE) ?:
	      crypto_aead_setauthsize(tfm, SMBSIGN_SIG_SIZE);
	gcm_tfm = tfm;
	gcm_req = aead_request_alloc(tfm, GFP_KERNEL);
	sgl = kvcalloc(PDU_MAX_IOV + 1, sizeof(*sgl), GFP_KERNEL);
	if (!gcm_req || !sgl)
		return -ENOMEM;
	aead_request_set_callback(gcm_req, 0, NULL, NULL);
	return err;
}

static struct crypto_shash *hash_init(const char *name, const char *fallback,
				      const u8 *key)
{
	struct crypto_shash *tfm = crypto_alloc_shash(name, 0, 0);
	int err;

	if (IS_ERR(tfm))
		tfm = crypto_alloc_shash(fallback, 0, 0);
	if (IS_ERR(tfm))
		return tfm;
	err = crypto_shash_setkey(tfm, key, SMBSIGN_KEY_SIZE);
	if (!err)
		return tfm;
	crypto_free_shash(tfm);
	return ERR_PTR(err);
}

int driver_init(void)
{
	const u8 *key = bench_pdus[0]->raw_key;
	struct crypto_shash *tfm;

	tfm = hash_init("cmac(aes-aesni)", "cmac(aes-generic)", key);
	if (IS_ERR(tfm))
		return PTR_ERR(tfm);
	cmac_tfm = tfm;
	tfm = hash_init("hmac(sha256)", "hmac(sha256-generic)", key);
	if (IS_ERR(tfm))
		return PTR_ERR(tfm);
	hmac_tfm = tfm;
	return gcm_init(key);
}

void driver_exit(void)
{
	if (gcm_req)
		aead_request_free(gcm_req);
	if (gcm_tfm)
		crypto_free_aead(gcm_tfm);
	kvfree(sgl);
	crypto_free_shash(hmac_tfm);
	crypto_free_shash(cmac_tfm);
}
