// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages and compound chains, signed and verified where they lie: brings the
 * data (data.c), the header (pdu.c), the MAC (sign.c) and the guard against
 * reuse of nonces (guard.c) together.
 */
#include <crypto/utils.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "internal.h"

/* A signature in the making that smbsign_data_walk() can feed */
struct msg_mac {
	struct smbsign_section section;
	struct smbsign_sign_ctx ctx;
	const struct smbsign_key *key;
};

static void msg_mac_step(void *priv, u8 *data, size_t len)
{
	struct msg_mac *mac = priv;

	smbsign_sign_update(&mac->section, &mac->ctx, mac->key, data, len);
}

/* The header of the message at @off, and a view of it */
static int msg_header(const struct smbsign_key *key,
		      const struct smbsign_msg *msg, size_t off, size_t len,
		      u8 hdr[SMBSIGN_SMB2_HDR_SIZE], struct smbsign_pdu *pdu)
{
	enum smbsign_proto proto = smbsign_sign_proto(key->alg);
	size_t size = smbsign_pdu_hdr_size(proto);
	int err;

	if (len < size)
		return -EPROTO;
	err = smbsign_data_read(msg, off, hdr, size);
	if (err)
		return err;
	return smbsign_pdu_parse_hdr(pdu, proto, hdr, len);
}

static int msg_compute(const struct smbsign_key *key,
		       const struct smbsign_msg *msg, size_t off, size_t len,
		       u8 sig[SMBSIGN_SIG_SIZE])
{
	struct msg_mac mac = { .key = key };
	int err;

	smbsign_sign_init(&mac.ctx, key);
	smbsign_sign_set_sequence(&mac.ctx, msg->sequence);
	smbsign_section_begin(&mac.section);
	err = smbsign_data_walk(msg, off, len, msg_mac_step, &mac);
	if (err)
		memzero_explicit(&mac.ctx, sizeof(mac.ctx));
	else
		err = smbsign_sign_final(&mac.section, &mac.ctx, key, sig);
	smbsign_section_end(&mac.section);
	return err;
}

static bool is_ours(const struct smbsign_key *key,
		    const struct smbsign_pdu *pdu)
{
	return smbsign_pdu_is_response(pdu) == (key->role == SMBSIGN_SERVER);
}

static int sign_pdu(struct smbsign_key *key, const struct smbsign_msg *msg,
		    size_t off, const struct smbsign_pdu *pdu)
{
	u8 sig[SMBSIGN_SIG_SIZE];
	int err;

	if (!is_ours(key, pdu))
		return -EINVAL;
	err = smbsign_guard_check(key, pdu) ?:
	      msg_compute(key, msg, off, pdu->len, sig) ?:
	      smbsign_guard_claim(key, pdu, sig);
	if (!err)
		err = smbsign_data_write(msg, off + (pdu->signature - pdu->hdr),
					 sig, smbsign_sign_size(key->alg));
	memzero_explicit(sig, sizeof(sig));
	return err;
}

static int verify_pdu(const struct smbsign_key *key,
		      const struct smbsign_msg *msg, size_t off,
		      const struct smbsign_pdu *pdu)
{
	u8 sig[SMBSIGN_SIG_SIZE];
	int err;

	/* The flag that tells is under the MAC, but the key is the same. */
	if (is_ours(key, pdu))
		return -EACCES;
	err = msg_compute(key, msg, off, pdu->len, sig);
	if (!err && crypto_memneq(sig, pdu->signature,
				  smbsign_sign_size(key->alg)))
		err = -EBADMSG;
	memzero_explicit(sig, sizeof(sig));
	return err;
}

static int sign_one(struct smbsign_key *key, const struct smbsign_msg *msg,
		    size_t off, size_t len)
{
	u8 hdr[SMBSIGN_SMB2_HDR_SIZE];
	struct smbsign_pdu pdu;
	int err;

	err = msg_header(key, msg, off, len, hdr, &pdu);
	if (err)
		return err;
	err = sign_pdu(key, msg, off, &pdu);
	smbsign_stats_signed(key, &pdu, err);
	return err;
}

static int verify_one(const struct smbsign_key *key,
		      const struct smbsign_msg *msg, size_t off, size_t len)
{
	u8 hdr[SMBSIGN_SMB2_HDR_SIZE];
	struct smbsign_pdu pdu;
	int err;

	err = msg_header(key, msg, off, len, hdr, &pdu);
	if (err)
		return err;
	err = verify_pdu(key, msg, off, &pdu);
	smbsign_stats_verified(key, &pdu, err);
	return err;
}

/* Bytes of the message at @off of a chain, by its NextCommand */
static int chain_part(const struct smbsign_msg *msg, size_t off,
		      size_t *len_ret)
{
	size_t rest = msg->len - off;
	u8 hdr[SMBSIGN_SMB2_HDR_SIZE];
	struct smbsign_pdu pdu;
	int err;

	err = smbsign_data_read(msg, off, hdr, min(rest, sizeof(hdr)));
	if (!err)
		err = smbsign_pdu_parse(&pdu, hdr, rest);
	if (!err)
		*len_ret = pdu.len;
	return err;
}

int smbsign_sign_msg(struct smbsign_key *key, const struct smbsign_msg *msg)
{
	return sign_one(key, msg, 0, msg->len);
}
EXPORT_SYMBOL_GPL(smbsign_sign_msg);

int smbsign_verify_msg(struct smbsign_key *key, const struct smbsign_msg *msg)
{
	return verify_one(key, msg, 0, msg->len);
}
EXPORT_SYMBOL_GPL(smbsign_verify_msg);

int smbsign_sign_chain(struct smbsign_key *key, const struct smbsign_msg *msg)
{
	size_t off = 0;

	do {
		size_t len;
		int err;

		err = chain_part(msg, off, &len) ?:
		      sign_one(key, msg, off, len);
		if (err)
			return err;
		off += len;
	} while (off < msg->len);
	return 0;
}
EXPORT_SYMBOL_GPL(smbsign_sign_chain);

int smbsign_verify_chain(struct smbsign_key *key, const struct smbsign_msg *msg,
			 unsigned int *failed_ret)
{
	unsigned int index = 0;
	size_t off = 0;
	int err;

	do {
		size_t len;

		err = chain_part(msg, off, &len) ?:
		      verify_one(key, msg, off, len);
		if (err)
			break;
		off += len;
		index++;
	} while (off < msg->len);

	if (err && failed_ret)
		*failed_ret = index;
	return err;
}
EXPORT_SYMBOL_GPL(smbsign_verify_chain);
