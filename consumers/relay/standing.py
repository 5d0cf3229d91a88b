"""How far a topic was published, as kept in the ledger's own database, and who may go on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from psycopg import Connection

from aggregates.language import Message
from consumers.broker import Topic
from consumers.envelope import Row
from ledger.errors import Conflict, Fault

LOCK: Final = "select pg_try_advisory_lock(hashtext('mingzhang relay ' || %s))"
_READ: Final = """
select position, convert_to(stream, 'UTF8'), version, convert_to(type, 'UTF8'),
  convert_to(body, 'UTF8'), leaf
from ledger.entry where position > %s and position <= %s order by position
"""
_OVERTAKEN: Final = Message(
    "另一relay已推进发布位置，本进程停止", "another relay has moved on: this one stops"
)


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a topic was published.

    Attributes:
        cluster: The id of the cluster.
        topic_id: The id of the topic.
        position: Every entry up to it was acknowledged.
        ends: By partition, the offset after the last record that was acknowledged.
    """

    cluster: str
    topic_id: str
    position: int
    ends: tuple[int, ...]


def held(connection: Connection[Any], topic: str) -> Standing | None:
    """Return how far a topic was published; None if nothing ever was."""
    row = connection.execute(
        "select cluster, topic_id, position, ends from ledger.relay where topic = %s", (topic,)
    ).fetchone()
    return None if row is None else Standing(row[0], row[1], row[2], tuple(row[3]))


def begin(connection: Connection[Any], topic: Topic, ends: Sequence[int]) -> Standing:
    """Note that a topic is published from the first entry on; return where it stands."""
    connection.execute(
        "insert into ledger.relay (topic, cluster, topic_id, position, ends)"
        " values (%s, %s, %s, 0, %s) on conflict (topic) do update set cluster = excluded.cluster,"
        " topic_id = excluded.topic_id, position = 0, ends = excluded.ends,"
        " updated_at = clock_timestamp()",
        (topic.name, topic.cluster, topic.id, list(ends)),
    )
    return Standing(topic.cluster, topic.id, 0, tuple(ends))


def advance(
    connection: Connection[Any], topic: str, before: Standing, position: int, ends: Sequence[int]
) -> Standing:
    """Note that all up to a position was acknowledged.

    Raises:
        Conflict: another relay has moved it; this one must stop.
    """
    moved = connection.execute(
        "update ledger.relay set position = %s, ends = %s, updated_at = clock_timestamp()"
        " where topic = %s and position = %s and topic_id = %s",
        (position, list(ends), topic, before.position, before.topic_id),
    )
    if moved.rowcount != 1:
        raise Conflict(_OVERTAKEN)
    return Standing(before.cluster, before.topic_id, position, tuple(ends))


def entries(connection: Connection[Any], after: int, until: int) -> Iterator[Row]:
    """Yield the entries ``after`` + 1 to ``until``, in order.

    Raises:
        Fault: one is missing between.
    """
    expected = after + 1
    with connection.cursor(binary=True) as cursor:
        for row in cursor.execute(_READ, (after, until)):
            if row[0] != expected:
                raise Fault(
                    Message(f"日志缺少第{expected}条", f"the log lacks the entry at {expected}")
                )
            expected += 1
            yield Row(*row)


def head(connection: Connection[Any]) -> int:
    """Return the last position of the log."""
    row = connection.execute("select position from ledger.head").fetchone()
    return 0 if row is None else int(row[0])


def leaves(connection: Connection[Any], positions: Sequence[int]) -> dict[int, bytes]:
    """Return the leaves of entries by position; those that are there."""
    rows = connection.execute(
        "select position, leaf from ledger.entry where position = any(%s)", (list(positions),)
    )
    return dict(rows.fetchall())
