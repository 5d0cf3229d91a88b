"""What a parameter is: its declaration, and the kinds of value read from published JSON."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Protocol

from aggregates.language import Message

Value = int | bool | str | date | frozenset[str] | tuple[int, ...] | Mapping[str, frozenset[str]]
"""What a parameter may be, once read. Ratios are basis points; there are no floats."""

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class UnfitValueError(ValueError):
    """A value is not of the parameter's kind.

    Attributes:
        expected: What the parameter takes.
    """

    def __init__(self, expected: Message) -> None:
        self.expected = expected
        super().__init__(f"expected {expected.en}")


class Kind(Protocol):
    """A kind of value."""

    @property
    def expected(self) -> Message:
        """What is taken, in words."""

    def read(self, raw: object) -> Value:
        """Return a published value in its own type; what was read already reads as itself.

        Raises:
            UnfitValueError: it is not of this kind.
        """


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number of something, between two bounds.

    Attributes:
        unit: What is counted.
        low: The least it may be.
        high: The most it may be.
    """

    unit: Message
    low: int = 0
    high: int = 1_000_000

    @property
    def expected(self) -> Message:
        """What is taken, in words."""
        return Message(
            f"{self.low}至{self.high}的整数（{self.unit.zh}）",
            f"a whole number of {self.unit.en} from {self.low} to {self.high}",
        )

    def read(self, raw: object) -> Value:
        """Return the number.

        Raises:
            UnfitValueError: it is no whole number or out of bounds.
        """
        # A truth value is an int in Python and no number in JSON.
        if isinstance(raw, int) and not isinstance(raw, bool) and self.low <= raw <= self.high:
            return raw
        raise UnfitValueError(self.expected)


@dataclass(frozen=True, slots=True)
class Flag:
    """Yes or no."""

    @property
    def expected(self) -> Message:
        """What is taken, in words."""
        return Message("true或false", "true or false")

    def read(self, raw: object) -> Value:
        """Return the truth value.

        Raises:
            UnfitValueError: it is none.
        """
        if isinstance(raw, bool):
            return raw
        raise UnfitValueError(self.expected)


@dataclass(frozen=True, slots=True)
class Choice:
    """One of some words.

    Attributes:
        options: The words.
    """

    options: tuple[str, ...]

    @property
    def expected(self) -> Message:
        """What is taken, in words."""
        return Message(f"{'、'.join(self.options)}之一", f"one of {', '.join(self.options)}")

    def read(self, raw: object) -> Value:
        """Return the word.

        Raises:
            UnfitValueError: it is none of the options.
        """
        if isinstance(raw, str) and raw in self.options:
            return raw
        raise UnfitValueError(self.expected)


@dataclass(frozen=True, slots=True)
class Choices:
    """Some of some words.

    Attributes:
        options: The words.
    """

    options: tuple[str, ...]

    @property
    def expected(self) -> Message:
        """What is taken, in words."""
        listed = ", ".join(self.options)
        return Message(f"由{'、'.join(self.options)}组成的列表", f"a list out of {listed}")

    def read(self, raw: object) -> Value:
        """Return the words as a set.

        Raises:
            UnfitValueError: it is no list, or holds what is no option.
        """
        if isinstance(raw, list | tuple | set | frozenset) and all(
            isinstance(one, str) and one in self.options for one in raw
        ):
            return frozenset(raw)
        raise UnfitValueError(self.expected)


@dataclass(frozen=True, slots=True)
class Months:
    """Some numbers of months, ascending and each once."""

    @property
    def expected(self) -> Message:
        """What is taken, in words."""
        return Message("递增的月数列表", "an ascending list of numbers of months")

    def read(self, raw: object) -> Value:
        """Return the numbers.

        Raises:
            UnfitValueError: they are no ascending whole numbers from 1 on.
        """
        if isinstance(raw, list | tuple):
            months = tuple(one for one in raw if isinstance(one, int) and not isinstance(one, bool))
            ascending = months == tuple(sorted(set(months)))
            if months and len(months) == len(raw) and ascending and months[0] > 0:
                return months
        raise UnfitValueError(self.expected)


