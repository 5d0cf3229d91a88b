"""Senders: machines outside that sign what they send, and as whom their commands are given.

A sender is registered with its public key by a person of the installation. What it may ask follows
from its kind and from the role it is registered with, never from what it sends: a role that people
share with a machine (a finance bureau's) does not let the machine do what is for people to decide.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
)
from psycopg import AsyncConnection, Connection
from psycopg.rows import TupleRow, class_row

from aggregates.decisions import Caller, Channel
from aggregates.ids import InstitutionId, OfficialId, derived_id
from aggregates.language import Message
from ledger.errors import Failure
from ledger.security.roles import ROLES
from ledger.security.tokens import CODE_OF_COUNTY, NAME_CHARACTERS_MAX

DAYS_MAX: Final = 5 * 366
"""How long a registration holds at most."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of sender.

    Attributes:
        code: Its name in topics.
        title: What people call it.
        roles: The roles that one of it may be registered with.
        commands: All that one of it may ever ask; its role has to allow it as well.
        channel: By which way its commands come.
    """

    code: str
    title: Message
    roles: frozenset[str]
    commands: frozenset[str]
    channel: Channel


KINDS: Final[Mapping[str, Kind]] = {
    kind.code: kind
    for kind in (
        Kind(
            "attendance",
            Message("考勤设备", "attendance devices"),
            frozenset({"CLASS_HEAD", "EMPLOYER"}),
            frozenset({"record-session", "seal-attendance", "register-recording"}),
            "device",
        ),
        Kind(
            "learning",
            Message("线上平台", "online platforms"),
            frozenset({"PLATFORM"}),
            frozenset({"record-session", "register-recording", "verify-identity"}),
            "api",
        ),
        Kind(
            "assessment",
            Message("考评机构", "assessment bodies"),
            frozenset({"ASSESSOR"}),
            frozenset({"hold-assessment", "record-result", "issue-certificate"}),
            "api",
        ),
        Kind(
            "bank",
            Message("财政代理银行", "the finance bureau's bank"),
            frozenset({"FINANCE", "HR_PAYER"}),
            # It tells what it has paid or could not pay; to decide and to order is for people.
            frozenset({"confirm-payment", "record-payment-failure"}),
            "api",
        ),
    )
}
"""Every kind of sender by its code."""


class BadSender(Failure):
    """A sender cannot be registered like this."""

    exit_code = 64


@dataclass(frozen=True, slots=True)
class Sender:
    """A registered sender.

    Attributes:
        id: Its registration.
        kind: The kind of sender.
        label: Its name; one that is registered anew under the same name is the same sender.
        public_key: The Ed25519 key that it signs with, 32 bytes.
        role: The role that its commands are given in.
        org: The code of its organisation.
        county: The county it belongs to; empty for the city.
        institution: The institution it belongs to, for a role of an institution.
        created_at: When it was registered.
        expires_at: Until when.
        revoked_at: When that was ended before its time.
    """

    id: UUID
    kind: str
    label: str
    public_key: bytes
    role: str
    org: str
    county: str
    institution: UUID | None
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None

    @property
    def caller(self) -> Caller:
        """As whom its commands are given."""
        return Caller(
            person=OfficialId(derived_id("sender", self.kind, self.label)),
            role=self.role,
            org=self.org,
            county=self.county,
            institution=None if self.institution is None else InstitutionId(self.institution),
        )

    def holds(self, now: datetime) -> bool:
        """Say whether it may send now."""
        return self.revoked_at is None and now < self.expires_at

    def signed(self, signature: bytes, text: bytes) -> bool:
        """Say whether a signature over a text is this sender's."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public_key).verify(signature, text)
        except InvalidSignature:
            return False
        return True


_FIELDS: Final = (
    "id, kind, label, public_key, role, org, county, institution, created_at, expires_at,"
    " revoked_at"
)


