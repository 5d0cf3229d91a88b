"""A fact on a timeline: its fields in words, personal values masked, references as links.

What a fact says is read from its declaration, so a new kind of fact is shown without a line of
code here; what a field and a code are called stands in ``ledger.application.naming``.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, is_dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, Literal, get_args, get_origin
from uuid import UUID

from aggregates.facts import Fact, hints_of, parts_of, token_kind
from aggregates.ids import LINK_KINDS
from aggregates.law.clauses import CLAUSES, DOCUMENTS, Clause
from aggregates.sealed import Matchable, Name, Restricted, Sealed, form_of, token_id
from ledger.application.naming import code_title, county_title, field_title, occupation_title, tone
from ledger.application.timeline import Event, Timeline
from ledger.web import spelling
from ledger.web.texts import say

DIGEST_CHARACTERS = 64
ROWS_MAX = 30
"""Rows of a table within a fact that are shown; the entry itself has them all."""
BRIEF_MAX = 8
"""Fields of a fact that stand in the open; the rest is a click away."""
REPEATED = frozenset({"class_id", "institution_id", "county_code", "claim_id"})
"""Fields that most facts of a story restate; where the page says them, the entry need not."""
MANY = 3
"""From how many entries of one kind in a row they are shown as one."""
WINDOW = 6
"""The same, where two or three kinds take turns."""

Kind = Literal["text", "id", "mask", "shut", "digest", "list", "rows"]


@dataclass(frozen=True, slots=True)
class Cell:
    """A value as it is shown.

    Attributes:
        kind: How it looks.
        text: Its text.
        link: Where it leads, if anywhere.
        rows: The records it consists of, each a line of fields.
        left: How many records are not shown.
    """

    kind: Kind
    text: str = ""
    link: str = ""
    rows: tuple[tuple["Line", ...], ...] = ()
    left: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """A field and its value."""

    title: str
    cell: Cell


@dataclass(frozen=True, slots=True)
class Found:
    """A finding with the law's own words."""

    rule: str
    gist: str
    detail: str
    citation: str
    quote: str


@dataclass(frozen=True, slots=True)
class Told:
    """An entry of a timeline as the page shows it.

    Attributes:
        event: The entry.
        tone: Its colour.
        brief: The fields that stand in the open.
        rest: The others.
        findings: The rules that it does not keep.
        later: Whether it lies beyond the moment that the page shows.
        here: Whether it is the last one before that moment.
    """

    event: Event
    tone: str
    brief: tuple[Line, ...]
    rest: tuple[Line, ...]
    findings: tuple[Found, ...]
    later: bool = False
    here: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Entries of the same few kinds in a row, shown as one."""

    told: tuple[Told, ...]

    @property
    def kinds(self) -> list[tuple[str, int]]:
        """The stored names and how often each occurs."""
        return list(Counter(one.event.type for one in self.told).items())

    @property
    def findings(self) -> int:
        """How many of the entries have findings."""
        return sum(1 for one in self.told if one.findings)

    @property
    def first(self) -> Told:
        """The first of them."""
        return self.told[0]

    @property
    def later(self) -> bool:
        """Whether they lie beyond the moment that the page shows."""
        return self.first.later


class Teller:
    """Puts a timeline into words.

    Attributes:
        lang: The reader's language.
    """

    def __init__(
        self, story: Timeline, lang: str, *, follows: bool, about: Iterable[object] = ()
    ) -> None:
        """Prepare.

        Args:
            story: The entries.
            lang: The reader's language.
            follows: Whether the reader may follow people, officials and accounts.
            about: The things that the page is about, which it need not repeat.
        """
        self.lang = lang
        self._story = story
        self._follows = follows
        self._about = frozenset(about)

    def told(self, until: int | None = None) -> list[Told]:
        """Return the entries in words, newest first; those beyond ``until`` are marked."""
        last = max(
            (e.position for e in self._story.events if until is None or e.position <= until),
            default=0,
        )
        return [
            self._told(
                event,
                later=until is not None and event.position > until,
                here=until is not None and event.position == last,
            )
            for event in reversed(self._story.events)
        ]

    def _told(self, event: Event, *, later: bool, here: bool) -> Told:
        lines = self._lines(event.fact) if event.fact is not None else []
        brief = [line for line in lines if line.cell.kind in {"text", "mask"}][:BRIEF_MAX]
        shown = {id(line) for line in brief}
        return Told(
            event=event,
            tone=tone(event.type),
            brief=tuple(brief),
            rest=tuple(line for line in lines if id(line) not in shown),
            findings=tuple(found_of(one.rule, one.detail, self.lang) for one in event.findings),
            later=later,
            here=here,
        )

    def _lines(self, record: Any) -> list[Line]:  # noqa: ANN401 - a fact or a part of one
        lines = []
        for name, hint in hints_of(record.__class__).items():
            value = getattr(record, name)
            if name == "findings" and isinstance(record, Fact):
                continue
            if value in (None, "", ()) or (name in REPEATED and value in self._about):
                continue
            known = "person_name" if _names_person(hint) and name == "name" else name
            lines.append(Line(field_title(known).text(self.lang), self._cell(name, hint, value)))
        return lines

    def _cell(self, name: str, hint: Any, value: Any) -> Cell:  # noqa: ANN401 - any field
        if isinstance(value, Sealed):
            return self._sealed(hint, value)
        if isinstance(value, tuple):
            return self._many(name, hint, value)
        if is_dataclass(value):
            return Cell("rows", rows=(tuple(self._lines(value)),))
        if isinstance(value, UUID):
            return self._reference(_link_kind(hint), value)
        if isinstance(value, str) and len(value) == DIGEST_CHARACTERS:
            return Cell("digest", value)
        return Cell("text", plain(name, value, self.lang))

    def _sealed(self, hint: Any, value: Sealed) -> Cell:  # noqa: ANN401 - a type hint
        if isinstance(value, Restricted):
            return Cell("shut", say("restricted", self.lang))
        mask = self._story.masks.get(value.commitment)
        if mask is None:
            return Cell("shut", say("erased", self.lang))
        kind = _token_kind(hint)
        leads = ""
        if self._follows and isinstance(value, Matchable) and kind is not None:
            leads = f"/trail?kind={kind}&id={token_id(value)}"
        return Cell("mask", mask, leads)

    def _reference(self, kind: str | None, value: UUID) -> Cell:
        text = spelling.short_id(value)
        if kind == "class":
            return Cell("id", text, f"/classes/{value}")
        if kind is not None and self._follows:
            return Cell("id", text, f"/trail?kind={kind}&id={value}")
        return Cell("id", text)

    def _many(self, name: str, hint: Any, values: Sequence[Any]) -> Cell:  # noqa: ANN401 - a type hint
        (inner,) = [part for part in _inner(hint) if part is not type(None)][:1] or [Any]
        if is_dataclass(values[0]):
            rows = tuple(tuple(self._lines(one)) for one in values[:ROWS_MAX])
            return Cell("rows", rows=rows, left=max(0, len(values) - ROWS_MAX))
        if all(type(one) is int for one in values):
            return Cell("text", spelling.ranges(values))
        cells = [self._cell(name, inner, one) for one in values[:ROWS_MAX]]
        joined = ("、" if self.lang == "zh" else ", ").join(cell.text for cell in cells)
        kind: Kind = "text" if cells[0].kind in {"text", "mask"} else "list"
        return Cell(kind, joined, left=max(0, len(values) - ROWS_MAX))


def _inner(hint: Any) -> tuple[Any, ...]:  # noqa: ANN401 - a type hint
    """Return the hints of a tuple's items, beneath annotations and options."""
    if get_origin(hint) is tuple:
        return get_args(hint)[:1]
    for part in parts_of(hint):
        found = _inner(part)
        if found:
            return found
    return ()


