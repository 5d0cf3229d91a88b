"""What may be asked of assessments, and the rules that answer."""

from collections.abc import Iterator
from typing import Literal

from aggregates.assessment.facts import (
    AssessmentApplied,
    AssessmentApproved,
    AssessmentHeld,
    AssessmentResultRecorded,
    Candidates,
    Tenths,
)
from aggregates.assessment.state import ASSESSMENT
from aggregates.decisions import Command, New, Unmet, World, command, flag, hard, lifecycle, unmet
from aggregates.enrolment.state import ENROLMENT
from aggregates.facts import Code, Digest, Fact, Instant, Title
from aggregates.ids import (
    AssessmentId,
    ClassId,
    EnrolmentId,
    InstitutionId,
    OfficialId,
    PersonId,
)
from aggregates.institution.state import INSTITUTION
from aggregates.law.catalogues import Route, in_force
from aggregates.law.deadlines import local_date
from aggregates.training_class.facts import AssessmentAppliedFor
from aggregates.training_class.form import Filing
from aggregates.training_class.reach import class_is_known, in_reach, nobody_else, of_class, whose
from aggregates.training_class.state import TRAINING_CLASS, enrolment_of

FIRST_ROUTE = frozenset({"QUALIFICATION", "SPECIAL_ABILITY"})
"""国家职业资格、专项职业能力 (ASM-01)."""
SECOND_ROUTE = frozenset({"SKILL_LEVEL", "ENTERPRISE_SELF"})
"""职业技能等级、企业自主评价 (ASM-02)."""


@command(
    "apply-assessment",
    zh="申请结业考核",
    en="Apply for an assessment",
    kind=ASSESSMENT,
    roles=("INST_CLERK", "INST_HEAD", "EMPLOYER"),
)
class ApplyAssessment(Command):
    """An institution applies for the assessment of a class, by the route of the catalogue."""

    assessment_id: AssessmentId | None = None
    class_id: ClassId
    route: Route
    body_id: InstitutionId
    planned_at: Instant
    candidates: Candidates
    own_reason_doc: Digest | None = None

    def facts(self, world: World) -> Iterator[New]:
        """Record the application with the version of the catalogue of routes."""
        one = self.assessment_id or AssessmentId(world.new_id())
        held = world.state(TRAINING_CLASS, self.class_id)
        institution_id, county = whose(self.class_id, world)
        routes = in_force(world.law.catalogues.get("OCCUPATION_ROUTE", ()), world.today)
        fact = AssessmentApplied(
            assessment_id=one,
            class_id=self.class_id,
            institution_id=institution_id,
            county_code=county,
            route=self.route,
            body_id=self.body_id,
            occupation="-" if held.filing is None else held.filing.occupation,
            level="-" if held.filing is None else held.filing.level,
            planned_at=self.planned_at,
            candidates=self.candidates,
            own_reason_doc=self.own_reason_doc,
            catalogue_version="" if routes is None else routes.version,
        )
        yield New(
            ASSESSMENT,
            one,
            fact,
            county=held.county,
            about=self.class_id,
            regime=held.regime,
        )
        yield from _known_to_class(one, self.class_id, world)


def _known_to_class(assessment_id: AssessmentId, class_id: ClassId, world: World) -> Iterator[New]:
    """Yield that a class learns of an assessment; nothing where it knows of it already."""
    if assessment_id not in world.state(TRAINING_CLASS, class_id).assessments:
        institution_id, county = whose(class_id, world)
        fact = AssessmentAppliedFor(
            class_id=class_id,
            institution_id=institution_id,
            county_code=county,
            assessment_id=assessment_id,
        )
        yield of_class(class_id, fact, world)


@lifecycle(ApplyAssessment)
def class_has_candidates(c: ApplyAssessment, world: World) -> Iterator[Unmet]:
    """Candidates are heads of a class that was approved and is not closed, each once."""
    yield from class_is_known(c.class_id, world, "APPROVED", "RUNNING", "TAUGHT")
    if c.assessment_id is not None and world.exists(ASSESSMENT, c.assessment_id):
        yield unmet(("新的考核", "a new assessment"), ("已有", "there is one"))
    roster = world.state(TRAINING_CLASS, c.class_id).roster
    known = {enrolment_of(c.class_id, person) for person in roster}
    if not c.candidates or len(set(c.candidates)) < len(c.candidates):
        yield unmet(
            ("至少一名考生，且不重复", "one candidate or more, each once"),
            ("没有或重复", "none, or one twice"),
            where="candidates",
        )
    for at, one in enumerate(c.candidates):
        if one not in known:
            yield unmet(
                ("花名册中的学员", "a head of the roster"),
                ("不在名册", "not on it"),
                where=f"candidates[{at}]",
            )


def _filing(c: ApplyAssessment, world: World) -> Filing | None:
    return world.state(TRAINING_CLASS, c.class_id).filing


def _routes(c: ApplyAssessment, world: World) -> frozenset[str]:
    filing = _filing(c, world)
    if filing is None:
        return frozenset()
    return frozenset(world.law.routes(filing.occupation, filing.level, world.today))


