"""The OpenAPI document made whole: what every route may answer besides what it was asked for.

The framework describes its own answer to wrong parameters, which never leaves this service, and
none of ours. Here stand the problems that may come instead, how a caller proves who it is, and what
kind of bytes a route gives. A test asks the living service for each of them.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ledger.api.problems import PROBLEM
from ledger.security.sessions import COOKIE

API: Final = "/api/v1/"
TEXT: Final[dict[str, Any]] = {"type": "string"}
OBJECT: Final[dict[str, Any]] = {"type": "object"}
BINARY: Final[dict[str, Any]] = {"type": "string", "format": "binary"}
_NEVER_LACKING: Final = frozenset({f"{API}trail/{{kind}}/{{one}}", f"{API}entitlements/{{person}}"})
"""Questions about things of which nothing may be known: their answer is empty then."""
_METHODS: Final = frozenset({"get", "put", "post"})
_OPEN_TO_ALL_KNOWN: Final = "/receipts/"
_OF_THE_FRAMEWORK: Final = ("HTTPValidationError", "ValidationError")
_PROBLEM: Final[dict[str, Any]] = {
    "description": "RFC 9457",
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": TEXT,
        "title": TEXT,
        "status": {"type": "integer"},
        "detail": TEXT,
        "problems": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["where", "what"],
                "properties": {"where": TEXT, "what": TEXT},
            },
        },
        "broken": {"type": "array", "items": OBJECT},
        "findings": {"type": "array", "items": OBJECT},
        "position": {"type": ["integer", "null"]},
    },
}
_FINDINGS: Final = {"type": "array", "items": {"type": "object", "required": ["rule", "detail"]}}
_RECORDED: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["status", "entries", "first", "last", "time", "findings", "repeated", "receipt"],
    "properties": {
        "status": {"const": 201},
        "entries": {
            "type": "array",
            "items": {"type": "object", "required": ["stream", "version", "type"]},
        },
        "first": {"type": "integer"},
        "last": {"type": "integer"},
        "time": {"type": "string", "format": "date-time"},
        "findings": _FINDINGS,
        "repeated": {"type": "boolean"},
        "receipt": TEXT,
        "promise": {"type": ["string", "null"]},
    },
}
_CHECKED: Final[dict[str, Any]] = {
    "description": "granted: entries that would be written; not granted: the refusal",
    "type": "object",
    "required": ["granted", "findings"],
    "properties": {
        "granted": {"type": "boolean"},
        "entries": {"type": "array", "items": {"type": "object", "required": ["stream", "type"]}},
        "findings": _FINDINGS,
        "broken": {"type": "array", "items": OBJECT},
    },
}
_TITLES: Final = {
    "400": "输入不符合要求 The input is not as expected",
    "401": "请先表明身份 Nobody knows who calls",
    "403": "没有权限 Not this caller",
    "404": "没有找到 No such thing, or not within reach",
    "413": "请求过大 Too long",
    "503": "暂时无法办理 Not possible now; nothing was recorded",
}
_SCHEMES: Final = {
    "token": {"type": "http", "scheme": "bearer", "description": "mingzhang token create"},
    "session": {"type": "apiKey", "in": "cookie", "name": COOKIE},
}
_HEADERS: Final = (
    ("Idempotency-Key", "同键同内容得同一答复 The same key and body give the same answer"),
    ("If-Match", '最近一条记录的编号 The id of the last entry seen: "<stream>/<version>"'),
    ("Prefer", "promise：随答复给出承诺 A promise beside the answer"),
)


Answers = dict[int | str, dict[str, Any]]
"""What a route says of its answers, by status."""


def gives(kinds: Mapping[str, dict[str, Any]]) -> Answers:
    """Return what a route says of its good answer: a schema by the media type."""
    return {200: {"content": {kind: {"schema": shape} for kind, shape in kinds.items()}}}


def describe(document: dict[str, Any]) -> None:
    """Complete an OpenAPI document in place; it may be complete already."""
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for name in _OF_THE_FRAMEWORK:
        schemas.pop(name, None)
    schemas |= {"Problem": _PROBLEM, "Recorded": _RECORDED, "Checked": _CHECKED}
    components["securitySchemes"] = _SCHEMES
    document["security"] = [{name: []} for name in _SCHEMES]
    for path, operation in _operations(document):
        answers: dict[str, Any] = operation["responses"]
        if "HTTPValidationError" in str(answers.get("422")):
            del answers["422"]
        if not path.startswith(API):
            operation["security"] = [{}]
        for status in _failures(path, operation):
            answers.setdefault(status, {"description": _TITLES[status]})
        for status, answer in answers.items():
            if status >= "400" and path.startswith(API):
                answer["content"] = _json("Problem", PROBLEM)
        if path.startswith(f"{API}commands/"):
            operation["parameters"] = [_header(*one) for one in _HEADERS]
            answers["201"]["content"] = _json("Recorded")
        elif path.startswith(f"{API}checks/"):
            answers["200"]["content"] = _json("Checked")


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, ways in document["paths"].items():
        for method in _METHODS & ways.keys():
            yield path, ways[method]


def _failures(path: str, operation: dict[str, Any]) -> Iterator[str]:
    if not path.startswith(API):
        return
    yield from ("400", "401", "503")
    if _OPEN_TO_ALL_KNOWN not in path:
        yield "403"
    if "requestBody" in operation:
        yield "413"
    if "{" in path and path not in _NEVER_LACKING:
        yield "404"


def _json(name: str, kind: str = "application/json") -> dict[str, Any]:
    return {kind: {"schema": {"$ref": f"#/components/schemas/{name}"}}}


def _header(name: str, description: str) -> dict[str, Any]:
    return {"name": name, "in": "header", "description": description, "schema": TEXT}
