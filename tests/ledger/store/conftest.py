from collections.abc import AsyncIterator

import pytest

from ledger.clock import SystemClock
from ledger.store.append import Log


@pytest.fixture
async def log(database: str) -> AsyncIterator[Log]:
    """A log on a fresh database, by the system's clock."""
    running = Log(database, SystemClock())
    await running.start()
    yield running
    await running.stop()
