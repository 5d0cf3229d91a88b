"""What the class ledger says of a class, told step by step."""

from datetime import date
from typing import Any

import pytest

from projections.class_ledger import CLASS_LEDGER
from projections.model import Moment
from tests.projections import archives
from tests.projections.conftest import Mirror
from tests.projections.entries import Log, at
from tests.projections.filings import DAY, STANDARD_FEN, register_institution
from tests.projections.money import Money
from tests.projections.stories import Story


@pytest.fixture
def log(mirror: Mirror) -> Log:
    """A log of its own, and an empty mirror."""
    mirror.empty()
    return Log()


def row_of(mirror: Mirror, story: Story) -> dict[str, Any]:
    """Fold what is told, and return the row of a class."""
    held = mirror.connection.execute("select coalesce(max(position), 0) from entry").fetchone()
    mirror.write(story.log.entries[held[0] if held else 0 :])
    mirror.fold()
    return mirror.rows(CLASS_LEDGER)[story.one]


def test_a_whole_story_fills_every_column(mirror: Mirror, log: Log) -> None:
    register_institution(log)
    story = Story(log, heads=3).run()
    money = Money(story).run()
    archives.keep(story)

    row = row_of(mirror, story)

    amount = 3 * STANDARD_FEN
    assert row == {
        "class_id": story.one,
        "filing_no": "BQ2403-00001",
        "county": "371502",
        "institution_id": story.institution,
        "institution": "惠明职业培训学校",
        "training_type": "EMPLOYMENT_SKILL",
        "occupation": "4-10-01-05",
        "level": "5",
        "plan_month": None,
        "filed_on": date(2024, 2, 23),
        "approved_on": date(2024, 2, 28),
        "started_on": date(2024, 3, 4),
        "ended_on": date(2024, 3, 11),
        "hours_total": 60,
        "hours_theory": 24,
        "hours_practice": 36,
        "hours_online": 0,
        "heads_filed": 3,
        "heads_trained": 3,
        "heads_passed": 3,
        "heads_certified": 3,
        "heads_claimed": 3,
        "heads_approved": 3,
        "heads_paid": 3,
        "inspections": 1,
        "inspections_double": 1,
        "changes": 0,
        "standard_fen": STANDARD_FEN,
        "claimed_fen": amount,
        "approved_fen": amount,
        "publicised_fen": amount,
        "paid_fen": amount,
        "recovered_fen": 0,
        "fund": "EMPLOYMENT",
        "publicised_from": (money.begun + 7 * DAY).date(),
        "publicised_to": (money.begun + 14 * DAY).date(),
        "objections": 0,
        "status": "CLOSED",
    }


def test_the_status_follows_the_steps(mirror: Mirror, log: Log) -> None:
    story = Story(log)
    steps = (
        (story.file, "FILED"),
        (story.send_back, "RETURNED"),
        (story.refile, "FILED"),
        (story.approve, "APPROVED"),
        (story.start, "RUNNING"),
        (story.complete, "TAUGHT"),
        (story.assess, "ASSESSED"),
    )
    for step, status in steps:
        step()
        assert row_of(mirror, story)["status"] == status
    archives.close(story)
    assert row_of(mirror, story)["status"] == "CLOSED"


def test_a_class_is_not_assessed_while_a_candidate_has_no_result(mirror: Mirror, log: Log) -> None:
    story = Story(log)
    story.complete()
    story.assess()
    log.entries.pop()  # the last candidate's result
    assert row_of(mirror, story)["status"] == "TAUGHT"


def test_a_payment_without_a_filing_is_there(mirror: Mirror, log: Log) -> None:
    story = Story(log)
    Money(story).pay()
    row = row_of(mirror, story)
    assert row["paid_fen"] == 3 * STANDARD_FEN
    assert row["filing_no"] is None
    assert row["status"] == "UNKNOWN"


