"""Nothing personal where it must not be; and the scanner that says so finds what it looks for."""

import base64
import hashlib
import logging
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import msgspec
import orjson
import pytest

from aggregates.ids import derived_id
from aggregates.sealed import Malformed
from ledger.vault.erasing import erase
from ledger.vault.errors import OwnerErased
from ledger.vault.keys import SeededKeyring
from ledger.vault.opening import mask_many
from ledger.vault.sealing import Sealer
from tests.ledger.vault.keeping import ANOTHER, NOON, SOMEBODY, Person, Roster, Vault
from tests.ledger.vault.leaks import Leaks

NAME, ID_NUMBER, PHONE = "司马相如", "11010519491231002X", "13800138000"
ACCOUNT, REMARK = "6222021234567890", "他 lost 3 days"
LEAKS = Leaks([NAME, ID_NUMBER, PHONE, ACCOUNT, REMARK, "张", "12345"])
DISGUISES: dict[str, Callable[[str], str]] = {
    "plain": lambda value: f"({value})",
    "in a longer run": lambda value: f"东{value}9" if value == NAME else f"99{value}",
    "lower case": str.lower,
    "JSON escapes": lambda value: value.encode("unicode_escape").decode(),
    "URL": lambda value: f"/people?q={quote(value)}",
    "hex of a bytea": lambda value: f'(1,"\\\\x00ff{value.encode().hex()}00")',
    "base64": lambda value: base64.b64encode(value.encode()).decode(),
    "MD5": lambda value: hashlib.md5(value.encode(), usedforsecurity=False).hexdigest(),
    "SHA-256": lambda value: hashlib.sha256(value.encode()).hexdigest(),
    "SHA-512": lambda value: hashlib.sha512(value.encode()).hexdigest(),
    "SHA-256 in base64url": lambda value: base64.urlsafe_b64encode(
        hashlib.sha256(value.encode()).digest()
    ).decode(),
}


@pytest.mark.parametrize("how", DISGUISES)
@pytest.mark.parametrize("value", [NAME, ID_NUMBER, PHONE, ACCOUNT])
def test_the_scanner_finds_a_value_in_every_disguise(how: str, value: str) -> None:
    text = DISGUISES[how](value)

    assert {leak.value for leak in LEAKS.in_text(f"before {text} after")} == {value}


def test_the_scanner_finds_text_of_several_words() -> None:
    assert LEAKS.in_text(f"说：{REMARK}。")


def test_the_scanner_does_not_cry_wolf() -> None:
    masked = "司*** 110105********002X *******8000 ****7890 2024-03-01T12:00:00.000000+08:00"
    ids = (
        f"{SOMEBODY} {ANOTHER} {derived_id('x', 1).hex} {hashlib.sha256(b'').hexdigest()} 司马 相如"
    )

    assert not LEAKS.in_text(f"{masked} {ids} 12345 张")


def test_the_scanner_follows_the_causes_of_an_error() -> None:
    cause = ValueError("not found")
    cause.__context__ = KeyError(ID_NUMBER)
    error = OSError("failed")
    error.__cause__ = cause

    assert {leak.where for leak in LEAKS.in_error(error)} == {"KeyError"}


def test_the_scanner_reads_files(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"\xff\x00" + NAME.encode())
    (tmp_path / "b").write_text(PHONE, encoding="utf-8")

    found = LEAKS.in_files(sorted(tmp_path.iterdir()))

    assert [leak.value for leak in found] == [NAME, PHONE]


async def test_the_scanner_reads_every_table_of_a_schema(vault: Vault) -> None:
    await vault.connection.execute("create temp table spilt (a bytea, b text)")
    await vault.connection.execute(
        "insert into spilt values (%s, %s)", (NAME.encode(), f"tel:{PHONE}")
    )
    cursor = await vault.connection.execute(
        "select nspname from pg_namespace where oid = pg_my_temp_schema()"
    )
    row = await cursor.fetchone()
    assert row

    found = await LEAKS.in_database(vault.connection, schemas=[row[0]])

    assert {leak.value for leak in found} == {NAME, PHONE}


PERSON = {
    "person_id": str(SOMEBODY),
    "name": NAME,
    "id_number": ID_NUMBER,
    "phone": PHONE,
    "category": "DISABLED",
}


async def test_the_vault_keeps_identity_in_no_readable_form(
    vault: Vault, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    person = await vault.sealed(Person, PERSON)
    roster = await vault.sealed(Roster, {"account": ACCOUNT, "remark": REMARK})
    await mask_many(vault.connection, vault.data_keys, [person.name.commitment])

    assert await vault.count("sealed") == 5
    assert not await LEAKS.in_database(vault.connection, schemas=("ledger", "vault"))
    assert not LEAKS.in_text(caplog.text, "log")
    assert not LEAKS.in_text(f"{person!r} {roster!r} {vault.data_keys!r}", "repr")


async def test_restricted_values_lie_in_their_table_alone(vault: Vault) -> None:
    await vault.sealed(Person, PERSON)
    cursor = await vault.connection.execute(
        "select table_name::text from information_schema.tables where table_schema = 'vault'"
    )
    holding = []
    for (table,) in await cursor.fetchall():
        if await vault.count(f"{table} t where t::text like '%DISABLED%'"):
            holding.append(table)

    assert holding == ["restricted"]


@pytest.mark.parametrize(
    "data",
    [
        PERSON | {"name": ID_NUMBER},
        PERSON | {"id_number": NAME},
        PERSON | {"id_number": ID_NUMBER[:17] + "1"},
        PERSON | {"phone": ID_NUMBER},
        PERSON | {"category": NAME},
        PERSON | {"category": {NAME: PHONE}},
        PERSON | {"match": {"source": "PENSION", "months": ID_NUMBER}},
        PERSON | {"match": {"source": 5, "months": NAME}},
    ],
)
def test_no_refusal_of_a_wrong_value_repeats_it(data: dict[str, object]) -> None:
    keyring = SeededKeyring(7)
    sealer = Sealer(keyring, keyring.salts("test"))

    with pytest.raises(msgspec.ValidationError) as refused:
        msgspec.convert(orjson.loads(orjson.dumps(data)), Person, dec_hook=sealer.hook)

    assert isinstance(refused.value.__cause__, Malformed)
    assert not LEAKS.in_error(refused.value)
    assert ID_NUMBER[:17] not in str(refused.value)


async def test_no_refusal_of_an_erased_person_names_them(vault: Vault) -> None:
    await erase(vault.connection, vault.data_keys, [SOMEBODY], at=NOON)

    with pytest.raises(OwnerErased) as refused:
        await vault.sealed(Person, PERSON)

    assert not LEAKS.in_error(refused.value)
