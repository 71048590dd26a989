// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages and compound chains, signed and verified where they lie: brings the
 * data (data.c), the header (pdu.c), the MAC (mac.h) and the guard against
 * reuse of nonces (guard.c) together.
 *
 * A small message is over in a hundred cycles, so what need not be is neither
 * initialised, nor wiped (bytes of the message are no secret), nor asked twice.
 * What is always inline is compiled for signing and for verifying by itself.
 */
#include <crypto/utils.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "mac.h"

/*
 * A message up to this size is copied as a whole, which takes less than to go over it
 * in pieces: Documentation/performance.rst has the measurements.
 */
#define SMALL_SIZE	512

/* The copy of a header, and of what stands behind it in a small message */
#define BUF_SIZE	(SMALL_SIZE + MAC_PAD_SIZE)

/* What has been read: a view of it, and the header as it is signed */
static __always_inline int job_take_header(struct smbsign_job *job,
					   enum smbsign_proto proto, u8 *hdr)
{
	int err;

	err = smbsign_pdu_parse_hdr(&job->pdu, proto, hdr, job->msg->len);
	if (err)
		return err;
	memcpy(job->sig, hdr + smbsign_pdu_signature_off(proto),
	       sizeof(job->sig));
	smbsign_pdu_mask_signature(proto, hdr);
	if (proto == SMBSIGN_PROTO_SMB1)
		smbsign_pdu_set_sequence(hdr, job->msg->sequence);
	return 0;
}

/* With a known protocol it is a few moves. */
static __always_inline int job_header(struct smbsign_job *job,
				      enum smbsign_proto proto, u8 *hdr)
{
	size_t size = smbsign_pdu_hdr_size(proto);
	int err = 0;

	if (job->msg->len < size)
		return -EPROTO;
	job->place = smbsign_data_in_first_kvec(job->msg, 0, size);
	if (job->place)
		memcpy(hdr, job->place, size);
	else
		err = smbsign_data_gather(job->msg, 0, hdr, size);
	return err ?: job_take_header(job, proto, hdr);
}

/* From here on @op is that of @job, and known when this is compiled for one of the two. */

static __always_inline int job_check(enum smbsign_op op,
				     const struct smbsign_job *job)
{
	const struct smbsign_key *key = job->key;
	bool is_ours = smbsign_pdu_is_response(&job->pdu) ==
		       (key->role == SMBSIGN_SERVER);

	if (op == SMBSIGN_SIGN)
		return is_ours ? 0 : -EINVAL;
	/* The flag that tells is under the MAC, but the key is the same. */
	return is_ours ? -EACCES : 0;
}

static __always_inline void job_account(enum smbsign_op op,
					const struct smbsign_job *job, int err)
{
	if (op == SMBSIGN_SIGN)
		smbsign_stats_signed(job->key, &job->pdu, err);
	else
		smbsign_stats_verified(job->key, &job->pdu, err);
}

static __always_inline int job_check_or_account(enum smbsign_op op,
						const struct smbsign_job *job)
{
	int err = job_check(op, job);

	if (err)
		job_account(op, job, err);
	return err;
}

static __always_inline int job_begin(enum smbsign_op op, struct smbsign_job *job,
				     u8 *hdr)
{
	int err;

	if (smbsign_sign_proto(job->key->alg) == SMBSIGN_PROTO_SMB1)
		err = job_header(job, SMBSIGN_PROTO_SMB1, hdr);
	else
		err = job_header(job, SMBSIGN_PROTO_SMB2, hdr);
	return err ?: job_check_or_account(op, job);
}

/**
 * smbsign_job_begin() - read the header of a message, and check what it tells
 * @job: with @op, @key and @msg filled in
 * @hdr: where the header goes, as it is signed; it stays there until smbsign_job_end()
 *
 * Context: Any context.
 * Return: 0: smbsign_job_end() must follow; or what smbsign_sign_msg() or
 * smbsign_verify_msg() returns.
 */
int smbsign_job_begin(struct smbsign_job *job, u8 hdr[SMBSIGN_SMB2_HDR_SIZE])
{
	return job_begin(job->op, job, hdr);
}

