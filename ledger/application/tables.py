"""Tables as files: CSV that a spreadsheet opens as it is meant.

UTF-8 with a byte-order mark, Windows line ends (RFC 4180). Money is in yuan with two decimals and
times are those of Shanghai, because that is what clerks add up and compare with the pages. A cell
that a spreadsheet would take for a formula is text.
"""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from aggregates.language import Message
from ledger.application.naming import code_title, county_title, field_title, occupation_title
from ledger.clock import in_shanghai

R = TypeVar("R")

BOM = "\ufeff"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_FEN_A_YUAN = 100


@dataclass(frozen=True, slots=True)
class Column(Generic[R]):
    """A column of a table.

    Attributes:
        name: The name of the field it shows.
        title: What people call it.
        adds_up: Whether the last line gives its sum.
    """

    name: str
    title: Message
    adds_up: bool = False

    def value(self, row: R) -> Any:  # noqa: ANN401 - whatever the field holds
        """Return the column's value in a row."""
        return getattr(row, self.name)


def column(name: str, *, adds_up: bool = False) -> Column[Any]:
    """Return a column that bears its field's name."""
    title = field_title(name)
    if name.endswith("_fen"):
        title = Message(f"{title.zh}（元）", f"{title.en} (yuan)")
    return Column(name, title, adds_up)


def cell(name: str, value: Any, lang: str) -> str:  # noqa: ANN401, PLR0911 - one line a kind
    """Return what stands in a cell of a file."""
    if value is None:
        return ""
    if name.endswith("_fen"):
        whole, rest = divmod(abs(value), _FEN_A_YUAN)
        return f"{'-' if value < 0 else ''}{whole}.{rest:02d}"
    if name == "county":
        return county_title(value).text(lang)
    if name == "occupation":
        title = occupation_title(value).text(lang)
        return _plain(value if title == value else f"{title}（{value}）")
    if isinstance(value, datetime):
        return f"{in_shanghai(value):%Y-%m-%d %H:%M:%S}"
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, list | tuple):
        return "；".join(cell(name, one, lang) for one in value)
    if isinstance(value, str):
        return _plain(_words(name, value, lang))
    return str(value)


def _words(name: str, value: str, lang: str) -> str:
    if name == "fund":
        return "、".join(_word(name, one, lang) for one in value.split(","))
    return _word(name, value, lang)


def _word(name: str, value: str, lang: str) -> str:
    title = code_title(name, value)
    return value if title is None else title.text(lang)


def _plain(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


class CsvFile(Generic[R]):
    """A table on its way into a CSV file, summing up as it goes.

    Attributes:
        rows: How many rows were written.
    """

    def __init__(self, columns: Sequence[Column[R]], lang: str) -> None:
        self._columns = columns
        self._lang = lang
        self._sums = dict.fromkeys((one.name for one in columns if one.adds_up), 0)
        self.rows = 0

    def head(self) -> str:
        """Return the mark and the line of titles."""
        return BOM + _line(one.title.text(self._lang) for one in self._columns)

    def row(self, row: R) -> str:
        """Return the line of a row."""
        self.rows += 1
        values = [(one.name, one.value(row)) for one in self._columns]
        for name, value in values:
            if name in self._sums and value is not None:
                self._sums[name] += value
        return _line(cell(name, value, self._lang) for name, value in values)

    def foot(self, title: Callable[[int], Message]) -> str:
        """Return the line of sums; ``title`` names it by the number of rows."""
        first, *rest = self._columns
        del first
        sums = [
            cell(one.name, self._sums[one.name], self._lang) if one.adds_up else "" for one in rest
        ]
        return _line([title(self.rows).text(self._lang), *sums])


def _line(cells: Iterable[str]) -> str:
    held = io.StringIO()
    csv.writer(held).writerow(cells)
    return held.getvalue()
