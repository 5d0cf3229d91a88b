"""How entries come into the copy of a log: looked at, held to their chains, written in order.

A member of the group that has but some partitions meets entries before their turn. These wait in
the database, and whoever closes the gap before them moves them over, where they are.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from psycopg import Connection, sql

from consumers.broker import Record
from consumers.envelope import Arrived, NotAsPublished, arrived
from consumers.projector.alarms import Alarm
from consumers.projector.mirror import mark

_COLUMNS: Final = "position, recorded_at, version, stream, type, body, leaf"
_KINDS: Final = ("int8", "timestamptz", "int4", "text", "text", "text", "bytea")
_WAITING: Final = "select array_agg(position) from mirror.arrived"
_FOLLOWING: Final = """
select position, recorded_at, version, stream, leaf, prev
from mirror.arrived where position > %s and position <= %s
"""
_TAKE: Final = f"""
with taken as (
  delete from mirror.arrived where position > %s and position <= %s returning {_COLUMNS}
)
insert into ledger.entry ({_COLUMNS}) select {_COLUMNS} from taken
"""  # noqa: S608 - our own words
_BEFORE: Final = """
select entry.stream, entry.version, entry.leaf
from unnest(%s::text[], %s::int[]) as asked (stream, version)
join {}.entry on entry.stream = asked.stream and entry.version = asked.version
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """What came of some records.

    Attributes:
        mark: The position up to which everything is there now.
        grown: How many entries the copy gained up to the mark.
        waiting: How many wait beyond it.
        barrier: Up to where the relay had everything acknowledged, as far as was seen.
    """

    mark: int
    grown: int
    waiting: int
    barrier: int


class _Waiting(NamedTuple):
    """What is looked at of an entry that waits: its bytes stay where they are."""

    position: int
    recorded_at: datetime
    version: int
    stream: str
    leaf: bytes
    prev: bytes


def keep(
    connection: Connection[Any],
    batch: Mapping[int, Sequence[Record]],
    ends: Mapping[int, int] | None = None,
) -> Kept:
    """Keep what records hold, and note that they were read; all in one transaction.

    Records that were read before are passed over, whoever read them. Where another projector
    moves the mark at this moment, what is new waits for its turn.

    Args:
        connection: The database of the copy (``connected``).
        batch: By partition, records in order.
        ends: By partition, the offset after its last record, where it is known.

    Raises:
        Alarm: something is not as it was published; nothing was kept.
    """
    with connection.transaction():
        entries = _unread(connection, batch, ends or {})
        held = connection.execute(
            "select position from ledger.head for update skip locked"
        ).fetchone()
        at = mark(connection) if held is None else int(held[0])
        fresh = _fresh(connection, entries)
        if held is None:
            _beyond(connection, fresh, at)
            grown, waiting = 0, _waiting_now(connection)
        else:
            grown, waiting = _grow(connection, fresh, at)
        row = connection.execute("select max(barrier) from mirror.progress").fetchone()
    barrier = None if row is None else row[0]
    return Kept(at + grown, grown, waiting, barrier or 0)


def add(connection: Connection[Any], entries: Sequence[Arrived]) -> None:
    """Keep entries that came by another way than the topic.

    Raises:
        Alarm: something is not as it was published; nothing was kept.
    """
    with connection.transaction():
        _of_one_source(connection, entries)
        connection.execute("select from ledger.head for update")
        at = mark(connection)
        _grow(connection, _fresh(connection, entries), at)


def _unread(
    connection: Connection[Any], batch: Mapping[int, Sequence[Record]], ends: Mapping[int, int]
) -> list[Arrived]:
    """Return the entries of those records that nobody has read, and move the offsets."""
    rows = connection.execute(
        "select partition, next_offset from mirror.progress where partition = any(%s)"
        " order by partition for update",
        (sorted(batch),),
    )
    found: list[Arrived] = []
    moves = []
    for partition, expected in rows.fetchall():
        records = [one for one in batch[partition] if one.offset >= expected]
        entries = [entry_of(one) for one in records]
        if not entries:
            continue
        found.extend(entries)
        moves.append(
            (
                records[-1].offset + 1,
                max(ends.get(partition, 0), records[-1].offset + 1),
                max(one.position for one in entries),
                max(one.barrier for one in entries),
                partition,
            )
        )
    if moves:
        with connection.cursor() as cursor:
            cursor.executemany(
                "update mirror.progress set next_offset = %s, ends_at = greatest(ends_at, %s),"
                " position = greatest(position, %s), barrier = greatest(barrier, %s),"
                " arrived_at = clock_timestamp() where partition = %s",
                moves,
            )
        _of_one_source(connection, found)
    return found


def entry_of(record: Record) -> Arrived:
    """Return the entry that a record holds.

    Raises:
        Alarm: it is not what was published.
    """
    try:
        return arrived(record)
    except NotAsPublished as found:
        raise Alarm("ALTERED", 0, found.message.zh, found.message.en, found.mend) from None


def _of_one_source(connection: Connection[Any], entries: Sequence[Arrived]) -> None:
    row = connection.execute("select source from mirror.origin").fetchone()
    known = row[0] if row else ""
    if not known:
        known = entries[0].source
        connection.execute("update mirror.origin set source = %s where source = ''", (known,))
    for one in entries:
        if one.source != known:
            raise Alarm(
                "OTHER_SOURCE",
                one.position,
                f"第{one.position}条出自另一账本",
                f"the entry at {one.position} is of another ledger",
            )


