"""Feeds a script to the door, in the order of time, through the same decisions as anybody's."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from aggregates.decisions import STREAMS, Caller, Loaded
from ledger.application.answers import Answer, Ask, Recorded, Refusal
from ledger.application.door import Door
from ledger.application.running import Ledger
from ledger.application.states import States, Streams
from ledger.clock import SimulatedClock
from ledger.simulation.script import Planned
from ledger.store.append import Log
from ledger.store.requests import Append, Appended

BATCH = 1_000
"""Commands that are handed over at once."""
GATHERED = 256
"""Appends that are let through together: fewer, larger commits."""
GATHERED_SECONDS = 0.2
"""How long an append waits for others at most."""
HELD_MAX = 400_000
"""Streams kept folded while a world is fed."""
Progress = Callable[[int], None]


class OwnStates(States):
    """States of a log that nobody else writes to: a stream never heard of has not begun.

    The log began empty, so that asking the database for a new stream would be in vain. Were that
    untrue, the guards of the append would say so.
    """

    whole = True

    def __init__(self, streams: Streams) -> None:
        """Begin with nothing heard of."""
        super().__init__(streams, held_max=HELD_MAX)
        self._heard: set[str] = set()
        self._view = _View(self._held, self._heard, self._hold)

    @property
    def held(self) -> Mapping[str, Loaded]:
        """The states at hand, and the empty one of every stream that has not begun."""
        return self._view

    def forget(self, names: Iterable[str]) -> None:
        """Drop states; from now on their streams are read."""
        gone = tuple(names)
        self._heard.update(gone)
        super().forget(gone)

    def _hold(self, name: str, loaded: Loaded) -> None:
        self._heard.add(name)
        super()._hold(name, loaded)


class _View(Mapping[str, Loaded]):
    """What is held, where asking for a stream that was never heard of gives its empty state."""

    def __init__(
        self, held: Mapping[str, Loaded], heard: set[str], hold: Callable[[str, Loaded], None]
    ) -> None:
        self._held = held
        self._heard = heard
        self._hold = hold

    def __getitem__(self, name: str) -> Loaded:
        found = self._held.get(name)
        if found is None:
            if name in self._heard:
                raise KeyError(name)
            found = Loaded(0, STREAMS[name.partition("/")[0]].empty)
            self._hold(name, found)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._held)

    def __len__(self) -> int:
        return len(self._held)


class Gathering:
    """Holds appends back until many wait, so that few commits carry them all.

    Nobody waits for the acknowledgement of a single command here; the order is kept.
    """

    def __init__(self, log: Log) -> None:
        """Begin before a log."""
        self._log = log
        self._gate = asyncio.Event()
        self._held = 0
        self._expected = 0

    def expect(self, count: int) -> None:
        """Say how many appends are still to come before somebody waits for all of them."""
        self._expected = count

    async def append(self, append: Append) -> Appended:
        """Append, together with others; see ``Log.append`` for what it raises."""
        gate, loop = self._gate, asyncio.get_running_loop()
        self._held += 1
        self._expected -= 1
        if self._held == 1:
            loop.call_later(GATHERED_SECONDS, self._release, gate)
        if self._held == GATHERED or self._expected == 0:
            # At the next turn: whoever waits already goes first.
            loop.call_soon(self._release, gate)
        await gate.wait()
        return await self._log.append(append)

    def _release(self, gate: asyncio.Event) -> None:
        gate.set()
        if gate is self._gate:
            self._gate, self._held = asyncio.Event(), 0


def own_door(ledger: Ledger) -> tuple[Door, Gathering]:
    """Return a door like that of a ledger, but for its appends, and what gathers these."""
    gathering = Gathering(ledger.log)
    door = Door(
        log=gathering,
        states=ledger.door.states,
        seals=ledger.seals,
        drafting=ledger.door.drafting,
        clock=ledger.clock,
        ids=ledger.ids,
    )
    return door, gathering


@dataclass(frozen=True, slots=True)
class Unforeseen:
    """A command that was not answered as planned.

    Attributes:
        planned: The command.
        answer: Its answer: recorded, refused by other rules, or a failure.
    """

    planned: Planned
    answer: Answer | Exception

    def told(self) -> str:
        """Return what happened, without the data of the command."""
        name, at = self.planned.ask.command, self.planned.at
        if isinstance(self.answer, Refusal):
            broken = "; ".join(
                f"{one.rule} {one.what.where}: {one.what.expected.en} / {one.what.found.en}"
                for one in self.answer.broken
            )
            return f"{at:%Y-%m-%d %H:%M} {name}: {broken}"
        return f"{at:%Y-%m-%d %H:%M} {name}: {type(self.answer).__name__} {self.answer}"


@dataclass(slots=True)
class Fed:
    """What became of a script.

    Attributes:
        commands: Commands given.
        entries: Entries written, those of refusals too.
        refused: Commands refused.
        findings: How often each rule was recorded as a finding.
        unforeseen: Commands that were not answered as planned.
    """

    commands: int = 0
    entries: int = 0
    refused: int = 0
    findings: dict[str, int] = field(default_factory=dict)
    unforeseen: list[Unforeseen] = field(default_factory=list)


async def feed(
    ledger: Ledger,
    clock: SimulatedClock,
    planned: Sequence[Planned],
    *,
    progress: Progress = lambda _: None,
) -> Fed:
    """Give every command of a script and compare the answers with the plan.

    Args:
        ledger: Where to, with ``OwnStates`` at its door if nobody else has written to it.
        clock: The clock of the ledger, which moves along.
        planned: The script in the order of time.
        progress: Told after each batch how many commands are done.
    """
    fed = Fed()
    door, gathering = own_door(ledger)
    for first in range(0, len(planned), BATCH):
        batch = planned[first : first + BATCH]
        gathering.expect(len(batch))
        answers = await door.act_each(_in_time(batch, clock))
        for one, answer in zip(batch, answers, strict=True):
            _count(fed, one, answer)
        fed.commands += len(batch)
        progress(fed.commands)
    return fed


def _in_time(batch: Iterable[Planned], clock: SimulatedClock) -> Iterator[tuple[Ask, Caller]]:
    for one in batch:
        clock.set(one.at)
        yield one.ask, one.caller


def _count(fed: Fed, one: Planned, answer: Answer | Exception) -> None:
    if isinstance(answer, Recorded):
        fed.entries += answer.last - answer.first + 1
        foreseen = not one.refused
        for finding in answer.findings:
            fed.findings[finding.rule] = fed.findings.get(finding.rule, 0) + 1
    elif isinstance(answer, Refusal):
        fed.entries += 1
        fed.refused += 1
        foreseen = bool({broken.rule for broken in answer.broken} & set(one.refused))
    else:
        foreseen = False
    if not foreseen:
        fed.unforeseen.append(Unforeseen(one, answer))
