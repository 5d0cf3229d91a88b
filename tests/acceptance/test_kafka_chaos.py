"""Relays and projectors killed, the broker ended, connections cut: no entry lost, none doubled.

In the suite a few kills; ``--kills 30`` for as many as one likes, then also on three brokers.
"""

import asyncio
import os
import random
import signal
import subprocess
import sys
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep
from typing import Self

import pytest

from consumers.broker import Cluster, Reader
from consumers.topics import EVENTS, definition
from infra.kafka.apache import free_ports
from ledger.application.running import open_ledger
from ledger.clock import SystemClock
from ledger.ids import SystemIds
from ledger.store.verifying import verify_log
from ledger.vault.keys import SeededKeyring
from tests.consumers.brokers import Apache, Kafka, Wheel, answers, fresh, needs_apache
from tests.consumers.proxy import Proxy
from tests.consumers.worlds import connected, digests, entries, head
from tests.ledger.class_story import Story
from tests.ledger.small_world import EAST, NORTH, Writer
from tests.ledger.telling import live, tell

pytestmark = [pytest.mark.kafka, pytest.mark.slow]
PAUSE_SECONDS = (0.2, 1.2)
CUT_SHARE = 0.05
NUMBERS_END = 100
"""Classes of the small world have numbers of two digits."""
WITHIN_SECONDS = 180.0
ROLES = ("relay", "relay", "projector", "projector")


class Growing:
    """A ledger that grows, class by class, until it is told to stop."""

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        self._stop = threading.Event()
        self._begun = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._write()), daemon=True)

    def __enter__(self) -> None:
        self._thread.start()
        assert self._begun.wait(WITHIN_SECONDS)

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(WITHIN_SECONDS)

    async def _write(self) -> None:
        clock = SystemClock()
        async with open_ledger(
            self._conninfo,
            keyring=SeededKeyring("test"),
            clock=clock,
            ids=SystemIds(clock),
            source="//simulation/test",
        ) as ledger:
            told = await tell(ledger, self._conninfo)
            self._begun.set()
            writer, number = Writer(ledger), 7
            while number < NUMBERS_END and not self._stop.is_set():
                county = EAST if number % 2 else NORTH
                live(Story(writer, number, told.institutions[county], county), number % 6 + 1)
                await writer.flush()
                number += 1
                await asyncio.sleep(0.3)


@dataclass
class Crew:
    """Relays and projectors as processes, each started again when it was killed."""

    ledger: str
    copy: str
    cluster: Cluster
    group: str
    folder: Path
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    kills: int = 0

    def start(self, place: int) -> subprocess.Popen[bytes]:
        what = ROLES[place]
        conninfo = self.ledger if what == "relay" else self.copy
        bootstrap = ",".join(self.cluster.bootstrap)
        with (self.folder / f"{what}-{place}.err").open("ab") as told:
            return subprocess.Popen(
                [
                    *(sys.executable, "-m", "tests.consumers.working"),
                    *(what, conninfo, bootstrap, self.group),
                ],
                stderr=told,
                cwd=Path(__file__).parents[2],
                env=os.environ | {"PYTHONPATH": "."},
            )

    def __enter__(self) -> Self:
        self.processes = [self.start(place) for place in range(len(ROLES))]
        return self

    def __exit__(self, *_: object) -> None:
        for one in self.processes:
            one.kill()
            one.wait()

    def kill(self, place: int) -> None:
        assert self.processes[place].poll() is None, self.told()
        self.processes[place].send_signal(signal.SIGKILL)
        self.processes[place].wait()
        self.kills += 1
        self.processes[place] = self.start(place)

    def told(self) -> str:
        """Return what the processes said."""
        return "\n".join(
            f"{one.name}: {one.read_text('utf-8', 'replace')[-1500:]}"
            for one in sorted(self.folder.glob("*.err"))
        )

    def arrived(self) -> None:
        """Wait until everything is published and has come."""
        until = monotonic() + WITHIN_SECONDS
        while head(self.copy) < head(self.ledger):
            assert monotonic() < until, f"{head(self.copy)} < {head(self.ledger)}\n{self.told()}"
            assert all(one.poll() is None for one in self.processes), self.told()
            sleep(0.3)


