# SPDX-License-Identifier: GPL-2.0-only
"""What an attacker in the middle does to SMB messages that he cannot sign.

An attack waits until the client asks for the file "arm", if it would otherwise
hit the mount that it is to be tried on, and stops at the file "disarm".
"""

import struct

import smb2
import smbref

ATTACKS = {}                    # name: a function that makes one
UNSIGNED = bytes(16)


def wish_of(pdu):
    """The name of a CREATE, the offset of a READ."""
    if pdu.command == smb2.CREATE:
        return pdu.buffer(44).decode("utf-16-le", "replace")
    return pdu.get("Q", 8)


class Attack:
    """Sees all frames of all connections; does nothing yet.

    name  what it is called
    work  what the client has to do: mount, read, write, rewrite, stat, list, pair, mkdir
    what  what is done to which message
    wait  for the file "arm"
    """

    def __init__(self, name, work, what, wait=True):
        self.name, self.work, self.what = name, work, what
        self.armed = not wait
        self.done = 0
        self.wishes = {}        # (connection, MessageId): what is asked for
        self.struck = set()     # those whose answers were changed
        self.again = 0          # such that were asked for again
        self.asked = {}         # (connection, MessageId): whether to arm or to disarm

    def frame(self, connection, from_server, frame):
        """Return what goes on, as pairs (from_server, frame)."""
        out = [(from_server, frame)]
        if frame[4:8] != smbref.SMB2_PROTOCOL_ID:
            return out
        pdus = list(smb2.compound(frame[4:]))
        if not from_server:
            self.requested(connection, pdus)
        if self.armed:
            out = self.act(connection, from_server, frame, pdus)
        # Armed is who has seen the answer, so that this one comes through.
        if from_server:
            for pdu in pdus:
                self.armed = self.asked.pop((connection, pdu.message_id), self.armed)
        return out

    def requested(self, connection, pdus):
        for pdu in pdus:
            if pdu.command not in (smb2.CREATE, smb2.READ):
                continue
            wish = self.wishes[connection, pdu.message_id] = wish_of(pdu)
            self.again += self.armed and wish in self.struck
            if wish in ("arm", "disarm"):
                self.asked[connection, pdu.message_id] = wish == "arm"

    def act(self, connection, from_server, frame, pdus):
        raise NotImplementedError


def pack(data):
    """A frame of one message, or of a whole compound."""
    return struct.pack(">I", len(data)) + bytes(data)


class Edit(Attack):
    """Changes the first message of a kind, or all of them."""

    def __init__(self, edit, command, from_server, always, **names):
        super().__init__(**names)
        self.edit, self.command, self.from_server = edit, command, from_server
        self.always = always

    def act(self, connection, from_server, frame, pdus):
        parts = []
        for pdu in pdus:
            data = bytearray(pdu.data)
            if (pdu.command == self.command and from_server == self.from_server and
                    (self.always or not self.done) and self.edit(data, pdu) is not False):
                self.done += 1
                self.struck.add(self.wishes.get((connection, pdu.message_id)))
            parts.append(data)
        return [(from_server, pack(b"".join(parts)))]


def edits(name, work, what, command, from_server=True, wait=True, always=False):
    """Register a function that changes a message in place; it returns False when
    it finds nothing to change."""
    def register(function):
        ATTACKS[name] = lambda: Edit(function, command, from_server, always,
                                     name=name, work=work, what=what, wait=wait)
        return function
    return register


def attack(name, work, what, wait=True):
    """Register a class."""
    def register(cls):
        ATTACKS[name] = lambda: cls(name, work, what, wait)
        return cls
    return register


def succeeded(pdu):
    return pdu.status == smb2.SUCCESS


def put(form, data, at, value):
    struct.pack_into("<" + form, data, at, value)


def unsign(data):
    """Neither flag nor signature."""
    put("I", data, 16, struct.unpack_from("<I", data, 16)[0] & ~smb2.SIGNED)
    data[48:64] = UNSIGNED


# Single bits

@edits("flip-header", "read", "READ response: a bit of the credits", smb2.READ)
def flip_header(data, pdu):
    if not succeeded(pdu):
        return False
    data[14] ^= 2
    return True


@edits("flip-data", "read", "READ response: a bit of the data", smb2.READ)
def flip_data(data, pdu):
    if not succeeded(pdu) or len(data) < 1000:
        return False
    data[-1] ^= 1
    return True


@edits("flip-data-always", "read", "every READ response: a bit of the data", smb2.READ,
       always=True)
def flip_data_always(data, pdu):
    return flip_data(data, pdu)


@edits("flip-signature", "read", "READ response: a bit of the signature", smb2.READ)
def flip_signature(data, pdu):
    if not succeeded(pdu):
        return False
    data[48] ^= 1
    return True


