"""The table of clauses is whole, and a wrong id is told."""

import re
from collections import Counter

import pytest

from aggregates.law.clauses import (
    CLAUSES,
    DOCUMENTS,
    Kind,
    UnknownClauseError,
    clause,
    negative_items,
)

RULES = [one for one in CLAUSES.values() if one.kind is not Kind.NEGATIVE]
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def test_there_are_213_rules_and_25_negative_items() -> None:
    assert len(RULES) == 213
    assert len(negative_items()) == 25
    assert len(CLAUSES) == 238


def test_the_kinds_are_counted_as_the_rule_table_counts_them() -> None:
    assert Counter(one.kind for one in CLAUSES.values()) == {
        Kind.HARD: 90,
        Kind.FLAG: 31,
        Kind.DUTY: 64,
        Kind.CONFIG: 14,
        Kind.GUIDE: 14,
        Kind.NEGATIVE: 25,
    }


def test_each_group_of_rules_has_as_many_as_the_rule_table() -> None:
    assert Counter(one.group for one in CLAUSES.values()) == {
        "A1.1": 32,
        "A1.2": 45,
        "A1.3": 12,
        "A1.4": 24,
        "A1.5": 25,
        "A1.6": 15,
        "A1.7": 16,
        "A1.8": 8,
        "A1.9": 30,
        "A1.10": 6,
        "A2": 25,
    }


@pytest.mark.parametrize("clause_id", CLAUSES)
def test_a_clause_says_where_it_stands_what_it_says_and_what_it_is_called(
    clause_id: str,
) -> None:
    held = CLAUSES[clause_id]
    assert held.id == clause_id
    assert re.fullmatch(
        r"(ELG|INS|PLN|FIL|DEL|ASM|CRT|FUP|CLM|ARC|SUP|TRN)-\d\d|NL-\d\.\d", held.id
    )
    assert held.document in DOCUMENTS
    assert held.article
    assert CHINESE.search(held.quote)
    assert held.kind_detail.startswith(("negative", held.kind))
    assert CHINESE.search(held.gist.zh)
    assert not CHINESE.search(held.gist.en)
    texts = (held.quote, held.gist.zh, held.gist.en, held.trigger, held.threshold, held.consequence)
    assert all(text == text.strip() and "\n" not in text for text in texts)
    assert len(held.gist.zh) <= 30
    assert len(held.gist.en) <= 65


def test_no_two_clauses_share_a_title() -> None:
    titles = Counter(one.gist.zh for one in CLAUSES.values())
    assert [title for title, count in titles.items() if count > 1] == []


def test_ids_within_a_family_run_without_gaps() -> None:
    families: dict[str, list[int]] = {}
    for one in RULES:
        family, number = one.id.split("-")
        families.setdefault(family, []).append(int(number))
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in families.values())


def test_a_clause_is_cited_by_document_and_place() -> None:
    assert clause("FIL-01").citation == "17号 三(二)"
    assert clause("FIL-01").quote.startswith("于培训实施5个工作日前")
    assert clause("DEL-02").citation == "DB37 6.4.8"
    assert clause("NL-4.2").document == "负面清单"


def test_a_wrong_id_is_told_as_such() -> None:
    with pytest.raises(UnknownClauseError, match="no clause has the id 'FIL-99'"):
        clause("FIL-99")
    with pytest.raises(KeyError):
        CLAUSES["fil-01"]
    assert CLAUSES.get("FIL-99") is None
    assert "FIL-99" not in CLAUSES
