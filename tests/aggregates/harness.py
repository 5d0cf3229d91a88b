"""Given, when, then: decisions tried on facts, without a database.

``given(...)`` takes what happened, ``when`` asks a command, and the outcome is compared. States
are folded by the real ``evolve`` functions from facts that went through ``encode`` and ``decode``
once, so that a fact that cannot be stored cannot be tested either.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from aggregates.decisions import (
    STREAMS,
    Caller,
    Channel,
    Command,
    Granted,
    Loaded,
    New,
    Recorded,
    Refused,
    Stream,
    Unread,
    World,
    decide,
    policy_book_id,
)
from aggregates.facts import Fact, decode, encode
from aggregates.ids import InstitutionId, OfficialId
from aggregates.law.deadlines import SHANGHAI
from aggregates.law.in_force import Law
from aggregates.policy_book.state import POLICY_BOOK, PolicyBook
from aggregates.sealed import Restricted

SOMEBODY = OfficialId(UUID(int=0xAC70))
COUNTY = "371502"


def moment(text: str) -> datetime:
    """Return the Shanghai instant of ``2024-02-06`` (09:00) or ``2024-02-06 15:30``."""
    day, _, clock = text.partition(" ")
    return datetime.fromisoformat(f"{day}T{clock or '09:00'}:00").replace(tzinfo=SHANGHAI)


def official(number: int) -> OfficialId:
    """Return the account id of the n-th person of a story."""
    return OfficialId(UUID(int=0xAC7000 + number))


@dataclass(frozen=True, slots=True)
class Happened:
    """A fact of the story, with when and by whom it was recorded."""

    kind: Stream[Any]
    id: UUID
    fact: Fact
    recorded: Recorded


def happened(
    when: str,
    kind: Stream[Any],
    one: UUID,
    fact: Fact,
    *,
    by: OfficialId = SOMEBODY,
    channel: str = "inner",
) -> Happened:
    """Say that a fact was recorded at a moment."""
    return Happened(kind, one, fact, Recorded(moment(when), by, channel))


_NAMES: dict[type[Any], tuple[str, ...]] = {}
RESTORED_MAX = 20_000
_RESTORED: dict[int, tuple[Fact, Fact]] = {}
"""Facts by their identity, and what they are after storage."""


@dataclass(slots=True)
class Scene:
    """What has happened so far, under which law, unless the story tells of the policy book."""

    law: Law
    story: list[Happened] = field(default_factory=list)

    def and_given(self, *more: Happened) -> "Scene":
        """Return the scene with more facts."""
        return Scene(self.law, [*self.story, *more])

    def loaded(self) -> dict[str, Loaded]:
        """Fold the story into states by stream name."""
        found: dict[str, Loaded] = {}
        for one in self.story:
            name = one.kind.name(one.id)
            before = found.get(name, Loaded(0, one.kind.empty))
            again = _restored(one.fact)
            state = one.kind.evolve(before.state, again, one.recorded)
            found[name] = Loaded(before.version + 1, state)
        found.setdefault(POLICY_BOOK.name(policy_book_id()), Loaded(1, PolicyBook(law=self.law)))
        return found

    def when(  # noqa: PLR0913 - who, when and how
        self,
        command: Command,
        *,
        now: str,
        role: str = "COUNTY_HR",
        by: OfficialId = SOMEBODY,
        institution: InstitutionId | None = None,
        channel: Channel = "inner",
        as_facts: bool = False,
    ) -> "Outcome":
        """Ask a command of the scene."""
        caller = Caller(person=by, role=role, county=COUNTY, institution=institution)
        ids = iter(UUID(int=0x1D000 + n) for n in range(1000))
        loaded: Mapping[str, Loaded] = self.loaded()
        for _ in range(10):
            world = World(
                now=moment(now),
                caller=caller,
                loaded=loaded,
                new_id=lambda: next(ids),
                channel=channel,
                as_facts=as_facts,
            )
            try:
                return Outcome(decide(command, world))
            except Unread as lacking:
                blank = {
                    name: Loaded(0, STREAMS[name.partition("/")[0]].empty)
                    for name in lacking.wanted
                }
                loaded = {**loaded, **blank}
        raise AssertionError("the decision never stops asking for streams")


def _restored(fact: Fact) -> Fact:
    """Return the fact after storage; restricted values stay at hand, as the vault gives them.

    Stories are told again and again with the same facts: what became of one is kept for it.
    """
    kept = _RESTORED.get(id(fact))
    if kept is not None and kept[0] is fact:
        return kept[1]
    values: dict[str, Any] = {}
    _find_restricted(fact, values)
    again = decode(fact.TYPE, encode(fact), values.__getitem__)
    if len(_RESTORED) >= RESTORED_MAX:
        _RESTORED.clear()
    _RESTORED[id(fact)] = (fact, again)
    return again


def _find_restricted(value: Any, found: dict[str, Any]) -> None:  # noqa: ANN401 - whatever a fact holds
    if isinstance(value, Restricted):
        found[value.commitment] = value.value
    elif isinstance(value, tuple):
        for item in value:
            _find_restricted(item, found)
    else:
        for name in _names(type(value)):
            _find_restricted(getattr(value, name), found)


def _names(cls: type[Any]) -> tuple[str, ...]:
    found = _NAMES.get(cls)
    if found is None:
        found = tuple(one.name for one in fields(cls)) if is_dataclass(cls) else ()
        _NAMES[cls] = found
    return found


def given(*story: Happened, law: Law | None = None) -> Scene:
    """Return a scene in which these facts happened."""
    return Scene(law if law is not None else Law(), list(story))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command was answered."""

    answer: Granted | Refused

    def granted(self) -> tuple[New, ...]:
        """Return the new facts; fail if the command was refused."""
        assert isinstance(self.answer, Granted), f"refused: {_why(self.answer)}"
        for new in self.answer.facts:
            assert decode(new.fact.TYPE, encode(new.fact)) is not None
        return self.answer.facts

    def fact(self, cls: type[Fact]) -> Any:  # noqa: ANN401 - the fact, typed by its class
        """Return the one new fact of a class."""
        found = [new.fact for new in self.granted() if isinstance(new.fact, cls)]
        assert len(found) == 1, f"expected one {cls.__name__}, found {len(found)}"
        return found[0]

    def then_refused(self, *rules: str) -> None:
        """Assert that exactly these rules are broken."""
        assert isinstance(self.answer, Refused), "granted, where a refusal was expected"
        assert {one.rule for one in self.answer.broken} == set(rules), _why(self.answer)

    def then_refused_among_others(self, rule: str) -> None:
        """Assert that the rule is among the broken ones."""
        assert isinstance(self.answer, Refused), "granted, where a refusal was expected"
        assert rule in {one.rule for one in self.answer.broken}, _why(self.answer)

    def findings(self) -> set[str]:
        """Return the rules that the answer names as findings."""
        return {one.rule for one in self.answer.findings}


def _why(answer: Granted | Refused) -> str:
    broken = answer.broken if isinstance(answer, Refused) else ()
    return "; ".join(f"{b.rule}: {b.what.expected.en} / {b.what.found.en}" for b in broken)
