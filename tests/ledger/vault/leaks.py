"""A scanner for personal data where there must be none: tables, logs, errors, files, answers.

Given plain values it finds them as they are and in disguise: escaped, quoted for a URL, as the
bytes of a ``bytea`` column, in base64, or as a bare hash, which anyone could undo by trying all
numbers. It is fast enough for the log of a county and year. For a test::

    leaks = Leaks([person.name, person.id_number, person.phone])
    assert not await leaks.in_database(connection, schemas=("ledger", "projections"))
    assert not leaks.in_text(caplog.text, "log")
    assert not leaks.in_error(refused.value)

Values of one character or less than six Latin characters or digits are passed over: they stand
everywhere.
"""

import hashlib
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import unquote

from psycopg import AsyncConnection, sql

HAN_MIN: Final = 2
PLAIN_MIN: Final = 6

_HAN_RUN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff·]{2,}")
_DIGIT_RUN = re.compile("[0-9]{6,}[0-9Xx]?")
_WORD = re.compile("[0-9A-Za-z_+/-]{6,}")
_HEX = re.compile("(?:[0-9a-f]{2}){6,}")
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
_DIGESTS = {"md5", "sha1", "sha256", "sha512", "sm3"} & hashlib.algorithms_available


class Leak(NamedTuple):
    """A personal value where there must be none.

    Attributes:
        where: The table, file or text.
        value: The value that was found, in whatever disguise.
        near: What stands around it.
    """

    where: str
    value: str
    near: str


class Leaks:
    """Looks for given values."""

    def __init__(self, values: Iterable[str]) -> None:
        self._han: dict[str, str] = {}
        self._digits: dict[str, str] = {}
        self._words: dict[str, str] = {}
        self._others: dict[str, str] = {}
        for value in set(values):
            self._learn(value)
        self._han_lengths = sorted({len(one) for one in self._han})
        self._digit_lengths = sorted({len(one) for one in self._digits})

    def _learn(self, value: str) -> None:
        if _HAN_RUN.fullmatch(value):
            self._han[value] = value
        elif len(value) < PLAIN_MIN:
            return
        elif _DIGIT_RUN.fullmatch(value):
            self._digits[value.upper()] = value
        elif _WORD.fullmatch(value):
            self._words[value] = value
        else:
            self._others[value] = value
        raw = value.encode()
        for encoded in (b64encode(raw), urlsafe_b64encode(raw)):
            self._words[encoded.decode().rstrip("=")] = value
        for name in _DIGESTS:
            digest = hashlib.new(name, raw, usedforsecurity=False)
            self._words[digest.hexdigest()] = value
            self._words[urlsafe_b64encode(digest.digest()).decode().rstrip("=")] = value

    def in_text(self, text: str, where: str = "text") -> list[Leak]:
        """Return what a text gives away."""
        found = {(leak.value, leak.near): leak for leak in self._scan(text, where)}
        return list(found.values())

    def in_error(self, error: BaseException) -> list[Leak]:
        """Return what an error and its causes give away in their texts and arguments."""
        seen: list[BaseException] = []
        following: BaseException | None = error
        while following is not None and following not in seen:
            seen.append(following)
            following = following.__cause__ or following.__context__
        return [
            leak
            for one in seen
            for leak in self.in_text(f"{one!s} {one!r} {one.args!r}", type(one).__name__)
        ]

    def in_files(self, paths: Iterable[Path]) -> list[Leak]:
        """Return what files give away, binary ones too."""
        return [
            leak
            for path in paths
            for leak in self.in_text(path.read_bytes().decode(errors="ignore"), str(path))
        ]

    async def in_database(
        self, connection: AsyncConnection[Any], schemas: Sequence[str] = ("ledger",)
    ) -> list[Leak]:
        """Return what the tables of some schemas give away, row by row."""
        found: list[Leak] = []
        for schema, table in await _tables(connection, schemas):
            query = sql.SQL("select t::text from {}.{} t").format(
                sql.Identifier(schema), sql.Identifier(table)
            )
            async with connection.cursor() as cursor:
                async for (row,) in cursor.stream(query):
                    found += self.in_text(row, f"{schema}.{table}")
        return found

    def _scan(self, text: str, where: str) -> Iterator[Leak]:
        for plain in _readings(text):
            yield from self._hits(plain, where)

    def _hits(self, text: str, where: str) -> Iterator[Leak]:
        for run in _HAN_RUN.finditer(text):
            yield from _within(run, self._han, self._han_lengths, where)
        for run in _DIGIT_RUN.finditer(text):
            yield from _within(run, self._digits, self._digit_lengths, where)
        for run in _WORD.finditer(text):
            value = self._words.get(run[0])
            if value is not None:
                yield Leak(where, value, _around(run))
        for other, value in self._others.items():
            at = text.find(other)
            if at >= 0:
                yield Leak(where, value, text[max(0, at - 20) : at + len(other) + 20])


def _readings(text: str) -> Iterator[str]:
    """Yield a text as it stands, unescaped, unquoted, and the texts within its hex runs."""
    yield text
    if "\\u" in text:
        yield _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    if "%" in text:
        yield unquote(text, errors="ignore")
    for run in _HEX.finditer(text):
        decoded = bytes.fromhex(run[0]).decode(errors="ignore")
        if len(decoded) >= HAN_MIN:
            yield decoded


def _within(
    run: re.Match[str], wanted: dict[str, str], lengths: Sequence[int], where: str
) -> Iterator[Leak]:
    text = run[0].upper()
    for length in lengths:
        for at in range(len(text) - length + 1):
            value = wanted.get(text[at : at + length])
            if value is not None:
                yield Leak(where, value, _around(run))


def _around(run: re.Match[str]) -> str:
    return run.string[max(0, run.start() - 20) : run.end() + 20]


async def _tables(
    connection: AsyncConnection[Any], schemas: Sequence[str]
) -> list[tuple[str, str]]:
    async with connection.cursor() as cursor:
        await cursor.execute(
            "select n.nspname, c.relname from pg_class c join pg_namespace n"
            " on n.oid = c.relnamespace where n.nspname = any(%s) and c.relkind in ('r', 'm')"
            " order by 1, 2",
            (list(schemas),),
        )
        return [(schema, table) for schema, table in await cursor.fetchall()]
