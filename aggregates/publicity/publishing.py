"""What may be asked to publish a list of intended payments, and to close it (17号 五: 官网公示)."""

from collections.abc import Iterator
from typing import Annotated
from urllib.parse import urlsplit

from msgspec import Meta

from aggregates.decisions import Command, New, Unmet, World, command, hard, lifecycle, unmet
from aggregates.facts import CountyCode, Digest
from aggregates.ids import ClaimId, PublicityId
from aggregates.law.deadlines import (
    SHANGHAI,
    CalendarStatus,
    Deadline,
    end_of_day,
    publicity_deadline,
)
from aggregates.project.state import PROJECT
from aggregates.publicity.facts import (
    BATCH_CLAIMS_MAX,
    EXCEPTIONS_MAX,
    BatchClaim,
    ItemRef,
    PublicityClosed,
    PublicityStarted,
    Url,
)
from aggregates.publicity.state import PUBLICITY, Objection, Publicity
from aggregates.sealed import Personal, PlainText
from aggregates.subsidy_claim.cutting import Holding, hold
from aggregates.subsidy_claim.items import Item, heads_of, total_of
from aggregates.subsidy_claim.reach import STATUS_ZH, known, whose
from aggregates.subsidy_claim.staging import Reason, movable, staged
from aggregates.subsidy_claim.state import SUBSIDY_CLAIM, Claim
from aggregates.training_class.reach import in_reach

PUBLISHING = ("COUNTY_HR", "CITY_HR")


@command(
    "start-publicity",
    zh="发布公示",
    en="Publish the intended payments",
    kind=PUBLICITY,
    roles=PUBLISHING,
)
class StartPublicity(Command):
    """The bureau publishes on its official site what it means to pay, for five working days.

    Attributes:
        claim_ids: The claims; of each what is resolved and not held is on the list.
        persons_shown: Whether single persons, masked, are on the list.
        list_sha256: Digest of the list as published.
        contact: Where objections go.
    """

    publicity_id: PublicityId | None = None
    county_code: CountyCode
    claim_ids: Annotated[tuple[ClaimId, ...], Meta(max_length=BATCH_CLAIMS_MAX)]
    persons_shown: bool
    list_sha256: Digest
    url: Url
    contact: Personal[PlainText]

    def facts(self, world: World) -> Iterator[New]:
        """Record the publication, and move what is on the list."""
        publicity_id = self.publicity_id or PublicityId(world.new_id())
        shown = _shown(self, world)
        due = publicity_deadline(world.today, world.law, county=self.county_code)
        last = due.last or world.today
        claims = tuple(batch_claim(claim_id, items, world) for claim_id, items in shown.items())
        fact = PublicityStarted(
            publicity_id=publicity_id,
            county_code=self.county_code,
            claims=claims,
            excluded_items=_excluded(self, world)[:EXCEPTIONS_MAX],
            heads=sum(one.heads for one in claims),
            amount_fen=sum(one.amount_fen for one in claims),
            persons_shown=self.persons_shown,
            list_sha256=self.list_sha256,
            url=self.url,
            published_at=world.now,
            closes_at=due.closes_at or end_of_day(last),
            last_day=last,
            contact=self.contact,
            calendar_version=due.calendar_version,
            calendar_status="FINAL" if due.status is CalendarStatus.FINAL else "PROVISIONAL",
            started_by=world.caller.person,
        )
        yield New(PUBLICITY, publicity_id, fact, county=self.county_code)
        for claim_id, items in shown.items():
            yield from staged(claim_id, items, "IN_PUBLICITY", Reason(publicity_id), world)


def _shown(c: StartPublicity, world: World) -> dict[ClaimId, tuple[Item, ...]]:
    held = world.states(SUBSIDY_CLAIM, c.claim_ids)
    return {one: movable(held[one], "IN_PUBLICITY", world) for one in c.claim_ids}


def _excluded(c: StartPublicity, world: World) -> tuple[ItemRef, ...]:
    held = world.states(SUBSIDY_CLAIM, c.claim_ids)
    return tuple(
        ItemRef(claim_id=one, item_no=item.row.item_no)
        for one in c.claim_ids
        for item in held[one].live()
        if item.stage == "RESOLVED" and not item.free
    )


