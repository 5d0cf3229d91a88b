"""From the meeting to the money: resolved, public for five working days, applied for, paid."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Final, get_args

from aggregates.ids import ClaimId, PaymentId, PublicityId
from aggregates.law.catalogues import Fund
from aggregates.payment.state import payment_of
from ledger.simulation.chance import Chance
from ledger.simulation.claims import ClaimPlan, Item, amount_of, meetings
from ledger.simulation.days import in_office, moment, plus
from ledger.simulation.lists import host
from ledger.simulation.naming import Naming, account
from ledger.simulation.objecting import Objecting, Objection
from ledger.simulation.offices import Office
from ledger.simulation.script import Label, Script

BATCH_CLAIMS: Final = 120
"""Claims of one publicity at most."""
ORDER_ITEMS: Final = 240
"""Items of one order at most, so that its confirmation fits into one commit."""
PUBLICITY_DAYS: Final = 5
FUNDS: Final[tuple[Fund, ...]] = get_args(Fund)
_MINUTE = timedelta(minutes=1)
_FAILED_BP: Final = 150
"""Orders that a bank cannot pay at the first try."""
_FAILS_FIRST: Final = 2
"""The order of a county that fails for sure."""


class Paying:
    """Writes what happens to the claims of a county from the meeting on."""

    def __init__(
        self, script: Script, naming: Naming, office: Office, *, objected: bool = True
    ) -> None:
        """Begin; ``objected`` says whether anybody ever objects, or a bank ever fails to pay."""
        self._script = script
        self._naming = naming
        self._office = office
        self._objecting = Objecting(script, naming, office) if objected else None
        self._ordered = 0

    def settle(self, year: int, claims: Sequence[ClaimPlan]) -> list[ClaimPlan]:
        """Write the meetings of a year; return the claims that none of them dealt with."""
        left = [one for one in claims if not one.refused and one.reported_at is not None]
        for number, on in enumerate(meetings(year), start=1):
            ready = [one for one in left if one.reported_at and one.reported_at.date() < on]
            left = [one for one in left if one not in ready]
            for part, batch in enumerate(_batches(ready), start=1):
                self.batch(f"{year}-{number}-{part}", on, batch)
        return left

    def batch(self, name: str, on: date, claims: Sequence[ClaimPlan]) -> None:
        """Write one batch of claims, from the meeting of a day to the payment."""
        chance = Chance(self._naming.seed, "batch", self._office.county, name)
        self._resolve(name, on, claims, chance)
        published = in_office(plus(on, chance.randrange(1, 3)), chance)
        one = PublicityId(self._naming.at(published, "publicity", self._office.county, name))
        self._publish(one, name, claims, published)
        objection = None
        if self._objecting is not None:
            objection = self._objecting.lodge(one, claims, published, chance)
        last = plus(published.date(), PUBLICITY_DAYS)
        closed = in_office(plus(last, 1), chance)
        self._script.ask(closed, self._office.bureau, "close-publicity", {"publicity_id": one})
        self._fund(one, (name, 1), claims, closed, chance)
        if objection is not None:
            self._after(one, name, objection, closed, chance)

    def _after(
        self, one: PublicityId, name: str, objection: Objection, closed: datetime, chance: Chance
    ) -> None:
        """Decide an objection once the batch is closed, and apply for what it lets go."""
        decided = in_office(plus(closed.date(), chance.randrange(2, 5)), chance)
        if self._objecting is not None:
            self._objecting.decide(one, objection, decided)
        objection.claim.objected.clear()
        if objection.free():
            self._fund(one, (name, 2), [objection.claim], decided, chance, only=objection.items)

    def _resolve(self, name: str, on: date, claims: Sequence[ClaimPlan], chance: Chance) -> None:
        county = self._office.county
        data = {
            "meeting": "PARTY_GROUP" if chance.happens(5_000) else "OFFICE",
            "held_on": on,
            "minutes_no": f"HY-{county}-{name}",
            "attendees": [account(county, "MEETING", number) for number in range(1, 6)],
            "doc_sha256": self._naming.digest("minutes", county, name),
            "claims": [{"claim_id": one.claim_id, "decision": "APPROVE"} for one in claims],
        }
        at = moment(on, 16, chance.randrange(10, 59))
        self._script.ask(at, self._office.bureau, "resolve-meeting", data)

    def _publish(
        self, one: PublicityId, name: str, claims: Sequence[ClaimPlan], at: datetime
    ) -> None:
        county = self._office.county
        data = {
            "publicity_id": one,
            "county_code": county,
            "claim_ids": [claim.claim_id for claim in claims],
            "persons_shown": not any(_in_custody(claim) for claim in claims),
            "list_sha256": self._naming.digest("list", county, name),
            "url": f"https://{host(county)}/publicity/{name}",
            "contact": "模拟举报电话",
        }
        self._script.ask(at, self._office.bureau, "start-publicity", data)

    def _fund(
        self,
        one: PublicityId,
        named: tuple[str, int],
        claims: Sequence[ClaimPlan],
        closed: datetime,
        chance: Chance,
        *,
        only: Sequence[Item] | None = None,
    ) -> None:
        """Apply for the cleared items of a batch, fund by fund, and have them paid."""
        name, number = named
        for at, fund in enumerate(FUNDS):
            lines = {
                claim.claim_id: [
                    item
                    for item in claim.of_fund(fund)
                    if item.number not in claim.objected and (only is None or item in only)
                ]
                for claim in claims
            }
            asked = [claim for claim in claims if lines[claim.claim_id]]
            if not asked:
                continue
            applied = closed + (at + 1) * 20 * _MINUTE
            no = f"ZJ-{self._office.county}-{name}-{fund}-{number}"
            data = {
                "publicity_id": one,
                "fund": fund,
                "application_no": no,
                "year": applied.year,
                "round": number,
            }
            self._script.ask(applied, self._office.bureau, "submit-funding-application", data)
            payment = payment_of(one, fund, number)
            decided = in_office(plus(applied.date(), 1), chance)
            decision = {"payment_id": payment, "decision": "APPROVED"}
            self._script.ask(decided, self._office.finance, "decide-funding-application", decision)
            ordered = in_office(plus(decided.date(), 1), chance)
            for order_no, (group, amount) in enumerate(_orders(asked, lines), start=1):
                at_order = ordered + order_no * timedelta(seconds=20)
                self._pay(payment, f"{no}-{order_no:03}", group, amount, at_order)

    def _pay(
        self,
        payment: PaymentId,
        order_no: str,
        claims: Sequence[ClaimPlan],
        amount: int,
        at: datetime,
    ) -> None:
        payee = claims[0].payee
        order = {
            "payment_id": payment,
            "order_no": order_no,
            "claim_ids": [claim.claim_id for claim in claims],
            "account_type": payee["type"],
            "account": payee["account"],
            "holder": payee["holder"],
            "amount_fen": amount,
        }
        self._script.ask(at, self._office.payer, "order-disbursement", order)
        if self._fails(order_no):
            at = self._failed(payment, order_no, claims, at)
            order_no = f"{order_no}-2"
            self._script.ask(
                at, self._office.payer, "order-disbursement", order | {"order_no": order_no}
            )
        confirmed = moment(plus(at.date(), 1), 10, at.minute, at.second)
        data = {
            "payment_id": payment,
            "order_no": order_no,
            "bank_ref": f"YH{order_no[3:]}",
            "paid_at": confirmed - timedelta(minutes=30),
            "amount_fen": amount,
        }
        self._script.ask(confirmed, self._office.payer, "confirm-payment", data)
        for claim in claims:
            claim.paid_at = max(claim.paid_at or confirmed, confirmed)

    def _fails(self, order_no: str) -> bool:
        """Say whether a bank cannot pay an order: now and then, and once in each county for sure.

        What is made for one purpose is paid as it was meant.
        """
        if self._objecting is None:
            return False
        self._ordered += 1
        chance = Chance(self._naming.seed, "payment", order_no)
        return self._ordered == _FAILS_FIRST or chance.happens(_FAILED_BP)

    def _failed(
        self, payment: PaymentId, order_no: str, claims: Sequence[ClaimPlan], at: datetime
    ) -> datetime:
        """Let the bank say that it could not pay; return when the order is given again."""
        said = moment(plus(at.date(), 1), 9, at.minute, at.second)
        data = {
            "payment_id": payment,
            "order_no": order_no,
            "reason": "BANK_FAULT",
            "bank_ref": f"TP{order_no[3:]}",
            "failed_at": said - timedelta(minutes=20),
        }
        self._script.ask(said, self._office.payer, "record-payment-failure", data)
        subjects = tuple(("claim", str(claim.claim_id)) for claim in claims)
        why = "a payment that failed and was ordered again"
        self._script.label(Label("RI-27", "failed", False, subjects, why))  # noqa: FBT003 - it is lawful
        return moment(plus(said.date(), 1), 15, at.minute, at.second)


def _in_custody(claim: ClaimPlan) -> bool:
    return any(one.seat.person.category == "CUSTODY" for one in claim.items)


def _batches(claims: Sequence[ClaimPlan]) -> Iterator[list[ClaimPlan]]:
    """Yield the publicities of a meeting: what is for people in custody by itself."""
    closed = [one for one in claims if _in_custody(one)]
    shown = [one for one in claims if not _in_custody(one)]
    for group in (shown, closed):
        for at in range(0, len(group), BATCH_CLAIMS):
            yield group[at : at + BATCH_CLAIMS]


def _orders(
    claims: Sequence[ClaimPlan], lines: dict[ClaimId, list[Item]]
) -> Iterator[tuple[list[ClaimPlan], int]]:
    """Yield the claims of each order with its amount: those of one payee, not too many items."""
    payees: dict[str, list[ClaimPlan]] = {}
    for claim in claims:
        payees.setdefault(claim.payee["account"], []).append(claim)
    for held in payees.values():
        group: list[ClaimPlan] = []
        items: list[Item] = []
        for claim in held:
            more = lines[claim.claim_id]
            if group and len(items) + len(more) > ORDER_ITEMS:
                yield group, amount_of(items)
                group, items = [], []
            group.append(claim)
            items += more
        yield group, amount_of(items)
