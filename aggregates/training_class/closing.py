"""What may be asked at the end of a class: complete its teaching, close it."""

from collections.abc import Iterator

from aggregates.archive.state import ARCHIVE
from aggregates.assessment.state import ASSESSMENT
from aggregates.decisions import Command, New, Unmet, World, command, flag, lifecycle, unmet
from aggregates.ids import ClassId
from aggregates.law.clauses import clause
from aggregates.law.regimes import binds
from aggregates.subsidy_claim.items import heads_of
from aggregates.subsidy_claim.reach import claims_of, unsettled
from aggregates.training_class.approving import first_task
from aggregates.training_class.facts import (
    ClassClosed,
    ClassTotals,
    DeliveredHours,
    TeachingCompleted,
)
from aggregates.training_class.form import RequiredHours
from aggregates.training_class.hours import percent, too_much_online, too_short, waiver_of
from aggregates.training_class.reach import class_is_known, of_class, whose
from aggregates.training_class.state import (
    TRAINING_CLASS,
    TrainingClass,
    enrolment_of,
    hours_of,
)

_WHOLE_BP = 10_000
_NOTHING_ASKED = RequiredHours(total=0, practice_bp=0)


@command(
    "complete-teaching",
    zh="教学结束",
    en="Complete the teaching of a class",
    kind=TRAINING_CLASS,
    roles=("INST_CLERK", "INST_HEAD", "CLASS_HEAD", "EMPLOYER"),
)
class CompleteTeaching(Command):
    """The last session was held; hours and attendance are added up from what was recorded."""

    class_id: ClassId

    def facts(self, world: World) -> Iterator[New]:
        """Record what was delivered."""
        one = world.state(TRAINING_CLASS, self.class_id)
        institution_id, county = whose(self.class_id, world)
        held = one.held
        fact = TeachingCompleted(
            class_id=self.class_id,
            institution_id=institution_id,
            county_code=county,
            actual_end=max((s.actual_end for s in held.values()), default=world.now),
            sessions=len(held),
            hours_delivered=hours_of(held.values()),
            hours_backed=hours_of(s for number, s in held.items() if one.backed(number)),
            attendance_rate_bp=attendance_bp(self.class_id, one),
            heads=one.heads,
            completed=one.heads,
            required=one.required or _NOTHING_ASKED,
            awaits_visit=awaits_visit(self.class_id, one, world),
        )
        yield of_class(self.class_id, fact, world)


def attendance_bp(class_id: ClassId, one: TrainingClass) -> int:
    """Return the hours attended of the hours due, over all heads, in ten-thousandths.

    On-line sessions count only where a sheet was kept: the platform's record speaks for the rest.
    """
    counted = {n: s for n, s in one.held.items() if s.mode == "OFFLINE" or n in one.present}
    due = one.heads * sum(session.hours for session in counted.values())
    roster = {enrolment_of(class_id, person) for person in one.roster}
    attended = sum(
        session.hours * len(roster & one.present.get(number, frozenset()))
        for number, session in counted.items()
    )
    return attended * _WHOLE_BP // due if due else 0


def awaits_visit(class_id: ClassId, one: TrainingClass, world: World) -> bool:
    """Say whether the visit during a body's first class is still missing (FIL-03)."""
    if not one.first_task:
        return False
    subjects = (class_id, one.institution_id)
    if waiver_of("FIL-03", subjects, world, world.today, one.county) is not None:
        return False
    return first_task(one, world)


@lifecycle(CompleteTeaching)
def every_session_was_held(c: CompleteTeaching, world: World) -> Iterator[Unmet]:
    """A class that runs is completed when each session of its timetable was held or cancelled."""
    yield from class_is_known(c.class_id, world, "RUNNING")
    one = world.state(TRAINING_CLASS, c.class_id)
    left = [number for number in one.timetable if number not in one.held]
    if left:
        listed = "、".join(str(number) for number in left)
        yield unmet(
            ("课程表各课次均已上课或取消", "each session held or cancelled"),
            (f"未上：第{listed}次", f"not held: {listed.replace('、', ', ')}"),
        )


def _bound(rule_id: str, one: TrainingClass) -> bool:
    return binds(clause(rule_id).document, one.regime, one.starts_on)


def _delivered(c: CompleteTeaching, world: World) -> tuple[TrainingClass, DeliveredHours]:
    one = world.state(TRAINING_CLASS, c.class_id)
    return one, hours_of(one.held.values())


@flag("FIL-10", CompleteTeaching)
def hours_delivered_suffice(c: CompleteTeaching, world: World) -> Iterator[Unmet]:
    """The hours taught suffice, in all and in practice; else claims wait for a decision."""
    one, taught = _delivered(c, world)
    if _bound("FIL-10", one):
        yield from too_short(one.required or _NOTHING_ASKED, taught.total, taught.practice)


@flag("FIL-13", CompleteTeaching)
def online_share_stayed_bounded(c: CompleteTeaching, world: World) -> Iterator[Unmet]:
    """The on-line share of the hours taught stays within its bound; the rest is not counted."""
    one, taught = _delivered(c, world)
    if _bound("FIL-13", one):
        yield from too_much_online(one.required or _NOTHING_ASKED, taught.total, taught.online)


