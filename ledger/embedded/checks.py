"""What a check is, and what it says."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import psycopg

from aggregates.language import Message
from ledger.errors import Failure
from ledger.settings import Settings

State = Literal["good", "note", "bad"]


@dataclass(frozen=True, slots=True)
class Result:
    """What was found.

    Attributes:
        state: ``good``; ``note`` if it works but should be known; ``bad`` if it has to be mended.
        found: What is, or what is wrong.
        mend: What to do about it.
    """

    state: State
    found: Message
    mend: Message | None = None


@dataclass(frozen=True, slots=True)
class Examination:
    """Something that is looked at.

    Attributes:
        name: Its name for programs; it stays the same.
        title: Its name for people.
        run: Looks; may raise a ``Failure``, which is then what was found.
    """

    name: str
    title: Message
    run: Callable[[Settings], Result]


@dataclass(frozen=True, slots=True)
class Check:
    """One line of a diagnosis: what was looked at, and what was found.

    Attributes:
        name: Its name for programs.
        title: Its name for people.
        state: ``good``, ``note`` or ``bad``.
        found: What is, or what is wrong.
        mend: What to do about it; always there if it is bad.
    """

    name: str
    title: Message
    state: State
    found: Message
    mend: Message | None

    @property
    def ok(self) -> bool:
        """Whether nothing has to be mended."""
        return self.state != "bad"


NO_MEND = Message(
    "查看上面的原因；仍不明白时，把 mingzhang doctor 的输出交给维护者。",
    "See the reason above; if it does not help, give this output to whoever maintains the system.",
)


def good(zh: str, en: str) -> Result:
    """Say that something is as it should be."""
    return Result("good", Message(zh, en))


def examine(examination: Examination, settings: Settings) -> Check:
    """Look at one thing; whatever goes wrong while looking is a finding, never an exception."""
    try:
        result = examination.run(settings)
    except Failure as failure:
        result = Result("bad", failure.message, failure.mend)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        result = Result("bad", Message(f"系统报错：{reason}", f"The system says: {reason}"))
    except psycopg.Error as error:
        reason = " ".join(str(error).split())
        result = Result("bad", Message(f"数据库报错：{reason}", f"The database says: {reason}"))
    mend = result.mend or (NO_MEND if result.state == "bad" else None)
    return Check(examination.name, examination.title, result.state, result.found, mend)
