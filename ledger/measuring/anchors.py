"""A scratch PostgreSQL, the anchors on it, and what its processes have cost."""

import os
import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

import psycopg

from ledger.embedded.binaries import binary
from ledger.embedded.server import EmbeddedServer
from ledger.store.migrations import migrate

EVENT_BYTES = 700
"""The size of an event-sized row."""
CLIENTS = 8
_TPS = re.compile(r"tps = ([0-9.]+) \(without initial")
_LATENCY = re.compile(r"latency average = ([0-9.]+) ms")
_TICKS = os.sysconf("SC_CLK_TCK")


@contextmanager
def scratch(flush_delay_us: int = 0) -> Iterator[str]:
    """Start a server of its own with a migrated database, and remove both at the end.

    Args:
        flush_delay_us: How many microseconds longer each flush to the disk takes, at least. The
            clock of the kernel adds some 50 to whatever is asked for.
    """
    with tempfile.TemporaryDirectory(prefix="mingzhang-bench-") as folder:
        home = Path(folder)
        home.chmod(0o711)  # under root the server has an account of its own
        server = EmbeddedServer(home)
        try:
            conninfo = server.start()
            migrate(conninfo)
            if flush_delay_us:
                _slow_down(conninfo, flush_delay_us)
            yield conninfo
        finally:
            server.discard()


def _slow_down(conninfo: str, flush_delay_us: int) -> None:
    """Let whoever flushes wait first, also where nobody else commits."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(f"alter system set commit_delay = {flush_delay_us}")
        connection.execute("alter system set commit_siblings = 0")
        connection.execute("select pg_reload_conf()")


def _pgbench(conninfo: str, *, clients: int, seconds: float) -> str:
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("drop table if exists public.anchor")
        connection.execute("create table public.anchor (id bigserial primary key, body text)")
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        row = "x" * EVENT_BYTES
        script.write(f"insert into public.anchor (body) values ('{row}');\n")  # noqa: S608 - ours
        script.flush()
        done = subprocess.run(  # noqa: S603 - our own binary and words
            [
                str(binary("pgbench")),
                *("-n", "-f", script.name, "-c", str(clients), "-j", "2"),
                *("-T", str(max(1, round(seconds))), "-M", "prepared", conninfo),
            ],
            check=True,
            capture_output=True,
            text=True,
        )
    return done.stdout


def p8(conninfo: str, seconds: float) -> float:
    """Return rows a second that pgbench inserts with 8 clients, one a transaction."""
    return _figure(_TPS, _pgbench(conninfo, clients=CLIENTS, seconds=seconds))


def lone_insert_ms(conninfo: str, seconds: float) -> float:
    """Return the mean latency of one pgbench insert with one client, in milliseconds."""
    return _figure(_LATENCY, _pgbench(conninfo, clients=1, seconds=seconds))


def _figure(pattern: re.Pattern[str], text: str) -> float:
    found = pattern.search(text)
    if found is None:
        raise ValueError("pgbench printed no figure")
    return float(found[1])


def a0(conninfo: str) -> float:
    """Return the seconds that a binary COPY of all entries takes, drained in Python."""
    begun = perf_counter()
    with psycopg.connect(conninfo) as connection, connection.cursor() as cursor:
        statement = "copy (select * from ledger.entry) to stdout (format binary)"
        with cursor.copy(statement) as copy:
            for _ in copy:
                pass
    return perf_counter() - begun


def server_seconds(conninfo: str) -> float:
    """Return the processor seconds that all living processes of the server have used."""
    with psycopg.connect(conninfo) as connection:
        row = connection.execute("show data_directory").fetchone()
    pid_file = Path(row[0] if row else "") / "postmaster.pid"
    postmaster = pid_file.read_text("utf-8").split("\n", 1)[0].strip()
    spent = 0.0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text("utf-8").rpartition(")")[2].split()
        except OSError:
            continue
        if fields[1] == postmaster:
            spent += (int(fields[11]) + int(fields[12])) / _TICKS
    return spent
