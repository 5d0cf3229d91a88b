"""The relay against the broker of the wheel and against a real Apache Kafka."""

import threading
from collections import defaultdict
from hashlib import sha256
from time import sleep

import orjson
import pytest

from consumers import broker
from consumers.broker import Cluster, Message, Publisher, Reader, Record, Topic
from consumers.relay.checks import TopicNotAsLeft
from consumers.relay.running import Relay
from consumers.stopping import Stop
from consumers.topics import EVENTS, NotAsDefined
from ledger.errors import Misconfigured
from ledger.store.roles import RELAY, as_role
from tests.consumers.brokers import Kafka, Wheel, fresh
from tests.consumers.waiting import SECONDS, await_that
from tests.consumers.worlds import connected, entries, head, write_small_world

pytestmark = pytest.mark.kafka


@pytest.fixture(scope="module")
def world(shared_database: str) -> str:
    """A ledger with the small world in it."""
    write_small_world(shared_database)
    return shared_database


@pytest.fixture
def ledger(world: str) -> str:
    """The same, of which nothing was published."""
    with connected(world) as connection:
        connection.execute("delete from ledger.relay")
    return world


def publish(ledger: str, cluster: Cluster, *, republish: bool = False, batch: int = 200) -> int:
    """Publish all that is in the log; return the position reached."""
    relay = Relay(as_role(ledger, RELAY), cluster, Stop(), batch=batch)
    relay.run(republish=republish, until_head=True)
    return relay.position


def read(cluster: Cluster, topic: Topic) -> list[Record]:
    """Return every record of the topic, partition by partition."""
    reader = Reader(cluster, {(topic.name, number): 0 for number in range(topic.partitions)})
    found: dict[int, list[Record]] = defaultdict(list)
    try:
        while polled := reader.poll(1.5, 5_000):
            for (_, partition), records in polled.items():
                found[partition].extend(records)
    finally:
        reader.close()
    return [record for partition in sorted(found) for record in found[partition]]


def test_every_entry_is_published_once_byte_for_byte_and_in_order_within_its_stream(
    ledger: str, kafka: Kafka, events: Topic
) -> None:
    last = publish(ledger, kafka.cluster)
    records = read(kafka.cluster, events)

    assert last == head(ledger) == len(records)
    kept = entries(ledger)
    by_position = {int(one.headers["position"]): one for one in records}
    for position, body, leaf in kept:
        record = by_position[position]
        assert record.value == body.encode()
        assert record.headers["leaf"] == leaf.hex().encode()
        assert sha256(b"\0" + record.value).digest() == leaf
    versions: dict[bytes, int] = {}
    for record in records:
        assert record.key is not None
        assert int(record.headers["ce_streamversion"]) == versions.get(record.key, 0) + 1
        versions[record.key] = int(record.headers["ce_streamversion"])


def test_headers_say_of_an_entry_what_stands_in_it(
    ledger: str, kafka: Kafka, events: Topic
) -> None:
    publish(ledger, kafka.cluster)

    for record in read(kafka.cluster, events):
        event = orjson.loads(record.value or b"")
        told = {name: value.decode() for name, value in record.headers.items()}
        assert told["content-type"] == "application/cloudevents+json"
        assert told["ce_type"] == event["type"]
        assert told["ce_subject"] == event["subject"] == (record.key or b"").decode()
        assert told["ce_county"] == event["county"]
        assert int(told["barrier"]) < int(told["position"])


def test_a_relay_goes_on_where_the_last_one_ended(ledger: str, kafka: Kafka, events: Topic) -> None:
    publish(ledger, kafka.cluster)
    before = len(read(kafka.cluster, events))

    assert publish(ledger, kafka.cluster) == before
    assert len(read(kafka.cluster, events)) == before


def test_a_second_relay_stands_by_and_takes_over(ledger: str, kafka: Kafka, events: Topic) -> None:
    stops = [Stop(), Stop()]
    relays = [Relay(ledger, kafka.cluster, stop) for stop in stops]
    threads = [threading.Thread(target=relay.run, daemon=True) for relay in relays]
    for thread in threads:
        thread.start()
        sleep(0.5)
    await_that(lambda: relays[0].position == head(ledger))
    assert relays[1].position == 0

    stops[0].set()
    threads[0].join(SECONDS)
    await_that(lambda: relays[1].position == head(ledger))
    stops[1].set()
    threads[1].join(SECONDS)
    assert len(read(kafka.cluster, events)) == head(ledger)


