"""A claim as tests know it: its law, its people, its items, and facts of others about them."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from aggregates.archive.facts import DocumentKind
from aggregates.certificate.facts import CertificateIssued
from aggregates.certificate.state import CERTIFICATE, certificate_of
from aggregates.enrolment.facts import AgencyClaimAgreementSigned
from aggregates.enrolment.state import ENROLMENT
from aggregates.entitlement.facts import EntitlementReserved
from aggregates.entitlement.state import ENTITLEMENT
from aggregates.fund_account.facts import FundBudgetAllocated
from aggregates.fund_account.state import FUND_ACCOUNT, account_of
from aggregates.ids import ClaimId, ClassId, PublicityId
from aggregates.law.catalogues import ItemKind, SubsidyStandard, TrainingType
from aggregates.payment.state import payment_of
from aggregates.sealed import Account, FreeText, Matchable, Personal, Restricted
from aggregates.subsidy_claim.parts import ClaimItem, PayeeAccount
from aggregates.trainee.facts import ExternalMatch, ExternalMatchRecorded
from aggregates.trainee.state import TRAINEE
from tests.aggregates.harness import (
    COUNTY,
    Happened,
    happened,
    moment,
    official,
)
from tests.aggregates.institution.samples import COOK, DOC, SCHOOL, account, commitment, line
from tests.aggregates.training_class.samples import (
    CLASS,
    STANDARD_LISTS,
    enrolment,
    law,
    person,
)

CLAIM = ClaimId(UUID(int=0xC1A1))
OTHER_CLAIM = ClaimId(UUID(int=0xC1A2))
OTHER_CLASS = ClassId(UUID(int=0xC1A56))
BATCH, NEXT = PublicityId(UUID(int=0x9B1)), PublicityId(UUID(int=0x9B2))
PAYMENT_ID = payment_of(BATCH, "SPECIAL_ACCOUNT")
PACKAGE = "ab" * 32
CLERK, INITIAL, SECOND, REPORTER = official(11), official(12), official(13), official(14)
BUREAU, FINANCE, HANDLER = official(15), official(16), official(17)
HEADS = 3
TRAINING_FEN, ASSESSMENT_FEN, LIVING_FEN = 120_000, 20_000, 30_000
CERTIFIED = date(2024, 3, 18)
SUBMITTED, ACCEPTED, FUNDED = "2024-04-01", "2024-04-02", "2024-04-03"
REVIEWED, REVIEWED_AGAIN, REPORTED = "2024-04-08", "2024-04-09", "2024-04-10"
MET, PUBLISHED, CLOSED = "2024-04-11", "2024-04-12", "2024-04-20 00:00"
APPLIED, APPROVED, ORDERED, PAID = "2024-04-22", "2024-04-23", "2024-04-24", "2024-04-25"
SKILL_DOCS: tuple[DocumentKind, ...] = (
    "TRAINING_PLAN",
    "LECTURER_FORM",
    "TRAINEE_FORMS",
    "SATISFACTION_SURVEY",
    "ASSESSMENT_RECORDS",
)
TYPES: tuple[TrainingType, ...] = ("EMPLOYMENT_SKILL", "IN_POST_SKILL", "PROJECT", "APPRENTICESHIP")


def standards(amounts: Mapping[ItemKind, int]) -> dict[str, tuple[object, ...]]:
    """Return the list of standards for the occupation of the stories, by kind of item."""
    return {
        "SUBSIDY_STANDARD": tuple(
            SubsidyStandard(
                occupation=COOK.code,
                level=COOK.level,
                training_type=training,
                kind=kind,
                amount_fen=amount,
            )
            for training in TYPES
            for kind, amount in amounts.items()
        )
    }


AMOUNTS: Mapping[ItemKind, int] = {"TRAINING": TRAINING_FEN, "ASSESSMENT": ASSESSMENT_FEN}
LISTS = {**STANDARD_LISTS, **standards(AMOUNTS)}
CLAIM_LAW = law(LISTS)


def prose(number: int = 70) -> Personal[FreeText]:
    """Return something that a person wrote."""
    return Personal(commitment(number))


def cert_no(number: int, class_id: ClassId = CLASS) -> str:
    """Return the number of the n-th trainee's certificate."""
    return f"S37{class_id.int % 1_000_000:06d}{number:06d}"


