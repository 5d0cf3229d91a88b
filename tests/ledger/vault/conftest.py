"""A vault to seal into: a database, a keyring, the data keys."""

from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest
from psycopg import AsyncConnection

from ledger.vault.data_keys import DataKeys
from ledger.vault.keys import Keyring
from tests.ledger.vault.keeping import Vault


@pytest.fixture
def database(shared_database: str) -> str:
    """The database of this module's tests, whose vault ``connection`` empties for each of them."""
    return shared_database


@pytest.fixture
async def connection(database: str) -> AsyncIterator[AsyncConnection[Any]]:
    """A connection in autocommit to a database with an empty vault."""
    async with await psycopg.AsyncConnection.connect(database, autocommit=True) as connection:
        await connection.execute(
            "truncate vault.data_key, vault.sealed, vault.restricted,"
            " vault.sealed_fact, vault.sealed_link"
        )
        yield connection


@pytest.fixture
def vault(connection: AsyncConnection[Any]) -> Vault:
    """A vault with fresh keys."""
    return Vault(connection, DataKeys(Keyring.generate()))
