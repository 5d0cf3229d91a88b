"""Handing out exhibits: may the caller have it, is it recorded who took it, then the file.

An exhibit is put together beside the loop, over a connection of its own: all of it is one snapshot.
"""

import asyncio
from dataclasses import dataclass
from uuid import UUID

import psycopg

from aggregates.decisions import Caller
from aggregates.language import Message
from ledger.application.access import record_access
from ledger.application.asking import Asked, NotFound, asking, leaves_trace, purpose_of
from ledger.application.criteria import When, refused, when, within
from ledger.application.exhibits import Thing, exhibit_about, models_for, seen_by
from ledger.application.running import Ledger
from ledger.errors import Fault
from ledger.evidence.exhibit import SUFFIX
from ledger.vault.opening import Purpose
from projections.class_ledger import queries as classes
from projections.trail import queries as trails

_NO_CLASS = Message("没有这个班期，或不在您的范围内", "no such class, or not within your reach")
_UNREACHABLE = Message("数据库暂时无法访问", "the database cannot be reached now")
_BAD_KIND = Message("不能追踪这一类", "nothing of that kind can be followed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """How an exhibit is asked for.

    Attributes:
        at: As of when read models are shown: a position or a day.
        until: The last business date that counts.
        purpose: Why it is looked up; asked of those who supervise.
        task: The number of their task.
        after: The last position of the part before, where there are several.
    """

    at: str = ""
    until: str = ""
    purpose: str = ""
    task: str = ""
    after: int = 0

    def why(self) -> Purpose:
        """Return why, as it goes into the log.

        Raises:
            BadInput: it is not said.
        """
        return purpose_of(self.purpose, self.task)


@dataclass(frozen=True, slots=True)
class Handed:
    """An exhibit on its way out.

    Attributes:
        name: The name of the file.
        data: The file.
        more_after: Behind which position the next part begins; None where this is the last.
    """

    name: str
    data: bytes
    more_after: int | None

    @property
    def headers(self) -> dict[str, str]:
        """What is said of the file to whoever fetches it."""
        told = {
            "cache-control": "no-store",
            "content-disposition": f'attachment; filename="{self.name}"',
        }
        more = {} if self.more_after is None else {"mingzhang-more-after": str(self.more_after)}
        return told | more


async def class_exhibit(
    ledger: Ledger, caller: Caller | None, policy: bytes, class_id: UUID, wanted: Wanted
) -> Handed:
    """Return everything about a class, provably; a supervisor's look is recorded first, sealed.

    Raises:
        Denied: the caller may not ask.
        BadInput: a criterion cannot be read, or no purpose is given where it is asked for.
        NotFound: there is no such class, or not within reach.
        Failure: it cannot be proven now, or not be recorded.
    """
    thing = Thing("class", class_id)
    async with asking(ledger, caller, "class-ledger") as asked:
        row = await classes.one(asked.connection, class_id)
        if row is None:
            raise NotFound(_NO_CLASS)
        within(asked.reach, row.county, row.institution_id)
        then = await when(asked, wanted.at, wanted.until)
        if leaves_trace(asked.caller):
            await _record(ledger, asked, thing, wanted.why())
    return await _handed(ledger, asked, policy, thing, then, wanted.after)


async def trail_exhibit(
    ledger: Ledger, caller: Caller | None, policy: bytes, thing: Thing, wanted: Wanted
) -> Handed:
    """Return everything about one thing, provably; the look itself is recorded first, sealed.

    Raises:
        Denied: the caller may not ask.
        BadInput: a criterion cannot be read, or no purpose is given.
        NotFound: nothing is known of it.
        Failure: it cannot be proven now, or not be recorded.
    """
    async with asking(ledger, caller, "trail") as asked:
        if thing.kind not in trails.KINDS:
            raise refused("kind", _BAD_KIND)
        why = wanted.why()
        then = await when(asked, wanted.at, wanted.until)
        await _record(ledger, asked, thing, why)
    return await _handed(ledger, asked, policy, thing, then, wanted.after)


async def _record(ledger: Ledger, asked: Asked, thing: Thing, why: Purpose) -> None:
    person = thing.id if thing.kind == "person" else None
    what = f"{thing.kind}/{thing.id}"
    await record_access(
        ledger, asked.caller, what=what, fields=("exhibit",), purpose=why, person=person
    )


async def _handed(
    ledger: Ledger, asked: Asked, policy: bytes, thing: Thing, then: When, after: int
) -> Handed:
    try:
        made = await asyncio.to_thread(
            exhibit_about,
            ledger.conninfo,
            policy,
            thing,
            seen=seen_by(asked.caller, asked.reach),
            models=models_for(thing, asked.caller),
            moment=then.moment,
            after=after,
        )
    except psycopg.OperationalError:
        raise Fault(_UNREACHABLE) from None
    part = f"-{after}" if after else ""
    name = f"exhibit-{thing.kind}-{thing.id}{part}{SUFFIX}"
    return Handed(name, made.data, made.more_after)
