"""Sealed facts: readable by one role, provable, and silent about whom they concern."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregates.ids import derived_id
from ledger.vault.commitments import base64url, commitment_bytes, verify_opening
from ledger.vault.data_keys import DataKeys
from ledger.vault.errors import SealBroken
from ledger.vault.keys import Keyring, SeededKeyring
from ledger.vault.rotation import wrap_anew
from ledger.vault.sealed_facts import (
    BLOCK_BYTES,
    SealedFact,
    is_reader,
    read_sealed,
    reader_key,
    reader_owner,
    seal_fact,
    sealed_about,
)
from tests.ledger.vault.keeping import ANOTHER, SOMEBODY, Vault, keep

BODY = b'{"data":{"rule_id":"RI-27"},"type":"risk-signal.raised.v1"}'
ONE, OTHER = derived_id("test stream", 1), derived_id("test stream", 2)
KEY, SALT = bytes(range(32)), bytes(range(32, 64))


async def kept(vault: Vault, body: bytes = BODY, *, reader: str = "DISCIPLINE") -> SealedFact:
    sealed = seal_fact(
        await reader_key(vault.connection, vault.data_keys, reader),
        body,
        reader=reader,
        stream_id=ONE if reader == "DISCIPLINE" else OTHER,
        salt=vault.data_keys.keyring.salts("test")(),
        links=[("person", SOMEBODY), ("class", ANOTHER), ("person", SOMEBODY)],
    )
    await keep(vault.connection, sealed.rows)
    return sealed


async def test_the_reading_role_reads_what_was_sealed(vault: Vault) -> None:
    sealed = await kept(vault)

    read = await read_sealed(
        vault.connection, vault.data_keys, reader="DISCIPLINE", streams=[sealed.stream]
    )

    assert read[sealed.stream].body == BODY
    assert base64url(read[sealed.stream].commitment) == sealed.commitment
    assert verify_opening(commitment_bytes(sealed.commitment), read[sealed.stream].salt, BODY)


async def test_another_role_reads_nothing_and_finds_nothing(vault: Vault) -> None:
    sealed = await kept(vault)
    await kept(vault, reader="AUDITOR")

    for reader in ("AUDITOR", "CITY_HR"):
        read = await read_sealed(
            vault.connection, vault.data_keys, reader=reader, streams=[sealed.stream]
        )
        assert read == {}
    found = await sealed_about(vault.connection, reader="AUDITOR", kind="person", about=SOMEBODY)
    assert found == [f"sealed/{OTHER}"]


async def test_a_sealed_fact_is_found_by_what_it_refers_to(vault: Vault) -> None:
    sealed = await kept(vault)

    for kind, about in (("person", SOMEBODY), ("class", ANOTHER)):
        found = await sealed_about(vault.connection, reader="DISCIPLINE", kind=kind, about=about)
        assert found == [sealed.stream]
    assert not await sealed_about(
        vault.connection, reader="DISCIPLINE", kind="class", about=SOMEBODY
    )


def test_the_entry_bears_stream_and_commitment_and_neither_depends_on_the_subject() -> None:
    one = seal_fact(KEY, BODY, reader="DISCIPLINE", stream_id=ONE, salt=SALT, links=[])
    other = seal_fact(
        KEY, BODY, reader="DISCIPLINE", stream_id=ONE, salt=bytes(32), links=[("person", SOMEBODY)]
    )

    assert one.stream == other.stream == f"sealed/{ONE}"
    assert one.commitment != other.commitment
    assert len(one.commitment) == 43


@given(body=st.binary(min_size=1, max_size=2 * BLOCK_BYTES))
def test_the_length_of_a_secret_says_little_of_the_fact(body: bytes) -> None:
    sealed = seal_fact(KEY, body, reader="DISCIPLINE", stream_id=ONE, salt=SALT)

    secret = sealed.rows.sealed_facts[0].secret
    assert (len(secret) - 16) % BLOCK_BYTES == 0
    assert body not in secret or len(body) < 3


@pytest.mark.parametrize("size", [0, 1, BLOCK_BYTES - 36, BLOCK_BYTES - 35, 60_000])
async def test_facts_of_every_size_are_read_whole(vault: Vault, size: int) -> None:
    sealed = await kept(vault, b"x" * size)

    read = await read_sealed(
        vault.connection, vault.data_keys, reader="DISCIPLINE", streams=[sealed.stream]
    )

    assert read[sealed.stream].body == b"x" * size


@pytest.mark.parametrize(
    "change",
    [
        "secret = set_byte(secret, 40, get_byte(secret, 40) # 1)",
        "secret = substring(secret from 1 for 10)",
        "commitment = set_byte(commitment, 31, get_byte(commitment, 31) # 1)",
        "stream = 'sealed/other'",
    ],
)
async def test_a_tampered_fact_is_a_fault(vault: Vault, change: str) -> None:
    sealed = await kept(vault)
    await vault.connection.execute(f"update vault.sealed_fact set {change}".encode())

    with pytest.raises(SealBroken):
        await read_sealed(
            vault.connection,
            vault.data_keys,
            reader="DISCIPLINE",
            streams=[sealed.stream, "sealed/other"],
        )


async def test_sealed_facts_are_read_after_a_rotation(vault: Vault) -> None:
    sealed = await kept(vault)
    rotated = vault.data_keys.keyring.rotated()
    await wrap_anew(vault.connection, rotated)

    read = await read_sealed(
        vault.connection,
        DataKeys(rotated.without_old_masters()),
        reader="DISCIPLINE",
        streams=[sealed.stream],
    )

    assert read[sealed.stream].body == BODY


def test_the_owner_id_of_a_reading_role_is_told_from_a_persons() -> None:
    assert is_reader(reader_owner("DISCIPLINE"))
    assert reader_owner("DISCIPLINE") != reader_owner("AUDITOR")
    assert reader_owner("DISCIPLINE").version == 8
    assert not is_reader(Keyring.generate().pseudonym("11010519491231002X"))


def test_a_simulation_seals_the_same_fact_to_the_same_bytes() -> None:
    def sealed() -> SealedFact:
        keyring = SeededKeyring(7)
        return seal_fact(
            keyring.new_data_key(reader_owner("DISCIPLINE")),
            BODY,
            reader="DISCIPLINE",
            stream_id=ONE,
            salt=keyring.salts("signal 1")(),
        )

    assert sealed() == sealed()
