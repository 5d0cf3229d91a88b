"""How publicity and payments move the items of claims from stage to stage."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from aggregates.decisions import New, World
from aggregates.ids import ClaimId, FundAccountId, PaymentId, PublicityId
from aggregates.law.catalogues import Fund
from aggregates.subsidy_claim.facts import ClaimStageReached
from aggregates.subsidy_claim.items import STAGES, Item, heads_of, numbers_of, total_of
from aggregates.subsidy_claim.parts import Stage
from aggregates.subsidy_claim.reach import of_claim, whose
from aggregates.subsidy_claim.state import Claim


@dataclass(frozen=True, slots=True)
class Reason:
    """What moved items: a publicity, and from the application on also a payment."""

    publicity_id: PublicityId
    payment_id: PaymentId | None = None
    fund: Fund | None = None
    account_id: FundAccountId | None = None
    paid_on: date | None = None


def movable(
    one: Claim, to: Stage, world: World, *, fund: str = "", payment_id: PaymentId | None = None
) -> tuple[Item, ...]:
    """Return the items of a claim that may reach a stage: those free at the one before.

    In history that is brought in, whatever has not come so far yet, held or not.

    Args:
        one: The claim.
        to: The stage.
        world: What the decision may know.
        fund: The fund that pays; all, where none is named.
        payment_id: The application that the items are in, where that matters.
    """
    before = STAGES.index(to) - 1
    if world.as_facts:
        return tuple(
            item
            for item in one.live()
            if _rank(item) <= before and item.fund in (None, fund or item.fund)
        )
    return tuple(
        item
        for item in one.at(STAGES[before], fund=fund)
        if payment_id is None or item.payment_id == payment_id
    )


def _rank(item: Item) -> int:
    return STAGES.index("CLEARED" if item.stage == "HELD" else item.stage or STAGES[0])


def staged(
    claim_id: ClaimId, items: Iterable[Item], to: Stage, why: Reason, world: World
) -> Iterator[New]:
    """Yield that items of a claim reached a stage; nothing where there are none."""
    moved = tuple(items)
    of = whose(claim_id, world)
    if moved:
        fact = ClaimStageReached(
            claim_id=claim_id,
            class_id=of.class_id,
            institution_id=of.institution_id,
            county_code=of.county,
            stage=to,
            items=numbers_of(moved),
            heads=heads_of(moved),
            amount_fen=total_of(moved),
            publicity_id=why.publicity_id,
            payment_id=why.payment_id,
            fund=why.fund,
            fund_account_id=why.account_id,
            paid_on=why.paid_on,
        )
        yield of_claim(claim_id, fact, world)
