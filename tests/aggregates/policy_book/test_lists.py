"""Lists: published whole, kept in parts, in force from a day."""

from dataclasses import replace
from datetime import date
from hashlib import sha256
from typing import Any
from uuid import UUID

import msgspec
import pytest

from aggregates.facts import encode
from aggregates.ids import InstitutionId
from aggregates.law.catalogues import (
    AssessmentBody,
    CategoryScope,
    ClassHourStandard,
    InstitutionListing,
    Occupation,
    OccupationRoute,
    OfficialSite,
    OnlinePlatform,
    SubsidyStandard,
)
from aggregates.policy_book.entries import FIELDS, PART_BYTES_MAX, digest_of
from aggregates.policy_book.facts import CatalogueVersionPublished
from aggregates.policy_book.lists import PublishCatalogueVersion
from tests.aggregates.harness import Outcome, Scene
from tests.aggregates.policy_book.samples import book, seeded

DAY = date(2024, 1, 1)
COOK = Occupation(code="4-03-02-01", level="5")
SCHOOL = InstitutionId(UUID(int=0x5C))
ENTRY_BYTES_MAX = 65_535


def standard(**changes: Any) -> SubsidyStandard:  # noqa: ANN401 - fields of the record
    fields: dict[str, Any] = {
        "occupation": COOK.code,
        "level": COOK.level,
        "training_type": "EMPLOYMENT_SKILL",
        "kind": "TRAINING",
        "amount_fen": 120_000,
        **changes,
    }
    return SubsidyStandard(**fields)


def hours(**changes: Any) -> ClassHourStandard:  # noqa: ANN401 - fields of the record
    fields = {"occupation": COOK.code, "level": COOK.level, "total": 80, "practice_bp": 6000}
    return ClassHourStandard(**{**fields, **changes})


def publish(scene: Scene, catalogue: str, **changes: Any) -> Outcome:  # noqa: ANN401 - fields
    fields: dict[str, Any] = {
        "catalogue": catalogue,
        "version": "2024-1",
        "effective_from": DAY,
        "published_url": "https://hrss.liaocheng.gov.cn/ml/1.html",
        **changes,
    }
    return scene.when(PublishCatalogueVersion(**fields), now="2023-12-20", role="CITY_CENTRE")


def parts(answer: Outcome) -> list[CatalogueVersionPublished]:
    facts = [new.fact for new in answer.granted()]
    assert all(isinstance(one, CatalogueVersionPublished) for one in facts)
    return [one for one in facts if isinstance(one, CatalogueVersionPublished)]


@pytest.mark.rule("ELG-19")
@pytest.mark.rule("ELG-29")
@pytest.mark.rule("SUP-01")
def test_standards_are_in_force_from_their_day_on() -> None:
    listed = (standard(), standard(kind="ASSESSMENT", amount_fen=20_000))
    answer = publish(seeded(), "SUBSIDY_STANDARD", standards=listed)
    assert answer.findings() == set()
    law = book(seeded(*parts(answer))).law
    key = (COOK.code, COOK.level, "EMPLOYMENT_SKILL")
    assert law.standard(*key, "TRAINING", DAY) == 120_000
    assert law.standard(*key, "ASSESSMENT", DAY) == 20_000
    assert law.standard(*key, "TRAINING", date(2023, 12, 31)) is None
    assert law.version == "p1.c1.w8"


@pytest.mark.rule("ELG-19")
def test_two_amounts_for_one_training_or_none_are_refused() -> None:
    twice = (standard(), standard(amount_fen=1))
    publish(seeded(), "SUBSIDY_STANDARD", standards=twice).then_refused("ELG-19")
    free = (standard(amount_fen=0),)
    publish(seeded(), "SUBSIDY_STANDARD", standards=free).then_refused("ELG-19")


@pytest.mark.rule("ELG-29")
def test_two_amounts_for_one_assessment_are_refused() -> None:
    twice = (standard(kind="ASSESSMENT"), standard(kind="ASSESSMENT", amount_fen=1))
    publish(seeded(), "SUBSIDY_STANDARD", standards=twice).then_refused("ELG-29")


