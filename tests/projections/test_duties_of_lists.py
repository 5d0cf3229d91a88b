"""Duties about plans and lists that are to be published, and several duties about one thing."""

from datetime import date

import pytest

from aggregates.subject import Subject
from projections.duties import queries
from tests.projections import owing
from tests.projections.conftest import Mirror
from tests.projections.duty_oracle import duties
from tests.projections.entries import Log, at
from tests.projections.filings import INSTITUTION
from tests.projections.money import Money
from tests.projections.stories import Story
from tests.projections.test_duties import only, rows, told


@pytest.fixture
def log(mirror: Mirror) -> Log:
    """A log of its own, and an empty mirror."""
    mirror.empty()
    return Log()


@pytest.mark.rule("PLN-03")
def test_county_and_city_each_owe_the_publication_of_what_was_aggregated(
    mirror: Mirror, log: Log
) -> None:
    owing.aggregate(log, "2024-04", on=at(date(2024, 3, 29)))
    found = {one["county"]: told(one) for one in rows(mirror, log, "PLN-03")}
    assert found == {"371502": ("UNSET", None), "371500": ("UNSET", None)}

    owing.publish_plan(log, "2024-04")
    owing.publish_plan(log, "2024-05", "CITY")

    found = {one["county"]: told(one) for one in rows(mirror, log, "PLN-03")}
    assert found == {"371502": ("KEPT", None), "371500": ("UNSET", None)}


@pytest.mark.rule("INS-10")
def test_a_body_that_was_listed_stands_in_a_published_list_within_the_days_set(
    mirror: Mirror, log: Log
) -> None:
    owing.list_body(log, on=at(date(2024, 3, 1)))
    assert told(only(mirror, log, "INS-10")) == ("UNSET", None)
    owing.publish(log, {"sla_listing_update_days": 10})
    row = only(mirror, log, "INS-10")
    assert told(row) == ("OPEN", date(2024, 3, 11))
    assert (row["owed_by"], row["subject_id"]) == ("AUTHORITY", INSTITUTION)
    owing.publish_catalogue(log, "创业", on=at(date(2024, 3, 5)))
    assert told(only(mirror, log, "INS-10")) == ("OPEN", date(2024, 3, 11))
    owing.publish_catalogue(log, "就业技能", on=at(date(2024, 3, 12)))
    assert told(only(mirror, log, "INS-10")) == ("LATE", date(2024, 3, 11))
    assert rows(mirror, log, "INS-40") == []


@pytest.mark.rule("INS-40")
def test_an_entrepreneurship_body_is_owed_its_place_in_the_list_without_a_time(
    mirror: Mirror, log: Log
) -> None:
    owing.list_body(log, "创业", on=at(date(2024, 3, 1)))
    row = only(mirror, log, "INS-40")
    assert (told(row), row["org"]) == (("UNSET", None), "371500")
    owing.publish_catalogue(log, "创业")
    assert told(only(mirror, log, "INS-40")) == ("KEPT", None)


@pytest.mark.rule("CLM-11")
def test_each_of_two_objections_has_its_own_record_of_a_miss(mirror: Mirror, log: Log) -> None:
    owing.publish(log)
    owing.calendar(log)
    money = Money(Story(log))
    day = date(2024, 4, 16)
    log.now = at(date(2024, 3, 30))
    for number in (1, 2):
        owing.look_into(money, number, due_on=day, on=at(date(2024, 4, 1)))
    subject = Subject(publicity_id=money.publicity_id)
    (first, second) = rows(mirror, log, "CLM-11")
    assert (first["due_on"], second["due_on"]) == (date(2024, 4, 16), date(2024, 4, 16))

    owing.miss(log, "CLM-11", day, subject, ref="YY-1")

    first, second = rows(mirror, log, "CLM-11")
    assert (first["ref"], told(first)) == ("YY-1", ("MISSED", day))
    assert (second["ref"], told(second)) == ("YY-2", ("OPEN", day))
    assert second["missed_at"] is None
    over = queries.over(mirror.connection, date(2024, 5, 1))
    assert [one.ref for one in over if one.rule_id == "CLM-11"] == ["YY-2"]
    expected = duties(log.entries)
    assert [expected[one["duty_id"]] for one in (first, second)] == [first, second]


@pytest.mark.rule("CLM-11")
def test_a_miss_of_before_records_said_which_tells_of_all_alike(mirror: Mirror, log: Log) -> None:
    owing.publish(log)
    owing.calendar(log)
    money = Money(Story(log))
    day = date(2024, 4, 16)
    log.now = at(date(2024, 3, 30))
    for number in (1, 2):
        owing.look_into(money, number, due_on=day, on=at(date(2024, 4, 1)))

    owing.miss(log, "CLM-11", day, Subject(publicity_id=money.publicity_id))

    assert [told(one) for one in rows(mirror, log, "CLM-11")] == [("MISSED", day)] * 2
