// SPDX-License-Identifier: GPL-2.0-only
/*
 * The four signing transforms of sign.c as MACs of whole SMB messages: what
 * holds for the MACs holds for them.  What is particular to a message, its
 * header above all, is in sign_kunit.c.
 */
#include <linux/string.h>
#include <linux/unaligned.h>

#include "mac-test.h"
#include "pdu-utils.h"
#include "vectors/mac-testvecs.h"

/* MS-SMB2 2.2.1, MS-CIFS 2.2.3.1; not by pdu_wire.h, which is under test. */
#define SMB2_COMMAND		12
#define SMB2_FLAGS		16
#define SMB2_MESSAGE_ID		24
#define SMB2_SIGNATURE		48
#define SMB2_CANCEL		0x000c
#define SMB2_FROM_SERVER	BIT(0)
#define SMB1_SIGNATURE		14

static void pdu_key_exit(void *key)
{
	smbsign_key_exit(key);
}

static int pdu_preparekey(void *key, const u8 *raw, size_t len)
{
	return smbsign_key_prepare(key, raw, len);
}

static void pdu_init(void *ctx, const void *key)
{
	smbsign_sign_init(ctx, key);
}

static void pdu_update(void *ctx, const void *key, const u8 *data, size_t len)
{
	sign_update(ctx, key, data, len);
}

static int pdu_final(void *ctx, const void *key, u8 *tag)
{
	return sign_final(ctx, key, tag);
}

/* A CANCEL has a nonce of its own. */
static void smb2_vary_header(u8 *msg)
{
	put_unaligned_le16(SMB2_CANCEL, msg + SMB2_COMMAND);
}

/* MS-SMB2 3.1.4.1 */
static void smb2_to_signed(u8 *msg, u8 nonce[GMAC_NONCE_SIZE])
{
	u32 flags = get_unaligned_le32(msg + SMB2_FLAGS);
	u32 role = 0;

	if (flags & SMB2_FROM_SERVER)
		role |= BIT(0);
	if (get_unaligned_le16(msg + SMB2_COMMAND) == SMB2_CANCEL)
		role |= BIT(1);
	memcpy(nonce, msg + SMB2_MESSAGE_ID, 8);
	put_unaligned_le32(role, nonce + 8);
	memset(msg + SMB2_SIGNATURE, 0, SMBSIGN_SIG_SIZE);
}

/* MS-CIFS 3.1.4.1: the sequence number stays in the low half. */
static void smb1_to_signed(u8 *msg, u8 nonce[GMAC_NONCE_SIZE])
{
	memset(msg + SMB1_SIGNATURE + 4, 0, 4);
}

#define PDU_COMMON						\
	.key_size	= sizeof(struct smbsign_key),		\
	.ctx_size	= sizeof(struct smbsign_sign_ctx),	\
	.preparekey	= pdu_preparekey,			\
	.key_exit	= pdu_key_exit,				\
	.init		= pdu_init,				\
	.update		= pdu_update,				\
	.final		= pdu_final

#define SMB2_COMMON						\
	PDU_COMMON,						\
	.tag_size	= SMBSIGN_SIG_SIZE,			\
	.hdr_size	= SMBSIGN_SMB2_HDR_SIZE,		\
	.protocol_id	= "\xfeSMB",				\
	.vary_header	= smb2_vary_header,			\
	.to_signed	= smb2_to_signed

static int gmac_key_init(void *key)
{
	return smbsign_key_init(key, SMBSIGN_AES_GMAC);
}

static const struct mac_test pdu_gmac_test = {
	SMB2_COMMON,
	.alg		= SMBSIGN_AES_GMAC,
	.wiped_size	= offsetof(struct smbsign_gmac_ctx, acc[1]),
	.key_init	= gmac_key_init,
	.mac_of_macs	= pdu_gmac_mac_of_macs,
};

static int pdu_gmac_suite_init(struct kunit *test)
{
	mac_test_setup(test, &pdu_gmac_test);
	return 0;
}

DEFINE_MAC_CASES(pdu_gmac_cases);

static struct kunit_suite pdu_gmac_suite = {
	.name = "smbsign_pdu_gmac",
	.init = pdu_gmac_suite_init,
	.test_cases = pdu_gmac_cases,
};

static int cmac_key_init(void *key)
{
	return smbsign_key_init(key, SMBSIGN_AES_CMAC);
}

static const struct mac_test pdu_cmac_test = {
	SMB2_COMMON,
	.alg		= SMBSIGN_AES_CMAC,
	.wiped_size	= offsetof(struct smbsign_cmac_ctx, buf),
	.key_init	= cmac_key_init,
	.mac_of_macs	= pdu_cmac_mac_of_macs,
};

static int pdu_cmac_suite_init(struct kunit *test)
{
	mac_test_setup(test, &pdu_cmac_test);
	return 0;
}

DEFINE_MAC_CASES(pdu_cmac_cases);

static struct kunit_suite pdu_cmac_suite = {
	.name = "smbsign_pdu_cmac",
	.init = pdu_cmac_suite_init,
	.test_cases = pdu_cmac_cases,
};

static int hmac_key_init(void *key)
{
	return smbsign_key_init(key, SMBSIGN_HMAC_SHA256);
}

static const struct mac_test pdu_hmac_test = {
	SMB2_COMMON,
	.alg		= SMBSIGN_HMAC_SHA256,
	.wiped_size	= offsetof(struct smbsign_hmac_ctx, buf),
	.key_init	= hmac_key_init,
	.mac_of_macs	= pdu_hmac_mac_of_macs,
};

static int pdu_hmac_suite_init(struct kunit *test)
{
	mac_test_setup(test, &pdu_hmac_test);
	return 0;
}

DEFINE_MAC_CASES(pdu_hmac_cases);

static struct kunit_suite pdu_hmac_suite = {
	.name = "smbsign_pdu_hmac",
	.init = pdu_hmac_suite_init,
	.test_cases = pdu_hmac_cases,
};

static int md5_key_init(void *key)
{
	return smbsign_key_init(key, SMBSIGN_MD5);
}

static const struct mac_test pdu_md5_test = {
	PDU_COMMON,
	.alg		= SMBSIGN_MD5,
	.wiped_size	= sizeof(struct smbsign_md5_ctx),
	.tag_size	= SMBSIGN_SMB1_SIG_SIZE,
	.hdr_size	= SMBSIGN_SMB1_HDR_SIZE,
	.protocol_id	= "\xffSMB",
	.to_signed	= smb1_to_signed,
	.is_available	= smbsign_md5_is_available,
	.key_init	= md5_key_init,
	.mac_of_macs	= pdu_md5_mac_of_macs,
};

static int pdu_md5_suite_init(struct kunit *test)
{
	mac_test_setup(test, &pdu_md5_test);
	return 0;
}

DEFINE_MAC_CASES(pdu_md5_cases);

static struct kunit_suite pdu_md5_suite = {
	.name = "smbsign_pdu_md5",
	.init = pdu_md5_suite_init,
	.test_cases = pdu_md5_cases,
};

kunit_test_suites(&pdu_gmac_suite, &pdu_cmac_suite, &pdu_hmac_suite,
		  &pdu_md5_suite);
