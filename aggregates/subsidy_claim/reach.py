"""Whether a command reaches the claim that it names, and how what it says of it is recorded."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from aggregates.decisions import New, Unmet, World, unmet
from aggregates.entitlement.facts import EntitlementReleased, ReleaseReason
from aggregates.entitlement.placing import of_person
from aggregates.facts import Fact
from aggregates.ids import ClaimId, ClassId, InstitutionId, derived_id
from aggregates.law.deadlines import ClaimMode
from aggregates.project.facts import ProjectMoneyTaken
from aggregates.project.state import PROJECT
from aggregates.subsidy_claim.items import Item, total_of
from aggregates.subsidy_claim.state import SUBSIDY_CLAIM, Claim
from aggregates.training_class.facts import ClaimFiled
from aggregates.training_class.reach import in_reach, nobody_else, of_class
from aggregates.training_class.reach import whose as whose_class
from aggregates.training_class.state import TRAINING_CLASS

STATUS_ZH = {
    "": "不存在",
    "SUBMITTED": "待受理",
    "ACCEPTED": "已受理",
    "RETURNED": "退回补正",
    "REFUSED": "不予补贴",
    "DISALLOWED": "全部项目不予补贴",
    "INITIAL_REVIEWED": "初审通过",
    "SECOND_REVIEWED": "复核通过",
    "REPORTED": "已出审核报告",
    "RESOLVED": "会议通过",
    "IN_PUBLICITY": "公示中",
    "CLEARED": "公示无异议",
    "HELD": "暂缓",
    "FUNDING_APPLIED": "已申请资金",
    "FUNDING_APPROVED": "资金已批准",
    "ORDERED": "已下达拨付指令",
    "PAID": "已拨付",
}


@dataclass(frozen=True, slots=True)
class Whose:
    """Which class and institution a claim is about, and where it is claimed."""

    class_id: ClassId
    institution_id: InstitutionId
    county: str


def whose(claim_id: ClaimId, world: World) -> Whose:
    """Return what every fact of a claim restates, with stand-ins where history does not say."""
    one = world.state(SUBSIDY_CLAIM, claim_id)
    return whose_is(claim_id, one, world)


def whose_is(claim_id: ClaimId, one: Claim, world: World) -> Whose:
    """Return the same of a claim whose state is at hand."""
    return Whose(
        one.class_id or ClassId(derived_id("class-unknown", claim_id)),
        one.institution_id or nobody_else(claim_id),
        one.county or world.city,
    )


def of_claim(claim_id: ClaimId, fact: Fact, world: World) -> New:
    """Return a fact for the stream of a claim, under the regime of its class."""
    one = world.state(SUBSIDY_CLAIM, claim_id)
    return New(
        SUBSIDY_CLAIM,
        claim_id,
        fact,
        county=one.county,
        about=claim_id,
        regime=one.regime,
    )


def known(one: Claim, world: World, statuses: tuple[str, ...], where: str = "") -> Iterator[Unmet]:
    """Yield that a claim does not exist, stands at another step, or is out of reach.

    Args:
        one: The claim.
        world: What the decision may know.
        statuses: The steps that will do; any, where none is named.
        where: The part of the command that names it.
    """
    if not one.status:
        yield unmet(("已提交的申报", "a claim that was submitted"), ("没有这份申报", "none"), where)
        return
    yield from at_step(one, statuses, where)
    yield from in_reach(one.applicant_id, one.county, world)


def at_step(one: Claim, statuses: tuple[str, ...], where: str = "") -> Iterator[Unmet]:
    """Yield that a claim stands at none of some steps."""
    if statuses and one.status not in statuses:
        wanted = "、".join(STATUS_ZH[status] for status in statuses)
        yield unmet(
            (f"申报状态为{wanted}", f"a claim that is {' or '.join(statuses)}"),
            (STATUS_ZH[one.status], one.status or "missing"),
            where,
        )


def claim_is_known(claim_id: ClaimId, world: World, *statuses: str) -> Iterator[Unmet]:
    """Yield that the claim of a command does not exist, is at another step, or out of reach."""
    yield from known(world.state(SUBSIDY_CLAIM, claim_id), world, statuses)


def known_to_class(
    claim_id: ClaimId, class_id: ClassId, mode: ClaimMode, world: World
) -> Iterator[New]:
    """Yield that a class learns of a claim for it; nothing where it knows of it already."""
    if claim_id not in world.state(TRAINING_CLASS, class_id).claims:
        institution_id, county = whose_class(class_id, world)
        fact = ClaimFiled(
            class_id=class_id,
            institution_id=institution_id,
            county_code=county,
            claim_id=claim_id,
            mode=mode,
        )
        yield of_class(class_id, fact, world)


def claims_of(class_id: ClassId, world: World) -> dict[ClaimId, Claim]:
    """Return every claim that was handed in for a class."""
    known_of = world.state(TRAINING_CLASS, class_id).claims
    return {ClaimId(one): held for one, held in world.states(SUBSIDY_CLAIM, known_of).items()}


def unsettled(class_id: ClassId, world: World) -> Iterator[Unmet]:
    """Yield each claim of a class that is neither paid nor refused."""
    for claim_id, one in claims_of(class_id, world).items():
        if not one.settled:
            yield unmet(
                ("已拨付或已作不予补贴决定", "claims that are paid or refused"),
                (f"{claim_id}：{STATUS_ZH[one.status]}", f"{claim_id}: {one.status or 'missing'}"),
                where="class_id",
            )


def taking(
    claim_id: ClaimId, amount_fen: int, world: World, *, begins: bool = False
) -> Iterator[New]:
    """Yield how much of its project's contract a claim takes from now on, where that changes.

    Args:
        claim_id: The claim; nothing follows where its class belongs to no project.
        amount_fen: What it takes, 0 once it is refused.
        world: What the decision may know.
        begins: It is accepted; before that it takes nothing.
    """
    one = world.state(SUBSIDY_CLAIM, claim_id)
    if one.project_id is None:
        return
    before = world.state(PROJECT, one.project_id).claims.get(claim_id)
    # Of a claim that was accepted before projects were told, it learns at the claim's next step.
    accepted = begins or one.accepted_on is not None
    if accepted and before != amount_fen:
        yield told_to_project(claim_id, one, amount_fen, world)


def takes(one: Claim) -> int:
    """Return what an accepted claim takes of its project's contract, as it stands."""
    return 0 if one.status == "REFUSED" else total_of(one.live())


def told_to_project(claim_id: ClaimId, one: Claim, amount_fen: int, world: World) -> New:
    """Return the fact that tells the project of a claim what it takes."""
    assert one.project_id is not None  # noqa: S101 - or there is nobody to tell
    of = whose_is(claim_id, one, world)
    fact = ProjectMoneyTaken(
        project_id=one.project_id,
        claim_id=claim_id,
        class_id=of.class_id,
        institution_id=of.institution_id,
        county_code=of.county,
        amount_fen=amount_fen,
    )
    return New(PROJECT, one.project_id, fact, county=of.county, about=claim_id, regime=one.regime)


def freed(
    claim_id: ClaimId, items: Iterable[Item], reason: ReleaseReason, world: World
) -> Iterator[New]:
    """Yield that items gave up their places among the entitlements, those that have one."""
    one = world.state(SUBSIDY_CLAIM, claim_id)
    of = whose_is(claim_id, one, world)
    for item in items:
        if item.reserved:
            fact = EntitlementReleased(
                person_id=item.row.person_id,
                claim_id=claim_id,
                item_no=item.row.item_no,
                class_id=of.class_id,
                county_code=of.county,
                kind=item.row.kind,
                reason=reason,
            )
            yield of_person(fact, one.regime)
