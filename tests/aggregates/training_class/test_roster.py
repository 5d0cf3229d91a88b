"""The roster after the filing: who joins, who leaves, and never more than the law allows."""

from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from aggregates.decisions import Command, Granted, Recorded
from aggregates.enrolment.commands import WithdrawTrainee
from aggregates.training_class.commands import ChangeRoster
from aggregates.training_class.facts import RosterChanged
from aggregates.training_class.form import RosterRow
from aggregates.training_class.state import TRAINING_CLASS, TrainingClass
from tests.aggregates.harness import (
    Happened,
    given,
    moment,
)
from tests.aggregates.stories import (
    a_filed_class,
    a_running_class,
    a_taught_class,
    an_approved_class,
    told,
)
from tests.aggregates.training_class.samples import (
    CLASS,
    FILER,
    LAW,
    START,
    a_trainee,
    category,
    enrol,
    enrolment,
    person,
    trainees,
)

NOW = "2024-03-01"
CAP = 60


def row(number: int) -> RosterRow:
    return RosterRow(person_id=person(number), category=category(number))


def change(*added: int, removed: tuple[int, ...] = (), **changes: Any) -> ChangeRoster:  # noqa: ANN401 - any value fits here
    return ChangeRoster(
        class_id=CLASS,
        added=tuple(row(number) for number in added),
        removed=tuple(person(number) for number in removed),
        **changes,
    )


def heads(story: tuple[Happened, ...]) -> int:
    held = given(*story, law=LAW).loaded()[TRAINING_CLASS.name(CLASS)].state
    assert isinstance(held, TrainingClass)
    return held.heads


def test_a_change_restates_how_many_heads_there_are() -> None:
    story = (*an_approved_class(), *a_trainee(20))
    answer = given(*story, law=LAW).when(change(20, removed=(0, 1)), now=NOW)
    fact = answer.fact(RosterChanged)
    assert (fact.heads, fact.phase) == (11, "BEFORE_START")
    assert heads(told(story, change(20, removed=(0, 1)), NOW)) == 11
    running = (*a_running_class(), *a_trainee(20))
    after = given(*running, law=LAW).when(change(20), now="2024-03-05").fact(RosterChanged)
    assert (after.heads, after.phase) == (13, "AFTER_START")


@pytest.mark.rule("FIL-04")
def test_nobody_unverified_joins() -> None:
    given(*an_approved_class(), law=LAW).when(change(20), now=NOW).then_refused("FIL-04")


@pytest.mark.rule("FIL-08")
def test_the_cap_holds_when_heads_are_added_later() -> None:
    story = (*an_approved_class(59), *trainees(62))
    assert given(*story, law=LAW).when(change(59), now=NOW).granted()
    given(*story, law=LAW).when(change(59, 60), now=NOW).then_refused("FIL-08")
    swapped = given(*story, law=LAW).when(change(59, 60, removed=(0,)), now=NOW)
    assert swapped.fact(RosterChanged).heads == CAP


@pytest.mark.rule("FIL-08")
def test_history_above_the_cap_is_recorded_with_a_finding() -> None:
    story = (*an_approved_class(60), *trainees(61))
    answer = given(*story, law=LAW).when(change(60), now=NOW, as_facts=True)
    assert "FIL-08" in answer.findings()
    assert answer.fact(RosterChanged).heads == 61


@pytest.mark.parametrize(
    "command",
    [change(), change(0), change(20, 20), change(removed=(20,))],
    ids=["nothing", "on it already", "one twice", "not on it"],
)
def test_a_change_that_changes_nothing_sensible_is_out_of_step(command: Command) -> None:
    story = (*an_approved_class(), *a_trainee(20))
    given(*story, law=LAW).when(command, now=NOW).then_refused("LIFECYCLE")


def test_a_roster_is_closed_before_the_consent_and_after_the_teaching() -> None:
    more = a_trainee(20)
    for story in (a_filed_class(), a_taught_class()):
        given(*story, *more, law=LAW).when(change(20), now="2024-03-13").then_refused("LIFECYCLE")


SOMEBODY_OF_SEVENTY = st.integers(0, 69)
STEPS = st.one_of(
    SOMEBODY_OF_SEVENTY.map(enrol),
    SOMEBODY_OF_SEVENTY.map(
        lambda n: WithdrawTrainee(enrolment_id=enrolment(n), withdrawn_on=START)
    ),
    st.tuples(
        st.sets(SOMEBODY_OF_SEVENTY, max_size=6), st.sets(SOMEBODY_OF_SEVENTY, max_size=3)
    ).map(lambda both: change(*sorted(both[0]), removed=tuple(sorted(both[1])))),
)


@pytest.mark.rule("FIL-08")
@settings(max_examples=25)
@drawn(st.lists(STEPS, max_size=15))
def test_no_sequence_of_granted_commands_fills_a_class_above_sixty(steps: list[Command]) -> None:
    story = (*an_approved_class(57), *trainees(70))
    scene = given(*story, law=LAW)
    for step in steps:
        answer = scene.when(step, now=f"{START} 12:00").answer
        if isinstance(answer, Granted):
            record = Recorded(moment(f"{START} 12:00"), FILER)
            scene = scene.and_given(
                *(Happened(new.kind, new.id, new.fact, record) for new in answer.facts)
            )
        assert heads(tuple(scene.story)) <= CAP
