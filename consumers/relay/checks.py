"""Before a relay goes on: is the topic still the one that was published to, and all of it there?

A topic that was deleted and made anew bears the same name. A broker that keeps all in memory comes
back without anything. A log that was put back to an older copy goes on otherwise than what was
published. None of that is papered over: the relay refuses, and says what may be done.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import Connection

from aggregates.language import Message
from consumers import broker
from consumers.broker import Cluster, Record, Topic
from consumers.envelope import NotAsPublished, arrived
from consumers.relay import standing
from consumers.relay.standing import Standing
from consumers.topics import Definition, differences, needed, not_as_defined
from ledger.errors import Fault

TAIL_RECORDS = 3
"""How many of the last records of each partition are looked at."""
_REPLICAS = frozenset({"replicas", "min.insync.replicas"})

_REPUBLISH = Message(
    "消费者若已处理，请以 relay --republish 从第1条起重新发布；重复的条目会被消费者识别",
    "run relay --republish to publish from the first entry on; readers know what they have had",
)
_NEW_TOPIC = Message(
    "请查明哪一份是对的；此主题不能继续使用",
    "find out which of the two is right; this topic cannot be used further",
)


class TopicNotAsLeft(Fault):
    """The topic is not as this ledger's relay left it."""

    exit_code = 3


@dataclass(frozen=True, slots=True)
class Tail:
    """What stands at the end of a topic.

    Attributes:
        ends: By partition, the offset after the last record; 0 where there never was one.
        position: The highest position of all; 0 for an empty topic.
        leaves: Some of the last positions to their leaves.
    """

    ends: tuple[int, ...]
    position: int
    leaves: dict[int, bytes]


def tail_of(topic: Topic, records: Sequence[Record]) -> Tail:
    """Return what stands at the end of a topic.

    Raises:
        TopicNotAsLeft: a record is no entry as the relay publishes them.
    """
    ends = [0] * topic.partitions
    leaves: dict[int, bytes] = {}
    for record in records:
        ends[record.partition] = max(ends[record.partition], record.offset + 1)
        try:
            entry = arrived(record)
        except NotAsPublished as found:
            raise TopicNotAsLeft(found.message, found.mend) from None
        leaves[entry.position] = entry.leaf
    return Tail(tuple(ends), max(leaves, default=0), leaves)


def may_begin(
    connection: Connection[Any],
    cluster: Cluster,
    meant: Definition,
    *,
    republish: bool = False,
    selects: bool = False,
) -> Standing:
    """Return where to go on, having looked at the topic.

    Args:
        connection: The ledger's database.
        cluster: Where Kafka is.
        meant: The topic as it is meant to be.
        republish: Begin with the first entry, whatever was published before.
        selects: Some entries are passed over: the topic may end before the position.

    Raises:
        TopicNotAsLeft: it is not as this ledger left it.
        NotAsDefined: it has another form than its definition.
        Misconfigured: it is not there.
        BrokerFault: the cluster cannot be asked.
    """
    name = meant.name
    topic = needed(cluster, name)
    _defined_so(meant, topic)
    found = tail_of(topic, broker.tail(cluster, topic, TAIL_RECORDS))
    _of_this_log(connection, name, found)
    before = standing.held(connection, name)
    if republish or (before is None and found.position == 0):
        return standing.begin(connection, topic, found.ends)
    if before is None:
        raise TopicNotAsLeft(
            Message(
                f"主题{name}中已有条目，而本账本未曾发布",
                f"topic {name} holds entries, but this ledger has published none",
            ),
            _REPUBLISH,
        )
    _same(before, topic)
    _whole(before, topic, found)
    if not selects:
        _up_to(before, topic, found)
    return before


def _defined_so(meant: Definition, topic: Topic) -> None:
    # How many copies are kept depends on the cluster; what else is said must be so.
    wrong = [one for one in differences(meant, topic) if one.what not in _REPLICAS]
    if wrong:
        raise not_as_defined(wrong)


def _of_this_log(connection: Connection[Any], name: str, found: Tail) -> None:
    head = standing.head(connection)
    kept = standing.leaves(connection, list(found.leaves))
    strange = sorted(at for at, leaf in found.leaves.items() if kept.get(at) != leaf)
    if not strange:
        return
    if strange[0] > head:
        raise TopicNotAsLeft(
            Message(
                f"主题{name}已有第{found.position}条，而日志只到第{head}条：日志被退回到旧副本",
                f"topic {name} holds position {found.position}, the log ends at {head}: the log was"
                " put back to an older copy",
            ),
            _NEW_TOPIC,
        )
    raise TopicNotAsLeft(
        Message(
            f"主题{name}中第{strange[0]}条与日志不同",
            f"the entry at {strange[0]} in topic {name} is not the log's",
        ),
        _NEW_TOPIC,
    )


def _same(before: Standing, topic: Topic) -> None:
    for zh, en, was, now in (
        ("集群", "cluster", before.cluster, topic.cluster),
        ("主题标识", "topic id", before.topic_id, topic.id),
        ("分区数", "number of partitions", len(before.ends), topic.partitions),
    ):
        if was != now:
            raise TopicNotAsLeft(
                Message(
                    f"主题{topic.name}的{zh}已变（原为{was}，现为{now}）：它被删除重建，或换了集群",
                    f"the {en} of topic {topic.name} has changed from {was} to {now}: it was made"
                    " anew, or this is another cluster",
                ),
                _REPUBLISH,
            )


def _whole(before: Standing, topic: Topic, found: Tail) -> None:
    for partition, (was, now) in enumerate(zip(before.ends, found.ends, strict=True)):
        if now < was:
            raise TopicNotAsLeft(
                Message(
                    f"主题{topic.name}第{partition}分区应有{was}条消息，只有{now}条：已确认的消息丢失",
                    f"partition {partition} of topic {topic.name} ends at {now}, {was} were"
                    " acknowledged: messages are lost",
                ),
                _REPUBLISH,
            )


def _up_to(before: Standing, topic: Topic, found: Tail) -> None:
    if found.position < before.position:
        raise TopicNotAsLeft(
            Message(
                f"主题{topic.name}只到第{found.position}条，而第{before.position}条已经确认",
                f"topic {topic.name} ends at position {found.position}, {before.position} was"
                " acknowledged",
            ),
            _REPUBLISH,
        )


def made_anew(name: str) -> TopicNotAsLeft:
    """Return the failure that tells of a topic that was made anew while it was published to."""
    return TopicNotAsLeft(
        Message(
            f"主题{name}在发布期间被删除或重建",
            f"topic {name} was deleted or made anew while it was published to",
        ),
        _REPUBLISH,
    )
