# SPDX-License-Identifier: GPL-2.0-only
"""A TCP proxy that hands each frame to someone who may record or change it."""

import socket
import threading

import capture


class Recorder:
    """Records all frames and lets them pass."""

    def __init__(self, path):
        self.writer = capture.Writer(path)

    def opened(self, connection):
        self.writer.add(connection, capture.OPEN)

    def frame(self, connection, from_server, frame):
        """Return what shall go on, as pairs (from_server, frame)."""
        self.writer.add(connection, capture.RESPONSE if from_server else capture.REQUEST, frame)
        return [(from_server, frame)]

    def torn(self, connection, data):
        self.writer.add(connection, capture.TORN, data)

    def closed(self, connection):
        self.writer.add(connection, capture.CLOSE)

    def close(self):
        self.writer.close()


def read_exactly(sock, size):
    """size bytes, or less when the connection ends."""
    data = bytearray()
    while len(data) < size:
        try:
            part = sock.recv(min(size - len(data), 1 << 20))
        except OSError:
            part = b""
        if not part:
            break
        data += part
    return bytes(data)


class Connection:
    """Two sockets, and a thread for each direction."""

    def __init__(self, proxy, number, client, server):
        self.proxy, self.number = proxy, number
        self.sockets = (client, server)
        self.send_locks = (threading.Lock(), threading.Lock())
        self.alive = 2
        for from_server in (False, True):
            threading.Thread(target=self.pump, args=(from_server,), daemon=True).start()

    def pump(self, from_server):
        source = self.sockets[from_server]
        while True:
            head = read_exactly(source, 4)
            body = read_exactly(source, int.from_bytes(head[1:], "big")) if len(head) == 4 else b""
            if len(head) < 4 or len(body) < int.from_bytes(head[1:], "big"):
                break
            with self.proxy.lock:
                out = self.proxy.tap.frame(self.number, from_server, head + body)
            for direction, frame in out:
                self.send(direction, frame)
        self.end(from_server, head + body)

    def send(self, from_server, frame):
        target = 0 if from_server else 1
        with self.send_locks[target]:
            try:
                self.sockets[target].sendall(frame)
            except OSError:
                pass            # the other pump will see the end

    def end(self, from_server, rest):
        """One end has closed: so it looks to the other one as well."""
        with self.proxy.lock:
            if rest:
                self.proxy.tap.torn(self.number, rest)
            self.alive -= 1
            if not self.alive:
                self.proxy.tap.closed(self.number)
        for sock in self.sockets:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            if not self.alive:
                sock.close()


class Proxy:
    """Listens on 127.0.0.1 and passes on to a port there."""

    def __init__(self, port, server_port, tap):
        self.tap, self.server_port = tap, server_port
        self.lock = threading.Lock()
        self.count = 0
        self.listener = socket.create_server(("127.0.0.1", port), backlog=16)
        self.port = self.listener.getsockname()[1]

    def accept(self):
        client, _ = self.listener.accept()
        try:
            server = socket.create_connection(("127.0.0.1", self.server_port))
        except OSError:
            client.close()
            return
        for sock in (client, server):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.count += 1
        with self.lock:
            self.tap.opened(self.count)
        Connection(self, self.count, client, server)

    def run(self):
        """Until an exception, such as that of a signal, ends it."""
        try:
            while True:
                self.accept()
        finally:
            self.lock.acquire()     # for good: no thread writes from here on
            self.tap.close()
