"""Claims as the plan knows them: what is asked for which heads, by whom, from which fund."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from aggregates.decisions import Caller
from aggregates.ids import ClaimId
from aggregates.law.catalogues import Fund
from aggregates.law.deadlines import ClaimMode
from ledger.simulation.chance import Chance
from ledger.simulation.classes import ClassPlan, Seat
from ledger.simulation.days import at_or_before, in_office, plus
from ledger.simulation.naming import Naming, account

MEETINGS: Final = ((1, 16), (4, 17), (6, 12), (8, 14), (10, 16), (11, 20), (12, 10))
"""When the meeting resolves on claims, month and day."""
_PERSON_CLAIMS_BP: Final = 8_500
"""How many of those who may claim in person do."""


@dataclass(slots=True)
class Item:
    """One head and one kind of subsidy.

    Attributes:
        number: Its number in the claim, from 1.
        seat: Whose.
        kind: TRAINING or ASSESSMENT.
        amount_fen: How much.
        fund: Which fund pays.
        cut: Whether a reviewer or an objection takes it off.
    """

    number: int
    seat: Seat
    kind: str
    amount_fen: int
    fund: Fund = "EMPLOYMENT"
    cut: bool = False

    def row(self) -> dict[str, Any]:
        """Return its row of the form."""
        return {
            "item_no": self.number,
            "person_id": self.seat.person.person_id,
            "enrolment_id": self.seat.enrolment_id,
            "cert_no": self.seat.cert_no,
            "kind": self.kind,
            "amount_fen": self.amount_fen,
        }


@dataclass(slots=True)
class ClaimPlan:
    """A claim from its submission to the payment.

    Attributes:
        claim_id: Its id.
        plan: The class.
        mode: Who claims.
        items: What is claimed.
        caller: Who hands it in.
        payee: The account it shall be paid to.
        submitted_at: When it is handed in.
        refused: Whether it is refused in the end.
        reported_at: When the audit report on it is issued.
        objected: Items that an objection holds when its publicity closes.
        disputed: Whether an objection to it was accepted.
        paid_at: When the last of it was paid.
    """

    claim_id: ClaimId
    plan: ClassPlan
    mode: ClaimMode
    items: list[Item]
    caller: Caller
    payee: dict[str, Any]
    submitted_at: datetime
    refused: bool = False
    reported_at: datetime | None = None
    objected: set[int] = field(default_factory=set)
    disputed: bool = False
    paid_at: datetime | None = None

    @property
    def key(self) -> str:
        """A name for its papers."""
        return str(self.claim_id)

    def live(self) -> list[Item]:
        """Return the items that are not cut."""
        return [one for one in self.items if not one.cut]

    def of_fund(self, fund: str) -> list[Item]:
        """Return the live items that a fund pays."""
        return [one for one in self.live() if one.fund == fund]


def amount_of(items: Iterable[Item]) -> int:
    """Return what items come to, in fen."""
    return sum(one.amount_fen for one in items)


def meetings(year: int) -> list[date]:
    """Return the days on which the meeting resolves in a year."""
    return [at_or_before(date(year, month, day)) for month, day in MEETINGS]


class Claims:
    """Plans the claims of classes that were certified."""

    def __init__(self, naming: Naming) -> None:
        """Begin."""
        self._naming = naming

    def of(self, plan: ClassPlan) -> list[ClaimPlan]:
        """Return the claims of a class: one of its body or employer, or one a person."""
        passed = [seat for seat in plan.seats if seat.cert_no]
        if not passed or plan.certified_at is None:
            return []
        chance = Chance(self._naming.seed, "claims", plan.class_id)
        if plan.mode != "PERSON":
            on = plus(plan.certified_at.date(), chance.randrange(6, 25))
            return [self._whole(plan, passed, in_office(on, chance))]
        return [
            self._single(
                plan,
                seat,
                in_office(plus(plan.certified_at.date(), chance.randrange(2, 50)), chance),
            )
            for seat in passed
            if chance.happens(_PERSON_CLAIMS_BP)
        ]

    def _whole(self, plan: ClassPlan, seats: list[Seat], at: datetime) -> ClaimPlan:
        body = plan.body
        return ClaimPlan(
            claim_id=ClaimId(self._naming.at(at, "claim", plan.class_id)),
            plan=plan,
            mode=plan.mode,
            items=_items(plan, seats),
            caller=body.caller("EMPLOYER" if body.employs else "INST_HEAD"),
            payee={"type": "BASIC", "account": body.account, "holder": body.name},
            submitted_at=at,
        )

    def _single(self, plan: ClassPlan, seat: Seat, at: datetime) -> ClaimPlan:
        person = seat.person
        caller = Caller(
            person=account(plan.county, "TRAINEE", person.number),
            role="TRAINEE",
            county=plan.county,
        )
        return ClaimPlan(
            claim_id=ClaimId(self._naming.at(at, "claim", seat.enrolment_id)),
            plan=plan,
            mode="PERSON",
            items=_items(plan, [seat]),
            caller=caller,
            payee={"type": "SSC", "account": person.account, "holder": person.name},
            submitted_at=at,
        )


def _items(plan: ClassPlan, seats: list[Seat]) -> list[Item]:
    course = plan.course
    found: list[Item] = []
    for seat in seats:
        found.append(Item(len(found) + 1, seat, "TRAINING", course.standard_fen))
        if course.assessment_fen:
            found.append(Item(len(found) + 1, seat, "ASSESSMENT", course.assessment_fen))
    return found
