"""The story of a class's archive (17号 六): documents filed, parts checked, the whole sealed."""

from datetime import date
from typing import Literal

from aggregates.facts import Code, Count, CountyCode, Digest, Fact, fact, record
from aggregates.ids import ClaimId, ClassId, EnrolmentId, InstitutionId, OfficialId

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