@dataclass(frozen=True, slots=True)
class Day:
    """A date."""

    @property
    def expected(self) -> Message:
        """What is taken, in words."""
        return Message("日期（YYYY-MM-DD）", "a date (YYYY-MM-DD)")

    def read(self, raw: object) -> Value:
        """Return the date.

        Raises:
            UnfitValueError: it is none, or has a time.
        """
        if type(raw) is date:
            return raw
        if isinstance(raw, str) and _DATE.fullmatch(raw):
            try:
                return date.fromisoformat(raw)
            except ValueError:
                raise UnfitValueError(self.expected) from None
        raise UnfitValueError(self.expected)


@dataclass(frozen=True, slots=True)
class Matrix:
    """For each of some words, some of other words.

    Attributes:
        rows: The words that may have a row.
        options: The words that may stand in one.
    """

    rows: tuple[str, ...]
    options: tuple[str, ...]

    @property
    def expected(self) -> Message:
        """What is taken, in words."""
        return Message(
            f"对象：键为{'、'.join(self.rows)}，值为由{'、'.join(self.options)}组成的列表",
            f"an object from {', '.join(self.rows)} to lists out of {', '.join(self.options)}",
        )

    def read(self, raw: object) -> Value:
        """Return the rows, each as a set.

        Raises:
            UnfitValueError: it is no object, or a row or word is unknown.
        """
        if not isinstance(raw, Mapping) or not set(raw) <= set(self.rows):
            raise UnfitValueError(self.expected)
        row = Choices(self.options)
        try:
            read = {name: row.read(words) for name, words in raw.items()}
        except UnfitValueError:
            raise UnfitValueError(self.expected) from None
        return {name: words for name, words in read.items() if isinstance(words, frozenset)}


DAYS = Whole(Message("日历日", "calendar days"), 1, 3_660)
"""A period of calendar days."""
WORKING_DAYS = Whole(Message("工作日", "working days"), 1, 366)
"""A period of working days."""
HOURS = Whole(Message("小时", "hours"), 1, 8_784)
"""A period of hours."""
BASIS_POINTS = Whole(Message("万分之一", "ten-thousandths"), 0, 10_000)
"""A share; 4000 is 40 %."""
HEADS = Whole(Message("人", "persons"), 1, 100_000)
"""A number of persons."""
FLAG = Flag()
DAY = Day()

_NO_DEFAULTS: Mapping[str, Value | None] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Parameter:
    """A named parameter, or a family of them (``claim_deadline.{mode}``).

    Attributes:
        name: Its name; a family ends in ``.{key}``.
        title: What it says.
        kind: What it takes.
        default: Its value until one is published; None for *per city*.
        rules: The rules that ask it.
        keys: The members of a family; empty where any key will do, or for no family.
        defaults: The defaults of particular members.
        lowest: The lowest authority that may set it.
    """

    name: str
    title: Message
    kind: Kind
    default: Value | None
    rules: tuple[str, ...]
    keys: tuple[str, ...] = ()
    defaults: Mapping[str, Value | None] = field(default_factory=lambda: _NO_DEFAULTS)
    lowest: str = "COUNTY"

    @property
    def stem(self) -> str:
        """The name without the placeholder of a family."""
        return self.name.split(".{")[0]

    @property
    def is_family(self) -> bool:
        """Whether it is a family of parameters."""
        return self.stem != self.name

    @property
    def per_city(self) -> bool:
        """Whether neither the text nor a decision gives any value."""
        return self.default is None and not self.defaults

    def default_for(self, key: str) -> Value | None:
        """Return the default of the member ``key``; of no family, the default."""
        return self.defaults.get(key, self.default)
