"""Whatever is done to the living database is found and named; an honest one raises no alarm."""

import threading
from pathlib import Path

import pytest

from ledger.evidence.policy import Policy
from ledger.integration.log_keys import policy_of
from ledger.integration.place import SigningPlace
from ledger.integration.trees import TREES, TWIN, WORLD, TreeKind
from ledger.integration.verifying import NotEvidence, held_of, kind_of, verify_live
from tests.ledger.integration.logs import grow, tamper
from tests.ledger.integration.signing import KEYS, note_of, place_in, publish
from tests.ledger.store.making import one

ENTRIES = 600
POLICY = policy_of(KEYS, WORLD)
FORGE = "update ledger.entry set body = replace(body, '371502', '371503') where position = 300"
OWN_LEAF = "sha256('\\x00' || convert_to(body, 'UTF8'))"
LEAF = f"update ledger.entry set leaf = {OWN_LEAF} where position = 300"
FORGET = (
    "delete from evidence.tile",
    "delete from evidence.checkpoint",
    (
        "update evidence.tree set size = 0, frontier = '', root = case algorithm"
        " when 'sha256' then sha256('') else"
        " '\\x1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b' end"
    ),
)
UP = (
    "update ledger.entry set position = -position where position > {0}",
    "update ledger.entry set position = -position + {1} where position < 0",
    "update ledger.head set position = position + {1}",
)


@pytest.fixture
def place(tmp_path: Path) -> SigningPlace:
    return place_in(tmp_path)


@pytest.fixture
def log(database: str, place: SigningPlace) -> str:
    grow(database, 300)
    grow(database, 300)
    publish(database, place.signer())
    return database


def found(
    conninfo: str, held: bytes | None = None, tree: TreeKind = WORLD, *, since: bool = False
) -> tuple[int | None, str] | None:
    policy = policy_of(KEYS, tree)
    kept = None if held is None else held_of(held, policy, is_enough=since)
    wrong = verify_live(conninfo, policy, kept, tree).wrong
    return None if wrong is None else (wrong.position, kind_of(wrong))


def shifted(after: int, by: int) -> list[str]:
    return [statement.format(after, by) for statement in UP]


CHANGES: list[tuple[str, list[str], tuple[int | None, str]]] = [
    ("a body", [FORGE], (300, "ENTRY_CHANGED")),
    ("a body and its leaf", [FORGE, LEAF], (300, "ENTRY_CHANGED")),
    (
        "a stored leaf",
        ["update ledger.entry set leaf = sha256('x') where position = 300"],
        (300, "LEAF"),
    ),
    (
        "a leaf in a tile",
        [
            (
                "update evidence.tile set hashes = overlay(hashes placing sha256('x') from 321)"
                " where algorithm = 'sha256' and level = 0 and number = 1"
            )
        ],
        (267, "TILE_CHANGED"),
    ),
    (
        "a hash in a tile above",
        [
            (
                "update evidence.tile set hashes = overlay(hashes placing sha256('x') from 33)"
                " where algorithm = 'sha256' and level = 1"
            )
        ],
        (257, "TILE_CHANGED"),
    ),
    (
        "a tile gone",
        ["delete from evidence.tile where algorithm = 'sha256' and level = 0 and number = 1"],
        (257, "TILE_MISSING"),
    ),
    (
        "a checkpoint",
        ["update evidence.checkpoint set note = overlay(note placing 'A' from 30)"],
        (None, "CHECKPOINT_UNSIGNED"),
    ),
    ("no checkpoint", ["delete from evidence.checkpoint"], (None, "CHECKPOINT_MISSING")),
    ("an entry gone", ["delete from ledger.entry where position = 300"], (300, "ENTRY_MISSING")),
    (
        "an entry gone and the rest moved up",
        ["delete from ledger.entry where position = 300", *shifted(300, -1)],
        (300, "ENTRY_MISSING"),
    ),
    (
        "an entry inserted",
        [
            *shifted(299, 1),
            (
                "insert into ledger.entry"
                " select 300, recorded_at, version, 'a/b', type, body || ' ',"
                " sha256('\\x00' || convert_to(body || ' ', 'UTF8')) from ledger.entry"
                " where position = 299"
            ),
        ],
        (300, "ENTRY_INSERTED"),
    ),
    (
        "two entries swapped",
        [
            "update ledger.entry set position = -position where position in (300, 301)",
            "update ledger.entry set position = 601 + position where position < 0",
        ],
        (300, "ENTRY_REORDERED"),
    ),
    (
        "the end cut off",
        [
            "delete from ledger.entry where position > 590",
            "update ledger.head set position = 590",
        ],
        (591, "ENTRY_MISSING"),
    ),
    ("the head", ["update ledger.head set position = 700"], (601, "HEAD")),
]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [pytest.param(changes, expected, id=name) for name, changes, expected in CHANGES],
)
def test_what_was_done_is_named_with_its_place(
    log: str, changes: list[str], expected: tuple[int | None, str]
) -> None:
    tamper(log, *changes)
    assert found(log) == expected


