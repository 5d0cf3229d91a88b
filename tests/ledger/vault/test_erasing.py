"""Erasing: key and rows are gone, entries and proofs are not; retention comes first."""

from datetime import date
from typing import Any

import psycopg
import pytest

from ledger.vault.commitments import commitment_bytes, verify_opening
from ledger.vault.data_keys import FORGET_CHANNEL, DataKeys
from ledger.vault.erasing import erase, owners_due, readmit, restrict, sweep
from ledger.vault.errors import OwnerErased, RetentionRuns
from ledger.vault.opening import mask_many
from ledger.vault.sealed_facts import reader_owner
from ledger.vault.sealing import vault_rows
from tests.ledger.vault.keeping import (
    ANOTHER,
    NOON,
    SOMEBODY,
    STREAM,
    Person,
    Vault,
    keep,
)


async def test_erasing_removes_key_and_rows_of_that_owner_alone(vault: Vault) -> None:
    await vault.person(category="STUDENT")
    kept = await vault.person(ANOTHER, category="STUDENT")

    erased = await erase(vault.connection, vault.data_keys, [SOMEBODY], at=NOON)

    assert erased == 1
    assert await vault.count("sealed") == 1
    assert await vault.count("restricted") == 1
    masks = await mask_many(vault.connection, vault.data_keys, [kept.name.commitment])
    assert masks == {kept.name.commitment: "张*"}


async def test_what_was_shown_before_an_erasure_still_proves(vault: Vault) -> None:
    sealer = vault.sealer()
    name = sealer.hook(Person.__annotations__["name"], "张三")
    placed = sealer.placed(Person(person_id=SOMEBODY, name=name), STREAM)  # type: ignore[arg-type]  # a hook
    await keep(vault.connection, await vault_rows(vault.connection, vault.data_keys, placed))

    await erase(vault.connection, vault.data_keys, [SOMEBODY], at=NOON)

    assert verify_opening(commitment_bytes(name.spelled()), placed[0].salt, "张三".encode())


async def test_a_payload_that_tells_of_several_ends_with_the_first_of_them(vault: Vault) -> None:
    payload = await vault.payload("what was sent", about=(SOMEBODY, ANOTHER))
    other = await vault.payload("what else was sent", about=(ANOTHER,))

    await erase(vault.connection, vault.data_keys, [SOMEBODY], at=NOON)

    masks = await mask_many(vault.connection, vault.data_keys, [payload, other])
    assert masks.keys() == {other}


async def test_a_payload_that_came_late_about_somebody_erased_is_swept(vault: Vault) -> None:
    await erase(vault.connection, vault.data_keys, [SOMEBODY], at=NOON)
    payload = await vault.payload("what was sent", about=(SOMEBODY, ANOTHER))
    assert await mask_many(vault.connection, vault.data_keys, [payload])

    assert await sweep(vault.connection) == 1
    assert not await mask_many(vault.connection, vault.data_keys, [payload])


async def test_erasing_twice_erases_once(vault: Vault) -> None:
    await vault.person()

    first = await erase(vault.connection, vault.data_keys, [SOMEBODY, ANOTHER], at=NOON)
    again = await erase(vault.connection, vault.data_keys, [SOMEBODY, ANOTHER], at=NOON)

    assert (first, again) == (2, 0)


async def test_whoever_was_never_sealed_is_erased_too(vault: Vault) -> None:
    await erase(vault.connection, vault.data_keys, [SOMEBODY], at=NOON)

    with pytest.raises(OwnerErased):
        await vault.person()


async def test_an_erasure_says_when(vault: Vault) -> None:
    await erase(vault.connection, vault.data_keys, [SOMEBODY], at=NOON)

    cursor = await vault.connection.execute("select wrapped, destroyed_at from vault.data_key")
    assert await cursor.fetchall() == [(None, NOON)]


async def test_other_processes_are_told_to_forget(vault: Vault, database: str) -> None:
    async with await psycopg.AsyncConnection.connect(database, autocommit=True) as other:
        await other.execute(f"listen {FORGET_CHANNEL}".encode())

        await erase(vault.connection, vault.data_keys, [SOMEBODY], at=NOON)

        heard = [one async for one in other.notifies(timeout=5, stop_after=1)]
    assert [(one.channel, one.payload) for one in heard] == [(FORGET_CHANNEL, "")]


