"""Promises: the log's signed word, in the answer to a command, that an entry will be in its tree.

Asked for by ``Prefer: promise``, for one command or for each of a batch.
It closes the second between the commit and the next checkpoint:
whoever holds one can prove that an entry was left out or exchanged. It names what is committed by
then, read back from the database, and is signed with keys of its own below the log's origin: those
of the moment, since they may be exchanged while the log is served.
"""

from collections.abc import Callable, Sequence
from typing import Final

from fastapi import Request

from ledger.api.streaming import ledger_of
from ledger.evidence.note import Signer
from ledger.evidence.promise import Promise
from ledger.integration.log_keys import PROMISES

PREFERENCE: Final = "promise"
Promising = Callable[[], Sequence[Signer]]
"""Gives what signs promises at the moment."""
_ENTRIES: Final = (
    "select position, leaf, (extract(epoch from recorded_at) * 1000000)::bigint from entry"
    " where position = any(%s)"
)


def is_wanted(request: Request) -> bool:
    """Say whether a request asks for a promise."""
    preferences = request.headers.get("prefer", "").lower().split(",")
    return PREFERENCE in {one.strip() for one in preferences}


async def promises_for(request: Request, positions: Sequence[int]) -> dict[int, str]:
    """Return the signed promises of committed entries; none where the log has no key for them."""
    promising: Promising | None = request.app.state.promising
    if promising is None or not positions:
        return {}
    async with ledger_of(request).pool.connection() as connection:
        found = await (await connection.execute(_ENTRIES, (list(positions),))).fetchall()
    # Only now: a key that went since then signs nothing beyond what was committed before it went.
    signers = promising()
    origin = signers[0].key.name.removesuffix(PROMISES)
    return {
        position: Promise(origin, position - 1, bytes(leaf), received).signed(*signers).decode()
        for position, leaf, received in found
    }
