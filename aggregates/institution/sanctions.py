"""How an institution is suspended, and that lifted: by reasoned decisions (17号 二(二))."""

from collections.abc import Iterator
from datetime import date

from aggregates.decisions import Command, New, Unmet, World, command, flag, hard, lifecycle, unmet
from aggregates.facts import Code, CountyCode, Digest, Instant
from aggregates.ids import InstitutionId, OfficialId
from aggregates.institution.facts import InstitutionSuspended, InstitutionSuspensionLifted
from aggregates.institution.parts import NegativeItem, Scope
from aggregates.institution.state import INSTITUTION
from aggregates.law.clauses import CLAUSES


@command(
    "suspend-institution",
    zh="暂停承训资格",
    en="Suspend an institution",
    kind=INSTITUTION,
    roles=("COUNTY_HR", "CITY_HR"),
)
class SuspendInstitution(Command):
    """A body may not train for a time: a decision of a person, with reasons and a document."""

    institution_id: InstitutionId
    decision_no: Code
    decision_doc: Digest
    valid_from: date
    valid_to: date | None = None
    scope: Scope
    county_code: CountyCode | None = None
    occupations: tuple[Code, ...] = ()
    running_classes_continue: bool
    proposal_no: Code | None = None
    served_at: Instant | None = None
    negative_items: tuple[NegativeItem, ...]
    decided_by: OfficialId

    def facts(self, world: World) -> Iterator[New]:
        """Record the suspension."""
        yield New(
            INSTITUTION,
            self.institution_id,
            InstitutionSuspended(
                institution_id=self.institution_id,
                decision_no=self.decision_no,
                decision_doc=self.decision_doc,
                valid_from=self.valid_from,
                valid_to=self.valid_to,
                scope=self.scope,
                county_code=self.county_code,
                occupations=self.occupations,
                running_classes_continue=self.running_classes_continue,
                proposal_no=self.proposal_no,
                served_at=self.served_at,
                negative_items=self.negative_items,
                decided_by=self.decided_by,
            ),
            county=self.county_code or world.state(INSTITUTION, self.institution_id).county,
        )


@lifecycle(SuspendInstitution)
def may_train_now(c: SuspendInstitution, world: World) -> Iterator[Unmet]:
    """Only who is listed, or an employer, can be suspended; each decision counts once."""
    one = world.state(INSTITUTION, c.institution_id)
    if not one.listings and one.kind != "EMPLOYER":
        yield unmet(("目录内机构或用工企业", "a listed body or an employer"), ("都不是", "neither"))
    if any(held.decision_no == c.decision_no for held in one.suspensions):
        yield unmet(("新的决定", "a new decision"), ("该决定已登记", "on record"), "decision_no")
    if (c.scope == "COUNTY") != (c.county_code is not None):
        yield unmet(
            ("范围为县区时注明县区", "a county where the scope is one, else none"),
            ("不符", "it is otherwise"),
            where="county_code",
        )
    if world.caller.role == "COUNTY_HR" and c.scope != "COUNTY":
        yield unmet(
            ("县区只暂停在本县区承训", "a county suspends in that county only"),
            (c.scope, c.scope),
            where="scope",
        )
    if (c.scope == "OCCUPATION") != bool(c.occupations):
        yield unmet(
            ("范围为职业时注明职业", "occupations where the scope is some, else none"),
            ("不符", "it is otherwise"),
            where="occupations",
        )


@hard("INS-12", SuspendInstitution)
def rests_on_negative_items(c: SuspendInstitution, world: World) -> Iterator[Unmet]:
    """A suspension rests on items of the negative list and lasts from its service onwards."""
    del world
    if not c.negative_items:
        yield unmet(("负面问题清单条目", "items of the negative list"), ("未填", "none"))
    for at, item in enumerate(c.negative_items):
        if item not in CLAUSES:
            yield unmet(
                ("负面问题清单中的条目", "an item of the negative list"),
                (item, item),
                where=f"negative_items[{at}]",
            )
    if c.valid_to is not None and c.valid_to < c.valid_from:
        yield unmet(
            (f"不早于{c.valid_from}", f"not before {c.valid_from}"),
            (str(c.valid_to), str(c.valid_to)),
            where="valid_to",
        )


@flag("INS-12", SuspendInstitution)
def heard_and_served(c: SuspendInstitution, world: World) -> Iterator[Unmet]:
    """Nobody is sanctioned unheard: a proposal came before, and the decision was served."""
    del world
    if c.proposal_no is None:
        yield unmet(
            ("事先告知并听取陈述申辩", "a proposal on which the body was heard"),
            ("没有", "none"),
            where="proposal_no",
        )
    if c.served_at is None:
        yield unmet(("决定已送达", "the decision served"), ("未送达", "it is not"), "served_at")


@command(
    "lift-suspension",
    zh="解除暂停",
    en="Lift a suspension",
    kind=INSTITUTION,
    roles=("COUNTY_HR", "CITY_HR"),
)
class LiftSuspension(Command):
    """A suspension ends by decision."""

    institution_id: InstitutionId
    suspension_no: Code
    decision_doc: Digest
    lifted_on: date

    def facts(self, world: World) -> Iterator[New]:
        """Record that it is lifted."""
        yield New(
            INSTITUTION,
            self.institution_id,
            InstitutionSuspensionLifted(
                institution_id=self.institution_id,
                suspension_no=self.suspension_no,
                decision_doc=self.decision_doc,
                lifted_on=self.lifted_on,
            ),
            county=world.state(INSTITUTION, self.institution_id).county,
        )


@lifecycle(LiftSuspension)
def suspended_before_lifted(c: LiftSuspension, world: World) -> Iterator[Unmet]:
    """Only a suspension that stands can be lifted, and not before it is decided."""
    held = world.state(INSTITUTION, c.institution_id).suspensions
    standing = [one for one in held if one.decision_no == c.suspension_no]
    if not standing or standing[0].lifted_on is not None:
        yield unmet(
            ("生效中的暂停决定", "a suspension that stands"),
            ("没有这项决定或已解除", "no such decision, or it is lifted"),
            where="suspension_no",
        )
    elif world.caller.role == "COUNTY_HR" and standing[0].county != world.caller.county:
        yield unmet(
            ("本县区的暂停决定", "a suspension by that county"),
            ("由其他机关作出", "it is another's"),
            where="suspension_no",
        )
    if c.lifted_on < world.today:
        yield unmet(
            (f"不早于{world.today}", f"not before {world.today}"),
            (str(c.lifted_on), str(c.lifted_on)),
            where="lifted_on",
        )
