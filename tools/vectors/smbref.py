#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Reference implementation of SMB signing in plain Python.

Written from the specifications and sharing no code with the module: what both
compute alike is right unless the specification was misread twice.  It is meant
to be read, not to be fast or safe against timing, and must never see a key
that matters.

Run as a program it checks itself against the constants that the
specifications print.
"""

import functools
import hashlib
import hmac
import struct

# Numbers of SMB2_SIGNING_CAPABILITIES (MS-SMB2 2.2.3.1.7) and two of our own.
HMAC_SHA256, AES_CMAC, AES_GMAC, SMB1_MD5, UNSIGNED = 0, 1, 2, 0xfe, 0xff

SMB1_PROTOCOL_ID = b"\xffSMB"
SMB2_PROTOCOL_ID = b"\xfeSMB"
SMB1_HEADER_SIZE = 32           # MS-CIFS 2.2.3.1
SMB2_HEADER_SIZE = 64           # MS-SMB2 2.2.1
SMB1_SIGNATURE = slice(14, 22)
SMB2_SIGNATURE = slice(48, 64)
SMB2_CANCEL = 12
SMB2_FLAGS_SERVER_TO_REDIR = 1


# AES-128, encryption only (FIPS 197).  Section numbers are those of FIPS 197.

def xtime(a):
    """a * x in GF(2^8) (4.2.1)."""
    return (a << 1) ^ (0x11b if a & 0x80 else 0)


def make_sbox():
    """The S-box (5.1.1): inverse in GF(2^8), then the affine map."""
    power, log = [], {}
    a = 1
    for i in range(255):
        power.append(a)
        log[a] = i
        a ^= xtime(a)           # 3 generates the multiplicative group
    sbox = []
    for byte in range(256):
        b = power[-log[byte] % 255] if byte else 0
        b *= 0x101
        sbox.append((b ^ b >> 4 ^ b >> 5 ^ b >> 6 ^ b >> 7) & 0xff ^ 0x63)
    return sbox


SBOX = make_sbox()
# SubBytes and MixColumns (5.1.3) of one byte, for each row it may stand in.
T0 = [xtime(s) << 24 | s << 16 | s << 8 | xtime(s) ^ s for s in SBOX]
T1 = [t >> 8 | (t & 0xff) << 24 for t in T0]
T2 = [t >> 8 | (t & 0xff) << 24 for t in T1]
T3 = [t >> 8 | (t & 0xff) << 24 for t in T2]


@functools.lru_cache(maxsize=64)
def aes_expand_key(key):
    """The 11 round keys, each of four words (5.2)."""
    if len(key) != 16:
        raise ValueError("AES-128 takes a key of 16 bytes")
    w = list(struct.unpack(">4I", key))
    rcon = 1
    for i in range(4, 44):
        t = w[i - 1]
        if i % 4 == 0:
            t = (SBOX[t >> 16 & 0xff] << 24 | SBOX[t >> 8 & 0xff] << 16 |
                 SBOX[t & 0xff] << 8 | SBOX[t >> 24]) ^ rcon << 24
            rcon = xtime(rcon)
        w.append(w[i - 4] ^ t)
    return [tuple(w[i:i + 4]) for i in range(0, 44, 4)]


def aes_encrypt(key, block):
    """One block; block and result are 128-bit big-endian numbers (5.1)."""
    rounds = aes_expand_key(key)
    k0, k1, k2, k3 = rounds[0]
    a = block >> 96 ^ k0
    b = block >> 64 & 0xffffffff ^ k1
    c = block >> 32 & 0xffffffff ^ k2
    d = block & 0xffffffff ^ k3
    for k0, k1, k2, k3 in rounds[1:10]:
        a, b, c, d = (
            T0[a >> 24] ^ T1[b >> 16 & 255] ^ T2[c >> 8 & 255] ^ T3[d & 255] ^ k0,
            T0[b >> 24] ^ T1[c >> 16 & 255] ^ T2[d >> 8 & 255] ^ T3[a & 255] ^ k1,
            T0[c >> 24] ^ T1[d >> 16 & 255] ^ T2[a >> 8 & 255] ^ T3[b & 255] ^ k2,
            T0[d >> 24] ^ T1[a >> 16 & 255] ^ T2[b >> 8 & 255] ^ T3[c & 255] ^ k3)
    out = 0
    columns = (a, b, c, d, a, b, c)
    for i, k in enumerate(rounds[10]):
        p, q, r, s = columns[i:i + 4]
        out = out << 32 | (SBOX[p >> 24] << 24 | SBOX[q >> 16 & 255] << 16 |
                           SBOX[r >> 8 & 255] << 8 | SBOX[s & 255]) ^ k
    return out


def blocks(data):
    """The 16-byte blocks of data as numbers; the length must be a multiple."""
    for high, low in struct.iter_unpack(">QQ", data):
        yield high << 64 | low


# AES-CMAC (RFC 4493)

def double(a):
    """a * x in GF(2^128), highest bit first (RFC 4493, 2.3)."""
    return a << 1 & (1 << 128) - 1 ^ (0x87 if a >> 127 else 0)


def cmac(key, data):
    """RFC 4493, 2.4."""
    subkey = double(aes_encrypt(key, 0))
    full = (len(data) - 1) // 16 * 16 if data else 0
    last = data[full:]
    if len(last) < 16:
        subkey = double(subkey)
        last += b"\x80" + bytes(15 - len(last))
    x = 0
    for block in blocks(data[:full]):
        x = aes_encrypt(key, x ^ block)
    x ^= int.from_bytes(last, "big") ^ subkey
    return aes_encrypt(key, x).to_bytes(16, "big")


# AES-GMAC (NIST SP 800-38D): GCM with everything in the AAD and no plaintext

@functools.lru_cache(maxsize=64)
def ghash_tables(h):
    """tables[i][b] = (byte b at place i of a block) * h (SP 800-38D, 6.3)."""
    powers = []                 # h * x^n; bit 127 of the number is x^0
    for _ in range(128):
        powers.append(h)
        h = h >> 1 ^ (0xe1 << 120 if h & 1 else 0)
    tables = []
    for i in range(16):
        table = [0] * 256
        for bit in range(8):
            step = 0x80 >> bit
            for b in range(step, 256, 2 * step):
                for low in range(step):
                    table[b + low] ^= powers[8 * i + bit]
        tables.append(table)
    return tables


def ghash(h, data):
    """SP 800-38D, 6.4; data padded with zeros to whole blocks."""
    tables = ghash_tables(h)
    y = 0
    for block in blocks(data + bytes(-len(data) % 16)):
        product = 0
        for table, byte in zip(tables, (y ^ block).to_bytes(16, "big")):
            product ^= table[byte]
        y = product
    return y


def gmac(key, nonce, data):
    """SP 800-38D, 7.1 with an empty plaintext and a nonce of 96 bits."""
    h = aes_encrypt(key, 0)
    lengths = struct.pack(">QQ", 8 * len(data), 0)
    s = ghash(h, data + bytes(-len(data) % 16) + lengths)
    j0 = int.from_bytes(nonce + b"\0\0\0\1", "big")
    return (s ^ aes_encrypt(key, j0)).to_bytes(16, "big")


def hmac_sha256(key, data):
    return hmac.new(key, data, hashlib.sha256).digest()


# Keys

def kdf(key, label, context, bits=128):
    """SP 800-108 counter mode as MS-SMB2 3.1.4.2 has it; one round is enough."""
    data = struct.pack(">I", 1) + label + b"\0" + context + struct.pack(">I", bits)
    return hmac_sha256(key, data)[:bits // 8]


def preauth_update(value, message):
    """One step of the preauthentication integrity hash (MS-SMB2 3.2.5.2)."""
    return hashlib.sha512(value + message).digest()


# Signatures of whole messages

def smb2_nonce(pdu):
    """The GMAC nonce out of the header (MS-SMB2 3.1.4.1)."""
    command, = struct.unpack_from("<H", pdu, 12)
    flags, = struct.unpack_from("<I", pdu, 16)
    low_bits = flags & SMB2_FLAGS_SERVER_TO_REDIR
    if command == SMB2_CANCEL:
        low_bits |= 2
    return pdu[24:32] + struct.pack("<I", low_bits)


def smb2_mac(alg, key, pdu):
    """MS-SMB2 3.1.4.1: the MAC of pdu with its Signature counted as zero."""
    data = pdu[:SMB2_SIGNATURE.start] + bytes(16) + pdu[SMB2_SIGNATURE.stop:]
    if alg == AES_GMAC:
        return gmac(key, smb2_nonce(pdu), data)
    if alg == AES_CMAC:
        return cmac(key, data)
    if alg == HMAC_SHA256:
        return hmac_sha256(key, data)[:16]
    raise ValueError(f"no such signing algorithm: {alg}")


def smb1_mac(key, pdu):
    """MS-CIFS 3.1.4.1; the sequence number stands in SecuritySignature[0:4]."""
    data = pdu[:SMB1_SIGNATURE.start + 4] + bytes(4) + pdu[SMB1_SIGNATURE.stop:]
    return hashlib.md5(key + data).digest()[:8]


def smb1_put_sequence(pdu, sequence):
    """pdu as it stands before it is signed as number sequence."""
    return (pdu[:SMB1_SIGNATURE.start] + struct.pack("<II", sequence, 0) +
            pdu[SMB1_SIGNATURE.stop:])


def signature_field(alg):
    """Where a message carries its signature."""
    return SMB1_SIGNATURE if alg == SMB1_MD5 else SMB2_SIGNATURE


def header_size(alg):
    return SMB1_HEADER_SIZE if alg == SMB1_MD5 else SMB2_HEADER_SIZE


def pdu_mac(alg, key, pdu):
    """What the transform smbsign(...) of alg makes of pdu."""
    return smb1_mac(key, pdu) if alg == SMB1_MD5 else smb2_mac(alg, key, pdu)


# Constants printed in the specifications.  A MAC is written as
# (name, key, data, mac) in hexadecimal digits, a GMAC as
# (name, key, nonce, data, mac).

RFC4493_KEY = "2b7e151628aed2a6abf7158809cf4f3c"
RFC4493_DATA = ("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
                "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710")

CMAC_CASES = [
    (f"RFC 4493, section 4, example {n}", RFC4493_KEY, RFC4493_DATA[:2 * size], mac)
    for n, size, mac in (
        (1, 0, "bb1d6929e95937287fa37d129b756746"),
        (2, 16, "070a16b46b4d4144f79bdd9dd04a287c"),
        (3, 40, "dfa66747de9ae63030ca32611497c827"),
        (4, 64, "51f0bebf7e3b9d92fc49741779363cfe"),
    )]

GMAC_CASES = [
    ("GCM specification (McGrew, Viega), appendix B, test case 1",
     "00" * 16, "00" * 12, "", "58e2fccefa7e3061367f1d57a4e7455a"),
    ("NIST CAVP gcmEncryptExtIV128, AAD of 0 bits, count 0",
     "11754cd72aec309bf52f7687212e8957", "3c819d9a9bed087615030b65", "",
     "250327c674aaf477aef2675748cf6971"),
    ("NIST CAVP gcmEncryptExtIV128, AAD of 128 bits, count 0",
     "77be63708971c4e240d1cb79e8d77feb", "e0e00f19fed7ba0136a797f3",
     "7a43ec1d9c0a5a78a0b16533a6213cab", "209fcc8d3675ed938e9c7166709dd946"),
    ("NIST CAVP gcmEncryptExtIV128, AAD of 160 bits, count 0",
     "2fb45e5b8f993a2bfebc4b15b533e0b4", "5b05755f984d2b90f94b8027",
     "e85491b2202caf1d7dce03b97e09331c32473941", "c75b7832b2a2d9bd827412b6ef5769db"),
    ("NIST CAVP gcmEncryptExtIV128, AAD of 384 bits, count 0",
     "99e3e8793e686e571d8285c564f75e2b", "c2dd0ab868da6aa8ad9c0d23",
     "b668e42d4e444ca8b23cfdd95a9fedd5178aa521144890b093733cf5cf22526c"
     "5917ee476541809ac6867a8c399309fc", "3f4fba100eaf1f34b0baadaae9995d85"),
]
# IEEE 802.1AE-2018, annex C: the packet is a header, an Ethernet type, bytes
# counting from 10 (hexadecimal) to last, and a trailer.
GMAC_CASES += [
    (f"IEEE 802.1AE, {size}-byte packet authentication", key, nonce,
     header + "08000f" + bytes(range(0x10, last + 1)).hex() + trailer, tag)
    for size, key, nonce, header, last, trailer, tag in (
        (54, "ad7a2bd03eac835a6f620fdcb506b345", "12153524c0895e81b2c28465",
         "d609b1f056637a0d46df998d88e5222ab2c2846512153524c0895e81", 0x34, "0001",
         "f09478a9b09007d06f46e9b6a1da25dd"),
        (60, "071b113b0ca743fecccf3d051f737382", "f0761e8dcd3d000176d457ed",
         "e20106d7cd0df0761e8dcd3d88e5400076d457ed", 0x3a, "0003",
         "0c017bc73b227dfcc9bafa1c41acc353"),
        (65, "013fe00b5f11be7f866d0cbbc55a7a90", "7cfde9f9e33724c68932d612",
         "84c5d513d2aaf6e5bbd2727788e523008932d6127cfde9f9e33724c6", 0x3f, "0005",
         "217867e50c2dad74c28c3b50abdf695a"),
        (79, "88ee087fd95da9fbf6725aa9d757b0cd", "7ae8e2ca4ec500012e58495c",
         "68f2e77696ce7ae8e2ca4ec588e541002e58495c", 0x4d, "0007",
         "07922b8ebcf10bb2297588ca4c614523"),
    )]

# Key and data of RFC 4231, section 4; case 5 is printed cut to 128 bits.
HMAC_CASES = [
    ("RFC 4231, test case 1", "0b" * 20, b"Hi There".hex(),
     "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
    ("RFC 4231, test case 2", b"Jefe".hex(), b"what do ya want for nothing?".hex(),
     "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
    ("RFC 4231, test case 3", "aa" * 20, "dd" * 50,
     "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
    ("RFC 4231, test case 4", bytes(range(1, 26)).hex(), "cd" * 50,
     "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
    ("RFC 4231, test case 5 (truncated)", "0c" * 20, b"Test With Truncation".hex(),
     "a3b6167473100ee06e0c796c2955552b"),
    ("RFC 4231, test case 6", "aa" * 131,
     b"Test Using Larger Than Block-Size Key - Hash Key First".hex(),
     "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"),
    ("RFC 4231, test case 7", "aa" * 131,
     (b"This is a test using a larger than block-size key and a larger than "
      b"block-size data. The key needs to be hashed before being used by the "
      b"HMAC algorithm.").hex(),
     "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"),
]

MD5_CASES = [
    (f"RFC 1321, A.5, message of {len(text)} bytes", "", text.encode().hex(), digest)
    for text, digest in (
        ("", "d41d8cd98f00b204e9800998ecf8427e"),
        ("a", "0cc175b9c0f1b6a831c399e269772661"),
        ("abc", "900150983cd24fb0d6963f7d28e17f72"),
        ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
        ("abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"),
        ("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
         "d174ab98d277d9f5a5611c2c9f419d9f"),
        ("1234567890" * 8, "57edf4a22be3c955ac49da2e2107b67a"),
    )]


def self_check():
    """Raise AssertionError unless every printed constant comes out."""
    def same(name, got, want):
        want = bytes.fromhex(want)
        assert got[:len(want)] == want, f"{name}: {got.hex()}, not {want.hex()}"

    unhex = bytes.fromhex
    # FIPS 197, appendix C.1
    block = aes_encrypt(bytes(range(16)), 0x00112233445566778899aabbccddeeff)
    same("FIPS 197, C.1", block.to_bytes(16, "big"), "69c4e0d86a7b0430d8cdb78070b4c55a")
    for name, key, data, mac in CMAC_CASES:
        same(name, cmac(unhex(key), unhex(data)), mac)
    for name, key, nonce, data, mac in GMAC_CASES:
        same(name, gmac(unhex(key), unhex(nonce), unhex(data)), mac)
    for name, key, data, mac in HMAC_CASES:
        same(name, hmac_sha256(unhex(key), unhex(data)), mac)
    for name, _, data, digest in MD5_CASES:
        same(name, hashlib.md5(unhex(data)).digest(), digest)
    # FIPS 180-4, the example "abc" of SHA-512
    same("SHA-512", preauth_update(b"", b"abc"), "ddaf35a193617abacc417349ae204131"
         "12e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd"
         "454d4423643ce80e2a9ac94fa54ca49f")


if __name__ == "__main__":
    self_check()
    print("smbref.py: all constants of the specifications come out")
