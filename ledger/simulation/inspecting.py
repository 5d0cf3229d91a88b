"""What officials see on the spot: the visit to a first class, inspections planned and conducted."""

from datetime import datetime, timedelta
from typing import Any, Final

from aggregates.decisions import Caller
from aggregates.ids import InspectionId
from ledger.simulation.chance import Chance
from ledger.simulation.classes import ClassPlan
from ledger.simulation.days import in_office, minus
from ledger.simulation.naming import Naming
from ledger.simulation.offices import Office
from ledger.simulation.script import Script
from ledger.simulation.timetables import Session

_SPOT_CHECK_BP: Final = 2_000
_FINDING_BP: Final = 1_200
_VIDEO_BP: Final = 3_000
_HOUR = timedelta(hours=1)


class Inspecting:
    """Writes the visits to and inspections of the classes of a county."""

    def __init__(self, script: Script, naming: Naming, office: Office) -> None:
        """Begin."""
        self._script = script
        self._naming = naming
        self._office = office

    def visit(self, plan: ClassPlan) -> None:
        """Visit a class, as long as nobody has visited one of the body before its approval."""
        body = plan.body
        assert plan.approved_at is not None  # noqa: S101 - only classes that run are visited
        if body.visited_at is not None and body.visited_at < plan.approved_at:
            return
        session = _middle(plan)
        first, second = self._office.inspectors(plan.number)
        at = session.starts_at + 2 * _HOUR
        data = {
            "verification_id": self._naming.at(at, "visit", plan.class_id),
            "institution_id": body.institution_id,
            "site_id": "S1" if session.room is None else session.room.site_id,
            "county_code": plan.county,
            "purpose": "FIRST_TASK_IN_CLASS",
            "class_id": plan.class_id,
            "verifiers": [first, second],
            "verified_at": at - _HOUR,
            "attendance_checked": True,
            "delivery_checked": True,
            "observations": ["到课人数与考勤相符（模拟）"],
            "result": "PASS",
        }
        self._script.ask(at, self._office.inspector(plan.number), "verify-site", data)
        body.visited_at = min(body.visited_at or at, at)

    def inspect(self, plan: ClassPlan) -> None:
        """Inspect every project class regularly, and some of the others by chance."""
        chance = Chance(self._naming.seed, "inspecting", plan.class_id)
        if plan.project_id is not None:
            self._inspection(plan, chance, "REGULAR")
        elif chance.happens(_SPOT_CHECK_BP):
            self._inspection(plan, chance, "RANDOM")

    def _inspection(self, plan: ClassPlan, chance: Chance, kind: str) -> None:
        session = _middle(plan)
        mode = "VIDEO" if kind == "RANDOM" and chance.happens(_VIDEO_BP) else "ONSITE"
        planned = in_office(minus(plan.start, 1), chance)
        assert plan.approved_at is not None  # noqa: S101 - only classes that run are inspected
        planned = max(planned, plan.approved_at + _HOUR)
        one = InspectionId(self._naming.at(planned, "inspection", plan.class_id))
        if kind == "REGULAR":
            plan.inspection_id = one
        inspectors = self._office.inspectors(plan.number)
        about: dict[str, Any] = {
            "inspection_id": one,
            "class_id": plan.class_id,
            "institution_id": plan.body.institution_id,
            "county_code": plan.county,
            "inspection_type": kind,
            "mode": mode,
            "inspectors": list(inspectors),
        }
        caller = self._office.inspector(plan.number)
        self._script.ask(planned, caller, "plan-inspection", {**about, "due_on": plan.end})
        at = session.ends_at + timedelta(minutes=chance.randrange(60, 100))
        present = len(plan.present(session))
        conducted = about | {
            "session_no": session.number,
            "starts_at": session.starts_at + _HOUR,
            "ends_at": session.starts_at + 2 * _HOUR,
            "headcount": present - chance.randrange(2),
            "roster_expected": sum(not seat.gone(session.on) for seat in plan.seats),
            "instructor_seen": True,
            "course_as_planned": True,
            "place_ok": True,
            "recording_ok": True,
            "signatures": [self._naming.digest("signature", one, person) for person in inspectors],
        }
        self._script.ask(at, caller, "conduct-inspection", conducted)
        self._conclude(one, caller, at, chance)

    def _conclude(self, one: InspectionId, caller: Caller, at: datetime, chance: Chance) -> None:
        result = "NORMAL"
        if chance.happens(_FINDING_BP):
            finding = {
                "inspection_id": one,
                "code": chance.choice(("NL-4.3", "NL-6.2", "PLN-09")),
                "severity": "LOW",
                "description": "投诉举报渠道标识不清，当场整改（模拟）",
            }
            at += timedelta(minutes=10)
            self._script.ask(at, caller, "record-inspection-finding", finding)
            result = "RECTIFY"
        at += timedelta(days=1)
        closed = {"inspection_id": one, "result": result}
        self._script.ask(at, self._office.approver, "close-inspection", closed)


def _middle(plan: ClassPlan) -> Session:
    """Return an off-line session about the middle of a class, as it is really held."""
    held = sorted(plan.held.values(), key=lambda one: one.starts_at)
    offline = [one for one in held if not one.online]
    return offline[len(offline) // 2]
