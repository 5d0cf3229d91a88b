"""What the law in force answers: the lists of a day, as if they were read line by line."""

from datetime import date
from typing import get_args
from uuid import UUID

from hypothesis import given as for_all
from hypothesis import strategies as st

from aggregates.ids import InstitutionId
from aggregates.law.catalogues import (
    CatalogueVersion,
    InstitutionListing,
    ItemKind,
    ListingCategory,
    Occupation,
    SubsidyStandard,
)
from aggregates.law.in_force import Law, Waiver
from aggregates.law.parameters import PolicySet

CODES = st.sampled_from(["4-03-02-01", "4-10-01-02", "SYB"])
LEVELS = st.sampled_from(["5", "4"])
KINDS = st.sampled_from(get_args(ItemKind))
DAYS = st.dates(date(2024, 1, 1), date(2024, 1, 5))
SCHOOLS = st.integers(1, 3).map(lambda n: InstitutionId(UUID(int=n)))

standards = st.builds(
    SubsidyStandard,
    occupation=CODES,
    level=LEVELS,
    training_type=st.sampled_from(["EMPLOYMENT_SKILL", "PROJECT"]),
    kind=KINDS,
    amount_fen=st.integers(1, 9),
)
places = st.builds(
    InstitutionListing,
    institution_id=SCHOOLS,
    category=st.sampled_from(get_args(ListingCategory)),
    occupations=st.lists(st.builds(Occupation, code=CODES, level=LEVELS), max_size=2).map(tuple),
)


def versions(kind: str, entries: st.SearchStrategy[object]) -> st.SearchStrategy[Law]:
    """Return laws with some versions of a list, two of one name or of one day among them."""
    one = st.builds(
        CatalogueVersion,
        kind=st.just(kind),
        version=st.sampled_from(["1", "2"]),
        effective_from=DAYS,
        entries=st.lists(entries, max_size=6).map(tuple),
    )
    return st.lists(one, max_size=3).map(lambda held: Law(catalogues={kind: tuple(held)}))


@for_all(versions("SUBSIDY_STANDARD", standards), CODES, LEVELS, KINDS, DAYS)
def test_a_standard_is_the_first_line_of_the_list_of_the_day(
    law: Law, code: str, level: str, kind: str, on: date
) -> None:
    key = (code, level, "PROJECT", kind)
    lines = [
        one.amount_fen
        for one in law.entries("SUBSIDY_STANDARD", SubsidyStandard, on)
        if (one.occupation, one.level, one.training_type, one.kind) == key
    ]
    wanted = lines[0] if lines else None
    assert law.standard(*key, on) == wanted
    assert law.standard(*key, on) == wanted


@for_all(versions("INSTITUTION", places), SCHOOLS, CODES, LEVELS, DAYS)
def test_an_institution_is_listed_for_what_its_lines_of_the_day_say(
    law: Law, school: InstitutionId, code: str, level: str, on: date
) -> None:
    lines = [
        one
        for one in law.entries("INSTITUTION", InstitutionListing, on)
        if one.institution_id == school
    ]
    assert list(law.listings(school, on)) == lines
    assert law.listing(school, on) == (lines[0] if lines else None)
    fitting = [one for one in lines if Occupation(code=code, level=level) in one.occupations]
    assert law.listed_for(school, code, level, on) == (fitting[0] if fitting else None)


def test_a_law_that_answers_thousands_of_questions_stays_right() -> None:
    ten = PolicySet("A", "1", "CITY", date(2012, 6, 1), None, {"sla_claim_days": 10})
    law = Law(policies=(ten,))
    for ordinal in range(date(2010, 1, 1).toordinal(), date(2024, 1, 1).toordinal()):
        on = date.fromordinal(ordinal)
        wanted = 10 if on >= date(2012, 6, 1) else None
        assert law.parameter("sla_claim_days", on) == wanted


def test_two_laws_never_share_an_answer() -> None:
    day = date(2024, 1, 1)
    one = Law(policies=(PolicySet("A", "1", "CITY", day, None, {"sla_claim_days": 10}),))
    other = Law(policies=(PolicySet("A", "1", "CITY", day, None, {"sla_claim_days": 20}),))
    assert one.parameter("sla_claim_days", day) == 10
    assert other.parameter("sla_claim_days", day) == 20


def test_a_waiver_holds_through_its_last_day() -> None:
    subject = UUID(int=1)
    waiver = Waiver("FIL-01", subject, date(2024, 3, 31), "1")
    law = Law(waivers={("FIL-01", subject): (waiver,)})
    assert law.waived("FIL-01", subject, date(2024, 3, 31), "371502") == waiver
    assert law.waived("FIL-01", subject, date(2024, 4, 1), "371502") is None


def test_a_county_waives_nothing_in_another_one() -> None:
    subject = UUID(int=1)
    own = Waiver("FIL-01", subject, date(2024, 3, 31), "1", "371502")
    law = Law(waivers={("FIL-01", subject): (own,)})
    assert law.waived("FIL-01", subject, date(2024, 3, 31), "371502") == own
    assert law.waived("FIL-01", subject, date(2024, 3, 31), "371522") is None


def test_a_later_waiver_does_not_shorten_an_earlier_one() -> None:
    subject = UUID(int=1)
    long = Waiver("FIL-01", subject, date(2024, 3, 31), "1")
    short = Waiver("FIL-01", subject, date(2024, 2, 1), "2")
    law = Law(waivers={("FIL-01", subject): (long, short)})
    assert law.waived("FIL-01", subject, date(2024, 1, 31), "371502") == short
    assert law.waived("FIL-01", subject, date(2024, 3, 1), "371502") == long
