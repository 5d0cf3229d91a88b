"""Telling people and programs: tables on a terminal, JSON for programs, failures on stderr."""

import os
import sys
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any

import orjson

from aggregates.language import Message
from ledger.errors import Failure

WIDE = 10_000
"""How many characters a line of a table may have that goes to no terminal."""


class Form(StrEnum):
    """How an answer is printed."""

    TABLE = "table"
    JSON = "json"
    NDJSON = "ndjson"
    CSV = "csv"


def lang() -> str:
    """Return the reader's language: ``MINGZHANG_LANG``, else Chinese."""
    return "en" if os.environ.get("MINGZHANG_LANG", "").startswith("en") else "zh"


def say(message: Message) -> None:
    """Tell a person something, on stderr."""
    print(message.text(lang()), file=sys.stderr, flush=True)  # noqa: T201 - the door for people


def fail(failure: Failure) -> None:
    """Tell a failure, and how to mend it, on stderr."""
    print(failure.text(lang()), file=sys.stderr, flush=True)  # noqa: T201 - the door for people


def out(text: str) -> None:
    """Print to stdout."""
    print(text)  # noqa: T201 - the door for people and programs


def out_json(value: Any, *, indent: bool = True) -> None:  # noqa: ANN401 - JSON
    """Print a value as JSON."""
    options = orjson.OPT_INDENT_2 if indent else 0
    out(orjson.dumps(value, option=options | orjson.OPT_NON_STR_KEYS, default=str).decode())


def form_of(form: Form | None) -> Form:
    """Return how rows are printed: as asked, a table on a terminal, NDJSON in a pipe."""
    return form or (Form.TABLE if sys.stdout.isatty() else Form.NDJSON)


def out_rows(
    columns: Sequence[tuple[str, Message]], rows: Iterable[Sequence[Any]], form: Form | None
) -> None:
    """Print rows: a table on a terminal, NDJSON in a pipe, or the form asked for."""
    chosen = form_of(form)
    if chosen is Form.TABLE:
        _out_table([title for _, title in columns], rows)
        return
    names = [name for name, _ in columns]
    if chosen is Form.CSV:
        import csv  # noqa: PLC0415 - only for this form

        writer = csv.writer(sys.stdout)
        writer.writerow(names)
        writer.writerows(rows)
    elif chosen is Form.JSON:
        out_json([dict(zip(names, row, strict=True)) for row in rows])
    else:
        for row in rows:
            out_json(dict(zip(names, row, strict=True)), indent=False)


def _out_table(titles: Iterable[Message], rows: Iterable[Sequence[Any]]) -> None:
    from rich.console import Console  # noqa: PLC0415 - heavy
    from rich.table import Table  # noqa: PLC0415 - heavy

    table = Table()
    for title in titles:
        table.add_column(title.text(lang()), overflow="fold")
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    # A file has no edge at which a table would have to be broken.
    Console(width=None if sys.stdout.isatty() else WIDE).print(table)
