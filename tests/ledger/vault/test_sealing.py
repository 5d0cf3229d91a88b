"""Sealing: values become commitments on the way in, and each finds its owner."""

from typing import Any
from uuid import UUID

import msgspec
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregates.sealed import (
    Account,
    IdNumber,
    Malformed,
    Matchable,
    Name,
    Personal,
    Phone,
    Restricted,
    token_id,
)
from ledger.rows import VaultRows
from ledger.vault.commitments import commitment_bytes, verify_opening
from ledger.vault.keys import Keyring, SeededKeyring
from ledger.vault.sealing import Placed, Sealer, canonical_json, rows_under
from tests.aggregates.people import id_numbers, names, phones, wide
from tests.ledger.vault.keeping import (
    ANOTHER,
    ENROLLED,
    SOMEBODY,
    STREAM,
    Category,
    Enrolled,
    Match,
    Person,
    Roster,
    Vault,
)

KEYRING = Keyring.generate()
ID_NUMBER = "11010519491231002X"
ROSTER: dict[str, Any] = {
    "contact": "王五",
    "account": "6222 0212 3456 7890",
    "people": [
        {"person_id": str(SOMEBODY), "name": "张 三", "id_number": ID_NUMBER.lower()},
        {
            "person_id": str(ANOTHER),
            "name": "李四",
            "category": "DISABLED",
            "match": {"source": "PENSION", "months": 3},
        },
    ],
    "attended": [{"enrolment_id": str(ENROLLED), "face_score": 9100}],
}


def sealer(keyring: Keyring = KEYRING, context: str = "test") -> Sealer:
    return Sealer(keyring, keyring.salts(context))


def read(kind: Any, data: object, by: Sealer) -> Any:  # noqa: ANN401 - whatever kind is asked
    return msgspec.convert(data, kind, dec_hook=by.hook)


def owners(placed: list[Placed]) -> dict[str, UUID]:
    return {one.value.decode(): one.owner for one in placed}


def test_a_command_that_was_read_bears_no_plain_value() -> None:
    by = sealer()

    command = read(Roster, ROSTER, by)

    shown = f"{command!r} {by!r}"
    for plain in ("王五", "张三", "李四", ID_NUMBER, "6222021234567890", "DISABLED", "PENSION"):
        assert plain not in shown


def test_a_value_belongs_to_the_nearest_record_that_names_an_owner() -> None:
    by = sealer()

    placed = by.placed(read(Roster, ROSTER, by), STREAM)

    assert owners(placed) == {
        "王五": STREAM,
        "6222021234567890": STREAM,
        "张三": SOMEBODY,
        ID_NUMBER: SOMEBODY,
        "李四": ANOTHER,
        '"DISABLED"': ANOTHER,
        '{"months":3,"source":"PENSION"}': ANOTHER,
        "9100": ENROLLED,
    }


def test_a_record_that_names_person_and_enrolment_is_the_persons() -> None:
    by = sealer()
    enrolled = read(
        Enrolled,
        {"enrolment_id": str(ENROLLED), "person_id": str(SOMEBODY), "name": "张三"},
        by,
    )

    assert owners(by.placed(enrolled, STREAM)) == {"张三": SOMEBODY}


def test_a_record_that_leaves_its_person_open_is_the_enrolments() -> None:
    by = sealer()
    enrolled = read(Enrolled, {"enrolment_id": str(ENROLLED), "name": "张三"}, by)

    assert owners(by.placed(enrolled, STREAM)) == {"张三": ENROLLED}


def test_a_restricted_value_is_filed_under_the_name_of_its_field() -> None:
    by = sealer()

    placed = by.placed(read(Roster, ROSTER, by), STREAM)

    assert sorted(one.kind for one in placed if one.restricted) == [
        "category",
        "face_score",
        "match",
    ]
    assert {one.kind for one in placed if not one.restricted} == {"name", "account", "id-number"}


def test_only_what_a_record_bears_and_was_sealed_now_is_placed() -> None:
    before, by = sealer(), sealer()
    known = read(Person, {"person_id": str(SOMEBODY), "name": "张三"}, before)
    fresh = read(Person, {"person_id": str(ANOTHER), "name": "李四"}, by)
    read(Person, {"person_id": str(ANOTHER), "name": "王五"}, by)

    placed = by.placed(Roster(people=(known, fresh, fresh)), STREAM)

    assert owners(placed) == {"李四": ANOTHER}


def test_every_commitment_opens_with_its_salt_and_value() -> None:
    by = sealer()
    placed = by.placed(read(Roster, ROSTER, by), STREAM)

    assert all(verify_opening(one.commitment, one.salt, one.value) for one in placed)
    assert len({one.salt for one in placed}) == len(placed)


def test_rules_see_a_restricted_value_and_entries_do_not() -> None:
    by = sealer()

    person = read(Person, ROSTER["people"][1], by)

    assert person.category.value == "DISABLED"
    assert person.match.value == Match(source="PENSION", months=3)
    assert person.category.spelled() == person.category.commitment


@given(one=phones(), other=phones())
def test_tokens_of_a_field_are_equal_exactly_where_the_canonical_values_are(
    one: str, other: str
) -> None:
    by = sealer()
    first = read(Matchable[Phone], one, by)
    second = read(Matchable[Phone], other, by)
    again = read(Matchable[Phone], f" {wide(one)} ", by)

    assert first.same_as(again)
    assert first.commitment != again.commitment
    assert first.same_as(second) == (one == other)


