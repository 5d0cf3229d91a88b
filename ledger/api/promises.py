"""Promises: the log's signed word, in the answer to a command, that an entry will be in its tree.

Asked for by ``Prefer: promise``. It closes the second between the commit and the next checkpoint:
whoever holds one can prove that an entry was left out or exchanged. It names what is committed by
then, read back from the database, and is signed with a key of its own below the log's origin.
"""

from typing import Final

from fastapi import Request

from ledger.api.streaming import ledger_of
from ledger.evidence.note import Signer
from ledger.evidence.promise import Promise
from ledger.integration.log_keys import PROMISES

PREFERENCE: Final = "promise"
_ENTRY: Final = (
    "select leaf, (extract(epoch from recorded_at) * 1000000)::bigint from ledger.entry"
    " where position = %s"
)


def is_wanted(request: Request) -> bool:
    """Say whether a request asks for a promise."""
    preferences = request.headers.get("prefer", "").lower().split(",")
    return PREFERENCE in {one.strip() for one in preferences}


async def promise_for(request: Request, position: int) -> str | None:
    """Return the signed promise of a committed entry; None where the log has no key for it."""
    signer: Signer | None = request.app.state.promising
    if signer is None:
        return None
    async with ledger_of(request).pool.connection() as connection:
        row = await (await connection.execute(_ENTRY, (position,))).fetchone()
    if row is None:
        return None
    leaf, received = row
    origin = signer.key.name.removesuffix(PROMISES)
    return Promise(origin, position - 1, bytes(leaf), received).signed(signer).decode()
