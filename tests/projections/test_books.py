"""What persons were granted, what the funds hold, what the archives keep: told step by step."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import pytest
from psycopg import AsyncConnection

from projections.archive import ARCHIVE
from projections.archive import queries as archive
from projections.class_ledger import CLASS_LEDGER
from projections.entitlements import queries as entitlements
from projections.funds import queries as funds
from projections.model import Moment
from projections.trail import queries as trails
from tests.projections import archives
from tests.projections.conftest import Mirror
from tests.projections.entries import Log
from tests.projections.filings import STANDARD_FEN
from tests.projections.money import ACCOUNT, Money, allocate
from tests.projections.stories import Story


@pytest.fixture
def log(mirror: Mirror) -> Log:
    """A log of its own, and an empty mirror."""
    mirror.empty()
    return Log()


@pytest.fixture
async def asked(mirror: Mirror) -> AsyncIterator[AsyncConnection[Any]]:
    """A connection on which ``entry`` stands."""
    async with await AsyncConnection.connect(mirror.conninfo, autocommit=True) as connection:
        await connection.execute("set search_path = beside, public")
        yield connection


def fold(mirror: Mirror, log: Log) -> int:
    """Fold what is told."""
    mirror.write(log.entries)
    return mirror.fold()


async def test_what_a_bank_could_not_pay_stays_reserved_and_is_counted_as_paid_nowhere(
    mirror: Mirror, log: Log, asked: AsyncConnection[Any]
) -> None:
    allocate(log, 10 * STANDARD_FEN)
    story = Story(log)
    story.file()
    money = Money(story)
    money.accept()
    money.apply()
    money.decide()
    money.fail()
    known = fold(mirror, log)

    book = await funds.one(asked, ACCOUNT)
    assert book is not None
    assert (book.reserved_fen, book.released_fen, book.paid_fen) == (3 * STANDARD_FEN, 0, 0)
    assert book.balance_fen == 7 * STANDARD_FEN
    row = mirror.rows(CLASS_LEDGER)[story.one]
    assert (row["paid_fen"], row["heads_paid"]) == (0, 0)
    items = await entitlements.of_person(asked, story.people[0])
    assert [one.state for one in items] == ["RESERVED"]
    failed = sum(one.type == "payment.disbursement-failed.v1" for one in log.entries)
    told = await trails.page(asked, "claim", money.claim_id, rows=50)
    assert failed == 1 == sum(one.type == "payment.disbursement-failed.v1" for one in told.rows)

    money.pay()
    mirror.write(log.entries[known:])
    mirror.fold()
    assert mirror.rows(CLASS_LEDGER)[story.one]["paid_fen"] == 3 * STANDARD_FEN
    book = await funds.one(asked, ACCOUNT)
    assert book is not None
    assert (book.reserved_fen, book.paid_fen) == (3 * STANDARD_FEN, 3 * STANDARD_FEN)


async def test_a_failed_payment_begins_no_retention(mirror: Mirror, log: Log) -> None:
    story = Story(log)
    story.file()
    money = Money(story)
    archives.seal(story)
    money.fail()
    fold(mirror, log)
    before = mirror.rows(ARCHIVE)[story.one]["retention_from"]
    assert before is not None
    assert before < (money.begun + timedelta(days=21)).date()


async def test_an_item_is_reserved_then_used(
    mirror: Mirror, log: Log, asked: AsyncConnection[Any]
) -> None:
    money = Money(Story(log))
    accepted = money.accept(certified_on=date(2024, 3, 20))
    money.pay()
    fold(mirror, log)
    person = money.story.people[0]

    (now,) = await entitlements.of_person(asked, person)
    (then,) = await entitlements.of_person(asked, person, moment=Moment(accepted + 3))

    assert (then.state, then.used_fen) == ("RESERVED", None)
    assert (now.state, now.used_fen, now.reserved_fen) == ("USED", STANDARD_FEN, STANDARD_FEN)
    (year,) = await entitlements.years_of_person(asked, person)
    assert (year.year, year.live, year.used) == (2024, 1, 1)


async def test_a_released_item_counts_no_more(
    mirror: Mirror, log: Log, asked: AsyncConnection[Any]
) -> None:
    money = Money(Story(log))
    money.accept()
    money.refuse()
    fold(mirror, log)
    (year,) = await entitlements.years_of_person(asked, money.story.people[0])
    assert (year.live, year.used, year.used_fen) == (0, 0, 0)


async def test_the_books_of_a_fund_follow_the_money(
    mirror: Mirror, log: Log, asked: AsyncConnection[Any]
) -> None:
    allocate(log, 1_000_000)
    money, other = Money(Story(log)), Money(Story(log, 2))
    money.apply()
    other.apply()
    other.give_back()
    money.pay()
    fold(mirror, log)
    amount = 3 * STANDARD_FEN

    book = await funds.one(asked, ACCOUNT)

    assert book is not None
    assert (book.allocated_fen, book.reserved_fen) == (1_000_000, 2 * amount)
    assert (book.released_fen, book.paid_fen) == (amount, amount)
    assert book.balance_fen == 1_000_000 - amount
    assert await funds.rows(asked, counties=("371502",), years=(2024,)) == [book]
    assert await funds.rows(asked, years=(2023,)) == []


async def test_money_paid_without_a_reservation_leaves_the_balance_too(
    mirror: Mirror, log: Log, asked: AsyncConnection[Any]
) -> None:
    allocate(log, 1_000_000)
    Money(Story(log)).pay()
    fold(mirror, log)
    book = await funds.one(asked, ACCOUNT)
    assert book is not None
    assert book.balance_fen == 1_000_000 - 3 * STANDARD_FEN


async def test_an_archive_lacks_what_is_not_there_in_both_media(
    mirror: Mirror, log: Log, asked: AsyncConnection[Any]
) -> None:
    story = Story(log)
    story.file()
    archives.put(story, "TRAINING_PLAN", "PAPER")
    archives.put(story, "LECTURER_FORM")
    archives.put(story, "TRAINEE_FORMS", "PAPER")
    archives.put(story, "TRAINEE_FORMS", "ELECTRONIC")
    fold(mirror, log)

    row = await archive.one(asked, story.one)

    assert row is not None
    assert row.missing == ["SATISFACTION_SURVEY", "TRAINING_PLAN"]
    assert row.present == ["LECTURER_FORM", "TRAINEE_FORMS", "TRAINING_PLAN"]
    assert (row.documents, row.state, row.retention_to) == (4, "COLLECTING", None)
    documents = await archive.documents(asked, story.one)
    assert [one.kind for one in documents] == [
        "TRAINING_PLAN",
        "LECTURER_FORM",
        "TRAINEE_FORMS",
        "TRAINEE_FORMS",
    ]
    assert len(await archive.documents(asked, story.one, moment=Moment(2))) == 1


async def test_a_class_that_was_filed_has_an_archive_though_it_is_empty(
    mirror: Mirror, log: Log, asked: AsyncConnection[Any]
) -> None:
    story = Story(log)
    story.file()
    fold(mirror, log)
    row = await archive.one(asked, story.one)
    assert row is not None
    assert (row.documents, len(row.missing)) == (0, 4)


async def test_the_ten_years_run_from_the_later_of_closure_and_last_payment(
    mirror: Mirror, log: Log, asked: AsyncConnection[Any]
) -> None:
    story = Story(log)
    story.file()
    archives.seal(story, since=date(2024, 2, 29))
    sealed = len(log.entries)
    Money(story).pay()
    paid_on = (Money(story).begun.date()).replace(day=6, month=4)
    archives.close(story)
    fold(mirror, log)

    then = await archive.one(asked, story.one, moment=Moment(sealed))
    now = await archive.one(asked, story.one)

    assert then is not None
    assert now is not None
    assert (then.retention_from, then.retention_to) == (date(2024, 2, 29), date(2034, 2, 28))
    assert now.retention_from == paid_on
    assert now.retention_to == paid_on.replace(year=2034)
    assert now.state == "SEALED"


async def test_a_check_that_found_gaps_checks_nothing_off(
    mirror: Mirror, log: Log, asked: AsyncConnection[Any]
) -> None:
    story = Story(log)
    archives.check(story, missing=("LECTURER_FORM",))
    fold(mirror, log)
    row = await archive.one(asked, story.one)
    assert row is not None
    assert (row.state, row.training_checked_on) == ("COLLECTING", None)
    assert row.required == ["LECTURER_FORM", "TRAINING_PLAN"]
