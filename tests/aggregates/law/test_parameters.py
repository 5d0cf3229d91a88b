"""Parameters: what each takes, whose word counts, and what may not be published."""

from dataclasses import replace
from datetime import date
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregates.law.catalogues import TrainingType
from aggregates.law.clauses import CLAUSES
from aggregates.law.named_parameters import PARAMETERS
from aggregates.law.parameter_kinds import Months, UnfitValueError
from aggregates.law.parameters import (
    DEFAULT,
    PRECEDENCE,
    Parameters,
    PolicySet,
    Resolved,
    UnfitParametersError,
    UnknownParameterError,
    declaration,
    default_of,
    faults,
    parse,
    read,
)

ON = date(2024, 6, 1)
CERTIFICATES = frozenset({"QUALIFICATION", "SPECIAL_ABILITY", "SKILL_LEVEL"})
PER_CITY = {
    "category_fund_matrix",
    "sla_claim_days",
    "sla_listing_update_days",
    "institution_change_report_days",
    "heads_per_station",
    "plan_aggregate_deadline",
    "spot_check_target",
    "phone_check_share",
    "min_attendance_rate_class",
    "min_attendance_rate_trainee",
    "progress_deviation_max",
    "class_expiry_days",
    "sla_certificate_delivery_days",
    "assessment_report_days",
    "objection_decide_days",
    "sla_archive_produce_days",
    "sla_clue_days",
    "sla_incident_hours",
    "sla_step_days.{step}",
}


def policy(
    policy_id: str = "city",
    version: str = "1",
    precedence: str = "CITY",
    *,
    begins: date = date(2023, 7, 12),
    ends: date | None = None,
    county: str = "",
    **values: object,
) -> PolicySet:
    return PolicySet(policy_id, version, precedence, begins, ends, values, county)


def test_there_are_55_named_parameters() -> None:
    assert len(PARAMETERS) == 55


def test_those_without_a_number_in_the_text_are_per_city() -> None:
    assert {name for name, one in PARAMETERS.items() if one.per_city} == PER_CITY


@pytest.mark.parametrize("name", PARAMETERS)
def test_a_parameter_is_asked_by_rules_that_exist_and_its_default_is_fit(name: str) -> None:
    one = PARAMETERS[name]
    assert one.rules
    assert all(rule in CLAUSES for rule in one.rules)
    assert one.title.zh
    assert one.title.en
    defaults = [one.default, *one.defaults.values()]
    assert all(one.kind.read(value) == value for value in defaults if value is not None)
    assert set(one.defaults) <= set(one.keys)
    assert one.lowest in PRECEDENCE


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("annual_cap", 3),
        ("annual_cap_year_basis", "CALENDAR"),
        ("annual_cap_all_funds", True),
        ("repeat_window", "ROLLING_12M"),
        ("pension_exclusion_scope", "CATCH_ALL"),
        ("workday_count_mode.FIL-01", "EVENT_EXCLUDED"),
        ("class_size_max.EMPLOYMENT_SKILL", 60),
        ("class_size_max.ENTREPRENEURSHIP", None),
        ("class_size_max.PROJECT", None),
        ("online_share_max", 4000),
        ("min_recording_coverage", 9000),
        ("inspection_due_at_hours_share", 8000),
        ("process_supervised_types", frozenset({"PROJECT"})),
        ("platform_status", frozenset({"RECOGNISED", "RECOMMENDED"})),
        ("person_claim_cert_types", CERTIFICATES),
        ("followup_months", (3, 6)),
        ("claim_deadline.PERSON", 6),
        ("claim_deadline.AGENCY", 2),
        ("claim_deadline.ENTERPRISE", None),
        ("publicity_days", 5),
        ("retention_years", 10),
        ("claim_items_max", 300),
        ("sla_step_days.initial-review", None),
        ("transition.notice_date", date(2023, 7, 12)),
        ("transition.inclusive", False),
        ("transition.standard_basis", "APPROVAL_DATE"),
    ],
)
def test_a_parameter_has_the_default_of_the_notice_or_of_a_decision(
    name: str, value: object
) -> None:
    assert default_of(name) == value
    assert Parameters((), ON).resolve(name) == Resolved(default_of(name), DEFAULT)


def test_each_training_type_may_have_a_size_of_its_own() -> None:
    assert declaration("class_size_max.PROJECT").keys == get_args(TrainingType)


