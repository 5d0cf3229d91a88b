from datetime import date, timedelta
from hashlib import sha256
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from aggregates.archive.checklist import PAID_INDEX, TAUGHT_INDEX
from aggregates.archive.commands import CheckArchive, FileArchiveDocument, SealArchive
from aggregates.archive.facts import (
    ArchiveChecked,
    ArchiveDocumentFiled,
    ArchiveSealed,
    DocumentKind,
)
from aggregates.archive.state import ARCHIVE, Archive
from aggregates.decisions import COMMANDS
from aggregates.ids import ClaimId, ClassId
from aggregates.law.deadlines import add_months, retention_deadline
from aggregates.subsidy_claim.commands import RefuseClaim
from aggregates.training_class.facts import Ground
from tests.aggregates.claim_commands import submit_claim
from tests.aggregates.claim_stories import (
    Story,
    a_claimable_class,
    a_paid_claim,
    an_accepted_claim,
    an_ordered_claim,
    handed_in,
)
from tests.aggregates.claims import CLAIM, CLAIM_LAW, CLERK, LISTS, PAID, SKILL_DOCS, prose
from tests.aggregates.harness import Outcome, given, moment
from tests.aggregates.institution.samples import DOC
from tests.aggregates.stories import a_taught_class, told
from tests.aggregates.training_class.samples import CLASS, law

NOW = "2024-05-06"
OTHER_DOC = "e1" * 32
ANOTHER = ClaimId(UUID(int=0xC1FFF))


def document(
    kind: DocumentKind = "TRAINING_PLAN",
    **changes: Any,  # noqa: ANN401 - fields of the command
) -> FileArchiveDocument:
    fields: dict[str, Any] = {
        "class_id": CLASS,
        "kind": kind,
        "sha256": DOC,
        "medium": "BOTH",
        "paper_location": "A-1-3",
        "pages": 10,
        **changes,
    }
    return FileArchiveDocument(**fields)


def check(part: Any = "TRAINING", **changes: Any) -> CheckArchive:  # noqa: ANN401 - fields
    return CheckArchive(class_id=CLASS, part=part, **changes)


def seal(**changes: Any) -> SealArchive:  # noqa: ANN401 - fields of the command
    return SealArchive(**{"class_id": CLASS, **changes})


def after(story: Story, *commands: Any, now: str = PAID) -> Story:  # noqa: ANN401 - commands
    for command in commands:
        story = told(story, command, now, under=CLAIM_LAW, by=CLERK)
    return story


def asking(
    command: Any,  # noqa: ANN401 - a command
    story: Story,
    now: str = NOW,
    under: Any = CLAIM_LAW,  # noqa: ANN401 - a law
) -> Outcome:
    return given(*story, law=under).when(command, now=now, by=CLERK, role="COUNTY_CLERK")


def bound(story: Story) -> Story:
    """Tell that the whole file of the class was bound and found complete."""
    index = [document(kind) for kind in (*TAUGHT_INDEX, *PAID_INDEX)]
    return after(story, *index, check("FINAL"))


def archive_in(story: Story) -> Archive:
    state: Archive = given(*story).loaded()[ARCHIVE.name(CLASS)].state
    return state


@pytest.mark.rule("ARC-06")
def test_a_document_is_filed_with_the_place_of_its_paper() -> None:
    answer = asking(document(), a_taught_class(3))
    fact = answer.fact(ArchiveDocumentFiled)
    assert (fact.kind, fact.medium, fact.filed_by) == ("TRAINING_PLAN", "BOTH", CLERK)
    assert answer.findings() == set()


@pytest.mark.rule("ARC-06")
@pytest.mark.parametrize(
    ("medium", "found"), [("PAPER", {"ARC-06"}), ("BOTH", {"ARC-06"}), ("ELECTRONIC", set())]
)
def test_paper_without_a_place_is_a_finding(medium: str, found: set[str]) -> None:
    command = document(medium=medium, paper_location=None)
    assert asking(command, a_taught_class(3)).findings() == found


