"""The process as it runs beside the service, killed at any moment, and on a disk that is full."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from ledger.evidence.checkpoint import Checkpoint
from ledger.evidence.hashes import SHA256
from ledger.integration.place import SigningPlace
from ledger.integration.trees import TREES, WORLD
from ledger.integration.verifying import verify_live
from tests.ledger.integration.logs import grow, root_of
from tests.ledger.integration.signing import ORIGIN, newest, place_in, publish
from tests.ledger.integration.test_live import POLICY
from tests.ledger.store.making import one

RUNS = 12
PAUSE_SECONDS = 0.03
"""Between two appends: what is killed integrates and signs meanwhile."""
BESIDE = """
import os, sys, threading
from pathlib import Path
from ledger.integration.heads import HOURLY
from ledger.integration.place import SigningPlace
from ledger.integration.vouching import Vouching
from ledger.timers.integrating import keep_integrating
from ledger.timers.processes import Until
until = Until(threading.Event(), os.getppid())
keep_integrating(sys.argv[1], SigningPlace.below(Path(sys.argv[2])), Vouching(), HOURLY, until)
"""


def beside(conninfo: str, home: Path) -> subprocess.Popen[bytes]:
    """Start what ``serve`` starts: a process that integrates and signs until it is ended."""
    return subprocess.Popen([sys.executable, "-c", BESIDE, conninfo, str(home)])


def until(conninfo: str, question: str, expected: object, seconds: float = 30) -> object:
    found, deadline = one(conninfo, question), time.monotonic() + seconds
    while found != expected and time.monotonic() < deadline:
        time.sleep(0.05)
        found = one(conninfo, question)
    return found


def test_killed_at_any_moment_nothing_is_signed_that_is_not_durable(
    database: str, tmp_path: Path
) -> None:
    place, written = place_in(tmp_path), 0
    for run in range(RUNS):
        process = beside(database, tmp_path)
        try:
            deadline = time.monotonic() + 0.5 + 0.15 * run
            while time.monotonic() < deadline:
                grow(database, 40)
                written += 40
                time.sleep(PAUSE_SECONDS)
        finally:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
        for tree in TREES:
            size = one(database, f"select size from evidence.tree where algorithm = '{tree.name}'")
            last = place.signer().last(tree)
            assert last.size <= size <= written
            assert last.root == root_of(database, tree.hashing, last.size)
    publish(database, place.signer())
    assert newest(database).size == written
    assert verify_live(database, POLICY).wrong is None


@pytest.fixture
def small_disk(server: str, tmp_path: Path) -> Iterator[str]:
    """The name of a tablespace on a disk of its own that holds little."""
    if os.geteuid() != 0:
        pytest.skip("does not apply: only root can mount a disk")
    with psycopg.connect(server, autocommit=True) as connection:
        data = connection.execute("show data_directory").fetchone()
    assert data is not None
    owner = Path(data[0]).stat()
    disk = Path(data[0]).parent / f"disk-{tmp_path.name}"
    disk.mkdir()
    mounted = subprocess.run(
        ["/bin/mount", "-t", "tmpfs", "-o", "size=320k,mode=0700", "none", disk], check=False
    )
    if mounted.returncode != 0:
        disk.rmdir()
        pytest.skip("does not apply: this container may not mount a disk")
    os.chown(disk, owner.st_uid, owner.st_gid)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"create tablespace small location '{disk}'".encode())
    yield "small"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("drop tablespace if exists small")
    subprocess.run(["/bin/umount", "-l", disk], check=True)
    disk.rmdir()


def grow_and_publish(conninfo: str, place: SigningPlace, *, times: int) -> None:
    for _ in range(times):
        grow(conninfo, 600)
        publish(conninfo, place.signer())


def test_on_a_full_disk_nothing_is_signed_and_it_goes_on_when_there_is_room(
    database: str, small_disk: str, tmp_path: Path
) -> None:
    place = place_in(tmp_path)
    grow(database, 300)
    publish(database, place.signer())
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(f"alter table evidence.tile set tablespace {small_disk}".encode())
    with pytest.raises(psycopg.OperationalError, match="No space left"):
        grow_and_publish(database, place, times=40)
    signed = newest(database)
    # A tree may be one step ahead of what is signed, never behind it.
    size = one(database, "select min(size) from evidence.tree")
    assert place.signer().last(WORLD) == signed
    assert signed.size <= size
    assert signed == Checkpoint(ORIGIN, signed.size, root_of(database, SHA256, signed.size))
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("alter table evidence.tile set tablespace pg_default")
    publish(database, place.signer())
    assert newest(database).size == one(database, "select position from ledger.head")
    assert verify_live(database, POLICY).wrong is None


def test_the_process_ends_with_its_parent(database: str, tmp_path: Path) -> None:
    place_in(tmp_path)
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import subprocess, sys; subprocess.run([sys.executable, '-c', *sys.argv[1:]])",
            BESIDE,
            database,
            str(tmp_path),
        ]
    )
    holds = (
        "select count(*) from pg_locks join pg_database on pg_database.oid = database"
        " where locktype = 'advisory' and granted and datname = current_database()"
    )
    assert until(database, holds, 1) == 1
    parent.kill()
    parent.wait()
    assert until(database, holds, 0) == 0
