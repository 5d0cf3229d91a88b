import csv
import io
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid5

import httpx2
import orjson
import pytest

from ledger.security.authority import ASKED_BY, Question
from ledger.security.roles import ROLES
from projections.class_ledger.queries import COLUMNS
from tests.ledger.serving import CLASSES, Served
from tests.ledger.small_world import EAST, NORTH

WHY = {"purpose": "专项审计抽查", "task": "审2026-015"}
ROWS = 5


def rows_of(
    client: httpx2.Client, path: str = "/api/v1/class-ledger", **asked: object
) -> list[Any]:
    """Return every row of a list, page by page."""
    found: list[Any] = []
    cursor = None
    while True:
        params: dict[str, Any] = {**asked, "rows": ROWS}
        page = client.get(path, params=params | ({"cursor": cursor} if cursor else {}))
        assert page.status_code == 200, page.text
        found += page.json()["rows"]
        cursor = page.json()["after"]
        if cursor is None:
            return found


def test_the_pages_of_a_list_hold_every_class_once(place: Served) -> None:
    rows = rows_of(place.as_("AUDITOR"))

    assert len(rows) == CLASSES
    assert {UUID(row["class_id"]) for row in rows} == {s.id for s in place.told.stories.values()}


def test_the_totals_are_the_sums_of_the_rows(place: Served) -> None:
    client = place.as_("AUDITOR")
    totals = client.get("/api/v1/class-ledger").json()["totals"]
    rows = rows_of(client)

    assert totals.pop("classes") == len(rows)
    assert totals == {name: sum(row[name] for row in rows) for name in totals}
    assert totals["paid_fen"] > 0


def test_a_page_before_leads_back_to_the_same_rows(place: Served) -> None:
    client = place.as_("AUDITOR")
    first = client.get("/api/v1/class-ledger", params={"rows": ROWS}).json()
    second = client.get(
        "/api/v1/class-ledger", params={"rows": ROWS, "cursor": first["after"]}
    ).json()
    back = client.get(
        "/api/v1/class-ledger", params={"rows": ROWS, "cursor": second["before"]}
    ).json()

    assert back["rows"] == first["rows"]
    assert first["before"] is None


@pytest.mark.parametrize("column", COLUMNS)
def test_a_list_is_sorted_by_any_of_its_columns_both_ways(place: Served, column: str) -> None:
    client = place.as_("AUDITOR")
    up, down = rows_of(client, sort=column), rows_of(client, sort=f"-{column}")

    def told(rows: list[Any]) -> list[Any]:
        return [row[column] for row in rows if row[column] is not None]

    assert told(up) == sorted(told(up))
    assert told(down) == told(up)[::-1]
    assert len(up) == len(down) == CLASSES


def test_each_criterion_keeps_what_it_names_and_nothing_else(place: Served) -> None:
    client = place.as_("AUDITOR")
    everything = rows_of(client)

    for criterion, keeps in (
        ({"county": EAST}, lambda row: row["county"] == EAST),
        ({"status": ["TAUGHT", "RETURNED"]}, lambda row: row["status"] in {"TAUGHT", "RETURNED"}),
        (
            {"training_type": "SPECIAL_ABILITY"},
            lambda row: row["training_type"] == "SPECIAL_ABILITY",
        ),
        ({"institution": str(place.told.institutions[NORTH])}, lambda row: row["county"] == NORTH),
        ({"q": "-0003"}, lambda row: row["filing_no"].endswith("-0003")),
        ({"q": "惠民"}, lambda row: row["institution"].startswith("惠民")),
    ):
        found = rows_of(client, **criterion)
        assert found, criterion
        assert found == [row for row in everything if keeps(row)], criterion


def test_a_range_of_months_counts_the_start_else_the_filing(place: Served) -> None:
    client = place.as_("AUDITOR")
    found = rows_of(client, start="2024-03", end="2024-05")

    assert found
    assert all(
        "2024-03" <= (row["started_on"] or row["filed_on"])[:7] <= "2024-05" for row in found
    )


