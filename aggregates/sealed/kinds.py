"""Kinds of identity: how a value is written down once and for all, and how it is shown masked.

The canonical text is what commitment and token are made of, so two spellings of one value must
come to the same text, and the canonical text of a canonical text is itself. What cannot be read
is refused with a reason that never repeats the value.
"""

import re
from typing import ClassVar, Final
from unicodedata import category, normalize

from aggregates.language import Message

SPREADSHEET_DIGITS = 15
"""A spreadsheet keeps 15 digits of a number and turns the rest into noughts."""
HIDDEN = "****"
"""What stands for a value of which nothing may be shown."""

_SCIENTIFIC = re.compile(r"[+-]?\d+(\.\d+)?E[+-]?\d+", re.IGNORECASE)
_FRACTION = re.compile(r"[+-]?\d+\.\d+")
_LOST = re.compile("[0-9]{15}000+")
_LAST_SHOWN = 4


class Malformed(ValueError):  # noqa: N818 - said of the value, as in "malformed ID number"
    """A value is not of its kind.

    Attributes:
        message: Why, in both languages, without the value.
    """

    def __init__(self, message: Message) -> None:
        self.message = message
        super().__init__(f"{message.zh} / {message.en}")


def malformed(zh: str, en: str) -> Malformed:
    """Return the refusal of a value; the texts must not contain it."""
    return Malformed(Message(zh, en))


