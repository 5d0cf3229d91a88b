"""What the service records by itself: deadlines, imports, checks, messages, sealed entries."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import Meta

from aggregates.facts import Code, Count, CountyCode, Digest, Fact, Instant, fact, record, upcast
from aggregates.ids import ClassId
from aggregates.sealed import FreeText, Personal
from aggregates.subject import Subject

Offset = Annotated[int, Meta(ge=0, le=2**53)]
"""A place in a partition of a topic."""
Commitment = Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{43}$")]
"""32 bytes in base64url without padding."""


@fact("system.deadline-missed.v2")
class DeadlineMissed(Fact):
    """Something that was due did not happen in time; often an authority owed it.

    Attributes:
        ref: Which of several duties of one rule about one thing, such as the number of an
            objection; None where there can be one only, and in records of before it was told.
        duty_rule_id: The rule that asks for it.
        responsible_org: The code of the body that owed it.
        due_at: When it was due.
        subject: What it is about.
        calendar_version: The working-day calendar it was counted with, if any was needed.
    """

    duty_rule_id: Code
    responsible_org: Code
    county_code: CountyCode | None = None
    due_at: Instant
    subject: Subject
    ref: Code | None = None
    calendar_version: Code | None = None


@fact("system.deadline-recomputed.v2")
class DeadlineRecomputed(Fact):
    """An open deadline, or one recorded as missed, falls on another day than was told before.

    Calendars and parameters are published after the fact; what was decided meanwhile stands, and
    a miss that was recorded stays recorded, with this beside it.

    Attributes:
        rule_id: The rule that asks for what is due.
        subject: What it is about.
        ref: Which of several duties of one rule about one thing, as with a miss.
        old_due_on: The last day as it was told.
        new_due_on: The last day as it is counted now.
        calendar_version: The working-day calendar it is counted with now, if any was needed.
    """

    rule_id: Code
    subject: Subject
    ref: Code | None = None
    county_code: CountyCode | None = None
    old_due_on: date
    new_due_on: date
    calendar_version: Code | None = None


def _of_all(data: dict[str, Any]) -> dict[str, Any]:
    """Read a record that told of all duties of a rule about one thing alike: it names none."""
    return data


upcast("system.deadline-missed.v1", to="system.deadline-missed.v2")(_of_all)
upcast("system.deadline-recomputed.v1", to="system.deadline-recomputed.v2")(_of_all)


@record
class RejectedRow:
    """A row of an import that was not taken: its line in the file, and the rule or fault."""

    line: Count
    reason: Code


@fact("system.import-batch-accepted.v1")
class ImportBatchAccepted(Fact):
    """A file was brought in.

    Attributes:
        batch_id: The batch.
        source_system: Where the file comes from.
        rows: Rows in the file.
        rejected_rows: Rows that were not taken.
        rejected: The first of them, at most ``REJECTED_MAX``.
        sha256: The digest of the file.
        mapping_version: By which reading of its columns.
    """

    batch_id: UUID
    source_system: Code
    rows: Count
    rejected_rows: Count
    rejected: tuple[RejectedRow, ...]
    sha256: Digest
    mapping_version: Code


REJECTED_MAX = 500
"""How many rejected rows an entry names; the report of the import names all."""


@fact("system.intake-dropped.v1")
class IntakeDropped(Fact):
    """A message from outside that could not be decided was given up, by a person, for a reason.

    Attributes:
        message_id: The message, by topic, partition and offset.
        topic: Where it came in.
        partition: In which partition.
        offset: At which place.
        digest: A keyed digest of its bytes: whoever still has them can show that it is this one.
        sender_id: The registered sender; none where nobody known had signed it.
        fault: Why it could not be decided.
        reason: Why it was given up.
    """

    message_id: UUID
    topic: Code
    partition: Count
    offset: Offset
    digest: Digest
    sender_id: UUID | None = None
    county_code: CountyCode | None = None
    fault: Code
    reason: Personal[FreeText]


@record
class Damage:
    """A file of the document store that is not as it was stored.

    Attributes:
        found: It is missing, its bytes are others, or it cannot be read.
        class_ids: The classes whose archives hold it.
    """

    sha256: Digest
    found: Literal["MISSING", "CHANGED", "UNREADABLE"]
    class_ids: tuple[ClassId, ...]


@fact("system.documents-checked.v1")
class DocumentsChecked(Fact):
    """Every file of the document store was read again, and its digest compared.

    Attributes:
        documents: How many files there should be.
        octets: How many bytes were read.
        damaged: How many are not as they were stored.
        named: The first of them, as many as an entry holds.
    """

    begun_at: Instant
    documents: Count
    octets: Annotated[int, Meta(ge=0, le=2**53)]
    damaged: Count
    named: tuple[Damage, ...] = ()


@fact("sealed.recorded.v1")
class SealedRecorded(Fact):
    """A fact that only its reading role may know of: a commitment over the whole of it."""

    commitment: Commitment
