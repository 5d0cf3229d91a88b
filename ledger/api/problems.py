"""What goes wrong, told as RFC 9457 problem details, in the reader's language.

    400  the input is no command         401  nobody knows who calls     403  not this caller
    404  no such thing                   409  somebody was first         422  the law says no
    412  versions   413  too long        503  the log cannot be reached; nothing was written

A problem never repeats the input: a wrong value may be somebody's name or number.
"""

import re
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from aggregates.language import Message
from ledger.application.answers import Refusal, Superseded, told
from ledger.application.asking import NotFound
from ledger.application.parsing import BadInput, Problem
from ledger.documents.incoming import DigestMismatch, TooLong
from ledger.documents.store import NoSuchDocument
from ledger.errors import Conflict, Failure, Fault, Misconfigured
from ledger.exchange.package.gathering import NotComplete, NotSigned
from ledger.integration.exhibiting import TooMuch
from ledger.security.authority import Denied
from ledger.security.tokens import Unauthenticated
from ledger.store.failures import KeyMismatch, LogFault
from ledger.vault.errors import OpeningRefused, OwnerErased, RetentionRuns

PROBLEM = "application/problem+json"


class TooLarge(Failure):
    """The body is longer than any command."""

    def __init__(self) -> None:
        super().__init__(Message("正文过长", "the body is too long"))


TOLD = (Failure, Fault, Misconfigured, LogFault, BadInput)
"""What is told to the caller as it is; anything else is a defect, and tells nothing."""


def lang_of(request: Request) -> str:
    """Return ``en`` where the reader asks for English, else ``zh``."""
    asked = request.query_params.get("lang") or request.cookies.get("lang")
    if asked:
        return "en" if asked == "en" else "zh"
    return "en" if request.headers.get("accept-language", "").lower().startswith("en") else "zh"


def problem(
    status: int,
    kind: str,
    title: Message,
    lang: str,
    detail: str = "",
    **members: Any,  # noqa: ANN401 - any value fits here
) -> Response:
    """Return a problem response."""
    body = {"type": f"/problems/{kind}", "title": title.text(lang), "status": status} | members
    if detail:
        body["detail"] = detail
    return Response(orjson.dumps(body), status_code=status, media_type=PROBLEM)


TITLES = {
    "bad-input": Message("输入不符合要求", "the input is not as expected"),
    "refused": Message("依规定不予办理", "the law refuses this"),
    "denied": Message("没有权限", "not permitted"),
    "unauthenticated": Message("请先表明身份", "say who you are"),
    "conflict": Message("已有他人先行办理", "somebody was first"),
    "key-mismatch": Message(
        "该幂等键已用于另一内容的请求", "the idempotency key belongs to another request"
    ),
    "not-ready": Message("尚不能办理", "not possible yet"),
    "not-found": Message("没有找到", "not found"),
    "fault": Message("暂时无法办理，未作任何记录", "not possible now; nothing was recorded"),
    "too-large": Message("请求过大", "the request is too large"),
    "erased": Message("该人员的个人信息已删除", "the person's data were erased"),
    "broken": Message("系统内部出错，请稍后再试", "something broke inside; try again later"),
    "http": Message("请求无法处理", "the request cannot be handled"),
}


def refusal_body(refusal: Refusal, lang: str) -> dict[str, Any]:
    """Return a refusal's members: every broken rule with clause, quote, expected and found."""
    return {
        "type": "/problems/refused",
        "title": TITLES["refused"].text(lang),
        "status": 422,
        "broken": [told(one, lang) for one in refusal.broken],
        "findings": [{"rule": f.rule, "detail": f.detail} for f in refusal.findings],
        "position": refusal.position,
    }


def failure_body(error: Exception, lang: str) -> dict[str, Any]:
    """Return the members of the problem that an exception stands for."""
    status, kind = _kind(error)
    body: dict[str, Any] = {
        "type": f"/problems/{kind}",
        "title": TITLES[kind].text(lang),
        "status": status,
    }
    if isinstance(error, BadInput):
        body["problems"] = [{"where": p.where, "what": p.what.text(lang)} for p in error.problems]
    elif isinstance(error, Failure):
        body["detail"] = error.text(lang)
    return body


