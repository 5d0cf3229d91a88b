"""States of one's own, and appends that wait for each other, change nothing but the speed."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from aggregates.decisions import STREAMS, Loaded
from ledger.application.states import StoredEntry
from ledger.simulation.feeding import GATHERED, Gathering, OwnStates
from ledger.store.requests import Append, Appended

NAME = "training-class/00000000-0000-7000-8000-000000000001"


class Nothing:
    """Reads an empty log, and remembers what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def entries(self, names: Sequence[str]) -> Sequence[StoredEntry]:
        self.asked += names
        return []

    async def restricted(self, commitments: Sequence[str]) -> Mapping[str, Any]:
        del commitments
        return {}


class Order:
    """A log that remembers the order in which appends reach it."""

    def __init__(self) -> None:
        self.reached: list[Append] = []

    async def append(self, append: Append) -> Appended:
        self.reached.append(append)
        return None  # type: ignore[return-value]  # nobody looks at the answer


def test_a_stream_never_heard_of_has_not_begun() -> None:
    streams = Nothing()
    states = OwnStates(streams)
    assert states.held.get(NAME) == Loaded(0, STREAMS["training-class"].empty)
    assert streams.asked == []


async def test_a_stream_that_was_forgotten_is_read_anew() -> None:
    streams = Nothing()
    states = OwnStates(streams)
    states.forget([NAME])
    assert states.held.get(NAME) is None
    await states.load([NAME])
    assert streams.asked == [NAME]


async def test_gathered_appends_keep_their_order() -> None:
    log = Order()
    gathering = Gathering(log)  # type: ignore[arg-type]  # all that it asks of a log
    asked = [Append(drafts=()) for _ in range(GATHERED + 40)]
    gathering.expect(len(asked))
    await asyncio.gather(*(gathering.append(one) for one in asked))
    assert [id(one) for one in log.reached] == [id(one) for one in asked]


async def test_an_append_that_waits_alone_is_let_through_in_the_end() -> None:
    log = Order()
    gathering = Gathering(log)  # type: ignore[arg-type]  # all that it asks of a log
    gathering.expect(10)
    await asyncio.wait_for(gathering.append(Append(drafts=())), timeout=5)
    assert len(log.reached) == 1
