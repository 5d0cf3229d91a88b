"""A duty, and how a fact that does something to it is told to the read model.

A duty (职责期限) is something that a body owes by a day (17号, and the city's service times). It is
opened only by what came through the doors in its own time: history from before the ledger, and late
paper, bring none.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from aggregates.ids import derived_id
from aggregates.law.clauses import clause
from aggregates.law.regimes import binds
from projections.part import Read, Row

HISTORY = frozenset({"migration", "import"})


@dataclass(frozen=True, slots=True)
class Duty:
    """One duty.

    Attributes:
        rule_id: The rule that asks for it.
        kind: What it is about, as the trail calls it.
        subject_id: The id of that.
        county: The county.
        ref: Which of several about the same thing, such as the number of a change.
        class_id: The class, if it is one's.
        institution_id: Who owes it, or whose class it is about.
    """

    rule_id: str
    kind: str
    subject_id: UUID
    county: str
    ref: str = ""
    class_id: UUID | None = None
    institution_id: UUID | None = None

    @property
    def id(self) -> UUID:
        """The id of the duty: the same for everything that is told of it."""
        return derived_id("duty", self.rule_id, self.subject_id, self.ref)


def told(read: Read, one: Duty, step: str, on: date | None = None, **more: object) -> Row:
    """Return the row of a step: OPENED, KEPT, ENDED and what moves a day or holds it up."""
    return (
        read.recorded_on,
        one.id,
        step,
        one.rule_id,
        one.ref,
        one.kind,
        one.subject_id,
        one.class_id,
        one.institution_id,
        one.county,
        more.get("owed_by", ""),
        more.get("org"),
        on or read.recorded_on,
        more.get("parameter"),
        more.get("told_on"),
        more.get("amount_fen"),
        more.get("hold"),
        more.get("items", []),
        read.recorded_at,
    )


def opened(
    read: Read, one: Duty, owed_by: str, on: date | None = None, **more: object
) -> Iterator[Row]:
    """Yield that a duty began, unless it is history that is told."""
    if read.channel not in HISTORY:
        yield told(read, one, "OPENED", on, owed_by=owed_by, **more)


def bound(rule_id: str, regime: str, on: date | None = None) -> bool:
    """Say whether a rule binds a class under a regime (A6)."""
    return binds(clause(rule_id).document, regime, on)
