"""Data keys: made once however many ask, kept at hand, refused to whoever was erased."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import AsyncConnection

from aggregates.ids import derived_id
from ledger.vault.data_keys import DataKeys
from ledger.vault.erasing import erase
from ledger.vault.errors import KeysUnusable, OwnerErased, SealBroken
from ledger.vault.keys import Keyring, SeededKeyring
from tests.ledger.vault.keeping import ANOTHER, NOON, SOMEBODY, Vault


def many(count: int) -> list[UUID]:
    return [derived_id("test owner", number) for number in range(count)]


async def test_an_owner_has_one_key_for_ever(vault: Vault) -> None:
    made = await vault.data_keys.of(vault.connection, [SOMEBODY, ANOTHER])
    again = await DataKeys(vault.data_keys.keyring).of(vault.connection, [ANOTHER, SOMEBODY])

    assert made == again
    assert made[SOMEBODY] != made[ANOTHER]


async def test_keys_for_many_owners_take_one_statement(vault: Vault) -> None:
    owners = many(500)

    keys = await vault.data_keys.of(vault.connection, owners)

    assert keys.keys() == set(owners)
    assert len(set(keys.values())) == 500
    assert await vault.count("data_key") == 500


async def test_sessions_that_ask_at_once_get_the_same_keys(vault: Vault, database: str) -> None:
    owners = many(300)
    keyring = vault.data_keys.keyring

    async def ask(wanted: list[UUID]) -> dict[UUID, bytes]:
        async with await psycopg.AsyncConnection.connect(database, autocommit=True) as connection:
            return dict(await DataKeys(keyring).of(connection, wanted))

    answers = await asyncio.gather(*(ask(owners[::step]) for step in (1, -1, 1, -1)))

    assert all(answer == answers[0] for answer in answers)


async def test_a_key_that_another_session_is_making_is_waited_for(
    vault: Vault, database: str
) -> None:
    theirs = vault.data_keys.keyring.new_data_key(SOMEBODY)
    async with await psycopg.AsyncConnection.connect(database) as other:
        await other.execute(
            "insert into vault.data_key (owner, wrapped) values (%s, %s)",
            (SOMEBODY, vault.data_keys.keyring.wrap(SOMEBODY, theirs)),
        )
        asking = asyncio.create_task(_ask(vault, SOMEBODY))
        await asyncio.sleep(0.05)
        assert not asking.done()
        await other.commit()

    assert await asking == theirs


async def test_tasks_that_ask_at_once_share_statements(vault: Vault) -> None:
    counted = Counted(vault.data_keys.keyring)
    owners = many(64)

    answers = await asyncio.gather(
        *(counted.of(vault.connection, [owner, SOMEBODY]) for owner in owners)
    )

    assert [set(answer) for answer in answers] == [{owner, SOMEBODY} for owner in owners]
    assert len({answer[SOMEBODY] for answer in answers}) == 1
    assert counted.statements == 2
    assert await vault.count("data_key") == 65


async def test_a_task_that_gives_up_takes_nobody_along(vault: Vault, database: str) -> None:
    owners = many(10)
    async with await psycopg.AsyncConnection.connect(database) as other:
        await other.execute("lock table vault.data_key in access exclusive mode")
        first = asyncio.create_task(_ask(vault, SOMEBODY))
        rest = [asyncio.create_task(_ask(vault, owner)) for owner in owners]
        await asyncio.sleep(0.05)
        first.cancel()
        await asyncio.sleep(0.05)
        await other.commit()

    with pytest.raises(asyncio.CancelledError):
        await first
    assert len(set(await asyncio.gather(*rest))) == 10


async def test_an_erased_owner_stops_only_whoever_asked_for_it(vault: Vault) -> None:
    await erase(vault.connection, vault.data_keys, [SOMEBODY], at=NOON)

    answers = await asyncio.gather(
        *(_ask(vault, owner) for owner in (ANOTHER, SOMEBODY, *many(3))), return_exceptions=True
    )

    assert [type(answer) for answer in answers] == [bytes, OwnerErased, bytes, bytes, bytes]


async def test_keys_are_not_made_in_a_transaction_that_may_roll_back(database: str) -> None:
    async with await psycopg.AsyncConnection.connect(database) as connection:
        with pytest.raises(ValueError, match="autocommit"):
            await DataKeys(Keyring.generate()).of(connection, [SOMEBODY])


class Counted(DataKeys):
    """Counts the statements that it sends."""

    statements = 0

    async def _made(
        self, connection: AsyncConnection[Any], owners: Sequence[UUID]
    ) -> list[tuple[UUID, bytes | None]]:
        self.statements += 1
        return await super()._made(connection, owners)


async def _ask(vault: Vault, owner: UUID) -> bytes:
    return (await vault.data_keys.of(vault.connection, [owner]))[owner]


async def test_the_cache_is_bounded_and_the_answer_is_not(vault: Vault) -> None:
    keys = DataKeys(vault.data_keys.keyring, held_max=10)
    owners = many(50)

    answer = await keys.of(vault.connection, owners)
    again = await keys.of(vault.connection, owners)

    assert answer == again
    assert len(answer) == 50
    assert len(keys) == 10


async def test_keys_at_hand_need_no_database(vault: Vault) -> None:
    made = await vault.data_keys.of(vault.connection, [SOMEBODY])
    await vault.connection.close()

    assert await vault.data_keys.of(vault.connection, [SOMEBODY]) == made


async def test_an_erased_owner_gets_no_key_again(vault: Vault) -> None:
    await vault.data_keys.of(vault.connection, [SOMEBODY])
    await erase(vault.connection, vault.data_keys, [SOMEBODY], at=NOON)

    for keys in (vault.data_keys, DataKeys(vault.data_keys.keyring)):
        with pytest.raises(OwnerErased):
            await keys.of(vault.connection, [ANOTHER, SOMEBODY])


async def test_a_process_that_is_told_forgets(vault: Vault) -> None:
    elsewhere = DataKeys(vault.data_keys.keyring)
    await elsewhere.of(vault.connection, [SOMEBODY])
    await erase(vault.connection, vault.data_keys, [SOMEBODY], at=NOON)

    elsewhere.forget()

    with pytest.raises(OwnerErased):
        await elsewhere.of(vault.connection, [SOMEBODY])


async def test_the_keys_of_another_installation_are_told_from_broken_ones(vault: Vault) -> None:
    await vault.data_keys.of(vault.connection, [SOMEBODY, ANOTHER])
    stranger = DataKeys(Keyring.generate())
    with pytest.raises(KeysUnusable):
        await stranger.of(vault.connection, [SOMEBODY])

    await vault.connection.execute(
        "update vault.data_key k set wrapped = o.wrapped from vault.data_key o"
        " where k.owner <> o.owner"
    )
    vault.data_keys.forget()

    with pytest.raises(SealBroken):
        await vault.data_keys.of(vault.connection, [SOMEBODY])


async def test_the_keys_of_a_simulation_derive_from_its_seed(vault: Vault) -> None:
    seeded = DataKeys(SeededKeyring(7))

    keys = await seeded.of(vault.connection, [SOMEBODY])

    assert keys[SOMEBODY] == SeededKeyring(7).new_data_key(SOMEBODY)
