"""Making a copy anew from the first record of its topic, beside the live one, and swapping it in.

Whoever asks meanwhile is answered from what stands. It is also how a copy goes on with a topic that
was made anew: what is in it is compared, position by position, with what the copy holds.
"""

from typing import Any, Final

from psycopg import Connection, sql

from consumers.broker import Cluster, Place, Reader, Topic
from consumers.envelope import Arrived
from consumers.projector import gaps, mirror
from consumers.projector.alarms import Alarm, record
from consumers.projector.keeping import advance, append_to, entry_of
from consumers.topics import EVENTS, needed
from ledger.evidence.errors import Malformed
from ledger.evidence.reading import LogReader
from projections.catalogue import folds
from projections.rebuilding import rebuild_parts
from projections.run import prepare

ASIDE: Final = "renewed"
POLL_RECORDS: Final = 5_000
_MAKING: Final = f"""
drop schema if exists {ASIDE} cascade;
create schema {ASIDE};
create table {ASIDE}.entry (like ledger.entry including all);
"""
# What looks at the table follows it to its new place; triggers and rights are given again.
_SWAPPING: Final = f"""
create or replace view ledger.entry_json as
  select position, stream, version, type, recorded_at, body::jsonb as body, leaf from {ASIDE}.entry;
create or replace view mirror.entry as
  select position, recorded_at, version, stream, type, body, leaf
  from {ASIDE}.entry where position <= (select position from ledger.head);
drop table ledger.entry;
alter table {ASIDE}.entry rename constraint entry_pkey to entry_position;
alter table {ASIDE}.entry rename constraint entry_stream_version_key to entry_stream_version;
alter table {ASIDE}.entry set (autovacuum_vacuum_insert_scale_factor = 0.05);
alter table {ASIDE}.entry set schema ledger;
drop schema {ASIDE};
create trigger append_only before update or delete or truncate on ledger.entry
  for each statement execute function ledger.refuse_change();
alter table ledger.entry enable always trigger append_only;
create trigger mirrored before insert on ledger.entry
  for each statement execute function mirror.refuse_entry();
"""  # noqa: S608 - our own words
_RIGHTS: Final = """
select rolname, privilege_type
from pg_class, aclexplode(relacl) join pg_roles on pg_roles.oid = grantee
where pg_class.oid = 'ledger.entry'::regclass
"""


def rebuild(
    conninfo: str, cluster: Cluster, *, topic: str = EVENTS, log: LogReader | None = None
) -> int:
    """Make the copy and its read models anew from the topic; return the position they stand at.

    Args:
        conninfo: The migrated database of the copy.
        cluster: Where Kafka is.
        topic: The topic.
        log: The ledger's own log, from which what is missing in the topic is fetched.

    Raises:
        Alarm: the topic does not hold what the copy holds; the copy is left as it was.
        Failure: the topic cannot be had.
    """
    found = needed(cluster, topic)
    with mirror.connected(conninfo) as connection:
        # Two that rebuild at once would write into the same table.
        connection.execute("select pg_advisory_lock(hashtext('mingzhang mirror rebuild'))")
        mirror.become(connection, found)
        connection.execute(_MAKING)
        try:
            offsets = _fill(connection, cluster, found, mirror.mark(connection), log)
        except Alarm as alarm:
            record(connection, alarm)
            raise
        prepare(connection, folds())
        rebuild_parts(conninfo, folds(), entries_in=ASIDE)
        return _swap(connection, found, offsets)


def _fill(
    connection: Connection[Any],
    cluster: Cluster,
    topic: Topic,
    least: int,
    log: LogReader | None,
) -> dict[int, int]:
    """Bring every entry of the topic into the table aside; return the next offsets."""
    begin: dict[Place, int] = {(topic.name, number): 0 for number in range(topic.partitions)}
    offsets = dict.fromkeys(range(topic.partitions), 0)
    waiting: dict[int, Arrived] = {}
    at = 0
    reader = Reader(cluster, begin)
    try:
        while polled := reader.poll(gaps.UNREAD_SECONDS, POLL_RECORDS):
            for (_, partition), records in polled.items():
                offsets[partition] = records[-1].offset + 1
                for one in map(entry_of, records):
                    if one.position > at:
                        waiting.setdefault(one.position, one)
            at = _grow(connection, waiting, at)
    finally:
        reader.close()
    last = max(max(waiting, default=0), least)
    while at < last:
        upto = min((one for one in waiting if one > at), default=last + 1)
        waiting.update({one.position: one for one in _fetched(log, range(at + 1, upto))})
        at = _grow(connection, waiting, at)
    return offsets


def _grow(connection: Connection[Any], waiting: dict[int, Arrived], at: int) -> int:
    run: list[Arrived] = []
    while (one := waiting.pop(at + len(run) + 1, None)) is not None:
        run.append(one)
    if run:
        with connection.transaction():
            append_to(connection, ASIDE, run)
    return at + len(run)


def _fetched(log: LogReader | None, lost: range) -> list[Arrived]:
    zh = f"主题缺少第{lost.start}至{lost.stop - 1}条"
    en = f"the topic lacks the entries {lost.start} to {lost.stop - 1}"
    if log is None:
        raise Alarm("GAP", lost.stop - 1, zh, en)
    try:
        return list(gaps.fetch(log, lost))
    except (Malformed, ValueError, OSError) as error:
        kind = type(error).__name__
        raise Alarm(
            "GAP",
            lost.stop - 1,
            f"{zh}，也未能从账本取得（{kind}）",
            f"{en}, nor could they be had from the ledger ({kind})",
        ) from None


def _swap(connection: Connection[Any], topic: Topic, offsets: dict[int, int]) -> int:
    """Put the new entries in the place of the live ones; return where they end."""
    with connection.transaction():
        connection.execute("select from ledger.head for update")
        row = connection.execute(
            sql.SQL("select coalesce(max(position), 0) from {}.entry").format(sql.Identifier(ASIDE))
        ).fetchone()
        filled = row[0] if row else 0
        connection.execute("delete from mirror.unlinked where position <= %s", (filled,))
        connection.execute(
            f"insert into {ASIDE}.entry select * from ledger.entry where position > %s",  # noqa: S608 - our own words
            (filled,),
        )
        rights = connection.execute(_RIGHTS).fetchall()
        connection.execute(_SWAPPING)
        for role, right in rights:
            connection.execute(
                sql.SQL("grant {} on ledger.entry to {}").format(
                    sql.SQL(right), sql.Identifier(role)
                )
            )
        at = advance(connection).mark
        known = mirror.origin(connection)
        if known is None or not known.is_of(topic):
            connection.execute(
                "update mirror.origin set cluster = %s, topic_id = %s, partitions = %s",
                (topic.cluster, topic.id, topic.partitions),
            )
            mirror.begin_at(connection, offsets)
        connection.execute(
            "update mirror.alarm set mended_at = clock_timestamp() where mended_at is null"
        )
    connection.execute("analyze ledger.entry")
    return at
