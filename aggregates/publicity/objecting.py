"""What may be asked about objections to a publicity: lodge, accept, dismiss, decide (C-15)."""

from collections.abc import Iterator
from typing import Literal

from aggregates.decisions import Command, New, Unmet, World, command, hard, lifecycle, unmet
from aggregates.facts import Digest, Instant
from aggregates.ids import ClaimId, ClassId, PublicityId
from aggregates.law.workdays import Counted
from aggregates.publicity.facts import (
    Cut,
    ItemsOf,
    ObjectionAccepted,
    ObjectionChannel,
    ObjectionDecided,
    ObjectionDismissed,
    ObjectionEffect,
    ObjectionLodged,
    ObjectionNo,
    Objector,
    Target,
)
from aggregates.publicity.publishing import hold_of, window
from aggregates.publicity.state import PUBLICITY, Objection, Publicity
from aggregates.sealed import FreeText, Personal
from aggregates.subsidy_claim.cutting import Cuts, cut, hold, let_go, sound
from aggregates.subsidy_claim.items import STAGES, Item, after, numbers_of
from aggregates.subsidy_claim.parts import Disallowal
from aggregates.subsidy_claim.staging import Reason, staged
from aggregates.subsidy_claim.state import SUBSIDY_CLAIM
from aggregates.training_class.reach import in_reach

HANDLING = ("COUNTY_HR", "CITY_HR")
Lines = dict[ClaimId, tuple[Item, ...]]
BEFORE_FUNDING = frozenset({"", "HELD", *STAGES[: STAGES.index("FUNDING_APPLIED")]})


@command(
    "lodge-objection",
    zh="提出公示异议",
    en="Lodge an objection to a publicity",
    kind=PUBLICITY,
    roles=("PUBLIC", "TRAINEE", "INST_CLERK", "INST_HEAD", "EMPLOYER", "HOTLINE", "COUNTY_CLERK"),
)
class LodgeObjection(Command):
    """Anybody objects to what is published, by name or without one."""

    publicity_id: PublicityId
    objection_no: ObjectionNo | None = None
    target: Target
    content: Personal[FreeText]
    objector: Objector
    channel: ObjectionChannel
    evidence: tuple[Digest, ...] = ()

    def facts(self, world: World) -> Iterator[New]:
        """Record the objection, and whether it came in time."""
        one = world.state(PUBLICITY, self.publicity_id)
        number = self.objection_no or str(len(one.objections) + 1)
        found = window(one, world)
        closes_at = None if found is None else found.closes_at
        in_time = closes_at is not None and world.now < closes_at and one.status == "OPEN"
        made = Objection(number, self.target, in_time)
        fact = ObjectionLodged(
            publicity_id=self.publicity_id,
            county_code=one.county or world.city,
            objection_no=number,
            target=self.target,
            class_ids=classes_of(one, made),
            content=self.content,
            objector=self.objector,
            channel=self.channel,
            lodged_at=world.now,
            in_window=in_time,
            evidence=self.evidence,
        )
        yield of_batch(self.publicity_id, fact, one)


@command(
    "accept-objection",
    zh="受理公示异议",
    en="Accept an objection",
    kind=PUBLICITY,
    roles=HANDLING,
)
class AcceptObjection(Command):
    """An objection is admitted; what it is about is held, the rest of the batch proceeds."""

    publicity_id: PublicityId
    objection_no: ObjectionNo

    def facts(self, world: World) -> Iterator[New]:
        """Record it, and hold the items."""
        one = world.state(PUBLICITY, self.publicity_id)
        items = concerned(self, world)
        days = world.law.parameter("objection_decide_days", world.today, county=one.county)
        due = None
        if days is not None:
            counted = world.law.calendar.plus_workdays(world.today, days)
            due = counted.day if isinstance(counted, Counted) else counted.pessimistic.day
        fact = ObjectionAccepted(
            publicity_id=self.publicity_id,
            county_code=one.county or world.city,
            objection_no=self.objection_no,
            class_ids=classes_of(one, one.objections.get(self.objection_no)),
            handler=world.caller.person,
            due_on=due,
            items_held=_listed(items, one, world),
        )
        yield of_batch(self.publicity_id, fact, one)
        why = hold_of(self.publicity_id, self.objection_no)
        for claim_id, new in items.items():
            yield from hold(claim_id, new, why, world)


@command(
    "dismiss-objection",
    zh="不予受理公示异议",
    en="Dismiss an objection",
    kind=PUBLICITY,
    roles=HANDLING,
)
class DismissObjection(Command):
    """An objection has no subject, or is not about the list; a named objector is told."""

    publicity_id: PublicityId
    objection_no: ObjectionNo
    reason: Personal[FreeText]
    replied_at: Instant | None = None

    def facts(self, world: World) -> Iterator[New]:
        """Record it, and let go what the closing of the batch held for it."""
        one = world.state(PUBLICITY, self.publicity_id)
        fact = ObjectionDismissed(
            publicity_id=self.publicity_id,
            county_code=one.county or world.city,
            objection_no=self.objection_no,
            class_ids=classes_of(one, one.objections.get(self.objection_no)),
            reason=self.reason,
            dismissed_by=world.caller.person,
            replied_at=self.replied_at,
        )
        yield of_batch(self.publicity_id, fact, one)
        why = hold_of(self.publicity_id, self.objection_no)
        for claim_id, items in held_for(self, world).items():
            yield from let_go(claim_id, items, why, world)


