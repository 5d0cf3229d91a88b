"""What may be asked of a claim that came in: accept, return or refuse it (17号 五: 内网受理)."""

from collections.abc import Callable, Iterator
from datetime import date
from functools import lru_cache, wraps
from typing import Literal

from aggregates.decisions import (
    Command,
    New,
    Unmet,
    World,
    command,
    flag,
    hard,
    lifecycle,
    unmet,
)
from aggregates.entitlement.facts import EntitlementReserved
from aggregates.entitlement.placing import of_person
from aggregates.facts import Digest, Instant
from aggregates.ids import ClaimId
from aggregates.law.clauses import CLAUSES
from aggregates.law.deadlines import CalendarStatus
from aggregates.law.regimes import binds
from aggregates.subsidy_claim.case import Case, Head, asked_of, case_of, earliest
from aggregates.subsidy_claim.facts import ClaimAccepted, ClaimRefused, ClaimReturned
from aggregates.subsidy_claim.items import heads_of, total_of
from aggregates.subsidy_claim.reach import (
    claim_is_known,
    freed,
    known_to_class,
    of_claim,
    taking,
    whose,
)
from aggregates.subsidy_claim.state import SUBSIDY_CLAIM
from aggregates.subsidy_claim.submitting import Form, ResubmitClaim, SubmitClaim, case_of_form
from aggregates.training_class.facts import Clock, Ground
from aggregates.training_class.reach import STATUS_ZH, reasons_are_given

ACCEPTING = ("COUNTY_CLERK", "COUNTY_HR", "CITY_CENTRE")
OPEN = ("SUBMITTED", "ACCEPTED", "INITIAL_REVIEWED", "SECOND_REVIEWED", "REPORTED")
"""The steps at which a claim may still be returned or refused."""

ClaimRule = Callable[[Case, World], Iterator[Unmet]]


@lru_cache(maxsize=2)
def case_of_claim(claim_id: ClaimId, world: World) -> Case:
    """Gather what the rules look at, for the live items of a submitted claim.

    Every rule of a decision asks for it; within one world the answer is the same.
    """
    return case_of(asked_of(claim_id, world), world)


@command(
    "accept-claim",
    zh="受理补贴申报",
    en="Accept a subsidy claim",
    kind=SUBSIDY_CLAIM,
    roles=ACCEPTING,
)
class AcceptClaim(Command):
    """The county's service body accepts a claim; its items take their places in the limits."""

    claim_id: ClaimId
    package_sha256: Digest

    def facts(self, world: World) -> Iterator[New]:
        """Record the acceptance, and reserve what is not reserved yet."""
        one = world.state(SUBSIDY_CLAIM, self.claim_id)
        of = whose(self.claim_id, world)
        case = case_of_claim(self.claim_id, world)
        live = one.live()
        fact = ClaimAccepted(
            claim_id=self.claim_id,
            mode=one.mode,
            class_id=of.class_id,
            institution_id=of.institution_id,
            county_code=of.county,
            occupation=one.occupation or "-",
            level=one.level or "-",
            heads=heads_of(live),
            amount_fen=total_of(live),
            accepted_by=world.caller.person,
            accepted_at=world.now,
            package_sha256=self.package_sha256,
            submitted_on=one.submitted_on or world.today,
            clock=_clock(case, world),
            policy_version=world.law.version,
        )
        yield of_claim(self.claim_id, fact, world)
        if one.class_id is not None:
            yield from known_to_class(self.claim_id, one.class_id, one.mode, world)
        yield from taking(self.claim_id, total_of(live), world, begins=True)
        for head in case.heads:
            if not one.items[head.number].reserved:
                yield of_person(_place(self.claim_id, head, case, world), one.regime)


def _clock(case: Case, world: World) -> Clock | None:
    found = earliest(case, world)
    if found is None or found.last is None:
        return None
    return Clock(
        due_on=found.last,
        calendar_version=found.calendar_version,
        status="FINAL" if found.status is CalendarStatus.FINAL else "PROVISIONAL",
    )


def _place(claim_id: ClaimId, head: Head, case: Case, world: World) -> EntitlementReserved:
    of = whose(claim_id, world)
    filing, roster = case.training.filing, head.roster
    return EntitlementReserved(
        person_id=head.row.person_id,
        claim_id=claim_id,
        item_no=head.number,
        class_id=of.class_id,
        institution_id=of.institution_id,
        enrolment_id=head.row.enrolment_id,
        county_code=of.county,
        kind=head.row.kind,
        occupation=case.asked.occupation or "-",
        level=case.asked.level or "-",
        training_type=None if filing is None else filing.training_type,
        certified_on=head.certificate.issued_on,
        year=case.counts_on(head).year,
        amount_fen=head.amount_fen,
        scheme=case.scheme,
        employer=None if roster is None else roster.employer,
        basis=world.law.parameter("annual_cap_year_basis", world.today),
        window=world.law.parameter("repeat_window", world.today),
    )


