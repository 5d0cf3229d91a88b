"""The story of a training body (17号 二).

It registers with its premises, applies for selection, is evaluated and listed in the city's
catalogue, files in each county where it wants to train, has its sites verified on the spot; and
it may be suspended. An employer trains its own staff without being listed.
"""

from datetime import date
from typing import Literal
from uuid import UUID

from aggregates.facts import Code, Count, CountyCode, Digest, Fact, Instant, Title, fact
from aggregates.ids import ClassId, InstitutionId, InstructorId, OfficialId
from aggregates.institution.parts import (
    BasicAccount,
    Camera,
    Condition,
    CourseMaterial,
    Device,
    Document,
    FireProof,
    Indicator,
    InstitutionKind,
    Level,
    Method,
    NegativeItem,
    Place,
    Purpose,
    Room,
    Scope,
    SelectionStep,
    SelfEvaluation,
    Shareholder,
    Uscc,
    Workstation,
)
from aggregates.law.catalogues import ListingCategory, Occupation
from aggregates.sealed import FreeText, Matchable, Name, Personal, Phone, PlainText


@fact("institution.registered.v1")
class InstitutionRegistered(Fact):
    """A body was registered.

    Attributes:
        uscc: Its unified social credit code.
        licence_no: Its licence (办学许可证) or other proof of qualification.
        licence_scope: The occupations it may train by that licence.
        licence_valid_to: The licence's last day; None where it has none.
        county_code: Where it has its seat.
        hr_filing_no: An employer's filing number with the HR bureau.
        self_evaluation: An employer's right to evaluate its own staff.
    """

    institution_id: InstitutionId
    uscc: Uscc
    name: Title
    kind: InstitutionKind
    legal_rep: Personal[Name]
    licence_no: Code | None = None
    licence_scope: tuple[Code, ...] = ()
    licence_valid_to: date | None = None
    county_code: CountyCode
    address: Title
    contact: Personal[PlainText]
    phone: Matchable[Phone]
    basic_account: BasicAccount
    shareholders: tuple[Shareholder, ...] = ()
    hr_filing_no: Code | None = None
    self_evaluation: SelfEvaluation | None = None


@fact("institution.training-site-registered.v1")
class TrainingSiteRegistered(Fact):
    """Premises were registered, or registered anew with what has changed.

    Attributes:
        theory_area_m2: Usable area for theory, in square metres.
        practice_area_m2: Usable area for practice, in square metres.
        fire_proof: None where there is none; the site is then not usable.
        owner_uscc: Whose premises they are, where they are leased or lent.
        type: Main premises, or a teaching point in a township or village (17号 四(五)).
    """

    institution_id: InstitutionId
    site_id: Code
    county_code: CountyCode
    address: Title
    place: Place | None = None
    theory_area_m2: Count
    practice_area_m2: Count
    rooms: tuple[Room, ...]
    workstations: tuple[Workstation, ...] = ()
    fire_proof: FireProof | None = None
    cameras: tuple[Camera, ...] = ()
    devices: tuple[Device, ...] = ()
    tenure: Literal["OWNED", "LEASED", "LENT"]
    owner_uscc: Uscc | None = None
    type: Literal["MAIN", "TEACHING_POINT"]


@fact("institution.selection-applied.v1")
class InstitutionSelectionApplied(Fact):
    """A body applied to be selected, for a category and occupations.

    Attributes:
        call_id: The public call that it answers, if there was one.
    """

    institution_id: InstitutionId
    call_id: Code | None = None
    category: ListingCategory
    occupations: tuple[Occupation, ...]
    docs: tuple[Document, ...] = ()


