"""What may be asked of training sites: to register one, to verify one on the spot."""

from collections.abc import Iterator
from typing import Literal
from uuid import UUID

from aggregates.decisions import Command, New, Unmet, World, command, flag, hard, lifecycle, unmet
from aggregates.facts import Code, Count, CountyCode, Instant, Title
from aggregates.ids import ClassId, InstitutionId, OfficialId
from aggregates.institution.facts import InstitutionSiteVerified, TrainingSiteRegistered
from aggregates.institution.parts import (
    Camera,
    Device,
    FireProof,
    Place,
    Purpose,
    Room,
    Uscc,
    Workstation,
)
from aggregates.institution.premises import site_of
from aggregates.institution.state import INSTITUTION
from aggregates.law.catalogues import Occupation
from aggregates.law.deadlines import local_date
from aggregates.sealed import FreeText, Personal

VERIFIERS = 2
"""How many look at a site together; the text names no number (FIL-03)."""


@command(
    "register-site",
    zh="登记培训场所",
    en="Register a training site",
    kind=INSTITUTION,
    roles=("INST_CLERK", "INST_HEAD", "EMPLOYER", "COUNTY_CLERK", "CITY_CENTRE"),
)
class RegisterSite(Command):
    """Premises are registered; again, whole, when something has changed (DB37 5.2, 5.3)."""

    institution_id: InstitutionId
    site_id: Code
    county_code: CountyCode
    address: Title
    place: Place | None = None
    theory_area_m2: Count
    practice_area_m2: Count
    rooms: tuple[Room, ...]
    workstations: tuple[Workstation, ...] = ()
    fire_proof: FireProof | None = None
    cameras: tuple[Camera, ...] = ()
    devices: tuple[Device, ...] = ()
    tenure: Literal["OWNED", "LEASED", "LENT"]
    owner_uscc: Uscc | None = None
    type: Literal["MAIN", "TEACHING_POINT"] = "MAIN"

    def registration(self) -> TrainingSiteRegistered:
        """Return the fact that the command asks for."""
        return TrainingSiteRegistered(
            institution_id=self.institution_id,
            site_id=self.site_id,
            county_code=self.county_code,
            address=self.address,
            place=self.place,
            theory_area_m2=self.theory_area_m2,
            practice_area_m2=self.practice_area_m2,
            rooms=self.rooms,
            workstations=self.workstations,
            fire_proof=self.fire_proof,
            cameras=self.cameras,
            devices=self.devices,
            tenure=self.tenure,
            owner_uscc=self.owner_uscc,
            type=self.type,
        )

    def facts(self, world: World) -> Iterator[New]:
        """Record the premises."""
        del world
        yield New(INSTITUTION, self.institution_id, self.registration(), county=self.county_code)


@lifecycle(RegisterSite)
def site_is_described_soundly(c: RegisterSite, world: World) -> Iterator[Unmet]:
    """The body is registered; each room stands once, and cameras hang in rooms that exist."""
    if not world.state(INSTITUTION, c.institution_id).registered:
        yield unmet(
            ("已登记的机构", "a registered body"),
            ("未登记", "not registered"),
            where="institution_id",
        )
    rooms = {room.room_id for room in c.rooms}
    if len(rooms) != len(c.rooms):
        yield unmet(("房间编号不重复", "each room once"), ("有重复", "repeated"), where="rooms")
    for at, camera in enumerate(c.cameras):
        if camera.room_id not in rooms:
            yield unmet(
                ("所列房间之一", "one of the rooms listed"),
                ("没有这个房间", "no such room"),
                where=f"cameras[{at}].room_id",
            )


@hard("INS-14", RegisterSite)
def fire_acceptance_is_proven(c: RegisterSite, world: World) -> Iterator[Unmet]:
    """Premises have a proof of fire acceptance that is valid."""
    if not site_of(c.registration(), None).usable(world.today):
        ended = c.fire_proof is not None
        yield unmet(
            ("有效的消防验收证明", "a valid proof of fire acceptance"),
            ("已过期", "it has ended") if ended else ("未提供", "none"),
            where="fire_proof",
        )


