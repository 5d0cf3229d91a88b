"""The citizen identity number: what it must be, and why it is refused."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from aggregates.sealed import IdNumber, Malformed
from aggregates.sealed.id_number import check_character
from tests.aggregates.people import id_numbers, wide


def with_check(digits: str) -> str:
    return digits + check_character(digits)


def refusal(text: str) -> str:
    with pytest.raises(Malformed) as refused:
        IdNumber.canonical(text)
    return refused.value.message.en


def test_the_check_characters_of_the_standard_are_found() -> None:
    """The two examples of GB 11643-1999, annex A."""
    assert check_character("11010519491231002") == "X"
    assert check_character("44052418800101001") == "4"


@given(number=id_numbers())
def test_a_valid_number_is_taken_in_every_spelling_of_clerks(number: str) -> None:
    assert IdNumber.canonical(number) == number
    assert IdNumber.canonical(wide(number.lower())) == number
    assert IdNumber.canonical(f"'{number[:6]} {number[6:14]} {number[14:].lower()}\n") == number


@given(number=id_numbers(), at=st.integers(0, 16), other=st.integers(0, 9))
def test_one_wrong_digit_is_always_found(number: str, at: int, other: int) -> None:
    assume(number[at] != str(other))

    refusal(number[:at] + str(other) + number[at + 1 :])


@given(number=id_numbers(), at=st.integers(0, 15))
def test_two_digits_exchanged_are_always_found(number: str, at: int) -> None:
    assume(number[at] != number[at + 1])

    refusal(number[:at] + number[at + 1] + number[at] + number[at + 2 :])


def test_a_number_of_fifteen_digits_is_refused_as_out_of_use() -> None:
    assert "15 digits" in refusal("371502900101123")


@pytest.mark.parametrize("text", ["3.71502E+17", "3.71502199001011e17", "371502199001011234.0"])
def test_a_number_in_scientific_notation_is_refused_as_damaged(text: str) -> None:
    assert "spreadsheet" in refusal(text)


@given(number=id_numbers())
def test_a_number_whose_last_digits_became_noughts_is_refused(number: str) -> None:
    damaged = number[:15] + "000"
    assume(check_character(damaged) != "0")

    assert "spreadsheet" in refusal(damaged)


def test_a_true_number_that_ends_in_noughts_is_taken_when_typed_and_refused_from_a_cell() -> None:
    genuine = next(
        with_check(f"37150219900101{sequence}")
        for sequence in range(100, 1000, 100)
        if with_check(f"37150219900101{sequence}").endswith("000")
    )

    assert IdNumber.canonical(genuine) == genuine
    with pytest.raises(Malformed):
        IdNumber.from_cell(genuine)


@pytest.mark.parametrize("born", ["19900230", "19001301", "18991231", "21000101", "20230229"])
def test_a_day_of_birth_that_never_was_is_refused(born: str) -> None:
    assert "day of birth" in refusal(with_check(f"371502{born}123"))


@pytest.mark.parametrize("region", ["001502", "161502", "991502", "730000"])
def test_a_region_that_is_no_province_is_refused(region: str) -> None:
    assert "province" in refusal(with_check(f"{region}19900101123"))


def test_a_sequence_of_noughts_is_refused() -> None:
    refusal(with_check("37150219900101000"))


@pytest.mark.parametrize("text", ["", "371502", "37150219900101123A", "张三", "3" * 19])
def test_what_has_another_form_is_told_its_length_only(text: str) -> None:
    assert "expected 18 characters" in refusal(text)


@given(number=id_numbers())
def test_no_refusal_repeats_the_number(number: str) -> None:
    for spoilt in (number[:17] + "?", number[:16], number + "1", "00" + number[2:]):
        with pytest.raises(Malformed) as refused:
            IdNumber.canonical(spoilt)

        assert spoilt[6:14] not in str(refused.value)
