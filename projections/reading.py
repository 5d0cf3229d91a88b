"""From entries to reads: each body parsed once, straight into its fact, for all parts together.

``entry`` is any relation with columns position, type and body: the ledger's own, or a mirror of
it. A reader that needs few kinds of facts names them, and the rest never leave the server.
"""

from collections.abc import Callable, Collection, Generator
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules
from typing import Any

import msgspec
import orjson
from psycopg import Connection, sql

import aggregates
from aggregates.facts import FACTS, Fact, decode
from aggregates.sealed import Matchable, Sealed
from aggregates.sealed.values import COMMITMENT_CHARS, form_of
from projections.part import Read

_RANGE = (
    "copy (select position, body from entry where {} order by position) to stdout (format binary)"
)
_BETWEEN = "position > {} and position <= {}"
_OF_TYPES = " and type = any({})"

# The binary form of COPY (PostgreSQL's documentation of COPY, "Binary Format"): a header, then
# the count of columns and each column behind its length, then a count of -1. The server sends a
# message for each row, the first of them behind the header.
_HEADER_BYTES = 19
_POSITION = slice(6, 14)
_BODY_AT = 18


def fact_name(body: bytes) -> bytes:
    """Return the stored name of the fact in an entry."""
    # "type" is the last member of a canonical entry, and a stored name has no escapes.
    return body[body.rindex(b'"', 0, -2) + 1 : -2]


def read_entry(position: int, body: bytes) -> Read:
    """Return an entry as parts see it.

    Raises:
        UnknownFactError: no fact bears its type.
        msgspec.ValidationError: its data are not of the fact's form.
    """
    read = reader_of(fact_name(body))(body)
    read.position = position
    return read


@cache
def know_all_facts() -> None:
    """Import the facts of every concept, so that each stored name is known.

    A fact registers itself when its module is imported; no part need name it for the log to
    hold it.
    """
    for concept in iter_modules(aggregates.__path__):
        if concept.ispkg and find_spec(f"aggregates.{concept.name}.facts"):
            import_module(f"aggregates.{concept.name}.facts")


def fact_of(name: bytes) -> type[Fact] | None:
    """Return the fact of a stored name; None for an older version, or where none bears it."""
    cls = FACTS.get(name.decode())
    if cls is None:
        know_all_facts()
        cls = FACTS.get(name.decode())
    return cls


Decode = Callable[[bytes], Read]
"""From the body of an entry to what parts see of it; the position is put in afterwards."""


@cache
def reader_of(name: bytes) -> Decode:
    """Return what reads the entries whose fact has that stored name, of whatever version."""
    cls = fact_of(name)
    return _read_older if cls is None else decoder(cls)


def decoder(cls: type[Fact]) -> Decode:
    """Return what reads entries whose fact is of a class, in the newest version."""
    form: Any = msgspec.defstruct(
        f"ReadOf{cls.__name__}",
        [("fact", cls, msgspec.field(name="data"))],
        bases=(Read,),
        kw_only=True,
    )
    return msgspec.json.Decoder(form, dec_hook=_sealed).decode


_MAKERS: dict[int, tuple[Any, Callable[[str], Sealed]]] = {}


def _sealed(hint: Any, text: str) -> Sealed:  # noqa: ANN401 - type hints have no type
    """Return the sealed field that a text spells; entries were checked when they were written."""
    held = _MAKERS.get(id(hint))
    if held is None:
        form = form_of(hint)
        if form is None:
            raise TypeError(f"{hint} is not the type of a sealed field")
        make = _matchable if form.sealed is Matchable else form.sealed
        held = _MAKERS[id(hint)] = (hint, make)  # kept, so that its id is never another's
    return held[1](text)


def _matchable(text: str) -> Matchable[Any]:
    return Matchable(text[:COMMITMENT_CHARS], text[COMMITMENT_CHARS + 1 :])


def _read_older(body: bytes) -> Read:
    held = orjson.loads(body)
    fact: Fact = decode(held["type"], held["data"])
    read = msgspec.convert({**held, "data": None}, _Envelope)
    read.fact = fact
    return read


class _Envelope(Read, kw_only=True):
    """A read whose fact is put in afterwards."""

    fact: Any = msgspec.field(name="data")


def bodies(
    connection: Connection[Any], after: int, until: int, types: Collection[str] | None = None
) -> Generator[tuple[int, bytes], None, None]:
    """Yield position and body of the entries ``after`` + 1 to ``until``, in order.

    Args:
        connection: A connection on which ``entry`` stands.
        after: The last position that is not read.
        until: The last position that is read.
        types: The stored names that are read; all of them by default.
    """
    where = sql.SQL(_BETWEEN).format(after, until)
    if types is not None:
        where += sql.SQL(_OF_TYPES).format(sorted(types))
    with connection.cursor() as cursor, cursor.copy(sql.SQL(_RANGE).format(where)) as copy:
        begun = False
        for message in copy:
            # Taken apart here, which costs a fifth of what the driver's reading of rows does.
            row = bytes(message)
            if not begun:
                row, begun = row[_HEADER_BYTES:], True
            if len(row) > _BODY_AT:
                yield int.from_bytes(row[_POSITION]), row[_BODY_AT:]


def head(connection: Connection[Any]) -> int:
    """Return the last position of the log, 0 for an empty one."""
    row = connection.execute("select coalesce(max(position), 0) from entry").fetchone()
    return int(row[0]) if row else 0
