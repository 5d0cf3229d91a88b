"""Under which law a class stands: the regimes and how one is chosen.

The closing paragraph of 17号 and 72号 二(四) say what becomes of classes that straddle a change.
A regime is chosen by a table of lines, of which the first that fits counts; a later notice adds
lines to the table and changes no code. A decision records its regime and is never taken again.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from aggregates.language import Message
from aggregates.law.deadlines import local_date

PROVINCE_FROM = date(2022, 1, 1)
"""Training from this day on falls under 72号 (72号 二(四))."""
NOTICE_DATE = date(2023, 7, 12)
"""The date of 17号; it carries no printing date (default of ``transition.notice_date``)."""
DB37_FROM = date(2022, 5, 8)
"""The day DB37/T 4498—2022 came into force, by its cover."""


@dataclass(frozen=True, slots=True)
class Regime:
    """A legal regime.

    Attributes:
        id: ``R0`` to ``R3``.
        law: The law that is applied.
        rules: The rules that say so.
        documents: The documents whose rules bind classes under it, DB37 by session date.
    """

    id: str
    law: Message
    rules: tuple[str, ...]
    documents: frozenset[str]


_PROVINCIAL = frozenset({"72号", "DB37"})
_ALL = frozenset({"17号", "72号", "马兰花", "负面清单", "DB37"})

REGIMES: dict[str, Regime] = {
    one.id: one
    for one in (
        Regime(
            "R0",
            Message("原文件；未落实的补贴逐步解决", "Legacy documents; arrears settled gradually"),
            ("TRN-05",),
            frozenset(),
        ),
        Regime(
            "R1",
            Message("72号及本市原文件", "72号 and the city's earlier documents"),
            ("TRN-01", "TRN-05"),
            _PROVINCIAL,
        ),
        Regime(
            "R2",
            Message(
                "程序按17号，标准和资格按审核时规定",
                "Procedure of 17号; standards and eligibility of the approval",
            ),
            ("TRN-02",),
            _ALL,
        ),
        Regime("R3", Message("17号全文", "17号 in full"), ("TRN-03", "TRN-04"), _ALL),
    )
}
"""Every regime by its id."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table that chooses a regime.

    Attributes:
        event: What must have happened: the class started, or its filing was approved.
        before: The local date before which it must have happened.
        regime: The regime that then applies.
    """

    event: Literal["STARTED", "APPROVED"]
    before: date
    regime: str


def table(notice_date: date = NOTICE_DATE, *, inclusive: bool = False) -> tuple[Line, ...]:
    """Return the lines for the notice; where none fits, ``R3`` applies.

    Args:
        notice_date: The day of the notice (``transition.notice_date``).
        inclusive: A class of that day itself still counts as before it
            (``transition.inclusive``; the default reads 印发前 strictly).
    """
    change = date.fromordinal(notice_date.toordinal() + inclusive)
    return (
        Line("STARTED", PROVINCE_FROM, "R0"),
        Line("STARTED", change, "R1"),
        Line("APPROVED", change, "R2"),
    )


_TABLE = table()


def regime(
    actual_start: date | None,
    approved_at: datetime | date | None,
    lines: tuple[Line, ...] = _TABLE,
    otherwise: str = "R3",
) -> str:
    """Return the id of the regime under which a class stands.

    Args:
        actual_start: The local date on which it actually started; None while it has not.
        approved_at: When its filing was approved, an instant or a local date; None if it was not.
        lines: The table; by default that of the notice.
        otherwise: The regime where no line fits.

    Raises:
        ValueError: ``approved_at`` is an instant without an offset.
    """
    approved = local_date(approved_at) if isinstance(approved_at, datetime) else approved_at
    happened = {"STARTED": actual_start, "APPROVED": approved}
    for line in lines:
        on = happened[line.event]
        if on is not None and on < line.before:
            return line.regime
    return otherwise


def db37_applies(session_on: date) -> bool:
    """Say whether the rules of DB37 apply to a session held on a local date (TRN-06)."""
    return session_on >= DB37_FROM


def binds(document: str, regime_id: str, session_on: date | None = None) -> bool:
    """Say whether the rules of a document bind a class under a regime.

    Args:
        document: The short name of the document, as ``Clause.document``.
        regime_id: The regime of the class.
        session_on: The session in question; rules of DB37 look at its date, if one is given.

    Raises:
        KeyError: no regime has the id.
    """
    if document == "DB37" and session_on is not None and not db37_applies(session_on):
        return False
    return document in REGIMES[regime_id].documents
