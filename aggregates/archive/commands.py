"""What may be asked of archives: file, check, seal; and the rules that answer (17号 六).

What comes after (``custody``, ``ending``) is registered with it.
"""

from collections.abc import Iterator
from datetime import date

from aggregates.archive import custody, ending
from aggregates.archive.checklist import (
    absent,
    checklist,
    not_indexed,
    one_medium,
    told,
)
from aggregates.archive.facts import (
    ArchiveChecked,
    ArchiveDocumentFiled,
    ArchiveSealed,
    ChecklistRow,
    ConditionalKind,
    DocumentKind,
    Medium,
    Part,
)
from aggregates.archive.state import ARCHIVE
from aggregates.decisions import Command, New, Unmet, World, command, flag, hard, lifecycle, unmet
from aggregates.facts import Code, Count, Digest, Fact
from aggregates.ids import ClaimId, ClassId, EnrolmentId
from aggregates.law.deadlines import retention_deadline
from aggregates.subsidy_claim.reach import claims_of, unsettled
from aggregates.training_class.reach import class_is_known, whose
from aggregates.training_class.state import TRAINING_CLASS

LATER_STEPS = (custody, ending)
"""The modules of what follows the sealing."""


@command(
    "file-archive-document",
    zh="归档材料",
    en="File a document in the archive",
    kind=ARCHIVE,
    roles=("INST_CLERK", "INST_HEAD", "EMPLOYER", "COUNTY_CLERK", "COUNTY_REVIEWER", "CITY_CENTRE"),
)
class FileArchiveDocument(Command):
    """A document goes into the one file of a class; its paper form has a place to lie.

    Attributes:
        sha256: Digest of the electronic form, or of the scan that shows the paper.
        enrolment_id: The trainee it is about, if it is about one.
        claim_id: The claim whose review it shows, if it does (CLM-14).
    """

    class_id: ClassId
    kind: DocumentKind
    sha256: Digest
    medium: Medium
    paper_location: Code | None = None
    pages: Count
    enrolment_id: EnrolmentId | None = None
    claim_id: ClaimId | None = None

    def facts(self, world: World) -> Iterator[New]:
        """Record the document."""
        institution_id, county = whose(self.class_id, world)
        fact = ArchiveDocumentFiled(
            class_id=self.class_id,
            institution_id=institution_id,
            county_code=county,
            kind=self.kind,
            sha256=self.sha256,
            medium=self.medium,
            paper_location=self.paper_location,
            pages=self.pages,
            enrolment_id=self.enrolment_id,
            claim_id=self.claim_id,
            filed_by=world.caller.person,
        )
        yield _of(self.class_id, fact, world)


@command(
    "check-archive",
    zh="核对档案",
    en="Check a part of an archive",
    kind=ARCHIVE,
    roles=("COUNTY_CLERK", "COUNTY_REVIEWER", "COUNTY_HR", "CITY_CENTRE"),
)
class CheckArchive(Command):
    """Somebody of the authority compares a part of an archive with the list of DB37 7.2.3.

    Attributes:
        occurred: The conditional records that there are: assessments, complaints, visits.
    """

    class_id: ClassId
    part: Part
    occurred: tuple[ConditionalKind, ...] = ()

    def facts(self, world: World) -> Iterator[New]:
        """Record the list as met, and what is missing."""
        institution_id, county = whose(self.class_id, world)
        rows = rows_of(self, world)
        missing = (*absent(rows), *one_medium(rows))
        fact = ArchiveChecked(
            class_id=self.class_id,
            institution_id=institution_id,
            county_code=county,
            part=self.part,
            checklist=rows,
            complete=not missing,
            missing=missing,
            checked_by=world.caller.person,
        )
        yield _of(self.class_id, fact, world)


@command(
    "seal-archive",
    zh="封存档案",
    en="Seal an archive",
    kind=ARCHIVE,
    roles=("COUNTY_CLERK", "COUNTY_HR", "CITY_CENTRE", "CITY_HR"),
)
class SealArchive(Command):
    """The file of a class is complete up to the subsidy, and is closed for ten years at least.

    Attributes:
        occurred: The conditional records that there are.
    """

    class_id: ClassId
    occurred: tuple[ConditionalKind, ...] = ()

    def facts(self, world: World) -> Iterator[New]:
        """Record the seal with the digest of all documents and the retention as known today."""
        institution_id, county = whose(self.class_id, world)
        one = world.state(ARCHIVE, self.class_id)
        paid = last_paid_on(self, world)
        kept = retention_deadline(world.today, paid, world.law, county=county)
        fact = ArchiveSealed(
            class_id=self.class_id,
            institution_id=institution_id,
            county_code=county,
            checklist=rows_of(self, world),
            documents=len(one.documents),
            pages=sum(document.pages for document in one.documents),
            manifest_sha256=one.manifest_sha256,
            claim_ids=world.state(TRAINING_CLASS, self.class_id).claims,
            last_paid_on=paid,
            retention_from=max(world.today, paid or world.today),
            retention_to=kept.last or world.today,
            sealed_by=world.caller.person,
        )
        yield _of(self.class_id, fact, world)


