"""What an evaluation must show before it can be passed (DB37 5, 马兰花 第四条 and 第七条).

A failed evaluation is recorded whatever it shows: these rules stand against passing only.
"""

from collections.abc import Callable, Iterator
from datetime import date
from functools import wraps
from itertools import pairwise

from aggregates.decisions import Unmet, World, flag, hard, unmet
from aggregates.institution.lecturers import engaged, too_few
from aggregates.institution.parts import SelectionStep
from aggregates.institution.premises import Site
from aggregates.institution.selection import EvaluateInstitution
from aggregates.institution.state import INSTITUTION, Institution

BASIC_CONDITIONS = (
    "LICENCE",
    "EQUIPMENT",
    "STAFF",
    "SOCIAL_INSURANCE",
    "STANDING",
    "EMERGENCY_PLAN",
    "NO_VIOLATIONS",
    "OTHER_BY_AUTHORITY",
)
"""The eight conditions of DB37 5.1, all required at once (同时具备)."""
SYSTEMS = (
    "SYSTEM_CHARTER",
    "SYSTEM_ADMINISTRATION",
    "SYSTEM_TEACHING",
    "SYSTEM_LECTURERS",
    "SYSTEM_TRAINEES",
    "SYSTEM_FINANCE",
    "SYSTEM_HEALTH",
    "SYSTEM_FIRE",
    "SYSTEM_SAFETY",
    "SYSTEM_EPIDEMIC",
    "SYSTEM_EQUIPMENT",
)
"""The eleven management systems of DB37 5.6."""
THEORY_AREA_M2 = 300
"""Usable theory area at least, in square metres (DB37 5.2.3)."""
PERIODIC_STEPS = ("NOTICE", "APPLICATION", "REVIEW", "PUBLICITY", "PUBLICATION")
"""The five steps of a periodic evaluation (马兰花 第七条)."""
PREMISES = {"OFFICE": "办公用房", "THEORY": "理论课教学场所", "PRACTICE": "实习操作场所"}
"""The three kinds of premises (DB37 5.2.2)."""

_Rule = Callable[[EvaluateInstitution, World], Iterator[Unmet]]


def _passing(rule: _Rule) -> _Rule:
    """Ask the rule only of an evaluation that is to be passed."""

    @wraps(rule)
    def asked(c: EvaluateInstitution, world: World) -> Iterator[Unmet]:
        if c.result == "PASS":
            yield from rule(c, world)

    return asked


def _lacking(c: EvaluateInstitution, codes: tuple[str, ...], on: date) -> Iterator[Unmet]:
    held = {
        one.code: one.valid_to
        for one in c.conditions
        if one.ok and (one.valid_to is None or on <= one.valid_to)
    }
    for code in codes:
        if code not in held:
            yield unmet((f"具备{code}", f"{code} attested"), ("未具备", "it is not"), "conditions")


def _own(c: EvaluateInstitution, world: World) -> Institution:
    return world.state(INSTITUTION, c.institution_id)


def _sites(c: EvaluateInstitution, world: World) -> list[Site]:
    sites = _own(c, world).sites
    return [sites[one] for one in sorted(sites)]


@hard("INS-13", EvaluateInstitution)
@_passing
def basic_conditions_are_met(c: EvaluateInstitution, world: World) -> Iterator[Unmet]:
    """Eight basic conditions, all at once, the licence among them."""
    yield from _lacking(c, BASIC_CONDITIONS, world.today)
    if not _own(c, world).licensed(world.today):
        yield unmet(
            ("有效的办学许可证", "a valid licence"), ("没有或已过期", "none, or it has ended")
        )


@hard("INS-14", EvaluateInstitution)
@_passing
def sites_have_fire_acceptance(c: EvaluateInstitution, world: World) -> Iterator[Unmet]:
    """There are premises, and the fire acceptance of each is proven."""
    sites = _sites(c, world)
    if not sites:
        yield unmet(("已登记的培训场所", "a registered site"), ("没有", "none"))
    for site in sites:
        if not site.usable(world.today):
            yield unmet(
                ("有效的消防验收证明", "a valid proof of fire acceptance"),
                (f"{site.site_id}没有或已过期", f"{site.site_id}: none, or it has ended"),
            )


