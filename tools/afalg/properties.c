// SPDX-License-Identifier: GPL-2.0-only
/* What has to hold for a transform and each message that was signed with it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "afalg.h"

/* A computation must not end where a block, a field or a page does. */
#define SMALL_PART	17
#define LARGE_PART	4093
#define NUM_SMALL_PARTS	16

/* Says what came out instead of what was expected; for a bool function. */
static bool failed(struct trial *trial, int ret, const __u8 *mac,
		   const char *expected)
{
	char *pos = trial->why;
	int i;

	if (ret < 0)
		pos += sprintf(pos, "%s", strerror(-ret));
	for (i = 0; i < ret; i++)
		pos += sprintf(pos, "%02x", mac[i]);
	sprintf(pos, ", expected %s", expected);
	return false;
}

bool trial_init(struct trial *trial, const struct transform *transform,
		const struct pdu_testvec *vec)
{
	__le32 sequence = htole32(vec->sequence);
	int err;

	*trial = (struct trial){ .transform = transform, .vec = vec, .tfm = -1 };
	trial->pdu = malloc(vec->pdu_len);
	if (!trial->pdu)
		return failed(trial, -ENOMEM, NULL, "memory");
	memcpy(trial->pdu, vec->pdu, vec->pdu_len);
	if (transform->alg == PDU_ALG_SMB1_MD5)
		memcpy(trial->pdu + vec->sig_off, &sequence, sizeof(sequence));

	trial->tfm = hash_open(transform->name);
	if (trial->tfm < 0)
		return failed(trial, trial->tfm, NULL, "the transform");
	err = hash_setkey(trial->tfm, vec->key, vec->key_len);
	return !err || failed(trial, err, NULL, "to set the key");
}

void trial_exit(struct trial *trial)
{
	if (trial->tfm >= 0)
		close(trial->tfm);
	free(trial->pdu);
}

static bool is_signature(const struct trial *trial, int ret, const __u8 *mac)
{
	const struct pdu_testvec *vec = trial->vec;

	return ret == (int)vec->sig_size &&
	       !memcmp(mac, vec->pdu + vec->sig_off, vec->sig_size);
}

static bool expect_signature(struct trial *trial, int ret, const __u8 *mac)
{
	return is_signature(trial, ret, mac) ||
	       failed(trial, ret, mac, "the captured signature");
}

static bool gives_signature(struct trial *trial)
{
	__u8 mac[MAC_MAX_SIZE];
	int ret;

	ret = hash_digest(trial->tfm, trial->pdu, trial->vec->pdu_len, mac);
	return expect_signature(trial, ret, mac);
}

/* A signature comes out, and it is another one. */
static bool gives_other_signature(struct trial *trial)
{
	__u8 mac[MAC_MAX_SIZE];
	int ret;

	ret = hash_digest(trial->tfm, trial->pdu, trial->vec->pdu_len, mac);
	if (ret == (int)trial->vec->sig_size && !is_signature(trial, ret, mac))
		return true;
	return failed(trial, ret, mac, "another signature");
}

/*
 * The last byte goes alone: if one send() makes more than one update, of 64 KiB
 * each, Linux 6.12 answers with the bytes of the first ones and not the error.
 */
static bool gives_eproto(struct trial *trial, size_t len)
{
	size_t last = len ? 1 : 0;
	__u8 mac[MAC_MAX_SIZE];
	int op, ret;

	op = hash_begin(trial->tfm);
	if (op < 0)
		return failed(trial, op, NULL, "a new computation");
	ret = hash_update(op, trial->pdu, len - last);
	if (ret) {
		close(op);
		return failed(trial, ret, NULL, "no error before the end");
	}
	ret = hash_finup(op, trial->pdu + len - last, last, mac);
	close(op);
	return ret == -EPROTO || failed(trial, ret, mac, strerror(EPROTO));
}

static void fill_signature(const struct trial *trial, int byte)
{
	memset(trial->pdu + trial->transform->zeroed_off, byte,
	       trial->transform->zeroed_size);
}

static bool signs(struct trial *trial)
{
	fill_signature(trial, 0);
	return gives_signature(trial);
}

static bool verifies(struct trial *trial)
{
	return gives_signature(trial);
}

static bool ignores_signature(struct trial *trial)
{
	fill_signature(trial, 0xa5);
	return gives_signature(trial);
}

static bool refuses_flip(struct trial *trial, size_t off)
{
	__u8 bit = 1 << off % 8;
	bool ok;

	trial->pdu[off] ^= bit;
	ok = gives_other_signature(trial);
	trial->pdu[off] ^= bit;
	return ok;
}

static bool refuses_tampered(struct trial *trial)
{
	const struct transform *transform = trial->transform;
	size_t len = trial->vec->pdu_len;

	return refuses_flip(trial, 4) &&
	       refuses_flip(trial, transform->zeroed_off - 1) &&
	       refuses_flip(trial, transform->hdr_size) &&
	       refuses_flip(trial, len / 2 > transform->hdr_size ?
				   len / 2 : len - 1) &&
	       refuses_flip(trial, len - 1);
}

static bool gives_signature_split_at(struct trial *trial, size_t off)
{
	__u8 mac[MAC_MAX_SIZE];
	int op, ret;

	op = hash_begin(trial->tfm);
	if (op < 0)
		return failed(trial, op, NULL, "a new computation");
	ret = hash_update(op, trial->pdu, off);
	if (!ret)
		ret = hash_finup(op, trial->pdu + off,
				 trial->vec->pdu_len - off, mac);
	close(op);
	return expect_signature(trial, ret, mac);
}

