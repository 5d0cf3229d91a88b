"""The two reviews of the material by two people (17号 五: 初审、复核)."""

from collections.abc import Iterator
from dataclasses import replace

from aggregates.decisions import Command, New, Unmet, World, command, flag, hard, lifecycle, unmet
from aggregates.facts import Digest
from aggregates.ids import ClaimId
from aggregates.sealed import FreeText, Personal
from aggregates.subsidy_claim.accepting import case_of_claim
from aggregates.subsidy_claim.case import Case
from aggregates.subsidy_claim.cutting import cut, sound
from aggregates.subsidy_claim.facts import ClaimInitialReviewed, ClaimSecondReviewed
from aggregates.subsidy_claim.funding import unfunded
from aggregates.subsidy_claim.items import after, heads_of, total_of
from aggregates.subsidy_claim.parts import Disallowal, ReviewResult
from aggregates.subsidy_claim.reach import at_step, claim_is_known, of_claim, whose
from aggregates.subsidy_claim.rules_limits import at_most_three_a_year, no_repeat_within_a_year
from aggregates.subsidy_claim.state import SUBSIDY_CLAIM
from aggregates.subsidy_claim.wording import about_items
from aggregates.training_class.state import TRAINING_CLASS


@command(
    "initial-review",
    zh="材料初审",
    en="Review a claim for the first time",
    kind=SUBSIDY_CLAIM,
    roles=("COUNTY_CLERK", "CITY_CENTRE"),
)
class InitialReview(Command):
    """A clerk reviews the material; items may be taken off at once.

    Attributes:
        result: PASS moves the claim on; RETURN and REFUSE are the opinion for whoever does that.
        docs: The archived papers of the review (CLM-14).
    """

    claim_id: ClaimId
    result: ReviewResult
    disallow: tuple[Disallowal, ...] = ()
    opinion: Personal[FreeText] | None = None
    docs: tuple[Digest, ...] = ()

    def facts(self, world: World) -> Iterator[New]:
        """Record the review, and what it takes off."""
        one = world.state(SUBSIDY_CLAIM, self.claim_id)
        of = whose(self.claim_id, world)
        left = after(one.items, self.disallow)
        fact = ClaimInitialReviewed(
            claim_id=self.claim_id,
            class_id=of.class_id,
            institution_id=of.institution_id,
            county_code=of.county,
            reviewer=world.caller.person,
            result=self.result,
            heads=heads_of(left),
            amount_fen=total_of(left),
            disallowed=tuple(row.item_no for row in self.disallow),
            opinion=self.opinion,
            docs=self.docs,
        )
        yield of_claim(self.claim_id, fact, world)
        yield from cut({self.claim_id: self.disallow}, "DISALLOWED", world)


@command(
    "second-review",
    zh="材料复核",
    en="Review a claim for the second time",
    kind=SUBSIDY_CLAIM,
    roles=("COUNTY_REVIEWER", "CITY_CENTRE"),
)
class SecondReview(Command):
    """Another person reviews the material again."""

    claim_id: ClaimId
    result: ReviewResult
    disallow: tuple[Disallowal, ...] = ()
    opinion: Personal[FreeText] | None = None
    docs: tuple[Digest, ...] = ()

    def facts(self, world: World) -> Iterator[New]:
        """Record the review, and what it takes off."""
        one = world.state(SUBSIDY_CLAIM, self.claim_id)
        of = whose(self.claim_id, world)
        left = after(one.items, self.disallow)
        fact = ClaimSecondReviewed(
            claim_id=self.claim_id,
            class_id=of.class_id,
            institution_id=of.institution_id,
            county_code=of.county,
            reviewer=world.caller.person,
            initial_reviewer=one.initial_reviewer,
            result=self.result,
            heads=heads_of(left),
            amount_fen=total_of(left),
            disallowed=tuple(row.item_no for row in self.disallow),
            opinion=self.opinion,
            docs=self.docs,
        )
        yield of_claim(self.claim_id, fact, world)
        yield from cut({self.claim_id: self.disallow}, "DISALLOWED", world)


Review = InitialReview | SecondReview


