"""The citizen identity number of GB 11643-1999: 18 characters, the last of them a check."""

import re
from datetime import date
from operator import mul

from aggregates.language import Message
from aggregates.sealed.kinds import Kind, Malformed, malformed, refuse_number_damage, tidy

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_ZERO = ord("0")
_OFFSET = _ZERO * sum(_WEIGHTS)
_FORM = re.compile("[0-9]{17}[0-9X]")
_OLD_FORM = re.compile("[0-9]{15}")
_MARKS = re.compile(r"[\s'\u2019`]")
_YEARS = range(1900, 2100)
_PROVINCES = frozenset(
    f"{zone}{place}"
    for zone, places in (
        ("1", "12345"),
        ("2", "123"),
        ("3", "1234567"),
        ("4", "123456"),
        ("5", "01234"),
        ("6", "12345"),
        ("7", "1"),
        ("8", "123"),
    )
    for place in places
)
"""GB/T 2260, and 83 for the residence permit of Taiwan residents."""
_FOREIGN = "9"
"""First digit on the permanent residence card of foreigners; the province follows."""
_FIRST_SHOWN, _LAST_SHOWN = 6, 4


def check_character(digits: str) -> str:
    """Return the last character that belongs to the first 17 digits (ISO 7064, MOD 11-2)."""
    return _CHECKS[(sum(map(mul, _WEIGHTS, digits.encode())) - _OFFSET) % 11]


class IdNumber(Kind):
    """A citizen identity number."""

    code = "id-number"
    title = Message("身份证号码", "ID number")

    @classmethod
    def canonical(cls, text: str) -> str:
        """Return the 18 characters, X in capitals.

        Raises:
            Malformed: another length, no such province or day of birth, a check digit that does
                not fit, or the traces of a spreadsheet.
        """
        number = text
        if not _FORM.fullmatch(number):
            number = _MARKS.sub("", tidy(text)).upper()
        if not _FORM.fullmatch(number):
            raise _not_of_the_form(number)
        if number[:2] not in _PROVINCES and not _is_foreign(number):
            raise malformed(
                "身份证号码前两位不是省级代码", "the first two digits are no province's code"
            )
        if not _is_day(number):
            raise malformed("身份证号码中的出生日期不存在", "there is no such day of birth")
        if check_character(number) != number[17] or number[14:17] == "000":
            raise _bad_check(number)
        return number

    @classmethod
    def mask(cls, text: str) -> str:
        """Show the first six and the last four characters."""
        hidden = len(text) - _FIRST_SHOWN - _LAST_SHOWN
        return text[:_FIRST_SHOWN] + "*" * hidden + text[-_LAST_SHOWN:]


def _is_foreign(number: str) -> bool:
    return number[0] == _FOREIGN and number[1:3] in _PROVINCES


def _is_day(number: str) -> bool:
    year, month, day = int(number[6:10]), int(number[10:12]), int(number[12:14])
    if year not in _YEARS:
        return False
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _not_of_the_form(number: str) -> Malformed:
    refuse_number_damage(number)
    if _OLD_FORM.fullmatch(number):
        return malformed(
            "15位身份证号码已停用：请填写18位号码",
            "ID numbers of 15 digits are no longer in use: give the one of 18",
        )
    return malformed(
        f"身份证号码应为18位（17位数字加校验码），实为{len(number)}位",
        f"expected 18 characters, 17 digits and a check character; found {len(number)}",
    )


def _bad_check(number: str) -> Malformed:
    if number.endswith("000"):
        return malformed(
            "身份证号码末三位为000且校验码不符，像是被电子表格丢失了末位：请以文本重新填写",
            "the last three digits are 000 and the check digit does not fit, as a spreadsheet "
            "leaves it: type it again as text",
        )
    return malformed("身份证号码的校验码不符", "the check digit of the ID number does not fit")
