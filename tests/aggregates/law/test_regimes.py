"""Under which law a class stands, on the days on which it turns."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregates.law.clauses import CLAUSES, DOCUMENTS
from aggregates.law.parameters import default_of
from aggregates.law.regimes import (
    DB37_FROM,
    NOTICE_DATE,
    REGIMES,
    Line,
    binds,
    db37_applies,
    regime,
    table,
)

EARLY, EVE, NOTICE = date(2023, 6, 1), date(2023, 7, 11), date(2023, 7, 12)
days = st.dates(date(2019, 1, 1), date(2027, 12, 31))


@pytest.mark.rule("TRN-01")
@pytest.mark.rule("TRN-05")
@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (date(2021, 12, 31), "R0"),
        (date(2022, 1, 1), "R1"),
        (EVE, "R1"),
    ],
)
def test_a_class_that_started_before_the_notice_keeps_the_old_law(
    start: date, expected: str
) -> None:
    assert regime(start, EARLY) == expected
    assert regime(start, None) == expected


@pytest.mark.rule("TRN-01")
@pytest.mark.rule("TRN-02")
def test_a_class_that_started_on_the_day_of_the_notice_is_not_before_it() -> None:
    assert regime(NOTICE, EARLY) == "R2"
    assert regime(NOTICE, NOTICE) == "R3"
    assert regime(NOTICE, None) == "R3"


@pytest.mark.rule("TRN-01")
def test_a_city_may_count_the_day_of_the_notice_as_before_it() -> None:
    lines = table(inclusive=True)
    assert regime(NOTICE, EARLY, lines) == "R1"
    assert regime(NOTICE + timedelta(days=1), NOTICE, lines) == "R2"
    assert regime(NOTICE + timedelta(days=1), NOTICE + timedelta(days=1), lines) == "R3"


@pytest.mark.rule("TRN-02")
def test_a_class_approved_before_and_not_started_takes_the_new_procedure() -> None:
    assert regime(None, EVE) == "R2"
    assert regime(date(2023, 8, 1), EVE) == "R2"


@pytest.mark.rule("TRN-03")
def test_a_class_approved_on_or_after_the_notice_stands_under_it_in_full() -> None:
    assert regime(None, NOTICE) == "R3"
    assert regime(date(2023, 8, 1), NOTICE) == "R3"
    assert regime(None, None) == "R3"


@pytest.mark.rule("TRN-02")
def test_an_approval_is_dated_in_shanghai() -> None:
    last_second = datetime(2023, 7, 11, 15, 59, 59, tzinfo=UTC)
    assert regime(None, last_second) == "R2"
    assert regime(None, last_second + timedelta(seconds=1)) == "R3"


def test_the_defaults_are_those_of_the_parameters() -> None:
    assert default_of("transition.notice_date") == NOTICE_DATE
    assert table(NOTICE_DATE, inclusive=bool(default_of("transition.inclusive"))) == table()


def test_a_later_notice_adds_lines_and_changes_no_code() -> None:
    later = date(2027, 1, 1)
    lines = (*table(), Line("STARTED", later, "R3"), Line("APPROVED", later, "R4"))
    assert regime(date(2026, 12, 31), date(2026, 12, 1), lines, "R5") == "R3"
    assert regime(date(2027, 2, 1), date(2026, 12, 1), lines, "R5") == "R4"
    assert regime(date(2027, 2, 1), date(2027, 1, 15), lines, "R5") == "R5"


@given(days, days, days)
def test_a_later_start_never_leads_to_an_earlier_regime(a: date, b: date, approved: date) -> None:
    earlier, later = sorted((a, b))
    assert regime(earlier, approved) <= regime(later, approved)


@given(st.none() | days, st.none() | days)
def test_the_regime_is_the_one_the_rule_table_writes_down(
    start: date | None, approved: date | None
) -> None:
    if start is not None and start < date(2022, 1, 1):
        expected = "R0"
    elif start is not None and start < NOTICE:
        expected = "R1"
    elif approved is not None and approved < NOTICE:
        expected = "R2"
    else:
        expected = "R3"
    assert regime(start, approved) == expected


@pytest.mark.rule("TRN-06")
@pytest.mark.parametrize(("session", "applies"), [("2022-05-07", False), ("2022-05-08", True)])
def test_the_standard_binds_sessions_from_the_day_it_came_into_force(
    session: str,
    applies: bool,
) -> None:
    assert db37_applies(date.fromisoformat(session)) is applies
    assert binds("DB37", "R1", date.fromisoformat(session)) is applies
    assert f"{DB37_FROM.year} - {DB37_FROM:%m - %d}" in CLAUSES["TRN-06"].quote


@pytest.mark.parametrize(
    ("regime_id", "bound"),
    [
        ("R0", set()),
        ("R1", {"72号", "DB37"}),
        ("R2", set(DOCUMENTS)),
        ("R3", set(DOCUMENTS)),
    ],
)
def test_each_regime_binds_its_documents(regime_id: str, bound: set[str]) -> None:
    assert {document for document in DOCUMENTS if binds(document, regime_id)} == bound
    assert all(rule in CLAUSES for rule in REGIMES[regime_id].rules)
    with pytest.raises(KeyError):
        binds("17号", "R9")
