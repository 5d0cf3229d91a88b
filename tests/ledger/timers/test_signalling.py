import asyncio
import logging
from contextlib import suppress

import pytest

from ledger.application.running import open_ledger
from ledger.clock import SystemClock
from ledger.ids import SystemIds
from ledger.timers.signalling import keep_signalling
from ledger.vault.keys import Keyring

LOGGER = "ledger.timers.signalling"


async def test_where_nothing_is_folded_yet_the_indicators_wait_and_raise_no_alarm(
    database: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, LOGGER)
    clock = SystemClock()
    async with open_ledger(
        database,
        keyring=Keyring.generate(),
        clock=clock,
        ids=SystemIds(clock),
        source="//test",
    ) as ledger:
        watching = asyncio.create_task(keep_signalling(ledger, database))
        while not (told := [one for one in caplog.records if one.name == LOGGER]):  # noqa: ASYNC110 - a log has no event
            await asyncio.sleep(0.02)
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching

    assert [one.levelno for one in told] == [logging.INFO]
    assert "nothing is folded yet" in told[0].getMessage()
