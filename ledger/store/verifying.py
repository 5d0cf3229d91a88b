"""Verify the stored log: leaves, positions, streams, chains and times, from the live rows.

Every leaf is derived again from the bytes; nothing that is stored beside them is believed. One
COPY of the range, so that the whole log is read at the speed of the disk and of SHA-256.
"""

import select
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from hashlib import sha256
from itertools import islice
from struct import Struct
from typing import Any, Final, Self

import msgspec
import psycopg
from psycopg import Connection, pq
from psycopg.errors import error_from_result

from ledger.store import arrays

STREAMS_MAX: Final = 250_000
"""So many streams' heads are kept twice over; others are looked up."""
LOOK_UPS_MAX: Final = 1_000
TOGETHER: Final = 256

_COPY: Final = """
copy (
  select position, version, recorded_at, leaf, stream, type, body from ledger.entry
  where position between {first} and {last} order by position
) to stdout (format binary)
"""
_STANDING: Final = "select position, exists (select from mirror.origin) from ledger.head"
_FIXED: Final = Struct("!6xq4xi4xq4x32si")
"""How a binary row begins: 7 columns, then position, version, time and leaf behind their sizes,
and the size of the stream."""
_HEADER_BYTES: Final = 19
"""What precedes the first row, in one piece with it."""
_LEAVES: Final = """
select asked.stream, asked.version, entry.leaf
from unnest(%s::text[], %s::integer[]) as asked (stream, version)
left join ledger.entry on entry.stream = asked.stream and entry.version = asked.version
"""


class Kind(Enum):
    """What can be wrong with an entry; the values say it in English."""

    POSITION = "a position is missing before it"
    LEAF = "its leaf is not that of its bytes"
    BODY = "its bytes are no entry"
    PLACE = "its row says another stream, version, type or time than its bytes"
    VERSION = "its stream's version before it is missing"
    PREV = "it does not link to the entry before it in its stream"
    TIME = "it was recorded before the entry before it"
    HEAD = "the head does not stand at the last entry"


@dataclass(frozen=True, slots=True)
class Broken:
    """The first thing found wrong.

    Attributes:
        position: of the entry concerned; the first missing one where one is missing.
        kind: what is wrong.
    """

    position: int
    kind: Kind


@dataclass(frozen=True, slots=True)
class Verification:
    """What a verification found.

    Attributes:
        first: the first position asked for.
        last: the last position asked for.
        entries: how many entries were read up to the first that is broken.
        broken: the first thing found wrong, or None.
    """

    first: int
    last: int
    entries: int
    broken: Broken | None


class _Marks(msgspec.Struct):
    """What of an entry's bytes the log relies on."""

    subject: str
    streamversion: int
    type: str
    time: str
    prev: str


_Row = tuple[int, int, int, bytes, str, str, bytes]
"""Position, version, time in microseconds, leaf, stream, type, body: bare, for there are many."""

_READ: Final = msgspec.json.Decoder(_Marks)


def verify_log(conninfo: str, first: int = 1, last: int | None = None) -> Verification:
    """Verify a range of the log against itself, up to the first thing that is wrong.

    Args:
        conninfo: a connection string.
        first: the first position; what lies before it is taken for granted.
        last: the last position; None is the head, which is then verified as well.
    """
    with LogPass(conninfo, first, last) as run:
        while run.broken is None and run.take(TOGETHER)[1]:
            pass
        return run.end()


class LogPass:
    """One pass over a range of the log, in one snapshot: verifies it, and gives its leaves.

    ``with LogPass(…) as run``, then ``run.take(…)`` as far as one likes, then ``run.end()``.
    """

    def __init__(self, conninfo: str, first: int = 1, last: int | None = None) -> None:
        """Prepare a pass; the arguments are those of ``verify_log``."""
        self._conninfo = conninfo
        self._first = first
        self._last = last

    def __enter__(self) -> Self:
        """Connect; what is appended from now on is not seen."""
        self._connection = psycopg.connect(self._conninfo)
        self._asking = psycopg.connect(self._conninfo, autocommit=True)
        self._connection.execute("set transaction isolation level repeatable read read only")
        head, is_copy = self._connection.execute(_STANDING).fetchone() or (0, False)
        self._until = head if self._last is None else self._last
        self._run = _Run(self._first, self._asking)
        # In a ledger nothing may lie beyond the head; in a copy that waits for its turn.
        last = 2**63 - 1 if self._last is None and not is_copy else self._until
        self._rows = _copied(self._connection, self._first, last)
        return self

    def __exit__(self, *_: object) -> None:
        """Leave; a COPY that is still under way is given up."""
        self._connection.close()
        self._asking.close()

    @property
    def broken(self) -> Broken | None:
        """The first thing found wrong so far."""
        return self._run.broken

    def take(self, rows: int) -> tuple[int, list[bytes]]:
        """Return the position of the next row, and the leaves of so many rows from there.

        Each leaf is derived again from the bytes; each row is verified, up to the first that is
        broken. Beyond it leaves are only derived. There are fewer at the end.
        """
        run, first = self._run, 0
        leaves: list[bytes] = []
        for row in islice(self._rows, rows):
            leaf = sha256(b"\0" + row[-1]).digest()
            if run.broken is None:
                run.take(row, leaf)
            first = first or row[0]
            leaves.append(leaf)
        return first, leaves

    def end(self) -> Verification:
        """Say what was found, once all leaves were taken, or all up to something broken."""
        run = self._run
        run.ask()
        if run.broken is None and run.next - 1 != self._until:
            kind = Kind.HEAD if self._last is None else Kind.POSITION
            run.broken = Broken(run.next, kind)
        return Verification(self._first, self._until, run.next - self._first, run.broken)


