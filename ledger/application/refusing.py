"""A refused command as a fact: what was tried is evidence, and may be a timely application."""

from typing import Any
from uuid import UUID

import orjson

from aggregates.access.facts import CommandRefused, Reason
from aggregates.access.state import ACCESS
from aggregates.decisions import Caller, Command, New, Refused
from ledger.application.sealing import Seals
from ledger.rows import VaultRows

REASON_CHARACTERS_MAX = 1000
REASONS_MAX = 200
"""How many broken rules an entry names; a roster of hundreds may break one rule as often."""
PAYLOAD_BYTES_MAX = 1_000_000


async def refusal_fact(
    command: Command,
    data: Any,  # noqa: ANN401 - JSON
    caller: Caller,
    answer: Refused,
    seals: Seals,
    one: UUID,
) -> tuple[New, VaultRows]:
    """Return the fact of a refusal and what it leaves in the vault: the payload, sealed whole."""
    declared = command.DECLARATION
    payload = orjson.dumps(data, option=orjson.OPT_SORT_KEYS)
    sealed, rows = None, VaultRows()
    if len(payload) <= PAYLOAD_BYTES_MAX:
        sealed, rows = await seals.payload(payload.decode(), one)
    reasons = tuple(
        Reason(rule_id=broken.rule, text=broken.finding().detail[:REASON_CHARACTERS_MAX])
        for broken in answer.broken[:REASONS_MAX]
    )
    fact = CommandRefused(
        command=declared.name,
        target=declared.kind.prefix,
        reasons=reasons,
        payload_digest=seals.keyed_digest(payload).hex(),
        payload=sealed,
        institution_id=getattr(command, "institution_id", None),
        class_id=getattr(command, "class_id", None),
        claim_id=getattr(command, "claim_id", None),
    )
    county = getattr(command, "county_code", None) or caller.county
    about = fact.claim_id or fact.class_id
    new = New(ACCESS, one, fact, county=county, about=about, sealed_for=declared.sealed_for)
    return new, rows
