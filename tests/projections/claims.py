"""The claim of a class, from the form to the meeting that resolves on it, fact by fact."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from aggregates.entitlement.facts import EntitlementReleased, EntitlementReserved
from aggregates.publicity.facts import (
    BatchClaim,
)
from aggregates.subsidy_claim.facts import (
    AuditReportIssued,
    ClaimAccepted,
    ClaimInitialReviewed,
    ClaimItemDisallowed,
    ClaimRefused,
    ClaimResubmitted,
    ClaimReturned,
    ClaimSecondReviewed,
    ClaimSubmitted,
    FundSourceAssigned,
    MeetingResolved,
)
from aggregates.subsidy_claim.parts import (
    Attendance,
    ClaimItem,
    FundBalance,
    FundShare,
    PayeeAccount,
)
from aggregates.training_class.facts import ClaimFiled, Ground
from tests.projections.entries import OFFICIAL, digest, matchable, personal, some_id
from tests.projections.filings import COUNTY, DAY, STANDARD_FEN
from tests.projections.stories import Story


@dataclass
class Claimed:
    """The claim of a class by its institution, for everybody in it.

    Attributes:
        story: The class.
        number: Tells this claim from others of the class.
    """

    story: Story
    number: int = 1

    def __post_init__(self) -> None:
        """Name the claim, the batch and the application."""
        number = (self.story.number, self.number)
        self.claim_id = some_id("claim", *number)
        self.publicity_id = some_id("publicity", *number)
        self.payment_id = some_id("payment", *number)
        self.heads = self.story.heads
        self.amount = STANDARD_FEN * self.heads
        self.items = tuple(range(1, self.heads + 1))
        self.about = {**self.story.about, "claim_id": self.claim_id}
        self.sums: dict[str, Any] = {"heads": self.heads, "amount_fen": self.amount}
        self.begun: datetime = self.story.last + 5 * DAY
        batch = {key: one for key, one in self.about.items() if key != "county_code"}
        self.batch = (BatchClaim(**batch, **self.sums),)

    def write(self, fact: Any, on: datetime | None = None) -> int:  # noqa: ANN401 - a word of a list
        """Record a fact of the claim."""
        return self.story.write(self.claim_id, fact, on)

    def submit(self) -> int:
        """Hand the claim in."""
        story = self.story
        items = tuple(
            ClaimItem(
                item_no=n,
                person_id=person,
                enrolment_id=enrolment,
                cert_no=story.cert_no(person),
                kind="TRAINING",
                amount_fen=STANDARD_FEN,
            )
            for n, (person, enrolment) in enumerate(
                zip(story.people, story.enrolments, strict=True), start=1
            )
        )
        fact = ClaimSubmitted(
            **self.about,
            **self.sums,
            mode="AGENCY",
            applicant_institution_id=story.institution,
            training_type="EMPLOYMENT_SKILL",
            occupation="4-10-01-05",
            level="5",
            items=items,
            payee=PayeeAccount(
                type="BASIC",
                account=matchable("account", story.institution),
                holder=personal("holder", story.institution),
            ),
            package_sha256=digest("package", self.claim_id),
            submitted_at=self.begun,
        )
        submitted = self.write(fact, self.begun)
        story.write(self.about["class_id"], ClaimFiled(**self.about, mode="AGENCY"))
        return submitted

    def resubmit(self, heads: int = 1) -> int:
        """Hand the claim in again, for the first ``heads`` only."""
        items = tuple(
            ClaimItem(
                item_no=n,
                person_id=self.story.people[n - 1],
                enrolment_id=self.story.enrolments[n - 1],
                cert_no=self.story.cert_no(self.story.people[n - 1]),
                kind="TRAINING",
                amount_fen=STANDARD_FEN,
            )
            for n in range(1, heads + 1)
        )
        fact = ClaimResubmitted(
            **self.about,
            mode="AGENCY",
            occupation="4-10-01-05",
            level="5",
            items=items,
            heads=heads,
            amount_fen=STANDARD_FEN * heads,
            payee=PayeeAccount(
                type="BASIC",
                account=matchable("account", self.story.institution),
                holder=personal("holder", self.story.institution),
            ),
            package_sha256=digest("package", self.claim_id, heads),
            changed=("ITEMS",),
            first_submitted_on=self.begun.date(),
            submitted_at=self.begun,
        )
        return self.write(fact)

    def accept(self, *, certified_on: date | None = None) -> int:
        """Accept it, and reserve everybody's entitlement."""
        day = certified_on or (self.story.last + 2 * DAY).date()
        fact = ClaimAccepted(
            **self.about,
            **self.sums,
            mode="AGENCY",
            occupation="4-10-01-05",
            level="5",
            accepted_by=some_id("clerk"),
            accepted_at=self.begun + DAY,
            package_sha256=digest("package", self.claim_id),
            submitted_on=self.begun.date(),
            policy_version="1",
        )
        position = self.write(fact, self.begun + DAY)
        for n, person in enumerate(self.story.people, start=1):
            reserved = EntitlementReserved(
                **self.about,
                person_id=person,
                item_no=n,
                enrolment_id=self.story.enrolments[n - 1],
                kind="TRAINING",
                occupation="4-10-01-05",
                level="5",
                training_type="EMPLOYMENT_SKILL",
                certified_on=day,
                year=day.year,
                amount_fen=STANDARD_FEN,
                basis="CALENDAR",
                window="ROLLING_12M",
            )
            self.story.write(person, reserved)
        return position

    def send_back(self) -> int:
        """Return the claim to be corrected."""
        fact = ClaimReturned(
            **self.about,
            reasons=(Ground(rule_id="CLM-02"),),
            stage="ACCEPTED",
            returned_by=some_id("clerk"),
        )
        return self.write(fact)

    def refuse(self) -> int:
        """Refuse the claim, and release everybody's entitlement."""
        fact = ClaimRefused(
            **self.about,
            **self.sums,
            reasons=(Ground(rule_id="ELG-08"),),
            stage="ACCEPTED",
            decided_by=some_id("clerk"),
            notice_doc=digest("notice", self.claim_id),
            served_at=self.begun,
            remedy="BOTH",
        )
        position = self.write(fact)
        for n in self.items:
            self.release(n)
        return position

    def release(self, number: int) -> int:
        """Release the entitlement of an item."""
        person = self.story.people[number - 1]
        released = EntitlementReleased(
            person_id=person,
            claim_id=self.claim_id,
            item_no=number,
            class_id=self.story.one,
            county_code=COUNTY,
            kind="TRAINING",
            reason="REFUSED",
        )
        return self.story.write(person, released)

    def disallow(self, number: int = 1) -> int:
        """Take an item off the claim."""
        fact = ClaimItemDisallowed(
            **self.about,
            item_no=number,
            person_id=self.story.people[number - 1],
            enrolment_id=self.story.enrolments[number - 1],
            kind="TRAINING",
            rule_id="ELG-25",
            amount_fen=STANDARD_FEN,
            remaining_fen=0,
            stage="INITIAL_REVIEWED",
            decided_by=some_id("clerk"),
        )
        return self.write(fact)

    def assign(self) -> int:
        """Say which fund pays."""
        fact = FundSourceAssigned(
            **self.about,
            funds=(FundShare(fund="EMPLOYMENT", items=self.items, **self.sums),),
            balances=(FundBalance(fund="EMPLOYMENT", available_fen=1),),
            assigned_by=some_id("clerk"),
        )
        return self.write(fact)

    def review(self, first: Any = None, second: Any = None) -> None:  # noqa: ANN401 - a word of a list
        """Review it twice, by two people unless told otherwise."""
        reviewer = first or some_id("clerk")
        self.write(
            ClaimInitialReviewed(**self.about, **self.sums, reviewer=reviewer, result="PASS"),
            self.begun + 2 * DAY,
        )
        fact = ClaimSecondReviewed(
            **self.about,
            **self.sums,
            reviewer=second or some_id("reviewer"),
            initial_reviewer=reviewer,
            result="PASS",
        )
        self.write(fact, self.begun + 3 * DAY)

    def report(self) -> int:
        """Issue the report."""
        fact = AuditReportIssued(
            **self.about,
            **self.sums,
            report_no=f"SH-{self.story.number}",
            doc_sha256=digest("report", self.claim_id),
            issued_by=some_id("reviewer"),
        )
        return self.write(fact, self.begun + 4 * DAY)

    def resolve(self, decision: Any = "APPROVE") -> int:  # noqa: ANN401 - a word of a list
        """Have the meeting resolve on it."""
        fact = MeetingResolved(
            **self.about,
            meeting="PARTY_GROUP",
            held_on=(self.begun + 5 * DAY).date(),
            minutes_no=f"JY-{self.story.number}",
            attendance=Attendance(attendees=(OFFICIAL,)),
            decision=decision,
            doc_sha256=digest("minutes", self.claim_id),
            heads=self.heads,
            amount_fen=self.amount if decision == "APPROVE" else 0,
        )
        return self.write(fact, self.begun + 5 * DAY)