class _Run:
    """One pass over rows in the order of their positions.

    Attributes:
        next: the position that must come next.
        broken: the first thing found wrong.
    """

    def __init__(self, first: int, asking: Connection[Any]) -> None:
        self.next = first
        self.broken: Broken | None = None
        self._asking = asking
        self._time = -(2**63)
        self._spelled = ("", 0)
        # Two generations instead of an order of use: a look-up stays as cheap as in a dict.
        self._young: dict[str, tuple[int, bytes]] = {}
        self._old: dict[str, tuple[int, bytes]] = {}
        self._unsettled: list[tuple[int, int, str, str]] = []

    def take(self, row: _Row, derived: bytes) -> None:
        """Take the next row, with the leaf derived from its bytes."""
        position, version, recorded_at, leaf, stream, _, _ = row
        kind = self._fault(row, derived)
        if kind is not None:
            self.broken = Broken(self.next if kind is Kind.POSITION else position, kind)
            return
        self.next += 1
        self._time = recorded_at
        self._young[stream] = (version, leaf)
        if len(self._young) >= STREAMS_MAX:
            self._old, self._young = self._young, {}
        if len(self._unsettled) >= LOOK_UPS_MAX:
            self.ask()

    def ask(self) -> None:
        """Ask the database for the entries before those whose stream was not at hand."""
        waiting, self._unsettled = self._unsettled, []
        if not waiting:
            return
        asked = ([one[2] for one in waiting], [one[1] - 1 for one in waiting])
        leaves = {
            (stream, version): leaf
            for stream, version, leaf in self._asking.execute(_LEAVES, asked)
        }
        for position, version, stream, prev in waiting:
            leaf = leaves.get((stream, version - 1))
            kind = Kind.VERSION if leaf is None else Kind.PREV if leaf.hex() != prev else None
            if kind is not None and (self.broken is None or position < self.broken.position):
                self.broken = Broken(position, kind)

    def _fault(self, row: _Row, derived: bytes) -> Kind | None:  # noqa: PLR0911 - one line per kind
        position, version, recorded_at, leaf, stream, named, body = row
        if position != self.next:
            return Kind.POSITION
        if leaf != derived:
            return Kind.LEAF
        try:
            marks = _READ.decode(body)
            spelled = marks.time
            time = self._spelled[1] if spelled == self._spelled[0] else self._micros(spelled)
        except (msgspec.MsgspecError, ValueError, TypeError):
            return Kind.BODY
        if (
            marks.subject != stream
            or marks.streamversion != version
            or marks.type != named
            or time != recorded_at
        ):
            return Kind.PLACE
        if time < self._time:
            return Kind.TIME
        before = self._young.get(stream) or self._old.get(stream)
        if before is None:
            if version > 1:
                self._unsettled.append((position, version, stream, marks.prev))
                return None
            return Kind.PREV if marks.prev else None
        if version != before[0] + 1:
            return Kind.VERSION
        return None if before[1].hex() == marks.prev else Kind.PREV

    def _micros(self, spelled: str) -> int:
        """Return a spelled time as PostgreSQL counts it, and keep it: most are the one before."""
        self._spelled = (spelled, arrays.micros_of(datetime.fromisoformat(spelled)))
        return self._spelled[1]


def _copied(connection: Connection[Any], first: int, last: int) -> Iterator[_Row]:
    """Yield the rows of a range as they come; libpq's own calls, for speed."""
    pgconn = connection.pgconn
    started = pgconn.exec_(_COPY.format(first=int(first), last=int(last)).encode())
    if started.status != pq.ExecStatus.COPY_OUT:
        raise error_from_result(started)
    readable = select.poll()
    readable.register(pgconn.socket, select.POLLIN)
    skip, fixed, unpack, more = _HEADER_BYTES, _FIXED.size, _FIXED.unpack_from, pgconn.get_copy_data
    while True:
        size, view = more(1)
        if size > fixed:
            data = bytes(view)
            position, version, recorded_at, leaf, length = unpack(data, skip)
            begin = skip + fixed
            end = begin + length
            stream = data[begin:end].decode()
            begin = end + 4
            end = begin + int.from_bytes(data[end:begin])
            named = data[begin:end].decode()
            yield position, version, recorded_at, leaf, stream, named, data[end + 4 :]
            skip = 0
        elif size > 0:
            skip = 0  # the header or the trailer alone
        elif size == 0:
            readable.poll()
            pgconn.consume_input()
        else:
            break
    while (result := pgconn.get_result()) is not None:
        if result.status == pq.ExecStatus.FATAL_ERROR:
            raise error_from_result(result)
