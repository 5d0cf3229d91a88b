"""The lists that other documents fill: who may train, what is paid, which route an exam takes.

Each list is published in versions, in the policy book (17号 七(一); 72号 二). A list in force on
a day is the version with the latest effective date that is not after it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from aggregates.facts import BasisPoints, Code, Count, CountyCode, Fen, Title, record
from aggregates.ids import InstitutionId

CatalogueKind = Literal[
    "INSTITUTION",
    "SUBSIDY_STANDARD",
    "ASSESSMENT_BODY",
    "ONLINE_PLATFORM",
    "OCCUPATION_ROUTE",
    "PERSON_CATEGORY",
    "CLASS_HOUR_STANDARD",
    "OFFICIAL_SITE",
]
TrainingType = Literal[
    "EMPLOYMENT_SKILL",
    "ENTREPRENEURSHIP",
    "IN_POST_SKILL",
    "PROJECT",
    "SPECIAL_ABILITY",
    "APPRENTICESHIP",
]
ItemKind = Literal["TRAINING", "ASSESSMENT", "LIVING_ALLOWANCE"]
Fund = Literal["EMPLOYMENT", "SPECIAL_ACCOUNT", "UI", "OTHER"]
Route = Literal["QUALIFICATION", "SPECIAL_ABILITY", "SKILL_LEVEL", "ENTERPRISE_SELF", "OWN"]
ListingCategory = Literal["创业", "就业技能", "线上", "专项"]
PersonCategory = Literal[
    "POV",
    "POV_CHILD",
    "SCHOOL_LEAVER",
    "RURAL",
    "UNEMP",
    "HARD_EMP",
    "TRANSFER",
    "VETERAN",
    "DISABLED",
    "GRAD_2Y",
    "CATCH_ALL",
    "STUDENT",
    "EMPLOYEE",
    "CUSTODY",
]


@record
class Occupation:
    """An occupation (职业工种) at a level (等级)."""

    code: Code
    level: Code


@record
class InstitutionListing:
    """An institution in the city's catalogue, with what it may train."""

    institution_id: InstitutionId
    category: ListingCategory
    occupations: tuple[Occupation, ...]


@record
class SubsidyStandard:
    """What is paid at most a head, by occupation, level, training type and kind of item."""

    occupation: Code
    level: Code
    training_type: TrainingType
    kind: ItemKind
    amount_fen: Fen


@record
class AssessmentBody:
    """A body that may assess the occupations named."""

    body_id: InstitutionId
    occupations: tuple[Occupation, ...]


@record
class OnlinePlatform:
    """A platform for on-line theory (17号 四(三))."""

    platform_id: Code
    name: Title
    status: Literal["RECOGNISED", "RECOMMENDED"]


@record
class OccupationRoute:
    """The assessment routes open to an occupation at a level (17号 三(四))."""

    occupation: Code
    level: Code
    routes: tuple[Route, ...]


@record
class CategoryScope:
    """For which training types and from which funds a category of persons is subsidised."""

    category: PersonCategory
    training_types: tuple[TrainingType, ...]
    funds: tuple[Fund, ...]


@record
class ClassHourStandard:
    """The class hours that an occupation's own standard asks for (17号 四(二))."""

    occupation: Code
    level: Code
    total: Count
    practice_bp: BasisPoints


@record
class OfficialSite:
    """A host on which an authority publishes (17号 五: 官网公示)."""

    county: CountyCode
    host: Code


@dataclass(frozen=True, slots=True)
class CatalogueVersion:
    """One published version of one list, all its parts together."""

    kind: CatalogueKind
    version: str
    effective_from: date
    entries: tuple[object, ...]


def in_force(versions: Sequence[CatalogueVersion], on: date) -> CatalogueVersion | None:
    """Return the version in force on a day, or nothing before the first."""
    standing = [one for one in versions if one.effective_from <= on]
    return max(standing, key=lambda one: one.effective_from) if standing else None