def tidy(text: str) -> str:
    """Return one line: full-width forms narrowed, invisible characters dropped, spaces single."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    while True:
        # A dropped character may let its neighbours combine, so this ends where nothing moves.
        plain = "".join(
            " " if one.isspace() else one
            for one in normalize("NFKC", text)
            if one.isspace() or category(one) not in ("Cc", "Cf", "Cs")
        )
        folded = normalize("NFKC", " ".join(plain.split()))
        if folded == text:
            return folded
        text = folded


def refuse_number_damage(text: str) -> None:
    """Refuse what a spreadsheet made of a long number: ``3.715E+17`` or ``13800138000.0``.

    Raises:
        Malformed: digits are lost, or may be; the row has to be typed again as text.
    """
    if _SCIENTIFIC.fullmatch(text) or _FRACTION.fullmatch(text):
        raise malformed(
            "号码被电子表格当作数字处理过，末位可能已丢失：请把单元格设为文本后重新填写",
            "a spreadsheet treated the number as a quantity and digits may be lost: "
            "format the cell as text and type it again",
        )


class Kind:
    """A kind of identity; a marker in types, never instantiated.

    Attributes:
        code: The name under which rows and tokens know the kind; frozen.
        title: What people call it.
    """

    code: ClassVar[str] = ""
    title: ClassVar[Message] = Message("", "")

    @classmethod
    def canonical(cls, text: str) -> str:
        """Return the one spelling of a value.

        Raises:
            Malformed: ``text`` is not a value of this kind.
        """
        return within(tidy(text), cls.title, LINE_CHARS_MAX)

    @classmethod
    def mask(cls, text: str) -> str:
        """Return what may be shown of a canonical value to whoever has no purpose."""
        del text
        return HIDDEN

    @classmethod
    def from_cell(cls, cell: object) -> str:
        """Return the one spelling of a value out of a spreadsheet's cell, never repairing it.

        Raises:
            Malformed: not a value of this kind, or one whose last digits a spreadsheet lost:
                a number of 18 digits or more with only noughts after the 15th, even as text.
        """
        text = cell if isinstance(cell, str) else _number_in_cell(cell)
        digits = tidy(text)
        if _LOST.fullmatch(digits):
            raise malformed(
                "第15位以后全是0，末位可能已被电子表格丢失：请核对原件后以文本重新填写",
                "only noughts after the 15th digit, as a spreadsheet leaves them: "
                "check the original and type it again as text",
            )
        return cls.canonical(text)


def _number_in_cell(cell: object) -> str:
    whole = isinstance(cell, int) and not isinstance(cell, bool)
    if isinstance(cell, float) and cell.is_integer():
        cell, whole = int(cell), True
    if not whole or len(str(cell)) > SPREADSHEET_DIGITS:
        raise malformed(
            "单元格不是文本：请把单元格设为文本后重新填写",
            "the cell is not text: format it as text and type it again",
        )
    return str(cell)


LINE_CHARS_MAX: Final = 200
NAME_CHARS_MAX: Final = 50
PROSE_CHARS_MAX: Final = 20_000
PAYLOAD_CHARS_MAX: Final = 1_000_000


def within(text: str, title: Message, chars_max: int) -> str:
    """Return ``text`` if it is neither empty nor longer than ``chars_max``.

    Raises:
        Malformed: it is.
    """
    if not text:
        raise malformed(f"{title.zh}不能为空", f"the {title.en} is empty")
    if len(text) > chars_max:
        raise malformed(
            f"{title.zh}最多{chars_max}个字符，实为{len(text)}个",
            f"the {title.en} has {len(text)} characters, at most {chars_max} are taken",
        )
    return text


class Name(Kind):
    """A person's name: 张三, 欧阳娜娜, 阿依古丽·买买提, John Smith."""

    code = "name"
    title = Message("姓名", "name")

    @classmethod
    def canonical(cls, text: str) -> str:
        """Return the name without the spaces that clerks put into Chinese names to align them.

        Raises:
            Malformed: not two to fifty letters, with ``·``, ``'``, ``-`` or ``.`` between them.
        """
        if _PLAIN_NAME.fullmatch(text):
            return text
        name = _DOTS.sub("·", tidy(text))
        if _HAN.search(name):
            name = normalize("NFKC", _HAN_STOP.sub("·", name.replace(" ", "")))
        within(name, cls.title, NAME_CHARS_MAX)
        letters = sum(one.isalpha() for one in name)
        if letters < _NAME_LETTERS_MIN or not name[0].isalpha():
            raise malformed("姓名至少应有两个字", "a name has two letters or more")
        if any(one not in " ·'-." and category(one)[0] not in "LM" for one in name):
            raise malformed(
                "姓名只能由文字组成，不能有数字或符号：请检查是否错列",
                "a name consists of letters, without digits or symbols: is the column shifted?",
            )
        return name

    @classmethod
    def mask(cls, text: str) -> str:
        """Show the first character: 张*, 欧***; at most three stars, so that length hides."""
        return text[:1] + "*" * min(len(text) - 1, _NAME_STARS_MAX)


_NAME_LETTERS_MIN = 2
_NAME_STARS_MAX = 3
_PLAIN_NAME = re.compile("[\u4e00-\u9fff]{2,50}")
_DOTS = re.compile("[•‧∙⋅・᛫●]")
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]")
_HAN_STOP = re.compile(r"(?<=[^\W\d])\.(?=[^\W\d])")


class Phone(Kind):
    """A telephone number of the mainland: mobile, landline with area code, or 400."""

    code = "phone"
    title = Message("联系电话", "telephone number")

    @classmethod
    def canonical(cls, text: str) -> str:
        """Return the digits alone, without +86.

        Raises:
            Malformed: not such a number.
        """
        digits = tidy(text)
        if not _MOBILE.fullmatch(digits):
            refuse_number_damage(digits)
            digits = _at_home(_PHONE_MARKS.sub("", digits))
        if _MOBILE.fullmatch(digits) or _LANDLINE.fullmatch(digits):
            return digits
        if digits.isdecimal() and digits.isascii() and len(digits) in _LOCAL_DIGITS:
            raise malformed("固定电话应带区号", "a landline number needs its area code")
        raise malformed(
            "联系电话应为11位手机号，或带区号的固定电话",
            "expected a mobile number of 11 digits or a landline number with area code",
        )

    @classmethod
    def mask(cls, text: str) -> str:
        """Show the last four digits."""
        return "*" * (len(text) - _LAST_SHOWN) + text[-_LAST_SHOWN:]


