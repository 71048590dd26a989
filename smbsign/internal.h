/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the rooms of smbsign offer to one another.  Sections carry the name of
 * the file that holds the functions; imports point downwards: the MAC rooms
 * know no PDU, pdu.c knows no key.
 */
#ifndef _SMBSIGN_INTERNAL_H
#define _SMBSIGN_INTERNAL_H

#ifdef pr_fmt
#undef pr_fmt
#endif
#define pr_fmt(fmt) "smbsign: " fmt

#include <crypto/aes.h>
#include <crypto/md5.h>
#include <crypto/sha2.h>
#include <kunit/visibility.h>
#include <linux/bits.h>
#include <linux/minmax.h>
#include <linux/refcount.h>
#include <linux/smbsign.h>
#include <linux/stddef.h>
#include <linux/string.h>
#include <linux/types.h>
#include <linux/uio.h>
#include <linux/workqueue.h>

#define SMBSIGN_VERSION		"0.1.0"

#include "data.h"
#include "engine.h"
#include "pdu.h"

/* What each MAC may put behind the end of a message that lies in one piece */
#define MAC_PAD_SIZE	64

/* gmac.c: AES-128-GMAC, SP 800-38D */

struct smbsign_gmac_key {
	struct smbsign_aes_key aes;
	struct smbsign_ghash_key ghash;
};

/*
 * What comes in pieces is gathered up to this, then hashed at once; a multiple of
 * the block, and small enough for crypto API's limit on the size of a context.
 */
#define GMAC_GATHER_SIZE	160

/* While not @in_lanes the first of the accumulators is all that there is. */
struct smbsign_gmac_ctx {
	u64 len;			/* bytes so far, with those in @buf */
	u32 buf_len;
	u32 in_lanes;
	u8 acc[GHASH_NUM_LANES][GHASH_BLOCK_LEN];
	/* Bytes of the message, and room for the padding and the lengths */
	u8 buf[GMAC_GATHER_SIZE + GHASH_BLOCK_LEN];
};

/* What lanes need to be joined, and may begin with: a block each, or a header */
#define GMAC_LANES_LEN	(GHASH_NUM_LANES * GHASH_BLOCK_LEN)

/* Pieces for lanes are a multiple of this, as pages are; at once as much as a section has. */
#define GMAC_GROUP_LEN	(GHASH_LANES_BLOCKS * GHASH_BLOCK_LEN)
#define GMAC_GROUPS_MAX_LEN	(SMBSIGN_SECTION_BUDGET / \
				 SMBSIGN_GHASH_BLOCK_COST * GHASH_BLOCK_LEN)

int smbsign_gmac_key_init(struct smbsign_gmac_key *key);
int smbsign_gmac_preparekey(struct smbsign_gmac_key *key,
			    const u8 raw[SMBSIGN_KEY_SIZE]);
void smbsign_gmac_key_exit(struct smbsign_gmac_key *key);
void smbsign_gmac_update_blocks(struct smbsign_section *section,
				struct smbsign_gmac_ctx *ctx,
				const struct smbsign_gmac_key *key,
				const u8 *data, size_t len);
void smbsign_gmac_update_groups(struct smbsign_section *section,
				struct smbsign_gmac_ctx *ctx,
				const struct smbsign_gmac_key *key,
				const struct kvec *iov, size_t num_iov,
				size_t len);
void smbsign_gmac_update_piece(struct smbsign_section *section,
			       struct smbsign_gmac_ctx *ctx,
			       const struct smbsign_gmac_key *key,
			       const u8 *data, size_t len, size_t follows);
void smbsign_gmac_final(struct smbsign_section *section,
			struct smbsign_gmac_ctx *ctx,
			const struct smbsign_gmac_key *key,
			const u8 nonce[GMAC_NONCE_SIZE],
			u8 tag[SMBSIGN_SIG_SIZE]);
void smbsign_gmac_last(struct smbsign_section *section,
		       struct smbsign_gmac_ctx *ctx,
		       const struct smbsign_gmac_key *key, const u8 *data,
		       size_t len, const u8 nonce[GMAC_NONCE_SIZE],
		       u8 tag[SMBSIGN_SIG_SIZE]);

void smbsign_gmac_once(struct smbsign_section *section,
		       const struct smbsign_gmac_key *key, u8 *buf, size_t len,
		       const u8 nonce[GMAC_NONCE_SIZE],
		       u8 tag[SMBSIGN_SIG_SIZE]);

/* What is behind buf_len is not defined, and not looked at. */
static inline void smbsign_gmac_init(struct smbsign_gmac_ctx *ctx)
{
	memset(ctx->acc[0], 0, sizeof(ctx->acc[0]));
	ctx->len = 0;
	ctx->buf_len = 0;
	ctx->in_lanes = false;
}

