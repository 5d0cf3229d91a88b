"""Signals: raised by the engine, once, with what is needed to raise them again."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from aggregates.decisions import New
from aggregates.ids import ClassId, InstitutionId, OfficialId, PersonId
from aggregates.risk_signal.commands import RaiseRiskSignal
from aggregates.risk_signal.facts import Measure, RiskSignalRaised, Window
from aggregates.risk_signal.state import RISK_SIGNAL, signal_id
from aggregates.subject import Subject
from tests.aggregates.harness import COUNTY, Outcome, given, happened

CLASS = ClassId(UUID(int=0xC1A55))
ABOUT = Subject(class_id=CLASS)
WINDOW = Window(starts_on=date(2024, 1, 1), ends_on=date(2024, 3, 31))


def command(**changes: Any) -> RaiseRiskSignal:  # noqa: ANN401 - fields of the command
    fields: dict[str, Any] = {
        "rule_id": "RI-17",
        "rule_version": "1",
        "params": (Measure(name="minutes", value=15), Measure(name="strict", value=True)),
        "subject": ABOUT,
        "county_code": COUNTY,
        "window": WINDOW,
        "position": 900,
        "evidence": (17, 44, 900),
        "values": (Measure(name="sessions", value=3),),
        "severity": "HIGH",
        **changes,
    }
    return RaiseRiskSignal(**fields)


def raise_it(**changes: Any) -> Outcome:  # noqa: ANN401 - fields of the command
    return given().when(command(**changes), now="2024-04-01", role="RISK_ENGINE", channel="risk")


def new(answer: Outcome) -> New:
    (one,) = answer.granted()
    return one


def test_a_signal_holds_all_that_is_needed_to_raise_it_again() -> None:
    answer = raise_it()
    fact = answer.fact(RiskSignalRaised)
    assert fact.signal_id == new(answer).id == signal_id("RI-17", ABOUT, WINDOW)
    assert fact.evidence == (17, 44, 900)
    assert fact.params[1].value is True
    assert new(answer).about == CLASS
    assert new(answer).sealed_for == ""


def test_one_doubt_about_one_thing_in_one_window_is_one_signal() -> None:
    fact = raise_it().fact(RiskSignalRaised)
    scene = given(happened("2024-04-01", RISK_SIGNAL, fact.signal_id, fact))
    again = command(severity="LOW", rule_version="2")
    scene.when(again, now="2024-04-02", channel="risk").then_refused("LIFECYCLE")
    later = command(window=Window(starts_on=date(2024, 4, 1)))
    scene.when(later, now="2024-04-02", channel="risk").granted()


def test_subjects_of_different_kinds_never_share_a_signal() -> None:
    same = UUID(int=5)
    found = {
        signal_id("RI-17", one, WINDOW)
        for one in (
            Subject(class_id=ClassId(same)),
            Subject(institution_id=InstitutionId(same)),
            Subject(person_id=PersonId(same)),
        )
    }
    assert len(found) == 3


@pytest.mark.parametrize(
    ("rule", "subject", "reader"),
    [
        ("RI-27", ABOUT, "AUDITOR"),
        ("RI-29", ABOUT, "AUDITOR"),
        ("RI-29", Subject(official_id=OfficialId(UUID(int=8))), "DISCIPLINE"),
        ("RI-33", Subject(person_id=PersonId(UUID(int=9))), "DISCIPLINE"),
        ("RI-03", Subject(person_id=PersonId(UUID(int=9))), ""),
    ],
)
def test_signals_that_judge_the_authority_or_name_a_person_are_sealed(
    rule: str, subject: Subject, reader: str
) -> None:
    assert new(raise_it(rule_id=rule, subject=subject)).sealed_for == reader


def test_only_the_engine_raises_signals() -> None:
    given().when(command(), now="2024-04-01", channel="inner").then_refused("LIFECYCLE")


def test_a_signal_is_about_exactly_one_thing() -> None:
    raise_it(subject=Subject()).then_refused("LIFECYCLE")
    both = Subject(class_id=CLASS, institution_id=InstitutionId(UUID(int=2)))
    raise_it(subject=both).then_refused("LIFECYCLE")


def test_a_signal_rests_on_evidence_within_what_was_read() -> None:
    raise_it(evidence=()).then_refused("LIFECYCLE")
    raise_it(evidence=(901,)).then_refused("LIFECYCLE")
