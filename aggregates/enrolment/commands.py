"""What may be asked of enrolments, and the rules that answer."""

from collections.abc import Iterator
from datetime import date
from typing import Literal

from aggregates.access.state import ACCESS, erasure_id
from aggregates.decisions import Command, New, Unmet, World, command, flag, hard, lifecycle, unmet
from aggregates.enrolment.facts import (
    AgencyClaimAgreementSigned,
    TraineeEnrolled,
    TraineeWithdrawn,
)
from aggregates.enrolment.state import ENROLMENT, Enrolment
from aggregates.facts import Code, Digest, Fact, Fen, Instant
from aggregates.ids import ClassId, EnrolmentId, PersonId
from aggregates.law.catalogues import PersonCategory
from aggregates.law.clauses import clause
from aggregates.law.regimes import binds
from aggregates.sealed import FreeText, Matchable, Personal, Phone, Restricted
from aggregates.trainee.state import TRAINEE
from aggregates.training_class.facts import RosterChanged
from aggregates.training_class.form import Contract, RosterRow
from aggregates.training_class.reach import class_is_known, in_reach, nobody_else, of_class, whose
from aggregates.training_class.roster import heads_after, phase_of
from aggregates.training_class.size import too_large
from aggregates.training_class.state import TRAINING_CLASS, enrolment_of

OPEN = ("FILED", "RETURNED", "APPROVED", "RUNNING")
"""Steps of a class at which people join."""
BEFORE_ANSWER = frozenset({"FILED", "RETURNED"})
"""Those of them at which its roster is the filing's own: what the bureau is asked about stands."""


@command(
    "enrol-trainee",
    zh="学员报名",
    en="Enrol a trainee",
    kind=ENROLMENT,
    roles=("TRAINEE", "INST_CLERK", "INST_HEAD", "EMPLOYER"),
)
class EnrolTrainee(Command):
    """A person joins a class; one who is not on its roster yet is added to it.

    Attributes:
        employer: The credit code of the employer, for a person added to the roster.
        contract: The labour contract, likewise.
    """

    class_id: ClassId
    person_id: PersonId
    category: Restricted[PersonCategory]
    phone: Matchable[Phone]
    fee_charged_fen: Fen
    fee_paid_fen: Fen
    policy_notice_ack: bool
    voucher_no: Code | None = None
    channel: Literal["ONSITE", "ONLINE"] = "ONSITE"
    interview_doc: Digest | None = None
    course_fit_doc: Digest | None = None
    employer: Code | None = None
    contract: Contract | None = None

    @property
    def enrolment_id(self) -> EnrolmentId:
        """The id of the enrolment: one for each person in each class."""
        return enrolment_of(self.class_id, self.person_id)

    def added(self, world: World) -> tuple[RosterRow, ...]:
        """Return the row that the roster lacks, if it does."""
        if self.person_id in world.state(TRAINING_CLASS, self.class_id).roster:
            return ()
        return (
            RosterRow(
                person_id=self.person_id,
                category=self.category,
                employer=self.employer,
                contract=self.contract,
            ),
        )

    def facts(self, world: World) -> Iterator[New]:
        """Record the enrolment, and the head added to the roster."""
        one = world.state(TRAINING_CLASS, self.class_id)
        institution_id, county = whose(self.class_id, world)
        fact = TraineeEnrolled(
            enrolment_id=self.enrolment_id,
            class_id=self.class_id,
            person_id=self.person_id,
            institution_id=institution_id,
            county_code=county,
            category=self.category,
            phone=self.phone,
            fee_charged_fen=self.fee_charged_fen,
            fee_paid_fen=self.fee_paid_fen,
            policy_notice_ack=self.policy_notice_ack,
            voucher_no=self.voucher_no,
            channel=self.channel,
            interview_doc=self.interview_doc,
            course_fit_doc=self.course_fit_doc,
        )
        yield New(
            ENROLMENT,
            self.enrolment_id,
            fact,
            county=one.county,
            about=self.class_id,
            regime=one.regime,
        )
        added = self.added(world)
        if added:
            changed = RosterChanged(
                class_id=self.class_id,
                institution_id=institution_id,
                county_code=county,
                added=added,
                phase=phase_of(self.class_id, world),
                heads=heads_after(self.class_id, added, (), world),
            )
            yield of_class(self.class_id, changed, world)


