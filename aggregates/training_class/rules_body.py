"""What a filing must keep of the body that trains: listing, premises, lecturers."""

from collections.abc import Iterator
from datetime import date

from aggregates.decisions import Unmet, World, unmet
from aggregates.ids import InstitutionId
from aggregates.institution.lecturers import engaged, too_few, too_few_certified
from aggregates.institution.state import INSTITUTION
from aggregates.instructor.state import INSTRUCTOR
from aggregates.law.catalogues import InstitutionListing
from aggregates.law.deadlines import local_date
from aggregates.training_class.filing import Filed, applicant
from aggregates.training_class.rules_filing import asked_of_filings

COUNTY_FILED = "就业技能"
"""The one category of the catalogue that asks for a filing with the county (INS-04)."""


def listings_for(
    institution_id: InstitutionId, occupation: str, level: str, world: World, on: date
) -> frozenset[str]:
    """Return the categories under which the catalogue in force lists a body for an occupation."""
    return frozenset(
        one.category
        for one in world.law.entries("INSTITUTION", InstitutionListing, on)
        if one.institution_id == institution_id
        and any((held.code, held.level) == (occupation, level) for held in one.occupations)
    )


def not_listed(
    institution_id: InstitutionId, occupation: str, level: str, world: World, on: date
) -> Iterator[Unmet]:
    """Yield that a body is not in the catalogue of a day; employers need not be (INS-09)."""
    if world.state(INSTITUTION, institution_id).kind == "EMPLOYER":
        return
    if not listings_for(institution_id, occupation, level, world, on):
        yield unmet(
            (
                f"{on}有效的机构目录列有该机构及{occupation}（{level}）",
                f"listed for {occupation} ({level}) in the catalogue in force on {on}",
            ),
            ("目录中没有", "not in the catalogue"),
        )


def suspended(
    institution_id: InstitutionId, county: str, occupation: str, world: World, on: date
) -> Iterator[Unmet]:
    """Yield that a body is suspended on a day for a county or an occupation (INS-12)."""
    found = world.state(INSTITUTION, institution_id).suspension(on, county, occupation)
    if found is not None:
        yield unmet(
            ("未被暂停承训资格的机构", "a body that is not suspended"),
            (
                f"自{found.valid_from}起暂停（{found.decision_no}）",
                f"suspended from {found.valid_from} ({found.decision_no})",
            ),
        )


@asked_of_filings("INS-07")
def body_is_listed(c: Filed, world: World) -> Iterator[Unmet]:
    """Institution, occupation and level stand in the latest published catalogue."""
    institution_id, _ = applicant(c, world)
    filing = c.filing
    yield from not_listed(institution_id, filing.occupation, filing.level, world, world.today)


@asked_of_filings("INS-04")
def body_is_filed_in_the_county(c: Filed, world: World) -> Iterator[Unmet]:
    """A body listed for employment skills was also filed with the county of the class."""
    institution_id, county = applicant(c, world)
    own, filing = world.state(INSTITUTION, institution_id), c.filing
    found = listings_for(institution_id, filing.occupation, filing.level, world, world.today)
    under = found == {COUNTY_FILED} or (
        COUNTY_FILED in found and filing.training_type == "EMPLOYMENT_SKILL"
    )
    if under and own.filed_in(county, world.today) is None:
        yield unmet(
            (f"在{county}属地备案", f"filed with county {county}"), ("未备案", "not filed there")
        )


@asked_of_filings("INS-12")
def body_is_not_suspended(c: Filed, world: World) -> Iterator[Unmet]:
    """Whoever is suspended files no new class."""
    institution_id, county = applicant(c, world)
    yield from suspended(institution_id, county, c.filing.occupation, world, world.today)


def _sites(c: Filed) -> dict[str, date]:
    """Return the sites of the off-line sessions, each with the last day on which it is used."""
    found: dict[str, date] = {}
    for row in c.filing.timetable:
        if row.mode == "OFFLINE" and row.site_id is not None:
            on = local_date(row.ends_at)
            found[row.site_id] = max(on, found.get(row.site_id, on))
    return found


@asked_of_filings("FIL-09")
def sites_are_fit(c: Filed, world: World) -> Iterator[Unmet]:
    """Each site is registered and was found fit for the occupation."""
    institution_id, _ = applicant(c, world)
    own, filing = world.state(INSTITUTION, institution_id), c.filing
    for site_id in _sites(c):
        site = own.site(site_id)
        if site is None:
            yield unmet(
                ("已登记的培训场所", "a registered site"),
                (f"{site_id}未登记", f"{site_id} is not"),
                where="filing.timetable",
            )
        elif not site.fit_for(filing.occupation, filing.level):
            yield unmet(
                (
                    f"经核查适合{filing.occupation}（{filing.level}）的场所",
                    f"a site found fit for {filing.occupation} ({filing.level})",
                ),
                (f"{site_id}未经核查通过", f"{site_id} was not"),
                where="filing.timetable",
            )


