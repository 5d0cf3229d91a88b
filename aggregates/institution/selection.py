"""How an institution is selected (17号 二(一)): it applies and is evaluated.

What an evaluation must show stands in ``rules_evaluation``, the listing in ``listing``.
"""

from collections.abc import Iterator
from typing import Literal
from uuid import UUID

from aggregates.decisions import Command, New, Unmet, World, command, lifecycle, unmet
from aggregates.facts import Code, Count, Digest, Title
from aggregates.ids import InstitutionId, InstructorId
from aggregates.institution.facts import InstitutionEvaluated, InstitutionSelectionApplied
from aggregates.institution.parts import (
    Condition,
    CourseMaterial,
    Document,
    Indicator,
    Level,
    Method,
    SelectionStep,
)
from aggregates.institution.state import INSTITUTION, pairs
from aggregates.law.catalogues import ListingCategory, Occupation


@command(
    "apply-for-selection",
    zh="申请承接补贴性培训",
    en="Apply for selection",
    kind=INSTITUTION,
    roles=("INST_CLERK", "INST_HEAD"),
)
class ApplyForSelection(Command):
    """A body applies to be selected for a category and occupations."""

    institution_id: InstitutionId
    call_id: Code | None = None
    category: ListingCategory
    occupations: tuple[Occupation, ...]
    docs: tuple[Document, ...] = ()

    def facts(self, world: World) -> Iterator[New]:
        """Record the application."""
        yield New(
            INSTITUTION,
            self.institution_id,
            InstitutionSelectionApplied(
                institution_id=self.institution_id,
                call_id=self.call_id,
                category=self.category,
                occupations=self.occupations,
                docs=self.docs,
            ),
            county=world.state(INSTITUTION, self.institution_id).county,
        )


@lifecycle(ApplyForSelection)
def registered_and_for_something(c: ApplyForSelection, world: World) -> Iterator[Unmet]:
    """A registered body applies, for something."""
    if not world.state(INSTITUTION, c.institution_id).registered:
        yield unmet(("已登记的机构", "a registered body"), ("未登记", "not registered"))
    if not c.occupations:
        yield unmet(("至少一个职业", "one occupation or more"), ("未填", "none"), "occupations")


@command(
    "evaluate-institution",
    zh="评估承训机构",
    en="Evaluate an institution",
    kind=INSTITUTION,
    roles=("CITY_CENTRE", "CITY_HR", "COUNTY_HR", "THIRD_PARTY"),
)
class EvaluateInstitution(Command):
    """A body is evaluated: for selection, or periodically once it is listed."""

    institution_id: InstitutionId
    evaluation_id: UUID | None = None
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

    def facts(self, world: World) -> Iterator[New]:
        """Record the evaluation."""
        yield New(
            INSTITUTION,
            self.institution_id,
            InstitutionEvaluated(
                institution_id=self.institution_id,
                evaluation_id=self.evaluation_id or world.new_id(),
                category=self.category,
                method=self.method,
                evaluator=self.evaluator,
                evaluator_level=self.evaluator_level,
                occupations=self.occupations,
                indicators=self.indicators,
                conditions=self.conditions,
                steps=self.steps,
                materials=self.materials,
                instructor_ids=self.instructor_ids,
                managers=self.managers,
                boarding=self.boarding,
                result=self.result,
                report_doc=self.report_doc,
            ),
            county=world.state(INSTITUTION, self.institution_id).county,
        )


@lifecycle(EvaluateInstitution)
def evaluator_speaks_for_itself(c: EvaluateInstitution, world: World) -> Iterator[Unmet]:
    """A county does not evaluate in the city's name, nor a third party in an authority's."""
    own = {"COUNTY_HR": "COUNTY", "THIRD_PARTY": "THIRD_PARTY"}.get(world.caller.role)
    if own is not None and c.evaluator_level != own:
        yield unmet((own, own), (c.evaluator_level, c.evaluator_level), where="evaluator_level")


@lifecycle(EvaluateInstitution)
def applied_before_evaluated(c: EvaluateInstitution, world: World) -> Iterator[Unmet]:
    """Selection evaluates an application; a periodic evaluation looks at who is listed."""
    one = world.state(INSTITUTION, c.institution_id)
    if c.method == "PERIODIC":
        if not one.listed(world.today, c.category):
            yield unmet(
                ("目录内机构", "an institution that is listed"), ("不在目录内", "it is not listed")
            )
        return
    application = one.applications.get(c.category)
    if application is None:
        yield unmet((f"已申请{c.category}", "an application for this category"), ("未申请", "none"))
    elif c.category in one.evaluations:
        yield unmet(
            ("尚未评估的申请", "an application not evaluated yet"),
            ("已评估，须重新申请", "it was evaluated; another application is needed"),
        )
    elif not pairs(c.occupations) <= application.occupations:
        yield unmet(
            ("申请范围内的职业", "occupations that were applied for"),
            ("超出申请范围", "others as well"),
            where="occupations",
        )
