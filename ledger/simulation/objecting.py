"""Objections to what is published: lodged, dismissed or accepted, held, decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from aggregates.ids import PublicityId
from ledger.simulation.chance import Chance
from ledger.simulation.claims import ClaimPlan, Item
from ledger.simulation.days import in_office, plus
from ledger.simulation.naming import Naming
from ledger.simulation.offices import PUBLIC, Office
from ledger.simulation.script import Script

_OBJECTED_BP: Final = 200
"""One batch in fifty."""
_ITEMS: Final = 3


@dataclass(slots=True)
class Objection:
    """An objection that was accepted.

    Attributes:
        number: Its number within the batch.
        claim: The claim that it is about.
        items: The items that it is about.
        upheld: Whether it turns out to be right.
    """

    number: str
    claim: ClaimPlan
    items: list[Item]
    upheld: bool

    def free(self) -> list[Item]:
        """Return the items that go on."""
        return [] if self.upheld else self.items


class Objecting:
    """Writes the objections of a county; the first batches of each county get one for sure."""

    def __init__(self, script: Script, naming: Naming, office: Office) -> None:
        """Begin."""
        self._script = script
        self._naming = naming
        self._office = office
        self._made = 0

    def lodge(
        self,
        one: PublicityId,
        claims: Sequence[ClaimPlan],
        published: datetime,
        chance: Chance,
    ) -> Objection | None:
        """Let somebody object to a batch now and then; say what is held because of it."""
        able = [claim for claim in claims if claim.mode != "PERSON" and len(claim.live()) > _ITEMS]
        if not able or (self._made > 1 and not chance.happens(_OBJECTED_BP)):
            return None
        self._made += 1
        at = in_office(plus(published.date(), 2), chance)
        claim = chance.choice(able)
        items = claim.live()[:_ITEMS]
        data = {
            "publicity_id": one,
            "objection_no": "1",
            "target": {"claim_id": claim.claim_id, "items": [item.number for item in items]},
            "content": "公示人员中有人未参加培训（模拟）",
            "objector": {"kind": "NAMED", "name": "钱模拟", "contact": "模拟联系方式"},
            "channel": "WEBSITE",
        }
        self._script.ask(at, PUBLIC, "lodge-objection", data, channel="outer")
        self._baseless(one, at + timedelta(hours=1))
        accepted = {"publicity_id": one, "objection_no": "1"}
        on = in_office(plus(at.date(), 1), chance)
        self._script.ask(on, self._office.bureau, "accept-objection", accepted)
        claim.objected = {item.number for item in items}
        claim.disputed = True
        return Objection("1", claim, items, upheld=self._made % 2 == 0)

    def _baseless(self, one: PublicityId, at: datetime) -> None:
        """Let somebody object to nothing in particular, and be answered so."""
        data = {
            "publicity_id": one,
            "objection_no": "2",
            "target": {},
            "content": "对公示有意见（模拟）",
            "objector": {"kind": "ANONYMOUS"},
            "channel": "PHONE",
        }
        self._script.ask(at, PUBLIC, "lodge-objection", data, channel="outer")
        answer = {
            "publicity_id": one,
            "objection_no": "2",
            "reason": "未指明具体事项（模拟）",
        }
        at += timedelta(hours=2)
        self._script.ask(at, self._office.bureau, "dismiss-objection", answer)

    def decide(self, one: PublicityId, objection: Objection, at: datetime) -> None:
        """Decide an objection: its items are taken off, or go on."""
        data: dict[str, Any] = {
            "publicity_id": one,
            "objection_no": objection.number,
            "result": "UPHELD" if objection.upheld else "NOT_UPHELD",
            "explanation": "经核查（模拟）",
            "effect": "REMOVE_ITEM" if objection.upheld else "NONE",
            "replied_at": at - timedelta(minutes=30),
        }
        if objection.upheld:
            data["cuts"] = [
                {
                    "claim_id": objection.claim.claim_id,
                    "item_no": item.number,
                    "amount_fen": item.amount_fen,
                }
                for item in objection.items
            ]
            for item in objection.items:
                item.cut = True
        self._script.ask(at, self._office.bureau, "decide-objection", data)
