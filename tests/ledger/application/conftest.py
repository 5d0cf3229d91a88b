"""An open ledger on a fresh database, with a founded policy book."""

from collections.abc import AsyncIterator

import pytest

import aggregates.catalogue  # noqa: F401 - declares every command by being imported
from ledger.application.founding import found
from ledger.application.running import Ledger, open_ledger
from ledger.clock import SystemClock
from ledger.ids import SystemIds
from ledger.vault.keys import Keyring


@pytest.fixture
async def ledger(database: str) -> AsyncIterator[Ledger]:
    clock = SystemClock()
    async with open_ledger(
        database,
        keyring=Keyring.generate(),
        clock=clock,
        ids=SystemIds(clock),
        source="//tests",
    ) as opened:
        await found(opened)
        yield opened