@lifecycle(EnrolTrainee)
def class_takes_people(c: EnrolTrainee, world: World) -> Iterator[Unmet]:
    """A person joins a class once, before its teaching is completed."""
    yield from class_is_known(c.class_id, world, *OPEN)
    status = world.state(TRAINING_CLASS, c.class_id).status
    if status in BEFORE_ANSWER and c.added(world):
        yield unmet(
            ("待审核备案的花名册中的人员", "somebody on the roster of the filing that waits"),
            ("不在名册，须随备案补正或在同意后增加", "not on it: resubmit it, or wait for consent"),
            where="person_id",
        )
    if world.state(ENROLMENT, c.enrolment_id).enrolled:
        yield unmet(("尚未报名", "a person not enrolled yet"), ("已报名", "enrolled already"))
    # Read also because an erasure has to know of every enrolment: one of the two is first.
    if world.state(ACCESS, erasure_id(c.person_id)).erased_on is not None:
        yield unmet(("个人信息未被删除的人员", "a person who was not erased"), ("已删除", "erased"))


@hard("FIL-04", EnrolTrainee)
def trainee_has_a_real_name(c: EnrolTrainee, world: World) -> Iterator[Unmet]:
    """Whoever enrols was verified; after an erasure, since coming back."""
    one = world.state(TRAINEE, c.person_id)
    since = world.state(ACCESS, erasure_id(c.person_id)).readmitted_on
    anew = since is None or (one.verified_on is not None and one.verified_on >= since)
    if not one.verified or not anew:
        yield unmet(
            ("通过实名核验的人员", "a person whose identity was verified"),
            ("未通过实名核验", "not verified"),
            where="person_id",
        )


@hard("FIL-08", EnrolTrainee)
def class_stays_small_enough(c: EnrolTrainee, world: World) -> Iterator[Unmet]:
    """The cap holds at every moment: nobody joins a roster that is full."""
    one = world.state(TRAINING_CLASS, c.class_id)
    added = c.added(world)
    if added and one.filing is not None:
        heads = heads_after(c.class_id, added, (), world)
        yield from too_large(one.filing, heads, world, one.county)


@flag("FIL-06", EnrolTrainee)
def applicant_was_screened(c: EnrolTrainee, world: World) -> Iterator[Unmet]:
    """The institution looked at the applicant: a category is confirmed, and the one stated."""
    confirmed = world.state(TRAINEE, c.person_id).confirmed
    if confirmed is None:
        yield unmet(("人员类别已确认", "a category that was confirmed"), ("未确认", "none"))
        return
    stated = c.category.value
    if None not in (confirmed.category, stated) and confirmed.category != stated:
        yield unmet(("与确认的类别一致", "the category that was confirmed"), ("不一致", "another"))


@flag("PLN-09", EnrolTrainee)
def trainee_was_told_the_policy(c: EnrolTrainee, world: World) -> Iterator[Unmet]:
    """Each trainee is told the subsidy policy, and confirms it."""
    if not c.policy_notice_ack:
        yield unmet(
            ("学员确认已获知补贴政策", "the trainee's word of having been told"),
            ("没有", "it is lacking"),
            where="policy_notice_ack",
        )


@flag("FIL-20", EnrolTrainee)
def entrepreneur_was_interviewed(c: EnrolTrainee, world: World) -> Iterator[Unmet]:
    """Whoever joins an entrepreneurship class was interviewed briefly."""
    if _entrepreneurship("FIL-20", c, world) and c.interview_doc is None:
        yield unmet(("学员面试记录", "a record of an interview"), ("没有", "none"), "interview_doc")


@flag("FIL-24", EnrolTrainee)
def course_suits_the_entrepreneur(c: EnrolTrainee, world: World) -> Iterator[Unmet]:
    """Lecturers decide by conditions which entrepreneurship course suits a person."""
    if _entrepreneurship("FIL-24", c, world) and c.course_fit_doc is None:
        yield unmet(("选课记录", "a record of the choice"), ("没有", "none"), "course_fit_doc")


def _entrepreneurship(rule_id: str, c: EnrolTrainee, world: World) -> bool:
    one = world.state(TRAINING_CLASS, c.class_id)
    bound = binds(clause(rule_id).document, one.regime, one.starts_on)
    return one.training_type == "ENTREPRENEURSHIP" and bound


@command(
    "sign-agency-agreement",
    zh="签订代领补贴协议",
    en="Sign an agency claim agreement",
    kind=ENROLMENT,
    roles=("TRAINEE", "INST_CLERK", "INST_HEAD"),
)
class SignAgencyAgreement(Command):
    """Trainee and institution agree that the institution claims the subsidy."""

    enrolment_id: EnrolmentId
    doc_sha256: Digest
    signed_at: Instant

    def facts(self, world: World) -> Iterator[New]:
        """Record the agreement, and whether it came before the point that the city names."""
        one = world.state(ENROLMENT, self.enrolment_id)
        due = _agreement_due(one, world)
        fact = AgencyClaimAgreementSigned(
            enrolment_id=self.enrolment_id,
            class_id=_class_of(one, self.enrolment_id),
            person_id=_person_of(one, self.enrolment_id),
            institution_id=one.institution_id or nobody_else(self.enrolment_id),
            county_code=one.county or world.city,
            doc_sha256=self.doc_sha256,
            signed_at=self.signed_at,
            in_time=due is None or world.today <= due,
        )
        yield _of_enrolment(one, self.enrolment_id, fact, world)


