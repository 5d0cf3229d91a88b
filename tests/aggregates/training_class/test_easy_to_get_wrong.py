"""What the notice does not say, though many believe it: the points that classes are about."""

from typing import Any

import pytest

from aggregates.law.parameters import default_of
from aggregates.training_class.commands import CompleteTeaching
from aggregates.training_class.facts import (
    AttendanceSheetSealed,
    ClassFilingApproved,
    ClassFilingSubmitted,
)
from aggregates.training_class.scope import BY_TEXT
from tests.aggregates.harness import (
    given,
)
from tests.aggregates.stories import (
    a_filed_class,
    a_held_class,
    file_class,
    without,
)
from tests.aggregates.training_class.samples import (
    APPROVED_ON,
    APPROVER,
    CLASS,
    END,
    LAW,
    approve,
    law,
    roster,
    standard_of_hours,
    timetable_row,
)


def approved(**changes: Any) -> ClassFilingApproved:  # noqa: ANN401 - fields of the command
    answer = given(*a_filed_class(), law=LAW).when(approve(**changes), now=APPROVED_ON, by=APPROVER)
    fact = answer.fact(ClassFilingApproved)
    assert isinstance(fact, ClassFilingApproved)
    return fact


@pytest.mark.rule("DEL-05")
def test_1_not_every_class_needs_an_inspection_by_two() -> None:
    assert default_of("process_supervised_types") == frozenset({"PROJECT"})
    assert approved().supervision == "ORDINARY"


@pytest.mark.rule("FIL-08")
def test_2_sixty_heads_are_a_cap_for_employment_skill_classes_alone() -> None:
    file_class(roster=roster(61)).then_refused("FIL-08")
    in_post = file_class(roster=roster(120), training_type="IN_POST_SKILL")
    assert in_post.fact(ClassFilingSubmitted).heads == 120
    assert "FIL-08" not in in_post.findings()


@pytest.mark.rule("FIL-10")
def test_3_fifty_six_hours_and_sixty_percent_yield_to_a_standard_of_the_occupation() -> None:
    theory = tuple(
        timetable_row(number, kind="THEORY" if number < 9 else "PRACTICE")
        for number in range(1, 11)
    )
    file_class(timetable=theory).then_refused("FIL-10")
    own_standard = law(lists=standard_of_hours(40, 2_000))
    assert file_class(timetable=theory, under=own_standard).granted()


@pytest.mark.rule("FIL-14")
def test_3_on_line_teaching_is_for_theory_so_practice_bounds_it_already() -> None:
    required = file_class().fact(ClassFilingSubmitted).required
    assert required.practice_bp + required.online_bp == 10_000


@pytest.mark.rule("ELG-15")
@pytest.mark.rule("ELG-17")
def test_4_students_and_prisoners_are_not_always_out_of_scope() -> None:

    assert "EMPLOYMENT_SKILL" in BY_TEXT["STUDENT"]
    assert "ENTREPRENEURSHIP" in BY_TEXT["STUDENT"]
    assert BY_TEXT["CUSTODY"] == frozenset(), "custody is a matter of projects, not of categories"


@pytest.mark.rule("DEL-09")
def test_6_no_attendance_rate_is_hard_coded() -> None:
    assert default_of("min_attendance_rate_class") is None
    assert default_of("min_attendance_rate_trainee") is None
    empty = without(a_held_class(), AttendanceSheetSealed)
    command = CompleteTeaching(class_id=CLASS)
    answer = given(*empty, law=LAW).when(command, now=f"{END} 17:30")
    assert answer.granted()
    assert "DEL-09" not in answer.findings()
