/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * smbsign: signing of SMB messages inside the kernel.
 *
 * This is the only header that a consumer includes.  The signing transforms
 * themselves are reached through the crypto API, by the names
 * "smbsign(gmac(aes))", "smbsign(cmac(aes))", "smbsign(hmac(sha256))" and
 * "smbsign(md5)": an shash whose message is one whole PDU and whose digest is
 * that PDU's Signature field.
 */
#ifndef _LINUX_SMBSIGN_H
#define _LINUX_SMBSIGN_H

#include <linux/types.h>

struct kvec;

/* Size in bytes of a signing key and of a session key, MS-SMB2 3.1.4.2. */
#define SMBSIGN_KEY_SIZE	16

/* Size in bytes of the Signature field of SMB2 and SMB 3.x, MS-SMB2 2.2.1. */
#define SMBSIGN_SIG_SIZE	16

/* Size in bytes of the SecuritySignature field of SMB1, MS-CIFS 2.2.3.1. */
#define SMBSIGN_SMB1_SIG_SIZE	8

/* Size in bytes of a preauthentication integrity hash value (SHA-512). */
#define SMBSIGN_PREAUTH_SIZE	64

/**
 * enum smbsign_alg - signing algorithms
 * @SMBSIGN_HMAC_SHA256: HMAC-SHA256 cut to 16 bytes
 * @SMBSIGN_AES_CMAC: AES-128-CMAC, RFC 4493
 * @SMBSIGN_AES_GMAC: AES-128-GMAC, nonce from the header, MS-SMB2 3.1.4.1
 * @SMBSIGN_MD5: keyed MD5 of SMB1, MS-CIFS 3.1.4.1
 * @SMBSIGN_NUM_ALGS: how many there are
 *
 * The first three are the ids of SMB2_SIGNING_CAPABILITIES, MS-SMB2 2.2.3.1.7;
 * SMB1 never negotiates its algorithm, so MD5 has no id on the wire.
 */
enum smbsign_alg {
	SMBSIGN_HMAC_SHA256	= 0,
	SMBSIGN_AES_CMAC	= 1,
	SMBSIGN_AES_GMAC	= 2,
	SMBSIGN_MD5		= 3,
	SMBSIGN_NUM_ALGS,
};

/**
 * enum smbsign_dialect - SMB2 dialect revision numbers, MS-SMB2 2.2.4
 * @SMBSIGN_SMB202: SMB 2.0.2
 * @SMBSIGN_SMB210: SMB 2.1
 * @SMBSIGN_SMB300: SMB 3.0
 * @SMBSIGN_SMB302: SMB 3.0.2
 * @SMBSIGN_SMB311: SMB 3.1.1
 */
enum smbsign_dialect {
	SMBSIGN_SMB202	= 0x0202,
	SMBSIGN_SMB210	= 0x0210,
	SMBSIGN_SMB300	= 0x0300,
	SMBSIGN_SMB302	= 0x0302,
	SMBSIGN_SMB311	= 0x0311,
};

/**
 * struct smbsign_preauth - preauthentication integrity hash chain, MS-SMB2 3.1.5.2
 * @hash: hash value over all messages so far
 *
 * One belongs to a connection (NEGOTIATE request and response).  Each session
 * or channel goes on with a plain copy of it: its SESSION_SETUP requests and
 * the responses with STATUS_MORE_PROCESSING_REQUIRED.  The final response with
 * STATUS_SUCCESS is not hashed.
 */
struct smbsign_preauth {
	u8 hash[SMBSIGN_PREAUTH_SIZE];
};

/**
 * smbsign_preauth_init() - begin a preauthentication integrity hash chain
 * @preauth: the chain; it then stands at 64 zero bytes
 *
 * Context: Any context.
 */
void smbsign_preauth_init(struct smbsign_preauth *preauth);

/**
 * smbsign_preauth_update() - add one message to the chain, MS-SMB2 3.1.5.2
 * @preauth: the chain; unchanged when an error is returned
 * @iov: the message from its SMB2 header on, without the NetBIOS length, in
 *	 @num pieces of any size
 * @num: number of elements of @iov
 *
 * Context: Any context.
 * Return:
 * * 0 - @preauth now covers the message
 * * -ENOPKG - this kernel has no SHA-512
 */
int smbsign_preauth_update(struct smbsign_preauth *preauth,
			   const struct kvec *iov, unsigned int num);

/**
 * smbsign_derive_signing_key() - signing key of a session or channel, MS-SMB2 3.1.4.2
 * @key: where the signing key goes, %SMBSIGN_KEY_SIZE bytes; zeroed when an
 *	 error is returned.  The caller wipes it with memzero_explicit().
 * @dialect: the negotiated dialect, an enum smbsign_dialect as read off the wire
 * @session_key: the session key as GSS gave it
 * @session_key_len: its length in bytes.  Only the first 16 bytes count, and a
 *		     shorter one is filled up with zeros (3.2.5.3.1), for
 *		     32-byte Kerberos keys and AES-256 ciphers as well.
 * @preauth: the chain of this session or channel after its last SESSION_SETUP
 *	     request.  Only SMB 3.1.1 uses it; %NULL for all others.
 *
 * SMB 2.0.2 and 2.1 sign with the session key itself.  SMB 3.x derives with
 * SP 800-108 in counter mode, and always L = 128: the text of 3.1.4.2 asks for
 * L = 256 under AES-256 ciphers, but Windows and Samba do not do that for
 * signing keys.
 *
 * Context: Any context.
 * Return:
 * * 0 - @key holds the signing key
 * * -EINVAL - unknown dialect, or SMB 3.1.1 without @preauth
 * * -ENOKEY - the session key is empty
 */
int smbsign_derive_signing_key(u8 key[SMBSIGN_KEY_SIZE], u16 dialect,
			       const u8 *session_key, size_t session_key_len,
			       const struct smbsign_preauth *preauth);

#endif /* _LINUX_SMBSIGN_H */
