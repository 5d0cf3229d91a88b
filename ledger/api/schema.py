"""JSON Schema of commands, from their declarations: what a caller may send."""

from collections.abc import Iterator
from dataclasses import is_dataclass
from functools import cache
from typing import Any

import msgspec

from aggregates.decisions import COMMANDS, Command, Declaration
from aggregates.facts import hints_of, parts_of
from aggregates.sealed import Restricted, Sealed, form_of

_REF = "#/components/schemas/{name}"


def _sealed_schema(hint: Any) -> dict[str, Any]:  # noqa: ANN401 - type hints have no type
    """Return what holds of every sealed field of a form; ``_named`` says the rest of each."""
    if not (isinstance(hint, type) and issubclass(hint, Sealed)):
        raise TypeError(f"no schema for {hint}")
    told = {"x-sealed": hint.__name__.lower()}
    return told if hint is Restricted else {"type": "string"} | told


@cache
def _made() -> tuple[dict[type, dict[str, Any]], dict[str, Any]]:
    classes = [declared.cls for declared in COMMANDS.values()]
    shapes, parts = _components(classes)
    for shape in parts.values():
        shape.get("properties", {}).pop("findings", None)
        shape["additionalProperties"] = False
    return dict(zip(classes, shapes, strict=True)), parts


def _components(classes: list[Any]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    shapes, made = msgspec.json.schema_components(
        classes, schema_hook=_sealed_schema, ref_template=_REF
    )
    parts: dict[str, Any] = dict(made)
    for cls in _records(classes):
        properties = parts.get(cls.__name__, {}).get("properties", {})
        for name, hint in hints_of(cls).items():
            if name in properties:
                _name_kinds(properties[name], hint, parts)
    return list(shapes), parts


def _records(hints: list[Any]) -> Iterator[type]:
    """Yield every record that hints lead to, each once."""
    seen: set[type] = set()
    waiting = list(hints)
    while waiting:
        hint = waiting.pop()
        if isinstance(hint, type) and is_dataclass(hint):
            if hint not in seen:
                seen.add(hint)
                waiting.extend(hints_of(hint).values())
                yield hint
        else:
            waiting.extend(parts_of(hint))


def _name_kinds(shape: dict[str, Any], hint: Any, parts: dict[str, Any]) -> None:  # noqa: ANN401 - type hints have no type
    """Say within a property's schema which kind of value each sealed field takes.

    The library keeps no parameter of a generic type, so it is read from the hint again.
    """
    form = form_of(hint)
    if form is None:
        for part in parts_of(hint):
            _name_kinds(shape, part, parts)
        return
    for place in _sealed_places(shape):
        if form.sealed is Restricted:
            (inner,), within = msgspec.json.schema_components((form.inner,), ref_template=_REF)
            parts.update(within)
            place.update(inner)
        else:
            place["x-kind"] = form.inner.__name__


def _sealed_places(shape: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - JSON
    if isinstance(shape, dict):
        if "x-sealed" in shape:
            yield shape
            return
        shape = list(shape.values())
    if isinstance(shape, list):
        for one in shape:
            yield from _sealed_places(one)


def components() -> dict[str, Any]:
    """Return the schemas that the commands refer to, by name."""
    return _made()[1]


def reference(cls: type[Command]) -> dict[str, Any]:
    """Return the schema of one command's body, as a reference into ``components``."""
    return _made()[0][cls]


_FIRST = {"description": "已有他人先行办理 Somebody was first"}
_MOVED = {"description": "If-Match已不是最近一条 More was recorded than If-Match says"}
_REFUSED = {"description": "依规定不予办理，逐条列明 Refused, with every broken rule"}


def operations(prefix: str) -> dict[str, Any]:
    """Return the OpenAPI path of every command, of its self-check, and of batches.

    Args:
        prefix: What the paths begin with.
    """
    paths: dict[str, Any] = {}
    for declared in COMMANDS.values():
        name, title = declared.name, declared.title
        taken = _operation(declared, name, f"{title.zh} {title.en}")
        taken["responses"] |= {
            "201": {"description": "已记录 Recorded"},
            "409": dict(_FIRST),
            "412": dict(_MOVED),
            "422": dict(_REFUSED),
        }
        asked = _operation(declared, f"check-{name}", f"自查：{title.zh} Self-check: {title.en}")
        asked["responses"] |= {"200": {"description": "如现在提交的结果 How it would fare now"}}
        paths[f"{prefix}/commands/{name}"] = {"post": taken}
        paths[f"{prefix}/checks/{name}"] = {"post": asked}
    line = {"type": "string", "description": "{command, key, data}"}
    paths[f"{prefix}/commands"] = {
        "post": {
            "tags": ["commands"],
            "summary": "多条命令，每行一条 Many commands, one a line (NDJSON)",
            "operationId": "commands",
            "requestBody": {
                "required": True,
                "content": {"application/x-ndjson": {"schema": line}},
            },
            "responses": {
                "200": {
                    "description": "每行一个答复 An answer a line, in order",
                    "content": {"application/x-ndjson": {"schema": line}},
                }
            },
        }
    }
    return paths


def _operation(declared: Declaration, one: str, summary: str) -> dict[str, Any]:
    rules = ", ".join(sorted({rule.id for rule in declared.rules})) or "none"
    about, roles = declared.cls.__doc__ or "", ", ".join(declared.roles)
    return {
        "tags": [declared.kind.prefix],
        "summary": summary,
        "description": f"{about}\n\nRoles: {roles}.\n\nRules: {rules}.",
        "operationId": one,
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": reference(declared.cls)}},
        },
        "responses": {},
    }
