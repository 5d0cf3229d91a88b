"""Chance that is the same on every machine: drawn from a seed and the name of what is drawn for."""

from collections.abc import Sequence
from hashlib import blake2b
from random import Random
from typing import TypeVar

T = TypeVar("T")
_WHOLE_BP = 10_000


class Chance(Random):
    """A source of chance for one thing, independent of all others of the same seed.

    What one class throws does not depend on how often another did, so that a change in one
    place of the plan leaves the rest of the world as it was.
    """

    def __init__(self, *names: object) -> None:
        """Seed from names, the world's seed first."""
        text = "\x1f".join(str(name) for name in names)
        super().__init__(int.from_bytes(blake2b(text.encode(), digest_size=16).digest()))

    def happens(self, share_bp: int) -> bool:
        """Say whether something happens that does so in so many of ten thousand cases."""
        return self.randrange(_WHOLE_BP) < share_bp

    def weighted(self, weights: Sequence[tuple[T, int]]) -> T:
        """Return one of some things, each as often as its weight says."""
        at = self.randrange(sum(weight for _, weight in weights))
        for one, weight in weights:
            at -= weight
            if at < 0:
                return one
        raise AssertionError("weights are positive")
