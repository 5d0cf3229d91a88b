"""Every text of the pages is there, in both languages, and is used."""

import re
from dataclasses import fields
from pathlib import Path
from typing import get_args, get_origin

import pytest

import aggregates.catalogue  # noqa: F401 - all facts register themselves
import ledger.web
from aggregates.facts import FACTS as DECLARED
from aggregates.facts import hints_of, parts_of
from aggregates.sealed import form_of
from ledger.application.naming import (
    CODES,
    COUNTIES,
    FACTS,
    FIELDS,
    OCCUPATIONS,
    code_title,
    fact_title,
    unversioned,
)
from ledger.web.texts import TABLES, TEXTS, say
from projections.archive.queries import ArchiveRow
from projections.class_ledger.queries import ClassRow
from projections.duties.queries import DutyRow
from projections.funds.queries import FundRow

WEB = Path(ledger.web.__file__).parent
HOLES = re.compile(r"\{(\w+)\}")
SAID = re.compile(r"""(?<![\w.])(?:t|say)\(\s*["']([^"']+)["']""")
TEXT = re.compile(r"""TEXTS\["([^"]+)"\]""")
BY_RULE = re.compile(r"^(sees |criterion |group )")
"""Texts whose names are put together: by role, by criterion, by group of columns."""


def sources() -> str:
    files = [*WEB.rglob("*.html"), *WEB.glob("*.py")]
    return "\n".join(path.read_text("utf-8") for path in files if path.name != "texts.py")


def test_every_text_that_a_page_asks_for_is_there() -> None:
    asked = {one.replace("_", " ") for one in SAID.findall(sources())} | set(
        TEXT.findall(sources())
    )

    assert {one for one in asked - set(TEXTS) if not one.endswith(" ")} == set()


def test_every_text_is_asked_for() -> None:
    text = sources().replace("_", " ")

    unused = {name for name in TEXTS if f'"{name}"' not in text and f"'{name}'" not in text}

    assert {name for name in unused if not BY_RULE.match(name)} == set()


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_a_text_says_the_same_in_both_languages(name: str) -> None:
    text = TEXTS[name]

    assert text.zh.strip()
    assert text.en.strip()
    assert sorted(HOLES.findall(text.zh)) == sorted(HOLES.findall(text.en))
    assert not re.search(r"[\u4e00-\u9fff]", text.en) or name == "product line"


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_a_chinese_text_is_set_as_print_sets_it(name: str) -> None:
    text = TEXTS[name].zh

    assert not re.search(r"[\u4e00-\u9fff][A-Za-z]|[A-Za-z][\u4e00-\u9fff]", text)
    assert not re.search(r"[\u4e00-\u9fff][,;:?!()]|[,;:?!()][\u4e00-\u9fff]", text)
    assert not re.search(r"[，。；：、（）] | [，。；：、（）]", text)


def test_no_two_texts_have_one_name() -> None:
    assert sum(len(table) for table in TABLES) == len(TEXTS)


def test_a_text_is_filled_in() -> None:
    assert say("times", "zh", count=3) == "× 3"
    with pytest.raises(KeyError):
        say("no such text", "zh")


def test_every_fact_has_a_title_and_no_title_is_without_a_fact() -> None:
    assert {unversioned(name) for name in DECLARED} == set(FACTS)
    assert fact_title("training-class.started.v1").zh == "开班"
    assert fact_title("never.heard-of.v2").zh == "never.heard-of"


def records() -> list[type]:
    found: list[type] = []
    waiting: list[object] = list(DECLARED.values())
    while waiting:
        hint = waiting.pop()
        if isinstance(hint, type) and hasattr(hint, "__dataclass_fields__"):
            if hint not in found:
                found.append(hint)
                waiting.extend(hints_of(hint).values())
        else:
            form = form_of(hint)
            waiting.extend(parts_of(hint) if form is None else [form.inner])
    return found


def test_every_field_of_every_fact_is_called_something() -> None:
    assert {name for record in records() for name in hints_of(record)} - set(FIELDS) == set()


@pytest.mark.parametrize("row", [ClassRow, ArchiveRow, FundRow, DutyRow])
def test_every_column_of_a_list_is_called_something(row: type) -> None:
    assert {one.name for one in fields(row)} - set(FIELDS) - {"present"} == set()


def codes(hint: object) -> set[str]:
    if str(get_origin(hint)) == "typing.Literal":
        return {one for one in get_args(hint) if isinstance(one, str)}
    form = form_of(hint)
    return {
        code for part in (parts_of(hint) if form is None else [form.inner]) for code in codes(part)
    }


def test_every_code_of_every_fact_means_something() -> None:
    unknown = {
        (name, code)
        for record in records()
        for name, hint in hints_of(record).items()
        for code in codes(hint)
        if code.isascii() and code_title(name, code) is None
    }

    assert unknown == set()


@pytest.mark.parametrize("table", [FACTS, FIELDS, CODES, COUNTIES, OCCUPATIONS])
def test_every_name_is_given_in_both_languages(table: dict[str, object]) -> None:
    assert [name for name, title in table.items() if "" in (title.zh, title.en)] == []  # type: ignore[attr-defined]  # a message
