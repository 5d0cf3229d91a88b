"""What each database role can do in the vault, and what it is refused."""

import psycopg
import pytest

from ledger.vault.data_keys import DataKeys
from ledger.vault.erasing import erase, owners_due, readmit, restrict, sweep
from ledger.vault.errors import KeysUnusable
from ledger.vault.opening import mask_many, restricted_values
from ledger.vault.rotation import under_old_masters, wrap_anew
from ledger.vault.sealed_facts import read_sealed, sealed_about
from tests.ledger.vault.keeping import ANOTHER, NOON, SOMEBODY, Vault


async def become(vault: Vault, role: str) -> None:
    await vault.connection.execute(f"set role {role}".encode())


async def test_the_vault_role_seals_masks_rotates_and_erases(vault: Vault) -> None:
    await become(vault, "mingzhang_vault")
    keys = vault.data_keys

    person = await vault.person(category="STUDENT")
    assert person.category
    assert await mask_many(vault.connection, keys, [person.name.commitment])
    assert await restricted_values(vault.connection, [person.category.commitment])
    await restrict(vault.connection, keys, [SOMEBODY], until=NOON.date())
    assert await owners_due(vault.connection, on=NOON.date()) == [SOMEBODY]
    assert await erase(vault.connection, keys, [SOMEBODY], at=NOON) == 1
    assert await sweep(vault.connection) == 0
    assert await readmit(vault.connection, keys, SOMEBODY)
    assert await wrap_anew(vault.connection, keys.keyring.rotated()) == 1
    assert await under_old_masters(vault.connection, keys.keyring) == 1
    assert not await read_sealed(vault.connection, keys, reader="DISCIPLINE", streams=["sealed/1"])
    assert not await sealed_about(
        vault.connection, reader="DISCIPLINE", kind="person", about=SOMEBODY
    )
    with pytest.raises(KeysUnusable):
        await DataKeys(keys.keyring).of(vault.connection, [SOMEBODY])


async def test_the_fold_role_reads_restricted_values_and_no_identity(vault: Vault) -> None:
    person = await vault.person(category="STUDENT")
    assert person.category
    await become(vault, "mingzhang_fold")

    values = await restricted_values(vault.connection, [person.category.commitment])

    assert values == {person.category.commitment: "STUDENT"}
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        await mask_many(vault.connection, vault.data_keys, [person.name.commitment])


@pytest.mark.parametrize("role", ["mingzhang_reader", "mingzhang_writer"])
async def test_whoever_reads_or_writes_the_log_opens_nothing(vault: Vault, role: str) -> None:
    person = await vault.person(category="STUDENT")
    assert person.category
    await become(vault, role)

    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        await mask_many(vault.connection, vault.data_keys, [person.name.commitment])
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        await restricted_values(vault.connection, [person.category.commitment])
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        await vault.data_keys.of(vault.connection, [ANOTHER])
