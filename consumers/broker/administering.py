"""Asking for topics and changing them."""

from collections.abc import Callable, Mapping
from time import monotonic, sleep
from typing import Any, Final

from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import (
    KafkaError,
    KafkaTimeoutError,
    UnknownTopicOrPartitionError,
    for_code,
)

from consumers.broker.values import BrokerFault, Cluster, Topic, Value

ADMIN_TRIES: Final = 3
SETTLE_SECONDS: Final = 15.0
_PAUSE_SECONDS: Final = 0.3


def described(cluster: Cluster, name: str) -> Topic | None:
    """Return a topic as the cluster has it, None if it has none of that name.

    Raises:
        BrokerFault: the cluster cannot be asked.
    """

    def ask(admin: Any) -> Topic | None:  # noqa: ANN401 - the library has no types
        whole = admin.describe_cluster()
        found = next((one for one in admin.describe_topics([name]) if one["name"] == name), None)
        if found is None or found["error_code"] == UnknownTopicOrPartitionError.errno:
            return None
        if found["error_code"]:
            # It may well be there: whoever asks may not see it, or nobody leads it just now.
            raise for_code(found["error_code"])
        resource = ConfigResource(ConfigResourceType.TOPIC, name)
        configs = admin.describe_configs([resource], config_filter="all")["topic"][name]
        if not configs:
            # Every topic has some. It is being deleted, which is soon over, or we may not see them.
            raise UnknownTopicOrPartitionError
        return Topic(
            cluster=str(whole["cluster_id"]),
            name=name,
            id=str(found.get("topic_id", "")),
            partitions=len(found["partitions"]),
            replicas=min(len(one["replica_nodes"]) for one in found["partitions"]),
            configs={key: str(one["value"]) for key, one in configs.items()},
        )

    return _administered(cluster, ask)


def created(
    cluster: Cluster, name: str, *, partitions: int, replicas: int, configs: Mapping[str, str]
) -> None:
    """Create a topic, and return when every partition has a leader.

    Raises:
        BrokerFault: it is not to be had, for instance with more replicas than brokers.
    """
    told = {
        "num_partitions": partitions,
        "replication_factor": replicas,
        "configs": dict(configs),
    }

    def ask(admin: Any) -> None:  # noqa: ANN401 - the library has no types
        admin.create_topics({name: told}, wait_for_metadata=True)

    _administered(cluster, ask)


def configured(cluster: Cluster, name: str, configs: Mapping[str, str]) -> None:
    """Set some of a topic's configuration, and return when it is in force.

    Raises:
        BrokerFault: it was not taken.
    """
    resource = ConfigResource(ConfigResourceType.TOPIC, name, dict(configs))

    def ask(admin: Any) -> None:  # noqa: ANN401 - the library has no types
        admin.alter_configs([resource], raise_on_unknown=False)

    _administered(cluster, ask)
    # A cluster answers first, and tells its brokers then.
    until = monotonic() + SETTLE_SECONDS
    while (found := described(cluster, name)) is None or not (
        configs.items() <= found.configs.items()
    ):
        if monotonic() > until:
            raise BrokerFault(KafkaTimeoutError())
        sleep(_PAUSE_SECONDS)


def deleted(cluster: Cluster, name: str) -> None:
    """Delete a topic with all that is in it.

    Raises:
        BrokerFault: it was not deleted.
    """
    _administered(cluster, lambda admin: admin.delete_topics([name]))


def extended(cluster: Cluster, name: str, partitions: int) -> None:
    """Give a topic more partitions; keys then go elsewhere than before.

    Raises:
        BrokerFault: it was not done.
    """
    _administered(cluster, lambda admin: admin.create_partitions({name: partitions}))


def _administered(cluster: Cluster, ask: Callable[[Any], Value]) -> Value:
    """Ask the cluster; a dropped connection ends what the library asks, so it is asked again."""
    tries = 1
    while True:
        try:
            with KafkaAdminClient(**cluster.told()) as admin:
                return ask(admin)
        except KafkaError as error:
            again = error.retriable and not isinstance(error, KafkaTimeoutError)
            if not again or tries >= ADMIN_TRIES:
                raise BrokerFault(error) from None
        tries += 1
        sleep(_PAUSE_SECONDS)
