"""The lock of stored names: which facts there are, and of what fields and types each is made.

What is in the log is never rewritten, so a stored name never changes its meaning. The lock file
``aggregates/facts.lock.json`` holds every name with its form, and a test compares it with the
code. A new fact is added to it; a fact that changes gets a new name (``….v2``) and an upcast. ::

    python -c "from aggregates.lock import rendered; print(rendered(), end='')"
"""

from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any

import msgspec

from aggregates.catalogue import load
from aggregates.facts import FACTS, describe

FILE = "facts.lock.json"


def current() -> dict[str, Any]:
    """Return every fact of the code by its stored name: field name to the spelling of its type."""
    load()
    return {name: describe(FACTS[name]) for name in sorted(FACTS)}


def stored() -> dict[str, Any]:
    """Return what the lock file holds.

    Raises:
        FileNotFoundError: there is none.
    """
    text = files("aggregates").joinpath(FILE).read_bytes()
    return msgspec.json.decode(text, type=dict[str, Any])


def rendered() -> str:
    """Return the text of the lock file for the facts of the code."""
    text = msgspec.json.encode(current(), order="sorted")
    return msgspec.json.format(text, indent=2).decode() + "\n"


def moved(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """Yield, in words, each stored name that is gone, has changed or is new."""
    for name in sorted(before.keys() - after.keys()):
        yield f"{name} is gone: what the log holds under it could no longer be read"
    for name in sorted(before.keys() & after.keys()):
        old, new = before[name], after[name]
        if old != new:
            fields = sorted(k for k in old.keys() | new.keys() if old.get(k) != new.get(k))
            yield f"{name} has changed in {', '.join(fields)}: give it a new name and an upcast"
    for name in sorted(after.keys() - before.keys()):
        yield f"{name} is not locked yet: add it to the lock file"
