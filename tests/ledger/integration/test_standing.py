"""How the witnesses stand, and the process that asks them by itself."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import psycopg
import pytest

from ledger.clock import SystemClock
from ledger.errors import Misconfigured
from ledger.evidence.checkpoint import Checkpoint
from ledger.evidence.cosignature import Ed25519Cosigner
from ledger.evidence.hashes import SHA256
from ledger.evidence.policy import Policy
from ledger.integration import storing
from ledger.integration.cosigning import Cosigning
from ledger.integration.standing import Standing, standing
from ledger.integration.trees import WORLD
from ledger.integration.vouching import Vouching
from tests.ledger.integration.logs import grow, root_of
from tests.ledger.integration.signing import KEYS, ORIGIN, place_in, publish
from tests.ledger.integration.witnessing import Bureau, policy_lines
from tests.ledger.store.making import one

STRANGER = Ed25519Cosigner("stranger.example", sha256(b"stranger").digest())
STALE_SECONDS = 300
KILLS = 5


def stands(conninfo: str, policy: Policy) -> Standing:
    with storing.connected(conninfo) as connection:
        return standing(connection, policy, STALE_SECONDS)


def test_no_quorum_for_too_long_is_stale_and_none_needed_never_is(
    database: str, tmp_path: Path
) -> None:
    grow(database, 300)
    publish(database, place_in(tmp_path / "home").signer())
    lines = policy_lines("all", w=(str(STRANGER.key), "http://127.0.0.1:1"))
    policy = Policy.parse(lines.encode())
    now = SystemClock().now()
    assert stands(database, policy).is_stale(now)
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(
            "insert into evidence.cosigned"
            " values (date_trunc('hour', now()), 300, 'note', null, now())"
        )
    late = now + timedelta(seconds=STALE_SECONDS + 5)
    assert not stands(database, policy).is_stale(SystemClock().now())
    assert stands(database, policy).is_stale(late)
    nobody = Policy.parse(lines.replace("quorum everybody", "quorum none").encode())
    assert not stands(database, nobody).is_stale(late)


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("witness w nokey http://a\nquorum w\n", "not a verifier key"),
        (f"witness w {STRANGER.key}\nquorum w\n", "no quorum"),
        (f"witness w {STRANGER.key} ftp://a\nquorum w\n", "not an address"),
        (f"witness w {STRANGER.key} http://a:port\nquorum w\n", "not an address"),
        (f"witness w {STRANGER.key} http://a\n", "one quorum line"),
    ],
)
def test_a_policy_that_cannot_be_asked_is_refused_at_the_start(
    tmp_path: Path, lines: str, told: str
) -> None:
    file = tmp_path / "witness.policy"
    file.write_text(lines)
    with pytest.raises(Misconfigured, match=told):
        Vouching(policy_file=file).policy()


BESIDE = """
import logging, os, sys, threading
from pathlib import Path
from ledger.integration.heads import HOURLY
from ledger.integration.place import SigningPlace
from ledger.integration.vouching import Vouching
from ledger.timers.integrating import keep_integrating
from ledger.timers.processes import Until
logging.basicConfig(level=logging.WARNING, format="%(message)s")
until = Until(threading.Event(), os.getppid())
vouching = Vouching(policy_file=Path(sys.argv[3]), every_seconds=1, stale_seconds=3)
keep_integrating(sys.argv[1], SigningPlace.below(Path(sys.argv[2])), vouching, HOURLY, until)
"""


def test_the_process_beside_the_service_asks_by_itself_and_says_aloud_when_nobody_answers(
    database: str, tmp_path: Path
) -> None:
    place_in(tmp_path / "home")
    bureau = Bureau(tmp_path / "caizheng")
    vkey = bureau.begun("caizheng.example/w1")
    running = bureau.serve()
    policy = tmp_path / "witness.policy"
    policy.write_text(policy_lines("all", caizheng=(vkey, running.url)))
    grow(database, 100)
    told = tmp_path / "told"
    with told.open("w") as file:
        process = subprocess.Popen(
            [sys.executable, "-c", BESIDE, database, str(tmp_path / "home"), str(policy)],
            stderr=file,
        )
    try:
        wait_for(database, "select coalesce(max(size), 0) from evidence.cosigned", 100)
        grow(database, 30)
        wait_for(database, "select max(size) from evidence.cosigned", 130)
        met = one(database, "select max(met_at) from evidence.cosigned")
        # At rest, it is vouched for again and again.
        wait_for(database, f"select max(met_at) > '{met}' from evidence.cosigned", expected=True)
        running.kill()
        grow(database, 5)
        # Signing goes on without anybody.
        wait_for(database, "select max(size) from evidence.checkpoint", 135)
        wait_until(lambda: "no quorum of the witnesses has cosigned" in told.read_text())
        running = bureau.serve(running.port)
        wait_for(database, "select max(size) from evidence.cosigned", 135)
        wait_until(lambda: "cosigns again" in told.read_text())
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        running.stop()


def test_a_policy_that_is_out_of_form_as_the_process_begins_keeps_nothing_from_being_signed(
    database: str, tmp_path: Path
) -> None:
    place_in(tmp_path / "home")
    bureau = Bureau(tmp_path / "caizheng")
    vkey = bureau.begun("caizheng.example/w1")
    running = bureau.serve()
    policy = tmp_path / "witness.policy"
    policy.write_text("witness nobody\n")
    grow(database, 20)
    told = tmp_path / "told"
    with told.open("w") as file:
        process = subprocess.Popen(
            [sys.executable, "-c", BESIDE, database, str(tmp_path / "home"), str(policy)],
            stderr=file,
        )
    try:
        wait_for(database, "select max(size) from evidence.checkpoint", 20)
        wait_until(lambda: "no witness is asked" in told.read_text())
        policy.write_text(policy_lines("all", caizheng=(vkey, running.url)))
        wait_for(database, "select max(size) from evidence.cosigned", 20)
        wait_until(lambda: "in order again" in told.read_text())
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        running.stop()


def test_killed_at_any_moment_the_log_and_its_witness_never_part(
    database: str, tmp_path: Path
) -> None:
    place = place_in(tmp_path / "home")
    bureau = Bureau(tmp_path / "caizheng")
    vkey = bureau.begun("caizheng.example/w1")
    policy, written = tmp_path / "witness.policy", 0
    with bureau.serving() as url:
        policy.write_text(policy_lines("all", caizheng=(vkey, url)))
        for run in range(KILLS):
            process = subprocess.Popen(
                [sys.executable, "-c", BESIDE, database, str(tmp_path / "home"), str(policy)]
            )
            before, deadline = _seen(bureau).size, time.monotonic() + 60
            try:
                while _seen(bureau).size == before:  # so that it dies while it is asking
                    assert time.monotonic() < deadline
                    grow(database, 60)
                    written += 60
                    time.sleep(0.05)
                time.sleep(0.17 * run)
            finally:
                process.kill()
                process.wait()
            seen = _seen(bureau)
            assert before < seen.size <= place.signer().last(WORLD).size
            assert seen.root == root_of(database, SHA256, seen.size)
        publish(database, place.signer())
        with storing.connected(database) as connection:
            connection.execute("update evidence.witness set asked_at = null")
            named = Policy.parse(policy.read_bytes())
            keys = [one.key for one in KEYS.of(WORLD)]
            assert Cosigning(named, lambda: keys, SystemClock()).round(connection)
    assert one(database, "select max(size) from evidence.cosigned") == written


def _seen(bureau: Bureau) -> Checkpoint:
    """What the witness saw last, the empty tree at first."""
    (remembered,) = bureau.memory.remembered()
    if remembered.note is None:
        return Checkpoint(ORIGIN, 0, SHA256.empty)
    return Checkpoint.parse(remembered.note.text)


def wait_for(conninfo: str, question: str, expected: object, seconds: float = 60) -> None:
    wait_until(lambda: one(conninfo, question) == expected, seconds)


def wait_until(holds: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)