@pytest.mark.parametrize(
    ("criterion", "where"),
    [
        ({"start": "2024-13"}, "start"),
        ({"end": "March"}, "end"),
        ({"end": "9999-12"}, "end"),
        ({"start": "0000-01"}, "start"),
        ({"sort": "secret"}, "sort"),
        ({"at": "yesterday"}, "at"),
        ({"at": "999999999"}, "at"),
        ({"until": "2024-02-30"}, "until"),
        ({"institution": "somebody"}, "institution"),
        ({"q": "x" * 101}, "q"),
        ({"cursor": "somewhere"}, "cursor"),
    ],
)
def test_a_criterion_that_cannot_be_read_is_named_and_not_repeated(
    place: Served, criterion: dict[str, str], where: str
) -> None:
    answer = place.as_("AUDITOR").get("/api/v1/class-ledger", params=criterion)

    assert answer.status_code == 400
    assert [one["where"] for one in answer.json()["problems"]] == [where]
    assert criterion[where] not in answer.text


def test_a_cursor_of_another_order_is_refused(place: Served) -> None:
    client = place.as_("AUDITOR")
    cursor = client.get("/api/v1/class-ledger", params={"rows": ROWS}).json()["after"]
    answer = client.get("/api/v1/class-ledger", params={"cursor": cursor, "sort": "paid_fen"})

    assert answer.status_code == 400


@pytest.mark.parametrize("rows", [0, -1, 501])
def test_a_page_of_an_impossible_size_is_refused(place: Served, rows: int) -> None:
    assert place.as_("AUDITOR").get(f"/api/v1/class-ledger?rows={rows}").status_code == 400


def test_as_of_the_last_position_is_what_is_shown_now(place: Served) -> None:
    client = place.as_("AUDITOR")
    now = client.get("/api/v1/class-ledger").json()
    then = client.get("/api/v1/class-ledger", params={"at": now["as_of"]["position"]}).json()

    assert then["rows"] == now["rows"]
    assert then["totals"] == now["totals"]
    assert (now["as_of"]["past"], then["as_of"]["past"]) == (False, True)


def test_as_of_a_position_knows_nothing_that_came_later(place: Served) -> None:
    client, story = place.as_("AUDITOR"), place.told.stories[1]
    filed = client.get(f"/api/v1/classes/{story.id}", params={"at": 5}).json()["row"]
    paid = client.get(f"/api/v1/classes/{story.id}").json()["row"]

    assert (filed["status"], filed["heads_filed"], filed["paid_fen"]) == ("FILED", 4, 0)
    assert (paid["status"], paid["paid_fen"]) == ("CLOSED", story.amount)
    assert client.get(f"/api/v1/classes/{story.id}", params={"at": 1}).status_code == 404


def test_as_of_a_day_is_what_was_recorded_by_its_end(place: Served) -> None:
    client, story = place.as_("AUDITOR"), place.told.stories[1]
    events = client.get(f"/api/v1/classes/{story.id}/timeline").json()["events"]
    started = next(one for one in events if one["type"] == "training-class.started.v1")
    answer = client.get(f"/api/v1/classes/{story.id}", params={"at": started["time"][:10]}).json()

    assert answer["row"]["status"] == "RUNNING"
    assert answer["as_of"]["position"] >= started["position"]


def test_a_csv_holds_every_row_of_the_same_criteria_and_their_sum(place: Served) -> None:
    client = place.as_("AUDITOR")
    answer = client.get("/api/v1/class-ledger", params={"format": "csv", "county": EAST})
    head, *rows, foot = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    listed = rows_of(client, county=EAST)

    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert [row[0] for row in rows] == [row["filing_no"] for row in listed]
    assert foot[0] == f"合计（{len(listed)}行）"
    at = head.index("拨付金额（元）")
    assert foot[at] == f"{sum(row['paid_fen'] for row in listed) // 100}.00"
    assert answer.headers["mingzhang-criteria"] == f"format=csv&county={EAST}"
    assert "filename*=UTF-8''" in answer.headers["content-disposition"]


def test_a_csv_speaks_english_where_it_is_asked_to(place: Served) -> None:
    answer = place.as_("AUDITOR").get("/api/v1/class-ledger?format=csv&lang=en")

    assert answer.content.decode("utf-8-sig").startswith("Filing no.,County,Institution,")


def test_ndjson_holds_the_rows_as_json_does(place: Served) -> None:
    client = place.as_("AUDITOR")
    answer = client.get("/api/v1/class-ledger", params={"format": "ndjson"})

    assert [orjson.loads(line) for line in answer.content.splitlines()] == rows_of(client)