@pytest.mark.parametrize(
    "name",
    ["", "annual", "claim_deadline", "claim_deadline.{mode}", "claim_deadline.NOBODY", "a.b"],
)
def test_a_name_that_nobody_declared_is_told(name: str) -> None:
    with pytest.raises(UnknownParameterError, match="no parameter has the name"):
        default_of(name)


@pytest.mark.rule("TRN-04")
def test_the_higher_authority_goes_first_whatever_the_order() -> None:
    sets = [
        policy("county", precedence="COUNTY", county="371502", sla_clue_days=40),
        policy("city", precedence="CITY", sla_clue_days=30),
        policy("state", precedence="STATE", sla_clue_days=10),
        policy("province", precedence="PROVINCE", sla_clue_days=20),
    ]
    for some, value in ((sets[:1], 40), (sets[:2], 30), ((*sets[:2], sets[3]), 20), (sets, 10)):
        assert Parameters(some, ON, "371502").value("sla_clue_days") == value
        assert Parameters(tuple(reversed(some)), ON, "371502").value("sla_clue_days") == value


@pytest.mark.rule("TRN-03")
def test_within_one_authority_the_set_that_took_effect_last_counts() -> None:
    old = policy("a", begins=date(2023, 8, 1), sla_clue_days=30)
    new = policy("b", begins=date(2024, 1, 1), sla_clue_days=15)
    assert Parameters((new, old), ON).resolve("sla_clue_days") == Resolved(15, "b@1")
    assert Parameters((new, old), date(2023, 12, 31)).value("sla_clue_days") == 30


def test_of_two_sets_of_one_day_the_one_published_later_counts() -> None:
    sets = (policy("a", sla_clue_days=30), policy("b", sla_clue_days=15))
    assert Parameters(sets, ON).value("sla_clue_days") == 15


def test_a_set_counts_from_its_first_to_its_last_day() -> None:
    one = policy(begins=date(2024, 1, 1), ends=date(2024, 12, 31), sla_clue_days=30)
    found = {
        day: Parameters((one,), day).value("sla_clue_days")
        for day in (date(2023, 12, 31), date(2024, 1, 1), date(2024, 12, 31), date(2025, 1, 1))
    }
    assert list(found.values()) == [None, 30, 30, None]


def test_a_newer_version_of_a_policy_replaces_the_whole_older_one() -> None:
    first = policy(sla_clue_days=30, sla_claim_days=60)
    second = policy(version="2", begins=date(2024, 1, 1), sla_clue_days=15)
    found = Parameters((first, second), ON)
    assert (found.value("sla_clue_days"), found.value("sla_claim_days")) == (15, None)
    assert found.version == "city@2"


def test_a_policy_may_replace_another_while_it_is_in_force() -> None:
    old = policy("old", precedence="PROVINCE", sla_clue_days=30)
    new = replace(policy("new", begins=date(2024, 1, 1), sla_clue_days=15), supersedes=("old",))
    assert Parameters((old, new), ON).value("sla_clue_days") == 15
    assert Parameters((old, new), date(2023, 12, 1)).value("sla_clue_days") == 30


def test_a_countys_set_counts_in_that_county_alone() -> None:
    one = policy("county", precedence="COUNTY", county="371502", sla_clue_days=40)
    assert Parameters((one,), ON, "371502").value("sla_clue_days") == 40
    assert Parameters((one,), ON, "371521").value("sla_clue_days") is None
    assert Parameters((one,), ON).value("sla_clue_days") is None


def test_the_version_names_all_sets_in_force_the_highest_first() -> None:
    sets = (policy("city"), policy("state", "7", "STATE"), policy("later", begins=date(2030, 1, 1)))
    assert Parameters(sets, ON).version == "state@7+city@1"
    assert Parameters((), ON).version == DEFAULT


def test_a_value_is_read_in_its_own_type() -> None:
    values = {
        "process_supervised_types": ["PROJECT", "ENTREPRENEURSHIP"],
        "followup_months": [3, 6, 12],
        "transition.notice_date": "2023-07-20",
        "category_fund_matrix": {"VETERAN": ["EMPLOYMENT", "SPECIAL_ACCOUNT"]},
        "claim_deadline.ENTERPRISE": 12,
        "two_per_role": True,
    }
    parsed = parse(values, "CITY")
    assert parsed == {
        "process_supervised_types": frozenset({"PROJECT", "ENTREPRENEURSHIP"}),
        "followup_months": (3, 6, 12),
        "transition.notice_date": date(2023, 7, 20),
        "category_fund_matrix": {"VETERAN": frozenset({"EMPLOYMENT", "SPECIAL_ACCOUNT"})},
        "claim_deadline.ENTERPRISE": 12,
        "two_per_role": True,
    }
    assert {name: read(name, value) for name, value in parsed.items()} == parsed


