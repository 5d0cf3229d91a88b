from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from aggregates.decisions import Granted
from aggregates.ids import ClaimId
from aggregates.law.deadlines import SHANGHAI, publicity_deadline
from aggregates.law.in_force import Law
from aggregates.law.seed_calendar import seed_years
from aggregates.law.workdays import calendar_of
from aggregates.project.facts import ProjectRegistered
from aggregates.project.state import PROJECT
from aggregates.publicity.commands import ClosePublicity
from aggregates.publicity.facts import PublicityClosed, PublicityStarted
from aggregates.subsidy_claim.commands import DisallowItem, HoldItems
from aggregates.subsidy_claim.facts import ClaimStageReached, ClaimSubmitted, MeetingResolved
from aggregates.subsidy_claim.parts import Disallowal
from tests.aggregates.claim_commands import publish
from tests.aggregates.claim_stories import (
    Story,
    a_cleared_claim,
    a_published_claim,
    a_reported_claim,
    a_resolved_claim,
    altered,
    claim_in,
)
from tests.aggregates.claims import (
    BATCH,
    BUREAU,
    CLAIM,
    CLAIM_LAW,
    CLOSED,
    LISTS,
    NEXT,
    PUBLISHED,
    TRAINING_FEN,
)
from tests.aggregates.harness import Outcome, given, happened, moment
from tests.aggregates.institution.samples import SCHOOL
from tests.aggregates.stories import told, without
from tests.aggregates.training_class.samples import PROJECT_ID, law


def publishing(
    story: Story | None = None,
    under: Law = CLAIM_LAW,
    now: str = PUBLISHED,
    **changes: Any,  # noqa: ANN401 - fields of the command
) -> Outcome:
    scene = given(*(a_resolved_claim() if story is None else story), law=under)
    return scene.when(publish(**changes), now=now, by=BUREAU)


def closing(story: Story | None = None, now: str = CLOSED, under: Law = CLAIM_LAW) -> Outcome:
    scene = given(*(a_published_claim() if story is None else story), law=under)
    return scene.when(ClosePublicity(publicity_id=BATCH), now=now, by=BUREAU)


def then(story: Story, command: Any, now: str = PUBLISHED) -> Story:  # noqa: ANN401 - a command
    return told(story, command, now, under=CLAIM_LAW, by=BUREAU)


@pytest.mark.rule("CLM-08")
def test_what_the_meeting_approved_is_published() -> None:
    answer = publishing()
    fact = answer.fact(PublicityStarted)
    assert [(one.claim_id, one.heads, one.amount_fen) for one in fact.claims] == [
        (CLAIM, 3, 3 * TRAINING_FEN)
    ]
    assert (fact.last_day, fact.calendar_status) == (date(2024, 4, 19), "FINAL")
    assert fact.closes_at == moment("2024-04-20 00:00")
    assert answer.fact(ClaimStageReached).stage == "IN_PUBLICITY"


@pytest.mark.rule("CLM-08")
def test_nothing_is_published_before_the_meeting_or_twice() -> None:
    publishing(a_reported_claim()).then_refused("CLM-08")
    publishing(a_published_claim(), publicity_id=NEXT).then_refused("CLM-08")
    publishing(a_cleared_claim(), publicity_id=NEXT).then_refused("CLM-08")


@pytest.mark.parametrize(
    "changes",
    [
        {"claim_ids": ()},
        {"claim_ids": (CLAIM, CLAIM)},
        {"claim_ids": (CLAIM, ClaimId(UUID(int=9)))},
        {"county_code": "371522"},
    ],
)
def test_a_list_names_claims_of_the_county_each_once(changes: dict[str, Any]) -> None:
    publishing(**changes).then_refused("LIFECYCLE")


def test_a_batch_is_published_once() -> None:
    publishing(a_published_claim()).then_refused("LIFECYCLE")


def test_held_items_are_not_on_the_list() -> None:
    hold = HoldItems(claim_id=CLAIM, items=(2,), ground="RULE", rule_id="DEL-03")
    fact = publishing(then(a_resolved_claim(), hold)).fact(PublicityStarted)
    assert [one.item_no for one in fact.excluded_items] == [2]
    assert (fact.heads, fact.amount_fen) == (2, 2 * TRAINING_FEN)


@pytest.mark.rule("CLM-16")
@pytest.mark.parametrize(
    ("url", "official"),
    [
        ("https://www.dongchangfu.gov.cn/gs/1.html", True),
        ("https://www.dongchangfu.gov.cn:443/gs/1.html", True),
        ("https://mp.weixin.qq.com/s/1", False),
        ("https://www.dongchangfu.gov.cn.example.org/gs/1.html", False),
        ("https://example.org/?www.dongchangfu.gov.cn", False),
    ],
)
def test_the_list_stands_on_an_official_site(url: str, *, official: bool) -> None:
    answer = publishing(url=url)
    if official:
        answer.granted()
    else:
        answer.then_refused("CLM-16")


@pytest.mark.rule("CLM-16")
def test_where_no_site_is_registered_nothing_can_be_published() -> None:
    publishing(under=law({**LISTS, "OFFICIAL_SITE": ()})).then_refused("CLM-16")