@flag("FIL-03", CompleteTeaching)
def first_class_was_visited(c: CompleteTeaching, world: World) -> Iterator[Unmet]:
    """During a body's first class attendance and delivery are looked at; else claims wait."""
    one, _ = _delivered(c, world)
    if _bound("FIL-03", one) and awaits_visit(c.class_id, one, world):
        yield unmet(
            ("首次承接任务的班期经实地核查考勤和培训开展情况", "a visit during the first class"),
            ("没有记录", "none is recorded"),
        )


@flag("DEL-04", CompleteTeaching)
def every_session_has_its_sheet(c: CompleteTeaching, world: World) -> Iterator[Unmet]:
    """Each off-line session has an attendance sheet; the hours of one without it do not count."""
    one, _ = _delivered(c, world)
    lacking = _without_sheet(one)
    if lacking and _bound("DEL-04", one):
        listed = "、".join(str(number) for number in lacking)
        yield unmet(
            ("线下各课次均有考勤表", "a sheet for each off-line session"),
            (f"第{listed}次没有", f"none for {listed.replace('、', ', ')}"),
        )


def _without_sheet(one: TrainingClass) -> list[int]:
    return sorted(n for n, s in one.held.items() if s.mode == "OFFLINE" and n not in one.present)


@flag("DEL-09", CompleteTeaching)
def attendance_was_not_low(c: CompleteTeaching, world: World) -> Iterator[Unmet]:
    """Attendance is not low, by the rate that the city has set, if it has."""
    one, _ = _delivered(c, world)
    least = world.law.parameter("min_attendance_rate_class", world.today, county=one.county)
    found = attendance_bp(c.class_id, one)
    if least is not None and found < least and _bound("DEL-09", one):
        yield unmet(
            (f"到课率不低于{percent(least)}", f"attendance of {percent(least)}"),
            (percent(found), percent(found)),
        )


@command(
    "close-class",
    zh="结班",
    en="Close a class",
    kind=TRAINING_CLASS,
    roles=("INST_HEAD", "COUNTY_CLERK", "COUNTY_HR", "CITY_CENTRE", "CITY_HR"),
)
class CloseClass(Command):
    """A class is closed once its results are in, its claims settled and its archive sealed."""

    class_id: ClassId

    def facts(self, world: World) -> Iterator[New]:
        """Record the closure with what became of the heads."""
        one = world.state(TRAINING_CLASS, self.class_id)
        institution_id, county = whose(self.class_id, world)
        held = world.states(ASSESSMENT, one.assessments).values()
        passed = {head for a in held for head, result in a.results.items() if result == "PASS"}
        items = [i for c in claims_of(self.class_id, world).values() for i in c.items.values()]
        fact = ClassClosed(
            class_id=self.class_id,
            institution_id=institution_id,
            county_code=county,
            closed_at=world.now,
            totals=ClassTotals(
                enrolled=one.heads,
                completed=one.heads if one.taught else 0,
                passed=len(passed),
                claimed=heads_of(items),
                paid=heads_of(item for item in items if item.stage == "PAID"),
            ),
            assessment_ids=one.assessments,
        )
        yield of_class(self.class_id, fact, world)


@lifecycle(CloseClass)
def class_is_settled(c: CloseClass, world: World) -> Iterator[Unmet]:
    """A class is closed after every candidate has a result and its archive is sealed.

    The claims that it knows of are settled, those too that came after the archive was sealed.
    """
    yield from class_is_known(c.class_id, world, "TAUGHT")
    yield from unsettled(c.class_id, world)
    known = world.states(ASSESSMENT, world.state(TRAINING_CLASS, c.class_id).assessments).values()
    if not known:
        yield unmet(("已考核", "an assessment"), ("没有", "none"))
    candidates = {one for assessment in known for one in assessment.candidates}
    waiting = candidates - {one for assessment in known for one in assessment.results}
    if waiting:
        yield unmet(
            ("全部考生已有成绩", "a result for every candidate"),
            (f"{len(waiting)}人没有", f"{len(waiting)} have none"),
        )
    if world.state(ARCHIVE, c.class_id).sealed_on is None:
        yield unmet(("档案已封存", "an archive that is sealed"), ("未封存", "it is not"))


@flag("DEL-24", CloseClass)
def entrepreneurship_ledger_is_complete(c: CloseClass, world: World) -> Iterator[Unmet]:
    """An entrepreneurship class keeps its ledger complete: a sheet for each off-line session."""
    one = world.state(TRAINING_CLASS, c.class_id)
    if one.training_type != "ENTREPRENEURSHIP" or not _bound("DEL-24", one):
        return
    lacking = _without_sheet(one)
    if lacking:
        yield unmet(
            ("各课次均有考勤", "a sheet for each session"),
            (f"{len(lacking)}次没有", f"{len(lacking)} have none"),
        )
