"""What the facts of an archive add up to."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256
from types import MappingProxyType

from aggregates.archive.facts import (
    ArchiveChecked,
    ArchiveDestroyed,
    ArchiveDestructionApproved,
    ArchiveDocumentFiled,
    ArchiveDocumentStored,
    ArchiveSealed,
    DocumentKind,
    HoldReleased,
    Medium,
    Part,
    RetentionExtended,
)
from aggregates.decisions import Recorded, stream
from aggregates.facts import Fact
from aggregates.ids import ClaimId, EnrolmentId, InstitutionId, OfficialId

_NO_HOLDS: Mapping[str, date | None] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Document:
    """A document in an archive."""

    kind: DocumentKind
    sha256: str
    medium: Medium
    pages: int
    paper_location: str = ""
    enrolment_id: EnrolmentId | None = None
    claim_id: ClaimId | None = None

    @property
    def line(self) -> str:
        """The document as the manifest lists it."""
        return f"{self.kind} {self.sha256} {self.medium} {self.pages}"


@dataclass(frozen=True, slots=True)
class Approval:
    """The decision to destroy an archive, as far as it has come.

    Attributes:
        decision_doc: The decision that it rests on.
        list_sha256: Digest of the list of what is to be destroyed.
        approvers: Who approved it so far.
        complete: Whether they are enough.
    """

    decision_doc: str
    list_sha256: str
    approvers: tuple[OfficialId, ...]
    complete: bool


@dataclass(frozen=True, slots=True)
class Archive:
    """The archive of a class.

    Attributes:
        institution_id: Whose class it is; None before the first fact.
        county: The county of the class.
        documents: What was filed, in order.
        checked: The parts whose last check found nothing missing, by what lay there then.
        sealed_on: Local date of the sealing, if it is sealed.
        retention_to: The last day of the retention, as known at the sealing.
        stored: The digests of what lies in the store.
        holds: The last day of each hold that is not released, by its number; None without end.
        approval: The decision to destroy it, if there is one.
        destroyed_on: Local date of the destruction, if it is destroyed.
    """

    institution_id: InstitutionId | None = None
    county: str = ""
    documents: tuple[Document, ...] = ()
    checked: frozenset[Part] = frozenset()
    sealed_on: date | None = None
    retention_to: date | None = None
    stored: frozenset[str] = frozenset()
    holds: Mapping[str, date | None] = field(default_factory=lambda: _NO_HOLDS)
    approval: Approval | None = None
    destroyed_on: date | None = None

    @property
    def training_checked(self) -> bool:
        """Whether the training part was checked, which claims wait for (ARC-02)."""
        return "TRAINING" in self.checked

    def of_kind(self, kind: str) -> tuple[Document, ...]:
        """Return the documents of a kind."""
        return tuple(one for one in self.documents if one.kind == kind)

    @property
    def manifest_sha256(self) -> str:
        """The digest over all documents, whatever the order in which they were filed.

        SHA-256 of the lines ``<kind> <sha256> <medium> <pages>``, sorted, each ended by LF.
        """
        lines = "".join(f"{line}\n" for line in sorted(one.line for one in self.documents))
        return sha256(lines.encode()).hexdigest()


def evolve(one: Archive, fact: Fact, at: Recorded) -> Archive:
    """Return the archive after one more fact."""
    match fact:
        case ArchiveDocumentFiled():
            document = Document(
                kind=fact.kind,
                sha256=fact.sha256,
                medium=fact.medium,
                pages=fact.pages,
                paper_location=fact.paper_location or "",
                enrolment_id=fact.enrolment_id,
                claim_id=fact.claim_id,
            )
            return replace(
                one,
                institution_id=fact.institution_id,
                county=fact.county_code,
                documents=(*one.documents, document),
            )
        case ArchiveDocumentStored():
            return replace(one, stored=one.stored | {fact.sha256})
        case ArchiveChecked():
            checked = one.checked - {fact.part}
            return replace(one, checked=checked | {fact.part} if fact.complete else checked)
        case ArchiveSealed():
            return replace(one, sealed_on=at.on, retention_to=fact.retention_to)
        case _:
            return _ending(one, fact, at)


def _ending(one: Archive, fact: Fact, at: Recorded) -> Archive:
    match fact:
        case RetentionExtended():
            return replace(
                one, holds=MappingProxyType({**one.holds, fact.hold_no: fact.held_until})
            )
        case HoldReleased():
            left = {number: to for number, to in one.holds.items() if number != fact.hold_no}
            return replace(one, holds=MappingProxyType(left))
        case ArchiveDestructionApproved():
            approval = Approval(
                fact.decision_doc, fact.list_sha256, fact.approvers, complete=fact.complete
            )
            return replace(one, approval=approval)
        case ArchiveDestroyed():
            return replace(one, destroyed_on=at.on)
        case _:
            return one


ARCHIVE = stream("archive", Archive(), evolve)
