"""Speed of relay and projector, each beside what it is made of, on one broker in turn.

The relay beside kafka-python alone, which sends the same messages, made before, at the same
settings and with the same barrier. The projector beside the fold of the same entries at home.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from time import perf_counter, sleep
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from aggregates.language import Message as Text
from consumers import broker
from consumers.broker import BrokerFault, Cluster, Message
from consumers.connecting import cluster_of
from consumers.envelope import Row, message_of
from consumers.projector.running import Projector
from consumers.relay import standing
from consumers.relay.running import BATCH_ENTRIES, Relay
from consumers.stopping import Stop
from consumers.topics import EVENTS, Definition, definition
from ledger.measuring.results import Goal, Result, ratios
from ledger.settings import Settings
from ledger.simulation.demo import fill
from ledger.store.migrations import migrate
from ledger.store.rows import SEE_ENTRIES
from ledger.timers.folding import Folding
from ledger.timers.processes import collect_seldom, give_way
from projections.catalogue import folds
from projections.run import catch_up, prepare

SCALE, SEED = "county", 7
TOPIC = "ledger.bench.v1"
RELAY = Goal(
    14, Text("relay对kafka-python", "relay beside kafka-python"), 0.8, least=True, unit="× alone"
)
PROJECTOR = Goal(
    15, Text("projector对本地折叠", "projector beside the fold"), 0.8, least=True, unit="× fold"
)
SECOND = Goal(
    15, Text("两个projector对一个", "two projectors beside one"), 1.0, least=True, unit="× one"
)


def measure_relay(conninfo: str, *, repetitions: int) -> list[Result]:
    """Measure what the relay sends a second beside what kafka-python sends alone.

    From the first batch that was acknowledged to the last: looking at the topic is no throughput.
    """
    cluster = cluster_of(Settings.read())
    broker.described(cluster, TOPIC)  # that it answers is seen before a county is filled
    fill(conninfo, scale=SCALE, years=1, seed=SEED)
    with psycopg.connect(conninfo, autocommit=True) as connection:
        count = standing.head(connection)
        rows = list(standing.entries(connection, 0, count))
    batches = [[message_of(row, some[0].position - 1) for row in some] for some in _batches(rows)]
    ours, alone = [], []
    for _ in range(repetitions):
        with _topic(cluster):
            alone.append((count - len(batches[0])) / _sent(cluster, batches))
        with _topic(cluster) as meant:
            ours.append((count - BATCH_ENTRIES) / _relayed(conninfo, cluster, meant))
    return [Result(RELAY, ratios(ours, alone), ours, alone, "entries/s")]


def _sent(cluster: Cluster, batches: Sequence[Sequence[Message]]) -> float:
    """Send batches by kafka-python alone; return the seconds after the first."""
    library = broker.producer(cluster)
    begun = perf_counter()
    for number, some in enumerate(batches):
        told = [library.send(TOPIC, one.value, one.key, list(one.headers)) for one in some]
        library.flush()
        if not all(one.succeeded() for one in told):
            raise BrokerFault(ConnectionError())
        if number == 0:
            begun = perf_counter()
    spent = perf_counter() - begun
    library.close()
    return spent


def _relayed(conninfo: str, cluster: Cluster, meant: Definition) -> float:
    """Let a relay publish all; return the seconds after its first batch."""
    _forget(conninfo, meant)
    relay = Relay(conninfo, cluster, Stop(), topic=meant)
    working = threading.Thread(target=partial(relay.run, until_head=True))
    working.start()
    while working.is_alive() and relay.position < BATCH_ENTRIES:
        sleep(0.005)
    begun = perf_counter()
    working.join()
    return perf_counter() - begun


def measure_projector(conninfo: str, *, repetitions: int) -> list[Result]:
    """Measure what a projector keeps and folds a second beside the fold alone, and two beside one.

    From the first entry that came to the last that is folded. Two ask to be let into their group at
    the same moment.
    """
    cluster = cluster_of(Settings.read())
    broker.described(cluster, TOPIC)  # that it answers is seen before a county is filled
    fill(conninfo, scale=SCALE, years=1, seed=SEED)
    fold, one, two = [], [], []
    with psycopg.connect(conninfo, autocommit=True) as connection:
        count = standing.head(connection)
    with _topic(cluster) as meant:
        _relay(conninfo, cluster, meant)
        for number in range(repetitions):
            fold.append(count / _folded_alone(conninfo))
            one.append(_projected(conninfo, cluster, meant, f"bench-{number}", 1, count))
            two.append(_projected(conninfo, cluster, meant, f"bench-{number}b", 2, count))
    return [
        Result(PROJECTOR, ratios(one, fold), one, fold, "entries/s"),
        Result(SECOND, ratios(two, one), two, one, "entries/s"),
    ]


def _batches(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    for begin in range(0, len(rows), BATCH_ENTRIES):
        yield rows[begin : begin + BATCH_ENTRIES]


def _forget(conninfo: str, meant: Definition) -> None:
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("delete from ledger.relay where topic = %s", (meant.name,))


def _relay(conninfo: str, cluster: Cluster, meant: Definition) -> None:
    _forget(conninfo, meant)
    Relay(conninfo, cluster, Stop(), topic=meant).run(until_head=True)


def _folded_alone(conninfo: str) -> float:
    """Fold all entries into read models that are empty; return the seconds."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("drop schema if exists detail, model, aside cascade")
        connection.execute(SEE_ENTRIES)
        prepare(connection, folds())
        begun = perf_counter()
        catch_up(connection, folds())
        return perf_counter() - begun


