"""What facts do to duties: open one, keep it, end it, move the day it is due or hold it up.

How the day is counted out stands in the read model, since calendars and parameters may change while
a duty is open. What a duty is stands in ``owing``, those of plans and lists in ``duty_plans``.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from aggregates.certificate.facts import CertificateDelivered, CertificateIssued
from aggregates.facts import Fact
from aggregates.inspection.facts import InspectionConducted
from aggregates.law.deadlines import local_date, trainee_notice_deadline
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
from projections.detail import duty_plans
from projections.detail.duty_plans import plan_of, planned
from projections.detail.owing import Duty, bound, opened, told
from projections.part import Part, Read, Row


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
    yield from planned(read, plan_of(fact.institution_id, fact.county_code, month), month)
    if bound("SUP-24", read.regime):
        yield from opened(
            read, _answer(fact), "AUTHORITY", org=fact.county_code, parameter="sla_step_days.filing"
        )
    yield told(read, _of_class("DEL-05", fact), "FILED", filing.planned_end)


def _answered(
    read: Read, fact: ClassFilingApproved | ClassFilingReturned | ClassFilingRejected
) -> Iterator[Row]:
    yield told(read, _answer(fact), "KEPT")
    if not isinstance(fact, ClassFilingApproved) or fact.supervision != "PROCESS":
        return
    if bound("DEL-05", fact.regime):
        one = _of_class("DEL-05", fact)
        yield from opened(read, one, "AUTHORITY", org=fact.supervising_org)


def _started(read: Read, fact: ClassStarted) -> Iterator[Row]:
    yield told(read, _of_class("DEL-05", fact), "BEGUN", local_date(fact.actual_start))


def _changed(read: Read, fact: ScheduleChangeReported) -> Iterator[Row]:
    ends = [local_date(i.new.ends_at) for i in fact.items if i.new is not None and i.new.ends_at]
    if ends:
        yield told(read, _of_class("DEL-05", fact), "MOVED", max(ends))
    days = dates_told(fact.items)
    if days and bound("DEL-02", read.regime, days[0]):
        due = trainee_notice_deadline(days).last
        yield from opened(read, _of_class("DEL-02", fact, fact.change_no), "INSTITUTION", due)


def _notified(read: Read, fact: TraineesNotifiedOfChange) -> Iterator[Row]:
    yield told(read, _of_class("DEL-02", fact, fact.change_no), "KEPT")


def _completed(read: Read, fact: TeachingCompleted) -> Iterator[Row]:
    yield told(read, _of_class("DEL-05", fact), "OVER", local_date(fact.actual_end))


def _inspected(read: Read, fact: InspectionConducted) -> Iterator[Row]:
    if fact.class_id is not None and fact.counts_for_del05:
        yield told(read, _of_class("DEL-05", fact), "KEPT")


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
        yield told(read, one, "KEPT")
    elif bound("CRT-03", read.regime):
        name = "sla_certificate_delivery_days"
        yield from opened(read, one, "INSTITUTION", fact.issued_on, parameter=name)


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
    if bound("SUP-24", read.regime):
        yield from opened(read, one, "AUTHORITY", org=fact.county_code, parameter=name)


def _accepted(read: Read, fact: ClaimAccepted) -> Iterator[Row]:
    yield told(read, _of_claim("SUP-24", fact), "KEPT")
    yield from opened(
        read,
        _of_claim("ELG-21", fact),
        "AUTHORITY",
        org=fact.county_code,
        parameter="sla_claim_days",
        amount_fen=fact.amount_fen,
    )


def _turned_away(read: Read, fact: ClaimReturned | ClaimRefused) -> Iterator[Row]:
    yield told(read, _of_claim("SUP-24", fact), "KEPT")
    yield told(read, _of_claim("ELG-21", fact), "ENDED")


def _resolved(read: Read, fact: MeetingResolved) -> Iterator[Row]:
    if fact.decision == "REJECT":
        yield told(read, _of_claim("ELG-21", fact), "ENDED")


def _held(read: Read, fact: ClaimItemsHeld | ClaimItemsReleased) -> Iterator[Row]:
    step = "HELD" if isinstance(fact, ClaimItemsHeld) else "FREED"
    hold = f"{fact.ground} {fact.hold_no}"
    yield told(read, _of_claim("ELG-21", fact), step, hold=hold, items=list(fact.items))


def _settled(read: Read, fact: ClaimItemDisallowed | ClaimStageReached) -> Iterator[Row]:
    one = _of_claim("ELG-21", fact)
    if isinstance(fact, ClaimItemDisallowed):
        gone = [] if fact.remaining_fen else [fact.item_no]
        yield told(read, one, "SETTLED", amount_fen=fact.amount_fen, items=gone)
    elif fact.stage == "PAID":
        yield told(read, one, "SETTLED", amount_fen=fact.amount_fen, items=list(fact.items))


def _objection(rule_id: str, fact: Any) -> Duty:  # noqa: ANN401 - four facts that bear the same
    return Duty(rule_id, "publicity", fact.publicity_id, fact.county_code, fact.objection_no)


def _objected(read: Read, fact: ObjectionLodged) -> Iterator[Row]:
    one, name = _objection("SUP-24", fact), "sla_step_days.objection"
    yield from opened(read, one, "AUTHORITY", org=fact.county_code, parameter=name)


def _looked_into(read: Read, fact: ObjectionAccepted) -> Iterator[Row]:
    yield told(read, _objection("SUP-24", fact), "KEPT")
    yield from opened(
        read,
        _objection("CLM-11", fact),
        "AUTHORITY",
        org=fact.county_code,
        parameter="objection_decide_days",
        told_on=fact.due_on,
    )


def _decided(read: Read, fact: ObjectionDismissed | ObjectionDecided) -> Iterator[Row]:
    rule_id = "SUP-24" if isinstance(fact, ObjectionDismissed) else "CLM-11"
    yield told(read, _objection(rule_id, fact), "KEPT")


_TOLD: Mapping[type[Fact], Callable[[Read, Any], Iterable[Row]]] = {
    **duty_plans.TOLD,
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
_BY_NAME = {cls.TYPE: tell for cls, tell in _TOLD.items()}


def rows(read: Read) -> Iterable[Row]:
    """Return a row for everything that the entry does to a duty."""
    tell = _BY_NAME.get(read.fact.TYPE)
    return () if tell is None else tell(read, read.fact)


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