@flag("DEL-23", RegisterSite)
def every_place_of_teaching_is_monitored(c: RegisterSite, world: World) -> Iterator[Unmet]:
    """Each place of teaching has a device that gives sound and picture on line."""
    del world
    for room_id in site_of(c.registration(), None).unmonitored():
        yield unmet(
            ("具备录音录像功能的在线监控", "on-line monitoring with sound and picture"),
            (f"{room_id}没有", f"{room_id} has none"),
            where="cameras",
        )


@command(
    "verify-site",
    zh="实地核查培训场所",
    en="Verify a site on the spot",
    kind=INSTITUTION,
    roles=("INSPECTOR", "COUNTY_CLERK", "COUNTY_HR", "CITY_CENTRE", "CITY_HR"),
)
class VerifySite(Command):
    """Officials look at a site: before a first task, during a first class, for the listing."""

    verification_id: UUID | None = None
    institution_id: InstitutionId
    site_id: Code
    county_code: CountyCode
    purpose: Purpose
    class_id: ClassId | None = None
    occupations: tuple[Occupation, ...] = ()
    verifiers: tuple[OfficialId, ...]
    verified_at: Instant
    attendance_checked: bool = False
    delivery_checked: bool = False
    observations: tuple[Personal[FreeText], ...] = ()
    result: Literal["PASS", "FAIL"]

    def facts(self, world: World) -> Iterator[New]:
        """Record the visit."""
        yield New(
            INSTITUTION,
            self.institution_id,
            InstitutionSiteVerified(
                institution_id=self.institution_id,
                verification_id=self.verification_id or world.new_id(),
                site_id=self.site_id,
                county_code=self.county_code,
                purpose=self.purpose,
                class_id=self.class_id,
                occupations=self.occupations,
                verifiers=self.verifiers,
                verified_at=self.verified_at,
                attendance_checked=self.attendance_checked,
                delivery_checked=self.delivery_checked,
                observations=self.observations,
                result=self.result,
            ),
            county=self.county_code,
            about=self.class_id,
        )


@lifecycle(VerifySite)
def visit_to_a_registered_site(c: VerifySite, world: World) -> Iterator[Unmet]:
    """The site is registered, the visit is over, and a visit during a class names it."""
    if world.state(INSTITUTION, c.institution_id).site(c.site_id) is None:
        yield unmet(("已登记的场所", "a registered site"), ("未登记", "not registered"), "site_id")
    if c.verified_at > world.now:
        yield unmet(("已经发生", "in the past"), ("在将来", "in the future"), "verified_at")
    if (c.purpose == "FIRST_TASK_IN_CLASS") != (c.class_id is not None):
        yield unmet(
            ("首期班核查须注明班期，其他核查不注明", "a class for visits during one, else none"),
            ("不符", "it is otherwise"),
            where="class_id",
        )


@flag("FIL-03", VerifySite)
def visited_by_two_who_looked_at_both(c: VerifySite, world: World) -> Iterator[Unmet]:
    """Two people visit; during the class they look at attendance and at the teaching."""
    del world
    if len(set(c.verifiers)) < VERIFIERS:
        yield unmet(
            (f"至少{VERIFIERS}名核查人员", f"at least {VERIFIERS} verifiers"),
            (f"{len(set(c.verifiers))}名", str(len(set(c.verifiers)))),
            where="verifiers",
        )
    if c.purpose == "FIRST_TASK_IN_CLASS" and not (c.attendance_checked and c.delivery_checked):
        yield unmet(
            ("核查考勤和培训开展情况", "attendance and delivery both checked"),
            ("未全部核查", "not both were"),
        )


@flag("FIL-09", VerifySite)
def found_fit_only_where_safe(c: VerifySite, world: World) -> Iterator[Unmet]:
    """A site found fit for an occupation also keeps the rules of safety."""
    site = world.state(INSTITUTION, c.institution_id).site(c.site_id)
    day = local_date(c.verified_at)
    if c.result == "PASS" and c.occupations and site is not None and not site.usable(day):
        yield unmet(
            ("符合安全规程的场所", "a site that keeps the rules of safety"),
            ("消防验收证明缺失或过期", "its fire acceptance is not proven or has ended"),
            where="site_id",
        )
