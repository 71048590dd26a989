/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the suites that sign PDUs share: algorithms as test parameters, keys
 * that go with the test, PDUs made to measure and captured ones.
 */
#ifndef _SMBSIGN_KUNIT_PDU_UTILS_H
#define _SMBSIGN_KUNIT_PDU_UTILS_H

#include <kunit/test.h>

#include "internal.h"
#include "pdu_wire.h"
#include "test-utils.h"
#include "vectors/smb-pdus.h"

/* How many messages smb-pdus.bin has; a suite that saw fewer saw nothing. */
#define NUM_GMAC_PDUS		75
#define NUM_CMAC_PDUS		152
#define NUM_HMAC_PDUS		107
#define NUM_MD5_PDUS		20
#define NUM_UNSIGNED_PDUS	30
#define NUM_PDUS		(NUM_GMAC_PDUS + NUM_CMAC_PDUS + NUM_HMAC_PDUS + \
				 NUM_MD5_PDUS + NUM_UNSIGNED_PDUS)

#define SMB2_SIG_OFF		48
#define SMB1_SIG_OFF		14

/*
 * The .init of the suites: random numbers begin anew, and after the test the
 * engine in force is again what it was before.
 */
int init_test(struct kunit *test);

/*
 * For functions given to run_in_contexts(): where they have been called.  What
 * they work on differs by that, so that contexts which share by mistake show.
 */
enum test_context this_context(void);

/* run_in_contexts() over and over: interrupts have to meet short windows. */
void hammer_in_contexts(struct kunit *test, bool (*fn)(void *data), void *data);

/*
 * Algorithms as parameters, KUNIT_CASE_PARAM(test_something, alg_gen_params).
 * alg_param() ends the test as skipped where this kernel lacks the algorithm.
 */
const void *alg_gen_params(const void *prev, char *desc);
enum smbsign_alg alg_param(struct kunit *test);
const char *alg_name(enum smbsign_alg alg);
bool alg_is_available(enum smbsign_alg alg);

/* Header and signature of the messages that an algorithm signs */
enum smbsign_proto alg_proto(enum smbsign_alg alg);
size_t alg_sig_off(enum smbsign_alg alg);

/* A random key, prepared for @alg and given back with the test */
struct smbsign_key *kunit_random_key(struct kunit *test, enum smbsign_alg alg);

/* The same with a key of one's own; the test ends if it cannot be prepared. */
struct smbsign_key *kunit_key(struct kunit *test, enum smbsign_alg alg,
			      const u8 *raw, size_t len);

/*
 * How many users the drivers have that @holder, an AES-GMAC key, has taken: a
 * key that was not given back stays one of them.
 */
unsigned int num_driver_users(const struct smbsign_key *holder);

/* The ProtocolId that @alg wants, as far as @len bytes hold it */
void put_proto_id(enum smbsign_alg alg, u8 *pdu, size_t len);

/* A PDU for @alg: @len random bytes but for its ProtocolId */
void random_pdu(enum smbsign_alg alg, u8 *pdu, size_t len);

/* A header that smbsign_pdu_parse() takes, otherwise random */
void random_smb2_hdr(u8 *hdr, u32 next_command);

/* smbsign_sign_update() and its end, each in a section of its own */
void sign_update(struct smbsign_sign_ctx *ctx, const struct smbsign_key *key,
		 const u8 *data, size_t len);
int __must_check sign_final(struct smbsign_sign_ctx *ctx,
			    const struct smbsign_key *key, u8 *sig);

/* Signature of a whole PDU in one piece */
int sign_pdu(const struct smbsign_key *key, const u8 *pdu, size_t len, u8 *sig);

/* The algorithm of a captured message, SMBSIGN_NUM_ALGS if it is not signed */
enum smbsign_alg vec_alg(const struct pdu_testvec *vec);

/* A walk over all captured messages; they end the test if they are damaged. */
void pdu_vecs_begin(struct kunit *test, struct pdu_testvec_iter *iter);
void pdu_vecs_end(struct kunit *test, const struct pdu_testvec_iter *iter);

/* The captured message of that name; the test ends if there is none. */
void find_pdu_vec(struct kunit *test, const char *name, struct pdu_testvec *vec);

#endif /* _SMBSIGN_KUNIT_PDU_UTILS_H */
