"""What may be asked of certificates, and the rules that answer."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta

from aggregates.assessment.state import ASSESSMENT, Assessment
from aggregates.certificate.facts import (
    CertificateDelivered,
    CertificateIssued,
    CertificateNumbersAllocated,
    CertificateType,
)
from aggregates.certificate.numbers import Span
from aggregates.certificate.state import CERTIFICATE, batch_of, certificate_of
from aggregates.decisions import Command, New, Unmet, World, command, flag, hard, lifecycle, unmet
from aggregates.enrolment.state import ENROLMENT, Enrolment
from aggregates.facts import Code, Digest, Instant, Title
from aggregates.ids import AssessmentId, CertificateId, ClassId, EnrolmentId, PersonId
from aggregates.law.deadlines import local_date
from aggregates.training_class.hours import percent
from aggregates.training_class.reach import class_is_known, in_reach, nobody_else, whose
from aggregates.training_class.state import TRAINING_CLASS, TrainingClass

TYPE_OF_ROUTE: Mapping[str, CertificateType] = {
    "QUALIFICATION": "QUALIFICATION",
    "SPECIAL_ABILITY": "SPECIAL_ABILITY",
    "SKILL_LEVEL": "SKILL_LEVEL",
    "ENTERPRISE_SELF": "SKILL_LEVEL",
    "OWN": "COMPLETION",
}
"""What each route of assessment leads to (17号 三(四))."""


@command(
    "allocate-certificate-numbers",
    zh="反馈培训合格证书编号",
    en="Allocate certificate numbers",
    kind=CERTIFICATE,
    roles=("COUNTY_CLERK", "COUNTY_HR", "CITY_CENTRE"),
)
class AllocateCertificateNumbers(Command):
    """The bureau gives a class the numbers of its 培训合格证书."""

    class_id: ClassId
    batch_no: Code
    from_no: Code
    to_no: Code

    def batch(self, world: World) -> CertificateId:
        """Return the stream of the batch: its number counts within its county."""
        return batch_of(whose(self.class_id, world)[1], self.batch_no)

    def facts(self, world: World) -> Iterator[New]:
        """Record the numbers."""
        one = world.state(TRAINING_CLASS, self.class_id)
        institution_id, county = whose(self.class_id, world)
        batch = self.batch(world)
        fact = CertificateNumbersAllocated(
            batch_id=batch,
            batch_no=self.batch_no,
            class_id=self.class_id,
            institution_id=institution_id,
            county_code=county,
            from_no=self.from_no,
            to_no=self.to_no,
            count=Span(self.from_no, self.to_no).count,
            allocated_by=world.caller.person,
        )
        yield New(
            CERTIFICATE, batch, fact, county=one.county, about=self.class_id, regime=one.regime
        )


@lifecycle(AllocateCertificateNumbers)
def class_may_have_numbers(c: AllocateCertificateNumbers, world: World) -> Iterator[Unmet]:
    """Numbers go to a class that has started, each batch once."""
    yield from class_is_known(c.class_id, world, "RUNNING", "TAUGHT")
    if world.exists(CERTIFICATE, c.batch(world)):
        yield unmet(("新的批次号", "a new batch number"), ("已用", "taken"), where="batch_no")


@hard("CRT-02", AllocateCertificateNumbers)
def numbers_make_a_span(c: AllocateCertificateNumbers, world: World) -> Iterator[Unmet]:
    """First and last number make a span, no longer than the roster."""
    count = Span(c.from_no, c.to_no).count
    heads = world.state(TRAINING_CLASS, c.class_id).heads
    if not 0 < count <= heads:
        yield unmet(
            (f"1至{heads}个连续编号", f"1 to {heads} numbers that run on"),
            (f"{count}个", f"{count}"),
            where="to_no",
        )


@command(
    "issue-certificate",
    zh="颁发证书",
    en="Issue a certificate",
    kind=CERTIFICATE,
    roles=("INST_CLERK", "INST_HEAD", "EMPLOYER", "ASSESSOR", "COUNTY_CLERK"),
)
class IssueCertificate(Command):
    """A certificate is issued, or one that another body issued is recorded.

    Attributes:
        assessment_id: The assessment that was passed.
        batch_id: The batch of its number, for 培训合格证书.
    """

    cert_no: Code
    certificate_type: CertificateType
    enrolment_id: EnrolmentId
    assessment_id: AssessmentId | None = None
    batch_id: CertificateId | None = None
    issued_on: date
    issuer: Title
    scan_sha256: Digest | None = None

    def facts(self, world: World) -> Iterator[New]:
        """Record the certificate with what it rests on."""
        enrolment = world.state(ENROLMENT, self.enrolment_id)
        unknown = nobody_else(self.enrolment_id)
        class_id = enrolment.class_id or ClassId(unknown)
        one = world.state(TRAINING_CLASS, class_id)
        certificate = certificate_of(self.cert_no)
        fact = CertificateIssued(
            certificate_id=certificate,
            cert_no=self.cert_no,
            certificate_type=self.certificate_type,
            person_id=enrolment.person_id or PersonId(unknown),
            enrolment_id=self.enrolment_id,
            class_id=class_id,
            institution_id=enrolment.institution_id or unknown,
            county_code=enrolment.county or world.city,
            training_type=None if one.filing is None else one.filing.training_type,
            occupation="-" if one.filing is None else one.filing.occupation,
            level="-" if one.filing is None else one.filing.level,
            issued_on=self.issued_on,
            issuer=self.issuer,
            scan_sha256=self.scan_sha256,
            assessment_id=self.assessment_id,
            batch_id=self.batch_id,
            attended_hours=one.attended_hours(self.enrolment_id),
            attended_bp=one.attended_bp(self.enrolment_id),
        )
        yield New(
            CERTIFICATE,
            certificate,
            fact,
            county=enrolment.county,
            about=class_id,
            regime=one.regime,
        )

    @property
    def own(self) -> bool:
        """Whether it is the institution's own 培训合格证书, which can be withheld."""
        return self.certificate_type == "COMPLETION"


