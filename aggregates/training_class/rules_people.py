"""What a filing must keep of people: real names, size, class head, contracts, own employees."""

from collections.abc import Iterator

from aggregates.decisions import Unmet, World, unmet
from aggregates.institution.state import INSTITUTION
from aggregates.law.deadlines import add_months
from aggregates.trainee.state import TRAINEE
from aggregates.training_class.filing import Filed, applicant
from aggregates.training_class.form import RosterRow
from aggregates.training_class.rules_filing import asked_of_filings
from aggregates.training_class.size import too_large

CONTRACT_MONTHS = 12
"""Months of a labour contract at least, and within which pre-job training starts (ELG-12)."""
EMPLOYER_TYPES = frozenset({"IN_POST_SKILL", "APPRENTICESHIP"})
"""What an employer may train its own staff in."""


def unverified(rows: tuple[RosterRow, ...], world: World, field: str) -> Iterator[Unmet]:
    """Yield the heads whose identity was not verified (FIL-04)."""
    people = world.states(TRAINEE, [row.person_id for row in rows])
    for at, row in enumerate(rows):
        if not people[row.person_id].verified:
            yield unmet(
                ("通过实名核验的人员", "a person whose identity was verified"),
                ("未通过实名核验", "not verified"),
                where=f"{field}[{at}]",
            )


@asked_of_filings("FIL-04")
def everybody_has_a_real_name(c: Filed, world: World) -> Iterator[Unmet]:
    """Training is given under real names, without exception."""
    yield from unverified(c.filing.roster, world, "filing.roster")


@asked_of_filings("FIL-08")
def class_is_not_too_large(c: Filed, world: World) -> Iterator[Unmet]:
    """Employment-skill classes have 50 heads as a rule and 60 at most."""
    _, county = applicant(c, world)
    yield from too_large(c.filing, len(c.filing.roster), world, county)


@asked_of_filings("FIL-17")
def class_has_a_full_time_head(c: Filed, world: World) -> Iterator[Unmet]:
    """Each class has a class head or counsellor who is full time."""
    head = c.filing.class_head
    if head is None or head.employment != "FULL":
        yield unmet(
            ("1名专职班主任或辅导员", "a class head who is full time"),
            ("没有", "none") if head is None else ("兼职", "part time"),
            where="filing.class_head",
        )


@asked_of_filings("ELG-12")
def pre_job_contracts_are_sound(c: Filed, world: World) -> Iterator[Unmet]:
    """Pre-job training needs a contract of a year, and starts within a year of its signing."""
    if c.filing.scheme != "PRE_JOB":
        return
    for at, row in enumerate(c.filing.roster):
        where = f"filing.roster[{at}].contract"
        contract, start = row.contract, c.filing.planned_start
        if contract is None or contract.term_months < CONTRACT_MONTHS:
            found = 0 if contract is None else contract.term_months
            yield unmet(
                ("1年以上劳动合同", "a labour contract of a year or more"),
                ("没有合同", "no contract") if not found else (f"{found}个月", f"{found} months"),
                where,
            )
        elif not contract.signed_on <= start <= add_months(contract.signed_on, CONTRACT_MONTHS):
            yield unmet(
                ("签订合同之日起1年内参加培训", "training within a year of the signing"),
                (
                    f"{contract.signed_on}签订，{start}开班",
                    f"signed on {contract.signed_on}, starting {start}",
                ),
                where,
            )


@asked_of_filings("INS-08")
def employer_trains_its_own_staff(c: Filed, world: World) -> Iterator[Unmet]:
    """An employer trains only its own staff in their posts, qualified to, in its own county."""
    institution_id, county = applicant(c, world)
    own = world.state(INSTITUTION, institution_id)
    if own.kind != "EMPLOYER":
        return
    if not own.self_evaluates(world.today):
        yield unmet(
            ("已备案并获得自主评价资质", "filed with the bureau and qualified to evaluate"),
            ("没有或已过期", "it is not, or no longer"),
        )
    if county != own.county:
        yield unmet(
            (f"所在地{own.county}", f"its own county, {own.county}"),
            (county, county),
            where="county_code",
        )
    if c.filing.training_type not in EMPLOYER_TYPES:
        yield unmet(
            ("本企业职工岗位技能培训", "in-post training of its own staff"),
            (c.filing.training_type, c.filing.training_type),
            where="filing.training_type",
        )
    for at, row in enumerate(c.filing.roster):
        if row.employer != own.uscc:
            yield unmet(
                ("本企业职工", "staff of its own"),
                ("用人单位不是本企业", "another employer, or none"),
                where=f"filing.roster[{at}].employer",
            )
