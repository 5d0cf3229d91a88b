"""Checkpoints stamped by a real authority, kept, published, exported and verified."""

import logging
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from ledger.clock import SimulatedClock, SystemClock
from ledger.errors import Misconfigured
from ledger.evidence.checkpoint import Checkpoint
from ledger.evidence.errors import Malformed, Refuted
from ledger.evidence.note import Note
from ledger.evidence.time_stamps import asked_for, listed, number_of, roots_of, stamped_at
from ledger.evidence.verifier.command import main
from ledger.integration import storing
from ledger.integration.exporting import export_log, published
from ledger.integration.log_keys import policy_of
from ledger.integration.slices import StoredLog
from ledger.integration.stamping import Stamping, last_stamps
from ledger.integration.trees import TWIN, WORLD
from ledger.integration.verifying import verify_export, verify_live
from ledger.integration.vouching import Vouching
from tests.ledger.integration.authority import RSA, Authority, made_in
from tests.ledger.integration.logs import grow, tamper
from tests.ledger.integration.signing import KEYS, note_of, place_in, publish
from tests.ledger.integration.witnessing import answering, say

POLICY = policy_of(KEYS, WORLD)
TEXT = "ledger.example\n5\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return made_in(tmp_path_factory.mktemp("tsa") / "authority")


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return made_in(tmp_path_factory.mktemp("tsa") / "other")


@pytest.fixture
def log(database: str, tmp_path: Path) -> str:
    grow(database, 300)
    publish(database, place_in(tmp_path / "home").signer())
    return database


def stamp(conninfo: str, url: str, roots: bytes, *more: str) -> int:
    stamping = Stamping([url, *more], roots_of(roots), SystemClock(), 10.0)
    with storing.connected(conninfo) as connection:
        return stamping.stamp(connection)


def grown(conninfo: str, tmp_path: Path) -> None:
    grow(conninfo, 60)
    publish(conninfo, place_in(tmp_path / "home").signer())


def test_a_stamp_says_when_and_holds_for_this_text_under_this_root_alone(
    authority: Authority, other: Authority
) -> None:
    asked, before = asked_for(TEXT), SystemClock().now()
    response = authority.stamp(asked.body)
    roots = roots_of(authority.root)
    at = stamped_at(response, TEXT, roots, asked.nonce)
    assert abs((at - before).total_seconds()) < 60
    assert stamped_at(response, TEXT, roots) == at
    with pytest.raises(Refuted):
        stamped_at(response, TEXT + "x", roots)
    with pytest.raises(Refuted):
        stamped_at(response, TEXT, roots_of(other.root))
    with pytest.raises(Refuted):
        stamped_at(response, TEXT, roots, asked_for(TEXT).nonce)


def test_an_intermediate_that_is_not_sent_may_stand_beside_the_root_and_is_none_itself(
    authority: Authority,
) -> None:
    response = authority.stamp(asked_for(TEXT).body, with_chain=False)
    at = stamped_at(response, TEXT, roots_of(authority.chain))
    assert stamped_at(response, TEXT, roots_of(authority.chain + authority.root)) == at
    with pytest.raises(Refuted):
        stamped_at(response, TEXT, roots_of(authority.root))
    with pytest.raises(Refuted):
        stamped_at(response, TEXT, roots_of((authority.folder / "inter.pem").read_bytes()))


def test_certificates_may_come_in_any_order(tmp_path: Path) -> None:
    rsa = made_in(tmp_path / "rsa", RSA)
    query = asked_for(TEXT)
    # OpenSSL puts the signer's certificate first, whichever is the longer.
    answer, roots = rsa.stamp(query.body), roots_of(rsa.root)
    own, inter = (
        roots_of((rsa.folder / f"{name}.pem").read_bytes())[0].public_bytes(Encoding.DER)
        for name in ("tsa", "inter")
    )
    assert answer.count(own + inter) == 1
    for order in (own + inter, inter + own):
        stamped_at(answer.replace(own + inter, order), TEXT, roots, query.nonce)
    with pytest.raises(Refuted):
        stamped_at(answer.replace(own + inter, inter + own), TEXT + "x", roots, query.nonce)