@edits("flip-padding", "stat", "compound response: a bit of the padding", smb2.QUERY_INFO)
def flip_padding(data, pdu):
    end = pdu.get("H", 2) + pdu.get("I", 4)
    if not succeeded(pdu) or not pdu.next or end >= len(data):
        return False
    data[-1] ^= 1
    return True


@edits("flip-stat", "stat", "QUERY_INFO response: the file's size", smb2.QUERY_INFO, always=True)
def flip_stat(data, pdu):
    at = pdu.get("H", 2)
    # Of a file, not of the folder it is in
    if not succeeded(pdu) or pdu.get("I", 4) < 100 or data[at + 61]:
        return False
    data[at + 48] ^= 1          # EndOfFile of FileAllInformation
    return True


@edits("flip-create", "read", "CREATE response: the file's size", smb2.CREATE)
def flip_create(data, pdu):
    if not succeeded(pdu) or pdu.next or pdu.at or not pdu.get("Q", 48):
        return False
    put("Q", data, 64 + 48, 1)
    return True


@edits("flip-list", "list", "QUERY_DIRECTORY response: a file's name", smb2.QUERY_DIRECTORY,
       always=True)
def flip_list(data, pdu):
    at = data.find("victim".encode("utf-16-le"))
    if not succeeded(pdu) or at < 0:
        return False
    data[at] ^= 1
    return True


@edits("flip-request", "write", "WRITE request: a bit of the data", smb2.WRITE, False)
def flip_request(data, _):
    data[-1] ^= 1


@edits("flip-request-header", "write", "WRITE request: a bit of the credits", smb2.WRITE, False)
def flip_request_header(data, _):
    data[14] ^= 2


@edits("flip-read-request", "read", "READ request: another offset", smb2.READ, False)
def flip_read_request(data, pdu):
    put("Q", data, 64 + 8, pdu.get("Q", 8) ^ 0x1000)


@edits("flip-open-request", "read", "CREATE request: the file g, not f", smb2.CREATE, False)
def flip_open_request(data, pdu):
    if pdu.next or wish_of(pdu) != "f":
        return False
    data[pdu.get("H", 44)] ^= 1
    return True


@edits("flip-request-padding", "stat", "CREATE request: a bit of the padding behind the name",
       smb2.CREATE, False)
def flip_request_padding(data, pdu):
    end = pdu.get("H", 44) + pdu.get("H", 46)
    if end >= pdu.get("I", 48):         # where the contexts begin
        return False
    data[end] ^= 1
    return True


@edits("flip-tree", "mount", "TREE_CONNECT response: the share's flags", smb2.TREE_CONNECT,
       wait=False, always=True)
def flip_tree(data, pdu):
    if not succeeded(pdu):
        return False
    data[64 + 4] ^= 0x30        # caching
    return True


# No signature

@edits("strip-response", "read", "READ response: other data, no signature, no flag", smb2.READ)
def strip_response(data, pdu):
    if flip_data(data, pdu) is False:
        return False
    unsign(data)
    return True


@edits("strip-always", "read", "every READ response: no signature, nothing else changed",
       smb2.READ, always=True)
def strip_always(data, pdu):
    if not succeeded(pdu):
        return False
    unsign(data)
    return True


@edits("clear-flag", "read", "READ response: other data, only the flag is cleared", smb2.READ)
def clear_flag(data, pdu):
    if flip_data(data, pdu) is False:
        return False
    put("I", data, 16, pdu.flags & ~smb2.SIGNED)
    return True


@edits("strip-stat", "stat", "QUERY_INFO response: another size, no signature", smb2.QUERY_INFO,
       always=True)
def strip_stat(data, pdu):
    if flip_stat(data, pdu) is False:
        return False
    unsign(data)
    return True


@edits("strip-request", "write", "WRITE request: other data, no signature", smb2.WRITE, False)
def strip_request(data, _):
    data[-1] ^= 1
    unsign(data)


