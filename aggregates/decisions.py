"""How a command is answered: the world it sees, the rules it must keep, what then becomes fact.

A command is a frozen record, declared once with ``@command``; its rules stand beside it, each a
function that yields what it finds unmet. ``decide`` asks every rule and answers with facts or
with a refusal that names every broken rule at once. It is pure: time, ids, caller, states and
the law in force are arguments. What a decision reads of other streams becomes a guard of the
append, so that all it relied on still holds at the commit.

A decision that needs a stream it was not given raises ``Unread``; whoever runs it fetches the
streams named there and asks again.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Literal, Protocol, TypeVar, dataclass_transform
from uuid import UUID

from aggregates.facts import Fact, Finding, record
from aggregates.language import Message
from aggregates.world import (
    CITY,
    STREAMS,
    Caller,
    Channel,
    Loaded,
    Recorded,
    Stream,
    Unread,
    World,
    policy_book_id,
    stream,
)

C = TypeVar("C", bound="Command")

LIFECYCLE = "LIFECYCLE"
"""The rule id under which a command is refused that comes at the wrong step of a life cycle."""


@dataclass(frozen=True, slots=True)
class Unmet:
    """What a rule found unmet.

    Attributes:
        expected: What the rule asks for.
        found: What it found; never personal data.
        where: The part of the command it concerns, such as ``roster[3]``; empty for the whole.
        flag: Record the fact with a finding, though the rule refuses as a rule.
    """

    expected: Message
    found: Message
    where: str = ""
    flag: bool = False


def unmet(expected: tuple[str, str], found: tuple[str, str], where: str = "") -> Unmet:
    """Return what is unmet from (Chinese, English) pairs."""
    return Unmet(Message(*expected), Message(*found), where)


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule that the command breaks, with what was expected and found."""

    rule: str
    what: Unmet

    def finding(self) -> Finding:
        """Return the same as a finding that travels in an entry."""
        where = f"{self.what.where}：" if self.what.where else ""
        detail = f"{where}应为{self.what.expected.zh}；实为{self.what.found.zh}"
        return Finding(rule=self.rule, detail=detail)


@dataclass(frozen=True, slots=True)
class New:
    """A fact to be appended to a stream.

    Attributes:
        kind: The kind of stream.
        id: The stream's id.
        fact: What happened.
        county: The county it belongs to; empty for the city.
        about: The class or claim it belongs to (``correlation``), if any.
        regime: The legal regime it was decided under.
        sealed_for: The reading role, where the fact is a sealed one.
    """

    kind: Stream[Any]
    id: UUID
    fact: Fact
    county: str = ""
    about: UUID | None = None
    regime: str = "R3"
    sealed_for: str = ""


@dataclass(frozen=True, slots=True)
class Granted:
    """The command's answer: the facts that follow, and the streams relied on."""

    facts: tuple[New, ...]
    read: Mapping[str, int]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """The law's answer no: every broken rule at once."""

    broken: tuple[Broken, ...]
    findings: tuple[Finding, ...]
    read: Mapping[str, int] = field(default_factory=dict)


class Rule(Protocol):
    """A rule of one or more commands: yields what it finds unmet, nothing where it is kept."""

    def __call__(self, command: Any, world: World, /) -> Iterable[Unmet]:  # noqa: ANN401 - any value fits here
        """Ask the rule."""


Kind = Literal["HARD", "FLAG", "LIFECYCLE"]


@dataclass(frozen=True, slots=True)
class RuleOf:
    """A rule as a command bears it."""

    id: str
    kind: Kind
    ask: Rule


@dataclass(slots=True)
class Declaration:
    """What is declared of a command: from it come route, message form and reference page.

    Attributes:
        name: The command's name in routes and messages, such as ``submit-class-filing``.
        title: Its short title.
        kind: The kind of stream it mainly writes to.
        roles: The role codes that may give it.
        cls: The record.
        sealed_for: The reading role, where the facts are sealed: then its refusals are too.
        rules: Its rules in the order they are asked.
    """

    name: str
    title: Message
    kind: Stream[Any]
    roles: tuple[str, ...]
    cls: type["Command"]
    sealed_for: str = ""
    rules: list[RuleOf] = field(default_factory=list)