def of_project(*, custody: bool) -> Story:
    project = ProjectRegistered(
        project_id=PROJECT_ID,
        family="TARGET_GROUP",
        buyer="市人社局",
        supplier_id=SCHOOL,
        target_group=("CUSTODY",),
        custody_scheme=custody,
        heads=100,
        amount_fen=12_000_000,
        fund="SPECIAL_ACCOUNT",
        valid_from=date(2024, 1, 1),
        valid_to=date(2024, 12, 31),
    )
    registered = happened("2024-01-05", PROJECT, PROJECT_ID, project)
    return (registered, *altered(a_resolved_claim(), ClaimSubmitted, project_id=PROJECT_ID))


@pytest.mark.rule("CLM-15")
def test_people_in_custody_are_never_on_the_list() -> None:
    publishing(of_project(custody=True)).then_refused("CLM-15")
    publishing(of_project(custody=True), persons_shown=False).granted()


@pytest.mark.rule("CLM-15")
def test_the_trainees_of_other_projects_may_be() -> None:
    publishing(of_project(custody=False)).granted()


@pytest.mark.rule("CLM-10")
def test_a_batch_is_closed_after_the_fifth_working_day_and_clears_what_nobody_objected_to() -> None:
    closing(now="2024-04-19 23:59").then_refused("CLM-10")
    answer = closing()
    fact = answer.fact(PublicityClosed)
    assert (fact.heads, fact.amount_fen) == (3, 3 * TRAINING_FEN)
    assert (fact.held_items, fact.removed_items) == ((), ())
    assert answer.fact(ClaimStageReached).stage == "CLEARED"


@pytest.mark.rule("CLM-10")
@pytest.mark.parametrize(
    ("published", "last"),
    [
        ("2023-09-28", "2023-10-11"),
        ("2024-02-08", "2024-02-21"),
        ("2024-12-30", "2025-01-07"),
        ("2025-09-26", "2025-10-10"),
        ("2026-02-13", "2026-02-27"),
    ],
)
def test_holidays_and_days_made_up_for_count_as_the_calendar_says(
    published: str, last: str
) -> None:
    story = altered(a_resolved_claim(), MeetingResolved, held_on=date(2023, 9, 1))
    story = then(story, publish(), published)
    closing(story, f"{last} 23:59").then_refused("CLM-10")
    closing(story, f"{date.fromisoformat(last) + timedelta(days=1)} 00:00").granted()


@pytest.mark.rule("CLM-10")
def test_while_a_calendar_is_not_published_the_fewest_working_days_count() -> None:
    known = [year for year in seed_years() if year.year < 2024]
    blind = replace(CLAIM_LAW, calendar=calendar_of(known))
    started = publishing(under=blind).fact(PublicityStarted)
    assert started.calendar_status == "PROVISIONAL"
    assert started.last_day == publicity_deadline(date(2024, 4, 12), blind).last
    story = told(a_resolved_claim(), publish(), PUBLISHED, under=blind, by=BUREAU)
    closing(story, f"{started.last_day} 12:00", under=blind).then_refused("CLM-10")
    closing(story, f"{started.last_day + timedelta(days=1)} 00:00", under=blind).granted()
    closing(story, CLOSED, under=CLAIM_LAW).granted()


@pytest.mark.rule("CLM-10")
@for_all(
    published=st.dates(date(2023, 8, 1), date(2026, 11, 1)),
    minutes=st.integers(0, 20 * 24 * 60),
)
def test_no_batch_is_ever_closed_before_its_last_day_is_over(published: date, minutes: int) -> None:
    story = then(a_resolved_claim(), publish(), f"{published} 09:00")
    now = moment(f"{published} 09:00") + timedelta(minutes=minutes)
    answer = closing(story, f"{now:%Y-%m-%d %H:%M}").answer
    over = publicity_deadline(published, CLAIM_LAW).closes_at
    assert over is not None
    assert isinstance(answer, Granted) is (now.astimezone(SHANGHAI) >= over)


def test_a_batch_is_closed_once() -> None:
    closing(a_cleared_claim(), now="2024-04-22").then_refused("LIFECYCLE")
    closing(()).then_refused("LIFECYCLE")


def test_an_item_held_or_taken_off_while_public_is_not_cleared() -> None:
    hold = HoldItems(claim_id=CLAIM, items=(1,), ground="VERIFICATION")
    off = DisallowItem(
        claim_id=CLAIM,
        disallowal=Disallowal(item_no=2, rule_id="ELG-25", amount_fen=TRAINING_FEN),
    )
    story = then(then(a_published_claim(), hold), off)
    fact = closing(story).fact(PublicityClosed)
    assert [one.item_no for one in fact.held_items] == [1]
    assert [one.item_no for one in fact.removed_items] == [2]
    one = claim_in(told(story, ClosePublicity(publicity_id=BATCH), CLOSED, under=CLAIM_LAW))
    assert {no: item.stage for no, item in one.items.items() if item.live} == {
        1: "HELD",
        3: "CLEARED",
    }


def test_history_out_of_step_is_recorded_with_findings() -> None:
    scene = given(*without(a_reported_claim()), law=CLAIM_LAW)
    answer = scene.when(publish(), now=PUBLISHED, by=BUREAU, as_facts=True)
    assert answer.findings() == {"CLM-08"}
    assert answer.fact(PublicityStarted).heads == 3
    early = given(*a_published_claim(), law=CLAIM_LAW).when(
        ClosePublicity(publicity_id=BATCH), now="2024-04-15", by=BUREAU, as_facts=True
    )
    assert early.findings() == {"CLM-10"}
    assert early.fact(PublicityClosed).heads == 3
