"""Witnesses asked over HTTP: ours in processes of their own, one of others, and some that lie."""

import subprocess
import time
from collections.abc import Iterator
from hashlib import sha256
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import psycopg
import pytest

from ledger.clock import SystemClock
from ledger.evidence.checkpoint import Checkpoint
from ledger.evidence.cosignature import Ed25519Cosigner
from ledger.evidence.keys import secret_text
from ledger.evidence.note import Note
from ledger.evidence.policy import Policy
from ledger.integration import storing, witnesses
from ledger.integration.cosigning import Cosigning, back_off
from ledger.integration.exporting import NotExported, export_log, published
from ledger.integration.log_keys import policy_of, policy_text
from ledger.integration.publishing import newest_checkpoint
from ledger.integration.standing import Standing, newest_believed, newest_cosigned, standing
from ledger.integration.trees import WORLD
from ledger.integration.verifying import verify_live
from tests.ledger.evidence.checkers import build
from tests.ledger.integration.logs import grow, tamper
from tests.ledger.integration.signing import KEYS, note_of, place_in, publish
from tests.ledger.integration.witnessing import (
    VKEY,
    Bureau,
    answering,
    policy_of_witnesses,
    say,
)

STRANGER = Ed25519Cosigner("stranger.example", sha256(b"stranger").digest())
STALE_SECONDS = 300
NEW_HISTORY = (
    "update ledger.entry set body = replace(body, '371502', '371503') where position = 3",
    "update ledger.entry set leaf = sha256('\\x00' || body::bytea) where position = 3",
    "delete from evidence.tile",
    "delete from evidence.checkpoint",
    (
        "update evidence.tree set size = 0, frontier = '', root = sha256('')"
        " where algorithm = 'sha256'"
    ),
    (
        "update evidence.tree set size = 0, frontier = '', root ="
        " '\\x1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b'"
        " where algorithm = 'sm3'"
    ),
)
"""A history that somebody above all roles wrote anew, sound in itself."""


@pytest.fixture
def bureau(tmp_path: Path) -> Bureau:
    return Bureau(tmp_path / "caizheng")


@pytest.fixture
def log(database: str, tmp_path: Path) -> str:
    """A log of which 300 entries are signed."""
    grow(database, 300)
    publish(database, place_in(tmp_path / "home").signer())
    return database


def cosigning(policy: Policy, seconds: float = 5.0) -> Cosigning:
    return Cosigning(policy, lambda: [one.key for one in KEYS.of(WORLD)], SystemClock(), seconds)


def cosign(conninfo: str, policy: Policy, seconds: float = 5.0) -> bool:
    with storing.connected(conninfo) as connection:
        return cosigning(policy, seconds).round(connection)


def stands(conninfo: str, policy: Policy) -> Standing:
    with storing.connected(conninfo) as connection:
        return standing(connection, policy, STALE_SECONDS)


def outcome(conninfo: str) -> str:
    (found,) = known(conninfo).values()
    return found.outcome


def known(conninfo: str) -> dict[str, witnesses.Known]:
    with storing.connected(conninfo) as connection:
        return witnesses.known(connection)


def grown(conninfo: str, home: Path, entries: int = 50) -> None:
    grow(conninfo, entries)
    publish(conninfo, place_in(home).signer())


def full(policy: Policy) -> Policy:
    """The policy that an auditor holds: the log's keys, and the witnesses."""
    lines = "".join(
        f"witness {name} {verifier.key}\n" for name, verifier in policy.witnesses.items()
    )
    lines += f"group all all {' '.join(policy.witnesses)}\nquorum all\n"
    return Policy.parse(policy_text(KEYS.of(WORLD), witnesses=lines).encode())


