"""The end of a class: assessment, results, certificates with the bureau's numbers, delivery."""

from datetime import datetime, timedelta
from typing import Any, Final

from aggregates.certificate.state import batch_of
from aggregates.decisions import Caller
from aggregates.ids import AssessmentId, InstitutionId
from ledger.simulation.chance import Chance
from ledger.simulation.classes import ClassPlan, Seat
from ledger.simulation.days import in_office, minus, moment, plus
from ledger.simulation.naming import Naming, account
from ledger.simulation.offices import ASSESSOR, Office
from ledger.simulation.scales import CITY
from ledger.simulation.script import Script

ISSUERS: Final = {
    "QUALIFICATION": "模拟市职业技能鉴定中心",
    "SPECIAL_ABILITY": "模拟市职业技能鉴定中心",
    "SKILL_LEVEL": "模拟市技能等级评价机构",
}
_STEP = timedelta(seconds=15)
_PASS_FROM = 600
"""The score from which a candidate passes, in tenths of a point."""


class Assessing:
    """Writes assessments and certificates of the classes of a county."""

    def __init__(
        self, script: Script, naming: Naming, office: Office, assessor: InstitutionId
    ) -> None:
        """Begin; ``assessor`` is the body that assesses what the institution itself may not."""
        self._script = script
        self._naming = naming
        self._office = office
        self._assessor = assessor

    def assess(self, plan: ClassPlan) -> None:
        """Write assessment and certificates; seats learn their numbers and dates."""
        chance = Chance(self._naming.seed, "assessing", plan.class_id)
        candidates = plan.staying()
        held_at = self._hold(plan, candidates, chance)
        recorded = moment(held_at.date(), 15, chance.randrange(60))
        for at, seat in enumerate(candidates):
            self._result(plan, seat, recorded + at * _STEP, chance, retake=False)
        first = [one for one in candidates if not one.failed]
        again = [one for one in candidates if one.failed]
        retaken = plus(held_at.date(), 5)
        if again:
            once_more = moment(retaken, 15, chance.randrange(60))
            for number, seat in enumerate(again):
                self._result(plan, seat, once_more + number * _STEP, chance, retake=True)
        passed = [*first, *(one for one in again if one.passed)]
        ready = retaken if any(one.failed for one in passed) else held_at.date()
        self._certify(plan, passed, in_office(plus(ready, chance.randrange(2, 6)), chance), chance)

    def _who(self, plan: ClassPlan) -> tuple[InstitutionId, Caller]:
        own = plan.course.route in ("OWN", "ENTERPRISE_SELF")
        return (plan.body.institution_id, plan.body.caller()) if own else (self._assessor, ASSESSOR)

    def _hold(self, plan: ClassPlan, candidates: list[Seat], chance: Chance) -> datetime:
        """Apply before the class ends, have it approved, hold it within days of the end."""
        last = max(one.on for one in plan.held.values())
        applied = in_office(minus(last, 2), chance)
        # No earlier than the start, so that who left on the way is no candidate.
        gone = max((one.leaves_on for one in plan.seats if one.leaves_on), default=plan.start)
        applied = max(applied, moment(max(gone, plan.start), 9, 30))
        if plan.approved_at is not None:
            applied = max(applied, plan.approved_at + timedelta(hours=1))
        planned = moment(plus(last, chance.randrange(1, 6)), 9)
        body_id, assessor = self._who(plan)
        one = AssessmentId(self._naming.at(applied, "assessment", plan.class_id))
        plan.assessment_id = one
        present = [seat.enrolment_id for seat in candidates]
        data: dict[str, Any] = {
            "assessment_id": one,
            "class_id": plan.class_id,
            "route": plan.course.route,
            "body_id": body_id,
            "planned_at": planned,
            "candidates": present,
        }
        if plan.course.route == "OWN":
            data["own_reason_doc"] = self._naming.digest("own test", plan.class_id)
        self._script.ask(applied, plan.body.caller(), "apply-assessment", data, channel="outer")
        at = max(in_office(plus(applied.date(), 1), chance), applied + timedelta(minutes=30))
        at = min(at, planned - timedelta(minutes=30))
        self._script.ask(at, self._office.clerk, "approve-assessment", {"assessment_id": one})
        held = {
            "assessment_id": one,
            "held_at": planned,
            "venue": "模拟考场",
            "examiners": [account(CITY, "EXAMINER", n) for n in (1, 2)],
            "present": present,
            "paper_ref": f"SJ-{plan.course.code}",
        }
        at = moment(planned.date(), 12, chance.randrange(60))
        self._script.ask(at, assessor, "hold-assessment", held, channel="outer")
        return planned

    def _result(
        self, plan: ClassPlan, seat: Seat, at: datetime, chance: Chance, *, retake: bool
    ) -> None:
        passed = seat.passed if retake else not seat.failed
        theory, practice = (chance.randrange(_PASS_FROM, 980) for _ in range(2))
        data = {
            "assessment_id": plan.assessment_id,
            "enrolment_id": seat.enrolment_id,
            "theory_tenths": theory if passed else chance.randrange(300, _PASS_FROM),
            "practice_tenths": practice,
            "result": "PASS" if passed else "FAIL",
            "retake": retake,
        }
        _, assessor = self._who(plan)
        self._script.ask(at, assessor, "record-result", data, channel="outer")

    def _certify(self, plan: ClassPlan, passed: list[Seat], at: datetime, chance: Chance) -> None:
        own = plan.course.certificate == "COMPLETION"
        prefix = f"MN{plan.county}{plan.filing_no[7:11]}{plan.number:04}"
        batch_no = f"PC-{plan.filing_no}"
        if own and passed:
            numbers = {
                "class_id": plan.class_id,
                "batch_no": batch_no,
                "from_no": f"{prefix}001",
                "to_no": f"{prefix}{len(passed):03}",
            }
            asked = at - timedelta(hours=1)
            self._script.ask(asked, self._office.clerk, "allocate-certificate-numbers", numbers)
        issuer = plan.body.name if own else ISSUERS[plan.course.certificate]
        _, assessor = self._who(plan)
        handed = in_office(plus(at.date(), chance.randrange(3, 9)), chance)
        for number, seat in enumerate(passed, start=1):
            seat.cert_no, seat.certified_on = f"{prefix}{number:03}", at.date()
            data = {
                "cert_no": seat.cert_no,
                "certificate_type": plan.course.certificate,
                "enrolment_id": seat.enrolment_id,
                "assessment_id": plan.assessment_id,
                "batch_id": batch_of(plan.county, batch_no) if own else None,
                "issued_on": seat.certified_on,
                "issuer": issuer,
                "scan_sha256": self._naming.digest("certificate", seat.cert_no),
            }
            self._script.ask(
                at + number * _STEP, assessor, "issue-certificate", data, channel="outer"
            )
            self._deliver(plan, seat, handed + number * _STEP)
        plan.certified_at = at + (len(passed) + 1) * _STEP

    def _deliver(self, plan: ClassPlan, seat: Seat, at: datetime) -> None:
        data = {
            "cert_no": seat.cert_no,
            "delivered_at": at - timedelta(minutes=5),
            "receipt_sha256": self._naming.digest("receipt", seat.cert_no),
        }
        self._script.ask(at, plan.body.caller(), "deliver-certificate", data, channel="outer")
