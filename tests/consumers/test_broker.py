"""The face of Kafka that everything here uses: what is sent arrives, and a group goes on."""

import threading

import pytest
from kafka import KafkaProducer

from consumers import broker
from consumers.broker import (
    BrokerFault,
    Cluster,
    Message,
    Publisher,
    Reader,
    Record,
    RecordsGone,
    Subscriber,
)
from consumers.topics import EVENTS
from infra.kafka.apache import free_ports
from tests.consumers.brokers import Kafka, Wheel, fresh

pytestmark = pytest.mark.kafka
SESSION_MS = 6_000


def sent(cluster: Cluster, first: int, last: int) -> None:
    publisher = Publisher(cluster, EVENTS)
    try:
        told = publisher.send(
            Message(b"key %d" % (n % 3), b"value %d" % n, (("n", b"%d" % n), ("none", b"")))
            for n in range(first, last)
        )
        assert told.count == last - first
    finally:
        publisher.discard()


def received(cluster: Cluster, group: str, count: int) -> list[Record]:
    """Return what a new member of a group is given, and tell Kafka that it was dealt with."""
    subscriber = Subscriber(cluster, [EVENTS], group, session_ms=SESSION_MS)
    found: list[Record] = []
    try:
        for _ in range(40):
            for place, records in subscriber.poll(0.5, 1_000).items():
                found += records
                subscriber.commit({place: records[-1].offset + 1})
            if len(found) >= count:
                break
    finally:
        subscriber.close()
    return found


def test_what_is_sent_arrives_with_key_headers_and_order_and_a_group_goes_on_where_it_was(
    kafka: Kafka, group: str
) -> None:
    fresh(kafka.cluster)
    sent(kafka.cluster, 0, 30)

    first = received(kafka.cluster, group, 30)
    sent(kafka.cluster, 30, 40)
    second = received(kafka.cluster, group, 10)

    assert sorted(int(one.headers["n"]) for one in first) == list(range(30))
    assert sorted(int(one.headers["n"]) for one in second) == list(range(30, 40))
    for key in (b"key 0", b"key 1", b"key 2"):
        mine = [one for one in first if one.key == key]
        assert len({one.partition for one in mine}) == 1
        numbers = [int(one.headers["n"]) for one in mine]
        assert numbers == sorted(numbers)
    assert first[0].headers["none"] == b""


def test_records_that_are_no_longer_there_are_not_passed_over(kafka: Kafka) -> None:
    fresh(kafka.cluster)
    sent(kafka.cluster, 0, 30)
    reader = Reader(kafka.cluster, {(EVENTS, 0): 1_000})
    try:
        if isinstance(kafka, Wheel):
            assert reader.poll(2.0, 10) == {}  # this broker says nothing where others refuse
            return
        with pytest.raises(RecordsGone):
            reader.poll(5.0, 10)
    finally:
        reader.close()


def test_a_broker_that_is_not_there_is_told_and_leaves_nothing_behind() -> None:
    (port,) = free_ports(1)
    cluster, before = Cluster((f"127.0.0.1:{port}",)), threading.active_count()

    for what in (
        lambda: broker.described(cluster, EVENTS),
        lambda: Publisher(cluster, EVENTS),
        lambda: Reader(cluster, {(EVENTS, 0): 0}),
    ):
        with pytest.raises(BrokerFault, match="ConnectionRefusedError"):
            what()
    assert threading.active_count() == before


def test_a_member_that_a_broker_never_answers_comes_anew_before_long() -> None:
    kafka = Wheel()
    kafka.start()
    try:
        fresh(kafka.cluster)
        subscriber = Subscriber(kafka.cluster, [EVENTS], "frozen", join_seconds=2.0)
        kafka.pause()
        try:
            with pytest.raises(BrokerFault) as fault:
                _poll_for_ever(subscriber)
            assert fault.value.kind == "TimeoutError"
        finally:
            kafka.resume()
            subscriber.close()
        sent(kafka.cluster, 0, 3)
        assert len(received(kafka.cluster, "after", 3)) == 3
    finally:
        kafka.stop()


def _poll_for_ever(subscriber: Subscriber) -> None:
    while True:
        subscriber.poll(0.5, 1)


class NoText(str):
    """The name of a header that Kafka takes, and no client of another kind would send."""

    __slots__ = ()

    def encode(self, *_: object) -> bytes:
        return b"\xff\xfe" + str(self).encode()


@pytest.mark.parametrize("codec", [None, "gzip"])
def test_a_header_whose_name_is_no_text_ends_nobodys_reading(
    kafka: Kafka, codec: str | None
) -> None:
    topic = fresh(kafka.cluster)
    producer = KafkaProducer(**kafka.cluster.told(compression_type=codec, linger_ms=50))
    for number, name in enumerate((NoText("position"), "leaf", NoText("名"))):
        value = b"\xff\xfeposition%d" % number
        producer.send(topic.name, value, b"k", headers=[("a", b"\xff\xfe"), (name, b"1")])
    producer.close()
    reader = Reader(kafka.cluster, {(topic.name, number): 0 for number in range(topic.partitions)})
    found: list[Record] = []
    try:
        while polled := reader.poll(2.0, 100):
            found += [one for records in polled.values() for one in records]
    finally:
        reader.close()

    assert [one.value for one in found] == [b"\xff\xfeposition%d" % number for number in range(3)]
    assert [list(one.headers) for one in found] == [["a", "?" * 10], ["a", "leaf"], ["a", "?" * 5]]
    assert all(one.headers["a"] == b"\xff\xfe" for one in found)