@edits("replace-data", "read", "READ response: all of the data is the attacker's", smb2.READ)
def replace_data(data, pdu):
    if flip_data(data, pdu) is False:
        return False
    at = pdu.get("B", 2)
    data[at:] = b"owned" * (len(data) // 5)
    del data[len(pdu.data):]
    return True


def error(data, status, keep_flag):
    """An error response in the place of what is there."""
    put("I", data, 8, status)
    del data[64:]
    data += struct.pack("<HBBIB", 9, 0, 0, 0, 0)
    if not keep_flag:
        unsign(data)


@edits("forge-eof", "read", "READ response: STATUS_END_OF_FILE, unsigned", smb2.READ)
def forge_eof(data, pdu):
    if not succeeded(pdu):
        return False
    error(data, 0xc0000011, False)
    return True


@edits("forge-not-found", "read", "CREATE response: STATUS_OBJECT_NAME_NOT_FOUND, flag kept",
       smb2.CREATE)
def forge_not_found(data, pdu):
    if not succeeded(pdu) or pdu.next or pdu.at:
        return False
    error(data, 0xc0000034, True)
    return True


# Login and negotiation

@edits("guest-flag", "mount", "end of the login: the user is a guest, unsigned",
       smb2.SESSION_SETUP, wait=False, always=True)
def guest_flag(data, pdu):
    if not succeeded(pdu):
        return False
    put("H", data, 64 + 2, pdu.get("H", 2) | smb2.IS_GUEST)
    unsign(data)
    return True


@edits("null-flag", "mount", "end of the login: the user is nobody, signature kept",
       smb2.SESSION_SETUP, wait=False, always=True)
def null_flag(data, pdu):
    if not succeeded(pdu):
        return False
    put("H", data, 64 + 2, pdu.get("H", 2) | smb2.IS_NULL)
    return True


@edits("strip-login", "mount", "end of the login: no signature", smb2.SESSION_SETUP,
       wait=False, always=True)
def strip_login(data, pdu):
    if not succeeded(pdu):
        return False
    unsign(data)
    return True


@edits("flip-login", "mount", "end of the login: a bit of the signature", smb2.SESSION_SETUP,
       wait=False, always=True)
def flip_login(data, pdu):
    if not succeeded(pdu):
        return False
    data[48] ^= 1
    return True


def find_context(pdu):
    for kind, _, at in smb2.contexts(pdu):
        if kind == smb2.SIGNING_CAPABILITIES:
            return at
    return None


def is_311(pdu):
    if pdu.from_server():
        return pdu.get("H", 4) == 0x0311
    return 0x0311 in smb2.dialects(pdu)


@edits("no-offer", "mount", "NEGOTIATE request: no SIGNING_CAPABILITIES", smb2.NEGOTIATE, False,
       wait=False, always=True)
def no_offer(data, pdu):
    at = find_context(pdu) if is_311(pdu) else None
    if at is None:
        return False
    put("H", data, at, 0x7777)
    return True


@edits("weak-offer", "mount", "NEGOTIATE request: HMAC-SHA256 is all that is offered",
       smb2.NEGOTIATE, False, wait=False, always=True)
def weak_offer(data, pdu):
    at = find_context(pdu) if is_311(pdu) else None
    if at is None:
        return False
    for i in range(struct.unpack_from("<H", data, at + 8)[0]):
        put("H", data, at + 10 + 2 * i, smbref.HMAC_SHA256)
    return True


@edits("no-choice", "mount", "NEGOTIATE response: no SIGNING_CAPABILITIES", smb2.NEGOTIATE,
       wait=False, always=True)
def no_choice(data, pdu):
    at = find_context(pdu) if is_311(pdu) else None
    if at is None:
        return False
    put("H", data, at, 0x7777)
    return True


@edits("other-choice", "mount", "NEGOTIATE response: another algorithm", smb2.NEGOTIATE,
       wait=False, always=True)
def other_choice(data, pdu):
    at = find_context(pdu) if is_311(pdu) else None
    if at is None:
        return False
    chosen, = struct.unpack_from("<H", data, at + 10)
    put("H", data, at + 10, smbref.AES_CMAC if chosen != smbref.AES_CMAC else smbref.HMAC_SHA256)
    return True


@edits("broken-choice", "mount", "NEGOTIATE response: more algorithms than there is room for",
       smb2.NEGOTIATE, wait=False, always=True)
def broken_choice(data, pdu):
    at = find_context(pdu) if is_311(pdu) else None
    if at is None:
        return False
    put("H", data, at + 8, 0xffff)
    return True


@edits("not-required", "mount-plain", "NEGOTIATE response: signing is not required",
       smb2.NEGOTIATE, wait=False, always=True)
def not_required(data, pdu):
    put("H", data, 64 + 2, pdu.get("H", 2) & ~smb2.REQUIRED)


@edits("old-dialect", "mount-any", "NEGOTIATE request: 2.1 is all that is offered",
       smb2.NEGOTIATE, False, wait=False, always=True)
def old_dialect(data, pdu):
    return offer_up_to(0x0210, data, pdu)


@edits("old-dialect-3.0", "mount-any", "NEGOTIATE request: 3.0 is the most that is offered",
       smb2.NEGOTIATE, False, wait=False, always=True)
def old_dialect_30(data, pdu):
    return offer_up_to(0x0300, data, pdu)


def offer_up_to(most, data, pdu):
    offered = smb2.dialects(pdu)
    if most not in offered or len(offered) < 2:
        return False
    for i, dialect in enumerate(offered):
        put("H", data, 64 + 36 + 2 * i, min(dialect, most))
    return True
