"""What a filing's hours must keep: how many, how much practice, how much on line, and where."""

from collections.abc import Iterator

from aggregates.decisions import Unmet, World, unmet
from aggregates.training_class.filing import Filed, applicant
from aggregates.training_class.hours import (
    MINUTES_PER_HOUR,
    required_hours,
    too_much_online,
    too_short,
    waiver_of,
)
from aggregates.training_class.rules_filing import asked_of_filings


@asked_of_filings("FIL-10")
def hours_suffice(c: Filed, world: World) -> Iterator[Unmet]:
    """The occupation's standard is kept; without one, 24 or 56 hours and 60 % practice.

    The 45 minutes of a class hour belong to the general minimum, as its practice share does.
    """
    institution_id, county = applicant(c, world)
    subjects = (c.class_id, institution_id)
    required = required_hours(c.filing, subjects, world, county)
    hours = c.filing.hours
    yield from too_short(required, hours.total, hours.practice)
    if required.by_standard or waiver_of("FIL-12", subjects, world, world.today, county):
        return
    if hours.minutes_per_hour != MINUTES_PER_HOUR:
        yield unmet(
            (f"每课时{MINUTES_PER_HOUR}分钟", f"{MINUTES_PER_HOUR} minutes an hour"),
            (f"{hours.minutes_per_hour}分钟", f"{hours.minutes_per_hour} minutes"),
            where="filing.hours.minutes_per_hour",
        )
    for at, row in enumerate(c.filing.timetable):
        minutes = int((row.ends_at - row.starts_at).total_seconds()) // 60
        if minutes < row.hours * MINUTES_PER_HOUR:
            yield unmet(
                (
                    f"{row.hours}课时不少于{row.hours * MINUTES_PER_HOUR}分钟",
                    f"{row.hours * MINUTES_PER_HOUR} minutes for {row.hours} hours",
                ),
                (f"{minutes}分钟", f"{minutes} minutes"),
                where=f"filing.timetable[{at}]",
            )


@asked_of_filings("FIL-13")
def online_share_is_bounded(c: Filed, world: World) -> Iterator[Unmet]:
    """On-line hours are at most 40 % of skill training, in principle: a waiver lifts it."""
    institution_id, county = applicant(c, world)
    required = required_hours(c.filing, (c.class_id, institution_id), world, county)
    yield from too_much_online(required, c.filing.hours.total, c.filing.hours.online)


@asked_of_filings("FIL-14")
def only_theory_is_online(c: Filed, world: World) -> Iterator[Unmet]:
    """Practice is never taught on line; nothing waives that."""
    for at, row in enumerate(c.filing.timetable):
        if row.mode == "ONLINE" and row.kind == "PRACTICE":
            yield unmet(
                ("线上只培训理论知识", "theory alone on line"),
                ("线上实操课", "practice on line"),
                where=f"filing.timetable[{at}]",
            )


@asked_of_filings("FIL-15")
def platform_is_recognised(c: Filed, world: World) -> Iterator[Unmet]:
    """On-line teaching uses a platform that the HR bureau recognised or recommended."""
    if all(row.mode == "OFFLINE" for row in c.filing.timetable):
        return
    named = c.filing.platform_id
    platform = None if named is None else world.law.platform(named, world.today)
    wanted = world.law.parameter("platform_status", world.today)
    if platform is None or platform.status not in wanted:
        yield unmet(
            ("经认定或推荐的线上平台", "a platform recognised or recommended"),
            ("不在平台目录中", "not in the list of platforms"),
            where="filing.platform_id",
        )
