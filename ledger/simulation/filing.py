"""From the monthly plan to the day before the start: planned, verified, filed, agreed, enrolled."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from aggregates.ids import PlanId
from aggregates.law.regimes import NOTICE_DATE
from aggregates.monthly_plan.commands import plan_id
from ledger.simulation.chance import Chance
from ledger.simulation.classes import ClassPlan, Seat
from ledger.simulation.days import DAY, in_office, minus, moment, plus
from ledger.simulation.lists import host
from ledger.simulation.naming import Naming
from ledger.simulation.offices import Office, as_history
from ledger.simulation.people import Person
from ledger.simulation.script import Script

SCANS: Final = (
    "FILING_FORM",
    "ROSTER",
    "TEACHING_PLAN",
    "SYLLABUS",
    "LECTURERS",
    "RESOURCES",
    "ASSESSMENT_PLAN",
    "PLEDGE",
    "EMERGENCY_PLAN",
)
_LATE_PLAN_BP: Final = 200
_MATCHED_BP: Final = 5_000
_VOUCHER_BP: Final = 3_000
_ONLINE_BP: Final = 4_000
_ATTEMPT_WORKDAYS = 4
"""A filing that comes so many working days ahead is a day late."""


class Filing:
    """Writes what comes before the start of each class of a county."""

    def __init__(self, script: Script, naming: Naming, office: Office) -> None:
        """Begin."""
        self._script = script
        self._naming = naming
        self._office = office

    def plans(self, year: int, month: int, classes: Sequence[ClassPlan]) -> None:
        """Write the plans of a month: reported at the end of the one before, then published."""
        chance = Chance(self._naming.seed, "plans", self._office.county, year, month)
        before = date(year, month, 1) - DAY
        bodies: dict[str, list[ClassPlan]] = {}
        for one in classes:
            bodies.setdefault(one.body.uscc, []).append(one)
        plan_ids = []
        for held in bodies.values():
            late = chance.happens(_LATE_PLAN_BP)
            on = date(year, month, 1) if late else before - chance.randrange(2) * DAY
            at = in_office(on, chance)
            plan_ids.append(self._plan(at, held, f"{year}-{month:02}"))
        self._publish(plus(date(year, month, 1), 2), f"{year}-{month:02}", plan_ids, chance)

    def _plan(self, at: datetime, held: Sequence[ClassPlan], month: str) -> PlanId:
        body, county = held[0].body, self._office.county
        data = {
            "institution_id": body.institution_id,
            "county_code": county,
            "month": month,
            "items": [
                {
                    "item_no": one.item_no,
                    "training_type": one.course.training_type,
                    "occupation": one.course.code,
                    "level": one.course.level,
                    "planned_start": one.start,
                    "heads": len(one.seats),
                    "site_id": "S1",
                }
                for one in held
            ],
        }
        self._script.ask(at, body.caller("INST_HEAD"), "submit-monthly-plan", data)
        return plan_id(body.institution_id, county, month)

    def _publish(self, on: date, month: str, plan_ids: Sequence[PlanId], chance: Chance) -> None:
        county = self._office.county
        at = in_office(on, chance)
        aggregate = {"county_code": county, "month": month, "plan_ids": list(plan_ids)}
        self._script.ask(at, self._office.clerk, "aggregate-monthly-plans", aggregate)
        published = {
            "level": "COUNTY",
            "county_code": county,
            "month": month,
            "channel": "WEBSITE",
            "url": f"https://{host(county)}/plans/{month}",
            "content_sha256": self._naming.digest("plan", county, month),
        }
        at += timedelta(minutes=30)
        self._script.ask(at, self._office.clerk, "publish-monthly-plan", published)

    def file(self, plan: ClassPlan) -> None:
        """Write the filing of a class and the bureau's answer; the approval sets its moment."""
        chance = Chance(self._naming.seed, "filing", plan.class_id)
        self._identify(plan, chance)
        self._waive(plan)
        if plan.late:
            self._late(plan)
        self._submit(plan)
        answered = plan.filed_at.date()
        if plan.rejected:
            self._reject(plan, chance)
            return
        if plan.returned:
            answered = self._return(plan, chance).date()
        if plan.approved_at is None:
            on = min(plus(answered, chance.randrange(1, 4)), minus(plan.start, 1))
            plan.approved_at = in_office(
                on, chance, after=plan.filed_at if on == answered else None
            )
        approval = {
            "class_id": plan.class_id,
            "supervising_org": self._office.hr,
            "opinion": "材料齐全，同意开班（模拟）",
            "checks": [
                {"rule_id": rule, "result": "PASS"} for rule in ("FIL-01", "FIL-05", "FIL-10")
            ],
        }
        self._script.ask(plan.approved_at, self._office.approver, "approve-class-filing", approval)
        self._enrol(plan, chance)

    def _submit(self, plan: ClassPlan) -> None:
        data, caller = self._filing(plan), plan.body.caller()
        name = "submit-class-filing"
        if plan.paper is None:
            self._script.ask(plan.filed_at, caller, name, data, channel="outer")
        else:
            caller = as_history(caller)
            self._script.ask(plan.filed_at, caller, name, data, channel="import", as_facts=True)

    def _waive(self, plan: ClassPlan) -> None:
        """Have the rules waived that the class cannot keep."""
        for number, (rule, ground) in enumerate(plan.waivers, start=1):
            at = in_office(minus(plan.filed_at.date(), 1), Chance(plan.class_id, rule))
            data = {
                "waiver_id": f"HM-{plan.filing_no}-{number}",
                "rule_id": rule,
                "ground": ground,
                "class_id": plan.class_id,
                "county_code": plan.county,
                "reason": "经会议研究同意（模拟）",
                "approver": self._office.bureau.person,
                "doc_no": f"HY-{plan.filing_no}-{number}",
                "doc": self._naming.digest("waiver", plan.filing_no, rule),
                "valid_to": plan.end + 180 * DAY,
            }
            self._script.ask(at, self._office.bureau, "grant-waiver", data)

    def _filing(self, plan: ClassPlan, **changed: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
        digest, paper = self._naming.digest, plan.paper
        scanned = plan.filed_at - timedelta(hours=3) if paper is None else paper.scanned_at
        if paper is not None:
            changed["declared_on"] = paper.declared_on
        scans = [
            {
                "kind": kind,
                "sha256": digest("scan", plan.filing_no, kind),
                "created_at": scanned,
            }
            for kind in SCANS
        ]
        filing = plan.filing(
            scans=scans, need_analysis_doc=digest("needs", plan.filing_no), **changed
        )
        return {
            "class_id": plan.class_id,
            "institution_id": plan.body.institution_id,
            "county_code": plan.county,
            "filing": filing,
        }

    def _late(self, plan: ClassPlan) -> None:
        """Try first with a start that is too near; the attempt is refused and stays on record."""
        at = plan.filed_at - timedelta(hours=5) - DAY
        nearest = plus(at.date(), _ATTEMPT_WORKDAYS)
        if nearest < NOTICE_DATE:
            return  # nobody asked for five working days then
        earlier = nearest - plan.start
        data = self._filing(plan)
        filing = data["filing"]
        filing["planned_start"], filing["planned_end"] = nearest, plan.end + earlier
        filing["planned_assessment_on"] = plan.end + earlier + 3 * DAY
        for row in filing["timetable"]:
            row["starts_at"] += earlier
            row["ends_at"] += earlier
        self._script.ask(
            at, plan.body.caller(), "submit-class-filing", data, channel="outer", refused=["FIL-01"]
        )

    def _reject(self, plan: ClassPlan, chance: Chance) -> None:
        at = in_office(plus(plan.filed_at.date(), 2), chance)
        reasons = [{"rule_id": "ELG-22", "text": "本年度资金已安排完毕（模拟）"}]
        data = {"class_id": plan.class_id, "reasons": reasons}
        self._script.ask(at, self._office.approver, "reject-class-filing", data)

    def _return(self, plan: ClassPlan, chance: Chance) -> datetime:
        """Give a filing back for its textbooks, which leaves its first day in force."""
        at = in_office(plus(plan.filed_at.date(), 1), chance)
        reasons = [{"rule_id": "FIL-11", "text": "请补充教材版本（模拟）"}]
        data = {"class_id": plan.class_id, "reasons": reasons}
        self._script.ask(at, self._office.clerk, "return-class-filing", data)
        again = in_office(plus(at.date(), 1), chance)
        course = plan.course
        books = [
            {
                "title": f"{course.name}教程（第二版）",
                "isbn": "978-7-000-00000-7",
                "level": course.level,
            }
        ]
        filing = self._filing(plan, textbooks=books)["filing"]
        resubmitted = {"class_id": plan.class_id, "filing": filing}
        who = plan.body.caller()
        self._script.ask(again, who, "resubmit-class-filing", resubmitted, channel="outer")
        return again

    def _identify(self, plan: ClassPlan, chance: Chance) -> None:
        """Verify everybody who is new, and confirm the categories, before the filing."""
        filed = plan.filed_at.date()
        verified = in_office(minus(filed, 2), chance)
        confirmed = in_office(minus(filed, 1), chance)
        step = timedelta(seconds=20)
        for at, seat in enumerate(plan.seats):
            if seat.person.known:
                continue
            seat.person.known = True
            self._verify(plan, seat.person, verified + at * step)
            self._confirm(seat.person, confirmed + at * step, filed)

    def _verify(self, plan: ClassPlan, person: Person, at: datetime) -> None:
        data = {
            "id_number": person.id_number,
            "name": person.name,
            "method": "ID_CARD",
            "source": "READER-1",
            "result": "MATCH",
            "verified_at": at - timedelta(seconds=8),
        }
        self._script.ask(at, plan.body.caller(), "verify-identity", data, channel="outer")

    def _confirm(self, person: Person, at: datetime, filed: date) -> None:
        data: dict[str, Any] = {
            "person_id": person.person_id,
            "category": person.category,
            "proof_doc": self._naming.digest("proof", person.id_number),
            "as_of": at.date(),
        }
        if person.category == "GRAD_2Y":
            data["basis"] = {"basis_on": filed - 300 * DAY, "school_kind": "HIGHER"}
        elif person.category == "STUDENT":
            data["basis"] = {"school_kind": "HIGHER"}
        self._script.ask(at, self._office.clerk, "confirm-trainee-category", data)
        if person.category == "CUSTODY":
            match = {
                "source": "CUSTODY",
                "custody_kind": "REHAB",
                "valid_from": filed - 200 * DAY,
                "result": "CLEAN",
            }
            self.match(person, match, at + timedelta(seconds=5))

    def match(self, person: Person, match: dict[str, Any], at: datetime) -> None:
        """Record what another register says of somebody."""
        data = {
            "person_id": person.person_id,
            "match": match,
            "as_of": at.date(),
            "batch_sha256": self._naming.digest("match", match["source"], at.date()),
        }
        self._script.ask(at, self._office.clerk, "record-external-match", data)

    def _enrol(self, plan: ClassPlan, chance: Chance) -> None:
        assert plan.approved_at is not None  # noqa: S101 - the caller has just set it
        days = max(0, (plan.start - plan.approved_at.date()).days - 1)
        on = plan.approved_at.date() + chance.randrange(days + 1) * DAY
        begins = in_office(
            on, chance, after=plan.approved_at if on == plan.approved_at.date() else None
        )
        step = timedelta(seconds=40)
        # Enrolment ends with its day, however many there are.
        step = min(step, (moment(on, 23, 50) - begins) / max(1, len(plan.seats)))
        asked = in_office(plus(on, 1), chance) if plus(on, 1) < plan.start else None
        for at, seat in enumerate(plan.seats):
            self._join(plan, seat, begins + at * step, chance)
            if asked is not None and chance.happens(_MATCHED_BP):
                match = {"source": chance.choice(("PENSION", "SOCIAL_INSURANCE"))}
                self.match(seat.person, match, asked + at * timedelta(seconds=3))

    def _join(self, plan: ClassPlan, seat: Seat, at: datetime, chance: Chance) -> None:
        person, digest = seat.person, self._naming.digest
        business = plan.course.training_type == "ENTREPRENEURSHIP"
        data = {
            "class_id": plan.class_id,
            "person_id": person.person_id,
            "category": person.category,
            "phone": person.phone,
            "fee_charged_fen": plan.fee_fen,
            "fee_paid_fen": seat.fee_fen,
            "policy_notice_ack": True,
            "voucher_no": f"PXQ{person.county}{person.number:07}"
            if chance.happens(_VOUCHER_BP)
            else None,
            "channel": "ONLINE" if chance.happens(_ONLINE_BP) else "ONSITE",
            "interview_doc": digest("interview", seat.enrolment_id) if business else None,
            "course_fit_doc": digest("fit", seat.enrolment_id) if business else None,
            "employer": person.employer,
        }
        who = plan.body.caller()
        self._script.ask(at, who, "enrol-trainee", data, channel="outer")
        if plan.agreed:
            signed = {
                "enrolment_id": seat.enrolment_id,
                "doc_sha256": digest("agreement", seat.enrolment_id),
                "signed_at": at - timedelta(minutes=2),
            }
            at += timedelta(seconds=1)
            self._script.ask(at, who, "sign-agency-agreement", signed, channel="outer")