static __always_inline int job_sign(const struct smbsign_job *job,
				    const u8 sig[SMBSIGN_SIG_SIZE])
{
	enum smbsign_proto proto = job->pdu.proto;
	size_t off = smbsign_pdu_signature_off(proto);
	int err;

	err = smbsign_guard_claim(job->key, &job->pdu, sig);
	if (err)
		return err;
	if (!job->place)
		return smbsign_data_write(job->msg, off, sig,
					  smbsign_sign_size(job->key->alg));
	/* Of known length it is a few moves. */
	if (proto == SMBSIGN_PROTO_SMB1)
		memcpy(job->place + off, sig, SMBSIGN_SMB1_SIG_SIZE);
	else
		memcpy(job->place + off, sig, SMBSIGN_SIG_SIZE);
	return 0;
}

static int job_verify(const struct smbsign_job *job,
		      const u8 sig[SMBSIGN_SIG_SIZE])
{
	return crypto_memneq(sig, job->sig, smbsign_sign_size(job->key->alg)) ?
	       -EBADMSG : 0;
}

static __always_inline int job_end(enum smbsign_op op,
				   const struct smbsign_job *job, int err,
				   const u8 sig[SMBSIGN_SIG_SIZE])
{
	if (!err)
		err = op == SMBSIGN_SIGN ? job_sign(job, sig) :
					   job_verify(job, sig);
	job_account(op, job, err);
	return err;
}

/**
 * smbsign_job_end() - write the signature into the message, or compare it
 * @job: a job that has begun
 * @err: what went wrong meanwhile, or 0
 * @sig: what the MAC gave, if @err is 0
 *
 * Context: Any context.
 * Return: what smbsign_sign_msg() or smbsign_verify_msg() returns.
 */
int smbsign_job_end(const struct smbsign_job *job, int err,
		    const u8 sig[SMBSIGN_SIG_SIZE])
{
	return job_end(job->op, job, err, sig);
}

/* Pages in kvecs, several at once.  False if that is not what comes next. */
static __always_inline bool gmac_take_pages(struct smbsign_section *section,
					    struct smbsign_gmac_ctx *ctx,
					    const struct smbsign_gmac_key *key,
					    struct smbsign_cursor *c)
{
	const struct kvec *iov;
	unsigned int num_iov;
	size_t len;

	if (!smbsign_gmac_is_for_groups(section, ctx))
		return false;
	num_iov = smbsign_cursor_take_kvecs(c, GMAC_GROUP_LEN,
					    GMAC_GROUPS_MAX_LEN, GMAC_LANES_LEN,
					    &iov, &len);
	if (num_iov)
		smbsign_gmac_update_groups(section, ctx, key, iov, num_iov, len);
	return num_iov;
}

/*
 * Compiled for each algorithm by itself: pieces of a message, but for the last one,
 * which goes to @data and @n.
 */
static __always_inline int update_pieces(struct smbsign_section *section,
					 union smbsign_mac_ctx *ctx,
					 const struct smbsign_key *key,
					 enum smbsign_alg alg,
					 struct smbsign_cursor *c, u8 **data,
					 size_t *n)
{
	int err = 0;

	for (*n = 0; !err; *n = 0) {
		if (alg == SMBSIGN_AES_GMAC &&
		    gmac_take_pages(section, &ctx->gmac, &key->gmac, c))
			continue;
		if (!smbsign_cursor_next(c, data, n) || !c->left)
			break;
		if (alg == SMBSIGN_AES_GMAC)
			smbsign_gmac_update_piece(section, &ctx->gmac,
						  &key->gmac, *data, *n,
						  c->left);
		else
			err = mac_update(section, ctx, key, alg, *data, *n);
	}
	return err;
}

