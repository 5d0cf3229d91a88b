"""What the duties must be, told fact by fact in plain Python, days counted by the law itself."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from aggregates.certificate.facts import CertificateDelivered, CertificateIssued
from aggregates.ids import derived_id
from aggregates.inspection.facts import InspectionConducted
from aggregates.institution.facts import InstitutionListed, InstitutionRegistered
from aggregates.law.deadlines import end_of_day, local_date
from aggregates.monthly_plan.commands import aggregate_id, plan_id
from aggregates.monthly_plan.facts import (
    MonthlyPlanPublished,
    MonthlyPlansAggregated,
    MonthlyPlanSubmitted,
)
from aggregates.policy_book.facts import CatalogueVersionPublished
from aggregates.policy_book.state import POLICY_BOOK
from aggregates.publicity.facts import (
    ObjectionAccepted,
    ObjectionDecided,
    ObjectionDismissed,
    ObjectionLodged,
)
from aggregates.subsidy_claim.facts import (
    ClaimAccepted,
    ClaimItemDisallowed,
    ClaimItemsHeld,
    ClaimItemsReleased,
    ClaimRefused,
    ClaimResubmitted,
    ClaimReturned,
    ClaimStageReached,
    ClaimSubmitted,
    MeetingResolved,
)
from aggregates.system.facts import DeadlineMissed, DeadlineRecomputed
from aggregates.training_class.facts import (
    ClassFilingApproved,
    ClassFilingRejected,
    ClassFilingResubmitted,
    ClassFilingReturned,
    ClassFilingSubmitted,
    ClassStarted,
    ScheduleChangeReported,
    TeachingCompleted,
    TraineesNotifiedOfChange,
)
from aggregates.training_class.timetable import dates_told
from aggregates.world import CITY, Recorded
from tests.projections.entries import Written
from tests.projections.owed import DAY, Event, Owed, Records

NOTICE = date(2023, 7, 12)


class Oracle:
    """Tells duties fact by fact."""

    def __init__(self) -> None:
        self.owed: dict[UUID, Owed] = {}
        self.records = Records()
        self.codes: dict[UUID, str] = {}
        self.law = POLICY_BOOK.empty

    def duty(  # noqa: PLR0913, PLR0917 - what tells a duty apart
        self,
        rule: str,
        kind: str,
        subject: UUID,
        county: str,
        ref: str = "",
        class_id: UUID | None = None,
        institution: UUID | None = None,
    ) -> Owed:
        """Return the duty of a rule and subject."""
        one = derived_id("duty", rule, subject, ref)
        made = Owed(rule, kind, subject, county, ref, class_id, institution)
        return self.owed.setdefault(one, made)

    def of_class(self, rule: str, fact: Any, ref: str = "") -> Owed:  # noqa: ANN401 - any fact of a class
        """Return the duty of a class."""
        return self.duty(
            rule, "class", fact.class_id, fact.county_code, ref, fact.class_id, fact.institution_id
        )

    def of_claim(self, rule: str, fact: Any) -> Owed:  # noqa: ANN401 - any fact of a claim
        """Return the duty of a claim."""
        return self.duty(
            rule, "claim", fact.claim_id, fact.county_code, "", fact.class_id, fact.institution_id
        )

    def of_objection(self, rule: str, fact: Any) -> Owed:  # noqa: ANN401 - any fact of an objection
        """Return the duty of an objection."""
        return self.duty(rule, "publicity", fact.publicity_id, fact.county_code, fact.objection_no)

    def tell(self, one: Written) -> None:
        """Take one entry in."""
        at = Recorded(one.recorded_at, one.actor, one.channel, one.version)  # type: ignore[arg-type]  # whoever it was
        if one.stream.startswith("policy-book/"):
            self.law = POLICY_BOOK.evolve(self.law, one.fact, at)
        self.plans(one, one.fact)
        self.lists(one, one.fact)
        self.filings(one, one.fact)
        self.classes(one, one.fact)
        self.claims(one, one.fact)
        self.others(one, one.fact)

    def plan(self, institution: Any, county: str, month: str) -> Owed:  # noqa: ANN401 - an id
        """Return the duty to plan a month."""
        return self.duty(
            "PLN-01", "plan", plan_id(institution, county, month), county, institution=institution
        )

    def plans(self, one: Written, fact: Any) -> None:  # noqa: ANN401 - any fact
        """Take in what is told of plans."""
        if isinstance(fact, MonthlyPlanSubmitted):
            first = date.fromisoformat(f"{fact.month}-01")
            owed = self.plan(fact.institution_id, fact.county_code, fact.month)
            if fact.items and first - DAY >= NOTICE:
                owed.open(one, "INSTITUTION", first)
            owed.events.append(Event("KEPT", one.recorded_at))
            whole = aggregate_id(fact.county_code, fact.month)
            if first - DAY >= NOTICE:
                self.duty("PLN-02", "plan", whole, fact.county_code).open(
                    one,
                    "AUTHORITY",
                    first,
                    org=fact.county_code,
                    parameter="plan_aggregate_deadline",
                )
        elif isinstance(fact, MonthlyPlansAggregated):
            whole = aggregate_id(fact.county_code, fact.month)
            owed = self.duty("PLN-02", "plan", whole, fact.county_code)
            owed.events.append(Event("KEPT", one.recorded_at))
            for county in (fact.county_code, CITY):
                owed = self.duty("PLN-03", "plan", aggregate_id(county, fact.month), county)
                owed.open(one, "AUTHORITY", org=county)
        elif isinstance(fact, MonthlyPlanPublished):
            county = CITY if fact.level == "CITY" else fact.county_code
            owed = self.duty("PLN-03", "plan", aggregate_id(county, fact.month), county)
            owed.events.append(Event("KEPT", one.recorded_at))

    def lists(self, one: Written, fact: Any) -> None:  # noqa: ANN401 - any fact
        """Take in what is told of the city's list of institutions."""
        if isinstance(fact, InstitutionListed) and one.recorded_on >= NOTICE:
            county = one.county or CITY
            self.listing("INS-10", fact, county).open(
                one, "AUTHORITY", org=county, parameter="sla_listing_update_days"
            )
            if fact.category == "创业":
                self.listing("INS-40", fact, county).open(one, "AUTHORITY", org=CITY)
        elif isinstance(fact, CatalogueVersionPublished):
            for row in fact.institutions:
                for rule in ("INS-10", "INS-40"):
                    self.listing(rule, row, "").events.append(Event("KEPT", one.recorded_at))

    def listing(self, rule: str, row: Any, county: str) -> Owed:  # noqa: ANN401 - a listing
        """Return the duty about the place of an institution in the list."""
        one = row.institution_id
        made = self.duty(rule, "institution", one, county, row.category, None, one)
        made.county = county or made.county
        return made

    def filings(self, one: Written, fact: Any) -> None:  # noqa: ANN401 - any fact
        """Take in what is told of filings."""
        at = one.recorded_at
        match fact:
            case ClassFilingSubmitted() | ClassFilingResubmitted():
                start = fact.filing.planned_start
                if start.replace(day=1) - DAY >= NOTICE:
                    self.plan(fact.institution_id, fact.county_code, f"{start:%Y-%m}").open(
                        one, "INSTITUTION", start.replace(day=1)
                    )
                self.of_class("SUP-24", fact).open(
                    one, "AUTHORITY", org=fact.county_code, parameter="sla_step_days.filing"
                )
                ends = fact.filing.planned_end
                self.of_class("DEL-05", fact).events.append(Event("FILED", at, ends))
            case ClassFilingApproved() | ClassFilingReturned() | ClassFilingRejected():
                self.of_class("SUP-24", fact).events.append(Event("KEPT", at))
                if isinstance(fact, ClassFilingApproved) and fact.supervision == "PROCESS":
                    self.of_class("DEL-05", fact).open(one, "AUTHORITY", org=fact.supervising_org)
            case _:
                pass

    def classes(self, one: Written, fact: Any) -> None:  # noqa: ANN401 - any fact
        """Take in what is told of classes that run."""
        at = one.recorded_at
        match fact:
            case ClassStarted():
                self.of_class("DEL-05", fact).events.append(Event("BEGUN", at))
            case ScheduleChangeReported():
                ends_at = [i.new.ends_at for i in fact.items if i.new and i.new.ends_at]
                if ends_at:
                    last = local_date(max(ends_at))
                    self.of_class("DEL-05", fact).events.append(Event("MOVED", at, last))
                days = dates_told(fact.items)
                if days:
                    self.of_class("DEL-02", fact, fact.change_no).open(
                        one, "INSTITUTION", days[0] - 2 * DAY
                    )
            case TraineesNotifiedOfChange():
                owed = self.of_class("DEL-02", fact, fact.change_no)
                owed.events.append(Event("KEPT", at))
            case TeachingCompleted():
                over = local_date(fact.actual_end)
                self.of_class("DEL-05", fact).events.append(Event("OVER", at, over))
            case InspectionConducted() if fact.class_id and fact.counts_for_del05:
                self.of_class("DEL-05", fact).events.append(Event("KEPT", at))
            case _:
                pass

    def claims(self, one: Written, fact: Any) -> None:  # noqa: ANN401 - any fact
        """Take in what is told of claims."""
        at = one.recorded_at
        match fact:
            case ClaimSubmitted() | ClaimResubmitted():
                self.of_claim("SUP-24", fact).open(
                    one, "AUTHORITY", org=fact.county_code, parameter="sla_step_days.acceptance"
                )
            case ClaimAccepted():
                self.of_claim("SUP-24", fact).events.append(Event("KEPT", at))
                self.of_claim("ELG-21", fact).open(
                    one,
                    "AUTHORITY",
                    org=fact.county_code,
                    parameter="sla_claim_days",
                    fen=fact.amount_fen,
                )
            case ClaimReturned() | ClaimRefused():
                self.of_claim("SUP-24", fact).events.append(Event("KEPT", at))
                self.of_claim("ELG-21", fact).events.append(Event("ENDED", at))
            case MeetingResolved(decision="REJECT"):
                self.of_claim("ELG-21", fact).events.append(Event("ENDED", at))
            case ClaimItemsHeld() | ClaimItemsReleased():
                step = "HELD" if isinstance(fact, ClaimItemsHeld) else "FREED"
                hold = f"{fact.ground} {fact.hold_no}"
                self.of_claim("ELG-21", fact).events.append(
                    Event(step, at, items=frozenset(fact.items), hold=hold)
                )
            case ClaimItemDisallowed():
                gone = frozenset() if fact.remaining_fen else frozenset({fact.item_no})
                self.of_claim("ELG-21", fact).events.append(
                    Event("SETTLED", at, fen=fact.amount_fen, items=gone)
                )
            case ClaimStageReached(stage="PAID"):
                self.of_claim("ELG-21", fact).events.append(
                    Event("SETTLED", at, fen=fact.amount_fen, items=frozenset(fact.items))
                )
            case _:
                pass

    def others(self, one: Written, fact: Any) -> None:  # noqa: ANN401 - any fact
        """Take in the rest."""
        at = one.recorded_at
        match fact:
            case InstitutionRegistered():
                self.codes[fact.institution_id] = fact.uscc
            case CertificateIssued() | CertificateDelivered():
                owed = self.duty(
                    "CRT-03",
                    "enrolment",
                    fact.enrolment_id,
                    fact.county_code,
                    str(fact.certificate_id),
                    fact.class_id,
                    fact.institution_id,
                )
                if isinstance(fact, CertificateDelivered):
                    owed.events.append(Event("KEPT", at))
                else:
                    name = "sla_certificate_delivery_days"
                    owed.open(one, "INSTITUTION", fact.issued_on, parameter=name)
            case ObjectionLodged():
                self.of_objection("SUP-24", fact).open(
                    one, "AUTHORITY", org=fact.county_code, parameter="sla_step_days.objection"
                )
            case ObjectionAccepted():
                self.of_objection("SUP-24", fact).events.append(Event("KEPT", at))
                self.of_objection("CLM-11", fact).open(
                    one,
                    "AUTHORITY",
                    org=fact.county_code,
                    parameter="objection_decide_days",
                    told=fact.due_on,
                )
            case ObjectionDismissed():
                self.of_objection("SUP-24", fact).events.append(Event("KEPT", at))
            case ObjectionDecided():
                self.of_objection("CLM-11", fact).events.append(Event("KEPT", at))
            case DeadlineMissed():
                ((_, subject),) = fact.subject.given
                due = local_date(fact.due_at - timedelta(microseconds=1))
                self.records.missed[subject, fact.duty_rule_id, fact.ref or "", due] = one
            case DeadlineRecomputed():
                ((_, subject),) = fact.subject.given
                days = (fact.old_due_on, fact.new_due_on)
                self.records.moved[subject, fact.rule_id, fact.ref or "", *days] = one
            case _:
                pass

    def row(self, one: Owed) -> dict[str, Any] | None:
        """Return the row that the model must have, if it must have one."""
        if one.opened is None:
            return None
        if one.rule == "DEL-05" and not any(e.step == "BEGUN" for e in one.events):
            return None
        law = self.law.law
        on = one.starts - DAY if one.rule == "PLN-02" else one.starts
        days = law.parameter(one.parameter, on, county=one.county) if one.parameter else None
        due, counted = one.due(law, days)
        told = one.told or self.records.latest(one)
        hit = self.records.of(one, due) or self.records.of(one, told)
        missed_due = due if self.records.of(one, due) else told if hit else None
        ended = min((e.at for e in one.events if e.step == "ENDED"), default=None)
        moved = self.records.move(one, told, due) if told and due else None
        row = {
            "duty_id": derived_id("duty", one.rule, one.subject, one.ref),
            "rule_id": one.rule,
            "subject_kind": one.kind,
            "subject_id": one.subject,
            "ref": one.ref,
            "class_id": one.class_id,
            "institution_id": one.institution,
            "county": one.county,
            "owed_by": one.owed_by,
            "org": one.org or self._code(one),
            "opened_at": one.opened.recorded_at,
            "days": days,
            "due_on": due,
            "told_on": told,
            "calendar_version": law.calendar.version if counted and due else None,
            "held_days": one.held(days),
            "kept_at": one.kept_at(),
            "ended_at": ended,
            "missed_at": hit.recorded_at if hit else None,
            "missed_due_on": missed_due,
            "recomputed_at": moved.recorded_at if moved else None,
        }
        return row | {"state": _state(one, row, counted=counted)}

    def _code(self, one: Owed) -> str:
        if one.institution is None:
            return one.county
        return self.codes.get(one.institution, str(one.institution))


def _state(one: Owed, row: dict[str, Any], *, counted: bool) -> str:
    kept, ended, due = row["kept_at"], row["ended_at"], row["due_on"]
    if kept and due and kept < end_of_day(due):
        return "KEPT"
    if ended and (kept is None or ended < kept):
        return "WITHDRAWN"
    if kept:
        return "LATE" if due else "KEPT"
    if one.rule == "ELG-21" and any(last is None for _, last in one.holds()):
        return "SUSPENDED"
    if due:
        return "MISSED" if row["missed_due_on"] == due else "OPEN"
    return "PROVISIONAL" if counted else "UNSET"


def duties(entries: Iterable[Written]) -> dict[UUID, dict[str, Any]]:
    """Return the duties by id."""
    oracle = Oracle()
    for one in entries:
        oracle.tell(one)
    rows = (oracle.row(one) for one in oracle.owed.values())
    return {row["duty_id"]: row for row in rows if row is not None}
