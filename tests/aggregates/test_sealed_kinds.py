"""Kinds of identity: one spelling per value, masks that hide, refusals that repeat nothing."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aggregates.sealed import (
    KINDS,
    Account,
    Address,
    FreeText,
    IdNumber,
    Kind,
    Malformed,
    Name,
    Payload,
    Phone,
    PlainText,
)
from tests.aggregates.people import accounts, id_numbers, names, phones, wide

KIND = st.sampled_from(sorted(KINDS.values(), key=lambda kind: kind.code))
CLERKS_SPELLINGS = [
    (Name, "张 三", "张三"),
    (Name, "欧阳\u3000娜娜 ", "欧阳娜娜"),
    (Name, "阿依古丽•买买提", "阿依古丽·买买提"),
    (Name, "阿里\uff0e买买提", "阿里·买买提"),
    (Name, " John   F. Kennedy", "John F. Kennedy"),
    (Name, "\ufeff李四\u200b", "李四"),
    (Phone, "+86 138-0013-8000", "13800138000"),
    (Phone, "0086 13800138000", "13800138000"),
    (Phone, wide("13800138000"), "13800138000"),
    (Phone, "（0635）8241234", "06358241234"),
    (Phone, "+86 635 8241234", "06358241234"),
    (Phone, "010-12345678", "01012345678"),
    (Phone, "400 820 8820", "4008208820"),
    (Account, "6222 0212 3456 7890 123", "6222021234567890123"),
    (Account, "nra15-01234567", "NRA1501234567"),
    (Address, "山东省聊城市  东昌府区 ", "山东省聊城市 东昌府区"),
    (PlainText, " 张三 " + wide("138"), "张三 138"),
    (FreeText, "第一行\r\n第二行①  ", "第一行\n第二行①"),
    (Payload, " as\r\nsent ", " as\r\nsent "),
]


@pytest.mark.parametrize(("kind", "written", "canonical"), CLERKS_SPELLINGS)
def test_the_spellings_of_clerks_come_to_one(
    kind: type[Kind], written: str, canonical: str
) -> None:
    assert kind.canonical(written) == canonical


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        (Name, ""),
        (Name, "张"),
        (Name, "张三1"),
        (Name, "13800138000"),
        (Name, "张三(组长)"),
        (Name, "·张三"),
        (Name, "张" * 51),
        (Phone, "12345678901"),
        (Phone, "8241234"),
        (Phone, "1.38001380E10"),
        (Phone, "13800138000.0"),
        (Phone, "138001380001"),
        (Account, "6.22202E+18"),
        (Account, "1234567"),
        (Account, "ABCDEFGH"),
        (Account, "1" * 35),
        (Address, " \u200b "),
        (FreeText, "\n"),
        (FreeText, "长" * 20_001),
        (Payload, ""),
        (Payload, "\ud800"),
    ],
)
def test_what_is_not_of_its_kind_is_refused_without_repeating_it(
    kind: type[Kind], written: str
) -> None:
    with pytest.raises(Malformed) as refused:
        kind.canonical(written)

    assert not written.strip() or written not in str(refused.value)
    assert refused.value.message.zh
    assert refused.value.message.en


@given(kind=KIND, text=st.text(max_size=60))
@example(kind=Name, text="e \u0301a 王 e \u0301")
@example(kind=Name, text="王\u3000\u00b4.李")
@example(kind=PlainText, text="a\u200d\u0301")
@example(kind=FreeText, text="\r\u0301\r\n \x00\u0301")
def test_the_canonical_spelling_is_its_own_canonical_spelling(kind: type[Kind], text: str) -> None:
    try:
        once = kind.canonical(text)
    except Malformed:
        return

    assert kind.canonical(once) == once
    assert once.encode().decode() == once


@given(text=st.text(max_size=60))
def test_full_width_and_spaced_text_is_the_same_text(text: str) -> None:
    def one_line(written: str) -> str:
        try:
            return PlainText.canonical(written)
        except Malformed:
            return ""

    assert one_line(f" {wide(text)}\u3000") == one_line(text)


@given(number=id_numbers())
def test_a_masked_id_number_shows_six_and_four_characters_and_no_birthday(number: str) -> None:
    masked = IdNumber.mask(number)

    assert masked == f"{number[:6]}********{number[14:]}"


@given(number=phones())
def test_a_masked_telephone_shows_its_last_four_digits_alone(number: str) -> None:
    masked = Phone.mask(Phone.canonical(number))

    assert masked.rstrip("0123456789") == "*" * (len(masked) - 4)
    assert masked.endswith(number[-4:])


@given(number=accounts())
def test_a_masked_account_shows_neither_its_beginning_nor_its_length(number: str) -> None:
    assert Account.mask(number) == "****" + number[-4:]


@given(name=names())
def test_a_masked_name_shows_one_character(name: str) -> None:
    masked = Name.mask(name)

    assert masked[0] == name[0]
    assert set(masked[1:]) == {"*"}
    assert len(masked) <= 4


def test_a_compound_surname_is_masked_like_any_other() -> None:
    assert Name.mask("欧阳娜娜") == "欧***"
    assert Name.mask("张三") == "张*"


@given(text=st.text(min_size=1, max_size=200))
def test_what_people_write_is_masked_whole(text: str) -> None:
    assert FreeText.mask(text) == Payload.mask(text) == "****"


def test_a_masked_address_shows_the_province_of_a_long_one_only() -> None:
    assert Address.mask("山东省聊城市东昌府区") == "山东省****"
    assert Address.mask("聊城市东昌府") == "****"


def test_a_number_cell_is_read_as_long_as_it_lost_nothing() -> None:
    assert Phone.from_cell(13800138000) == "13800138000"
    assert Phone.from_cell(13800138000.0) == "13800138000"


@pytest.mark.parametrize("cell", [371502199001011234, 3.71502199001011e17, 1.5, True, None, b"x"])
def test_a_cell_that_lost_digits_or_is_no_text_is_refused(cell: object) -> None:
    with pytest.raises(Malformed):
        IdNumber.from_cell(cell)


@pytest.mark.parametrize(
    "text", ["371502199001011000", "622202123456789000", "6222021234567890000"]
)
def test_text_that_bears_the_trace_of_a_spreadsheet_is_refused(text: str) -> None:
    with pytest.raises(Malformed, match="15"):
        Account.from_cell(text)


def test_a_cell_of_text_is_read_as_typed_text_is() -> None:
    assert Account.from_cell(" 6222 0212 3456 7890 ") == "6222021234567890"


def test_every_kind_has_a_code_of_its_own() -> None:
    assert {kind.code for kind in KINDS.values()} == set(KINDS)
    assert all(kind.title.zh and kind.title.en for kind in KINDS.values())
