"""What may be asked of trainees, and the rules that answer."""

from collections.abc import Iterator
from datetime import date
from typing import Literal

from aggregates.decisions import Command, New, Unmet, World, command, flag, hard, lifecycle, unmet
from aggregates.facts import Code, Digest, Instant
from aggregates.ids import PersonId
from aggregates.law.catalogues import PersonCategory, in_force
from aggregates.law.deadlines import local_date
from aggregates.sealed import IdNumber, Matchable, Name, Personal, Restricted, token_id
from aggregates.trainee.facts import (
    CategoryBasis,
    ExternalMatch,
    ExternalMatchRecorded,
    TraineeCategoryConfirmed,
    TraineeIdentityVerified,
)
from aggregates.trainee.state import TRAINEE

AUTHORITIES = ("COUNTY_CLERK", "COUNTY_HR", "COUNTY_REVIEWER", "CITY_CENTRE", "CITY_HR")


def person_of(id_number: Matchable[IdNumber]) -> PersonId:
    """Return the id of the person who has an ID number."""
    return PersonId(token_id(id_number))


@command(
    "verify-identity",
    zh="实名核验",
    en="Verify an identity",
    kind=TRAINEE,
    roles=("INST_CLERK", "INST_HEAD", "EMPLOYER", "CLASS_HEAD", "PLATFORM", *AUTHORITIES),
)
class VerifyIdentity(Command):
    """A person's name and ID number were compared with a register or a document."""

    id_number: Matchable[IdNumber]
    name: Personal[Name]
    method: Literal["ID_CARD", "SOCIAL_CARD", "FACE", "REGISTER"]
    source: Code
    result: Literal["MATCH", "MISMATCH"]
    verified_at: Instant

    def facts(self, world: World) -> Iterator[New]:
        """Record the comparison, whatever it gave."""
        person = person_of(self.id_number)
        yield New(
            TRAINEE,
            person,
            TraineeIdentityVerified(
                person_id=person,
                id_number=self.id_number,
                name=self.name,
                method=self.method,
                source=self.source,
                result=self.result,
                verified_at=self.verified_at,
            ),
        )


@lifecycle(VerifyIdentity)
def comparison_lies_in_the_past(c: VerifyIdentity, world: World) -> Iterator[Unmet]:
    """A comparison is recorded after it was made."""
    if local_date(c.verified_at) > world.today:
        yield unmet(
            (f"不晚于{world.today}", f"not after {world.today}"),
            (f"{local_date(c.verified_at)}", f"{local_date(c.verified_at)}"),
            where="verified_at",
        )


@flag("FIL-04", VerifyIdentity)
def name_and_number_belong_together(c: VerifyIdentity, world: World) -> Iterator[Unmet]:
    """A comparison that failed is recorded; whoever it concerns is not verified."""
    if c.result == "MISMATCH":
        yield unmet(
            ("姓名与证件号码一致", "a name and number that match"), ("不一致", "they do not")
        )


@command(
    "confirm-trainee-category",
    zh="确认人员类别",
    en="Confirm the category of a trainee",
    kind=TRAINEE,
    roles=AUTHORITIES,
)
class ConfirmTraineeCategory(Command):
    """An authority found, on a proof, that a person belongs to a category."""

    person_id: PersonId
    category: Restricted[PersonCategory]
    basis: Restricted[CategoryBasis] | None = None
    proof_doc: Digest
    as_of: date
    valid_to: date | None = None

    def facts(self, world: World) -> Iterator[New]:
        """Record the category with the version of the list it was read from."""
        found = in_force(world.law.catalogues.get("PERSON_CATEGORY", ()), world.today)
        yield New(
            TRAINEE,
            self.person_id,
            TraineeCategoryConfirmed(
                person_id=self.person_id,
                category=self.category,
                basis=self.basis,
                list_version="" if found is None else found.version,
                proof_doc=self.proof_doc,
                as_of=self.as_of,
                valid_to=self.valid_to,
            ),
        )


