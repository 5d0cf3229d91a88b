from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx2
import psycopg
import pytest

from ledger.clock import SystemClock
from ledger.security import tokens
from ledger.security.sessions import COOKIE, SESSION_HOURS
from tests.ledger.serving import Served
from tests.ledger.small_world import EAST, as_role

ASKED = "/api/v1/class-ledger"
HTML = {"accept": "text/html"}


def now() -> datetime:
    return SystemClock().now()


def token(
    place: Served, role: str = "AUDITOR", *, at: datetime | None = None, **more: object
) -> str:
    with psycopg.connect(place.conninfo, autocommit=True) as connection:
        return tokens.create(
            connection,
            role=role,
            name="somebody",
            now=at or now(),
            days=1,
            **more,  # type: ignore[arg-type]  # county or institution
        )


def bearer(text: str) -> dict[str, str]:
    return {"authorization": f"Bearer {text}"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"role": "KING"},
        {"role": "MIGRATION"},
        {"role": "TIMER"},
        {"role": "INST_CLERK"},
        {"role": "CITY_HR", "institution": UUID(int=1)},
        {"role": "COUNTY_HR", "county": "聊城"},
        {"role": "CITY_HR", "name": ""},
        {"role": "CITY_HR", "name": " zhou"},
        {"role": "CITY_HR", "name": "z\nhou"},
        {"role": "CITY_HR", "name": "z" * 61},
        {"role": "CITY_HR", "days": 0},
        {"role": "CITY_HR", "days": 367},
    ],
)
def test_a_token_that_nobody_could_answer_for_is_not_made(
    place: Served, wrong: dict[str, object]
) -> None:
    asked: dict[str, Any] = {"name": "zhou", "now": now(), "days": 1} | wrong
    with psycopg.connect(place.conninfo, autocommit=True) as connection:
        before = len(tokens.listed(connection))

        with pytest.raises(tokens.BadToken):
            tokens.create(connection, **asked)

        assert len(tokens.listed(connection)) == before


@pytest.mark.parametrize(
    "path", [ASKED, "/", "/risk", "/api/v1/entries/1", "/api/v1/commands/submit-monthly-plan"]
)
def test_nobody_in_particular_is_told_nothing(place: Served, path: str) -> None:
    answer = place.as_(None).get(path)

    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/version", "/login"])
def test_health_and_the_way_in_are_open_to_all(place: Served, path: str) -> None:
    assert place.as_(None).get(path).status_code == 200


def test_a_token_is_its_holder(place: Served) -> None:
    client = place.as_(None)
    held = token(place, "COUNTY_HR", county=EAST)

    assert client.get(ASKED, headers=bearer(held)).json()["totals"]["classes"] == 6
    assert client.get("/api/v1/risk", headers=bearer(held)).status_code == 403


@pytest.mark.parametrize("text", ["x", "mz_000000000000_" + "A" * 43, "mz__", "Basic x"])
def test_a_token_that_was_never_made_is_nobody(place: Served, text: str) -> None:
    assert place.as_(None).get(ASKED, headers=bearer(text)).status_code == 401


def test_a_token_whose_secret_differs_is_nobody(place: Served) -> None:
    held = token(place)
    other = held[:-1] + ("A" if held[-1] != "A" else "B")

    assert place.as_(None).get(ASKED, headers=bearer(other)).status_code == 401


def test_an_expired_token_is_nobody(place: Served) -> None:
    old = token(place, at=now() - timedelta(days=2))

    assert place.as_(None).get(ASKED, headers=bearer(old)).status_code == 401


def test_a_revoked_token_is_nobody(place: Served) -> None:
    held = token(place)
    with psycopg.connect(place.conninfo, autocommit=True) as connection:
        assert tokens.revoke(connection, held.split("_")[1], now())

    assert place.as_(None).get(ASKED, headers=bearer(held)).status_code == 401


def test_a_token_is_kept_hashed(place: Served) -> None:
    held = token(place)
    with psycopg.connect(place.conninfo) as connection:
        rows = connection.execute("select token::text from security.token as token").fetchall()

    assert all(held.split("_", 2)[2] not in row for (row,) in rows)


def test_a_login_link_works_once_and_leads_to_the_choice_of_a_role(place: Served) -> None:
    code = place.sessions.make_link()
    first = place.as_(None).get("/login", params={"code": code})
    second = place.as_(None).get("/login", params={"code": code}, headers=HTML)

    assert (first.status_code, first.headers["location"]) == (303, "/login/role")
    assert second.status_code == 401
    assert COOKIE not in second.cookies


def test_a_wrong_code_does_not_use_the_link_up(place: Served) -> None:
    code = place.sessions.make_link()
    place.as_(None).get("/login", params={"code": "wrong"})

    assert place.as_(None).get("/login", params={"code": code}).status_code == 303


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(place: Served) -> None:
    answer = place.as_(None).get("/login", params={"code": place.sessions.make_link()})
    cookie = answer.headers["set-cookie"].lower()

    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert f"max-age={SESSION_HOURS * 3600}" in cookie


def entered(place: Served) -> httpx2.Client:
    client = place.as_(None)
    client.get("/login", params={"code": place.sessions.make_link()})
    return client


def test_behind_the_link_one_is_nobody_until_a_role_is_chosen(place: Served) -> None:
    client = entered(place)

    assert client.get(ASKED).status_code == 401
    assert client.get("/", headers=HTML).headers["location"] == "/login/role"
    assert client.post("/login/role", data={"role": "AUDITOR"}).headers["location"] == "/"
    assert client.get(ASKED).status_code == 200


