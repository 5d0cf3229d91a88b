"""What facts do to duties: open one, keep it, end it, move the day it is due or hold it up.

A duty (职责期限) is something that a body owes by a day (17号, and the city's service times). It is
opened only by what came through the doors in its own time: history from before the ledger, and late
paper, bring none. How the day is counted out stands in the read model, since calendars and
parameters may change while a duty is open.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from aggregates.certificate.facts import CertificateDelivered, CertificateIssued
from aggregates.facts import Fact
from aggregates.ids import derived_id
from aggregates.inspection.facts import InspectionConducted
from aggregates.law.clauses import clause
from aggregates.law.deadlines import local_date, trainee_notice_deadline
from aggregates.law.regimes import NOTICE_DATE, binds
from aggregates.monthly_plan.commands import aggregate_id, plan_id
from aggregates.monthly_plan.facts import MonthlyPlansAggregated, MonthlyPlanSubmitted
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
from projections.part import Part, Read, Row

HISTORY = frozenset({"migration", "import"})
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Duty:
    """One duty.

    Attributes:
        rule_id: The rule that asks for it.
        kind: What it is about, as the trail calls it.
        subject_id: The id of that.
        county: The county.
        ref: Which of several about the same thing, such as the number of a change.
        class_id: The class, if it is one's.
        institution_id: Who owes it, or whose class it is about.
    """

    rule_id: str
    kind: str
    subject_id: UUID
    county: str
    ref: str = ""
    class_id: UUID | None = None
    institution_id: UUID | None = None

    @property
    def id(self) -> UUID:
        """The id of the duty: the same for everything that is told of it."""
        return derived_id("duty", self.rule_id, self.subject_id, self.ref)


def _told(read: Read, one: Duty, step: str, on: date | None = None, **more: object) -> Row:
    return (
        read.recorded_on,
        one.id,
        step,
        one.rule_id,
        one.ref,
        one.kind,
        one.subject_id,
        one.class_id,
        one.institution_id,
        one.county,
        more.get("owed_by", ""),
        more.get("org"),
        on or read.recorded_on,
        more.get("parameter"),
        more.get("told_on"),
        more.get("amount_fen"),
        more.get("hold"),
        more.get("items", []),
        read.recorded_at,
    )


def _opened(
    read: Read, one: Duty, owed_by: str, on: date | None = None, **more: object
) -> Iterator[Row]:
    if read.channel not in HISTORY:
        yield _told(read, one, "OPENED", on, owed_by=owed_by, **more)


def _bound(rule_id: str, regime: str, on: date | None = None) -> bool:
    return binds(clause(rule_id).document, regime, on)


def _plan(institution_id: UUID, county: str, month: str) -> Duty:
    one = plan_id(institution_id, county, month)  # type: ignore[arg-type]  # an institution's
    return Duty("PLN-01", "plan", one, county, institution_id=institution_id)


def _planned(read: Read, one: Duty, month: str) -> Iterator[Row]:
    """Open the duty to plan a month, if the notice asks for it on the day it is due."""
    first = date.fromisoformat(f"{month}-01")
    if first - _DAY >= NOTICE_DATE:
        yield from _opened(read, one, "INSTITUTION", first)


def _plan_submitted(read: Read, fact: MonthlyPlanSubmitted) -> Iterator[Row]:
    month, county = fact.month, fact.county_code
    one = _plan(fact.institution_id, county, month)
    if fact.items:
        yield from _planned(read, one, month)
    yield _told(read, one, "KEPT")
    first = date.fromisoformat(f"{month}-01")
    if first - _DAY >= NOTICE_DATE:
        whole = Duty("PLN-02", "plan", aggregate_id(county, month), county)
        yield from _opened(
            read, whole, "AUTHORITY", first, org=county, parameter="plan_aggregate_deadline"
        )


def _plans_aggregated(read: Read, fact: MonthlyPlansAggregated) -> Iterator[Row]:
    one = aggregate_id(fact.county_code, fact.month)
    yield _told(read, Duty("PLN-02", "plan", one, fact.county_code), "KEPT")


def _answer(fact: Any) -> Duty:  # noqa: ANN401 - several facts that bear the same
    return _of_class("SUP-24", fact)


def _of_class(rule_id: str, fact: Any, ref: str = "") -> Duty:  # noqa: ANN401 - likewise
    return Duty(
        rule_id,
        "class",
        fact.class_id,
        fact.county_code,
        ref,
        class_id=fact.class_id,
        institution_id=fact.institution_id,
    )


def _filed(read: Read, fact: ClassFilingSubmitted | ClassFilingResubmitted) -> Iterator[Row]:
    filing = fact.filing
    month = f"{filing.planned_start:%Y-%m}"
    # Whoever files a class of a month trains in it, and owed the month's plan.
    yield from _planned(read, _plan(fact.institution_id, fact.county_code, month), month)
    if _bound("SUP-24", read.regime):
        yield from _opened(
            read, _answer(fact), "AUTHORITY", org=fact.county_code, parameter="sla_step_days.filing"
        )
    yield _told(read, _of_class("DEL-05", fact), "FILED", filing.planned_end)


def _answered(
    read: Read, fact: ClassFilingApproved | ClassFilingReturned | ClassFilingRejected
) -> Iterator[Row]:
    yield _told(read, _answer(fact), "KEPT")
    if not isinstance(fact, ClassFilingApproved) or fact.supervision != "PROCESS":
        return
    if _bound("DEL-05", fact.regime):
        one = _of_class("DEL-05", fact)
        yield from _opened(read, one, "AUTHORITY", org=fact.supervising_org)


def _started(read: Read, fact: ClassStarted) -> Iterator[Row]:
    yield _told(read, _of_class("DEL-05", fact), "BEGUN", local_date(fact.actual_start))


def _changed(read: Read, fact: ScheduleChangeReported) -> Iterator[Row]:
    ends = [local_date(i.new.ends_at) for i in fact.items if i.new is not None and i.new.ends_at]
    if ends:
        yield _told(read, _of_class("DEL-05", fact), "MOVED", max(ends))
    days = dates_told(fact.items)
    if days and _bound("DEL-02", read.regime, days[0]):
        due = trainee_notice_deadline(days).last
        yield from _opened(read, _of_class("DEL-02", fact, fact.change_no), "INSTITUTION", due)


def _notified(read: Read, fact: TraineesNotifiedOfChange) -> Iterator[Row]:
    yield _told(read, _of_class("DEL-02", fact, fact.change_no), "KEPT")


def _completed(read: Read, fact: TeachingCompleted) -> Iterator[Row]:
    yield _told(read, _of_class("DEL-05", fact), "OVER", local_date(fact.actual_end))


def _inspected(read: Read, fact: InspectionConducted) -> Iterator[Row]:
    if fact.class_id is not None and fact.counts_for_del05:
        yield _told(read, _of_class("DEL-05", fact), "KEPT")


def _certified(read: Read, fact: CertificateIssued | CertificateDelivered) -> Iterator[Row]:
    one = Duty(
        "CRT-03",
        "enrolment",
        fact.enrolment_id,
        fact.county_code,
        str(fact.certificate_id),
        class_id=fact.class_id,
        institution_id=fact.institution_id,
    )
    if isinstance(fact, CertificateDelivered):
        yield _told(read, one, "KEPT")
    elif _bound("CRT-03", read.regime):
        name = "sla_certificate_delivery_days"
        yield from _opened(read, one, "INSTITUTION", fact.issued_on, parameter=name)


def _of_claim(rule_id: str, fact: Any) -> Duty:  # noqa: ANN401 - many facts that bear the same
    return Duty(
        rule_id,
        "claim",
        fact.claim_id,
        fact.county_code,
        class_id=fact.class_id,
        institution_id=fact.institution_id,
    )


def _claimed(read: Read, fact: ClaimSubmitted | ClaimResubmitted) -> Iterator[Row]:
    name = "sla_step_days.acceptance"
    one = _of_claim("SUP-24", fact)
    if _bound("SUP-24", read.regime):
        yield from _opened(read, one, "AUTHORITY", org=fact.county_code, parameter=name)


def _accepted(read: Read, fact: ClaimAccepted) -> Iterator[Row]:
    yield _told(read, _of_claim("SUP-24", fact), "KEPT")
    yield from _opened(
        read,
        _of_claim("ELG-21", fact),
        "AUTHORITY",
        org=fact.county_code,
        parameter="sla_claim_days",
        amount_fen=fact.amount_fen,
    )


def _turned_away(read: Read, fact: ClaimReturned | ClaimRefused) -> Iterator[Row]:
    yield _told(read, _of_claim("SUP-24", fact), "KEPT")
    yield _told(read, _of_claim("ELG-21", fact), "ENDED")


def _resolved(read: Read, fact: MeetingResolved) -> Iterator[Row]:
    if fact.decision == "REJECT":
        yield _told(read, _of_claim("ELG-21", fact), "ENDED")


def _held(read: Read, fact: ClaimItemsHeld | ClaimItemsReleased) -> Iterator[Row]:
    step = "HELD" if isinstance(fact, ClaimItemsHeld) else "FREED"
    hold = f"{fact.ground} {fact.hold_no}"
    yield _told(read, _of_claim("ELG-21", fact), step, hold=hold, items=list(fact.items))


def _settled(read: Read, fact: ClaimItemDisallowed | ClaimStageReached) -> Iterator[Row]:
    one = _of_claim("ELG-21", fact)
    if isinstance(fact, ClaimItemDisallowed):
        gone = [] if fact.remaining_fen else [fact.item_no]
        yield _told(read, one, "SETTLED", amount_fen=fact.amount_fen, items=gone)
    elif fact.stage == "PAID":
        yield _told(read, one, "SETTLED", amount_fen=fact.amount_fen, items=list(fact.items))


def _objection(rule_id: str, fact: Any) -> Duty:  # noqa: ANN401 - four facts that bear the same
    return Duty(rule_id, "publicity", fact.publicity_id, fact.county_code, fact.objection_no)


def _objected(read: Read, fact: ObjectionLodged) -> Iterator[Row]:
    one, name = _objection("SUP-24", fact), "sla_step_days.objection"
    yield from _opened(read, one, "AUTHORITY", org=fact.county_code, parameter=name)


def _looked_into(read: Read, fact: ObjectionAccepted) -> Iterator[Row]:
    yield _told(read, _objection("SUP-24", fact), "KEPT")
    yield from _opened(
        read,
        _objection("CLM-11", fact),
        "AUTHORITY",
        org=fact.county_code,
        parameter="objection_decide_days",
        told_on=fact.due_on,
    )


def _decided(read: Read, fact: ObjectionDismissed | ObjectionDecided) -> Iterator[Row]:
    rule_id = "SUP-24" if isinstance(fact, ObjectionDismissed) else "CLM-11"
    yield _told(read, _objection(rule_id, fact), "KEPT")


_TOLD: Mapping[type[Fact], Callable[[Read, Any], Iterable[Row]]] = {
    MonthlyPlanSubmitted: _plan_submitted,
    MonthlyPlansAggregated: _plans_aggregated,
    ClassFilingSubmitted: _filed,
    ClassFilingResubmitted: _filed,
    ClassFilingApproved: _answered,
    ClassFilingReturned: _answered,
    ClassFilingRejected: _answered,
    ClassStarted: _started,
    ScheduleChangeReported: _changed,
    TraineesNotifiedOfChange: _notified,
    TeachingCompleted: _completed,
    InspectionConducted: _inspected,
    CertificateIssued: _certified,
    CertificateDelivered: _certified,
    ClaimSubmitted: _claimed,
    ClaimResubmitted: _claimed,
    ClaimAccepted: _accepted,
    ClaimReturned: _turned_away,
    ClaimRefused: _turned_away,
    MeetingResolved: _resolved,
    ClaimItemsHeld: _held,
    ClaimItemsReleased: _held,
    ClaimItemDisallowed: _settled,
    ClaimStageReached: _settled,
    ObjectionLodged: _objected,
    ObjectionAccepted: _looked_into,
    ObjectionDismissed: _decided,
    ObjectionDecided: _decided,
}
_BY_NAME = {cls.TYPE: told for cls, told in _TOLD.items()}


def rows(read: Read) -> Iterable[Row]:
    """Return a row for everything that the entry does to a duty."""
    told = _BY_NAME.get(read.fact.TYPE)
    return () if told is None else told(read, read.fact)


DUTY = Part(
    name="duty",
    columns={
        "duty_id": "uuid not null",
        "step": "text not null",
        "rule_id": "text not null",
        "ref": "text not null",
        "subject_kind": "text not null",
        "subject_id": "uuid not null",
        "class_id": "uuid",
        "institution_id": "uuid",
        "county": "text not null",
        "owed_by": "text not null",
        "org": "text",
        "starts_on": "date not null",
        "parameter": "text",
        "told_on": "date",
        "amount_fen": "bigint",
        "hold": "text",
        "items": "integer[] not null",
        "recorded_at": "timestamptz not null",
    },
    facts=tuple(_TOLD),
    rows=rows,
    indexes=("duty_id", "subject_id", "institution_id"),
)