def test_a_topic_that_was_deleted_and_made_anew_is_refused_until_it_is_published_anew(
    ledger: str, kafka: Kafka, events: Topic
) -> None:
    publish(ledger, kafka.cluster)
    again = fresh(kafka.cluster)
    assert again.id != events.id

    with pytest.raises(TopicNotAsLeft, match="made anew"):
        publish(ledger, kafka.cluster)
    assert read(kafka.cluster, again) == []

    assert publish(ledger, kafka.cluster, republish=True) == head(ledger)
    assert len(read(kafka.cluster, again)) == head(ledger)
    assert publish(ledger, kafka.cluster) == head(ledger)


def test_a_topic_that_is_missing_is_not_made_in_passing(
    ledger: str, kafka: Kafka, events: Topic
) -> None:
    broker.deleted(kafka.cluster, events.name)

    with pytest.raises(Misconfigured, match="has no topic"):
        publish(ledger, kafka.cluster)


@pytest.mark.usefixtures("events")
def test_a_topic_with_entries_of_which_nothing_is_known_is_refused(
    ledger: str, kafka: Kafka
) -> None:
    publish(ledger, kafka.cluster)
    with connected(ledger) as connection:
        connection.execute("delete from ledger.relay")

    with pytest.raises(TopicNotAsLeft, match="has published none"):
        publish(ledger, kafka.cluster)


def test_a_topic_that_holds_another_log_is_refused_even_for_publishing_anew(
    ledger: str, kafka: Kafka, events: Topic
) -> None:
    publish(ledger, kafka.cluster)
    record = read(kafka.cluster, events)[-1]
    assert record.value is not None
    other = record.value.replace(b'"source":"//simulation/test"', b'"source":"//simulation/else"')
    leaf = sha256(b"\0" + other).hexdigest().encode()
    headers = [*(one for one in record.raw_headers if one[0] != "leaf"), ("leaf", leaf)]
    publisher = Publisher(kafka.cluster, EVENTS)
    publisher.send([Message(record.key or b"", other, headers)])
    publisher.discard()

    with pytest.raises(TopicNotAsLeft, match="is not the log's"):
        publish(ledger, kafka.cluster, republish=True)


def test_a_log_that_was_put_back_to_an_older_copy_is_noticed(
    ledger: str, kafka: Kafka, events: Topic
) -> None:
    publish(ledger, kafka.cluster)
    record = read(kafka.cluster, events)[-1]
    beyond = b"%d" % (head(ledger) + 1)
    headers = [*(one for one in record.raw_headers if one[0] != "position"), ("position", beyond)]
    publisher = Publisher(kafka.cluster, EVENTS)
    publisher.send([Message(record.key or b"", record.value or b"", headers)])
    publisher.discard()

    with pytest.raises(TopicNotAsLeft, match="older copy"):
        publish(ledger, kafka.cluster)


def test_a_topic_whose_retention_is_not_for_ever_is_refused(
    ledger: str, kafka: Kafka, events: Topic
) -> None:
    broker.configured(kafka.cluster, events.name, {"retention.ms": "86400000"})

    with pytest.raises(NotAsDefined, match="retention"):
        publish(ledger, kafka.cluster)


def test_a_wheel_broker_that_was_started_anew_is_refused(ledger: str) -> None:
    kafka = Wheel()
    kafka.start()
    try:
        fresh(kafka.cluster)
        publish(ledger, kafka.cluster)
        kafka.kill()
        kafka.start()

        with pytest.raises(Misconfigured, match="what was in it is lost"):
            publish(ledger, kafka.cluster)
        topic = fresh(kafka.cluster)
        with pytest.raises(TopicNotAsLeft):
            publish(ledger, kafka.cluster)

        assert publish(ledger, kafka.cluster, republish=True) == head(ledger)
        assert len(read(kafka.cluster, topic)) == head(ledger)
    finally:
        kafka.stop()