def _wrong_route(c: ApplyAssessment, routes: frozenset[str]) -> Unmet:
    listed = sorted(routes)
    return unmet(
        (
            f"目录规定的考核方式{'、'.join(listed)}",
            f"a route of the catalogue: {', '.join(listed)}",
        ),
        (c.route, c.route),
        where="route",
    )


def _assessed_by_another(c: ApplyAssessment, world: World) -> Iterator[Unmet]:
    """Yield that the body named is not in the list of assessment bodies for the occupation."""
    filing = _filing(c, world)
    if filing is None:
        return
    if not world.law.assesses(c.body_id, filing.occupation, filing.level, world.today):
        yield unmet(
            ("考评机构目录中可考核该职业的机构", "a listed assessment body for the occupation"),
            ("目录中没有", "not in the list"),
            where="body_id",
        )


@hard("ASM-01", ApplyAssessment)
def listed_occupations_take_their_assessment(c: ApplyAssessment, world: World) -> Iterator[Unmet]:
    """Occupations of the qualification catalogue or special-ability list are assessed that way."""
    routes = _routes(c, world)
    if routes & FIRST_ROUTE and c.route not in routes and c.route != "OWN":
        yield _wrong_route(c, routes)
    if c.route in FIRST_ROUTE:
        if c.route not in routes and not routes & FIRST_ROUTE:
            yield _wrong_route(c, routes)
        yield from _assessed_by_another(c, world)


@hard("ASM-02", ApplyAssessment)
def skill_levels_are_evaluated_where_they_can_be(
    c: ApplyAssessment, world: World
) -> Iterator[Unmet]:
    """Where the city can evaluate the skill level, it is; employers may evaluate their staff."""
    routes = _routes(c, world)
    if c.route in SECOND_ROUTE and c.route not in routes and not routes & FIRST_ROUTE:
        yield _wrong_route(c, routes)
    if c.route == "SKILL_LEVEL":
        yield from _assessed_by_another(c, world)
    if c.route == "ENTERPRISE_SELF":
        institution_id, _ = whose(c.class_id, world)
        own = world.state(INSTITUTION, institution_id)
        if c.body_id != institution_id or not own.self_evaluates(world.today):
            yield unmet(
                ("具备自主评价资质的本企业", "the employer itself, qualified to evaluate"),
                ("不符合", "it is not so"),
                where="body_id",
            )


@hard("ASM-03", ApplyAssessment)
def own_tests_are_the_last_resort(c: ApplyAssessment, world: World) -> Iterator[Unmet]:
    """The institution tests its trainees itself only where no other route is open."""
    if c.route != "OWN":
        return
    others = _routes(c, world) - {"OWN"}
    if others:
        yield _wrong_route(c, others)
    institution_id, _ = whose(c.class_id, world)
    if c.body_id != institution_id:
        yield unmet(
            ("由承训机构自行考核", "the institution that trained"),
            ("其他机构", "another body"),
            where="body_id",
        )


@flag("ASM-04", ApplyAssessment)
def applied_before_the_class_ends(c: ApplyAssessment, world: World) -> Iterator[Unmet]:
    """The application comes before the class ends, by the timetable as changed."""
    held = world.state(TRAINING_CLASS, c.class_id)
    ends = held.ends_on
    if held.taught or (ends is not None and world.today > ends):
        yield unmet(
            (f"培训班结束（{ends}）前申请", f"applied for before the class ends ({ends})"),
            (f"{world.today}申请", f"applied for on {world.today}"),
        )


@command(
    "approve-assessment",
    zh="同意结业考核",
    en="Approve an assessment",
    kind=ASSESSMENT,
    roles=("COUNTY_CLERK", "COUNTY_HR", "CITY_CENTRE", "CITY_HR"),
)
class ApproveAssessment(Command):
    """The authority agrees to an assessment."""

    assessment_id: AssessmentId

    def facts(self, world: World) -> Iterator[New]:
        """Record the consent."""
        class_id, institution_id, county = _about(self.assessment_id, world)
        fact = AssessmentApproved(
            assessment_id=self.assessment_id,
            class_id=class_id,
            institution_id=institution_id,
            county_code=county,
            approver=world.caller.person,
        )
        yield _of_assessment(self.assessment_id, fact, world)


def _about(assessment_id: AssessmentId, world: World) -> tuple[ClassId, InstitutionId, str]:
    """Return class, institution and county, with stand-ins where history does not say."""
    one = world.state(ASSESSMENT, assessment_id)
    unknown = nobody_else(assessment_id)
    return (
        one.class_id or ClassId(unknown),
        one.institution_id or unknown,
        one.county or world.city,
    )


def _of_assessment(assessment_id: AssessmentId, fact: Fact, world: World) -> New:
    one = world.state(ASSESSMENT, assessment_id)
    regime = "R3" if one.class_id is None else world.state(TRAINING_CLASS, one.class_id).regime
    return New(
        ASSESSMENT, assessment_id, fact, county=one.county, about=one.class_id, regime=regime
    )


