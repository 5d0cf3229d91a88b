"""How the witnesses of a served log stand at the moment, for whoever shows its health."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from psycopg import AsyncConnection

from aggregates.language import Message
from ledger.clock import Clock
from ledger.evidence.policy import Policy
from ledger.integration.standing import MET, Standing, standing_of
from ledger.integration.witness_policy import Held
from ledger.integration.witnesses import KNOWN, Known


class Watch(NamedTuple):
    """Whose cosignatures are looked for.

    Attributes:
        witnesses: gives the policy that names them, as it is at the moment.
        stale_seconds: how old a quorum may be.
        clock: says how old it is.
    """

    witnesses: Callable[[], Held]
    stale_seconds: float
    clock: Clock


class Watched(NamedTuple):
    """What was found.

    Attributes:
        stands: how the witnesses stand; None where no policy counts.
        fault: why what lies in the policy's file is not taken; None if it is.
        now: when it was looked at.
    """

    stands: Standing | None
    fault: Message | None
    now: datetime


async def watched(connection: AsyncConnection[Any], watch: Watch | None) -> Watched | None:
    """Return how the witnesses stand; None where there are none."""
    held = None if watch is None else watch.witnesses()
    if watch is None or held is None or not (held.fault or _names_any(held.policy)):
        return None
    now = watch.clock.now()
    if held.policy is None:
        return Watched(None, held.fault, now)
    met = await (await connection.execute(MET)).fetchone()
    rows = await (await connection.execute(KNOWN)).fetchall()
    each = (Known(*row) for row in rows)
    return Watched(standing_of(held.policy, watch.stale_seconds, met, each), held.fault, now)


def _names_any(policy: Policy | None) -> bool:
    return policy is not None and bool(policy.witnesses)
