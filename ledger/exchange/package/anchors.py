"""Time stamps of others in a package (RFC 3161): since when its entries are there at the latest.

Of each authority the first stamp is taken whose checkpoint covers all entries of the class, with
the way from that checkpoint to the package's own. It never changes once it is there.
"""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from psycopg import AsyncConnection

from ledger.evidence.time_stamps import SUFFIX, number_of
from ledger.exchange.package.renewals import way_between

FOLDER: Final = "proofs/anchors"
CHECKPOINT: Final = ".checkpoint"
CONSISTENCY: Final = ".consistency"
_FIRST: Final = """
select distinct on (authority) size, authority, note, response from evidence.time_stamp
where size between %s and %s order by authority, size
"""


@dataclass(frozen=True, slots=True)
class Anchor:
    """A time stamp over a checkpoint.

    Attributes:
        size: The size of the checkpoint.
        authority: The URL of who stamped it.
        note: The checkpoint, signed.
        response: The authority's whole answer.
        way: From that checkpoint to the package's.
    """

    size: int
    authority: str
    note: bytes
    response: bytes
    way: tuple[bytes, ...]


async def anchors(connection: AsyncConnection[Any], last: int, size: int) -> tuple[Anchor, ...]:
    """Return the first stamps that cover a position.

    Args:
        connection: Where to ask.
        last: The position.
        size: The size of the package's head; no stamp is of a larger one.
    """
    found = await connection.execute(_FIRST, (last, size), binary=True)
    rows: Sequence[Any] = await found.fetchall()
    made: list[Anchor] = []
    for of, authority, note, response in rows:
        way = await way_between(connection, of, size)
        made.append(Anchor(of, authority, bytes(note), bytes(response), way))
    return tuple(made)


def files(held: Sequence[Anchor]) -> Iterator[tuple[str, bytes]]:
    """Yield the files of time stamps, by their paths."""
    for one in held:
        name = f"{FOLDER}/{one.size}-{number_of(one.authority)}"
        yield name + CHECKPOINT, one.note
        yield name + CONSISTENCY, "".join(f"{b64encode(h).decode()}\n" for h in one.way).encode()
        yield name + SUFFIX, one.response
