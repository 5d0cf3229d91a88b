"""Commands through the HTTP door: recorded, refused with the clause, checked, in batches."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID, uuid5

import httpx2
import orjson
import psycopg
import pytest

from aggregates.decisions import COMMANDS
from ledger.application.founding import found
from ledger.clock import SystemClock, shanghai_date
from tests.ledger.serving import Served
from tests.ledger.small_world import EAST, NORTH

PLAN = "/api/v1/commands/submit-monthly-plan"
CHECK = "/api/v1/checks/submit-monthly-plan"


@pytest.fixture(scope="module")
def lawful(place: Served) -> Iterator[Served]:
    """The server with a policy book, which every command asks."""
    place.do(found(place.ledger))
    yield place


def coming_month() -> str:
    today = shanghai_date(SystemClock().now())
    following = date(today.year + today.month // 12, today.month % 12 + 1, 1)
    return f"{following:%Y-%m}"


def plan(of: object, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """Return the data of a plan of an institution that nobody knows."""
    body = uuid5(UUID(int=0), str(of))
    told = {"institution_id": str(body), "county_code": EAST, "month": coming_month(), "items": []}
    return told | more


def clerk(place: Served, of: object) -> httpx2.Client:
    return place.as_("INST_CLERK", institution=uuid5(UUID(int=0), str(of)))


def head(place: Served) -> int:
    with psycopg.connect(place.conninfo) as connection:
        row = connection.execute("select position from ledger.head").fetchone()
    assert row is not None
    return int(row[0])


def test_a_granted_command_names_what_was_written_and_where(lawful: Served) -> None:
    before = head(lawful)
    answer = clerk(lawful, "a").post(PLAN, json=plan("a"))

    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert [one["type"] for one in told["entries"]] == ["monthly-plan.submitted.v1"]
    assert (told["first"], told["last"], told["repeated"]) == (before + 1, before + 1, False)


def test_a_refused_command_names_the_rule_its_clause_and_what_was_found(lawful: Served) -> None:
    clerk(lawful, "b").post(PLAN, json=plan("b"))
    answer = clerk(lawful, "b").post(PLAN, json=plan("b"))

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["type"] == "/problems/refused"
    assert {"rule", "clause", "quote", "expected", "found", "where"} == set(told["broken"][0])
    assert told["position"] == head(lawful)


def test_a_check_says_how_a_command_would_fare_and_records_nothing(lawful: Served) -> None:
    client = clerk(lawful, "c")
    before = head(lawful)
    free = client.post(CHECK, json=plan("c")).json()
    after = head(lawful)
    client.post(PLAN, json=plan("c"))
    taken = client.post(CHECK, json=plan("c")).json()

    assert (free["granted"], taken["granted"]) == (True, False)
    assert before == after


@pytest.mark.parametrize(
    ("data", "where"),
    [
        (plan("d") | {"secret_of": "张三"}, "secret_of"),
        (plan("d") | {"month": "2026-13 张三"}, "month"),
        ({"month": "2026-11"}, "institution_id"),
        ([], ""),
    ],
)
def test_input_that_is_no_command_is_refused_by_place_and_never_repeated(
    lawful: Served,
    data: Any,
    where: str,
) -> None:
    before = head(lawful)
    answer = clerk(lawful, "d").post(PLAN, json=data)

    assert answer.status_code == 400
    assert where in answer.json()["problems"][0]["where"]
    assert "张三" not in answer.text
    assert head(lawful) == before


def test_a_body_that_is_not_json_is_refused(lawful: Served) -> None:
    assert clerk(lawful, "d").post(PLAN, content=b"{").status_code == 400


def test_a_command_that_nobody_declared_is_not_found(lawful: Served) -> None:
    assert clerk(lawful, "d").post("/api/v1/commands/abolish", json={}).status_code == 404


def test_the_same_key_and_body_give_the_same_answer_and_write_once(lawful: Served) -> None:
    client, key = clerk(lawful, "e"), {"idempotency-key": "e-1"}
    first = client.post(PLAN, json=plan("e"), headers=key).json()
    before = head(lawful)
    again = client.post(PLAN, json=plan("e"), headers=key)

    assert again.status_code == 201
    assert again.json() == first | {"repeated": True}
    assert head(lawful) == before


def test_the_same_key_with_another_body_is_refused(lawful: Served) -> None:
    client, key = clerk(lawful, "f"), {"idempotency-key": "f-1"}
    client.post(PLAN, json=plan("f"), headers=key)
    other = client.post(PLAN, json=plan("f", county_code=NORTH), headers=key)

    assert other.status_code == 422
    assert other.json()["type"] == "/problems/key-mismatch"


def test_a_command_on_an_older_version_than_the_newest_is_refused(lawful: Served) -> None:
    client = clerk(lawful, "g")
    entry = client.post(PLAN, json=plan("g")).json()["entries"][0]
    stale = {"if-match": f'"{entry["stream"]}/0"'}

    assert client.post(PLAN, json=plan("g"), headers=stale).status_code == 412
    assert client.post(PLAN, json=plan("g"), headers={"if-match": "x"}).status_code == 400


def test_a_role_gives_its_own_commands_for_its_own_institution_and_county(lawful: Served) -> None:
    assert clerk(lawful, "h").post(PLAN, json=plan("i")).status_code == 403
    assert lawful.as_("AUDITOR").post(PLAN, json=plan("h")).status_code == 403
    elsewhere = {"level": "COUNTY", "county_code": NORTH, "month": coming_month()}
    elsewhere |= {"channel": "WEBSITE", "url": "https://x.example.cn/a", "content_sha256": "0" * 64}
    publish = "/api/v1/commands/publish-monthly-plan"
    assert lawful.as_("COUNTY_HR", county=EAST).post(publish, json=elsewhere).status_code == 403


def test_a_batch_answers_line_by_line_and_no_bad_line_stops_the_others(lawful: Served) -> None:
    def line(of: str, **more: str) -> bytes:
        told = {"command": "submit-monthly-plan", "key": of, "data": plan("j", **more)}
        return orjson.dumps(told)

    lines = [line("j-1"), b"{broken", line("j-2"), line("j-3", month="never"), line("j-1")]
    answer = clerk(lawful, "j").post("/api/v1/commands", content=b"\n".join(lines))
    told = [orjson.loads(one) for one in answer.content.splitlines()]

    assert [one["status"] for one in told] == [201, 400, 422, 400, 201]
    assert told[4]["repeated"]


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