static bool gives_signature_in_parts(struct trial *trial)
{
	size_t left = trial->vec->pdu_len, part = SMALL_PART;
	const __u8 *pos = trial->pdu;
	__u8 mac[MAC_MAX_SIZE];
	int op, ret = 0, i;

	op = hash_begin(trial->tfm);
	if (op < 0)
		return failed(trial, op, NULL, "a new computation");
	for (i = 0; !ret && left > part; i++) {
		ret = hash_update(op, pos, part);
		pos += part;
		left -= part;
		if (i == NUM_SMALL_PARTS)
			part = LARGE_PART;
	}
	if (!ret)
		ret = hash_finup(op, pos, left, mac);
	close(op);
	return expect_signature(trial, ret, mac);
}

static bool takes_any_split(struct trial *trial)
{
	const struct transform *transform = trial->transform;
	const size_t splits[] = {
		1, 3, 4, transform->zeroed_off, transform->zeroed_off + 1,
		transform->zeroed_off + transform->zeroed_size,
		transform->hdr_size - 1, transform->hdr_size,
		transform->hdr_size + 1, trial->vec->pdu_len / 2,
		trial->vec->pdu_len - 1,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(splits); i++) {
		if (!gives_signature_split_at(trial, splits[i]))
			return false;
	}
	return gives_signature_in_parts(trial);
}

/* The copy ends before the original goes on. */
static bool finish_twice(struct trial *trial, int op, size_t off)
{
	const __u8 *rest = trial->pdu + off;
	size_t rest_len = trial->vec->pdu_len - off;
	__u8 mac[MAC_MAX_SIZE];
	int copy, ret;

	copy = hash_clone(op);
	if (copy < 0)
		return failed(trial, copy, NULL, "a clone");
	ret = hash_finup(copy, rest, rest_len, mac);
	close(copy);
	if (!expect_signature(trial, ret, mac))
		return false;
	ret = hash_finup(op, rest, rest_len, mac);
	return expect_signature(trial, ret, mac);
}

static bool gives_signature_cloned_at(struct trial *trial, size_t off)
{
	int op, ret;
	bool ok;

	op = hash_begin(trial->tfm);
	if (op < 0)
		return failed(trial, op, NULL, "a new computation");
	ret = hash_update(op, trial->pdu, off);
	if (ret)
		ok = failed(trial, ret, NULL, "success");
	else
		ok = finish_twice(trial, op, off);
	close(op);
	return ok;
}

static bool can_be_cloned(struct trial *trial)
{
	return gives_signature_cloned_at(trial, 5) &&
	       gives_signature_cloned_at(trial, trial->transform->zeroed_off + 1) &&
	       gives_signature_cloned_at(trial, trial->vec->pdu_len - 1);
}

static bool refuses_short(struct trial *trial)
{
	return gives_eproto(trial, 0) && gives_eproto(trial, 4) &&
	       gives_eproto(trial, trial->transform->hdr_size - 1);
}

static bool refuses_other_protocol(struct trial *trial)
{
	/* 0xfe of SMB2 turns into 0xfd of encrypted, 0xff into 0xfc */
	trial->pdu[0] ^= 3;
	return gives_eproto(trial, trial->vec->pdu_len);
}

const struct property properties[NUM_PROPERTIES] = {
	[PROPERTY_SIGN]     = { "gives the captured signature", signs },
	[PROPERTY_VERIFY]   = { "verifies it where it stands", verifies },
	[PROPERTY_TAMPERED] = { "a flipped bit gives another", refuses_tampered },
	[PROPERTY_IGNORE]   = { "ignores what stands in the signature's place",
				ignores_signature },
	[PROPERTY_SPLIT]    = { "takes the message in any parts", takes_any_split },
	[PROPERTY_CLONE]    = { "can be cloned in mid-message", can_be_cloned },
	[PROPERTY_SHORT]    = { "refuses less than a header, EPROTO",
				refuses_short },
	[PROPERTY_PROTOCOL] = { "refuses another ProtocolId, EPROTO",
				refuses_other_protocol },
};

/* Is a key of this length answered with err? */
static bool key_gives(const struct transform *transform, size_t len, int err)
{
	static const __u8 key[256];
	int tfm, ret;

	tfm = hash_open(transform->name);
	if (tfm < 0)
		return false;
	ret = hash_setkey(tfm, key, len);
	close(tfm);
	if (ret != err)
		printf("# key of %zu bytes: %s, expected: %s\n", len,
		       strerror(-ret), strerror(-err));
	return ret == err;
}

static bool needs_key(const struct transform *transform)
{
	static const __u8 pdu[64];
	__u8 mac[MAC_MAX_SIZE];
	int tfm, ret;

	tfm = hash_open(transform->name);
	if (tfm < 0)
		return false;
	ret = hash_digest(tfm, pdu, sizeof(pdu), mac);
	close(tfm);
	return ret == -ENOKEY;
}

/* SMB1 takes a key of any length, all others take 16 bytes. */
bool keys_hold(const struct transform *transform)
{
	bool ok = needs_key(transform);
	size_t len;

	if (transform->alg == PDU_ALG_SMB1_MD5) {
		for (len = 1; len <= 200; len++)
			ok &= key_gives(transform, len, 0);
		return ok;
	}
	ok &= key_gives(transform, 16, 0);
	ok &= key_gives(transform, 0, -EINVAL);
	ok &= key_gives(transform, 15, -EINVAL);
	ok &= key_gives(transform, 17, -EINVAL);
	ok &= key_gives(transform, 32, -EINVAL);
	return ok;
}
