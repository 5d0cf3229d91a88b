"""Where the entries of a request came to lie."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Appended:
    """Where a request's entries lie.

    Attributes:
        first: the position of its first entry.
        last: the position of its last entry.
        time: the recorded time of them all.
    """

    first: int
    last: int
    time: datetime