@contextmanager
def behind_proxy(kind: str, folder: Path, seed: int) -> Iterator[tuple[Kafka, Proxy]]:
    """Run a broker that clients reach through a bad network only."""
    (port,) = free_ports(1)
    proxy = Proxy(port, seed)
    kafka: Kafka
    if kind == "wheel":
        kafka = Wheel(port, proxy.port)
    else:
        needs_apache()
        kafka = Apache(folder, ports=[port], shown=proxy.port)
    try:
        kafka.start()
        answers(kafka.cluster)
        yield kafka, proxy
    finally:
        kafka.stop()
        proxy.close()


def in_the_topic(cluster: Cluster) -> tuple[set[int], list[str]]:
    """Return the positions that are in the topic, and where the order of a stream is broken.

    What comes again comes in the order in which it came first: of a stream, nothing is new that is
    older than what was there before.
    """
    count = definition(EVENTS).partitions
    reader = Reader(cluster, {(EVENTS, number): 0 for number in range(count)})
    newest: dict[bytes, int] = defaultdict(int)
    positions: set[int] = set()
    broken: list[str] = []
    try:
        while polled := reader.poll(3.0, 5_000):
            for record in (one for records in polled.values() for one in records):
                key, position = record.key or b"", int(record.headers["position"])
                if position not in positions and position < newest[key]:
                    broken.append(f"{key.decode()} at {position}")
                positions.add(position)
                newest[key] = max(newest[key], position)
    finally:
        reader.close()
    return positions, broken


def whole(ledger: str, copy: str, cluster: Cluster) -> None:
    """See that topic and copy hold everything, once in effect, in order."""
    positions, broken = in_the_topic(cluster)
    assert positions == set(range(1, head(ledger) + 1))
    assert broken == []
    assert entries(copy) == entries(ledger)
    assert verify_log(copy).broken is None
    assert digests(copy) == digests(ledger)
    with connected(copy) as connection:
        assert connection.execute("select kind, told from mirror.alarm").fetchall() == []


def test_nothing_is_lost_or_doubled_where_everything_breaks_again_and_again(
    database: str, second_database: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    kills, chance = request.config.getoption("--kills"), random.Random(7)  # noqa: S311 - no secret
    with behind_proxy("apache", tmp_path / "kafka", 7) as (kafka, proxy):
        fresh(kafka.cluster)
        crew = Crew(database, second_database, kafka.cluster, "chaos", tmp_path)
        ends = {kills // 3, 2 * kills // 3}
        with Growing(database), crew:
            proxy.share = CUT_SHARE
            for number in range(kills):
                sleep(chance.uniform(*PAUSE_SECONDS))
                crew.kill(chance.randrange(len(ROLES)))
                if number in ends:
                    kafka.kill()
                    sleep(1.0)
                    kafka.start()
                elif number % 3 == 0:
                    proxy.cut_all()
        with crew:
            proxy.share = 0.0
            crew.arrived()
        whole(database, second_database, kafka.cluster)
        assert crew.kills == kills
        assert proxy.cuts > 0


def test_three_brokers_with_one_down_lose_nothing(
    database: str, second_database: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    kills = request.config.getoption("--kills")
    needs_apache()
    chance = random.Random(11)  # noqa: S311 - no secret
    kafka = Apache(tmp_path / "kafka", 3)
    try:
        kafka.start()
        fresh(kafka.cluster, replicas=3)
        crew = Crew(database, second_database, kafka.cluster, "three", tmp_path)
        with Growing(database), crew:
            sleep(2.0)
            kafka.kafka.brokers[1].stop(signal.SIGKILL)
            for _ in range(kills // 3):
                sleep(chance.uniform(*PAUSE_SECONDS))
                crew.kill(chance.randrange(len(ROLES)))
        with crew:
            crew.arrived()
        whole(database, second_database, kafka.cluster)
    finally:
        kafka.stop()