@fact("institution.evaluated.v1")
class InstitutionEvaluated(Fact):
    """A body was evaluated for a category.

    Attributes:
        evaluator: The organisation that evaluated.
        evaluator_level: Whether that is the city, a county or a third party.
        managers: Full-time teaching managers and support staff.
        boarding: Whether trainees board.
        instructor_ids: Its lecturers, whose own streams say what they may teach.
        materials: What stands ready for each occupation.
    """

    institution_id: InstitutionId
    evaluation_id: UUID
    category: ListingCategory
    method: Method
    evaluator: Title
    evaluator_level: Level
    occupations: tuple[Occupation, ...]
    indicators: tuple[Indicator, ...] = ()
    conditions: tuple[Condition, ...] = ()
    steps: tuple[SelectionStep, ...] = ()
    materials: tuple[CourseMaterial, ...] = ()
    instructor_ids: tuple[InstructorId, ...] = ()
    managers: Count = 0
    boarding: bool = False
    result: Literal["PASS", "FAIL"]
    report_doc: Digest


@fact("institution.listed.v1")
class InstitutionListed(Fact):
    """A body was taken into the city's catalogue.

    Attributes:
        catalogue_version: The version of the catalogue that says so.
        evaluation_id: The evaluation it rests on.
        steps: Steps of the selection since that evaluation.
    """

    institution_id: InstitutionId
    catalogue_version: Code
    category: ListingCategory
    occupations: tuple[Occupation, ...]
    valid_from: date
    valid_to: date | None = None
    procurement_ref: Code | None = None
    evaluation_id: UUID | None = None
    steps: tuple[SelectionStep, ...] = ()


@fact("institution.filed-in-county.v1")
class InstitutionFiledInCounty(Fact):
    """A county and a listed body chose each other (双向选择, 属地备案).

    Attributes:
        responsible_org: The body that supervises it there.
        mutual_selection_doc: The document of the mutual choice.
    """

    institution_id: InstitutionId
    county_code: CountyCode
    valid_from: date
    valid_to: date | None = None
    responsible_org: Code
    mutual_selection_doc: Digest


@fact("institution.site-verified.v1")
class InstitutionSiteVerified(Fact):
    """Officials looked at a site on the spot.

    Attributes:
        purpose: Before the first task, during the first class, for the listing, or routine.
        class_id: The class, where the visit was during one.
        occupations: The occupations for which the site was found fit.
        attendance_checked: Whether the trainees present were compared with the sheet.
        delivery_checked: Whether the teaching was compared with the timetable.
        observations: What was seen, in the verifiers' words.
    """

    institution_id: InstitutionId
    verification_id: UUID
    site_id: Code
    county_code: CountyCode
    purpose: Purpose
    class_id: ClassId | None = None
    occupations: tuple[Occupation, ...] = ()
    verifiers: tuple[OfficialId, ...]
    verified_at: Instant
    attendance_checked: bool = False
    delivery_checked: bool = False
    observations: tuple[Personal[FreeText], ...] = ()
    result: Literal["PASS", "FAIL"]


@fact("institution.suspended.v1")
class InstitutionSuspended(Fact):
    """A body may not train for a time, by a reasoned decision (INS-12).

    Attributes:
        decision_no: The number of the decision.
        decision_doc: The decision.
        valid_to: Its last day; None until it is lifted.
        scope: Everywhere, in one county, or for some occupations.
        running_classes_continue: Whether classes under way are finished.
        proposal_no: The proposal on which the body was heard, if it was.
        negative_items: The items of the negative list that it rests on.
    """

    institution_id: InstitutionId
    decision_no: Code
    decision_doc: Digest
    valid_from: date
    valid_to: date | None = None
    scope: Scope
    county_code: CountyCode | None = None
    occupations: tuple[Code, ...] = ()
    running_classes_continue: bool
    proposal_no: Code | None = None
    served_at: Instant | None = None
    negative_items: tuple[NegativeItem, ...]
    decided_by: OfficialId


@fact("institution.suspension-lifted.v1")
class InstitutionSuspensionLifted(Fact):
    """A suspension ended by decision.

    Attributes:
        suspension_no: The number of the decision that suspended.
        lifted_on: The first day on which the body may train again.
    """

    institution_id: InstitutionId
    suspension_no: Code
    decision_doc: Digest
    lifted_on: date
