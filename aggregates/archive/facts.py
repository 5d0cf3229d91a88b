"""The story of a class's archive (17号 六): documents filed, parts checked, the whole sealed.

Then it is produced to whoever may ask for it, kept for ten years and longer where a hold asks for
that, and at last destroyed, by the decision of two people and the hands of two others.
"""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta

from aggregates.facts import Code, Count, CountyCode, Digest, Fact, Instant, fact, record
from aggregates.ids import ClaimId, ClassId, EnrolmentId, InstitutionId, OfficialId
from aggregates.sealed import FreeText, Personal

RequiredKind = Literal["TRAINING_PLAN", "LECTURER_FORM", "TRAINEE_FORMS", "SATISFACTION_SURVEY"]
"""培训计划、培训讲师登记表、培训对象登记表及证明资料、培训满意度调查表 (DB37 7.2.3)."""
ConditionalKind = Literal["ASSESSMENT_RECORDS", "COMPLAINT_RECORDS", "FOLLOW_UP_RECORDS"]
"""考核原始材料及登记表、投诉处理表、回访登记表: each 若有, where there were any (DB37 7.2.3)."""
StageKind = Literal[
    "FILING_FORM",
    "TIMETABLE",
    "ATTENDANCE",
    "RECORDING_INDEX",
    "CERTIFICATE_SCAN",
    "AGENCY_AGREEMENT",
    "CLAIM",
    "REVIEW",
    "AUDIT_REPORT",
    "MINUTES",
    "PUBLICITY_LIST",
    "PAYMENT_VOUCHER",
    "OTHER",
]
"""备案表、课程表、考勤、录像索引、证书扫描件、代领协议、申领及审核材料、公示截图、拨付凭证."""
DocumentKind = Literal[RequiredKind, ConditionalKind, StageKind]
Medium = Literal["PAPER", "ELECTRONIC", "BOTH"]
Part = Literal["TRAINING", "FINAL"]
Octets = Annotated[int, Meta(ge=0, le=2**53)]
"""A length in bytes."""
Recipient = Literal["AUDIT", "DISCIPLINE", "JUDICIAL", "ARCHIVES", "AUTHORITY", "OTHER"]
"""审计、纪检监察、司法机关、综合档案馆、主管部门、其他: to whom an archive is produced."""
DigestsMade = Annotated[tuple[Digest, ...], Meta(max_length=500)]
Method = Literal["PULPED", "SHREDDED", "BURNED", "DELETED", "OVERWRITTEN"]
"""化浆、粉碎、焚毁、删除、覆写: how paper and files are destroyed."""


@fact("archive.document-filed.v1")
class ArchiveDocumentFiled(Fact):
    """A document was put into the archive of a class.

    Attributes:
        sha256: Digest of the electronic form, or of the scan that shows the paper.
        paper_location: Where the paper lies.
        enrolment_id: The trainee it is about, for certificate scans and agreements.
        claim_id: The claim it belongs to, for the material of reviews (CLM-14).
    """

    class_id: ClassId
    institution_id: InstitutionId
    county_code: CountyCode
    kind: DocumentKind
    sha256: Digest
    medium: Medium
    paper_location: Code | None = None
    pages: Count
    enrolment_id: EnrolmentId | None = None
    claim_id: ClaimId | None = None
    filed_by: OfficialId


@record
class ChecklistRow:
    """One kind of document: is it needed, how many are there, are both media there.

    Attributes:
        ok: It is there in both media, or it is not needed.
    """

    kind: DocumentKind
    required: bool
    documents: Count
    both_media: bool
    ok: bool


@fact("archive.checked.v1")
class ArchiveChecked(Fact):
    """A part of an archive was checked against the list of DB37 7.2.3.

    Attributes:
        complete: Whether nothing is missing; only then does the part count as checked.
        missing: The kinds that are missing or lack a medium.
    """

    class_id: ClassId
    institution_id: InstitutionId
    county_code: CountyCode
    part: Part
    checklist: tuple[ChecklistRow, ...]
    complete: bool
    missing: tuple[DocumentKind, ...] = ()
    checked_by: OfficialId


