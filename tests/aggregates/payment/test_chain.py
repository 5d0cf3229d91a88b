"""Every yuan that was paid has its whole chain behind it (invariants 1 and 2)."""

from collections.abc import Iterable
from functools import cache
from typing import TypeVar

import pytest

from aggregates.archive.facts import ArchiveChecked
from aggregates.certificate.facts import CertificateIssued
from aggregates.decisions import Command, Granted, Recorded
from aggregates.entitlement.facts import EntitlementReserved, EntitlementUsed
from aggregates.facts import Fact
from aggregates.fund_account.facts import FundAmountReserved, FundReservationReleased
from aggregates.law.deadlines import local_date, publicity_deadline
from aggregates.payment.facts import (
    DisbursementOrdered,
    DisbursementPaid,
    FundingApplicationDecided,
    FundingApplicationSubmitted,
)
from aggregates.publicity.commands import ClosePublicity
from aggregates.publicity.facts import PublicityClosed, PublicityStarted
from aggregates.subsidy_claim.facts import (
    AuditReportIssued,
    ClaimAccepted,
    ClaimInitialReviewed,
    ClaimSecondReviewed,
    ClaimStageReached,
    ClaimSubmitted,
    FundSourceAssigned,
    MeetingResolved,
)
from aggregates.training_class.facts import ClassFilingApproved, ClassStarted, TeachingCompleted
from tests.aggregates.claim_commands import (
    accept_claim,
    apply_for,
    assign_fund,
    confirm,
    decide,
    initial_review,
    order,
    publish,
    report,
    resolve,
    second_review,
)
from tests.aggregates.claim_stories import Story, a_paid_claim, a_submitted_claim
from tests.aggregates.claims import (
    ACCEPTED,
    APPLIED,
    APPROVED,
    BATCH,
    CLAIM_LAW,
    CLOSED,
    FINANCE,
    FUNDED,
    INITIAL,
    MET,
    ORDERED,
    PAID,
    PUBLISHED,
    REPORTED,
    REVIEWED,
    REVIEWED_AGAIN,
    SECOND,
    TRAINING_FEN,
)
from tests.aggregates.harness import Happened, given, moment, official

CHAIN: tuple[type[Fact], ...] = (
    ClassFilingApproved,
    ClassStarted,
    TeachingCompleted,
    CertificateIssued,
    ClaimSubmitted,
    ClaimAccepted,
    FundSourceAssigned,
    ClaimInitialReviewed,
    ClaimSecondReviewed,
    AuditReportIssued,
    MeetingResolved,
    PublicityStarted,
    PublicityClosed,
    FundingApplicationSubmitted,
    FundingApplicationDecided,
    DisbursementOrdered,
    DisbursementPaid,
)
STEPS: tuple[tuple[str, Command], ...] = (
    (ACCEPTED, accept_claim()),
    (FUNDED, assign_fund()),
    (REVIEWED, initial_review()),
    (REVIEWED_AGAIN, second_review()),
    (REPORTED, report()),
    (MET, resolve()),
    (PUBLISHED, publish()),
    (CLOSED, ClosePublicity(publicity_id=BATCH)),
    (APPLIED, apply_for()),
    (APPROVED, decide()),
    (ORDERED, order()),
    (PAID, confirm()),
)


@cache
def recorded() -> Story:
    return a_paid_claim()


F = TypeVar("F", bound=Fact)


def of_kind(story: Iterable[Happened], kind: type[Fact]) -> list[Happened]:
    return [one for one in story if isinstance(one.fact, kind)]


def facts(kind: type[F]) -> list[F]:
    """Return the facts of a kind in the story of the claim that was paid."""
    return [one.fact for one in recorded() if isinstance(one.fact, kind)]


def test_every_link_of_the_chain_is_there_in_its_order() -> None:
    times = [[one.recorded.time for one in of_kind(recorded(), kind)] for kind in CHAIN]
    assert all(times)
    firsts = [min(held) for held in times]
    assert firsts == sorted(firsts)


def test_two_people_reviewed_and_another_one_paid() -> None:
    people = [
        of_kind(recorded(), kind)[0].recorded.actor
        for kind in (ClaimInitialReviewed, ClaimSecondReviewed, DisbursementOrdered)
    ]
    assert people == [INITIAL, SECOND, FINANCE]
    assert len(set(people)) == 3


@pytest.mark.rule("CLM-10")
def test_the_publicity_lasted_five_working_days() -> None:
    (started,) = of_kind(recorded(), PublicityStarted)
    (closed,) = of_kind(recorded(), PublicityClosed)
    due = publicity_deadline(local_date(started.recorded.time), CLAIM_LAW)
    assert due.closes_at is not None
    assert closed.recorded.time >= due.closes_at


def test_every_item_paid_was_certified_reserved_and_used_once() -> None:
    (paid,) = facts(DisbursementPaid)
    items = [(line.claim_id, no) for line in paid.lines for no in line.items]
    assert [(one.claim_id, one.item_no) for one in facts(EntitlementReserved)] == items
    assert [(one.claim_id, one.item_no) for one in facts(EntitlementUsed)] == items
    (claimed,) = facts(ClaimSubmitted)
    issued = {one.cert_no for one in facts(CertificateIssued)}
    assert {row.cert_no for row in claimed.items} <= issued


@pytest.mark.rule("CLM-11")
def test_money_applied_for_approved_ordered_paid_and_used_is_the_same() -> None:
    story = recorded()
    sums = {
        kind: sum(getattr(one.fact, "amount_fen", 0) for one in of_kind(story, kind))
        for kind in (
            MeetingResolved,
            PublicityClosed,
            FundingApplicationSubmitted,
            FundingApplicationDecided,
            FundAmountReserved,
            DisbursementOrdered,
            DisbursementPaid,
            EntitlementUsed,
        )
    }
    assert set(sums.values()) == {3 * TRAINING_FEN}
    assert of_kind(story, FundReservationReleased) == []
    assert {one.amount_fen for one in facts(ClaimStageReached)} == {3 * TRAINING_FEN}


@pytest.mark.rule("ARC-02")
def test_the_archive_was_checked_before_the_report() -> None:
    checked = of_kind(recorded(), ArchiveChecked)[0].recorded.time
    assert checked < of_kind(recorded(), AuditReportIssued)[0].recorded.time


def played(*, left_out: int | None = None) -> Story:
    """Return what was recorded when every step was asked but one."""
    story = a_submitted_claim()
    for number, (now, command) in enumerate(STEPS):
        if number != left_out:
            scene = given(*story, law=CLAIM_LAW)
            by = official(40 + number)
            made = scene.when(command, now=now, by=by, role="FINANCE").answer
            news = made.facts if isinstance(made, Granted) else ()
            record = Recorded(moment(now), by)
            story = (*story, *(Happened(new.kind, new.id, new.fact, record) for new in news))
    return story


def test_with_every_step_the_claim_is_paid() -> None:
    assert len(of_kind(played(), DisbursementPaid)) == 1


@pytest.mark.rule("CLM-08")
@pytest.mark.parametrize("left_out", range(len(STEPS)))
def test_whatever_step_is_left_out_nothing_is_paid(left_out: int) -> None:
    assert of_kind(played(left_out=left_out), DisbursementPaid) == []
