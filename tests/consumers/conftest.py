"""Brokers, topics and databases for the tests of processes on Kafka."""

from collections.abc import Iterator
from itertools import count

import pytest

from consumers.broker import Topic
from tests.consumers.brokers import KINDS, Kafka, fresh, running

_numbers = count(1)


@pytest.fixture(scope="session", params=KINDS)
def kafka(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Kafka]:
    """A Kafka for all tests of this process: first the wheel's, then a real one."""
    with running(request.param, tmp_path_factory.mktemp("kafka")) as found:
        yield found


@pytest.fixture
def events(kafka: Kafka) -> Topic:
    """The topic of entries, made anew for this test."""
    return fresh(kafka.cluster)


@pytest.fixture
def group() -> str:
    """The name of a group that nobody has used."""
    return f"test-{next(_numbers)}"