def test_a_class_filed_before_its_institution_is_named_gets_the_name(
    mirror: Mirror, log: Log
) -> None:
    story = Story(log)
    story.file()
    assert row_of(mirror, story)["institution"] is None
    register_institution(log, name="新桥职业培训中心")
    assert row_of(mirror, story)["institution"] == "新桥职业培训中心"


def test_the_date_on_late_paper_does_not_count_as_the_day_of_filing(
    mirror: Mirror, log: Log
) -> None:
    story = Story(log, channel="import")
    story.file(at(date(2024, 3, 1)), declared_on=date(2024, 2, 20))
    assert row_of(mirror, story)["filed_on"] == date(2024, 3, 1)


def test_history_from_before_the_ledger_has_the_date_on_its_paper(mirror: Mirror, log: Log) -> None:
    story = Story(log, channel="migration")
    story.file(at(date(2024, 3, 1)), declared_on=date(2022, 2, 20))
    assert row_of(mirror, story)["filed_on"] == date(2022, 2, 20)


def test_what_is_published_again_counts_once(mirror: Mirror, log: Log) -> None:
    money = Money(Story(log))
    money.publish()
    money.republish(2)
    assert row_of(mirror, money.story)["publicised_fen"] == 3 * STANDARD_FEN


def test_the_last_submission_of_a_claim_counts(mirror: Mirror, log: Log) -> None:
    money = Money(Story(log))
    money.submit()
    money.resubmit(heads=2)
    row = row_of(mirror, money.story)
    assert (row["heads_claimed"], row["claimed_fen"]) == (2, 2 * STANDARD_FEN)


def test_two_claims_of_a_class_add_up(mirror: Mirror, log: Log) -> None:
    story = Story(log)
    Money(story).submit()
    Money(story, number=2).submit()
    assert row_of(mirror, story)["claimed_fen"] == 6 * STANDARD_FEN


def test_a_deferred_resolution_approves_nothing_and_takes_nothing_back(
    mirror: Mirror, log: Log
) -> None:
    money = Money(Story(log))
    money.submit()
    money.resolve("DEFER")
    assert row_of(mirror, money.story)["approved_fen"] == 0
    money.resolve()
    money.resolve("DEFER")
    assert row_of(mirror, money.story)["approved_fen"] == 3 * STANDARD_FEN


def test_one_who_left_is_not_counted_as_trained(mirror: Mirror, log: Log) -> None:
    story = Story(log)
    story.enrol()
    story.withdraw()
    assert row_of(mirror, story)["heads_trained"] == 2


def test_an_inspection_by_one_is_no_double_one(mirror: Mirror, log: Log) -> None:
    story = Story(log)
    story.inspect(1)
    story.inspect(2)
    row = row_of(mirror, story)
    assert (row["inspections"], row["inspections_double"]) == (2, 1)


def test_as_of_a_position_it_says_what_was_known_then(mirror: Mirror, log: Log) -> None:
    story = Story(log)
    story.file()
    approved = story.approve()
    Money(story).run()
    row_of(mirror, story)
    then = mirror.rows_then(CLASS_LEDGER, Moment(approved))[story.one]
    assert then["status"] == "APPROVED"
    assert then["paid_fen"] == 0


def test_as_of_a_business_date_it_says_what_had_happened_then(mirror: Mirror, log: Log) -> None:
    story = Story(log).run()
    money = Money(story).run()
    row_of(mirror, story)
    paid_on = (money.begun + 21 * DAY).date()
    last = len(log.entries)

    before = mirror.rows_then(CLASS_LEDGER, Moment(last, paid_on - DAY))[story.one]
    after = mirror.rows_then(CLASS_LEDGER, Moment(last, paid_on))[story.one]

    assert (before["paid_fen"], after["paid_fen"]) == (0, 3 * STANDARD_FEN)
    assert before["approved_fen"] == after["approved_fen"]
    assert mirror.rows_then(CLASS_LEDGER, Moment(last, story.first - 11 * DAY)) == {}


def test_no_column_speaks_of_risk() -> None:
    assert not [name for name in CLASS_LEDGER.columns if "risk" in name or "signal" in name]
