"""Certificate numbers: what lies between the first and the last of a batch."""

import re
from dataclasses import dataclass

_FORM = re.compile(r"(.*?)([0-9]{1,18})")


def _parts(number: str) -> tuple[str, str] | None:
    found = _FORM.fullmatch(number)
    return None if found is None else (found[1], found[2])


@dataclass(frozen=True, slots=True)
class Span:
    """The numbers from one to another: one beginning, one length, last digits that run on.

    Attributes:
        first: The first number.
        last: The last number.
    """

    first: str
    last: str

    @property
    def count(self) -> int:
        """How many numbers that is; 0 where first and last do not make a span."""
        first, last = _parts(self.first), _parts(self.last)
        if first is None or last is None:
            return 0
        if first[0] != last[0] or len(first[1]) != len(last[1]):
            return 0
        return max(0, int(last[1]) - int(first[1]) + 1)

    def __contains__(self, number: str) -> bool:
        """Say whether a number is one of them."""
        return self.count > 0 and 0 < Span(self.first, number).count <= self.count