@pytest.mark.parametrize("part", range(10))
def test_a_stamp_of_which_a_byte_was_changed_does_not_hold(authority: Authority, part: int) -> None:
    response, roots = authority.stamp(asked_for(TEXT).body), roots_of(authority.root)
    at = len(response) * part // 10 + 5
    forged = response[:at] + bytes([response[at] ^ 1]) + response[at + 1 :]
    with pytest.raises((Refuted, Malformed)):
        stamped_at(forged, TEXT, roots)
    with pytest.raises(Malformed):
        stamped_at(response[:at], TEXT, roots)


@pytest.mark.outsider("OpenSSL, RFC 3161", "rfc3161-client")
def test_it_is_kept_published_exported_and_verified_by_openssl_too(
    log: str, authority: Authority, tmp_path: Path
) -> None:
    roots = roots_of(authority.root)
    with authority.serving() as url:
        assert stamp(log, url, authority.root) == 0
        assert stamp(log, url, authority.root) == 0  # the same checkpoint is stamped once
        grown(log, tmp_path)
        assert stamp(log, url, authority.root) == 0
    grown(log, tmp_path)
    with psycopg.connect(log, autocommit=True) as connection:
        served = StoredLog(connection, WORLD)
        every = list(listed(served.read("timestamps/list") or b""))
        assert [(one.size, one.authority) for one in every] == [(300, url), (360, url)]
        assert {one.number for one in every} == {number_of(url)}
        for one in every:
            note, response = served.read(one.note_path), served.read(one.path)
            assert note is not None
            assert response is not None
            assert POLICY.check(note).signed.checkpoint.size == one.size
            (tmp_path / "text").write_text(Note.parse(note).text)
            (tmp_path / "response").write_bytes(response)
            assert authority.holds(tmp_path / "response", tmp_path / "text")
        assert served.read(f"timestamps/301/{number_of(url)}.tsr") is None
        assert served.read("timestamps/300/00000000.tsr") is None
        assert StoredLog(connection, TWIN).read("timestamps/list") is None
        export_log(connection, tmp_path / "log", published(KEYS))
    live = verify_live(log, POLICY, roots=roots)
    offline = verify_export(tmp_path / "log", POLICY, None, WORLD, roots)
    for found in (live, offline):
        assert found.wrong is None
        assert found.stamps is not None
        assert (found.stamps.checked, found.stamps.newest, found.stamps.wrong) == (2, 360, ())
    assert (tmp_path / f"log/timestamps/360/{number_of(url)}.tsr").exists()
    unchecked = verify_export(tmp_path / "log", POLICY, None, WORLD)
    assert unchecked.as_json()["time_stamps"] == {"checked": 0, "unchecked": 2}


def test_a_stamp_of_another_history_or_one_that_is_gone_is_found(
    log: str, authority: Authority, other: Authority, tmp_path: Path
) -> None:
    with authority.serving() as url:
        stamp(log, url, authority.root)
    with psycopg.connect(log, autocommit=True) as connection:
        export_log(connection, tmp_path / "log", published(KEYS))
    folder = tmp_path / "log/timestamps/300"
    response, note = folder / f"{number_of(url)}.tsr", folder / "checkpoint"
    good, true_note = response.read_bytes(), note.read_bytes()

    def wrong(roots: bytes = authority.root) -> list[str]:
        (tmp_path / "roots.pem").write_bytes(roots)
        found = verify_export(tmp_path / "log", POLICY, None, WORLD, roots_of(roots))
        assert found.stamps is not None
        assert found.as_json()["ok"] is not bool(found.stamps.wrong)
        given = (str(tmp_path / "log"), "--policy", str(tmp_path / "log/policy"))
        single = main([*given, "--tsa-roots", str(tmp_path / "roots.pem")])
        assert single == (3 if found.stamps.wrong else 0)
        return [why for _, why in found.stamps.wrong]

    assert wrong() == []
    assert len(wrong(other.root)) == 1
    response.write_bytes(other.stamp(asked_for(Note.parse(true_note).text).body))
    assert len(wrong()) == 1
    response.write_bytes(authority.stamp(asked_for("another text\n").body))
    assert len(wrong()) == 1
    response.unlink()
    assert wrong() == ["it is missing"]
    response.write_bytes(good)
    stranger = place_in(tmp_path / "stranger")
    forged = stranger.signer().sign(
        WORLD, Checkpoint(KEYS.origin, 300, b"\1" * 32), [], 1_800_000_000
    )
    note.write_bytes(forged)
    response.write_bytes(authority.stamp(asked_for(Note.parse(forged).text).body))
    assert wrong() == ["the checkpoint that was stamped is not one of this log"]
    (tmp_path / "log/timestamps/list").write_text("300 ../../checkpoint now tsa\n")
    assert wrong() == ["not a list of time stamps"]


