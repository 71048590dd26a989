// SPDX-License-Identifier: GPL-2.0-only
/*
 * What has happened: per-CPU counters, tracepoints, and one rate-limited line
 * in the log for a bad signature.  No key and no signature comes near here.
 */
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/string.h>

#define CREATE_TRACE_POINTS
#include "trace.h"

static DEFINE_PER_CPU(struct smbsign_stats, stats);

/* By themselves, so that without tracing nothing is saved for them. */

static noinline void trace_signed(const struct smbsign_key *key,
				  const struct smbsign_pdu *pdu, int err)
{
	trace_smbsign_sign(key, pdu, err);
}

static noinline void trace_verified(const struct smbsign_key *key,
				    const struct smbsign_pdu *pdu, int err)
{
	trace_smbsign_verify(key, pdu, err);
}

/**
 * smbsign_stats_signed() - account for a message that was to be signed
 * @key: the key
 * @pdu: the message
 * @err: how it ended
 *
 * Context: Any context.
 */
void smbsign_stats_signed(const struct smbsign_key *key,
			  const struct smbsign_pdu *pdu, int err)
{
	if (!err) {
		this_cpu_inc(stats.signed_msgs);
		this_cpu_add(stats.signed_bytes, pdu->len);
	} else if (err == -EACCES) {
		this_cpu_inc(stats.nonce_refused);
	}
	if (trace_smbsign_sign_enabled())
		trace_signed(key, pdu, err);
}

/* Nor for this. */
static noinline void bad_signature(const struct smbsign_pdu *pdu)
{
	this_cpu_inc(stats.bad_signature);
	pr_warn_ratelimited("signature does not match: session 0x%llx, tree 0x%x, message %llu, command %u\n",
			    smbsign_pdu_session_id(pdu),
			    smbsign_pdu_tree_id(pdu),
			    smbsign_pdu_message_id(pdu),
			    smbsign_pdu_command(pdu));
}

/**
 * smbsign_stats_verified() - account for a message that was to be verified
 * @key: the key
 * @pdu: the message
 * @err: how it ended
 *
 * Context: Any context.
 */
void smbsign_stats_verified(const struct smbsign_key *key,
			    const struct smbsign_pdu *pdu, int err)
{
	if (!err || err == -EBADMSG)
		this_cpu_add(stats.verified_bytes, pdu->len);
	if (!err)
		this_cpu_inc(stats.verified);
	else if (err == -EBADMSG)
		bad_signature(pdu);
	if (trace_smbsign_verify_enabled())
		trace_verified(key, pdu, err);
}

/**
 * smbsign_stats_refused() - account for a message that was not accepted
 * @pdu: the message, or %NULL if it could not be parsed
 * @status: the NTSTATUS
 *
 * Context: Any context.
 */
void smbsign_stats_refused(const struct smbsign_pdu *pdu, u32 status)
{
	this_cpu_inc(stats.refused);
	trace_smbsign_refuse(pdu, status);
}

/**
 * smbsign_stats_unsigned() - account for a message accepted unsigned
 *
 * Context: Any context.
 */
void smbsign_stats_unsigned(void)
{
	this_cpu_inc(stats.accepted_unsigned);
}

/**
 * smbsign_stats_queue_full() - account for a request turned away
 *
 * Context: Any context.
 */
void smbsign_stats_queue_full(void)
{
	this_cpu_inc(stats.queue_full);
}

void smbsign_stats_read(struct smbsign_stats *sum)
{
	int cpu;

	memset(sum, 0, sizeof(*sum));
	for_each_possible_cpu(cpu) {
		const u64 *from = (const u64 *)per_cpu_ptr(&stats, cpu);
		u64 *to = (u64 *)sum;

		for (size_t i = 0; i < sizeof(*sum) / sizeof(u64); i++)
			to[i] += READ_ONCE(from[i]);
	}
}
EXPORT_SYMBOL_GPL(smbsign_stats_read);

void smbsign_audit_peer(const struct smbsign_policy *policy,
			enum smbsign_role role, u16 peer_security_mode,
			const char *name)
{
	bool audit = role == SMBSIGN_CLIENT ?
		     policy->client.audit_server_does_not_support_signing :
		     policy->server.audit_client_does_not_support_signing;

	if (!audit || peer_security_mode & (SMBSIGN_NEGOTIATE_SIGNING_ENABLED |
					    SMBSIGN_NEGOTIATE_SIGNING_REQUIRED))
		return;
	trace_smbsign_audit(role == SMBSIGN_CLIENT ?
			    SMBSIGN_AUDIT_SERVER_NO_SIGNING :
			    SMBSIGN_AUDIT_CLIENT_NO_SIGNING, name);
	pr_warn_ratelimited("audit: %s %s does not support signing\n",
			    role == SMBSIGN_CLIENT ? "server" : "client", name);
}
EXPORT_SYMBOL_GPL(smbsign_audit_peer);

void smbsign_audit_guest(const struct smbsign_policy *policy, const char *name)
{
	if (!policy->client.audit_insecure_guest_logon)
		return;
	trace_smbsign_audit(SMBSIGN_AUDIT_INSECURE_GUEST, name);
	pr_warn_ratelimited("audit: insecure guest logon at server %s\n", name);
}
EXPORT_SYMBOL_GPL(smbsign_audit_guest);
