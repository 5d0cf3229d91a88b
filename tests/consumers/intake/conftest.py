"""A ledger with the small world in it, and topics without anything in them."""

import pytest

from consumers.intake.messages import DEAD_LETTERS, answers_of, topic_of
from tests.consumers.brokers import Kafka, fresh
from tests.consumers.worlds import connected, write_small_world


@pytest.fixture(scope="module")
def world(shared_database: str) -> str:
    """A ledger with the small world in it."""
    write_small_world(shared_database, classes=6)
    return shared_database


@pytest.fixture
def ledger(world: str) -> str:
    """The same, to which nothing was sent."""
    with connected(world) as connection:
        for table in ("source", "progress", "waiting", "outcome"):
            connection.execute(f"delete from intake.{table}".encode())
        connection.execute("delete from vault.sealed_link where kind = 'payload'")
    return world


@pytest.fixture
def topics(kafka: Kafka) -> None:
    """The topics of attendance devices, and of dead letters, made anew."""
    for name in (topic_of("attendance"), answers_of("attendance"), DEAD_LETTERS):
        fresh(kafka.cluster, name)