@command(
    "decide-objection",
    zh="决定公示异议",
    en="Decide an objection",
    kind=PUBLICITY,
    roles=HANDLING,
)
class DecideObjection(Command):
    """An objection is decided on the merits: items are removed, cut, published anew or let go."""

    publicity_id: PublicityId
    objection_no: ObjectionNo
    result: Literal["UPHELD", "PARTLY", "NOT_UPHELD"]
    explanation: Personal[FreeText]
    effect: ObjectionEffect = "NONE"
    cuts: tuple[Cut, ...] = ()
    replied_at: Instant | None = None

    def facts(self, world: World) -> Iterator[New]:
        """Record the decision and what it does to the items."""
        one = world.state(PUBLICITY, self.publicity_id)
        fact = ObjectionDecided(
            publicity_id=self.publicity_id,
            county_code=one.county or world.city,
            objection_no=self.objection_no,
            class_ids=classes_of(one, one.objections.get(self.objection_no)),
            result=self.result,
            explanation=self.explanation,
            effect=self.effect,
            cuts=self.cuts,
            decided_by=world.caller.person,
            replied_at=self.replied_at,
        )
        yield of_batch(self.publicity_id, fact, one)
        cuts = cuts_of(self)
        yield from cut(cuts, "OBJECTION", world, self.replied_at)
        why = hold_of(self.publicity_id, self.objection_no)
        for claim_id, held in held_for(self, world).items():
            items = after({item.row.item_no: item for item in held}, cuts.get(claim_id, ()))
            yield from let_go(claim_id, items, why, world)
            if self.effect == "REPUBLISH":
                yield from staged(claim_id, items, "RESOLVED", Reason(self.publicity_id), world)


Answer = AcceptObjection | DismissObjection | DecideObjection


def of_batch(
    publicity_id: PublicityId,
    fact: ObjectionLodged | ObjectionAccepted | ObjectionDismissed | ObjectionDecided,
    one: Publicity,
) -> New:
    """Return a fact for the stream of a batch."""
    return New(PUBLICITY, publicity_id, fact, county=one.county)


def classes_of(one: Publicity, objection: Objection | None) -> tuple[ClassId, ...]:
    """Return the classes that an objection concerns, each once."""
    touched = () if objection is None else one.touched(objection)
    return tuple(dict.fromkeys(claim.class_id for claim in touched))


def concerned(c: AcceptObjection, world: World) -> Lines:
    """Return the items that an objection is about and does not hold yet, as far as not paid."""
    one = world.state(PUBLICITY, c.publicity_id)
    objection = one.objections.get(c.objection_no)
    if objection is None:
        return {}
    why = hold_of(c.publicity_id, c.objection_no)
    claims = world.states(SUBSIDY_CLAIM, [claim.claim_id for claim in one.touched(objection)])
    found = {
        ClaimId(claim_id): tuple(
            item
            for item in claim.live()
            if objection.concerns(item.row.item_no)
            and item.publicity_id == c.publicity_id
            and item.stage not in ("", "RESOLVED", "PAID")
            and why.key not in item.holds
        )
        for claim_id, claim in claims.items()
    }
    return {claim_id: items for claim_id, items in found.items() if items}


def _listed(held: Lines, one: Publicity, world: World) -> tuple[ItemsOf, ...]:
    """Return items by claim, without the numbers where it is all of a claim."""
    claims = world.states(SUBSIDY_CLAIM, held)
    return tuple(
        ItemsOf(
            claim_id=claim_id,
            class_id=one.claims[claim_id].class_id,
            items=() if len(items) == len(claims[claim_id].live()) else numbers_of(items),
        )
        for claim_id, items in held.items()
    )


def held_for(c: DismissObjection | DecideObjection, world: World) -> Lines:
    """Return the items that an objection holds."""
    one = world.state(PUBLICITY, c.publicity_id)
    objection = one.objections.get(c.objection_no)
    if objection is None:
        return {}
    key = hold_of(c.publicity_id, c.objection_no).key
    claims = world.states(SUBSIDY_CLAIM, [claim.claim_id for claim in one.touched(objection)])
    found = {
        ClaimId(claim_id): tuple(item for item in claim.items.values() if key in item.holds)
        for claim_id, claim in claims.items()
    }
    return {claim_id: items for claim_id, items in found.items() if items}


