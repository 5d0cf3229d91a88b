"""Whatever anybody above all roles does to the living database, wherever: found, named, placed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.evidence.writing import write_log
from ledger.integration.log_keys import policy_of
from ledger.integration.place import SigningPlace
from ledger.integration.trees import TREES, TWIN, WORLD, TreeKind
from ledger.integration.verifying import held_of, kind_of, verify_live
from tests.ledger.integration.logs import above_roles, grow
from tests.ledger.integration.signing import KEYS, note_of, place_in, publish
from tests.ledger.store.making import rows

SIZE = 600
INDEX = st.one_of(st.integers(1, SIZE), st.sampled_from([1, 255, 256, 257, 512, 513, SIZE]))
TABLES = ("ledger.entry", "ledger.head", "evidence.tile", "evidence.tree", "evidence.checkpoint")
BACK = (
    *(
        f"delete from {table}; insert into {table} table kept.{table.split('.')[1]}"
        for table in TABLES
        if table != "evidence.tree"  # tiles refer to it
    ),
    (
        "update evidence.tree as tree set size = kept.size, root = kept.root,"
        " frontier = kept.frontier from kept.tree as kept where kept.algorithm = tree.algorithm"
    ),
)
TREE = st.sampled_from(TREES)
EXAMPLES = settings(
    max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)


@dataclass(frozen=True)
class Log:
    """A signed log, and the checkpoint that an auditor took home when it was smaller.

    Attributes:
        conninfo: its database.
        held: of 300 entries, by the tree's name.
    """

    conninfo: str
    held: dict[str, bytes] = field(repr=False)


@pytest.fixture(scope="module")
def log(shared_database: str, tmp_path_factory: pytest.TempPathFactory) -> Log:
    signer = place_in(tmp_path_factory.mktemp("home")).signer()
    grow(shared_database, 300)
    publish(shared_database, signer)
    held = {tree.name: note_of(shared_database, tree) for tree in TREES}
    grow(shared_database, 300)
    publish(shared_database, signer)
    with psycopg.connect(shared_database, autocommit=True) as connection:
        connection.execute("create schema kept")
        for table in TABLES:
            connection.execute(f"create table kept.{table.split('.')[1]} as table {table}".encode())
    return Log(shared_database, held)


@contextmanager
def tampered(log: Log, *changes: str) -> Iterator[None]:
    """Change rows, and put everything back afterwards."""
    with above_roles(log.conninfo) as connection:
        for change in changes:
            connection.execute(change.encode())
    try:
        yield
    finally:
        with above_roles(log.conninfo) as connection:
            for change in BACK:
                connection.execute(change.encode())


def found(log: Log, tree: TreeKind = WORLD, held: bytes | None = None) -> tuple[int | None, str]:
    policy = policy_of(KEYS, tree)
    kept = None if held is None else held_of(held, policy, is_enough=False)
    wrong = verify_live(log.conninfo, policy, kept, tree).wrong
    return (0, "nothing") if wrong is None else (wrong.position, kind_of(wrong))


@EXAMPLES
@given(INDEX, st.integers(0, 2**16), TREE)
def test_any_character_changed_in_a_body_names_its_entry(
    log: Log, position: int, at: int, tree: TreeKind
) -> None:
    body = rows(log.conninfo)[position - 1].body
    place = at % len(body) + 1
    other = "x" if body[place - 1] != "x" else "y"
    change = f"update ledger.entry set body = overlay(body placing '{other}' from {place} for 1)"

    with tampered(log, f"{change} where position = {position}"):
        assert found(log, tree) == (position, "ENTRY_CHANGED")


@EXAMPLES
@given(INDEX, st.integers(0, 31), st.integers(1, 255))
def test_any_byte_changed_in_a_stored_leaf_names_its_entry(
    log: Log, position: int, at: int, bits: int
) -> None:
    change = f"update ledger.entry set leaf = set_byte(leaf, {at}, get_byte(leaf, {at}) # {bits})"

    with tampered(log, f"{change} where position = {position}"):
        assert found(log) == (position, "LEAF")


@EXAMPLES
@given(st.sampled_from([(0, 0), (0, 1), (0, 2), (1, 0)]), st.data(), st.integers(1, 255), TREE)
def test_any_byte_changed_in_a_tile_names_the_first_leaf_below_it(
    log: Log, tile: tuple[int, int], data: st.DataObject, bits: int, tree: TreeKind
) -> None:
    level, number = tile
    width = {(0, 2): SIZE - 512, (1, 0): 2}.get(tile, 256)
    at = data.draw(st.integers(0, width * 32 - 1))
    change = "update evidence.tile set hashes = set_byte(hashes, {0}, get_byte(hashes, {0}) # {1})"
    where = f"where algorithm = '{tree.name}' and level = {level} and number = {number}"

    with tampered(log, f"{change.format(at, bits)} {where}"):
        first = (number * 256 + at // 32) * 256**level + 1
        assert found(log, tree) == (first, "TILE_CHANGED")


@EXAMPLES
@given(st.integers(0, 2**16), st.integers(1, 255), TREE)
def test_any_byte_changed_in_what_the_checkpoint_says_is_told(
    log: Log, at: int, bits: int, tree: TreeKind
) -> None:
    # Below the text a byte can only take one of several signatures away.
    place = at % note_of(log.conninfo, tree).index(b"\n\n")
    change = "update evidence.checkpoint set note = set_byte(note, {0}, get_byte(note, {0}) # {1})"
    where = f"where algorithm = '{tree.name}' and size = {SIZE}"

    with tampered(log, f"{change.format(place, bits)} {where}"):
        position, kind = found(log, tree)
        assert position is None
        assert kind in {"CHECKPOINT_CHANGED", "CHECKPOINT_UNSIGNED"}


MOVE = (
    "update ledger.entry set position = -position where position > {0}",
    "update ledger.entry set position = -position + {1} where position < 0",
    "update ledger.head set position = position + {1}",
)


def moved(after: int, by: int) -> list[str]:
    return [one.format(after, by) for one in MOVE]


@EXAMPLES
@given(INDEX, st.booleans(), TREE)
def test_an_entry_taken_out_is_missed_at_its_place(
    log: Log, position: int, closed: bool, tree: TreeKind
) -> None:
    close = moved(position, -1) if closed else []

    with tampered(log, f"delete from ledger.entry where position = {position}", *close):
        assert found(log, tree) == (position, "ENTRY_MISSING")


@EXAMPLES
@given(st.integers(1, SIZE - 1), TREE)  # at the last place nothing behind it tells it from a change
def test_an_entry_put_in_is_found_at_its_place(log: Log, position: int, tree: TreeKind) -> None:
    put = (
        f"insert into ledger.entry (position, recorded_at, version, stream, type, body, leaf)"
        f" select {position}, recorded_at, 1, 'a/b', type, body || ' ',"
        " sha256('\\x00' || convert_to(body || ' ', 'UTF8')) from ledger.entry"
        f" where position = {position + 1}"
    )

    with tampered(log, *moved(position - 1, 1), put):
        assert found(log, tree) == (position, "ENTRY_INSERTED")


@EXAMPLES
@given(st.lists(INDEX, min_size=2, max_size=2, unique=True), TREE)
def test_entries_that_changed_places_are_found_at_the_first(
    log: Log, both: list[int], tree: TreeKind
) -> None:
    one, other = sorted(both)
    swap = (
        f"update ledger.entry set position = -position where position in ({one}, {other})",
        f"update ledger.entry set position = {one + other} + position where position < 0",
    )

    with tampered(log, *swap):
        assert found(log, tree) == (one, "ENTRY_REORDERED")


@EXAMPLES
@given(st.integers(1, SIZE - 1), TREE)
def test_an_end_cut_off_is_missed_from_there_on(log: Log, last: int, tree: TreeKind) -> None:
    with tampered(
        log,
        f"delete from ledger.entry where position > {last}",
        f"update ledger.head set position = {last}",
    ):
        # Where a whole bundle is gone, its beginning is what is missed.
        assert found(log, tree) == (last + 1, "ENTRY_MISSING")


@EXAMPLES
@given(INDEX, st.integers(0, 2))
def test_leaves_and_tiles_recomputed_without_the_key_do_not_hide_a_change(
    log: Log, position: int, up_to: int
) -> None:
    bodies = [row.body.encode() for row in rows(log.conninfo)]
    bodies[position - 1] = bodies[position - 1].replace(b"371502", b"371503")
    tiles: dict[str, bytes] = {}
    size, root = write_log(bodies, tiles.__setitem__)
    names = {
        (0, 0): "tile/0/000",
        (0, 1): "tile/0/001",
        (0, 2): "tile/0/002.p/88",
        (1, 0): "tile/1/000.p/2",
    }
    recomputed = [
        f"update evidence.tile set hashes = '\\x{tiles[path].hex()}'"
        f" where algorithm = 'sha256' and level = {level} and number = {number}"
        for (level, number), path in names.items()
        if level <= up_to
    ]
    if up_to == 2:
        recomputed.append(
            f"update evidence.tree set root = '\\x{root.hex()}' where algorithm = 'sha256'"
        )
    forged = (
        "update ledger.entry set body = replace(body, '371502', '371503'), leaf ="
        " sha256('\\x00' || convert_to(replace(body, '371502', '371503'), 'UTF8'))"
        f" where position = {position}"
    )

    assert size == SIZE
    with tampered(log, forged, *recomputed):
        place, kind = found(log)
        assert kind == "ENTRY_CHANGED"
        assert place is not None
        assert place <= position
        assert found(log, TWIN) == (position, "ENTRY_CHANGED")  # its tiles were left alone


FORGET = (
    "delete from evidence.tile",
    "delete from evidence.checkpoint",
    (
        "update evidence.tree set size = 0, frontier = '', root = case algorithm"
        " when 'sha256' then sha256('') else"
        " '\\x1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b' end"
    ),
)


def rewriting(log: Log, thief: SigningPlace) -> None:
    """Sign what stands in the tables with the real keys and a signer that remembers nothing."""
    with above_roles(log.conninfo) as connection:
        for change in FORGET:
            connection.execute(change.encode())
    publish(log.conninfo, thief.signer())


@settings(EXAMPLES, max_examples=8)
@given(st.integers(1, 300), st.sampled_from(["change", "delete", "swap", "cut"]), TREE)
def test_a_whole_tree_recomputed_with_the_real_key_does_not_continue_what_was_held(
    log: Log, tmp_path_factory: pytest.TempPathFactory, position: int, how: str, tree: TreeKind
) -> None:
    own = "sha256('\\x00' || convert_to(body, 'UTF8'))"
    changes = {
        "change": [
            f"update ledger.entry set body = body || ' ' where position = {position}",
            f"update ledger.entry set leaf = {own} where position = {position}",
        ],
        "delete": [
            f"delete from ledger.entry where position = {position}",
            *moved(position, -1),
        ],
        "swap": [
            f"update ledger.entry set position = -position where position in ({position}, 400)",
            f"update ledger.entry set position = {position} + 400 + position where position < 0",
        ],
        "cut": [
            f"delete from ledger.entry where position >= {position}",
            f"update ledger.head set position = {position - 1}",
        ],
    }[how]
    with tampered(log, *changes):
        rewriting(log, place_in(tmp_path_factory.mktemp("thief")))
        told = found(log, tree, log.held[tree.name])

    if how == "cut":
        assert told == (position, "ENTRY_TRUNCATED")
    else:
        assert told == (1, "ENTRY_REWRITTEN")
    assert found(log, tree, log.held[tree.name]) == (0, "nothing")


def test_no_clean_run_of_two_hundred_raises_an_alarm(database: str, tmp_path: Path) -> None:
    signer = place_in(tmp_path).signer()
    held: list[tuple[TreeKind, bytes]] = []
    for run in range(200):
        if run % 5 == 0:
            grow(database, 1 + run % 7)
        if run % 5 == 1:
            publish(database, signer)
            held.append((TREES[run % 2], note_of(database, TREES[run % 2])))
        tree, note = held[run % len(held)] if held else (WORLD, None)
        kept = Log(database, {})
        if note is not None or run:
            assert found(kept, tree, note) == (0, "nothing"), run