@given(number=id_numbers())
def test_a_person_is_found_from_any_spelling_of_the_number(number: str) -> None:
    by = sealer()
    written = f"{wide(number[:6])} {number[6:].lower()}"
    sealed: Matchable[IdNumber] = read(Matchable[IdNumber], written, by)

    assert by.person(written) == token_id(sealed) == KEYRING.pseudonym(number)


@given(name=names(), number=id_numbers())
def test_a_seed_seals_to_the_same_bytes_whatever_was_sealed_elsewhere(
    name: str, number: str
) -> None:
    data = {"person_id": str(SOMEBODY), "name": name, "id_number": number}
    rows = []
    for keyring in (SeededKeyring(7), SeededKeyring(7)):
        by = sealer(keyring, "command 1")
        person = read(Person, data, by)
        read(Person, data, sealer(keyring, "command 2"))
        keys = {SOMEBODY: keyring.new_data_key(SOMEBODY)}
        rows.append((person, rows_under(keys, by.placed(person, STREAM))))

    assert rows[0] == rows[1]


def test_another_command_of_a_simulation_seals_the_same_value_to_another_commitment() -> None:
    keyring = SeededKeyring(7)

    first = read(Personal[Name], "张三", sealer(keyring, "command 1"))
    second = read(Personal[Name], "张三", sealer(keyring, "command 2"))

    assert first != second


def test_a_value_that_is_placed_twice_has_one_row() -> None:
    by = sealer()
    placed = by.placed(read(Person, ROSTER["people"][1], by), STREAM)

    rows = rows_under({ANOTHER: bytes(32)}, [*placed, *placed])

    assert len(rows.sealed) == 1
    assert len(rows.restricted) == 2


@pytest.mark.parametrize(
    ("kind", "value", "says"),
    [
        (Personal[Name], 42, "text in quotes"),
        (Matchable[IdNumber], 11010519491231002, "text in quotes"),
        (Matchable[IdNumber], 1.1e17, "text in quotes"),
        (Matchable[IdNumber], "110105194912310021", "check digit"),
        (Matchable[Account], "secret", "bank account"),
        (Restricted[Category], "CUSTODY", "UNEMPLOYED, STUDENT, DISABLED"),
        (Restricted[Match], {"source": "CUSTODY", "months": "many"}, "not of the expected form"),
        (Restricted[int], "9100", "not of the expected form"),
    ],
)
def test_what_cannot_be_sealed_is_refused_with_its_place_and_without_the_value(
    kind: Any,  # noqa: ANN401 - a type
    value: object,
    says: str,
) -> None:
    with pytest.raises(msgspec.ValidationError) as refused:
        read(dict[str, kind], {"field": value}, sealer())

    text = str(refused.value)
    assert says in text
    assert "`$[...]`" in text
    assert isinstance(refused.value.__cause__, Malformed)
    for plain in ("CUSTODY", "many", "secret", "110105194912310021", "11010519491231002", "1.1e"):
        assert plain not in text


def test_a_field_of_an_unknown_type_is_a_mistake_of_the_program() -> None:
    with pytest.raises(AssertionError, match="no form is known"):
        read(complex, "1j", sealer())


@given(
    value=st.dictionaries(st.sampled_from("abc"), st.integers(-(2**53), 2**53) | st.text())
    | st.integers(-(2**53), 2**53)
)
def test_restricted_json_is_one_spelling(value: Any) -> None:  # noqa: ANN401 - JSON
    spelled = canonical_json(value)

    assert orjson.loads(spelled) == value
    assert spelled == canonical_json(orjson.loads(spelled))


async def test_rows_hold_nothing_plain_but_restricted_values(vault: Vault) -> None:
    await vault.sealed(Roster, ROSTER)

    assert await vault.count("sealed") == 5
    assert await vault.count("restricted") == 3
    assert await vault.count("data_key") == 4
    cursor = await vault.connection.execute("select s::text from vault.sealed s")
    held = " ".join(text for (text,) in await cursor.fetchall())
    for plain in ("王五", "张三", "李四", ID_NUMBER, "6222021234567890"):
        assert plain not in held
        assert plain.encode().hex() not in held


async def test_a_secret_is_bound_to_owner_kind_and_commitment(vault: Vault) -> None:
    by = vault.sealer()
    placed = by.placed(read(Roster, ROSTER, by), STREAM)
    keys = dict.fromkeys({one.owner for one in placed}, bytes(32))
    sealed = {row.commitment: row for row in rows_under(keys, placed).sealed}

    moved = {
        row.commitment: row
        for row in rows_under(
            keys, [one._replace(owner=ANOTHER, kind="phone") for one in placed]
        ).sealed
        if row.commitment in sealed
    }

    assert all(sealed[one].secret != moved[one].secret for one in moved)


def test_the_rows_of_many_commands_are_joined_in_their_order() -> None:
    by = sealer()
    placed = by.placed(read(Person, ROSTER["people"][1], by), STREAM)
    rows = rows_under({ANOTHER: bytes(32)}, placed)

    assert VaultRows.joined([rows, VaultRows(), rows]).sealed == rows.sealed * 2
    assert not VaultRows.joined([])
    assert rows


def test_an_entry_spells_the_commitment_that_the_row_bears() -> None:
    by = sealer()
    person = read(Person, ROSTER["people"][0], by)

    rows = rows_under({SOMEBODY: bytes(32)}, by.placed(person, STREAM)).sealed

    assert commitment_bytes(person.name.commitment) in {row.commitment for row in rows}
