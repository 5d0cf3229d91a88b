"""What the service records by itself: deadlines, accepted imports, sealed entries."""

from datetime import date
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from aggregates.facts import Code, Count, CountyCode, Digest, Fact, Instant, fact, record
from aggregates.subject import Subject

Commitment = Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{43}$")]
"""32 bytes in base64url without padding."""


@fact("system.deadline-missed.v1")
class DeadlineMissed(Fact):
    """Something that was due did not happen in time; often an authority owed it.

    Attributes:
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
    calendar_version: Code | None = None


@fact("system.deadline-recomputed.v1")
class DeadlineRecomputed(Fact):
    """An open deadline, or one recorded as missed, falls on another day than was told before.

    Calendars and parameters are published after the fact; what was decided meanwhile stands, and
    a miss that was recorded stays recorded, with this beside it.

    Attributes:
        rule_id: The rule that asks for what is due.
        subject: What it is about.
        old_due_on: The last day as it was told.
        new_due_on: The last day as it is counted now.
        calendar_version: The working-day calendar it is counted with now, if any was needed.
    """

    rule_id: Code
    subject: Subject
    county_code: CountyCode | None = None
    old_due_on: date
    new_due_on: date
    calendar_version: Code | None = None


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


@fact("sealed.recorded.v1")
class SealedRecorded(Fact):
    """A fact that only its reading role may know of: a commitment over the whole of it."""

    commitment: Commitment
