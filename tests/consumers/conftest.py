"""Brokers, topics and databases for the tests of processes on Kafka."""

import gc
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from consumers.broker import Topic
from tests.consumers.brokers import KINDS, Kafka, fresh, running

_numbers = count(1)
# kafka-python leaves the socket of a broken or superseded bootstrap to the collector.
_LEFT_BY_THE_CLIENT = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let no test here fail for what the client left behind in the one before."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(_LEFT_BY_THE_CLIENT)


@pytest.fixture(autouse=True)
def collected() -> Iterator[None]:
    """Collect what a test left before any other one begins, and look at what is left no more."""
    yield
    gc.collect()
    gc.freeze()


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