def register(  # noqa: PLR0913 - what a sender is registered with
    connection: Connection[TupleRow],
    *,
    one: UUID,
    kind: str,
    label: str,
    public_key: bytes,
    role: str,
    now: datetime,
    days: int,
    org: str = "",
    county: str = "",
    institution: UUID | None = None,
) -> None:
    """Register a sender under the id ``one``.

    Args:
        connection: Where.
        one: The id.
        kind: The kind of sender.
        label: Its name, no person's.
        public_key: Its Ed25519 key as PEM.
        role: The role its commands are given in.
        now: The time.
        days: For how many days.
        org: The code of its organisation.
        county: The county it belongs to; empty for the city.
        institution: The institution it belongs to.

    Raises:
        BadSender: the kind, role, name, county, institution, life or key is not as it must be.
    """
    _check(kind, label, role, days, county, institution)
    connection.execute(
        f"insert into security.sender ({_FIELDS})"  # noqa: S608 - a constant
        " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, null)",
        (
            *(one, kind, label, key_of(public_key), role, org, county, institution),
            *(now, now + timedelta(days=days)),
        ),
    )


def key_of(pem: bytes) -> bytes:
    """Return the 32 bytes of an Ed25519 key in PEM.

    Raises:
        BadSender: it is none.
    """
    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise BadSender(
            Message("应为PEM格式的Ed25519公钥", "expected an Ed25519 public key as PEM"),
            mend=Message(
                "openssl genpkey -algorithm ed25519 -out 私钥；openssl pkey -in 私钥 -pubout",
                "openssl genpkey -algorithm ed25519 -out PRIVATE; openssl pkey -in PRIVATE -pubout",
            ),
        )
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def _check(
    kind: str, label: str, role: str, days: int, county: str, institution: UUID | None
) -> None:
    known = KINDS.get(kind)
    if known is None:
        codes = "、".join(KINDS)
        raise BadSender(Message(f"没有来件类别{kind}；可用：{codes}", f"no kind {kind}: {codes}"))
    if role not in known.roles:
        roles = "、".join(sorted(known.roles))
        raise BadSender(
            Message(f"{known.title.zh}的角色应为{roles}", f"roles of {known.title.en}: {roles}")
        )
    if (ROLES[role].reach == "INSTITUTION") != (institution is not None):
        raise BadSender(
            Message(
                "机构的角色须注明所属机构，其他角色不得注明",
                "a role of an institution names one, and no other role does",
            )
        )
    if county and not CODE_OF_COUNTY.fullmatch(county):
        raise BadSender(Message("区划代码应为六位数字", "a county's code has six digits"))
    named = 0 < len(label) <= NAME_CHARACTERS_MAX and label.isprintable()
    if not named or label != label.strip():
        raise BadSender(
            Message(
                f"名称应为1至{NAME_CHARACTERS_MAX}个可见字符",
                f"a name has 1 to {NAME_CHARACTERS_MAX} visible characters",
            )
        )
    _check_days(days)


def _check_days(days: int) -> None:
    if not 1 <= days <= DAYS_MAX:
        raise BadSender(
            Message(f"有效期应为1至{DAYS_MAX}天", f"between 1 and {DAYS_MAX} days are possible")
        )


def listed(connection: Connection[TupleRow]) -> list[Sender]:
    """Return all senders, the newest first."""
    with connection.cursor(row_factory=class_row(Sender)) as cursor:
        cursor.execute(f"select {_FIELDS} from security.sender order by created_at desc, id")  # noqa: S608 - a constant
        return cursor.fetchall()


def revoke(connection: Connection[TupleRow], one: UUID, now: datetime) -> bool:
    """End a registration now; say whether there was such a living one."""
    done = connection.execute(
        "update security.sender set revoked_at = %s where id = %s and revoked_at is null",
        (now, one),
    )
    return done.rowcount == 1


def renew(connection: Connection[TupleRow], one: UUID, now: datetime, days: int) -> bool:
    """Let a registration hold for so many days from now, over or not; say whether there was one.

    What its sender signed and sent meanwhile can be decided then; a revoked one stays revoked.

    Raises:
        BadSender: that is no life of a registration.
    """
    _check_days(days)
    done = connection.execute(
        "update security.sender set expires_at = greatest(expires_at, %s)"
        " where id = %s and revoked_at is null",
        (now + timedelta(days=days), one),
    )
    return done.rowcount == 1


async def found(connection: AsyncConnection[Any], ids: list[UUID]) -> dict[UUID, Sender]:
    """Return the senders of these ids, whether they may still send or not."""
    async with connection.cursor(row_factory=class_row(Sender)) as cursor:
        await cursor.execute(
            f"select {_FIELDS} from security.sender where id = any(%s)",  # noqa: S608 - a constant
            (ids,),
        )
        return {one.id: one for one in await cursor.fetchall()}
