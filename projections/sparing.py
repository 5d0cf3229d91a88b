"""Reads of each fact only what the parts ask for: the rest of an entry is passed over unread.

What is asked for need not be declared, and so cannot be forgotten: one fact of a name is watched
while the parts make their rows, and from then on only the fields that they looked at are read. A
part that later looks at another one is told so by ``NotRead``; the field is added, and the entry
is read again. A fact read so is one of its class, and a field has the value that it always has.
Only records are no longer equal as wholes: parts compare values.
"""

from collections.abc import Callable
from dataclasses import is_dataclass
from functools import reduce
from operator import or_
from types import EllipsisType, GenericAlias, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from aggregates.facts import hints_of, stands_for
from projections.part import Read
from projections.reading import Decode, decoder, fact_of, reader_of

WHOLE_ENTRIES = 64
"""How many entries of a name are read whole first: a reader of its own costs as much to make."""


class NotRead(Exception):  # noqa: N818 - nothing is wrong: it is read at the next attempt
    """A part asked for a field that was passed over.

    Attributes:
        record: The record that has the field.
        name: The field.
    """

    def __init__(self, record: type, name: str) -> None:
        super().__init__(f"{record.__name__}.{name}")
        self.record = record
        self.name = name


class Sparing:
    """How entries of one stored name are read, for whoever always asks for the same.

    Attributes:
        decode: Reads the body of the next entry.
    """

    def __init__(self, name: bytes, *, whole: int = WHOLE_ENTRIES) -> None:
        """Begin with entries that are read whole.

        Args:
            name: The stored name.
            whole: How many of them are.
        """
        self._cls = fact_of(name)
        self._whole = reader_of(name)
        self._left = whole
        self._asked: dict[type, set[str]] = {}
        # An older version goes through its upcasts, which see all of it.
        self.decode: Decode = self._whole if self._cls is None else self._count

    def learn(self, missing: NotRead) -> None:
        """Read from now on a field that was passed over, too."""
        self._asked[missing.record].add(missing.name)
        self._settle()

    def _count(self, body: bytes) -> Read:
        if self._left:
            self._left -= 1
            return self._whole(body)
        self.decode = self._watch()
        return self.decode(body)

    def _watch(self) -> Decode:
        """Return what reads one entry whole and notes which fields are then looked at."""
        decode = self._decoder(watching=True)

        def read(body: bytes) -> Read:
            found = decode(body)
            for names in self._asked.values():
                names.clear()  # the decoder itself has looked at each field
            self.decode = self._watched
            return found

        return read

    def _watched(self, body: bytes) -> Read:
        self._settle()
        return self.decode(body)

    def _settle(self) -> None:
        self.decode = self._decoder(watching=False)

    def _decoder(self, *, watching: bool) -> Decode:
        return decoder(self._spared(self._cls, {}, watching=watching))

    def _spared(self, hint: Any, made: dict[type, type], *, watching: bool) -> Any:  # noqa: ANN401 - type hints have no type
        """Return a type hint with each record in it watched, or read sparingly."""
        if isinstance(hint, type) and is_dataclass(hint):
            if hint not in made:
                made[hint] = self._record(hint, made, watching=watching)
            return made[hint]
        inside = tuple(
            one if isinstance(one, EllipsisType) else self._spared(one, made, watching=watching)
            for one in (get_args(hint) if get_origin(hint) in (Union, UnionType, tuple) else ())
        )
        if get_origin(hint) is Annotated:
            inner, *rest = get_args(hint)
            return Annotated[(self._spared(inner, made, watching=watching), *rest)]
        if get_origin(hint) is tuple:
            return GenericAlias(tuple, inside)
        return reduce(or_, inside) if inside else hint

    def _record(self, cls: Any, made: dict[type, type], *, watching: bool) -> type:  # noqa: ANN401 - a record's class
        hints = hints_of(cls)
        asked = self._asked.setdefault(cls, set())
        names = [name for name in hints if watching or name in asked]
        space: dict[str, Any] = {
            "__slots__": (),
            "__module__": cls.__module__,
            "__annotations__": {
                name: self._spared(hints[name], made, watching=watching) for name in names
            },
            "__dataclass_fields__": {name: cls.__dataclass_fields__[name] for name in names},
        }
        if watching:
            space["__getattribute__"] = _noting(cls, asked)
        # One for each field, since a hook for all of them would slow every field down.
        space |= {name: _PassedOver(cls, name) for name in hints if name not in names}
        made_of = type(cls.__name__, (cls,), space)
        # Whoever goes through all fields of a record finds all, and so meets what was not read.
        stands_for(made_of, cls)
        return made_of


class _PassedOver:
    """Stands in a record for a field that was not read."""

    def __init__(self, record: type, name: str) -> None:
        self._record = record
        self._name = name

    def __get__(self, one: object, _: type) -> "_PassedOver":
        if one is None:
            return self
        raise NotRead(self._record, self._name)


def _noting(cls: Any, asked: set[str]) -> Callable[[Any, str], Any]:  # noqa: ANN401 - a record's class
    def get(self: Any, name: str) -> Any:  # noqa: ANN401 - a record
        if name in cls.__dataclass_fields__:
            asked.add(name)
        return cls.__getattribute__(self, name)

    return get