def certified(
    number: int,
    on: date = CERTIFIED,
    **changes: Any,  # noqa: ANN401 - fields of the fact
) -> Happened:
    """Say that the n-th trainee's certificate was issued."""
    fields: dict[str, Any] = {
        "certificate_id": certificate_of(cert_no(number)),
        "cert_no": cert_no(number),
        "certificate_type": "SKILL_LEVEL",
        "person_id": person(number),
        "enrolment_id": enrolment(number),
        "class_id": CLASS,
        "institution_id": SCHOOL,
        "county_code": COUNTY,
        "training_type": "EMPLOYMENT_SKILL",
        "occupation": COOK.code,
        "level": COOK.level,
        "issued_on": on,
        "issuer": "某评价机构",
        "scan_sha256": DOC,
        "attended_hours": 56,
        "attended_bp": 10_000,
        **changes,
    }
    fact = CertificateIssued(**fields)
    return happened("2024-03-20", CERTIFICATE, fact.certificate_id, fact)


def agreed(
    number: int,
    when: str = "2024-02-27",
    **changes: Any,  # noqa: ANN401 - fields of the fact
) -> Happened:
    """Say that the n-th trainee signed an agency agreement."""
    fields: dict[str, Any] = {
        "enrolment_id": enrolment(number),
        "class_id": CLASS,
        "person_id": person(number),
        "institution_id": SCHOOL,
        "county_code": COUNTY,
        "doc_sha256": DOC,
        "signed_at": moment(when),
        "in_time": True,
        **changes,
    }
    return happened(when, ENROLMENT, enrolment(number), AgencyClaimAgreementSigned(**fields))


def matched(
    number: int,
    when: str = "2024-03-25",
    **match: Any,  # noqa: ANN401 - fields of the match
) -> Happened:
    """Say what another register answered about the n-th trainee."""
    fact = ExternalMatchRecorded(
        person_id=person(number),
        match=Restricted(commitment(6000 + number), ExternalMatch(**match)),
        as_of=date.fromisoformat(when),
        batch_sha256=DOC,
    )
    return happened(when, TRAINEE, person(number), fact)


def reserved(
    number: int,
    on: date,
    claim: int = 1,
    **changes: Any,  # noqa: ANN401 - fields of the fact
) -> Happened:
    """Say that the n-th trainee's place was taken by an item of another claim, elsewhere."""
    fields: dict[str, Any] = {
        "person_id": person(number),
        "claim_id": ClaimId(UUID(int=0xC0000 + claim)),
        "item_no": 1,
        "class_id": OTHER_CLASS,
        "institution_id": SCHOOL,
        "enrolment_id": UUID(int=0xE0000 + claim),
        "county_code": "371522",
        "kind": "TRAINING",
        "occupation": f"6-0{claim}",
        "level": "5",
        "training_type": "EMPLOYMENT_SKILL",
        "certified_on": on,
        "year": on.year,
        "amount_fen": TRAINING_FEN,
        "basis": "CALENDAR",
        "window": "ROLLING_12M",
        **changes,
    }
    return happened("2024-03-25", ENTITLEMENT, person(number), EntitlementReserved(**fields))


def item(
    number: int,
    kind: Any = "TRAINING",  # noqa: ANN401 - one of the kinds of item
    **changes: Any,  # noqa: ANN401 - fields of the record
) -> ClaimItem:
    """Return the n-th trainee's item of a claim, numbered from 1."""
    fields: dict[str, Any] = {
        "item_no": number + 1,
        "person_id": person(number),
        "enrolment_id": enrolment(number),
        "cert_no": cert_no(number),
        "kind": kind,
        "amount_fen": TRAINING_FEN,
        **changes,
    }
    return ClaimItem(**fields)


def items(heads: int = HEADS) -> tuple[ClaimItem, ...]:
    """Return a training item for each of the first trainees."""
    return tuple(item(number) for number in range(heads))


def own_card(number: int = 0) -> Matchable[Account]:
    """Return the social-security-card account of the n-th trainee."""
    return Matchable(commitment(7000 + number), f"{7000 + number:021d}A")


def payee(**changes: Any) -> PayeeAccount:  # noqa: ANN401 - fields of the record
    """Return the school's basic account, or another one."""
    return PayeeAccount(
        **{"type": "BASIC", "account": account().account, "holder": line(8), **changes}
    )


def budget(
    fund: Any = "SPECIAL_ACCOUNT",  # noqa: ANN401 - one of the funds
    amount_fen: int = 100_000_000,
) -> Happened:
    """Say that a fund of the county has money this year."""
    one = account_of(COUNTY, fund, 2024)
    fact = FundBudgetAllocated(
        fund_account_id=one,
        county_code=COUNTY,
        fund=fund,
        year=2024,
        amount_fen=amount_fen,
        doc_sha256=DOC,
        allocated_fen=amount_fen,
    )
    return happened("2024-01-10", FUND_ACCOUNT, one, fact)
