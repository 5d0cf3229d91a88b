"""Commands through the HTTP door: recorded, refused with the clause, checked, in batches."""

import httpx2
import orjson
import psycopg
import pytest

from aggregates.decisions import COMMANDS
from aggregates.law.clauses import CLAUSES
from ledger.application.founding import found
from ledger.application.messages import MESSAGE_BYTES_MAX
from tests.ledger.serving import Served
from tests.ledger.small_world import EAST, NORTH

ELSEWHEN = {
    "item_no": 1,
    "training_type": "EMPLOYMENT_SKILL",
    "occupation": "4-10-01-05",
    "level": "5",
    "planned_start": "2030-01-01",
    "heads": 30,
    "site_id": "S1",
}
"""An item of another month than that of the plan."""
PLAN = "/api/v1/commands/submit-monthly-plan"
CHECK = "/api/v1/checks/submit-monthly-plan"


@pytest.fixture(scope="module")
def lawful(place: Served) -> Served:
    """The server with a policy book, which every command asks."""
    place.do(found(place.ledger))
    return place


def plan(place: Served, month: int, /, **more: object) -> dict[str, object]:
    """Return the data of the eastern institution's plan of a month of 2031."""
    told = {
        "institution_id": str(place.told.institutions[EAST]),
        "county_code": EAST,
        "month": f"2031-{month:02d}",
        "items": [],
    }
    return told | more


def clerk(place: Served) -> httpx2.Client:
    return place.as_("INST_CLERK", institution=place.told.institutions[EAST])


def head(place: Served) -> int:
    with psycopg.connect(place.conninfo) as connection:
        row = connection.execute("select position from ledger.head").fetchone()
    assert row is not None
    return int(row[0])


def test_a_granted_command_names_what_was_written_and_where(lawful: Served) -> None:
    before = head(lawful)
    answer = clerk(lawful).post(PLAN, json=plan(lawful, 1))

    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert [one["type"] for one in told["entries"]] == ["monthly-plan.submitted.v1"]
    assert (told["first"], told["last"], told["repeated"]) == (before + 1, before + 1, False)


def test_a_refused_command_names_the_rule_its_clause_and_what_was_found(lawful: Served) -> None:
    person = str(lawful.told.stories[1].trainees[0].person)
    erase = {"person_id": person, "approvers": [person], "basis": "1"}
    answer = lawful.as_("SEC_ADMIN").post("/api/v1/commands/erase-subject", json=erase)

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["type"] == "/problems/refused"
    assert told["broken"][0]["rule"] == "ARC-03"
    assert told["broken"][0]["quote"] in CLAUSES["ARC-03"].quote
    assert told["broken"][0]["found"] == "1名"
    assert told["position"] == head(lawful)


def test_a_check_says_how_a_command_would_fare_and_records_nothing(lawful: Served) -> None:
    client, before = clerk(lawful), head(lawful)
    free = client.post(CHECK, json=plan(lawful, 3)).json()
    broken = client.post(CHECK, json=plan(lawful, 3, items=[ELSEWHEN])).json()

    assert (free["granted"], broken["granted"]) == (True, False)
    assert broken["broken"][0]["where"].startswith("items[0]")
    assert head(lawful) == before


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"secret_of": "张三"}, ""),
        ({"张三": 1}, ""),
        ({"month": "2026-13 张三"}, "month"),
        ({"items": [{"item_no": "张三"}]}, "items"),
    ],
)
def test_input_that_is_no_command_is_refused_by_place_and_never_repeated(
    lawful: Served, change: dict[str, object], where: str
) -> None:
    before = head(lawful)
    answer = clerk(lawful).post(PLAN, json=plan(lawful, 4, **change))

    assert answer.status_code == 400
    assert where in answer.json()["problems"][0]["where"]
    assert "张三" not in answer.text
    assert head(lawful) == before


@pytest.mark.parametrize("body", [b"{", b"", b"[]", b"null", b'"x"', b"\xff"])
def test_a_body_that_is_no_object_is_refused(lawful: Served, body: bytes) -> None:
    assert clerk(lawful).post(PLAN, content=body).status_code == 400


def test_a_body_longer_than_any_command_is_refused_before_it_is_read(lawful: Served) -> None:
    client, long = clerk(lawful), b'{"month": "' + b"x" * MESSAGE_BYTES_MAX + b'"}'
    before = head(lawful)

    assert client.post(PLAN, content=long).status_code == 413
    assert client.post(PLAN, content=iter([long[:9], long[9:]])).status_code == 413
    assert client.post(PLAN, content=iter([b"{", b"}"])).status_code == 400
    told = client.post("/api/v1/commands", content=long + b"\n" + b"{}\n")

    statuses = [orjson.loads(one)["status"] for one in told.content.splitlines()]
    assert statuses == [400, 400]
    assert head(lawful) == before


