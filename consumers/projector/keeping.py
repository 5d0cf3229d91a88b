"""How entries come into the copy of a log: looked at, held to their chains, written once.

Partitions are read at different speeds, so that most entries come a little before their turn. They
are written where they belong all the same; who asks sees those up to the mark alone (the view
``mirror.entry``), and whoever finds that nothing is missing any more moves the mark.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from psycopg import Connection, sql
from psycopg.errors import UniqueViolation

from consumers.broker import Record
from consumers.envelope import Arrived, NotAsPublished, arrived
from consumers.projector.alarms import Alarm

_COLUMNS: Final = ("position", "recorded_at", "version", "stream", "type", "body", "leaf")
_KINDS: Final = ("int8", "timestamptz", "int4", "text", "text", "text", "bytea")
_BEFORE: Final = """
select entry.stream, entry.version, entry.leaf, entry.position
from unnest(%s::text[], %s::int[]) as asked (stream, version)
join {}.entry on entry.stream = asked.stream and entry.version = asked.version
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """What came of some records.

    Attributes:
        mark: The position up to which everything is there now.
        waits: Whether there are some beyond it.
        barrier: Up to where the relay had everything acknowledged, as far as was seen.
    """

    mark: int
    waits: bool
    barrier: int


def keep(
    connection: Connection[Any],
    batch: Mapping[int, Sequence[Record]],
    ends: Mapping[int, int] | None = None,
) -> Kept:
    """Keep what records hold, and note that they were read; all in one transaction.

    Records that were read before are passed over, whoever read them. Where another projector
    moves the mark at this moment, it is left where it is until the next time.

    Args:
        connection: The database of the copy (``connected``).
        batch: By partition, records in order.
        ends: By partition, the offset after its last record, where it is known.

    Raises:
        Alarm: something is not as it was published; nothing was kept.
    """
    with connection.transaction():
        entries = _unread(connection, batch, ends or {})
        _write(connection, _fresh(connection, entries))
        return advance(connection)


def add(connection: Connection[Any], entries: Sequence[Arrived]) -> None:
    """Keep entries that came by another way than the topic.

    Raises:
        Alarm: something is not as it was published; nothing was kept.
    """
    with connection.transaction():
        _of_one_source(connection, entries)
        connection.execute("select from ledger.head for update")
        _write(connection, _fresh(connection, entries))
        advance(connection)


def advance(connection: Connection[Any]) -> Kept:
    """Move the mark as far as nothing is missing, unless another projector does at this moment.

    Raises:
        Alarm: an entry does not follow the one before in its stream.
    """
    row = connection.execute(
        "select mark, waits, broken, (select max(barrier) from mirror.progress)"
        " from mirror.advance()"
    ).fetchone()
    assert row is not None  # noqa: S101 - a function answers
    mark, waits, broken, barrier = row
    if broken is not None:
        raise _broken(broken)
    return Kept(mark, waits, barrier or 0)


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


def _fresh(connection: Connection[Any], entries: Sequence[Arrived]) -> list[Arrived]:
    """Return in order what is not there yet; of what is there, the leaf must be the same."""
    fresh: dict[int, Arrived] = {}
    for one in entries:
        if fresh.setdefault(one.position, one).leaf != one.leaf:
            raise _forked(one.position)
    if not fresh:
        return []
    asked = sorted(fresh)
    rows = connection.execute(
        "select position, leaf from ledger.entry"
        " where position between %s and %s and position = any(%s)",
        (asked[0], asked[-1], asked),
        binary=True,
    )
    for position, leaf in rows.fetchall():
        if fresh[position].leaf != leaf:
            raise _forked(position)
        del fresh[position]
    return [fresh[position] for position in asked if position in fresh]


def _forked(position: int) -> Alarm:
    return Alarm(
        "FORKED",
        position,
        f"第{position}条有两种不同的内容",
        f"there are two different entries at {position}",
    )


def append_to(connection: Connection[Any], schema: str, run: Sequence[Arrived]) -> None:
    """Add entries to the table ``entry`` of a schema, each linked to the one before in its stream.

    Raises:
        Alarm: one does not follow.
    """
    unlinked = _unlinked(run, _before(connection, schema, run))
    if unlinked:
        raise _broken(unlinked[0].position)
    _add(connection, schema, run)


def _write(connection: Connection[Any], run: Sequence[Arrived]) -> None:
    """Write entries where they belong, and note those whose link cannot be looked at yet.

    Raises:
        Alarm: one does not follow the one before in its stream.
    """
    unlinked = _unlinked(run, _before(connection, "ledger", run))
    _add(connection, "ledger", run)
    if unlinked:
        with connection.cursor() as cursor:
            cursor.executemany(
                "insert into mirror.unlinked (position, stream, version, prev)"
                " values (%s, %s, %s, %s)",
                [(one.position, one.stream, one.version, one.prev) for one in unlinked],
            )


_Place = tuple[int, bytes, int]
"""Version, leaf and position of an entry."""


def _before(connection: Connection[Any], schema: str, run: Sequence[Arrived]) -> dict[str, _Place]:
    """Return by stream the entry before the first that is to be added, where it is there."""
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
    return {stream: (version, leaf, at) for stream, version, leaf, at in rows.fetchall()}


def _unlinked(run: Iterable[Arrived], last: dict[str, _Place]) -> list[Arrived]:
    """See that each entry names the leaf of the one before it in its stream.

    Args:
        run: Entries in order.
        last: By stream the entry before; it is moved along.

    Returns:
        Those whose entry before is not there.

    Raises:
        Alarm: one names another, or comes before the one that it should follow.
    """
    found = []
    for one in run:
        version, leaf, position = last.get(one.stream, (0, b"", 0))
        if one.version > version + 1:
            found.append(one)
        elif one.version <= version or one.prev != leaf or one.position < position:
            raise _broken(one.position)
        last[one.stream] = (one.version, one.leaf, one.position)
    return found


def _broken(position: int) -> Alarm:
    return Alarm(
        "BROKEN_CHAIN",
        position,
        f"第{position}条未与所在流的前一条相连",
        f"the entry at {position} does not follow the one before in its stream",
    )


def _add(connection: Connection[Any], schema: str, run: Sequence[Arrived]) -> None:
    if not run:
        return
    statement = f"copy {schema}.entry ({', '.join(_COLUMNS)}) from stdin (format binary)"
    try:
        with connection.cursor() as cursor, cursor.copy(statement.encode()) as copy:
            copy.set_types(_KINDS)
            for one in run:
                copy.write_row(one[: len(_KINDS)])
    except UniqueViolation as refused:
        if "stream_version" not in (refused.diag.constraint_name or ""):
            raise  # somebody else has just kept the same: it is found when it is looked at again
        told = refused.diag.message_detail or ""
        twice = [one.position for one in run if f"({one.stream}, {one.version})" in told]
        raise _forked((*twice, run[0].position)[0]) from None