@hard("INS-15", EvaluateInstitution)
@_passing
def theory_area_suffices(c: EvaluateInstitution, world: World) -> Iterator[Unmet]:
    """At least 300 square metres for theory, over all sites."""
    area = sum(site.theory_area_m2 for site in _sites(c, world))
    if area < THEORY_AREA_M2:
        yield unmet(
            (f"理论教学面积不少于{THEORY_AREA_M2}平方米", f"{THEORY_AREA_M2} m² for theory"),
            (f"{area}平方米", f"{area} m²"),
        )


@flag("INS-16", EvaluateInstitution)
@_passing
def practice_places_are_safe(c: EvaluateInstitution, world: World) -> Iterator[Unmet]:
    """Practice places keep the rules of environment, safety, fire and health."""
    yield from _lacking(c, ("PRACTICE_SAFETY",), world.today)


@hard("INS-18", EvaluateInstitution)
@_passing
def monitoring_is_in_place(c: EvaluateInstitution, world: World) -> Iterator[Unmet]:
    """A management system, and so many cameras for each place of teaching (`cameras_per_room`)."""
    yield from _lacking(c, ("MANAGEMENT_INFORMATION_SYSTEM",), world.today)
    least = world.law.parameter("cameras_per_room", world.today)
    for site in _sites(c, world):
        for room_id in site.teaching_rooms():
            if site.cameras_in(room_id) < least:
                yield unmet(
                    (
                        f"每个教学场所至少{least}台监控",
                        f"{least} cameras for each place of teaching",
                    ),
                    (
                        f"{site.site_id}/{room_id}有{site.cameras_in(room_id)}台",
                        f"{site.site_id}/{room_id}: {site.cameras_in(room_id)}",
                    ),
                )


@hard("INS-19", EvaluateInstitution)
@_passing
def lecturers_suffice(c: EvaluateInstitution, world: World) -> Iterator[Unmet]:
    """A quarter of the lecturers is full time; each occupation has two, both roles covered."""
    lecturers = engaged(world, c.institution_id, c.instructor_ids, world.today)
    two = bool(world.law.parameter("two_per_role", world.today))
    codes = (one.code for one in c.occupations)
    yield from too_few(lecturers, c.institution_id, codes, world.today, two_per_role=two)


@hard("INS-22", EvaluateInstitution)
@_passing
def management_systems_are_complete(c: EvaluateInstitution, world: World) -> Iterator[Unmet]:
    """Eleven named management systems."""
    yield from _lacking(c, SYSTEMS, world.today)


@flag("INS-30", EvaluateInstitution)
@_passing
def managers_are_full_time(c: EvaluateInstitution, world: World) -> Iterator[Unmet]:
    """There are full-time teaching managers and support staff."""
    del world
    if not c.managers:
        yield unmet(
            ("专职教学管理人员", "full-time teaching managers"), ("没有", "none"), "managers"
        )


@hard("INS-31", EvaluateInstitution)
@_passing
def premises_are_complete(c: EvaluateInstitution, world: World) -> Iterator[Unmet]:
    """Office, theory and practice premises are all there."""
    held = {room.use for site in _sites(c, world) for room in site.rooms.values()}
    for use, zh in PREMISES.items():
        if use not in held:
            yield unmet((zh, f"premises: {use}"), ("没有", "none"))


@flag("INS-32", EvaluateInstitution)
@_passing
def boarding_is_in_order(c: EvaluateInstitution, world: World) -> Iterator[Unmet]:
    """Where trainees board, board and lodging keep the rules."""
    if c.boarding:
        yield from _lacking(c, ("BOARDING_COMPLIANT",), world.today)


