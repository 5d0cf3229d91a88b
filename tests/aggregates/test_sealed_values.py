"""Sealed fields: their spelling, their equality, and what they never show."""

import copy
import pickle
from typing import Literal
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregates.facts import record
from aggregates.sealed import (
    Account,
    IdNumber,
    Malformed,
    Matchable,
    Name,
    Personal,
    Phone,
    Restricted,
    Sealed,
    form_of,
    is_sealed,
    kind_of,
    parse,
    token_id,
)

ONE = "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA"
OTHER = "A83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA"
MARK = "q83vEjRWeJCrze8SNFZ4kA"
OTHER_MARK = "A83vEjRWeJCrze8SNFZ4kA"

Category = Literal["UNEMPLOYED", "STUDENT"]


@record
class Registered:
    """A record with a field of every form."""

    name: Personal[Name]
    phone: Matchable[Phone] | None = None
    category: Restricted[Category] | None = None
    others: tuple[Personal[Name], ...] = ()


def spell(value: object) -> str:
    assert isinstance(value, Sealed)
    return value.spelled()


def test_an_entry_reads_back_what_it_spells() -> None:
    written = Registered(
        name=Personal(ONE),
        phone=Matchable(ONE, MARK),
        category=Restricted(OTHER, "STUDENT"),
        others=(Personal(ONE), Personal(OTHER)),
    )

    spelled = msgspec.to_builtins(written, enc_hook=spell)

    assert spelled == {
        "name": ONE,
        "phone": f"{ONE}.{MARK}",
        "category": OTHER,
        "others": (ONE, OTHER),
    }
    assert msgspec.convert(spelled, Registered, dec_hook=parse) == written


@pytest.mark.parametrize(
    "text",
    [
        "",
        ONE[:-1],
        ONE + "A",
        ONE[:-1] + "B",
        ONE + "=",
        f" {ONE}",
        f"{ONE}\n",
        f"{ONE}.{MARK}",
        "张三",
        42,
        None,
    ],
)
def test_what_is_no_commitment_is_not_read_as_one(text: object) -> None:
    with pytest.raises(Malformed):
        parse(Personal[Name], text)


@pytest.mark.parametrize("text", [ONE, f"{ONE}.", f"{ONE}.{MARK}x", f"{ONE}.{MARK[:-1]}B"])
def test_a_matchable_field_is_not_read_without_its_token(text: str) -> None:
    with pytest.raises(Malformed):
        parse(Matchable[Phone], text)


def test_only_sealed_types_are_read_as_sealed() -> None:
    assert is_sealed(Personal[Name])
    assert is_sealed(Restricted[Category])
    assert not is_sealed(str)
    assert not is_sealed(tuple[Personal[Name], ...])
    with pytest.raises(TypeError):
        parse(str, ONE)


def test_a_field_says_which_kind_it_hides() -> None:
    assert kind_of(Personal[Name]) is Name
    assert kind_of(Matchable[Account]) is Account
    form = form_of(Restricted[Category])
    assert form is not None
    assert form.inner == Category
    with pytest.raises(TypeError):
        kind_of(Restricted[Category])


def test_the_same_value_is_known_by_its_token_and_not_by_equality() -> None:
    first: Matchable[Phone] = Matchable(ONE, MARK)
    again: Matchable[Phone] = Matchable(OTHER, MARK)
    another: Matchable[Phone] = Matchable(OTHER, OTHER_MARK)

    assert first.same_as(again)
    assert first != again
    assert not first.same_as(another)
    assert not first.same_as(None)


def test_forms_are_equal_by_spelling_within_one_form() -> None:
    assert Personal(ONE) == Personal(ONE)
    assert hash(Personal(ONE)) == hash(Personal(ONE))
    assert Personal(ONE) != Personal(OTHER)
    assert Personal(ONE) != Restricted(ONE)
    assert Personal(ONE) != ONE
    assert Restricted(ONE, "STUDENT") == Restricted(ONE)


def test_a_token_gives_one_id_for_the_trail() -> None:
    made = token_id(Matchable(ONE, MARK))

    assert made == token_id(Matchable(OTHER, MARK))
    assert made != token_id(Matchable(ONE, OTHER_MARK))
    assert made.version == 8
    assert made.variant == UUID(int=0x8000_0000_0000_0000).variant


@pytest.mark.parametrize("field", ["commitment", "token", "value"])
def test_a_sealed_field_cannot_be_changed(field: str) -> None:
    every: tuple[Sealed, ...] = (Personal(ONE), Matchable(ONE, MARK), Restricted(ONE, "STUDENT"))
    for sealed in every:
        with pytest.raises(AttributeError):
            setattr(sealed, field, OTHER)
        with pytest.raises(AttributeError):
            delattr(sealed, field)


@given(value=st.text(min_size=3, alphabet="张三李四王五赵六"))
def test_a_restricted_value_is_never_shown(value: str) -> None:
    sealed: Restricted[str] = Restricted(ONE, value)

    shown = f"{sealed} {sealed!r} {sealed.spelled()} {[sealed]} {sealed!s:>20}"

    assert value not in shown
    assert ONE not in repr(sealed)


@pytest.mark.parametrize(
    "sealed", [Personal(ONE), Matchable(ONE, MARK), Restricted(ONE, "STUDENT")]
)
def test_a_sealed_field_survives_copying(sealed: Sealed) -> None:
    for copied in (copy.deepcopy(sealed), pickle.loads(pickle.dumps(sealed))):  # noqa: S301 - on purpose
        assert copied == sealed
        assert getattr(copied, "value", None) == getattr(sealed, "value", None)


def test_an_id_number_has_the_same_form_in_every_field() -> None:
    assert kind_of(Matchable[IdNumber]) is kind_of(Personal[IdNumber])