@pytest.mark.parametrize("post_quantum", [False, True], ids=["ed25519", "ml-dsa-44"])
def test_a_growing_log_is_cosigned_and_published_with_all_lines(
    log: str, bureau: Bureau, tmp_path: Path, *, post_quantum: bool
) -> None:
    vkey = bureau.begun("caizheng.example/w1", post_quantum=post_quantum)
    with bureau.serving() as url:
        policy = policy_of_witnesses("all", caizheng=(vkey, url))
        assert cosign(log, policy)
        grown(log, tmp_path / "home")
        assert cosign(log, policy)

    note = note_of(log)
    accepted = full(policy).check(note)
    assert (accepted.signed.checkpoint.size, set(accepted.cosigned)) == (350, {"caizheng"})
    assert len(accepted.signed.signed) == 3
    with storing.connected(log) as connection:
        assert newest_cosigned(connection) == (350, note)
    assert known(log)[vkey].size == 350
    state = stands(log, policy)
    assert (state.cosigned, state.signed) == (350, 350)
    assert state.is_well(SystemClock().now())


def test_a_client_that_lost_its_state_learns_the_size_from_the_witness(
    log: str, bureau: Bureau, tmp_path: Path
) -> None:
    vkey = bureau.begun("caizheng.example/w1")
    with bureau.serving() as url:
        policy = policy_of_witnesses("all", caizheng=(vkey, url))
        assert cosign(log, policy)
        grown(log, tmp_path / "home")
        for wrong in (0, 17, 340):
            with psycopg.connect(log, autocommit=True) as connection:
                connection.execute("update evidence.witness set size = %s", (wrong,))
            assert cosign(log, policy)
            assert known(log)[vkey].size == 350


def test_our_witness_refuses_a_log_rewritten_and_signed_with_the_real_key(
    log: str, bureau: Bureau, tmp_path: Path
) -> None:
    vkey = bureau.begun("jiwei.example/w1")
    with bureau.serving() as url:
        policy = policy_of_witnesses("all", jiwei=(vkey, url))
        assert cosign(log, policy)
        held = note_of(log)
        tamper(log, *NEW_HISTORY)
        grow(log, 20)
        forged = tmp_path / "another memory"
        publish(
            log, place_in(forged).signer()
        )  # the real keys, and a signer that remembers nothing
        assert not cosign(log, policy)
        assert outcome(log) == "contradicted"
        assert stands(log, policy).contradicting == ("jiwei",)
        assert not stands(log, policy).is_well(SystemClock().now())
    (remembered,) = bureau.memory.remembered()
    assert remembered.note is not None
    assert Checkpoint.parse(remembered.note.text).size == 300
    assert full(policy).check(held).cosigned
    assert len(Note.parse(note_of(log)).lines) == 3  # nobody cosigned it


def test_a_log_that_falls_behind_what_a_witness_saw_contradicts_it(
    log: str, bureau: Bureau, tmp_path: Path
) -> None:
    vkey = bureau.begun("jiwei.example/w1")
    with bureau.serving() as url:
        policy = policy_of_witnesses("all", jiwei=(vkey, url))
        assert cosign(log, policy)
        tamper(log, "delete from ledger.entry where position > 200", *NEW_HISTORY[2:])
        tamper(log, "update ledger.head set position = 200")
        publish(log, place_in(tmp_path / "another memory").signer())
        assert not cosign(log, policy)
    assert outcome(log) == "contradicted"
    assert "rewritten, or cut off" in stands(log, policy).text(SystemClock().now()).en


def test_a_witness_that_does_not_know_the_log_or_its_key_is_told_apart(
    log: str, bureau: Bureau
) -> None:
    (key,) = bureau.memory.begin("caizheng.example/w1")
    with bureau.serving() as url:
        policy = policy_of_witnesses("all", caizheng=(str(key), url))
        assert not cosign(log, policy)
        assert outcome(log) == "unknown-log"
        other = Ed25519Cosigner(KEYS.origin, sha256(b"another key").digest())
        material = b"\x01" + other.key.material[1:]
        named = type(other.key)(KEYS.origin, material)
        bureau.memory.add_log(KEYS.origin, str(named))
        with psycopg.connect(log, autocommit=True) as connection:
            connection.execute("update evidence.witness set asked_at = null")
        assert not cosign(log, policy)
        assert outcome(log) == "forbidden"
        assert "the key that it has of the log is another" in (
            stands(log, policy).text(SystemClock().now()).en
        )


