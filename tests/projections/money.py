"""From the claim of a class to its payment, and its archive, fact by fact."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from aggregates.archive.facts import (
    ArchiveChecked,
    ArchiveDocumentFiled,
    ArchiveSealed,
    ChecklistRow,
)
from aggregates.entitlement.facts import EntitlementReserved, EntitlementUsed
from aggregates.fund_account.facts import FundAmountReserved, FundBudgetAllocated
from aggregates.fund_account.state import account_of
from aggregates.law.deadlines import end_of_day
from aggregates.payment.facts import (
    DisbursementOrdered,
    DisbursementPaid,
    FundingApplicationDecided,
    FundingApplicationSubmitted,
    OrderLine,
)
from aggregates.publicity.facts import (
    BatchClaim,
    ObjectionLodged,
    Objector,
    PublicityClosed,
    PublicityStarted,
    Target,
)
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
from aggregates.subsidy_claim.parts import (
    Attendance,
    ClaimItem,
    FundBalance,
    FundShare,
    PayeeAccount,
)
from aggregates.training_class.facts import ClassClosed, ClassTotals
from tests.projections.entries import OFFICIAL, Log, at, digest, matchable, personal, some_id
from tests.projections.stories import COUNTY, DAY, STANDARD_FEN, Story

YEAR = 2024
ACCOUNT = account_of(COUNTY, "EMPLOYMENT", YEAR)
FUND: dict[str, Any] = {"county_code": COUNTY, "fund": "EMPLOYMENT", "year": YEAR}
WEEK = 7 * DAY


def allocate(log: Log, amount_fen: int = 1_000_000_000) -> None:
    """Allocate a budget."""
    fact = FundBudgetAllocated(
        **FUND,
        fund_account_id=ACCOUNT,
        amount_fen=amount_fen,
        doc_sha256=digest("budget"),
        allocated_fen=amount_fen,
    )
    log.write(ACCOUNT, fact)


@dataclass
class Money:
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

    def write(self, fact: Any, on: datetime | None = None) -> int:  # noqa: ANN401
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
        return self.write(fact, self.begun)

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

    def assign(self) -> int:
        """Say which fund pays."""
        fact = FundSourceAssigned(
            **self.about,
            funds=(FundShare(fund="EMPLOYMENT", items=self.items, **self.sums),),
            balances=(FundBalance(fund="EMPLOYMENT", available_fen=1),),
            assigned_by=some_id("clerk"),
        )
        return self.write(fact)

    def review(self, first: Any = None, second: Any = None) -> None:  # noqa: ANN401
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

    def resolve(self, decision: Any = "APPROVE") -> int:  # noqa: ANN401
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

    def stage(self, name: Any, on: datetime | None = None, **told: Any) -> int:  # noqa: ANN401
        """Say which stage all items reached."""
        fact = ClaimStageReached(
            **self.about,
            stage=name,
            items=self.items,
            **self.sums,
            publicity_id=self.publicity_id,
            **told,
        )
        return self.write(fact, on)

    def publish(self, days: int = 7) -> int:
        """Publish it; by default a week with five working days."""
        published = self.begun + WEEK
        fact = PublicityStarted(
            publicity_id=self.publicity_id,
            county_code=COUNTY,
            claims=self.batch,
            **self.sums,
            persons_shown=False,
            list_sha256=digest("list", self.claim_id),
            url="https://hrss.example.gov.cn/a",
            published_at=published,
            closes_at=end_of_day((published + days * DAY).date()),
            last_day=(published + days * DAY).date(),
            contact=personal("contact"),
            calendar_version="1",
            calendar_status="FINAL",
            started_by=OFFICIAL,
        )
        position = self.story.write(self.publicity_id, fact, published)
        self.stage("IN_PUBLICITY")
        return position

    def object_to(self, number: int = 1, on: datetime | None = None) -> int:
        """Object to the class."""
        fact = ObjectionLodged(
            publicity_id=self.publicity_id,
            county_code=COUNTY,
            objection_no=f"YY-{number}",
            target=Target(claim_id=self.claim_id),
            class_ids=(self.story.one,),
            content=personal("content", number),
            objector=Objector(kind="ANONYMOUS"),
            channel="PHONE",
            lodged_at=on or self.begun + WEEK + DAY,
            in_window=True,
        )
        return self.story.write(self.publicity_id, fact, on)

    def close(self, days: int = 8) -> int:
        """Close the publicity some days after it was published."""
        closed = self.begun + WEEK + days * DAY
        fact = PublicityClosed(
            publicity_id=self.publicity_id,
            county_code=COUNTY,
            closed_at=closed,
            claims=self.batch,
            **self.sums,
            closed_by=OFFICIAL,
        )
        position = self.story.write(self.publicity_id, fact, closed)
        self.stage("CLEARED")
        return position

    def apply(self) -> int:
        """Apply for the money, and reserve it."""
        told = {"payment_id": self.payment_id, "application_no": f"SQ-{self.story.number}"}
        fact = FundingApplicationSubmitted(
            **FUND,
            **told,
            **self.sums,
            publicity_id=self.publicity_id,
            fund_account_id=ACCOUNT,
            round=1,
            claims=self.batch,
            to="FINANCE",
            submitted_by=OFFICIAL,
        )
        position = self.story.write(self.payment_id, fact)
        self.story.write(
            ACCOUNT,
            FundAmountReserved(
                **FUND,
                **told,
                fund_account_id=ACCOUNT,
                claim_ids=(self.claim_id,),
                amount_fen=self.amount,
                reserved_fen=self.amount,
            ),
        )
        self.stage("FUNDING_APPLIED", payment_id=self.payment_id, fund="EMPLOYMENT")
        return position

    def decide(self) -> int:
        """Approve the application."""
        fact = FundingApplicationDecided(
            **FUND,
            payment_id=self.payment_id,
            application_no=f"SQ-{self.story.number}",
            decision="APPROVED",
            claims=self.batch,
            amount_fen=self.amount,
            decided_by=some_id("finance"),
        )
        position = self.story.write(self.payment_id, fact)
        self.stage("FUNDING_APPROVED", payment_id=self.payment_id, fund="EMPLOYMENT")
        return position

    def pay(self, amount_fen: int | None = None) -> int:
        """Order the payment, and have the bank pay it."""
        paid = self.amount if amount_fen is None else amount_fen
        told: dict[str, Any] = {
            **FUND,
            "payment_id": self.payment_id,
            "order_no": f"ZF-{self.story.number}-{self.number}",
            "payee_institution_id": self.story.institution,
            "lines": (
                OrderLine(
                    claim_id=self.claim_id,
                    class_id=self.story.one,
                    institution_id=self.story.institution,
                    items=self.items,
                    heads=self.heads,
                    amount_fen=paid,
                ),
            ),
            "heads": self.heads,
            "amount_fen": paid,
        }
        ordered = DisbursementOrdered(
            **told,
            mode="AGENCY",
            account_type="BASIC",
            account=matchable("account", self.story.institution),
            holder=personal("holder", self.story.institution),
            ordered_by=some_id("finance"),
        )
        self.story.write(self.payment_id, ordered)
        when = self.begun + 3 * WEEK
        fact = DisbursementPaid(
            **told,
            publicity_id=self.publicity_id,
            bank_ref=f"B{self.story.number}",
            paid_at=when,
            paid_on=when.date(),
            confirmed_by=some_id("finance"),
        )
        position = self.story.write(self.payment_id, fact, when)
        self.stage("PAID", payment_id=self.payment_id, fund="EMPLOYMENT", paid_on=when.date())
        for n, person in enumerate(self.story.people, start=1):
            used = EntitlementUsed(
                person_id=person,
                claim_id=self.claim_id,
                item_no=n,
                class_id=self.story.one,
                county_code=COUNTY,
                kind="TRAINING",
                amount_fen=STANDARD_FEN,
                paid_on=when.date(),
                payment_id=self.payment_id,
            )
            self.story.write(person, used)
        return position

    def run(self) -> "Money":
        """Tell everything from the claim to the payment."""
        self.submit()
        self.accept()
        self.assign()
        self.review()
        self.report()
        self.resolve()
        self.publish()
        self.close()
        self.apply()
        self.decide()
        self.pay()
        return self


def keep(story: Story, kinds: tuple[Any, ...] = ("TRAINING_PLAN", "LECTURER_FORM")) -> None:
    """Put documents into the archive, check it, seal it, and close the class."""
    for kind in kinds:
        document = ArchiveDocumentFiled(
            **story.about,
            kind=kind,
            sha256=digest(kind, story.number),
            medium="BOTH",
            pages=3,
            filed_by=OFFICIAL,
        )
        story.write(story.one, document)
    checklist = tuple(
        ChecklistRow(kind=kind, required=True, documents=1, both_media=True, ok=True)
        for kind in kinds
    )
    checked = ArchiveChecked(
        **story.about, part="TRAINING", checklist=checklist, complete=True, checked_by=OFFICIAL
    )
    story.write(story.one, checked)
    sealed = ArchiveSealed(
        **story.about,
        checklist=checklist,
        documents=len(kinds),
        pages=3 * len(kinds),
        manifest_sha256=digest("manifest", story.number),
        retention_from=story.last.date(),
        retention_to=story.last.date().replace(year=story.last.year + 10),
        sealed_by=OFFICIAL,
    )
    story.write(story.one, sealed)
    closed = ClassClosed(
        **story.about,
        closed_at=story.log.now + timedelta(hours=1),
        totals=ClassTotals(
            enrolled=story.heads,
            completed=story.heads,
            passed=story.heads,
            claimed=story.heads,
            paid=story.heads,
        ),
    )
    story.write(story.one, closed, at(story.log.now.date(), 23))
