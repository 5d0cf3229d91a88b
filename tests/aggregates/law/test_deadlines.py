"""Every deadline of the law, with the vectors that the official calendar gives."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from aggregates.law.deadlines import (
    CalendarStatus,
    ClaimMode,
    Deadline,
    Timeliness,
    add_months,
    claim_deadline,
    end_of_day,
    filing_deadline,
    local_date,
    monthly_plan_deadline,
    publicity_deadline,
    retention_deadline,
    schedule_change_deadline,
    trainee_notice_deadline,
)
from aggregates.law.festivals import CalendarRangeError
from aggregates.law.parameters import Parameters, PolicySet
from aggregates.law.seed_calendar import seed_years
from aggregates.law.workdays import WorkCalendar, calendar_of

DAY = timedelta(days=1)
known_days = st.dates(date(2019, 3, 1), date(2026, 5, 31))


@dataclass(frozen=True, slots=True)
class Book:
    """A policy book: calendars and published parameters."""

    calendar: WorkCalendar
    published: tuple[PolicySet, ...] = ()

    def parameter(self, name: str, on: date, *, county: str = "") -> object:
        return Parameters(self.published, on, county).value(name)


def book(*, county: str = "", **values: object) -> Book:
    """Return a book with the seeded years and one published set (``__`` spells the dot)."""
    named = {name.replace("__", "."): one for name, one in values.items()}
    precedence = "COUNTY" if county else "CITY"
    one = PolicySet("p", "1", precedence, date(2000, 1, 1), None, named, county)
    return Book(SEED, (one,) if named else ())


def mode(rule: str, counted: str) -> Book:
    values = {f"workday_count_mode.{rule}": counted}
    return Book(SEED, (PolicySet("p", "1", "CITY", date(2000, 1, 1), None, values),))


SEED = calendar_of(seed_years())
LAW = Book(SEED)


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.rule("FIL-01")
@pytest.mark.parametrize(
    ("start", "latest", "clear"),
    [
        ("2023-07-24", "2023-07-17", "2023-07-14"),
        ("2023-10-09", "2023-09-26", "2023-09-25"),
        ("2024-02-19", "2024-02-06", "2024-02-05"),
        ("2024-05-06", "2024-04-25", "2024-04-24"),
        ("2025-10-09", "2025-09-25", "2025-09-24"),
        ("2026-02-24", "2026-02-10", "2026-02-09"),
    ],
)
def test_a_filing_is_due_five_working_days_before_the_start(
    start: str, latest: str, clear: str
) -> None:
    assert filing_deadline(day(start), LAW).last == day(latest)
    assert filing_deadline(day(start), mode("FIL-01", "CLEAR_DAYS")).last == day(clear)


@pytest.mark.rule("CLM-10")
@pytest.mark.parametrize(
    ("published", "closes", "included"),
    [
        ("2023-09-28", "2023-10-11", "2023-10-10"),
        ("2024-02-08", "2024-02-21", "2024-02-20"),
        ("2024-12-30", "2025-01-07", "2025-01-06"),
        ("2025-09-26", "2025-10-10", "2025-10-09"),
        ("2026-02-13", "2026-02-27", "2026-02-26"),
        ("2021-12-13", "2021-12-20", "2021-12-17"),
        ("2026-12-24", "2026-12-31", "2026-12-30"),
    ],
)
def test_a_publicity_closes_at_the_end_of_the_fifth_working_day(
    published: str, closes: str, included: str
) -> None:
    plain = publicity_deadline(day(published), LAW)
    assert plain.last == day(closes)
    assert plain.closes_at == end_of_day(day(closes))
    assert plain.status is CalendarStatus.FINAL
    counted_in = publicity_deadline(day(published), mode("CLM-10", "EVENT_INCLUDED"))
    assert counted_in.last == day(included)


SESSIONS = [
    ("2023-10-07", "2023-09-28", "2023-10-05"),
    ("2023-10-09", "2023-10-08", "2023-10-07"),
    ("2024-02-18", "2024-02-09", "2024-02-16"),
    ("2025-09-28", "2025-09-26", "2025-09-26"),
]


@pytest.mark.rule("DEL-01")
@pytest.mark.parametrize(("session", "bureau"), [(one[0], one[1]) for one in SESSIONS])
def test_a_change_is_reported_a_working_day_before_the_session(session: str, bureau: str) -> None:
    assert schedule_change_deadline([day(session)], LAW).last == day(bureau)


@pytest.mark.rule("DEL-02")
@pytest.mark.parametrize(("session", "trainees"), [(one[0], one[2]) for one in SESSIONS])
def test_trainees_are_told_two_calendar_days_before_the_session(
    session: str, trainees: str
) -> None:
    assert trainee_notice_deadline([day(session)]).last == day(trainees)


@pytest.mark.rule("DEL-01")
@pytest.mark.rule("DEL-02")
def test_the_earlier_of_the_old_and_the_new_session_counts() -> None:
    sessions = [day("2024-03-20"), day("2024-03-14"), day("2024-03-18")]
    assert schedule_change_deadline(sessions, LAW).last == day("2024-03-13")
    assert trainee_notice_deadline(sessions).last == day("2024-03-12")


@pytest.mark.rule("DEL-01")
@pytest.mark.rule("DEL-02")
def test_a_change_may_keep_the_one_duty_and_break_the_other() -> None:
    # Reported on Wednesday for Thursday: in time for the bureau, too late for the trainees.
    thursday, wednesday = day("2024-03-14"), day("2024-03-13")
    assert schedule_change_deadline([thursday], LAW).judge(wednesday) is Timeliness.IN_TIME
    assert trainee_notice_deadline([thursday]).judge(wednesday) is Timeliness.LATE
    # Told on 2023-10-05 for a make-up Saturday: the other way round.
    saturday, told = day("2023-10-07"), day("2023-10-05")
    assert trainee_notice_deadline([saturday]).judge(told) is Timeliness.IN_TIME
    assert schedule_change_deadline([saturday], LAW).judge(told) is Timeliness.LATE


@pytest.mark.rule("CLM-03")
@pytest.mark.parametrize(
    ("certificate", "ends", "last"),
    [
        ("2023-08-31", "2024-02-29", "2024-02-29"),
        ("2023-08-17", "2024-02-17", "2024-02-18"),
        ("2024-08-30", "2025-02-28", "2025-02-28"),
        ("2025-04-04", "2025-10-04", "2025-10-09"),
    ],
)
def test_a_person_claims_within_six_months(certificate: str, ends: str, last: str) -> None:
    assert add_months(day(certificate), 6) == day(ends)
    found = claim_deadline("PERSON", day(certificate), LAW)
    assert (found.rule, found.last) == ("CLM-03", day(last))


@pytest.mark.rule("CLM-07")
@pytest.mark.parametrize(
    ("certificate", "ends", "last"),
    [
        ("2023-12-31", "2024-02-29", "2024-02-29"),
        ("2023-07-31", "2023-09-30", "2023-10-07"),
        ("2025-08-03", "2025-10-03", "2025-10-09"),
    ],
)
def test_an_agency_claims_within_two_months(certificate: str, ends: str, last: str) -> None:
    assert add_months(day(certificate), 2) == day(ends)
    found = claim_deadline("AGENCY", day(certificate), LAW)
    assert (found.rule, found.last) == ("CLM-07", day(last))


@pytest.mark.rule("CLM-07")
def test_a_granted_extension_counts_and_one_that_shortens_does_not() -> None:
    extended = claim_deadline("AGENCY", day("2024-01-10"), LAW, extended_to=day("2024-06-30"))
    assert extended.last == day("2024-06-30")
    assert extended.explanation.zh.endswith("经同意延期至2024-06-30")
    shorter = claim_deadline("AGENCY", day("2024-01-10"), LAW, extended_to=day("2024-02-01"))
    assert shorter.last == claim_deadline("AGENCY", day("2024-01-10"), LAW).last


@pytest.mark.rule("CLM-05")
def test_an_enterprise_has_no_deadline_unless_the_city_sets_one() -> None:
    free = claim_deadline("ENTERPRISE", day("2020-01-01"), LAW)
    assert (free.last, free.closes_at) == (None, None)
    assert free.judge(day("2030-01-01")) is Timeliness.IN_TIME
    bound = claim_deadline("ENTERPRISE", day("2024-01-15"), book(claim_deadline__ENTERPRISE=12))
    assert bound.last == day("2025-01-15")


@pytest.mark.rule("PLN-01")
@pytest.mark.parametrize(
    ("month", "calendar_day", "working_day"),
    [("2024-03", "2024-02-29", "2024-02-29"), ("2024-07", "2024-06-30", "2024-06-28")],
)
def test_a_plan_is_due_on_the_eve_of_its_month(
    month: str, calendar_day: str, working_day: str
) -> None:
    assert monthly_plan_deadline(month, LAW).last == day(calendar_day)
    by_workday = book(plan_deadline_basis="LAST_WORKDAY")
    assert monthly_plan_deadline(month, by_workday).last == day(working_day)


def test_what_is_no_month_is_told() -> None:
    with pytest.raises(ValueError, match="month"):
        monthly_plan_deadline("2024-13", LAW)


@pytest.mark.rule("ARC-01")
@pytest.mark.parametrize(
    ("closed", "paid", "until"),
    [
        ("2023-12-01", "2024-02-29", "2034-02-28"),
        ("2024-02-29", None, "2034-02-28"),
        ("2024-03-01", "2024-02-29", "2034-03-01"),
        ("2023-12-01", "2023-05-04", "2033-12-01"),
        ("2023-12-01", None, "2033-12-01"),
    ],
)
def test_an_archive_is_kept_ten_years_from_the_later_of_closure_and_money(
    closed: str, paid: str | None, until: str
) -> None:
    found = retention_deadline(day(closed), None if paid is None else day(paid), LAW)
    assert found.last == day(until)


@pytest.mark.rule("ARC-01")
def test_a_city_may_keep_archives_longer() -> None:
    longer = book(retention_years=15)
    assert retention_deadline(day("2024-01-31"), None, longer).last == day("2039-01-31")


def test_a_countys_own_parameter_counts_in_that_county_alone() -> None:
    law = book(county="371502", retention_years=12)
    at_home = retention_deadline(day("2024-01-31"), None, law, county="371502")
    elsewhere = retention_deadline(day("2024-01-31"), None, law, county="371521")
    assert (at_home.last, elsewhere.last) == (day("2036-01-31"), day("2034-01-31"))


def test_a_deadline_explains_itself_in_both_languages() -> None:
    found = filing_deadline(day("2023-10-09"), LAW)
    assert found.explanation.zh == (
        "计划开班日2023-10-09前第5个工作日（当日不计入）：2023-09-26；"
        "跳过休息日2023-09-29至2023-10-06；计入调休上班日2023-10-07至2023-10-08"
    )
    assert found.explanation.en == (
        "working day 5 before the planned start, 2023-10-09 (that day not counted): 2023-09-26; "
        "days of rest skipped: 2023-09-29 to 2023-10-06; "
        "make-up working days counted: 2023-10-07 to 2023-10-08"
    )
    assert found.calendar_version == SEED.version
    assert found.skipped[0] == day("2023-09-29")
    assert found.added == (day("2023-10-07"), day("2023-10-08"))


@pytest.mark.rule("FIL-01")
def test_on_a_provisional_calendar_a_filing_is_never_late() -> None:
    found = filing_deadline(day("2027-02-22"), LAW)
    assert found.status is CalendarStatus.PROVISIONAL
    assert found.last is not None
    assert found.optimistic is not None
    assert found.last < found.optimistic
    assert found.judge(found.last) is Timeliness.IN_TIME
    assert found.judge(found.optimistic) is Timeliness.UNCERTAIN
    assert found.judge(day("2027-02-21")) is Timeliness.UNCERTAIN
    assert "2027年放假安排尚未公布" in found.explanation.zh
    assert "须人工确认" in found.explanation.zh


@pytest.mark.rule("CLM-10")
def test_on_a_provisional_calendar_a_publicity_closes_at_the_later_end() -> None:
    found = publicity_deadline(day("2026-12-30"), LAW)
    assert found.status is CalendarStatus.PROVISIONAL
    assert found.last == day("2027-01-11")
    assert found.optimistic == day("2027-01-05")
    assert found.closes_at == end_of_day(day("2027-01-11"))


@pytest.mark.rule("FIL-01")
def test_an_unpublished_year_that_cannot_matter_leaves_the_deadline_final() -> None:
    found = filing_deadline(day("2027-08-20"), LAW)
    assert (found.status, found.last) == (CalendarStatus.FINAL, day("2027-08-13"))


@pytest.mark.rule("CLM-07")
def test_an_extension_beyond_both_ends_of_a_bracket_is_final() -> None:
    certificate = day("2026-11-01")
    provisional = claim_deadline("AGENCY", certificate, LAW)
    assert provisional.status is CalendarStatus.PROVISIONAL
    extended = claim_deadline("AGENCY", certificate, LAW, extended_to=day("2027-03-01"))
    assert (extended.status, extended.last) == (CalendarStatus.FINAL, day("2027-03-01"))
    between = claim_deadline("AGENCY", certificate, LAW, extended_to=day("2027-01-03"))
    assert between.status is CalendarStatus.PROVISIONAL
    assert between.optimistic == day("2027-01-03")


def test_a_deadline_on_the_last_day_is_in_time_and_a_day_later_late() -> None:
    found = Deadline("X", day("2024-03-01"), filing_deadline(day("2024-03-08"), LAW).explanation)
    assert found.judge(day("2024-03-01")) is Timeliness.IN_TIME
    assert found.judge(day("2024-03-02")) is Timeliness.LATE


def test_a_date_out_of_all_range_is_told() -> None:
    with pytest.raises(CalendarRangeError):
        filing_deadline(day("2150-03-01"), LAW)
    with pytest.raises(CalendarRangeError):
        add_months(date.max, 1)


def test_the_local_date_is_that_of_shanghai() -> None:
    assert local_date(datetime(2024, 2, 29, 15, 59, 59, tzinfo=UTC)) == day("2024-02-29")
    assert local_date(datetime(2024, 2, 29, 16, 0, 0, tzinfo=UTC)) == day("2024-03-01")
    with pytest.raises(ValueError, match="naive"):
        local_date(datetime(2024, 2, 29, 16, 0, 0))  # noqa: DTZ001 - what is refused


def test_a_day_ends_at_midnight_in_shanghai() -> None:
    assert end_of_day(day("2024-12-31")).isoformat() == "2025-01-01T00:00:00+08:00"
    assert local_date(end_of_day(day("2024-12-31")) - timedelta(microseconds=1)) == day(
        "2024-12-31"
    )


@given(known_days, known_days)
def test_a_later_event_never_has_an_earlier_deadline(a: date, b: date) -> None:
    earlier, later = sorted((a, b))
    pairs = [
        (filing_deadline(earlier, LAW).last, filing_deadline(later, LAW).last),
        (publicity_deadline(earlier, LAW).last, publicity_deadline(later, LAW).last),
        (claim_deadline("PERSON", earlier, LAW).last, claim_deadline("PERSON", later, LAW).last),
        (
            schedule_change_deadline([earlier], LAW).last,
            schedule_change_deadline([later], LAW).last,
        ),
    ]
    assert all(x is not None and y is not None and x <= y for x, y in pairs)


@given(known_days, st.sampled_from(["PERSON", "AGENCY"]))
def test_a_claim_period_ends_on_a_working_day_and_never_before_its_months(
    certificate: date, claim_mode: ClaimMode
) -> None:
    months = {"PERSON": 6, "AGENCY": 2, "ENTERPRISE": 0}[claim_mode]
    last = claim_deadline(claim_mode, certificate, LAW).last
    assert last is not None
    assert last >= add_months(certificate, months)
    assert SEED.is_workday(last)


@given(known_days, st.integers(0, 240))
def test_months_keep_the_day_or_take_the_months_last(start: date, months: int) -> None:
    end = add_months(start, months)
    assert (end.year - start.year) * 12 + end.month - start.month == months
    assert end.day == start.day or (end.day < start.day and (end + DAY).day == 1)


@given(known_days)
def test_five_working_days_lie_within_a_publicity(published: date) -> None:
    assume(published < date(2026, 5, 1))
    last = publicity_deadline(published, LAW).last
    assert last is not None
    days = [published + n * DAY for n in range(1, (last - published).days + 1)]
    assert len([one for one in days if SEED.is_workday(one)]) == 5
