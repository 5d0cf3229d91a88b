"""What must hold before the bureau agrees to a class: the body, the project, money, stations."""

from collections.abc import Iterator
from dataclasses import replace

from aggregates.decisions import Unmet, World, flag, hard, unmet
from aggregates.fund_account.state import FUND_ACCOUNT, account_of
from aggregates.institution.state import INSTITUTION
from aggregates.project.state import PROJECT, Project
from aggregates.trainee.state import TRAINEE
from aggregates.training_class.approving import ApproveClassFiling, first_task, task_scope
from aggregates.training_class.form import Filing
from aggregates.training_class.hours import waiver_of
from aggregates.training_class.reach import whose
from aggregates.training_class.rules_body import not_listed, suspended
from aggregates.training_class.rules_people import unverified
from aggregates.training_class.scope import category_of
from aggregates.training_class.state import TRAINING_CLASS, TrainingClass


def _filed(c: ApproveClassFiling, world: World) -> tuple[TrainingClass, Filing]:
    """Return the class and its filing; the life cycle guarantees that there is one."""
    one = world.state(TRAINING_CLASS, c.class_id)
    assert one.filing is not None  # noqa: S101 - a class that was filed has a filing
    return one, one.filing


@flag("FIL-02", ApproveClassFiling)
def approved_before_the_planned_start(c: ApproveClassFiling, world: World) -> Iterator[Unmet]:
    """A class opens only after the bureau agreed; a late approval moves its start."""
    _, filing = _filed(c, world)
    if world.today > filing.planned_start:
        yield unmet(
            (f"不晚于计划开班日{filing.planned_start}", f"by the start, {filing.planned_start}"),
            (f"{world.today}审核", f"approved on {world.today}"),
        )


@hard("FIL-03", ApproveClassFiling)
def site_was_verified_before_the_first_task(c: ApproveClassFiling, world: World) -> Iterator[Unmet]:
    """A body that takes its first task was visited on the spot before."""
    one, _ = _filed(c, world)
    subjects = (c.class_id, one.institution_id)
    waived = waiver_of("FIL-03", subjects, world, world.today, one.county) is not None
    if waived or not first_task(one, world):
        return
    own = world.state(INSTITUTION, whose(c.class_id, world)[0])
    county = task_scope(one, world)
    if own.verified_before_first_task(county) is None:
        yield unmet(
            ("首次承接任务前经实地核查合格", "a site visit before the first task, passed"),
            ("没有", "none"),
        )


@hard("FIL-04", ApproveClassFiling)
def everybody_has_a_real_name(c: ApproveClassFiling, world: World) -> Iterator[Unmet]:
    """Nobody stands on an approved roster whose identity was not verified."""
    one, _ = _filed(c, world)
    yield from unverified(tuple(one.roster.values()), world, "roster")


@hard("INS-07", ApproveClassFiling)
def body_is_still_listed(c: ApproveClassFiling, world: World) -> Iterator[Unmet]:
    """The body stands in the latest catalogue when the bureau agrees."""
    _, filing = _filed(c, world)
    own = whose(c.class_id, world)[0]
    yield from not_listed(own, filing.occupation, filing.level, world, world.today)


@hard("INS-12", ApproveClassFiling)
def body_is_not_suspended(c: ApproveClassFiling, world: World) -> Iterator[Unmet]:
    """No class of a suspended body is approved."""
    one, filing = _filed(c, world)
    yield from suspended(
        whose(c.class_id, world)[0], one.county, filing.occupation, world, world.today
    )


@hard("INS-29", ApproveClassFiling)
def occupation_is_within_the_licence(c: ApproveClassFiling, world: World) -> Iterator[Unmet]:
    """Nobody trains beyond the scope of the licence, or after its end (NL-1.3)."""
    _, filing = _filed(c, world)
    own = world.state(INSTITUTION, whose(c.class_id, world)[0])
    if own.kind == "EMPLOYER":
        return
    if not own.licensed_for(filing.occupation):
        yield unmet(
            ("办学许可范围内的职业", "an occupation within the licence"),
            (filing.occupation, filing.occupation),
        )
    if own.licence_valid_to is not None and own.licence_valid_to < filing.planned_end:
        yield unmet(
            (f"至{filing.planned_end}有效的许可证", f"a licence valid until {filing.planned_end}"),
            (f"{own.licence_valid_to}到期", f"it ends on {own.licence_valid_to}"),
        )


@hard("INS-17", ApproveClassFiling)
def work_stations_suffice(c: ApproveClassFiling, world: World) -> Iterator[Unmet]:
    """Work-stations match the scale of practice; without the city's ratio it is only told.

    Classes at the same time are compared by the risk indicators, which see them all.
    """
    one, filing = _filed(c, world)
    own = world.state(INSTITUTION, whose(c.class_id, world)[0])
    ratio = world.law.parameter("heads_per_station", world.today, county=one.county)
    used = {row.site_id for row in filing.timetable if row.kind == "PRACTICE" and row.site_id}
    for site_id in sorted(used):
        site = own.site(site_id)
        stations = (site and site.stations(filing.occupation)) or 0
        if stations and (ratio is None or one.heads <= stations * ratio):
            continue
        told = unmet(
            (
                f"{site_id}的{filing.occupation}工位与{one.heads}人相匹配",
                f"work-stations for {filing.occupation} at {site_id} for {one.heads} heads",
            ),
            (f"{stations}个工位", f"{stations} work-stations"),
        )
        yield replace(told, flag=ratio is None)


