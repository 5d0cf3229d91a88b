"""What may be asked of fund accounts."""

from collections.abc import Iterator

from aggregates.decisions import Command, New, Unmet, World, command, lifecycle, unmet
from aggregates.facts import CountyCode, Digest, Fen
from aggregates.fund_account.facts import FundBudgetAllocated, Year
from aggregates.fund_account.state import FUND_ACCOUNT, account_of
from aggregates.law.catalogues import Fund


@command(
    "allocate-budget",
    zh="下达资金预算",
    en="Allocate a budget",
    kind=FUND_ACCOUNT,
    roles=("FINANCE",),
)
class AllocateBudget(Command):
    """The finance bureau allocates money to a county's fund for a year (17号 一)."""

    county_code: CountyCode
    fund: Fund
    year: Year
    amount_fen: Fen
    doc_sha256: Digest

    def facts(self, world: World) -> Iterator[New]:
        """Record the allocation with the new total."""
        one = account_of(self.county_code, self.fund, self.year)
        before = world.state(FUND_ACCOUNT, one)
        fact = FundBudgetAllocated(
            fund_account_id=one,
            county_code=self.county_code,
            fund=self.fund,
            year=self.year,
            amount_fen=self.amount_fen,
            doc_sha256=self.doc_sha256,
            allocated_fen=before.allocated_fen + self.amount_fen,
        )
        yield New(FUND_ACCOUNT, one, fact, county=self.county_code)


@lifecycle(AllocateBudget)
def something_is_allocated(c: AllocateBudget, world: World) -> Iterator[Unmet]:
    """An allocation is of more than nothing."""
    if not c.amount_fen:
        yield unmet(("大于0的金额", "more than nothing"), ("0", "0"), where="amount_fen")
