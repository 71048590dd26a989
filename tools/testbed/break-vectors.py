#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Break known answers in a copy of the source tree, to test the tests.

  break-vectors.py pdus FILE ALGORITHM   one hex digit of the signature of the
                                         first message of ALGORITHM in FILE, a
                                         copy of kunit/vectors/smb-pdus.bin
  break-vectors.py selftest FILE N       one hex digit of the N-th signature, from
                                         1, in FILE, a copy of smbsign/selftest.c
  break-vectors.py count FILE            how many signatures that one has

Prints what it broke.  ALGORITHM is AES-GMAC, AES-CMAC, HMAC-SHA256 or SMB1-MD5.
"""

import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "vectors"))
import pdufile  # noqa: E402
import smbref  # noqa: E402

SELFTEST_SIG = re.compile(r"(\.(?:long_)?sig = \{\s*0x)([0-9a-f])")


def break_pdus(path, algorithm):
    records = pdufile.unpack(path.read_bytes())
    for record in records:
        if pdufile.ALG_NAMES[record.alg] == algorithm and record.is_right():
            break
    else:
        sys.exit(f"no message signed with {algorithm} in {path}")
    pdu = bytearray(record.pdu)
    pdu[smbref.signature_field(record.alg).start] ^= 0x10
    record.pdu = bytes(pdu)
    path.write_bytes(pdufile.pack(records))
    print(f"{record.name}, {algorithm}")


def break_selftest(path, number):
    text = path.read_text()
    places = list(SELFTEST_SIG.finditer(text))
    if not 1 <= number <= len(places):
        sys.exit(f"{path} has {len(places)} signatures, not {number}")
    place = places[number - 1]
    digit = f"{int(place.group(2), 16) ^ 1:x}"
    path.write_text(text[:place.start(2)] + digit + text[place.end(2):])
    names = re.findall(r'\.name = "([^"]*)"', text[:place.start()])
    print(names[-1])


def main():
    match sys.argv[1:]:
        case ["pdus", path, algorithm]:
            break_pdus(pathlib.Path(path), algorithm)
        case ["selftest", path, number]:
            break_selftest(pathlib.Path(path), int(number))
        case ["count", path]:
            print(len(SELFTEST_SIG.findall(pathlib.Path(path).read_text())))
        case ["-h" | "--help"]:
            print(__doc__)
        case _:
            sys.exit(__doc__)


main()
