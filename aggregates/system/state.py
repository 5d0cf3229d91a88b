"""What the streams of the service add up to: little, since each has one entry."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from aggregates.decisions import Recorded, stream
from aggregates.facts import Fact
from aggregates.ids import derived_id
from aggregates.subject import Subject
from aggregates.system.facts import (
    DeadlineMissed,
    DeadlineRecomputed,
    DocumentsChecked,
    ImportBatchAccepted,
    IntakeDropped,
    SealedRecorded,
)

_RECORDED = (
    DeadlineMissed,
    DeadlineRecomputed,
    DocumentsChecked,
    ImportBatchAccepted,
    IntakeDropped,
    SealedRecorded,
)


@dataclass(frozen=True, slots=True)
class System:
    """One matter of the service.

    Attributes:
        recorded: Whether the matter is on record.
    """

    recorded: bool = False


def evolve(system: System, fact: Fact, at: Recorded) -> System:
    """Return the matter after one more fact."""
    del at
    if isinstance(fact, _RECORDED):
        return System(recorded=True)
    return system


SYSTEM = stream("system", System(), evolve)
SEALED = stream("sealed", System(), evolve)
"""Sealed entries: each a stream of its own with an id that says nothing."""


def missed_id(
    duty_rule_id: str, subject: Subject, due_at: datetime, ref: str | None = None
) -> UUID:
    """Return the id of the one record that a duty was missed on a deadline."""
    moment = due_at.astimezone(UTC).isoformat()
    which = () if ref is None else (ref,)
    return derived_id("deadline-missed", duty_rule_id, *subject.given, moment, *which)


def recomputed_id(
    rule_id: str, subject: Subject, old: date, new: date, ref: str | None = None
) -> UUID:
    """Return the id of the one record that a deadline fell on one day and falls on another."""
    which = () if ref is None else (ref,)
    return derived_id("deadline-recomputed", rule_id, *subject.given, old, new, *which)
