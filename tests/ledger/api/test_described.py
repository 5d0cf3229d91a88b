"""The description of the interface holds: every answer that it names occurs, and no other does."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import httpx2
import pytest
from jsonschema import Draft202012Validator

from tests.ledger.api.exhibiting import settle
from tests.ledger.integration.signing import KEYS, place_in
from tests.ledger.serving import Served, served

PROBLEM = "application/problem+json"
NOBODY = UUID(int=7)
WHY = {"purpose": "专项审计抽查", "task": "审2026-015"}
FORMS = {"text/csv": "csv", "application/x-ndjson": "ndjson"}
UNASKED = {"409", "413", "503", "202"}
"""What needs a race, a long body, a lost database or an unsigned log: other tests show it."""


@pytest.fixture(scope="module")
def place(shared_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server over the small world, its log signed."""
    signer = place_in(tmp_path_factory.mktemp("home")).signer()
    with served(shared_database, keys=KEYS) as made:
        settle(made, signer)
        yield made


@pytest.fixture(scope="module")
def document(place: Served) -> dict[str, Any]:
    told: dict[str, Any] = place.as_("AUDITOR").get("/api/v1/openapi.json").json()
    return told


def questions(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, ways in document["paths"].items():
        if "get" in ways and path.startswith("/api/v1/"):
            yield path, ways["get"]


def found(place: Served, path: str, client: httpx2.Client) -> str:
    """Return a path filled with what is there."""
    events = client.get(f"/api/v1/classes/{place.told.of(1)}/timeline").json()["events"]
    return path.format(
        class_id=place.told.of(1),
        kind="class",
        one=place.told.of(1),
        person=place.told.stories[1].trainees[0].person,
        position=5,
        stream=events[0]["stream"],
        version=1,
        digest="0" * 64,
    )


def lacking(path: str) -> str:
    """Return a path filled with what is not there."""
    return path.format(
        class_id=NOBODY,
        kind="class",
        one=NOBODY,
        person=NOBODY,
        position=2**40,
        stream="training-class/nothing",
        version=9,
        digest="0" * 64,
    )


def look(client: httpx2.Client, path: str, operation: dict[str, Any], **more: str) -> Any:  # noqa: ANN401 - an answer
    """Ask, with a purpose where one is asked for."""
    names = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"}
    why = {name: value for name, value in WHY.items() if name in names}
    return client.get(path, params=why | more)


def test_a_good_answer_is_of_a_kind_and_form_that_is_described(
    place: Served, document: dict[str, Any]
) -> None:
    client, seen = place.as_("AUDITOR"), set[str]()
    for path, operation in questions(document):
        answers = operation["responses"]
        for form in (None, *FORMS):
            if form is not None and form not in answers["200"]["content"]:
                continue
            more = {} if form is None or path.endswith("/entries") else {"format": FORMS[form]}
            answer = look(client, found(place, path, client), operation, **more)
            assert str(answer.status_code) in answers, path
            if answer.status_code != 200:
                continue  # nothing was stored or signed in the small world
            kind = answer.headers["content-type"].partition(";")[0]
            assert kind in answers["200"]["content"], path
            seen.add(path)
            if kind == "application/json":
                shape = answers["200"]["content"][kind]["schema"]
                whole = shape | {"components": document["components"]}
                assert not list(Draft202012Validator(whole).iter_errors(answer.json())), path
    assert len(seen) > 10


def test_every_failure_that_is_described_occurs_as_a_problem(
    place: Served, document: dict[str, Any]
) -> None:
    auditor, nobody, other = place.as_("AUDITOR"), place.as_(None), place.as_("SYS_ADMIN")
    problem = Draft202012Validator(document["components"]["schemas"]["Problem"])
    for path, operation in questions(document):
        there = found(place, path, auditor)
        occurring = {
            "400": look(auditor, there, operation, contry="371502"),
            "401": look(nobody, there, operation),
            "403": look(other, there, operation),
            "404": look(auditor, lacking(path), operation),
        }
        described = {one for one in operation["responses"] if one >= "400"} - UNASKED
        for status, answer in occurring.items():
            assert (str(answer.status_code) == status) is (status in described), (path, status)
            if status in described:
                assert answer.headers["content-type"] == PROBLEM
                assert not list(problem.iter_errors(answer.json()))
        assert described <= set(occurring), path


def test_a_command_answers_as_described(place: Served, document: dict[str, Any]) -> None:
    client = place.as_("COUNTY_HR")
    for way, good in (("commands", "201"), ("checks", "200")):
        operation = document["paths"][f"/api/v1/{way}/approve-class-filing"]["post"]
        address = f"/api/v1/{way}/approve-class-filing"
        occurring = {
            "400": client.post(address, json={"nothing": 1}),
            "401": place.as_(None).post(address, json={}),
            "413": client.post(address, content=b" " * 10_000_000),
        }
        assert {"400", "401", "403", "413", "503", good} <= set(operation["responses"])
        assert "application/json" in operation["responses"][good]["content"]
        for status, answer in occurring.items():
            assert str(answer.status_code) == status, (way, status)
            assert answer.headers["content-type"] == PROBLEM


def test_nothing_is_described_that_only_the_framework_would_answer(
    document: dict[str, Any],
) -> None:
    assert "HTTPValidationError" not in str(document)
    assert all("422" not in operation["responses"] for _, operation in questions(document))


def test_how_one_proves_who_one_is_is_described_and_who_need_not(document: dict[str, Any]) -> None:
    assert set(document["components"]["securitySchemes"]) == {"token", "session"}
    assert document["paths"]["/healthz"]["get"]["security"] == [{}]
    assert "security" not in document["paths"]["/api/v1/class-ledger"]["get"]


@pytest.mark.parametrize(
    ("path", "asked", "where", "what"),
    [
        ("class-ledger", {"rows": "0"}, "rows", "at least 1"),
        ("class-ledger", {"rows": "many"}, "rows", "expected a whole number"),
        ("class-ledger", {"format": "xml"}, "format", "one of json, csv, ndjson"),
        ("classes/one", {}, "class_id", "expected a UUID"),
        ("receipts/0", {}, "position", "at least 1"),
    ],
)
def test_a_wrong_parameter_is_named_with_what_was_expected(
    place: Served, path: str, asked: dict[str, str], where: str, what: str
) -> None:
    client = place.as_("AUDITOR")
    answer = client.get(f"/api/v1/{path}", params=asked, headers={"accept-language": "en"})

    assert answer.status_code == 400
    assert answer.json()["problems"] == [{"where": where, "what": what}]


def test_a_parameter_that_there_is_not_does_not_ask_for_everything(place: Served) -> None:
    answer = place.as_("AUDITOR").get("/api/v1/class-ledger", params={"contry": "371502"})

    assert answer.status_code == 400
    assert "county" in answer.text
    assert "contry" not in answer.text


@pytest.mark.parametrize(
    ("path", "name", "known"),
    [
        ("class-ledger", "status", "CLOSED"),
        ("class-ledger", "training_type", "PROJECT"),
        ("risk", "severity", "HIGH"),
        ("archive", "state", "SEALED"),
        ("duties", "state", "UNDONE"),
        ("duties", "owed_by", "AUTHORITY"),
    ],
)
def test_a_code_that_there_is_not_is_no_empty_list(
    place: Served, path: str, name: str, known: str
) -> None:
    answer = place.as_("AUDITOR").get(f"/api/v1/{path}", params={name: ["NOPE", known]})

    assert answer.status_code == 400
    (problem,) = answer.json()["problems"]
    assert problem["where"] == name
    assert known in problem["what"]
    assert "NOPE" not in answer.text


def test_the_type_of_a_problem_is_an_address_that_tells_what_it_means(place: Served) -> None:
    nobody = place.as_(None)
    kind = nobody.get("/api/v1/class-ledger").json()["type"]

    assert nobody.get(kind).json() == {
        "type": "/problems/unauthenticated",
        "title_zh": "请先表明身份",
        "title_en": "say who you are",
    }
    assert nobody.get("/problems/none").status_code == 404


def test_an_entry_that_a_program_holds_is_not_sent_again(place: Served) -> None:
    client = place.as_("AUDITOR")
    first = client.get("/api/v1/entries/5")
    again = client.get("/api/v1/entries/5", headers={"if-none-match": first.headers["etag"]})
    other = client.get("/api/v1/entries/6", headers={"if-none-match": first.headers["etag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert other.status_code == 200