@pytest.mark.parametrize("tree", TREES, ids=lambda tree: tree.name)
def test_an_honest_log_raises_no_alarm(log: str, place: SigningPlace, tree: TreeKind) -> None:
    held = note_of(log, tree)
    assert found(log, tree=tree) is None
    grow(log, 300)
    assert found(log, held, tree) is None  # some are not signed yet
    publish(log, place.signer())
    assert found(log, held, tree) is None
    assert found(log, held, tree, since=True) is None


def test_a_log_that_grows_while_it_is_verified_raises_no_alarm(
    log: str, place: SigningPlace
) -> None:
    done = threading.Event()

    def write() -> None:
        while not done.is_set():
            grow(log, 20)
            publish(log, place.signer())

    writing = threading.Thread(target=write)
    writing.start()
    try:
        assert [found(log) for _ in range(30)] == [None] * 30
    finally:
        done.set()
        writing.join()


def test_a_byte_changed_is_found_through_the_twin_alone(log: str) -> None:
    tamper(log, FORGE, LEAF)
    assert found(log, tree=TWIN) == (300, "ENTRY_CHANGED")


def _rewrite(conninfo: str, home: Path, *changes: str) -> None:
    """Do what somebody does who holds database, server and the real keys."""
    tamper(conninfo, *changes, *FORGET)
    publish(conninfo, place_in(home).signer())


def test_a_tree_rewritten_with_the_real_key_is_seen_by_whoever_holds_a_checkpoint(
    log: str, tmp_path: Path
) -> None:
    held = note_of(log)
    _rewrite(log, tmp_path / "thief", FORGE, LEAF)
    assert found(log, held) == (1, "ENTRY_REWRITTEN")


def test_a_tree_cut_off_and_signed_anew_is_seen_by_whoever_holds_a_checkpoint(
    log: str, tmp_path: Path
) -> None:
    held = note_of(log)
    cut = ("delete from ledger.entry where position > 500", "update ledger.head set position = 500")
    _rewrite(log, tmp_path / "thief", *cut)
    assert found(log) is None  # sound in itself: what the log says of itself proves nothing
    assert found(log, held) == (501, "ENTRY_TRUNCATED")


def test_only_what_follows_is_read_again_by_who_audited_before(
    log: str, place: SigningPlace
) -> None:
    held = note_of(log)
    grow(log, 300)
    publish(log, place.signer())
    late = "update ledger.entry set body = replace(body, '371502', '371503') where position = 800"
    tamper(log, late)
    assert found(log, held, since=True) == (800, "ENTRY_CHANGED")
    verified = verify_live(log, POLICY, held_of(held, POLICY, is_enough=True))
    assert verified.report is not None
    assert verified.report.checked < 400


def test_a_checkpoint_of_another_log_is_refused(log: str) -> None:
    other = b"other.example\n1\n" + note_of(log).partition(b"\n")[2].partition(b"\n")[2]
    for note in (b"", b"nothing", other, note_of(log, TWIN)):
        with pytest.raises(NotEvidence):
            held_of(note, POLICY, is_enough=False)


def test_without_a_policy_the_rows_are_verified_alone(log: str) -> None:
    verified = verify_live(log, None)
    assert verified.report is None
    assert verified.wrong is None
    assert verified.as_json()["entries"] == one(log, "select count(*) from ledger.entry")


def test_a_policy_of_strangers_believes_no_checkpoint(log: str) -> None:
    stranger = Policy.parse(b"quorum none\n")
    wrong = verify_live(log, stranger).wrong
    assert wrong is not None
    assert kind_of(wrong) == "CHECKPOINT_UNSIGNED"
