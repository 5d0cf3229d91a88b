"""A bad network: passes bytes between clients and a broker, and cuts connections at random."""

import random
import socket
import threading
from contextlib import suppress

CHUNK_BYTES = 64 * 1024


class Proxy:
    """Listens until it is closed.

    Attributes:
        port: Where.
        cuts: How often it has cut.
        share: Which share of what the broker says is cut off.
    """

    def __init__(self, target: int, seed: int) -> None:
        self._target = target
        self._chance = random.Random(seed)  # noqa: S311 - no secret
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._held: set[socket.socket] = set()
        self._lock = threading.Lock()
        self.port: int = self._listener.getsockname()[1]
        self.cuts = 0
        self.share = 0.0
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """End it, and every connection."""
        self._listener.close()
        self.cut_all()

    def cut_all(self) -> None:
        """Cut every connection."""
        with self._lock:
            held, self._held = self._held, set()
        for one in held:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                try:
                    broker = socket.create_connection(("127.0.0.1", self._target), 2)
                except OSError:
                    client.close()
                    continue
                broker.settimeout(None)
                with self._lock:
                    self._held |= {client, broker}
                for source, sink, cuts in ((client, broker, False), (broker, client, True)):
                    threading.Thread(
                        target=self._pass, args=(source, sink, cuts), daemon=True
                    ).start()

    def _pass(self, source: socket.socket, sink: socket.socket, cuts: bool) -> None:
        with suppress(OSError):
            while data := source.recv(CHUNK_BYTES):
                if cuts and self._chance.random() < self.share:
                    self.cuts += 1
                    break
                sink.sendall(data)
        with self._lock:
            self._held -= {source, sink}
        for one in (source, sink):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
