"""One value, one spelling: canonical JSON under limits.

Keys sorted and of ``[a-z0-9_]``, no white space, UTF-8, no floats, integers below 2^53 in size,
no NUL, bounded depth and size. Under these limits sorted ``orjson`` is RFC 8785 (a property test
holds it), so that anybody's JCS library finds the same bytes.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final

import orjson

BYTES_MAX: Final = 65_535
INTEGER_MAX: Final = 2**53 - 1
DEPTH_MAX: Final = 32
KEY_CHARACTERS_MAX: Final = 100

_SPELLING: Final = (
    orjson.OPT_SORT_KEYS
    | orjson.OPT_STRICT_INTEGER
    | orjson.OPT_PASSTHROUGH_DATACLASS
    | orjson.OPT_PASSTHROUGH_DATETIME
    | orjson.OPT_PASSTHROUGH_SUBCLASS
)
_KEY: Final = re.compile(rf"[a-z0-9_]{{1,{KEY_CHARACTERS_MAX}}}")
_SCALARS: Final = frozenset({str, int, bool, type(None)})


class NotCanonical(ValueError):  # noqa: N818 - the word says what is wrong
    """A value has no canonical form.

    Neither attribute quotes the value, which may be personal.

    Attributes:
        path: where it stands, such as ``$.items[3].amount_fen``; a key that is none shows as ``?``.
        why: what is wrong there.
    """

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"{path}: {why}")
        self.path = path
        self.why = why


def canonical(value: object, *, bytes_max: int = BYTES_MAX) -> bytes:
    """Return the canonical bytes of a value of dicts, lists, strings, integers, booleans and None.

    Args:
        value: exactly these types (a tuple counts as a list): no subclass, no date, no UUID.
        bytes_max: the longest spelling that is accepted.

    Raises:
        NotCanonical: the value is outside the limits; says where and why.
    """
    if not _plain(value, DEPTH_MAX):
        raise _first_fault(value)
    try:
        spelled = orjson.dumps(value, option=_SPELLING)
    except orjson.JSONEncodeError:
        raise _first_fault(value) from None
    # The escape of NUL may also be a backslash that somebody wrote: look before refusing.
    if b"\\u0000" in spelled and next(_faults(value, "$", DEPTH_MAX), None) is not None:
        raise _first_fault(value)
    if len(spelled) > bytes_max:
        raise NotCanonical("$", f"{len(spelled)} bytes, at most {bytes_max} are allowed")
    return spelled


_NUL: Final = b"\\u0000"
_NOUGHTS: Final = b"0" * len(str(INTEGER_MAX))
_ALL_DIGITS_NOUGHT: Final = bytes.maketrans(b"123456789", b"0" * 9)


def doubtful(spelled: bytes) -> bool:
    """Say whether bytes that another speller wrote could be outside the limits of this form.

    Args:
        spelled: sorted keys, no white space, no floats, as a fact's own types ensure. What is
            left to look for is a NUL and an integer of 2^53 or more, which has 16 digits; both
            may also stand in a string, so this is a doubt that ``canonical`` has to settle.
    """
    return _NUL in spelled or _NOUGHTS in spelled.translate(_ALL_DIGITS_NOUGHT)


@lru_cache(8192)
def _is_key(key: object) -> bool:
    return isinstance(key, str) and _KEY.fullmatch(key) is not None


def _plain(value: Any, depth: int) -> bool:  # noqa: ANN401 - this finds out what it is
    """Say whether types, keys and depth are in order; strings and sizes are the speller's part."""
    kind = type(value)
    if kind in _SCALARS:
        return True
    if depth == 0:
        return False
    if kind is dict:
        if not all(map(_is_key, value)):
            return False
        value = value.values()
    elif kind is not list and kind is not tuple:
        return False
    return all(type(item) in _SCALARS or _plain(item, depth - 1) for item in value)


def _first_fault(value: object) -> NotCanonical:
    path, why = next(_faults(value, "$", DEPTH_MAX), ("$", "cannot be spelled"))
    return NotCanonical(path, why)


def _faults(value: Any, path: str, depth: int) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - any value fits here
    """Yield where and why a value is outside the limits; slow, for messages only."""
    kind = type(value)
    if kind in _SCALARS:
        why = _fault_of_scalar(value)
        if why:
            yield path, why
    elif kind not in (dict, list, tuple):
        yield path, f"{kind.__name__} is not a type of canonical JSON"
    elif depth == 0:
        yield path, f"nested more than {DEPTH_MAX} deep"
    elif kind is dict:
        for key, item in value.items():
            if not _is_key(key):
                yield f"{path}.?", f"a key is not 1 to {KEY_CHARACTERS_MAX} characters of [a-z0-9_]"
            yield from _faults(item, f"{path}.{key if _is_key(key) else '?'}", depth - 1)
    else:
        for index, item in enumerate(value):
            yield from _faults(item, f"{path}[{index}]", depth - 1)


def _fault_of_scalar(value: object) -> str:
    if isinstance(value, int) and abs(value) > INTEGER_MAX:
        return "an integer of 2^53 or more"
    if isinstance(value, str) and "\0" in value:
        return "holds a NUL"
    if isinstance(value, str) and any("\ud800" <= one <= "\udfff" for one in value):
        return "holds half a surrogate pair"
    return ""
