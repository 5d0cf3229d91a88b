"""What the streams of the service add up to: little, since each has one entry."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from aggregates.decisions import Recorded, stream
from aggregates.facts import Fact
from aggregates.ids import derived_id
from aggregates.subject import Subject
from aggregates.system.facts import (
    DeadlineMissed,
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
    if isinstance(
        fact,
        DeadlineMissed | DocumentsChecked | ImportBatchAccepted | IntakeDropped | SealedRecorded,
    ):
        return System(recorded=True)
    return system


SYSTEM = stream("system", System(), evolve)
SEALED = stream("sealed", System(), evolve)
"""Sealed entries: each a stream of its own with an id that says nothing."""


def missed_id(duty_rule_id: str, subject: Subject, due_at: datetime) -> UUID:
    """Return the id of the one record that a duty was missed on a deadline."""
    return derived_id("deadline-missed", duty_rule_id, *subject.given, due_at.isoformat())