@pytest.mark.parametrize("path", ["risk", "archive", "funds"])
@pytest.mark.parametrize("form", ["json", "csv", "ndjson"])
def test_every_list_comes_in_every_form(place: Served, path: str, form: str) -> None:
    answer = place.as_("AUDITOR").get(f"/api/v1/{path}", params={"format": form})

    assert answer.status_code == 200
    assert answer.content


def test_a_risk_signal_carries_what_it_rests_on(place: Served) -> None:
    (signal,) = place.as_("RISK_OFFICER").get("/api/v1/risk").json()["rows"]

    assert (signal["rule_id"], signal["evidence"]) == ("RI-17", [8, 9])
    assert UUID(signal["subject_id"]) == place.told.of(1)


@pytest.mark.parametrize(
    ("role", "rules"), [("AUDITOR", ["RI-27"]), ("DISCIPLINE", ["RI-27"]), ("RISK_OFFICER", [])]
)
def test_a_sealed_signal_is_read_by_its_readers_alone(
    place: Served, role: str, rules: list[str]
) -> None:
    client = place.as_(role)

    assert [one["rule_id"] for one in client.get("/api/v1/sealed-risk").json()["rows"]] == rules
    assert "RI-27" not in client.get("/api/v1/risk").text


def test_an_archive_says_what_it_lacks(place: Served) -> None:
    client = place.as_("AUDITOR")
    whole = client.get(f"/api/v1/archive/{place.told.of(1)}").json()
    lacking = client.get(f"/api/v1/archive/{place.told.of(3)}").json()["row"]

    assert (whole["row"]["state"], whole["row"]["missing"]) == ("SEALED", [])
    assert len(whole["documents"]) == 4
    assert lacking["missing"] == ["SATISFACTION_SURVEY"]
    assert all(row["missing"] for row in rows_of(client, "/api/v1/archive", lacking="yes"))


def test_an_entry_is_served_as_the_bytes_that_were_hashed(place: Served) -> None:
    answer = place.as_("AUDITOR").get("/api/v1/entries/5")
    leaf = sha256(b"\0" + answer.content).hexdigest()

    assert answer.headers["mingzhang-leaf"] == leaf
    assert answer.json()["type"] == "training-class.filing-submitted.v1"
    assert place.as_("AUDITOR").get("/api/v1/entries/99999999").status_code == 404


def test_exported_entries_are_whole_chains(place: Served) -> None:
    client = place.as_("AUDITOR")
    first = client.get("/api/v1/entries", params={"limit": 100})
    rest = client.get("/api/v1/entries", params={"after": first.headers["mingzhang-last"]})
    lines = [*first.content.splitlines(), *rest.content.splitlines()]
    leaves: dict[str, str] = {}

    assert len(first.content.splitlines()) == 100
    for line in lines:
        entry = orjson.loads(line)
        assert entry["prev"] == leaves.get(entry["subject"], "")
        leaves[entry["subject"]] = sha256(b"\0" + line).hexdigest()


@pytest.mark.parametrize("role", sorted(set(ROLES) - {"TIMER", "RISK_ENGINE", "MIGRATION"}))
def test_a_role_is_answered_what_it_may_ask_and_nothing_else(place: Served, role: str) -> None:
    institution = place.told.institutions[EAST] if ROLES[role].reach == "INSTITUTION" else None
    client = place.as_(role, institution=institution)
    person = place.told.stories[1].trainees[0].person
    asked: dict[Question, str] = {
        "class-ledger": "/api/v1/class-ledger",
        "archive": "/api/v1/archive",
        "funds": "/api/v1/funds",
        "entitlements": f"/api/v1/entitlements/{person}",
        "risk": "/api/v1/risk",
        "trail": f"/api/v1/trail/class/{place.told.of(1)}",
        "entry": "/api/v1/entries/5",
        "entries": "/api/v1/entries",
    }

    for question, path in asked.items():
        why = WHY if question in {"entitlements", "trail"} else {}
        answer = client.get(path, params=why)
        allowed = role in ASKED_BY[question]
        assert answer.status_code == (200 if allowed else 403), (question, answer.text)


def test_the_three_administrators_read_no_business_data() -> None:
    for roles in ASKED_BY.values():
        assert not roles & {"SYS_ADMIN", "SEC_ADMIN", "LOG_ADMIN", "PUBLIC"}


