"""The three forms of a sealed field, and how an entry spells them.

Classes with slots instead of dataclasses: the parser knows dataclasses natively and would read
them as objects, while these must pass through its hook for custom types, where values are sealed.
"""

import re
from binascii import a2b_base64
from functools import cache
from typing import Any, Generic, NamedTuple, TypeVar, get_args, get_origin
from uuid import UUID

from aggregates.ids import uuid_v8
from aggregates.language import Message
from aggregates.sealed.kinds import Kind, Malformed

K_co = TypeVar("K_co", bound=Kind, covariant=True)
T_co = TypeVar("T_co", covariant=True)

COMMITMENT_CHARS = 43
"""32 bytes in base64url without padding."""
_COMMITMENT = "[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]"
_TOKEN = "[A-Za-z0-9_-]{21}[AQgw]"  # noqa: S105 - a pattern
_ALONE = re.compile(_COMMITMENT)
_WITH_TOKEN = re.compile(rf"{_COMMITMENT}\.{_TOKEN}")
_SHOWN = 6
_UNREADABLE = Message("封存字段的写法不对", "a sealed field is not spelled as one")

_set = object.__setattr__


class Sealed:
    """What stands in an entry for a value that the vault keeps. Immutable; equal by spelling.

    Attributes:
        commitment: HMAC-SHA256 of the value under a salt of its own, 43 characters base64url.
    """

    __slots__ = ("commitment",)
    commitment: str

    def __init__(self, commitment: str) -> None:
        _set(self, "commitment", commitment)

    def spelled(self) -> str:
        """Return the text that stands for this in an entry."""
        return self.commitment

    def __setattr__(self, name: str, _: object) -> None:
        raise AttributeError(f"{type(self).__name__}.{name} cannot be set")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__}.{name} cannot be deleted")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sealed):
            return NotImplemented
        return type(self) is type(other) and self.spelled() == other.spelled()

    def __hash__(self) -> int:
        return hash(self.commitment)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.commitment[:_SHOWN]}…)"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.commitment,)


class Personal(Sealed, Generic[K_co]):
    """Identity: a name, an address, what a person wrote."""

    __slots__ = ()


class Matchable(Sealed, Generic[K_co]):
    """Identity that must be compared: an ID number, a telephone, an account.

    Attributes:
        token: Keyed by the installation and the kind, 22 characters base64url; two tokens of
            one kind are equal exactly where the values are.
    """

    __slots__ = ("token",)
    token: str

    def __init__(self, commitment: str, token: str) -> None:
        super().__init__(commitment)
        _set(self, "token", token)

    def spelled(self) -> str:
        """Return commitment and token, a full stop between them."""
        return f"{self.commitment}.{self.token}"

    def same_as(self, other: "Matchable[Any] | None") -> bool:
        """Say whether both hide the same value; commitments differ even then."""
        return other is not None and self.token == other.token

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.commitment, self.token)


class Restricted(Sealed, Generic[T_co]):
    """What rules and folds need, but nobody may browse, such as the category of a person.

    Attributes:
        value: The value while a decision needs it; None where it was not fetched from the
            vault. It has no part in equality and is never spelled or shown.
    """

    __slots__ = ("value",)
    value: T_co | None

    def __init__(self, commitment: str, value: T_co | None = None) -> None:
        super().__init__(commitment)
        _set(self, "value", value)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.commitment, self.value)


class Form(NamedTuple):
    """How a field is sealed.

    Attributes:
        sealed: ``Personal``, ``Matchable`` or ``Restricted``.
        inner: The kind of value; for ``Restricted`` the type of the value.
    """

    sealed: type[Sealed]
    inner: Any


@cache
def form_of(hint: Any) -> Form | None:  # noqa: ANN401 - type hints have no type
    """Return how a field of type ``hint`` is sealed, None where it is not."""
    origin = get_origin(hint)
    if isinstance(origin, type) and issubclass(origin, Sealed):
        return Form(origin, get_args(hint)[0])
    return None


def is_sealed(hint: Any) -> bool:  # noqa: ANN401 - type hints have no type
    """Say whether a field of type ``hint`` is sealed."""
    return form_of(hint) is not None


def kind_of(hint: Any) -> type[Kind]:  # noqa: ANN401 - type hints have no type
    """Return the kind of value that a personal or matchable field hides.

    Raises:
        TypeError: the field is not of these forms.
    """
    form = form_of(hint)
    if form is None or form.sealed is Restricted:
        raise TypeError(f"{hint} hides no kind of identity")
    kind: type[Kind] = form.inner
    return kind


def parse(hint: Any, text: object) -> Sealed:  # noqa: ANN401 - type hints have no type
    """Read what an entry spells for a field of type ``hint``; restricted values stay unknown.

    Raises:
        TypeError: ``hint`` is not the type of a sealed field.
        Malformed: ``text`` is not the spelling of one.
    """
    form = form_of(hint)
    if form is None:
        raise TypeError(f"{hint} is not the type of a sealed field")
    if not isinstance(text, str):
        raise Malformed(_UNREADABLE)
    if form.sealed is Matchable:
        if _WITH_TOKEN.fullmatch(text) is None:
            raise Malformed(_UNREADABLE)
        return Matchable(text[:COMMITMENT_CHARS], text[COMMITMENT_CHARS + 1 :])
    if _ALONE.fullmatch(text) is None:
        raise Malformed(_UNREADABLE)
    return form.sealed(text)


def token_id(value: Matchable[Any]) -> UUID:
    """Return the id under which the trail files what a matchable field hides.

    The same value of the same kind gives the same id within one installation.
    """
    return uuid_v8(a2b_base64(value.token.translate(_STANDARD) + "=="))


_STANDARD = str.maketrans("-_", "+/")
