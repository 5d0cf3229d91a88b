"""History that lacks what came before is taken as it is, and every fact fits into an entry."""

from typing import Any
from uuid import UUID

import msgspec
import pytest

from aggregates.archive.commands import CheckArchive, FileArchiveDocument, SealArchive
from aggregates.decisions import Command, Granted
from aggregates.facts import Fact, encode
from aggregates.ids import ClaimId, ClassId, OfficialId, PublicityId
from aggregates.payment.facts import ORDER_CLAIMS_MAX, DisbursementOrdered, OrderLine
from aggregates.publicity.commands import (
    AcceptObjection,
    ClosePublicity,
    DecideObjection,
    DismissObjection,
    LodgeObjection,
)
from aggregates.publicity.facts import (
    BATCH_CLAIMS_MAX,
    EXCEPTIONS_MAX,
    BatchClaim,
    ItemRef,
    Objector,
    PublicityClosed,
    PublicityStarted,
    Target,
)
from aggregates.subsidy_claim.commands import (
    DisallowItem,
    HoldItems,
    RefuseClaim,
    ReleaseItems,
    ResubmitClaim,
    ReturnClaim,
)
from aggregates.subsidy_claim.parts import ITEMS_MAX, Disallowal
from aggregates.training_class.facts import Ground
from tests.aggregates.claim_commands import (
    accept_claim,
    allocate,
    apply_for,
    assign_fund,
    confirm,
    decide,
    initial_review,
    order,
    publish,
    report,
    resolve,
    second_review,
    submit_claim,
)
from tests.aggregates.claims import (
    BATCH,
    BUREAU,
    CLAIM,
    CLAIM_LAW,
    FINANCE,
    PACKAGE,
    PAID,
    PAYMENT_ID,
    items,
    payee,
    prose,
)
from tests.aggregates.harness import COUNTY, given, moment
from tests.aggregates.institution.samples import DOC, SCHOOL, account, line
from tests.aggregates.training_class.samples import CLASS

ENTRY_BYTES_MAX = 65_535
ENVELOPE_BYTES = 1_500
"""What the envelope of an entry takes at most."""
REASONS = (Ground(rule_id="CLM-06", text=prose()),)
COMMANDS: tuple[Command, ...] = (
    submit_claim(),
    ResubmitClaim(claim_id=CLAIM, items=items(), payee=payee(), package_sha256=PACKAGE),
    accept_claim(),
    ReturnClaim(claim_id=CLAIM, reasons=REASONS),
    RefuseClaim(claim_id=CLAIM, reasons=REASONS, notice_doc=DOC, served_at=moment(PAID)),
    assign_fund(),
    initial_review(),
    second_review(),
    DisallowItem(claim_id=CLAIM, disallowal=Disallowal(item_no=1, rule_id="ELG-25", amount_fen=1)),
    HoldItems(claim_id=CLAIM, items=(1,), ground="RULE", rule_id="DEL-03"),
    ReleaseItems(claim_id=CLAIM, items=(1,), ground="RULE", hold_no="DEL-03"),
    report(),
    resolve(),
    publish(),
    ClosePublicity(publicity_id=BATCH),
    LodgeObjection(
        publicity_id=BATCH,
        target=Target(),
        content=prose(),
        objector=Objector(kind="ANONYMOUS"),
        channel="PHONE",
    ),
    AcceptObjection(publicity_id=BATCH, objection_no="1"),
    DismissObjection(publicity_id=BATCH, objection_no="1", reason=prose()),
    DecideObjection(publicity_id=BATCH, objection_no="1", result="NOT_UPHELD", explanation=prose()),
    apply_for(),
    decide(),
    order(),
    confirm(),
    allocate(100),
    FileArchiveDocument(class_id=CLASS, kind="OTHER", sha256=DOC, medium="BOTH", pages=1),
    CheckArchive(class_id=CLASS, part="TRAINING"),
    SealArchive(class_id=CLASS),
)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda one: one.DECLARATION.name)
def test_every_command_is_taken_as_a_fact_though_nothing_came_before(command: Command) -> None:
    outcome = given(law=CLAIM_LAW).when(command, now=PAID, as_facts=True)
    for new in outcome.granted():
        assert new.fact.TYPE.startswith(f"{new.kind.prefix}.")


@pytest.mark.parametrize("command", COMMANDS, ids=lambda one: one.DECLARATION.name)
def test_no_command_about_what_is_not_there_is_granted(command: Command) -> None:
    if command.DECLARATION.name != "allocate-budget":
        outcome = given(law=CLAIM_LAW).when(command, now=PAID)
        assert not isinstance(outcome.answer, Granted)
        assert {one.rule for one in outcome.answer.broken} == {"LIFECYCLE"}


def id_of(number: int) -> UUID:
    return UUID(int=2**127 + number)


def bytes_of(fact: Fact) -> int:
    return len(msgspec.json.encode(encode(fact))) + ENVELOPE_BYTES


LISTED: dict[str, Any] = {
    "publicity_id": PublicityId(id_of(0)),
    "county_code": COUNTY,
    "claims": tuple(
        BatchClaim(
            claim_id=ClaimId(id_of(n)),
            class_id=ClassId(id_of(n)),
            institution_id=SCHOOL,
            heads=300,
            amount_fen=36_000_000,
        )
        for n in range(BATCH_CLAIMS_MAX)
    ),
    "heads": 45_000,
    "amount_fen": 5_400_000_000,
}
REFS = tuple(ItemRef(claim_id=ClaimId(id_of(n)), item_no=ITEMS_MAX) for n in range(EXCEPTIONS_MAX))
LARGEST = (
    PublicityStarted(
        excluded_items=REFS,
        persons_shown=True,
        list_sha256=DOC,
        url=f"https://{'a' * 200}.gov.cn",
        published_at=moment(PAID),
        closes_at=moment(PAID),
        last_day=moment(PAID).date(),
        contact=line(),
        calendar_version="w" * 100,
        calendar_status="FINAL",
        started_by=BUREAU,
        **LISTED,
    ),
    PublicityClosed(closed_at=moment(PAID), held_items=REFS, closed_by=BUREAU, **LISTED),
    DisbursementOrdered(
        payment_id=PAYMENT_ID,
        order_no="Z" * 64,
        county_code=COUNTY,
        fund="SPECIAL_ACCOUNT",
        year=2024,
        mode="AGENCY",
        payee_institution_id=SCHOOL,
        account_type="BASIC",
        account=account().account,
        holder=line(),
        lines=tuple(
            OrderLine(
                claim_id=ClaimId(id_of(n)),
                class_id=ClassId(id_of(n)),
                institution_id=SCHOOL,
                items=tuple(range(100, 100 + ITEMS_MAX)),
                heads=300,
                amount_fen=36_000_000,
            )
            for n in range(ORDER_CLAIMS_MAX)
        ),
        heads=12_000,
        amount_fen=1_440_000_000,
        ordered_by=OfficialId(FINANCE),
    ),
)


@pytest.mark.parametrize("fact", LARGEST, ids=lambda one: one.TYPE)
def test_the_largest_facts_about_many_claims_fit_into_an_entry(fact: Fact) -> None:
    assert bytes_of(fact) <= ENTRY_BYTES_MAX