@asked_of_filings("INS-14")
def sites_have_fire_acceptance(c: Filed, world: World) -> Iterator[Unmet]:
    """The fire acceptance of each site is valid until its last session."""
    institution_id, _ = applicant(c, world)
    own = world.state(INSTITUTION, institution_id)
    for site_id, until in _sites(c).items():
        site = own.site(site_id)
        if site is not None and not site.usable(until):
            yield unmet(
                (f"至{until}有效的消防验收证明", f"fire acceptance valid until {until}"),
                (f"{site_id}没有或已过期", f"{site_id}: none, or it has ended"),
                where="filing.timetable",
            )


@asked_of_filings("DEL-23")
def rooms_are_monitored(c: Filed, world: World) -> Iterator[Unmet]:
    """Each off-line place of teaching has on-line monitoring with sound and picture."""
    institution_id, _ = applicant(c, world)
    own = world.state(INSTITUTION, institution_id)
    rooms = dict.fromkeys(
        (row.site_id, row.room_id) for row in c.filing.timetable if row.mode == "OFFLINE"
    )
    for site_id, room_id in rooms:
        site = None if site_id is None else own.site(site_id)
        if site is not None and room_id is not None and not site.monitored(room_id):
            yield unmet(
                ("具备录音录像功能的在线监控", "on-line monitoring with sound and picture"),
                (f"{site_id}/{room_id}没有", f"{site_id}/{room_id} has none"),
                where="filing.timetable",
            )


@asked_of_filings("INS-19")
def lecturers_suffice(c: Filed, world: World) -> Iterator[Unmet]:
    """A quarter of the lecturers is full time; the occupation has two, both roles covered.

    Counted over the lecturers of the timetable and those with whom the body was evaluated.
    """
    institution_id, _ = applicant(c, world)
    own, filing = world.state(INSTITUTION, institution_id), c.filing
    if own.kind == "EMPLOYER":
        return
    named = [row.instructor_id for row in filing.timetable]
    for evaluation in own.evaluations.values():
        named.extend(evaluation.instructor_ids)
    held = engaged(world, institution_id, named, world.today)
    courses = () if filing.training_type == "ENTREPRENEURSHIP" else (filing.occupation,)
    two = bool(world.law.parameter("two_per_role", world.today))
    yield from too_few(held, institution_id, courses, world.today, two_per_role=two)


@asked_of_filings("INS-23")
def courses_have_certified_lecturers(c: Filed, world: World) -> Iterator[Unmet]:
    """An entrepreneurship course has two lecturers who hold its own certificate."""
    if c.filing.training_type != "ENTREPRENEURSHIP":
        return
    institution_id, _ = applicant(c, world)
    own = world.state(INSTITUTION, institution_id)
    named = [row.instructor_id for row in c.filing.timetable]
    for evaluation in own.evaluations.values():
        named.extend(evaluation.instructor_ids)
    held = engaged(world, institution_id, named, world.today)
    yield from too_few_certified(held, (c.filing.occupation,), world.today)


@asked_of_filings("INS-20")
def lecturers_are_qualified(c: Filed, world: World) -> Iterator[Unmet]:
    """Each lecturer holds a valid qualification for what he or she teaches, on every day."""
    rows = c.filing.timetable
    lecturers = world.states(INSTRUCTOR, dict.fromkeys(row.instructor_id for row in rows))
    for at, row in enumerate(rows):
        on = local_date(row.starts_at)
        if not lecturers[row.instructor_id].qualified(c.filing.occupation, on, row.kind):
            yield unmet(
                (
                    f"{on}有效的{c.filing.occupation}任教资格（{row.kind}）",
                    f"qualified on {on} to teach {c.filing.occupation} ({row.kind})",
                ),
                ("没有", "it is not so"),
                where=f"filing.timetable[{at}]",
            )


@asked_of_filings("INS-11", hard_at_filing=False)
def lecturers_are_registered(c: Filed, world: World) -> Iterator[Unmet]:
    """Whoever teaches stands in the county's registry of lecturers."""
    rows = c.filing.timetable
    lecturers = world.states(INSTRUCTOR, dict.fromkeys(row.instructor_id for row in rows))
    for at, row in enumerate(rows):
        if lecturers[row.instructor_id].registered_on is None:
            yield unmet(
                ("师资库中的讲师", "a lecturer of the registry"),
                ("未登记", "not registered"),
                where=f"filing.timetable[{at}]",
            )
