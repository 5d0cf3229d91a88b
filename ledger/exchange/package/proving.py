"""Proofs of a package: heads of both trees, paths to their roots, receipts, keys, policy."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import AsyncConnection

from ledger.application.entries import Kept
from ledger.evidence.checkpoint import Checkpoint
from ledger.evidence.exhibit import Exhibit, ProvenEntry, ProvenHeads
from ledger.evidence.note import Note
from ledger.evidence.reading import TileHashes, tiles_for
from ledger.evidence.receipt import SUFFIX, Receipt
from ledger.evidence.tree import inclusion_proof, inclusion_spans
from ledger.integration import storing
from ledger.integration.trees import WORLD, TreeKind

Paths = Mapping[int, tuple[bytes, ...]]
"""The way from leaves to a root, by their indexes."""
_HEAD = """
select size, note from evidence.checkpoint
where algorithm = %(tree)s and (%(size)s::bigint is null or size = %(size)s)
order by size desc limit 1
"""


_COSIGNED = """
select size, case %(tree)s when 'sha256' then note else twin end from evidence.cosigned
where (%(size)s::bigint is null or size = %(size)s)
order by size desc, met_at desc limit 1
"""


@dataclass(frozen=True, slots=True)
class Head:
    """A signed head of a tree.

    Attributes:
        size: How many leaves it covers.
        root: Over them.
        note: As it was signed.
    """

    size: int
    root: bytes
    note: bytes


async def head_at(
    connection: AsyncConnection[Any], tree: TreeKind, size: int | None, *, cosigned: bool = False
) -> Head | None:
    """Return the signed head of a tree of one size, or the newest; None where it was not kept.

    Args:
        connection: Where to ask.
        tree: Which tree's.
        size: How many leaves; None takes the newest.
        cosigned: Only one counts that a quorum of witnesses cosigned; of the other tree, the one
            that stood beside it goes before any other of the size.
    """
    row: Sequence[Any] | None = None
    statements = (_COSIGNED, _HEAD) if cosigned else (_HEAD,)
    for statement in statements[:1] if tree is WORLD else statements:
        cursor = await connection.execute(statement, {"tree": tree.name, "size": size}, binary=True)
        row = await cursor.fetchone()
        if row is not None and row[1] is not None:
            break
    if row is None or row[1] is None:
        return None
    note = bytes(row[1])
    return Head(row[0], Checkpoint.parse(Note.parse(note).text).root, note)


async def paths_of(
    connection: AsyncConnection[Any], tree: TreeKind, indexes: Sequence[int], size: int
) -> Paths:
    """Return the ways from leaves to the root of a tree of some size."""
    spans = [span for index in indexes for span in inclusion_spans(index, size)]
    wanted = tiles_for(spans, size)
    statement, parameters = storing.tiles_asked(tree.name, wanted)
    cursor = await connection.execute(statement, parameters, binary=True)
    tiles = storing.tiles_found(wanted, await cursor.fetchall())
    hashes = TileHashes(size, tiles.__getitem__, tree.hashing)
    return {index: tuple(inclusion_proof(tree.hashing, index, size, hashes)) for index in indexes}


def exhibit(
    head: Head,
    policy: bytes,
    kept: Iterable[Kept],
    paths: Paths,
    heads: ProvenHeads | None = None,
) -> bytes:
    """Return entries with the ways to the root of a head, hashes that they share once."""
    proven = [
        ProvenEntry(one.position - 1, one.body.encode(), paths[one.position - 1]) for one in kept
    ]
    return bytes(Exhibit(head.note, policy, proven, heads))


def receipts(head: Head, kept: Iterable[Kept], paths: Paths) -> Iterator[tuple[str, bytes]]:
    """Yield name and bytes of the receipts of entries, in the form that other tools read."""
    for one in kept:
        index = one.position - 1
        yield f"{index}{SUFFIX}", bytes(Receipt(index, tuple(paths[index]), head.note))
