"""Commitments: what stands in an entry for a value, and how an outsider checks a value shown.

A commitment is HMAC-SHA256 (RFC 2104) with a salt of 32 bytes as key, over the canonical value
in UTF-8. Without the salt nothing can be learned from it, not even by trying every value.
"""

from binascii import a2b_base64, b2a_base64
from contextlib import suppress
from hmac import compare_digest
from hmac import digest as hmac_digest
from typing import Final

COMMITMENT_BYTES: Final = 32
_URL_SAFE = bytes.maketrans(b"+/", b"-_")
_STANDARD = str.maketrans("-_", "+/")


def commit(salt: bytes, value: bytes) -> bytes:
    """Return the commitment to ``value`` under ``salt``, 32 bytes."""
    return hmac_digest(salt, value, "sha256")


def verify_opening(commitment: bytes, salt: bytes, value: bytes) -> bool:
    """Say whether a commitment was made to ``value`` under ``salt``."""
    return compare_digest(commit(salt, value), commitment)


def base64url(data: bytes) -> str:
    """Return base64url without padding (RFC 4648, section 5), as entries spell commitments."""
    return b2a_base64(data, newline=False).translate(_URL_SAFE).rstrip(b"=").decode()


def commitment_bytes(text: str) -> bytes:
    """Return the 32 bytes of a commitment as an entry spells it.

    Raises:
        ValueError: it is not one.
    """
    found = b""
    with suppress(ValueError):
        found = a2b_base64(text.translate(_STANDARD) + "=", strict_mode=True)
    if len(found) != COMMITMENT_BYTES:
        raise ValueError("a commitment has 43 characters of base64url")
    return found
