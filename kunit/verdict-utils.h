/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the suites about verdict.c share: situations in which a message is sent
 * or received, and the message that belongs to one.
 */
#ifndef _SMBSIGN_KUNIT_VERDICT_UTILS_H
#define _SMBSIGN_KUNIT_VERDICT_UTILS_H

#include "msg-utils.h"

/* MS-SMB2 2.2.1; not by pdu_wire.h, which is under test. */
#define NEGOTIATE	0x0000
#define SESSION_SETUP	0x0001
#define LOGOFF		0x0002
#define TREE_CONNECT	0x0003
#define CREATE		0x0005
#define IOCTL		0x000b
#define CANCEL		0x000c
#define OPLOCK_BREAK	0x0012
#define FROM_SERVER	0x00000001
#define SIGNED		0x00000008

/* MS-ERREF 2.3.1 */
#define LOGON_FAILURE	0xc000006d

/* Session.SigningRequired: a rule may hold with it, without it, or both */
enum required {
	ANYHOW,
	REQUIRED,
	OPTIONAL,
};

enum who {
	REAL_USER,
	GUEST,
	ANONYMOUS,
	NOT_YET,		/* authentication is not over */
	NO_SESSION,
};

/* Bits of a mask of dialects; 0 stands for all. */
#define SMB202		BIT(0)
#define SMB210		BIT(1)
#define SMB300		BIT(2)
#define SMB302		BIT(3)
#define SMB311		BIT(4)
#define BEFORE_SMB311	(SMB202 | SMB210 | SMB300 | SMB302)
#define NUM_DIALECTS	5

/* A message of MessageId 0 has this one instead. */
#define SOME_MID	5

struct situation {
	enum smbsign_role role;		/* of ours */
	unsigned int dialects;
	enum required required;
	enum who user;
	u16 command;
	u32 status;
	u64 mid;
	unsigned int hints;
};

/* One of those that a situation stands for */
struct concrete {
	struct smbsign_session session;
	const struct smbsign_session *session_or_null;
	enum smbsign_alg alg;
	char name[48];
};

/*
 * Call @fn for each combination of dialect, algorithm and requirement that
 * belongs to @situation.
 */
void with_each_concrete(struct kunit *test,
			const struct situation *situation,
			void (*fn)(struct kunit *test,
				   const struct concrete *concrete,
				   const void *data),
			const void *data);

/* The header of what is sent or received, without a signature */
void situation_hdr(const struct situation *situation, bool from_server,
		   u8 hdr[SMB2_HDR_LEN]);

#endif /* _SMBSIGN_KUNIT_VERDICT_UTILS_H */
