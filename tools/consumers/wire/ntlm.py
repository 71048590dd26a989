# SPDX-License-Identifier: GPL-2.0-only
"""The session key of an NTLMv2 login, from the password and what went over the
wire (MS-NLMP).
"""

import hashlib
import hmac
import struct

SIGNATURE = b"NTLMSSP\0"
CHALLENGE, AUTHENTICATE = 2, 3

# Flags (MS-NLMP 2.2.2.5)
UNICODE = 0x00000001
KEY_EXCH = 0x40000000


class Error(Exception):
    """The login cannot be followed."""


def rotate(x, n):
    return (x << n | x >> 32 - n) & 0xffffffff


# RFC 1320, 3.4: for each round the function, the constant, the order of the
# words, and the rotations.
MD4_ROUNDS = (
    (lambda x, y, z: x & y | ~x & z, 0, range(16), (3, 7, 11, 19)),
    (lambda x, y, z: x & y | x & z | y & z, 0x5a827999,
     [4 * (i % 4) + i // 4 for i in range(16)], (3, 5, 9, 13)),
    (lambda x, y, z: x ^ y ^ z, 0x6ed9eba1,
     (0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15), (3, 9, 11, 15)),
)


def md4(data):
    """RFC 1320.  OpenSSL 3 has it no more."""
    state = (0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476)
    padded = (data + b"\x80" + bytes((55 - len(data)) % 64) +
              struct.pack("<Q", 8 * len(data)))
    for block in struct.iter_unpack("<16I", padded):
        a, b, c, d = state
        for f, constant, order, shifts in MD4_ROUNDS:
            for i, k in enumerate(order):
                t = a + (f(b, c, d) & 0xffffffff) + block[k] + constant
                a, b, c, d = d, rotate(t & 0xffffffff, shifts[i % 4]), b, c
        state = tuple(x + y & 0xffffffff for x, y in zip(state, (a, b, c, d)))
    return struct.pack("<4I", *state)


def rc4(key, data):
    s, j = list(range(256)), 0
    for i in range(256):
        j = (j + s[i] + key[i % len(key)]) & 0xff
        s[i], s[j] = s[j], s[i]
    out, i, j = bytearray(), 0, 0
    for byte in data:
        i = (i + 1) & 0xff
        j = (j + s[i]) & 0xff
        s[i], s[j] = s[j], s[i]
        out.append(byte ^ s[(s[i] + s[j]) & 0xff])
    return bytes(out)


def hmac_md5(key, data):
    return hmac.digest(key, data, hashlib.md5)


def find(blob):
    """The NTLMSSP message inside of a security buffer (SPNEGO or bare) and its
    type, or (None, 0)."""
    at = blob.find(SIGNATURE)
    if at < 0 or len(blob) < at + 12:
        return None, 0
    return blob[at:], struct.unpack_from("<I", blob, at + 8)[0]


def field(message, at):
    """What the 8 bytes of length, maximum and offset at "at" describe."""
    if len(message) < at + 8:
        raise Error("NTLMSSP message is too short")
    size, _, offset = struct.unpack_from("<HHI", message, at)
    if offset + size > len(message):
        raise Error("NTLMSSP field runs past the end")
    return message[offset:offset + size]


def server_challenge(message):
    if len(message) < 32:
        raise Error("NTLMSSP CHALLENGE is too short")
    return message[24:32]


class Authenticate:
    """The AUTHENTICATE_MESSAGE (MS-NLMP 2.2.1.3)."""

    def __init__(self, message):
        if len(message) < 64:
            raise Error("NTLMSSP AUTHENTICATE is too short")
        self.flags, = struct.unpack_from("<I", message, 60)
        encoding = "utf-16-le" if self.flags & UNICODE else "latin-1"
        self.response = field(message, 20)
        self.domain = field(message, 28).decode(encoding)
        self.user = field(message, 36).decode(encoding)
        self.encrypted_key = field(message, 52)

    def is_anonymous(self):
        return not self.user and not self.response

    def session_key(self, password, challenge):
        """MS-NLMP 3.3.2 and 3.4.5.1; Error if the password is not that of the
        user who logged in."""
        if len(self.response) <= 24:
            raise Error(f"{self.user} did not log in by NTLMv2")
        proof, blob = self.response[:16], self.response[16:]
        identity = (self.user.upper() + self.domain).encode("utf-16-le")
        response_key = hmac_md5(md4(password.encode("utf-16-le")), identity)
        if hmac_md5(response_key, challenge + blob) != proof:
            raise Error(f"the password given for {self.user} is not the one used")
        key = hmac_md5(response_key, proof)
        if not self.flags & KEY_EXCH:
            return key
        if len(self.encrypted_key) != 16:
            raise Error("EncryptedRandomSessionKey is not of 16 bytes")
        return rc4(key, self.encrypted_key)


def self_check():
    """Against RFC 1320 A.5, RFC 6229 and the example of MS-NLMP 4.2.4."""
    def same(got, want):
        assert got.hex() == want, f"{got.hex()}, not {want}"

    same(md4(b""), "31d6cfe0d16ae931b73c59d7e0c089c0")
    same(md4(b"abc"), "a448017aaf21d8525fc10ae87aa6729d")
    same(md4(b"1234567890" * 8), "e33b4ddc9c38f2199c3e7b164fcc0536")
    same(rc4(bytes(range(1, 6)), bytes(16)), "b2396305f03dc027ccc3524a0a1118a8")
    # User "User", domain "Domain", password "Password", challenge 01..ef
    key = hmac_md5(md4("Password".encode("utf-16-le")),
                   "USERDomain".encode("utf-16-le"))
    same(key, "0c868a403bfd7a93a3001ef22ef02e3f")
    proof = bytes.fromhex("68cd0ab851e51c96aabc927bebef6a1c")
    same(hmac_md5(key, proof), "8de40ccadbc14a82f15cb0ad0de95ca3")
    same(rc4(hmac_md5(key, proof), b"\x55" * 16), "c5dad2544fc9799094ce1ce90bc9d03e")
