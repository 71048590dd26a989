// SPDX-License-Identifier: GPL-2.0-only
/*
 * Situations of verdict.c, see verdict-utils.h.
 */
#include <linux/kernel.h>

#include "verdict-utils.h"

static const u16 dialects[NUM_DIALECTS] = {
	SMBSIGN_SMB202, SMBSIGN_SMB210, SMBSIGN_SMB300, SMBSIGN_SMB302,
	SMBSIGN_SMB311,
};

/* MS-SMB2 3.1.4.1 */
static bool has_alg(u16 dialect, enum smbsign_alg alg)
{
	if (dialect == SMBSIGN_SMB311)
		return true;
	return alg == (dialect < SMBSIGN_SMB300 ? SMBSIGN_HMAC_SHA256 :
						  SMBSIGN_AES_CMAC);
}

static bool includes(enum required rule, bool required)
{
	return rule == ANYHOW || (rule == REQUIRED) == required;
}

void with_each_concrete(struct kunit *test,
			const struct situation *situation,
			void (*fn)(struct kunit *test,
				   const struct concrete *concrete,
				   const void *data),
			const void *data)
{
	/* Bits: the algorithm in two, the requirement, the dialect */
	for (unsigned int i = 0; i < NUM_DIALECTS * 8; i++) {
		unsigned int n = i / 8;
		struct concrete c = {
			.alg = i % 4,
			.session = {
				.role = situation->role,
				.dialect = dialects[n],
				.established = situation->user != NOT_YET,
				.signing_required = i & 4,
				.is_guest = situation->user == GUEST,
				.is_anonymous = situation->user == ANONYMOUS,
			},
		};

		if (c.alg == SMBSIGN_MD5 ||
		    !has_alg(c.session.dialect, c.alg) ||
		    !includes(situation->required, c.session.signing_required))
			continue;
		if (situation->dialects && !(situation->dialects & BIT(n)))
			continue;
		if (situation->user != NO_SESSION)
			c.session_or_null = &c.session;
		snprintf(c.name, sizeof(c.name), "dialect 0x%x, %s, signing %s",
			 dialects[n], alg_name(c.alg),
			 i & 4 ? "required" : "optional");
		fn(test, &c, data);
	}
}

void situation_hdr(const struct situation *situation, bool from_server,
		   u8 hdr[SMB2_HDR_LEN])
{
	build_hdr(hdr, situation->command, situation->status,
		  from_server ? FROM_SERVER : 0, situation->mid ?: SOME_MID);
}
