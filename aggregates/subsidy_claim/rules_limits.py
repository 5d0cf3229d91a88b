"""How often a person may be subsidised (72号 一), across claims, counties, funds and registers.

Each rule counts what has a place among the person's entitlements, what this claim adds, and what
other registers report from before the ledger or from elsewhere. What only those registers show
is told as a number of heads.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date

from aggregates.decisions import Unmet, World
from aggregates.entitlement.limits import most_in_a_year, repeats
from aggregates.subsidy_claim.accepting import asked_of_claims
from aggregates.subsidy_claim.case import Case, Head
from aggregates.subsidy_claim.rules_modes import ENTERPRISE_SCHEMES
from aggregates.subsidy_claim.rules_scope import category_of
from aggregates.subsidy_claim.wording import Pair, about_heads, about_items
from aggregates.trainee.facts import ExternalMatch
from aggregates.trainee.state import covers

STUDY_CAP = 3
"""Subsidies in the whole time at school (72号 一(三))."""
STUDENT_TYPES = frozenset({"EMPLOYMENT_SKILL", "SPECIAL_ABILITY", "ENTREPRENEURSHIP"})
Days = Callable[[Head], list[date]]
Breach = Callable[[Head, list[date]], bool]
ASSESSED = frozenset({"QUALIFICATION", "SKILL_LEVEL", "SPECIAL_ABILITY"})
"""The certificates whose assessment is subsidised (72号 二(二))."""


def _days_here(head: Head, case: Case) -> list[date]:
    """Return the days of all the person's training items in this ledger, with this claim's."""
    held = head.entitlement.live("TRAINING", but_for=case.asked.claim_id)
    own = [case.counts_on(one) for one in case.of_person(head.row.person_id, "TRAINING")]
    return [*(one.counts_on for one in held), *own]


def _days_elsewhere(head: Head) -> list[date]:
    """Return the days of subsidies that registers report from before the ledger or elsewhere."""
    told = head.trainee.told("PRIOR_SUBSIDY")
    return [one.valid_from for one in told if one.valid_from is not None]


def _told(
    heads: Iterable[Head], breach: Breach, registers: Days, expected: Pair, found: Pair
) -> Iterator[Unmet]:
    """Yield the items that break a limit by this ledger alone, and how many heads by registers.

    Args:
        heads: The items.
        breach: Whether an item breaks the limit, given the days that registers report.
        registers: Which days registers report that matter here.
        expected: What the law asks for.
        found: What was found.
    """
    listed: list[int] = []
    elsewhere = set()
    for head in heads:
        if breach(head, []):
            listed.append(head.number)
        elif breach(head, registers(head)):
            elsewhere.add(head.row.person_id)
    yield from about_items(listed, expected, found)
    yield from about_heads(len(elsewhere), expected, found)


@asked_of_claims("ELG-07")
def at_most_three_a_year(case: Case, world: World) -> Iterator[Unmet]:
    """A person receives at most three training subsidies a year, whatever pays them."""
    county = case.asked.county
    cap = world.law.parameter("annual_cap", world.today, county=county)
    basis = world.law.parameter("annual_cap_year_basis", world.today, county=county)
    all_funds = world.law.parameter("annual_cap_all_funds", world.today, county=county)

    def breach(head: Head, elsewhere: list[date]) -> bool:
        days = _days_here(head, case) + elsewhere
        return bool(most_in_a_year(case.counts_on(head), days, basis) > cap)

    for told in _told(
        case.of_kind("TRAINING"),
        breach,
        _days_elsewhere,
        (f"每人每年不超过{cap}次", f"{cap} a person and year at most"),
        ("超过上限", "beyond that"),
    ):
        # Which fund paid an earlier item is not known here, so a cap by fund can only be shown.
        yield replace(told, flag=not all_funds)


@asked_of_claims("ELG-08")
def no_repeat_within_a_year(case: Case, world: World) -> Iterator[Unmet]:
    """The same occupation and level is not subsidised twice within a year, back and forward."""
    window = world.law.parameter("repeat_window", world.today, county=case.asked.county)
    skill = (case.asked.occupation, case.asked.level)

    def breach(head: Head, elsewhere: list[date]) -> bool:
        on = case.counts_on(head)
        held = head.entitlement.live("TRAINING", but_for=case.asked.claim_id)
        days = [one.counts_on for one in held if one.skill == skill] + elsewhere
        inside = len(case.of_person(head.row.person_id, "TRAINING")) > 1
        return inside or any(repeats(on, day, window) for day in days)

    yield from _told(
        case.of_kind("TRAINING"),
        breach,
        lambda head: _skilled(head, "PRIOR_SUBSIDY", skill),
        ("同一职业同一等级一年内不重复", "an occupation and level once within a year"),
        ("一年内重复", "a repeat within a year"),
    )


def _skilled(head: Head, source: str, skill: tuple[str, str]) -> list[date]:
    """Return the days that a register reports for an occupation and level."""
    told = head.trainee.told(source)
    days = [one.valid_from for one in told if (one.occupation, one.level) == skill]
    return [day for day in days if day is not None]


@asked_of_claims("ELG-13")
def once_for_each_employer(case: Case, world: World) -> Iterator[Unmet]:
    """An employer's pre-job or apprenticeship training of a person is subsidised once, for ever."""
    if case.scheme not in ENTERPRISE_SCHEMES:
        return
    unnamed = [
        head.number
        for head in case.of_kind("TRAINING")
        if head.roster is None or head.roster.employer is None
    ]
    yield from about_items(
        unnamed, ("注明用人企业", "the employer named"), ("未注明，无法核对次数", "name none")
    )
    again = [
        head.number
        for head in case.of_kind("TRAINING")
        if head.roster is not None
        and head.roster.employer is not None
        and any(
            (one.employer, one.scheme) == (head.roster.employer, case.scheme)
            for one in head.entitlement.live("TRAINING", but_for=case.asked.claim_id)
        )
    ]
    yield from about_items(
        again,
        ("同一企业同一职工同类培训享受1次", "once for an employee and employer"),
        ("已享受过", "a second time"),
    )


