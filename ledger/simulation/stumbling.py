"""What people try that the law refuses: each attempt is answered and stays on record."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from aggregates.decisions import Caller
from aggregates.ids import ClassId
from aggregates.law.regimes import NOTICE_DATE
from ledger.simulation.bodies import Body
from ledger.simulation.chance import Chance
from ledger.simulation.classes import ClassPlan
from ledger.simulation.days import DAY, is_workday, minus, moment, plus
from ledger.simulation.naming import Naming
from ledger.simulation.offices import CITY_HR, Office
from ledger.simulation.people import Person
from ledger.simulation.script import Planned, Script
from ledger.simulation.timetables import Session

EVERY: Final = 60
"""One command in so many is tried wrongly first; of each kind one at least."""
TOO_MANY: Final = 61
"""One head more than an employment-skill class may have."""
_A_YUAN: Final = 100
_SUSPENDED_DAYS: Final = 35
_FROM: Final = (4, 1)
Attempt = tuple[dict[str, Any], timedelta, tuple[str, ...]]


class Stumbling:
    """Puts attempts into the script of a county, shortly before what was done rightly."""

    def __init__(self, script: Script, naming: Naming, office: Office) -> None:
        """Begin."""
        self._script = script
        self._naming = naming
        self._office = office
        self._chance = Chance(naming.seed, "stumbling", office.county)
        self._filers: dict[ClassId, Caller] = {}

    def stumble(self, since: int) -> None:
        """Try wrongly what some of the commands do that stand in the script from an index on."""
        mine = [one for one in self._script.planned[since:] if not one.ask.as_facts]
        self._filers = {
            one.ask.data["class_id"]: one.caller
            for one in mine
            if one.ask.command == "submit-class-filing"
        }
        for name, attempt in _ATTEMPTS.items():
            held = [one for one in mine if one.ask.command == name and not one.refused]
            if attempt is _unapproved:
                # A class that came as late paper was filed by nobody here.
                held = [one for one in held if one.ask.data["class_id"] in self._filers]
            first = self._chance.randrange(min(EVERY, len(held))) if held else 0
            for one in held[first::EVERY]:
                self._try(one, attempt)

    def _try(self, one: Planned, attempt: Callable[[Planned], Attempt]) -> None:
        changed, before, rules = attempt(one)
        caller = one.caller
        if one.ask.command == "second-review":
            # The first reviewer, who also stands in for the second one.
            caller = replace(caller, person=self._office.first_reviewer.person)
        name = "start-class" if "actual_start" in changed else one.ask.command
        data = changed if name == "start-class" else {**one.ask.data, **changed}
        if name == "start-class":
            caller = self._filers[data["class_id"]]
        self._script.ask(
            one.at - before, caller, name, data, channel=one.ask.channel, refused=rules
        )

    def crowd(self, plans: Sequence[ClassPlan]) -> None:
        """Let a body file a class that is too large, out of people whom it knows."""
        known: dict[str, Person] = {}
        for plan in sorted(plans, key=lambda one: one.filed_at):
            skill = plan.course.training_type == "EMPLOYMENT_SKILL" and plan.paper is None
            if len(known) > 2 * TOO_MANY and skill and not plan.late:
                filing = plan.filing(filing_no=f"{plan.filing_no}-0")
                crowd = list(known.values())[:TOO_MANY]
                filing["roster"] = [
                    {"person_id": one.person_id, "category": one.category, "employer": None}
                    for one in crowd
                ]
                self._file(plan, filing, plan.filed_at - timedelta(hours=2), "FIL-08")
                return
            for seat in plan.seats:
                if seat.person.employer is None:
                    known[seat.person.id_number] = seat.person

    def _file(self, plan: ClassPlan, filing: dict[str, Any], at: datetime, rule: str) -> None:
        data = {
            "institution_id": plan.body.institution_id,
            "county_code": plan.county,
            "filing": filing,
        }
        who = plan.body.caller()
        name = "submit-class-filing"
        self._script.ask(at, who, name, data, channel="outer", refused=[rule])

    def suspend(self, plans: Sequence[ClassPlan], year: int) -> None:
        """Suspend a body for an occupation that it does not teach for a while, and lift it."""
        for body, code, begins in _idle(plans, year):
            number = f"ZT-{self._office.county}-{year}-1"
            decided = moment(begins, 15, 20)
            data = {
                "institution_id": body.institution_id,
                "decision_no": number,
                "decision_doc": self._naming.digest("suspension", number),
                "valid_from": begins,
                "scope": "OCCUPATION",
                "occupations": [code],
                "running_classes_continue": True,
                "proposal_no": f"{number}-G",
                "served_at": decided - timedelta(hours=2),
                "negative_items": ["NL-1.1"],
                "decided_by": CITY_HR.person,
            }
            self._script.ask(decided, CITY_HR, "suspend-institution", data)
            self._refused_meanwhile(plans, body, code, begins)
            lifted = {
                "institution_id": body.institution_id,
                "suspension_no": number,
                "decision_doc": self._naming.digest("lifting", number),
                "lifted_on": begins + _SUSPENDED_DAYS * DAY,
            }
            at = moment(begins + _SUSPENDED_DAYS * DAY, 10, 10)
            self._script.ask(at, CITY_HR, "lift-suspension", lifted)
            return

    def _refused_meanwhile(
        self, plans: Sequence[ClassPlan], body: Body, code: str, begins: date
    ) -> None:
        """Let the body file a class of that occupation all the same."""
        for plan in plans:
            if plan.body is body and plan.course.code == code and plan.filed_at.date() < begins:
                on = plus(begins, 3)
                if on < NOTICE_DATE:
                    return  # a suspension by 17号 bound nobody then
                later = plus(on, 8) - plan.start
                moved = tuple(_moved(one, later) for one in plan.sessions)
                shown = replace(plan, sessions=moved, filing_no=f"{plan.filing_no}-9")
                self._file(shown, shown.filing(), moment(on, 11, 5), "INS-12")
                return


def _moved(session: Session, by: timedelta) -> Session:
    return replace(session, on=session.on + by)


def _idle(plans: Sequence[ClassPlan], year: int) -> Iterator[tuple[Body, str, date]]:
    """Yield bodies with an occupation that is in no class about a time, and that time."""
    first = date(year, *_FROM)
    taught = {(one.body.uscc, one.course.code) for one in plans if one.start < first}
    bodies = {one.body.uscc: one.body for one in plans if not one.body.employs}
    for days in range(0, 150, 7):
        begins = first + days * DAY
        if not is_workday(begins):
            continue
        ends = begins + (_SUSPENDED_DAYS + 5) * DAY
        busy = {
            (one.body.uscc, one.course.code)
            for one in plans
            if one.filed_at.date() - 3 * DAY <= ends and begins <= one.start + DAY
        }
        for uscc, code in sorted(taught - busy):
            if uscc in bodies:
                yield bodies[uscc], code, begins


def _same_reviewer(one: Planned) -> Attempt:
    del one
    return {}, timedelta(minutes=25), ("CLM-09",)


def _too_soon(one: Planned) -> Attempt:
    last = minus(one.at.date(), 1)
    return {}, one.at.date() - last, ("CLM-10",)


def _too_much(one: Planned) -> Attempt:
    amount = one.ask.data["amount_fen"] + _A_YUAN
    changed = {"amount_fen": amount, "order_no": f"{one.ask.data['order_no']}-0"}
    return changed, timedelta(minutes=30), ("CLM-11",)


def _unapproved(one: Planned) -> Attempt:
    before = timedelta(minutes=15)
    start = {
        "class_id": one.ask.data["class_id"],
        "actual_start": one.at - 2 * before,
        "first_session_no": 1,
        "present": 1,
    }
    return start, before, ("FIL-02",)


_ATTEMPTS: dict[str, Callable[[Planned], Attempt]] = {
    "second-review": _same_reviewer,
    "close-publicity": _too_soon,
    "order-disbursement": _too_much,
    "approve-class-filing": _unapproved,
}
