#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""What a server that requires signing has to refuse, and how.

  refusals.py PORT

Logs on with impacket, then sends requests made here: unsigned, signed wrongly, in
compounds, for sessions that there are not.  The signature of every answer is
computed again.  Prints "ok - WHAT" or "not ok - WHAT: WHY" for each; status 1 if
there is one of those.
"""

import pathlib
import struct
import sys

from impacket import nmb
from impacket.smb3structs import SMB2_DIALECT_21, SMB2_DIALECT_30, SMB2_DIALECT_311
from impacket.smbconnection import SMBConnection

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1] / "vectors")]

import smbref                   # pylint: disable=wrong-import-position

NEGOTIATE, SESSION_SETUP, TREE_CONNECT, CLOSE, ECHO, OPLOCK_BREAK = 0, 1, 3, 6, 13, 18
RESPONSE, RELATED, SIGNED = 1, 4, 8
SUCCESS, ACCESS_DENIED, INVALID_PARAMETER = 0, 0xC0000022, 0xC000000D
USER_SESSION_DELETED = 0xC0000203
ALL_ONES = 0xFFFFFFFFFFFFFFFF
ECHO_BODY = struct.pack("<HH", 4, 0)
# Of a file that is not open, so that whoever gets that far is told so.
CLOSE_BODY = struct.pack("<HHIQQ", 24, 0, 0, 77, 77)
BREAK_BODY = struct.pack("<HBBIQQ", 24, 0, 0, 0, 77, 77)


class Refused(Exception):
    """The connection has been closed."""


class Frames(nmb.NetBIOSTCPSession):
    """Remembers what went over the wire: impacket 0.10 derives a wrong key for 3.1.1."""

    def __init__(self, *args, **kwargs):
        self.frames = []
        super().__init__(*args, **kwargs)

    def send_packet(self, data):
        self.frames.append(bytes(data))
        super().send_packet(data)

    def recv_packet(self, timeout=None):
        packet = super().recv_packet(timeout)
        self.frames.append(packet.get_trailer())
        return packet


nmb.NetBIOSTCPSession = Frames


class Client:
    """A session with impacket, and what it takes to go on without it."""

    def __init__(self, port, dialect=SMB2_DIALECT_311):
        self.conn = SMBConnection("KSMBD", "127.0.0.1", sess_port=port, timeout=10,
                                  preferredDialect=dialect)
        self.smb = self.conn.getSMBServer()
        self.alg = smbref.HMAC_SHA256 if dialect == SMB2_DIALECT_21 else smbref.AES_CMAC
        self.tree = 0

    def login(self):
        self.conn.login("smbsign", "smbsign")
        # pylint: disable=protected-access
        if self.conn.getDialect() == SMB2_DIALECT_311:
            value = bytes(64)
            for frame in self.smb._NetBIOSSession.frames[:-1]:
                value = smbref.preauth_update(value, frame)
            self.smb._Session["SigningKey"] = smbref.kdf(
                self.smb._Session["SessionKey"], b"SMBSigningKey\0", value)
        return self

    def connect(self):
        self.login()
        self.tree = self.conn.connectTree("test")
        return self

    def key(self):
        session = self.smb._Session     # pylint: disable=protected-access
        return session["SessionKey" if self.alg == smbref.HMAC_SHA256 else "SigningKey"]

    def request(self, command, body, flags=0, related=False, **fields):
        """One request with the next MessageId."""
        connection = self.smb._Connection       # pylint: disable=protected-access
        session = fields.get("session", self.smb._Session["SessionID"])
        tree = self.tree
        if related:
            flags, session, tree = flags | RELATED, ALL_ONES, ALL_ONES & 0xFFFFFFFF
        header = struct.pack("<4sHHIHHIIQIIQ16x", b"\xfeSMB", 64, 1, 0, command, 16, flags, 0,
                             connection["SequenceWindow"], 0, fields.get("tree", tree), session)
        connection["SequenceWindow"] += 1
        return bytearray(header + body)

    def sign(self, pdu):
        pdu[16:20] = struct.pack("<I", struct.unpack_from("<I", pdu, 16)[0] | SIGNED)
        pdu[48:64] = self.mac(pdu)
        return pdu

    def mac(self, pdu):
        return smbref.smb2_mac(self.alg, self.key(), bytes(pdu))[:16]

    def exchange(self, *pdus):
        """Send a frame; the messages of the answer."""
        try:
            # pylint: disable=protected-access
            self.smb._NetBIOSSession.send_packet(bytes(b"".join(pdus)))
            frame = self.smb._NetBIOSSession.recv_packet(10).get_trailer()
        except Exception as error:
            raise Refused(str(error)) from error
        answers = []
        while True:
            step = struct.unpack_from("<I", frame, 20)[0]
            answers.append(frame[:step] if step else frame)
            if not step:
                return answers
            frame = frame[step:]

    def rightly_signed(self, pdu):
        flags = struct.unpack_from("<I", pdu, 16)[0]
        return bool(flags & SIGNED) and self.mac(pdu) == pdu[48:64]


def status(pdu):
    return struct.unpack_from("<I", pdu, 8)[0]


def chain(client, *pdus, sign=()):
    """A compound; those whose index is in sign are signed."""
    done = []
    for i, pdu in enumerate(pdus):
        if i + 1 < len(pdus):
            pdu += bytes(-len(pdu) % 8)
            pdu[20:24] = struct.pack("<I", len(pdu))
        done.append(client.sign(pdu) if i in sign else pdu)
    return done


def spoil(pdu, at):
    pdu[at] ^= 1
    return pdu


def expect(answers, *statuses):
    assert [hex(status(pdu)) for pdu in answers] == [hex(want) for want in statuses], \
        "answered with " + " ".join(hex(status(pdu)) for pdu in answers)


def refused(client, *pdus):
    """A request that is refused, by an answer that is signed."""
    answers = client.exchange(*pdus)
    expect(answers, ACCESS_DENIED)
    assert client.rightly_signed(answers[0]), "the refusal is not signed"
    alive(client)


def alive(client):
    """After that the connection works as before."""
    answers = client.exchange(client.sign(client.request(ECHO, ECHO_BODY, tree=0)))
    expect(answers, SUCCESS)
    assert client.rightly_signed(answers[0]), "the answer is not signed"


def unsigned(client, command, body):
    refused(client, client.request(command, body))


def bad_signature(client, at):
    refused(client, spoil(client.sign(client.request(CLOSE, CLOSE_BODY)), at))


def strip(pdu):
    pdu[16:20] = struct.pack("<I", struct.unpack_from("<I", pdu, 16)[0] & ~SIGNED)
    return pdu


def compound(client, signed, *wanted):
    """Two messages of a compound, of which those in signed are signed."""
    first = client.request(ECHO, ECHO_BODY, tree=0)
    second = client.request(ECHO, ECHO_BODY, tree=0)
    answers = client.exchange(*chain(client, first, second, sign=signed))
    expect(answers, *wanted)
    assert all(client.rightly_signed(pdu) for pdu in answers), "an answer is not signed"
    alive(client)


def unknown_session(client):
    pdu = client.sign(client.request(CLOSE, CLOSE_BODY, session=0x7777))
    answers = client.exchange(pdu)
    expect(answers, USER_SESSION_DELETED)
    assert struct.unpack_from("<I", answers[0], 16)[0] & SIGNED, "SIGNED is not set"


def unsigned_tree_connect(port):
    client = Client(port).login()
    path = "\\\\127.0.0.1\\test".encode("utf-16-le")
    body = struct.pack("<HHHH", 9, 0, 72, len(path)) + path
    try:
        answers = client.exchange(client.request(TREE_CONNECT, body))
    except Refused:
        return
    raise AssertionError(f"answered with {status(answers[0]):#x}")


def unsigned_reauthentication(client):
    body = struct.pack("<HBBIIHHQ", 25, 0, 1, 0, 0, 88, 8, 0) + b"NTLMSSP\0"
    refused(client, client.request(SESSION_SETUP, body, tree=0))


def rows(port):
    for name, dialect in (("2.1", SMB2_DIALECT_21), ("3.0", SMB2_DIALECT_30),
                          ("3.1.1", SMB2_DIALECT_311)):
        def session(dialect=dialect):
            return Client(port, dialect).connect()

        yield f"{name}: an unsigned request", lambda s=session: unsigned(s(), CLOSE, CLOSE_BODY)
        yield f"{name}: an unsigned echo", lambda s=session: unsigned(s(), ECHO, ECHO_BODY)
        yield f"{name}: an unsigned acknowledgment of an oplock break", \
            lambda s=session: unsigned(s(), OPLOCK_BREAK, BREAK_BODY)
        yield f"{name}: a bit of the header", lambda s=session: bad_signature(s(), 36)
        yield f"{name}: a bit of the body", lambda s=session: bad_signature(s(), 70)
        yield f"{name}: a bit of the signature", lambda s=session: bad_signature(s(), 50)
        yield f"{name}: the flag stripped", lambda s=session: refused_stripped(s())
        yield f"{name}: the first of a compound unsigned", \
            lambda s=session: compound(s(), (1,), ACCESS_DENIED, SUCCESS)
        yield f"{name}: the second of a compound unsigned", \
            lambda s=session: compound(s(), (0,), SUCCESS, ACCESS_DENIED)
        yield f"{name}: a compound as it should be", \
            lambda s=session: compound(s(), (0, 1), SUCCESS, SUCCESS)
        yield f"{name}: a session that there is not", lambda s=session: unknown_session(s())
        yield f"{name}: an unsigned re-authentication", \
            lambda s=session: unsigned_reauthentication(s())
    yield "3.1.1: an unsigned TREE_CONNECT ends the connection", lambda: unsigned_tree_connect(port)


def refused_stripped(client):
    refused(client, strip(client.sign(client.request(CLOSE, CLOSE_BODY))))


def main():
    bad = 0
    for name, test in rows(int(sys.argv[1])):
        try:
            test()
            print(f"ok - {name}", flush=True)
        except (AssertionError, Refused) as error:
            print(f"not ok - {name}: {error or 'the connection was closed'}", flush=True)
            bad = 1
    return bad


if __name__ == "__main__":
    sys.exit(main())
