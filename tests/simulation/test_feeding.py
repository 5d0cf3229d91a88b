"""States of one's own change nothing but the speed."""

from collections.abc import Mapping, Sequence
from typing import Any

from aggregates.decisions import STREAMS, Loaded
from ledger.application.states import StoredEntry
from ledger.simulation.feeding import OwnStates

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
