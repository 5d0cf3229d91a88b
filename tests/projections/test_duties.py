"""Who owes what by which day: each rule that is coded, kept, missed, held up, withdrawn, moved."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from aggregates.law.deadlines import SHANGHAI
from aggregates.monthly_plan.commands import aggregate_id, plan_id
from aggregates.subject import Subject
from projections.duties import DUTIES, queries
from tests.projections import owing
from tests.projections.conftest import Mirror
from tests.projections.entries import Log, at
from tests.projections.filings import COUNTY, DAY, INSTITUTION, register_institution
from tests.projections.money import Money
from tests.projections.stories import Story

STEP = {"sla_step_days.filing": 5, "sla_step_days.acceptance": 5, "sla_step_days.objection": 5}


@pytest.fixture
def log(mirror: Mirror) -> Log:
    """A log of its own, and an empty mirror."""
    mirror.empty()
    return Log()


def rows(mirror: Mirror, log: Log, rule_id: str) -> list[dict[str, Any]]:
    """Fold what is told, and return the duties of a rule, the soonest first."""
    held = mirror.connection.execute("select coalesce(max(position), 0) from entry").fetchone()
    mirror.write(log.entries[held[0] if held else 0 :])
    mirror.fold()
    found = [one for one in mirror.rows(DUTIES).values() if one["rule_id"] == rule_id]
    return sorted(found, key=lambda one: (one["due_on"] or date.max, one["ref"]))


def only(mirror: Mirror, log: Log, rule_id: str) -> dict[str, Any]:
    """Return the one duty of a rule."""
    (row,) = rows(mirror, log, rule_id)
    return row


def told(row: dict[str, Any]) -> tuple[str, date | None]:
    """Return how a duty stands, and by when it is due."""
    return row["state"], row["due_on"]


@pytest.mark.rule("PLN-01")
def test_whoever_files_a_class_of_a_month_owes_the_plan_of_it_by_the_end_of_the_month_before(
    mirror: Mirror, log: Log
) -> None:
    register_institution(log)
    Story(log).file()
    row = only(mirror, log, "PLN-01")
    assert told(row) == ("OPEN", date(2024, 2, 29))
    assert row["subject_id"] == plan_id(INSTITUTION, COUNTY, "2024-03")
    assert (row["owed_by"], row["org"]) == ("INSTITUTION", "91371500MA3C00000X")
    owing.plan(log, "2024-03", on=at(date(2024, 2, 29), 23, 59))
    assert only(mirror, log, "PLN-01")["state"] == "KEPT"


@pytest.mark.rule("PLN-01")
def test_a_plan_that_comes_a_minute_after_midnight_is_late(mirror: Mirror, log: Log) -> None:
    owing.plan(log, "2024-03", on=at(date(2024, 3, 1), 0, 1))
    assert told(only(mirror, log, "PLN-01")) == ("LATE", date(2024, 2, 29))


@pytest.mark.rule("PLN-01")
def test_a_plan_without_any_class_is_owed_by_nobody(mirror: Mirror, log: Log) -> None:
    owing.plan(log, "2024-03", on=at(date(2024, 3, 5)), classes=0)
    assert rows(mirror, log, "PLN-01") == []


@pytest.mark.rule("PLN-01")
def test_where_the_last_working_day_counts_the_calendar_decides_and_none_is_guessed(
    mirror: Mirror, log: Log
) -> None:
    owing.publish(log, {"plan_deadline_basis": "LAST_WORKDAY"})
    owing.plan(log, "2024-12", on=at(date(2024, 11, 30)))  # a Saturday
    assert told(only(mirror, log, "PLN-01")) == ("KEPT", None)
    Story(log, first=date(2025, 2, 10)).file(at(date(2024, 12, 31)))
    assert [one["state"] for one in rows(mirror, log, "PLN-01")] == ["KEPT", "PROVISIONAL"]
    owing.calendar(log, 2024)
    owing.calendar(log, 2025)
    late, spring = rows(mirror, log, "PLN-01")
    assert told(late) == ("LATE", date(2024, 11, 29))
    assert told(spring) == ("OPEN", date(2025, 1, 27))  # the festival begins on the 28th
    assert spring["calendar_version"].startswith("2024-2025.")


def test_history_and_what_the_notice_did_not_ask_for_yet_open_no_duty(
    mirror: Mirror, log: Log
) -> None:
    log.now = datetime(2023, 6, 1, 9, tzinfo=SHANGHAI)
    owing.plan(log, "2023-07")
    Story(log, 2, channel="migration").run()
    mirror.write(log.entries)
    mirror.fold()
    assert mirror.rows(DUTIES) == {}


@pytest.mark.rule("PLN-02")
def test_the_county_aggregates_within_the_days_that_are_set_once_a_plan_came(
    mirror: Mirror, log: Log
) -> None:
    owing.plan(log, "2024-03", on=at(date(2024, 2, 28)))
    row = only(mirror, log, "PLN-02")
    assert told(row) == ("UNSET", None)
    assert (row["owed_by"], row["org"]) == ("AUTHORITY", COUNTY)
    assert row["subject_id"] == aggregate_id(COUNTY, "2024-03")
    owing.publish(log)
    assert told(only(mirror, log, "PLN-02")) == ("OPEN", date(2024, 3, 5))
    owing.aggregate(log, "2024-03", on=at(date(2024, 3, 6)))
    assert only(mirror, log, "PLN-02")["state"] == "LATE"


@pytest.mark.rule("PLN-02")
def test_the_word_of_the_province_goes_first_and_a_county_may_speak_for_itself(
    mirror: Mirror, log: Log
) -> None:
    owing.publish(log)
    owing.plan(log, "2024-03", on=at(date(2024, 2, 28)))
    owing.publish(
        log,
        {"plan_aggregate_deadline": 2},
        policy="P2",
        precedence="COUNTY",
        county=COUNTY,
    )
    assert only(mirror, log, "PLN-02")["days"] == 5
    owing.publish(log, {}, policy="P3", precedence="CITY", supersedes=("P1",))
    assert only(mirror, log, "PLN-02")["days"] == 2
    owing.publish(log, {"plan_aggregate_deadline": 9}, policy="P4", precedence="PROVINCE")
    assert only(mirror, log, "PLN-02")["days"] == 9
    owing.publish(
        log,
        {"plan_aggregate_deadline": 1},
        policy="P4",
        precedence="PROVINCE",
        since=date(2024, 3, 1),
    )
    assert only(mirror, log, "PLN-02")["days"] == 9


@pytest.mark.rule("DEL-02")
def test_trainees_are_told_of_another_time_two_days_before_the_session(
    mirror: Mirror, log: Log
) -> None:
    story = Story(log)
    story.reschedule(7, fields=("TIME",), on=at(date(2024, 3, 4)))  # a session of the 7th
    story.reschedule(9, fields=("COURSE",), on=at(date(2024, 3, 4)))
    row = only(mirror, log, "DEL-02")
    assert told(row) == ("OPEN", date(2024, 3, 5))
    owing.notify(story, row["ref"], on=at(date(2024, 3, 5), 18))
    assert only(mirror, log, "DEL-02")["state"] == "KEPT"


@pytest.mark.rule("DEL-02")
def test_a_change_that_is_reported_on_the_eve_comes_too_late_for_telling(
    mirror: Mirror, log: Log
) -> None:
    story = Story(log)
    story.reschedule(7, fields=("PLACE",), on=at(date(2024, 3, 6)))
    row = only(mirror, log, "DEL-02")
    owing.notify(story, row["ref"], on=at(date(2024, 3, 6), 10))
    assert told(only(mirror, log, "DEL-02")) == ("LATE", date(2024, 3, 5))


def _supervised(log: Log) -> Story:
    story = Story(log)
    story.file()
    story.approve(supervision="PROCESS")
    return story


@pytest.mark.rule("DEL-05")
def test_a_class_under_process_supervision_is_inspected_by_two_before_it_ends(
    mirror: Mirror, log: Log
) -> None:
    story = _supervised(log)
    assert rows(mirror, log, "DEL-05") == []  # it may never start
    story.start()
    row = only(mirror, log, "DEL-05")
    assert told(row) == ("OPEN", story.last.date())
    assert (row["owed_by"], row["org"]) == ("AUTHORITY", "371502-HR")
    story.inspect(1)
    assert only(mirror, log, "DEL-05")["state"] == "OPEN"
    story.inspect(2)
    assert only(mirror, log, "DEL-05")["state"] == "KEPT"


@pytest.mark.rule("DEL-05")
def test_the_last_day_moves_with_the_timetable_and_is_over_with_the_teaching(
    mirror: Mirror, log: Log
) -> None:
    story = _supervised(log)
    story.start()
    later = at(date(2024, 3, 20))
    story.reschedule(
        16, change="ADD", on=at(date(2024, 3, 5)), starts_at=later, ends_at=later + 3 * DAY / 24
    )
    assert told(only(mirror, log, "DEL-05")) == ("OPEN", date(2024, 3, 20))
    story.complete()
    assert told(only(mirror, log, "DEL-05")) == ("OPEN", story.last.date())


@pytest.mark.rule("DEL-05")
def test_an_ordinary_class_is_owed_no_inspection(mirror: Mirror, log: Log) -> None:
    Story(log).run()
    assert rows(mirror, log, "DEL-05") == []


@pytest.mark.rule("CRT-03")
def test_each_certificate_is_delivered_within_the_days_that_are_set(
    mirror: Mirror, log: Log
) -> None:
    owing.publish(log)
    story = Story(log, heads=2)
    story.certify()
    due = owing.later((story.last + 2 * DAY).date(), 30)
    assert [told(one) for one in rows(mirror, log, "CRT-03")] == [("OPEN", due)] * 2
    owing.deliver(story, 0, on=at(due, 20))
    owing.deliver(story, 1, on=at(owing.later(due, 1)))
    states = {one["subject_id"]: one["state"] for one in rows(mirror, log, "CRT-03")}
    assert states == {story.enrolments[0]: "KEPT", story.enrolments[1]: "LATE"}


def _accepted(log: Log, heads: int = 3) -> Money:
    """Return a claim that was accepted on the 17th of March 2024."""
    owing.publish(log)
    money = Money(Story(log, heads=heads))
    money.submit()
    money.accept()
    return money


@pytest.mark.rule("ELG-21")
def test_a_claim_is_paid_whole_within_the_days_from_its_acceptance(
    mirror: Mirror, log: Log
) -> None:
    money = _accepted(log)
    accepted = (money.begun + DAY).date()
    due = owing.later(accepted, 90)
    assert told(only(mirror, log, "ELG-21")) == ("OPEN", due)
    money.disallow(1)
    money.pay(money.amount * 2 // 3)
    row = only(mirror, log, "ELG-21")
    assert told(row) == ("KEPT", due)
    assert row["kept_at"].date() == (money.begun + timedelta(days=21)).date()


@pytest.mark.rule("ELG-21")
def test_what_may_not_be_paid_yet_is_not_owed_and_extends_the_time(
    mirror: Mirror, log: Log
) -> None:
    money = _accepted(log)
    accepted = (money.begun + DAY).date()
    owing.hold(money, 1, 2, on=at(owing.later(accepted, 10)))
    owing.hold(money, 2, number="2", on=at(owing.later(accepted, 12)))
    assert only(mirror, log, "ELG-21")["state"] == "SUSPENDED"
    owing.free(money, 1, 2, on=at(owing.later(accepted, 15)))
    assert only(mirror, log, "ELG-21")["state"] == "SUSPENDED"
    owing.free(money, 2, number="2", on=at(owing.later(accepted, 20)))
    row = only(mirror, log, "ELG-21")
    assert told(row) == ("OPEN", owing.later(accepted, 100))
    assert row["held_days"] == 10


@pytest.mark.rule("ELG-21")
def test_a_hold_of_items_that_are_taken_off_ends_with_them(mirror: Mirror, log: Log) -> None:
    money = _accepted(log)
    owing.hold(money, 1, on=at((money.begun + 5 * DAY).date()))
    money.disallow(1)
    assert only(mirror, log, "ELG-21")["state"] == "OPEN"


@pytest.mark.rule("ELG-21")
def test_a_claim_that_goes_back_owes_nothing_until_it_is_accepted_again(
    mirror: Mirror, log: Log
) -> None:
    money = _accepted(log)
    money.send_back()
    assert only(mirror, log, "ELG-21")["state"] == "WITHDRAWN"
    log.now = at(date(2024, 5, 6))
    money.accept()
    row = only(mirror, log, "ELG-21")
    assert told(row) == ("OPEN", owing.later(date(2024, 5, 6), 90))
    money.refuse()
    assert only(mirror, log, "ELG-21")["state"] == "WITHDRAWN"


@pytest.mark.rule("CLM-11")
def test_an_objection_is_decided_within_working_days_by_the_calendar_in_force(
    mirror: Mirror, log: Log
) -> None:
    owing.publish(log)
    money = Money(Story(log))
    log.now = at(date(2024, 3, 30))
    owing.look_into(money, due_on=date(2024, 4, 17), on=at(date(2024, 4, 1)))
    assert told(only(mirror, log, "CLM-11")) == ("PROVISIONAL", None)
    owing.calendar(log)
    row = only(mirror, log, "CLM-11")
    # Tomb-sweeping rests from the 4th to the 6th, and Sunday the 7th works.
    assert told(row) == ("OPEN", date(2024, 4, 16))
    assert row["told_on"] == date(2024, 4, 17)
    assert [one.duty_id for one in queries.moved(mirror.connection)] == [row["duty_id"]]
    owing.decide(money, on=at(date(2024, 4, 16), 23))
    assert only(mirror, log, "CLM-11")["state"] == "KEPT"
    assert queries.moved(mirror.connection) == []  # what was decided stays decided


@pytest.mark.rule("CLM-11")
def test_a_year_that_is_not_published_is_waited_for(mirror: Mirror, log: Log) -> None:
    owing.publish(log)
    owing.calendar(log)
    money = Money(Story(log))
    log.now = at(date(2024, 12, 20))
    owing.look_into(money, due_on=date(2025, 1, 10))
    assert told(only(mirror, log, "CLM-11")) == ("PROVISIONAL", None)
    assert queries.over(mirror.connection, date(2025, 3, 1)) == []
    owing.calendar(log, 2025)
    assert told(only(mirror, log, "CLM-11")) == ("OPEN", date(2025, 1, 6))
    (over,) = queries.over(mirror.connection, date(2025, 1, 7))
    assert over.due_on == date(2025, 1, 6)
    assert queries.over(mirror.connection, date(2025, 1, 6)) == []


@pytest.mark.rule("CLM-11")
def test_a_miss_that_was_recorded_stays_and_the_day_that_holds_now_stands_beside_it(
    mirror: Mirror, log: Log
) -> None:
    owing.publish(log)
    owing.calendar(log)
    money = Money(Story(log))
    log.now = at(date(2024, 3, 30))
    told_day, day = date(2024, 4, 16), date(2024, 4, 15)
    owing.look_into(money, due_on=told_day, on=at(date(2024, 4, 1)))
    subject = Subject(publicity_id=money.publicity_id)
    owing.miss(log, "CLM-11", told_day, subject)
    missed = only(mirror, log, "CLM-11")
    assert told(missed) == ("MISSED", told_day)
    assert queries.over(mirror.connection, date(2024, 6, 1)) == []

    owing.calendar(log, without=(date(2024, 4, 5),))

    row = only(mirror, log, "CLM-11")
    assert told(row) == ("OPEN", day)
    assert (row["missed_at"], row["missed_due_on"]) == (missed["missed_at"], told_day)
    assert [one.told_on for one in queries.moved(mirror.connection)] == [told_day]
    owing.recompute(log, "CLM-11", told_day, day, subject)
    assert only(mirror, log, "CLM-11")["recomputed_at"] is not None
    assert queries.moved(mirror.connection) == []


@pytest.mark.rule("SUP-24")
def test_a_step_without_a_time_is_shown_as_unset_and_never_missed(mirror: Mirror, log: Log) -> None:
    Story(log).file()
    assert told(only(mirror, log, "SUP-24")) == ("UNSET", None)
    assert queries.over(mirror.connection, date(2030, 1, 1)) == [
        one for one in queries.over(mirror.connection, date(2030, 1, 1)) if one.rule_id != "SUP-24"
    ]


@pytest.mark.rule("SUP-24")
def test_every_step_is_answered_within_the_days_set_and_anew_each_time_it_is_entered(
    mirror: Mirror, log: Log
) -> None:
    owing.publish(log, STEP)
    story = Story(log)
    story.file()
    filed = (story.first - 10 * DAY).isoformat()
    assert told(only(mirror, log, "SUP-24")) == (
        "OPEN",
        owing.later(date.fromisoformat(filed), 5),
    )
    story.send_back()
    assert only(mirror, log, "SUP-24")["state"] == "KEPT"
    log.now = at(date(2024, 2, 26))
    story.refile()
    assert told(only(mirror, log, "SUP-24")) == ("OPEN", date(2024, 3, 2))
    story.approve(at(date(2024, 3, 3)))
    assert only(mirror, log, "SUP-24")["state"] == "LATE"


@pytest.mark.rule("SUP-24")
def test_claims_and_objections_wait_for_their_acceptance(mirror: Mirror, log: Log) -> None:
    owing.publish(log, STEP)
    money = Money(Story(log))
    money.submit()
    money.accept()
    money.object_to(1, on=at(date(2024, 4, 1)))
    money.object_to(2, on=at(date(2024, 4, 2)))
    money.dismiss(1)
    found = rows(mirror, log, "SUP-24")
    assert [(one["subject_kind"], one["ref"], one["state"]) for one in found] == [
        ("claim", "", "KEPT"),
        ("publicity", "YY-1", "KEPT"),
        ("publicity", "YY-2", "OPEN"),
    ]
