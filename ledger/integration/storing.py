"""The statements of the integrator: state and tiles of each tree, checkpoints, faults.

Everything is given a connection in autocommit; ``grow`` is the one transaction.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from psycopg import Connection, pq
from psycopg.errors import error_from_result

from ledger.evidence.errors import Malformed
from ledger.evidence.hashes import HASH_BYTES, Hashing
from ledger.evidence.tiles import RightEdge, Tile, last_tile, levels
from ledger.integration.faults import FaultKind, FaultRow, IntegrationFault

_STATE: Final = "select size, root, frontier from evidence.tree where algorithm = %s"
_ENTRIES: Final = (
    b"select position, leaf, body from ledger.entry where position > $1 order by position limit $2"
)
_HEAD: Final = "select position from ledger.head"
_TILES: Final = b"""
select level, number, hashes from evidence.tile
where algorithm = %s and (level, number) in (select * from unnest(%s::smallint[], %s::bigint[]))
"""
_GROW: Final = """
insert into evidence.tile (algorithm, level, number, hashes)
select %s, * from unnest(%s::smallint[], %s::bigint[], %s::bytea[])
on conflict on constraint tile_place do update set hashes = excluded.hashes
"""
_MOVE: Final = """
update evidence.tree set size = %s, root = %s, frontier = %s
where algorithm = %s and size = %s and root = %s
"""
_OPEN_FAULT: Final = (
    "select position, kind from evidence.fault where mended_at is null order by fault desc limit 1"
)
_FAULT: Final = "insert into evidence.fault (position, kind) values (%s, %s)"
_MENDED: Final = "update evidence.fault set mended_at = clock_timestamp() where mended_at is null"


class Overtaken(Exception):  # noqa: N818 - no error: somebody else did the work
    """Another process extended the tree."""


@dataclass(frozen=True, slots=True)
class TreeState:
    """How far a tree has come.

    Attributes:
        size: how many leaves.
        root: over them, 32 bytes.
        frontier: the roots of the perfect subtrees, left to right, in one row.
    """

    size: int
    root: bytes
    frontier: bytes


@dataclass(frozen=True, slots=True)
class Read:
    """Entries as they were read, in the order of their positions.

    Attributes:
        positions: from which they were read.
        leaves: as they were stored, 32 bytes each.
        bodies: the entries, byte for byte.
    """

    positions: Sequence[int]
    leaves: Sequence[bytes]
    bodies: Sequence[bytes]


def connected(conninfo: str) -> Connection[Any]:
    """Connect so that what is committed is durable, whatever the server's default."""
    connection = psycopg.connect(conninfo, autocommit=True)
    connection.execute("set synchronous_commit = on")
    return connection


def head(connection: Connection[Any]) -> int:
    """Return the position of the last entry."""
    row = connection.execute(_HEAD).fetchone()
    return 0 if row is None else int(row[0])


def entries(connection: Connection[Any], after: int, at_most: int) -> Read:
    """Return the entries that follow a position; their bytes as they lie there, never decoded."""
    asked = [b"%d" % after, b"%d" % at_most]
    found = connection.pgconn.exec_params(_ENTRIES, asked, result_format=1)
    if found.status != pq.ExecStatus.TUPLES_OK:
        raise error_from_result(found)
    get, rows = found.get_value, range(found.ntuples)
    return Read(
        [int.from_bytes(get(row, 0) or b"") for row in rows],
        [get(row, 1) or b"" for row in rows],
        [get(row, 2) or b"" for row in rows],
    )


def state(connection: Connection[Any], algorithm: str) -> TreeState:
    """Return how far a tree has come.

    Raises:
        IntegrationFault: its row is gone.
    """
    row = connection.execute(_STATE, (algorithm,)).fetchone()
    if row is None:
        raise IntegrationFault(1, FaultKind.TREE)
    return TreeState(row[0], bytes(row[1]), bytes(row[2]))


def tiles_asked(algorithm: str, places: Iterable[Tile]) -> tuple[bytes, tuple[object, ...]]:
    """Return what to ask for tiles, and with which parameters; the answer is to be binary."""
    wanted = list(places)
    numbers = [one.number for one in wanted]
    return _TILES, (algorithm, [one.level for one in wanted], numbers)


def tiles_found(
    places: Iterable[Tile], rows: Iterable[tuple[int, int, bytes]]
) -> dict[Tile, bytes]:
    """Return the tiles that were found, each cut to the width asked for."""
    wanted = {(one.level, one.number): one for one in places}
    cut = ((wanted[level, number], bytes(row)) for level, number, row in rows)
    return {tile: row[: tile.width * HASH_BYTES] for tile, row in cut}


def tiles(connection: Connection[Any], algorithm: str, places: Iterable[Tile]) -> dict[Tile, bytes]:
    """Return tiles as they lie there, each cut to the width asked for; those that are there."""
    wanted = list(places)
    found = connection.execute(*tiles_asked(algorithm, wanted), binary=True)
    return tiles_found(wanted, found.fetchall())


def edge(connection: Connection[Any], hashing: Hashing) -> RightEdge:
    """Take up a tree where it was left.

    Raises:
        IntegrationFault: tiles, frontier and root do not belong together.
    """
    stands = state(connection, hashing.name)
    last = [last_tile(stands.size, level) for level in levels(stands.size)]
    found = tiles(connection, hashing.name, [tile for tile in last if tile.width])
    rows = [found.get(tile, b"") for tile in last]
    try:
        taken = RightEdge(hashing, stands.size, rows)
    except Malformed:
        raise IntegrationFault(stands.size + 1, FaultKind.TREE) from None
    if taken.root() != stands.root or b"".join(taken.hashes()) != stands.frontier:
        raise IntegrationFault(stands.size + 1, FaultKind.TREE)
    return taken


def grow(
    connection: Connection[Any],
    before: TreeState,
    after: RightEdge,
    grown: Sequence[tuple[Tile, bytes]],
) -> None:
    """Write the tiles that grew, and move the tree's state; within the caller's transaction.

    Args:
        connection: in a transaction.
        before: the state that must still stand.
        after: the tree as extended.
        grown: tiles that became full, and partial ones that are wider now.

    Raises:
        Overtaken: another process moved the state meanwhile.
    """
    name = after.hashing.name
    places = [tile for tile, _ in grown]
    rows = [row for _, row in grown]
    levels, numbers = [one.level for one in places], [one.number for one in places]
    moved = connection.execute(
        _MOVE,
        (after.size, after.root(), b"".join(after.hashes()), name, before.size, before.root),
    )
    if moved.rowcount != 1:
        raise Overtaken
    connection.execute(_GROW, (name, levels, numbers, rows))


def open_fault(connection: Connection[Any]) -> FaultRow | None:
    """Return what stops the integrator, if something does."""
    row = connection.execute(_OPEN_FAULT).fetchone()
    return None if row is None else FaultRow(row[0], FaultKind(row[1]))


def record_fault(connection: Connection[Any], fault: FaultRow) -> None:
    """Keep what stops the integrator, once."""
    if open_fault(connection) != fault:
        connection.execute(_FAULT, (fault.position, fault.kind))


def record_mended(connection: Connection[Any]) -> None:
    """Note that nothing stops the integrator any more."""
    connection.execute(_MENDED)
