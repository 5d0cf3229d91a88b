"""What an append, a reader or a migration may fail with.

Conflict                somebody was first: load again, decide again
├── VersionConflict     a stream does not stand where the caller saw it
├── DateMoved           the entry would bear another date than it was decided for
├── KeyMismatch         the key was used for another request
└── KeyReused           the key was used for this very request: here is the answer
Fault                   the state is unknown, or something is broken
├── LogFault            the log cannot do what was asked of it
│   ├── OutcomeUnknown  the entry may have been written, and nobody could be asked
│   ├── LogUnavailable  the database could not be reached; nothing was written
│   └── LogClosed       the log was stopped; nothing was written
├── AppendRejected      the database refused this caller's rows; nothing was written
└── MigrationFault      the database does not have the form that this program knows
ValueError
└── MalformedAppend     the caller handed over something that is not an append
"""

from datetime import date, datetime

from aggregates.language import Message
from ledger.errors import Conflict, Fault
from ledger.store.appended import Appended


class VersionConflict(Conflict):
    """A stream that was written or relied on does not stand where the caller saw it.

    Attributes:
        streams: the names of the streams, sorted.
    """

    def __init__(self, streams: tuple[str, ...]) -> None:
        names = ", ".join(streams)
        super().__init__(
            Message(f"有人先写入了：{names}。", f"Somebody was first: {names}."),
            Message("请重新载入后再试。", "Load again, then try again."),
        )
        self.streams = streams


class DateMoved(Conflict):
    """The entry would be recorded on another Shanghai date than the decision was taken for.

    Attributes:
        decided_on: the date of the decision.
        recorded_on: the date that the entry would bear.
        time: the time that the entry would bear; a decision for it will stand.
    """

    def __init__(self, decided_on: date, time: datetime) -> None:
        recorded_on = time.date()
        super().__init__(
            Message(
                f"本次决定以 {decided_on} 为准，而此刻已是 {recorded_on}。",
                f"This was decided for {decided_on}, but it is {recorded_on} by now.",
            ),
            Message("请重新提交。", "Submit it again."),
        )
        self.decided_on = decided_on
        self.recorded_on = recorded_on
        self.time = time


class KeyMismatch(Conflict):
    """The idempotency key was used before, for a request with another digest."""

    def __init__(self) -> None:
        super().__init__(
            Message("该幂等键已用于另一请求。", "The idempotency key belongs to another request."),
            Message("请换一个新键。", "Choose a new key."),
        )


class KeyReused(Conflict):
    """The idempotency key was used before, for this very request: nothing is written again.

    Attributes:
        answer: what was stored with the key.
        appended: where the entries of the first request lie.
    """

    def __init__(self, answer: bytes, appended: Appended) -> None:
        super().__init__(
            Message("该请求此前已处理。", "This request was dealt with before."),
        )
        self.answer = answer
        self.appended = appended


class LogFault(Fault):
    """The log cannot do what was asked of it."""

    def __init__(self, detail: str = "") -> None:
        """Tell it.

        Args:
            detail: what a technician wants to know, such as an SQLSTATE; no value of anybody.
        """
        super().__init__(self._told(f" ({detail})" if detail else ""))
        self.detail = detail

    def _told(self, detail: str) -> Message:
        return Message(f"账本写入服务出错{detail}。", f"The log cannot append{detail}.")


class OutcomeUnknown(LogFault):
    """The connection broke during the commit, and the database did not come back in time."""

    def _told(self, detail: str) -> Message:
        return Message(
            f"数据库在提交时中断，无法确认是否已写入{detail}。",
            f"The database was lost during the commit: it may have been written or not{detail}.",
        )


class LogUnavailable(LogFault):
    """The database could not be reached in time; nothing of this request was written."""

    def _told(self, detail: str) -> Message:
        return Message(
            f"数据库暂不可用，未写入任何内容{detail}。",
            f"The database does not answer; nothing was written{detail}.",
        )


class LogClosed(LogFault):
    """The log was stopped before this request was taken; nothing of it was written."""

    def _told(self, detail: str) -> Message:
        return Message(
            f"账本写入服务已停止，未写入任何内容{detail}。",
            f"The log was stopped; nothing was written{detail}.",
        )


class AppendRejected(Fault):
    """The database refused the rows of this request, and only those; nothing of it was written.

    Attributes:
        state: the SQLSTATE of the refusal, five characters.
    """

    def __init__(self, state: str) -> None:
        super().__init__(
            Message(
                f"数据库拒绝了本次写入（SQLSTATE {state}）。",
                f"The database refused the rows of this request (SQLSTATE {state}).",
            )
        )
        self.state = state


class MalformedAppend(ValueError):  # noqa: N818 - the word says what is wrong
    """The request is not an append: a type is wrong, or a limit is passed."""


class MigrationFault(Fault):
    """The database does not have the form that this program knows."""
