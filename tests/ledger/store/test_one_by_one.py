"""Whatever comes together must end as if it had come one by one, in the order of arrival."""

import asyncio
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import count

import uvloop
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from ledger.clock import SystemClock
from ledger.store.append import Log
from ledger.store.failures import KeyMismatch, KeyReused, VersionConflict
from ledger.store.requests import Append, Appended, Key
from ledger.store.verifying import verify_log
from tests.ledger.store.making import writing

STREAMS = 3
_rounds = count(1)


@dataclass(frozen=True)
class Wish:
    """A request over few streams and keys, so that they meet.

    Attributes:
        log: which of two processes takes it.
        writes: (stream, how far off the right version it is).
        guards: likewise.
        key: its idempotency key, if any.
        body: what it asks for, as far as the key's digest goes.
    """

    log: int
    writes: list[tuple[int, int]]
    guards: list[tuple[int, int]]
    key: int | None
    body: int


@dataclass(frozen=True)
class Ask:
    """A wish, with the versions that it comes to."""

    log: int
    writes: list[tuple[int, int]]
    guards: list[tuple[int, int]]
    key: int | None
    body: int


# Most requests are right: only then does a wrong one show.
OFF = st.sampled_from([0, 0, 0, 0, 0, 0, 0, -1, 1])
PLACES = st.tuples(st.integers(0, STREAMS - 1), OFF)
WISHES = st.builds(
    Wish,
    log=st.integers(0, 1),
    writes=st.lists(PLACES, min_size=1, max_size=3),
    guards=st.lists(PLACES, max_size=2),
    key=st.none() | st.none() | st.integers(0, 5),
    body=st.sampled_from([0, 0, 0, 1]),
)
WAVES = st.lists(st.lists(WISHES, min_size=1, max_size=8), min_size=2, max_size=8)


@dataclass
class Model:
    """The log as a few dicts."""

    heads: dict[int, int] = field(default_factory=dict)
    keys: dict[int, int] = field(default_factory=dict)

    def asked(self, wish: Wish) -> Ask:
        """Return the request that a wish comes to now."""
        heads = dict(self.heads)
        writes = []
        for stream, off in wish.writes:
            heads[stream] = heads.get(stream, 0) + 1
            writes.append((stream, max(1, heads[stream] + off)))
        guards = [(stream, max(0, self.heads.get(stream, 0) + off)) for stream, off in wish.guards]
        return Ask(wish.log, writes, guards, wish.key, wish.body)

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


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(waves=WAVES, sizes=st.sampled_from([(1, 100), (2, 2), (100, 100)]), one_log=st.booleans())
def test_requests_that_come_together_end_as_if_they_had_come_one_by_one(
    shared_database: str, waves: list[list[Wish]], sizes: tuple[int, int], *, one_log: bool
) -> None:
    """Waves of requests, each taken by one of two processes that remember more or fewer streams."""
    model = Model()
    asked: list[list[Ask]] = []
    expected: list[type[Exception] | None] = []
    for wave in waves:
        asks = []
        for wish in wave:
            asks.append(model.asked(wish))
            expected.append(model.take(asks[-1]))
        asked.append(asks)

    async def outcomes(round_: int) -> list[object]:
        logs = [Log(shared_database, SystemClock(), streams_max=size) for size in sizes]
        for log in logs:
            await log.start()
        told: list[object] = []
        for asks in asked:
            log = logs[0 if one_log else asks[0].log]
            told += await asyncio.gather(
                *(log.append(_append(ask, round_)) for ask in asks), return_exceptions=True
            )
        for log in logs:
            await log.stop()
        return told

    told = uvloop.run(outcomes(next(_rounds)))

    asks = [ask for wave in asked for ask in wave]
    for outcome, kind, ask in zip(told, expected, asks, strict=True):
        assert _fits(outcome, kind, ask, set(model.keys)), (outcome, kind)
    assert verify_log(shared_database).broken is None