def batch_claim(claim_id: ClaimId, items: tuple[Item, ...], world: World) -> BatchClaim:
    """Return how much of a claim is meant, as facts about a batch carry it."""
    of = whose(claim_id, world)
    return BatchClaim(
        claim_id=claim_id,
        class_id=of.class_id,
        institution_id=of.institution_id,
        heads=heads_of(items),
        amount_fen=total_of(items),
    )


@command(
    "close-publicity",
    zh="结束公示",
    en="Close a publicity",
    kind=PUBLICITY,
    roles=PUBLISHING,
)
class ClosePublicity(Command):
    """After the last working day the batch is closed: un-objected items are cleared."""

    publicity_id: PublicityId

    def facts(self, world: World) -> Iterator[New]:
        """Record the closing, hold what is objected to, clear the rest."""
        one = world.state(PUBLICITY, self.publicity_id)
        claims = world.states(SUBSIDY_CLAIM, one.claims)
        objections = one.open_objections(in_window=True)
        told: list[New] = []
        cleared: list[BatchClaim] = []
        held_items: list[ItemRef] = []
        removed: list[ItemRef] = []
        for claim_id, batch in one.claims.items():
            items = _in_batch(claims[claim_id], self.publicity_id, world)
            held = [item for item in items if _stopped(item, batch, objections)]
            free = tuple(item for item in items if item not in held)
            why = Reason(self.publicity_id)
            told += _hold_lodged(claim_id, batch, items, objections, self.publicity_id, world)
            told += staged(claim_id, held, "HELD", why, world)
            told += staged(claim_id, free, "CLEARED", why, world)
            cleared.append(batch_claim(claim_id, free, world))
            held_items += _refs(claim_id, held)
            removed += _refs(claim_id, _removed(claims[claim_id], self.publicity_id))
        fact = PublicityClosed(
            publicity_id=self.publicity_id,
            county_code=one.county or world.city,
            closed_at=world.now,
            claims=tuple(cleared),
            heads=sum(claim.heads for claim in cleared),
            amount_fen=sum(claim.amount_fen for claim in cleared),
            held_items=tuple(held_items[:EXCEPTIONS_MAX]),
            removed_items=tuple(removed[: EXCEPTIONS_MAX - min(len(held_items), EXCEPTIONS_MAX)]),
            closed_by=world.caller.person,
        )
        yield New(PUBLICITY, self.publicity_id, fact, county=one.county)
        yield from told


def _in_batch(claim: Claim, publicity_id: PublicityId, world: World) -> tuple[Item, ...]:
    if world.as_facts:
        return movable(claim, "CLEARED", world)
    return tuple(
        item
        for item in claim.live()
        if (item.stage, item.publicity_id) == ("IN_PUBLICITY", publicity_id)
    )


def _removed(claim: Claim, publicity_id: PublicityId) -> list[Item]:
    return [
        item
        for item in claim.items.values()
        if (item.stage, item.publicity_id) == ("IN_PUBLICITY", publicity_id) and not item.live
    ]


def _refs(claim_id: ClaimId, items: list[Item]) -> list[ItemRef]:
    return [ItemRef(claim_id=claim_id, item_no=item.row.item_no) for item in items]


def _stopped(item: Item, batch: BatchClaim, objections: tuple[Objection, ...]) -> bool:
    return not item.free or any(
        one.touches(batch) and one.concerns(item.row.item_no) for one in objections
    )


def hold_of(publicity_id: PublicityId, objection_no: str) -> Holding:
    """Return the hold that an objection puts on items."""
    return Holding("OBJECTION", f"{publicity_id}/{objection_no}", publicity_id=publicity_id)


def _hold_lodged(
    claim_id: ClaimId,
    batch: BatchClaim,
    items: tuple[Item, ...],
    objections: tuple[Objection, ...],
    publicity_id: PublicityId,
    world: World,
) -> Iterator[New]:
    for one in objections:
        why = hold_of(publicity_id, one.number)
        new = [
            item
            for item in items
            if one.touches(batch) and one.concerns(item.row.item_no) and why.key not in item.holds
        ]
        yield from hold(claim_id, new, why, world)


def window(one: Publicity, world: World) -> Deadline | None:
    """Return until when a batch is public, by the calendar as it stands now (CLM-10).

    None for a batch that was never published. While the calendar of a year is not published,
    the day with the fewest working days counts.
    """
    if one.published_on is None:
        return None
    return publicity_deadline(one.published_on, world.law, county=one.county)