/* The same: a message in pieces */
static __always_inline int compute_pieces(struct smbsign_section *section,
					  const struct smbsign_job *job,
					  enum smbsign_alg alg,
					  const u8 nonce[GMAC_NONCE_SIZE],
					  u8 sig[SMBSIGN_SIG_SIZE])
{
	const size_t hdr_size = smbsign_pdu_hdr_size(smbsign_sign_proto(alg));
	const struct smbsign_key *key = job->key;
	union smbsign_mac_ctx ctx __uninitialized;
	struct smbsign_cursor c __uninitialized;
	int err, cursor_err;
	u8 *data = NULL;
	size_t n = 0;

	mac_init(&ctx, key, alg);
	smbsign_cursor_init(&c, job->msg, hdr_size, job->pdu.len - hdr_size);
	/* Lanes are not to be joined by what did not come: hence the cursor's error. */
	err = mac_update(section, &ctx, key, alg, job->pdu.hdr, hdr_size) ?:
	      update_pieces(section, &ctx, key, alg, &c, &data, &n) ?: c.err;
	if (err)
		memzero_explicit(&ctx, sizeof(ctx));
	else
		err = mac_last(section, &ctx, key, alg, data, n, nonce, sig);
	cursor_err = smbsign_cursor_end(&c);
	return err ?: cursor_err;
}

/* By itself, for its contexts are large and most messages are small. */
static noinline int job_compute_pieces(struct smbsign_section *section,
				       const struct smbsign_job *job,
				       const u8 nonce[GMAC_NONCE_SIZE],
				       u8 sig[SMBSIGN_SIG_SIZE])
{
	switch (job->key->alg) {
	case SMBSIGN_AES_GMAC:
		return compute_pieces(section, job, SMBSIGN_AES_GMAC, nonce,
				      sig);
	case SMBSIGN_AES_CMAC:
		return compute_pieces(section, job, SMBSIGN_AES_CMAC, nonce,
				      sig);
	case SMBSIGN_HMAC_SHA256:
		return compute_pieces(section, job, SMBSIGN_HMAC_SHA256, nonce,
				      sig);
	default:
		return compute_pieces(section, job, SMBSIGN_MD5, nonce, sig);
	}
}

/* A small message of SMB2: what follows the header is put behind it in @buf. */
static __always_inline int job_compute_small(struct smbsign_section *section,
					     const struct smbsign_job *job,
					     const u8 nonce[GMAC_NONCE_SIZE],
					     u8 buf[BUF_SIZE],
					     u8 sig[SMBSIGN_SIG_SIZE])
{
	size_t len = job->pdu.len;
	int err;

	err = smbsign_data_gather(job->msg, SMBSIGN_SMB2_HDR_SIZE,
				  buf + SMBSIGN_SMB2_HDR_SIZE,
				  len - SMBSIGN_SMB2_HDR_SIZE);
	if (!err)
		mac_once(section, job->key, job->key->alg, nonce, buf, len,
			 sig);
	return err;
}

/* Perhaps the engine takes what follows the header from where it lies. */
static __always_inline bool job_compute_in_place(struct smbsign_section *section,
						 const struct smbsign_job *job,
						 const u8 nonce[GMAC_NONCE_SIZE],
						 u8 sig[SMBSIGN_SIG_SIZE])
{
	size_t len = job->pdu.len - SMBSIGN_SMB2_HDR_SIZE;
	const u8 *data;

	data = smbsign_data_in_one_kvec(job->msg, SMBSIGN_SMB2_HDR_SIZE, len);
	return data && smbsign_gmac_whole(section, &job->key->gmac,
					  job->pdu.hdr, data, len, nonce, sig);
}

static __always_inline int job_compute(const struct smbsign_job *job,
				       u8 buf[BUF_SIZE],
				       u8 sig[SMBSIGN_SIG_SIZE])
{
	bool is_small = job->pdu.len <= SMALL_SIZE &&
			job->pdu.proto == SMBSIGN_PROTO_SMB2;
	bool is_gmac = job->key->alg == SMBSIGN_AES_GMAC;
	u8 nonce[GMAC_NONCE_SIZE] __uninitialized;
	struct smbsign_section section __uninitialized;
	int err = 0;

	if (is_gmac)
		mac_nonce(nonce, &job->pdu);
	smbsign_section_begin(&section);
	if (!is_gmac || !job_compute_in_place(&section, job, nonce, sig)) {
		if (is_small)
			err = job_compute_small(&section, job, nonce, buf, sig);
		else
			err = job_compute_pieces(&section, job, nonce, sig);
	}
	smbsign_section_end(&section);
	return err;
}

