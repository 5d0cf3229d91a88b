"""What may be asked of single items: disallow or cut one, hold some, let them go again."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from aggregates.decisions import Command, New, Unmet, World, command, lifecycle, unmet
from aggregates.entitlement.facts import ReleaseReason
from aggregates.facts import Code, Count, Instant
from aggregates.fund_account.moving import released as unreserved
from aggregates.ids import ClaimId, FundAccountId, PaymentId, PublicityId
from aggregates.sealed import FreeText, Personal
from aggregates.subsidy_claim.facts import (
    ClaimItemDisallowed,
    ClaimItemsHeld,
    ClaimItemsReleased,
)
from aggregates.subsidy_claim.items import Hold, Item, after, heads_of, numbers_of, total_of
from aggregates.subsidy_claim.parts import Disallowal, HoldGround
from aggregates.subsidy_claim.reach import claim_is_known, freed, of_claim, taking, whose
from aggregates.subsidy_claim.state import SUBSIDY_CLAIM
from aggregates.subsidy_claim.wording import about_items, yuan
from aggregates.training_class.reach import rules_are_known

DECIDING = ("COUNTY_CLERK", "COUNTY_REVIEWER", "COUNTY_HR", "CITY_CENTRE")
FINAL = frozenset({"ORDERED", "PAID"})
"""The stages at which money is on its way: an item is no longer cut."""
Cuts = Mapping[ClaimId, tuple[Disallowal, ...]]


def cut(
    cuts: Cuts, reason: ReleaseReason, world: World, told_at: Instant | None = None
) -> Iterator[New]:
    """Yield what follows when items of claims are disallowed or cut.

    An item that ends gives up its place among the entitlements; money reserved for what is cut
    is free again, account by account.
    """
    free: dict[tuple[FundAccountId, PaymentId], int] = {}
    for claim_id, rows in cuts.items():
        one = world.state(SUBSIDY_CLAIM, claim_id)
        of = whose(claim_id, world)
        ended: list[Item] = []
        for row in rows:
            item = one.items.get(row.item_no)
            if item is None:
                continue
            taken = min(row.amount_fen, item.amount_fen)
            fact = ClaimItemDisallowed(
                claim_id=claim_id,
                class_id=of.class_id,
                institution_id=of.institution_id,
                county_code=of.county,
                item_no=row.item_no,
                person_id=item.row.person_id,
                enrolment_id=item.row.enrolment_id,
                kind=item.row.kind,
                rule_id=row.rule_id,
                text=row.text,
                amount_fen=taken,
                remaining_fen=item.amount_fen - taken,
                stage=item.stage or one.status or "-",
                told_at=told_at,
                decided_by=world.caller.person,
            )
            yield of_claim(claim_id, fact, world)
            if taken == item.amount_fen:
                ended.append(item)
            if item.account_id is not None and item.payment_id is not None:
                key = (item.account_id, item.payment_id)
                free[key] = free.get(key, 0) + taken
        yield from freed(claim_id, ended, reason, world)
        yield from taking(claim_id, total_of(after(one.items, rows)), world)
    for (account_id, payment_id), amount in free.items():
        yield from unreserved(account_id, payment_id, amount, "REMOVED", world)


@dataclass(frozen=True, slots=True)
class Holding:
    """A hold: its ground and number, and what the fact says besides."""

    ground: HoldGround
    hold_no: str
    rule_id: Code | None = None
    publicity_id: PublicityId | None = None
    review_by: date | None = None

    @property
    def key(self) -> Hold:
        """The hold as items keep it."""
        return self.ground, self.hold_no


def hold(claim_id: ClaimId, items: Iterable[Item], why: Holding, world: World) -> Iterator[New]:
    """Yield that items of a claim are held; nothing where there are none."""
    held = tuple(items)
    of = whose(claim_id, world)
    if held:
        fact = ClaimItemsHeld(
            claim_id=claim_id,
            class_id=of.class_id,
            institution_id=of.institution_id,
            county_code=of.county,
            items=numbers_of(held),
            heads=heads_of(held),
            amount_fen=total_of(held),
            hold_no=why.hold_no,
            ground=why.ground,
            rule_id=why.rule_id,
            publicity_id=why.publicity_id,
            held_by=world.caller.person,
            review_by=why.review_by,
        )
        yield of_claim(claim_id, fact, world)


def let_go(
    claim_id: ClaimId,
    items: Iterable[Item],
    why: Holding,
    world: World,
    reason: Personal[FreeText] | None = None,
) -> Iterator[New]:
    """Yield that a hold of items ended; nothing where there are none."""
    free = tuple(items)
    of = whose(claim_id, world)
    if free:
        fact = ClaimItemsReleased(
            claim_id=claim_id,
            class_id=of.class_id,
            institution_id=of.institution_id,
            county_code=of.county,
            items=numbers_of(free),
            heads=heads_of(free),
            amount_fen=total_of(free),
            hold_no=why.hold_no,
            ground=why.ground,
            publicity_id=why.publicity_id,
            reason=reason,
            released_by=world.caller.person,
        )
        yield of_claim(claim_id, fact, world)


@command(
    "disallow-item",
    zh="核减申报项目",
    en="Disallow or cut an item of a claim",
    kind=SUBSIDY_CLAIM,
    roles=DECIDING,
)
class DisallowItem(Command):
    """An item, or a part of it, is taken off a claim before the money is on its way.

    Attributes:
        disallowal: The item, the rule that it does not keep, and how much is taken off.
        told_at: When the claimant was told.
    """

    claim_id: ClaimId
    disallowal: Disallowal
    told_at: Instant | None = None

    def facts(self, world: World) -> Iterator[New]:
        """Record it, and free what was reserved for it."""
        yield from cut({self.claim_id: (self.disallowal,)}, "DISALLOWED", world, self.told_at)


@command(
    "hold-items",
    zh="暂缓申报项目",
    en="Hold items of a claim",
    kind=SUBSIDY_CLAIM,
    roles=DECIDING,
)
class HoldItems(Command):
    """Items are held back, by a rule or for verification; the rest of the claim goes on."""

    claim_id: ClaimId
    items: tuple[Count, ...]
    ground: Literal["RULE", "VERIFICATION"]
    rule_id: Code | None = None
    hold_no: Code | None = None
    review_by: date | None = None

    @property
    def number(self) -> str:
        """What the release names."""
        return self.hold_no or self.rule_id or self.ground

    def facts(self, world: World) -> Iterator[New]:
        """Record the hold."""
        one = world.state(SUBSIDY_CLAIM, self.claim_id)
        yield from hold(
            self.claim_id,
            [one.items[no] for no in self.items if no in one.items],
            Holding(self.ground, self.number, self.rule_id, review_by=self.review_by),
            world,
        )


@command(
    "release-items",
    zh="解除暂缓",
    en="Release held items of a claim",
    kind=SUBSIDY_CLAIM,
    roles=DECIDING,
)
class ReleaseItems(Command):
    """A hold of items ends. Holds of objections end with the objection."""

    claim_id: ClaimId
    items: tuple[Count, ...]
    ground: Literal["RULE", "VERIFICATION"]
    hold_no: Code
    reason: Personal[FreeText] | None = None

    def facts(self, world: World) -> Iterator[New]:
        """Record the release."""
        one = world.state(SUBSIDY_CLAIM, self.claim_id)
        yield from let_go(
            self.claim_id,
            [one.items[no] for no in self.items if no in one.items],
            Holding(self.ground, self.hold_no),
            world,
            self.reason,
        )


def sound(rows: tuple[Disallowal, ...], items: Mapping[int, Item]) -> Iterator[Unmet]:
    """Yield what is wrong with cuts: unknown items, ended ones, too much, money on its way."""
    numbers = [row.item_no for row in rows]
    lost = [no for no in numbers if no not in items or not items[no].live]
    yield from about_items(lost, ("有效的申报项目", "live items"), ("不是", "are none"))
    yield from rules_are_known((row.rule_id for row in rows), "rule_id")
    yield from about_items(
        (no for no in numbers if numbers.count(no) > 1),
        ("每项一次", "each once"),
        ("重复", "again"),
    )
    for row in rows:
        item = items.get(row.item_no)
        if item is None or not item.live:
            continue
        if item.stage in FINAL:
            yield from about_items(
                [row.item_no],
                ("尚未拨付的项目", "items not yet paid"),
                ("已拨付", "are on their way"),
            )
        if not 0 < row.amount_fen <= item.amount_fen:
            yield from about_items(
                [row.item_no],
                (f"核减不超过{yuan(item.amount_fen)}元", f"{yuan(item.amount_fen)} at most"),
                (f"核减{yuan(row.amount_fen)}元", f"are cut by {yuan(row.amount_fen)}"),
            )


def claim_goes_on(claim_id: ClaimId, world: World) -> Iterator[Unmet]:
    """Yield that a claim is unknown, out of reach, or over because it was refused."""
    yield from claim_is_known(claim_id, world)
    if world.state(SUBSIDY_CLAIM, claim_id).status == "REFUSED":
        yield unmet(("未了结的申报", "a claim that goes on"), ("已不予补贴", "it was refused"))


@lifecycle(DisallowItem)
def item_can_be_cut(c: DisallowItem, world: World) -> Iterator[Unmet]:
    """Only a live item is cut, by what is left of it at most, before the money is on its way."""
    yield from claim_goes_on(c.claim_id, world)
    yield from sound((c.disallowal,), world.state(SUBSIDY_CLAIM, c.claim_id).items)


@lifecycle(HoldItems)
def items_can_be_held(c: HoldItems, world: World) -> Iterator[Unmet]:
    """Live items that are not paid can be held; a hold for verification says no more."""
    yield from claim_goes_on(c.claim_id, world)
    items = world.state(SUBSIDY_CLAIM, c.claim_id).items
    wrong = [no for no in c.items if no not in items or not items[no].live]
    yield from about_items(wrong, ("有效的申报项目", "live items"), ("不是", "are none"))
    paid = [no for no in c.items if no in items and items[no].stage == "PAID"]
    yield from about_items(paid, ("尚未拨付的项目", "items not yet paid"), ("已拨付", "are paid"))
    if not c.items:
        yield unmet(("至少1项", "an item at least"), ("没有", "none"), where="items")
    if (c.ground == "RULE") != (c.rule_id is not None):
        yield unmet(
            ("按规则暂缓须注明规则，核查暂缓不注明", "a rule for ground RULE, none otherwise"),
            ("不符", "it is otherwise"),
            where="rule_id",
        )
    elif c.rule_id is not None:
        yield from rules_are_known((c.rule_id,), "rule_id")


@lifecycle(ReleaseItems)
def items_are_held(c: ReleaseItems, world: World) -> Iterator[Unmet]:
    """Only a hold that stands can end."""
    yield from claim_is_known(c.claim_id, world)
    items = world.state(SUBSIDY_CLAIM, c.claim_id).items
    ended: Hold = (c.ground, c.hold_no)
    free = [no for no in c.items if no not in items or ended not in items[no].holds]
    if not c.items:
        yield unmet(("至少1项", "an item at least"), ("没有", "none"), where="items")
    yield from about_items(free, ("以此暂缓的项目", "items with this hold"), ("不是", "have none"))