@cache
def _link_kind(hint: Any) -> str | None:  # noqa: ANN401 - a type hint
    if hint in LINK_KINDS:
        return LINK_KINDS[hint]
    return next((kind for part in parts_of(hint) if (kind := _link_kind(part))), None)


@cache
def _token_kind(hint: Any) -> str | None:  # noqa: ANN401 - a type hint
    return token_kind(hint) or next(
        (kind for part in parts_of(hint) if (kind := _token_kind(part))), None
    )


@cache
def _names_person(hint: Any) -> bool:  # noqa: ANN401 - a type hint
    form = form_of(hint)
    if form is not None:
        return form.inner is Name
    return any(_names_person(part) for part in parts_of(hint))


def plain(name: str, value: Any, lang: str) -> str:  # noqa: ANN401, PLR0911 - one line a kind
    """Return a plain value in words."""
    if isinstance(value, bool):
        return say("yes" if value else "no", lang)
    if isinstance(value, datetime):
        return spelling.minute(value)
    if isinstance(value, date):
        return spelling.day(value)
    if isinstance(value, int):
        if name.endswith("_fen"):
            return f"¥{spelling.yuan(value)}"
        return spelling.percent(value) if name.endswith("_bp") else str(value)
    text = str(value)
    if name in {"county_code", "county"}:
        return county_title(text).text(lang)
    if name == "occupation":
        return occupation_title(text).text(lang)
    title = code_title(name, text)
    return text if title is None else title.text(lang)


def found_of(rule: str, detail: str, lang: str) -> Found:
    """Return a finding with its clause."""
    known: Mapping[str, Clause] = CLAUSES
    if rule not in known:
        return Found(rule, "", detail, "", "")
    clause = known[rule]
    document = DOCUMENTS.get(clause.document)
    title = clause.document if document is None else document.text(lang)
    return Found(rule, clause.gist.text(lang), detail, f"{title} {clause.article}", clause.quote)


def grouped(told: Sequence[Told]) -> list[Told | Group]:
    """Return entries with long runs of the same few kinds put together."""
    found: list[Told | Group] = []
    at = 0
    while at < len(told):
        run = _run(told, at)
        if run:
            found.append(Group(tuple(told[at : at + run])))
        else:
            found.append(told[at])
        at += max(run, 1)
    return found


def _run(told: Sequence[Told], at: int) -> int:
    """Return how many entries from ``at`` on are of kinds that go round, 0 for too few."""
    ahead = Counter(one.event.type for one in told[at : at + WINDOW])
    kinds = {kind for kind, count in ahead.items() if count > 1}
    first = told[at]
    run = 0
    for one in told[at:]:
        beside = (one.later, one.here) != (first.later, first.here)
        if one.event.type not in kinds or beside:
            break
        run += 1
    return run if run >= (MANY if len(kinds) == 1 else WINDOW) else 0
