"""The script of a world: who asks what when, and what answer the law must give."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from aggregates.decisions import Caller, Channel
from ledger.application.answers import Ask

Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Planned:
    """One command of the script.

    Attributes:
        ask: The command with its data and its moment.
        caller: Who asks.
        refused: The rules of which one must be among those broken; empty where it is granted.
    """

    ask: Ask
    caller: Caller
    refused: tuple[str, ...] = ()

    @property
    def at(self) -> datetime:
        """The moment of the command."""
        moment = self.ask.at
        assert moment is not None  # noqa: S101 - ``Script.ask`` sets it
        return moment


Kind = Literal["RI-03", "RI-15", "RI-17", "RI-18", "RI-27"]


@dataclass(frozen=True, slots=True)
class Label:
    """What was planted: against a rule, or like it and lawful. The ledger never sees it.

    Attributes:
        rule: The indicator that has to find it, or has not to.
        variant: Which form of it, such as ``b`` of RI-15.
        planted: Whether it is against the rule; else it is a look-alike.
        subjects: What it is about, as kind and id: ``("class", "…")``.
        why: What was done, in a few words.
    """

    rule: Kind
    variant: str
    planted: bool
    subjects: tuple[tuple[str, str], ...]
    why: str


@dataclass(slots=True)
class Script:
    """Gathers commands and labels in the order of planning; ``sorted`` puts them into time's.

    Attributes:
        planned: The commands.
        labels: The labels.
    """

    planned: list[Planned] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)

    def ask(  # noqa: PLR0913 - all that a command is asked with
        self,
        at: datetime,
        caller: Caller,
        command: str,
        data: Data,
        *,
        channel: Channel = "inner",
        as_facts: bool = False,
        refused: Iterable[str] = (),
    ) -> None:
        """Put a command into the script."""
        ask = Ask(command, data, channel=channel, as_facts=as_facts, at=at)
        self.planned.append(Planned(ask, caller, tuple(refused)))

    def label(self, label: Label) -> None:
        """Note what was planted."""
        self.labels.append(label)

    def until(self, end: datetime) -> list[Planned]:
        """Return the commands before a moment in the order of time, planning order within one."""
        return sorted((one for one in self.planned if one.at < end), key=lambda one: one.at)
