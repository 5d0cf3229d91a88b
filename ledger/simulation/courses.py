"""What is taught in the simulated city: occupations, hours, routes to a certificate, standards.

The occupations exist; hours, amounts and which body assesses what are made up.
"""

from dataclasses import dataclass
from typing import Final

from aggregates.law.catalogues import ListingCategory, PersonCategory, Route, TrainingType

YUAN: Final = 100
CertificateType = str


@dataclass(frozen=True, slots=True)
class Course:
    """An occupation at a level, as one training type teaches it.

    Attributes:
        code: The code of the occupation.
        level: The level; what has none bears a word.
        name: Its name.
        training_type: As which type of training it is taught.
        hours: Class hours.
        theory: Those of theory; the rest is practice.
        route: How it is assessed.
        certificate: What type of certificate it leads to.
        standard_fen: What is paid a head for the training.
        assessment_fen: What is paid a head for the first assessment; 0 for nothing.
        practice_bp: The least share of practice by the occupation's own standard; 0: it has none.
        category: In which part of the catalogue its bodies are listed.
    """

    code: str
    level: str
    name: str
    training_type: TrainingType
    hours: int
    theory: int
    route: Route
    certificate: CertificateType
    standard_fen: int
    assessment_fen: int = 0
    practice_bp: int = 0
    category: ListingCategory = "就业技能"

    @property
    def practice(self) -> int:
        """Class hours of practice."""
        return self.hours - self.theory

    @property
    def skill(self) -> tuple[str, str]:
        """Occupation and level."""
        return self.code, self.level


def _skill(  # noqa: PLR0913 - a row of the table below
    code: str,
    level: str,
    name: str,
    yuan: int,
    *,
    hours: int = 56,
    theory: int = 20,
    route: Route = "SKILL_LEVEL",
    practice_bp: int = 0,
) -> Course:
    certificate = "COMPLETION" if route == "OWN" else route
    return Course(
        code=code,
        level=level,
        name=name,
        training_type="EMPLOYMENT_SKILL",
        hours=hours,
        theory=theory,
        route=route,
        certificate=certificate,
        standard_fen=yuan * YUAN,
        practice_bp=practice_bp,
    )


def _ability(code: str, name: str, yuan: int) -> Course:
    return Course(
        code=code,
        level="专项",
        name=name,
        training_type="SPECIAL_ABILITY",
        hours=24,
        theory=8,
        route="SPECIAL_ABILITY",
        certificate="SPECIAL_ABILITY",
        standard_fen=yuan * YUAN,
        assessment_fen=100 * YUAN,
    )


def _in_post(code: str, level: str, name: str, yuan: int) -> Course:
    return Course(
        code=code,
        level=level,
        name=name,
        training_type="IN_POST_SKILL",
        hours=24,
        theory=8,
        route="ENTERPRISE_SELF",
        certificate="SKILL_LEVEL",
        standard_fen=yuan * YUAN,
    )


def _project(of: Course, yuan: int) -> Course:
    return Course(
        code=of.code,
        level=of.level,
        name=of.name,
        training_type="PROJECT",
        hours=of.hours,
        theory=of.theory,
        route=of.route,
        certificate=of.certificate,
        standard_fen=yuan * YUAN,
        practice_bp=of.practice_bp,
    )


CARE: Final = _skill("4-10-01-05", "5", "养老护理员", 1_200, hours=60, theory=28, practice_bp=5_000)
COOKING: Final = _skill("4-03-02-01", "5", "中式烹调师", 1_100)
HOUSEKEEPING: Final = _skill("4-10-01-06", "5", "家政服务员", 900)
WELDING: Final = _skill("6-18-02-04", "5", "焊工", 1_300, route="QUALIFICATION")
ELECTRICIAN: Final = _skill("6-31-01-03", "5", "电工", 1_200)
COMMERCE: Final = _skill("4-01-06-01", "5", "电子商务师", 1_000)
COMMERCE_4: Final = _skill("4-01-06-01", "4", "电子商务师", 1_300)
SELLING: Final = _skill(
    "4-01-06-02", "5", "互联网营销师", 1_100, hours=60, theory=36, practice_bp=4_000
)
"""By its own standard most of it is theory, of which four tenths of all hours are on line."""
MASSAGE: Final = _skill("4-10-04-02", "5", "保健按摩师", 1_000)
GARDENING: Final = _skill("LC-5010201", "入门", "设施蔬菜种植技术", 700, route="OWN")
DOUGH: Final = _ability("ZX-0101", "面食制作", 500)
GOURDS: Final = _ability("ZX-0203", "葫芦雕刻", 600)
PAPER: Final = _ability("ZX-0207", "剪纸制作", 500)
TURNING: Final = _in_post("6-18-01-01", "4", "车工", 600)
WELDING_4: Final = _in_post("6-18-02-04", "4", "焊工", 600)
STARTING: Final = Course(
    code="SYB",
    level="创办企业",
    name="创办你的企业",
    training_type="ENTREPRENEURSHIP",
    hours=56,
    theory=20,
    route="OWN",
    certificate="COMPLETION",
    standard_fen=1_000 * YUAN,
    category="创业",
)
CARE_PROJECT: Final = _project(CARE, 1_300)
WELDING_IN_CUSTODY: Final = _project(WELDING, 1_300)

SKILLS: Final = (
    CARE,
    COOKING,
    HOUSEKEEPING,
    WELDING,
    ELECTRICIAN,
    COMMERCE,
    COMMERCE_4,
    SELLING,
    MASSAGE,
    GARDENING,
)
ABILITIES: Final = (DOUGH, GOURDS, PAPER)
IN_POST: Final = (TURNING, WELDING_4)
PROJECTS: Final = (CARE_PROJECT, WELDING_IN_CUSTODY)
COURSES: Final = (*SKILLS, *ABILITIES, *IN_POST, STARTING, *PROJECTS)
"""Every course of the city."""

ONLINE_SESSIONS: Final = {COMMERCE.skill: 3, COMMERCE_4.skill: 3, SELLING.skill: 6}
"""How many half days of theory are taught on line, where any are."""
PLATFORM: Final = "PT-0001"

OPEN_TO: Final[dict[TrainingType, tuple[tuple[PersonCategory, int], ...]]] = {
    "EMPLOYMENT_SKILL": (
        ("RURAL", 30),
        ("UNEMP", 18),
        ("CATCH_ALL", 24),
        ("POV", 8),
        ("HARD_EMP", 5),
        ("TRANSFER", 3),
        ("VETERAN", 4),
        ("DISABLED", 3),
        ("GRAD_2Y", 3),
        ("SCHOOL_LEAVER", 1),
        ("POV_CHILD", 1),
        ("STUDENT", 2),
    ),
    "SPECIAL_ABILITY": (
        ("RURAL", 34),
        ("CATCH_ALL", 30),
        ("UNEMP", 20),
        ("POV", 10),
        ("DISABLED", 6),
    ),
    "ENTREPRENEURSHIP": (
        ("RURAL", 30),
        ("UNEMP", 30),
        ("VETERAN", 16),
        ("GRAD_2Y", 14),
        ("POV", 10),
    ),
    "IN_POST_SKILL": (("EMPLOYEE", 1),),
    "PROJECT": (("RURAL", 55), ("POV", 30), ("HARD_EMP", 15)),
}
"""Which categories come to which type of training, and how often."""


def categories(course: Course) -> tuple[tuple[PersonCategory, int], ...]:
    """Return which categories come to a course, and how often."""
    return (("CUSTODY", 1),) if course is WELDING_IN_CUSTODY else OPEN_TO[course.training_type]