def test_a_command_that_nobody_declared_is_not_found(lawful: Served) -> None:
    assert clerk(lawful).post("/api/v1/commands/abolish", json={}).status_code == 404


def test_the_same_key_and_body_give_the_same_answer_and_write_once(lawful: Served) -> None:
    client, key = clerk(lawful), {"idempotency-key": "e-1"}
    first = client.post(PLAN, json=plan(lawful, 5), headers=key).json()
    before = head(lawful)
    again = client.post(PLAN, json=plan(lawful, 5), headers=key)

    assert again.status_code == 201
    assert again.json() == first | {"repeated": True}
    assert head(lawful) == before


def test_the_same_key_with_another_body_is_refused(lawful: Served) -> None:
    client, key = clerk(lawful), {"idempotency-key": "f-1"}
    client.post(PLAN, json=plan(lawful, 6), headers=key)
    other = client.post(PLAN, json=plan(lawful, 6, county_code=NORTH), headers=key)

    assert other.status_code == 422
    assert other.json()["type"] == "/problems/key-mismatch"


def test_a_command_on_an_older_version_than_the_newest_is_refused(lawful: Served) -> None:
    client = clerk(lawful)
    entry = client.post(PLAN, json=plan(lawful, 7)).json()["entries"][0]
    stale = {"if-match": f'"{entry["stream"]}/0"'}

    assert client.post(PLAN, json=plan(lawful, 7), headers=stale).status_code == 412
    assert client.post(PLAN, json=plan(lawful, 7), headers={"if-match": "x"}).status_code == 400


def test_a_role_gives_its_own_commands_for_its_own_institution_and_county(lawful: Served) -> None:
    other = {"institution_id": str(lawful.told.institutions[NORTH])}
    assert clerk(lawful).post(PLAN, json=plan(lawful, 8, **other)).status_code == 403
    assert lawful.as_("INST_CLERK").post(PLAN, json=plan(lawful, 8)).status_code == 403
    assert lawful.as_("AUDITOR").post(PLAN, json=plan(lawful, 8)).status_code == 403
    elsewhere = {"level": "COUNTY", "county_code": NORTH, "month": "2031-01"}
    elsewhere |= {"channel": "WEBSITE", "url": "https://x.example.cn/a", "content_sha256": "0" * 64}
    publish = "/api/v1/commands/publish-monthly-plan"
    assert lawful.as_("COUNTY_HR", county=EAST).post(publish, json=elsewhere).status_code == 403


def test_a_batch_answers_line_by_line_and_no_bad_line_stops_the_others(lawful: Served) -> None:
    def line(key: str, month: int, /, **more: object) -> bytes:
        told = {"command": "submit-monthly-plan", "key": key}
        return orjson.dumps(told | {"data": plan(lawful, month, **more)})

    lines = [
        line("j-1", 9),
        b"{broken",
        line("j-2", 10, items=[ELSEWHEN]),
        line("j-3", 11, month="never"),
        line("j-1", 9),
        line("j-4", 12),
    ]
    answer = clerk(lawful).post("/api/v1/commands", content=b"\n".join(lines))
    told = [orjson.loads(one) for one in answer.content.splitlines()]

    assert [one["status"] for one in told] == [201, 400, 422, 400, 201, 201]
    assert told[4]["repeated"]
    assert told[5]["last"] > told[0]["last"]


def test_every_declared_command_has_a_route_a_check_and_a_schema(lawful: Served) -> None:
    document = lawful.as_("AUDITOR").get("/api/v1/openapi.json").json()
    schemas = document["components"]["schemas"]

    for name, declared in COMMANDS.items():
        assert f"/api/v1/checks/{name}" in document["paths"]
        body = document["paths"][f"/api/v1/commands/{name}"]["post"]["requestBody"]
        shape = body["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        assert shape == declared.cls.__name__
        assert schemas[shape]["additionalProperties"] is False


def test_the_schema_says_which_fields_are_sealed_and_what_they_take(lawful: Served) -> None:
    schemas = lawful.as_("AUDITOR").get("/api/v1/openapi.json").json()["components"]["schemas"]
    verify = schemas["VerifyIdentity"]["properties"]

    assert (verify["id_number"]["x-sealed"], verify["id_number"]["x-kind"]) == (
        "matchable",
        "IdNumber",
    )
    match = schemas["RecordExternalMatch"]["properties"]["match"]
    assert match["x-sealed"] == "restricted"
    assert match["$ref"].rpartition("/")[2] in schemas