def cuts_of(c: DecideObjection) -> Cuts:
    """Return the cuts of a decision by claim."""
    found: dict[ClaimId, tuple[Disallowal, ...]] = {}
    for row in c.cuts:
        made = Disallowal(item_no=row.item_no, rule_id="CLM-11", amount_fen=row.amount_fen)
        found[row.claim_id] = (*found.get(row.claim_id, ()), made)
    return found


@lifecycle(LodgeObjection)
def list_was_published(c: LodgeObjection, world: World) -> Iterator[Unmet]:
    """One objects to what was published; a late objection is recorded too."""
    one = world.state(PUBLICITY, c.publicity_id)
    if not one.status:
        yield unmet(("已发布的公示", "a publicity"), ("没有这个批次", "no such batch"))
    if c.objection_no in one.objections:
        yield unmet(("新的编号", "a new number"), ("编号已有", "taken"), where="objection_no")
    if c.objector.kind == "ANONYMOUS" and (c.objector.name or c.objector.contact):
        yield unmet(
            ("匿名异议不留姓名和联系方式", "no name for an anonymous objection"),
            ("已填写", "one is given"),
            where="objector",
        )


@lifecycle(AcceptObjection, DismissObjection)
def objection_waits(c: AcceptObjection | DismissObjection, world: World) -> Iterator[Unmet]:
    """Only an objection that nobody took up yet is accepted or dismissed."""
    yield from _stands(c, world, "LODGED")


@lifecycle(DecideObjection)
def objection_is_looked_into(c: DecideObjection, world: World) -> Iterator[Unmet]:
    """Only an objection that was accepted is decided on the merits."""
    yield from _stands(c, world, "INVESTIGATING")


def _stands(c: Answer, world: World, status: str) -> Iterator[Unmet]:
    one = world.state(PUBLICITY, c.publicity_id)
    objection = one.objections.get(c.objection_no)
    found = "" if objection is None else objection.status
    if found != status:
        yield unmet(
            ("待处理的异议" if status == "LODGED" else "已受理的异议", f"an objection {status}"),
            (found or "没有这条异议", found or "no such objection"),
            where="objection_no",
        )
    yield from in_reach(None, one.county, world)


@lifecycle(DismissObjection, DecideObjection)
def who_gave_a_name_gets_a_reply(
    c: DismissObjection | DecideObjection, world: World
) -> Iterator[Unmet]:
    """Whoever objected by name is told how it ended, before it counts as ended."""
    objection = world.state(PUBLICITY, c.publicity_id).objections.get(c.objection_no)
    if objection is not None and objection.named and c.replied_at is None:
        yield unmet(
            ("已答复实名异议人", "a reply to the named objector"), ("未答复", "none"), "replied_at"
        )
    if c.replied_at is not None and c.replied_at > world.now:
        yield unmet(
            ("已作出的答复", "a reply that was given"), ("在将来", "in the future"), "replied_at"
        )


@lifecycle(DecideObjection)
def effect_fits_the_result(c: DecideObjection, world: World) -> Iterator[Unmet]:
    """What is upheld has an effect on items that the objection holds, what is not has none."""
    if (c.result == "NOT_UPHELD") != (c.effect == "NONE"):
        yield unmet(
            ("成立的异议须有处理，不成立的没有", "an effect where it is upheld, else none"),
            (f"{c.result}、{c.effect}", f"{c.result} and {c.effect}"),
            where="effect",
        )
    if (c.effect in ("REMOVE_ITEM", "REDUCE")) != bool(c.cuts):
        yield unmet(
            ("核减处理须列明项目和金额", "cuts for a removal or reduction, else none"),
            (f"{len(c.cuts)}项", f"{len(c.cuts)}"),
            where="cuts",
        )
    held = held_for(c, world)
    for claim_id, rows in cuts_of(c).items():
        yield from sound(rows, {item.row.item_no: item for item in held.get(claim_id, ())})
    past = [item for items in held.values() for item in items if item.stage not in BEFORE_FUNDING]
    if c.effect == "REPUBLISH" and past:
        yield unmet(
            ("尚未申请资金的项目", "items not yet applied for"),
            (f"{len(past)}项已申请", f"{len(past)} are"),
            where="effect",
        )


@hard("CLM-11", DismissObjection, DecideObjection)
def answered_by_somebody_else(
    c: DismissObjection | DecideObjection, world: World
) -> Iterator[Unmet]:
    """An objection is dismissed or decided by somebody who reviewed none of the claims."""
    one = world.state(PUBLICITY, c.publicity_id)
    objection = one.objections.get(c.objection_no)
    touched = () if objection is None else one.touched(objection) or tuple(one.claims.values())
    claims = world.states(SUBSIDY_CLAIM, [claim.claim_id for claim in touched])
    if any(world.caller.person in claim.reviewers for claim in claims.values()):
        yield unmet(
            ("未审核过所涉申报的人员", "somebody who reviewed none of the claims"),
            ("审核过其中的申报", "a reviewer of one of them"),
        )