def test_there_is_an_archive_only_of_a_class_that_was_filed() -> None:
    nowhere = document(class_id=ClassId(UUID(int=5)))
    asking(nowhere, a_taught_class(3)).then_refused("LIFECYCLE")


@pytest.mark.rule("ARC-02")
def test_the_training_part_is_complete_with_plan_lecturers_trainees_survey_and_assessment() -> None:
    answer = asking(check(), a_claimable_class())
    fact = answer.fact(ArchiveChecked)
    assert (fact.complete, fact.missing, answer.findings()) == (True, (), set())
    assert {row.kind for row in fact.checklist if row.required} == set(SKILL_DOCS)


@pytest.mark.rule("ARC-02")
@pytest.mark.parametrize("left_out", SKILL_DOCS)
def test_a_part_that_lacks_a_required_document_is_checked_with_a_finding(left_out: str) -> None:
    kinds = [kind for kind in SKILL_DOCS if kind != left_out]
    story = after(a_taught_class(3), *(document(kind) for kind in kinds))
    answer = asking(check(), story)
    fact = answer.fact(ArchiveChecked)
    assert (fact.complete, fact.missing) == (False, (left_out,))
    assert answer.findings() == {"ARC-02"}
    assert not archive_in(after(story, check())).training_checked


@pytest.mark.rule("ARC-02")
def test_complaints_and_visits_are_asked_for_where_there_were_any() -> None:
    there = ("COMPLAINT_RECORDS", "FOLLOW_UP_RECORDS")
    training = asking(check(occurred=there), a_claimable_class()).fact(ArchiveChecked)
    assert training.missing == ("COMPLAINT_RECORDS",)
    final = asking(check("FINAL", occurred=there), a_paid_claim()).fact(ArchiveChecked)
    assert final.missing == there


@pytest.mark.rule("ARC-02")
def test_the_final_part_is_checked_once_the_claims_are_settled() -> None:
    asking(check("FINAL"), an_ordered_claim()).then_refused("LIFECYCLE")
    asking(check("TRAINING"), an_ordered_claim()).granted()
    asking(check("FINAL"), a_paid_claim()).granted()


@pytest.mark.rule("ARC-06")
def test_a_document_in_one_medium_alone_leaves_its_kind_incomplete() -> None:
    story = after(a_claimable_class(), document(sha256=OTHER_DOC, medium="ELECTRONIC"))
    answer = asking(check(), story)
    assert answer.findings() == {"ARC-06"}
    assert answer.fact(ArchiveChecked).missing == ("TRAINING_PLAN",)
    both = after(story, document(sha256=OTHER_DOC, medium="PAPER"))
    assert asking(check(), both).findings() == set()


@pytest.mark.rule("ARC-06")
def test_where_paper_is_waived_the_electronic_form_is_enough() -> None:
    story = after(a_claimable_class(), document(sha256=OTHER_DOC, medium="ELECTRONIC"))
    digital = law(LISTS, {"archive_born_digital": True})
    assert asking(check(), story, under=digital).findings() == set()


@pytest.mark.rule("CRT-03")
def test_the_final_part_holds_scans_of_the_certificates() -> None:
    assert asking(check("FINAL"), a_paid_claim()).findings() == {"CRT-03"}
    scanned = after(a_paid_claim(), document("CERTIFICATE_SCAN"))
    assert asking(check("FINAL"), scanned).findings() == set()


@pytest.mark.rule("ARC-01")
@pytest.mark.rule("ARC-02")
@pytest.mark.rule("ARC-06")
@pytest.mark.rule("ARC-07")
def test_an_archive_is_sealed_after_the_payment_for_ten_years_at_least() -> None:
    answer = asking(seal(), bound(a_paid_claim()))
    fact = answer.fact(ArchiveSealed)
    assert answer.findings() == set()
    assert (fact.last_paid_on, fact.retention_from) == (date(2024, 4, 25), date(2024, 5, 6))
    assert fact.retention_to == date(2034, 5, 6)
    assert (fact.documents, fact.pages) == (16, 160)
    sealed = after(bound(a_paid_claim()), seal())
    assert archive_in(sealed).sealed_on == date(2024, 4, 25)


