"""What the law asks of a class's hours, and what is short of it (FIL-10, FIL-13)."""

from collections.abc import Iterable, Iterator
from datetime import date
from uuid import UUID

from aggregates.decisions import Unmet, World, unmet
from aggregates.ids import ClassId, InstitutionId
from aggregates.law.in_force import Waiver
from aggregates.training_class.form import Filing, RequiredHours

HOURS_AT_LEAST = 56
"""Class hours without a standard (17号 四(二))."""
HOURS_AT_LEAST_SHORT = 24
"""The same for in-post skill and special-ability training."""
SHORT_TYPES = frozenset({"IN_POST_SKILL", "SPECIAL_ABILITY"})
PRACTICE_AT_LEAST_BP = 6_000
MINUTES_PER_HOUR = 45
_WHOLE_BP = 10_000


def waiver_of(
    rule_id: str,
    subjects: Iterable[ClassId | InstitutionId | None],
    world: World,
    on: date,
    county: str,
) -> Waiver | None:
    """Return the waiver of a rule that stands for a class or its institution in a county."""
    for one in subjects:
        held = None if one is None else world.law.waived(rule_id, UUID(str(one)), on, county)
        if held is not None:
            return held
    return None


def required_hours(
    filing: Filing, subjects: Iterable[ClassId | InstitutionId | None], world: World, county: str
) -> RequiredHours:
    """Return what the law asks of a filing's hours today.

    The occupation's own class-hour standard rules where there is one; the general minimum only
    where there is none. Entrepreneurship training has no on-line bound, and a waiver lifts one.
    """
    on = world.today
    asked = tuple(subjects)
    online: int | None = None
    waived = waiver_of("FIL-13", asked, world, on, county)
    if filing.training_type != "ENTREPRENEURSHIP" and not waived:
        online = int(world.law.parameter("online_share_max", on, county=county))
    standard = world.law.hours(filing.occupation, filing.level, on)
    if standard is not None:
        return RequiredHours(
            total=standard.total,
            practice_bp=standard.practice_bp,
            online_bp=online,
            by_standard=True,
        )
    if waiver_of("FIL-12", asked, world, on, county):
        return RequiredHours(total=0, practice_bp=0, online_bp=online)
    short = filing.training_type in SHORT_TYPES or filing.scheme == "IN_POST"
    return RequiredHours(
        total=HOURS_AT_LEAST_SHORT if short else HOURS_AT_LEAST,
        practice_bp=PRACTICE_AT_LEAST_BP,
        online_bp=online,
    )


def too_short(required: RequiredHours, total: int, practice: int) -> Iterator[Unmet]:
    """Yield where hours fall short of what is required, in all or in practice (FIL-10)."""
    if total < required.total:
        source = (
            ("职业课时标准", "the occupation's standard")
            if required.by_standard
            else (
                "无课时标准的最低课时",
                "the minimum without a standard",
            )
        )
        yield unmet(
            (f"不少于{required.total}课时（{source[0]}）", f"{required.total} hours ({source[1]})"),
            (f"{total}课时", f"{total} hours"),
            where="hours",
        )
    if practice * _WHOLE_BP < required.practice_bp * total:
        yield unmet(
            (
                f"实操不低于{percent(required.practice_bp)}",
                f"practice at least {percent(required.practice_bp)}",
            ),
            (f"{total}课时中实操{practice}课时", f"{practice} of {total} hours"),
            where="hours",
        )


def too_much_online(required: RequiredHours, total: int, online: int) -> Iterator[Unmet]:
    """Yield where the on-line share is above its bound (FIL-13)."""
    if required.online_bp is not None and online * _WHOLE_BP > required.online_bp * total:
        yield unmet(
            (
                f"线上课时不超过{percent(required.online_bp)}",
                f"on line at most {percent(required.online_bp)}",
            ),
            (f"{total}课时中线上{online}课时", f"{online} of {total} hours"),
            where="hours.online",
        )


def percent(share_bp: int) -> str:
    """Return a share as people read it: 4000 is 40%."""
    whole, rest = divmod(share_bp, 100)
    return f"{whole}.{rest:02}".rstrip("0").rstrip(".") + "%" if rest else f"{whole}%"
