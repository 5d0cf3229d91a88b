"""How a selected institution enters the city's catalogue, and what must come before."""

from collections.abc import Iterator
from datetime import date

from aggregates.decisions import Command, New, Unmet, World, command, flag, hard, lifecycle, unmet
from aggregates.facts import Code
from aggregates.ids import InstitutionId
from aggregates.institution.facts import InstitutionListed
from aggregates.institution.lecturers import engaged, too_few_certified
from aggregates.institution.parts import SelectionStep
from aggregates.institution.rules_evaluation import BASIC_CONDITIONS, missing_steps
from aggregates.institution.selection import ApplyForSelection
from aggregates.institution.state import INSTITUTION, pairs
from aggregates.law.catalogues import InstitutionListing, ListingCategory, Occupation

SELECTION_STEPS = ("CALL", "APPLICATION", "REVIEW", "PUBLICITY")
"""The steps before an entrepreneurship institution is published; signing comes after it."""


@command(
    "list-institution",
    zh="列入机构目录",
    en="List an institution in the catalogue",
    kind=INSTITUTION,
    roles=("CITY_CENTRE", "CITY_HR"),
)
class ListInstitution(Command):
    """The city takes an institution into its catalogue."""

    institution_id: InstitutionId
    catalogue_version: Code
    category: ListingCategory
    occupations: tuple[Occupation, ...]
    valid_from: date
    valid_to: date | None = None
    procurement_ref: Code | None = None
    steps: tuple[SelectionStep, ...] = ()

    def facts(self, world: World) -> Iterator[New]:
        """Record the listing with the evaluation it rests on."""
        one = world.state(INSTITUTION, self.institution_id)
        evaluation = one.evaluations.get(self.category)
        yield New(
            INSTITUTION,
            self.institution_id,
            InstitutionListed(
                institution_id=self.institution_id,
                catalogue_version=self.catalogue_version,
                category=self.category,
                occupations=self.occupations,
                valid_from=self.valid_from,
                valid_to=self.valid_to,
                procurement_ref=self.procurement_ref,
                evaluation_id=None if evaluation is None else evaluation.evaluation_id,
                steps=self.steps,
            ),
            county=one.county,
        )


@lifecycle(ListInstitution)
def evaluated_before_listed(c: ListInstitution, world: World) -> Iterator[Unmet]:
    """Whoever is listed passed the evaluation for that category and those occupations."""
    evaluation = world.state(INSTITUTION, c.institution_id).evaluations.get(c.category)
    if evaluation is None or not evaluation.passed:
        yield unmet(
            (f"{c.category}评估合格", "an evaluation for this category that was passed"),
            ("没有", "none") if evaluation is None else ("不合格", "it was failed"),
        )
    elif not c.occupations or not pairs(c.occupations) <= evaluation.occupations:
        yield unmet(
            ("评估合格的职业", "occupations that were evaluated"),
            ("超出评估范围或未填", "others, or none"),
            where="occupations",
        )
    if c.valid_to is not None and c.valid_to < c.valid_from:
        yield unmet(
            (f"不早于{c.valid_from}", f"not before {c.valid_from}"),
            (str(c.valid_to), str(c.valid_to)),
            where="valid_to",
        )


@hard("INS-09", ApplyForSelection, ListInstitution)
def employers_stay_outside(c: ApplyForSelection | ListInstitution, world: World) -> Iterator[Unmet]:
    """Employers that train their own staff are not managed by the catalogue."""
    if world.state(INSTITUTION, c.institution_id).kind == "EMPLOYER":
        yield unmet(
            ("培训机构（用工企业不纳入目录）", "a training body; employers are not listed"),
            ("用工企业", "an employer"),
        )


@hard("INS-02", ListInstitution)
def entrepreneurship_is_assessed_by_the_city(c: ListInstitution, world: World) -> Iterator[Unmet]:
    """Entrepreneurship institutions are chosen by the city's service centre by assessment."""
    evaluation = world.state(INSTITUTION, c.institution_id).evaluations.get(c.category)
    if c.category != "创业" or evaluation is None:
        return
    if (evaluation.method, evaluation.level) != ("ASSESSMENT", "CITY"):
        yield unmet(
            ("市级公共就业人才服务机构评估论证", "an assessment by the city's service centre"),
            (
                f"{evaluation.method}（{evaluation.level}）",
                f"{evaluation.method}, {evaluation.level}",
            ),
        )


