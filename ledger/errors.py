"""The failures that are raised, each telling people in two languages what is wrong.

    Failure                 what every door knows how to show
    ├── Conflict            somebody was first: load again, decide again
    ├── Fault               the state is unknown or a proof failed: stop, alert
    └── Misconfigured       the operator has to mend something: says what and how

A *refusal*, the law's own answer, is none of them: it is a value that ``decide`` returns.
Packages raise these three or a class of their own below one of them. Messages never hold
personal data.
"""

from typing import ClassVar

from aggregates.language import Message


class Failure(Exception):  # noqa: N818 - the three kinds bear the names of the design
    """Something that a caller has to be told.

    Attributes:
        message: What is wrong.
        mend: What to do about it, if there is something to do.
        exit_code: What a command ends with that fails so (``sysexits.h``).
    """

    exit_code: ClassVar[int] = 70

    def __init__(self, message: Message, mend: Message | None = None) -> None:
        """Keep the two texts."""
        super().__init__(message, mend)
        self.message = message
        self.mend = mend

    def text(self, lang: str) -> str:
        """Return what is wrong and how to mend it, in ``lang``, as at most two lines."""
        parts = [self.message] if self.mend is None else [self.message, self.mend]
        return "\n".join(part.text(lang) for part in parts)

    def __str__(self) -> str:
        """Return both languages, Chinese first."""
        return f"{self.text('zh')}\n{self.text('en')}"


class Conflict(Failure):
    """Somebody was first: load again and decide again."""

    exit_code: ClassVar[int] = 75


class Fault(Failure):
    """The state is unknown or a proof failed: stop, and let somebody look."""

    exit_code: ClassVar[int] = 70


class Misconfigured(Failure):
    """The operator has to mend something: a setting, a directory, a server."""

    exit_code: ClassVar[int] = 78
