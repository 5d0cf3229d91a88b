"""Duties over HTTP: within the caller's reach, as of any moment, as a page and as files."""

import csv
import io
from typing import Any

import httpx2
import pytest

from tests.ledger.serving import Served
from tests.ledger.small_world import EAST, NORTH


def rows_of(client: httpx2.Client, **asked: str) -> list[Any]:
    answer = client.get("/api/v1/duties", params={"rows": "500", **asked})
    assert answer.status_code == 200, answer.text
    return list(answer.json()["rows"])


def test_a_county_sees_its_own_duties_and_asks_for_no_others(place: Served) -> None:
    everybody = rows_of(place.as_("AUDITOR"))
    east = rows_of(place.as_("COUNTY_HR", county=EAST))

    assert {one["county"] for one in everybody} == {EAST, NORTH}
    assert east == [one for one in everybody if one["county"] == EAST]
    assert rows_of(place.as_("COUNTY_HR", county=EAST), county=NORTH) == []


def test_an_institution_sees_what_it_owes_and_never_what_is_owed_about_it(place: Served) -> None:
    own = place.told.institutions[NORTH]
    rows = rows_of(place.as_("INST_CLERK", institution=own), owed_by="AUTHORITY")

    assert {one["owed_by"] for one in rows} == {"INSTITUTION"}
    assert {one["institution_id"] for one in rows} == {str(own)}
    assert {"AUTHORITY", "INSTITUTION"} == {
        one["owed_by"] for one in rows_of(place.as_("AUDITOR")) if one["institution_id"] == str(own)
    }


@pytest.mark.parametrize("role", ["INSPECTOR", "CLASS_HEAD", "SYS_ADMIN"])
def test_others_may_not_ask(place: Served, role: str) -> None:
    client = place.as_(role, county=EAST, institution=place.told.institutions[EAST])
    assert client.get("/api/v1/duties").status_code == 403


def test_an_open_duty_whose_day_is_over_is_overdue_and_one_without_a_day_is_unset(
    place: Served,
) -> None:
    client = place.as_("AUDITOR")
    overdue = rows_of(client, state="OVERDUE")
    counts = client.get("/api/v1/duties").json()["states"]

    assert overdue
    assert {one["state"] for one in overdue} == {"OPEN"}  # as the row says, whatever the day
    assert {one["rule_id"] for one in overdue} == {"PLN-01", "DEL-02"}
    assert sum(one["duties"] for one in counts if one["state"] == "OVERDUE") == len(overdue)
    assert rows_of(client, state="UNSET", rule="SUP-24")


def test_as_of_then_nothing_was_overdue_yet(place: Served) -> None:
    client = place.as_("AUDITOR")
    first = min(rows_of(client, rule="PLN-01"), key=lambda one: one["opened_at"])
    then = rows_of(client, at=first["opened_at"][:10], rule="PLN-01")

    assert first["duty_id"] in {one["duty_id"] for one in then}
    assert rows_of(client, at=first["opened_at"][:10], state="OVERDUE") == []


def test_the_pages_of_the_list_hold_every_duty_once(place: Served) -> None:
    client = place.as_("AUDITOR")
    for sort in ("due_on", "-kept_at", "org"):
        found: list[str] = []
        asked: dict[str, Any] = {"rows": 7, "sort": sort}
        while True:
            page = client.get("/api/v1/duties", params=asked).json()
            found += [one["duty_id"] for one in page["rows"]]
            if page["after"] is None:
                break
            asked["cursor"] = page["after"]
        assert sorted(found) == sorted(one["duty_id"] for one in rows_of(client))


def test_the_duties_of_a_class_hold_those_of_its_claims(place: Served) -> None:
    one = place.told.of(1)
    rows = rows_of(place.as_("AUDITOR"), **{"class": str(one)})

    assert {"class", "claim", "enrolment"} <= {row["subject_kind"] for row in rows}
    assert {row["class_id"] for row in rows} == {str(one)}


def test_the_list_is_had_as_a_file(place: Served) -> None:
    client = place.as_("AUDITOR")
    text = client.get("/api/v1/duties", params={"format": "csv", "state": "OVERDUE"}).text
    lines = list(csv.reader(io.StringIO(text.lstrip("\ufeff"))))

    assert len(lines) - 2 == len(rows_of(client, state="OVERDUE"))
    assert lines[0][0] == "规则"
    assert client.get("/api/v1/duties", params={"format": "ndjson"}).text.count("\n") == len(
        rows_of(client)
    )


@pytest.mark.parametrize(
    ("asked", "where"),
    [({"due": "tomorrow"}, "due"), ({"class": "x"}, "class"), ({"sort": "nothing"}, "sort")],
)
def test_a_criterion_that_cannot_be_read_is_named(
    place: Served, asked: dict[str, str], where: str
) -> None:
    answer = place.as_("AUDITOR").get("/api/v1/duties", params=asked)

    assert answer.status_code == 400
    assert where in answer.text
