"""From the words of a query to which duties are asked for, and on what day it is asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from aggregates.law.deadlines import local_date
from ledger.application.asking import Asked
from ledger.application.criteria import (
    When,
    among,
    bodies_of,
    counties_of,
    day,
    given,
    identity,
    order_of,
)
from ledger.application.running import Ledger
from ledger.security.authority import Reach
from projections.duties.queries import COLUMNS, STATES, UNDONE, DutyFilter
from projections.paging import Order

OWED_BY = ("INSTITUTION", "AUTHORITY")
"""Who may owe a duty."""
_TIME_OF = "select recorded_at from entry where position = %s"


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyCriteria:
    """What a list of duties is asked for, as words; empty words ask for nothing.

    Attributes:
        state: How they stand; OVERDUE is among it, and UNDONE for all that is still to be done.
        class_id: The class, whose claims and certificates count as well.
        due: The last day by which they are due.
        sort: The column, with ``-`` before it for the highest first.
    """

    rule: Sequence[str] = ()
    state: Sequence[str] = ()
    county: Sequence[str] = ()
    institution: Sequence[str] = ()
    owed_by: Sequence[str] = ()
    class_id: str = ""
    due: str = ""
    sort: str = "due_on"

    def only(self, reach: Reach, today: date) -> DutyFilter:
        """Return the filter, within a caller's reach: an institution sees what it owes itself.

        Raises:
            BadInput: a criterion cannot be read.
        """
        one, own = self.class_id.strip(), reach.institution is not None
        return DutyFilter(
            today=today,
            rule_ids=given(self.rule),
            states=self.states,
            counties=counties_of(reach, self.county),
            institution_ids=bodies_of(reach, self.institution),
            class_ids=[identity("class", one)] if one else (),
            owed_by=("INSTITUTION",) if own else among("owed_by", self.owed_by, OWED_BY),
            due_to=day("due", self.due.strip()),
        )

    @property
    def states(self) -> tuple[str, ...]:
        """The states asked for, one by one."""
        named = among("state", self.state, ("UNDONE", *STATES))
        return (*named, *UNDONE) if "UNDONE" in named else named

    def order(self) -> Order:
        """Return the order.

        Raises:
            BadInput: there is no such column.
        """
        return order_of(self.sort, COLUMNS)


async def asked_on(ledger: Ledger, asked: Asked, then: When) -> date:
    """Return the local date on which a question is asked: what is overdue depends on it.

    As of a moment it is the day of that moment. A simulated world has no other time than that of
    its entries.
    """
    if then.moment is None and not ledger.simulated:
        return local_date(ledger.clock.now())
    found = await asked.connection.execute(_TIME_OF, (then.position,))
    row = await found.fetchone()
    if row is None:
        return local_date(ledger.clock.now())
    on = local_date(row[0])
    return on if then.day is None else min(on, then.day)
