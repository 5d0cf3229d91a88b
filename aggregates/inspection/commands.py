"""What may be asked of inspections, and the rules that answer."""

from collections.abc import Iterator
from datetime import date

from aggregates.decisions import Command, New, Unmet, World, command, flag, lifecycle, unmet
from aggregates.facts import Count, CountyCode, Digest, Instant
from aggregates.ids import ClassId, InspectionId, InstitutionId, OfficialId
from aggregates.inspection import concluding
from aggregates.inspection.facts import (
    InspectionConducted,
    InspectionMode,
    InspectionPlanned,
    InspectionType,
    RollCall,
)
from aggregates.inspection.state import INSPECTION
from aggregates.institution.state import INSTITUTION
from aggregates.law.deadlines import local_date
from aggregates.training_class.state import TRAINING_CLASS, TrainingClass

READER = "INSPECTOR"
"""Who may read what is planned before it is conducted."""
INSPECTORS_AT_LEAST = 2
"""How many carry out a regular inspection together (17号 三(三))."""
MISSING_ALLOWED = 2
"""Heads that may be out of the room while they are counted; or one in twenty, if that is more."""
MISSING_SHARE = 20


@command(
    "plan-inspection",
    zh="计划检查",
    en="Plan an inspection",
    kind=INSPECTION,
    roles=("COUNTY_HR", "CITY_HR", "INSPECTOR"),
    sealed_for="INSPECTOR",
)
class PlanInspection(Command):
    """An inspection of a class or an institution is planned, hidden from the body inspected."""

    inspection_id: InspectionId | None = None
    class_id: ClassId | None = None
    institution_id: InstitutionId
    county_code: CountyCode
    inspection_type: InspectionType
    mode: InspectionMode
    inspectors: tuple[OfficialId, ...] = ()
    due_on: date

    def facts(self, world: World) -> Iterator[New]:
        """Record the plan as a sealed fact."""
        one = self.inspection_id or InspectionId(world.new_id())
        yield New(
            INSPECTION,
            one,
            InspectionPlanned(
                inspection_id=one,
                class_id=self.class_id,
                institution_id=self.institution_id,
                county_code=self.county_code,
                inspection_type=self.inspection_type,
                mode=self.mode,
                inspectors=self.inspectors,
                due_on=self.due_on,
            ),
            county=self.county_code,
            about=self.class_id,
            sealed_for=READER,
        )


@command(
    "conduct-inspection",
    zh="实施检查",
    en="Conduct an inspection",
    kind=INSPECTION,
    roles=("INSPECTOR", "COUNTY_HR", "CITY_HR"),
)
class ConductInspection(Command):
    """An inspection took place; what was looked at is stated, what was not is left out."""

    inspection_id: InspectionId | None = None
    class_id: ClassId | None = None
    institution_id: InstitutionId
    county_code: CountyCode
    inspection_type: InspectionType
    mode: InspectionMode
    session_no: Count | None = None
    starts_at: Instant
    ends_at: Instant
    inspectors: tuple[OfficialId, ...]
    headcount: Count | None = None
    roster_expected: Count | None = None
    not_on_roster: Count = 0
    roll_call: tuple[RollCall, ...] = ()
    instructor_seen: bool | None = None
    course_as_planned: bool | None = None
    place_ok: bool | None = None
    recording_ok: bool | None = None
    photos: tuple[Digest, ...] = ()
    signatures: tuple[Digest, ...] = ()

    @property
    def attendance_recorded(self) -> bool:
        """Whether attendance was looked at: heads counted, and how many there should be."""
        return self.headcount is not None and self.roster_expected is not None

    @property
    def delivery_recorded(self) -> bool:
        """Whether delivery was looked at: lecturer, course and place."""
        return None not in (self.instructor_seen, self.course_as_planned, self.place_ok)

    @property
    def together(self) -> bool:
        """Whether at least two people inspected."""
        return len(set(self.inspectors)) >= INSPECTORS_AT_LEAST

    def facts(self, world: World) -> Iterator[New]:
        """Record what was seen, and whether it counts as a regular inspection."""
        one = self.inspection_id or InspectionId(world.new_id())
        held = None if self.class_id is None else world.state(TRAINING_CLASS, self.class_id)
        counts = (
            self.inspection_type == "REGULAR"
            and self.together
            and self.attendance_recorded
            and self.delivery_recorded
            and held is not None
            and within(held, local_date(self.starts_at))
            and not insiders(self, held)
        )
        yield New(
            INSPECTION,
            one,
            InspectionConducted(
                inspection_id=one,
                class_id=self.class_id,
                institution_id=self.institution_id,
                county_code=self.county_code,
                inspection_type=self.inspection_type,
                mode=self.mode,
                session_no=self.session_no,
                starts_at=self.starts_at,
                ends_at=self.ends_at,
                inspectors=self.inspectors,
                headcount=self.headcount,
                roster_expected=self.roster_expected,
                not_on_roster=self.not_on_roster,
                roll_call=self.roll_call,
                instructor_seen=self.instructor_seen,
                course_as_planned=self.course_as_planned,
                place_ok=self.place_ok,
                recording_ok=self.recording_ok,
                photos=self.photos,
                signatures=self.signatures,
                counts_for_del05=counts,
            ),
            county=self.county_code,
            about=self.class_id,
            regime="R3" if held is None else held.regime,
        )


