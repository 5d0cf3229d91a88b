"""An empty log for each test of an indicator."""

from collections.abc import Iterator

import pytest

from tests.projections.conftest import Mirror
from tests.projections.doubting import World


@pytest.fixture
def world(mirror: Mirror) -> Iterator[World]:
    """An empty log."""
    mirror.empty()
    yield World(mirror)
    mirror.empty()
