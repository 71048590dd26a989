#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""What client.c sends to the example server, and what must come back.

    gen-session.py [--not-required] [--spoil] ALGORITHM FILE

ALGORITHM is aes-gmac, aes-cmac or hmac-sha256.  --not-required is for a server
that does not insist on signing.  --spoil makes one of the expected signatures
wrong, and names the case: a client that does not notice does not look.

The signatures come from ../../vectors/smbref.py.  FILE is a series of records:
a letter, three zero bytes, the length as 32 bits, lowest byte first, and data:

    C  a case: a connection of its own; the data is its name
    S  send this
    R  this must come back, byte for byte
    E  the server must end the connection, at the latest now
"""

import argparse
import os
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "..", "vectors"))
import smbref  # noqa: E402

# As in example.c and guest/example.sh
SESSION_ID = 0x6578616d706c6531
KEY = bytes.fromhex("5ab0e7f00d2c3b4a69788796a5b4c3d2")
ALGORITHMS = {"aes-gmac": smbref.AES_GMAC, "aes-cmac": smbref.AES_CMAC,
              "hmac-sha256": smbref.HMAC_SHA256}
MAX_LEN = (1 << 20) + (1 << 16)

NEGOTIATE, SESSION_SETUP, LOGOFF, TREE_CONNECT, FLUSH, WRITE = 0, 1, 2, 3, 7, 9
CANCEL, ECHO = 12, 13
RESPONSE, SIGNED = 1, 8

SUCCESS = 0
INVALID_PARAMETER = 0xc000000d
ACCESS_DENIED = 0xc0000022
USER_SESSION_DELETED = 0xc0000203

ECHO_BODY = b"\x04\0\0\0"
ERROR_BODY = b"\x09" + bytes(8)


def header(command, mid, flags=0, next_command=0, session=SESSION_ID,
           magic=smbref.SMB2_PROTOCOL_ID):
    """MS-SMB2 2.2.1.2, unsigned, with something in every other field."""
    return struct.pack("<4sHHIHHIIQIIQ16x", magic, 64, 1, 2, command, 31,
                       flags, next_command, mid, 0xfeff, 7, session)


def frame(data, length=None):
    """With the length of MS-SMB2 2.1 before it."""
    return struct.pack(">I", len(data) if length is None else length) + data


def flip(data, at):
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1:]


class Session:
    """The records, and the messages under one key and algorithm."""

    def __init__(self, alg, required):
        self.alg = alg
        self.required = required
        self.records = []
        self.mid = 0

    def sign(self, pdu):
        mac = smbref.smb2_mac(self.alg, KEY, pdu)
        return pdu[:48] + mac + pdu[64:]

    def next_mid(self):
        self.mid += 1
        return self.mid

    def request(self, command=ECHO, body=ECHO_BODY, mid=None, signed=True,
                **kwargs):
        mid = self.next_mid() if mid is None else mid
        pdu = header(command, mid, SIGNED if signed else 0, **kwargs) + body
        return self.sign(pdu) if signed else pdu

    def response(self, request, status=SUCCESS, signed=True):
        """What the server makes of a request: its header, but for five fields."""
        flags = RESPONSE | (SIGNED if signed else 0)
        pdu = (request[:8] + struct.pack("<I", status) + request[12:16] +
               struct.pack("<II", flags, 0) + request[24:48] + bytes(16))
        pdu += ERROR_BODY if status else ECHO_BODY
        return self.sign(pdu) if signed else pdu

    # Records

    def case(self, name):
        """Once the first request is answered, the connection is accepted."""
        self.records.append(("C", name.encode()))
        self.exchange(self.request())

    def send(self, data):
        self.records.append(("S", data))

    def expect(self, *responses):
        self.records += [("R", frame(r)) for r in responses]

    def ends(self):
        self.records.append(("E", b""))

    def exchange(self, request, status=SUCCESS, signed=True):
        """One request in a frame, and its response."""
        self.send(frame(request))
        self.expect(self.response(request, status, signed))

    def chain(self, requests):
        """Signed requests of (command, body), all but the last padded to 8."""
        pdus = []
        for i, (command, body) in enumerate(requests):
            last = i == len(requests) - 1
            if not last:
                body += bytes(-len(body) % 8)
            pdus.append(self.request(command, body,
                                     next_command=0 if last else 64 + len(body)))
        return pdus


def good_cases(s):
    s.case("signed requests are answered, signed")
    for command in (ECHO, TREE_CONNECT, FLUSH, SESSION_SETUP, LOGOFF):
        s.exchange(s.request(command))

    s.case("requests of all small lengths")
    for length in range(0, 36):
        s.exchange(s.request(body=bytes(range(length))))

    s.case("1 MiB in one request")
    block = bytes(range(256))
    s.exchange(s.request(WRITE, body=block * 4096))
    s.exchange(s.request())

    s.case("many requests at once")
    requests = [s.request(body=ECHO_BODY * (1 + i % 7)) for i in range(100)]
    s.send(b"".join(map(frame, requests)))
    s.expect(*map(s.response, requests))

    s.case("a chain of requests")
    pdus = s.chain([(FLUSH, bytes(5)), (ECHO, bytes(24)),
                    (WRITE, b"x" * 4095), (ECHO, b"end")])
    s.send(frame(b"".join(pdus)))
    s.expect(*map(s.response, pdus))

    s.case("CANCEL has no response")
    s.send(frame(s.request(CANCEL)))
    s.exchange(s.request())


def refused_cases(s):
    s.case("one bit of the body is another")
    request = s.request(body=bytes(100))
    s.exchange(flip(request, len(request) - 1), ACCESS_DENIED)
    s.exchange(s.request())

    s.case("one bit of the signature is another")
    s.exchange(flip(s.request(), 48), ACCESS_DENIED)
    s.exchange(flip(s.request(), 63), ACCESS_DENIED)

    s.case("one bit of the header is another")
    s.exchange(flip(s.request(), 36), ACCESS_DENIED)

    s.case("another MessageId than the one that was signed")
    request = s.request()
    s.exchange(request[:24] + struct.pack("<Q", s.next_mid()) + request[32:],
               ACCESS_DENIED)

    s.case("one bit of 1 MiB is another")
    request = s.request(WRITE, body=bytes(1 << 20))
    s.exchange(flip(request, 1 << 19), ACCESS_DENIED)

    s.case("a chain whose second request, and one whose padding, was tampered with")
    for part, at in ((1, 70), (0, 64 + 5)):
        pdus = s.chain([(FLUSH, bytes(5)), (ECHO, bytes(24)),
                        (ECHO, b"end")])
        pdus[part] = flip(pdus[part], at)
        s.send(frame(b"".join(pdus)))
        s.expect(*[s.response(p, ACCESS_DENIED if i == part else SUCCESS)
                   for i, p in enumerate(pdus)])

    s.case("a session that is not there")
    s.exchange(s.request(session=SESSION_ID + 1), USER_SESSION_DELETED,
               signed=False)
    s.exchange(s.request(session=0, signed=False), USER_SESSION_DELETED,
               signed=False)

    s.case("a signed NEGOTIATE, whose answer is never signed")
    s.exchange(s.request(NEGOTIATE), INVALID_PARAMETER, signed=False)

    s.case("an unsigned request")
    for _ in range(2):
        if s.required:
            s.exchange(s.request(signed=False), ACCESS_DENIED)
        else:
            s.exchange(s.request(signed=False), signed=False)
    s.exchange(s.request())

    s.case("an unsigned request in a chain")
    pdus = s.chain([(ECHO, bytes(8)), (ECHO, bytes(3))])
    pdus[1] = s.request(signed=False)
    s.send(frame(b"".join(pdus)))
    s.expect(s.response(pdus[0]),
             s.response(pdus[1], ACCESS_DENIED) if s.required else
             s.response(pdus[1], signed=False))


def ended(s, name, data):
    """This makes the server end the connection."""
    s.case(name)
    s.send(data)
    s.ends()


def ended_cases(s):
    ended(s, "an unsigned TREE_CONNECT",
          frame(s.request(TREE_CONNECT, signed=False)))
    ended(s, "a response",
          frame(s.sign(header(ECHO, s.next_mid(), RESPONSE | SIGNED) + ECHO_BODY)))
    ended(s, "SMB1", frame(header(ECHO, 1, magic=smbref.SMB1_PROTOCOL_ID)))
    ended(s, "an encrypted message", frame(header(ECHO, 1, magic=b"\xfdSMB")))
    ended(s, "a frame of 0 bytes", frame(b"", 0))
    ended(s, "a frame of 63 bytes", frame(s.request()[:63]))
    ended(s, "a frame that is no message", b"\x85" + frame(s.request())[1:])
    ended(s, "a frame that is too long", frame(b"", MAX_LEN + 1))
    ended(s, "a frame of 16 MiB", frame(s.request(), 0xffffff))
    ended(s, "NextCommand behind the end",
          frame(s.request(body=bytes(24), next_command=96)))
    ended(s, "NextCommand at the end",
          frame(s.request(body=bytes(24), next_command=88)))
    ended(s, "NextCommand within the header",
          frame(s.request(body=bytes(24), next_command=8)))
    ended(s, "NextCommand at no multiple of 8",
          frame(s.request(body=bytes(100), next_command=67)))
    ended(s, "NextCommand of 4 GiB",
          frame(s.request(body=bytes(24), next_command=0xfffffff8)))

    s.case("the end in the middle of a message")
    s.send(frame(s.request())[:40])

    s.case("the end in the middle of a length")
    s.send(b"\0\0")

    # One nonce never signs two different messages.
    s.case("a MessageId twice")
    request = s.request()
    s.exchange(request)
    s.exchange(request)
    second = s.request(FLUSH, mid=s.mid)
    if s.alg == smbref.AES_GMAC:
        s.send(frame(second))
        s.ends()
    else:
        s.exchange(second)

    s.case("MessageId 0")
    request = s.request(mid=0)
    if s.alg == smbref.AES_GMAC:
        s.send(frame(request))
        s.ends()
    else:
        s.exchange(request)


def spoil(records):
    """Let one expected signature differ in one bit; return the case's name."""
    responses = [i for i, (kind, _) in enumerate(records) if kind == "R"]
    at = responses[len(responses) // 2]
    kind, data = records[at]
    records[at] = (kind, flip(data, 4 + 48))
    return [name for kind, name in records[:at] if kind == "C"][-1].decode()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--not-required", action="store_true")
    parser.add_argument("--spoil", action="store_true")
    parser.add_argument("algorithm", choices=sorted(ALGORITHMS))
    parser.add_argument("file")
    args = parser.parse_args()

    session = Session(ALGORITHMS[args.algorithm], not args.not_required)
    good_cases(session)
    refused_cases(session)
    ended_cases(session)
    # Beyond the window of the nonce guard the order of cases would matter.
    assert session.mid < 1024
    if args.spoil:
        print(spoil(session.records))
    with open(args.file, "wb") as file:
        for kind, data in session.records:
            file.write(struct.pack("<cxxxI", kind.encode(), len(data)) + data)


if __name__ == "__main__":
    main()
