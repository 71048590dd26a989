// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages and compound chains, signed and verified where they lie: brings the
 * data (data.c), the header (pdu.c), the MAC (mac.h) and the guard against
 * reuse of nonces (guard.c) together.
 *
 * A small message is over in a hundred cycles, so what need not be is neither
 * initialised, nor wiped (bytes of the message are no secret), nor asked twice.
 */
#include <crypto/utils.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "mac.h"

/* A few moves each, for the length is known. */
static int job_read_header(struct smbsign_job *job, enum smbsign_proto proto)
{
	if (proto == SMBSIGN_PROTO_SMB1)
		return smbsign_data_read(job->msg, 0, job->hdr,
					 SMBSIGN_SMB1_HDR_SIZE);
	return smbsign_data_read(job->msg, 0, job->hdr, SMBSIGN_SMB2_HDR_SIZE);
}

/* What has been read: a view of it, and the header as it is signed */
static int job_take_header(struct smbsign_job *job, enum smbsign_proto proto)
{
	int err;

	err = smbsign_pdu_parse_hdr(&job->pdu, proto, job->hdr, job->msg->len);
	if (err)
		return err;
	memcpy(job->sig, job->pdu.signature, sizeof(job->sig));
	smbsign_pdu_mask_signature(proto, job->hdr);
	if (proto == SMBSIGN_PROTO_SMB1)
		smbsign_pdu_set_sequence(job->hdr, job->msg->sequence);
	return 0;
}

static int job_header(struct smbsign_job *job)
{
	enum smbsign_proto proto = smbsign_sign_proto(job->key->alg);

	if (job->msg->len < smbsign_pdu_hdr_size(proto))
		return -EPROTO;
	return job_read_header(job, proto) ?: job_take_header(job, proto);
}

static int job_check(const struct smbsign_job *job)
{
	const struct smbsign_key *key = job->key;
	bool is_ours = smbsign_pdu_is_response(&job->pdu) ==
		       (key->role == SMBSIGN_SERVER);

	if (job->op == SMBSIGN_SIGN)
		return is_ours ? smbsign_guard_check(key, &job->pdu) : -EINVAL;
	/* The flag that tells is under the MAC, but the key is the same. */
	return is_ours ? -EACCES : 0;
}

static void job_account(const struct smbsign_job *job, int err)
{
	if (job->op == SMBSIGN_SIGN)
		smbsign_stats_signed(job->key, &job->pdu, err);
	else
		smbsign_stats_verified(job->key, &job->pdu, err);
}

static int job_check_or_account(const struct smbsign_job *job)
{
	int err = job_check(job);

	if (err)
		job_account(job, err);
	return err;
}

/**
 * smbsign_job_begin() - read the header of a message, and check what it tells
 * @job: with @op, @key and @msg filled in
 *
 * Context: Any context.
 * Return: 0: smbsign_job_end() must follow; or what smbsign_sign_msg() or
 * smbsign_verify_msg() returns.
 */
int smbsign_job_begin(struct smbsign_job *job)
{
	return job_header(job) ?: job_check_or_account(job);
}

static int job_sign(const struct smbsign_job *job,
		    const u8 sig[SMBSIGN_SIG_SIZE])
{
	size_t off = job->pdu.signature - job->hdr;
	int err;

	err = smbsign_guard_claim(job->key, &job->pdu, sig);
	if (err)
		return err;
	if (job->pdu.proto == SMBSIGN_PROTO_SMB1)
		return smbsign_data_write(job->msg, off, sig,
					  SMBSIGN_SMB1_SIG_SIZE);
	return smbsign_data_write(job->msg, off, sig, SMBSIGN_SIG_SIZE);
}

static int job_verify(const struct smbsign_job *job,
		      const u8 sig[SMBSIGN_SIG_SIZE])
{
	return crypto_memneq(sig, job->sig, smbsign_sign_size(job->key->alg)) ?
	       -EBADMSG : 0;
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
	if (!err)
		err = job->op == SMBSIGN_SIGN ? job_sign(job, sig) :
						job_verify(job, sig);
	job_account(job, err);
	return err;
}

/*
 * Compiled for each algorithm by itself.  The header is the copy that has been
 * checked, not read again.
 */
static __always_inline int job_compute_alg(const struct smbsign_job *job,
					   enum smbsign_alg alg,
					   u8 sig[SMBSIGN_SIG_SIZE])
{
	const size_t hdr_size = smbsign_pdu_hdr_size(smbsign_sign_proto(alg));
	const struct smbsign_key *key = job->key;
	union smbsign_mac_ctx ctx __uninitialized;
	struct smbsign_cursor c __uninitialized;
	u8 nonce[GMAC_NONCE_SIZE] __uninitialized;
	struct smbsign_section section;
	int err, cursor_err;
	size_t n;
	u8 *data;

	mac_init(&ctx, key, alg);
	if (alg == SMBSIGN_AES_GMAC)
		mac_nonce(nonce, &job->pdu);
	smbsign_cursor_init(&c, job->msg, hdr_size, job->pdu.len - hdr_size);
	smbsign_section_begin(&section);
	err = mac_update(&section, &ctx, key, alg, job->hdr, hdr_size,
			 c.left);
	while (!err && smbsign_cursor_next(&c, &data, &n))
		err = mac_update(&section, &ctx, key, alg, data, n, c.left);
	cursor_err = smbsign_cursor_end(&c);
	err = err ?: cursor_err;
	if (err)
		memzero_explicit(&ctx, sizeof(ctx));
	else
		err = mac_final(&section, &ctx, key, alg, nonce, sig);
	smbsign_section_end(&section);
	return err;
}

static int job_compute(const struct smbsign_job *job, u8 sig[SMBSIGN_SIG_SIZE])
{
	switch (job->key->alg) {
	case SMBSIGN_AES_GMAC:
		return job_compute_alg(job, SMBSIGN_AES_GMAC, sig);
	case SMBSIGN_AES_CMAC:
		return job_compute_alg(job, SMBSIGN_AES_CMAC, sig);
	case SMBSIGN_HMAC_SHA256:
		return job_compute_alg(job, SMBSIGN_HMAC_SHA256, sig);
	default:
		return job_compute_alg(job, SMBSIGN_MD5, sig);
	}
}

static int job_finish(const struct smbsign_job *job)
{
	u8 sig[SMBSIGN_SIG_SIZE];
	int err;

	err = job_compute(job, sig);
	err = smbsign_job_end(job, err, sig);
	memzero_explicit(sig, sizeof(sig));
	return err;
}

static int msg_do(enum smbsign_op op, struct smbsign_key *key,
		  const struct smbsign_msg *msg)
{
	struct smbsign_job job __uninitialized;

	job.op = op;
	job.key = key;
	job.msg = msg;
	return smbsign_job_begin(&job) ?: job_finish(&job);
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

	if (smbsign_sign_proto(key->alg) != SMBSIGN_PROTO_SMB2)
		return -EPROTO;
	job.op = SMBSIGN_VERIFY;
	job.key = key;
	job.msg = msg;
	memcpy(job.hdr, hdr, SMBSIGN_SMB2_HDR_SIZE);
	return job_take_header(&job, SMBSIGN_PROTO_SMB2) ?:
	       job_check_or_account(&job) ?: job_finish(&job);
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
