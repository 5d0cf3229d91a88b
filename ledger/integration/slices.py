"""What lies at a path of the log: cut out of the rows that are there, nothing is stored twice.

A bundle is a range of ``ledger.entry``, a tile a row of ``evidence.tile``, a partial one the
beginning of such a row, the checkpoint the newest of its tree; beside it lies the newest that a
quorum of the witnesses cosigned, and the time stamps of others. What a tree does not hold is not
there, also where the database holds more: ``None``, which a door answers with 404.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from psycopg import Connection

from ledger.evidence.errors import Malformed
from ledger.evidence.hashes import HASH_BYTES
from ledger.evidence.reading import CHECKPOINT
from ledger.evidence.tiles import WIDTH, Bundle, Tile, encode_bundle
from ledger.evidence.time_stamps import FOLDER, LIST, Listed
from ledger.integration.trees import WORLD, TreeKind

_CHECKPOINT: Final = (
    "select note from evidence.checkpoint where algorithm = %s order by size desc limit 1"
)
COSIGNED: Final = "checkpoint.cosigned"
"""Below the prefix of the tree of SHA-256: the newest checkpoint that a quorum cosigned."""
_COSIGNED: Final = "select note from evidence.cosigned order by size desc, met_at desc limit 1"
_STAMPS: Final = """
select size, left(encode(sha256(convert_to(authority, 'UTF8')), 'hex'), 8),
  to_char(stamped_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), authority
from evidence.time_stamp order by size, authority
"""
_STAMPED: Final = "select note from evidence.time_stamp where size = %s order by authority limit 1"
_STAMP: Final = """
select response from evidence.time_stamp
where size = %s and left(encode(sha256(convert_to(authority, 'UTF8')), 'hex'), 8) = %s
"""
_STAMP_PATH: Final = re.compile(
    rf"{FOLDER}/(0|[1-9][0-9]{{0,18}})/(?:checkpoint|([0-9a-f]{{8}})\.tsr)"
)
_TILE: Final = """
select substring(hashes for %s) from evidence.tile
where algorithm = %s and level = %s and number = %s and octet_length(hashes) >= %s
"""
_BUNDLE: Final = """
select convert_to(body, 'UTF8') from ledger.entry
where position > %s and position <= %s
  and %s <= (select size from evidence.tree where algorithm = %s)
order by position
"""

Rows = Sequence[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Slice:
    """How a path is answered.

    Attributes:
        statement: what to ask the database.
        parameters: with which values.
        cut: makes the bytes out of the rows, or None if there is nothing.
        is_entries: whether it holds entries, which are not for everybody.
        is_final: whether it never changes.
    """

    statement: str
    parameters: tuple[Any, ...]
    cut: Callable[[Rows], bytes | None]
    is_entries: bool = False
    is_final: bool = True


def slice_of(tree: TreeKind, path: str) -> Slice | None:
    """Return how a path below a tree's prefix is answered; None if nothing is ever there."""
    if path == CHECKPOINT:
        return Slice(_CHECKPOINT, (tree.name,), _first, is_final=False)
    if tree is WORLD and (beside := _beside(path)) is not None:
        return beside
    try:
        if path.startswith("tile/entries/"):
            return _bundle(tree, Bundle.parse(path))
        return _tile(tree, Tile.parse(path))
    except Malformed:
        return None


class StoredLog:
    """A tree of a database, read as a static log (a ``LogReader``)."""

    def __init__(self, connection: Connection[Any], tree: TreeKind) -> None:
        """Read by a connection in autocommit."""
        self._connection = connection
        self._tree = tree

    def read(self, path: str) -> bytes | None:
        """Return what lies at a path, or None if nothing does."""
        asked = slice_of(self._tree, path)
        if asked is None:
            return None
        found = self._connection.execute(asked.statement, asked.parameters, binary=True)
        return asked.cut(found.fetchall())


def _beside(path: str) -> Slice | None:
    """Return how a path is answered that belongs to what others vouch for."""
    if path == COSIGNED:
        return Slice(_COSIGNED, (), _first, is_final=False)
    if path == LIST:
        return Slice(_STAMPS, (), _listed, is_final=False)
    if (found := _STAMP_PATH.fullmatch(path)) is None:
        return None
    size, number = int(found[1]), found[2]
    if number is None:
        return Slice(_STAMPED, (size,), _first)
    return Slice(_STAMP, (size, number), _first)


def _tile(tree: TreeKind, tile: Tile) -> Slice:
    size = tile.width * HASH_BYTES
    return Slice(_TILE, (size, tree.name, tile.level, tile.number, size), _first)


def _bundle(tree: TreeKind, bundle: Bundle) -> Slice:
    first = bundle.number * WIDTH
    last = first + bundle.width

    def cut(rows: Rows) -> bytes | None:
        entries = [bytes(row[0]) for row in rows]
        return encode_bundle(entries) if len(entries) == bundle.width else None

    return Slice(_BUNDLE, (first, last, last, tree.name), cut, is_entries=True)


def _listed(rows: Rows) -> bytes:
    return "".join(str(Listed(*row)) for row in rows).encode()


def _first(rows: Rows) -> bytes | None:
    return bytes(rows[0][0]) if rows else None
