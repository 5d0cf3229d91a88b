"""The trail of one thing: everything that concerns it, newest first, page by page."""

from collections.abc import AsyncIterator
from datetime import date

import psycopg
import pytest
from psycopg import AsyncConnection

from aggregates.ids import LINK_KINDS, STREAM_KINDS
from aggregates.sealed import token_id
from projections.detail.link import CODES
from projections.model import Moment
from projections.trail import queries
from tests.projections.conftest import Mirror
from tests.projections.entries import OFFICIAL, Log, matchable
from tests.projections.filings import INSTITUTION, INSTRUCTOR, register_institution
from tests.projections.money import Money
from tests.projections.stories import Story

Asked = AsyncConnection[psycopg.rows.TupleRow]


@pytest.fixture(scope="module")
def told(mirror: Mirror) -> tuple[Log, Story, Money]:
    """Two classes with their money, folded."""
    log = Log()
    register_institution(log)
    story = Story(log).run()
    money = Money(story).run()
    Story(log, 2, first=date(2024, 9, 2)).run()
    mirror.empty()
    mirror.write(log.entries)
    mirror.fold()
    return log, story, money


@pytest.fixture
async def asked(mirror: Mirror) -> AsyncIterator[Asked]:
    """A connection on which ``entry`` stands."""
    async with await AsyncConnection.connect(mirror.conninfo, autocommit=True) as connection:
        await connection.execute("set search_path = beside, public")
        yield connection


def test_every_kind_of_reference_has_a_letter_of_its_own() -> None:
    assert {*LINK_KINDS.values(), *STREAM_KINDS.values(), "account", "phone"} == set(CODES)
    assert len(set(CODES.values())) == len(CODES)


async def test_the_trail_of_a_class_is_all_that_names_it_newest_first(
    asked: Asked, told: tuple[Log, Story, Money]
) -> None:
    log, story, _ = told
    page = await queries.page(asked, "class", story.one, rows=500)
    named = [one.position for one in log.entries if str(story.one).encode() in one.body]
    assert [row.position for row in page.rows] == named[::-1]
    assert (page.newer, page.older) == (None, None)
    assert page.rows[-1].body.encode() == log.entries[named[0] - 1].body


async def test_pages_lead_through_a_trail_and_back(
    asked: Asked, told: tuple[Log, Story, Money]
) -> None:
    _, story, _ = told
    whole = [row.position for row in (await queries.page(asked, "class", story.one, rows=500)).rows]
    first = await queries.page(asked, "class", story.one, rows=10)
    pages, page = [first], first
    while page.older is not None:
        page = await queries.page(asked, "class", story.one, before=page.older, rows=10)
        pages.append(page)
    assert [row.position for one in pages for row in one.rows] == whole
    assert pages[1].newer is not None
    back = await queries.page(asked, "class", story.one, after=pages[1].newer, rows=10)
    assert back == first


async def test_the_trail_of_a_person_shows_sheets_that_name_an_enrolment_only(
    asked: Asked, told: tuple[Log, Story, Money]
) -> None:
    _, story, _ = told
    page = await queries.page(asked, "person", story.people[0], rows=500)
    types = {row.type for row in page.rows}
    assert "training-class.attendance-sheet-sealed.v1" in types
    assert {"enrolment.trainee-enrolled.v1", "certificate.issued.v1", "entitlement.used.v1"} < types


async def test_an_account_is_followed_by_what_is_equal_in_it(
    asked: Asked, told: tuple[Log, Story, Money]
) -> None:
    account = token_id(matchable("account", INSTITUTION))
    page = await queries.page(asked, "account", account)
    assert [row.type for row in page.rows][-1] == "institution.registered.v1"
    assert "payment.disbursement-ordered.v1" in {row.type for row in page.rows}
    assert told


@pytest.mark.parametrize(
    ("kind", "one"),
    [("institution", INSTITUTION), ("instructor", INSTRUCTOR), ("official", OFFICIAL)],
)
async def test_whoever_took_part_can_be_followed(
    asked: Asked, told: tuple[Log, Story, Money], kind: str, one: object
) -> None:
    log, _, _ = told
    named = [e.position for e in log.entries if str(one).encode() in e.body]
    found = await queries.count(asked, kind, one)  # type: ignore[arg-type]  # an id
    assert found == len(named)


async def test_a_claim_can_be_followed_to_its_payment(
    asked: Asked, told: tuple[Log, Story, Money]
) -> None:
    _, _, money = told
    page = await queries.page(asked, "claim", money.claim_id, rows=500)
    types = [row.type for row in page.rows]
    assert types[-1] == "subsidy-claim.submitted.v1"
    assert "payment.disbursement-paid.v1" in types


async def test_as_of_a_position_a_trail_ends_there(
    asked: Asked, told: tuple[Log, Story, Money]
) -> None:
    _, story, _ = told
    page = await queries.page(asked, "class", story.one, moment=Moment(20))
    assert page.rows[0].position <= 20
    assert await queries.count(asked, "class", story.one, moment=Moment(20)) == len(page.rows)


async def test_as_of_a_day_a_trail_ends_with_what_was_recorded_then(
    asked: Asked, told: tuple[Log, Story, Money]
) -> None:
    log, story, _ = told
    moment = Moment(len(log.entries), story.first)
    page = await queries.page(asked, "class", story.one, moment=moment, rows=500)
    assert max(row.recorded_at.date() for row in page.rows) == story.first


async def test_a_thing_that_cannot_be_followed_is_refused(asked: Asked) -> None:
    with pytest.raises(KeyError):
        await queries.page(asked, "cloud", OFFICIAL)
