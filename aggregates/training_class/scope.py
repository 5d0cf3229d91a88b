"""Who may be trained at public expense (72号 一): the same for rosters and for claims.

A person's category is the one that an authority confirmed; what a roster states is a claim.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from aggregates.decisions import World
from aggregates.law.deadlines import add_months
from aggregates.project.state import Project
from aggregates.trainee.facts import ExternalMatch
from aggregates.trainee.state import Trainee
from aggregates.training_class.form import RosterRow

SKILL_TYPES = frozenset({"EMPLOYMENT_SKILL", "SPECIAL_ABILITY"})
"""Employment-skill training; special-ability training is one form of it."""
KEY_GROUPS = frozenset(
    {
        "POV",
        "POV_CHILD",
        "SCHOOL_LEAVER",
        "RURAL",
        "UNEMP",
        "HARD_EMP",
        "TRANSFER",
        "VETERAN",
        "DISABLED",
    }
)
"""The groups of 72号 一(一); the list ends in 等 and a published list may add to it."""
BY_TEXT: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(KEY_GROUPS, SKILL_TYPES | {"ENTREPRENEURSHIP"}),
    "GRAD_2Y": SKILL_TYPES | {"ENTREPRENEURSHIP"},
    "STUDENT": SKILL_TYPES | {"ENTREPRENEURSHIP"},
    "CATCH_ALL": SKILL_TYPES,
    "EMPLOYEE": frozenset({"IN_POST_SKILL", "APPRENTICESHIP"}),
    "CUSTODY": frozenset(),
}
"""The training types open to each category by the text, where no list is published."""
GRADUATE_MONTHS = 24
SENTENCE_MONTHS = 24


def category_of(row: RosterRow, trainee: Trainee) -> str | None:
    """Return the category that was confirmed, where none is known the one that the roster states.

    What a roster states is what the filer says: a rule that looked at it could be dodged by it.
    """
    confirmed = None if trainee.confirmed is None else trainee.confirmed.category
    return confirmed or row.category.value


def open_types(category: str, world: World, on: date) -> frozenset[str]:
    """Return the training types open to a category: by the published list, else by the text."""
    if "PERSON_CATEGORY" in world.law.catalogues:
        scope = world.law.scope(category, on)
        return frozenset() if scope is None else frozenset(scope.training_types)
    return BY_TEXT.get(category, frozenset())


def left_school_long_ago(trainee: Trainee, start: date) -> bool:
    """Say whether somebody is known to have left school over two years before (ELG-10)."""
    left = trainee.graduated_on
    return left is not None and start > add_months(left, GRADUATE_MONTHS)


def serves_too_long(spell: ExternalMatch | None, start: date) -> bool:
    """Say whether a prisoner is known to have two years or more to serve (ELG-17)."""
    return (
        spell is not None
        and spell.custody_kind == "PRISON"
        and spell.sentence_ends is not None
        and spell.sentence_ends >= add_months(start, SENTENCE_MONTHS)
    )


@dataclass(frozen=True, slots=True)
class Training:
    """What somebody is trained in, as far as it matters who may be.

    Attributes:
        kind: The training type.
        start: The first day.
        on: The day whose lists count: that of the approval (C-18).
        project: The project, if it is one's.
    """

    kind: str
    start: date
    on: date
    project: Project | None = None


def outside(category: str | None, trainee: Trainee, training: Training, world: World) -> bool:
    """Say whether somebody of a category may not be trained at public expense.

    Asked are the lists and what registers say of the first day (ELG-09 to ELG-11, ELG-17). What
    nobody knows stands against nobody.
    """
    project, start = training.project, training.start
    spell = trainee.custody(start)
    if spell is not None or category == "CUSTODY":
        for_them = training.kind == "PROJECT" and project is not None and project.custody_scheme
        return not for_them or serves_too_long(spell, start)
    if category is None:
        return False
    if training.kind == "PROJECT":
        return project is not None and category not in project.target_group
    if training.kind and training.kind not in open_types(category, world, training.on):
        return True
    if category == "GRAD_2Y":
        return left_school_long_ago(trainee, start) or trainee.employed(start)
    everyone = world.law.parameter("pension_exclusion_scope", training.on) == "ALL_CATEGORIES"
    return (everyone or category == "CATCH_ALL") and trainee.draws_employee_pension(start)
