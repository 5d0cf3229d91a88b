"""That nothing of a stream was held back: the log's own word about all its streams.

The word that counts is the newest one under the head of the package, also where the log has said
another since: then the heads of that size are gathered again from the entries. So a package is the
same whenever it is made.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson
import psycopg
from psycopg import Connection

from ledger.application.entries import Kept
from ledger.evidence.stream_heads import Absent, Head, HeadsRoot, Placed, StreamHeads, check_head
from ledger.integration.heads import gathered, proof_of

_READ_ONCE: Final = "set transaction isolation level repeatable read, read only"
_WORD: Final = """
select position, body from ledger.entry
where stream >= 'log-heads/' and stream < 'log-heads0' and position <= %s
  and type ^@ 'evidence.stream-heads.'
order by position desc limit 1
"""
_HEADS: Final = b"""
select distinct on (stream) stream, version, leaf from ledger.entry
where position <= %s order by stream, version desc
"""


@dataclass(frozen=True, slots=True)
class Word:
    """What the log said of all its streams, and where the streams of a package stand in it.

    Attributes:
        position: of the entry that says it.
        body: that entry, byte for byte.
        placed: the heads of those streams of which every entry is there.
    """

    position: int
    body: bytes
    placed: Sequence[Placed]


def word_under(conninfo: str, size: int, kept: Iterable[Kept]) -> Word | None:
    """Return the newest word under a head; None where the log had said nothing yet.

    Args:
        conninfo: The database.
        size: The size of the head.
        kept: The entries of the package.

    Raises:
        Refuted: what the log said is not what its entries give.
    """
    versions: dict[str, list[tuple[int, int]]] = {}
    for one in kept:
        versions.setdefault(one.stream, []).append((one.position, one.version))
    with psycopg.connect(conninfo) as connection:
        connection.execute(_READ_ONCE)
        row = connection.execute(_WORD, (size,)).fetchone()
        if row is None:
            return None
        position, body = row
        says = orjson.loads(body)["data"]
        root = HeadsRoot(says["size"], says["streams"], bytes.fromhex(says["root"]))
        prove = _prover(connection, root)
        found = [prove(stream) for stream in sorted(versions)]
    placed = [
        one
        for one in found
        if one is not None and _is_whole(versions[one.head.stream], one.head.version, root.size)
    ]
    for head in placed:
        check_head(head, root)
    return Word(position, body.encode(), placed)


def _prover(connection: Connection[Any], root: HeadsRoot) -> Callable[[str], Placed | None]:
    """Return what proves the head of a stream under a root."""
    if gathered(connection).heads == root:
        return lambda stream: proof_of(connection, stream, root)
    rows = connection.execute(_HEADS, (root.size,), binary=True)
    heads = StreamHeads(
        root.size, (Head(name, version, bytes(leaf)) for name, version, leaf in rows)
    )

    def prove(stream: str) -> Placed | None:
        found = heads.prove(stream)
        return None if isinstance(found, Absent) else found

    return prove


def _is_whole(found: Iterable[tuple[int, int]], version: int, size: int) -> bool:
    """Say whether entries are all of a stream up to a size, and what comes later follows on."""
    steps = sorted(found)
    then = sum(1 for position, _ in steps if position <= size)
    return then == version and [one for _, one in steps] == list(range(1, len(steps) + 1))


def whole_streams(word: Word | None) -> Mapping[str, int]:
    """Return the streams that are shown to be whole, each with its version then."""
    return {} if word is None else {one.head.stream: one.head.version for one in word.placed}
