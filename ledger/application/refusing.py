"""A refused command as a fact: what was tried is evidence, and may be a timely application."""

from contextlib import suppress
from uuid import UUID

import orjson

from aggregates.access.facts import CommandRefused, Reason
from aggregates.access.state import ACCESS
from aggregates.decisions import New, Refused
from aggregates.facts import links
from aggregates.language import Message
from aggregates.sealed import IdNumber
from ledger.application.preparing import Prepared
from ledger.application.sealing import Seals
from ledger.rows import NO_ROWS, VaultRows
from ledger.vault.erasing import any_erased, payload_links
from ledger.vault.errors import OwnerErased

REASON_CHARACTERS_MAX = 1000
REASONS_MAX = 200
"""How many broken rules an entry names; a roster of hundreds may break one rule as often."""
PAYLOAD_BYTES_MAX = 1_000_000
_THEIRS = frozenset({"person", "enrolment", "claim"})
"""What may be a person's, of all that a command refers to."""


async def refusal_fact(
    ready: Prepared, answer: Refused, seals: Seals, one: UUID
) -> tuple[New, VaultRows]:
    """Return the fact of a refusal and what it leaves in the vault: the payload, sealed whole.

    Of somebody who was erased no payload is kept; its digest stands in the fact all the same.
    """
    command, declared = ready.command, ready.declared
    payload = orjson.dumps(ready.ask.data, option=orjson.OPT_SORT_KEYS)
    sealed, rows = None, NO_ROWS
    if len(payload) <= PAYLOAD_BYTES_MAX:
        owner, about = _whose(ready, seals, one)
        if not about or not await any_erased(seals.connection, about):
            with suppress(OwnerErased):
                sealed, rows = await seals.payload(payload.decode(), owner)
                told = VaultRows(sealed_links=payload_links(owner, about))
                rows = VaultRows.joined((rows, told))
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
    county = getattr(command, "county_code", None) or ready.caller.county
    about_id = fact.claim_id or fact.class_id
    new = New(ACCESS, one, fact, county=county, about=about_id, sealed_for=declared.sealed_for)
    return new, rows


def as_kept(answer: Refused) -> bytes:
    """Return a refusal as it is kept with a key; see ``answers.repeated``."""
    return orjson.dumps(
        {
            "broken": [
                [one.rule, *_both(one.what.expected), *_both(one.what.found), one.what.where]
                for one in answer.broken[:REASONS_MAX]
            ],
            "findings": [[one.rule, one.detail] for one in answer.findings[:REASONS_MAX]],
        }
    )


def _both(text: Message) -> tuple[str, str]:
    return text.zh, text.en


def _whose(ready: Prepared, seals: Seals, one: UUID) -> tuple[UUID, list[UUID]]:
    """Return under whose key a payload belongs, and whom to link it to if it is nobody's alone.

    Erasing a person reaches it either way: as the person's own, or by a link from the person, an
    enrolment or a claim.
    """
    found = {(kind, held) for kind, held in links(ready.command) if kind in _THEIRS}
    numbers = {v.value.decode() for v in ready.placed if v.kind == IdNumber.code}
    found |= {("person", seals.keyring.pseudonym(number)) for number in numbers}
    people = [held for kind, held in found if kind == "person"]
    if len(people) == 1:
        return people[0], []
    return one, sorted({held for _, held in found})
