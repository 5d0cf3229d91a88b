"""Stories of one claim, step by step: submitted, accepted, reviewed, published, paid.

They go on from a class that was taught. As there, every step is what the commands grant.
"""

from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from typing import Any

from aggregates.archive.commands import CheckArchive, FileArchiveDocument
from aggregates.facts import Fact
from aggregates.ids import ClaimId
from aggregates.law.in_force import Law
from aggregates.publicity.commands import ClosePublicity
from aggregates.subsidy_claim.commands import (
    SubmitClaim,
)
from aggregates.subsidy_claim.state import SUBSIDY_CLAIM, Claim
from aggregates.training_class.facts import ClassFilingSubmitted
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
    submit_claim,
)
from tests.aggregates.claims import (
    ACCEPTED,
    APPLIED,
    APPROVED,
    BATCH,
    BUREAU,
    CLAIM,
    CLAIM_LAW,
    CLERK,
    CLOSED,
    FINANCE,
    FUNDED,
    HEADS,
    INITIAL,
    MET,
    ORDERED,
    PAID,
    PUBLISHED,
    REPORTED,
    REPORTER,
    REVIEWED,
    REVIEWED_AGAIN,
    SECOND,
    SKILL_DOCS,
    SUBMITTED,
    agreed,
    budget,
    certified,
)
from tests.aggregates.harness import (
    Happened,
    Outcome,
    given,
)
from tests.aggregates.institution.samples import DOC
from tests.aggregates.stories import a_taught_class, told
from tests.aggregates.training_class.samples import (
    CLASS,
)

Story = tuple[Happened, ...]


@cache
def a_claimable_class(heads: int = HEADS) -> Story:
    """Tell of a class that was taught, with agreements, certificates and a checked archive."""
    story = (
        *a_taught_class(heads),
        *(agreed(number) for number in range(heads)),
        *(certified(number) for number in range(heads)),
        budget(),
    )
    for kind in SKILL_DOCS:
        document = FileArchiveDocument(
            class_id=CLASS,
            kind=kind,
            sha256=DOC,
            medium="BOTH",
            paper_location="A-1-3",
            pages=10,
        )
        story = told(story, document, "2024-03-21", under=CLAIM_LAW)
    check = CheckArchive(class_id=CLASS, part="TRAINING")
    return told(story, check, "2024-03-22", under=CLAIM_LAW, by=CLERK, role="COUNTY_CLERK")


@cache
def a_submitted_claim() -> Story:
    """Tell of a claim that came in from outside."""
    return told(
        a_claimable_class(),
        submit_claim(),
        SUBMITTED,
        under=CLAIM_LAW,
        channel="outer",
        role="INST_CLERK",
    )


@cache
def an_accepted_claim() -> Story:
    """Tell of a claim that was accepted."""
    return told(a_submitted_claim(), accept_claim(), ACCEPTED, under=CLAIM_LAW, by=CLERK)


@cache
def a_funded_claim() -> Story:
    """Tell of a claim whose items have their fund."""
    return told(an_accepted_claim(), assign_fund(), FUNDED, under=CLAIM_LAW, by=CLERK)


@cache
def a_reviewed_claim() -> Story:
    """Tell of a claim that was reviewed once."""
    return told(a_funded_claim(), initial_review(), REVIEWED, under=CLAIM_LAW, by=INITIAL)


@cache
def a_twice_reviewed_claim() -> Story:
    """Tell of a claim that was reviewed twice."""
    return told(a_reviewed_claim(), second_review(), REVIEWED_AGAIN, under=CLAIM_LAW, by=SECOND)


@cache
def a_reported_claim() -> Story:
    """Tell of a claim of which the report was issued."""
    return told(a_twice_reviewed_claim(), report(), REPORTED, under=CLAIM_LAW, by=REPORTER)


@cache
def a_resolved_claim() -> Story:
    """Tell of a claim that the meeting approved."""
    return told(a_reported_claim(), resolve(), MET, under=CLAIM_LAW, by=BUREAU)


@cache
def a_published_claim() -> Story:
    """Tell of a claim that is public."""
    return told(a_resolved_claim(), publish(), PUBLISHED, under=CLAIM_LAW, by=BUREAU)


@cache
def a_cleared_claim() -> Story:
    """Tell of a claim that nobody objected to."""
    close = ClosePublicity(publicity_id=BATCH)
    return told(a_published_claim(), close, CLOSED, under=CLAIM_LAW, by=BUREAU)


@cache
def an_applied_claim() -> Story:
    """Tell of a claim whose money was applied for."""
    return told(a_cleared_claim(), apply_for(), APPLIED, under=CLAIM_LAW, by=BUREAU)


@cache
def an_approved_claim() -> Story:
    """Tell of a claim whose money was approved."""
    return told(an_applied_claim(), decide(), APPROVED, under=CLAIM_LAW, by=FINANCE, role="FINANCE")


@cache
def an_ordered_claim() -> Story:
    """Tell of a claim whose payment was ordered."""
    return told(an_approved_claim(), order(), ORDERED, under=CLAIM_LAW, by=FINANCE, role="FINANCE")


@cache
def a_paid_claim() -> Story:
    """Tell of a claim that was paid."""
    return told(an_ordered_claim(), confirm(), PAID, under=CLAIM_LAW, by=FINANCE, role="FINANCE")


def altered(
    story: Iterable[Happened],
    cls: type[Fact],
    /,
    **changes: Any,  # noqa: ANN401 - fields of the fact
) -> Story:
    """Return a story in which all facts of a kind say something else."""
    return tuple(
        replace(one, fact=replace(one.fact, **changes)) if isinstance(one.fact, cls) else one
        for one in story
    )


def filed_with(story: Iterable[Happened], **changes: Any) -> Story:  # noqa: ANN401 - fields
    """Return a story in which the class was filed with other fields of its filing."""
    return tuple(
        replace(one, fact=replace(one.fact, filing=replace(one.fact.filing, **changes)))
        if isinstance(one.fact, ClassFilingSubmitted)
        else one
        for one in story
    )


def handed_in(
    story: Iterable[Happened],
    command: SubmitClaim | None = None,
    *,
    now: str = SUBMITTED,
    under: Law = CLAIM_LAW,
) -> Story:
    """Return a story with a claim that came in from outside."""
    asked = command or submit_claim()
    return told(tuple(story), asked, now, under=under, channel="outer", role="INST_CLERK")


def accepting(
    story: Iterable[Happened],
    command: SubmitClaim | None = None,
    *,
    now: str = SUBMITTED,
    under: Law = CLAIM_LAW,
) -> Outcome:
    """Ask to accept a claim the day it was handed in."""
    held = handed_in(story, command, now=now, under=under)
    asked = given(*held, law=under)
    return asked.when(accept_claim(), now=now, by=CLERK, role="COUNTY_CLERK")


def submitting(
    story: Iterable[Happened],
    command: SubmitClaim | None = None,
    *,
    now: str = SUBMITTED,
    under: Law = CLAIM_LAW,
) -> Outcome:
    """Ask to hand in a claim from outside."""
    asked = given(*story, law=under)
    return asked.when(command or submit_claim(), now=now, channel="outer", role="INST_CLERK")


def claim_in(story: Iterable[Happened], claim_id: ClaimId = CLAIM) -> Claim:
    """Return a claim as a story leaves it."""
    state: Claim = given(*story).loaded()[SUBSIDY_CLAIM.name(claim_id)].state
    return state
