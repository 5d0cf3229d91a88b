"""Whether a command reaches the class that it names, and how what it says of it is recorded."""

from collections.abc import Iterable, Iterator
from uuid import UUID

from aggregates.decisions import New, Unmet, World, unmet
from aggregates.facts import Fact
from aggregates.ids import ClassId, InstitutionId, derived_id
from aggregates.law.clauses import CLAUSES
from aggregates.training_class.facts import Ground
from aggregates.training_class.state import TRAINING_CLASS

STATUS_ZH = {
    "": "不存在",
    "FILED": "待审核",
    "RETURNED": "退回补正",
    "REJECTED": "不予备案",
    "APPROVED": "审核同意",
    "RUNNING": "培训中",
    "TAUGHT": "教学结束",
    "CLOSED": "已结班",
}


def nobody_else(one: UUID) -> InstitutionId:
    """Return the stand-in for an institution that history does not name, one for each thing."""
    return InstitutionId(derived_id("institution-unknown", one))


def in_reach(institution_id: InstitutionId | None, county: str, world: World) -> Iterator[Unmet]:
    """Yield that a thing is another institution's or county's than the caller's."""
    caller = world.caller
    if caller.institution is not None:
        if institution_id != caller.institution:
            yield unmet(
                ("本机构的事项", "what is your institution's"),
                ("属于其他机构", "it is another's"),
            )
    elif caller.county and county and county != caller.county:
        yield unmet(("本县区的事项", "what is your county's"), ("属于其他县区", "it is another's"))


def class_is_known(class_id: ClassId, world: World, *statuses: str) -> Iterator[Unmet]:
    """Yield that a class does not exist, stands at another step, or is out of the caller's reach.

    Args:
        class_id: The class.
        world: What the decision may know.
        *statuses: The steps that will do; any, where none is named.
    """
    one = world.state(TRAINING_CLASS, class_id)
    if not one.status:
        yield unmet(("已备案的班期", "a class that was filed"), ("没有这个班期", "no such class"))
        return
    if statuses and one.status not in statuses:
        wanted = "、".join(STATUS_ZH[status] for status in statuses)
        yield unmet(
            (f"班期状态为{wanted}", f"a class that is {' or '.join(statuses)}"),
            (STATUS_ZH[one.status], one.status),
        )
    yield from in_reach(one.institution_id, one.county, world)


def reasons_are_given(reasons: Iterable[Ground]) -> Iterator[Unmet]:
    """Yield that a decision against somebody names no reason, or a rule that there is not."""
    rules = [one.rule_id for one in reasons]
    if not rules:
        yield unmet(("写明理由", "reasons"), ("未填", "none"), where="reasons")
    yield from rules_are_known(rules, "reasons")


def rules_are_known(rules: Iterable[str], where: str) -> Iterator[Unmet]:
    """Yield that a decision against somebody cites rules that no clause stands behind."""
    for rule in rules:
        if rule not in CLAUSES:
            yield unmet(
                ("规则表中的编号", "the id of a rule in the table"), (rule, rule), where=where
            )


def whose(class_id: ClassId, world: World) -> tuple[InstitutionId, str]:
    """Return whose class it is and its county, with stand-ins where history does not say."""
    one = world.state(TRAINING_CLASS, class_id)
    return one.institution_id or nobody_else(class_id), one.county or world.city


def of_class(class_id: ClassId, fact: Fact, world: World, regime: str = "") -> New:
    """Return a fact for the stream of a class, under the regime of the class or another."""
    one = world.state(TRAINING_CLASS, class_id)
    return New(
        TRAINING_CLASS,
        class_id,
        fact,
        county=one.county,
        about=class_id,
        regime=regime or one.regime,
    )