@flag("ELG-32", ApproveClassFiling)
def occupation_has_a_standard(c: ApproveClassFiling, world: World) -> Iterator[Unmet]:
    """An occupation without a standard enters by a project; else nothing can be paid."""
    _, filing = _filed(c, world)
    found = world.law.standard(
        filing.occupation, filing.level, filing.training_type, "TRAINING", world.today
    )
    if found is None and filing.training_type != "PROJECT":
        yield unmet(
            ("补贴标准目录中的职业", "an occupation with a subsidy standard"),
            (f"{filing.occupation}（{filing.level}）没有标准", f"{filing.occupation}: none"),
        )


@flag("DEL-20", ApproveClassFiling)
def project_names_its_supervisor(c: ApproveClassFiling, world: World) -> Iterator[Unmet]:
    """Each class has one supervising authority: that of its project, where it has one."""
    project = _project(c, world)
    named = None if project is None else project.supervising_org
    if named is not None and named != c.supervising_org:
        yield unmet(
            (f"项目的监管单位{named}", f"the project's authority, {named}"),
            (c.supervising_org, c.supervising_org),
            where="supervising_org",
        )


def _project(c: ApproveClassFiling, world: World) -> Project | None:
    _, filing = _filed(c, world)
    return None if filing.project_id is None else world.state(PROJECT, filing.project_id)


@hard("ELG-28", ApproveClassFiling)
def project_is_registered(c: ApproveClassFiling, world: World) -> Iterator[Unmet]:
    """A project class cites an active project, of this supplier, for this occupation."""
    one, filing = _filed(c, world)
    if filing.training_type != "PROJECT":
        return
    project = _project(c, world)
    if project is None or not project.active(filing.planned_start):
        yield unmet(
            (f"{filing.planned_start}有效的项目", f"a project active on {filing.planned_start}"),
            ("没有", "none"),
            where="filing.project_id",
        )
        return
    if project.supplier_id != one.institution_id:
        yield unmet(
            ("项目的承接单位", "the project's supplier"),
            ("不是该机构", "it is another"),
            where="filing.project_id",
        )
    if not project.covers(filing.occupation, filing.level):
        yield unmet(
            ("项目包含的职业", "an occupation of the project"),
            (f"{filing.occupation}（{filing.level}）", f"{filing.occupation} ({filing.level})"),
        )
    if one.heads > project.heads:
        yield unmet(
            (f"项目人数{project.heads}人以内", f"within the project's {project.heads} heads"),
            (f"{one.heads}人", f"{one.heads} heads"),
            where="roster",
        )


@hard("INS-06", ApproveClassFiling)
def project_was_procured_for_its_group(c: ApproveClassFiling, world: World) -> Iterator[Unmet]:
    """A project was procured, and its trainees belong to its target group.

    Who does not is not said in the entry: a category is nobody's to browse.
    """
    one, filing = _filed(c, world)
    project = _project(c, world)
    if filing.training_type != "PROJECT" or project is None:
        return
    if not project.procurement_ref:
        yield unmet(("政府采购编号", "a reference of the procurement"), ("没有", "none"))
    people = world.states(TRAINEE, one.roster)
    named = [category_of(row, people[person]) for person, row in one.roster.items()]
    outside = sum(name is not None and name not in project.target_group for name in named)
    if outside:
        yield unmet(
            ("人员均属项目目标群体", "everybody of the project's target group"),
            (f"{outside}人不属于", f"{outside} are not"),
            where="roster",
        )


@flag("ELG-22", ApproveClassFiling)
def money_is_there(c: ApproveClassFiling, world: World) -> Iterator[Unmet]:
    """Money decides heads: what the class will cost fits what the fund intended still has."""
    one, filing = _filed(c, world)
    standard = world.law.standard(
        filing.occupation, filing.level, filing.training_type, "TRAINING", world.today
    )
    if filing.fund_intent is None or standard is None:
        return
    year = filing.planned_start.year
    account = world.state(FUND_ACCOUNT, account_of(one.county, filing.fund_intent, year))
    needed = standard * one.heads
    if needed > account.available_fen:
        yield unmet(
            (
                f"{year}年{filing.fund_intent}可用资金不少于{yuan(needed)}元",
                f"{yuan(needed)} yuan available from {filing.fund_intent} in {year}",
            ),
            (f"{yuan(account.available_fen)}元", f"{yuan(account.available_fen)} yuan"),
        )


def yuan(amount_fen: int) -> str:
    """Return an amount as people read it, in yuan with two places."""
    sign = "-" if amount_fen < 0 else ""
    whole, rest = divmod(abs(amount_fen), 100)
    return f"{sign}{whole}.{rest:02}"
