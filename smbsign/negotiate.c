// SPDX-License-Identifier: GPL-2.0-only
/*
 * Negotiation of the signing algorithm of SMB 3.1.1: SMB2_SIGNING_CAPABILITIES,
 * MS-SMB2 2.2.3.1.7 and 2.2.4.1.7.  Pure functions over untrusted bytes.
 */
#include <linux/align.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/unaligned.h>

#include "internal.h"

/* A negotiate context, 2.2.3.1: ContextType, DataLength, Reserved, Data */
#define CONTEXT_TYPE_OFF	0
#define CONTEXT_DATA_LEN_OFF	2
#define CONTEXT_HDR_SIZE	8
#define CONTEXT_ALIGN		8

/* Data: SigningAlgorithmCount, then the ids */
#define CAPS_HDR_SIZE		2
#define CAPS_ID_SIZE		2

static bool is_negotiable(enum smbsign_alg alg)
{
	return alg == SMBSIGN_HMAC_SHA256 || alg == SMBSIGN_AES_CMAC ||
	       alg == SMBSIGN_AES_GMAC;
}

int smbsign_caps_build(u8 *buf, size_t size,
		       const struct smbsign_alg_list *algs)
{
	size_t data_len = CAPS_HDR_SIZE + algs->num * CAPS_ID_SIZE;

	if (!algs->num || algs->num > SMBSIGN_MAX_ALGS)
		return -EINVAL;
	for (unsigned int i = 0; i < algs->num; i++) {
		if (!is_negotiable(algs->alg[i]))
			return -EINVAL;
	}
	if (size < CONTEXT_HDR_SIZE + data_len)
		return -ENOSPC;

	put_unaligned_le16(SMBSIGN_CAPS_CONTEXT_TYPE, buf + CONTEXT_TYPE_OFF);
	put_unaligned_le16(data_len, buf + CONTEXT_DATA_LEN_OFF);
	put_unaligned_le32(0, buf + 4);
	buf += CONTEXT_HDR_SIZE;
	put_unaligned_le16(algs->num, buf);
	for (unsigned int i = 0; i < algs->num; i++)
		put_unaligned_le16(algs->alg[i],
				   buf + CAPS_HDR_SIZE + i * CAPS_ID_SIZE);
	return CONTEXT_HDR_SIZE + data_len;
}
EXPORT_SYMBOL_GPL(smbsign_caps_build);

/* The number of ids, checked against the length; negative if they disagree. */
static int caps_count(const u8 *data, size_t len)
{
	unsigned int num;

	if (len < CAPS_HDR_SIZE)
		return -EPROTO;
	num = get_unaligned_le16(data);
	if (!num || (len - CAPS_HDR_SIZE) / CAPS_ID_SIZE < num)
		return -EPROTO;
	return num;
}

static u16 caps_id(const u8 *data, unsigned int i)
{
	return get_unaligned_le16(data + CAPS_HDR_SIZE + i * CAPS_ID_SIZE);
}

static bool caps_has(const u8 *data, unsigned int num, enum smbsign_alg alg)
{
	for (unsigned int i = 0; i < num; i++) {
		if (caps_id(data, i) == alg)
			return true;
	}
	return false;
}

int smbsign_caps_choose(const u8 *data, size_t len,
			const struct smbsign_alg_list *ours,
			enum smbsign_alg *alg_ret)
{
	int num = caps_count(data, len);

	if (num < 0)
		return num;
	*alg_ret = SMBSIGN_AES_CMAC;
	for (unsigned int i = 0; i < ours->num; i++) {
		if (is_negotiable(ours->alg[i]) &&
		    caps_has(data, num, ours->alg[i])) {
			*alg_ret = ours->alg[i];
			break;
		}
	}
	return 0;
}
EXPORT_SYMBOL_GPL(smbsign_caps_choose);

int smbsign_caps_accept(const u8 *data, size_t len,
			const struct smbsign_alg_list *offered,
			enum smbsign_alg *alg_ret)
{
	int num = caps_count(data, len);

	if (num != 1)
		return -EPROTO;
	for (unsigned int i = 0; i < offered->num; i++) {
		if (offered->alg[i] == caps_id(data, 0)) {
			*alg_ret = offered->alg[i];
			return 0;
		}
	}
	return -EPROTO;
}
EXPORT_SYMBOL_GPL(smbsign_caps_accept);

int smbsign_caps_find(const u8 *contexts, size_t len, unsigned int num,
		      const u8 **data_ret, size_t *len_ret)
{
	bool found = false;
	size_t off = 0;

	while (num--) {
		size_t data_len;

		if (off > len || len - off < CONTEXT_HDR_SIZE)
			return -EPROTO;
		data_len = get_unaligned_le16(contexts + off +
					      CONTEXT_DATA_LEN_OFF);
		if (len - off - CONTEXT_HDR_SIZE < data_len)
			return -EPROTO;
		if (get_unaligned_le16(contexts + off + CONTEXT_TYPE_OFF) ==
		    SMBSIGN_CAPS_CONTEXT_TYPE) {
			if (found)
				return -EPROTO;
			found = true;
			*data_ret = contexts + off + CONTEXT_HDR_SIZE;
			*len_ret = data_len;
		}
		off += ALIGN(CONTEXT_HDR_SIZE + data_len, CONTEXT_ALIGN);
	}
	return found ? 0 : -ENOENT;
}
EXPORT_SYMBOL_GPL(smbsign_caps_find);