static __always_inline int job_finish(enum smbsign_op op,
				      const struct smbsign_job *job,
				      u8 buf[BUF_SIZE])
{
	u8 sig[SMBSIGN_SIG_SIZE] __uninitialized;
	int err;

	err = job_end(op, job, job_compute(job, buf, sig), sig);
	memzero_explicit(sig, sizeof(sig));
	return err;
}

/* Compiled for each of the two by itself. */
static __always_inline int msg_do(enum smbsign_op op, struct smbsign_key *key,
				  const struct smbsign_msg *msg)
{
	struct smbsign_job job __uninitialized;
	u8 buf[BUF_SIZE] __uninitialized;

	job.op = op;
	job.key = key;
	job.msg = msg;
	return job_begin(op, &job, buf) ?: job_finish(op, &job, buf);
}

/**
 * smbsign_verify_with_hdr() - verify a message whose header has been read
 * @key: the key
 * @msg: the message
 * @hdr: the copy of its header that was looked at, and is verified: what lies in
 *	 the message may be another one by now
 *
 * Context: Any context.
 * Return: what smbsign_verify_msg() returns.
 */
int smbsign_verify_with_hdr(struct smbsign_key *key,
			    const struct smbsign_msg *msg,
			    const u8 hdr[SMBSIGN_SMB2_HDR_SIZE])
{
	struct smbsign_job job __uninitialized;
	u8 buf[BUF_SIZE] __uninitialized;

	if (smbsign_sign_proto(key->alg) != SMBSIGN_PROTO_SMB2)
		return -EPROTO;
	job.op = SMBSIGN_VERIFY;
	job.key = key;
	job.msg = msg;
	memcpy(buf, hdr, SMBSIGN_SMB2_HDR_SIZE);
	return job_take_header(&job, SMBSIGN_PROTO_SMB2, buf) ?:
	       job_check_or_account(SMBSIGN_VERIFY, &job) ?:
	       job_finish(SMBSIGN_VERIFY, &job, buf);
}

int smbsign_sign_msg(struct smbsign_key *key, const struct smbsign_msg *msg)
{
	return msg_do(SMBSIGN_SIGN, key, msg);
}
EXPORT_SYMBOL_GPL(smbsign_sign_msg);

int smbsign_verify_msg(struct smbsign_key *key, const struct smbsign_msg *msg)
{
	return msg_do(SMBSIGN_VERIFY, key, msg);
}
EXPORT_SYMBOL_GPL(smbsign_verify_msg);

int smbsign_msg_next(struct smbsign_msg *rest, struct smbsign_msg *msg)
{
	u8 hdr[SMBSIGN_SMB2_HDR_SIZE] __uninitialized;
	struct smbsign_pdu pdu __uninitialized;
	int err;

	err = smbsign_data_read(rest, 0, hdr, min(rest->len, sizeof(hdr)));
	if (!err)
		err = smbsign_pdu_parse(&pdu, hdr, rest->len);
	if (err)
		return err;
	*msg = *rest;
	msg->len = pdu.len;
	rest->off += pdu.len;
	rest->len -= pdu.len;
	return 0;
}
EXPORT_SYMBOL_GPL(smbsign_msg_next);

int smbsign_sign_chain(struct smbsign_key *key, const struct smbsign_msg *msg)
{
	struct smbsign_msg rest = *msg, part;
	int err;

	do {
		err = smbsign_msg_next(&rest, &part) ?:
		      smbsign_sign_msg(key, &part);
	} while (!err && rest.len);
	return err;
}
EXPORT_SYMBOL_GPL(smbsign_sign_chain);

int smbsign_verify_chain(struct smbsign_key *key, const struct smbsign_msg *msg,
			 unsigned int *failed_ret)
{
	struct smbsign_msg rest = *msg, part;
	unsigned int index = 0;
	int err;

	for (;;) {
		err = smbsign_msg_next(&rest, &part) ?:
		      smbsign_verify_msg(key, &part);
		if (err || !rest.len)
			break;
		index++;
	}
	if (err && failed_ret)
		*failed_ret = index;
	return err;
}
EXPORT_SYMBOL_GPL(smbsign_verify_chain);