@flag("INS-33", EvaluateInstitution)
@_passing
def equipment_works(c: EvaluateInstitution, world: World) -> Iterator[Unmet]:
    """Teaching and practice equipment is there and works."""
    yield from _lacking(c, ("EQUIPMENT_WORKING",), world.today)


@hard("INS-34", EvaluateInstitution)
@_passing
def material_stands_ready(c: EvaluateInstitution, world: World) -> Iterator[Unmet]:
    """Plan, syllabus and textbook for each occupation."""
    del world
    ready = {
        (one.occupation, one.level)
        for one in c.materials
        if one.plan is not None and one.syllabus is not None and one.textbook is not None
    }
    for at, one in enumerate(c.occupations):
        if (one.code, one.level) not in ready:
            yield unmet(
                ("培训计划、教学大纲和教材", "plan, syllabus and textbook"),
                ("不全", "not all of them"),
                where=f"occupations[{at}]",
            )


@hard("INS-35", EvaluateInstitution)
@_passing
def entrepreneurship_supervises_itself(c: EvaluateInstitution, world: World) -> Iterator[Unmet]:
    """An entrepreneurship institution supervises itself and keeps statistics."""
    if c.category == "创业":
        yield from _lacking(c, ("INTERNAL_SUPERVISION", "DATA_STATISTICS"), world.today)


@flag("INS-36", EvaluateInstitution)
@_passing
def entrepreneurship_follows_up(c: EvaluateInstitution, world: World) -> Iterator[Unmet]:
    """An entrepreneurship institution has channels for service after the course."""
    if c.category == "创业":
        yield from _lacking(c, ("FOLLOW_UP_SERVICES",), world.today)


@flag("INS-42", EvaluateInstitution)
@_passing
def safety_equipment_is_there(c: EvaluateInstitution, world: World) -> Iterator[Unmet]:
    """Safety and fire equipment stands on the premises."""
    yield from _lacking(c, ("SAFETY_EQUIPMENT",), world.today)


@hard("INS-45", EvaluateInstitution)
@_passing
def entrepreneurship_premises_fit_the_courses(
    c: EvaluateInstitution, world: World
) -> Iterator[Unmet]:
    """Entrepreneurship premises are as each course's technical points require."""
    if c.category == "创业":
        yield from _lacking(c, ("COURSE_PREMISES",), world.today)


@flag("ARC-08", EvaluateInstitution)
@_passing
def archive_rules_are_written(c: EvaluateInstitution, world: World) -> Iterator[Unmet]:
    """The institution keeps written rules for its archives."""
    yield from _lacking(c, ("ARCHIVE_RULES",), world.today)


@flag("INS-41", EvaluateInstitution)
def periodic_evaluation_took_every_step(c: EvaluateInstitution, world: World) -> Iterator[Unmet]:
    """A periodic evaluation takes five steps in order and measures by indicators (INS-37)."""
    del world
    if c.method != "PERIODIC":
        return
    yield from missing_steps(c.steps, PERIODIC_STEPS)
    if not c.indicators:
        yield unmet(("评估指标", "indicators"), ("没有", "none"), where="indicators")


def missing_steps(taken: tuple[SelectionStep, ...], wanted: tuple[str, ...]) -> Iterator[Unmet]:
    """Yield the steps that are missing, or say that they were not taken in order."""
    first = {one.step: one.on for one in sorted(taken, key=lambda step: step.on, reverse=True)}
    for step in (one for one in wanted if one not in first):
        yield unmet((f"有{step}环节", f"the step {step}"), ("缺少", "it is missing"), "steps")
    days = [day for day in (first.get(step) for step in wanted) if day is not None]  # type: ignore[call-overload]  # str for its literal
    if any(later < earlier for earlier, later in pairwise(days)):
        yield unmet(
            (f"按{'、'.join(wanted)}的顺序", f"the order {', '.join(wanted)}"),
            ("顺序不符", "another order"),
            where="steps",
        )
