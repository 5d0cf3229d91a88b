"""What may be answered to a class filing: the bureau agrees, or it does not (17号 三(二))."""

from collections.abc import Iterator
from datetime import date

from aggregates.decisions import Command, New, Unmet, World, command, lifecycle, unmet
from aggregates.facts import Code
from aggregates.ids import ClassId
from aggregates.institution.state import INSTITUTION
from aggregates.sealed import FreeText, Personal
from aggregates.training_class.facts import (
    Check,
    ClassFilingApproved,
    ClassFilingRejected,
    Ground,
    Supervision,
)
from aggregates.training_class.filing import catalogue_version, regime_of
from aggregates.training_class.reach import class_is_known, of_class, reasons_are_given, whose
from aggregates.training_class.state import TRAINING_CLASS, TrainingClass

APPROVERS = ("COUNTY_HR", "CITY_HR")


def first_task(one: TrainingClass, world: World) -> bool:
    """Say whether no class of the body was visited yet, in the county or the city (FIL-03).

    What counts as the first task is the city's choice (`first_task_scope`, C-30). A visit counts
    that looked at attendance and delivery both, while the class that it names was taught.
    """
    if one.institution_id is None:
        return False
    own = world.state(INSTITUTION, one.institution_id)
    county = task_scope(one, world)
    visits = [
        visit
        for visit in own.verifications
        if visit.purpose == "FIRST_TASK_IN_CLASS"
        and visit.attendance_checked
        and visit.delivery_checked
        and county in ("", visit.county)
    ]
    named = [visit.class_id for visit in visits if visit.class_id is not None]
    visited = world.states(TRAINING_CLASS, dict.fromkeys(named))
    return not any(
        visit.class_id is None or _during(visit.on, visited[visit.class_id]) for visit in visits
    )


def _during(on: date, visited: TrainingClass) -> bool:
    """Say whether a day lies within a class; of one that the ledger does not know, nobody can."""
    if not visited.status:
        return True
    begun, ends = visited.started_on, visited.ends_on
    return begun is not None and begun <= on and (ends is None or on <= ends)


def task_scope(one: TrainingClass, world: World) -> str:
    """Return the county in which a first task counts; empty for the whole city."""
    scope = world.law.parameter("first_task_scope", world.today, county=one.county)
    return one.county if scope == "COUNTY" else ""


@command(
    "approve-class-filing",
    zh="审核同意开班",
    en="Approve a class filing",
    kind=TRAINING_CLASS,
    roles=APPROVERS,
)
class ApproveClassFiling(Command):
    """The bureau agrees, so that the class may open, and says who supervises it.

    Attributes:
        supervision: PROCESS puts the class under process supervision though its type is not.
    """

    class_id: ClassId
    supervising_org: Code
    supervision: Supervision = "ORDINARY"
    opinion: Personal[FreeText] | None = None
    checks: tuple[Check, ...] = ()

    def facts(self, world: World) -> Iterator[New]:
        """Record the approval with the versions and values it was given on."""
        one = world.state(TRAINING_CLASS, self.class_id)
        law, today, filing = world.law, world.today, one.filing
        institution_id, county = whose(self.class_id, world)
        processed = law.parameter("process_supervised_types", today, county=county)
        start = today if filing is None else max(filing.planned_start, today)
        standard = None
        if filing is not None:
            standard = law.standard(
                filing.occupation, filing.level, filing.training_type, "TRAINING", today
            )
        under = regime_of(world, None if filing is None else start, today)
        fact = ClassFilingApproved(
            class_id=self.class_id,
            institution_id=institution_id,
            county_code=county,
            approver=world.caller.person,
            supervising_org=self.supervising_org,
            supervision="PROCESS" if one.training_type in processed else self.supervision,
            opinion=self.opinion,
            checks=self.checks,
            valid_start_from=start,
            heads=one.heads,
            training_type=None if filing is None else filing.training_type,
            first_task=first_task(one, world),
            standard_fen=standard,
            committed_fen=(standard or 0) * one.heads,
            regime=under,
            policy_version=law.version,
            catalogue_version=catalogue_version(world, today),
        )
        yield of_class(self.class_id, fact, world, under)


@command(
    "reject-class-filing",
    zh="不予备案",
    en="Reject a class filing",
    kind=TRAINING_CLASS,
    roles=APPROVERS,
)
class RejectClassFiling(Command):
    """The bureau does not agree, and says by which rules."""

    class_id: ClassId
    reasons: tuple[Ground, ...]

    def facts(self, world: World) -> Iterator[New]:
        """Record the rejection."""
        institution_id, county = whose(self.class_id, world)
        fact = ClassFilingRejected(
            class_id=self.class_id,
            institution_id=institution_id,
            county_code=county,
            approver=world.caller.person,
            reasons=self.reasons,
        )
        yield of_class(self.class_id, fact, world)


@lifecycle(ApproveClassFiling, RejectClassFiling)
def filing_waits_for_an_answer(
    c: ApproveClassFiling | RejectClassFiling, world: World
) -> Iterator[Unmet]:
    """A filing is answered while it waits, and never by whoever handed it in."""
    yield from class_is_known(c.class_id, world, "FILED")
    filed_by = world.state(TRAINING_CLASS, c.class_id).filed_by
    # History is brought in by one person, who neither filed nor approved.
    if filed_by == world.caller.person and not world.as_facts:
        yield unmet(
            ("由提交备案以外的人审批", "somebody else than who filed it"),
            ("同一人", "the same person"),
        )


@lifecycle(RejectClassFiling)
def rejection_has_reasons(c: RejectClassFiling, world: World) -> Iterator[Unmet]:
    """Whoever is refused learns why."""
    yield from reasons_are_given(c.reasons)
