"""Training that the HR and finance departments buy as a whole (72号 一(四), 17号 二(一)4)."""

from datetime import date
from typing import Literal

from aggregates.facts import Code, Count, CountyCode, Digest, Fact, Fen, Title, fact
from aggregates.ids import ClaimId, ClassId, InstitutionId, ProjectId
from aggregates.law.catalogues import Fund, Occupation, PersonCategory

Family = Literal["SHORTAGE_HIGH_SKILL", "PROVINCE_BRAND", "TARGET_GROUP", "LOCAL_INDUSTRY"]


@fact("project.registered.v1")
class ProjectRegistered(Fact):
    """A project was registered; classes of type PROJECT cite it.

    Attributes:
        family: One of the four families of 72号 一(四).
        buyer: The departments that buy.
        supplier_id: Who trains.
        supervising_org: The one body that supervises it (17号 三).
        procurement_ref: The government procurement that chose the supplier.
        contract_doc: The contract.
        target_group: The categories of persons it is for.
        custody_scheme: Whether it is for people in prison or compulsory rehabilitation.
        occupations: What is trained; a new occupation enters subsidy this way (17号 四(五)).
        heads: How many persons at most.
        amount_fen: How much at most, over all its classes.
    """

    project_id: ProjectId
    county_code: CountyCode | None = None
    family: Family
    buyer: Title
    supplier_id: InstitutionId
    supervising_org: Code | None = None
    procurement_ref: Code | None = None
    contract_doc: Digest | None = None
    target_group: tuple[PersonCategory, ...]
    custody_scheme: bool = False
    occupations: tuple[Occupation, ...] = ()
    heads: Count
    amount_fen: Fen
    fund: Fund
    valid_from: date
    valid_to: date


@fact("project.money-taken.v1")
class ProjectMoneyTaken(Fact):
    """An accepted claim takes so much of what the project was bought for, from here on (C-37).

    Attributes:
        claim_id: The claim; what was said of it before no longer counts.
        amount_fen: What is left of the claim; 0 once it is refused.
    """

    project_id: ProjectId
    claim_id: ClaimId
    class_id: ClassId
    institution_id: InstitutionId
    county_code: CountyCode
    amount_fen: Fen
