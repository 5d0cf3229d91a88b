"""JSON Schema of commands, from their declarations: what a caller may send."""

from functools import cache
from typing import Any

import msgspec

from aggregates.decisions import COMMANDS, Command
from aggregates.sealed import Restricted, form_of

_REF = "#/components/schemas/{name}"
_WITHIN_SEALED: dict[str, Any] = {}
"""Records inside restricted fields, met while the schemas of commands are made."""


def _sealed_schema(hint: Any) -> dict[str, Any]:  # noqa: ANN401 - type hints have no type
    form = form_of(hint)
    if form is None:
        raise TypeError(f"no schema for {hint}")
    if form.sealed is Restricted:
        (shape,), parts = msgspec.json.schema_components(
            (form.inner,), schema_hook=_sealed_schema, ref_template=_REF
        )
        _WITHIN_SEALED.update(parts)
        return {"x-sealed": "restricted"} | shape
    kind = form.inner.__name__
    return {"type": "string", "x-sealed": form.sealed.__name__.lower(), "x-kind": kind}


@cache
def _made() -> tuple[dict[type, dict[str, Any]], dict[str, Any]]:
    classes = [declared.cls for declared in COMMANDS.values()]
    shapes, parts = msgspec.json.schema_components(
        classes, schema_hook=_sealed_schema, ref_template=_REF
    )
    parts = dict(parts) | _WITHIN_SEALED
    for shape in parts.values():
        shape.get("properties", {}).pop("findings", None)
        shape["additionalProperties"] = False
    return dict(zip(classes, shapes, strict=True)), parts


def components() -> dict[str, Any]:
    """Return the schemas that the commands refer to, by name."""
    return _made()[1]


def reference(cls: type[Command]) -> dict[str, Any]:
    """Return the schema of one command's body, as a reference into ``components``."""
    return _made()[0][cls]
