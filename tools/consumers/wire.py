#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Record SMB traffic, and prove from the record that what had to be signed was.

  wire.py record PORT SERVER-PORT FILE
      listens on 127.0.0.1:PORT (0: any, printed on stdout), passes everything on
      to 127.0.0.1:SERVER-PORT and records it, until SIGTERM or SIGINT

  wire.py check FILE --user NAME:PASSWORD [--user ...]
      computes every signature again, from the password on, and prints a line a
      connection and what is wrong.  Status 1 when
        - a message that must be signed is not, or is signed wrongly, or with
          another algorithm than the one negotiated
        - GMAC signs two different messages with one nonce
        - something is signed that must not be: NEGOTIATE, STATUS_PENDING, ...
        - nothing is signed at all
        - something is not as the options below demand it

      --algorithm aes-gmac|aes-cmac|hmac-sha256   and --dialect 3.1.1
                          of each connection that has a session
      --cipher aes-256-gcm  likewise, though nothing need be encrypted: the length of
                          the signing key must not depend on it
      --require-signing   everything must be signed, whatever the ends agreed on
      --guest             a guest's session, and not one message signed
      --bytes N           so many bytes of messages, at least, must be signed
      --channels N        so many channels must have been bound to a session; with
                          --bytes, each with a tenth at least of an equal part of them
      --own-nonces        no two connections of a session sign different messages with
                          one key and one GMAC nonce, as bindings may do
"""

import argparse
import pathlib
import signal
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE / "wire"), str(HERE.parent / "vectors")]

# pylint: disable=wrong-import-position
import capture
import checker
import macs
import ntlm
import proxy
import smb2

SHOWN = 20                      # violations that are printed
# What may be without a signature, and why
UNSIGNED = ("negotiate", "session-setup", "interim", "notification", "not-required",
            "no-key", "no-session")


def serve(port, server_port, tap):
    """Run a proxy until a signal; say on which port it listens."""
    def stop(*_):
        raise SystemExit(0)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    server = proxy.Proxy(port, server_port, tap)
    print(server.port, flush=True)
    server.run()


def names(algorithms):
    if algorithms is None:
        return "-"
    return ",".join(macs.NAMES.get(alg, f"{alg:#06x}") for alg in algorithms)


def describe(conn):
    c = conn.counts
    words = [f"connection {conn.number}:"]
    if conn.alg is None:
        words.append("nothing negotiated,")
    else:
        words.append(f"{smb2.DIALECTS[conn.dialect]} {macs.NAMES[conn.alg]}"
                     f" (offered {names(conn.offered)}, chosen {names(conn.chosen)}),")
        words.append(f"signing {'' if conn.required else 'not '}required,")
    words.append(f"sessions {c['sessions']}, guests {c['guests']}, channels {conn.channels},")
    words.append(f"signed {c['signed']}, verified {c['verified']}, bytes {c['bytes']},")
    allowed = ", ".join(f"{why} {c[why]}" for why in UNSIGNED if c[why])
    words.append(f"unsigned {sum(c[why] for why in UNSIGNED)} ({allowed or 'none'}),")
    for other in ("encrypted", "torn", "repeated", "shared-nonce"):
        if c[other]:
            words.append(f"{other} {c[other]},")
    words.append(f"violations {len(conn.violations)}")
    return " ".join(words)


def unmet(judge, args):
    """What the record lacks, as lines."""
    connections = judge.connections.values()
    used = [c for c in connections if c.counts["sessions"] + c.counts["guests"] + c.channels]
    total = {what: sum(c.counts[what] for c in connections)
             for what in ("signed", "verified", "bytes", "sessions", "guests", "trees")}
    if not used:
        yield "there is no session in it"
    if args.guest:
        if total["signed"] or total["sessions"] or not total["guests"]:
            yield "not only guests, or something is signed"
        if not total["trees"]:
            yield "no guest came to a share"
    elif not total["verified"]:
        yield "nothing is signed"
    elif args.require_signing and total["guests"]:
        yield "there is a guest's session"
    for conn in used:
        if args.dialect and smb2.DIALECTS.get(conn.dialect) != args.dialect:
            yield f"connection {conn.number} is not of dialect {args.dialect}"
        if args.algorithm and macs.NAMES.get(conn.alg) != args.algorithm:
            yield f"connection {conn.number} is not signed with {args.algorithm}"
        if args.cipher and smb2.CIPHERS.get(conn.cipher) != args.cipher:
            yield f"connection {conn.number} has not negotiated {args.cipher}"
    for conn in connections:
        if args.own_nonces and conn.counts["shared-nonce"]:
            yield f"connection {conn.number} has {conn.counts['shared-nonce']} GMAC nonces of others"
    if total["bytes"] < args.bytes:
        yield f"only {total['bytes']} bytes are signed"
    share = args.bytes // (10 * (args.channels + 1))
    channels = sum(c.channels for c in connections if c.counts["bytes"] >= share)
    if channels < args.channels:
        yield f"only {channels} channels were bound"


def check(args):
    macs.self_check()
    ntlm.self_check()
    users = dict(user.partition(":")[::2] for user in args.user)
    judge = checker.Checker(users, args.require_signing)
    try:
        judge.read(capture.read(args.file))
    except (OSError, capture.Error) as why:
        print(f"wire.py: {why}")
        return 1
    wrong = []
    for conn in judge.connections.values():
        print(describe(conn))
        wrong += conn.violations
    wrong += unmet(judge, args)
    for line in wrong[:SHOWN]:
        print(f"violation: {line}")
    if len(wrong) > SHOWN:
        print(f"... and {len(wrong) - SHOWN} more")
    return 1 if wrong else 0


def parse():
    parser = argparse.ArgumentParser(usage=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verb = verbs.add_parser("record")
    verb.add_argument("port", type=int)
    verb.add_argument("server_port", type=int)
    verb.add_argument("file")
    verb = verbs.add_parser("check")
    verb.add_argument("file")
    verb.add_argument("--user", action="append", default=[])
    verb.add_argument("--algorithm", choices=macs.NAMES.values())
    verb.add_argument("--cipher", choices=smb2.CIPHERS.values())
    verb.add_argument("--dialect", choices=smb2.DIALECTS.values())
    verb.add_argument("--require-signing", action="store_true")
    verb.add_argument("--guest", action="store_true")
    verb.add_argument("--bytes", type=int, default=0)
    verb.add_argument("--channels", type=int, default=0)
    verb.add_argument("--own-nonces", action="store_true")
    return parser.parse_args()


def main():
    args = parse()
    if args.verb == "check":
        return check(args)
    return serve(args.port, args.server_port, proxy.Recorder(args.file))


if __name__ == "__main__":
    sys.exit(main())