@pytest.mark.rule("FIL-10")
def test_an_occupation_has_one_standard_of_class_hours() -> None:
    fact = parts(publish(seeded(), "CLASS_HOUR_STANDARD", hour_standards=(hours(),)))
    held = book(seeded(*fact)).law.hours(COOK.code, COOK.level, DAY)
    assert held is not None
    assert held.total == 80
    twice = (hours(), hours(total=90))
    publish(seeded(), "CLASS_HOUR_STANDARD", hour_standards=twice).then_refused("FIL-10")
    none = (hours(total=0),)
    publish(seeded(), "CLASS_HOUR_STANDARD", hour_standards=none).then_refused("FIL-10")


@pytest.mark.rule("ASM-03")
@pytest.mark.rule("ASM-07")
def test_the_own_test_is_open_only_where_no_other_route_is() -> None:
    def routes(*ways: Any) -> tuple[OccupationRoute, ...]:  # noqa: ANN401 - words of a list
        return (OccupationRoute(occupation=COOK.code, level=COOK.level, routes=ways),)

    publish(seeded(), "OCCUPATION_ROUTE", routes=routes("OWN", "SKILL_LEVEL")).then_refused(
        "ASM-03"
    )
    own = parts(publish(seeded(), "OCCUPATION_ROUTE", routes=routes("OWN")))
    assert book(seeded(*own)).law.routes(COOK.code, COOK.level, DAY) == ("OWN",)


@pytest.mark.rule("SUP-01")
def test_a_public_list_without_an_address_leaves_a_finding() -> None:
    hidden = publish(seeded(), "SUBSIDY_STANDARD", standards=(standard(),), published_url=None)
    hidden.granted()
    assert hidden.findings() == {"SUP-01"}
    inner = publish(seeded(), "CLASS_HOUR_STANDARD", hour_standards=(hours(),), published_url=None)
    assert inner.findings() == set()


def institutions(count: int) -> tuple[InstitutionListing, ...]:
    taught = tuple(Occupation(code=f"4-03-02-{n:02d}", level="5") for n in range(12))
    return tuple(
        InstitutionListing(
            institution_id=InstitutionId(UUID(int=n + 1)), category="就业技能", occupations=taught
        )
        for n in range(count)
    )


def test_a_large_list_comes_in_parts_that_each_fit_an_entry() -> None:
    listed = institutions(400)
    answer = publish(seeded(), "INSTITUTION", institutions=listed)
    made = parts(answer)
    assert len(made) > 1
    assert [one.part for one in made] == list(range(1, len(made) + 1))
    assert {one.parts for one in made} == {len(made)}
    for one in made:
        assert len(msgspec.json.encode(encode(one))) < ENTRY_BYTES_MAX - 2_000
    joined = tuple(entry for one in made for entry in one.institutions)
    assert joined == listed
    assert {one.entries_hash for one in made} == {digest_of(listed)}


def test_a_list_is_in_force_only_once_its_last_part_is_in_whatever_the_order() -> None:
    made = parts(publish(seeded(), "INSTITUTION", institutions=institutions(400)))
    waiting = book(seeded(*made[:-1])).law
    assert waiting.listings(InstitutionId(UUID(int=1)), DAY) == ()
    assert waiting.version == "p1.c0.w8"
    whole = book(seeded(*reversed(made))).law
    assert whole.version == "p1.c1.w8"
    for number in (1, 200, 400):
        place = whole.listing(InstitutionId(UUID(int=number)), DAY)
        assert place is not None
        assert whole.listed_for(place.institution_id, "4-03-02-11", "5", DAY) == place
        assert whole.listed_for(place.institution_id, "4-03-02-11", "4", DAY) is None
    assert whole.entries("INSTITUTION", InstitutionListing, DAY) == institutions(400)


def test_the_digest_is_that_of_plain_json_in_sorted_order() -> None:
    text = (
        f'[{{"amount_fen":120000,"kind":"TRAINING","level":"5","occupation":"{COOK.code}",'
        '"training_type":"EMPLOYMENT_SKILL"}]'
    )
    assert digest_of((standard(),)) == sha256(text.encode()).hexdigest()


