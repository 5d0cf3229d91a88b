"""Whether the lecturers of a training body suffice for what it wants to train.

A body names its lecturers; what each may teach and where he or she is engaged stands in the
lecturer's own stream. Selection and class filing ask the same questions.
"""

from collections.abc import Iterable, Iterator
from datetime import date

from aggregates.decisions import Unmet, World, unmet
from aggregates.ids import InstitutionId, InstructorId
from aggregates.instructor.state import INSTRUCTOR, Instructor

PER_OCCUPATION = 2
"""Lecturers for each occupation, and for each entrepreneurship course, at least."""
FULL_TIME_SHARE = 4
"""One in so many lecturers is full time, at least."""


def engaged(
    world: World, institution_id: InstitutionId, named: Iterable[InstructorId], on: date
) -> dict[InstructorId, Instructor]:
    """Return those of the lecturers named whom an institution engages on a day, each once.

    Raises:
        Unread: their streams were not given; all are asked for at once.
    """
    found = world.states(INSTRUCTOR, dict.fromkeys(named))
    return {
        InstructorId(one): state
        for one, state in found.items()
        if state.engaged(institution_id, on) is not None
    }


def too_few(
    lecturers: dict[InstructorId, Instructor],
    institution_id: InstitutionId,
    occupations: Iterable[str],
    on: date,
    *,
    two_per_role: bool,
) -> Iterator[Unmet]:
    """Yield where lecturers are too few (INS-19, DB37 5.4.1).

    At least a quarter is full time; each occupation has two, theory and practice both covered,
    or two for each where the city says so (``two_per_role``, C-12).
    """
    full = sum(
        held is not None and held.employment == "FULL"
        for held in (one.engaged(institution_id, on) for one in lecturers.values())
    )
    if full * FULL_TIME_SHARE < len(lecturers) or not lecturers:
        yield unmet(
            ("专职讲师不少于讲师总数的四分之一", "a quarter of the lecturers full time"),
            (f"{len(lecturers)}名中{full}名", f"{full} of {len(lecturers)}"),
        )
    for occupation in sorted(set(occupations)):
        roles = [one.roles(occupation, on) for one in lecturers.values()]
        able = [held for held in roles if held]
        theory = sum("THEORY" in held for held in able)
        practice = sum("PRACTICE" in held for held in able)
        least = PER_OCCUPATION if two_per_role else 1
        if len(able) < PER_OCCUPATION or min(theory, practice) < least:
            yield unmet(
                (
                    f"{occupation}至少{PER_OCCUPATION}名讲师，理论、实操各不少于{least}名",
                    f"{PER_OCCUPATION} lecturers for {occupation}, {least} for each role at least",
                ),
                (
                    f"共{len(able)}名，理论{theory}名、实操{practice}名",
                    f"{len(able)}: theory {theory}, practice {practice}",
                ),
            )


def too_few_certified(
    lecturers: dict[InstructorId, Instructor], courses: Iterable[str], on: date
) -> Iterator[Unmet]:
    """Yield the entrepreneurship courses that lack two certified lecturers (INS-23)."""
    for course in sorted(set(courses)):
        held = sum(one.certified_for_course(course, on) for one in lecturers.values())
        if held < PER_OCCUPATION:
            yield unmet(
                (
                    f"{course}课程至少{PER_OCCUPATION}名持该课程讲师证书的讲师",
                    f"{PER_OCCUPATION} lecturers certified for the course {course}",
                ),
                (f"{held}名", str(held)),
            )