def _of(class_id: ClassId, fact: Fact, world: World) -> New:
    training = world.state(TRAINING_CLASS, class_id)
    return New(
        ARCHIVE, class_id, fact, county=training.county, about=class_id, regime=training.regime
    )


def rows_of(c: CheckArchive | SealArchive, world: World) -> tuple[ChecklistRow, ...]:
    """Return the list of DB37 7.2.3 as the archive of a class meets it.

    A class that was filed with an assessment has records of it, whether or not they are named.
    """
    training = world.state(TRAINING_CLASS, c.class_id)
    filing = training.filing
    occurred = set(c.occurred)
    if filing is not None and filing.assessment_route is not None:
        occurred.add("ASSESSMENT_RECORDS")
    return checklist(
        world.state(ARCHIVE, c.class_id),
        c.part if isinstance(c, CheckArchive) else "FINAL",
        occurred,
        born_digital=bool(
            world.law.parameter("archive_born_digital", world.today, county=training.county)
        ),
    )


def last_paid_on(c: SealArchive, world: World) -> date | None:
    """Return the day of the last payment of the claims of the class, if there is one."""
    claims = claims_of(c.class_id, world).values()
    return max((one.paid_on for one in claims if one.paid_on is not None), default=None)


@lifecycle(FileArchiveDocument, CheckArchive, SealArchive)
def archive_is_open(
    c: FileArchiveDocument | CheckArchive | SealArchive, world: World
) -> Iterator[Unmet]:
    """A class that was filed has one archive; once it is sealed nothing is added or checked."""
    yield from class_is_known(c.class_id, world)
    if world.state(ARCHIVE, c.class_id).sealed_on is not None:
        yield unmet(("未封存的档案", "an archive that is open"), ("已封存", "it is sealed"))


@lifecycle(CheckArchive)
def final_part_comes_after_the_money(c: CheckArchive, world: World) -> Iterator[Unmet]:
    """The final part reaches to the subsidy: it is checked once every claim is settled."""
    if c.part == "FINAL":
        yield from unsettled(c.class_id, world)


@lifecycle(SealArchive)
def final_part_was_checked(c: SealArchive, world: World) -> Iterator[Unmet]:
    """An archive is sealed after its final part was checked and found complete."""
    if "FINAL" not in world.state(ARCHIVE, c.class_id).checked:
        yield unmet(("最终部分已核对齐全", "a final check without gaps"), ("尚未", "not yet"))


@flag("ARC-06", FileArchiveDocument)
def paper_has_its_place(c: FileArchiveDocument, world: World) -> Iterator[Unmet]:
    """A paper document says where it lies."""
    if c.medium != "ELECTRONIC" and c.paper_location is None:
        yield unmet(
            ("纸质材料的存放位置", "where the paper lies"), ("未填", "not said"), "paper_location"
        )


def nothing_is_missing(c: CheckArchive | SealArchive, world: World) -> Iterator[Unmet]:
    """Plan, lecturers, trainees, survey are there; assessments, complaints, visits if any were."""
    missing = absent(rows_of(c, world))
    if missing:
        zh, en = told(missing)
        yield unmet(("档案资料齐全", "a complete archive"), (f"缺少{zh}", f"without {en}"))


def both_media_are_there(c: CheckArchive | SealArchive, world: World) -> Iterator[Unmet]:
    """What must be there is there on paper and electronically."""
    lacking = one_medium(rows_of(c, world))
    if lacking:
        zh, en = told(lacking)
        yield unmet(
            ("纸质、电子同步备份", "paper and electronic form"),
            (f"{zh}只有一种形式", f"one form alone of {en}"),
        )


flag("ARC-02", CheckArchive)(nothing_is_missing)
hard("ARC-02", SealArchive)(nothing_is_missing)
flag("ARC-06", CheckArchive)(both_media_are_there)
hard("ARC-06", SealArchive)(both_media_are_there)


@hard("ARC-01", SealArchive)
def archive_reaches_to_the_subsidy(c: SealArchive, world: World) -> Iterator[Unmet]:
    """The archive goes from the enrolment to the subsidy: every claim of the class is settled."""
    yield from unsettled(c.class_id, world)


@flag("ARC-07", SealArchive)
def file_is_bound_whole(c: SealArchive, world: World) -> Iterator[Unmet]:
    """All records of the class are bound into one file, those of the subsidy too."""
    paid = last_paid_on(c, world) is not None
    missing = not_indexed(world.state(ARCHIVE, c.class_id), paid=paid)
    if missing:
        zh, en = told(missing)
        yield unmet(("各环节材料组卷", "the records of every step"), (f"缺少{zh}", f"without {en}"))


@flag("CRT-03", CheckArchive)
def certificates_are_scanned(c: CheckArchive, world: World) -> Iterator[Unmet]:
    """Scans of the certificates lie in the archive once its final part is checked."""
    if c.part == "FINAL" and not world.state(ARCHIVE, c.class_id).of_kind("CERTIFICATE_SCAN"):
        yield unmet(("证书扫描件归档", "scans of the certificates"), ("没有", "none"))
