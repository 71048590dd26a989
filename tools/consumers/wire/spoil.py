#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Shows that wire.py's check fails when it should.

  spoil.py GOOD COMPOUND BOUND LAX

Takes records of smbtorture and smbclient under 3.1.1 with AES-GMAC: GOOD of a
session that must sign, COMPOUND with compounds in it, BOUND with a channel bound
to a session, LAX of a session that need not sign.  All of them have to pass.
Then each is spoiled in one way after the other, and the check has to fail and
say why.  Gives lines "ok - ..." and "not ok - ...", and status 1 with one of the
latter.
"""

import pathlib
import re
import struct
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent.parent / "vectors")]

# pylint: disable=wrong-import-position
import capture
import checker
import macs
import smb2
import smbref

WIRE = HERE.parent / "wire.py"
USER = ["--user", "smbsign:smbsign"]
CASES = []                      # (name, record, complaint, further arguments, function)


def spoils(name, record, complaint, *arguments):
    """Register a function that spoils a Tape, and what the check has to say."""
    def register(function):
        CASES.append((name, record, complaint, list(arguments), function))
        return function
    return register


class Tape:
    """A record that can be changed."""

    def __init__(self, events):
        self.events = [[number, kind, bytearray(data)] for number, kind, data in events]

    def find(self, command, from_server, wanted=lambda pdu: True, nth=0):
        """The place of an event, and the message in it."""
        for i, (_, kind, data) in enumerate(self.events):
            if kind != (capture.RESPONSE if from_server else capture.REQUEST):
                continue
            if data[4:8] != smbref.SMB2_PROTOCOL_ID:
                continue
            for pdu in smb2.compound(bytes(data[4:])):
                if pdu.command == command and wanted(pdu):
                    if not nth:
                        return i, pdu
                    nth -= 1
        raise LookupError(f"no {smb2.COMMANDS[command]} to spoil")

    def put(self, i, pdu, at, data):
        """Write over bytes of a message, counted from its header."""
        at += 4 + pdu.at
        self.events[i][2][at:at + len(data)] = data

    def flip(self, i, pdu, at):
        at %= len(pdu.data)
        self.put(i, pdu, at, bytes([pdu.data[at] ^ 1]))

    def flags(self, i, pdu, flags):
        self.put(i, pdu, 16, struct.pack("<I", flags))

    def strip(self, i, pdu):
        self.flags(i, pdu, pdu.flags & ~smb2.SIGNED)
        self.put(i, pdu, 48, bytes(16))

    def key(self, session_id=None):
        """The key that signs, as the check finds it: of that or the last session."""
        judge = checker.Checker({"smbsign": "smbsign"})
        judge.read((n, k, bytes(d)) for n, k, d in self.events)
        session = judge.sessions.get(session_id) or list(judge.sessions.values())[-1]
        return session.key.key

    def sign(self, i, key, alg=smbref.AES_GMAC):
        """Sign a lone message as its sender would."""
        data = bytes(self.events[i][2][4:])
        self.events[i][2][4 + 48:4 + 64] = macs.smb2_mac(alg, key, data)

    def insert(self, i, like):
        number, kind, data = self.events[like]
        self.events.insert(i, [number, kind, bytearray(data)])

    def write(self, path):
        capture.write(path, ((n, k, bytes(d)) for n, k, d in self.events))


def has_data(pdu):
    return pdu.signed() and len(pdu.data) > 200


def is_binding(pdu):
    return pdu.signed() and pdu.get("B", 2) & smb2.BINDING


# Bits

def flip_case(name, command, from_server, at):
    """A bit of some byte of a message."""
    def function(tape):
        i, pdu = tape.find(command, from_server, lambda pdu: pdu.signed())
        tape.flip(i, pdu, at)
    who = "response" if from_server else "request"
    spoils(f"a bit of {name} of a {smb2.COMMANDS[command]} {who}", "good",
           "the signature is wrong")(function)


flip_case("the header", smb2.READ, True, 14)
flip_case("the status", smb2.READ, True, 8)
flip_case("the TreeId", smb2.WRITE, False, 36)
flip_case("the data", smb2.READ, True, -1)
flip_case("the data", smb2.WRITE, False, -1)
flip_case("the first body byte", smb2.CREATE, True, 64)
flip_case("the signature", smb2.TREE_CONNECT, False, 48)
flip_case("the signature's last byte", smb2.CREATE, True, 63)
flip_case("the end", smb2.SESSION_SETUP, True, -1)
flip_case("the end", smb2.QUERY_DIRECTORY, True, -1)


@spoils("a bit of the padding of a compound's part", "compound", "the signature is wrong")
def padding(tape):
    def is_padded(pdu):
        used = 64 + 56 + pdu.get("H", 46) if pdu.command == smb2.CREATE else len(pdu.data)
        return pdu.signed() and pdu.next and used < len(pdu.data) and not pdu.get("I", 52)
    i, pdu = tape.find(smb2.CREATE, False, is_padded)
    tape.flip(i, pdu, -1)


@spoils("the second part of a compound", "compound", "the signature is wrong")
def second_part(tape):
    i, pdu = tape.find(smb2.CLOSE, True, lambda pdu: pdu.signed() and pdu.at)
    tape.flip(i, pdu, -1)


@spoils("another algorithm", "good", "the signature is wrong")
def other_algorithm(tape):
    i, _ = tape.find(smb2.READ, True, has_data)
    tape.sign(i, tape.key(), smbref.AES_CMAC)


@spoils("the nonce of the other side", "good", "the signature is wrong")
def other_side(tape):
    i, pdu = tape.find(smb2.READ, True, has_data)
    data = pdu.data[:48] + bytes(16) + pdu.data[64:]
    nonce = pdu.data[24:32] + bytes(4)
    tape.put(i, pdu, 48, macs.gmac(tape.key(), nonce, data))


# Signatures that are missing

@spoils("the flag SIGNED of a response", "good", "must be signed and is not")
def only_flag(tape):
    i, pdu = tape.find(smb2.READ, True, has_data)
    tape.flags(i, pdu, pdu.flags & ~smb2.SIGNED)


def strip_case(name, record, command, from_server, complaint, wanted=lambda pdu: pdu.signed()):
    def function(tape):
        tape.strip(*tape.find(command, from_server, wanted))
    spoils(f"no signature: {name}", record, complaint)(function)


strip_case("READ response", "good", smb2.READ, True, "must be signed and is not")
strip_case("WRITE request", "good", smb2.WRITE, False, "must be signed and is not")
strip_case("part of a compound", "compound", smb2.CLOSE, True, "must be signed and is not",
           lambda pdu: pdu.signed() and pdu.at)
strip_case("end of the login", "good", smb2.SESSION_SETUP, True, "the end of a login must be")
strip_case("end of the login, signing not required", "lax", smb2.SESSION_SETUP, True,
           "the end of a login must be")
strip_case("TREE_CONNECT, signing not required", "lax", smb2.TREE_CONNECT, False,
           "must be signed under 3.1.1")
strip_case("answer to a signed request, signing not required", "lax", smb2.TREE_CONNECT, True,
           "its request was signed")
strip_case("binding", "bound", smb2.SESSION_SETUP, False, "a binding must be signed",
           is_binding)
strip_case("end of a binding", "bound", smb2.SESSION_SETUP, True, "the end of a login must be",
           lambda pdu: pdu.signed() and pdu.status == smb2.SUCCESS and pdu.message_id > 2)


# What must not be signed, and nonces

@spoils("a signed NEGOTIATE", "good", "NEGOTIATE is signed")
def signed_negotiate(tape):
    i, pdu = tape.find(smb2.NEGOTIATE, True)
    tape.flags(i, pdu, pdu.flags | smb2.SIGNED)


@spoils("a login signed before there is a key", "good", "signed where no key is known")
def signed_login(tape):
    i, pdu = tape.find(smb2.SESSION_SETUP, False)
    tape.flags(i, pdu, pdu.flags | smb2.SIGNED)


@spoils("a signed STATUS_PENDING", "good", "STATUS_PENDING is signed")
def signed_pending(tape):
    i, pdu = tape.find(smb2.READ, True, has_data)
    key = tape.key()
    tape.insert(i, i)
    tape.put(i, pdu, 8, struct.pack("<I", smb2.PENDING))
    tape.flags(i, pdu, pdu.flags | smb2.ASYNC)
    tape.sign(i, key)


@spoils("a signed notification", "good", "a notification is signed")
def signed_notification(tape):
    i, pdu = tape.find(smb2.READ, True, has_data)
    tape.insert(i, i)
    tape.put(i, pdu, 12, struct.pack("<H", smb2.OPLOCK_BREAK))
    tape.put(i, pdu, 24, struct.pack("<Q", smb2.NO_MESSAGE_ID))


@spoils("a GMAC nonce for two messages", "good", "the GMAC nonce [0-9a-f]+ signs different")
def nonce_reuse(tape):
    key = tape.key()
    i, pdu = tape.find(smb2.READ, False, lambda pdu: pdu.signed())
    answer, _ = tape.find(smb2.READ, True, lambda other: (
        other.signed() and other.message_id == pdu.message_id))
    tape.insert(answer + 1, i)
    tape.flip(answer + 1, pdu, 64 + 8)
    tape.sign(answer + 1, key)


def bind_again(tape, number, salt):
    """One more connection that begins to bind, with a MessageId that is not seen else."""
    i, pdu = tape.find(smb2.SESSION_SETUP, False, is_binding)
    key = tape.key(pdu.session_id)
    begin = [event for event in tape.events if event[0] == tape.events[i][0]][:3]
    for _, kind, data in begin + [tape.events[i]]:
        tape.events.append([number, kind, bytearray(data)])
    at = len(tape.events) - 1
    tape.put(at, pdu, 24, struct.pack("<Q", 0x7777))
    tape.put(at, pdu, 64 + 8, bytes([salt]))    # Channel, which is reserved
    tape.sign(at, key)


@spoils("a GMAC nonce for messages of two channels", "bound", "connection 99 has 1 GMAC nonces",
        "--own-nonces")
def channels_nonce(tape):
    bind_again(tape, 98, 1)
    bind_again(tape, 99, 2)


# Order and identity

@spoils("a response once more", "good", "answers no request")
def replay(tape):
    i, _ = tape.find(smb2.READ, True, has_data)
    tape.insert(i + 1, i)


@spoils("a request once more", "good", "its MessageId is in use")
def request_replay(tape):
    i, _ = tape.find(smb2.WRITE, False, has_data)
    tape.insert(i + 1, i)


@spoils("the data of two responses swapped", "good", "the signature is wrong")
def swap(tape):
    # Of equal length: the answers of two directories' ends
    i, first = tape.find(smb2.CLOSE, True, lambda pdu: pdu.signed())
    j, second = tape.find(smb2.CLOSE, True, lambda pdu: pdu.signed(), 1)
    tape.put(i, first, 48, second.data[48:])
    tape.put(j, second, 48, first.data[48:])


@spoils("the MessageIds of two responses swapped", "good", "the signature is wrong")
def swap_ids(tape):
    i, first = tape.find(smb2.CLOSE, True, lambda pdu: pdu.signed())
    j, second = tape.find(smb2.CLOSE, True, lambda pdu: pdu.signed(), 1)
    later = tape.events.pop(j)
    tape.events.insert(i, later)
    tape.put(i, second, 24, struct.pack("<Q", first.message_id))


@spoils("the SessionId of a response", "good", "names another session|signature is wrong")
def other_session(tape):
    i, pdu = tape.find(smb2.READ, True, has_data)
    key = tape.key()
    tape.flip(i, pdu, 40)
    tape.sign(i, key)


@spoils("SMB1 after SMB2", "good", "SMB1")
def smb1(tape):
    i, _ = tape.find(smb2.READ, True, has_data)
    tape.insert(i, i)
    tape.events[i][2][4:8] = smbref.SMB1_PROTOCOL_ID


@spoils("a malformed compound", "compound", "malformed")
def malformed(tape):
    i, pdu = tape.find(smb2.CREATE, False, lambda pdu: pdu.next)
    tape.put(i, pdu, 20, struct.pack("<I", pdu.next + 4))


# Negotiation

def signing_context(tape, from_server, data):
    i, pdu = tape.find(smb2.NEGOTIATE, from_server,
                       lambda pdu: not from_server or pdu.get("H", 4) == 0x0311)
    at = next(at for kind, _, at in smb2.contexts(pdu) if kind == smb2.SIGNING_CAPABILITIES)
    tape.put(i, pdu, at, data)


@spoils("no SIGNING_CAPABILITIES in the response", "good", "the signature is wrong")
def no_context(tape):
    signing_context(tape, True, struct.pack("<H", 0x7777))


@spoils("another algorithm chosen", "good", "the signature is wrong")
def other_choice(tape):
    signing_context(tape, True, struct.pack("<HHIHH", 8, 4, 0, 1, smbref.AES_CMAC))


@spoils("an algorithm chosen that was not offered", "good", "that was not offered")
def strange_choice(tape):
    signing_context(tape, True, struct.pack("<HHIHH", 8, 4, 0, 1, 7))


@spoils("no algorithm chosen", "good", "with no algorithm")
def empty_choice(tape):
    signing_context(tape, True, struct.pack("<HHIHH", 8, 4, 0, 0, 2))


@spoils("the offer of algorithms", "good", "the signature is wrong")
def other_offer(tape):
    signing_context(tape, False, struct.pack("<HHIHH", 8, 8, 0, 2, smbref.AES_GMAC))


@spoils("the SecurityMode of the response", "good", "the signature is wrong")
def security_mode(tape):
    i, pdu = tape.find(smb2.NEGOTIATE, True)
    tape.flip(i, pdu, 66)


@spoils("the guest's flag", "good", "signed where no key is known")
def guest_flag(tape):
    i, pdu = tape.find(smb2.SESSION_SETUP, True, lambda pdu: pdu.signed())
    tape.put(i, pdu, 66, b"\1\0")


# Records in which there is nothing

@spoils("nothing at all", "good", "there is no session in it")
def nothing(tape):
    del tape.events[:]


@spoils("no more than a login's begin", "good", "nothing is signed")
def no_login(tape):
    i, _ = tape.find(smb2.SESSION_SETUP, True, lambda pdu: pdu.status == smb2.SUCCESS)
    del tape.events[i:]


@spoils("a frame that is too short", "good", "is not as long as it says")
def short_frame(tape):
    i, _ = tape.find(smb2.READ, True, has_data)
    del tape.events[i][2][-1]


# Demands that a good record does not meet
DEMANDS = (
    ("wrong password", ["--user", "smbsign:other"], "not the one used"),
    ("unknown user", ["--user", "other:smbsign"], "no password is known"),
    ("--algorithm", USER + ["--algorithm", "aes-cmac"], "not signed with aes-cmac"),
    ("--dialect", USER + ["--dialect", "3.0"], "not of dialect 3.0"),
    ("--cipher", USER + ["--cipher", "aes-256-gcm"], "has not negotiated aes-256-gcm"),
    ("--guest", USER + ["--guest"], "not only guests"),
    ("--bytes", USER + ["--bytes", str(1 << 40)], "bytes are signed"),
    ("--channels", USER + ["--channels", "1"], "channels were bound"),
)


def check(path, arguments):
    """Exit status and output of wire.py check."""
    run = subprocess.run([sys.executable, WIRE, "check", path] + arguments,
                         capture_output=True, text=True, check=False)
    return run.returncode, run.stdout + run.stderr


class Report:
    def __init__(self):
        self.failed = 0

    def tell(self, good, name, output):
        print(f"{'ok' if good else 'not ok'} - {name}")
        if not good:
            self.failed += 1
            print("# " + output.strip().replace("\n", "\n# "))

    def refused(self, name, path, arguments, complaint):
        status, output = check(path, arguments)
        good = status == 1 and re.search(f"^(violation|wire.py): .*({complaint})", output, re.M)
        self.tell(good, name, f"status {status}, not '{complaint}'\n{output}")


def main():
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    paths = dict(zip(("good", "compound", "bound", "lax"), sys.argv[1:]))
    report = Report()
    for name, path in paths.items():
        status, output = check(path, USER)
        report.tell(status == 0, f"the record {name} is right", output)
    for name, arguments, complaint in DEMANDS:
        report.refused(f"demand not met: {name}", paths["good"], arguments, complaint)
    report.refused("demand not met: --channels with --bytes", paths["bound"],
                   USER + ["--channels", "1", "--bytes", "1000000"], "only 0 channels were bound")
    report.refused("demand not met: --require-signing", paths["lax"],
                   USER + ["--require-signing"], "must be signed and is not")
    tapes = {name: list(capture.read(path)) for name, path in paths.items()}
    with tempfile.TemporaryDirectory() as folder:
        spoiled = pathlib.Path(folder, "spoiled")
        for name, record, complaint, arguments, function in CASES:
            tape = Tape(tapes[record])
            function(tape)
            tape.write(spoiled)
            report.refused(f"spoiled: {name}", spoiled, USER + arguments, complaint)
        whole = pathlib.Path(paths["good"]).read_bytes()
        for name, data, complaint in (("cut off", whole[:-1], "cut off"),
                                      ("no record", b"SMB" + whole, "is no record")):
            spoiled.write_bytes(data)
            report.refused(f"spoiled: {name}", spoiled, USER, complaint)
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
