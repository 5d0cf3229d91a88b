"""Rotation: every key is wrapped anew, every value opens as before, and can be cut short."""

import pytest

from ledger.vault.data_keys import DataKeys
from ledger.vault.erasing import erase
from ledger.vault.errors import KeysUnusable
from ledger.vault.opening import mask_many
from ledger.vault.rotation import under_old_masters, wrap_anew
from tests.ledger.vault.keeping import ANOTHER, NOON, SOMEBODY, Vault
from tests.ledger.vault.test_data_keys import many


async def test_values_open_under_the_new_master_key_alone(vault: Vault) -> None:
    person = await vault.person()
    await vault.data_keys.of(vault.connection, many(25))
    rotated = vault.data_keys.keyring.rotated()

    changed = await wrap_anew(vault.connection, rotated, batch=10)

    assert changed == 26
    assert await under_old_masters(vault.connection, rotated) == 0
    alone = DataKeys(rotated.without_old_masters())
    wanted = [person.name.commitment]
    assert await mask_many(vault.connection, alone, wanted) == {wanted[0]: "张*"}
    with pytest.raises(KeysUnusable):
        await mask_many(vault.connection, DataKeys(vault.data_keys.keyring), wanted)


async def test_a_rotation_cut_short_is_taken_up_again(vault: Vault) -> None:
    owners = many(5)
    before = await vault.data_keys.of(vault.connection, owners)
    rotated = vault.data_keys.keyring.rotated()
    await vault.connection.execute("create temp table kept as select * from vault.data_key")
    await wrap_anew(vault.connection, rotated)
    await vault.connection.execute(
        "update vault.data_key k set wrapped = kept.wrapped from kept"
        " where k.owner = kept.owner and k.owner > (select owner from kept order by owner limit 1)"
    )
    assert await under_old_masters(vault.connection, rotated) == 4

    assert await DataKeys(rotated).of(vault.connection, owners) == before
    assert await wrap_anew(vault.connection, rotated) == 4
    assert await wrap_anew(vault.connection, rotated) == 0


async def test_rotation_passes_over_the_erased(vault: Vault) -> None:
    await vault.data_keys.of(vault.connection, [SOMEBODY, ANOTHER])
    await erase(vault.connection, vault.data_keys, [SOMEBODY], at=NOON)

    assert await wrap_anew(vault.connection, vault.data_keys.keyring.rotated()) == 1
    assert await vault.count("data_key where wrapped is null") == 1


async def test_rotation_stops_at_a_key_of_an_unknown_master(vault: Vault) -> None:
    await vault.data_keys.of(vault.connection, [SOMEBODY])
    lost = vault.data_keys.keyring.rotated().without_old_masters()

    with pytest.raises(KeysUnusable):
        await wrap_anew(vault.connection, lost)

    assert await under_old_masters(vault.connection, lost) == 1
