"""A log whose newest entry bears a later date than the clock: work goes on, nothing runs back."""

from datetime import timedelta

from aggregates.ids import derived_id
from ledger.application.access import record_access
from ledger.application.answers import Ask, Recorded, Refusal
from ledger.application.running import Ledger
from ledger.vault.opening import Purpose
from tests.ledger.application.test_door import caller, institution, instructor


async def go_ahead(ledger: Ledger) -> Recorded:
    """Leave an entry that is three days ahead of the clock."""
    data = {"instructor_id": str(derived_id("i", 1))} | instructor()
    ahead = Ask("register-instructor", data, at=ledger.clock.now() + timedelta(days=3))
    answer = await ledger.door.act(ahead, caller("COUNTY_CLERK"))
    assert isinstance(answer, Recorded)
    return answer


async def test_a_look_is_recorded_after_a_head_of_a_later_date(ledger: Ledger) -> None:
    head = await go_ahead(ledger)

    position = await record_access(
        ledger,
        caller("AUDITOR"),
        what="trail/person",
        fields=("trail",),
        purpose=Purpose("专项审计抽查", "审2026-015"),
    )

    assert position == head.last + 1


async def test_a_command_is_decided_for_the_date_of_a_later_head(ledger: Ledger) -> None:
    head = await go_ahead(ledger)
    register = Ask("register-institution", institution(1))

    granted = await ledger.door.act(register, caller("COUNTY_CLERK"))
    refused = await ledger.door.act(register, caller("COUNTY_CLERK"))

    assert isinstance(granted, Recorded)
    assert granted.time == head.time
    assert isinstance(refused, Refusal)
    assert refused.position == granted.last + 1
