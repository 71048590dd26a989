# SPDX-License-Identifier: GPL-2.0-only
"""The record of what went over the wire: a file of events in their order.

MAGIC, then events of a number of the connection, a kind, and the length of the
bytes that follow.  A frame is recorded with its NetBIOS header, before it goes
on, so that no answer stands before its request.
"""

import struct

MAGIC = b"SMBWIRE1"
EVENT = struct.Struct("<IBI")
# TORN: what had come of a frame when its connection ended
OPEN, REQUEST, RESPONSE, CLOSE, TORN = range(5)


class Error(Exception):
    """The file is no record."""


class Writer:
    def __init__(self, path):
        self.file = open(path, "wb")
        self.file.write(MAGIC)
        self.file.flush()

    def add(self, connection, kind, data=b""):
        self.file.write(EVENT.pack(connection, kind, len(data)) + data)
        self.file.flush()

    def close(self):
        self.file.close()


def read(path):
    """The events (connection, kind, data) of a record, one by one."""
    with open(path, "rb") as file:
        if file.read(len(MAGIC)) != MAGIC:
            raise Error(f"{path} is no record of wire.py")
        while head := file.read(EVENT.size):
            if len(head) < EVENT.size:
                raise Error(f"{path} is cut off")
            connection, kind, size = EVENT.unpack(head)
            data = file.read(size)
            if len(data) < size or kind > TORN:
                raise Error(f"{path} is damaged or cut off")
            yield connection, kind, data


def write(path, events):
    writer = Writer(path)
    for event in events:
        writer.add(*event)
    writer.close()
