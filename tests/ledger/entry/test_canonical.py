import re
from datetime import date
from typing import Any, cast
from uuid import UUID

import orjson
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from ledger.entry import BYTES_MAX, NotCanonical, canonical
from ledger.entry.canonical import DEPTH_MAX, INTEGER_MAX

KEYS = st.text("abcdefghijklmnopqrstuvwxyz0123456789_", min_size=1, max_size=12)
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40)
SCALARS = st.none() | st.booleans() | st.integers(-INTEGER_MAX, INTEGER_MAX) | TEXTS
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=30,
)


@given(VALUES)
@pytest.mark.outsider("rfc8785")
def test_the_spelling_is_that_of_rfc_8785(value: object) -> None:
    assert canonical(value) == rfc8785.dumps(cast("Any", value))


@given(VALUES)
def test_a_spelled_value_reads_back_the_same(value: object) -> None:
    assert orjson.loads(canonical(value)) == value


@given(st.dictionaries(KEYS, SCALARS, max_size=8))
def test_the_order_of_keys_does_not_matter(value: dict[str, Any]) -> None:
    assert canonical(dict(reversed(value.items()))) == canonical(value)


@pytest.mark.parametrize("character", [chr(n) for n in [*range(1, 0x21), 0x22, 0x5C, 0x7F, 0x2028]])
@pytest.mark.outsider("rfc8785")
def test_every_control_character_is_escaped_as_rfc_8785_does(character: str) -> None:
    assert canonical(character) == rfc8785.dumps(character)


@pytest.mark.parametrize(
    ("value", "path", "why"),
    [
        ({"a": 1.0}, "$.a", "float is not a type"),
        ({"a": [0, float("nan")]}, "$.a[1]", "float is not a type"),
        ({"a": INTEGER_MAX + 1}, "$.a", "2^53"),
        ({"a": -INTEGER_MAX - 1}, "$.a", "2^53"),
        ({"a": 2**64}, "$.a", "2^53"),
        ({"a": {"B": 1}}, "$.a.?", "[a-z0-9_]"),
        ({"": 1}, "$.?", "[a-z0-9_]"),
        ({"a-b": 1}, "$.?", "[a-z0-9_]"),
        ({"x" * 101: 1}, "$.?", "[a-z0-9_]"),
        ({1: 1}, "$.?", "[a-z0-9_]"),
        ({"a": [{"b": "x\0y"}]}, "$.a[0].b", "NUL"),
        ({"a": "\ud800"}, "$.a", "surrogate"),
        ({"a": date(2024, 1, 1)}, "$.a", "date is not a type"),
        ({"a": UUID(int=1)}, "$.a", "UUID is not a type"),
        ({"a": b"x"}, "$.a", "bytes is not a type"),
        ({"a": {1, 2}}, "$.a", "set is not a type"),
    ],
)
def test_what_is_outside_the_limits_is_named_by_its_place(
    value: object, path: str, why: str
) -> None:
    with pytest.raises(NotCanonical, match=re.escape(why)) as refused:
        canonical(value)
    assert refused.value.path == path


def test_a_subclass_of_a_plain_type_is_not_spelled() -> None:
    class Text(str):
        __slots__ = ()

    with pytest.raises(NotCanonical, match="Text is not a type"):
        canonical({"a": Text("x")})


def test_a_backslash_before_u0000_is_not_taken_for_a_nul() -> None:
    assert canonical({"a": "\\u0000"}) == rb'{"a":"\\u0000"}'


def test_a_refusal_quotes_no_value_and_no_bad_key() -> None:
    for value in ({"a": "王\0小明"}, {"a": 371502199001011234.5}, {"王小明": 1}, {"a": 10**17}):
        with pytest.raises(NotCanonical) as refused:
            canonical(value)
        assert not re.search(r"王|小明|3715|0000", str(refused.value))


def test_nesting_is_bounded_by_depth_not_by_the_stack() -> None:
    value: Any = 1
    for _ in range(DEPTH_MAX):
        value = [value]
    assert canonical(value)
    with pytest.raises(NotCanonical, match="deep"):
        canonical([value])


def test_the_longest_spelling_is_allowed_and_one_byte_more_is_not() -> None:
    assert len(canonical("x" * (BYTES_MAX - 2))) == BYTES_MAX
    with pytest.raises(NotCanonical, match="at most 65535"):
        canonical("x" * (BYTES_MAX - 1))