def _softly(c: IssueCertificate, answers: Iterator[Unmet]) -> Iterator[Unmet]:
    """Yield answers; what another body issued is a fact, recorded with a finding."""
    for answer in answers:
        yield answer if c.own else replace(answer, flag=True)


def _enrolled(c: IssueCertificate, world: World) -> tuple[Enrolment, TrainingClass]:
    enrolment = world.state(ENROLMENT, c.enrolment_id)
    class_id = enrolment.class_id or ClassId(nobody_else(c.enrolment_id))
    return enrolment, world.state(TRAINING_CLASS, class_id)


def _cited(c: IssueCertificate, world: World) -> Assessment:
    """Return the assessment that is cited; an empty one where none is."""
    if c.assessment_id is None:
        return ASSESSMENT.empty
    return world.state(ASSESSMENT, c.assessment_id)


@lifecycle(IssueCertificate)
def certificate_is_new(c: IssueCertificate, world: World) -> Iterator[Unmet]:
    """A number stands on one certificate, of somebody who enrolled, not dated in the future."""
    enrolment = world.state(ENROLMENT, c.enrolment_id)
    if enrolment.enrolled_on is None:
        yield unmet(("已报名的学员", "a trainee who enrolled"), ("没有", "none"), "enrolment_id")
    elif world.caller.role != "ASSESSOR":
        yield from in_reach(enrolment.institution_id, enrolment.county, world)
    if not c.own and world.state(CERTIFICATE, certificate_of(c.cert_no)).issued:
        yield unmet(("未用过的证书编号", "a number not used"), ("已用", "it is used"), "cert_no")
    if c.issued_on > world.today:
        yield unmet(
            (f"不晚于{world.today}", f"not after {world.today}"),
            (f"{c.issued_on}", f"{c.issued_on}"),
            where="issued_on",
        )


@hard("CRT-01", IssueCertificate)
def plan_was_completed_and_assessment_passed(c: IssueCertificate, world: World) -> Iterator[Unmet]:
    """A certificate needs both: the plan completed, and the assessment passed."""
    yield from _softly(c, _uncompleted(c, world))


def _uncompleted(c: IssueCertificate, world: World) -> Iterator[Unmet]:
    enrolment, one = _enrolled(c, world)
    if not one.taught:
        yield unmet(("教学已结束", "a class whose teaching is completed"), ("未结束", "it is not"))
    if not enrolment.enrolled or enrolment.person_id not in one.roster:
        yield unmet(("在册学员", "a head of the roster"), ("已退班或移出", "withdrawn or removed"))
    if not _cited(c, world).passed(c.enrolment_id):
        yield unmet(
            ("考核合格", "an assessment that was passed"),
            ("没有合格成绩", "no such result"),
            where="assessment_id",
        )
    least = world.law.parameter("min_attendance_rate_trainee", world.today, county=enrolment.county)
    attended = one.attended_bp(c.enrolment_id)
    if least is not None and attended < least:
        yield unmet(
            (f"到课率不低于{percent(least)}", f"attendance of {percent(least)}"),
            (percent(attended), percent(attended)),
        )


@hard("CRT-01", IssueCertificate)
def certificate_follows_the_assessment(c: IssueCertificate, world: World) -> Iterator[Unmet]:
    """A certificate is not dated before the assessment that it rests on was held.

    By its date the years are counted in which somebody was subsidised.
    """
    held_at = _cited(c, world).held_at
    if held_at is not None and c.issued_on < local_date(held_at):
        early = unmet(
            (
                f"不早于考核日{local_date(held_at)}",
                f"not before the assessment, {local_date(held_at)}",
            ),
            (f"{c.issued_on}", f"{c.issued_on}"),
            where="issued_on",
        )
        yield from _softly(c, iter((early,)))