def within(held: TrainingClass, on: date) -> bool:
    """Say whether a day lies within a class that has started."""
    begun, ends = held.started_on, held.ends_on
    return begun is not None and begun <= on and (ends is None or on <= ends)


def insiders(c: ConductInspection, held: TrainingClass) -> frozenset[OfficialId]:
    """Return the inspectors who themselves head the class that they inspect."""
    heads = {session.head_on_duty for session in held.held.values()}
    if held.filing is not None and held.filing.class_head is not None:
        heads.add(held.filing.class_head.id)
    return frozenset(c.inspectors) & frozenset(one for one in heads if one is not None)


Subject = PlanInspection | ConductInspection


@lifecycle(PlanInspection, ConductInspection)
def subject_exists(c: Subject, world: World) -> Iterator[Unmet]:
    """What is inspected exists, and a class is the institution's own."""
    if not world.state(INSTITUTION, c.institution_id).registered:
        yield unmet(
            ("已登记的机构", "a registered body"), ("未登记", "not registered"), "institution_id"
        )
    if c.class_id is None:
        return
    held = world.state(TRAINING_CLASS, c.class_id)
    if (held.institution_id, held.county) != (c.institution_id, c.county_code):
        yield unmet(
            ("该机构在本县区的班期", "a class of that body in that county"),
            ("不是", "it is not"),
            where="class_id",
        )


@lifecycle(ConductInspection)
def inspection_took_place_once(c: ConductInspection, world: World) -> Iterator[Unmet]:
    """An inspection is recorded once, after it ended, by whoever was there."""
    if c.inspection_id is not None and world.state(INSPECTION, c.inspection_id).status:
        yield unmet(("尚未登记的检查", "an inspection not recorded"), ("已登记", "it is recorded"))
    if c.ends_at < c.starts_at or local_date(c.starts_at) > world.today:
        yield unmet(
            ("已经结束的检查", "an inspection that is over"),
            ("时间不符", "its times do not fit"),
            where="starts_at",
        )
    if not c.inspectors:
        yield unmet(("检查人员", "inspectors"), ("未填", "none"), where="inspectors")


@flag("DEL-05", ConductInspection)
def two_inspect_together_during_the_class(c: ConductInspection, world: World) -> Iterator[Unmet]:
    """A regular inspection is carried out by two people, during the class, none of them its own.

    One that is not so is recorded all the same, and does not count.
    """
    if c.inspection_type != "REGULAR":
        return
    if not c.together:
        yield unmet(
            (f"由{INSPECTORS_AT_LEAST}人共同实施", f"{INSPECTORS_AT_LEAST} inspectors together"),
            (f"{len(set(c.inspectors))}人", f"{len(set(c.inspectors))}"),
            where="inspectors",
        )
    held = None if c.class_id is None else world.state(TRAINING_CLASS, c.class_id)
    if held is None:
        yield unmet(("检查某一班期", "a class inspected"), ("没有班期", "none"), where="class_id")
        return
    on = local_date(c.starts_at)
    if not within(held, on):
        yield unmet(
            (
                f"在培训期间（{held.started_on}至{held.ends_on}）",
                f"during the class ({held.started_on} to {held.ends_on})",
            ),
            (f"{on}", f"{on}"),
            where="starts_at",
        )
    if insiders(c, held):
        yield unmet(
            ("与承训机构无关的检查人员", "inspectors who do not belong to the body"),
            ("含本班班主任", "the class head is one"),
            where="inspectors",
        )


@flag("DEL-21", ConductInspection)
def attendance_and_delivery_were_both_looked_at(
    c: ConductInspection, world: World
) -> Iterator[Unmet]:
    """In a class under process supervision both attendance and delivery are looked at."""
    if c.class_id is None:
        return
    processed = world.state(TRAINING_CLASS, c.class_id).supervision == "PROCESS"
    if not processed and c.inspection_type != "REGULAR":
        return
    if not c.attendance_recorded:
        yield unmet(
            ("应到和实到人数", "heads expected and heads counted"),
            ("未记录", "not recorded"),
            where="headcount",
        )
    if not c.delivery_recorded:
        yield unmet(
            ("授课教师、课程、地点的核查", "lecturer, course and place looked at"),
            ("未记录", "not recorded"),
            where="instructor_seen",
        )


@flag("DEL-09", ConductInspection)
def heads_agree_with_the_sheet(c: ConductInspection, world: World) -> Iterator[Unmet]:
    """Those seen are those of the sheet and the roster, but for a few who were out of the room."""
    if c.not_on_roster:
        yield unmet(
            ("在场人员均在花名册", "everybody seen on the roster"),
            (f"{c.not_on_roster}人不在", f"{c.not_on_roster} are not"),
        )
    if c.class_id is None or c.session_no is None or c.headcount is None:
        return
    present = world.state(TRAINING_CLASS, c.class_id).present.get(c.session_no, frozenset())
    missing = len(present) - c.headcount
    if missing > max(MISSING_ALLOWED, len(present) // MISSING_SHARE):
        yield unmet(
            (f"与考勤表的{len(present)}人相符", f"the {len(present)} heads of the sheet"),
            (f"{c.headcount}人", f"{c.headcount} heads"),
            where="headcount",
        )


CONCLUDING = (concluding.RecordInspectionFinding, concluding.CloseInspection)
"""What follows an inspection, declared in a module of its own."""
