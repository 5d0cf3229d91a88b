"""Commands that are well formed and still odd: each gets an answer, and nobody else's is spoilt."""

from typing import Any

import pytest

from aggregates.ids import derived_id
from ledger.application.answers import Ask, Checked, Recorded, Refusal
from ledger.application.parsing import BadInput
from ledger.application.running import Ledger
from ledger.store.requests import ENTRIES_MAX
from tests.ledger.application.test_door import bodies, caller, institution, instructor

MISSED = {"duty_rule_id": "PLN-01", "responsible_org": "371502-HR", "subject": {}}
ODD: list[tuple[str, dict[str, Any], str, str]] = [
    ("register-institution", institution(1) | {"name": "a\0b"}, "COUNTY_CLERK", "name"),
    ("register-institution", institution(1) | {"address": "东" * 30_000}, "COUNTY_CLERK", ""),
    ("record-missed-deadline", MISSED | {"due_at": "0001-01-01T00:00:00+14:00"}, "TIMER", ""),
]


async def test_a_command_that_names_no_id_is_given_one(ledger: Ledger) -> None:
    ask = Ask("register-instructor", instructor())

    checked = await ledger.door.check(ask, caller("COUNTY_CLERK"))
    answers = await ledger.door.act_all([ask, ask], caller("COUNTY_CLERK"))

    assert isinstance(checked, Checked)
    streams = {one.entries[0].stream for one in answers if isinstance(one, Recorded)}
    assert len(streams) == 2


@pytest.mark.parametrize(("command", "data", "role", "where"), ODD)
async def test_what_cannot_be_recorded_is_bad_input_and_leaves_nothing(
    ledger: Ledger, command: str, data: dict[str, Any], role: str, where: str
) -> None:
    before = len(await bodies(ledger))

    with pytest.raises(BadInput) as caught:
        await ledger.door.act(Ask(command, data), caller(role))

    assert where in caught.value.problems[0].where
    assert len(await bodies(ledger)) == before


@pytest.mark.parametrize(("command", "data", "role", "where"), ODD)
async def test_an_odd_command_spoils_no_other_of_its_batch(
    ledger: Ledger, command: str, data: dict[str, Any], role: str, where: str
) -> None:
    right = Ask("register-instructor", instructor())

    answers = await ledger.door.act_each(
        [
            (right, caller("COUNTY_CLERK")),
            (Ask(command, data), caller(role)),
            (right, caller("COUNTY_CLERK")),
        ]
    )

    assert [type(one) for one in answers] == [Recorded, BadInput, Recorded], where


async def test_a_decision_of_more_entries_than_one_append_holds_is_bad_input(
    ledger: Ledger,
) -> None:
    claims = [
        {"claim_id": str(derived_id("claim", n)), "decision": "APPROVE"}
        for n in range(ENTRIES_MAX + 1)
    ]
    data = {"meeting": "PARTY_GROUP", "held_on": "2024-04-11", "minutes_no": "1", "claims": claims}
    data |= {"attendees": [str(derived_id("official", 1))], "doc_sha256": "0" * 64}
    before = len(await bodies(ledger))

    refused = await ledger.door.act(Ask("resolve-meeting", data), caller("COUNTY_HR"))
    with pytest.raises(BadInput):
        await ledger.door.act(
            Ask("resolve-meeting", data, channel="migration", as_facts=True), caller("MIGRATION")
        )

    assert isinstance(refused, Refusal)
    assert len(await bodies(ledger)) == before + 1
