// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guard against reuse of nonces.  With AES-GMAC two messages under one
 * nonce give the hash key away, and so every later signature.  The nonce is
 * MessageId, sender and CANCEL bit (MS-SMB2 3.1.4.1), so what must not be
 * signed is known from the header, apart from a MessageId that comes twice.
 *
 * For that each GMAC key remembers the MessageIds it signed lately, in a table
 * with one slot for each value of the low bits, and of what it signed a part of
 * the signature.  The same message may be signed again: that gives the same
 * signature and nothing away.  One key signs in one direction only, so the
 * direction needs no place.  A claim is one load and one cmpxchg on a line that
 * neighbouring messages share, with no lock.
 */
#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/slab.h>
#include <linux/unaligned.h>

#include "internal.h"

/*
 * A window of 1024 MessageIds, 16 KiB a key: Windows grants 512 credits to a
 * connection by default, Samba 8192 at most; what is reused by mistake is what
 * was used a moment ago.
 */
#define GUARD_SLOTS	1024

/*
 * Two slots a MessageId, one for its CANCEL, which has a nonce of its own.  A
 * slot: in the upper half what tells apart the MessageIds that share it; in the
 * lower half part of the signature, never zero, so that
 * 0 is an empty slot.  Two different messages look like the same, or two far
 * MessageIds like one, with a chance of 2^-32.
 */
struct smbsign_guard {
	atomic64_t slots[2 * GUARD_SLOTS];
};

int smbsign_guard_init(struct smbsign_key *key)
{
	if (key->alg != SMBSIGN_AES_GMAC)
		return 0;
	key->guard = kvzalloc(sizeof(*key->guard), GFP_KERNEL);
	return key->guard ? 0 : -ENOMEM;
}

void smbsign_guard_exit(struct smbsign_key *key)
{
	kvfree(key->guard);
}

/* Is the nonce of a message with this header, or will it be, another message's too? */
static bool is_shared(const struct smbsign_pdu *pdu, u64 mid)
{
	/* MessageId 0 is NEGOTIATE's, 2^64-1 that of all notifications. */
	if (!mid || mid == U64_MAX)
		return true;
	if (!smbsign_pdu_is_response(pdu))
		return false;
	/* The final response will have the MessageId of the interim one. */
	if (smbsign_pdu_is_interim(pdu))
		return true;
	/* There is none, MS-SMB2 3.3.5.16. */
	return smbsign_pdu_is_cancel(pdu);
}

/**
 * smbsign_guard_claim() - take a nonce for the one message that may have it
 * @key: the key
 * @pdu: the message
 * @sig: its signature, not shown to anybody yet
 *
 * Context: Any context.
 * Return: 0, or -EACCES if another message had the nonce lately, or may have it: the
 * signature must then be thrown away.
 */
int smbsign_guard_claim(struct smbsign_key *key, const struct smbsign_pdu *pdu,
			const u8 sig[SMBSIGN_SIG_SIZE])
{
	u64 mid, epoch;
	atomic64_t *slot;
	u32 who, what;
	s64 old, new;

	if (!key->guard)
		return 0;
	mid = smbsign_pdu_message_id(pdu);
	if (is_shared(pdu, mid))
		return -EACCES;
	epoch = mid / GUARD_SLOTS;
	who = epoch ^ epoch >> 32;
	what = get_unaligned_le32(sig) ?: 1;
	new = (s64)((u64)who << 32 | what);
	slot = &key->guard->slots[mid % GUARD_SLOTS * 2 +
				  smbsign_pdu_is_cancel(pdu)];
	old = atomic64_read(slot);
	do {
		if (old == new)
			return 0;
		if (old && (u64)old >> 32 == who)
			return -EACCES;
	} while (!atomic64_try_cmpxchg(slot, &old, new));
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_guard_claim);
