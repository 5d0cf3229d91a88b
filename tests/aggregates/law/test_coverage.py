"""Every rule of the law is kept somewhere, or is listed as open with a reason."""

import pytest

from aggregates.decisions import COMMANDS, LIFECYCLE
from aggregates.law import coverage
from aggregates.law.clauses import CLAUSES, Kind
from aggregates.law.coverage import HELD, OPEN, PARTLY, SECTIONS, borne, law_page, unsettled


def test_every_rule_is_kept_or_open_and_never_both() -> None:
    assert list(unsettled()) == []


def test_every_open_rule_says_in_both_languages_what_it_waits_for() -> None:
    for rule, reason in {**HELD, **OPEN, **PARTLY}.items():
        assert len(reason.zh) > 5, rule
        assert len(reason.en) > 10, rule


def test_what_is_open_of_a_rule_that_commands_bear_stands_beside_them() -> None:
    (row,) = (line for line in law_page().splitlines() if line.startswith("| **ELG-22**"))
    assert "`approve-class-filing` FLAG" in row
    assert PARTLY["ELG-22"].en in row


def test_a_rule_that_no_command_bears_is_not_open_in_part(monkeypatch: pytest.MonkeyPatch) -> None:
    (waiting, *_) = OPEN
    monkeypatch.setattr(coverage, "PARTLY", {**PARTLY, waiting: OPEN[waiting]})
    assert list(unsettled()) == [f"{waiting} is listed as open in part, but no command bears it"]


def test_commands_bear_no_rule_that_the_law_does_not_know() -> None:
    borne()
    strange = {
        rule.id
        for declared in COMMANDS.values()
        for rule in declared.rules
        if rule.id != LIFECYCLE and rule.id not in CLAUSES
    }
    assert strange == set()


def test_every_command_says_at_which_step_it_may_come() -> None:
    borne()
    without = {
        name
        for name, declared in COMMANDS.items()
        if all(rule.kind != LIFECYCLE for rule in declared.rules)
    }
    assert without == set()


def test_advice_and_the_negative_list_never_refuse_a_command() -> None:
    enforced = borne()
    for rule, one in CLAUSES.items():
        if one.kind in (Kind.GUIDE, Kind.NEGATIVE):
            assert rule not in enforced, rule


def test_every_rule_has_a_section() -> None:
    assert {one.group for one in CLAUSES.values()} == set(SECTIONS)


@pytest.mark.parametrize("rule", ["FIL-01", "INS-13", "NL-4.2", "TRN-01", "SUP-02"])
def test_the_page_has_each_rule_with_its_own_words(rule: str) -> None:
    page = law_page()
    assert f"**{rule}**" in page
    assert CLAUSES[rule].quote.replace("|", "\\|") in page


def test_the_page_is_a_table_of_four_columns_throughout() -> None:
    rows = [line for line in law_page().splitlines() if line.startswith("| **")]
    assert len(rows) == len(CLAUSES)
    for row in rows:
        assert row.replace("\\|", "").count("|") == 5
