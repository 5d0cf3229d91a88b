"""Renewals as a package holds them: the log's later word on its roots, and what time-stamps it."""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from psycopg import AsyncConnection

from ledger.evidence.checkpoint import Checkpoint
from ledger.evidence.reading import TileHashes, tiles_for
from ledger.evidence.tree import consistency_proof, consistency_spans
from ledger.integration import storing
from ledger.integration.trees import WORLD

STATEMENT = "statement.note"
TOKEN = "statement.tsr"  # noqa: S105 - the name of a file
CONSISTENCY = "consistency.txt"


@dataclass(frozen=True, slots=True)
class Renewal:
    """A statement that the log made later.

    Attributes:
        day: When.
        statement: The signed note.
        head: What it says of the tree of SHA-256.
        token: What a time-stamping authority gave for it, if one was asked.
    """

    day: date
    statement: bytes
    head: Checkpoint
    token: bytes | None = None


Linked = tuple[Renewal, tuple[bytes, ...]]
"""A renewal, and the way between its tree and that of a package's head."""


async def linked(
    connection: AsyncConnection[Any], renewals: Sequence[Renewal], size: int
) -> tuple[Linked, ...]:
    """Return renewals with the proofs that they and a head of some size are of one log."""
    return tuple([(one, await way_between(connection, one.head.size, size)) for one in renewals])


async def way_between(connection: AsyncConnection[Any], one: int, other: int) -> tuple[bytes, ...]:
    """Return the proof that of two sizes of the log the larger continues the smaller."""
    old, new = sorted((one, other))
    if old == new:
        return ()
    wanted = tiles_for(consistency_spans(old, new), new)
    statement, parameters = storing.tiles_asked(WORLD.name, wanted)
    cursor = await connection.execute(statement, parameters, binary=True)
    tiles = storing.tiles_found(wanted, await cursor.fetchall())
    hashes = TileHashes(new, tiles.__getitem__, WORLD.hashing)
    return tuple(consistency_proof(WORLD.hashing, old, new, hashes))


def files(held: Sequence[Linked]) -> Iterator[tuple[str, bytes]]:
    """Yield the files of renewals, by their paths below ``proofs/renewals/``."""
    for one, path in held:
        below = f"{one.day.isoformat()}/"
        yield below + STATEMENT, one.statement
        yield below + CONSISTENCY, "".join(f"{b64encode(h).decode()}\n" for h in path).encode()
        if one.token is not None:
            yield below + TOKEN, one.token
