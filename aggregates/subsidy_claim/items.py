"""The items of a claim as they stand: what is left of each, what holds it, how far it came."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from aggregates.ids import FundAccountId, PaymentId, PublicityId
from aggregates.law.catalogues import Fund
from aggregates.subsidy_claim.parts import ClaimItem, Disallowal

STAGES = (
    "RESOLVED",
    "IN_PUBLICITY",
    "CLEARED",
    "FUNDING_APPLIED",
    "FUNDING_APPROVED",
    "ORDERED",
    "PAID",
)
"""The stages of items from the meeting on, in the order of 17号 五."""

Hold = tuple[str, str]
"""Ground and number of a hold."""


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a claim as it stands.

    Attributes:
        row: What was claimed.
        amount_fen: What is left of it; 0 once it is disallowed.
        fund: The fund that pays it; empty until it is assigned.
        holds: What holds it back.
        stage: Where it stands from the meeting on; empty before.
        reserved: Whether it has a place among the person's entitlements.
        publicity_id: The publicity that it is or was in last.
        payment_id: The funding application that it is in.
        account_id: The fund account on which it is reserved.
    """

    row: ClaimItem
    amount_fen: int
    fund: Fund | None = None
    holds: frozenset[Hold] = frozenset()
    stage: str = ""
    reserved: bool = False
    publicity_id: PublicityId | None = None
    payment_id: PaymentId | None = None
    account_id: FundAccountId | None = None

    @property
    def live(self) -> bool:
        """Whether it is not disallowed."""
        return self.amount_fen > 0

    @property
    def free(self) -> bool:
        """Whether it is live and nothing holds it back."""
        return self.live and not self.holds


Items = Mapping[int, Item]
NO_ITEMS: Items = MappingProxyType({})


def heads_of(items: Iterable[Item]) -> int:
    """Return how many persons items are for."""
    return len({one.row.person_id for one in items})


def total_of(items: Iterable[Item]) -> int:
    """Return what items come to, in fen."""
    return sum(one.amount_fen for one in items)


def numbers_of(items: Iterable[Item]) -> tuple[int, ...]:
    """Return the numbers of items."""
    return tuple(one.row.item_no for one in items)


def released(item: Item, hold: Hold) -> Item:
    """Return an item after a hold; what a publicity left behind is cleared then."""
    holds = item.holds - {hold}
    stage = "CLEARED" if item.stage == "HELD" and not holds else item.stage
    return replace(item, holds=holds, stage=stage)


def carried(items: Items, rows: Iterable[ClaimItem]) -> Items:
    """Return the live items that a resubmission keeps: same head, certificate and kind."""
    kept: dict[int, Item] = {}
    for row in rows:
        held = items.get(row.item_no)
        if held is not None and held.live and _same(held.row, row):
            kept[row.item_no] = replace(held, row=row, amount_fen=row.amount_fen, fund=None)
    return MappingProxyType(kept)


def _same(one: ClaimItem, other: ClaimItem) -> bool:
    return (one.person_id, one.enrolment_id, one.cert_no, one.kind) == (
        other.person_id,
        other.enrolment_id,
        other.cert_no,
        other.kind,
    )


def after(items: Items, cuts: Iterable[Disallowal]) -> tuple[Item, ...]:
    """Return the live items as cuts leave them."""
    left = dict(items)
    for row in cuts:
        item = left.get(row.item_no)
        if item is not None:
            amount = max(0, item.amount_fen - row.amount_fen)
            left[row.item_no] = replace(item, amount_fen=amount)
    return tuple(item for item in left.values() if item.live)