@lifecycle(StartPublicity)
def list_can_be_published(c: StartPublicity, world: World) -> Iterator[Unmet]:
    """A new batch names claims of the county, each once."""
    if c.publicity_id is not None and world.exists(PUBLICITY, c.publicity_id):
        yield unmet(("新的公示批次", "a new batch"), ("已发布", "published"), "publicity_id")
    for at, one in enumerate(world.states(SUBSIDY_CLAIM, c.claim_ids).values()):
        yield from known(one, world, (), where=f"claim_ids[{at}]")
        if one.status and one.county != c.county_code:
            yield unmet(
                (f"{c.county_code}的申报", f"claims of {c.county_code}"),
                (one.county, one.county),
                where=f"claim_ids[{at}]",
            )
    if not c.claim_ids or len(set(c.claim_ids)) != len(c.claim_ids):
        yield unmet(
            ("至少1份申报，每份一次", "claims, each once"), ("不符", "it is not so"), "claim_ids"
        )
    if len(_excluded(c, world)) > EXCEPTIONS_MAX:
        yield unmet(
            (f"暂缓项目不超过{EXCEPTIONS_MAX}项", f"{EXCEPTIONS_MAX} held items at most"),
            ("更多，请分批公示", "more: publish in several batches"),
            where="claim_ids",
        )


@hard("CLM-08", StartPublicity)
def resolved_before_published(c: StartPublicity, world: World) -> Iterator[Unmet]:
    """Publicity follows the meeting; what is public or past it is not published again."""
    for at, one in enumerate(world.states(SUBSIDY_CLAIM, c.claim_ids).values()):
        if not one.at("RESOLVED"):
            yield unmet(
                ("有会议通过且未暂缓的项目", "items that are resolved and not held"),
                (STATUS_ZH[one.status], one.status or "missing"),
                where=f"claim_ids[{at}]",
            )
        if any(item.stage == "IN_PUBLICITY" for item in one.items.values()):
            yield unmet(
                ("不在其他公示批次中", "in no other open batch"),
                ("正在公示", "it is public now"),
                where=f"claim_ids[{at}]",
            )


@hard("CLM-15", StartPublicity)
def people_in_custody_are_not_shown(c: StartPublicity, world: World) -> Iterator[Unmet]:
    """Of projects for people in custody only class, heads and amount are public."""
    claims = world.states(SUBSIDY_CLAIM, c.claim_ids).values()
    cited = [one.project_id for one in claims if one.project_id is not None]
    closed = [one for one in world.states(PROJECT, cited).values() if one.custody_scheme]
    if c.persons_shown and closed:
        yield unmet(
            ("羁押、戒毒人员项目只公示班期、人数和金额", "class, heads and amount alone"),
            ("列出人员", "persons are listed"),
            where="persons_shown",
        )


@hard("CLM-16", StartPublicity)
def published_on_the_official_site(c: StartPublicity, world: World) -> Iterator[Unmet]:
    """The list stands on a registered official site of the authority."""
    hosts = world.law.official_hosts(c.county_code, world.today)
    host = urlsplit(c.url).hostname or ""
    if host not in hosts:
        yield unmet(
            (f"官网（{'、'.join(sorted(hosts)) or '尚未登记'}）", "a registered official site"),
            ("其他网站", "another site"),
            where="url",
        )


@lifecycle(ClosePublicity)
def batch_is_open(c: ClosePublicity, world: World) -> Iterator[Unmet]:
    """Only an open batch of the county is closed."""
    one = world.state(PUBLICITY, c.publicity_id)
    if one.status != "OPEN":
        yield unmet(
            ("公示中的批次", "a batch that is open"),
            (
                "已结束" if one.status else "没有这个批次",
                "closed" if one.status else "no such batch",
            ),
        )
    yield from in_reach(None, one.county, world)


@hard("CLM-10", ClosePublicity)
def five_working_days_passed(c: ClosePublicity, world: World) -> Iterator[Unmet]:
    """A batch stays public to the end of the fifth working day after its publication."""
    found = window(world.state(PUBLICITY, c.publicity_id), world)
    if found is not None and found.closes_at is not None and world.now < found.closes_at:
        now = world.now.astimezone(SHANGHAI)
        yield unmet(
            (f"公示至{found.last}24时后结束", f"closed after the end of {found.last}"),
            (f"{now:%Y-%m-%d %H:%M}", f"{now:%Y-%m-%d %H:%M}"),
        )
