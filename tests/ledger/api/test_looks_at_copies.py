"""What the server of a copy tells of look-ups there, and that nobody else may."""

import pytest

from aggregates.ids import derived_id
from tests.ledger.serving import Served

LOOK = {
    "caller": str(derived_id("account", "an auditor elsewhere")),
    "role": "AUDITOR",
    "org": "",
    "county": "",
    "institution": None,
    "what": "trail",
    "fields": ["trail"],
    "purpose": "look into a complaint of 2024",
    "task": "T-2024-7",
    "person": None,
}


def test_a_look_up_at_a_copy_is_in_the_log_when_the_copy_is_answered(place: Served) -> None:
    answer = place.as_("MIRROR").post("/api/v1/looks", json=LOOK)

    assert answer.status_code == 201
    position = answer.json()["position"]
    kept = place.as_("AUDITOR").get(f"/api/v1/entries/{position}").json()
    assert kept["type"] == "sealed.recorded.v1"
    assert str(LOOK["purpose"]) not in str(kept)


@pytest.mark.parametrize("role", ["AUDITOR", "CITY_HR", "SYS_ADMIN", None])
def test_nobody_else_tells_of_look_ups(place: Served, role: str | None) -> None:
    answer = place.as_(role).post("/api/v1/looks", json=LOOK)

    assert answer.status_code == (401 if role is None else 403)


@pytest.mark.parametrize("wrong", [{"role": "NOBODY"}, {"caller": "x"}, {"purpose": ""}, {"x": 1}])
def test_what_is_no_look_up_is_told_without_what_was_sent(
    place: Served, wrong: dict[str, object]
) -> None:
    answer = place.as_("MIRROR").post("/api/v1/looks", json=LOOK | wrong)

    assert answer.status_code == 400
    assert "NOBODY" not in answer.text


def test_the_server_of_a_copy_reads_entries_and_nothing_else(place: Served) -> None:
    client = place.as_("MIRROR")

    assert client.get("/api/v1/entries").status_code == 200
    for path in ("class-ledger", "archive", "funds", "risk", "entries/1"):
        assert client.get(f"/api/v1/{path}").status_code == 403


def test_metrics_say_how_far_everything_has_come(place: Served) -> None:
    told = place.as_(None).get("/metrics")

    assert told.status_code == 200
    assert told.headers["content-type"].startswith("text/plain; version=0.0.4")
    lines = dict(line.rsplit(" ", 1) for line in told.text.splitlines() if not line.startswith("#"))
    head = int(lines["mingzhang_log_position"])
    assert head > 100
    assert int(lines['mingzhang_model_position{model="class_ledger"}']) <= head


def test_the_status_page_shows_it_to_people(place: Served) -> None:
    page = place.as_("CITY_HR").get("/status", params={"lang": "en"})

    assert page.status_code == 200
    assert "class_ledger" in page.text
