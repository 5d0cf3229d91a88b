"""Opening: masked display in bulk for everyone, single values for a purpose that is recorded.

Masking needs no purpose and leaves no fact, for it shows nothing that identifies. Opening asks
for a role and a purpose, and gives nothing out before the fact that says so is in the log: when
the fact cannot be appended, the values stay closed.
"""

from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple
from uuid import UUID

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from psycopg import AsyncConnection
from psycopg.rows import tuple_row

from aggregates.decisions import Caller
from aggregates.language import Message
from aggregates.sealed import KINDS
from aggregates.sealed.kinds import HIDDEN
from ledger.vault.commitments import base64url, commitment_bytes, verify_opening
from ledger.vault.data_keys import DataKeys
from ledger.vault.errors import OpeningRefused, SealBroken
from ledger.vault.keys import NONCE_BYTES, SALT_BYTES
from ledger.vault.statements import RESTRICTED_VALUES, SEALED_VALUES

OPENING_ROLES: Final = frozenset(
    (
        "INST_CLERK",
        "INST_HEAD",
        "CLASS_HEAD",
        "INSTRUCTOR",
        "EMPLOYER",
        "TRAINEE",
        "ASSESSOR",
        "COUNTY_CLERK",
        "COUNTY_REVIEWER",
        "COUNTY_HR",
        "INSPECTOR",
        "CITY_CENTRE",
        "CITY_HR",
        "FINANCE",
        "HR_PAYER",
        "AUDITOR",
        "DISCIPLINE",
        "HOTLINE",
    )
)
"""Roles that may open values at all; which ones is for the rules of their jurisdiction. Not among
them: the administrators (no business plaintext), the risk officer (masked data), the platform,
third parties, education and the public."""
TASK_ROLES: Final = frozenset(("AUDITOR", "DISCIPLINE"))
"""Roles that open under a task number, and may do so while only storage is allowed."""

PURPOSE_CHARS_MIN: Final = 4

_BROKEN = Message(
    "封存的数据与其承诺不符：记录已被改动", "a sealed value does not match its commitment"
)


@dataclass(frozen=True, slots=True)
class Purpose:
    """Why a value is opened. It stands in the log, so it names nobody.

    Attributes:
        text: The purpose in words.
        task: The number of the audit task, case or ticket, where there is one.
    """

    text: str
    task: str = ""


class Opened(NamedTuple):
    """One value in clear.

    Attributes:
        owner: Whose it is.
        kind: The code of its kind.
        salt: 32 bytes; with it the value can be proven to an outsider.
        value: The canonical value.
    """

    owner: UUID
    kind: str
    salt: bytes
    value: str


@dataclass(frozen=True, slots=True)
class Access:
    """What the fact of an opening has to say: who saw what of whom, and why.

    Attributes:
        caller: Who opens.
        purpose: Why.
        owners: Whose values, sorted.
        kinds: Of which kinds, sorted.
        values: How many values.
    """

    caller: Caller
    purpose: Purpose
    owners: tuple[UUID, ...]
    kinds: tuple[str, ...]
    values: int


Record = Callable[[Access], Awaitable[object]]
"""Appends the fact of an access; returns once it is committed, raises when it is not."""


class _Row(NamedTuple):
    commitment: bytes
    owner: UUID
    kind: str
    secret: bytes
    wrapped: bytes
    restricted_until: date | None


def _asked(commitments: Iterable[str]) -> dict[str, list[bytes]]:
    return {"commitments": [commitment_bytes(one) for one in commitments]}


async def _rows(connection: AsyncConnection[Any], commitments: Iterable[str]) -> list[_Row]:
    async with connection.cursor(binary=True, row_factory=tuple_row) as cursor:
        await cursor.execute(SEALED_VALUES, _asked(commitments))
        return [_Row._make(row) for row in await cursor.fetchall()]


