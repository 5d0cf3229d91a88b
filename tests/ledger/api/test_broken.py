import logging

import httpx2 as httpx
import pytest
from fastapi import FastAPI
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

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


async def test_an_answer_that_was_given_whole_is_not_broken_off() -> None:
    async def told_and_failed(scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse("told", status_code=500)(scope, receive, send)
        raise RuntimeError

    transport = httpx.ASGITransport(app=SecurityHeaders(told_and_failed))

    async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
        answer = await client.get("/")

    assert (answer.status_code, answer.text) == (500, "told")
    assert SECURITY_HEADERS.items() <= dict(answer.headers).items()


async def test_an_answer_that_fails_half_way_is_broken_off() -> None:
    async def half_told(scope: Scope, receive: Receive, send: Send) -> None:
        del scope, receive
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"half", "more_body": True})
        raise RuntimeError

    transport = httpx.ASGITransport(app=SecurityHeaders(half_told))

    async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
        with pytest.raises(ConnectionAbortedError):
            await client.get("/")
