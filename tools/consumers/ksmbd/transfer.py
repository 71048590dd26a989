#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Write a file to a share and read it back, with impacket, and sign.

  transfer.py --dialect DIALECT PORT FILE BACK
"""

import argparse

from impacket import smb3
from impacket.smb3structs import SMB2_DIALECT_21, SMB2_DIALECT_30, SMB2_DIALECT_311
from impacket.smbconnection import SMBConnection

DIALECTS = {"2.1": SMB2_DIALECT_21, "3.0": SMB2_DIALECT_30, "3.1.1": SMB2_DIALECT_311}

# Less than the 1 MiB of impacket: ksmbd.ko gives a frame five seconds to go out, and
# impacket is slow to take it.
PIECE = 65536


class SMB3(smb3.SMB3):
    """As it should be: impacket 0.10 hashes a session's messages from zero on, not from
    what the connection's messages came to (MS-SMB2 3.2.5.3), unless it is Kerberos.
    And it signs nothing if it can encrypt."""

    def login(self, *args, **kwargs):
        self._Connection["SupportsEncryption"] = False
        self._Connection["MaxReadSize"] = self._Connection["MaxWriteSize"] = PIECE
        self._Session["PreauthIntegrityHashValue"] = self._Connection["PreauthIntegrityHashValue"]
        return super().login(*args, **kwargs)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--dialect", choices=DIALECTS, required=True)
    parser.add_argument("port", type=int)
    parser.add_argument("file")
    parser.add_argument("back")
    args = parser.parse_args()

    dialect = DIALECTS[args.dialect]
    conn = SMBConnection(existingConnection=SMB3("KSMBD", "127.0.0.1", sess_port=args.port,
                                                 preferredDialect=dialect, timeout=600))
    assert conn.getDialect() == dialect
    conn.login("smbsign", "smbsign")
    assert conn.isSigningRequired()
    with open(args.file, "rb") as file:
        conn.putFile("test", "\\there", file.read)
    with open(args.back, "wb") as file:
        conn.getFile("test", "\\there", file.write)
    conn.deleteFile("test", "\\there")
    conn.logoff()


if __name__ == "__main__":
    main()
