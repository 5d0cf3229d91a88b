"""Every clause that a rule cites: where it stands, its own words, what a breach leads to.

The table is ``clauses.csv``: 213 rules (``FIL-01``) and the 25 items of the negative list of
annex 3 (``NL-4.2``). Quotes are the law's own words.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from types import MappingProxyType

from aggregates.language import Message

DOCUMENTS: Mapping[str, Message] = {
    "17号": Message(
        "聊人社字〔2023〕17号《关于进一步规范职业技能培训工作的通知》",
        "City notice No. 17 of 2023 on the conduct of vocational skill training",
    ),
    "72号": Message(
        "鲁人社字〔2022〕72号《关于落实职业技能培训有关政策和资金保障工作的通知》",
        "Provincial notice No. 72 of 2022 on training policy and funds",
    ),
    "马兰花": Message(
        "《马兰花中国创业培训项目培训机构管理指南》",
        "Guide to institutions of the Malanhua entrepreneurship training programme",
    ),
    "负面清单": Message("《承训机构负面问题清单》", "Negative list for training institutions"),
    "DB37": Message(
        "DB37/T 4498—2022《公共就业培训服务规范》",
        "DB37/T 4498—2022, service specification for public employment training",
    ),
}
"""The full titles of the documents, by the short names that clauses use."""


class Kind(StrEnum):
    """What a rule does; the leading one where a rule does several things."""

    HARD = "HARD"
    """A command that grants something is refused."""
    FLAG = "FLAG"
    """The fact is recorded with a finding."""
    DUTY = "DUTY"
    """Something must happen, often by a deadline."""
    CONFIG = "CONFIG"
    """Left to another document or to the city."""
    GUIDE = "GUIDE"
    """Advice or a principle of design."""
    NEGATIVE = "NEGATIVE"
    """An item of the negative list; a sanction is always a reasoned decision of a person."""


@dataclass(frozen=True, slots=True)
class Clause:
    """One rule of the law.

    Attributes:
        id: The rule id, such as ``FIL-01`` or ``NL-4.2``.
        document: The short name of the document, a key of ``DOCUMENTS``.
        article: The place in the document, such as ``三(二)`` or ``6.4.8``.
        quote: The law's own words.
        gist: A short title.
        kind: What the rule does.
        kind_detail: The same in full, where the rule does several things.
        group: The part of the rule table, ``A1.1`` to ``A1.10``, or ``A2``.
        trigger: The commands or moments at which it is asked.
        threshold: The value to be kept, if it has one.
        consequence: What a breach leads to.
    """

    id: str
    document: str
    article: str
    quote: str
    gist: Message
    kind: Kind
    kind_detail: str
    group: str
    trigger: str
    threshold: str
    consequence: str

    @property
    def citation(self) -> str:
        """The document and the place in it, as it is cited: ``17号 三(二)``."""
        return f"{self.document} {self.article}"


class UnknownClauseError(KeyError):
    """No clause has the id."""

    def __init__(self, clause_id: str) -> None:
        self.clause_id = clause_id
        super().__init__(clause_id)

    def __str__(self) -> str:
        return f"no clause has the id {self.clause_id!r}"


class _Clauses(dict[str, Clause]):
    """The clauses by id; a lookup that fails says what was looked for."""

    def __missing__(self, clause_id: str) -> Clause:
        raise UnknownClauseError(clause_id)


def _read() -> Mapping[str, Clause]:
    text = files("aggregates.law").joinpath("clauses.csv").read_text(encoding="utf-8")
    held = _Clauses(
        {
            row["id"]: Clause(
                id=row["id"],
                document=row["document"],
                article=row["article"],
                quote=row["quote"],
                gist=Message(row["title_zh"], row["title_en"]),
                kind=Kind(row["kind"]),
                kind_detail=row["kind_detail"],
                group=row["group"],
                trigger=row["trigger"],
                threshold=row["threshold"],
                consequence=row["consequence"],
            )
            for row in csv.DictReader(text.splitlines())
        }
    )
    return MappingProxyType(held)


CLAUSES: Mapping[str, Clause] = _read()
"""Every clause by its id, in the order of the rule table. A wrong id raises a ``KeyError``."""


def clause(clause_id: str) -> Clause:
    """Return the clause with an id.

    Raises:
        UnknownClauseError: no clause has it; a ``KeyError``.
    """
    return CLAUSES[clause_id]


def negative_items() -> tuple[Clause, ...]:
    """Return the items of the negative list (annex 3), in order."""
    return tuple(one for one in CLAUSES.values() if one.kind is Kind.NEGATIVE)