@pytest.mark.parametrize(
    ("name", "raw", "told"),
    [
        ("sla_clue_day", 30, "没有名为sla_clue_day的参数"),
        ("sla_clue_days", "30", "sla_clue_days应为1至3660的整数（日历日）"),
        ("sla_clue_days", 0, "sla_clue_days应为1至3660的整数（日历日）"),
        ("sla_clue_days", True, "sla_clue_days应为1至3660的整数（日历日）"),
        ("online_share_max", 0.4, "online_share_max应为0至10000的整数（万分之一）"),
        ("online_share_max", 10_001, "online_share_max应为0至10000的整数（万分之一）"),
        ("sod_review", "SOFT", "sod_review应为HARD、FLAG之一"),
        ("sod_review", ["HARD"], "sod_review应为HARD、FLAG之一"),
        ("two_per_role", 1, "two_per_role应为true或false"),
        ("platform_status", "RECOGNISED", "platform_status应为由RECOGNISED、RECOMMENDED组成的列表"),
        ("platform_status", ["X"], "platform_status应为由RECOGNISED、RECOMMENDED组成的列表"),
        ("followup_months", [6, 3], "followup_months应为递增的月数列表"),
        ("followup_months", [], "followup_months应为递增的月数列表"),
        ("followup_months", 3, "followup_months应为递增的月数列表"),
        ("transition.notice_date", "12.7.2023", "transition.notice_date应为日期（YYYY-MM-DD）"),
        ("transition.notice_date", "20230712", "transition.notice_date应为日期（YYYY-MM-DD）"),
        ("transition.notice_date", "2023-02-29", "transition.notice_date应为日期（YYYY-MM-DD）"),
        ("transition.notice_date", 2023, "transition.notice_date应为日期（YYYY-MM-DD）"),
        ("retention_years", 9, "retention_years应为10至100的整数（年）"),
        ("claim_items_max", 301, "claim_items_max应为1至300的整数（项）"),
    ],
)
def test_an_unknown_name_or_an_unfit_value_is_told(name: str, raw: object, told: str) -> None:
    assert [one.zh for one in faults({name: raw}, "STATE")] == [told]


@pytest.mark.parametrize("raw", [[], {"NOBODY": ["UI"]}, {"VETERAN": ["GOLD"]}, {"VETERAN": "UI"}])
def test_a_matrix_takes_known_rows_and_words_only(raw: object) -> None:
    (told,) = faults({"category_fund_matrix": raw}, "CITY")
    assert told.en.startswith("category_fund_matrix takes an object from POV")


def test_what_a_higher_text_fixes_a_city_may_not_change() -> None:
    assert [one.zh for one in faults({"annual_cap": 4}, "CITY")] == [
        "annual_cap须由PROVINCE或更高层级设定"
    ]
    assert faults({"annual_cap": 4}, "PROVINCE") == ()
    assert faults({"publicity_days": 7}, "COUNTY") != ()
    assert faults({"publicity_days": 7}, "CITY") == ()


def test_every_fault_is_told_at_once() -> None:
    with pytest.raises(UnfitParametersError) as told:
        parse({"nothing": 1, "sla_clue_days": 0}, "VILLAGE")
    assert [one.en.split(" ")[0] for one in told.value.faults] == ["unknown", "no", "sla_clue_days"]


def test_an_unfit_value_that_slipped_in_is_never_answered() -> None:
    with pytest.raises(UnfitValueError):
        Parameters((policy(sla_clue_days="soon"),), ON).value("sla_clue_days")


@given(st.lists(st.integers(-3, 40), max_size=5))
def test_months_are_read_exactly_when_ascending_and_positive(months: list[int]) -> None:
    fit = bool(months) and months == sorted(set(months)) and months[0] > 0
    if fit:
        assert Months().read(months) == tuple(months)
    else:
        with pytest.raises(UnfitValueError):
            Months().read(months)