@pytest.mark.parametrize(
    ("status", "body", "media", "expected"),
    [
        (200, b"nothing\n", "text/plain", "unbelievable"),
        (200, b"", "text/plain", "unbelievable"),
        (200, b"\xff\xfe", "text/plain", "unbelievable"),
        (409, b"300\n", "text/x.tlog.size", "unbelievable"),
        (409, b"7000\n", "text/x.tlog.size", "contradicted"),
        (409, b"many\n", "text/x.tlog.size", "unbelievable"),
        (409, b"", "text/plain", "contradicted"),
        (422, b"", "text/plain", "contradicted"),
        (403, b"", "text/plain", "forbidden"),
        (404, b"", "text/plain", "unknown-log"),
        (302, b"", "text/plain", "refused"),
        (503, b"", "text/plain", "refused"),
        (200, b"x" * 100_000, "text/plain", "unreachable"),
    ],
)
def test_every_other_answer_is_told_for_what_it_is_and_never_published(
    log: str, status: int, body: bytes, media: str, expected: str
) -> None:
    before = note_of(log)
    with answering(say(status, body, media)) as url:
        assert not cosign(log, policy_of_witnesses("all", w=(str(STRANGER.key), url)))
    assert outcome(log) == expected
    assert note_of(log) == before
    with storing.connected(log) as connection:
        assert newest_cosigned(connection) is None


def test_a_cosignature_of_another_key_under_the_same_name_is_not_published(
    log: str, bureau: Bureau
) -> None:
    bureau.begun("caizheng.example/w1")
    impostor = Ed25519Cosigner("caizheng.example/w1", sha256(b"impostor").digest())
    with bureau.serving() as url:
        policy = policy_of_witnesses("all", caizheng=(str(impostor.key), url))
        assert not cosign(log, policy)
    assert outcome(log) == "unbelievable"
    assert len(Note.parse(note_of(log)).lines) == 3


def drip(handler: BaseHTTPRequestHandler, _: bytes) -> None:
    """Answer a byte at a time, without end."""
    handler.send_response(200)
    handler.end_headers()
    try:
        while True:
            handler.wfile.write(b"x")
            time.sleep(0.2)
    except OSError:
        return


def test_who_is_slow_or_away_delays_nobody_and_is_left_alone_for_a_while(
    log: str, bureau: Bureau
) -> None:
    vkey = bureau.begun("caizheng.example/w1")
    with bureau.serving() as url, answering(drip) as slow:
        policy = policy_of_witnesses(
            "any",
            caizheng=(vkey, url),
            slow=(str(STRANGER.key), slow),
            away=(str(Ed25519Cosigner("away.example", b"\1" * 32).key), "http://127.0.0.1:1"),
        )
        asking = cosigning(policy, 2.0)
        with storing.connected(log) as connection:
            begun = time.monotonic()
            asking.round(connection)
            assert time.monotonic() - begun < 4
            assert asking.round(connection) is False
            found = {one.name: one for one in witnesses.known(connection).values()}
    assert found["caizheng"].outcome == "cosigned"
    assert (found["slow"].outcome, found["slow"].failures) == ("unreachable", 1)
    assert (found["away"].outcome, found["away"].failures) == ("unreachable", 1)
    assert stands(log, policy).cosigned == 300


def test_back_off_grows_to_ten_minutes() -> None:
    seconds = [back_off(failures).total_seconds() for failures in (0, 1, 2, 3, 6, 7, 8, 10_000)]
    assert seconds == [0, 10, 20, 40, 320, 600, 600, 600]


