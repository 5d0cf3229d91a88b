"""The parts that the facts of a claim are made of."""

from typing import Annotated, Literal

from msgspec import Meta

from aggregates.facts import Code, Count, Digest, Fen, record
from aggregates.ids import EnrolmentId, OfficialId, PersonId
from aggregates.law.catalogues import Fund, ItemKind
from aggregates.sealed import Account, FreeText, Matchable, Personal, PlainText

CERT_NO_CHARS_MAX = 32
"""So that an entry holds 300 items."""
CertNo = Annotated[str, Meta(min_length=1, max_length=CERT_NO_CHARS_MAX)]
ITEMS_MAX = 300
"""Items of one claim at most; ``claim_items_max`` may say less, never more."""

PlaceBasis = Literal["HUJI", "RESIDENCE", "WORK", "TRAINING"]
"""户籍地、常住地、就业创业地、培训地 (17号 五)."""
AccountType = Literal["BASIC", "SSC", "GENERAL"]
"""基本账户、社保卡账户、一般账户."""
ReviewResult = Literal["PASS", "RETURN", "REFUSE"]
HoldGround = Literal["RULE", "OBJECTION", "VERIFICATION"]
MeetingKind = Literal["PARTY_GROUP", "OFFICE"]
MeetingDecision = Literal["APPROVE", "REJECT", "DEFER"]
Stage = Literal[
    "RESOLVED",
    "IN_PUBLICITY",
    "CLEARED",
    "HELD",
    "FUNDING_APPLIED",
    "FUNDING_APPROVED",
    "ORDERED",
    "PAID",
]
"""What becomes of items after the meeting, in the order of 17号 五; RESOLVED waits for it."""
ClaimDocKind = Literal[
    "APPLICATION_FORM",
    "IDENTITY",
    "CATEGORY_PROOF",
    "CERTIFICATE",
    "AGENCY_AGREEMENT",
    "FEE_RECEIPT",
    "ADVANCE_PROOF",
    "LABOUR_CONTRACT",
    "SERVICE_PROOF",
    "ATTENDANCE",
    "FILING_FORM",
    "PLACE_PROOF",
    "OTHER",
]
"""申请材料: the form, who the people are, what they passed, who paid, where it is claimed."""


@record
class ClaimItem:
    """One head and one kind of subsidy.

    Attributes:
        item_no: Its number in the claim, from 1.
        cert_no: The certificate it rests on; None only for a living allowance.
        amount_fen: What is claimed.
    """

    item_no: Count
    person_id: PersonId
    enrolment_id: EnrolmentId
    cert_no: CertNo | None = None
    kind: ItemKind
    amount_fen: Fen


ClaimItems = Annotated[tuple[ClaimItem, ...], Meta(max_length=ITEMS_MAX)]


@record
class PayeeAccount:
    """To which account the money shall go (CLM-12)."""

    type: AccountType
    account: Matchable[Account]
    holder: Personal[PlainText]


@record
class ClaimDoc:
    """A paper handed in with a claim."""

    kind: ClaimDocKind
    sha256: Digest


@record
class FundShare:
    """The items of a claim that one fund pays."""

    fund: Fund
    items: tuple[Count, ...]
    heads: Count
    amount_fen: Fen


@record
class FundBalance:
    """What a fund of the county still had when the source was chosen."""

    fund: Fund
    available_fen: Fen


@record
class Disallowal:
    """What a reviewer takes off an item, and why.

    Attributes:
        amount_fen: How much; the whole amount disallows the item.
    """

    item_no: Count
    rule_id: Code
    amount_fen: Fen
    text: Personal[FreeText] | None = None


@record
class Attendance:
    """Who sat in a meeting, and who left the room for a claim of his own interest."""

    attendees: tuple[OfficialId, ...]
    recused: tuple[OfficialId, ...] = ()
