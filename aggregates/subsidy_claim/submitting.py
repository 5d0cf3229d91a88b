"""What may be asked to hand in a claim: submit it, hand it in again (17号 五: 外网申报)."""

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import Literal

from aggregates.decisions import Command, New, Unmet, World, command, lifecycle, unmet
from aggregates.facts import Code, CountyCode, Digest
from aggregates.ids import ClaimId, ClassId, InstitutionId, PersonId
from aggregates.law.deadlines import ClaimMode
from aggregates.subsidy_claim.case import Asked, Case, case_of
from aggregates.subsidy_claim.facts import ClaimResubmitted, ClaimSubmitted
from aggregates.subsidy_claim.items import carried
from aggregates.subsidy_claim.parts import ClaimDoc, ClaimItem, ClaimItems, PayeeAccount, PlaceBasis
from aggregates.subsidy_claim.reach import claim_is_known, freed, known_to_class, of_claim, whose
from aggregates.subsidy_claim.state import SUBSIDY_CLAIM, Claim
from aggregates.training_class.reach import in_reach
from aggregates.training_class.reach import whose as whose_class
from aggregates.training_class.state import TRAINING_CLASS

Changed = Literal["ITEMS", "PAYEE", "DOCS", "PLACE"]


@command(
    "submit-claim",
    zh="申报补贴",
    en="Submit a subsidy claim",
    kind=SUBSIDY_CLAIM,
    roles=("TRAINEE", "INST_CLERK", "INST_HEAD", "EMPLOYER"),
)
class SubmitClaim(Command):
    """A person, an employer or a training body claims the subsidy of one class.

    What does not keep the law is recorded with findings: whether the claim is granted is decided
    on the inner network.

    Attributes:
        county_code: Where it is claimed.
        place_basis: Why a person claims there.
        applicant_person_id: Who claims in mode PERSON.
        applicant_institution_id: Who claims otherwise.
        package_sha256: Digest of the signed package.
        outer_receipt: The number of the outer door's receipt.
        declared_on: The date on the form.
    """

    claim_id: ClaimId | None = None
    mode: ClaimMode
    class_id: ClassId
    county_code: CountyCode
    place_basis: PlaceBasis | None = None
    applicant_person_id: PersonId | None = None
    applicant_institution_id: InstitutionId | None = None
    occupation: Code
    level: Code
    items: ClaimItems
    payee: PayeeAccount
    docs: tuple[ClaimDoc, ...] = ()
    package_sha256: Digest
    outer_receipt: Code | None = None
    declared_on: date | None = None

    def facts(self, world: World) -> Iterator[New]:
        """Record the claim."""
        claim_id = self.claim_id or ClaimId(world.new_id())
        training = world.state(TRAINING_CLASS, self.class_id)
        institution_id, _ = whose_class(self.class_id, world)
        filing = training.filing
        fact = ClaimSubmitted(
            claim_id=claim_id,
            mode=self.mode,
            class_id=self.class_id,
            institution_id=institution_id,
            county_code=self.county_code,
            place_basis=self.place_basis,
            applicant_person_id=self.applicant_person_id,
            applicant_institution_id=self.applicant_institution_id,
            project_id=None if filing is None else filing.project_id,
            training_type=None if filing is None else filing.training_type,
            occupation=self.occupation,
            level=self.level,
            items=self.items,
            heads=_heads(self.items),
            amount_fen=sum(one.amount_fen for one in self.items),
            payee=self.payee,
            docs=self.docs,
            package_sha256=self.package_sha256,
            submitted_at=world.now,
            outer_receipt=self.outer_receipt,
            declared_on=self.declared_on,
            regime=training.regime,
        )
        yield New(
            SUBSIDY_CLAIM,
            claim_id,
            fact,
            county=self.county_code,
            about=claim_id,
            regime=training.regime,
        )
        yield from known_to_class(claim_id, self.class_id, self.mode, world)


@command(
    "resubmit-claim",
    zh="补正后重新申报补贴",
    en="Resubmit a subsidy claim",
    kind=SUBSIDY_CLAIM,
    roles=("TRAINEE", "INST_CLERK", "INST_HEAD", "EMPLOYER"),
)
class ResubmitClaim(Command):
    """A returned claim is handed in again, whole; its deadline is judged on the first time."""

    claim_id: ClaimId
    place_basis: PlaceBasis | None = None
    items: ClaimItems
    payee: PayeeAccount
    docs: tuple[ClaimDoc, ...] = ()
    package_sha256: Digest
    outer_receipt: Code | None = None

    def facts(self, world: World) -> Iterator[New]:
        """Record the claim anew; items that were left out give up their places."""
        one = world.state(SUBSIDY_CLAIM, self.claim_id)
        of = whose(self.claim_id, world)
        fact = ClaimResubmitted(
            claim_id=self.claim_id,
            mode=one.mode,
            class_id=of.class_id,
            institution_id=of.institution_id,
            county_code=of.county,
            place_basis=self.place_basis,
            occupation=one.occupation or "-",
            level=one.level or "-",
            items=self.items,
            heads=_heads(self.items),
            amount_fen=sum(item.amount_fen for item in self.items),
            payee=self.payee,
            docs=self.docs,
            package_sha256=self.package_sha256,
            changed=parts_changed(one, self),
            first_submitted_on=one.submitted_on or world.today,
            submitted_at=world.now,
            outer_receipt=self.outer_receipt,
        )
        yield of_claim(self.claim_id, fact, world)
        kept = carried(one.items, self.items)
        dropped = [item for no, item in one.items.items() if no not in kept]
        yield from freed(self.claim_id, dropped, "DROPPED", world)
        if one.class_id is not None:
            yield from known_to_class(self.claim_id, one.class_id, one.mode, world)