def test_a_quorum_is_counted_over_one_checkpoint_only(log: str, tmp_path: Path) -> None:
    one_of, other = Bureau(tmp_path / "a"), Bureau(tmp_path / "b")
    keys = {"a": one_of.begun("a.example/w"), "b": other.begun("b.example/w")}
    with one_of.serving() as first:
        away = policy_of_witnesses("2", a=(keys["a"], first), b=(keys["b"], "http://127.0.0.1:1"))
        assert not cosign(log, away, 2.0)
        assert stands(log, away).cosigned == 0
        assert len(Note.parse(note_of(log)).lines) == 4  # published all the same
        with other.serving() as second:
            both = policy_of_witnesses("2", a=(keys["a"], first), b=(keys["b"], second))
            with psycopg.connect(log, autocommit=True) as connection:
                connection.execute("update evidence.witness set asked_at = null")
            assert cosign(log, both)
    assert stands(log, both).cosigned == 300
    assert set(full(both).check(note_of(log)).cosigned) == {"a", "b"}


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("programs")


@pytest.fixture
def theirs(programs: Path) -> Iterator[tuple[str, str]]:
    """A witness of transparency-dev that knows our log: its key, and where it listens."""
    key = Ed25519Cosigner("jiwei.example/w1", sha256(b"a witness of others").digest())
    process = subprocess.Popen(
        [build("tlog", programs).program, "witness", VKEY, secret_text(key)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield str(key.key), process.stdout.readline().strip()
    finally:
        process.stdin.close()
        process.wait(10)
        process.stdout.close()


@pytest.mark.outsider("transparency-dev witness")
def test_a_witness_of_others_cosigns_our_log_through_our_client_and_refuses_it_rewritten(
    log: str, theirs: tuple[str, str], tmp_path: Path
) -> None:
    policy = policy_of_witnesses("all", jiwei=theirs)
    assert cosign(log, policy)
    grown(log, tmp_path / "home")
    with psycopg.connect(log, autocommit=True) as connection:
        connection.execute("update evidence.witness set size = 0")  # it is told the size
    assert cosign(log, policy)
    assert set(full(policy).check(note_of(log)).cosigned) == {"jiwei"}

    tamper(log, *NEW_HISTORY)
    grow(log, 20)
    publish(log, place_in(tmp_path / "another memory").signer())
    assert not cosign(log, policy)
    assert outcome(log) == "contradicted"


def test_what_a_quorum_cosigned_is_verified_and_exported_though_newer_heads_are_not(
    log: str, bureau: Bureau, tmp_path: Path
) -> None:
    vkey = bureau.begun("caizheng.example/w1")
    with bureau.serving() as url:
        policy = policy_of_witnesses("all", caizheng=(vkey, url))
        with psycopg.connect(log, autocommit=True) as connection, pytest.raises(NotExported):
            export_log(connection, tmp_path / "too early", published(KEYS), cosigned=True)
        assert cosign(log, policy)
    grown(log, tmp_path / "home")

    found = verify_live(log, full(policy))
    assert found.wrong is None
    assert found.report is not None
    assert found.report.accepted is not None
    assert found.report.accepted.signed.checkpoint.size == 300
    assert found.rows is not None
    assert found.rows.entries == 350
    alone = verify_live(log, policy_of(KEYS, WORLD)).report
    assert alone is not None
    assert alone.accepted is not None
    assert alone.accepted.signed.checkpoint.size == 350
    with psycopg.connect(log, autocommit=True) as connection:
        for trusted, size in ((full(policy), 300), (policy_of(KEYS, WORLD), 350)):
            newest = newest_believed(connection, trusted)
            assert newest is not None
            assert newest[0] == size
        sizes = export_log(connection, tmp_path / "log", published(KEYS), cosigned=True)
    assert sizes == {"sha256": 300, "sm3": 350}
    vouched = full(policy).check((tmp_path / "log/checkpoint").read_bytes())
    assert vouched.signed.checkpoint.size == 300


def test_the_checkpoint_of_an_empty_log_is_asked_for_by_nobody(database: str) -> None:
    policy = policy_of_witnesses("all", w=(str(STRANGER.key), "http://127.0.0.1:1"))
    assert not cosign(database, policy)
    assert known(database) == {}
    with storing.connected(database) as connection:
        assert newest_checkpoint(connection, WORLD.name) is None
    assert not stands(database, policy).is_stale(SystemClock().now())
