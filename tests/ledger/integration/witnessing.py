"""Witnesses for the tests: ours in a process of its own, and programs that answer amiss."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import monotonic, sleep

from ledger.evidence.policy import Policy
from tests.ledger.integration.signing import KEYS, ORIGIN

READY_SECONDS = 60
_AT = re.compile(r"http://127\.0\.0\.1:\d+")
VKEY = str(KEYS.signers[0].key)


@dataclass
class Bureau:
    """A body that runs a witness: its home, and the program's words."""

    home: Path

    def run(self, *words: str, ok: bool = True) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "ledger.cli", *words],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert not ok or done.returncode == 0, done.stderr
        return done

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {"MINGZHANG_HOME": str(self.home), "MINGZHANG_LANG": "en"}

    def begun(self, name: str, *more: str) -> str:
        """Make the witness, let it know the log, and return its key."""
        vkey = self.run("witness", "init", name, *more).stdout.split()[0]
        self.run("witness", "add-log", ORIGIN, VKEY)
        return vkey

    def serve(self, port: int = 0) -> "Serving":
        told = self.home / "witness.err"
        with told.open("w") as file:
            process = subprocess.Popen(
                [sys.executable, "-m", "ledger.cli", "witness", "serve", "--port", str(port)],
                env=self.environment,
                stderr=file,
            )
        until = monotonic() + READY_SECONDS
        while monotonic() < until and process.poll() is None:
            if found := _AT.search(told.read_text("utf-8")):
                return Serving(process, found[0])
            sleep(0.02)
        raise AssertionError(told.read_text("utf-8"))

    @contextmanager
    def serving(self) -> Iterator[str]:
        """Run it until the block ends; yield its address."""
        running = self.serve()
        try:
            yield running.url
        finally:
            running.stop()


@dataclass
class Serving:
    """A witness that runs."""

    process: subprocess.Popen[bytes]
    url: str

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(READY_SECONDS)


@contextmanager
def answering(answer: Callable[[BaseHTTPRequestHandler, bytes], None]) -> Iterator[str]:
    """Run a program that answers every POST as a test wants it; yield its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            answer(self, self.rfile.read(int(self.headers.get("content-length", 0))))

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def say(status: int, body: bytes, media: str = "text/plain") -> Callable[..., None]:
    """Return what answers always so."""

    def answer(handler: BaseHTTPRequestHandler, _: bytes) -> None:
        handler.send_response(status)
        handler.send_header("content-type", media)
        handler.send_header("content-length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def policy_of_witnesses(quorum: str, **witnesses: tuple[str, str]) -> Policy:
    """Return a policy of witnesses by name, each with key and address."""
    return Policy.parse(policy_lines(quorum, **witnesses).encode())


def policy_lines(quorum: str, **witnesses: tuple[str, str]) -> str:
    """Return the lines of such a policy; the quorum is all, any or a number of them."""
    lines = [f"witness {name} {vkey} {url}" for name, (vkey, url) in witnesses.items()]
    lines.append(f"group everybody {quorum} {' '.join(witnesses)}")
    return "\n".join([*lines, "quorum everybody", ""])
