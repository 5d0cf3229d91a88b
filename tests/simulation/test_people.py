"""Nobody in a simulation can be mistaken for somebody who lives."""

from datetime import date

import pytest

from aggregates.law.catalogues import PersonCategory
from aggregates.sealed import Account, IdNumber, Name, Phone
from ledger.simulation.people import Attended, People, Person
from ledger.vault.keys import SeededKeyring

ON = date(2025, 4, 1)


def made(seed: str = "s", county: str = "371502", count: int = 50) -> list[Person]:
    people = People(seed, SeededKeyring(seed), county, 1)
    return [people.make("RURAL", ON) for _ in range(count)]


def test_every_value_is_one_that_the_ledger_takes() -> None:
    for one in made():
        assert IdNumber.canonical(one.id_number) == one.id_number
        assert Phone.canonical(one.phone) == one.phone
        assert Account.canonical(one.account) == one.account
        assert Name.canonical(one.name) == one.name


def test_id_numbers_are_of_a_prefecture_that_does_not_exist() -> None:
    # GB/T 2260 ends with 3717 in Shandong.
    assert {one.id_number[:4] for one in made()} == {"3799"}


def test_telephones_are_of_a_range_without_an_operator() -> None:
    assert {one.phone[:3] for one in made()} == {"154"}


def test_nobody_has_the_number_of_another() -> None:
    people = made(count=3_000)
    for name in ("id_number", "phone", "account", "person_id"):
        assert len({getattr(one, name) for one in people}) == len(people), name


def test_the_id_of_a_person_follows_from_the_number_under_the_keys_of_the_world() -> None:
    (one,) = made(count=1)
    assert one.person_id == SeededKeyring("s").pseudonym(one.id_number)


@pytest.mark.parametrize(
    ("category", "youngest", "oldest"), [("STUDENT", 18, 23), ("SCHOOL_LEAVER", 17, 20)]
)
def test_people_have_the_age_of_their_category(
    category: PersonCategory, youngest: int, oldest: int
) -> None:
    people = People("s", SeededKeyring("s"), "371502", 1)
    for _ in range(30):
        born = people.make(category, ON).id_number[6:10]
        assert youngest <= 2025 - int(born) <= oldest


def test_the_same_seed_makes_the_same_people_and_another_one_others() -> None:
    assert made("a") == made("a")
    assert [one.id_number for one in made("a")] != [one.id_number for one in made("b")]


def test_a_person_starts_without_any_class() -> None:
    (one,) = made(count=1)
    assert one.attended == []
    one.attended.append(Attended("X", "5", ON, ON))
    assert made(count=1)[0].attended == []