@pytest.mark.parametrize(
    "change",
    [
        lambda _: b"",
        lambda _: b"<html>",
        lambda data: data[:-20],
        lambda data: data[:-20] + bytes(20),
        lambda data: data * 300,
    ],
    ids=["nothing", "a page", "cut", "forged", "endless"],
)
def test_what_does_not_hold_is_not_kept(
    log: str, authority: Authority, change: Callable[[bytes], bytes]
) -> None:
    with authority.serving(change) as url:
        assert stamp(log, url, authority.root) == 1
    with storing.connected(log) as connection:
        assert last_stamps(connection) == {}


def test_one_authority_that_is_away_does_not_keep_the_others_from_it(
    log: str, authority: Authority, other: Authority, caplog: pytest.LogCaptureFixture
) -> None:
    roots = authority.root + other.root
    with (
        authority.serving() as first,
        other.serving() as second,
        answering(say(503, b"")) as busy,
        caplog.at_level(logging.WARNING),
    ):
        assert stamp(log, "http://127.0.0.1:1", roots, busy, first, second) == 2
    with storing.connected(log) as connection:
        assert set(last_stamps(connection)) == {first, second}
    assert "does not answer" in caplog.text
    assert "answers 503" in caplog.text


def test_clocks_far_apart_are_told(
    log: str, authority: Authority, caplog: pytest.LogCaptureFixture
) -> None:
    late = SimulatedClock(SystemClock().now() + timedelta(hours=1))
    with authority.serving() as url, storing.connected(log) as connection:
        assert Stamping([url], roots_of(authority.root), late).stamp(connection) == 0
    assert "far apart" in caplog.text


def test_stamps_can_be_added_and_nothing_else(log: str, authority: Authority) -> None:
    with authority.serving() as url:
        stamp(log, url, authority.root)
    for change in ("update evidence.time_stamp set size = 1", "delete from evidence.time_stamp"):
        with (
            psycopg.connect(log, autocommit=True) as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute(change.encode())


def test_a_tampered_log_is_told_before_its_stamps(log: str, authority: Authority) -> None:
    with authority.serving() as url:
        stamp(log, url, authority.root)
    change = "update ledger.entry set body = replace(body, '371502', '371503') where position = 3"
    tamper(log, change)
    found = verify_live(log, POLICY, roots=roots_of(authority.root))
    assert found.wrong is not None
    assert found.stamps is None


def test_authorities_without_roots_are_refused_at_the_start(tmp_path: Path) -> None:
    for text in (None, "no certificates"):
        file = tmp_path / "tsa.pem"
        if text is not None:
            file.write_text(text)
        with pytest.raises(Misconfigured, match="roots"):
            Vouching(authorities=("http://a.example",), roots=file).certificates()
    assert Vouching(roots=tmp_path / "none").certificates() == []


def test_the_note_that_is_stamped_is_the_one_that_is_served(log: str, authority: Authority) -> None:
    with authority.serving() as url:
        stamp(log, url, authority.root)
    with psycopg.connect(log, autocommit=True) as connection:
        assert StoredLog(connection, WORLD).read("timestamps/300/checkpoint") == note_of(log)
