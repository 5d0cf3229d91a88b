"""The story of a person's entitlements (72号 一): reserved, then used or released.

The law limits what one person may receive: subsidies a year, repeats of an occupation and level,
once for each employer, the time at school. What a claim asks for is reserved here when it is
accepted, so that two claims racing in two counties meet in this stream.
"""

from datetime import date
from typing import Literal

from aggregates.facts import Code, Count, CountyCode, Fact, Fen, fact
from aggregates.ids import ClaimId, ClassId, EnrolmentId, InstitutionId, PaymentId, PersonId
from aggregates.law.catalogues import ItemKind, TrainingType
from aggregates.training_class.form import Scheme

ReleaseReason = Literal["REFUSED", "DISALLOWED", "WITHDRAWN", "DROPPED", "OBJECTION"]
"""Why an item no longer counts (C-08); DROPPED is an item that a resubmission left out."""


@fact("entitlement.reserved.v1")
class EntitlementReserved(Fact):
    """An item of an accepted claim took its place among a person's entitlements.

    Attributes:
        certified_on: The date of the certificate, on which the limits count; None for history
            without one.
        year: The year that the item counts in.
        scheme: The scheme of an enterprise's training (ELG-13).
        employer: The employer's credit code, where an enterprise trains.
        basis: How the year of the cap was counted (``annual_cap_year_basis``).
        window: How far a repeat was looked for (``repeat_window``).
    """

    person_id: PersonId
    claim_id: ClaimId
    item_no: Count
    class_id: ClassId
    institution_id: InstitutionId
    enrolment_id: EnrolmentId
    county_code: CountyCode
    kind: ItemKind
    occupation: Code
    level: Code
    training_type: TrainingType | None = None
    certified_on: date | None = None
    year: Count
    amount_fen: Fen
    scheme: Scheme | None = None
    employer: Code | None = None
    basis: Literal["CALENDAR", "ROLLING_12M"]
    window: Literal["ROLLING_12M", "CALENDAR_YEAR"]


@fact("entitlement.released.v1")
class EntitlementReleased(Fact):
    """An item was refused, withdrawn or disallowed and counts no more (C-08)."""

    person_id: PersonId
    claim_id: ClaimId
    item_no: Count
    class_id: ClassId
    county_code: CountyCode
    kind: ItemKind
    reason: ReleaseReason


@fact("entitlement.used.v1")
class EntitlementUsed(Fact):
    """An item was paid.

    Attributes:
        amount_fen: What was paid for it.
        paid_on: The day of the payment, as the bank says.
    """

    person_id: PersonId
    claim_id: ClaimId
    item_no: Count
    class_id: ClassId
    county_code: CountyCode
    kind: ItemKind
    amount_fen: Fen
    paid_on: date
    payment_id: PaymentId
