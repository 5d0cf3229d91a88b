"""Rows in PostgreSQL's binary form of COPY, packed by hand.

A driver adapts each value on its own, in Python for ids and dates. Here one call packs all values
of a row that follow each other and have a fixed size; the expression that does it is composed for
each part from the types of its columns. The form (PostgreSQL's documentation of COPY, "Binary
Format"; numbers big-endian)::

    signature | rows… | -1 (16 bits)
    row: count of columns (16 bits) | columns…
    column: length in bytes (32 bits), -1 for null | value
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from struct import Struct
from typing import Any, Final, NamedTuple

Row = tuple[Any, ...]

BEGIN: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
END: Final = b"\xff\xff"
_NULL: Final = b"\xff\xff\xff\xff"
_EPOCH_DAY: Final = date(2000, 1, 1).toordinal()
_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_LENGTH: Final = Struct("!i").pack
_ARRAY: Final = Struct("!iiIii").pack
_EMPTY_ARRAY: Final = Struct("!iiI").pack
_KEPT_MAX: Final = 20_000


class _Fixed(NamedTuple):
    """A type whose values have one size.

    Attributes:
        form: How ``struct`` packs a value behind its length.
        size: Its size in bytes.
        value: The expression that ``struct`` is given for the value ``{}``.
    """

    form: str
    size: int
    value: str = "{}"


_FIXED: Final = {
    "bigint": _Fixed("iq", 8),
    "integer": _Fixed("ii", 4),
    "boolean": _Fixed("i?", 1),
    "uuid": _Fixed("i16s", 16, "{}.int.to_bytes(16)"),
    "date": _Fixed("ii", 4, f"{{}}.toordinal() - {_EPOCH_DAY}"),
    "timestamptz": _Fixed("iq", 8, "({} - epoch) // microsecond"),
}
_ELEMENTS: Final = {"text[]": 25, "integer[]": 23, "bigint[]": 20}
"""Types of arrays to the OID of their elements (``pg_type``; fixed since long)."""


class _Numbers(dict[int, bytes]):
    """Numbers as elements of an array; most of them are small."""

    def __init__(self, fixed: _Fixed) -> None:
        super().__init__()
        self._pack = Struct(f"!{fixed.form}").pack
        self._size = fixed.size

    def __missing__(self, number: int) -> bytes:
        if len(self) >= _KEPT_MAX:
            self.clear()
        element = self[number] = self._pack(self._size, number)
        return element


class _Texts(dict[str | None, bytes]):
    """Texts as columns; most of them come again and again."""

    def __missing__(self, text: str | None) -> bytes:
        if len(self) >= _KEPT_MAX:
            self.clear()
        if text is None:
            column = _NULL
        else:
            value = text.encode()
            column = _LENGTH(len(value)) + value
        self[text] = column
        return column


def packer(kinds: Sequence[str]) -> Callable[[Iterable[Row]], bytes]:
    """Return what packs rows with columns of some types, to stand between ``BEGIN`` and ``END``.

    Args:
        kinds: The type of each column as the DDL has it, ``text not null`` or ``uuid``.

    Raises:
        KeyError: a type is none of those that are known here.
    """
    names = [f"v{place}" for place in range(len(kinds))]
    told = list(zip(map(_split, kinds), names, strict=True))
    space: dict[str, Any] = {
        "epoch": _EPOCH,
        "microsecond": _MICROSECOND,
        "null": _NULL,
        "texts": _Texts(),
        "array": _array,
        "head": Struct("!h").pack(len(kinds)),
    }
    pieces = ["head"]
    for fixed, columns in groupby(told, key=lambda one: one[0][1] and one[0][0] in _FIXED):
        if fixed:
            pieces.append(_together([(kind, name) for (kind, _), name in columns], space))
        else:
            pieces.extend(_alone(kind, name, space) for (kind, _), name in columns)
    row = " + ".join(pieces) if len(pieces) < _MANY else f"join(({', '.join(pieces)}))"
    text = f"lambda rows: join([{row} for ({', '.join(names)},) in rows])"
    space["join"] = b"".join
    pack: Callable[[Iterable[Row]], bytes] = eval(text, space)  # noqa: S307 - our own words
    return pack


_MANY: Final = 4
"""From how many pieces on joining is faster than adding."""


def _split(kind: str) -> tuple[str, bool]:
    """Return a type's name, and whether its columns always hold a value."""
    return kind.split(" ", 1)[0], "not null" in kind


def _together(columns: Sequence[tuple[str, str]], space: dict[str, Any]) -> str:
    """Return the expression that packs columns of fixed size that follow each other."""
    forms = [_FIXED[kind] for kind, _ in columns]
    pack = f"pack{len(space)}"
    space[pack] = Struct("!" + "".join(one.form for one in forms)).pack
    values = (
        f"{one.size}, {one.value.format(name)}"
        for one, (_, name) in zip(forms, columns, strict=True)
    )
    return f"{pack}({', '.join(values)})"


def _alone(kind: str, name: str, space: dict[str, Any]) -> str:
    """Return the expression that packs one column on its own."""
    if kind == "text":
        return f"texts[{name}]"
    if kind in _ELEMENTS:
        return f"array({_ELEMENTS[kind]}, {name})"
    return f"(null if {name} is None else {_together([(kind, name)], space)})"


_HELD: Final[Mapping[int, Any]] = {
    _ELEMENTS["text[]"]: _Texts(),
    _ELEMENTS["integer[]"]: _Numbers(_FIXED["integer"]),
    _ELEMENTS["bigint[]"]: _Numbers(_FIXED["bigint"]),
}


def _array(element: int, values: Sequence[Any]) -> bytes:
    """Return the column of an array of one dimension without nulls."""
    if not values:
        return _LENGTH(12) + _EMPTY_ARRAY(0, 0, element)
    held = _HELD[element]
    body = _ARRAY(1, 0, element, len(values), 1) + b"".join([held[value] for value in values])
    return _LENGTH(len(body)) + body
