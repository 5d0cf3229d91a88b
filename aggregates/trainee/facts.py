"""The story of a trainee: identity verified, category confirmed, other registers asked.

The person's id is derived from the ID number by the vault's key, so the same person has one
stream. What other registers say is restricted: rules and folds may use it, nobody may browse it.
"""

from datetime import date
from typing import Literal

from aggregates.facts import Code, Digest, Fact, Instant, fact, record
from aggregates.ids import PersonId
from aggregates.law.catalogues import PersonCategory
from aggregates.sealed import IdNumber, Matchable, Name, Personal, Restricted


@fact("trainee.identity-verified.v1")
class TraineeIdentityVerified(Fact):
    """A person's identity was compared with a register or a document (FIL-04).

    Attributes:
        source: The register or device that answered.
        verified_at: When it was compared, as the source says.
    """

    person_id: PersonId
    id_number: Matchable[IdNumber]
    name: Personal[Name]
    method: Literal["ID_CARD", "SOCIAL_CARD", "FACE", "REGISTER"]
    source: Code
    result: Literal["MATCH", "MISMATCH"]
    verified_at: Instant


@record
class CategoryBasis:
    """What a category rests on.

    Attributes:
        basis_on: The day of the ground: of graduation, of registration as unemployed, and so on.
        verified_source: The register or office that confirmed it.
        school_kind: For graduates and students.
    """

    basis_on: date | None = None
    verified_source: Code | None = None
    school_kind: Literal["HIGHER", "VOCATIONAL", "TECHNICIAN", "SECONDARY", "OTHER"] | None = None


@fact("trainee.category-confirmed.v1")
class TraineeCategoryConfirmed(Fact):
    """A person was found to belong to a category, by a version of the list of categories.

    Attributes:
        list_version: The version of the list; empty where none is published.
        as_of: The day that the proof speaks of.
        valid_to: The last day on which it may be relied on, if there is one.
    """

    person_id: PersonId
    category: Restricted[PersonCategory]
    basis: Restricted[CategoryBasis] | None = None
    list_version: str = ""
    proof_doc: Digest
    as_of: date
    valid_to: date | None = None


MatchSource = Literal[
    "PENSION",
    "UI_BENEFIT",
    "SOCIAL_INSURANCE",
    "DEATH",
    "CUSTODY",
    "SCHOOL_ROLL",
    "FISCAL_PAYROLL",
    "BUSINESS_REG",
    "PRIOR_SUBSIDY",
    "CERT_REGISTRY",
]


@record
class ExternalMatch:
    """What another register says of a person; every part of it is restricted.

    Attributes:
        valid_from: First day of the spell: of the pension, the benefit, the insurance, the
            custody, the time at school; the day of death, of an earlier subsidy's certificate.
        valid_to: Its last day; None while it lasts.
        sentence_ends: The end of a prison sentence (ELG-17).
        graduated_on: The day of leaving school (ELG-10).
        result: What the register's answer means for the person.
    """

    source: MatchSource
    valid_from: date | None = None
    valid_to: date | None = None
    pension_type: Literal["EMPLOYEE", "RESIDENT"] | None = None
    employer_uscc: Code | None = None
    school_kind: Literal["HIGHER", "VOCATIONAL", "TECHNICIAN", "SECONDARY", "OTHER"] | None = None
    full_time: bool | None = None
    graduated_on: date | None = None
    custody_kind: Literal["PRISON", "REHAB"] | None = None
    sentence_ends: date | None = None
    occupation: Code | None = None
    level: Code | None = None
    result: Literal["CLEAN", "DOUBTFUL", "OUT_OF_SCOPE"] = "CLEAN"


@fact("trainee.external-match-recorded.v1")
class ExternalMatchRecorded(Fact):
    """Another register answered a question about a person.

    Attributes:
        as_of: The day that the answer speaks of.
        batch_sha256: The batch in which it came.
    """

    person_id: PersonId
    match: Restricted[ExternalMatch]
    as_of: date
    batch_sha256: Digest
