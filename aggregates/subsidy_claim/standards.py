"""How much the law gives a head, and for what a project was bought."""

from aggregates.decisions import World
from aggregates.ids import ProjectId
from aggregates.law.deadlines import local_date
from aggregates.project.state import PROJECT, Project
from aggregates.subsidy_claim.case import Case


def bought_as_a_whole(case: Case, world: World) -> bool:
    """Say whether an agency claims for a project class, without agreements and fees (C-37)."""
    mode = world.law.parameter("project_claim_mode", world.today, county=case.asked.county)
    return case.training.training_type == "PROJECT" and mode == "AGENCY_NO_AGREEMENT"


def project_of(case: Case, world: World) -> Project | None:
    """Return the project of the class, if it has one."""
    filing = case.training.filing
    cited: ProjectId | None = None if filing is None else filing.project_id
    return None if cited is None else world.state(PROJECT, cited)


def standard_of(kind: str, case: Case, world: World) -> int | None:
    """Return the standard a head in fen for a kind of item; None where none is set (ELG-19).

    It is the one of the day on which the class was approved, or of its start
    (`transition.standard_basis`). A project class whose occupation has no standard is paid at
    most what the project was bought for a head.
    """
    training = case.training
    basis = world.law.parameter("transition.standard_basis", world.today)
    approved = None if training.approved_at is None else local_date(training.approved_at)
    on = case.starts_on if basis == "START_DATE" or approved is None else approved
    found = world.law.standard(
        case.asked.occupation, case.asked.level, training.training_type, kind, on
    )
    if found is not None or kind != "TRAINING":
        return found
    project = project_of(case, world)
    if project is None or not project.heads:
        return None
    return project.amount_fen // project.heads
