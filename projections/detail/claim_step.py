"""What officials did with a claim, step by step: who, with which result, for how much."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from aggregates.ids import OfficialId
from aggregates.subsidy_claim.facts import (
    AuditReportIssued,
    ClaimAccepted,
    ClaimInitialReviewed,
    ClaimRefused,
    ClaimReturned,
    ClaimSecondReviewed,
    MeetingResolved,
)
from projections.part import Part, Read, Row


def _told(  # noqa: PLR0911 - one answer for each fact
    read: Read,
) -> tuple[date, str, str, OfficialId | None, str | None] | None:
    """Return the day of a step, its name, its result, by whom, and the number of its paper."""
    on = read.recorded_on
    match read.fact:
        case ClaimAccepted() as fact:
            return on, "ACCEPTED", "PASS", fact.accepted_by, None
        case ClaimReturned() as fact:
            return on, "RETURNED", "PASS", fact.returned_by, None
        case ClaimRefused() as fact:
            return on, "REFUSED", "PASS", fact.decided_by, None
        case ClaimInitialReviewed() as fact:
            return on, "INITIAL_REVIEWED", fact.result, fact.reviewer, None
        case ClaimSecondReviewed() as fact:
            return on, "SECOND_REVIEWED", fact.result, fact.reviewer, None
        case AuditReportIssued() as fact:
            return on, "REPORTED", "PASS", fact.issued_by, fact.report_no
        case MeetingResolved() as fact:
            return fact.held_on, "RESOLVED", fact.decision, None, fact.minutes_no
        case _:
            return None


def rows(read: Read) -> Iterator[Row]:
    """Yield one row for a step."""
    told = _told(read)
    if told is None:
        return
    on, *step = told
    fact: Any = read.fact  # each of them bears these; only a return has no amount
    heads, amount = getattr(fact, "heads", 0), getattr(fact, "amount_fen", 0)
    yield on, fact.claim_id, fact.class_id, *step, heads, amount, read.channel


CLAIM_STEP = Part(
    name="claim_step",
    columns={
        "claim_id": "uuid not null",
        "class_id": "uuid not null",
        "step": "text not null",
        "result": "text not null",
        "official": "uuid",
        "ref": "text",
        "heads": "integer not null",
        "amount_fen": "bigint not null",
        "channel": "text not null",
    },
    facts=(
        ClaimAccepted,
        ClaimReturned,
        ClaimRefused,
        ClaimInitialReviewed,
        ClaimSecondReviewed,
        AuditReportIssued,
        MeetingResolved,
    ),
    rows=rows,
    indexes=("class_id", "claim_id"),
)
