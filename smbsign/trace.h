/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracepoints.  Their fields are those of Windows' event 31013 of SMBClient:
 * session, tree, message, command, error; never a key or a signature.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM smbsign

#if !defined(_SMBSIGN_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _SMBSIGN_TRACE_H

#include <linux/string.h>
#include <linux/tracepoint.h>

#include "internal.h"

/* Room for an address with its port; longer names are cut. */
#define SMBSIGN_PEER_NAME_SIZE	64

#define show_smbsign_alg(alg)						\
	__print_symbolic(alg,						\
			 { SMBSIGN_HMAC_SHA256, "hmac-sha256" },	\
			 { SMBSIGN_AES_CMAC, "aes-cmac" },		\
			 { SMBSIGN_AES_GMAC, "aes-gmac" },		\
			 { SMBSIGN_MD5, "md5" })

DECLARE_EVENT_CLASS(smbsign_mac,
	TP_PROTO(const struct smbsign_key *key, const struct smbsign_pdu *pdu,
		 int error),
	TP_ARGS(key, pdu, error),
	TP_STRUCT__entry(
		__field(u64, session_id)
		__field(u64, message_id)
		__field(u64, len)
		__field(u32, tree_id)
		__field(int, error)
		__field(u16, command)
		__field(u8, alg)
		__field(u8, role)
	),
	TP_fast_assign(
		__entry->session_id = smbsign_pdu_session_id(pdu);
		__entry->message_id = smbsign_pdu_message_id(pdu);
		__entry->len = pdu->len;
		__entry->tree_id = smbsign_pdu_tree_id(pdu);
		__entry->error = error;
		__entry->command = smbsign_pdu_command(pdu);
		__entry->alg = key->alg;
		__entry->role = key->role;
	),
	TP_printk("%s %s session=0x%llx tree=0x%x mid=%llu command=%u len=%llu error=%d",
		  __entry->role == SMBSIGN_SERVER ? "server" : "client",
		  show_smbsign_alg(__entry->alg), __entry->session_id,
		  __entry->tree_id, __entry->message_id, __entry->command,
		  __entry->len, __entry->error)
);

DEFINE_EVENT(smbsign_mac, smbsign_sign,
	TP_PROTO(const struct smbsign_key *key, const struct smbsign_pdu *pdu,
		 int error),
	TP_ARGS(key, pdu, error)
);

DEFINE_EVENT(smbsign_mac, smbsign_verify,
	TP_PROTO(const struct smbsign_key *key, const struct smbsign_pdu *pdu,
		 int error),
	TP_ARGS(key, pdu, error)
);

/* Of what cannot be parsed all fields but the status are zero. */
TRACE_EVENT(smbsign_refuse,
	TP_PROTO(const struct smbsign_pdu *pdu, u32 status),
	TP_ARGS(pdu, status),
	TP_STRUCT__entry(
		__field(u64, session_id)
		__field(u64, message_id)
		__field(u32, tree_id)
		__field(u32, status)
		__field(u16, command)
	),
	TP_fast_assign(
		__entry->session_id = pdu ? smbsign_pdu_session_id(pdu) : 0;
		__entry->message_id = pdu ? smbsign_pdu_message_id(pdu) : 0;
		__entry->tree_id = pdu ? smbsign_pdu_tree_id(pdu) : 0;
		__entry->status = status;
		__entry->command = pdu ? smbsign_pdu_command(pdu) : 0;
	),
	TP_printk("session=0x%llx tree=0x%x mid=%llu command=%u status=0x%08x",
		  __entry->session_id, __entry->tree_id, __entry->message_id,
		  __entry->command, __entry->status)
);

/* What Windows writes to its SMBClient and SMBServer audit logs */
TRACE_EVENT(smbsign_audit,
	TP_PROTO(enum smbsign_audit what, const char *peer),
	TP_ARGS(what, peer),
	TP_STRUCT__entry(
		__field(u8, what)
		__array(char, peer, SMBSIGN_PEER_NAME_SIZE)
	),
	TP_fast_assign(
		__entry->what = what;
		strscpy(__entry->peer, peer, sizeof(__entry->peer));
	),
	TP_printk("%s peer=%s",
		  __print_symbolic(__entry->what,
				   { SMBSIGN_AUDIT_SERVER_NO_SIGNING,
				     "server_does_not_support_signing" },
				   { SMBSIGN_AUDIT_CLIENT_NO_SIGNING,
				     "client_does_not_support_signing" },
				   { SMBSIGN_AUDIT_INSECURE_GUEST,
				     "insecure_guest_logon" }),
		  __entry->peer)
);

#endif /* _SMBSIGN_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
