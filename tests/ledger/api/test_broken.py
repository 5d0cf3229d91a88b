import logging

import httpx2 as httpx
import pytest
from fastapi import FastAPI

from ledger.api.app import SECURITY_HEADERS, SecurityHeaders

SECRET = "371502199003070035"


async def test_a_route_that_breaks_tells_nothing_of_why_and_keeps_the_headers(
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = FastAPI()

    async def broken(number: str) -> None:
        raise RuntimeError(number)

    app.add_api_route("/people/{number}", broken)
    app.add_middleware(SecurityHeaders)
    transport = httpx.ASGITransport(app=app)

    with caplog.at_level(logging.ERROR):
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
            answer = await client.get(f"/people/{SECRET}")

    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert SECURITY_HEADERS.items() <= dict(answer.headers).items()
    assert SECRET not in answer.text + caplog.text
    assert "RuntimeError" in caplog.text