@hard("ASM-06", IssueCertificate)
def class_ended_with_an_assessment(c: IssueCertificate, world: World) -> Iterator[Unmet]:
    """Every class ends with an exam or check; without one there is no certificate."""
    enrolment, _ = _enrolled(c, world)
    cited = _cited(c, world)
    if cited.held_at is None or cited.class_id != enrolment.class_id:
        missing = unmet(
            ("本班期已组织的考核", "an assessment of the class that was held"),
            ("没有", "none"),
            where="assessment_id",
        )
        yield from _softly(c, iter((missing,)))


@hard("CRT-02", IssueCertificate)
def number_is_the_bureaus(c: IssueCertificate, world: World) -> Iterator[Unmet]:
    """A 培训合格证书 bears an unused number of the batch that the bureau gave the class."""
    if not c.own:
        return
    enrolment, _ = _enrolled(c, world)
    batch = CERTIFICATE.empty if c.batch_id is None else world.state(CERTIFICATE, c.batch_id)
    if batch.span is None or batch.class_id != enrolment.class_id or c.cert_no not in batch.span:
        yield unmet(
            ("人社部门反馈给本班期的编号", "a number that the bureau gave the class"),
            ("不在批次内", "not of the batch"),
            where="cert_no",
        )
    if world.state(CERTIFICATE, certificate_of(c.cert_no)).issued:
        yield unmet(("未用过的编号", "a number not used"), ("已用", "it is used"), where="cert_no")


@flag("ASM-01", IssueCertificate)
def certificate_is_of_the_route(c: IssueCertificate, world: World) -> Iterator[Unmet]:
    """A certificate is of the type to which its assessment leads; another earns no subsidy."""
    cited = _cited(c, world)
    wanted = TYPE_OF_ROUTE.get(cited.route)
    if wanted is not None and wanted != c.certificate_type:
        yield unmet(
            (f"{cited.route}考核对应的证书{wanted}", f"{wanted}, as {cited.route} leads to"),
            (c.certificate_type, c.certificate_type),
            where="certificate_type",
        )


@command(
    "deliver-certificate",
    zh="发放证书",
    en="Deliver a certificate",
    kind=CERTIFICATE,
    roles=("INST_CLERK", "INST_HEAD", "EMPLOYER", "CLASS_HEAD"),
)
class DeliverCertificate(Command):
    """A certificate is handed to the trainee in person, who signs for it."""

    cert_no: Code
    delivered_at: Instant
    receipt_sha256: Digest

    def facts(self, world: World) -> Iterator[New]:
        """Record the delivery."""
        certificate = certificate_of(self.cert_no)
        one = world.state(CERTIFICATE, certificate)
        unknown = nobody_else(certificate)
        fact = CertificateDelivered(
            certificate_id=certificate,
            cert_no=self.cert_no,
            person_id=one.person_id or PersonId(unknown),
            enrolment_id=one.enrolment_id or EnrolmentId(unknown),
            class_id=one.class_id or ClassId(unknown),
            institution_id=one.institution_id or unknown,
            county_code=one.county or world.city,
            delivered_at=self.delivered_at,
            receipt_sha256=self.receipt_sha256,
        )
        held = world.state(TRAINING_CLASS, fact.class_id)
        yield New(
            CERTIFICATE,
            certificate,
            fact,
            county=one.county,
            about=one.class_id,
            regime=held.regime,
        )


@lifecycle(DeliverCertificate)
def certificate_was_issued(c: DeliverCertificate, world: World) -> Iterator[Unmet]:
    """A certificate that was issued is handed over once."""
    one = world.state(CERTIFICATE, certificate_of(c.cert_no))
    if not one.issued:
        yield unmet(("已颁发的证书", "a certificate that was issued"), ("没有", "none"))
    elif one.delivered_at is not None:
        yield unmet(("尚未发放", "not delivered yet"), ("已发放", "delivered already"))
    else:
        yield from in_reach(one.institution_id, one.county, world)


def _late(c: DeliverCertificate, world: World) -> Iterator[Unmet]:
    one = world.state(CERTIFICATE, certificate_of(c.cert_no))
    days = world.law.parameter("sla_certificate_delivery_days", world.today, county=one.county)
    if days is None or one.issued_on is None:
        return
    due = one.issued_on + timedelta(days=days)
    if world.today > due:
        yield unmet(
            (f"不晚于{due}发放", f"delivered by {due}"),
            (f"{world.today}记录", f"recorded on {world.today}"),
        )


@flag("CRT-03", DeliverCertificate)
def trainees_get_certificates_promptly(c: DeliverCertificate, world: World) -> Iterator[Unmet]:
    """Certificates reach trainees promptly: within the days that the city has set, if any."""
    yield from _late(c, world)


@flag("CRT-05", DeliverCertificate)
def entrepreneurs_get_certificates_promptly(c: DeliverCertificate, world: World) -> Iterator[Unmet]:
    """The same is asked of entrepreneurship classes by their own guide."""
    if world.state(CERTIFICATE, certificate_of(c.cert_no)).training_type == "ENTREPRENEURSHIP":
        yield from _late(c, world)
