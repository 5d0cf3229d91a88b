"""Parameters: who publishes which, what is refused, what then counts."""

from datetime import date
from typing import Any

import pytest

from aggregates.law.named_parameters import PARAMETERS
from aggregates.law.parameters import default_of
from aggregates.policy_book.commands import PublishPolicySet
from aggregates.policy_book.facts import PolicySetPublished, Row, Setting
from aggregates.policy_book.settings import setting, values_of
from tests.aggregates.harness import COUNTY, Outcome, Scene
from tests.aggregates.policy_book.samples import book, seeded

DAY = date(2024, 1, 1)
EVERY_DELEGATED = tuple(
    setting(f"{one.stem}.ACCEPT" if one.is_family else one.name, value)
    for one in PARAMETERS.values()
    if one.per_city
    for value in [{"RURAL": frozenset({"EMPLOYMENT"})} if one.name == "category_fund_matrix" else 9]
)


def command(**changes: Any) -> PublishPolicySet:  # noqa: ANN401 - fields of the command
    fields: dict[str, Any] = {
        "policy_id": "细则",
        "version": "2024",
        "doc_no": "聊人社发〔2024〕1号",
        "title": "补贴性职业技能培训实施细则",
        "precedence": "CITY",
        "effective_from": DAY,
        "parameters": EVERY_DELEGATED,
        **changes,
    }
    return PublishPolicySet(**fields)


def publish(scene: Scene, role: str = "CITY_HR", **changes: Any) -> Outcome:  # noqa: ANN401 - any value fits here
    return scene.when(command(**changes), now="2023-12-20", role=role)


def one(name: str, value: Any) -> tuple[Setting, ...]:  # noqa: ANN401 - any kind of value
    return (Setting(name=name, value=value),)


@pytest.mark.rule("TRN-04")
@pytest.mark.rule("SUP-29")
def test_the_city_sets_all_that_is_left_to_it_without_findings() -> None:
    answer = publish(seeded())
    fact = answer.fact(PolicySetPublished)
    assert answer.findings() == set()
    law = book(seeded(fact)).law
    assert law.parameter("sla_claim_days", date(2023, 12, 31)) is None
    assert law.parameter("sla_claim_days", DAY) == 9
    assert law.parameter("category_fund_matrix", DAY) == {"RURAL": {"EMPLOYMENT"}}
    assert law.version == "p2.c0.w8"


@pytest.mark.rule("SUP-29")
def test_what_the_city_leaves_unset_is_its_finding() -> None:
    answer = publish(seeded(), parameters=one("sla_claim_days", 30))
    fact = answer.fact(PolicySetPublished)
    assert answer.findings() == {"SUP-29"}
    assert "sla_clue_days" in fact.findings[0].detail
    assert "sla_claim_days" not in fact.findings[0].detail


@pytest.mark.rule("SUP-29")
def test_what_another_set_of_the_city_holds_already_is_no_finding() -> None:
    first = publish(seeded()).fact(PolicySetPublished)
    again = publish(seeded(first), version="2025", parameters=one("sla_claim_days", 30))
    assert again.findings() == set()


@pytest.mark.rule("TRN-04")
def test_a_city_cannot_set_what_the_province_says() -> None:
    publish(seeded(), parameters=one("annual_cap", 5)).then_refused("TRN-04")
    publish(seeded(), parameters=one("annual_cap", 5), precedence="PROVINCE").granted()


@pytest.mark.rule("TRN-04")
def test_a_county_publishes_its_own_sets_only() -> None:
    shorter = one("sla_claim_days", 20)
    publish(seeded(), "COUNTY_HR", parameters=shorter).then_refused("TRN-04")
    own = {"precedence": "COUNTY", "county_code": COUNTY, "parameters": shorter}
    fact = publish(seeded(), "COUNTY_HR", **own).fact(PolicySetPublished)
    law = book(seeded(fact)).law
    assert law.parameter("sla_claim_days", DAY, county=COUNTY) == 20
    assert law.parameter("sla_claim_days", DAY, county="371503") is None


@pytest.mark.rule("TRN-04")
def test_a_set_of_a_county_names_it_and_no_other_set_does() -> None:
    publish(seeded(), precedence="COUNTY").then_refused("TRN-04")
    publish(seeded(), county_code=COUNTY).then_refused("TRN-04")