/* Inline, so that pieces of known length, such as a header, are a few moves. */
static inline void smbsign_gmac_update(struct smbsign_section *section,
				       struct smbsign_gmac_ctx *ctx,
				       const struct smbsign_gmac_key *key,
				       const u8 *data, size_t len)
{
	if (len > GMAC_GATHER_SIZE - ctx->buf_len)
		return smbsign_gmac_update_blocks(section, ctx, key, data, len);
	memcpy(&ctx->buf[ctx->buf_len], data, len);
	ctx->buf_len += len;
	ctx->len += len;
}

/* May groups come next?  The engine has lanes, and what has been gathered is whole blocks. */
static inline bool smbsign_gmac_is_for_groups(const struct smbsign_section *section,
					      const struct smbsign_gmac_ctx *ctx)
{
	if (!section->engine->ghash_lanes)
		return false;
	return ctx->in_lanes ? !ctx->buf_len :
			       ctx->buf_len % GHASH_BLOCK_LEN == 0;
}

/* cmac.c: AES-128-CMAC, RFC 4493 */

struct smbsign_cmac_key {
	struct smbsign_aes_key aes;
	u8 k1[AES_BLOCK_SIZE];
	u8 k2[AES_BLOCK_SIZE];
};

/* As GMAC_GATHER_SIZE; for the drop-in it is not to be much. */
#define CMAC_GATHER_SIZE	128

struct smbsign_cmac_ctx {
	u8 x[AES_BLOCK_SIZE];
	u64 buf_len;		/* at least 1, but for an empty message */
	/* Bytes of the message, and room for the padding */
	u8 buf[CMAC_GATHER_SIZE + AES_BLOCK_SIZE];
};

int smbsign_cmac_key_init(struct smbsign_cmac_key *key);
int smbsign_cmac_preparekey(struct smbsign_cmac_key *key,
			    const u8 raw[SMBSIGN_KEY_SIZE]);
int smbsign_cmac_setkey(struct smbsign_section *section,
			struct smbsign_cmac_key *key, const u8 *raw, size_t len);
void smbsign_cmac_key_exit(struct smbsign_cmac_key *key);
void smbsign_cmac_pad(const struct smbsign_cmac_key *key,
		      u8 block[AES_BLOCK_SIZE], size_t len);
void smbsign_cmac_update_blocks(struct smbsign_section *section,
				struct smbsign_cmac_ctx *ctx,
				const struct smbsign_cmac_key *key,
				const u8 *data, size_t len);
void smbsign_cmac_final(struct smbsign_section *section,
			struct smbsign_cmac_ctx *ctx,
			const struct smbsign_cmac_key *key,
			u8 tag[SMBSIGN_SIG_SIZE]);

void smbsign_cmac_once(struct smbsign_section *section,
		       const struct smbsign_cmac_key *key, u8 *buf, size_t len,
		       u8 tag[SMBSIGN_SIG_SIZE]);

static inline void smbsign_cmac_init(struct smbsign_cmac_ctx *ctx)
{
	memset(ctx->x, 0, sizeof(ctx->x));
	ctx->buf_len = 0;
}

static inline void smbsign_cmac_update(struct smbsign_section *section,
				       struct smbsign_cmac_ctx *ctx,
				       const struct smbsign_cmac_key *key,
				       const u8 *data, size_t len)
{
	if (len > CMAC_GATHER_SIZE - ctx->buf_len)
		return smbsign_cmac_update_blocks(section, ctx, key, data, len);
	memcpy(&ctx->buf[ctx->buf_len], data, len);
	ctx->buf_len += len;
}

/* hmac.c: HMAC-SHA256, RFC 2104 */

struct smbsign_sha256_state {
	u32 h[SHA256_DIGEST_SIZE / 4];
};

struct smbsign_hmac_key {
	struct smbsign_sha256_state inner;	/* after the inner pad block */
	struct smbsign_sha256_state outer;	/* after the outer pad block */
};

/* As GMAC_GATHER_SIZE: a PDU of this size goes to the engine at once. */
#define HMAC_GATHER_SIZE	(2 * SHA256_BLOCK_SIZE)

struct smbsign_hmac_ctx {
	struct smbsign_sha256_state state;
	u64 len;	/* bytes so far, with the pad block and those in @buf */
	u64 buf_len;
	/* Bytes of the message, and room for the padding */
	u8 buf[HMAC_GATHER_SIZE + SHA256_BLOCK_SIZE];
};

void smbsign_hmac_preparekey(struct smbsign_hmac_key *key, const u8 *raw,
			     size_t len);
size_t smbsign_sha256_pad(u8 *buf, size_t fill, u64 len);
void smbsign_hmac_update_blocks(struct smbsign_section *section,
				struct smbsign_hmac_ctx *ctx, const u8 *data,
				size_t len);
