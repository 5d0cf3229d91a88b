"""Whatever comes together must end as if it had come one by one, in the order of arrival."""

import asyncio
from dataclasses import dataclass, field, replace
from hashlib import sha256
from itertools import count

import uvloop
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.clock import SystemClock
from ledger.store.append import Log
from ledger.store.failures import KeyMismatch, KeyReused, VersionConflict
from ledger.store.requests import Append, Appended, Key
from ledger.store.verifying import verify_log
from tests.ledger.store.making import writing

STREAMS = 4
VERSIONS = st.integers(1, 4)
_rounds = count(1)


@dataclass(frozen=True)
class Ask:
    """A request over few streams and keys, so that they meet.

    Attributes:
        log: which of two processes takes it.
        writes: (stream, version) that it writes.
        guards: (stream, version) that it relies on.
        key: its idempotency key, if any.
        body: what it asks for, as far as the key's digest goes.
    """

    log: int
    writes: list[tuple[int, int]]
    guards: list[tuple[int, int]]
    key: int | None
    body: int


PLACES = st.tuples(st.integers(0, STREAMS - 1), VERSIONS)
ASKS = st.lists(
    st.builds(
        Ask,
        log=st.integers(0, 1),
        writes=st.lists(PLACES, min_size=1, max_size=3),
        guards=st.lists(
            st.tuples(st.integers(0, STREAMS - 1), st.integers(0, 3)), max_size=2, unique=True
        ),
        key=st.none() | st.integers(0, 3),
        body=st.integers(0, 1),
    ),
    min_size=1,
    max_size=25,
)


@dataclass
class Model:
    """The log as a few dicts."""

    heads: dict[int, int] = field(default_factory=dict)
    keys: dict[int, int] = field(default_factory=dict)

    def take(self, ask: Ask) -> type[Exception] | None:
        """Return how the request must fail, or write it."""
        if ask.key is not None and ask.key in self.keys:
            return KeyReused if self.keys[ask.key] == ask.body else KeyMismatch
        heads = dict(self.heads)
        for stream, version in ask.guards:
            if heads.get(stream, 0) != version:
                return VersionConflict
        for stream, version in ask.writes:
            if heads.get(stream, 0) + 1 != version:
                return VersionConflict
            heads[stream] = version
        self.heads = heads
        if ask.key is not None:
            self.keys[ask.key] = ask.body
        return None


def _append(ask: Ask, round_: int) -> Append:
    def name(stream: int) -> str:
        return f"training-class/{round_}-{stream}"

    append = writing(
        *((name(stream), version) for stream, version in ask.writes),
        guards=tuple((name(stream), version) for stream, version in ask.guards),
    )
    if ask.key is None:
        return append
    digest = sha256(b"%d" % ask.body).digest()
    return replace(append, key=Key(str(round_), str(ask.key), digest))


def _fits(outcome: object, expected: type[Exception] | None, ask: Ask, keys: set[int]) -> bool:
    if expected is VersionConflict and ask.key in keys:
        # Refused beside the request that then used the key: either answer is true by then.
        return isinstance(outcome, VersionConflict | KeyReused | KeyMismatch)
    return isinstance(outcome, expected or Appended)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asks=ASKS)
def test_requests_that_come_together_end_as_if_they_had_come_one_by_one(
    shared_database: str, asks: list[Ask]
) -> None:
    async def together(round_: int) -> list[object]:
        log = Log(shared_database, SystemClock(), streams_max=2)
        await log.start()
        outcomes = await asyncio.gather(
            *(log.append(_append(ask, round_)) for ask in asks), return_exceptions=True
        )
        await log.stop()
        return list(outcomes)

    model = Model()
    expected = [model.take(ask) for ask in asks]

    outcomes = uvloop.run(together(next(_rounds)))

    for outcome, kind, ask in zip(outcomes, expected, asks, strict=True):
        assert _fits(outcome, kind, ask, set(model.keys)), (outcome, kind)
    assert verify_log(shared_database).broken is None


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asks=ASKS)
def test_two_processes_that_take_turns_end_as_if_there_were_one(
    shared_database: str, asks: list[Ask]
) -> None:
    async def in_turns(round_: int) -> list[object]:
        logs = [Log(shared_database, SystemClock(), streams_max=size) for size in (1, 100)]
        for log in logs:
            await log.start()
        outcomes: list[object] = []
        for ask in asks:
            asked = logs[ask.log].append(_append(ask, round_))
            outcomes += await asyncio.gather(asked, return_exceptions=True)
        for log in logs:
            await log.stop()
        return outcomes

    model = Model()
    expected = [model.take(ask) for ask in asks]

    outcomes = uvloop.run(in_turns(next(_rounds)))

    for outcome, kind in zip(outcomes, expected, strict=True):
        assert isinstance(outcome, kind or Appended), (outcome, kind)