def test_a_digest_that_the_entries_do_not_give_is_refused() -> None:
    right = digest_of((standard(),))
    fields: dict[str, Any] = {"standards": (standard(),)}
    publish(seeded(), "SUBSIDY_STANDARD", entries_hash=right, **fields).granted()
    answer = publish(seeded(), "SUBSIDY_STANDARD", entries_hash="0" * 64, **fields)
    answer.then_refused("LIFECYCLE")


def test_of_two_versions_with_one_effective_date_the_later_published_counts() -> None:
    first = parts(publish(seeded(), "SUBSIDY_STANDARD", standards=(standard(),)))
    second = parts(
        publish(
            seeded(*first),
            "SUBSIDY_STANDARD",
            standards=(standard(amount_fen=130_000),),
            version="2024-1-更正",
        )
    )
    law = book(seeded(*first, *second)).law
    assert law.standard(COOK.code, COOK.level, "EMPLOYMENT_SKILL", "TRAINING", DAY) == 130_000


def test_a_later_version_counts_from_its_own_day() -> None:
    first = parts(publish(seeded(), "SUBSIDY_STANDARD", standards=(standard(),)))
    new = tuple(
        replace(one, effective_from=date(2025, 1, 1), version="2025-1", standards=())
        for one in first
    )
    law = book(seeded(*first, *new)).law
    key = (COOK.code, COOK.level, "EMPLOYMENT_SKILL", "TRAINING")
    assert law.standard(*key, date(2024, 12, 31)) == 120_000
    assert law.standard(*key, date(2025, 1, 1)) is None


def test_a_version_is_new_has_entries_and_only_of_its_kind() -> None:
    first = parts(publish(seeded(), "SUBSIDY_STANDARD", standards=(standard(),)))
    again = publish(seeded(*first), "SUBSIDY_STANDARD", standards=(standard(),))
    again.then_refused("LIFECYCLE")
    publish(seeded(), "SUBSIDY_STANDARD").then_refused("LIFECYCLE")
    mixed = publish(
        seeded(), "SUBSIDY_STANDARD", standards=(standard(),), hour_standards=(hours(),)
    )
    mixed.then_refused("LIFECYCLE")


def test_an_entry_too_large_for_the_log_is_refused() -> None:
    many = tuple(Occupation(code=f"{n:060d}", level="5") for n in range(PART_BYTES_MAX // 80))
    one = InstitutionListing(institution_id=SCHOOL, category="创业", occupations=many)
    publish(seeded(), "INSTITUTION", institutions=(one,)).then_refused("LIFECYCLE")


SMALL: dict[str, tuple[Any, ...]] = {
    "INSTITUTION": institutions(2),
    "SUBSIDY_STANDARD": (standard(),),
    "ASSESSMENT_BODY": (AssessmentBody(body_id=SCHOOL, occupations=(COOK,)),),
    "ONLINE_PLATFORM": (
        OnlinePlatform(platform_id="P1", name="山东省公共就业培训平台", status="RECOGNISED"),
    ),
    "OCCUPATION_ROUTE": (
        OccupationRoute(occupation=COOK.code, level=COOK.level, routes=("SKILL_LEVEL",)),
    ),
    "PERSON_CATEGORY": (
        CategoryScope(
            category="RURAL", training_types=("EMPLOYMENT_SKILL",), funds=("EMPLOYMENT",)
        ),
    ),
    "CLASS_HOUR_STANDARD": (hours(),),
    "OFFICIAL_SITE": (OfficialSite(county="371500", host="hrss.liaocheng.gov.cn"),),
}


@pytest.mark.parametrize("catalogue", FIELDS)
def test_every_kind_of_list_can_be_published_and_read(catalogue: str) -> None:
    entries = SMALL[catalogue]
    answer = publish(seeded(), catalogue, **{FIELDS[catalogue]: entries})
    law = book(seeded(*parts(answer))).law
    assert law.entries(catalogue, type(entries[0]), DAY) == entries
    assert law.entries(catalogue, type(entries[0]), date(2023, 12, 31)) == ()
