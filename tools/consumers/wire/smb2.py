# SPDX-License-Identifier: GPL-2.0-only
"""SMB2 messages as they lie on the wire: what signing needs to know of them.

The names are those of MS-SMB2, section 2.2.
"""

import struct

import smbref

NEGOTIATE, SESSION_SETUP, LOGOFF, TREE_CONNECT, TREE_DISCONNECT = range(5)
CREATE, CLOSE, FLUSH, READ, WRITE, LOCK, IOCTL, CANCEL, ECHO = range(5, 14)
QUERY_DIRECTORY, CHANGE_NOTIFY, QUERY_INFO, SET_INFO, OPLOCK_BREAK = range(14, 19)
COMMANDS = (
    "NEGOTIATE", "SESSION_SETUP", "LOGOFF", "TREE_CONNECT", "TREE_DISCONNECT",
    "CREATE", "CLOSE", "FLUSH", "READ", "WRITE", "LOCK", "IOCTL", "CANCEL", "ECHO",
    "QUERY_DIRECTORY", "CHANGE_NOTIFY", "QUERY_INFO", "SET_INFO", "OPLOCK_BREAK")

FROM_SERVER, ASYNC, RELATED, SIGNED = 1, 2, 4, 8        # Flags
REQUIRED = 2                    # SecurityMode
BINDING = 1                     # Flags of SESSION_SETUP
IS_GUEST, IS_NULL, ENCRYPT_DATA = 1, 2, 4               # SessionFlags
ENCRYPTION_CAPABILITIES, SIGNING_CAPABILITIES = 2, 8    # ContextType
VALIDATE_NEGOTIATE = 0x00140204  # CtlCode of IOCTL
NO_MESSAGE_ID = NO_SESSION_ID = 2 ** 64 - 1

SUCCESS = 0
PENDING = 0x00000103
INVALID_PARAMETER = 0xc000000d
MORE_PROCESSING_REQUIRED = 0xc0000016
USER_SESSION_DELETED = 0xc0000203

DIALECTS = {0x0202: "2.0.2", 0x0210: "2.1", 0x0300: "3.0", 0x0302: "3.0.2",
            0x0311: "3.1.1", 0x02ff: "2.???"}
CIPHERS = {1: "aes-128-ccm", 2: "aes-128-gcm", 3: "aes-256-ccm", 4: "aes-256-gcm"}
TRANSFORM_ID, COMPRESSED_ID = b"\xfdSMB", b"\xfcSMB"


class Malformed(Exception):
    """Not a message that this can read."""


def unpack(form, data, at):
    """struct.unpack_from of one value, for data that may be short."""
    try:
        return struct.unpack_from("<" + form, data, at)[0]
    except struct.error:
        raise Malformed(f"ends before offset {at}") from None


def cut(data, at, size):
    if at + size > len(data):
        raise Malformed("a buffer runs past the end")
    return data[at:at + size]


class Pdu:
    """One message with its own header, alone or part of a compound."""

    def __init__(self, data, at=0):
        self.data = data
        self.at = at            # where in its frame it begins
        if len(data) < 64 or data[:4] != smbref.SMB2_PROTOCOL_ID:
            raise Malformed("no SMB2 header")
        (size, self.status, self.command, self.flags, self.next, self.message_id,
         self.session_id) = struct.unpack("<4xH2xIH2xIIQ8xQ16x", data[:64])
        if size != 64:
            raise Malformed(f"header of {size} bytes")

    def signed(self):
        return bool(self.flags & SIGNED)

    def from_server(self):
        return bool(self.flags & FROM_SERVER)

    def signature(self):
        return self.data[smbref.SMB2_SIGNATURE]

    def name(self):
        if self.command < len(COMMANDS):
            return COMMANDS[self.command]
        return f"command {self.command}"

    def get(self, form, at):
        """A number of the body, which begins behind the header."""
        return unpack(form, self.data, 64 + at)

    def buffer(self, at):
        """What a 16-bit offset and a 16-bit length in the body point to."""
        return cut(self.data, self.get("H", at), self.get("H", at + 2))


def compound(frame):
    """The messages of a frame.  Padding belongs to the message before it."""
    at = 0
    while True:
        step = unpack("I", frame, at + 20)
        if step and (step % 8 or step < 64 or at + step + 64 > len(frame)):
            raise Malformed(f"NextCommand {step}")
        yield Pdu(frame[at:at + step] if step else frame[at:], at)
        if not step:
            return
        at += step


def contexts(pdu):
    """(ContextType, Data, place of the header) of a NEGOTIATE of 3.1.1."""
    if pdu.from_server():
        count, at = pdu.get("H", 6), pdu.get("I", 60)
    else:
        count, at = pdu.get("H", 32), pdu.get("I", 28)
    for _ in range(count):
        kind, size = unpack("H", pdu.data, at), unpack("H", pdu.data, at + 2)
        yield kind, cut(pdu.data, at + 8, size), at
        at += 8 + size + -size % 8


def dialects(pdu):
    """What a NEGOTIATE request offers."""
    return [pdu.get("H", 36 + 2 * i) for i in range(pdu.get("H", 2))]


def cipher(pdu):
    """What a NEGOTIATE response chose for encryption, None without."""
    for kind, data, _ in contexts(pdu):
        if kind == ENCRYPTION_CAPABILITIES:
            return unpack("H", data, 2)
    return None


def signing_algorithms(pdu):
    """The list in the SIGNING_CAPABILITIES of a NEGOTIATE, None without one."""
    found = [data for kind, data, _ in contexts(pdu) if kind == SIGNING_CAPABILITIES]
    if not found:
        return None
    if len(found) > 1:
        raise Malformed("more than one SIGNING_CAPABILITIES")
    count = unpack("H", found[0], 0)
    if not count:
        raise Malformed("SIGNING_CAPABILITIES with no algorithm")
    return [unpack("H", found[0], 2 + 2 * i) for i in range(count)]