void smbsign_hmac_final(struct smbsign_section *section,
			struct smbsign_hmac_ctx *ctx,
			const struct smbsign_hmac_key *key,
			u8 mac[SHA256_DIGEST_SIZE]);

void smbsign_hmac_once(struct smbsign_section *section,
		       const struct smbsign_hmac_key *key, u8 *buf, size_t len,
		       u8 mac[SHA256_DIGEST_SIZE]);

static inline void smbsign_hmac_init(struct smbsign_hmac_ctx *ctx,
				     const struct smbsign_hmac_key *key)
{
	ctx->state = key->inner;
	ctx->len = SHA256_BLOCK_SIZE;
	ctx->buf_len = 0;
}

static inline void smbsign_hmac_update(struct smbsign_section *section,
				       struct smbsign_hmac_ctx *ctx,
				       const u8 *data, size_t len)
{
	if (len > HMAC_GATHER_SIZE - ctx->buf_len)
		return smbsign_hmac_update_blocks(section, ctx, data, len);
	memcpy(&ctx->buf[ctx->buf_len], data, len);
	ctx->buf_len += len;
	ctx->len += len;
}

/* md5.c: MD5 with the key before the message, MS-CIFS 3.1.4.1 */

struct smbsign_md5_key {
	struct md5_state state;		/* after the key */
};

struct smbsign_md5_ctx {
	struct md5_state state;
};

int smbsign_md5_startup(void);
void smbsign_md5_shutdown(void);
bool smbsign_md5_is_available(void);
int smbsign_md5_preparekey(struct smbsign_md5_key *key, const u8 *raw,
			   size_t len);
void smbsign_md5_init(struct smbsign_md5_ctx *ctx,
		      const struct smbsign_md5_key *key);
int smbsign_md5_update(struct smbsign_md5_ctx *ctx, const u8 *data, size_t len);
int smbsign_md5_final(struct smbsign_md5_ctx *ctx,
		      u8 tag[SMBSIGN_SMB1_SIG_SIZE]);

/* kdf.c: session key -> signing key; preauthentication integrity hash */

int smbsign_kdf_startup(void);
void smbsign_kdf_shutdown(void);

/* key.c: raw key -> prepared key */

struct smbsign_guard;

struct smbsign_key {
	enum smbsign_alg alg;
	enum smbsign_role role;		/* from here on a consumer's key only */
	refcount_t refs;
	struct smbsign_guard *guard;	/* of AES-GMAC */
	struct work_struct free_work;	/* up to here */
	union {
		struct smbsign_gmac_key gmac;
		struct smbsign_cmac_key cmac;
		struct smbsign_hmac_key hmac;
		struct smbsign_md5_key md5;
	};
};

int smbsign_key_startup(void);
void smbsign_key_shutdown(void);
int smbsign_key_init(struct smbsign_key *key, enum smbsign_alg alg);
int smbsign_key_prepare(struct smbsign_key *key, const u8 *raw, size_t len);
void smbsign_key_exit(struct smbsign_key *key);

/* sign.c: (key, PDU) -> tag */

union smbsign_mac_ctx {
	struct smbsign_gmac_ctx gmac;
	struct smbsign_cmac_ctx cmac;
	struct smbsign_hmac_ctx hmac;
	struct smbsign_md5_ctx md5;
};

/* A signature in the making.  No pointers: it may be copied and moved. */
struct smbsign_sign_ctx {
	union smbsign_mac_ctx mac;
	u8 hdr[SMBSIGN_SMB2_HDR_SIZE];	/* gathered until it is whole */
	u8 nonce[GMAC_NONCE_SIZE];	/* known when the header is whole */
	s32 err;			/* met on the way, told by final */
	u32 hdr_len;
};

/* The protocol of the messages that an algorithm signs */
static inline enum smbsign_proto smbsign_sign_proto(enum smbsign_alg alg)
{
	return alg == SMBSIGN_MD5 ? SMBSIGN_PROTO_SMB1 : SMBSIGN_PROTO_SMB2;
}

/* Bytes of a signature, the size of the header's field */
static inline unsigned int smbsign_sign_size(enum smbsign_alg alg)
{
	return alg == SMBSIGN_MD5 ? SMBSIGN_SMB1_SIG_SIZE : SMBSIGN_SIG_SIZE;
}

void smbsign_sign_init(struct smbsign_sign_ctx *ctx,
		       const struct smbsign_key *key);
void smbsign_sign_update(struct smbsign_section *section,
			 struct smbsign_sign_ctx *ctx,
			 const struct smbsign_key *key, const u8 *data,
			 size_t len);
int __must_check smbsign_sign_final(struct smbsign_section *section,
				    struct smbsign_sign_ctx *ctx,
				    const struct smbsign_key *key, u8 *sig);

/* guard.c: no nonce of AES-GMAC twice */

