# SPDX-License-Identifier: GPL-2.0-only
"""The signing algorithms at the speed of OpenSSL.

tools/vectors/smbref.py is the reference, but it makes kilobytes a second, and a
record of a real mount has hundreds of megabytes.  self_check() holds these
against the constants of the specifications and against the reference.
"""

import hashlib
import hmac

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.cmac import CMAC

import smbref

NAMES = {
    smbref.HMAC_SHA256: "hmac-sha256",
    smbref.AES_CMAC: "aes-cmac",
    smbref.AES_GMAC: "aes-gmac",
}
SIGNATURE = smbref.SMB2_SIGNATURE


def gmac(key, nonce, data):
    return AESGCM(key).encrypt(nonce, b"", data)


def cmac(key, data):
    mac = CMAC(AES(key))
    mac.update(data)
    return mac.finalize()


def hmac_sha256(key, data):
    return hmac.digest(key, data, hashlib.sha256)


def smb2_mac(alg, key, pdu):
    """The Signature that pdu ought to carry (MS-SMB2 3.1.4.1)."""
    data = pdu[:SIGNATURE.start] + bytes(16) + pdu[SIGNATURE.stop:]
    if alg == smbref.AES_GMAC:
        return gmac(key, smbref.smb2_nonce(pdu), data)
    if alg == smbref.AES_CMAC:
        return cmac(key, data)
    if alg == smbref.HMAC_SHA256:
        return hmac_sha256(key, data)[:16]
    raise ValueError(f"no such signing algorithm: {alg}")


def self_check():
    """Raise AssertionError unless all agrees with specifications and reference."""
    unhex = bytes.fromhex
    for name, key, data, mac in smbref.CMAC_CASES:
        assert cmac(unhex(key), unhex(data)) == unhex(mac), name
    for name, key, nonce, data, mac in smbref.GMAC_CASES:
        assert gmac(unhex(key), unhex(nonce), unhex(data)) == unhex(mac), name
    for name, key, data, mac in smbref.HMAC_CASES:
        assert hmac_sha256(unhex(key), unhex(data)).startswith(unhex(mac)), name
    key = bytes(range(16))
    for size in (64, 65, 79, 80, 333):
        # A CANCEL with some MessageId, so that each part of the nonce is in use.
        pdu = bytes(12) + b"\x0c\0" + bytes(i & 0xff for i in range(size - 14))
        for alg, name in NAMES.items():
            assert smb2_mac(alg, key, pdu) == smbref.smb2_mac(alg, key, pdu), name
