"""The money of a project: what its claims take together stays within its contract (C-37)."""

from uuid import UUID

import pytest

from aggregates.decisions import Channel, Command
from aggregates.ids import ClaimId, ClassId, InstitutionId, ProjectId
from aggregates.project.facts import ProjectMoneyTaken, ProjectRegistered
from aggregates.project.state import PROJECT, Project
from aggregates.subsidy_claim.commands import CatchUpProject, DisallowItem, RefuseClaim
from aggregates.subsidy_claim.parts import Disallowal
from aggregates.training_class.facts import Ground
from tests.aggregates.claim_commands import accept_claim, assign_fund, submit_claim
from tests.aggregates.claim_stories import Story, altered, handed_in
from tests.aggregates.claims import (
    ACCEPTED,
    CLAIM,
    CLAIM_LAW,
    CLERK,
    SUBMITTED,
    TRAINING_FEN,
    item,
    items,
    prose,
)
from tests.aggregates.harness import Outcome, given, happened, moment
from tests.aggregates.institution.samples import DOC
from tests.aggregates.stories import told, without
from tests.aggregates.subsidy_claim.test_modes import as_project
from tests.aggregates.training_class.samples import PROJECT_ID

OTHER = ClaimId(UUID(int=0xC1FFF))
THREE = 3 * TRAINING_FEN
HALF = Disallowal(item_no=1, rule_id="ELG-19", text=prose(), amount_fen=TRAINING_FEN // 2)


def two_claims(contract_fen: int) -> Story:
    """Tell of a project of which one claim took two heads' money, and another waits for a third."""
    story = altered(as_project(), ProjectRegistered, amount_fen=contract_fen, heads=3)
    story = handed_in(story, submit_claim(items=items()[:2]))
    story = after(story, accept_claim(), now=ACCEPTED)
    return handed_in(story, submit_claim(claim_id=OTHER, items=(item(2, item_no=1),)), now=ACCEPTED)


def after(story: Story, command: Command, now: str = ACCEPTED) -> Story:
    return told(story, command, now, under=CLAIM_LAW, by=CLERK)


def accepting_the_other(story: Story) -> Outcome:
    ask = accept_claim(claim_id=OTHER)
    return given(*story, law=CLAIM_LAW).when(ask, now=ACCEPTED, by=CLERK, role="COUNTY_CLERK")


def project_in(story: Story) -> Project:
    state: Project = given(*story).loaded()[PROJECT.name(PROJECT_ID)].state
    return state


@pytest.mark.rule("ELG-28")
def test_claims_that_only_together_exceed_the_contract_are_not_both_accepted() -> None:
    accepting_the_other(two_claims(THREE)).granted()
    accepting_the_other(two_claims(THREE - 1)).then_refused("ELG-28")


@pytest.mark.rule("ELG-28")
def test_a_claim_that_would_exceed_what_is_left_is_told_so_when_it_is_handed_in() -> None:
    story = two_claims(THREE - 1)
    more = submit_claim(claim_id=ClaimId(UUID(int=7)), items=(item(2, item_no=1),))
    asked = given(*story, law=CLAIM_LAW)
    answer = asked.when(more, now=ACCEPTED, channel="outer", role="INST_CLERK")
    assert "ELG-28" in answer.findings()


def test_an_accepted_claim_takes_its_money_once_and_restates_what_is_cut() -> None:
    story = two_claims(THREE)
    assert project_in(story).claims == {CLAIM: 2 * TRAINING_FEN}
    cut = after(story, DisallowItem(claim_id=CLAIM, disallowal=HALF))
    assert project_in(cut).claims == {CLAIM: 2 * TRAINING_FEN - TRAINING_FEN // 2}
    whole = after(accepted(cut), DisallowItem(claim_id=OTHER, disallowal=HALF))
    assert project_in(whole).taken_fen() == THREE - TRAINING_FEN


def accepted(story: Story) -> Story:
    return after(story, accept_claim(claim_id=OTHER))


def refuse() -> RefuseClaim:
    return RefuseClaim(
        claim_id=CLAIM,
        reasons=(Ground(rule_id="CLM-06", text=prose()),),
        notice_doc=DOC,
        served_at=moment(SUBMITTED),
    )


def test_what_a_refused_claim_took_is_free_for_others() -> None:
    refused = after(two_claims(THREE - 1), refuse())
    assert project_in(refused).taken_fen() == 0
    fact = accepting_the_other(refused).fact(ProjectMoneyTaken)
    assert (fact.claim_id, fact.amount_fen) == (OTHER, TRAINING_FEN)


def test_a_project_is_registered_also_where_history_told_of_its_claims_first() -> None:
    registered = [one for one in as_project() if isinstance(one.fact, ProjectRegistered)]
    taken = ProjectMoneyTaken(
        project_id=PROJECT_ID,
        claim_id=CLAIM,
        class_id=ClassId(UUID(int=1)),
        institution_id=InstitutionId(UUID(int=2)),
        county_code="371502",
        amount_fen=5,
    )
    before = happened("2024-01-04", PROJECT, PROJECT_ID, taken)
    state = project_in((before, *registered))
    assert (state.status, state.taken_fen()) == ("ACTIVE", 5)


def of_old(story: Story) -> Story:
    """Return a story as a log tells it in which nobody told projects of their claims."""
    return without(story, ProjectMoneyTaken)


@pytest.mark.parametrize(
    ("asked", "left"),
    [
        (assign_fund(numbers=(1, 2)), 2 * TRAINING_FEN),
        (DisallowItem(claim_id=CLAIM, disallowal=HALF), 2 * TRAINING_FEN - TRAINING_FEN // 2),
    ],
)
def test_a_project_learns_of_an_old_claim_at_the_claims_next_step(
    asked: Command, left: int
) -> None:
    story = of_old(two_claims(THREE))
    assert project_in(story).claims == {}
    assert project_in(after(story, asked)).claims == {CLAIM: left}


def test_a_refused_old_claim_takes_nothing() -> None:
    refused = after(of_old(two_claims(THREE)), refuse())
    assert project_in(refused).taken_fen() == 0


def catching_up(
    story: Story, *claims: ClaimId, project: ProjectId = PROJECT_ID, channel: Channel = "timer"
) -> Outcome:
    ask = CatchUpProject(project_id=project, claims=claims)
    scene = given(*story, law=CLAIM_LAW)
    return scene.when(ask, now=ACCEPTED, role="TIMER", channel=channel)


@pytest.mark.rule("ELG-28")
def test_old_claims_count_within_the_contract_once_the_project_caught_up() -> None:
    story = of_old(two_claims(THREE - 1))
    accepting_the_other(story).granted()  # as it was before
    (fact,) = (one.fact for one in catching_up(story, CLAIM).granted())
    assert isinstance(fact, ProjectMoneyTaken)
    assert (fact.claim_id, fact.amount_fen) == (CLAIM, 2 * TRAINING_FEN)
    told_of = (*story, happened(ACCEPTED, PROJECT, PROJECT_ID, fact))
    accepting_the_other(told_of).then_refused("ELG-28")
    catching_up(told_of, CLAIM).then_refused("LIFECYCLE")


def test_a_project_is_told_that_an_old_refused_claim_takes_nothing() -> None:
    refused = of_old(after(two_claims(THREE), refuse()))
    assert catching_up(refused, CLAIM).fact(ProjectMoneyTaken).amount_fen == 0


def test_a_project_is_told_by_the_timer_and_of_its_own_accepted_claims_alone() -> None:
    story = of_old(two_claims(THREE))
    catching_up(story, CLAIM, channel="inner").then_refused("LIFECYCLE")
    catching_up(story, OTHER).then_refused("LIFECYCLE")
    catching_up(story).then_refused("LIFECYCLE")
    catching_up(story, CLAIM, CLAIM).then_refused("LIFECYCLE")
    catching_up(story, CLAIM, project=ProjectId(UUID(int=5))).then_refused("LIFECYCLE")
