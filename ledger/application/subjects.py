"""What somebody wants to follow, from what they know of it: a number, a name, an id.

An ID number, account or telephone becomes the keyed id under which the trail files it; the
number itself goes no further.
"""

from uuid import UUID

from aggregates.ids import uuid_v8
from aggregates.language import Message
from aggregates.sealed import Account, IdNumber, Kind, Malformed, Phone
from ledger.application.asking import Asked, NotFound
from ledger.application.parsing import BadInput, Problem
from ledger.application.running import Ledger
from ledger.security.tokens import person_named
from projections.class_ledger.choices import institutions
from projections.class_ledger.queries import ClassFilter, page

FOLLOWED = (
    "person",
    "class",
    "institution",
    "instructor",
    "official",
    "claim",
    "account",
    "phone",
    "payment",
    "inspection",
    "certificate",
)
"""The kinds that people ask for, the usual ones first."""
_TOKENS: dict[str, type[Kind]] = {"account": Account, "phone": Phone}
_NO_KIND = Message("不能追踪这一类", "nothing of that kind can be followed")
_NO_NUMBER = Message("请输入编号", "give a number or id")
_NOT_FOUND = Message("没有找到", "nothing was found")


async def subject_of(ledger: Ledger, asked: Asked, kind: str, told: str) -> UUID:
    """Return the id of a thing.

    Args:
        ledger: The ledger.
        asked: Who asks.
        kind: What kind of thing.
        told: Its id; or an ID number, account, telephone, filing number, name of an
            institution, name of an account of this installation.

    Raises:
        BadInput: it is none of these; the message does not repeat it.
        NotFound: no class or institution is called so.
    """
    text = told.strip()
    if kind not in FOLLOWED:
        raise BadInput(Problem("kind", _NO_KIND))
    if not text:
        raise BadInput(Problem("value", _NO_NUMBER))
    try:
        return UUID(text)
    except ValueError:
        pass
    return await _named(ledger, asked, kind, text)


async def _named(ledger: Ledger, asked: Asked, kind: str, text: str) -> UUID:
    try:
        if kind == "person":
            return ledger.seals.keyring.pseudonym(IdNumber.canonical(text))
        if kind in _TOKENS:
            sealed = _TOKENS[kind]
            token = ledger.seals.keyring.token(sealed.code, sealed.canonical(text).encode())
            return uuid_v8(token)
    except Malformed as wrong:
        raise BadInput(Problem("value", wrong.message)) from None
    if kind == "class":
        found = await page(asked.connection, only=ClassFilter(text=text), rows=50)
        exact = [row.class_id for row in found.rows if row.filing_no == text]
        return _one(exact)
    if kind == "institution":
        bodies = await institutions(asked.connection)
        return _one([one.id for one in bodies if one.name == text])
    if kind == "official":
        return person_named(text)
    raise BadInput(Problem("value", Message("应为 UUID", "expected a UUID")))


def _one(found: list[UUID]) -> UUID:
    if len(found) != 1:
        raise NotFound(_NOT_FOUND)
    return found[0]
