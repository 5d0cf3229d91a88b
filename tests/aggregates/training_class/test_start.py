"""A class opens after the bureau agreed, by a body that is still listed, under its regime."""

from datetime import timedelta
from typing import Any

import pytest

from aggregates.law.in_force import Law
from aggregates.training_class.facts import ClassStarted
from tests.aggregates.harness import (
    Happened,
    Outcome,
    given,
    moment,
)
from tests.aggregates.stories import (
    a_filed_class,
    a_running_class,
    an_approved_class,
    told,
)
from tests.aggregates.training_class.circumstances import (
    suspension,
)
from tests.aggregates.training_class.samples import (
    APPROVER,
    HEAD,
    LAW,
    START,
    approve,
    law,
    start,
)

ON_THE_DAY = f"{START} 09:00"


def ask(
    *more: Happened,
    story: tuple[Happened, ...] | None = None,
    under: Law = LAW,
    now: str = ON_THE_DAY,
    as_facts: bool = False,
    **changes: Any,  # noqa: ANN401 - fields of the command
) -> Outcome:
    """Return the answer to a start."""
    held = an_approved_class() if story is None else story
    return given(*held, *more, law=under).when(
        start(**changes), now=now, by=HEAD, role="CLASS_HEAD", as_facts=as_facts
    )


def test_a_start_records_heads_and_regime() -> None:
    fact = ask().fact(ClassStarted)
    assert (fact.heads, fact.present, fact.regime) == (12, 12, "R3")
    assert fact.actual_start == moment("2024-03-04 08:30")
    assert not ask().findings()


@pytest.mark.rule("FIL-02")
def test_a_class_that_the_bureau_did_not_agree_to_does_not_start() -> None:
    ask(story=a_filed_class()).then_refused("FIL-02")


@pytest.mark.rule("FIL-02")
def test_a_class_does_not_start_before_the_consent_was_recorded() -> None:
    late = told(a_filed_class(), approve(), "2024-03-04 08:31", by=APPROVER)
    ask(story=late).then_refused("FIL-02")
    early = told(a_filed_class(), approve(), "2024-03-04 08:29", by=APPROVER)
    assert ask(story=early).granted()


@pytest.mark.rule("FIL-02")
def test_a_class_does_not_start_earlier_than_it_was_approved_for() -> None:
    ask(actual_start=moment("2024-03-01"), now="2024-03-01 12:00").then_refused("FIL-02")


@pytest.mark.rule("FIL-02")
def test_an_approval_lapses_where_the_city_says_after_how_long() -> None:
    ten_days = law(parameters={"class_expiry_days": 10})
    last = START + timedelta(days=10)
    in_time = ask(actual_start=moment(f"{last}"), now=f"{last} 10:00", under=ten_days)
    assert in_time.granted()
    late = last + timedelta(days=1)
    ask(actual_start=moment(f"{late}"), now=f"{late} 10:00", under=ten_days).then_refused("FIL-02")
    assert ask(actual_start=moment("2024-06-03"), now="2024-06-03 10:00").granted()


def test_a_class_starts_once_and_not_in_the_future() -> None:
    ask(story=a_running_class()).then_refused("LIFECYCLE")
    ask(now="2024-03-03").then_refused("LIFECYCLE")
    ask(story=()).then_refused("LIFECYCLE")


@pytest.mark.rule("INS-07")
def test_a_body_that_lost_its_listing_before_the_start_opens_no_class() -> None:
    ask(under=law(lists={"INSTITUTION": ()})).then_refused("INS-07")


@pytest.mark.rule("INS-12")
def test_a_body_suspended_before_the_start_opens_no_class() -> None:
    ask(suspension()).then_refused("INS-12")


@pytest.mark.rule("FIL-18")
def test_trainees_are_reminded_before_the_start() -> None:
    assert "FIL-18" in ask(reminder_sent_at=None).findings()
    assert "FIL-18" in ask(reminder_sent_at=moment("2024-03-04 08:30")).findings()
    assert "FIL-18" not in ask().findings()


@pytest.mark.rule("FIL-23")
def test_the_site_stands_ready_before_the_start() -> None:
    assert "FIL-23" in ask(set_up_at=None).findings()
    assert "FIL-23" in ask(set_up_at=moment("2024-03-04 09:00")).findings()
    assert "FIL-23" not in ask().findings()


@pytest.mark.rule("DEL-15")
def test_every_trainee_gets_timetable_and_materials() -> None:
    assert "DEL-15" in ask(materials_issued=11).findings()
    assert "DEL-15" in ask(materials_issued=None).findings()
    assert "DEL-15" not in ask().findings()


@pytest.mark.rule("TRN-01")
@pytest.mark.rule("TRN-05")
@pytest.mark.parametrize(
    ("began", "regime"),
    [
        ("2021-12-31", "R0"),
        ("2022-01-01", "R1"),
        ("2023-07-11", "R1"),
        ("2023-07-12", "R3"),
    ],
)
def test_the_real_start_chooses_the_regime_for_good(began: str, regime: str) -> None:
    answer = ask(actual_start=moment(began), as_facts=True)
    assert answer.fact(ClassStarted).regime == regime
    assert answer.granted()[0].regime == regime


@pytest.mark.rule("TRN-02")
def test_a_class_approved_before_the_notice_and_started_after_it_is_in_between() -> None:
    approved = told(a_filed_class(), approve(), "2023-07-11", by=APPROVER, as_facts=True)
    assert ask(story=approved).fact(ClassStarted).regime == "R2"


@pytest.mark.rule("TRN-06")
def test_the_service_standard_is_not_asked_before_it_was_in_force() -> None:
    before = ask(
        actual_start=moment("2022-05-07"), as_facts=True, reminder_sent_at=None, set_up_at=None
    )
    assert not {"FIL-18", "FIL-23", "DEL-15"} & before.findings()
    after = ask(
        actual_start=moment("2022-05-08"), as_facts=True, reminder_sent_at=None, set_up_at=None
    )
    assert {"FIL-18", "FIL-23"} <= after.findings()
