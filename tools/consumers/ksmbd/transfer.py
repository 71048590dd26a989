#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Write a file to a share and read it back, with impacket, and sign.

  transfer.py --dialect DIALECT PORT FILE BACK
"""

import argparse

from impacket.smb3structs import SMB2_DIALECT_21, SMB2_DIALECT_30, SMB2_DIALECT_311
from impacket.smbconnection import SMBConnection

DIALECTS = {"2.1": SMB2_DIALECT_21, "3.0": SMB2_DIALECT_30, "3.1.1": SMB2_DIALECT_311}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--dialect", choices=DIALECTS, required=True)
    parser.add_argument("port", type=int)
    parser.add_argument("file")
    parser.add_argument("back")
    args = parser.parse_args()

    conn = SMBConnection("KSMBD", "127.0.0.1", sess_port=args.port,
                         preferredDialect=DIALECTS[args.dialect], timeout=600)
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
