"""How values look on a page: money, shares, times, codes."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from markupsafe import Markup

from aggregates.language import Message
from ledger.application.naming import (
    CODES,
    code_title,
    county_title,
    fact_title,
    field_title,
    occupation_title,
)
from ledger.clock import in_shanghai
from ledger.security.roles import ROLES
from ledger.web.texts import say

NOTHING = "—"
_FEN_A_YUAN = 100
_FEN_A_WAN = 1_000_000
_POINTS_A_PERCENT = 100
_HASH_SHOWN = 12
_ID_SHOWN = 8


def count(value: int | None) -> str:
    """Return a whole number with separators."""
    return NOTHING if value is None else f"{value:,}"


def yuan(fen: int | None) -> str:
    """Return money in yuan, the fen only where there are some: 12,000 or 12,000.50."""
    if fen is None:
        return NOTHING
    whole, rest = divmod(abs(fen), _FEN_A_YUAN)
    sign = "-" if fen < 0 else ""
    return f"{sign}{whole:,}" + (f".{rest:02d}" if rest else "")


def wan(fen: int | None) -> str:
    """Return money in units of ten thousand yuan (万元), rounded to one place."""
    if fen is None:
        return NOTHING
    tenths = (abs(fen) * 10 + _FEN_A_WAN // 2) // _FEN_A_WAN
    return f"{'-' if fen < 0 else ''}{tenths // 10:,}.{tenths % 10}"


def percent(points: int | None) -> str:
    """Return basis points as a percentage with one place."""
    if points is None:
        return NOTHING
    tenths = (points * 10 + _POINTS_A_PERCENT // 2) // _POINTS_A_PERCENT
    return f"{tenths // 10}.{tenths % 10}%"


def share(part: int, whole: int) -> str:
    """Return a part of a whole as a percentage; nothing where there is no whole."""
    return percent(part * 10_000 // whole) if whole else NOTHING


def ranges(values: Sequence[int]) -> str:
    """Return whole numbers with those that follow each other drawn together: 1–30, 32."""
    told: list[list[int]] = []
    for one in sorted(values):
        if told and one == told[-1][1] + 1:
            told[-1][1] = one
        else:
            told.append([one, one])
    return ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in told)


def day(value: date | None) -> str:
    """Return a date as ISO 8601 writes it."""
    return NOTHING if value is None else f"{value:%Y-%m-%d}"


def minute(value: datetime | None) -> str:
    """Return a moment at Shanghai time, to the minute."""
    return NOTHING if value is None else f"{in_shanghai(value):%Y-%m-%d %H:%M}"


def second(value: datetime) -> str:
    """Return a moment at Shanghai time, to the second."""
    return f"{in_shanghai(value):%Y-%m-%d %H:%M:%S}"


def lasted(seconds: float | None, lang: str) -> str:
    """Return how long something has lasted: whole minutes, hours or days; a dash for nothing."""
    if seconds is None:
        return NOTHING
    minutes = int(max(0.0, seconds)) // 60
    for name, length in (("days long", 24 * 60), ("hours long", 60)):
        if minutes >= 2 * length:
            return say(name, lang, count=count(minutes // length))
    return say("minutes long", lang, count=count(minutes))


def short_hash(digest: str) -> str:
    """Return the first characters of a digest."""
    return digest[:_HASH_SHOWN]


def short_id(one: object) -> str:
    """Return a few characters that tell ids apart to the eye; ids of one time begin alike."""
    return sha256(str(one).encode()).hexdigest()[:_ID_SHOWN]


def code(value: str | None, field: str, lang: str) -> str:
    """Return what a code means."""
    if not value:
        return NOTHING
    title = code_title(field, value)
    return value if title is None else title.text(lang)


def measure(value: str, name: str, lang: str) -> str:
    """Return what an indicator found or ran with: a number, a share, or codes joined by ``+``."""
    if value.lstrip("-").isdigit():
        title = CODES.get(f"{name}.{value}")
        if title is not None:
            return title.text(lang)
        return percent(int(value)) if name.endswith("_bp") else value
    if name == "occupation":
        return occupation_title(value).text(lang)
    if name == "forms":
        value = "+".join(value)
    return ("、" if lang == "zh" else ", ").join(code(one, name, lang) for one in value.split("+"))


def role(value: str, lang: str) -> str:
    """Return a role's name."""
    known = ROLES.get(value)
    if known is None:
        return value or NOTHING
    name = known.name.text(lang)
    return name[:1].upper() + name[1:]


CRITERIA: Mapping[str, str] = {
    "at": "as of",
    "due": "due",
    "until": "criterion until",
    "start": "criterion start",
    "end": "criterion end",
    "q": "criterion q",
    "sort": "columns",
    "cursor": "pages",
    "value": "value",
    "task": "task",
    "purpose": "purpose",
    "file": "proof file",
    "class": "class",
    "step": "replay",
    "kind": "kind",
}
"""What the criteria of an address are called that bear no field's name, by the text's name."""


def criterion(name: str, lang: str) -> str:
    """Return what a criterion of an address is called."""
    return say(CRITERIA[name], lang) if name in CRITERIA else field_title(name).text(lang)


def filters(lang: str) -> dict[str, Callable[..., Any]]:
    """Return the filters of templates for one language."""

    def said(message: Message | str) -> str:
        return message if isinstance(message, str) else message.text(lang)

    def listed(values: list[str], field: str) -> str:
        return ("、" if lang == "zh" else ", ").join(code(one, field, lang) for one in values)

    return {
        "count": count,
        "yuan": yuan,
        "wan": wan,
        "percent": percent,
        "day": day,
        "minute": minute,
        "second": second,
        "lasted": lambda seconds: lasted(seconds, lang),
        "short_hash": short_hash,
        "short_id": short_id,
        "code": lambda value, field="": code(value, field, lang),
        "codes": lambda values, field="": listed(values, field),
        "measure": lambda value, name: measure(value, name, lang),
        "county": lambda value: county_title(value or "").text(lang),
        "occupation": lambda value: occupation_title(value).text(lang) if value else NOTHING,
        "role": lambda value: role(value, lang),
        "said": said,
        "fact": lambda stored: fact_title(stored).text(lang),
        "field": lambda name: field_title(name).text(lang),
        "criterion": lambda name: criterion(name, lang),
        "broken": lambda text: Markup("<wbr>").join(
            text[i : i + 16] for i in range(0, len(text), 16)
        ),
    }