def _of_enrolment(one: Enrolment, enrolment_id: EnrolmentId, fact: Fact, world: World) -> New:
    regime = "R3" if one.class_id is None else world.state(TRAINING_CLASS, one.class_id).regime
    return New(ENROLMENT, enrolment_id, fact, county=one.county, about=one.class_id, regime=regime)


def _class_of(one: Enrolment, enrolment_id: EnrolmentId) -> ClassId:
    return one.class_id or ClassId(nobody_else(enrolment_id))


def _person_of(one: Enrolment, enrolment_id: EnrolmentId) -> PersonId:
    return one.person_id or PersonId(nobody_else(enrolment_id))


def _agreement_due(one: Enrolment, world: World) -> date | None:
    """Return the last day on which an agreement is in time (`agreement_signed_before`)."""
    if one.class_id is None:
        return None
    held = world.state(TRAINING_CLASS, one.class_id)
    before = world.law.parameter("agreement_signed_before", world.today, county=one.county)
    return {"CLASS_START": held.starts_on, "CLASS_END": held.ends_on}.get(before)


@lifecycle(SignAgencyAgreement)
def trainee_is_enrolled(c: SignAgencyAgreement, world: World) -> Iterator[Unmet]:
    """Only somebody who is enrolled signs, and once."""
    yield from _is_enrolled(c.enrolment_id, world)
    if world.state(ENROLMENT, c.enrolment_id).agreement_on is not None:
        yield unmet(("尚未签订", "no agreement yet"), ("已签订", "signed already"))


@flag("FIL-07", SignAgencyAgreement)
def agreement_is_signed_in_time(c: SignAgencyAgreement, world: World) -> Iterator[Unmet]:
    """The agreement is recorded by the start of the class, or by another point of the city's."""
    one = world.state(ENROLMENT, c.enrolment_id)
    due = _agreement_due(one, world)
    if due is not None and world.today > due:
        yield unmet(
            (f"不晚于{due}签订", f"signed by {due}"),
            (f"{world.today}记录", f"recorded on {world.today}"),
        )


@command(
    "withdraw-trainee",
    zh="学员退班",
    en="Withdraw a trainee",
    kind=ENROLMENT,
    roles=("TRAINEE", "INST_CLERK", "INST_HEAD", "EMPLOYER"),
)
class WithdrawTrainee(Command):
    """A person leaves a class before its end, and its roster."""

    enrolment_id: EnrolmentId
    withdrawn_on: date
    reason: Personal[FreeText] | None = None

    def facts(self, world: World) -> Iterator[New]:
        """Record the withdrawal, and the head taken off the roster."""
        one = world.state(ENROLMENT, self.enrolment_id)
        class_id = _class_of(one, self.enrolment_id)
        person_id = _person_of(one, self.enrolment_id)
        institution_id = one.institution_id or nobody_else(self.enrolment_id)
        fact = TraineeWithdrawn(
            enrolment_id=self.enrolment_id,
            class_id=class_id,
            person_id=person_id,
            institution_id=institution_id,
            county_code=one.county or world.city,
            withdrawn_on=self.withdrawn_on,
            reason=self.reason,
        )
        yield _of_enrolment(one, self.enrolment_id, fact, world)
        if one.class_id is not None and person_id in world.state(TRAINING_CLASS, class_id).roster:
            changed = RosterChanged(
                class_id=class_id,
                institution_id=institution_id,
                county_code=one.county,
                removed=(person_id,),
                phase=phase_of(class_id, world),
                heads=heads_after(class_id, (), (person_id,), world),
            )
            yield of_class(class_id, changed, world)


def _is_enrolled(enrolment_id: EnrolmentId, world: World) -> Iterator[Unmet]:
    one = world.state(ENROLMENT, enrolment_id)
    if not one.enrolled:
        yield unmet(("已报名的学员", "a trainee who is enrolled"), ("没有", "none"))
    else:
        yield from in_reach(one.institution_id, one.county, world)


@lifecycle(WithdrawTrainee)
def trainee_can_leave(c: WithdrawTrainee, world: World) -> Iterator[Unmet]:
    """Somebody who is enrolled leaves before the teaching is completed."""
    yield from _is_enrolled(c.enrolment_id, world)
    class_id = world.state(ENROLMENT, c.enrolment_id).class_id
    if class_id is not None and world.state(TRAINING_CLASS, class_id).taught:
        yield unmet(
            ("教学结束前", "before the teaching is completed"), ("教学已结束", "it is over")
        )
    if c.withdrawn_on > world.today:
        yield unmet(
            (f"不晚于{world.today}", f"not after {world.today}"),
            (f"{c.withdrawn_on}", f"{c.withdrawn_on}"),
            where="withdrawn_on",
        )
