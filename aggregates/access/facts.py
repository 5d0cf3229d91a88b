"""What happened at the doors: a command refused, sensitive data opened, a person erased.

Each is a stream of one entry, apart from the streams of the business. What was refused is
evidence, and may be a timely application: it is kept whole, sealed.
"""

from typing import Annotated

from msgspec import Meta

from aggregates.facts import Code, Digest, Fact, Instant, fact, record
from aggregates.ids import ClaimId, ClassId, InstitutionId, OfficialId, PersonId
from aggregates.sealed import FreeText, Payload, Personal

Told = Annotated[str, Meta(max_length=1000)]
"""What a rule expected and found, in Chinese; rules never name a person in it."""


@record
class Reason:
    """One rule that stood against a command."""

    rule_id: Code
    text: Told


@fact("access.command-refused.v1")
class CommandRefused(Fact):
    """A command was answered no.

    Attributes:
        command: The command's name.
        target: The kind of stream it would have written to.
        reasons: Every rule that stood against it.
        payload_digest: Digest of what was sent, keyed, since it may hold personal data.
        payload: What was sent, whole.
    """

    command: Code
    target: Code
    reasons: tuple[Reason, ...]
    payload_digest: Digest
    payload: Personal[Payload] | None = None
    institution_id: InstitutionId | None = None
    class_id: ClassId | None = None
    claim_id: ClaimId | None = None


@fact("access.sensitive-data-accessed.v1")
class SensitiveDataAccessed(Fact):
    """Somebody opened what is otherwise shown masked (ARC-03).

    Attributes:
        who: Who opened it.
        role: As what.
        what: The data set or stream.
        fields: The fields that were opened.
        purpose: For what, in that person's words.
        ticket: The number of the task, where an auditor or inspector opened it.
        person_id: Whose data they are, where it is one person.
    """

    who: OfficialId
    role: Code
    what: Code
    fields: tuple[Code, ...]
    purpose: Personal[FreeText]
    ticket: Code | None = None
    person_id: PersonId | None = None


@fact("access.subject-readmitted.v1")
class SubjectReadmitted(Fact):
    """A person who was erased came back: new data may be kept, what was erased stays erased.

    Attributes:
        basis: The document it rests on, such as the person's own application.
    """

    person_id: PersonId
    basis: Code
    readmitted_at: Instant


@fact("access.subject-erased.v1")
class SubjectErased(Fact):
    """A person's key and rows were destroyed; the entries and every proof stay.

    Attributes:
        approvers: The two who approved it.
        basis: The document it rests on.
        class_ids: The classes whose archives were looked at: none is within its retention.
    """

    person_id: PersonId
    approvers: tuple[OfficialId, ...]
    basis: Code
    erased_at: Instant
    class_ids: tuple[ClassId, ...] = ()
