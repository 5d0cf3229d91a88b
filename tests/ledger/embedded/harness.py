"""Processes to start, share and kill, and rows by which one sees what was kept."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import psycopg

from aggregates.language import Message
from ledger.embedded.postmaster import is_there
from ledger.embedded.server import EmbeddedServer

ROOT = Path(__file__).parents[3]
"""The checkout."""

AS_ROOT = os.geteuid() == 0
ORDINARY = "nobody"
"""A user without any rights, whom every system has."""

HOLD = """
import sys
from pathlib import Path
from ledger.embedded.server import EmbeddedServer
with EmbeddedServer(Path(sys.argv[1])) as url:
    print(url, flush=True)
    sys.stdin.readline()
"""
"""Uses the server of a home until it reads a line."""


class Run(Protocol):
    """Starts a Python of its own on a piece of code; it is ended with the test."""

    def __call__(self, code: str, *arguments: object) -> "subprocess.Popen[str]": ...


class Told:
    """Keeps what was told, in both languages."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    def __call__(self, message: Message) -> None:
        self.messages.append(message)

    def __contains__(self, part: str) -> bool:
        return any(part in message.en for message in self.messages)


def kill_server(server: EmbeddedServer) -> int:
    """Kill a server's first process, as the kernel does when memory runs out; return its number."""
    pid = server_pid(server)
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not is_there(pid))
    return pid


def server_pid(server: EmbeddedServer) -> int:
    """Return the number of a running server's first process."""
    pid = server.status().pid
    assert pid is not None
    return pid


def data_of(server: EmbeddedServer) -> Path:
    """Return the data directory of a server that was started before."""
    root = server.status().root
    assert root is not None
    return root / "data"


def line_of(process: "subprocess.Popen[str]") -> str:
    """Return the next line that a process writes; fail if it ends instead."""
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, process.communicate()[1]
    return line.strip()


def let_go(process: "subprocess.Popen[str]") -> None:
    """Send a process the line that it waits for, and wait until it has ended well."""
    _, said = process.communicate("\n", timeout=60)
    assert process.returncode == 0, said


def wait_until(holds: Callable[[], bool], seconds: float = 30.0) -> None:
    """Wait until something holds, or fail."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


def write(url: str, number: int) -> None:
    """Commit a row."""
    with psycopg.connect(url) as connection:
        connection.execute("create table if not exists kept (number int primary key)")
        connection.execute("insert into kept values (%s)", [number])


def read(url: str) -> list[int]:
    """Return all rows that were committed."""
    with psycopg.connect(url) as connection:
        rows = connection.execute("select number from kept order by number").fetchall()
    return [number for (number,) in rows]


def ask(url: str, question: str) -> str:
    """Return the one value that a question has for an answer, as text."""
    with psycopg.connect(url) as connection:
        row = connection.execute(question.encode()).fetchone()
    assert row is not None
    return str(row[0])
