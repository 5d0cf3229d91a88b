"""What the service records by itself: missed deadlines, imports, checks, messages, seals."""

from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from aggregates.facts import Code, Count, CountyCode, Digest, Fact, Instant, fact, record
from aggregates.ids import ClassId
from aggregates.sealed import FreeText, Personal
from aggregates.subject import Subject

Offset = Annotated[int, Meta(ge=0, le=2**53)]
"""A place in a partition of a topic."""
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
