"""Tokens: how a caller proves who it is. Hashed, expiring, revocable.

A token reads ``mz_<id>_<secret>``; the secret has 256 random bits, so one SHA-256 is enough to
keep it (no dictionary can be tried against it). It is shown once, at its making.
"""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection, Connection
from psycopg.rows import TupleRow

from aggregates.decisions import Caller
from aggregates.ids import InstitutionId, OfficialId, derived_id
from aggregates.language import Message
from ledger.errors import Failure
from ledger.security.roles import OWN_ROLES, ROLES

DAYS_MAX = 366
"""How long a token may live at most."""
NAME_CHARACTERS_MAX = 60
CODE_OF_COUNTY = re.compile(r"[0-9]{6}")


class Unauthenticated(Failure):
    """Nobody knows who calls: no token, or one that is unknown, expired or revoked."""

    exit_code = 77


class BadToken(Failure):
    """A token cannot be made like this."""

    exit_code = 64


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A token as it is listed: all but its secret."""

    id: str
    person: UUID
    role: str
    org: str
    county: str
    institution: UUID | None
    label: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


_FIELDS = "id, person, role, org, county, institution, label, created_at, expires_at, revoked_at"


def create(  # noqa: PLR0913 - what a token carries
    connection: Connection[TupleRow],
    *,
    role: str,
    name: str,
    now: datetime,
    days: int,
    org: str = "",
    county: str = "",
    institution: UUID | None = None,
) -> str:
    """Make a token and return it; it cannot be shown again.

    ``name`` is the account name of a person; the ledger knows the person by an id derived from
    it, so the same name is the same person in every entry.

    Raises:
        BadToken: no such role or one of the service itself, an institution that is lacking or
            does not fit, no such code or name, or a life that is not between one day and
            ``DAYS_MAX``.
    """
    _check(role, name, days, county, institution)
    one, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    connection.execute(
        "insert into security.token (id, secret_hash, person, role, org, county, institution,"
        " label, created_at, expires_at) values (%s,%s,%s,%s,%s,%s,%s,%s,%s,%s)",
        (
            one,
            sha256(secret.encode()).digest(),
            person_named(name),
            role,
            org,
            county,
            institution,
            name,
            now,
            now + timedelta(days=days),
        ),
    )
    return f"mz_{one}_{secret}"


def _check(role: str, name: str, days: int, county: str, institution: UUID | None) -> None:
    held = ROLES.get(role)
    if held is None or role in OWN_ROLES:
        known = "、".join(sorted(ROLES.keys() - OWN_ROLES))
        raise BadToken(Message(f"没有角色{role}；可用：{known}", f"no role {role}; known: {known}"))
    if (held.reach == "INSTITUTION") != (institution is not None):
        raise BadToken(
            Message(
                "机构的角色须注明所属机构，其他角色不得注明",
                "a role of an institution names one, and no other role does",
            )
        )
    if county and not CODE_OF_COUNTY.fullmatch(county):
        raise BadToken(Message("区划代码应为六位数字", "a county's code has six digits"))
    if not (0 < len(name) <= NAME_CHARACTERS_MAX and name.isprintable() and name == name.strip()):
        raise BadToken(
            Message(
                f"账户名应为1至{NAME_CHARACTERS_MAX}个可见字符",
                f"an account's name has 1 to {NAME_CHARACTERS_MAX} visible characters",
            )
        )
    if not 1 <= days <= DAYS_MAX:
        raise BadToken(
            Message(f"有效期应为1至{DAYS_MAX}天", f"a token lives between 1 and {DAYS_MAX} days")
        )


def person_named(name: str) -> OfficialId:
    """Return the id of the account with a name."""
    return OfficialId(derived_id("account", name))


def listed(connection: Connection[TupleRow]) -> list[TokenRow]:
    """Return all tokens, the newest first."""
    rows = connection.execute(f"select {_FIELDS} from security.token order by created_at desc")  # noqa: S608 - a constant
    return [TokenRow(*row) for row in rows]


def revoke(connection: Connection[TupleRow], one: str, now: datetime) -> bool:
    """End a token's life now; say whether there was such a living token."""
    done = connection.execute(
        "update security.token set revoked_at = %s where id = %s and revoked_at is null", (now, one)
    )
    return done.rowcount == 1


def any_living(connection: Connection[TupleRow], now: datetime) -> bool:
    """Say whether any token could be used now."""
    row = connection.execute(
        "select exists (select from security.token where revoked_at is null and expires_at > %s)",
        (now,),
    ).fetchone()
    return bool(row and row[0])


_UNKNOWN = Message("令牌无效、已过期或已撤销", "the token is unknown, expired or revoked")


async def caller_of(connection: AsyncConnection[Any], token: str, now: datetime) -> Caller:
    """Return the caller that a token stands for.

    Raises:
        Unauthenticated: it stands for nobody.
    """
    kind, _, rest = token.partition("_")
    one, _, secret = rest.partition("_")
    if kind != "mz" or not secret:
        raise Unauthenticated(_UNKNOWN)
    cursor = await connection.execute(
        "select secret_hash, person, role, org, county, institution from security.token"
        " where id = %s and revoked_at is null and expires_at > %s",
        (one, now),
    )
    row = await cursor.fetchone()
    if row is None or not compare_digest(bytes(row[0]), sha256(secret.encode()).digest()):
        raise Unauthenticated(_UNKNOWN)
    return Caller(
        person=OfficialId(row[1]),
        role=row[2],
        org=row[3],
        county=row[4],
        institution=None if row[5] is None else InstitutionId(row[5]),
    )
