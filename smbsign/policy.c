// SPDX-License-Identifier: GPL-2.0-only
/*
 * Signing policy as pure functions: (policy, what the other end said) -> must
 * this be signed.  No state, no sysfs, no log.
 *
 * RequireSecuritySignature is all that counts for SMB2 and later;
 * EnableSecuritySignature "does nothing unless you're using SMB1", says
 * Microsoft's overview of SMB signing.
 */
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/string.h>

#include "internal.h"

static const struct smbsign_alg_list all_algorithms = {
	.alg = { SMBSIGN_AES_GMAC, SMBSIGN_AES_CMAC, SMBSIGN_HMAC_SHA256 },
	.num = 3,
};

/*
 * Windows' documented defaults.  Insecure guests are off in all of them,
 * MS-SMB2 3.2.1.1 <107>; clients enable SMB1 signing, servers do not, apart
 * from domain controllers.
 */
const struct smbsign_profile smbsign_profiles[] = {
	/* Enterprise, Pro and Education: "require both outbound and inbound" */
	{ "windows-11-24h2", .client_requires = true, .server_requires = true },
	/* Home: "doesn't require outbound or inbound SMB signing" */
	{ "windows-11-24h2-home" },
	/* "requires outbound SMB signing only" */
	{ "windows-server-2025", .client_requires = true },
	/* and older, member and stand-alone servers */
	{ "windows-server-2022" },
	{ "windows-domain-controller", .server_requires = true,
	  .server_enables = true },
	/* no Windows' default: all that can be required, and all audits */
	{ "strict", .client_requires = true, .server_requires = true,
	  .server_enables = true, .audits = true },
	{}
};
EXPORT_SYMBOL_IF_KUNIT(smbsign_profiles);

/**
 * smbsign_profile_apply() - a profile as a policy
 * @profile: the profile
 * @policy: filled in, every field
 *
 * Context: Any context.
 */
void smbsign_profile_apply(const struct smbsign_profile *profile,
			   struct smbsign_policy *policy)
{
	/* Profiles are compared with memcmp(), so padding has to be zero. */
	memset(policy, 0, sizeof(*policy));
	policy->client.require_security_signature = profile->client_requires;
	policy->client.enable_security_signature = true;
	policy->client.audit_server_does_not_support_signing = profile->audits;
	policy->client.audit_insecure_guest_logon = profile->audits;
	policy->client.signing_algorithms = all_algorithms;
	policy->server.require_security_signature = profile->server_requires;
	policy->server.enable_security_signature = profile->server_enables;
	policy->server.audit_client_does_not_support_signing = profile->audits;
	policy->server.signing_algorithms = all_algorithms;
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_profile_apply);

static bool requires_signing(const struct smbsign_policy *policy,
			     enum smbsign_role role)
{
	return role == SMBSIGN_CLIENT ?
	       policy->client.require_security_signature :
	       policy->server.require_security_signature;
}

u16 smbsign_security_mode(const struct smbsign_policy *policy,
			  enum smbsign_role role)
{
	u16 mode = SMBSIGN_NEGOTIATE_SIGNING_ENABLED;

	if (requires_signing(policy, role))
		mode |= SMBSIGN_NEGOTIATE_SIGNING_REQUIRED;
	return mode;
}
EXPORT_SYMBOL_GPL(smbsign_security_mode);

/* Neither has a key. */
static bool cannot_sign(const struct smbsign_auth *auth)
{
	return auth->is_guest || auth->is_anonymous;
}

/* 3.2.5.3.1 */
static int client_session(bool *required_ret,
			  const struct smbsign_policy *policy,
			  const struct smbsign_auth *auth)
{
	bool required = policy->client.require_security_signature;

	if (auth->is_guest &&
	    (auth->reject_guest ||
	     (required && !policy->client.allow_insecure_guest)))
		return -EACCES;
	if (auth->peer_security_mode & SMBSIGN_NEGOTIATE_SIGNING_REQUIRED)
		required = true;
	*required_ret = required && !cannot_sign(auth);
	return 0;
}

/* 3.3.5.5.3: what the SESSION_SETUP request asks for counts by itself. */
static bool server_session(const struct smbsign_policy *policy,
			   const struct smbsign_auth *auth)
{
	u16 modes = auth->setup_security_mode | auth->peer_security_mode;

	return !cannot_sign(auth) &&
	       (policy->server.require_security_signature ||
		modes & SMBSIGN_NEGOTIATE_SIGNING_REQUIRED);
}

int smbsign_session_init(struct smbsign_session *session,
			 const struct smbsign_policy *policy,
			 enum smbsign_role role,
			 const struct smbsign_auth *auth)
{
	int err = 0;

	*session = (struct smbsign_session){
		.role = role,
		.dialect = auth->dialect,
		.established = true,
		.is_guest = auth->is_guest,
		.is_anonymous = auth->is_anonymous,
	};
	if (role == SMBSIGN_CLIENT)
		err = client_session(&session->signing_required, policy, auth);
	else
		session->signing_required = server_session(policy, auth);

	/* Encryption, which 2.x does not have, authenticates as well. */
	if (auth->encrypt && auth->dialect >= SMBSIGN_SMB300)
		session->signing_required = false;
	return err;
}
EXPORT_SYMBOL_GPL(smbsign_session_init);

enum smbsign_smb1_state smbsign_smb1_state(const struct smbsign_policy *policy,
					   enum smbsign_role role)
{
	bool enables = role == SMBSIGN_CLIENT ?
		       policy->client.enable_security_signature :
		       policy->server.enable_security_signature;

	if (requires_signing(policy, role))
		return SMBSIGN_SMB1_REQUIRED;
	return enables ? SMBSIGN_SMB1_ENABLED : SMBSIGN_SMB1_DECLINED;
}
EXPORT_SYMBOL_GPL(smbsign_smb1_state);

enum smbsign_outcome smbsign_smb1_outcome(enum smbsign_smb1_state client,
					  enum smbsign_smb1_state server)
{
	/* Rows: the client; columns: the server, from disabled to required */
	enum { U = SMBSIGN_OUTCOME_UNSIGNED, S = SMBSIGN_OUTCOME_SIGNED,
	       B = SMBSIGN_OUTCOME_BLOCKED };
	static const u8 outcome[][SMBSIGN_NUM_SMB1_STATES] = {
		[SMBSIGN_SMB1_DISABLED] = { U, U, U, B },
		[SMBSIGN_SMB1_DECLINED] = { U, U, U, S },
		[SMBSIGN_SMB1_ENABLED]	= { U, U, S, S },
		[SMBSIGN_SMB1_REQUIRED] = { B, S, S, S },
	};

	return outcome[client][server];
}
EXPORT_SYMBOL_GPL(smbsign_smb1_outcome);

enum smbsign_outcome smbsign_smb2_outcome(bool client_requires,
					  bool server_requires)
{
	return client_requires || server_requires ? SMBSIGN_OUTCOME_SIGNED :
						    SMBSIGN_OUTCOME_UNSIGNED;
}
EXPORT_SYMBOL_GPL(smbsign_smb2_outcome);
