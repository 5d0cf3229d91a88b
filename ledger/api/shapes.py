"""The shapes of answers, for whoever programs against them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from ledger.application.criteria import When
from projections.archive.queries import ArchiveRow, ArchiveTotals, DocumentRow
from projections.class_ledger.queries import ClassRow, ClassTotals
from projections.duties.queries import DutyRow, StateRow
from projections.entitlements.queries import EntitlementRow, YearRow
from projections.funds.queries import FundRow
from projections.risk.queries import RuleRow, SignalRow


@dataclass(frozen=True, slots=True)
class AsOf:
    """As of when an answer holds.

    Attributes:
        position: The last position that counts.
        until: The last business date that counts; None for all.
        past: Whether that is a moment in the past; otherwise it is the newest that the read
            models know.
    """

    position: int
    until: date | None
    past: bool


def as_of(then: When) -> AsOf:
    """Return as of when an answer holds."""
    return AsOf(then.position, then.day, then.moment is not None)


@dataclass(frozen=True, slots=True)
class ClassList:
    """A page of the class ledger; ``before`` and ``after`` are the cursors of its neighbours."""

    as_of: AsOf
    totals: ClassTotals
    rows: tuple[ClassRow, ...]
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class OneClass:
    """A class as of a moment."""

    as_of: AsOf
    row: ClassRow


@dataclass(frozen=True, slots=True)
class FindingShape:
    """A rule that a fact does not keep."""

    rule: str
    detail: str


@dataclass(frozen=True, slots=True)
class EventShape:
    """An entry of a story.

    Attributes:
        title_zh: What such an entry is called.
        title_en: The same in English.
        data: The fact as the entry holds it; empty where only the title may be seen.
        masked: What may be shown of personal values, by the commitment that stands for them.
        sealed: Whether it is a sealed fact, opened for its reading role.
    """

    position: int
    stream: str
    version: int
    type: str
    title_zh: str
    title_en: str
    time: datetime
    actor: str
    role: str
    org: str
    county: str
    channel: str
    leaf: str
    sealed: bool
    findings: list[FindingShape]
    data: dict[str, Any]
    masked: dict[str, str]


@dataclass(frozen=True, slots=True)
class Story:
    """Entries in the order of the log."""

    events: list[EventShape]


@dataclass(frozen=True, slots=True)
class TrailShape:
    """A page of a trail, the newest entry first.

    Attributes:
        recorded: The position at which this very look was recorded.
        newer: Give it as ``after`` for the page with newer entries.
        older: Give it as ``before`` for the page with older entries.
    """

    recorded: int
    count: int
    newer: int | None
    older: int | None
    events: list[EventShape]


@dataclass(frozen=True, slots=True)
class RiskList:
    """A page of risk signals, with how many each rule raised."""

    as_of: AsOf
    rules: list[RuleRow]
    rows: tuple[SignalRow, ...]
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class SealedRisk:
    """The sealed signals that the caller may read."""

    rows: list[SignalRow]


@dataclass(frozen=True, slots=True)
class ArchiveList:
    """A page of archives."""

    as_of: AsOf
    totals: ArchiveTotals
    rows: tuple[ArchiveRow, ...]
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Dossier:
    """The archive of a class with its documents."""

    as_of: AsOf
    row: ArchiveRow
    documents: list[DocumentRow]


@dataclass(frozen=True, slots=True)
class DutyList:
    """A page of duties, with how many of each rule stand how.

    Attributes:
        today: The local date on which it is asked: an open duty due before it is overdue.
    """

    as_of: AsOf
    today: date
    states: list[StateRow]
    rows: tuple[DutyRow, ...]
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class FundList:
    """The books of the funds."""

    as_of: AsOf
    rows: list[FundRow]


@dataclass(frozen=True, slots=True)
class Granted:
    """What a person was granted: item by item, and how often a year."""

    as_of: AsOf
    person: UUID
    years: list[YearRow]
    items: list[EntitlementRow]
