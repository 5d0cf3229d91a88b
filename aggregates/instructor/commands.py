"""What may be asked of lecturers, and the rules that answer."""

from collections.abc import Iterator
from datetime import date
from typing import Literal

from aggregates.decisions import Command, New, Unmet, World, command, flag, lifecycle, unmet
from aggregates.facts import Code, CountyCode, Digest
from aggregates.ids import InstitutionId, InstructorId
from aggregates.institution.state import INSTITUTION
from aggregates.instructor.facts import InstructorEngaged, InstructorRegistered, Qualification
from aggregates.instructor.state import INSTRUCTOR
from aggregates.sealed import IdNumber, Matchable, Name, Personal, Phone, Restricted


@command(
    "register-instructor",
    zh="登记师资",
    en="Register a lecturer",
    kind=INSTRUCTOR,
    roles=("INST_CLERK", "INST_HEAD", "COUNTY_CLERK", "COUNTY_HR", "CITY_CENTRE"),
)
class RegisterInstructor(Command):
    """A lecturer enters the county's registry; again when something has changed."""

    instructor_id: InstructorId | None = None
    county_code: CountyCode
    name: Personal[Name]
    id_number: Matchable[IdNumber]
    phone: Matchable[Phone] | None = None
    qualifications: tuple[Qualification, ...] = ()
    photo: Restricted[Digest] | None = None

    def facts(self, world: World) -> Iterator[New]:
        """Record the registration."""
        one = self.instructor_id or InstructorId(world.new_id())
        yield New(
            INSTRUCTOR,
            one,
            InstructorRegistered(
                instructor_id=one,
                county_code=self.county_code,
                name=self.name,
                id_number=self.id_number,
                phone=self.phone,
                qualifications=self.qualifications,
                photo=self.photo,
            ),
            county=self.county_code,
        )


@lifecycle(RegisterInstructor)
def same_person_as_before(c: RegisterInstructor, world: World) -> Iterator[Unmet]:
    """A registration that is renewed stays that of the same person."""
    if c.instructor_id is None:
        return
    held = world.state(INSTRUCTOR, c.instructor_id).id_number
    if held is not None and not held.same_as(c.id_number):
        yield unmet(
            ("与已登记的身份一致", "the person registered before"),
            ("另一人的身份证号码", "another person's ID number"),
            where="id_number",
        )


@flag("INS-11", RegisterInstructor)
def record_is_detailed(c: RegisterInstructor, world: World) -> Iterator[Unmet]:
    """The registry records each lecturer in detail; without a qualification it does not."""
    del world
    if not c.qualifications:
        yield unmet(
            ("记录任教资格", "teaching qualifications on record"),
            ("未填", "none"),
            where="qualifications",
        )


@command(
    "engage-instructor",
    zh="登记师资聘用",
    en="Record that a lecturer is engaged",
    kind=INSTRUCTOR,
    roles=("INST_CLERK", "INST_HEAD", "COUNTY_CLERK", "COUNTY_HR", "CITY_CENTRE"),
)
class EngageInstructor(Command):
    """A training body engages a lecturer, full or part time."""

    instructor_id: InstructorId
    institution_id: InstitutionId
    employment: Literal["FULL", "PART"]
    valid_from: date
    valid_to: date | None = None
    employer_of_social_insurance: Code | None = None

    def facts(self, world: World) -> Iterator[New]:
        """Record the engagement."""
        yield New(
            INSTRUCTOR,
            self.instructor_id,
            InstructorEngaged(
                instructor_id=self.instructor_id,
                institution_id=self.institution_id,
                employment=self.employment,
                valid_from=self.valid_from,
                valid_to=self.valid_to,
                employer_of_social_insurance=self.employer_of_social_insurance,
            ),
            county=world.state(INSTRUCTOR, self.instructor_id).county,
        )


@lifecycle(EngageInstructor)
def both_are_registered(c: EngageInstructor, world: World) -> Iterator[Unmet]:
    """Only a registered lecturer can be engaged, and only by a registered body."""
    if world.state(INSTRUCTOR, c.instructor_id).registered_on is None:
        yield unmet(
            ("师资库中的讲师", "a registered lecturer"),
            ("未登记", "not registered"),
            where="instructor_id",
        )
    if not world.state(INSTITUTION, c.institution_id).registered:
        yield unmet(
            ("已登记的机构", "a registered body"),
            ("未登记", "not registered"),
            where="institution_id",
        )
    if c.valid_to is not None and c.valid_to < c.valid_from:
        yield unmet(
            (f"不早于{c.valid_from}", f"not before {c.valid_from}"),
            (str(c.valid_to), str(c.valid_to)),
            where="valid_to",
        )


@flag("INS-20", EngageInstructor)
def may_teach_something(c: EngageInstructor, world: World) -> Iterator[Unmet]:
    """Whoever is engaged holds a qualification that is valid when the engagement begins."""
    held = world.state(INSTRUCTOR, c.instructor_id).qualifications
    if not any(one.valid_to is None or c.valid_from <= one.valid_to for one in held):
        yield unmet(
            ("有效的任教资格", "a valid teaching qualification"),
            ("无有效资格", "none that is valid"),
        )


@flag("INS-19", EngageInstructor)
def full_time_in_one_place(c: EngageInstructor, world: World) -> Iterator[Unmet]:
    """A full-time lecturer is full time nowhere else, and insured where he or she works.

    Who draws a pension is insured nowhere; then nothing is stated and nothing is doubted.
    """
    if c.employment != "FULL":
        return
    instructor = world.state(INSTRUCTOR, c.instructor_id)
    elsewhere = any(
        one.employment == "FULL"
        and one.institution_id != c.institution_id
        and one.stands(c.valid_from)
        for one in instructor.engagements
    )
    if elsewhere:
        yield unmet(
            ("只在一处专职", "full time in one place"),
            ("已在其他机构专职", "full time elsewhere already"),
        )
    payer = c.employer_of_social_insurance
    if payer is not None and payer != world.state(INSTITUTION, c.institution_id).uscc:
        yield unmet(
            ("由聘用机构缴纳社会保险", "insured by the body that engages"),
            ("由其他单位缴纳", "insured by another"),
            where="employer_of_social_insurance",
        )
