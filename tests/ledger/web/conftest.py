"""One server for all tests of a module that only ask."""

from collections.abc import Iterator

import pytest

from tests.ledger.serving import Served, served


@pytest.fixture(scope="module")
def place(shared_database: str) -> Iterator[Served]:
    """A server over the small world."""
    with served(shared_database) as found:
        yield found