@fact("archive.sealed.v1")
class ArchiveSealed(Fact):
    """An archive was sealed: from here on nothing is added.

    Attributes:
        documents: How many documents it holds.
        pages: How many pages that is.
        manifest_sha256: Digest over the documents: their kinds, digests and media.
        last_paid_on: The day of the last payment of the claims of the class; None without any.
        claim_ids: The claims of the class, all of them settled.
        retention_from: The day from which the ten years run, as known today (C-13).
        retention_to: The last day of the retention, as known today; closing the class later
            moves it.
    """

    class_id: ClassId
    institution_id: InstitutionId
    county_code: CountyCode
    checklist: tuple[ChecklistRow, ...]
    documents: Count
    pages: Count
    manifest_sha256: Digest
    claim_ids: tuple[ClaimId, ...] = ()
    last_paid_on: date | None = None
    retention_from: date
    retention_to: date
    sealed_by: OfficialId


@fact("archive.document-stored.v1")
class ArchiveDocumentStored(Fact):
    """The electronic form of a document came into the store; its digest was checked on the way in.

    Attributes:
        sha256: Its digest.
        octets: Its length in bytes.
        again: Whether it had been stored before, and was found missing or damaged.
    """

    class_id: ClassId
    institution_id: InstitutionId
    county_code: CountyCode
    sha256: Digest
    octets: Octets
    again: bool = False
    stored_by: OfficialId


@fact("archive.produced.v1")
class ArchiveProduced(Fact):
    """An archive, or documents of it, were handed to whoever may ask for them (ARC-05).

    Attributes:
        to: The code of the body that it was handed to.
        recipient: What kind of body that is.
        purpose: What it was asked for, in that body's words.
        request_doc: The document by which it was asked for.
        due_on: The last day on which it is in time; None where the city has set none.
        items: The documents that were handed over; none where it was the whole package.
        package_sha256: Digest of the package that was handed over.
        personal: Whether personal values went along in clear.
    """

    class_id: ClassId
    institution_id: InstitutionId
    county_code: CountyCode
    to: Code
    recipient: Recipient
    purpose: Personal[FreeText]
    request_doc: Code
    requested_on: date
    due_on: date | None = None
    produced_at: Instant
    items: DigestsMade = ()
    package_sha256: Digest | None = None
    personal: bool
    produced_by: OfficialId


@fact("archive.retention-extended.v1")
class RetentionExtended(Fact):
    """An archive is kept longer than the law asks, because somebody needs it (ARC-01).

    Attributes:
        hold_no: The number of the hold; another fact of the same number restates it.
        held_until: The last day of the hold; None until it is released.
        ground: Why it is kept.
        reason: Which inquiry it is: to be read by few.
    """

    class_id: ClassId
    institution_id: InstitutionId
    county_code: CountyCode
    hold_no: Code
    held_until: date | None = None
    ground: Literal["HOLD"] = "HOLD"
    reason: Personal[FreeText]
    extended_by: OfficialId


@fact("archive.hold-released.v1")
class HoldReleased(Fact):
    """A hold ended; the archive is kept as long as the law and other holds ask."""

    class_id: ClassId
    institution_id: InstitutionId
    county_code: CountyCode
    hold_no: Code
    basis: Code
    released_by: OfficialId


@fact("archive.destruction-approved.v1")
class ArchiveDestructionApproved(Fact):
    """Somebody approved that an archive be destroyed; it takes two (ARC-01).

    Attributes:
        decision_doc: The decision that it rests on.
        list_sha256: Digest of the list of all archives that are to be destroyed by it.
        retention_to: The last day of the retention, which is over.
        approvers: Everybody who approved this list so far, restated.
        complete: Whether they are enough.
    """

    class_id: ClassId
    institution_id: InstitutionId
    county_code: CountyCode
    decision_doc: Code
    list_sha256: Digest
    retention_to: date
    approvers: tuple[OfficialId, ...]
    complete: bool


@fact("archive.destroyed.v1")
class ArchiveDestroyed(Fact):
    """An archive was destroyed by one person before the eyes of another.

    Entries and proofs stay as they are: they say what there was, by digest.

    Attributes:
        by: Who did it, and who saw to it.
        methods: How.
        documents: How many documents were destroyed.
    """

    class_id: ClassId
    institution_id: InstitutionId
    county_code: CountyCode
    decision_doc: Code
    list_sha256: Digest
    approvers: tuple[OfficialId, ...]
    by: tuple[OfficialId, ...]
    methods: tuple[Method, ...]
    documents: Count
    pages: Count
    destroyed_at: Instant
