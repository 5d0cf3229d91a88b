"""The real server as its own process, for tests that start, load and kill it."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep

WITHIN_SECONDS = 60
_PORT = re.compile(r"http://127\.0\.0\.1:(\d+)")


@dataclass(slots=True)
class Installation:
    """A home and a database, and the commands run on them; ``more`` are further settings."""

    home: Path
    database: str
    more: Mapping[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """The environment of every process of this installation."""
        return os.environ | {
            "MINGZHANG_HOME": str(self.home),
            "MINGZHANG_DATABASE_URL": self.database,
            "MINGZHANG_LANG": "en",
            **self.more,
        }

    def run(self, *words: str, ok: bool = True) -> subprocess.CompletedProcess[str]:
        """Run ``mingzhang`` with some words."""
        done = subprocess.run(
            [sys.executable, "-m", "ledger.cli", *words],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=WITHIN_SECONDS,
        )
        assert not ok or done.returncode == 0, done.stderr
        return done

    def token(self, role: str, *more: str) -> str:
        """Make a token and return it."""
        return self.run("token", "create", f"a-{role}", "--role", role, *more).stdout.strip()

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """Run ``mingzhang`` with some words beside the test; what it says goes to a file."""
        with (self.home / f"{words[0]}.err").open("ab") as file:
            return subprocess.Popen(
                [sys.executable, "-m", "ledger.cli", *words], env=self.environment, stderr=file
            )

    def serve(self, *more: str) -> "Server":
        """Start serving; return once requests are answered."""
        told = self.home / "server.err"
        with told.open("w") as file:
            process = subprocess.Popen(
                [sys.executable, "-m", "ledger.cli", "serve", "--port", "0", *more],
                env=self.environment,
                stderr=file,
            )
        until = monotonic() + WITHIN_SECONDS
        while monotonic() < until and process.poll() is None:
            found = _PORT.search(told.read_text("utf-8"))
            if found is not None:
                return Server(process, int(found[1]))
            sleep(0.05)
        raise AssertionError(f"the server did not start: {told.read_text('utf-8')[-2000:]}")


@dataclass(slots=True)
class Server:
    """A server that runs."""

    process: subprocess.Popen[bytes]
    port: int

    @property
    def url(self) -> str:
        """Its base URL."""
        return f"http://127.0.0.1:{self.port}"

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        """Ask it to end, and return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=WITHIN_SECONDS)