_MOBILE = re.compile("1[3-9][0-9]{9}")
_LANDLINE = re.compile("0(10|2[0-9]|[3-9][0-9]{2})[0-9]{7,8}|[48]00[0-9]{7}")
_LOCAL_DIGITS = (7, 8)
_FROM_ABROAD = re.compile(r"(?:\+|00)86([0-9]{10,12})|86(1[3-9][0-9]{9})")
_PHONE_MARKS = re.compile(r"[\s()\u2010-\u2015-]")


def _at_home(digits: str) -> str:
    """Return a number as it is dialled within the country, where it was given with +86."""
    abroad = _FROM_ABROAD.fullmatch(digits)
    if abroad is None:
        return digits
    number = abroad[1] or abroad[2]
    if _MOBILE.fullmatch(number) or _LANDLINE.fullmatch(number):
        return number
    return f"0{number}"


class Account(Kind):
    """A bank account or card, also that of a social security card."""

    code = "account"
    title = Message("银行账号", "bank account")

    @classmethod
    def canonical(cls, text: str) -> str:
        """Return digits and capital letters alone.

        Raises:
            Malformed: not 8 to 34 of them, or not mostly digits.
        """
        account = tidy(text)
        refuse_number_damage(account)
        account = _ACCOUNT_MARKS.sub("", account).upper()
        if not _ACCOUNT.fullmatch(account):
            raise malformed(
                "银行账号应为8至34位，以数字为主",
                "expected a bank account of 8 to 34 characters, digits for the most part",
            )
        return account

    @classmethod
    def mask(cls, text: str) -> str:
        """Show the last four characters; the number of stars says nothing of the length."""
        return HIDDEN + text[-_LAST_SHOWN:]


_ACCOUNT = re.compile("(?=.{8,34}$)[A-Z]{0,4}[0-9]{6,}[0-9A-Z]*")
_ACCOUNT_MARKS = re.compile(r"[\s\u2010-\u2015-]")


class Address(Kind):
    """Where a person lives."""

    code = "address"
    title = Message("住址", "address")

    @classmethod
    def mask(cls, text: str) -> str:
        """Show the province, that is the first three characters of a longer address."""
        return text[:_PROVINCE_CHARS] + HIDDEN if len(text) > 2 * _PROVINCE_CHARS else HIDDEN


_PROVINCE_CHARS = 3


class PlainText(Kind):
    """One line that may name a person: a contact, an account holder, a web address."""

    code = "plain-text"
    title = Message("内容", "text")

    @classmethod
    def mask(cls, text: str) -> str:
        """Show the first character."""
        return text[:1] + HIDDEN


class FreeText(Kind):
    """What a person wrote: an objection, a complaint, a reason. Kept as written."""

    code = "free-text"
    title = Message("内容", "text")

    @classmethod
    def canonical(cls, text: str) -> str:
        """Return the text with its lines kept; signs such as ① stay, for it may be evidence.

        Raises:
            Malformed: empty, or more than 20,000 characters.
        """
        lines = text.replace("\r\n", "\n").replace("\r", "\n")
        kept = normalize("NFC", _CONTROLS.sub("", lines)).strip()
        return within(kept, cls.title, PROSE_CHARS_MAX)


_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


class Payload(Kind):
    """What was handed in at a door and refused: evidence, byte for byte."""

    code = "payload"
    title = Message("提交内容", "payload")

    @classmethod
    def canonical(cls, text: str) -> str:
        """Return the text unchanged.

        Raises:
            Malformed: empty, more than 1,000,000 characters, or not Unicode text.
        """
        if _SURROGATE.search(text):
            raise malformed("提交内容不是有效的文字", "the payload is not valid text")
        return within(text, cls.title, PAYLOAD_CHARS_MAX)


_SURROGATE = re.compile("[\ud800-\udfff]")
