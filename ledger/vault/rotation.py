"""Another master key: every data key is wrapped anew, no value is touched.

In this order: rotate the keyring file (the new key first, the old ones behind it); restart every
process, so that none wraps under the old key any more; wrap anew; when none is left under an old
key, take the old keys out of the file. A crash at any point leaves keys under either, and both
unwrap as long as the file holds both.
"""

from typing import Any, Final
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import tuple_row

from ledger.vault.keys import MASTER_ID_BYTES, Keyring
from ledger.vault.statements import (
    KEYS_TO_WRAP_ANEW,
    KEYS_UNDER_OLD_MASTERS,
    KEYS_WRAPPED_ANEW,
)

BATCH: Final = 1_000
"""How many data keys are wrapped anew in one transaction."""


async def wrap_anew(
    connection: AsyncConnection[Any], keyring: Keyring, *, batch: int = BATCH
) -> int:
    """Wrap every data key under the current master key; return how many were not.

    Raises:
        KeysUnusable: one is wrapped under a master key that the keyring lacks.
        SealBroken: one was changed.
    """
    changed, after = 0, UUID(int=0)
    while True:
        async with connection.transaction(), connection.cursor(row_factory=tuple_row) as cursor:
            await cursor.execute(KEYS_TO_WRAP_ANEW, {"after": after, "limit": batch})
            rows = await cursor.fetchall()
            if not rows:
                return changed
            old = [(owner, kept) for owner, kept in rows if not keyring.is_current(kept)]
            await cursor.execute(
                KEYS_WRAPPED_ANEW,
                {
                    "owners": [owner for owner, _ in old],
                    "wrapped": [keyring.wrap(o, keyring.unwrap(o, kept)) for o, kept in old],
                },
            )
        changed, after = changed + len(old), rows[-1][0]


async def under_old_masters(connection: AsyncConnection[Any], keyring: Keyring) -> int:
    """Return how many data keys are not wrapped under the current master key."""
    current = keyring.current_id
    async with connection.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(KEYS_UNDER_OLD_MASTERS, {"bytes": MASTER_ID_BYTES, "current": current})
        row = await cursor.fetchone()
    return int(row[0]) if row else 0
