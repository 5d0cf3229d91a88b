"""How far topics were read and what waits, in the ledger's own database; bytes are sealed there."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from psycopg import AsyncConnection
from psycopg.rows import class_row

from aggregates.language import Message
from consumers.broker import Place, Record, Topic
from consumers.intake.sealing import Safe, Waiting, Why, message_id
from ledger.errors import Conflict, Fault
from ledger.vault.erasing import PAYLOAD

LOCK: Final = "hashtext('mingzhang intake')"
"""Shared while records are decided, alone while a person mends: no message overtakes another."""

_WAITING: Final = """
select number, message_id, topic, partition, "offset", scope, sender, fault, places, sealed, digest,
  arrived_at, owner, wrapped
from intake.waiting left join vault.data_key using (owner)
"""
# A message about somebody who was erased already is kept without its key: nobody opens it.
_KEEP: Final = """
with kept as (
  insert into intake.waiting (message_id, topic, partition, "offset", scope, sender, fault, places,
    sealed, digest, owner)
  values (%(id)s, %(topic)s, %(partition)s, %(offset)s, %(scope)s, %(sender)s, %(fault)s,
    %(places)s, %(sealed)s, %(digest)s, %(owner)s)
  on conflict (message_id) do nothing returning owner
), key as (
  insert into vault.data_key (owner, wrapped)
  select owner, %(wrapped)s from kept
  where not exists (
    select from vault.data_key where owner = any(%(about)s) and destroyed_at is not null
  )
), links as (
  insert into vault.sealed_link (kind, id, stream)
  select %(kind)s, one, %(kind)s || '/' || owner from kept, unnest(%(about)s::uuid[]) as one
  on conflict do nothing
)
select count(*) from kept
"""


class Overtaken(Conflict):
    """Another intake has dealt with these records."""


class NotTheTopic(Fault):
    """A topic is not the one that was read before, or lacks what comes next."""

    exit_code = 3


async def begin(
    connection: AsyncConnection[Any],
    topic: Topic,
    beginnings: Mapping[int, int],
    *,
    adopt: bool = False,
) -> None:
    """See that a topic is the one that was read before; note it if none was.

    Args:
        connection: The ledger's database.
        topic: The topic as the cluster has it.
        beginnings: The first offset that each partition still has.
        adopt: Take it as it is: another one from its beginning, one that lacks messages from
            where it has some again.

    Raises:
        NotTheTopic: it is another one, or messages that were not read are gone.
    """
    held = await (
        await connection.execute(
            "select cluster, topic_id, partitions from intake.source where topic = %s",
            (topic.name,),
        )
    ).fetchone()
    now = (topic.cluster, topic.id, topic.partitions)
    async with connection.transaction():
        if held is not None and held != now:
            if not adopt:
                raise _another(topic.name)
            await connection.execute("delete from intake.progress where topic = %s", (topic.name,))
        await connection.execute(
            "insert into intake.source (topic, cluster, topic_id, partitions)"
            " values (%s, %s, %s, %s) on conflict (topic) do update set"
            " cluster = excluded.cluster, topic_id = excluded.topic_id,"
            " partitions = excluded.partitions",
            (topic.name, *now),
        )
        for partition, first in beginnings.items():
            await connection.execute(
                "insert into intake.progress (topic, partition, next_offset) values (%s, %s, %s)"
                " on conflict do nothing",
                (topic.name, partition, first),
            )
        gone = await (
            await connection.execute(
                "select partition from intake.progress join unnest(%s::int[], %s::bigint[])"
                " as now (at, first) on at = partition"
                " where topic = %s and next_offset < first order by 1",
                (list(beginnings), list(beginnings.values()), topic.name),
            )
        ).fetchall()
        if gone and not adopt:
            raise lacking(topic.name)
        for (partition,) in gone:
            await connection.execute(
                "update intake.progress set next_offset = %s where topic = %s and partition = %s",
                (beginnings[partition], topic.name, partition),
            )


_ADOPT: Final = Message(
    "请先查明；确认后以 intake run --adopt 从现存的第一条消息读起（已办结的来件不会重复办理）",
    "find out first; then intake run --adopt reads from the first message that is there: what was"
    " answered is not done twice",
)


def _another(topic: str) -> NotTheTopic:
    return NotTheTopic(
        Message(
            f"主题{topic}被删除、重建、改了分区数，或换了集群",
            f"topic {topic} was deleted, made anew or given partitions, or this is another cluster",
        ),
        _ADOPT,
    )


def lacking(topic: str) -> NotTheTopic:
    """Return the failure that tells that a topic lost messages before they were read."""
    return NotTheTopic(
        Message(
            f"主题{topic}中尚未读取的消息已不存在（超过保留期）",
            f"topic {topic} no longer has messages that were not read (older than it keeps them)",
        ),
        _ADOPT,
    )


async def next_offsets(connection: AsyncConnection[Any], topics: Sequence[str]) -> dict[Place, int]:
    """Return the next offset of every partition of these topics."""
    rows = await connection.execute(
        "select topic, partition, next_offset from intake.progress where topic = any(%s)",
        (list(topics),),
    )
    return {(topic, partition): offset for topic, partition, offset in await rows.fetchall()}


async def topic_ids(connection: AsyncConnection[Any]) -> dict[str, str]:
    """Return the id of each topic that is read."""
    rows = await connection.execute("select topic, topic_id from intake.source")
    return dict(await rows.fetchall())


async def advance(
    connection: AsyncConnection[Any],
    moved: Mapping[Place, tuple[int, int]],
    ends: Mapping[Place, int],
) -> None:
    """Move the next offsets of partitions.

    Args:
        connection: In the transaction of what was done with the records.
        moved: From each partition to its next offset before and after.
        ends: Where partitions were heard to end.

    Raises:
        Overtaken: another intake has moved one; nothing of this may stand.
    """
    for (topic, partition), (before, after) in moved.items():
        done = await connection.execute(
            "update intake.progress set next_offset = %s, taken_at = clock_timestamp(),"
            " ends_at = greatest(%s, %s) where topic = %s and partition = %s and next_offset = %s",
            (after, ends.get((topic, partition), 0), after, topic, partition, before),
        )
        if done.rowcount != 1:
            raise Overtaken(
                Message("这些消息已由另一进程处理", "another process has dealt with these messages")
            )


async def parked(connection: AsyncConnection[Any]) -> set[bytes]:
    """Return the scopes in which a message waits."""
    rows = await connection.execute("select distinct scope from intake.waiting")
    return {bytes(scope) for (scope,) in await rows.fetchall()}


async def keep(
    connection: AsyncConnection[Any],
    safe: Safe,
    ids: Mapping[str, str],
    records: Iterable[tuple[Record, Why]],
) -> None:
    """Let records wait, each with why; known ones are known."""
    letters: Counter[tuple[str, str]] = Counter()
    for record, (scope, sender, fault, places) in records:
        one = message_id(ids[record.topic], record)
        sealed = safe.seal(record)
        told = {
            "id": one,
            "topic": record.topic,
            "partition": record.partition,
            "offset": record.offset,
            "scope": scope,
            "sender": sender,
            "fault": fault,
            "places": list(places),
            "sealed": sealed.secret,
            "digest": safe.digest(record.value or b""),
            "owner": sealed.owner,
            "wrapped": sealed.wrapped,
            "about": list(sealed.about),
            "kind": PAYLOAD,
        }
        kept = await (await connection.execute(_KEEP, told)).fetchone()
        if fault:
            letters[record.topic, fault] += kept[0] if kept else 0
    await count(connection, letters)


async def count(connection: AsyncConnection[Any], outcomes: Mapping[tuple[str, str], int]) -> None:
    """Count what became of messages: topics and outcomes to numbers."""
    # In order, so that two intakes wait for each other and neither for both.
    told = sorted((topic, what, number) for (topic, what), number in outcomes.items() if number)
    if told:
        await connection.execute(
            "insert into intake.outcome as held (topic, outcome, count)"
            " select * from unnest(%s::text[], %s::text[], %s::int8[])"
            " on conflict (topic, outcome) do update set count = held.count + excluded.count",
            [list(column) for column in zip(*told, strict=True)],
        )


async def looked(
    connection: AsyncConnection[Any], places: Iterable[Place], ends: Mapping[Place, int]
) -> None:
    """Note that partitions are looked after, and where they were heard to end."""
    held = sorted(places)
    await connection.execute(
        "update intake.progress set looked_at = clock_timestamp(),"
        " ends_at = greatest(ends_at, heard.ends) from unnest(%s::text[], %s::int[], %s::int8[])"
        " as heard (topic, partition, ends)"
        " where progress.topic = heard.topic and progress.partition = heard.partition",
        (
            [topic for topic, _ in held],
            [partition for _, partition in held],
            [ends.get(place, 0) for place in held],
        ),
    )


async def numbered(connection: AsyncConnection[Any], number: int) -> Waiting | None:
    """Return the message of a number; None if none of it waits."""
    return await _one(connection, f"{_WAITING} where number = %s", number)


async def first(connection: AsyncConnection[Any], scope: bytes) -> Waiting | None:
    """Return the message of a scope that comes first; None if none waits."""
    return await _one(connection, f"{_WAITING} where scope = %s order by number limit 1", scope)


async def _one(connection: AsyncConnection[Any], statement: str, what: object) -> Waiting | None:
    async with connection.cursor(row_factory=class_row(Waiting)) as cursor:
        await cursor.execute(statement.encode(), (what,))
        return await cursor.fetchone()


async def scopes(connection: AsyncConnection[Any]) -> list[bytes]:
    """Return the scopes in which messages wait, in the order of their first ones."""
    rows = await connection.execute(
        "select scope from intake.waiting group by scope order by min(number)"
    )
    return [bytes(scope) for (scope,) in await rows.fetchall()]


async def waiting_in(connection: AsyncConnection[Any], scope: bytes) -> int:
    """Return how many messages of a scope wait."""
    row = await (
        await connection.execute("select count(*) from intake.waiting where scope = %s", (scope,))
    ).fetchone()
    return 0 if row is None else int(row[0])


async def done_with(connection: AsyncConnection[Any], number: int) -> None:
    """Let a message wait no longer; its key and the links to it go with it."""
    await connection.execute("select intake.done_with(%s)", (number,))


async def waits_for(connection: AsyncConnection[Any], number: int, why: Why) -> None:
    """Note why a message waits now, whose it is, and what it keeps its order in."""
    await connection.execute(
        "update intake.waiting set scope = %s, sender = %s, fault = %s, places = %s"
        " where number = %s",
        (why.scope, why.sender, why.fault, list(why.places), number),
    )
