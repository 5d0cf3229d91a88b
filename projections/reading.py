"""From entries to reads: each body parsed once, straight into its fact, for all parts together.

``entry`` is any relation with columns position, type and body: the ledger's own, or a mirror of
it. A reader that needs few kinds of facts names them, and the rest never leave the server.
"""

from collections.abc import Callable, Collection, Iterator
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


def read_entry(position: int, body: bytes) -> Read:
    """Return an entry as parts see it.

    Raises:
        UnknownFactError: no fact bears its type.
        msgspec.ValidationError: its data are not of the fact's form.
    """
    # "type" is the last member of a canonical entry, and a stored name has no escapes.
    name = body[body.rindex(b'"', 0, -2) + 1 : -2]
    decoder = _decoder(name)
    read = _read_older(body) if decoder is None else decoder.decode(body)
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


@cache
def _decoder(name: bytes) -> "msgspec.json.Decoder[Read] | None":
    """Return what reads entries whose fact has that stored name; None for an older version."""
    cls = FACTS.get(name.decode())
    if cls is None:
        know_all_facts()
        cls = FACTS.get(name.decode())
    if cls is None:
        return None
    form = msgspec.defstruct(
        f"ReadOf{cls.__name__}",
        [("fact", cls, msgspec.field(name="data"))],
        bases=(Read,),
        kw_only=True,
    )
    return msgspec.json.Decoder(form, dec_hook=_sealed)


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


def read_range(
    connection: Connection[Any], after: int, until: int, types: Collection[str] | None = None
) -> Iterator[Read]:
    """Yield the entries of positions ``after`` + 1 to ``until``, in order.

    Args:
        connection: A connection on which ``entry`` stands.
        after: The last position that is not read.
        until: The last position that is read.
        types: The stored names that are read; all of them by default.
    """
    where = sql.SQL(_BETWEEN).format(after, until)
    if types is not None:
        where += sql.SQL(_OF_TYPES).format(list(types))
    with connection.cursor() as cursor, cursor.copy(sql.SQL(_RANGE).format(where)) as copy:
        copy.set_types(["int8", "bytea"])  # the bytes as they are: nothing is decoded twice
        for position, body in copy.rows():
            yield read_entry(position, body)


def head(connection: Connection[Any]) -> int:
    """Return the last position of the log, 0 for an empty one."""
    row = connection.execute("select coalesce(max(position), 0) from entry").fetchone()
    return int(row[0]) if row else 0