def study_of(head: Head, case: Case) -> ExternalMatch | None:
    """Return the full-time higher education in which a person trained, if any (ELG-15)."""
    spell = head.trainee.studies(case.starts_on)
    higher = spell is not None and spell.school_kind == "HIGHER" and spell.full_time is not False
    return spell if higher else None


def _out_of_school(head: Head, case: Case) -> bool:
    """Say whether a student is known not to be in full-time higher education."""
    if "STUDENT" not in (head.enrolment.category, category_of(head, case)):
        return False
    spell = head.trainee.studies(case.starts_on)
    confirmed = head.trainee.confirmed
    basis = None if confirmed is None else confirmed.basis
    kind = spell.school_kind if spell is not None else None if basis is None else basis.school_kind
    part_time = spell is not None and spell.full_time is False
    return part_time or kind not in (None, "HIGHER")


@asked_of_claims("ELG-15")
def students_three_times_at_school(case: Case, world: World) -> Iterator[Unmet]:
    """Full-time students in higher education may be subsidised, three times while at school.

    Who was at school when the training began is claimed for as a student, whenever the certificate
    came.
    """
    heads = case.of_kind("TRAINING")
    outside = sum(_out_of_school(head, case) for head in heads)
    yield from about_heads(
        outside, ("全日制高等院校在校学生", "full-time higher education"), ("不是", "are not in it")
    )
    students = [head for head in heads if study_of(head, case) is not None]
    if students and case.training.training_type not in (*STUDENT_TYPES, "PROJECT", ""):
        yield from about_heads(
            len(students),
            ("在校学生参加就业技能培训和创业培训", "employment-skill or entrepreneurship training"),
            ("参加其他培训", "students in other training"),
        )
    over = sum(_at_school(head, case) > STUDY_CAP for head in students)
    yield from about_heads(
        over, (f"在校期间不超过{STUDY_CAP}次", f"{STUDY_CAP} at school"), ("超过", "beyond that")
    )


def _at_school(head: Head, case: Case) -> int:
    spell = study_of(head, case)
    if spell is None:
        return 0
    held = head.entitlement.live("TRAINING", but_for=case.asked.claim_id)
    earlier = [*(one.counts_on for one in held), *_days_elsewhere(head)]
    own = len(case.of_person(head.row.person_id, "TRAINING"))
    return own + sum(covers(spell, day) for day in earlier)


@asked_of_claims("ELG-16")
def students_never_repeat_at_school(case: Case, world: World) -> Iterator[Unmet]:
    """For students the time in which nothing repeats is the whole time at school."""
    skill = (case.asked.occupation, case.asked.level)
    again = 0
    for head in case.of_kind("TRAINING"):
        spell = study_of(head, case)
        if spell is None:
            continue
        held = head.entitlement.live("TRAINING", but_for=case.asked.claim_id)
        days = [one.counts_on for one in held if one.skill == skill]
        days += _skilled(head, "PRIOR_SUBSIDY", skill)
        again += any(covers(spell, day) for day in days)
    yield from about_heads(
        again,
        ("在校期间同一职业同一等级不重复", "an occupation and level once while at school"),
        ("重复", "again"),
    )


@asked_of_claims("ELG-18")
def assessment_is_paid_for_the_first_pass(case: Case, world: World) -> Iterator[Unmet]:
    """The assessment of an occupation and level is subsidised for the first certificate of it."""
    skill = (case.asked.occupation, case.asked.level)
    heads = case.of_kind("ASSESSMENT")
    others = [
        one.number
        for one in heads
        if one.certificate.issued and one.certificate.certificate_type not in ASSESSED
    ]
    yield from about_items(
        others,
        ("职业资格、职业技能等级或专项职业能力证书", "one of the three certificates"),
        ("为其他证书", "rest on another"),
    )

    def breach(head: Head, elsewhere: list[date]) -> bool:
        held = head.entitlement.live("ASSESSMENT", but_for=case.asked.claim_id)
        on = case.counts_on(head)
        return any(one.skill == skill for one in held) or any(day < on for day in elsewhere)

    yield from _told(
        heads,
        breach,
        lambda head: _skilled(head, "CERT_REGISTRY", skill),
        ("同一职业同一等级初次取得证书", "the first certificate of an occupation and level"),
        ("不是初次", "not the first"),
    )
