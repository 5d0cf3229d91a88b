"""Look-ups at a copy: their facts go into the ledger's own log before anything is shown.

A copy of the log takes no entries but those of the ledger. So what would be appended at home is
sent there, and its position comes back; if it does not, nothing is shown.
"""

import asyncio
from collections.abc import Sequence
from http import HTTPStatus
from typing import Final, Protocol
from urllib.error import HTTPError
from urllib.request import Request, urlopen
from uuid import UUID

import msgspec

from aggregates.decisions import Caller
from aggregates.ids import InstitutionId, OfficialId
from aggregates.language import Message
from ledger.errors import Fault
from ledger.vault.opening import Purpose

PATH: Final = "/api/v1/looks"
SECONDS: Final = 10.0


class Look(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A look-up, as a copy tells the ledger of it.

    Attributes:
        caller: Who looked.
        role: As what.
        org: For which organisation.
        county: The one county that the caller sees; empty for all.
        institution: The one institution that the caller sees; None for all.
        what: The data set, such as ``person/<id>``.
        fields: The kinds of values seen.
        purpose: Why, in words; sealed when it is recorded.
        task: The number of the task, or empty.
        person: Whose data they are, where it is one person.
    """

    caller: UUID
    role: str
    org: str
    county: str
    institution: UUID | None
    what: str
    fields: tuple[str, ...]
    purpose: str
    task: str
    person: UUID | None

    def by(self) -> Caller:
        """Return who looked."""
        body = None if self.institution is None else InstitutionId(self.institution)
        return Caller(
            person=OfficialId(self.caller),
            role=self.role,
            org=self.org,
            county=self.county,
            institution=body,
        )


class Recorded(msgspec.Struct, frozen=True):
    """What the ledger answers.

    Attributes:
        position: Where the fact of the look-up is in the log.
    """

    position: int


class Looks(Protocol):
    """Records look-ups elsewhere than in this database."""

    async def record(
        self,
        caller: Caller,
        *,
        what: str,
        fields: Sequence[str],
        purpose: Purpose,
        person: UUID | None,
    ) -> int:
        """Return the position of the fact, once it is in the log.

        Raises:
            Fault: it is not; nothing may be shown.
        """


class ForwardedLooks:
    """Tells a ledger of look-ups over HTTP."""

    def __init__(self, url: str, token: str) -> None:
        """Tell the ledger at an address, showing a token of the role ``MIRROR``."""
        self._url = url.rstrip("/") + PATH
        self._headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}

    async def record(
        self,
        caller: Caller,
        *,
        what: str,
        fields: Sequence[str],
        purpose: Purpose,
        person: UUID | None,
    ) -> int:
        """Return the position of the fact, once it is in the log (see ``Looks``)."""
        look = Look(
            caller=caller.person,
            role=caller.role,
            org=caller.org,
            county=caller.county,
            institution=caller.institution,
            what=what,
            fields=tuple(fields),
            purpose=purpose.text,
            task=purpose.task,
            person=person,
        )
        return await asyncio.to_thread(self._send, msgspec.json.encode(look))

    def _send(self, body: bytes) -> int:
        # The address is the operator's own setting, of the form http(s)://host.
        request = Request(self._url, body, self._headers, method="POST")  # noqa: S310 - see above
        try:
            with urlopen(request, timeout=SECONDS) as answer:  # noqa: S310 - see above
                return msgspec.json.decode(answer.read(), type=Recorded).position
        except HTTPError as error:
            raise _untold(HTTPStatus(error.code).phrase) from None
        except (OSError, msgspec.MsgspecError) as error:
            raise _untold(type(error).__name__) from None


class NoLooks:
    """A copy that knows no ledger to tell: it shows nothing that would leave a trace."""

    async def record(
        self,
        caller: Caller,
        *,
        what: str,
        fields: Sequence[str],
        purpose: Purpose,
        person: UUID | None,
    ) -> int:
        """Refuse (see ``Looks``)."""
        del caller, what, fields, purpose, person
        raise _untold("MINGZHANG_LEDGER_URL")


def _untold(why: str) -> Fault:
    return Fault(
        Message(
            f"查阅记录未能写入账本（{why}），因此不予显示",
            f"the look-up could not be recorded in the ledger ({why}), so nothing is shown",
        )
    )
