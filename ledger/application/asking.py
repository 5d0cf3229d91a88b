"""The one point through which every question passes, with its caller.

    may ask? → how far it reaches → leave a trace, where it is a look-up → answer

What an auditor or discipline officer looks up is itself a fact (``ledger.application.access``),
sealed for that role and in the log before the answer; if it cannot be appended there is none.
"""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg
from psycopg import AsyncConnection
from psycopg.errors import InvalidSchemaName, UndefinedTable
from psycopg_pool import PoolTimeout

from aggregates.decisions import Caller
from aggregates.language import Message
from ledger.application.parsing import BadInput, Problem
from ledger.application.running import Ledger
from ledger.clock import shanghai_date
from ledger.errors import Failure, Fault
from ledger.security.authority import Question, Reach, may_ask
from ledger.security.tokens import Unauthenticated
from ledger.vault.opening import PURPOSE_CHARS_MIN, TASK_ROLES, Purpose

PURPOSE_CHARS_MAX = 500
_TASK = re.compile(r"[\w〔〕()（）./-]{1,64}")

_STANDING = """
select (select position from ledger.head), (select coalesce(min(position), 0) from model.progress),
  (select coalesce(max(position), 0) from mirror.progress)
"""
_NOBODY = Message("请先表明身份", "say who you are")
_UNREACHABLE = Message("数据库暂时无法访问", "the database cannot be reached now")
_NOT_READY = Message("页面数据尚未就绪，请稍后再试", "the read models are not ready yet")
_NO_PURPOSE = Message(
    f"请写明查询事由（{PURPOSE_CHARS_MIN}至{PURPOSE_CHARS_MAX}字）",
    f"say what the look-up is for ({PURPOSE_CHARS_MIN} to {PURPOSE_CHARS_MAX} characters)",
)
_UNASKABLE = Message("查询条件中有无法查询的字符或数值", "a criterion that nothing can match")
_NO_TASK = Message("请填写任务编号", "give the number of the task")


class NotFound(Failure):
    """There is no such thing, or not within the caller's reach."""

    exit_code = 4


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the log and the read models have come.

    Attributes:
        head: The last position of the log.
        folded: The position that every read model has reached.
        seen: In a copy, the highest position that is known to be there; otherwise 0.
    """

    head: int
    folded: int
    seen: int = 0

    @property
    def behind(self) -> int:
        """How many entries the read models have still to read."""
        return max(0, self.head - self.folded, self.seen - self.folded)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that may be answered.

    Attributes:
        connection: Where to find the answer; in autocommit.
        caller: Who asks.
        reach: How far the answer may go.
        standing: How far log and read models have come.
        today: The local date on which it is asked.
    """

    connection: AsyncConnection[Any]
    caller: Caller
    reach: Reach
    standing: Standing
    today: date


def purpose_of(text: str, task: str, *, needs_task: bool = True) -> Purpose:
    """Return why somebody looks something up, as it goes into the log.

    Raises:
        BadInput: no purpose is given, or no number of a task.
    """
    purpose = Purpose(text.strip(), task.strip())
    problems = []
    if not PURPOSE_CHARS_MIN <= len(purpose.text) <= PURPOSE_CHARS_MAX:
        problems.append(Problem("purpose", _NO_PURPOSE))
    if not _TASK.fullmatch(purpose.task) and (purpose.task or needs_task):
        problems.append(Problem("task", _NO_TASK))
    if problems:
        raise BadInput(*problems)
    return purpose


def reason_of(caller: Caller, text: str, task: str) -> Purpose:
    """Return why somebody opens what is not shown to everybody; auditors name a task as well.

    Raises:
        BadInput: no purpose is given, or no number of a task by whoever acts under one.
    """
    return purpose_of(text, task, needs_task=leaves_trace(caller))


def leaves_trace(caller: Caller) -> bool:
    """Say whether the look-ups of a caller are recorded: those of whoever supervises."""
    return caller.role in TASK_ROLES


@asynccontextmanager
async def asking(ledger: Ledger, caller: Caller | None, question: Question) -> AsyncIterator[Asked]:
    """Let a caller ask, and give what the answer is found with.

    Raises:
        Unauthenticated: nobody knows who asks.
        Denied: the caller may not ask it.
        BadInput: a criterion is none that the database takes, such as a NUL.
        Fault: the database cannot be reached.
    """
    if caller is None:
        raise Unauthenticated(_NOBODY)
    reach = may_ask(caller, question)
    with _told():
        async with ledger.pool.connection() as connection:
            standing = await standing_of(connection)
            yield Asked(connection, caller, reach, standing, shanghai_date(ledger.clock.now()))


class _told:  # noqa: N801 - read as a phrase, "with _told()"
    """Turns what the driver raises into what a door can tell, without its values."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, psycopg.DataError):
            raise BadInput(Problem("", _UNASKABLE)) from None
        if isinstance(error, UndefinedTable | InvalidSchemaName):
            raise Fault(_NOT_READY) from None
        if isinstance(error, PoolTimeout | psycopg.OperationalError | psycopg.InterfaceError):
            raise Fault(_UNREACHABLE) from None


async def standing_of(connection: AsyncConnection[Any]) -> Standing:
    """Return how far the log and the read models have come."""
    cursor = await connection.execute(_STANDING)
    row = await cursor.fetchone()
    return Standing(*row) if row is not None else Standing(0, 0)
