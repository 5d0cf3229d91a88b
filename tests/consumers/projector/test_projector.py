"""The projector against the broker of the wheel and against a real Apache Kafka."""

import threading

import psycopg
import pytest

from consumers import broker
from consumers.broker import Cluster, Message, Publisher, Topic
from consumers.envelope import message_of
from consumers.projector import mirror
from consumers.projector.alarms import Alarm
from consumers.projector.rebuilding import rebuild
from consumers.projector.running import Projector
from consumers.projector.serving import keeping_in
from consumers.relay import standing
from consumers.relay.running import Relay
from consumers.stopping import Stop
from ledger.entry import leaf_hash
from ledger.evidence.reading import LogReader
from ledger.integration.slices import StoredLog
from ledger.integration.trees import WORLD
from ledger.store.verifying import verify_log
from tests.consumers.brokers import Kafka, fresh
from tests.consumers.worlds import connected, digests, entries, head, write_small_world
from tests.ledger.integration import signing
from tests.ledger.integration.signing import place_in

pytestmark = pytest.mark.kafka
SESSION_MS = 6_000
WITHIN_SECONDS = 40.0


@pytest.fixture(scope="module")
def world(shared_database: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A ledger with the small world in it, of which a signed checkpoint tells."""
    write_small_world(shared_database)
    signing.publish(shared_database, place_in(tmp_path_factory.mktemp("keys")).signer())
    return shared_database


@pytest.fixture
def copy(database: str) -> str:
    """An empty, migrated database that becomes a copy."""
    return database


@pytest.fixture
def published(world: str, kafka: Kafka, events: Topic) -> Topic:
    """The topic with the whole world in it."""
    publish(world, kafka.cluster)
    return events


def publish(ledger: str, cluster: Cluster, *, republish: bool = False) -> None:
    with connected(ledger) as connection:
        if not republish:
            connection.execute("delete from ledger.relay")
    Relay(ledger, cluster, Stop(), batch=200).run(republish=republish, until_head=True)


def project(
    copy: str, cluster: Cluster, group: str, until: int, log: LogReader | None = None
) -> Projector:
    stop = Stop()
    # Whoever waits for what does not come is stopped, and the test finds the mark too low.
    watchdog = threading.Timer(WITHIN_SECONDS, stop.set)
    watchdog.start()
    projector = Projector(
        copy, cluster, stop, group=group, log=log, session_ms=SESSION_MS, gap_seconds=1.0
    )
    try:
        projector.run(until=until)
    finally:
        watchdog.cancel()
    return projector


def alarms(copy: str) -> list[tuple[str, int, bool]]:
    with connected(copy) as connection:
        return connection.execute(
            "select kind, position, mended_at is not null from mirror.alarm order by alarm"
        ).fetchall()


def by_hand(ledger: str, cluster: Cluster, left_out: frozenset[int]) -> None:
    """Publish entries as the relay does, but for some."""
    with connected(ledger) as connection:
        rows = list(standing.entries(connection, 0, head(ledger)))
    publisher = Publisher(cluster, "ledger.events.v1")
    try:
        publisher.send(
            message_of(row, row.position - 1) for row in rows if row.position not in left_out
        )
    finally:
        publisher.discard()


@pytest.mark.usefixtures("published")
def test_a_copy_holds_the_same_entries_and_its_read_models_have_the_same_digests(
    world: str, copy: str, kafka: Kafka, group: str
) -> None:
    projector = project(copy, kafka.cluster, group, head(world))

    assert projector.mark == head(world) == head(copy)
    assert entries(copy) == entries(world)
    assert digests(copy) == digests(world)
    with connected(copy) as connection:
        assert verify_log(copy).broken is None
        assert connection.execute("select count(*) from mirror.unlinked").fetchone() == (0,)
        assert connection.execute("select count(*) from vault.sealed").fetchone() == (0,)
    assert alarms(copy) == []


def test_what_was_read_is_not_read_again_and_what_comes_twice_is_kept_once(
    world: str, copy: str, kafka: Kafka, published: Topic, group: str
) -> None:
    project(copy, kafka.cluster, group, head(world))
    publish(world, kafka.cluster, republish=True)
    with mirror.connected(copy) as connection:
        mirror.begin_at(connection, dict.fromkeys(range(published.partitions), 0))

    project(copy, kafka.cluster, f"{group}-again", head(world))
    assert entries(copy) == entries(world)
    assert digests(copy) == digests(world)


@pytest.mark.usefixtures("published")
def test_nothing_but_the_topic_brings_entries_into_a_copy(
    world: str, copy: str, kafka: Kafka, group: str
) -> None:
    project(copy, kafka.cluster, group, head(world))

    with connected(copy) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(
            "insert into ledger.entry select position + 1000000, recorded_at, version + 1000000,"
            " stream, type, body, leaf from ledger.entry where position = 1"
        )


@pytest.mark.usefixtures("published")
def test_a_database_that_holds_a_ledger_does_not_become_a_copy(
    world: str, kafka: Kafka, group: str
) -> None:
    with pytest.raises(Exception, match="a ledger of its own"):
        project(world, kafka.cluster, group, 1)


def test_a_message_that_was_altered_stops_the_projector_with_its_place(
    world: str, copy: str, kafka: Kafka, events: Topic, group: str
) -> None:
    with connected(world) as connection:
        (row,) = standing.entries(connection, 0, 1)
    sent = message_of(row, 0)
    altered = sent.value.replace(b'"channel":"inner"', b'"channel":"outer"', 1)
    assert altered != sent.value
    publisher = Publisher(kafka.cluster, events.name)
    publisher.send([Message(sent.key, altered, sent.headers)])
    publisher.discard()

    with pytest.raises(Alarm, match="its leaf is not that of its bytes"):
        project(copy, kafka.cluster, group, head(world))
    assert head(copy) == 0
    assert [(kind, mended) for kind, _, mended in alarms(copy)] == [("ALTERED", False)]


def test_a_message_that_was_altered_with_its_leaf_breaks_the_chain_or_is_another_entry(
    world: str, copy: str, kafka: Kafka, published: Topic, group: str
) -> None:
    project(copy, kafka.cluster, group, head(world))
    with connected(world) as connection:
        (row,) = standing.entries(connection, 4, 5)
    altered = row.body.replace(b'"onbehalf":""', b'"onbehalf":"x"', 1)
    assert altered != row.body
    sent = message_of(row._replace(body=altered, leaf=leaf_hash(altered)), 4)
    publisher = Publisher(kafka.cluster, published.name)
    publisher.send([sent])
    publisher.discard()

    with pytest.raises(Alarm, match="two different entries at 5"):
        project(copy, kafka.cluster, group, head(world) + 1)
    assert entries(copy) == entries(world)


@pytest.mark.usefixtures("events")
def test_a_gap_stops_the_projector_where_the_ledger_cannot_be_asked(
    world: str, copy: str, kafka: Kafka, group: str
) -> None:
    by_hand(world, kafka.cluster, frozenset({40, 41}))

    with pytest.raises(Alarm, match="entries 40 to 41 did not come"):
        project(copy, kafka.cluster, group, head(world))
    assert head(copy) == 39
    assert alarms(copy) == [("GAP", 41, False)]
    found = verify_log(copy)
    assert (found.broken, found.entries) == (None, 39)


@pytest.mark.usefixtures("events")
def test_a_gap_is_told_and_closed_from_the_ledgers_own_log(
    world: str, copy: str, kafka: Kafka, group: str
) -> None:
    by_hand(world, kafka.cluster, frozenset({40, 41}))

    with connected(world) as connection:
        project(copy, kafka.cluster, group, head(world), log=StoredLog(connection, WORLD))
    assert entries(copy) == entries(world)
    assert alarms(copy) == [("GAP", 41, True)]
    assert digests(copy) == digests(world)


@pytest.mark.usefixtures("published")
def test_a_topic_that_was_made_anew_stops_the_projector_until_the_copy_is_rebuilt_from_it(
    world: str, copy: str, kafka: Kafka, group: str
) -> None:
    project(copy, kafka.cluster, group, head(world))
    fresh(kafka.cluster)

    with pytest.raises(Alarm, match="no longer the one that was read"):
        project(copy, kafka.cluster, group, head(world) + 1)
    publish(world, kafka.cluster, republish=True)
    assert rebuild(copy, kafka.cluster) == head(world)
    assert entries(copy) == entries(world)
    assert digests(copy) == digests(world)
    project(copy, kafka.cluster, f"{group}-after", head(world))


@pytest.mark.usefixtures("published")
def test_a_copy_that_was_damaged_is_whole_again_after_a_rebuild(
    world: str, copy: str, kafka: Kafka, group: str
) -> None:
    project(copy, kafka.cluster, group, head(world))
    with connected(copy) as connection:
        connection.execute("alter table ledger.entry disable trigger append_only")
        connection.execute("update ledger.entry set body = replace(body, 'inner', 'outer')")
        connection.execute("alter table ledger.entry enable always trigger append_only")
    assert entries(copy) != entries(world)

    assert rebuild(copy, kafka.cluster) == head(world)
    assert entries(copy) == entries(world)
    assert digests(copy) == digests(world)
    with connected(copy) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("delete from ledger.entry")


def test_a_number_of_partitions_that_was_changed_stops_the_projector(
    world: str, copy: str, kafka: Kafka, published: Topic, group: str
) -> None:
    project(copy, kafka.cluster, group, head(world))
    try:
        broker.extended(kafka.cluster, published.name, published.partitions + 1)
    except broker.BrokerFault as fault:
        pytest.skip(f"does not apply: the wheel's broker cannot add partitions ({fault.kind})")

    with pytest.raises(Alarm, match="more partitions"):
        project(copy, kafka.cluster, group, head(world) + 1)
    with pytest.raises(Exception, match=r"partitions of ledger\.events\.v1 is 7, expected 6"):
        Relay(world, kafka.cluster, Stop()).run(until_head=True)


@pytest.mark.usefixtures("published")
def test_two_copies_that_are_fed_at_once_have_each_the_whole_log(
    world: str, copy: str, second_database: str, kafka: Kafka
) -> None:
    stop, last = Stop(), head(world)
    watchdog = threading.Timer(WITHIN_SECONDS, stop.set)
    watchdog.start()
    projectors = [
        Projector(one, kafka.cluster, stop, session_ms=SESSION_MS)
        for one in (copy, second_database)
    ]
    threads = [threading.Thread(target=one.run, kwargs={"until": last}) for one in projectors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    watchdog.cancel()

    assert [one.mark for one in projectors] == [last, last]
    assert entries(copy) == entries(second_database) == entries(world)


@pytest.mark.usefixtures("published")
def test_a_projector_keeps_what_comes_with_the_rights_of_its_role_alone(
    world: str, kafka: Kafka, group: str, copy: str
) -> None:
    keeping = keeping_in(copy, kafka.cluster, Stop())

    project(keeping, kafka.cluster, group, head(world))

    assert entries(copy) == entries(world)
    with (
        psycopg.connect(keeping) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("delete from ledger.entry")


def test_a_message_with_a_position_that_no_log_has_stops_the_projector(
    world: str, copy: str, kafka: Kafka, events: Topic, group: str
) -> None:
    with connected(world) as connection:
        (row,) = standing.entries(connection, 0, 1)
    sent = message_of(row, 0)
    headers = [(name, b"9" * 30 if name == "position" else value) for name, value in sent.headers]
    publisher = Publisher(kafka.cluster, events.name)
    publisher.send([Message(sent.key, sent.value, headers)])
    publisher.discard()

    with pytest.raises(Alarm, match="it is no entry"):
        project(copy, kafka.cluster, group, head(world))
    assert [(kind, mended) for kind, _, mended in alarms(copy)] == [("ALTERED", False)]