def _stands(assessment_id: AssessmentId, world: World, status: str) -> Iterator[Unmet]:
    one = world.state(ASSESSMENT, assessment_id)
    if one.status != status:
        yield unmet(
            (f"考核状态为{status}", f"an assessment that is {status}"),
            (one.status or "没有", one.status or "none"),
            where="assessment_id",
        )
    elif one.body_id != world.caller.institution:
        yield from in_reach(one.institution_id, one.county, world)


@lifecycle(ApproveAssessment)
def assessment_was_applied_for(c: ApproveAssessment, world: World) -> Iterator[Unmet]:
    """Consent is given to what was applied for."""
    yield from _stands(c.assessment_id, world, "APPLIED")


@command(
    "hold-assessment",
    zh="组织考核",
    en="Hold an assessment",
    kind=ASSESSMENT,
    roles=("ASSESSOR", "INST_CLERK", "INST_HEAD", "EMPLOYER"),
)
class HoldAssessment(Command):
    """An assessment took place.

    Attributes:
        review_doc: The review of theses or designs, where they are asked for (ASM-05).
    """

    assessment_id: AssessmentId
    held_at: Instant
    venue: Title
    examiners: tuple[OfficialId, ...]
    present: Candidates
    paper_ref: Code | None = None
    review_doc: Digest | None = None

    def facts(self, world: World) -> Iterator[New]:
        """Record who examined and who came."""
        class_id, institution_id, county = _about(self.assessment_id, world)
        fact = AssessmentHeld(
            assessment_id=self.assessment_id,
            class_id=class_id,
            institution_id=institution_id,
            county_code=county,
            held_at=self.held_at,
            venue=self.venue,
            examiners=self.examiners,
            present=self.present,
            paper_ref=self.paper_ref,
            review_doc=self.review_doc,
        )
        yield _of_assessment(self.assessment_id, fact, world)
        yield from _known_to_class(self.assessment_id, class_id, world)


@lifecycle(HoldAssessment)
def assessment_was_approved(c: HoldAssessment, world: World) -> Iterator[Unmet]:
    """What takes place was approved; those who came were entered; it is not in the future."""
    yield from _stands(c.assessment_id, world, "APPROVED")
    one = world.state(ASSESSMENT, c.assessment_id)
    for at, candidate in enumerate(c.present):
        if candidate not in one.candidates:
            yield unmet(("考生", "a candidate"), ("不是", "it is none"), where=f"present[{at}]")
    if local_date(c.held_at) > world.today:
        yield unmet(
            (f"不晚于{world.today}", f"not after {world.today}"),
            (f"{local_date(c.held_at)}", f"{local_date(c.held_at)}"),
            where="held_at",
        )
    if not c.examiners:
        yield unmet(("考评员", "examiners"), ("未填", "none"), where="examiners")


@command(
    "record-result",
    zh="登记考核成绩",
    en="Record a result",
    kind=ASSESSMENT,
    roles=("ASSESSOR", "INST_CLERK", "INST_HEAD", "EMPLOYER"),
)
class RecordResult(Command):
    """A candidate passed or failed; whoever failed may try again."""

    assessment_id: AssessmentId
    enrolment_id: EnrolmentId
    theory_tenths: Tenths | None = None
    practice_tenths: Tenths | None = None
    result: Literal["PASS", "FAIL"]
    retake: bool = False

    def facts(self, world: World) -> Iterator[New]:
        """Record the result."""
        class_id, institution_id, county = _about(self.assessment_id, world)
        person = world.state(ENROLMENT, self.enrolment_id).person_id
        fact = AssessmentResultRecorded(
            assessment_id=self.assessment_id,
            class_id=class_id,
            institution_id=institution_id,
            county_code=county,
            enrolment_id=self.enrolment_id,
            person_id=person or PersonId(nobody_else(self.enrolment_id)),
            theory_tenths=self.theory_tenths,
            practice_tenths=self.practice_tenths,
            result=self.result,
            retake=self.retake,
        )
        yield _of_assessment(self.assessment_id, fact, world)


@lifecycle(RecordResult)
def candidate_was_assessed(c: RecordResult, world: World) -> Iterator[Unmet]:
    """A result is of a candidate; a second one is of a retake after a failure."""
    yield from _stands(c.assessment_id, world, "HELD")
    one = world.state(ASSESSMENT, c.assessment_id)
    if c.enrolment_id not in one.candidates:
        yield unmet(("考生", "a candidate"), ("不是", "it is none"), where="enrolment_id")
    if c.result == "PASS" and c.enrolment_id not in one.present and not c.retake:
        yield unmet(("参加了考核的考生", "a candidate who came"), ("缺考", "who did not"))
    before = one.results.get(c.enrolment_id)
    if c.retake and before is None:
        yield unmet(
            ("补考前的不合格成绩", "a failure before a retake"), ("没有成绩", "no result"), "retake"
        )
    if before == "PASS" or (before is not None and not c.retake):
        yield unmet(
            ("尚无成绩，或补考", "no result before, or a retake"),
            ("已合格", "passed already") if before == "PASS" else ("已有成绩", "there is one"),
        )
