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

import uvicorn

from ledger.cli.serving import listen
from ledger.clock import SystemClock
from ledger.evidence.policy import Policy
from ledger.witnessing.answering import make_witness
from ledger.witnessing.keeping import Memory
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

    @property
    def memory(self) -> Memory:
        return Memory(self.home / "witness")

    def begun(self, name: str, *, post_quantum: bool = False) -> str:
        """Make the witness, let it know the log, and return its last key."""
        keys = self.memory.begin(name, post_quantum=post_quantum)
        self.memory.add_log(ORIGIN, VKEY)
        return str(keys[-1])

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
        """Let it answer in this process until the block ends; yield its address."""
        held = listen("127.0.0.1", 0)
        held.listen()
        app = make_witness(self.memory, SystemClock())
        config = uvicorn.Config(app, log_level="critical", lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([held],), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{held.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(READY_SECONDS)
            held.close()


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