def _projected(
    server: str, cluster: Cluster, meant: Definition, group: str, processes: int, count: int
) -> float:
    """Feed an empty copy with so many projectors; return the entries a second, see ``_rate``."""
    with _copy(server) as conninfo:
        folding = Folding(conninfo)
        folding.start()
        context = get_context("spawn")
        together = context.Barrier(processes)
        working = [
            context.Process(target=_work, args=(conninfo, cluster, meant, group, together))
            for _ in range(processes)
        ]
        try:
            _await_folds(conninfo)
            for one in working:
                one.start()
            return _rate(conninfo, count)
        finally:
            for one in working:
                one.terminate()
                one.join()
            folding.stop()


def _work(
    conninfo: str, cluster: Cluster, meant: Definition, group: str, together: Barrier
) -> None:
    stop = Stop()
    stop.at_signals()
    collect_seldom()
    give_way()
    together.wait()
    Projector(conninfo, cluster, stop, topic=meant, group=group, session_ms=6_000).run()


def _await_folds(conninfo: str) -> None:
    with psycopg.connect(conninfo, autocommit=True) as connection:
        while not _one(connection, "select count(*) from pg_tables where schemaname = 'model'"):
            sleep(0.05)


def _rate(conninfo: str, count: int) -> float:
    """Return the entries a second from the first that came until all are folded."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        while (first := _one(connection, "select position from ledger.head")) == 0:
            sleep(0.005)
        begun = perf_counter()
        while _one(connection, "select min(position) from model.progress") < count:
            sleep(0.02)
        return (count - first) / (perf_counter() - begun)


def _one(connection: psycopg.Connection[Any], statement: str) -> int:
    row = connection.execute(statement.encode()).fetchone()
    return int(row[0]) if row else 0


@contextmanager
def _copy(server: str) -> Iterator[str]:
    name = "bench_copy"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        conninfo = make_conninfo(server, dbname=name)
        migrate(conninfo)
        try:
            yield conninfo
        finally:
            connection.execute(
                sql.SQL("drop database {} with (force)").format(sql.Identifier(name))
            )


@contextmanager
def _topic(cluster: Cluster) -> Iterator[Definition]:
    """Make a topic of one copy a partition, and delete it at the end."""
    meant = replace(definition(EVENTS).with_replicas(1), name=TOPIC)
    broker.created(
        cluster,
        meant.name,
        partitions=meant.partitions,
        replicas=meant.replicas,
        configs=meant.configs,
    )
    try:
        yield meant
    finally:
        broker.deleted(cluster, meant.name)
        while broker.described(cluster, meant.name) is not None:
            sleep(0.1)
