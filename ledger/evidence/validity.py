"""For which sizes of the log a key counts: what rotating and revoking keys leaves in a policy.

C2SP's policies know no rotation. A line of ours says it, which every other reader passes over as a
comment, and which whoever takes the policy out of our hands may therefore leave in:

    #valid <name>+<id> <first size> <last size>|- current|retired|revoked

A signature below a checkpoint of another size does not count. Sizes say it better than dates: they
never run back, and they are what is signed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self

from ledger.evidence.errors import Malformed, Refuted
from ledger.evidence.note import KEY_ID_BYTES, SignatureLine, VerifierKey, decimal
from ledger.evidence.tree import SIZE_MAX

PREFIX: Final = "#valid"
_WORDS: Final = 5


class KeyState(StrEnum):
    """What became of a key."""

    CURRENT = "current"
    RETIRED = "retired"
    REVOKED = "revoked"


class Outlived(Refuted):
    """Only keys signed that do not count at this size.

    Attributes:
        key: the first of them, ``<name>+<id>``.
        state: what became of it.
        last: the largest size at which it counts; None where it came later.
        size: the size that it signed.
    """

    def __init__(self, key: str, state: KeyState, last: int | None, size: int) -> None:
        """Say which key, and what it signed."""
        super().__init__(
            f"the key {key} ({state}) does not count at size {size}"
            + ("" if last is None else f", but up to {last}")
        )
        self.key = key
        self.state = state
        self.last = last
        self.size = size


@dataclass(frozen=True, slots=True)
class Validity:
    """At which sizes a key counts.

    Attributes:
        first: the smallest size.
        last: the largest; None if there is no end yet.
        state: what became of the key.
    """

    first: int = 0
    last: int | None = None
    state: KeyState = KeyState.CURRENT

    def covers(self, size: int) -> bool:
        """Say whether the key counts at a size."""
        return self.first <= size and (self.last is None or size <= self.last)

    def line(self, key: VerifierKey) -> str:
        """Return the line of a policy that says so."""
        last = "-" if self.last is None else str(self.last)
        return f"{PREFIX} {named(key.name, key.key_id)} {self.first} {last} {self.state}\n"

    @classmethod
    def parse(cls, words: Sequence[str]) -> tuple[str, Self]:
        """Read the words of such a line; return the key, ``<name>+<id>``, and its validity.

        Raises:
            Malformed: they are none.
        """
        if len(words) != _WORDS:
            raise Malformed("a validity has a key, two sizes and a state")
        _, key, first, last, state = words
        name, _, number = key.rpartition("+")
        if not name or len(number) != 2 * KEY_ID_BYTES or state not in set(KeyState):
            raise Malformed("a validity has a key, two sizes and a state")
        end = None if last == "-" else decimal(last, SIZE_MAX)
        return key, cls(decimal(first, SIZE_MAX), end, KeyState(state))


FOR_EVER: Final = Validity()


def named(name: str, key_id: bytes) -> str:
    """Return how a validity names a key."""
    return f"{name}+{key_id.hex()}"


def name_of(line: SignatureLine) -> str:
    """Return how a validity would name the key of a signature line."""
    return named(line.name, line.key_id)
