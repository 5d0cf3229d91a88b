"""How an institution is suspended, for how much, and how that ends."""

from datetime import date
from typing import Any

import pytest

from aggregates.institution.facts import InstitutionSuspended, InstitutionSuspensionLifted
from aggregates.institution.sanctions import LiftSuspension, SuspendInstitution
from aggregates.institution.state import INSTITUTION
from tests.aggregates.harness import COUNTY, SOMEBODY, Happened, Outcome, given, happened, moment
from tests.aggregates.institution.samples import COOK, DOC, SCHOOL, listed, registered

FIELDS: dict[str, Any] = {
    "institution_id": SCHOOL,
    "decision_no": "聊人社罚〔2024〕3号",
    "decision_doc": DOC,
    "valid_from": date(2024, 3, 1),
    "scope": "ALL",
    "running_classes_continue": True,
    "proposal_no": "聊人社告〔2024〕3号",
    "served_at": moment("2024-02-28"),
    "negative_items": ("NL-4.1",),
    "decided_by": SOMEBODY,
}


def suspend(**changes: Any) -> Outcome:  # noqa: ANN401 - fields of the command
    command = SuspendInstitution(**{**FIELDS, **changes})
    return given(registered(), listed()).when(command, now="2024-02-28", role="CITY_HR")


def suspended(**changes: Any) -> Happened:  # noqa: ANN401 - fields of the fact
    fact = InstitutionSuspended(**{**FIELDS, **changes})
    return happened("2024-02-28", INSTITUTION, SCHOOL, fact)


def lift(**changes: Any) -> LiftSuspension:  # noqa: ANN401 - fields of the command
    fields: dict[str, Any] = {
        "institution_id": SCHOOL,
        "suspension_no": FIELDS["decision_no"],
        "decision_doc": DOC,
        "lifted_on": date(2024, 5, 1),
        **changes,
    }
    return LiftSuspension(**fields)


@pytest.mark.rule("INS-12")
def test_a_reasoned_decision_after_a_hearing_suspends_without_findings() -> None:
    answer = suspend()
    answer.fact(InstitutionSuspended)
    assert answer.findings() == set()


@pytest.mark.rule("INS-12")
def test_a_suspension_without_an_item_of_the_negative_list_is_refused() -> None:
    suspend(negative_items=()).then_refused("INS-12")
    suspend(negative_items=("NL-6.9",)).then_refused("INS-12")


@pytest.mark.rule("INS-12")
def test_a_body_that_was_not_heard_is_suspended_with_a_finding() -> None:
    unheard = suspend(proposal_no=None)
    unheard.granted()
    assert unheard.findings() == {"INS-12"}
    assert suspend(served_at=None).findings() == {"INS-12"}


def test_who_was_never_listed_cannot_be_suspended() -> None:
    command = SuspendInstitution(**FIELDS)
    unlisted = given(registered())
    unlisted.when(command, now="2024-02-28", role="CITY_HR").then_refused("LIFECYCLE")
    employer = given(registered(kind="EMPLOYER"))
    employer.when(command, now="2024-02-28", role="CITY_HR").granted()


def test_a_scope_names_what_it_covers_and_nothing_else() -> None:
    suspend(scope="COUNTY").then_refused("LIFECYCLE")
    suspend(scope="OCCUPATION").then_refused("LIFECYCLE")
    suspend(county_code=COUNTY).then_refused("LIFECYCLE")
    suspend(scope="COUNTY", county_code=COUNTY).granted()


@pytest.mark.rule("INS-12")
def test_a_suspension_forbids_only_what_its_scope_covers_while_it_stands() -> None:
    def state(*story: Happened) -> Any:  # noqa: ANN401 - a state
        return given(registered(), listed(), *story).loaded()[INSTITUTION.name(SCHOOL)].state

    day = date(2024, 3, 1)
    everywhere = state(suspended())
    assert everywhere.suspension(day, COUNTY, COOK.code) is not None
    assert everywhere.suspension(date(2024, 2, 29), COUNTY, COOK.code) is None
    assert everywhere.status(day) == "SUSPENDED"
    county = state(suspended(scope="COUNTY", county_code=COUNTY))
    assert county.suspension(day, COUNTY, COOK.code) is not None
    assert county.suspension(day, "371503", COOK.code) is None
    assert county.status(day) == "LISTED"
    some = state(suspended(scope="OCCUPATION", occupations=(COOK.code,)))
    assert some.suspension(day, COUNTY, COOK.code) is not None
    assert some.suspension(day, COUNTY, "SYB") is None
    ended = state(suspended(valid_to=date(2024, 3, 31)))
    assert ended.suspension(date(2024, 4, 1), COUNTY, COOK.code) is None


def test_a_suspension_is_lifted_by_decision_from_a_day_on() -> None:
    scene = given(registered(), listed(), suspended())
    answer = scene.when(lift(), now="2024-04-20", role="CITY_HR")
    fact = answer.fact(InstitutionSuspensionLifted)
    after = scene.and_given(happened("2024-04-20", INSTITUTION, SCHOOL, fact))
    state = after.loaded()[INSTITUTION.name(SCHOOL)].state
    assert state.status(date(2024, 4, 30)) == "SUSPENDED"
    assert state.status(date(2024, 5, 1)) == "LISTED"
    after.when(lift(), now="2024-04-21").then_refused("LIFECYCLE")


def test_a_suspension_cannot_be_lifted_for_days_that_are_past_nor_where_none_stands() -> None:
    scene = given(registered(), listed(), suspended())
    scene.when(lift(lifted_on=date(2024, 4, 19)), now="2024-04-20").then_refused("LIFECYCLE")
    given(registered(), listed()).when(lift(), now="2024-04-20").then_refused("LIFECYCLE")


def test_a_county_suspends_and_lifts_within_its_own_bounds() -> None:
    scene = given(registered(), listed())
    everywhere = SuspendInstitution(**FIELDS)
    scene.when(everywhere, now="2024-02-28", role="COUNTY_HR").then_refused("LIFECYCLE")
    own = SuspendInstitution(**{**FIELDS, "scope": "COUNTY", "county_code": COUNTY})
    scene.when(own, now="2024-02-28", role="COUNTY_HR").granted()
    by_county = scene.and_given(suspended(scope="COUNTY", county_code=COUNTY))
    by_county.when(lift(), now="2024-04-20", role="COUNTY_HR").granted()
    by_city = scene.and_given(suspended())
    by_city.when(lift(), now="2024-04-20", role="COUNTY_HR").then_refused("LIFECYCLE")


def test_one_decision_suspends_once() -> None:
    scene = given(registered(), listed(), suspended())
    again = SuspendInstitution(**FIELDS)
    scene.when(again, now="2024-02-29", role="CITY_HR").then_refused("LIFECYCLE")
