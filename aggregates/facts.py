"""What a fact is, under which name it is stored, and how an old version of one is read.

A fact is a frozen record with a stored name that never changes (``training-class.started.v1``).
A changed meaning is a new name, and an upcast that reads the old one; stored entries are never
rewritten. ``facts.lock.json`` freezes name, fields and types, and a test fails when one moves.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from functools import cache
from operator import attrgetter
from types import UnionType
from typing import (
    Annotated,
    Any,
    ClassVar,
    Literal,
    TypeVar,
    Union,
    cast,
    dataclass_transform,
    get_args,
    get_origin,
    get_type_hints,
)
from uuid import UUID

import msgspec
from msgspec import Meta

from aggregates.ids import LINK_KINDS
from aggregates.sealed import (
    Account,
    Matchable,
    Personal,
    Phone,
    Restricted,
    Sealed,
    parse,
    token_id,
)

Instant = Annotated[datetime, Meta(tz=True)]
"""A moment, with its offset."""
Fen = Annotated[int, Meta(ge=0, le=2**53)]
"""Money in fen (a hundredth of a yuan), never negative."""
BasisPoints = Annotated[int, Meta(ge=0, le=10_000)]
"""A share in ten-thousandths."""
Count = Annotated[int, Meta(ge=0, le=10_000_000)]
Digest = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
"""A SHA-256 in lower-case hexadecimal."""
CountyCode = Annotated[str, Meta(pattern="^[0-9]{6}$")]
"""An administrative division code of GB/T 2260."""
Code = Annotated[str, Meta(min_length=1, max_length=64)]
"""A code or number out of a list, a document number, a reference; never what a person wrote."""
Title = Annotated[str, Meta(min_length=1, max_length=200)]
"""The public name of a thing or an organisation; never of a person."""
Month = Annotated[str, Meta(pattern="^[12][0-9]{3}-(0[1-9]|1[0-2])$")]

T = TypeVar("T")
F = TypeVar("F", bound="Fact")


@dataclass_transform(frozen_default=True, kw_only_default=True)
def record(cls: type[T]) -> type[T]:
    """Make ``cls`` a part of facts and commands: frozen, slotted, by keyword only.

    Equality, hash and representation are those of a dataclass, but are not compiled for each of
    hundreds of classes: every process of ours would wait for that as it starts.
    """
    made = dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)(cls)
    names = tuple(one.name for one in fields(made))  # type: ignore[arg-type]  # it is a dataclass since a line ago
    values = _values_of(names)

    def is_equal(self: T, other: object) -> bool:
        if other.__class__ is not self.__class__:
            return NotImplemented  # type: ignore[no-any-return]  # as any __eq__ may
        return values(self) == values(other)

    def hashed(self: T) -> int:
        return hash(values(self))

    def shown(self: T) -> str:
        held = ", ".join(f"{name}={getattr(self, name)!r}" for name in names)
        return f"{self.__class__.__qualname__}({held})"

    for name, method in (("__eq__", is_equal), ("__hash__", hashed), ("__repr__", shown)):
        if name not in cls.__dict__:
            setattr(made, name, method)
    return made


def _values_of(names: tuple[str, ...]) -> Callable[[object], tuple[Any, ...]]:
    """Return what takes the values of these attributes, in their order."""
    if len(names) > 1:
        return attrgetter(*names)
    return lambda one: tuple(getattr(one, name) for name in names)


@record
class Finding:
    """A rule that the fact does not keep, though it is recorded.

    Attributes:
        rule: The id of the rule.
        detail: What was expected and found, in Chinese, without personal data.
    """

    rule: str
    detail: str


@record
class Fact:
    """Something that happened. ``findings`` are the rules that it violates."""

    TYPE: ClassVar[str] = ""
    findings: tuple[Finding, ...] = ()


class UnknownFactError(LookupError):
    """A stored name that no fact bears."""


FACTS: dict[str, type[Fact]] = {}
"""Every fact by its stored name."""

_UPCASTS: dict[str, tuple[str, Callable[[dict[str, Any]], dict[str, Any]]]] = {}


@dataclass_transform(frozen_default=True, kw_only_default=True)
def fact(name: str) -> Callable[[type[F]], type[F]]:
    """Register a fact under its stored ``name``, ``<stream>.<what-happened>.v<n>``.

    Raises:
        ValueError: the name is taken (at import).
    """

    def register(cls: type[F]) -> type[F]:
        made = record(cls)
        if name in FACTS:
            raise ValueError(f"two facts bear the stored name {name}")
        made.TYPE = name
        FACTS[name] = made
        return made

    return register


def upcast(
    old: str, *, to: str
) -> Callable[[Callable[[dict[str, Any]], dict[str, Any]]], Callable[..., dict[str, Any]]]:
    """Register how the data of the stored name ``old`` reads as data of the name ``to``."""

    def register(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[..., Any]:
        if old in FACTS or old in _UPCASTS:
            raise ValueError(f"{old} is read already")
        _UPCASTS[old] = (to, change)
        return change

    return register


def _spell(value: object) -> object:
    if isinstance(value, Sealed):
        return value.spelled()
    raise TypeError(f"no spelling for {type(value).__name__}")


def encode(value: Fact) -> dict[str, Any]:
    """Return the data of a fact as an entry holds it: JSON values, sealed fields spelled."""
    return cast(dict[str, Any], msgspec.to_builtins(value, enc_hook=_spell))


_SPELLER = msgspec.json.Encoder(enc_hook=_spell, order="sorted")


def spelled(value: Fact) -> bytes:
    """Return the data of a fact as JSON: what ``encode`` gives, keys sorted, no white space."""
    return _SPELLER.encode(value)


Opener = Callable[[str], Any]
"""From a commitment to the restricted value in the vault; ``KeyError`` where there is none."""


def decode(name: str, data: Mapping[str, Any], opener: Opener | None = None) -> Fact:
    """Read the data of an entry of type ``name``, in the newest form of that fact.

    Args:
        name: The stored name, of whatever version.
        data: The member ``data`` of the entry.
        opener: Gives restricted values; without it they stay unknown (``value`` is None).

    Raises:
        UnknownFactError: no fact bears the name.
        msgspec.ValidationError: the data are not of the fact's form.
    """
    current = dict(data)
    while name in _UPCASTS:
        name, change = _UPCASTS[name]
        current = change(current)
    try:
        cls = FACTS[name]
    except KeyError:
        raise UnknownFactError(f"no fact bears the stored name {name}") from None
    return msgspec.convert(current, cls, dec_hook=_READ if opener is None else _reader(opener))


def stored_names(facts: Iterable[type[Fact]]) -> frozenset[str]:
    """Return every stored name, of whatever version, that reads as one of the facts."""
    found = {cls.TYPE for cls in facts}
    older = len(_UPCASTS)
    while older:  # a name may lead over several versions
        found |= {name for name, (to, _) in _UPCASTS.items() if to in found}
        older -= 1
    return frozenset(found)


def _read(kind: Any, text: Any) -> Any:  # noqa: ANN401 - the hook's contract
    return parse(kind, text)


_READ = _read


def _reader(opener: Opener) -> Callable[[Any, Any], Any]:
    def read(kind: Any, text: Any) -> Any:  # noqa: ANN401 - the hook's contract
        sealed = parse(kind, text)
        if not isinstance(sealed, Restricted):
            return sealed
        try:
            plain = opener(sealed.commitment)
        except KeyError:
            return sealed
        return Restricted(sealed.commitment, msgspec.convert(plain, get_args(kind)[0]))

    return read


def parts_of(hint: Any) -> tuple[Any, ...]:  # noqa: ANN401 - type hints have no type
    """Return the members of a union or the items of a tuple type, or nothing."""
    origin = get_origin(hint)
    if origin is Annotated:
        return (get_args(hint)[0],)
    if origin in (Union, UnionType, tuple):
        return tuple(arg for arg in get_args(hint) if arg not in (type(None), Ellipsis))
    return ()


_HINTS: dict[Any, dict[str, Any]] = {}


def hints_of(cls: Any) -> dict[str, Any]:  # noqa: ANN401 - a record's class
    """Return the field types of a record, annotations resolved and their constraints kept."""
    found = _HINTS.get(cls)
    if found is None:
        hints = get_type_hints(cls, include_extras=True)
        found = _HINTS[cls] = {item.name: hints[item.name] for item in fields(cls)}
    return found


def stands_for(made: type, original: type) -> None:
    """Let a class that was made to read a record's part be asked for all fields of the record.

    What is then looked at without having been read must say so by itself.
    """
    _HINTS[made] = hints_of(original)


@cache
def _link_paths(cls: type) -> tuple[tuple[str, str | None, type | None], ...]:
    """Return, for each field that holds references: its name, the link kind, the nested record."""
    found: list[tuple[str, str | None, type | None]] = []

    def walk(name: str, hint: Any) -> None:  # noqa: ANN401 - type hints have no type
        if hint in LINK_KINDS:
            found.append((name, LINK_KINDS[hint], None))
        elif token_kind(hint) is not None:
            found.append((name, token_kind(hint), None))
        elif isinstance(hint, type) and is_dataclass(hint):
            if _link_paths(hint):
                found.append((name, None, hint))
        else:
            for part in parts_of(hint):
                walk(name, part)

    for name, hint in hints_of(cls).items():
        walk(name, hint)
    return tuple(found)


_TOKEN_KINDS: Mapping[Any, str] = {Account: "account", Phone: "phone"}


def token_kind(hint: Any) -> str | None:  # noqa: ANN401 - type hints have no type
    """Return the link kind of a matchable field that is followed, such as an account."""
    if get_origin(hint) is not Matchable:
        return None
    return _TOKEN_KINDS.get(get_args(hint)[0])


def links(value: Any) -> Iterator[tuple[str, UUID]]:  # noqa: ANN401 - a fact or a part of one
    """Yield what a fact refers to: the kind of the thing and its id, repeats included."""
    found: list[tuple[str, UUID]] = []
    _collect(value, found.append)
    return iter(found)


def _collect(value: Any, add: Callable[[tuple[str, UUID]], None]) -> None:  # noqa: ANN401 - any value fits here
    for name, kind, _ in _link_paths(value.__class__):
        held = getattr(value, name)
        if held is None:
            continue
        many = held if held.__class__ is tuple else (held,)
        if kind is None:
            for one in many:
                _collect(one, add)
        else:
            for one in many:
                add((kind, one if one.__class__ is UUID else token_id(one)))


def describe(cls: type) -> dict[str, Any]:
    """Return the form of a record for the lock file: field name to the spelling of its type."""
    return {name: _describe_type(hint) for name, hint in sorted(hints_of(cls).items())}


def _describe_type(hint: Any) -> Any:  # noqa: ANN401, PLR0911 - one answer per form
    origin, args = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _describe_type(args[0])
    if origin is Literal:
        return "one of " + "|".join(str(arg) for arg in args)
    if origin in (Union, UnionType):
        inner = [arg for arg in args if arg is not type(None)]
        shape = [_describe_type(arg) for arg in inner]
        return {"optional": shape[0] if len(shape) == 1 else shape}
    if origin is tuple:
        return [_describe_type(args[0])]
    if hint in LINK_KINDS:
        return f"id of {LINK_KINDS[hint]}"
    if origin is not None and isinstance(origin, type) and issubclass(origin, Sealed):
        inner_type = args[0]
        if origin is Restricted or not isinstance(inner_type, type):
            return {origin.__name__.lower(): _describe_type(inner_type)}
        return f"{origin.__name__.lower()} {inner_type.__name__}"
    if isinstance(hint, type) and is_dataclass(hint):
        return describe(hint)
    return {datetime: "instant", date: "date", UUID: "id"}.get(hint, getattr(hint, "__name__", ""))


__all__ = [
    "FACTS",
    "BasisPoints",
    "Code",
    "Count",
    "CountyCode",
    "Digest",
    "Fact",
    "Fen",
    "Finding",
    "Instant",
    "Month",
    "Opener",
    "Personal",
    "Title",
    "UnknownFactError",
    "decode",
    "describe",
    "encode",
    "fact",
    "hints_of",
    "links",
    "parts_of",
    "record",
    "spelled",
    "stands_for",
    "stored_names",
    "upcast",
]
