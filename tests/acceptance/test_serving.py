"""The server as an operator meets it: who gets in, what wrong input is told, how it ends."""

from collections.abc import Iterator
from pathlib import Path

import httpx2 as httpx
import pytest

from tests.acceptance.serving import Installation, Server
from tests.ledger.application.test_door import NUMBER, instructor


@pytest.fixture(scope="module")
def installation(shared_database: str, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    made = Installation(tmp_path_factory.mktemp("home"), shared_database)
    made.run("init")
    return made


@pytest.fixture(scope="module")
def clerk(installation: Installation) -> str:
    """A token of a county's clerk."""
    return installation.token("COUNTY_CLERK")


@pytest.fixture(scope="module")
def service(installation: Installation) -> Iterator[Server]:
    running = installation.serve()
    yield running
    running.stop()


def post(service: Server, path: str, token: str, body: object) -> httpx.Response:
    headers = {"authorization": f"Bearer {token}", "accept-language": "en"}
    return httpx.post(f"{service.url}{path}", json=body, headers=headers, timeout=30)


def test_it_refuses_to_serve_others_while_there_is_no_token(database: str, tmp_path: Path) -> None:
    fresh = Installation(tmp_path, database)
    fresh.run("init")

    refused = fresh.run("serve", "--host", "0.0.0.0", "--port", "0", ok=False)  # noqa: S104 - this is what is refused

    assert refused.returncode == 78
    assert "token create" in refused.stderr


def test_nobody_gets_in_without_a_token(service: Server) -> None:
    answer = httpx.post(f"{service.url}/api/v1/commands/register-instructor", json={}, timeout=30)

    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_revoked_token_ends_and_an_unknown_one_never_worked(
    installation: Installation, service: Server
) -> None:
    token = installation.token("COUNTY_CLERK")
    installation.run("token", "revoke", token.split("_")[1])

    assert post(service, "/api/v1/commands/register-instructor", token, {}).status_code == 401
    assert post(service, "/api/v1/commands/register-instructor", "mz_a_b", {}).status_code == 401


def test_a_role_that_may_not_is_told_which_may(installation: Installation, service: Server) -> None:
    answer = post(
        service, "/api/v1/commands/register-instructor", installation.token("FINANCE"), instructor()
    )

    assert answer.status_code == 403
    assert "county clerk" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"surplus": NUMBER}, "[…]"),
        ({"id_number": "371502199003070036"}, "id_number"),
        ({"id_number": 371502199003070035}, "id_number"),
        ({"county_code": "聊城"}, "county_code"),
    ],
)
def test_wrong_input_is_told_by_its_place_and_never_repeated(
    clerk: str, service: Server, wrong: dict[str, object], where: str
) -> None:
    answer = post(service, "/api/v1/commands/register-instructor", clerk, instructor() | wrong)

    assert answer.status_code == 400
    assert [one["where"] for one in answer.json()["problems"]] == [where]
    assert NUMBER not in answer.text
    assert "371502199003070036" not in answer.text


def test_a_body_that_is_no_json_is_told_so(clerk: str, service: Server) -> None:
    headers = {"authorization": f"Bearer {clerk}"}
    answer = httpx.post(
        f"{service.url}/api/v1/commands/register-instructor",
        content=b"{",
        headers=headers,
        timeout=30,
    )

    assert answer.status_code == 400
    assert answer.json()["problems"][0]["what"] == "正文应为 JSON"


def test_the_description_of_the_api_names_every_command(clerk: str, service: Server) -> None:
    headers = {"authorization": f"Bearer {clerk}"}
    told = httpx.get(f"{service.url}/api/v1/openapi.json", headers=headers, timeout=30).json()

    assert "/api/v1/commands/submit-class-filing" in told["paths"]
    assert "/api/v1/checks/accept-claim" in told["paths"]
    referred = {
        part.rpartition("/")[2]
        for path in told["paths"].values()
        for part in [str(path).partition("#/components/schemas/")[2].partition("'")[0]]
        if part
    }
    assert referred <= set(told["components"]["schemas"])


def test_it_ends_cleanly_when_asked(installation: Installation) -> None:
    assert installation.serve().stop() == 0
