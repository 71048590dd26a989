# SPDX-License-Identifier: GPL-2.0-only
"""Sessions as a spectator knows them who knows the password: who logged in, with
which keys their messages are signed, and what was agreed before.
"""

import macs
import ntlm
import smb2
import smbref


class Violation(Exception):
    """Something on the wire is not as it has to be."""


class Key:
    """A signing key of a session on a connection, with its algorithm, and the GMAC
    nonces that it has seen there."""

    def __init__(self, alg, key, session):
        self.alg, self.key = alg, key
        self.nonces = {}
        # The keys of all connections of the session
        self.keys = session.keys
        self.keys.append(self)

    def verify(self, pdu):
        """Return what another connection has done with the nonce under this key:
        "shared-nonce", "repeated" (it has signed the same bytes) or None."""
        if macs.smb2_mac(self.alg, self.key, pdu.data) != pdu.signature():
            raise Violation("the signature is wrong")
        if self.alg != smbref.AES_GMAC:
            return None
        # The MAC stands for the bytes: two messages of one nonce that differ
        # have different ones, or GMAC is broken anyway.
        nonce = smbref.smb2_nonce(pdu.data)
        seen = self.nonces.setdefault(nonce, pdu.signature())
        if seen != pdu.signature():
            raise Violation(f"the GMAC nonce {nonce.hex()} signs different bytes")
        elsewhere = [other.nonces[nonce] for other in self.keys
                     if other is not self and other.key == self.key and nonce in other.nonces]
        if not elsewhere:
            return None
        return "repeated" if set(elsewhere) == {seen} else "shared-nonce"


def derive(dialect, session_key, preauth):
    """The signing key (MS-SMB2 3.1.4.2)."""
    if dialect < 0x0300:
        return session_key
    if dialect < 0x0311:
        return smbref.kdf(session_key, b"SMB2AESCMAC\0", b"SmbSign\0")
    return smbref.kdf(session_key, b"SMBSigningKey\0", preauth)


class Session:
    """One SessionId.  Its keys belong to the connections on which it is used."""

    def __init__(self, session_id, user, flags, required):
        self.id, self.user = session_id, user
        self.real = not flags & (smb2.IS_GUEST | smb2.IS_NULL)
        self.encrypted = bool(flags & smb2.ENCRYPT_DATA)
        self.required = required and self.real and not self.encrypted
        self.ended = False      # by a login that names it as its predecessor
        self.keys = []          # each Key
        self.key = None         # of the connection that the session began on
        self.channels = {}      # connection: Key


class Login:
    """An exchange of SESSION_SETUP: a new session, one more channel of a session,
    or the same user once more."""

    def __init__(self, kind, preauth, session=None):
        self.kind, self.preauth, self.session = kind, preauth, session
        self.security_mode = self.previous = 0
        self.challenge = self.authenticate = None
        # What signs the exchange up to its end: the session's key, not the
        # channel's (3.2.4.1.1).  A binding takes it to a connection with its own
        # count of MessageIds; that nonces meet there is the protocol's doing.
        self.key = session and session.key
        if kind == "bind" and self.key:
            self.key = Key(session.key.alg, session.key.key, session)

    def request(self, pdu):
        self.preauth = smbref.preauth_update(self.preauth, pdu.data)
        self.security_mode |= pdu.get("B", 3)
        self.previous = pdu.get("Q", 16)
        message, kind = ntlm.find(pdu.buffer(12))
        if kind == ntlm.AUTHENTICATE:
            self.authenticate = ntlm.Authenticate(message)

    def response(self, pdu):
        """One that asks for more."""
        self.preauth = smbref.preauth_update(self.preauth, pdu.data)
        message, kind = ntlm.find(pdu.buffer(4))
        if kind == ntlm.CHALLENGE:
            self.challenge = ntlm.server_challenge(message)

    def signing_key(self, users, dialect):
        """The key that this login makes."""
        login = self.authenticate
        if not login or not self.challenge:
            raise Violation("a login that is not NTLM: its key cannot be known")
        if login.user.lower() not in users:
            raise Violation(f"no password is known for the user {login.user}")
        session_key = login.session_key(users[login.user.lower()], self.challenge)
        return derive(dialect, session_key, self.preauth)
