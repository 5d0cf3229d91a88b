"""Who on a roster may be trained at public expense (72号 一), asked before the bureau agrees.

What these rules look at is restricted. An entry tells how many heads do not fit and by which
rule, never which: the approver sees them on a page that asks for a purpose.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from aggregates.decisions import Unmet, World, hard, unmet
from aggregates.project.state import PROJECT
from aggregates.trainee.state import TRAINEE, Trainee
from aggregates.training_class.approving import ApproveClassFiling
from aggregates.training_class.form import RosterRow
from aggregates.training_class.scope import (
    category_of,
    left_school_long_ago,
    open_types,
    serves_too_long,
)
from aggregates.training_class.state import TRAINING_CLASS

_OWN_RULES = frozenset({"GRAD_2Y", "CATCH_ALL", "CUSTODY"})

Head = tuple[RosterRow, Trainee]


def _heads(c: ApproveClassFiling, world: World) -> tuple[list[Head], date, str]:
    """Return the heads of the roster with their own streams, the start and the training type."""
    one = world.state(TRAINING_CLASS, c.class_id)
    people = world.states(TRAINEE, one.roster)
    start = world.today if one.filing is None else one.filing.planned_start
    heads = [(row, people[person]) for person, row in one.roster.items()]
    return heads, start, one.training_type


def _told(
    count: int, expected: tuple[str, str], found: tuple[str, str] = ("不符合", "do not")
) -> Iterator[Unmet]:
    if count:
        yield unmet(expected, (f"{count}人{found[0]}", f"{count} {found[1]}"), where="roster")


def _softly(answers: Iterator[Unmet]) -> Iterator[Unmet]:
    for answer in answers:
        yield replace(answer, flag=True)


@hard("ELG-09", ApproveClassFiling)
def categories_are_confirmed_and_open(c: ApproveClassFiling, world: World) -> Iterator[Unmet]:
    """Each head's category is confirmed, holds at the start, and is open to the training type.

    Trainees of projects are held against the project's target group instead (INS-06).
    """
    heads, start, kind = _heads(c, world)
    stale = sum(t.confirmed is None or not t.confirmed.stands(start) for _, t in heads)
    yield from _told(
        stale, ("人员类别已确认且有效", "a confirmed category"), ("未确认", "have none")
    )
    if kind != "PROJECT":
        known = [name for name in (category_of(*head) for head in heads) if name is not None]
        shut = sum(
            kind not in open_types(name, world, world.today)
            for name in known
            if name not in _OWN_RULES
        )
        yield from _told(shut, ("类别可享受该培训补贴", "a category open to this training"))
    other = sum(_differs(row, trainee) for row, trainee in heads)
    yield from _softly(
        _told(other, ("名册类别与确认的类别一致", "the category that was confirmed"))
    )
    unknown = sum(row.category.value is None for row, _ in heads)
    yield from _softly(_told(unknown, ("可核对的人员类别", "categories that can be read")))


def _differs(row: RosterRow, trainee: Trainee) -> bool:
    confirmed = None if trainee.confirmed is None else trainee.confirmed.category
    return None not in (confirmed, row.category.value) and confirmed != row.category.value


@hard("ELG-10", ApproveClassFiling)
def graduates_left_school_lately(c: ApproveClassFiling, world: World) -> Iterator[Unmet]:
    """Graduates start within two years of leaving school, and are not employed."""
    heads, start, kind = _heads(c, world)
    graduates = [head[1] for head in heads if category_of(*head) == "GRAD_2Y"]
    if kind != "PROJECT" and kind not in open_types("GRAD_2Y", world, world.today):
        yield from _told(len(graduates), ("毕业生可享受该培训补贴", "training open to graduates"))
        return
    late = sum(left_school_long_ago(t, start) for t in graduates)
    yield from _told(late, ("毕业离校2年内", "within two years of leaving school"))
    at_work = sum(t.employed(start) for t in graduates)
    yield from _told(at_work, ("未就业", "not employed"), ("已就业", "are employed"))
    unknown = sum(t.graduated_on is None for t in graduates)
    yield from _softly(_told(unknown, ("可核对的毕业时间", "a known day of leaving school")))


@hard("ELG-11", ApproveClassFiling)
def pensioners_are_not_in_the_catch_all(c: ApproveClassFiling, world: World) -> Iterator[Unmet]:
    """Whoever draws a monthly urban-employee pension is no catch-all trainee.

    For other categories the text says nothing: they are told to the reviewer, and refused only
    where the city says so (`pension_exclusion_scope`, C-25).
    """
    heads, start, kind = _heads(c, world)
    everyone = world.law.parameter("pension_exclusion_scope", world.today) == "ALL_CATEGORIES"
    catch_all = [head[1] for head in heads if category_of(*head) == "CATCH_ALL"]
    if kind != "PROJECT" and kind not in open_types("CATCH_ALL", world, world.today):
        yield from _told(
            len(catch_all), ("该类人员仅限就业技能培训", "employment-skill training alone")
        )
        return
    expected = (
        "不具有按月领取城镇职工基本养老金资格",
        "no right to a monthly urban-employee pension",
    )
    drawing = sum(t.draws_employee_pension(start) for t in catch_all)
    yield from _told(drawing, expected)
    rest = sum(
        head[1].draws_employee_pension(start) for head in heads if category_of(*head) != "CATCH_ALL"
    )
    told = _told(rest, expected)
    yield from told if everyone else _softly(told)


@hard("ELG-17", ApproveClassFiling)
def custody_needs_a_project_for_it(c: ApproveClassFiling, world: World) -> Iterator[Unmet]:
    """People in custody are trained in projects for them; prisoners with under two years left."""
    heads, start, kind = _heads(c, world)
    filing = world.state(TRAINING_CLASS, c.class_id).filing
    cited = None if filing is None else filing.project_id
    for_them = kind == "PROJECT" and cited is not None
    if for_them and cited is not None:
        for_them = world.state(PROJECT, cited).custody_scheme
    held = [
        (row, t, t.custody(start))
        for row, t in heads
        if t.custody(start) is not None or category_of(row, t) == "CUSTODY"
    ]
    if not for_them:
        yield from _told(
            len(held),
            ("面向该群体的项目制培训", "a project for people in custody"),
            ("不在", "not in"),
        )
        return
    long = sum(serves_too_long(spell, start) for _, _, spell in held)
    yield from _told(long, ("剩余刑期不足2年", "under two years of the sentence left"))
    unknown = sum(
        spell is None or (spell.custody_kind == "PRISON" and spell.sentence_ends is None)
        for _, _, spell in held
    )
    yield from _softly(_told(unknown, ("可核对的剩余刑期", "a known end of the sentence")))
