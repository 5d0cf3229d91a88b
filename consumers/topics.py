"""Topics as they are meant to be, in ``infra/kafka/topics``; making them so, and finding where not.

What cannot be changed without breaking something (the number of partitions) is never changed here,
only told.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final, Self

import msgspec

from aggregates.language import Message
from consumers import broker
from consumers.broker import Cluster, Topic
from ledger.errors import Failure, Misconfigured

EVENTS: Final = "ledger.events.v1"
"""The topic of all entries."""
IN_SYNC: Final = "min.insync.replicas"


class NotAsDefined(Failure):
    """A topic is otherwise than its definition says."""

    exit_code = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A topic as it is meant to be.

    Attributes:
        name: Its name.
        partitions: How many partitions it has, for ever.
        replicas: How many copies of each partition are kept.
        configs: Its configuration, as Kafka spells it.
    """

    name: str
    partitions: int
    replicas: int
    configs: dict[str, str]

    def with_replicas(self, replicas: int | None) -> Self:
        """Return it for a cluster of fewer brokers: no more copies are waited for than kept."""
        if replicas is None or replicas == self.replicas:
            return self
        configs = dict(self.configs)
        if IN_SYNC in configs:
            configs[IN_SYNC] = str(min(int(configs[IN_SYNC]), max(1, replicas - 1)))
        return replace(self, replicas=replicas, configs=configs)


@dataclass(frozen=True, slots=True)
class Difference:
    """Something about a topic that is otherwise than meant.

    Attributes:
        topic: The topic.
        what: ``topic``, ``partitions``, ``replicas`` or the name of a configuration.
        expected: What is meant.
        found: What is there; empty where nothing is.
    """

    topic: str
    what: str
    expected: str
    found: str


@cache
def definitions() -> tuple[Definition, ...]:
    """Return all definitions, by name."""
    files = sorted(_folder().iterdir(), key=lambda one: one.name)
    return tuple(_read(one) for one in files if one.name.endswith(".toml"))


def definition(name: str) -> Definition:
    """Return the definition of a topic.

    Raises:
        KeyError: there is none of that name.
    """
    for one in definitions():
        if one.name == name:
            return one
    raise KeyError(name)


def _folder() -> Traversable:
    # The wheel carries them beside this module; in a checkout they lie where operators look.
    packed = resources.files("consumers").joinpath("definitions")
    if packed.is_dir():
        return packed
    return Path(__file__).parents[1] / "infra" / "kafka" / "topics"


def _read(file: Traversable) -> Definition:
    told: Any = tomllib.loads(file.read_text("utf-8"))
    return msgspec.convert(told, Definition)


def differences(meant: Definition, found: Topic | None) -> list[Difference]:
    """Return where a topic is otherwise than its definition says."""
    if found is None:
        return [Difference(meant.name, "topic", meant.name, "")]
    return [
        Difference(meant.name, what, expected, told)
        for what, expected, told in _compared(meant, found)
        if expected != told
    ]


def _compared(meant: Definition, found: Topic) -> Iterator[tuple[str, str, str]]:
    yield "partitions", str(meant.partitions), str(found.partitions)
    yield "replicas", str(meant.replicas), str(found.replicas)
    for name, value in meant.configs.items():
        yield name, value, found.configs.get(name, "")


def check(cluster: Cluster, replicas: int | None = None) -> list[Difference]:
    """Return where the cluster's topics are otherwise than their definitions say.

    Args:
        cluster: Where Kafka is.
        replicas: How many copies this cluster keeps, where it has fewer brokers than meant.

    Raises:
        BrokerFault: the cluster cannot be asked.
    """
    return [
        difference
        for one in definitions()
        for difference in differences(
            one.with_replicas(replicas), broker.described(cluster, one.name)
        )
    ]


def apply(cluster: Cluster, replicas: int | None = None) -> list[Difference]:
    """Make the topics as their definitions say; return what was otherwise and is mended now.

    Raises:
        NotAsDefined: what differs cannot be changed in place.
        BrokerFault: the cluster does not do it.
    """
    mended = []
    for one in definitions():
        mended.extend(_applied(cluster, one.with_replicas(replicas)))
    return mended


def _applied(cluster: Cluster, meant: Definition) -> list[Difference]:
    found = differences(meant, broker.described(cluster, meant.name))
    fixed = [one for one in found if one.what in {"partitions", "replicas"}]
    if fixed:
        raise not_as_defined(fixed)
    if any(one.what == "topic" for one in found):
        broker.created(
            cluster,
            meant.name,
            partitions=meant.partitions,
            replicas=meant.replicas,
            configs=meant.configs,
        )
    elif found:
        broker.configured(cluster, meant.name, {one.what: one.expected for one in found})
    return found


def not_as_defined(found: list[Difference]) -> NotAsDefined:
    """Return the failure that tells of differences, and what may be done."""
    zh = "；".join(
        f"{one.topic}的{one.what}应为{one.expected}，实为{one.found or '无'}" for one in found
    )
    en = "; ".join(
        f"{one.what} of {one.topic} is {one.found or 'missing'}, expected {one.expected}"
        for one in found
    )
    if any(one.what == "partitions" for one in found):
        mend = Message(
            "分区数不可更改：请另建新主题（如 …v2）并重新发布",
            "partitions cannot be changed: make a new topic (such as …v2) and publish anew",
        )
    elif any(one.what == "replicas" for one in found):
        mend = Message(
            "请用Kafka的分区重分配工具调整副本，或以 --replicas 说明本集群的副本数",
            "reassign the partitions with Kafka's own tool, or tell this cluster's number with"
            " --replicas",
        )
    else:
        mend = Message("请执行 mingzhang kafka apply", "run mingzhang kafka apply")
    return NotAsDefined(Message(zh, en), mend)


def needed(cluster: Cluster, name: str) -> Topic:
    """Return a topic that has to be there.

    Raises:
        Misconfigured: the cluster does not have it.
        BrokerFault: the cluster cannot be asked.
    """
    found = broker.described(cluster, name)
    if found is None:
        raise Misconfigured(
            Message(f"Kafka中没有主题{name}", f"Kafka has no topic {name}"),
            mend=Message(
                "请先执行 mingzhang kafka apply；若主题曾经存在，其内容已丢失",
                "run mingzhang kafka apply; if it was there before, what was in it is lost",
            ),
        )
    return found
