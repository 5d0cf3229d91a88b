"""The states that decisions read: folded from the log, kept at hand, moved along as facts follow.

A held state may be ahead of the log: it is moved along as soon as a decision is handed to the
appender, so that the next decision need not wait for the commit. Nothing is granted on it that
does not commit with it: what a decision read travels as guards, and a conflict forgets the
streams concerned, after which they are read anew.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import orjson

from aggregates.decisions import STREAMS, Loaded, Recorded
from aggregates.facts import Fact, decode
from aggregates.ids import OfficialId
from aggregates.sealed import Restricted

STREAMS_HELD_MAX = 200_000
"""How many streams are kept folded in memory; some hundred bytes to some kilobytes each."""

UNOPENED = frozenset({"training-class.attendance-sheet-sealed.v1"})
"""Facts whose restricted values no rule asks for, so that loading a class opens none of them."""


class StoredEntry(Protocol):
    """What a stream reader gives of each entry."""

    @property
    def stream(self) -> str:
        """The stream's name."""

    @property
    def version(self) -> int:
        """The entry's place in its stream."""

    @property
    def type(self) -> str:
        """The stored name of its fact."""

    @property
    def body(self) -> str:
        """The entry, byte for byte."""


class Streams(Protocol):
    """Reads whole streams, and the restricted values that their facts commit to."""

    async def entries(self, names: Sequence[str]) -> Sequence[StoredEntry]:
        """Return the entries of the streams, each stream in order of its versions."""

    async def restricted(self, commitments: Sequence[str]) -> Mapping[str, Any]:
        """Return restricted values by commitment; those destroyed are absent."""


def restricted_in(value: object) -> Iterable[str]:
    """Yield the commitments of all restricted values within a fact."""
    if isinstance(value, Restricted):
        yield value.commitment
    elif isinstance(value, tuple):
        for item in value:
            yield from restricted_in(item)
    elif hasattr(value, "__dataclass_fields__"):
        for name in value.__dataclass_fields__:
            yield from restricted_in(getattr(value, name))


class States:
    """Folded streams by name, at most ``STREAMS_HELD_MAX`` of them.

    Attributes:
        whole: Whether a stream that is not at hand is known not to have begun, so that there is
            nothing to read ahead.
    """

    whole: bool = False

    def __init__(self, streams: Streams, *, held_max: int = STREAMS_HELD_MAX) -> None:
        self._streams = streams
        self._held: OrderedDict[str, Loaded] = OrderedDict()
        self._held_max = held_max

    @property
    def held(self) -> Mapping[str, Loaded]:
        """The states at hand."""
        return self._held

    async def load(self, names: Iterable[str]) -> None:
        """Read and fold the streams that are not at hand."""
        wanted = [name for name in names if name not in self._held]
        if not wanted:
            return
        entries = await self._streams.entries(wanted)
        facts = [(entry, *_fact_of(entry)) for entry in entries]
        lacking = [
            commitment
            for entry, fact, _ in facts
            if entry.type not in UNOPENED
            for commitment in restricted_in(fact)
        ]
        values = await self._streams.restricted(lacking) if lacking else {}
        found = dict.fromkeys(wanted, Loaded(0, None))
        for entry, closed, attributes in facts:
            before = found[entry.stream]
            kind = STREAMS[entry.stream.partition("/")[0]]
            state = kind.empty if before.version == 0 else before.state
            fact = closed
            if values and entry.type not in UNOPENED:
                fact = decode(entry.type, attributes["data"], values.__getitem__)
            found[entry.stream] = Loaded(
                entry.version, kind.evolve(state, fact, _recorded(attributes))
            )
        for name, loaded in found.items():
            if loaded.version == 0:
                kind = STREAMS[name.partition("/")[0]]
                self._hold(name, Loaded(0, kind.empty))
            elif name not in self._held:
                self._hold(name, loaded)

    def advance(self, name: str, fact: Fact, recorded: Recorded) -> None:
        """Move a state along by a fact that is on its way to the log."""
        kind = STREAMS[name.partition("/")[0]]
        before = self._held.get(name)
        if before is None or before.version != recorded.version - 1:
            self._held.pop(name, None)
            return
        self._hold(name, Loaded(recorded.version, kind.evolve(before.state, fact, recorded)))

    def forget(self, names: Iterable[str]) -> None:
        """Drop states that may be wrong, so that they are read anew."""
        for name in names:
            self._held.pop(name, None)

    def clear(self) -> None:
        """Drop every state."""
        self._held.clear()

    def _hold(self, name: str, loaded: Loaded) -> None:
        self._held[name] = loaded
        self._held.move_to_end(name)
        while len(self._held) > self._held_max:
            self._held.popitem(last=False)


def _fact_of(entry: StoredEntry) -> tuple[Fact, dict[str, Any]]:
    attributes: dict[str, Any] = orjson.loads(entry.body)
    return decode(entry.type, attributes["data"]), attributes


def _recorded(attributes: Mapping[str, Any]) -> Recorded:
    return Recorded(
        time=datetime.fromisoformat(attributes["time"]),
        actor=OfficialId(UUID(attributes["actor"])),
        channel=attributes["channel"],
        version=attributes["streamversion"],
    )


Now = Callable[[], datetime]
