# SPDX-License-Identifier: GPL-2.0-only
"""Read and write the container of SMB messages, kunit/vectors/smb-pdus.bin.

The format is described in kunit/vectors/smb-pdus.h, which reads it in C.
"""

import dataclasses
import struct

import smbref

MAGIC = b"SMBPDUS1"
FILE_HEADER = struct.Struct("<8sII")
RECORD_HEADER = struct.Struct("<BBBBHHIIH")

ALG_NAMES = {
    smbref.AES_GMAC: "AES-GMAC",
    smbref.AES_CMAC: "AES-CMAC",
    smbref.HMAC_SHA256: "HMAC-SHA256",
    smbref.SMB1_MD5: "SMB1-MD5",
    smbref.UNSIGNED: "unsigned",
}


@dataclasses.dataclass
class Record:
    """One message as it stood on the wire, with its signature in place."""
    name: str
    alg: int
    from_server: bool
    dialect: int                # 0x0311 and so on, 0 for SMB1
    pdu: bytes
    key: bytes = b""
    part: int = 0               # place in its compound chain
    num_parts: int = 1
    sequence: int = 0           # SMB1 only

    def signature(self):
        return self.pdu[smbref.signature_field(self.alg)]

    def is_right(self):
        """Does the reference come to the signature that the message carries?"""
        pdu = self.pdu
        if self.alg == smbref.UNSIGNED:
            return pdu[:4] == smbref.SMB2_PROTOCOL_ID
        if self.alg == smbref.SMB1_MD5:
            pdu = smbref.smb1_put_sequence(pdu, self.sequence)
        return smbref.pdu_mac(self.alg, self.key, pdu) == self.signature()


def pack(records):
    body = bytearray()
    for r in records:
        name = r.name.encode("ascii") + b"\0"
        body += RECORD_HEADER.pack(r.alg, r.from_server, r.part, r.num_parts,
                                   r.dialect, len(r.key), r.sequence,
                                   len(r.pdu), len(name))
        body += r.key + name + r.pdu
    size = FILE_HEADER.size + len(body)
    return FILE_HEADER.pack(MAGIC, len(records), size) + body


def unpack(data):
    if len(data) < FILE_HEADER.size:
        raise ValueError("smb-pdus.bin: no header")
    magic, count, size = FILE_HEADER.unpack_from(data)
    if magic != MAGIC or size != len(data):
        raise ValueError("smb-pdus.bin: damaged header")
    pos = FILE_HEADER.size

    def take(length):
        nonlocal pos
        pos += length
        if pos > size:
            raise ValueError("smb-pdus.bin: a record runs past the end")
        return data[pos - length:pos]

    records = []
    for _ in range(count):
        (alg, from_server, part, num_parts, dialect, key_len, sequence, pdu_len,
         name_size) = RECORD_HEADER.unpack(take(RECORD_HEADER.size))
        key, name, pdu = take(key_len), take(name_size), take(pdu_len)
        records.append(Record(name[:-1].decode("ascii"), alg, bool(from_server),
                              dialect, pdu, key, part, num_parts, sequence))
    if pos != size:
        raise ValueError("smb-pdus.bin: something follows the last record")
    return records
