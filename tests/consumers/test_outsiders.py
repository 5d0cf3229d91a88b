"""Somebody else's client, librdkafka, reads the topic as CloudEvents and checks the leaves."""

from hashlib import sha256
from typing import Any

import orjson
import pytest
from confluent_kafka import Consumer

from consumers.broker import Cluster, Topic
from consumers.relay.running import Relay
from consumers.stopping import Stop
from tests.consumers.brokers import Kafka
from tests.consumers.worlds import connected, write_small_world

pytestmark = pytest.mark.kafka
ATTRIBUTES = {"specversion", "id", "source", "type", "subject", "time", "datacontenttype", "data"}


def read(cluster: Cluster, topic: str, count: int) -> list[tuple[dict[str, bytes], bytes, bytes]]:
    """Return headers, key and value of so many messages."""
    consumer = Consumer(
        {
            "bootstrap.servers": ",".join(cluster.bootstrap),
            "group.id": "outsider",
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
            "session.timeout.ms": 6_000,
        }
    )
    consumer.subscribe([topic])
    found: list[tuple[dict[str, bytes], bytes, bytes]] = []
    try:
        while len(found) < count:
            messages = consumer.consume(500, 15.0)
            assert messages, f"{len(found)} of {count} came"
            for one in messages:
                assert one.error() is None
                told: Any = (dict(one.headers() or ()), one.key(), one.value())
                found.append(told)
    finally:
        consumer.close()
    return found


def test_an_outsider_reads_cloud_events_and_the_leaf_is_that_of_the_bytes_and_of_the_log(
    database: str, kafka: Kafka, events: Topic
) -> None:
    count = write_small_world(database)
    Relay(database, kafka.cluster, Stop()).run(until_head=True)

    messages = read(kafka.cluster, events.name, count)
    with connected(database) as connection:
        leaves = dict(
            connection.execute("select position, leaf from ledger.entry", binary=True).fetchall()
        )
    assert len(messages) == len(leaves) == count
    for headers, key, value in messages:
        event = orjson.loads(value)
        assert event.keys() >= ATTRIBUTES
        assert event["specversion"] == "1.0"
        assert headers["content-type"] == b"application/cloudevents+json"
        assert key.decode() == event["subject"]
        leaf = sha256(b"\0" + value)
        assert leaf.hexdigest().encode() == headers["leaf"]
        assert leaf.digest() == leaves[int(headers["position"])]
