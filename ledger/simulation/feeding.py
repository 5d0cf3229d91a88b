"""Feeds a script to the door, in the order of time, through the same decisions as anybody's."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from aggregates.decisions import STREAMS, Caller, Loaded
from ledger.application.answers import Answer, Ask, Recorded, Refusal
from ledger.application.running import Ledger
from ledger.application.states import States, Streams
from ledger.clock import SimulatedClock
from ledger.simulation.script import Planned

BATCH = 1_000
"""Commands that are handed over at once."""
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
    fed: Fed | None = None,
) -> Fed:
    """Give every command of a script and compare the answers with the plan.

    Args:
        ledger: Where to, with ``OwnStates`` at its door if nobody else has written to it.
        clock: The clock of the ledger, which moves along.
        planned: The script in the order of time.
        progress: Told after each batch how many commands are done.
        fed: What became of the script so far, where this is the next piece of it.
    """
    fed = Fed() if fed is None else fed
    for start in range(0, len(planned), BATCH):
        batch = planned[start : start + BATCH]
        answers = await ledger.door.act_each(_in_time(batch, clock))
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