@command(
    "return-claim",
    zh="退回补贴申报补正",
    en="Return a subsidy claim for correction",
    kind=SUBSIDY_CLAIM,
    roles=(*ACCEPTING, "COUNTY_REVIEWER"),
)
class ReturnClaim(Command):
    """A claim is given back with the rules that it does not keep yet."""

    claim_id: ClaimId
    reasons: tuple[Ground, ...]
    fix_by: date | None = None

    def facts(self, world: World) -> Iterator[New]:
        """Record the return; places stay reserved, for the claim is still pending."""
        one = world.state(SUBSIDY_CLAIM, self.claim_id)
        of = whose(self.claim_id, world)
        fact = ClaimReturned(
            claim_id=self.claim_id,
            class_id=of.class_id,
            institution_id=of.institution_id,
            county_code=of.county,
            reasons=self.reasons,
            stage=one.status or "-",
            fix_by=self.fix_by,
            returned_by=world.caller.person,
        )
        yield of_claim(self.claim_id, fact, world)


@command(
    "refuse-claim",
    zh="不予补贴",
    en="Refuse a subsidy claim",
    kind=SUBSIDY_CLAIM,
    roles=("COUNTY_CLERK", "COUNTY_REVIEWER", "COUNTY_HR", "CITY_CENTRE"),
)
class RefuseClaim(Command):
    """A person refuses a claim, with reasons, and has the notice served."""

    claim_id: ClaimId
    reasons: tuple[Ground, ...]
    notice_doc: Digest
    served_at: Instant
    remedy: Literal["RECONSIDERATION", "LITIGATION", "BOTH"] = "BOTH"

    def facts(self, world: World) -> Iterator[New]:
        """Record the refusal; places are free again (C-08)."""
        one = world.state(SUBSIDY_CLAIM, self.claim_id)
        of = whose(self.claim_id, world)
        live = one.live()
        fact = ClaimRefused(
            claim_id=self.claim_id,
            class_id=of.class_id,
            institution_id=of.institution_id,
            county_code=of.county,
            reasons=self.reasons,
            stage=one.status or "-",
            heads=heads_of(live),
            amount_fen=total_of(live),
            decided_by=world.caller.person,
            notice_doc=self.notice_doc,
            served_at=self.served_at,
            remedy=self.remedy,
        )
        yield of_claim(self.claim_id, fact, world)
        yield from freed(self.claim_id, live, "REFUSED", world)
        yield from taking(self.claim_id, 0, world)


def asked_of_claims(rule_id: str) -> Callable[[ClaimRule], ClaimRule]:
    """Let claims bear a rule: a finding when they are handed in, a refusal at the acceptance.

    The rules of a document ask nothing of classes under a regime that it does not bind (A6).
    """

    def bear(rule: ClaimRule) -> ClaimRule:
        def ask(case: Case, world: World) -> Iterator[Unmet]:
            if binds(CLAUSES[rule_id].document, case.training.regime, case.training.starts_on):
                yield from rule(case, world)

        @wraps(rule)
        def find(c: Form, world: World) -> Iterator[Unmet]:
            yield from ask(case_of_form(c, world), world)

        @wraps(rule)
        def refuse(c: AcceptClaim, world: World) -> Iterator[Unmet]:
            yield from ask(case_of_claim(c.claim_id, world), world)

        flag(rule_id, SubmitClaim, ResubmitClaim)(find)
        hard(rule_id, AcceptClaim)(refuse)
        return rule

    return bear


@lifecycle(AcceptClaim)
def claim_waits_and_class_was_taught(c: AcceptClaim, world: World) -> Iterator[Unmet]:
    """A claim that came in is accepted once the teaching of its class was completed."""
    yield from claim_is_known(c.claim_id, world, "SUBMITTED")
    if not world.exists(SUBSIDY_CLAIM, c.claim_id):
        return
    training = case_of_claim(c.claim_id, world).training
    if not training.taught:
        yield unmet(
            ("教学已结束的班期", "a class whose teaching is completed"),
            (STATUS_ZH[training.status], training.status or "missing"),
        )


@lifecycle(ReturnClaim, RefuseClaim)
def claim_is_open(c: ReturnClaim | RefuseClaim, world: World) -> Iterator[Unmet]:
    """Before the meeting a claim may be given back or refused, with reasons."""
    yield from claim_is_known(c.claim_id, world, *OPEN)
    yield from reasons_are_given(c.reasons)
