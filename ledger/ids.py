"""New ids: UUIDs of version 7 (RFC 9562), so that keys grow with time and indexes at their end.

Ids of one source never run back: 48 bits of Unix milliseconds, then 12 bits that count within
the millisecond (section 6.2, method 1), then 62 random bits.
"""

import secrets
from collections.abc import Callable
from datetime import datetime
from hashlib import blake2b
from threading import Lock
from typing import Final, Protocol
from uuid import UUID
from weakref import WeakKeyDictionary

from ledger.clock import Clock

_RANDOM_BITS: Final = 62
_COUNTER_MAX: Final = 0xFFF
_VERSION: Final = 0x7 << 76
_VARIANT: Final = 0b10 << _RANDOM_BITS


class Ids(Protocol):
    """A source of new ids."""

    def new(self) -> UUID:
        """Return an id that was not given before, greater than the one before."""


class _Growing:
    """Ids from moments and random bits, each greater than the one before; for any thread."""

    def __init__(self, random_bits: Callable[[], int]) -> None:
        self._random_bits = random_bits
        self._last = 0  # milliseconds and counter in one number
        self._lock = Lock()

    def at(self, moment: datetime) -> UUID:
        """Return the next id, for a moment."""
        now_ms = int(moment.timestamp() * 1000)
        with self._lock:
            # A full counter runs over into the milliseconds: ids then lead the clock a little.
            self._last = max(self._last + 1, now_ms << 12)
            stamp, counter = self._last >> 12, self._last & _COUNTER_MAX
            bits = self._random_bits()
        return UUID(int=stamp << 80 | _VERSION | counter << 64 | _VARIANT | bits)


class SeededIds:
    """Ids that depend on seed, clock and order alone: the same world twice, on any machine."""

    def __init__(self, seed: str, clock: Clock) -> None:
        self._clock = clock
        self._key = blake2b(seed.encode(), digest_size=32).digest()
        self._given = 0
        self._ids = _Growing(self._derived_bits)

    def new(self) -> UUID:
        """Return an id that was not given before, greater than the one before."""
        return self._ids.at(self._clock.now())

    def _derived_bits(self) -> int:
        self._given += 1
        digest = blake2b(self._given.to_bytes(8), key=self._key, digest_size=8).digest()
        return int.from_bytes(digest) >> 2


class SystemIds:
    """Ids with random bits from the operating system."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def new(self) -> UUID:
        """Return an id that was not given before, greater than the one before."""
        return new_id(self._clock)


_sources: Final[WeakKeyDictionary[Clock, _Growing]] = WeakKeyDictionary()


def new_id(clock: Clock) -> UUID:
    """Return a new id by a clock; ids by the same clock grow."""
    source = _sources.get(clock)
    if source is None:
        source = _sources.setdefault(clock, _Growing(lambda: secrets.randbits(_RANDOM_BITS)))
    return source.at(clock.now())