def test_a_county_sees_its_own_classes_alone(place: Served) -> None:
    client = place.as_("COUNTY_HR", county=EAST)
    other = place.told.of(2)

    assert {row["county"] for row in rows_of(client)} == {EAST}
    assert rows_of(client, county=NORTH) == []
    assert client.get(f"/api/v1/classes/{other}").status_code == 404
    assert client.get(f"/api/v1/classes/{other}/timeline").status_code == 404
    assert client.get(f"/api/v1/archive/{other}").status_code == 404


def test_an_institution_sees_its_own_classes_alone(place: Served) -> None:
    own, other = place.told.institutions[EAST], place.told.institutions[NORTH]
    client = place.as_("INST_CLERK", institution=own)

    assert {row["institution_id"] for row in rows_of(client)} == {str(own)}
    assert rows_of(client, institution=str(other)) == []
    assert client.get(f"/api/v1/classes/{place.told.of(2)}").status_code == 404
    assert place.as_("INST_CLERK").get("/api/v1/class-ledger").status_code == 403


def test_an_institution_never_learns_who_objected(place: Served) -> None:
    client = place.as_("INST_HEAD", institution=place.told.institutions[NORTH])
    events = client.get(f"/api/v1/classes/{place.told.of(2)}/timeline").json()["events"]
    (objection,) = [one for one in events if one["type"] == "publicity.objection-lodged.v1"]

    assert (objection["data"], objection["masked"], objection["actor"]) == ({}, {}, "")
    assert client.get(f"/api/v1/entries/{objection['position']}").status_code == 404


def test_no_story_of_a_class_tells_of_doubts_or_of_who_looked(place: Served) -> None:
    for role in ("AUDITOR", "COUNTY_HR", "INST_CLERK"):
        institution = place.told.institutions[EAST] if role == "INST_CLERK" else None
        client = place.as_(role, institution=institution)
        events = client.get(f"/api/v1/classes/{place.told.of(1)}/timeline").json()["events"]
        prefixes = {one["type"].partition(".")[0] for one in events}
        assert not prefixes & {"risk-signal", "access", "sealed"}


def test_the_story_of_a_class_tells_of_claims_and_assessments_once(place: Served) -> None:
    path = f"/api/v1/classes/{place.told.of(1)}/timeline"
    told = [one["type"] for one in place.as_("AUDITOR").get(path).json()["events"]]

    assert told.count("subsidy-claim.submitted.v1") == 1
    assert told.count("assessment.applied.v1") == 1
    assert "training-class.claim-filed.v1" not in told
    assert "training-class.assessment-applied.v1" not in told


def test_personal_values_are_masked_and_never_in_clear(place: Served) -> None:
    story = place.told.stories[2]
    client = place.as_("AUDITOR")
    told = client.get(f"/api/v1/trail/person/{story.trainees[0].person}", params=WHY)
    masks = {mask for one in told.json()["events"] for mask in one["masked"].values()}
    timeline = client.get(f"/api/v1/classes/{story.id}/timeline").text

    assert story.trainees[0].name[0] + "**" in masks
    assert "孙**" in timeline
    for text in (told.text, timeline):
        for secret in (story.trainees[0].id_number, story.trainees[0].name, "孙大力", "SIM6200"):
            assert secret not in text
        assert "没有参加培训" not in text


def test_an_unknown_thing_is_not_found(place: Served) -> None:
    client = place.as_("AUDITOR")
    nobody = uuid5(UUID(int=0), "nobody")

    assert client.get(f"/api/v1/classes/{nobody}").status_code == 404
    assert client.get(f"/api/v1/archive/{nobody}").status_code == 404
    assert client.get(f"/api/v1/trail/class/{nobody}", params=WHY).json()["events"] == []
    assert client.get(f"/api/v1/trail/star/{nobody}", params=WHY).status_code == 400


def test_the_description_of_the_interface_names_every_question(place: Served) -> None:
    document = place.as_("AUDITOR").get("/api/v1/openapi.json").json()
    asked = [path for path, ways in document["paths"].items() if "get" in ways]
    shape = document["paths"]["/api/v1/class-ledger"]["get"]["responses"]["200"]
    named = shape["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]

    assert {"/api/v1/class-ledger", "/api/v1/risk", "/api/v1/entries/{position}"} <= set(asked)
    assert {"as_of", "totals", "rows"} <= set(
        document["components"]["schemas"][named]["properties"]
    )
