"""The ids that the plan chooses, so that a command may name what an earlier one will have made."""

from datetime import datetime
from hashlib import blake2b, sha256
from typing import Final
from uuid import UUID

from aggregates.ids import OfficialId, derived_id

_VERSION: Final = 0x7 << 76
_VARIANT: Final = 0b10 << 62
_LOW: Final = (0xFFF << 64) | ((1 << 62) - 1)
"""The bits below the milliseconds that are free: 12 above the variant, 62 below it."""


class Naming:
    """Gives ids and digests; the same names give the same ones.

    Attributes:
        seed: The seed of the world.
    """

    def __init__(self, seed: str) -> None:
        self.seed = seed
        self._key = blake2b(seed.encode(), digest_size=32).digest()

    def at(self, moment: datetime, kind: str, *names: object) -> UUID:
        """Return an id in the form of UUIDv7: things of one time lie together in an index."""
        text = "\x1f".join((kind, *(str(name) for name in names)))
        digest = blake2b(text.encode(), key=self._key, digest_size=10).digest()
        stamp = int(moment.timestamp() * 1000) << 80
        return UUID(int=stamp | _VERSION | _VARIANT | (int.from_bytes(digest) & _LOW))

    def digest(self, *names: object) -> str:
        """Return the SHA-256 of a paper that does not exist, in hexadecimal."""
        text = "\x1f".join((self.seed, *(str(name) for name in names)))
        return sha256(text.encode()).hexdigest()


def account(county: str, role: str, number: int = 1) -> OfficialId:
    """Return the account of somebody in an office of the simulation."""
    return OfficialId(derived_id("account", "simulation", county, role, number))
