"""Who trains, where and with whom: listing, county, premises, monitoring, lecturers."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from aggregates.institution.facts import InstitutionSuspensionLifted
from aggregates.institution.parts import Camera, FireProof
from aggregates.institution.state import INSTITUTION
from aggregates.law.catalogues import InstitutionListing, ListingCategory
from tests.aggregates.harness import (
    COUNTY,
    Happened,
    Outcome,
    given,
    happened,
)
from tests.aggregates.institution.samples import (
    COOK,
    COURSE,
    DOC,
    LECTURERS,
    SCHOOL,
    lecturer,
    qualification,
    site,
    staff,
)
from tests.aggregates.stories import (
    a_listed_institution,
    file_class,
    filed_in_county,
    ready_to_file,
    verified,
)
from tests.aggregates.training_class.circumstances import (
    suspension,
)
from tests.aggregates.training_class.samples import (
    END,
    FILED_ON,
    LAW,
    law,
    submit,
    timetable,
    timetable_row,
    trainees,
)


def listed_as(*categories: ListingCategory, level: str = "5") -> dict[str, tuple[object, ...]]:
    occupation = replace(COOK, level=level)
    return {
        "INSTITUTION": tuple(
            InstitutionListing(institution_id=SCHOOL, category=category, occupations=(occupation,))
            for category in categories
        )
    }


@pytest.mark.rule("INS-07")
def test_institution_occupation_and_level_stand_in_the_catalogue_of_the_day() -> None:
    assert file_class(under=law(lists=listed_as("就业技能"))).granted()
    file_class(under=law(lists=listed_as("就业技能", level="4"))).then_refused("INS-07")


def without_county_filing(under: ListingCategory, *more: ListingCategory) -> Outcome:
    story = [*a_listed_institution(), *trainees()]
    kept = [one for one in story if type(one.fact).__name__ != "InstitutionFiledInCounty"]
    return given(*kept, law=law(lists=listed_as(under, *more))).when(submit(), now=FILED_ON)


@pytest.mark.rule("INS-04")
def test_a_body_listed_for_employment_skills_is_filed_with_the_county_first() -> None:
    without_county_filing("就业技能").then_refused("INS-04")
    without_county_filing("就业技能", "专项").then_refused("INS-04")
    assert file_class().granted()


@pytest.mark.rule("INS-04")
@pytest.mark.parametrize("category", ["专项", "线上", "创业"])
def test_other_categories_need_no_county_filing(category: ListingCategory) -> None:
    assert without_county_filing(category).granted()


@pytest.mark.rule("INS-04")
def test_a_county_filing_that_is_over_does_not_count() -> None:
    story = [*a_listed_institution(), *trainees()]
    kept = [one for one in story if type(one.fact).__name__ != "InstitutionFiledInCounty"]
    over = filed_in_county(valid_to=date(2024, 2, 19))
    given(*kept, over, law=LAW).when(submit(), now=FILED_ON).then_refused("INS-04")


@pytest.mark.rule("INS-12")
def test_a_suspended_body_files_nothing() -> None:
    file_class(suspension()).then_refused("INS-12")
    file_class(suspension("COUNTY", county_code=COUNTY)).then_refused("INS-12")
    file_class(suspension("OCCUPATION", occupations=(COOK.code,))).then_refused("INS-12")


@pytest.mark.rule("INS-12")
def test_a_suspension_elsewhere_or_lifted_bars_nothing() -> None:
    assert file_class(suspension("COUNTY", county_code="371521")).granted()
    lifted = InstitutionSuspensionLifted(
        institution_id=SCHOOL,
        suspension_no="聊人社罚〔2024〕1号",
        decision_doc=DOC,
        lifted_on=date(2024, 2, 20),
    )
    assert file_class(suspension(), happened("2024-02-19", INSTITUTION, SCHOOL, lifted)).granted()


@pytest.mark.rule("FIL-09")
def test_a_site_is_registered_and_was_found_fit_for_the_occupation() -> None:
    assert file_class().granted()
    unknown = tuple(replace(row, site_id="S9") for row in timetable())
    file_class(timetable=unknown).then_refused("FIL-09")
    unfit = verified("ROUTINE", "2024-01-10", result="FAIL")
    file_class(unfit).then_refused("FIL-09")


@pytest.mark.rule("INS-14")
def test_fire_acceptance_lasts_until_the_last_session() -> None:
    def with_proof(until: date | None) -> Outcome:
        proof = None if until is None else FireProof(doc_no="X", sha256=DOC, valid_to=until)
        return file_class(site("2024-01-05", fire_proof=proof))

    assert with_proof(END).granted()
    with_proof(date(2024, 3, 11)).then_refused("INS-14")
    with_proof(None).then_refused("INS-14")


def camera(room: str, **changes: Any) -> Camera:  # noqa: ANN401 - what it gives
    fields: dict[str, Any] = {"audio": True, "video": True, "online": True, **changes}
    return Camera(camera_id=f"C-{room}", room_id=room, **fields)


@pytest.mark.rule("DEL-23")
@pytest.mark.parametrize("lacking", ["audio", "video", "online"])
def test_each_room_has_sound_and_picture_on_line(lacking: str) -> None:
    cameras = (camera("T1"), camera("P1", **{lacking: False}))
    file_class(site("2024-01-05", cameras=cameras)).then_refused("DEL-23")
    assert file_class(site("2024-01-05", cameras=(camera("T1"), camera("P1")))).granted()


def with_staff(*more: Happened, **changes: Any) -> Outcome:  # noqa: ANN401 - fields of the filing
    """Return the answer to a filing of a school whose lecturers are told anew."""
    story = [one for one in ready_to_file() if one.kind.prefix != "instructor"]
    under = changes.pop("under", LAW)
    return given(*story, *more, law=under).when(submit(**changes), now=FILED_ON)


@pytest.mark.rule("INS-19")
def test_a_quarter_of_the_lecturers_is_full_time() -> None:
    assert with_staff(*staff("FULL", "PART")).granted()
    with_staff(*staff("PART", "PART")).then_refused("INS-19")


@pytest.mark.rule("INS-19")
def test_an_occupation_has_two_lecturers_with_both_roles_covered() -> None:
    with_staff(*lecturer(0, "FULL")).then_refused("INS-19")
    theory = qualification(role="THEORY")
    practice = qualification(role="PRACTICE")
    rows = tuple(
        replace(r, instructor_id=LECTURERS[0 if r.kind == "THEORY" else 1]) for r in timetable()
    )
    apart = (*lecturer(0, "FULL", theory), *lecturer(1, "PART", practice))
    assert with_staff(*apart, timetable=rows).granted()
    two = law(parameters={"two_per_role": True})
    with_staff(*apart, timetable=rows, under=two).then_refused("INS-19")
    assert with_staff(*staff("FULL", "PART"), under=two).granted()


@pytest.mark.rule("INS-20")
def test_a_lecturer_is_qualified_on_every_day_for_what_is_taught() -> None:
    ends = date(2024, 3, 12)
    until = lecturer(0, "FULL", qualification(valid_to=ends))
    assert with_staff(*until, *lecturer(1, "PART")).granted()
    short = lecturer(0, "FULL", qualification(valid_to=date(2024, 3, 11)))
    with_staff(*short, *lecturer(1, "PART")).then_refused("INS-20")
    theory = lecturer(0, "FULL", qualification(role="THEORY"))
    with_staff(*theory, *lecturer(1, "PART")).then_refused("INS-20")
    other = lecturer(0, "FULL", qualification(occupation="6-02-03-01"))
    with_staff(*other, *lecturer(1, "PART")).then_refused_among_others("INS-20")


@pytest.mark.rule("INS-11")
def test_a_lecturer_of_no_registry_is_told() -> None:
    rows = (timetable_row(1, instructor_id=LECTURERS[3]), *timetable()[1:])
    assert "INS-11" in file_class(timetable=rows, as_facts=True).findings()
    assert "INS-11" not in file_class().findings()


@pytest.mark.rule("INS-23")
def test_an_entrepreneurship_course_has_two_certified_lecturers() -> None:
    lists = {
        "INSTITUTION": (
            InstitutionListing(institution_id=SCHOOL, category="创业", occupations=(COURSE,)),
        )
    }
    fields: dict[str, Any] = {
        "training_type": "ENTREPRENEURSHIP",
        "occupation": COURSE.code,
        "level": COURSE.level,
        "under": law(lists=lists),
    }
    fit = verified("ROUTINE", "2024-01-10", occupations=(COURSE,))
    assert with_staff(*staff("FULL", "PART", course=True), fit, **fields).granted()
    with_staff(*staff("FULL", course=True), fit, **fields).then_refused("INS-23")