def case_after(c: Review, world: World) -> Case:
    """Gather what the rules look at, for the items that a review leaves."""
    left = after(world.state(SUBSIDY_CLAIM, c.claim_id).items, c.disallow)
    return case_of_claim(c.claim_id, world).only({item.row.item_no for item in left})


@lifecycle(InitialReview, SecondReview)
def claim_can_be_reviewed(c: Review, world: World) -> Iterator[Unmet]:
    """A claim within reach is reviewed, and what the review takes off is there."""
    yield from claim_is_known(c.claim_id, world)
    one = world.state(SUBSIDY_CLAIM, c.claim_id)
    yield from sound(c.disallow, one.items)
    if c.result == "PASS" and one.items and not after(one.items, c.disallow):
        yield unmet(
            ("至少保留1项，否则作出不予补贴决定", "an item left, else a refusal"),
            ("全部核减", "all are taken off"),
            where="disallow",
        )


@hard("CLM-08", InitialReview)
def accepted_before_reviewed(c: InitialReview, world: World) -> Iterator[Unmet]:
    """The first review follows the acceptance."""
    yield from at_step(world.state(SUBSIDY_CLAIM, c.claim_id), ("ACCEPTED",))


@hard("CLM-08", SecondReview)
def reviewed_once_before_again(c: SecondReview, world: World) -> Iterator[Unmet]:
    """The second review follows the first one that passed."""
    yield from at_step(world.state(SUBSIDY_CLAIM, c.claim_id), ("INITIAL_REVIEWED",))


@hard("CLM-09", SecondReview)
def two_people_review(c: SecondReview, world: World) -> Iterator[Unmet]:
    """The second reviewer is not the first one (C-16)."""
    one = world.state(SUBSIDY_CLAIM, c.claim_id)
    if one.initial_reviewer == world.caller.person:
        told = unmet(
            ("复核人不是初审人", "another person than the first reviewer"),
            ("同一人", "the same person"),
        )
        soft = world.law.parameter("sod_review", world.today, county=one.county) == "FLAG"
        yield replace(told, flag=soft)


@hard("CLM-09", InitialReview)
def reviewer_did_not_approve_the_filing(c: InitialReview, world: World) -> Iterator[Unmet]:
    """Who approved the class does not review its claims first (`reviewer_not_filing_approver`)."""
    one = world.state(SUBSIDY_CLAIM, c.claim_id)
    asked = world.law.parameter("reviewer_not_filing_approver", world.today, county=one.county)
    if asked == "OFF" or one.class_id is None:
        return
    if world.state(TRAINING_CLASS, one.class_id).approver == world.caller.person:
        told = unmet(
            ("初审人不是该班开班审批人", "another person than approved the filing"),
            ("同一人", "the same person"),
        )
        yield replace(told, flag=asked == "FLAG")


@flag("CLM-14", InitialReview, SecondReview)
def review_is_archived(c: Review, world: World) -> Iterator[Unmet]:
    """Each review leaves a paper in the authority's own archive."""
    if not c.docs:
        yield unmet(("审核材料存档", "an archived paper"), ("没有", "none"), where="docs")


@hard("ELG-23", InitialReview)
def every_item_has_its_fund(c: InitialReview, world: World) -> Iterator[Unmet]:
    """A claim does not leave the first review while an item has no fund."""
    if c.result == "PASS":
        left = after(world.state(SUBSIDY_CLAIM, c.claim_id).items, c.disallow)
        yield from about_items(
            unfunded(left), ("已确定资金渠道", "a fund for each item"), ("未确定", "have none")
        )


@hard("ELG-07", InitialReview)
def cap_still_holds(c: InitialReview, world: World) -> Iterator[Unmet]:
    """The yearly cap is asked again, for registers may have reported since."""
    if c.result == "PASS":
        yield from at_most_three_a_year(case_after(c, world), world)


@hard("ELG-08", InitialReview)
def still_no_repeat(c: InitialReview, world: World) -> Iterator[Unmet]:
    """So is the repeat of an occupation and level."""
    if c.result == "PASS":
        yield from no_repeat_within_a_year(case_after(c, world), world)
