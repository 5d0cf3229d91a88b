"""The story of a publicity batch (17号 五): on the official site for five working days.

Anyone may object. What nobody objected to is cleared when the batch closes; the rest is held
until the objection is dismissed or decided by somebody who reviewed none of the claims.
"""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta

from aggregates.facts import Count, CountyCode, Digest, Fact, Fen, Instant, fact, record
from aggregates.ids import ClaimId, ClassId, InstitutionId, OfficialId, PublicityId
from aggregates.sealed import FreeText, Name, Personal, PlainText
from aggregates.training_class.facts import CalendarStanding

BATCH_CLAIMS_MAX = 150
"""Claims of one batch, so that every fact about it fits into one entry."""
EXCEPTIONS_MAX = 300
"""Single items that a fact about a batch names; the claims' own streams name them all."""
Url = Annotated[str, Meta(pattern="^https?://[^/?#]+", max_length=300)]
ObjectionNo = Annotated[str, Meta(min_length=1, max_length=24)]
"""The number of an objection within its batch."""
ObjectionChannel = Literal["WEBSITE", "PHONE", "LETTER", "VISIT", "HOTLINE", "OTHER"]
ObjectionEffect = Literal["REMOVE_ITEM", "REDUCE", "REPUBLISH", "NONE"]


@record
class BatchClaim:
    """A claim in a batch: how many heads, how much."""

    claim_id: ClaimId
    class_id: ClassId
    institution_id: InstitutionId
    heads: Count
    amount_fen: Fen


@record
class ItemRef:
    """One item of a claim."""

    claim_id: ClaimId
    item_no: Count


BatchClaims = Annotated[tuple[BatchClaim, ...], Meta(max_length=BATCH_CLAIMS_MAX)]
ItemRefs = Annotated[tuple[ItemRef, ...], Meta(max_length=EXCEPTIONS_MAX)]


@fact("publicity.started.v1")
class PublicityStarted(Fact):
    """A list of intended payments was published.

    Attributes:
        claims: The claims on the list, with what of each is on it.
        excluded_items: Items of these claims that are not on the list.
        persons_shown: Whether single persons, masked, are on it (CLM-15).
        list_sha256: Digest of the list as published.
        published_at: When the ledger recorded the publication.
        closes_at: From when on it may be closed: the end of the last working day.
        last_day: The last working day.
        contact: Where objections go.
        calendar_status: Provisional while the calendar of a year is not published.
    """

    publicity_id: PublicityId
    county_code: CountyCode
    claims: BatchClaims
    excluded_items: ItemRefs = ()
    heads: Count
    amount_fen: Fen
    persons_shown: bool
    list_sha256: Digest
    url: Url
    published_at: Instant
    closes_at: Instant
    last_day: date
    contact: Personal[PlainText]
    calendar_version: str
    calendar_status: CalendarStanding
    started_by: OfficialId


@record
class Objector:
    """Who objects; only the handler may learn it. Of an anonymous one nothing is kept."""

    kind: Literal["NAMED", "ANONYMOUS"]
    name: Personal[Name] | None = None
    contact: Personal[PlainText] | None = None


@record
class Target:
    """What an objection is about: a claim, items of it, an institution; else the whole list."""

    claim_id: ClaimId | None = None
    items: tuple[Count, ...] = ()
    institution_id: InstitutionId | None = None


@fact("publicity.objection-lodged.v1")
class ObjectionLodged(Fact):
    """Somebody objected to what was published.

    Attributes:
        class_ids: The classes that it concerns.
        lodged_at: When the ledger received it.
        in_window: Whether that was before the publicity closed; a later one is a clue, but
            finance still sees it until the payment.
    """

    publicity_id: PublicityId
    county_code: CountyCode
    objection_no: ObjectionNo
    target: Target
    class_ids: tuple[ClassId, ...]
    content: Personal[FreeText]
    objector: Objector
    channel: ObjectionChannel
    lodged_at: Instant
    in_window: bool
    evidence: tuple[Digest, ...] = ()


@record
class ItemsOf:
    """Items of a claim by number; none are listed where it is the whole claim."""

    claim_id: ClaimId
    class_id: ClassId
    items: tuple[Count, ...]


@fact("publicity.objection-accepted.v1")
class ObjectionAccepted(Fact):
    """An objection was admitted and is being looked into; what it concerns is held.

    Attributes:
        due_on: When it shall be decided; None while the city has set no time (C-15).
        items_held: What is held from here on; items held already are not repeated.
    """

    publicity_id: PublicityId
    county_code: CountyCode
    objection_no: ObjectionNo
    class_ids: tuple[ClassId, ...]
    handler: OfficialId
    due_on: date | None = None
    items_held: tuple[ItemsOf, ...]


@fact("publicity.objection-dismissed.v1")
class ObjectionDismissed(Fact):
    """An objection was inadmissible: it has no subject or is not about the list.

    Attributes:
        replied_at: When a named objector got the reply.
    """

    publicity_id: PublicityId
    county_code: CountyCode
    objection_no: ObjectionNo
    class_ids: tuple[ClassId, ...]
    reason: Personal[FreeText]
    dismissed_by: OfficialId
    replied_at: Instant | None = None


@record
class Cut:
    """What an upheld objection takes off an item; the whole amount removes it."""

    claim_id: ClaimId
    item_no: Count
    amount_fen: Fen


@fact("publicity.objection-decided.v1")
class ObjectionDecided(Fact):
    """An objection was decided on the merits.

    Attributes:
        explanation: What was found out.
        effect: What follows for the list; REPUBLISH sends the items into another batch.
        cuts: What is taken off, item by item.
        replied_at: When a named objector got the reply.
    """

    publicity_id: PublicityId
    county_code: CountyCode
    objection_no: ObjectionNo
    class_ids: tuple[ClassId, ...]
    result: Literal["UPHELD", "PARTLY", "NOT_UPHELD"]
    explanation: Personal[FreeText]
    effect: ObjectionEffect
    cuts: tuple[Cut, ...] = ()
    decided_by: OfficialId
    replied_at: Instant | None = None


@fact("publicity.closed.v1")
class PublicityClosed(Fact):
    """A publicity closed; every item that is not named here is cleared.

    Attributes:
        claims: What of each claim is cleared.
        held_items: Items with an open objection or another hold.
        removed_items: Items taken off while the publicity ran.
    """

    publicity_id: PublicityId
    county_code: CountyCode
    closed_at: Instant
    claims: BatchClaims
    heads: Count
    amount_fen: Fen
    held_items: ItemRefs = ()
    removed_items: ItemRefs = ()
    closed_by: OfficialId