@pytest.mark.rule("TRN-04")
@pytest.mark.rule("TRN-03")
def test_the_word_of_the_province_goes_before_that_of_the_city() -> None:
    city = publish(seeded(), parameters=one("online_share_max", 5000)).fact(PolicySetPublished)
    province = publish(
        seeded(city),
        policy_id="72号",
        precedence="PROVINCE",
        parameters=one("online_share_max", 3000),
    ).fact(PolicySetPublished)
    assert book(seeded(city)).law.parameter("online_share_max", DAY) == 5000
    assert book(seeded(city, province)).law.parameter("online_share_max", DAY) == 3000


@pytest.mark.rule("TRN-03")
def test_a_later_set_that_supersedes_an_earlier_one_leaves_nothing_of_it() -> None:
    first = publish(seeded()).fact(PolicySetPublished)
    second = publish(
        seeded(first),
        policy_id="新细则",
        supersedes=("细则",),
        parameters=one("sla_claim_days", 15),
        effective_from=date(2025, 1, 1),
    ).fact(PolicySetPublished)
    law = book(seeded(first, second)).law
    assert law.parameter("sla_clue_days", DAY) == 9
    assert law.parameter("sla_clue_days", date(2025, 1, 1)) is None
    assert law.parameter("sla_claim_days", date(2025, 1, 1)) == 15


@pytest.mark.parametrize(
    "wrong",
    [
        one("no_such_parameter", 1),
        one("sla_claim_days", 0),
        one("sla_claim_days", "十天"),
        one("retention_years", 9),
        one("followup_months", (6, 3)),
        one("process_supervised_types", ("PROJECT", "SLEEPING")),
        one("transition.notice_date", "2023-02-30"),
        one("category_fund_matrix", (Row(name="RURAL", words=("LOTTERY",)),)),
        one("sla_claim_days", 5) + one("sla_claim_days", 6),
    ],
)
def test_a_parameter_that_does_not_exist_or_does_not_fit_is_refused(
    wrong: tuple[Setting, ...],
) -> None:
    publish(seeded(), parameters=wrong).then_refused("LIFECYCLE")


def test_a_version_is_published_once_and_ends_after_it_begins() -> None:
    fact = publish(seeded()).fact(PolicySetPublished)
    publish(seeded(fact)).then_refused("LIFECYCLE")
    publish(seeded(), effective_to=date(2023, 12, 31)).then_refused("LIFECYCLE")
    publish(seeded(), supersedes=("从未发布",)).then_refused("LIFECYCLE")


def test_history_with_an_unfit_parameter_is_recorded_and_counts_for_nothing() -> None:
    asked = command(parameters=one("retention_years", 5), version="旧")
    answer = seeded().when(asked, now="2023-12-20", role="CITY_HR", as_facts=True)
    fact = answer.fact(PolicySetPublished)
    assert "LIFECYCLE" in {f.rule for f in fact.findings}
    assert book(seeded(fact)).law.parameter("retention_years", DAY) == 10


def test_a_new_book_holds_the_defaults_of_the_notice_from_its_date() -> None:
    law = book(seeded()).law
    assert law.version == "p1.c0.w8"
    assert law.policies[0].effective_from == date(2023, 7, 12)
    for name, value in law.policies[0].values.items():
        assert value == default_of(name), name
    assert "annual_cap" not in law.policies[0].values


def test_settings_come_back_as_they_went() -> None:
    values: dict[str, Any] = {
        "followup_months": (3, 6),
        "process_supervised_types": frozenset({"PROJECT", "ENTREPRENEURSHIP"}),
        "category_fund_matrix": {"RURAL": frozenset({"UI", "OTHER"})},
        "transition.notice_date": date(2023, 7, 12),
        "two_per_role": True,
        "annual_cap": 3,
        "repeat_window": "CALENDAR_YEAR",
    }
    carried = tuple(setting(name, value) for name, value in values.items())
    plain = values_of(carried)
    for name, value in values.items():
        declared = PARAMETERS[name]
        assert declared.kind.read(plain[name]) == value
