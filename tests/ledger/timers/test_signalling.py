import asyncio
import logging
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

import pytest

from ledger.application.running import Ledger, open_ledger
from ledger.clock import SystemClock
from ledger.ids import SystemIds
from ledger.timers.catching_up import keep_catching_up
from ledger.timers.checking import keep_checking
from ledger.timers.signalling import keep_signalling
from ledger.timers.watching import keep_watching
from ledger.vault.keys import Keyring

Keep = Callable[[Ledger, str], Coroutine[Any, Any, None]]


@pytest.mark.parametrize(
    "keep",
    [keep_signalling, keep_checking, keep_watching, keep_catching_up],
    ids=["signalling", "checking", "watching", "catching up"],
)
async def test_where_nothing_is_folded_yet_the_timers_wait_and_raise_no_alarm(
    database: str, caplog: pytest.LogCaptureFixture, keep: Keep
) -> None:
    logger = keep.__module__
    caplog.set_level(logging.INFO, logger)
    clock = SystemClock()
    async with open_ledger(
        database,
        keyring=Keyring.generate(),
        clock=clock,
        ids=SystemIds(clock),
        source="//test",
    ) as ledger:
        watching = asyncio.create_task(keep(ledger, database))
        while not (told := [one for one in caplog.records if one.name == logger]):  # noqa: ASYNC110 - a log has no event
            await asyncio.sleep(0.02)
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching

    assert [one.levelno for one in told] == [logging.INFO]
    assert "nothing is folded yet" in told[0].getMessage()