def failure(error: Exception, lang: str) -> Response:
    """Return the response to what an exception stands for."""
    body = failure_body(error, lang)
    headers = {"WWW-Authenticate": "Bearer"} if body["status"] == 401 else {}  # noqa: PLR2004 - on purpose
    return Response(orjson.dumps(body), body["status"], headers, PROBLEM)


_KINDS: tuple[tuple[tuple[type[Exception], ...], int, str], ...] = (
    ((BadInput, DigestMismatch, TooLong), 400, "bad-input"),
    ((Unauthenticated,), 401, "unauthenticated"),
    ((Denied, OpeningRefused), 403, "denied"),
    ((NotFound, NoSuchDocument), 404, "not-found"),
    ((KeyMismatch,), 422, "key-mismatch"),
    ((Superseded,), 412, "conflict"),
    ((TooLarge, TooMuch), 413, "too-large"),
    ((OwnerErased,), 410, "erased"),
    ((NotComplete, NotSigned), 409, "not-ready"),
    ((Conflict, RetentionRuns), 409, "conflict"),
)
"""Status and kind of what is raised; the first that fits."""


def _kind(error: Exception) -> tuple[int, str]:
    for classes, status, kind in _KINDS:
        if isinstance(error, classes):
            return status, kind
    return 503, "fault"


_EXPECTED = {
    "missing": Message("缺少", "missing"),
    "uuid_parsing": Message("应为 UUID", "expected a UUID"),
    "int_parsing": Message("应为整数", "expected a whole number"),
    "float_parsing": Message("应为数", "expected a number"),
    "greater_than_equal": Message("不小于{ge}", "at least {ge}"),
    "less_than_equal": Message("不大于{le}", "at most {le}"),
    "literal_error": Message("应为{expected}之一", "one of {expected}"),
    "string_pattern_mismatch": Message("应符合{pattern}", "expected {pattern}"),
}
_NOT_EXPECTED = Message("不合要求", "not as expected")


def _expected(error: dict[str, Any]) -> Message:
    """Return what the framework expected of a parameter, never what it found."""
    what, context = _EXPECTED.get(error["type"], _NOT_EXPECTED), error.get("ctx", {})
    if "expected" in context:
        codes = re.findall(r"'([^']*)'", str(context["expected"]))
        zh, en = "、".join(codes), ", ".join(codes)
        return Message(what.zh.format(expected=zh), what.en.format(expected=en))
    return Message(what.zh.format_map(context), what.en.format_map(context))


def install(app: FastAPI) -> None:
    """Let an application answer every failure with a problem."""

    async def failed(request: Request, error: Exception) -> Response:
        return failure(error, lang_of(request))

    async def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for it
        wrong = [Problem(str(e["loc"][-1]), _expected(e)) for e in error.errors()]
        return failure(BadInput(*wrong), lang_of(request))

    async def plain(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 - registered for it
        kind = "not-found" if error.status_code == 404 else "http"  # noqa: PLR2004 - on purpose
        answer = problem(error.status_code, kind, TITLES[kind], lang_of(request))
        answer.headers.update(error.headers or {})  # a 405 says what is allowed
        if answer.headers.get("allow") == "GET":
            answer.headers["allow"] = "GET, HEAD"
        return answer

    async def about(request: Request) -> Response:
        title = TITLES.get(request.path_params["kind"])
        if title is None:
            raise HTTPException(404)
        told = {"type": request.url.path, "title_zh": title.zh, "title_en": title.en}
        return Response(orjson.dumps(told), media_type="application/json")

    # The types of problems are addresses: whoever follows one is told what it means.
    app.add_route("/problems/{kind}", about, methods=["GET"])
    for cls in TOLD:
        app.add_exception_handler(cls, failed)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, plain)


Handler = Callable[[Request], Awaitable[Response]]
