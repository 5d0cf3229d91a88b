import pytest

from ledger.clock import SystemClock
from ledger.entry import leaf_hash
from ledger.store import verifying
from ledger.store.threads import SyncLog
from ledger.store.verifying import Broken, Kind, verify_log
from tests.ledger.store.making import new_stream, other_process, rows, writing

STREAMS = [new_stream() for _ in range(3)]


@pytest.fixture
def written(database: str) -> str:
    """Three streams of four entries, interleaved: positions 1 to 12."""
    with SyncLog(database, SystemClock()) as log:
        for version in range(1, 5):
            log.append(writing(*((name, version) for name in STREAMS)))
    return database


def tamper(conninfo: str, *changes: str) -> None:
    """Change rows as somebody above all roles could."""
    with other_process(conninfo) as connection:
        connection.execute("alter table ledger.entry disable trigger append_only")
        for change in changes:
            connection.execute(change.encode())
        connection.execute("alter table ledger.entry enable always trigger append_only")


def rewritten(conninfo: str, position: int, old: str, new: str) -> str:
    """Return the statement that forges an entry, leaf and all."""
    body = rows(conninfo)[position - 1].body.replace(old, new)
    leaf = leaf_hash(body.encode()).hex()
    return (
        f"update ledger.entry set body = '{body}', leaf = '\\x{leaf}' where position = {position}"
    )


def test_an_untouched_log_verifies(written: str) -> None:
    verified = verify_log(written)
    assert (verified.first, verified.last, verified.entries) == (1, 12, 12)
    assert verified.broken is None


def test_an_empty_log_verifies(database: str) -> None:
    assert verify_log(database).broken is None


@pytest.mark.parametrize(
    ("change", "position", "kind"),
    [
        ("update ledger.entry set body = body || ' ' where position = 5", 5, Kind.LEAF),
        ("update ledger.entry set leaf = sha256('x') where position = 6", 6, Kind.LEAF),
        ("update ledger.entry set type = 'x' where position = 7", 7, Kind.PLACE),
        (
            "update ledger.entry set stream = 'a/b' where position = 7",
            7,
            Kind.PLACE,
        ),
        ("update ledger.entry set version = 9 where position = 8", 8, Kind.PLACE),
        (
            "update ledger.entry set recorded_at = now() + interval '1 h' where position = 8",
            8,
            Kind.PLACE,
        ),
        ("delete from ledger.entry where position = 9", 9, Kind.POSITION),
        ("delete from ledger.entry where position = 1", 1, Kind.POSITION),
        ("delete from ledger.entry where position = 12", 12, Kind.HEAD),
        ("update ledger.head set position = 20", 13, Kind.HEAD),
    ],
)
def test_a_change_is_found_at_its_place(
    written: str, change: str, position: int, kind: Kind
) -> None:
    tamper(written, change)
    assert verify_log(written).broken == Broken(position, kind)


def test_bytes_that_are_no_entry_are_found_though_their_leaf_fits(written: str) -> None:
    leaf = leaf_hash(b"{}").hex()
    tamper(written, f"update ledger.entry set body = '{{}}', leaf = '\\x{leaf}' where position = 4")
    assert verify_log(written).broken == Broken(4, Kind.BODY)


def test_a_forged_entry_breaks_the_chain_of_its_stream(written: str) -> None:
    tamper(written, rewritten(written, 4, "371502", "371503"))
    assert verify_log(written).broken == Broken(7, Kind.PREV)


def test_an_entry_left_out_and_the_rest_moved_up_is_found(written: str) -> None:
    tamper(
        written,
        "delete from ledger.entry where position = 4",
        "update ledger.entry set position = -position where position > 4",
        "update ledger.entry set position = -position - 1 where position < 0",
        "update ledger.head set position = 11",
    )
    assert verify_log(written).broken == Broken(6, Kind.VERSION)


def test_time_that_runs_back_is_found(written: str) -> None:
    time = rows(written)[2].recorded_at
    forged = rewritten(written, 3, time.astimezone().strftime("%Y"), "2001")
    tamper(
        written,
        forged,
        "update ledger.entry set recorded_at = ((body::jsonb) ->> 'time')::timestamptz"
        " where position = 3",
    )
    assert verify_log(written).broken == Broken(3, Kind.TIME)


def test_a_part_of_the_log_verifies_against_what_lies_before_it(written: str) -> None:
    assert verify_log(written, 5, 9).broken is None
    tamper(written, rewritten(written, 4, "371502", "371503"))
    assert verify_log(written, 5, 9).broken == Broken(7, Kind.PREV)
    assert verify_log(written, 5, 20).broken == Broken(7, Kind.PREV)


def test_a_part_that_is_not_all_there_is_found(written: str) -> None:
    assert verify_log(written, 5, 20).broken == Broken(13, Kind.POSITION)


def test_streams_that_are_not_at_hand_are_looked_up(
    written: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verifying, "STREAMS_MAX", 1)
    monkeypatch.setattr(verifying, "LOOK_UPS_MAX", 2)
    assert verify_log(written).broken is None
    tamper(written, rewritten(written, 4, "371502", "371503"))
    assert verify_log(written).broken == Broken(7, Kind.PREV)
