"""Invariants that a whole ledger keeps, asked of the parts: chains of paid items, equal sums.

For every item that was decided and paid here there is one cleared chain from the filing to the
payment (invariant 1); what payments, the funds' books and the class ledger say was paid is one
sum (invariant 2). History that was brought in is told, not judged: no one decided it here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from typing import Any
from uuid import UUID

from psycopg import Connection, sql

from projections.detail.catalogue import PARTS
from projections.model import Moment
from projections.part import Part
from projections.statement import HOLE, filled

FAILURES_MAX = 1_000
"""How many failures are told one by one; all are counted."""


@dataclass(frozen=True, eq=False)
class _Chains:
    """The statement that finds every paid item and what its chain lacks."""

    key: str = "claim_id"

    @cached_property
    def definition(self) -> str:
        """Its text, its holes open."""
        text = resources.files("projections").joinpath("check.sql").read_text("utf-8")
        return text.strip().rstrip(";")

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """The parts that it names."""
        return tuple(PARTS[name] for name in dict.fromkeys(HOLE.findall(self.definition)))


_CHAINS = _Chains()


@dataclass(frozen=True, slots=True)
class BrokenChain:
    """A paid item whose chain is not whole.

    Attributes:
        claim_id: The claim.
        item_no: Its item.
        lacking: The steps that are missing, out of order or not as the law asks.
    """

    claim_id: UUID
    item_no: int
    lacking: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found.

    Attributes:
        position: The position up to which was looked.
        paid_items: Items paid.
        judged_items: Those of them that were decided here.
        broken_items: Those of them whose chain is not whole.
        broken: The first of them, by claim and item.
        paid_fen: What was paid, by each of the books: payments, funds, class_ledger.
    """

    position: int
    paid_items: int
    judged_items: int
    broken_items: int
    broken: tuple[BrokenChain, ...]
    paid_fen: Mapping[str, int]

    @property
    def sums_agree(self) -> bool:
        """Whether all books say the same sum."""
        return len(set(self.paid_fen.values())) == 1

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.broken_items and self.sums_agree


def check(connection: Connection[Any], until: int) -> Checked:
    """Check the ledger as the parts and models have it.

    Args:
        connection: Where to ask.
        until: The position that parts and models stand at.
    """
    with connection.transaction():
        connection.execute(
            "set local jit = off; set local work_mem = '128MB'; set local enable_nestloop = off"
        )
        statement = filled(_CHAINS, keyed=False, dated=False)
        rows = connection.execute(statement, Moment(until).parameters()).fetchall()
        paid = {
            "payments": _sum(
                connection, "select sum(amount_fen) from detail.payment where step = 'PAID'"
            ),
            "funds": _sum(connection, "select sum(paid_fen) from model.funds"),
            "class_ledger": _sum(connection, "select sum(paid_fen) from model.class_ledger"),
        }
    judged = [row for row in rows if not row[2]]
    broken = sorted((row[0], row[1], tuple(row[3])) for row in judged if row[3])
    return Checked(
        position=until,
        paid_items=len(rows),
        judged_items=len(judged),
        broken_items=len(broken),
        broken=tuple(BrokenChain(*one) for one in broken[:FAILURES_MAX]),
        paid_fen=paid,
    )


def _sum(connection: Connection[Any], statement: str) -> int:
    row = connection.execute(sql.SQL(statement)).fetchone()
    return int(row[0] or 0) if row else 0
