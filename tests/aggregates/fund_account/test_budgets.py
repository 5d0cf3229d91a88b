import pytest

from aggregates.fund_account.commands import AllocateBudget
from aggregates.fund_account.facts import FundBudgetAllocated
from aggregates.fund_account.state import account_of
from tests.aggregates.claim_commands import allocate
from tests.aggregates.claims import budget
from tests.aggregates.harness import COUNTY, given


def test_an_allocation_adds_to_what_was_allocated_before() -> None:
    answer = given(budget(amount_fen=1_000)).when(allocate(500), now="2024-06-03", role="FINANCE")
    fact = answer.fact(FundBudgetAllocated)
    assert (fact.amount_fen, fact.allocated_fen) == (500, 1_500)
    assert fact.fund_account_id == account_of(COUNTY, "SPECIAL_ACCOUNT", 2024)


def test_the_finance_bureau_alone_allocates_for_whoever_reviews_opens_no_purse() -> None:
    assert AllocateBudget.DECLARATION.roles == ("FINANCE",)


def test_nothing_is_no_allocation() -> None:
    given().when(allocate(0), now="2024-06-03", role="FINANCE").then_refused("LIFECYCLE")


@pytest.mark.parametrize(
    ("county", "fund", "year"),
    [("371522", "SPECIAL_ACCOUNT", 2024), (COUNTY, "UI", 2024), (COUNTY, "SPECIAL_ACCOUNT", 2025)],
)
def test_each_county_fund_and_year_has_an_account_of_its_own(
    county: str, fund: str, year: int
) -> None:
    assert account_of(county, fund, year) != account_of(COUNTY, "SPECIAL_ACCOUNT", 2024)
    assert account_of(county, fund, year) == account_of(county, fund, year)
