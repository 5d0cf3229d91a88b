"""From the publicity of a claim to its payment, fact by fact."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aggregates.entitlement.facts import EntitlementUsed
from aggregates.fund_account.facts import (
    FundAmountReserved,
    FundBudgetAllocated,
    FundReservationReleased,
)
from aggregates.fund_account.state import account_of
from aggregates.law.deadlines import end_of_day
from aggregates.payment.facts import (
    DisbursementFailed,
    DisbursementOrdered,
    DisbursementPaid,
    FundingApplicationDecided,
    FundingApplicationSubmitted,
    OrderLine,
)
from aggregates.publicity.facts import (
    ObjectionDismissed,
    ObjectionLodged,
    Objector,
    PublicityClosed,
    PublicityStarted,
    Target,
)
from aggregates.subsidy_claim.facts import (
    ClaimStageReached,
)
from tests.projections.claims import Claimed
from tests.projections.entries import OFFICIAL, Log, digest, matchable, personal, some_id
from tests.projections.filings import COUNTY, DAY, STANDARD_FEN

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
class Money(Claimed):
    """The claim of a class by its institution, told to its payment."""

    def stage(self, name: Any, on: datetime | None = None, **told: Any) -> int:  # noqa: ANN401 - a word of a list
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
        told = self._order(amount_fen)
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

    def _order(self, amount_fen: int | None = None) -> dict[str, Any]:
        """Order the payment; return what the bank's answer restates."""
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
        return told

    def fail(self) -> int:
        """Order the payment, and have the bank not pay it."""
        told = self._order()
        when = self.begun + 3 * WEEK
        fact = DisbursementFailed(
            **told,
            publicity_id=self.publicity_id,
            reason="ACCOUNT_CLOSED",
            failed_at=when,
            recorded_by=some_id("finance"),
        )
        position = self.story.write(self.payment_id, fact, when)
        self.stage("FUNDING_APPROVED", payment_id=self.payment_id, fund="EMPLOYMENT")
        return position

    def republish(self, number: int = 1) -> int:
        """Publish one item again, in another batch."""
        fact = ClaimStageReached(
            **self.about,
            stage="IN_PUBLICITY",
            items=(number,),
            heads=1,
            amount_fen=STANDARD_FEN,
            publicity_id=some_id("publicity", "again", self.claim_id),
        )
        return self.write(fact)

    def dismiss(self, number: int = 1) -> int:
        """Dismiss an objection."""
        fact = ObjectionDismissed(
            publicity_id=self.publicity_id,
            county_code=COUNTY,
            objection_no=f"YY-{number}",
            class_ids=(self.story.one,),
            reason=personal("reason"),
            dismissed_by=some_id("judge"),
        )
        return self.story.write(self.publicity_id, fact)

    def give_back(self) -> int:
        """Release what is reserved for the application."""
        fact = FundReservationReleased(
            **FUND,
            fund_account_id=ACCOUNT,
            payment_id=self.payment_id,
            application_no=f"SQ-{self.story.number}",
            amount_fen=self.amount,
            reason="RETURNED",
            reserved_fen=0,
        )
        return self.story.write(ACCOUNT, fact)

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
