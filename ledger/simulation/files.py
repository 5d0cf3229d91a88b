"""A world as files: what is asked, what comes as history, and the labels that nobody is told.

Each line is one JSON object with sorted keys. The files of history hold ``command``, ``key`` and
``data``, as every import takes them; ``inputs.ndjson`` also holds the moment, the way in and the
caller of each command, which only a simulated ledger takes.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson

from ledger.simulation.script import Label, Planned

INPUTS = "inputs.ndjson"
HISTORY = "as_facts.ndjson"
LATE_PAPER = "late_paper.ndjson"
LABELS = "labels.ndjson"
_LINE = orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE


def line_of(one: Planned, key: str | None = None) -> bytes:
    """Return a command as a line, with its moment, its way in and its caller."""
    caller = one.caller
    said: dict[str, Any] = {
        "as_facts": one.ask.as_facts,
        "at": one.at,
        "caller": {
            "county": caller.county,
            "institution": caller.institution,
            "org": caller.org,
            "person": caller.person,
            "role": caller.role,
        },
        "channel": one.ask.channel,
        "command": one.ask.command,
        "data": one.ask.data,
        "key": key,
    }
    return orjson.dumps(said, option=_LINE)


def message_line(one: Planned, key: str) -> bytes:
    """Return a command as a line that any import takes."""
    said = {"command": one.ask.command, "data": one.ask.data, "key": key}
    return orjson.dumps(said, option=_LINE)


def label_line(label: Label) -> bytes:
    """Return a label as a line."""
    return orjson.dumps(label, option=_LINE)


def write(
    folder: Path, name: str, planned: Iterable[Planned], labels: Iterable[Label]
) -> dict[str, int]:
    """Write a world into a folder; return how many lines each file has.

    Args:
        folder: Where to; it is made if need be.
        name: The world's name, with which the keys of its commands begin.
        planned: Its commands in the order of time.
        labels: What was planted in it.

    Raises:
        OSError: the folder cannot be written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lines: dict[str, list[bytes]] = {INPUTS: [], HISTORY: [], LATE_PAPER: []}
    for number, one in enumerate(planned, start=1):
        key = f"{name}/{number}"
        if not one.ask.as_facts:
            lines[INPUTS].append(line_of(one, key))
        else:
            file = LATE_PAPER if one.ask.channel == "import" else HISTORY
            lines[file].append(message_line(one, key))
    lines[LABELS] = [label_line(label) for label in labels]
    for file, held in lines.items():
        (folder / file).write_bytes(b"".join(held))
    return {file: len(held) for file, held in lines.items()}