def test_a_chosen_role_is_bound_to_its_county_or_institution(place: Served) -> None:
    client = entered(place)
    client.post("/login/role", data={"role": "COUNTY_HR", "county": EAST})
    county = client.get(ASKED).json()["totals"]["classes"]
    body = str(place.told.institutions[EAST])
    client.post("/login/role", data={"role": "INST_CLERK", "institution": body})

    assert county == client.get(ASKED).json()["totals"]["classes"] == 6


@pytest.mark.parametrize(
    "chosen",
    [{}, {"role": "KING"}, {"role": "RISK_ENGINE"}, {"role": "MIGRATION"}, {"role": "INST_CLERK"}],
)
def test_a_role_that_is_not_offered_cannot_be_chosen(place: Served, chosen: dict[str, str]) -> None:
    client = entered(place)

    assert client.post("/login/role", data=chosen).status_code == 400
    assert client.get(ASKED).status_code == 401


def test_whoever_came_by_token_cannot_choose_a_role(place: Served) -> None:
    client = place.as_(None)
    answer = client.post("/login", data={"token": token(place, "FINANCE", county=EAST)})
    client.post("/login/role", data={"role": "AUDITOR"})

    assert answer.headers["location"] == "/"
    assert client.get("/api/v1/funds").status_code == 200
    assert client.get("/api/v1/risk").status_code == 403


def test_a_wrong_token_in_the_form_is_told_and_begins_no_session(place: Served) -> None:
    answer = place.as_(None).post("/login", data={"token": "mz_x_y"}, headers=HTML)

    assert answer.status_code == 401
    assert COOKIE not in answer.cookies
    assert "mz_x_y" not in answer.text


@pytest.mark.parametrize(
    "headers",
    [{"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {"origin": "https://x.cn"}],
)
def test_another_site_cannot_act_in_somebodys_name(place: Served, headers: dict[str, str]) -> None:
    client = place.as_("COUNTY_HR", county=EAST)

    assert client.post("/api/v1/commands", headers=headers).status_code == 403
    assert client.post("/logout", headers=headers).status_code == 403
    assert client.get(ASKED).status_code == 200


def test_who_leaves_is_gone(place: Served) -> None:
    client = place.as_("AUDITOR")
    held = client.cookies[COOKIE]
    assert client.post("/logout").headers["location"] == "/login"
    client.cookies.set(COOKIE, held)

    assert client.get(ASKED).status_code == 401


def test_a_session_ends_by_time(place: Served) -> None:
    one = place.sessions.begin(None, now() - timedelta(hours=SESSION_HOURS), demo=True)

    assert place.sessions.of(one, now()) is None


def test_an_institution_is_in_its_token(place: Served) -> None:
    own: UUID = place.told.institutions[EAST]
    held = token(place, "INST_CLERK", institution=own)
    rows = place.as_(None).get(ASKED, headers=bearer(held)).json()["rows"]

    assert {row["institution_id"] for row in rows} == {str(own)}


@pytest.mark.parametrize(
    "beside", ['{"a":1,"b":[2]}', "a b", "x@y", '"unended', "汉".encode().decode("latin-1")]
)
def test_the_cookies_of_other_programs_sign_nobody_out(place: Served, beside: str) -> None:
    session = place.session(as_role("AUDITOR"))
    cookie = f"other={beside}; {COOKIE}={session}; z={beside}".encode("latin-1")

    assert place.as_(None).get(ASKED, headers={b"cookie": cookie}).status_code == 200


def test_whoever_signs_in_comes_to_the_page_that_they_asked_for(place: Served) -> None:
    client, wanted = place.as_(None), "/risk?rule=RI-15&county=371502"
    nobody = client.get(wanted, headers=HTML).headers["location"]
    told = client.post("/login", data={"token": token(place), "next": wanted})
    client.get("/login", params={"code": place.sessions.make_link()})
    chooses = client.get(wanted, headers=HTML).headers["location"]
    form = client.get(chooses, headers=HTML).text
    chosen = client.post("/login/role", data={"role": "AUDITOR", "next": wanted})

    assert nobody == "/login?next=%2Frisk%3Frule%3DRI-15%26county%3D371502"
    assert chooses == nobody.replace("/login", "/login/role")
    assert 'name="next" value="/risk?rule=RI-15&amp;county=371502"' in form
    assert (told.headers["location"], chosen.headers["location"]) == (wanted, wanted)


@pytest.mark.parametrize(
    "elsewhere",
    ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "x", "/\r\nx: y"],
)
def test_a_sign_in_leads_to_no_other_site(place: Served, elsewhere: str) -> None:
    answer = place.as_(None).post("/login", data={"token": token(place), "next": elsewhere})

    assert answer.headers["location"] == "/"


def test_what_was_searched_for_is_not_passed_on(place: Served) -> None:
    answer = place.as_(None).get("/find?q=379901197001010104", headers=HTML)

    assert answer.headers["location"] == "/login"


def test_a_form_that_comes_too_late_leads_to_the_sign_in(place: Served) -> None:
    answer = place.as_(None).post("/trail", data={"kind": "person"}, headers=HTML)

    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert place.as_(None).post("/trail", data={"kind": "person"}).status_code == 401