Form = SubmitClaim | ResubmitClaim


def _heads(items: tuple[ClaimItem, ...]) -> int:
    return len({one.person_id for one in items})


def parts_changed(one: Claim, new: ResubmitClaim) -> tuple[Changed, ...]:
    """Return the parts in which a resubmission differs from what was handed in before."""
    before = tuple(item.row for item in one.items.values())
    account = None if one.payee is None else (one.payee.type, one.payee.account.token)
    pairs: tuple[tuple[Changed, object, object], ...] = (
        ("ITEMS", before, new.items),
        ("PAYEE", account, (new.payee.type, new.payee.account.token)),
        ("DOCS", one.docs, new.docs),
        ("PLACE", one.place_basis, new.place_basis),
    )
    return tuple(part for part, old, now in pairs if old != now)


@lru_cache(maxsize=2)
def case_of_form(c: Form, world: World) -> Case:
    """Gather what the rules look at, for a claim that is being handed in.

    Every rule of a decision asks for it; within one world the answer is the same.
    """
    items = tuple((row, row.amount_fen) for row in c.items)
    if isinstance(c, SubmitClaim):
        asked = Asked(
            claim_id=c.claim_id,
            mode=c.mode,
            class_id=c.class_id,
            county=c.county_code,
            place_basis=c.place_basis,
            person_id=c.applicant_person_id,
            applicant_id=c.applicant_institution_id,
            occupation=c.occupation,
            level=c.level,
            items=items,
            docs=c.docs,
            submitted_on=world.today,
        )
        return case_of(asked, world)
    one = world.state(SUBSIDY_CLAIM, c.claim_id)
    asked = Asked(
        claim_id=c.claim_id,
        mode=one.mode,
        class_id=whose(c.claim_id, world).class_id,
        county=one.county,
        place_basis=c.place_basis,
        person_id=one.person_id,
        applicant_id=one.applicant_id,
        occupation=one.occupation,
        level=one.level,
        items=items,
        docs=c.docs,
        submitted_on=one.submitted_on or world.today,
    )
    return case_of(asked, world)


@lifecycle(SubmitClaim)
def claim_is_new_and_of_a_class(c: SubmitClaim, world: World) -> Iterator[Unmet]:
    """A claim is submitted once, for a class that was filed, by whom it says that it is."""
    if c.claim_id is not None and world.exists(SUBSIDY_CLAIM, c.claim_id):
        yield unmet(
            ("尚未提交的申报", "a claim not submitted before"), ("已提交", "it was"), "claim_id"
        )
    if not world.state(TRAINING_CLASS, c.class_id).status:
        yield unmet(("已备案的班期", "a class that was filed"), ("没有", "none"), "class_id")
    person, body = c.applicant_person_id is not None, c.applicant_institution_id is not None
    if (person, body) != ((True, False) if c.mode == "PERSON" else (False, True)):
        yield unmet(
            ("直补个人由本人申报，其他方式由单位申报", "a person in mode PERSON, else a body"),
            ("申报主体与申报方式不符", "the applicant does not fit the mode"),
            where="mode",
        )
    yield from in_reach(c.applicant_institution_id, "", world)


@lifecycle(SubmitClaim, ResubmitClaim)
def items_are_well_formed(c: Form, world: World) -> Iterator[Unmet]:
    """There is an item at least, each has a number of its own and asks for something."""
    numbers = [one.item_no for one in c.items]
    if not numbers:
        yield unmet(("至少1项", "an item at least"), ("没有", "none"), where="items")
    for at, one in enumerate(c.items):
        if numbers.index(one.item_no) != at:
            yield unmet(
                ("项目编号不重复", "each number once"), ("重复", "again"), f"items[{at}].item_no"
            )
        if not one.amount_fen:
            yield unmet(("大于0的金额", "more than nothing"), ("0", "0"), f"items[{at}].amount_fen")


@lifecycle(ResubmitClaim)
def claim_was_returned(c: ResubmitClaim, world: World) -> Iterator[Unmet]:
    """Only a claim that was given back is handed in again."""
    yield from claim_is_known(c.claim_id, world, "RETURNED")