@pytest.mark.rule("ARC-01")
def test_an_archive_waits_for_every_claim_to_be_settled() -> None:
    paid = bound(a_paid_claim())
    assert asking(seal(), paid).fact(ArchiveSealed).claim_ids == (CLAIM,)
    another = handed_in(paid, submit_claim(claim_id=ANOTHER), now=PAID)
    asking(seal(), another).then_refused("ARC-01")
    refuse = RefuseClaim(
        claim_id=CLAIM,
        reasons=(Ground(rule_id="CLM-06", text=prose()),),
        notice_doc=DOC,
        served_at=moment(NOW),
    )
    refused = after(an_accepted_claim(), refuse)
    assert asking(seal(), bound(refused)).fact(ArchiveSealed).last_paid_on is None


@pytest.mark.rule("ARC-02")
def test_what_is_missing_at_the_seal_refuses_it() -> None:
    visited = seal(occurred=("FOLLOW_UP_RECORDS",))
    asking(visited, bound(a_paid_claim())).then_refused("ARC-02")
    filed = after(bound(a_paid_claim()), document("FOLLOW_UP_RECORDS"))
    asking(visited, filed).granted()


@pytest.mark.rule("ARC-06")
def test_one_medium_alone_refuses_the_seal() -> None:
    later = after(bound(a_paid_claim()), document(sha256=OTHER_DOC, medium="PAPER"))
    asking(seal(), later).then_refused("ARC-06")


@pytest.mark.rule("ARC-07")
def test_a_file_without_the_records_of_a_step_is_sealed_with_a_finding() -> None:
    checked = after(a_paid_claim(), check("FINAL"))
    answer = asking(seal(), checked)
    assert answer.findings() == {"ARC-07"}
    answer.granted()


def test_an_archive_is_sealed_after_its_final_check_and_once() -> None:
    asking(seal(), a_paid_claim()).then_refused("LIFECYCLE")
    sealed = after(bound(a_paid_claim()), seal())
    for command in (seal(), document(), check()):
        asking(command, sealed).then_refused("LIFECYCLE")


def test_the_manifest_is_the_digest_of_the_sorted_lines_whatever_the_order() -> None:
    kinds: tuple[DocumentKind, ...] = ("TRAINING_PLAN", "LECTURER_FORM", "OTHER")
    digests = {
        archive_in(after(a_taught_class(3), *(document(kind) for kind in order))).manifest_sha256
        for order in permutations(kinds)
    }
    lines = "".join(f"{kind} {DOC} BOTH 10\n" for kind in sorted(kinds))
    assert digests == {sha256(lines.encode()).hexdigest()}


@pytest.mark.rule("ARC-01")
@for_all(
    closed=st.dates(date(2019, 1, 1), date(2040, 12, 31)),
    paid_after=st.none() | st.integers(-900, 900),
    years=st.none() | st.integers(10, 100),
)
def test_no_retention_ends_before_ten_years_from_closure_and_last_payment(
    closed: date, paid_after: int | None, years: int | None
) -> None:
    paid = None if paid_after is None else closed + timedelta(days=paid_after)
    under = law(LISTS, None if years is None else {"retention_years": years})
    kept = retention_deadline(closed, paid, under).last
    assert kept is not None
    for day in (closed, paid):
        assert day is None or kept >= add_months(day, 120)


@pytest.mark.rule("ARC-01")
def test_nothing_but_a_destruction_ends_an_archive() -> None:
    of_archives = {name for name, one in COMMANDS.items() if one.kind is ARCHIVE}
    assert of_archives == {
        *("file-archive-document", "store-archive-document", "check-archive", "seal-archive"),
        *("produce-archive", "extend-retention", "release-hold"),
        *("approve-destruction", "destroy-archive"),
    }