@lifecycle(ConfirmTraineeCategory)
def person_was_identified(c: ConfirmTraineeCategory, world: World) -> Iterator[Unmet]:
    """A category is confirmed of somebody who is known, for a period that makes sense."""
    if world.state(TRAINEE, c.person_id).verified_on is None:
        yield unmet(("已实名核验的人员", "a person who was identified"), ("没有", "none"))
    if c.as_of > world.today or (c.valid_to is not None and c.valid_to < c.as_of):
        yield unmet(
            ("证明日期不晚于今日，有效期不早于证明日期", "a proof of the past, valid after it"),
            ("日期不符", "other dates"),
            where="as_of",
        )


@hard("ELG-09", ConfirmTraineeCategory)
def category_is_on_the_list(c: ConfirmTraineeCategory, world: World) -> Iterator[Unmet]:
    """The category is one of the published list, where a list is published."""
    named = c.category.value
    published = "PERSON_CATEGORY" in world.law.catalogues
    if named is not None and published and world.law.scope(named, world.today) is None:
        yield unmet(("人员类别目录中的类别", "a category of the published list"), ("没有", "none"))


@hard("ELG-10", ConfirmTraineeCategory)
def graduates_name_their_day(c: ConfirmTraineeCategory, world: World) -> Iterator[Unmet]:
    """The day of leaving school is known, for the two years run from it."""
    if c.category.value != "GRAD_2Y":
        return
    basis = None if c.basis is None else c.basis.value
    held = world.state(TRAINEE, c.person_id).graduated_on
    if held is None and (basis is None or basis.basis_on is None):
        yield unmet(("毕业离校时间", "the day of leaving school"), ("没有", "unknown"))


@hard("ELG-11", ConfirmTraineeCategory)
def catch_all_draws_no_pension(c: ConfirmTraineeCategory, world: World) -> Iterator[Unmet]:
    """Whoever draws a monthly urban-employee pension does not belong to the catch-all category."""
    if c.category.value != "CATCH_ALL":
        return
    if world.state(TRAINEE, c.person_id).draws_employee_pension(world.today):
        yield unmet(
            ("不具有按月领取城镇职工基本养老金资格", "no right to an urban-employee pension"),
            ("不符合", "it is not so"),
        )


@hard("ELG-15", ConfirmTraineeCategory)
def students_are_in_full_time_higher_education(
    c: ConfirmTraineeCategory, world: World
) -> Iterator[Unmet]:
    """Full-time students of higher education are eligible; pupils of other schools are not."""
    if c.category.value != "STUDENT":
        return
    school = world.state(TRAINEE, c.person_id).studies(world.today)
    basis = None if c.basis is None else c.basis.value
    kind = school.school_kind if school is not None else None
    kind = kind or (None if basis is None else basis.school_kind)
    if kind != "HIGHER" or (school is not None and school.full_time is False):
        yield unmet(
            ("全日制高等院校在校学生", "a full-time student of higher education"),
            ("不符合或无法核对", "not so, or not known"),
        )


@command(
    "record-external-match",
    zh="登记外部比对结果",
    en="Record what another register says",
    kind=TRAINEE,
    roles=AUTHORITIES,
)
class RecordExternalMatch(Command):
    """Another register answered a question about a person."""

    person_id: PersonId
    match: Restricted[ExternalMatch]
    as_of: date
    batch_sha256: Digest

    def facts(self, world: World) -> Iterator[New]:
        """Record the answer; every part of it is restricted."""
        yield New(
            TRAINEE,
            self.person_id,
            ExternalMatchRecorded(
                person_id=self.person_id,
                match=self.match,
                as_of=self.as_of,
                batch_sha256=self.batch_sha256,
            ),
        )


@lifecycle(RecordExternalMatch)
def person_is_known(c: RecordExternalMatch, world: World) -> Iterator[Unmet]:
    """What a register says is of somebody who was identified, and of a day that has come."""
    if world.state(TRAINEE, c.person_id).verified_on is None:
        yield unmet(("已实名核验的人员", "a person who was identified"), ("没有", "none"))
    if c.as_of > world.today:
        yield unmet(
            (f"不晚于{world.today}", f"not after {world.today}"),
            (f"{c.as_of}", f"{c.as_of}"),
            where="as_of",
        )