@hard("INS-03", ListInstitution)
def skills_are_reviewed_by_a_third_party(c: ListInstitution, world: World) -> Iterator[Unmet]:
    """Employment-skill institutions answer a public call and are reviewed by third parties."""
    one = world.state(INSTITUTION, c.institution_id)
    evaluation, application = one.evaluations.get(c.category), one.applications.get(c.category)
    if c.category != "就业技能" or evaluation is None:
        return
    if (evaluation.method, evaluation.level) != ("THIRD_PARTY_REVIEW", "THIRD_PARTY"):
        yield unmet(
            ("第三方专家评估评审", "a review by third-party experts"),
            (
                f"{evaluation.method}（{evaluation.level}）",
                f"{evaluation.method}, {evaluation.level}",
            ),
        )
    if application is None or application.call_id is None:
        yield unmet(("公开征集编号", "the public call that was answered"), ("没有", "none"))


@hard("INS-05", ListInstitution)
def online_institutions_are_procured(c: ListInstitution, world: World) -> Iterator[Unmet]:
    """On-line institutions are chosen by government procurement."""
    del world
    if c.category == "线上" and c.procurement_ref is None:
        yield _procured()


@hard("INS-06", ListInstitution)
def special_schemes_are_procured(c: ListInstitution, world: World) -> Iterator[Unmet]:
    """Projects, camps, lecturer training and pilots are chosen by government procurement."""
    del world
    if c.category == "专项" and c.procurement_ref is None:
        yield _procured()


def _procured() -> Unmet:
    return unmet(
        ("政府采购编号", "a reference of government procurement"),
        ("未填", "none"),
        where="procurement_ref",
    )


@hard("INS-13", ListInstitution)
def basic_conditions_still_hold(c: ListInstitution, world: World) -> Iterator[Unmet]:
    """What the evaluation attested, and the licence, are still valid on the first day listed."""
    one = world.state(INSTITUTION, c.institution_id)
    evaluation = one.evaluations.get(c.category)
    if evaluation is None:
        return
    day = max(c.valid_from, world.today)
    for code in BASIC_CONDITIONS:
        until = evaluation.attested.get(code)
        if code not in evaluation.attested or (until is not None and until < day):
            yield unmet(
                (f"{code}在{day}有效", f"{code} valid on {day}"),
                ("缺少或已过期", "it is missing or has ended"),
            )
    if not one.licensed(day):
        yield unmet(
            (f"办学许可证在{day}有效", f"a licence that is valid on {day}"),
            ("没有或已过期", "none, or it has ended"),
        )


@hard("INS-23", ListInstitution)
def each_course_has_two_lecturers(c: ListInstitution, world: World) -> Iterator[Unmet]:
    """Each entrepreneurship course has two lecturers with that course's own certificate."""
    evaluation = world.state(INSTITUTION, c.institution_id).evaluations.get(c.category)
    if c.category != "创业" or evaluation is None:
        return
    day = max(c.valid_from, world.today)
    lecturers = engaged(world, c.institution_id, evaluation.instructor_ids, day)
    yield from too_few_certified(lecturers, (one.code for one in c.occupations), day)


@flag("INS-24", ListInstitution)
def selection_took_every_step(c: ListInstitution, world: World) -> Iterator[Unmet]:
    """An entrepreneurship institution is selected step by step; a missing one is a finding."""
    evaluation = world.state(INSTITUTION, c.institution_id).evaluations.get(c.category)
    if c.category == "创业":
        taken = () if evaluation is None else evaluation.steps
        yield from missing_steps((*taken, *c.steps), SELECTION_STEPS)


@flag("INS-40", ListInstitution)
def published_in_the_catalogue(c: ListInstitution, world: World) -> Iterator[Unmet]:
    """Entrepreneurship institutions stand in a published version of the catalogue."""
    if c.category != "创业":
        return
    day = max(c.valid_from, world.today)
    listed = world.law.entries("INSTITUTION", InstitutionListing, day)
    own = (one for one in listed if one.institution_id == c.institution_id)
    if not any(one.category == c.category for one in own):
        yield unmet(
            ("已公布的目录中有该机构", "the institution in a published catalogue"),
            ("没有", "it is not in it"),
            where="catalogue_version",
        )
