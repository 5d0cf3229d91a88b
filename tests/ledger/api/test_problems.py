"""What goes wrong, in the reader's language, as JSON for programs and as a page for people."""

import pytest

from ledger.api.app import SECURITY_HEADERS
from ledger.application.founding import found
from tests.ledger.serving import Served
from tests.ledger.small_world import EAST

HTML = {"accept": "text/html,application/xhtml+xml"}
PROBLEM = "application/problem+json"


@pytest.mark.parametrize(
    ("path", "status", "kind"),
    [
        ("/api/v1/nothing", 404, "not-found"),
        ("/api/v1/entries/99999999", 404, "not-found"),
        ("/api/v1/entries/0", 400, "bad-input"),
        ("/api/v1/classes/x", 400, "bad-input"),
        ("/api/v1/class-ledger?sort=x", 400, "bad-input"),
        ("/api/v1/commands/submit-monthly-plan", 405, "http"),
    ],
)
def test_a_problem_has_its_type_title_and_status(
    place: Served, path: str, status: int, kind: str
) -> None:
    answer = place.as_("AUDITOR").get(path)

    assert answer.status_code == status
    assert answer.headers["content-type"] == PROBLEM
    assert answer.json()["type"] == f"/problems/{kind}"
    assert answer.json()["status"] == status
    assert answer.json()["title"]


@pytest.mark.parametrize(
    ("asked", "title"),
    [
        ({}, "没有权限"),
        ({"accept-language": "en-GB,en"}, "not permitted"),
        ({"accept-language": "zh-CN,en"}, "没有权限"),
        ({"accept-language": "en", "cookie": "lang=zh"}, "没有权限"),
    ],
)
def test_a_program_is_told_in_the_language_it_asks_for(
    place: Served, asked: dict[str, str], title: str
) -> None:
    client = place.as_("COUNTY_HR")
    session = f"mingzhang_session={client.cookies['mingzhang_session']}"
    cookie = "; ".join(one for one in (session, asked.pop("cookie", "")) if one)
    client.cookies.clear()
    answer = client.get("/api/v1/risk", headers=asked | {"cookie": cookie})

    assert answer.json()["title"] == title


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/nothing", 404, "没有找到"),
        ("/risk", 403, "无权查阅风险疑点"),
        ("/classes/00000000-0000-0000-0000-000000000000", 404, "没有这个班期"),
        ("/?sort=x", 400, "没有这一列"),
        ("/api/v1/nothing", 404, "没有找到"),
    ],
)
def test_a_reader_gets_a_page_in_chinese_whatever_the_browser_prefers(
    place: Served, path: str, status: int, says: str
) -> None:
    answer = place.as_("COUNTY_HR").get(path, headers=HTML | {"accept-language": "en-US"})

    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    assert says in answer.text
    assert 'lang="zh-CN"' in answer.text


def test_a_page_of_failure_follows_the_switch_of_languages(place: Served) -> None:
    answer = place.as_("COUNTY_HR").get("/risk?lang=en", headers=HTML)

    assert "not permitted" in answer.text
    assert 'lang="en"' in answer.text


def test_who_is_nobody_is_led_to_the_sign_in_by_a_browser(place: Served) -> None:
    answer = place.as_(None).get("/", headers=HTML)

    assert (answer.status_code, answer.headers["location"]) == (303, "/login")


COMMAND = "/api/v1/commands/submit-monthly-plan"


@pytest.mark.parametrize(
    ("role", "method", "path", "headers", "status"),
    [
        ("AUDITOR", "GET", "/", HTML, 200),
        ("AUDITOR", "GET", "/api/v1/class-ledger", {}, 200),
        ("AUDITOR", "GET", "/static/app/app.js", {}, 200),
        ("AUDITOR", "GET", "/nothing", HTML, 404),
        ("AUDITOR", "GET", "/api/v1/nothing", {}, 404),
        ("AUDITOR", "GET", "/static/nothing.js", {}, 404),
        ("AUDITOR", "POST", "/api/v1/commands/nothing", {}, 404),
        ("AUDITOR", "GET", COMMAND, {}, 405),
        ("AUDITOR", "DELETE", "/", HTML, 405),
        ("AUDITOR", "GET", "/api/v1/class-ledger/", {}, 307),
        ("AUDITOR", "GET", "/api/v1/entries/0", {}, 400),
        ("AUDITOR", "GET", "/?sort=x", HTML, 400),
        ("INST_CLERK", "POST", COMMAND, {}, 400),
        ("INST_CLERK", "POST", COMMAND, {"sec-fetch-site": "cross-site"}, 403),
        ("COUNTY_HR", "GET", "/api/v1/risk", {}, 403),
        (None, "GET", "/", HTML, 303),
        (None, "GET", "/api/v1/class-ledger", {}, 401),
        (None, "GET", "/api/v1/class-ledger", {"authorization": "Bearer x"}, 401),
        (None, "GET", "/healthz", {}, 200),
        (None, "GET", "/log/nothing", {}, 404),
        (None, "POST", "/login", HTML, 401),
    ],
)
def test_every_answer_bears_the_security_policy(
    place: Served, role: str | None, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    answer = place.as_(role).request(method, path, headers=headers)

    assert answer.status_code == status
    assert SECURITY_HEADERS.items() <= dict(answer.headers).items()
    assert "unsafe" not in answer.headers["content-security-policy"]


def test_a_refusal_by_the_law_bears_the_security_policy(place: Served) -> None:
    place.do(found(place.ledger))
    person = str(place.told.stories[1].trainees[0].person)
    erase = {"person_id": person, "approvers": [person], "basis": "1"}
    answer = place.as_("SEC_ADMIN").post("/api/v1/commands/erase-subject", json=erase)

    assert answer.status_code == 422
    assert SECURITY_HEADERS.items() <= dict(answer.headers).items()


def test_a_wrong_method_is_told_which_are_allowed(place: Served) -> None:
    assert place.as_("AUDITOR").get(COMMAND).headers["allow"] == "POST"


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer x"}])
def test_who_is_nobody_is_told_how_to_say_who_one_is(
    place: Served, headers: dict[str, str]
) -> None:
    answer = place.as_(None).get("/api/v1/class-ledger", headers=headers)

    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("query", ["q=%00", "county=%00"])
@pytest.mark.parametrize(("path", "headers"), [("/api/v1/class-ledger", {}), ("/", HTML)])
def test_a_criterion_that_the_database_cannot_take_is_bad_input(
    place: Served, path: str, headers: dict[str, str], query: str
) -> None:
    assert place.as_("AUDITOR").get(f"{path}?{query}", headers=headers).status_code == 400


@pytest.mark.parametrize("key", ["", "k" * 201, "tab\tkey"])
def test_a_key_that_cannot_be_kept_is_bad_input_and_named(place: Served, key: str) -> None:
    place.do(found(place.ledger))
    client = place.as_("INST_CLERK", institution=place.told.institutions[EAST])
    answer = client.post(COMMAND, json={}, headers={"idempotency-key": key})

    assert answer.status_code == 400
    assert [one["where"] for one in answer.json()["problems"]] == ["Idempotency-Key"]
