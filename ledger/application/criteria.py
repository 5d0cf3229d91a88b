"""From the words of a query to what is asked: shared by pages, API and files.

A criterion that cannot be read is refused by name; its value is never repeated. Whoever sees one
county or one institution asks within it, whatever the query says.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import get_args
from uuid import UUID

from aggregates.language import Message
from aggregates.law.catalogues import TrainingType
from aggregates.risk_signal.facts import Severity
from ledger.application.asking import Asked, NotFound
from ledger.application.entries import position_at
from ledger.application.parsing import BadInput, Problem
from ledger.clock import SHANGHAI
from ledger.security.authority import Reach
from projections.archive.keeping import DUE, Due
from projections.archive.queries import STATES as ARCHIVE_STATES
from projections.archive.queries import ArchiveFilter
from projections.class_ledger.queries import COLUMNS, STATUSES, ClassFilter
from projections.model import Moment
from projections.paging import Order
from projections.risk.queries import RiskFilter, SignalRow

TEXT_CHARACTERS_MAX = 100
NOWHERE = "-"
"""A county that does not exist."""
NOBODY = UUID(int=0)
"""An institution that does not exist."""
_MONTH = re.compile(r"[12][0-9]{3}-(0[1-9]|1[0-2])")
_YEAR = re.compile(r"20[0-9]{2}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_POSITION = re.compile(r"#?([0-9]{1,18})")

_BAD_MONTH = Message("应为 YYYY-MM", "expected YYYY-MM")
_BAD_YEAR = Message("应为 YYYY", "expected YYYY")
_BAD_DATE = Message("应为 YYYY-MM-DD", "expected YYYY-MM-DD")
_BAD_MOMENT = Message(
    "应为账位（如 12345）或日期（YYYY-MM-DD）", "expected a position such as 12345, or YYYY-MM-DD"
)
_BEYOND = Message("账本还没有到这个账位", "the log has not come to that position")
_NOT_YET = Message("这一天还没有到", "that day has not come yet")
_BAD_ID = Message("应为 UUID", "expected a UUID")
_BAD_COLUMN = Message("没有这一列", "there is no such column")
_BAD_DUE = Message(f"应为{'、'.join(DUE)}之一", f"one of {', '.join(DUE)}")
_TOO_LONG = Message(f"最多{TEXT_CHARACTERS_MAX}个字符", f"at most {TEXT_CHARACTERS_MAX} characters")


def refused(where: str, what: Message) -> BadInput:
    """Return the refusal of one criterion."""
    return BadInput(Problem(where, what))


def month(where: str, text: str) -> str:
    """Read a month.

    Raises:
        BadInput: it is none.
    """
    if text and not _MONTH.fullmatch(text):
        raise refused(where, _BAD_MONTH)
    return text


def day(where: str, text: str) -> date | None:
    """Read a date; nothing where none is given.

    Raises:
        BadInput: it is none.
    """
    if not text:
        return None
    found = date_in(text)
    if found is None:
        raise refused(where, _BAD_DATE)
    return found


def date_in(text: str) -> date | None:
    """Return the date that a text spells as YYYY-MM-DD, and in no other way; None for any other."""
    if not _DAY.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def identity(where: str, text: str) -> UUID:
    """Read an id.

    Raises:
        BadInput: it is none.
    """
    try:
        return UUID(text)
    except ValueError:
        raise refused(where, _BAD_ID) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassCriteria:
    """What a list of classes is asked for, as words; empty words ask for nothing.

    Attributes:
        q: Part of the filing number or of the institution's name.
        start: First month of the start, ``YYYY-MM``.
        end: Last month, likewise.
        sort: The column, with ``-`` before it for the highest first.
    """

    q: str = ""
    county: Sequence[str] = ()
    institution: Sequence[str] = ()
    training_type: Sequence[str] = ()
    status: Sequence[str] = ()
    start: str = ""
    end: str = ""
    sort: str = "-filed_on"

    def only(self, reach: Reach) -> ClassFilter:
        """Return the filter, within a caller's reach.

        Raises:
            BadInput: a criterion cannot be read.
        """
        if len(self.q) > TEXT_CHARACTERS_MAX:
            raise refused("q", _TOO_LONG)
        return ClassFilter(
            counties=counties_of(reach, self.county),
            institution_ids=bodies_of(reach, self.institution),
            training_types=among("training_type", self.training_type, get_args(TrainingType)),
            statuses=among("status", self.status, STATUSES),
            month_from=month("start", self.start),
            month_to=month("end", self.end),
            text=self.q.strip(),
        )

    def order(self) -> Order:
        """Return the order.

        Raises:
            BadInput: there is no such column.
        """
        return order_of(self.sort, COLUMNS)


def given(values: Sequence[str]) -> tuple[str, ...]:
    """Return the words of a query that say something."""
    return tuple(one for one in values if one)


def among(where: str, values: Sequence[str], known: Sequence[str]) -> tuple[str, ...]:
    """Return codes of a query, each one that there is: a slip must not look like an empty list.

    Raises:
        BadInput: there is no such code.
    """
    named = given(values)
    if not set(named) <= set(known):
        zh, en = f"应为{'、'.join(known)}之一", f"one of {', '.join(known)}"
        raise refused(where, Message(zh, en))
    return named


def counties_of(reach: Reach, asked: Sequence[str]) -> tuple[str, ...]:
    """Return the counties that a list is asked for, within a caller's reach.

    Whoever sees one county and asks for another gets an empty list, not its own.
    """
    named = given(asked)
    if not reach.county:
        return named
    return (reach.county,) if not named or reach.county in named else (NOWHERE,)


def bodies_of(reach: Reach, asked: Sequence[str]) -> tuple[UUID, ...]:
    """Return the institutions that a list is asked for, within a caller's reach.

    Raises:
        BadInput: an id cannot be read.
    """
    named = tuple(identity("institution", one) for one in given(asked))
    own = reach.institution
    if own is None:
        return named
    return (own,) if not named or own in named else (NOBODY,)


def order_of(sort: str, columns: Sequence[str]) -> Order:
    """Read the order of a list: a column, with ``-`` before it for the highest first.

    Raises:
        BadInput: there is no such column.
    """
    column = sort.removeprefix("-")
    if column not in columns:
        raise refused("sort", _BAD_COLUMN)
    return Order(column, descending=sort.startswith("-"))


@dataclass(frozen=True, slots=True)
class When:
    """As of when a question is asked.

    Attributes:
        moment: The moment for read models; None for now.
        position: The position that counts: of the moment, or where the read models stand.
        told: The position or date as it was given; empty for now.
        day: The last business date that counts; None for all.
    """

    moment: Moment | None
    position: int
    told: str = ""
    day: date | None = None

    @property
    def is_day(self) -> bool:
        """Whether the moment is the end of a day."""
        return bool(self.told) and not self.told.isdigit()


async def when(asked: Asked, at: str = "", until: str = "") -> When:
    """Read as of when a question is asked.

    Args:
        asked: The question.
        at: A position, or a date: what the ledger knew there, or at the end of that day.
        until: The last business date that counts.

    Raises:
        BadInput: it cannot be read, or lies beyond the log.
    """
    last = day("until", until)
    if not at and last is None:
        return When(None, asked.standing.folded)
    position = await _position(asked, at) if at else asked.standing.folded
    return When(Moment(position, last), position, at.removeprefix("#"), last)


async def _position(asked: Asked, at: str) -> int:
    folded = asked.standing.folded
    number = _POSITION.fullmatch(at)
    if number is not None:
        if int(number[1]) > folded:
            raise refused("at", _BEYOND)
        return int(number[1])
    on = date_in(at)
    if on is None:
        raise refused("at", _BAD_MOMENT)
    if on > asked.today:
        raise refused("at", _NOT_YET)
    end = datetime.combine(on, time.max, SHANGHAI)
    return min(folded, await position_at(asked.connection, end))


def within(reach: Reach, county: str | None, institution: UUID | None) -> None:
    """Let a caller see a thing of a county and an institution.

    Raises:
        NotFound: it is not within reach; that it exists is not said.
    """
    outside = reach.county and county != reach.county
    if outside or (reach.institution is not None and institution != reach.institution):
        raise NotFound(Message("没有找到，或不在您的范围内", "not found, or not within your reach"))


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskCriteria:
    """What a list of signals is asked for, as words."""

    rule: Sequence[str] = ()
    severity: Sequence[str] = ()
    county: Sequence[str] = ()
    subject_kind: Sequence[str] = ()
    subject: str = ""
    sort: str = "-raised_at"

    def only(self, reach: Reach) -> RiskFilter:
        """Return the filter, within a caller's reach.

        Raises:
            BadInput: a criterion cannot be read.
        """
        subject = self.subject.strip()
        return RiskFilter(
            rule_ids=given(self.rule),
            severities=among("severity", self.severity, get_args(Severity)),
            counties=counties_of(reach, self.county),
            subject_kinds=given(self.subject_kind),
            subject_ids=[identity("subject", subject)] if subject else (),
        )


def keeps(only: RiskFilter, row: SignalRow) -> bool:
    """Say whether a signal that no table holds meets the criteria of a list."""
    return all(
        not wanted or found in wanted
        for wanted, found in (
            (only.rule_ids, row.rule_id),
            (only.severities, row.severity),
            (only.counties, row.county),
            (only.subject_kinds, row.subject_kind),
            (only.subject_ids, row.subject_id),
        )
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveCriteria:
    """What a list of archives is asked for, as words.

    Attributes:
        q: Part of the filing number.
        lacking: Anything but nothing asks for those from which something is missing.
        due: Only those for which something is due, one of ``DUE``.
        today: The day on which a retention is over or not.
    """

    q: str = ""
    county: Sequence[str] = ()
    institution: Sequence[str] = ()
    state: Sequence[str] = ()
    lacking: str = ""
    due: str = ""
    today: date | None = None
    sort: str = "-filing_no"

    def only(self, reach: Reach) -> ArchiveFilter:
        """Return the filter, within a caller's reach.

        Raises:
            BadInput: a criterion cannot be read.
        """
        if len(self.q) > TEXT_CHARACTERS_MAX:
            raise refused("q", _TOO_LONG)
        return ArchiveFilter(
            counties=counties_of(reach, self.county),
            institution_ids=bodies_of(reach, self.institution),
            states=among("state", self.state, ARCHIVE_STATES),
            lacking=bool(self.lacking),
            due=self._due(reach),
            today=self.today,
            supervised=reach.institution is None,
            text=self.q.strip(),
        )

    def _due(self, reach: Reach) -> Due | None:
        for one in dues_for(reach):
            if one == self.due:
                return one
        if self.due:
            raise refused("due", _BAD_DUE)
        return None


def dues_for(reach: Reach) -> tuple[Due, ...]:
    """Return what a caller may ask archives for: a hold shows that somebody inquires."""
    return DUE if reach.institution is None else ("unstored", "damaged")


def year(where: str, text: str) -> tuple[int, ...]:
    """Read a year; none where none is given.

    Raises:
        BadInput: it is none.
    """
    if not text:
        return ()
    if not _YEAR.fullmatch(text):
        raise refused(where, _BAD_YEAR)
    return (int(text),)
