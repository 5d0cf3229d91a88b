"""The copy of a log: which topic feeds it, and how far it was read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from psycopg import Connection

from aggregates.language import Message
from consumers.broker import Topic
from ledger.errors import Misconfigured
from ledger.store.rows import SEE_ENTRIES

GROUP: Final = "mingzhang-projector"


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


def connected(conninfo: str) -> Connection[Any]:
    """Connect to the database of a copy, as whoever may add entries to it."""
    connection = psycopg.connect(conninfo, autocommit=True)
    connection.execute(SEE_ENTRIES)
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
