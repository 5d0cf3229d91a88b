"""The generated pages: which rule is enforced where, and every command with its fields."""

from collections.abc import Iterator
from dataclasses import MISSING, fields
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import aggregates.catalogue
from aggregates.decisions import COMMANDS, Declaration
from aggregates.facts import hints_of
from aggregates.ids import LINK_KINDS
from aggregates.law.coverage import law_page
from aggregates.sealed import Restricted, form_of

_HEAD = """# Commands

Every command that may be given, with its fields and the rules that answer it. Generated from the
declarations by `mingzhang docs`; a test holds this page true. Each has a route
`POST /api/v1/commands/<name>`, a self-check `POST /api/v1/checks/<name>`, and the one message form
`{"command": "<name>", "key": "…", "data": {…}}` for batches and files. Fields marked 封存 are
personal: they are sealed on the way in and stand in no entry.
"""


def generated() -> dict[str, str]:
    """Return the generated pages by file name."""
    aggregates.catalogue.load()
    return {"LAW.md": law_page(), "COMMANDS.md": commands_page()}


def commands_page() -> str:
    """Return the reference page of commands."""
    lines = [_HEAD]
    prefix = ""
    for declared in sorted(COMMANDS.values(), key=lambda one: (one.kind.prefix, one.name)):
        if declared.kind.prefix != prefix:
            prefix = declared.kind.prefix
            lines.append(f"\n## {prefix}\n")
        lines.extend(_command(declared))
    return "\n".join(lines).rstrip() + "\n"


def _command(declared: Declaration) -> Iterator[str]:
    yield f"### {declared.name} · {declared.title.zh}\n"
    about = (declared.cls.__doc__ or "").strip().split("\n", 1)[0]
    yield f"{about}\n"
    rules = sorted({rule.id for rule in declared.rules if rule.kind != "LIFECYCLE"})
    yield f"Roles: {', '.join(declared.roles)}. Rules: {', '.join(rules) or 'none'}.\n"
    yield "| field | form | needed |"
    yield "|---|---|---|"
    hints = hints_of(declared.cls)
    for one in fields(declared.cls):
        if one.name == "findings":
            continue
        needed = one.default is MISSING and one.default_factory is MISSING
        yield f"| `{one.name}` | {form_in_words(hints[one.name])} | {'yes' if needed else ''} |"
    yield ""


def form_in_words(hint: Any) -> str:  # noqa: ANN401, PLR0911 - one answer a form
    """Return a field's type in words."""
    form = form_of(hint)
    if form is not None:
        inner = form_in_words(form.inner) if form.sealed is Restricted else form.inner.__name__
        return f"封存 {form.sealed.__name__.lower()}: {inner}"
    origin, args = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return form_in_words(args[0])
    if origin is Literal:
        return "one of " + ", ".join(f"`{one}`" for one in args)
    if origin is tuple:
        return f"list of {form_in_words(args[0])}"
    if origin is Union or type(hint).__name__ == "UnionType":
        return " or ".join(form_in_words(one) for one in args if one is not type(None))
    if hint in LINK_KINDS:
        return f"id of {LINK_KINDS[hint]}"
    if isinstance(hint, type) and hasattr(hint, "__dataclass_fields__"):
        inner = ", ".join(f"`{one.name}`" for one in fields(hint))
        return f"{hint.__name__}({inner})"
    names = {"str": "text", "int": "integer", "bool": "true or false", "UUID": "id"}
    name = getattr(hint, "__name__", str(hint))
    return names.get(name, name)
