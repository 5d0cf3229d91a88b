"""What the door answers: recorded, refused, or merely checked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from aggregates.decisions import Broken, Channel, Unmet
from aggregates.facts import Finding
from aggregates.language import Message
from aggregates.law.clauses import CLAUSES
from ledger.errors import Conflict
from ledger.store.appended import Appended


@dataclass(frozen=True, slots=True)
class Ask:
    """A command as it comes through a door.

    Attributes:
        command: Its name.
        data: Its data as JSON, personal values in clear.
        key: The caller's idempotency key, if any.
        channel: By which way it came.
        as_facts: Bring in history: broken rules become findings.
        if_match: Streams that must stand at these versions, else it is a conflict.
        at: The moment, under simulation only.
        once: A refusal, too, is given again to whoever asks again under the key, instead of a new
            decision: for messages that may come more than once without anybody's wish.
    """

    command: str
    data: Mapping[str, Any]
    key: str | None = None
    channel: Channel = "inner"
    as_facts: bool = False
    if_match: Mapping[str, int] = field(default_factory=dict)
    at: datetime | None = None
    once: bool = False


class Written(NamedTuple):
    """One entry that a command led to."""

    stream: str
    version: int
    type: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """The command was granted and its facts are in the log, or were by an earlier try.

    Attributes:
        entries: What was written, in order.
        first: Position of the first of them.
        last: Position of the last of them.
        time: The recorded time.
        findings: The rules that the facts violate, though they are recorded.
        repeated: The key was used before with the same body: this is that answer again.
    """

    entries: tuple[Written, ...]
    first: int
    last: int
    time: datetime
    findings: tuple[Finding, ...] = ()
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """The law's answer no, with every broken rule.

    Attributes:
        broken: Each rule with what was expected and found.
        findings: Rules that would have been recorded as findings.
        position: Where the refusal itself is recorded; 0 for a mere check.
    """

    broken: tuple[Broken, ...]
    findings: tuple[Finding, ...] = ()
    position: int = 0


@dataclass(frozen=True, slots=True)
class Checked:
    """A self-check: what would be recorded, were the command given now."""

    entries: tuple[Written, ...]
    findings: tuple[Finding, ...] = ()


Answer = Recorded | Refusal


def repeated(answer: bytes, appended: Appended) -> Answer:
    """Return the answer that was kept with a key, to give it again.

    Args:
        answer: The entries of a grant, or a refusal as ``refusing.as_kept`` spells it.
        appended: Where its entries lie.
    """
    kept = orjson.loads(answer)
    if isinstance(kept, dict):
        broken = (
            Broken(rule, Unmet(Message(*expected), Message(*found), where))
            for rule, *texts, where in kept["broken"]
            for expected, found in [(texts[:2], texts[2:])]
        )
        findings = tuple(Finding(rule=rule, detail=detail) for rule, detail in kept["findings"])
        return Refusal(tuple(broken), findings, appended.first)
    entries = tuple(Written(*one) for one in kept)
    return Recorded(entries, appended.first, appended.last, appended.time, (), repeated=True)


class Superseded(Conflict):
    """The caller named a version (``If-Match``) at which a stream no longer stands.

    Attributes:
        streams: The streams that have moved on.
    """

    def __init__(self, streams: tuple[str, ...]) -> None:
        named = ", ".join(streams)
        super().__init__(
            Message(f"已有更新的记录：{named}", f"there are newer entries: {named}"),
            mend=Message("请重新载入后再试", "load again, then try again"),
        )
        self.streams = streams


def told(broken: Broken, lang: str = "zh") -> dict[str, str]:
    """Return a broken rule as JSON: rule, clause and quote, expected and found, where."""
    clause = CLAUSES.get(broken.rule)
    return {
        "rule": broken.rule,
        "clause": "" if clause is None else f"{clause.document} {clause.article}",
        "quote": "" if clause is None else clause.quote,
        "where": broken.what.where,
        "expected": broken.what.expected.text(lang),
        "found": broken.what.found.text(lang),
    }
