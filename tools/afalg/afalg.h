/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SMBSIGN_AFALG_H
#define _SMBSIGN_AFALG_H

#include <smb-pdus.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* Large enough for every digest */
#define MAC_MAX_SIZE	64

/* A transform of the module, and what its protocol's messages look like. */
struct transform {
	const char *name;
	const char *dialects;
	enum pdu_alg alg;
	size_t hdr_size;
	size_t zeroed_off;	/* bytes that count as zero */
	size_t zeroed_size;
};

/* What a property of a transform is tried on. */
struct trial {
	const struct transform *transform;
	const struct pdu_testvec *vec;
	int tfm;
	__u8 *pdu;		/* a copy that may be changed, ready to sign */
	char why[256];		/* it failed */
};

/* Something that has to hold for every message of a transform. */
struct property {
	const char *text;
	bool (*holds)(struct trial *trial);
};

/* The first three are what the table shows. */
enum {
	PROPERTY_SIGN,
	PROPERTY_VERIFY,
	PROPERTY_TAMPERED,
	PROPERTY_IGNORE,
	PROPERTY_SPLIT,
	PROPERTY_CLONE,
	PROPERTY_SHORT,
	PROPERTY_PROTOCOL,
	NUM_PROPERTIES
};

extern const struct property properties[NUM_PROPERTIES];

bool keys_hold(const struct transform *transform);
bool trial_init(struct trial *trial, const struct transform *transform,
		const struct pdu_testvec *vec);
void trial_exit(struct trial *trial);

/* hash.c: AF_ALG; all return a file descriptor, a size or 0, or -errno */
bool hash_is_supported(void);
int hash_open(const char *name);
int hash_setkey(int tfm, const __u8 *key, size_t len);
int hash_begin(int tfm);
int hash_clone(int op);
int hash_update(int op, const __u8 *data, size_t len);
int hash_finup(int op, const __u8 *data, size_t len, __u8 *mac);
int hash_digest(int tfm, const __u8 *data, size_t len, __u8 *mac);

#endif /* _SMBSIGN_AFALG_H */
