from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from aggregates.decisions import Caller
from aggregates.ids import OfficialId, derived_id
from ledger.application.answers import Ask, Refusal
from ledger.application.importing import import_file, reason_of
from ledger.application.parsing import BadInput
from ledger.application.running import Ledger
from ledger.security.authority import Denied
from tests.ledger.application.test_door import institution, instructor

CLERK = Caller(person=OfficialId(derived_id("account", "clerk")), role="COUNTY_CLERK")
HISTORY = Caller(person=OfficialId(derived_id("account", "history")), role="MIGRATION")


def line(data: dict[str, Any]) -> bytes:
    return orjson.dumps({"command": "register-institution", "data": data})


async def entries(ledger: Ledger) -> int:
    async with ledger.pool.connection() as connection:
        row = await (await connection.execute("select position from ledger.head")).fetchone()
    return int(row[0]) if row else 0


async def test_a_broken_line_in_the_middle_is_named_and_stops_no_other(
    ledger: Ledger, tmp_path: Path
) -> None:
    file = tmp_path / "papers.ndjson"
    unlicensed = institution(3) | {"licence_no": None}
    impossible = institution(4) | {"licence_valid_to": "2027-02-30"}
    good = institution(5) | {"uscc": "92371502MA3XYZ123W"}
    file.write_bytes(
        b"\n".join(
            [
                line(institution(1)),
                b'{"command": "register-inst',
                line(unlicensed),
                line(impossible),
            ]
        )
        + b"\n"
        + line(
            good
            | {"uscc": institution(1)["uscc"], "institution_id": institution(6)["institution_id"]}
        )
    )

    report = await import_file(ledger.door, file, CLERK, channel="import", as_facts=False)

    assert report.rows == 5
    assert report.recorded == 2
    assert [one.line for one in report.rejected] == [2, 3, 4]
    kinds = [type(one.error) for one in report.rejected]
    assert kinds == [BadInput, Refusal, BadInput]
    assert reason_of(report.rejected[1].error) == "INS-01"


async def test_a_file_that_is_brought_in_again_writes_nothing_again(
    ledger: Ledger, tmp_path: Path
) -> None:
    file = tmp_path / "papers.ndjson"
    file.write_bytes(line(institution(1)))
    first = await import_file(ledger.door, file, CLERK, channel="import", as_facts=False)
    count = await entries(ledger)

    again = await import_file(ledger.door, file, CLERK, channel="import", as_facts=False)

    assert (first.recorded, again.recorded, again.repeated) == (1, 0, 1)
    assert await entries(ledger) == count


async def test_a_file_that_is_brought_in_again_with_another_outcome_is_reported_again(
    ledger: Ledger, tmp_path: Path
) -> None:
    file = tmp_path / "papers.ndjson"
    engaged = {"instructor_id": str(derived_id("i", 1)), **instructor()}
    late = orjson.dumps({"command": "register-instructor", "data": engaged})
    file.write_bytes(line(institution(1) | {"licence_no": None}) + b"\n" + late)
    facts = replace(CLERK, role="MIGRATION")
    first = await import_file(ledger.door, file, CLERK, channel="import", as_facts=False)

    again = await import_file(ledger.door, file, facts, channel="migration", as_facts=True)
    count = await entries(ledger)
    third = await import_file(ledger.door, file, facts, channel="migration", as_facts=True)

    assert (first.recorded, [one.line for one in first.rejected]) == (1, [1])
    assert (again.findings, again.rejected) == (1, [])
    assert (third.repeated, third.rejected) == (2, [])
    assert await entries(ledger) == count


async def test_history_is_recorded_with_its_findings_instead_of_being_refused(
    ledger: Ledger, tmp_path: Path
) -> None:
    file = tmp_path / "history.ndjson"
    file.write_bytes(line(institution(1) | {"licence_no": None}))

    report = await import_file(ledger.door, file, HISTORY, channel="migration", as_facts=True)

    assert report.rejected == []
    assert report.findings == 1


async def test_who_may_not_bring_in_files_is_told_so_before_anything_is_written(
    ledger: Ledger, tmp_path: Path
) -> None:
    file = tmp_path / "papers.ndjson"
    file.write_bytes(line(institution(1)))
    count = await entries(ledger)
    own = replace(CLERK, role="INST_CLERK")

    with pytest.raises(Denied):
        await import_file(ledger.door, file, own, channel="import", as_facts=False)

    assert await entries(ledger) == count


async def test_history_gives_no_command_that_is_to_be_decided_now(ledger: Ledger) -> None:
    with pytest.raises(Denied):
        await ledger.door.act(Ask("register-institution", institution(1)), HISTORY)