def _unsealed(data_keys: DataKeys, row: _Row) -> Opened:
    """Decrypt a row and check it against its commitment."""
    key = data_keys.held(row.owner, row.wrapped)
    bound_to = row.owner.bytes + row.kind.encode()
    try:
        plain = AESGCM(key).decrypt(row.commitment[:NONCE_BYTES], row.secret, bound_to)
    except InvalidTag:
        raise SealBroken(_BROKEN) from None
    salt, value = plain[:SALT_BYTES], plain[SALT_BYTES:]
    if not verify_opening(row.commitment, salt, value):
        raise SealBroken(_BROKEN)
    return Opened(row.owner, row.kind, salt, value.decode())


async def mask_many(
    connection: AsyncConnection[Any], data_keys: DataKeys, commitments: Collection[str]
) -> dict[str, str]:
    """Return what may be shown of many sealed values, by commitment, in one query.

    Commitments are as entries spell them, here and below. Erased values are
    absent. Where only storage is allowed, all is hidden.

    Raises:
        SealBroken: a value is not the one that was committed to.
        KeysUnusable: the keyring lacks a key.
    """
    if not commitments:
        return {}
    rows = await _rows(connection, commitments)
    return {base64url(row.commitment): _masked(data_keys, row) for row in rows}


def _masked(data_keys: DataKeys, row: _Row) -> str:
    kind = KINDS.get(row.kind)
    if kind is None or row.restricted_until is not None:
        return HIDDEN
    return kind.mask(_unsealed(data_keys, row).value)


async def open_values(
    connection: AsyncConnection[Any],
    data_keys: DataKeys,
    commitments: Collection[str],
    *,
    purpose: Purpose,
    caller: Caller,
    record: Record,
) -> dict[str, Opened]:
    """Return values in clear, once the fact that they were opened is in the log.

    Args:
        connection: In autocommit: nobody may hold a transaction while the log appends.
        data_keys: The keys.
        commitments: Which values; those erased are absent from the answer.
        purpose: Why.
        caller: Who; whether these very values are theirs to see was decided before.
        record: Appends the access fact; what it raises goes through, and nothing is opened.

    Raises:
        OpeningRefused: the role opens nothing, no purpose or task is named, or only storage is
            allowed.
        SealBroken: a value is not the one that was committed to.
        ValueError: the connection is not in autocommit.
    """
    if not connection.autocommit:
        raise ValueError("values are opened on a connection in autocommit")
    _refuse_without_ground(purpose, caller)
    rows = await _rows(connection, commitments)
    if caller.role not in TASK_ROLES and any(row.restricted_until is not None for row in rows):
        raise _refused("该人员的数据仅限保存", "the data of this person may only be stored")
    if not rows:
        return {}
    opened = {base64url(row.commitment): _unsealed(data_keys, row) for row in rows}
    await record(
        Access(
            caller=caller,
            purpose=purpose,
            owners=tuple(sorted({one.owner for one in opened.values()})),
            kinds=tuple(sorted({one.kind for one in opened.values()})),
            values=len(opened),
        )
    )
    return opened


def _refused(zh: str, en: str) -> OpeningRefused:
    return OpeningRefused(Message(zh, en))


def _refuse_without_ground(purpose: Purpose, caller: Caller) -> None:
    if caller.role not in OPENING_ROLES:
        raise _refused("该角色无权查看个人数据原文", "this role may not open personal data")
    if len(purpose.text.strip()) < PURPOSE_CHARS_MIN:
        raise _refused("请写明查看用途", "say for which purpose the data are opened")
    if caller.role in TASK_ROLES and not purpose.task.strip():
        raise _refused("请填写任务编号", "give the number of the task")


async def restricted_values(
    connection: AsyncConnection[Any], commitments: Collection[str]
) -> dict[str, Any]:
    """Return restricted values as JSON values, by commitment; for decisions and folds.

    Values of erased owners are absent.

    Raises:
        SealBroken: a value is not the one that was committed to.
    """
    if not commitments:
        return {}
    async with connection.cursor(binary=True, row_factory=tuple_row) as cursor:
        await cursor.execute(RESTRICTED_VALUES, _asked(commitments))
        rows = await cursor.fetchall()
    found: dict[str, Any] = {}
    for commitment, salt, value in rows:
        if not verify_opening(commitment, salt, value.encode()):
            raise SealBroken(_BROKEN)
        found[base64url(commitment)] = orjson.loads(value)
    return found
