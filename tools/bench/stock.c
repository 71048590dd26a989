// SPDX-License-Identifier: GPL-2.0-only
/*
 * What stock cifs.ko and ksmbd.ko do for a PDU: they have one transform for
 * signing, to which they give the key for every PDU; to verify, cifs.ko allocates
 * one for every PDU.  They have no AES-GMAC, and sign with AES-CMAC instead.
 */
#include <crypto/hash.h>
#include <crypto/sha2.h>
#include <linux/err.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "bench.h"

/*
 * The kernel's own drivers, best first: the plain name would give the one that
 * smbsign has put above them.
 */
static const char *const cmac_names[] = { "cmac(aes-aesni)", "cmac(aes-generic)" };
static const char *const hmac_names[] = { "hmac(sha256)" };

static struct crypto_shash *stock_tfms[BENCH_NUM_ALGS];

static enum smbsign_alg stock_alg(enum smbsign_alg alg)
{
	return alg == SMBSIGN_AES_GMAC ? SMBSIGN_AES_CMAC : alg;
}

static struct crypto_shash *stock_alloc(enum smbsign_alg alg)
{
	const char *const *names = cmac_names;
	int num = ARRAY_SIZE(cmac_names);
	struct crypto_shash *tfm = NULL;

	if (alg == SMBSIGN_HMAC_SHA256) {
		names = hmac_names;
		num = ARRAY_SIZE(hmac_names);
	}
	for (int i = 0; i < num; i++) {
		tfm = crypto_alloc_shash(names[i], 0, 0);
		if (!IS_ERR(tfm))
			break;
	}
	return tfm;
}

static int stock_compute(struct shash_desc *desc, struct bench_pdu *pdu)
{
	u8 mac[SHA256_DIGEST_SIZE];
	int err;

	memset(pdu->hdr + HDR_SIGNATURE, 0, SMBSIGN_SIG_SIZE);
	err = crypto_shash_setkey(desc->tfm, pdu->raw_key, SMBSIGN_KEY_SIZE) ?:
	      crypto_shash_init(desc);
	for (unsigned int i = 0; !err && i < pdu->num_iov; i++)
		err = crypto_shash_update(desc, pdu->iov[i].iov_base,
					  pdu->iov[i].iov_len);
	err = err ?: crypto_shash_final(desc, mac);
	memcpy(pdu->hdr + HDR_SIGNATURE, mac, SMBSIGN_SIG_SIZE);
	return err;
}

static int stock_sign(enum smbsign_alg alg, struct bench_pdu *pdu)
{
	SHASH_DESC_ON_STACK(desc, stock_tfms[alg]);

	desc->tfm = stock_tfms[alg];
	pdu_new_id(pdu);
	return stock_compute(desc, pdu);
}

/* Allocating sleeps: stock code cannot do this in softirq. */
static int stock_verify(enum smbsign_alg alg, struct bench_pdu *pdu)
{
	struct crypto_shash *tfm = stock_alloc(alg);
	u8 received[SMBSIGN_SIG_SIZE];
	struct shash_desc *desc;
	int err;

	if (IS_ERR(tfm))
		return PTR_ERR(tfm);
	desc = kmalloc(sizeof(*desc) + crypto_shash_descsize(tfm), GFP_KERNEL);
	if (!desc) {
		crypto_free_shash(tfm);
		return -ENOMEM;
	}
	desc->tfm = tfm;
	memcpy(received, pdu->hdr + HDR_SIGNATURE, sizeof(received));
	err = stock_compute(desc, pdu);
	if (!err && memcmp(received, pdu->hdr + HDR_SIGNATURE, sizeof(received)))
		err = -EBADMSG;
	kfree(desc);
	crypto_free_shash(tfm);
	return err;
}

static bool stock_can(const struct bench_load *load)
{
	return true;
}

static int stock_run(const struct bench_load *load)
{
	bool many = load->job == BENCH_BATCH_SIGN || load->job == BENCH_MIXED;
	enum smbsign_alg alg = stock_alg(load->alg);
	unsigned int num = many ? BENCH_BATCH : 1;
	int err = 0;

	if (load->job == BENCH_VERIFY)
		err = stock_sign(alg, bench_pdus[0]);
	for (unsigned int i = 0; i < load->repeat; i++) {
		for (unsigned int j = 0; !err && j < num; j++) {
			struct bench_pdu *pdu = bench_pdus[j];

			if (load->job == BENCH_VERIFY)
				err = stock_verify(alg, pdu);
			else
				err = stock_sign(alg, pdu);
			if (load->job == BENCH_LATENCY)
				memcpy(pdu->body, pdu->hdr + HDR_SIGNATURE,
				       SMBSIGN_SIG_SIZE);
		}
	}
	return err;
}

const struct bench_way way_stock = {
	.name	= "stock",
	.can	= stock_can,
	.run	= stock_run,
};

void stock_print(void)
{
	for (int alg = SMBSIGN_HMAC_SHA256; alg <= SMBSIGN_AES_CMAC; alg++)
		pr_info("stock %s: %s\n", alg ? "cmac(aes)" : "hmac(sha256)",
			crypto_shash_driver_name(stock_tfms[alg]));
}

int stock_init(void)
{
	for (int alg = SMBSIGN_HMAC_SHA256; alg <= SMBSIGN_AES_CMAC; alg++) {
		struct crypto_shash *tfm = stock_alloc(alg);

		if (IS_ERR(tfm))
			return PTR_ERR(tfm);
		stock_tfms[alg] = tfm;
	}
	return 0;
}

void stock_exit(void)
{
	for (int alg = 0; alg < BENCH_NUM_ALGS; alg++)
		crypto_free_shash(stock_tfms[alg]);
}
