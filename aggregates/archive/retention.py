"""Until when an archive is kept: ten years from the later of closure and last payment, or longer.

A hold keeps it longer. While its period has not begun, because the class is not closed or the
archive not sealed, nobody can say when it ends.
"""

from collections.abc import Iterator
from datetime import date

from aggregates.archive.state import ARCHIVE, Archive
from aggregates.decisions import Unmet, World, unmet
from aggregates.ids import ClassId
from aggregates.law.deadlines import retention_deadline
from aggregates.subsidy_claim.reach import claims_of
from aggregates.training_class.state import TRAINING_CLASS

NEVER = date.max
"""The last day of a hold that has no end."""


def kept_until(class_id: ClassId, world: World) -> date | None:
    """Return the last day on which an archive is kept by law, None while that has not begun."""
    sealed = world.state(ARCHIVE, class_id).retention_to
    training = world.state(TRAINING_CLASS, class_id)
    claims = claims_of(class_id, world).values()
    if sealed is None or training.closed_on is None:
        return None
    paid = max((one.paid_on for one in claims if one.paid_on is not None), default=None)
    kept = retention_deadline(training.closed_on, paid, world.law, county=training.county)
    return max(sealed, kept.last or sealed)


def held_until(one: Archive, on: date) -> date | None:
    """Return the last day of the longest hold that still runs on a day; None without any."""
    ends = [NEVER if to is None else to for to in one.holds.values()]
    return max((to for to in ends if to >= on), default=None)


def retention_is_over(class_id: ClassId, world: World, where: str = "") -> Iterator[Unmet]:
    """Yield what an archive is still kept for on the day of the decision.

    Args:
        class_id: The class whose archive it is.
        world: What the decision may know.
        where: The part of the command that names it.
    """
    wanted = ("档案保存期已满", "an archive whose retention is over")
    until = kept_until(class_id, world)
    if until is None:
        yield unmet(wanted, ("保存期尚未起算", "it has not begun"), where)
    elif world.today <= until:
        yield unmet(wanted, (f"保存至{until}", f"kept until {until}"), where)
    held = held_until(world.state(ARCHIVE, class_id), world.today)
    if held is not None:
        no_end = held == NEVER
        found = (
            ("另有要求，暂不得销毁", "held, without an end")
            if no_end
            else (f"另有要求，保存至{held}", f"held until {held}")
        )
        yield unmet(("没有延长保存的要求", "no hold"), found, where)
