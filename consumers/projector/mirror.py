"""The copy of a log: which topic feeds it, how far it was read, and how entries come into it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from psycopg import Connection, sql

from aggregates.language import Message
from consumers.broker import Record, Topic
from consumers.envelope import Arrived, NotAsPublished, arrived
from consumers.projector.alarms import Alarm
from ledger.errors import Misconfigured

GROUP: Final = "mingzhang-projector"
_COLUMNS: Final = "position, recorded_at, version, stream, type, body, leaf"
_KINDS: Final = ("int8", "timestamptz", "int4", "text", "text", "text", "bytea")
_TAKEN: Final = f"delete from mirror.arrived where position <= %s returning {_COLUMNS}, prev"  # noqa: S608 - our own words
_BEFORE: Final = """
select entry.stream, entry.version, entry.leaf
from unnest(%s::text[], %s::int[]) as asked (stream, version)
join {}.entry on entry.stream = asked.stream and entry.version = asked.version
"""


@dataclass(frozen=True, slots=True)
class Origin:
    """From where a copy takes its entries.

    Attributes:
        topic: The name of the topic.
        cluster: The id of its cluster.
        topic_id: Its id.
        partitions: How many partitions it has.
        source: The ledger's name; empty before the first entry.
    """

    topic: str
    cluster: str
    topic_id: str
    partitions: int
    source: str

    def is_of(self, topic: Topic) -> bool:
        """Say whether that is the topic which the offsets are of."""
        told = (topic.cluster, topic.id, topic.partitions)
        return (self.cluster, self.topic_id, self.partitions) == told


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


def connected(conninfo: str) -> Connection[Any]:
    """Connect to the database of a copy, as whoever may add entries to it."""
    connection = psycopg.connect(conninfo, autocommit=True)
    connection.execute("set search_path = ledger, public")
    connection.execute("set mingzhang.mirroring = 'on'")
    # Nothing waits for the disk: a crash takes entries and their offsets away together.
    connection.execute("set synchronous_commit = off")
    return connection


def origin(connection: Connection[Any]) -> Origin | None:
    """Return from where a copy takes its entries; None where the database is no copy."""
    row = connection.execute(
        "select topic, cluster, topic_id, partitions, source from mirror.origin"
    ).fetchone()
    return None if row is None else Origin(*row)


def group(connection: Connection[Any]) -> str:
    """Return the group in which the projectors of this copy share partitions, and no others do."""
    row = connection.execute("select copy from mirror.origin").fetchone()
    return GROUP if row is None else f"{GROUP}-{row[0]}"


def become(connection: Connection[Any], topic: Topic) -> Origin:
    """Make an empty, migrated database the copy that a topic feeds; return what it is.

    A database that is a copy already is left as it is.

    Raises:
        Misconfigured: it holds a ledger of its own.
    """
    with connection.transaction():
        connection.execute("select pg_advisory_xact_lock(hashtext('mingzhang mirror'))")
        found = origin(connection)
        if found is not None:
            return found
        if mark(connection):
            raise Misconfigured(
                Message(
                    "该数据库中已有一本账，不能作为副本",
                    "that database holds a ledger of its own and cannot be a copy",
                ),
                mend=Message(
                    "请将 MINGZHANG_READ_DATABASE_URL 指向一个空数据库",
                    "let MINGZHANG_READ_DATABASE_URL name an empty database",
                ),
            )
        connection.execute(
            "create or replace trigger mirrored before insert on ledger.entry"
            " for each statement execute function mirror.refuse_entry()"
        )
        connection.execute(
            "insert into mirror.origin (topic, cluster, topic_id, partitions)"
            " values (%s, %s, %s, %s)",
            (topic.name, topic.cluster, topic.id, topic.partitions),
        )
        begin_at(connection, dict.fromkeys(range(topic.partitions), 0))
    return Origin(topic.name, topic.cluster, topic.id, topic.partitions, "")


def begin_at(connection: Connection[Any], offsets: Mapping[int, int]) -> None:
    """Read each partition from an offset on, whatever was read before."""
    connection.execute("delete from mirror.progress")
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into mirror.progress (partition, next_offset) values (%s, %s)",
            sorted(offsets.items()),
        )


def next_offsets(connection: Connection[Any]) -> dict[int, int]:
    """Return by partition the offset of the record that comes next."""
    rows = connection.execute("select partition, next_offset from mirror.progress")
    return dict(rows.fetchall())


def mark(connection: Connection[Any]) -> int:
    """Return the position up to which everything is there."""
    row = connection.execute("select position from ledger.head").fetchone()
    return 0 if row is None else int(row[0])


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
        run: list[Arrived] = []
        if held is not None:
            run = _next_in_order(connection, fresh, at)
            _append(connection, run, at)
        beyond = [one for one in fresh.values() if one.position > at + len(run)]
        _copy(connection, "mirror.arrived", f"{_COLUMNS}, prev", (*_KINDS, "bytea"), beyond)
        row = connection.execute(
            "select (select count(*) from mirror.arrived), (select max(barrier) from"
            " mirror.progress)"
        ).fetchone()
    waiting, barrier = (0, 0) if row is None else row
    return Kept(at + len(run), len(run), waiting, barrier or 0)


def add(connection: Connection[Any], entries: Sequence[Arrived]) -> None:
    """Keep entries that came by another way than the topic.

    Raises:
        Alarm: something is not as it was published; nothing was kept.
    """
    with connection.transaction():
        _of_one_source(connection, entries)
        connection.execute("select from ledger.head for update")
        at = mark(connection)
        fresh = _fresh(connection, entries)
        run = _next_in_order(connection, fresh, at)
        _append(connection, run, at)
        beyond = [one for one in fresh.values() if one.position > at + len(run)]
        _copy(connection, "mirror.arrived", f"{_COLUMNS}, prev", (*_KINDS, "bytea"), beyond)


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
    first, last = min(fresh), max(fresh)
    # In this order: what another projector moves between the two is then seen at least once.
    again = _leaves(connection, "mirror.arrived", first, last)
    again |= _leaves(connection, "ledger.entry", first, last)
    for position, leaf in again.items():
        known = fresh.get(position)
        if known is None:
            continue
        if known.leaf != leaf:
            raise _forked(position)
        del fresh[position]
    return fresh


def _leaves(connection: Connection[Any], table: str, first: int, last: int) -> dict[int, bytes]:
    statement = f"select position, leaf from {table} where position between %s and %s"  # noqa: S608 - our own words
    return dict(connection.execute(statement.encode(), (first, last), binary=True).fetchall())


def _forked(position: int) -> Alarm:
    return Alarm(
        "FORKED",
        position,
        f"第{position}条有两种不同的内容",
        f"there are two different entries at {position}",
    )


def _next_in_order(
    connection: Connection[Any], fresh: Mapping[int, Arrived], at: int
) -> list[Arrived]:
    """Return the entries that follow the mark without a gap; they no longer wait."""
    row = connection.execute(
        "select array_agg(position) from mirror.arrived", binary=True
    ).fetchone()
    waiting = set(row[0] or ()) if row else set()
    last = at
    while last + 1 in fresh or last + 1 in waiting:
        last += 1
    found: dict[int, Arrived] = {}
    if waiting:
        rows = connection.execute(
            _TAKEN,
            (last,),
            binary=True,
        )
        found = {one[0]: Arrived._make((*one, "", 0)) for one in rows}
    return [fresh.get(position) or found[position] for position in range(at + 1, last + 1)]


def _append(connection: Connection[Any], run: Sequence[Arrived], at: int) -> None:
    """Add entries to the copy, each linked to the one before in its stream, and move the mark."""
    if not run:
        return
    append_to(connection, "ledger", run)
    connection.execute(
        "update ledger.head set position = %s, recorded_at = %s where position = %s",
        (run[-1].position, run[-1].recorded_at, at),
    )
    connection.execute("select pg_notify('ledger_entry', %s)", (str(run[-1].position),))


def append_to(connection: Connection[Any], schema: str, run: Sequence[Arrived]) -> None:
    """Add entries to the table ``entry`` of a schema, each linked to the one before in its stream.

    Raises:
        Alarm: one does not follow.
    """
    _chained(run, _before(connection, schema, run))
    _copy(connection, f"{schema}.entry", _COLUMNS, _KINDS, run)


def _before(
    connection: Connection[Any], schema: str, run: Sequence[Arrived]
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


def _chained(run: Iterable[Arrived], last: dict[str, tuple[int, bytes]]) -> None:
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
