"""A broker that freezes for longer than a send may take: kafka-python's producer is then dead."""

import signal
import threading
from collections import defaultdict
from itertools import pairwise
from time import sleep

import pytest

from consumers.broker import Cluster, Reader
from consumers.relay.running import Relay
from consumers.stopping import Stop
from consumers.topics import EVENTS, definition
from infra.kafka.apache import free_ports
from infra.kafka.wheel import WheelBroker
from tests.consumers.brokers import answers, fresh
from tests.consumers.waiting import await_that
from tests.consumers.worlds import head, write_small_world

pytestmark = pytest.mark.kafka
DELIVERY_MS = 3_000
BATCH = 10


def test_after_a_freeze_nothing_is_lost_and_only_the_batch_under_way_comes_twice(
    database: str,
) -> None:
    write_small_world(database)
    kafka = WheelBroker(free_ports(1)[0])
    kafka.start()
    cluster, stop = Cluster((f"127.0.0.1:{kafka.port}",)), Stop()
    relay = Relay(database, cluster, stop, batch=BATCH, delivery_ms=DELIVERY_MS)
    thread = threading.Thread(target=relay.run, daemon=True)
    try:
        answers(cluster)
        fresh(cluster)
        before = threading.active_count()
        thread.start()
        await_that(lambda: relay.position > BATCH)
        assert kafka.process is not None
        kafka.process.send_signal(signal.SIGSTOP)
        assert relay.position < head(database)
        sleep(2 * DELIVERY_MS / 1000)
        kafka.process.send_signal(signal.SIGCONT)
        await_that(lambda: relay.position == head(database))
        stop.set()
        thread.join(30)
        assert threading.active_count() == before  # no producer is left that might still send
        _once_and_in_order(cluster, head(database))
    finally:
        stop.set()
        kafka.stop()


def _once_and_in_order(cluster: Cluster, last: int) -> None:
    count = definition(EVENTS).partitions
    reader = Reader(cluster, {(EVENTS, number): 0 for number in range(count)})
    found: dict[int, list[int]] = defaultdict(list)
    try:
        while polled := reader.poll(2.0, 5_000):
            for (_, partition), records in polled.items():
                found[partition] += [int(one.headers["position"]) for one in records]
    finally:
        reader.close()
    assert {one for positions in found.values() for one in positions} == set(range(1, last + 1))
    for positions in found.values():
        for before, after in pairwise(positions):
            # What comes again lies within one batch of where it was.
            assert after > before - BATCH
