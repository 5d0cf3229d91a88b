"""How far topics were read and what waits, in the ledger's own database; bytes are sealed there."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from psycopg import AsyncConnection
from psycopg.rows import class_row

from aggregates.ids import derived_id
from aggregates.language import Message
from consumers.broker import Place, Record, Topic
from ledger.application.running import Ledger
from ledger.errors import Conflict, Fault
from ledger.vault.keys import NONCE_BYTES, hmac_sha256

OWNER: Final = derived_id("intake", "waiting")
"""Under whose data key waiting messages are sealed."""
LOCK: Final = "hashtext('mingzhang intake')"
"""Shared while records are decided, alone while a person mends: no message overtakes another."""

_COLUMNS: Final = (
    'number, message_id, topic, partition, "offset", scope, sender, fault, places, sealed, digest,'
    " arrived_at"
)


class Overtaken(Conflict):
    """Another intake has dealt with these records."""


class NotTheTopic(Fault):
    """A topic is not the one that was read before, or lacks what comes next."""

    exit_code = 3


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that waits.

    Attributes:
        number: Its number, in the order in which messages came to wait.
        message_id: What it is known by for ever.
        topic: Where it came in.
        partition: In which partition.
        offset: At which place.
        scope: Digest of topic, sender and key: those of one scope wait behind each other.
        sender: Who is proved to have sent it, if anybody is.
        fault: Why it waits; empty for one that waits behind another.
        places: Where in the message.
        sealed: Its bytes, sealed.
        digest: Keyed digest of its value.
        arrived_at: Since when it waits.
    """

    number: int
    message_id: UUID
    topic: str
    partition: int
    offset: int
    scope: bytes
    sender: UUID | None
    fault: str
    places: list[str]
    sealed: bytes
    digest: bytes
    arrived_at: datetime


class Safe:
    """Seals records that wait, and opens them again."""

    def __init__(self, ledger: Ledger, key: bytes) -> None:
        self._ledger = ledger
        self._cipher = AESGCM(hmac_sha256(key, b"intake waiting"))

    @classmethod
    async def of(cls, ledger: Ledger, connection: AsyncConnection[Any]) -> "Safe":
        """Return the safe of a ledger; its key is made at the first time."""
        keys = await ledger.data_keys.of(connection, [OWNER])
        return cls(ledger, keys[OWNER])

    def digest(self, *parts: bytes) -> bytes:
        """Return 32 bytes that stand for bytes and reveal nothing of them."""
        lengths = b"".join(len(part).to_bytes(8, "big") for part in parts)
        return self._ledger.seals.keyed_digest(b"intake\0" + lengths + b"".join(parts))

    def seal(self, message_id: UUID, record: Record) -> bytes:
        """Return a record, sealed."""
        plain = msgspec.msgpack.encode(
            (record.key, record.value, [(name, value) for name, value in record.raw_headers])
        )
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, plain, message_id.bytes)

    def open(self, one: Waiting) -> Record:
        """Return the record that waits.

        Raises:
            Fault: it was changed, or other keys are at hand.
        """
        nonce, sealed = one.sealed[:NONCE_BYTES], one.sealed[NONCE_BYTES:]
        try:
            plain = self._cipher.decrypt(nonce, sealed, one.message_id.bytes)
        except InvalidTag:
            raise Fault(
                Message(f"第{one.number}号来件无法解开", f"message {one.number} does not open")
            ) from None
        key, value, headers = msgspec.msgpack.decode(
            plain, type=tuple[bytes | None, bytes | None, list[tuple[str, bytes]]]
        )
        return Record(one.topic, one.partition, one.offset, key, value, dict(headers), headers)


def message_id(topic_id: str, record: Record) -> UUID:
    """Return what a record is known by: the same however often it is read."""
    return derived_id("intake-message", topic_id, record.partition, record.offset)


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
    records: Iterable[tuple[Record, bytes, UUID | None, str, tuple[str, ...]]],
) -> None:
    """Let records wait: record, scope, sender, fault and places of each; known ones are known."""
    for record, scope, sender, fault, places in records:
        one = message_id(ids[record.topic], record)
        await connection.execute(
            'insert into intake.waiting (message_id, topic, partition, "offset", scope, sender,'
            " fault, places, sealed, digest) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
            " on conflict (message_id) do nothing",
            (
                *(one, record.topic, record.partition, record.offset, scope, sender, fault),
                *(list(places), safe.seal(one, record), safe.digest(record.value or b"")),
            ),
        )


async def waiting(
    connection: AsyncConnection[Any], *, number: int | None = None, scope: bytes | None = None
) -> list[Waiting]:
    """Return what waits, in order: all, one by its number, or those of a scope."""
    async with connection.cursor(row_factory=class_row(Waiting)) as cursor:
        await cursor.execute(
            f"select {_COLUMNS} from intake.waiting"  # noqa: S608 - a constant
            " where (%(number)s::bigint is null or number = %(number)s)"
            " and (%(scope)s::bytea is null or scope = %(scope)s) order by number",
            {"number": number, "scope": scope},
        )
        return await cursor.fetchall()


async def done_with(connection: AsyncConnection[Any], number: int) -> None:
    """Let a message wait no longer."""
    await connection.execute("delete from intake.waiting where number = %s", (number,))


async def waits_for(
    connection: AsyncConnection[Any], number: int, fault: str, places: Sequence[str]
) -> None:
    """Note why a message waits now."""
    await connection.execute(
        "update intake.waiting set fault = %s, places = %s where number = %s",
        (fault, list(places), number),
    )