int smbsign_guard_init(struct smbsign_key *key);
void smbsign_guard_exit(struct smbsign_key *key);
int smbsign_guard_claim(struct smbsign_key *key, const struct smbsign_pdu *pdu,
			const u8 sig[SMBSIGN_SIG_SIZE]);

/* message.c: messages and compound chains, where they lie */

/**
 * struct smbsign_job - one message, between its header and its signature
 * @op: what to do with it
 * @key: the key
 * @msg: the message
 * @place: where its header lies, or NULL if not in one piece
 * @pdu: view of a copy of its header, as it is signed: without the Signature
 * @sig: the Signature that it came with
 */
struct smbsign_job {
	enum smbsign_op op;
	struct smbsign_key *key;
	const struct smbsign_msg *msg;
	u8 *place;
	struct smbsign_pdu pdu;
	u8 sig[SMBSIGN_SIG_SIZE];
};

int __must_check smbsign_job_begin(struct smbsign_job *job,
				   u8 hdr[SMBSIGN_SMB2_HDR_SIZE]);
int smbsign_job_end(const struct smbsign_job *job, int err,
		    const u8 sig[SMBSIGN_SIG_SIZE]);
int __must_check
smbsign_verify_with_hdr(struct smbsign_key *key, const struct smbsign_msg *msg,
			const u8 hdr[SMBSIGN_SMB2_HDR_SIZE]);

/* lanes.c: messages of a serial algorithm side by side */

int smbsign_lanes_startup(void);
void smbsign_lanes_shutdown(void);
bool smbsign_lanes_run(enum smbsign_alg alg, struct smbsign_req *const *reqs,
		       unsigned int num);

/* batch.c: many messages at once */

int smbsign_batch_startup(void);
void smbsign_batch_shutdown(void);

/* stats.c: counters, tracepoints, audits, the log */

enum smbsign_audit {
	SMBSIGN_AUDIT_SERVER_NO_SIGNING,
	SMBSIGN_AUDIT_CLIENT_NO_SIGNING,
	SMBSIGN_AUDIT_INSECURE_GUEST,
};

void smbsign_stats_signed(const struct smbsign_key *key,
			  const struct smbsign_pdu *pdu, int err);
void smbsign_stats_verified(const struct smbsign_key *key,
			    const struct smbsign_pdu *pdu, int err);
void smbsign_stats_refused(const struct smbsign_pdu *pdu, u32 status);
void smbsign_stats_unsigned(void);
void smbsign_stats_queue_full(void);

/* policy.c: pure decisions */

/* What profiles differ in; the last of smbsign_profiles[] has no name. */
struct smbsign_profile {
	const char *name;
	bool client_requires;
	bool server_requires;
	bool server_enables;
	bool audits;
};

extern const struct smbsign_profile smbsign_profiles[];

void smbsign_profile_apply(const struct smbsign_profile *profile,
			   struct smbsign_policy *policy);

/* settings.c: the policy in force, its text form, and who changes it */

enum smbsign_setting_type {
	SMBSIGN_SETTING_BOOL,
	SMBSIGN_SETTING_ALGS,
};

/* One field of the policy; its name is "client/..." or "server/..." */
struct smbsign_setting {
	const char *name;
	size_t offset;		/* in struct smbsign_policy */
	enum smbsign_setting_type type;
	char **param;		/* the module parameter of that name */
};

#define SMBSIGN_NUM_SETTINGS	10

extern const struct smbsign_setting smbsign_settings[SMBSIGN_NUM_SETTINGS];

/* Room for the text of any setting, its end included */
#define SMBSIGN_SETTING_TEXT_SIZE	64

int smbsign_settings_startup(void);
void smbsign_settings_shutdown(void);
void smbsign_setting_format(const struct smbsign_setting *setting,
			    const struct smbsign_policy *policy,
			    char text[SMBSIGN_SETTING_TEXT_SIZE]);
int smbsign_setting_parse(const struct smbsign_setting *setting,
			  struct smbsign_policy *policy, const char *text);
int smbsign_settings_set(const struct smbsign_setting *setting,
			 const char *text);
int smbsign_settings_set_profile(const char *name);
const char *smbsign_settings_profile(void);
int smbsign_settings_lock(void);
bool smbsign_settings_is_locked(void);
int smbsign_settings_set_engine(const char *name);

/* sysfs.c: /sys/kernel/smbsign */

int smbsign_sysfs_register(void);
void smbsign_sysfs_unregister(void);

/* selftest.c: known answers, before anything is offered */

int smbsign_selftest(void);

/* shash.c: the crypto API's face */

int smbsign_shash_register(void);
void smbsign_shash_unregister(void);

/* dropin.c: "cmac(aes)" for the kernel's own users */

int smbsign_dropin_register(void);
void smbsign_dropin_unregister(void);

#endif /* _SMBSIGN_INTERNAL_H */
