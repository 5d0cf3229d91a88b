"""Nobody gets more than the law gives, whatever is asked in whatever order (invariant 3)."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from itertools import combinations
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from aggregates.certificate.state import certificate_of
from aggregates.decisions import Granted
from aggregates.entitlement.limits import within_a_year
from aggregates.entitlement.state import ENTITLEMENT, Entitlement
from aggregates.ids import ClaimId, ClassId
from aggregates.law.catalogues import SubsidyStandard
from aggregates.subsidy_claim.commands import AcceptClaim, DisallowItem, RefuseClaim, ReturnClaim
from aggregates.subsidy_claim.parts import Disallowal
from aggregates.training_class.facts import Ground
from aggregates.training_class.state import TRAINING_CLASS, enrolment_of
from tests.aggregates.claim_commands import accept_claim, submit_claim
from tests.aggregates.claim_stories import Story, a_claimable_class
from tests.aggregates.claims import (
    CLERK,
    LISTS,
    PACKAGE,
    TRAINING_FEN,
    agreed,
    cert_no,
    certified,
    item,
    prose,
)
from tests.aggregates.harness import Happened, given, moment
from tests.aggregates.institution.samples import DOC
from tests.aggregates.training_class.samples import enrol, law, person

OCCUPATIONS = ("4-03-02-01", "6-18-01-01", "4-07-03-04", "4-10-01-01")
CLASSES = tuple(ClassId(UUID(int=0xC1B00 + n)) for n in range(6))
LAW = law(
    {
        **LISTS,
        "SUBSIDY_STANDARD": tuple(
            SubsidyStandard(
                occupation=code,
                level="5",
                training_type="EMPLOYMENT_SKILL",
                kind="TRAINING",
                amount_fen=TRAINING_FEN,
            )
            for code in OCCUPATIONS
        ),
    }
)
START = date(2023, 1, 1)
DECIDED = "2026-03-02"


def claim_id(number: int) -> ClaimId:
    return ClaimId(UUID(int=0xC1C00 + number))


@cache
def the_class() -> Story:
    """The facts of the class itself, without its sessions."""
    kept = (
        "training-class.filing-submitted.v1",
        "training-class.filing-approved.v1",
        "training-class.started.v1",
        "training-class.teaching-completed.v1",
    )
    return tuple(one for one in a_claimable_class() if one.fact.TYPE in kept)


def another_class(number: int, occupation: str) -> Story:
    def moved(fact: Any) -> Any:  # noqa: ANN401 - a fact of a class
        fact = replace(fact, class_id=CLASSES[number])
        if hasattr(fact, "filing"):
            return replace(fact, filing=replace(fact.filing, occupation=occupation))
        return fact

    return tuple(
        Happened(TRAINING_CLASS, CLASSES[number], moved(one.fact), one.recorded)
        for one in the_class()
    )


def attended(number: int, occupation: str, on: date) -> Story:
    """Tell that the person passed a class of an occupation, certified on a day, and claimed."""
    class_id = CLASSES[number]
    enrolment = enrolment_of(class_id, person(0))
    asked = given(*another_class(number, occupation), law=LAW)
    joined = asked.when(enrol(0, class_id=class_id), now="2024-02-26", as_facts=True).granted()
    record = the_class()[0].recorded
    fields: dict[str, Any] = {"class_id": class_id, "enrolment_id": enrolment}
    number_of = cert_no(0, class_id)
    paper = certified(
        0,
        on,
        cert_no=number_of,
        certificate_id=certificate_of(number_of),
        occupation=occupation,
        **fields,
    )
    signed = replace(agreed(0, **fields), id=enrolment)
    return (
        *another_class(number, occupation),
        *(Happened(new.kind, new.id, new.fact, record) for new in joined),
        signed,
        paper,
    )


def submission(number: int, occupation: str) -> Any:  # noqa: ANN401 - a command
    class_id = CLASSES[number]
    row = item(
        0, item_no=1, cert_no=cert_no(0, class_id), enrolment_id=enrolment_of(class_id, person(0))
    )
    return submit_claim(
        claim_id=claim_id(number), class_id=class_id, occupation=occupation, items=(row,)
    )


def commands(number: int) -> dict[str, Any]:
    one = claim_id(number)
    row = Disallowal(item_no=1, rule_id="ELG-25", amount_fen=TRAINING_FEN)
    reasons = (Ground(rule_id="ELG-25", text=prose()),)
    return {
        "accept": AcceptClaim(claim_id=one, package_sha256=PACKAGE),
        "refuse": RefuseClaim(
            claim_id=one, reasons=reasons, notice_doc=DOC, served_at=moment(DECIDED)
        ),
        "return": ReturnClaim(claim_id=one, reasons=reasons),
        "disallow": DisallowItem(claim_id=one, disallowal=row),
    }


def holds(entitlement: Entitlement) -> bool:
    places = entitlement.live("TRAINING")
    years = Counter(one.year for one in places)
    repeats = [
        (one, other)
        for one, other in combinations(places, 2)
        if one.skill == other.skill and within_a_year(one.counts_on, other.counts_on)
    ]
    return max(years.values(), default=0) <= 3 and not repeats


def granted(story: Story, command: Any) -> Story:  # noqa: ANN401 - a command
    """Return the story with what the command granted, the same story where it was refused."""
    answer = given(*story, law=LAW).when(command, now=DECIDED, by=CLERK).answer
    if not isinstance(answer, Granted):
        return story
    record = replace(the_class()[0].recorded, time=moment(DECIDED), actor=CLERK)
    return (*story, *(Happened(new.kind, new.id, new.fact, record) for new in answer.facts))


CLASS_OF = st.tuples(st.sampled_from(OCCUPATIONS), st.integers(0, 420))
STEPS = st.tuples(
    st.integers(0, 5),
    st.sampled_from(["accept", "accept", "accept", "refuse", "return", "disallow"]),
)


@pytest.mark.rule("ELG-07")
@pytest.mark.rule("ELG-08")
@settings(max_examples=25)
@for_all(classes=st.lists(CLASS_OF, min_size=6, max_size=6), steps=st.lists(STEPS, max_size=8))
def test_no_order_of_commands_grants_more_than_the_law_gives(
    classes: list[tuple[str, int]], steps: list[tuple[int, str]]
) -> None:
    story: Story = tuple(one for one in a_claimable_class() if one.kind.prefix == "trainee")
    for number, (occupation, day) in enumerate(classes):
        story = (*story, *attended(number, occupation, START + timedelta(days=day)))
        story = granted(story, submission(number, occupation))
    for number, step in [*((one, "accept") for one in range(len(classes))), *steps]:
        story = granted(story, commands(number)[step])
        loaded = given(*story, law=LAW).loaded().get(ENTITLEMENT.name(person(0)))
        assert loaded is None or holds(loaded.state)


def four_classes() -> Story:
    """Tell of four classes of four occupations, passed in one year and claimed."""
    story: Story = tuple(one for one in a_claimable_class() if one.kind.prefix == "trainee")
    for number, occupation in enumerate(OCCUPATIONS):
        story = (*story, *attended(number, occupation, date(2024, number + 1, 5)))
        story = granted(story, submission(number, occupation))
    return story


@pytest.mark.rule("ELG-07")
def test_the_fourth_subsidy_of_a_year_waits_until_one_of_three_is_refused() -> None:
    story = four_classes()
    for number in range(3):
        story = granted(story, commands(number)["accept"])
    fourth = given(*story, law=LAW)
    command = accept_claim(claim_id=claim_id(3))
    fourth.when(command, now=DECIDED, by=CLERK).then_refused("ELG-07")
    story = granted(story, commands(1)["refuse"])
    given(*story, law=LAW).when(command, now=DECIDED, by=CLERK).granted()


@pytest.mark.rule("ELG-07")
def test_two_that_race_for_the_last_place_read_and_write_the_same_stream() -> None:
    story = four_classes()
    for number in range(2):
        story = granted(story, commands(number)["accept"])
    name = ENTITLEMENT.name(person(0))
    for number in (2, 3):
        scene = given(*story, law=LAW)
        answer = scene.when(commands(number)["accept"], now=DECIDED, by=CLERK).answer
        assert isinstance(answer, Granted)
        assert answer.read[name] == 2
        assert name in {new.kind.name(new.id) for new in answer.facts}
