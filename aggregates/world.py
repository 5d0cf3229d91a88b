"""The world as a decision sees it: time, caller, law, and the states of the streams it asks for."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Generic, Literal, TypeVar, cast
from uuid import UUID

from aggregates.facts import Fact
from aggregates.ids import InstitutionId, OfficialId, derived_id
from aggregates.law.deadlines import local_date
from aggregates.law.in_force import Law

S = TypeVar("S")

NAMES_HELD_MAX = 16_384

CITY = "371500"
"""The administrative division code of the city whose policy book is in force by default."""

Channel = Literal["outer", "inner", "api", "device", "import", "migration", "timer", "risk"]


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the log knows of a fact beside the fact itself.

    Attributes:
        time: When the ledger learned it; deadlines are judged on this.
        actor: Who said it.
        channel: By which way it came.
        version: Its place in its stream, from 1.
    """

    time: datetime
    actor: OfficialId
    channel: str = "inner"
    version: int = 0

    @property
    def on(self) -> date:
        """The local date of the record."""
        return local_date(self.time)


@dataclass(frozen=True, slots=True)
class Stream(Generic[S]):
    """One kind of stream: its prefix and how its facts add up to a state.

    Attributes:
        prefix: The first part of every stored name and stream of this kind.
        empty: The state before the first fact.
        evolve: Pure: state, fact and its record give the next state.
    """

    prefix: str
    empty: S
    evolve: Callable[[S, Fact, Recorded], S]

    def name(self, one: UUID) -> str:
        """Return the stream's name, ``<prefix>/<id>``."""
        return _name(self.prefix, one)


@lru_cache(NAMES_HELD_MAX)
def _name(prefix: str, one: UUID) -> str:
    # A command names its streams half a dozen times, and spelling a UUID is slow.
    return f"{prefix}/{one}"


STREAMS: dict[str, Stream[Any]] = {}
"""Every kind of stream by its prefix."""


def stream(prefix: str, empty: S, evolve: Callable[[S, Fact, Recorded], S]) -> Stream[S]:
    """Declare a kind of stream.

    Raises:
        ValueError: the prefix is taken (at import).
    """
    if prefix in STREAMS:
        raise ValueError(f"two kinds of stream bear the prefix {prefix}")
    made = Stream(prefix, empty, evolve)
    STREAMS[prefix] = made
    return made


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, as what, and for whom.

    Attributes:
        person: The person's account id.
        role: A role code, such as ``COUNTY_CLERK``.
        org: The organisation's code.
        county: The county the role reaches; empty for the city and for those who see all.
        institution: The institution that the person acts for, if any.
        on_behalf: For whom, where that is another.
    """

    person: OfficialId
    role: str
    org: str = ""
    county: str = ""
    institution: InstitutionId | None = None
    on_behalf: str = ""


class Unread(LookupError):  # noqa: N818 - not an error: the answer is to read and ask again
    """The decision needs streams that it was not given.

    Attributes:
        wanted: The names of the streams.
    """

    def __init__(self, wanted: Iterable[str]) -> None:
        self.wanted = frozenset(wanted)
        super().__init__(f"{len(self.wanted)} streams to read")


@dataclass(frozen=True, slots=True)
class Loaded:
    """A stream as it stood when it was read: its version (0: no fact yet) and its state."""

    version: int
    state: Any


class World:
    """All that a decision may know: time, caller, law, and the states of streams it asks for.

    Attributes:
        now: The moment of the decision.
        caller: Who asks.
        channel: By which way the command came.
        as_facts: History is brought in: broken rules become findings.
        read: Every stream read so far, with its version: the guards of the append.
    """

    def __init__(  # noqa: PLR0913 - everything a decision depends on, by name
        self,
        *,
        now: datetime,
        caller: Caller,
        loaded: Mapping[str, Loaded],
        new_id: Callable[[], UUID],
        channel: Channel = "inner",
        as_facts: bool = False,
        city: str = CITY,
    ) -> None:
        self.now = now
        self.today = local_date(now)
        self.caller = caller
        self.channel: Channel = channel
        self.as_facts = as_facts
        self.city = city
        self.read: dict[str, int] = {}
        self._loaded = loaded
        self._seen: dict[tuple[str, UUID], Any] = {}
        self._new_id = new_id

    def states(self, kind: Stream[S], ids: Iterable[UUID]) -> dict[UUID, S]:
        """Return the states of many streams of one kind, in the order asked.

        Raises:
            Unread: some were not given; all of them are named.
        """
        found: dict[UUID, S] = {}
        wanted: list[str] = []
        for one in ids:
            name = kind.name(one)
            held = self._loaded.get(name)
            if held is None:
                wanted.append(name)
                continue
            self.read[name] = held.version
            found[one] = cast(S, held.state)
        if wanted:
            raise Unread(wanted)
        return found

    def state(self, kind: Stream[S], one: UUID) -> S:
        """Return the state of one stream, its empty state where it has no fact yet."""
        # Rules ask for the same few streams again and again: spelling a name costs more than this.
        key = (kind.prefix, one)
        if key in self._seen:
            return cast(S, self._seen[key])
        state = self.states(kind, (one,))[one]
        self._seen[key] = state
        return state

    def version(self, kind: Stream[Any], one: UUID) -> int:
        """Return how many facts a stream has."""
        self.state(kind, one)
        return self.read[kind.name(one)]

    def exists(self, kind: Stream[Any], one: UUID) -> bool:
        """Say whether a stream has any fact."""
        return self.version(kind, one) > 0

    def new_id(self) -> UUID:
        """Return a fresh time-ordered id."""
        return self._new_id()

    @property
    def law(self) -> Law:
        """The law in force: parameters, catalogues, working days, waivers."""
        book = self.state(STREAMS["policy-book"], policy_book_id(self.city))
        return cast(Law, book.law)


def policy_book_id(city: str = CITY) -> UUID:
    """Return the id of a city's policy book."""
    return derived_id("policy-book", city)
