"""Topics as code: applied, checked, and what may not be changed only told."""

import pytest

from consumers import broker, topics
from consumers.topics import EVENTS, NotAsDefined, definition
from tests.consumers.brokers import Kafka, fresh

pytestmark = pytest.mark.kafka


def test_topics_are_made_as_their_definitions_say_and_a_second_time_nothing_is_done(
    kafka: Kafka,
) -> None:
    fresh(kafka.cluster)
    broker.deleted(kafka.cluster, EVENTS)

    topics.apply(kafka.cluster, 1)
    assert topics.check(kafka.cluster, 1) == []
    assert topics.apply(kafka.cluster, 1) == []
    found = broker.described(kafka.cluster, EVENTS)
    assert found is not None
    assert found.partitions == definition(EVENTS).partitions
    assert found.configs["retention.ms"] == "-1"


def test_a_configuration_that_was_changed_is_told_and_mended(kafka: Kafka) -> None:
    fresh(kafka.cluster)
    broker.configured(kafka.cluster, EVENTS, {"retention.ms": "1000"})

    (found,) = topics.check(kafka.cluster, 1)
    assert (found.what, found.expected, found.found) == ("retention.ms", "-1", "1000")
    topics.apply(kafka.cluster, 1)
    assert topics.check(kafka.cluster, 1) == []


def test_copies_that_are_missing_are_told_and_never_changed_in_passing(kafka: Kafka) -> None:
    fresh(kafka.cluster)

    assert {one.what for one in topics.check(kafka.cluster)} >= {"replicas"}
    with pytest.raises(NotAsDefined, match="replicas"):
        topics.apply(kafka.cluster)


def test_no_more_copies_are_waited_for_than_a_smaller_cluster_keeps() -> None:
    meant = definition(EVENTS)

    assert meant.configs["min.insync.replicas"] == "2"
    assert meant.with_replicas(1).configs["min.insync.replicas"] == "1"
    assert meant.with_replicas(2).configs["min.insync.replicas"] == "1"
    assert meant.with_replicas(None) is meant