async def test_what_another_process_seals_before_it_hears_is_swept_away(vault: Vault) -> None:
    elsewhere = Vault(vault.connection, DataKeys(vault.data_keys.keyring))
    await elsewhere.person()
    await erase(vault.connection, vault.data_keys, [SOMEBODY], at=NOON)

    late = await elsewhere.person(category="STUDENT")

    wanted = [late.name.commitment]
    assert await mask_many(vault.connection, vault.data_keys, wanted) == {}
    assert await mask_many(vault.connection, elsewhere.data_keys, wanted) == {}
    assert await sweep(vault.connection) == 2
    assert await sweep(vault.connection) == 0
    assert await vault.count("sealed") == 0


async def test_nobody_is_erased_while_the_retention_of_one_runs(vault: Vault) -> None:
    await vault.person()
    await vault.person(ANOTHER)
    await restrict(vault.connection, vault.data_keys, [ANOTHER], until=date(2034, 3, 1))

    with pytest.raises(RetentionRuns):
        await erase(vault.connection, vault.data_keys, [SOMEBODY, ANOTHER], at=NOON)

    assert await vault.count("sealed") == 2
    assert await vault.count("data_key where destroyed_at is null") == 2


@pytest.mark.parametrize(("until", "due"), [(date(2024, 3, 1), True), (date(2024, 3, 2), False)])
async def test_when_retention_ends_the_owner_is_due_and_may_be_erased(
    vault: Vault,
    until: date,
    due: bool,
) -> None:
    await vault.person()
    await restrict(vault.connection, vault.data_keys, [SOMEBODY], until=until)

    assert (await owners_due(vault.connection, on=NOON.date()) == [SOMEBODY]) is due
    if due:
        assert await erase(vault.connection, vault.data_keys, [SOMEBODY], at=NOON) == 1
        assert await owners_due(vault.connection, on=NOON.date()) == []


async def test_a_longer_retention_is_not_shortened(vault: Vault) -> None:
    for until in (date(2030, 1, 1), date(2034, 1, 1), date(2025, 1, 1)):
        await restrict(vault.connection, vault.data_keys, [SOMEBODY], until=until)

    cursor = await vault.connection.execute("select restricted_until from vault.data_key")
    assert await cursor.fetchall() == [(date(2034, 1, 1),)]


async def test_an_erased_person_is_readmitted_only_in_so_many_words(vault: Vault) -> None:
    before = await vault.person()
    await erase(vault.connection, vault.data_keys, [SOMEBODY], at=NOON)

    assert await readmit(vault.connection, vault.data_keys, SOMEBODY)

    after = await vault.person()
    wanted = [before.name.commitment, after.name.commitment]
    masks = await mask_many(vault.connection, vault.data_keys, wanted)
    assert masks == {after.name.commitment: "张*"}
    assert not await readmit(vault.connection, vault.data_keys, SOMEBODY)
    assert not await readmit(vault.connection, vault.data_keys, ANOTHER)


async def test_the_key_of_a_reading_role_cannot_be_erased(vault: Vault) -> None:
    with pytest.raises(ValueError, match="reading role"):
        await erase(vault.connection, vault.data_keys, [reader_owner("DISCIPLINE")], at=NOON)


async def test_an_erasure_cut_short_erases_nothing(vault: Vault, database: str) -> None:
    await vault.person()
    lock: psycopg.AsyncConnection[Any]
    async with await psycopg.AsyncConnection.connect(database) as lock:
        await lock.execute("lock table vault.restricted in access exclusive mode")
        await vault.connection.execute("set statement_timeout = 100")

        with pytest.raises(psycopg.errors.QueryCanceled):
            await erase(vault.connection, vault.data_keys, [SOMEBODY], at=NOON)

    assert await vault.count("data_key where destroyed_at is null") == 1
    assert await vault.count("sealed") == 1
