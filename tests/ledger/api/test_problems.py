"""What goes wrong, in the reader's language, as JSON for programs and as a page for people."""

import pytest

from tests.ledger.serving import Served

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


@pytest.mark.parametrize("path", ["/", "/api/v1/class-ledger", "/nothing", "/static/app/app.js"])
def test_every_answer_bears_the_security_policy(place: Served, path: str) -> None:
    headers = place.as_("AUDITOR").get(path, headers=HTML).headers

    assert "script-src 'self'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