def _fresh(connection: Connection[Any], entries: Sequence[Arrived]) -> dict[int, Arrived]:
    """Return by position what is not there yet; of what is there, the leaf must be the same."""
    fresh: dict[int, Arrived] = {}
    for one in entries:
        if fresh.setdefault(one.position, one).leaf != one.leaf:
            raise _forked(one.position)
    if not fresh:
        return fresh
    asked = sorted(fresh)
    # In this order: what another projector moves between the two is then seen at least once.
    again = _leaves(connection, "mirror.arrived", asked) | _leaves(
        connection, "ledger.entry", asked
    )
    for position, leaf in again.items():
        if fresh[position].leaf != leaf:
            raise _forked(position)
        del fresh[position]
    return fresh


def _leaves(connection: Connection[Any], table: str, positions: Sequence[int]) -> dict[int, bytes]:
    statement = f"""
    select position, leaf from {table} where position between %s and %s and position = any(%s)
    """  # noqa: S608 - our own words
    asked = (positions[0], positions[-1], list(positions))
    return dict(connection.execute(statement.encode(), asked, binary=True).fetchall())


def _forked(position: int) -> Alarm:
    return Alarm(
        "FORKED",
        position,
        f"第{position}条有两种不同的内容",
        f"there are two different entries at {position}",
    )


def _grow(connection: Connection[Any], fresh: Mapping[int, Arrived], at: int) -> tuple[int, int]:
    """Add what follows the mark without a gap, be it new or waiting; the rest waits.

    Returns:
        How many entries were added, and how many wait now.

    Raises:
        Alarm: one does not follow the one before in its stream.
    """
    row = connection.execute(_WAITING, binary=True).fetchone()
    waiting = set(row[0] or ()) if row else set()
    last = at
    while last + 1 in fresh or last + 1 in waiting:
        last += 1
    taken: dict[int, _Waiting] = {}
    if waiting and min(waiting) <= last:
        rows = connection.execute(_FOLLOWING, (at, last), binary=True)
        taken = {one[0]: _Waiting._make(one) for one in rows}
    run = [fresh.get(position) or taken[position] for position in range(at + 1, last + 1)]
    if run:
        _chained(run, _before(connection, "ledger", run))
        own = [one for one in run if isinstance(one, Arrived)]
        _copy(connection, "ledger.entry", _COLUMNS, _KINDS, own)
        if taken:
            connection.execute(_TAKE.encode(), (at, last))
        _move(connection, at, run[-1])
    return len(run), len(waiting) - len(taken) + _beyond(connection, fresh, last)


def _move(connection: Connection[Any], at: int, last: Arrived | _Waiting) -> None:
    """Move the mark to an entry, and wake those who read up to it."""
    connection.execute(
        "update ledger.head set position = %s, recorded_at = %s where position = %s",
        (last.position, last.recorded_at, at),
    )
    connection.execute("select pg_notify('ledger_entry', %s)", (str(last.position),))


def _beyond(connection: Connection[Any], fresh: Mapping[int, Arrived], last: int) -> int:
    """Let wait what lies beyond a position; return how many these are."""
    early = [one for one in fresh.values() if one.position > last]
    _copy(connection, "mirror.arrived", f"{_COLUMNS}, prev", (*_KINDS, "bytea"), early)
    return len(early)


def _waiting_now(connection: Connection[Any]) -> int:
    row = connection.execute("select count(*) from mirror.arrived").fetchone()
    return 0 if row is None else int(row[0])


def append_to(connection: Connection[Any], schema: str, run: Sequence[Arrived]) -> None:
    """Add entries to the table ``entry`` of a schema, each linked to the one before in its stream.

    Raises:
        Alarm: one does not follow.
    """
    _chained(run, _before(connection, schema, run))
    _copy(connection, f"{schema}.entry", _COLUMNS, _KINDS, run)


def _before(
    connection: Connection[Any], schema: str, run: Sequence[Arrived | _Waiting]
) -> dict[str, tuple[int, bytes]]:
    """Return version and leaf of the entry before the first of each stream."""
    first: dict[str, int] = {}
    for one in run:
        first.setdefault(one.stream, one.version)
    asked = [(stream, version - 1) for stream, version in first.items() if version > 1]
    if not asked:
        return {}
    rows = connection.execute(
        sql.SQL(_BEFORE).format(sql.Identifier(schema)),
        ([one for one, _ in asked], [one for _, one in asked]),
        binary=True,
    )
    return {stream: (version, leaf) for stream, version, leaf in rows.fetchall()}


def _chained(run: Iterable[Arrived | _Waiting], last: dict[str, tuple[int, bytes]]) -> None:
    """See that each entry names the leaf of the one before it in its stream."""
    for one in run:
        version, leaf = last.get(one.stream, (0, b""))
        if (one.version, one.prev) != (version + 1, leaf):
            raise Alarm(
                "BROKEN_CHAIN",
                one.position,
                f"第{one.position}条未与所在流的前一条相连",
                f"the entry at {one.position} does not follow the one before in its stream",
            )
        last[one.stream] = (one.version, one.leaf)


def _copy(
    connection: Connection[Any],
    table: str,
    columns: str,
    kinds: Sequence[str],
    rows: Sequence[Arrived],
) -> None:
    if not rows:
        return
    statement = f"copy {table} ({columns}) from stdin (format binary)"
    with connection.cursor() as cursor, cursor.copy(statement.encode()) as copy:
        copy.set_types(kinds)
        for one in rows:
            copy.write_row(one[: len(kinds)])
