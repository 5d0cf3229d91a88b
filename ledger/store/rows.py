"""A stored entry as readers hand it out, and how its row is read from the wire."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from ledger.store import arrays

if TYPE_CHECKING:  # commands import this before anybody asks them for anything
    from psycopg.pq.abc import PGresult

COLUMNS: Final = "position, stream, version, type, recorded_at, body, leaf"
"""The columns of ``ledger.entry`` in the order of ``Stored``."""
SEE_ENTRIES: Final = "set search_path = mirror, ledger, public"
"""Lets the relation ``entry``, which read models ask for, stand on a connection: the log up to its
head. In a copy more may have come, which nobody asks for before its turn."""


class Stored(NamedTuple):
    """An entry in the log.

    Attributes:
        position: its place in the log, from 1, gapless.
        stream: the stream that it belongs to.
        version: its place in the stream, from 1, gapless.
        type: the stored name of its fact.
        recorded_at: when the log took it, at +08:00 from ``Reader``.
        body: the entry itself, byte for byte.
        leaf: SHA-256(0x00 || body).
    """

    position: int
    stream: str
    version: int
    type: str
    recorded_at: datetime
    body: str
    leaf: bytes


def stored_rows(result: "PGresult") -> Iterator[Stored]:
    """Yield the entries of a binary result with ``COLUMNS``."""
    value = result.get_value
    for row in range(result.ntuples):
        yield Stored(
            int.from_bytes(value(row, 0) or b""),
            (value(row, 1) or b"").decode(),
            int.from_bytes(value(row, 2) or b""),
            (value(row, 3) or b"").decode(),
            arrays.time_of(value(row, 4) or b""),
            (value(row, 5) or b"").decode(),
            value(row, 6) or b"",
        )
