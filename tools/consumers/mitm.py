#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""An attacker between an SMB client and its server.

  mitm.py list
      prints the attacks: name, what the client has to do, what is done

  mitm.py run SERVER-PORT DIR ATTACK[@LABEL]...
      for each attack listens on a port of its own on 127.0.0.1 and prints name and
      port; passes on to 127.0.0.1:SERVER-PORT what the attack leaves of the
      messages, and records that in DIR/ATTACK; writes a line to DIR/ATTACK.done
      for each time it has struck, and a line to DIR/ATTACK.again for each READ
      whose changed answer was not good enough.  Until SIGTERM or SIGINT.  A label
      is there to tell apart attacks of one name.

See wire/attacks.py for when an attack strikes.
"""

import pathlib
import signal
import sys
import threading

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE / "wire"), str(HERE.parent / "vectors")]

# pylint: disable=wrong-import-position
import attacks
import proxy
import sequences                # noqa: F401, for its attacks
import smb2


class Attacker(proxy.Recorder):
    """Records what the victims get."""

    def __init__(self, folder, name, attack):
        super().__init__(folder / name)
        self.attack = attack
        self.logs = {what: open(folder / f"{name}.{what}", "w", encoding="ascii")
                     for what in ("done", "again")}

    def frame(self, connection, from_server, frame):
        before = {what: getattr(self.attack, what) for what in self.logs}
        try:
            out = self.attack.frame(connection, from_server, frame)
        except smb2.Malformed:
            out = [(from_server, frame)]
        for what, log in self.logs.items():
            if getattr(self.attack, what) > before[what]:
                print(f"frame of connection {connection}", file=log, flush=True)
        for direction, data in out:
            super().frame(connection, direction, data)
        return out


def run(server_port, folder, names):
    for name in names:
        attack = attacks.ATTACKS[name.partition("@")[0]]()
        server = proxy.Proxy(0, server_port, Attacker(folder, name, attack))
        threading.Thread(target=server.run, daemon=True).start()
        print(name, server.port, flush=True)
    signal.sigwait({signal.SIGTERM, signal.SIGINT})


def main():
    if sys.argv[1:] == ["list"]:
        for make in attacks.ATTACKS.values():
            attack = make()
            print(f"{attack.name}\t{attack.work}\t{attack.what}")
    elif len(sys.argv) > 4 and sys.argv[1] == "run":
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
        run(int(sys.argv[2]), pathlib.Path(sys.argv[3]), sys.argv[4:])
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
