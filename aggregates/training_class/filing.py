"""What may be asked to file a class: submit, resubmit, return (17号 三(二))."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from aggregates.decisions import Command, New, Unmet, World, command, lifecycle, unmet
from aggregates.facts import CountyCode, Fact
from aggregates.ids import ClassId, InstitutionId
from aggregates.institution.state import INSTITUTION
from aggregates.law.catalogues import in_force
from aggregates.law.clauses import clause
from aggregates.law.deadlines import CalendarStatus, Deadline, filing_deadline
from aggregates.law.festivals import CalendarRangeError
from aggregates.law.regimes import binds, regime, table
from aggregates.training_class.facts import (
    ClassFilingResubmitted,
    ClassFilingReturned,
    ClassFilingSubmitted,
    Clock,
    FilingPart,
    Ground,
    RosterChanged,
)
from aggregates.training_class.form import Filing, RosterRow
from aggregates.training_class.hours import required_hours, waiver_of
from aggregates.training_class.reach import class_is_known, of_class, reasons_are_given, whose
from aggregates.training_class.state import TRAINING_CLASS, TrainingClass

ROWS_A_FACT = 150
"""Heads in one fact, so that an entry stays within its limit with a timetable beside them."""
RESTARTING: frozenset[FilingPart] = frozenset(
    {"START", "TIMETABLE", "SITE", "INSTRUCTOR", "ROSTER"}
)
"""What restarts the filing period when it changes on resubmission (BY_CHANGE)."""


def regime_of(world: World, starts_on: date | None, approved_on: date | None) -> str:
    """Return the regime of a class that started, or would start, on a day (TRN-01, TRN-02)."""
    notice = world.law.parameter("transition.notice_date", world.today)
    inclusive = world.law.parameter("transition.inclusive", world.today)
    return regime(starts_on, approved_on, table(notice, inclusive=inclusive))


def catalogue_version(world: World, on: date) -> str:
    """Return the version of the institution catalogue in force on a day; empty for none."""
    found = in_force(world.law.catalogues.get("INSTITUTION", ()), on)
    return "" if found is None else found.version


@command(
    "submit-class-filing",
    zh="提交开班备案",
    en="Submit a class filing",
    kind=TRAINING_CLASS,
    roles=("INST_CLERK", "INST_HEAD", "EMPLOYER"),
)
class SubmitClassFiling(Command):
    """An institution or employer files a class five working days ahead."""

    class_id: ClassId | None = None
    institution_id: InstitutionId
    county_code: CountyCode
    filing: Filing

    def facts(self, world: World) -> Iterator[New]:
        """Record the filing and the rest of a long roster."""
        class_id = self.class_id or ClassId(world.new_id())
        rows = self.filing.roster
        first = ClassFilingSubmitted(
            class_id=class_id,
            institution_id=self.institution_id,
            county_code=self.county_code,
            filing=with_roster(self.filing, rows[:ROWS_A_FACT]),
            heads=len(rows),
            clock=clock_of(self, world),
            required=required_hours(
                self.filing, (self.class_id, self.institution_id), world, self.county_code
            ),
            catalogue_version=catalogue_version(world, world.today),
        )
        yield from _filed(class_id, first, rows, self, world)


@command(
    "resubmit-class-filing",
    zh="补正后重新提交开班备案",
    en="Resubmit a class filing",
    kind=TRAINING_CLASS,
    roles=("INST_CLERK", "INST_HEAD", "EMPLOYER"),
)
class ResubmitClassFiling(Command):
    """A returned filing is handed in again, whole."""

    class_id: ClassId
    filing: Filing

    def facts(self, world: World) -> Iterator[New]:
        """Record the filing anew, what changed in it, and the rest of a long roster."""
        institution_id, county = applicant(self, world)
        rows = self.filing.roster
        changed = parts_changed(world.state(TRAINING_CLASS, self.class_id), self.filing)
        on = judged_on(self, world)
        first = ClassFilingResubmitted(
            class_id=self.class_id,
            institution_id=institution_id,
            county_code=county,
            filing=with_roster(self.filing, rows[:ROWS_A_FACT]),
            heads=len(rows),
            clock=clock_of(self, world),
            required=required_hours(self.filing, (self.class_id, institution_id), world, county),
            changed=changed,
            clock_restarted=on == world.today,
            judged_on=on,
            catalogue_version=catalogue_version(world, world.today),
        )
        yield from _filed(self.class_id, first, rows, self, world)


Filed = SubmitClassFiling | ResubmitClassFiling


def with_roster(filing: Filing, rows: tuple[RosterRow, ...]) -> Filing:
    """Return a filing with other heads."""
    return replace(filing, roster=rows)


def _filed(
    class_id: ClassId,
    first: ClassFilingSubmitted | ClassFilingResubmitted,
    rows: tuple[RosterRow, ...],
    c: Filed,
    world: World,
) -> Iterator[New]:
    under = filing_regime(c, world)
    facts: list[Fact] = [first]
    for at in range(ROWS_A_FACT, len(rows), ROWS_A_FACT):
        upto = min(at + ROWS_A_FACT, len(rows))
        facts.append(
            RosterChanged(
                class_id=class_id,
                institution_id=first.institution_id,
                county_code=first.county_code,
                added=rows[at:upto],
                phase="FILING",
                heads=upto,
            )
        )
    for fact in facts:
        yield New(
            TRAINING_CLASS,
            class_id,
            fact,
            county=first.county_code,
            about=class_id,
            regime=under,
        )


def applicant(c: Filed, world: World) -> tuple[InstitutionId, str]:
    """Return who files, and in which county."""
    if isinstance(c, SubmitClassFiling):
        return c.institution_id, c.county_code
    return whose(c.class_id, world)


def filing_regime(c: Filed, world: World) -> str:
    """Return the regime of a filing, as if approved today and started as planned.

    No class starts before it is filed: a planned start in the past is no way into an older law.
    History tells of classes that did.
    """
    return regime_of(world, _starts_on(c, world), world.today)


def _starts_on(c: Filed, world: World) -> date:
    planned = c.filing.planned_start
    return planned if world.as_facts else max(planned, world.today)


def filing_bound(rule_id: str, c: Filed, world: World) -> bool:
    """Say whether a rule binds a filing under its regime (A6)."""
    document = clause(rule_id).document
    return binds(document, filing_regime(c, world), _starts_on(c, world))


def due(c: Filed, world: World) -> Deadline | None:
    """Return the last day for filing a class; None where no calendar reaches its start."""
    _, county = applicant(c, world)
    try:
        return filing_deadline(c.filing.planned_start, world.law, on=world.today, county=county)
    except CalendarRangeError:
        return None


def clock_of(c: Filed, world: World) -> Clock:
    """Return how the filing deadline stands for a filing."""
    institution_id, county = applicant(c, world)
    waiver = waiver_of("FIL-01", (c.class_id, institution_id), world, world.today, county)
    found = due(c, world)
    waiver_id = None if waiver is None else waiver.waiver_id
    if found is None or found.last is None:
        return Clock(due_on=c.filing.planned_start, status="PROVISIONAL", waiver_id=waiver_id)
    return Clock(
        due_on=found.last,
        calendar_version=found.calendar_version,
        status="FINAL" if found.status is CalendarStatus.FINAL else "PROVISIONAL",
        waiver_id=waiver_id,
    )


def judged_on(c: Filed, world: World) -> date:
    """Return the day on which a filing counts as submitted (`filing_clock_on_resubmission`)."""
    if isinstance(c, SubmitClassFiling):
        return world.today
    one = world.state(TRAINING_CLASS, c.class_id)
    mode = world.law.parameter("filing_clock_on_resubmission", world.today, county=one.county)
    restarts = mode == "RESTART" or (
        mode == "BY_CHANGE" and bool(RESTARTING & set(parts_changed(one, c.filing)))
    )
    return world.today if restarts or one.judged_on is None else one.judged_on


def parts_changed(one: TrainingClass, new: Filing) -> tuple[FilingPart, ...]:
    """Return the parts in which a filing differs from the one that a class has."""
    old = one.filing
    if old is None:
        return ("OTHER",)
    heads = {r.person_id: (r.employer, r.contract) for r in one.roster.values()}
    pairs: tuple[tuple[FilingPart, object, object], ...] = (
        ("START", (old.planned_start, old.planned_end), (new.planned_start, new.planned_end)),
        ("TIMETABLE", _when(old), _when(new)),
        ("SITE", _where(old), _where(new)),
        ("INSTRUCTOR", _by_whom(old), _by_whom(new)),
        ("ROSTER", heads, {r.person_id: (r.employer, r.contract) for r in new.roster}),
        ("HOURS", old.hours, new.hours),
        ("TEXTBOOKS", old.textbooks, new.textbooks),
        ("SCANS", old.scans, new.scans),
        (
            "ASSESSMENT",
            (old.assessment_route, old.planned_assessment_on),
            (new.assessment_route, new.planned_assessment_on),
        ),
    )
    found = tuple(part for part, before, after in pairs if before != after)
    return found or ("OTHER",)


def _when(filing: Filing) -> frozenset[object]:
    return frozenset(
        (r.session_no, r.starts_at, r.ends_at, r.hours, r.kind, r.mode, r.course)
        for r in filing.timetable
    )


def _where(filing: Filing) -> frozenset[object]:
    return frozenset((r.session_no, r.site_id, r.room_id) for r in filing.timetable)


def _by_whom(filing: Filing) -> frozenset[object]:
    return frozenset((r.session_no, r.instructor_id) for r in filing.timetable)


@command(
    "return-class-filing",
    zh="退回开班备案补正",
    en="Return a class filing for correction",
    kind=TRAINING_CLASS,
    roles=("COUNTY_CLERK", "COUNTY_HR", "CITY_CENTRE", "CITY_HR"),
)
class ReturnClassFiling(Command):
    """A filing is given back with the rules that it does not keep yet."""

    class_id: ClassId
    reasons: tuple[Ground, ...]

    def facts(self, world: World) -> Iterator[New]:
        """Record the return."""
        institution_id, county = whose(self.class_id, world)
        fact = ClassFilingReturned(
            class_id=self.class_id,
            institution_id=institution_id,
            county_code=county,
            reasons=self.reasons,
            reviewer=world.caller.person,
        )
        yield of_class(self.class_id, fact, world)


@lifecycle(SubmitClassFiling)
def class_is_new(c: SubmitClassFiling, world: World) -> Iterator[Unmet]:
    """A registered body files a class once; a filing that was returned is resubmitted."""
    if c.class_id is not None and world.state(TRAINING_CLASS, c.class_id).status:
        yield unmet(("尚未备案的班期", "a class not filed before"), ("已有备案", "it was filed"))
    if not world.state(INSTITUTION, c.institution_id).registered:
        yield unmet(
            ("已登记的机构", "a registered body"),
            ("未登记", "not registered"),
            where="institution_id",
        )


@lifecycle(ResubmitClassFiling)
def filing_was_returned(c: ResubmitClassFiling, world: World) -> Iterator[Unmet]:
    """Only a returned filing is handed in again."""
    yield from class_is_known(c.class_id, world, "RETURNED")


@lifecycle(ReturnClassFiling)
def filing_is_open(c: ReturnClassFiling, world: World) -> Iterator[Unmet]:
    """Only a filing that waits for an answer is returned, and with reasons."""
    yield from class_is_known(c.class_id, world, "FILED")
    yield from reasons_are_given(c.reasons)