@record
class Command:
    """What may be asked. Subclasses are frozen records declared with ``@command``."""

    DECLARATION: ClassVar[Declaration]

    def facts(self, world: World) -> Iterator[New]:
        """Yield the facts that follow once no rule stands against them.

        The findings of the decision are put into the first one. Under ``world.as_facts`` the
        states may be empty, so nothing here relies on a rule having held.
        """
        raise AssertionError(f"{type(self).__name__} declares no facts")


COMMANDS: dict[str, Declaration] = {}
"""Every command by its name."""


@dataclass_transform(frozen_default=True, kw_only_default=True)
def command(
    name: str,
    *,
    zh: str,
    en: str,
    kind: Stream[Any],
    roles: tuple[str, ...],
    sealed_for: str = "",
) -> Callable[[type[C]], type[C]]:
    """Declare a command; ``sealed_for`` names the role that alone may learn of its facts.

    Raises:
        ValueError: the name is taken (at import).
    """

    def declare(cls: type[C]) -> type[C]:
        made = record(cls)
        if name in COMMANDS:
            raise ValueError(f"two commands bear the name {name}")
        made.DECLARATION = Declaration(name, Message(zh, en), kind, roles, made, sealed_for)
        COMMANDS[name] = made.DECLARATION
        return made

    return declare


R = TypeVar("R", bound=Callable[..., Iterable[Unmet]])


def _bear(rule_id: str, kind: Kind, of: tuple[type[Command], ...]) -> Callable[[R], R]:
    def bear(ask: R) -> R:
        for cls in of:
            cls.DECLARATION.rules.append(RuleOf(rule_id, kind, ask))
        return ask

    return bear


def hard(rule_id: str, *of: type[Command]) -> Callable[[R], R]:
    """Let commands bear a rule that refuses them when it is broken."""
    return _bear(rule_id, "HARD", of)


def flag(rule_id: str, *of: type[Command]) -> Callable[[R], R]:
    """Let commands bear a rule whose breach is recorded as a finding."""
    return _bear(rule_id, "FLAG", of)


def lifecycle(*of: type[Command]) -> Callable[[R], R]:
    """Let commands bear a condition on the step they come at; asked before every rule."""
    return _bear(LIFECYCLE, "LIFECYCLE", of)


def _ask(asked: Command, world: World, rules: Iterable[RuleOf]) -> list[tuple[RuleOf, Unmet]]:
    """Ask rules, gathering all streams that any of them lacks before giving up."""
    answers: list[tuple[RuleOf, Unmet]] = []
    wanted: set[str] = set()
    for rule in rules:
        try:
            answers.extend((rule, what) for what in rule.ask(asked, world))
        except Unread as lacking:
            wanted |= lacking.wanted
    if wanted:
        raise Unread(wanted)
    return answers


def decide(asked: Command, world: World) -> Granted | Refused:
    """Answer a command.

    Raises:
        Unread: streams are needed that ``world`` does not hold.
    """
    rules = asked.DECLARATION.rules
    out_of_step = _ask(asked, world, (rule for rule in rules if rule.kind == "LIFECYCLE"))
    answers = out_of_step
    if not out_of_step:
        answers = _ask(asked, world, (rule for rule in rules if rule.kind != "LIFECYCLE"))
    broken = tuple(Broken(r.id, u) for r, u in answers if r.kind != "FLAG" and not u.flag)
    flagged = tuple(Broken(r.id, u) for r, u in answers if r.kind == "FLAG" or u.flag)
    findings = tuple(one.finding() for one in flagged)
    if broken and not world.as_facts:
        return Refused(broken, findings, dict(world.read))
    findings = tuple(one.finding() for one in broken) + findings
    news = list(asked.facts(world))
    if news and findings:
        first = news[0]
        held = first.fact.findings
        news[0] = replace(first, fact=replace(first.fact, findings=held + findings))
    return Granted(tuple(news), dict(world.read), findings)


__all__ = [
    "CITY",
    "COMMANDS",
    "LIFECYCLE",
    "STREAMS",
    "Broken",
    "Caller",
    "Channel",
    "Command",
    "Declaration",
    "Granted",
    "Loaded",
    "New",
    "Recorded",
    "Refused",
    "Rule",
    "RuleOf",
    "Stream",
    "Unmet",
    "Unread",
    "World",
    "command",
    "decide",
    "flag",
    "hard",
    "lifecycle",
    "policy_book_id",
    "stream",
    "unmet",
]
