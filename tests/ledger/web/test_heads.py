"""HEAD on every page and every question: answered as GET is, without the body."""

from uuid import UUID

import httpx2
import psycopg
import pytest

from tests.ledger.serving import Served
from tests.ledger.web.test_pages import HTML, PATHS

LOOK = {"purpose": "专项审计抽查", "task": "审2026-015"}
CHANGING = ("date", "transfer-encoding")


def same(client: httpx2.Client, path: str, **asked: object) -> httpx2.Response:
    """Return the answer to HEAD, which tells what GET tells."""
    head = client.head(path, **asked)  # type: ignore[arg-type]  # headers and parameters
    full = client.get(path, **asked)  # type: ignore[arg-type]  # the same ones
    assert head.content == b""
    assert (head.status_code, _kept(head)) == (full.status_code, _kept(full))
    return head


def _kept(answer: httpx2.Response) -> dict[str, str]:
    return {name: text for name, text in answer.headers.items() if name not in CHANGING}


def positions(place: Served) -> int:
    with psycopg.connect(place.conninfo) as connection:
        row = connection.execute("select position from ledger.head").fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.parametrize("path", [*PATHS, "/static/app/app.js", "/nowhere", "/classes/nobody"])
def test_a_page_answers_head_as_get(place: Served, path: str) -> None:
    client = place.as_("AUDITOR")
    head = same(client, path.format(one=place.told.of(1)), headers=HTML)
    assert head.status_code != 405


def test_every_route_of_the_api_that_is_read_answers_head_and_no_other_does(place: Served) -> None:
    client = place.as_("AUDITOR")
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    read = [path for path, how in paths.items() if "get" in how]
    assert len(read) > 15
    for path in read:
        blanks = {"class_id": place.told.of(1), "kind": "class", "path": "checkpoint"}
        named = path.format_map(_Blanks(blanks))
        assert same(client, named).status_code != 405, named
    for path in (path for path, how in paths.items() if "get" not in how):
        assert same(client, path).status_code == 405, path


class _Blanks(dict[str, object]):
    def __missing__(self, key: str) -> object:
        return UUID(int=7)


@pytest.mark.parametrize("form", ["csv", "ndjson"])
def test_a_file_has_a_head(place: Served, form: str) -> None:
    client = place.as_("AUDITOR")
    head = same(client, "/api/v1/class-ledger", params={"format": form})
    assert head.status_code == 200
    assert "content-disposition" in head.headers


def test_whoever_is_nobody_is_told_so_or_sent_to_the_way_in(place: Served) -> None:
    nobody = place.as_(None)
    assert same(nobody, "/api/v1/class-ledger").status_code == 401
    assert same(nobody, "/", headers=HTML).headers["location"] == "/login"


def test_a_head_of_a_look_at_a_person_leaves_the_trace_of_a_look(place: Served) -> None:
    person = place.told.stories[3].trainees[1].person
    client, before = place.as_("AUDITOR"), positions(place)
    assert client.head(f"/api/v1/trail/person/{person}").status_code >= 400
    assert positions(place) == before
    assert client.head(f"/api/v1/trail/person/{person}", params=LOOK).status_code == 200
    assert positions(place) == before + 1


def test_a_head_does_not_use_a_login_link_up(place: Served) -> None:
    code = place.sessions.make_link()
    head = place.as_(None).head("/login", params={"code": code})
    assert (head.status_code, head.content) == (200, b"")
    assert "set-cookie" not in head.headers
    assert place.as_(None).get("/login", params={"code": code}).status_code == 303


def test_a_refused_method_says_that_head_is_allowed_where_get_is(place: Served) -> None:
    client = place.as_("AUDITOR")
    assert client.delete("/").headers["allow"] == "GET, HEAD"
    assert client.head("/api/v1/commands/submit-monthly-plan").headers["allow"] == "POST"
