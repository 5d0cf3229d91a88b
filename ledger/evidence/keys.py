"""Keys as they are written down, and what signs or verifies with them.

    vkey     <name>+<id>+<base64(kind || public key)>                  for everybody
    secret   PRIVATE+KEY+<name>+<id>+<base64(kind || secret)>          for its owner alone

The secret of kinds 01, 04 and 06 is a seed of 32 bytes (for 01 this is the form of Go's
``sumdb/note``); that of SM2 is its number, followed by its point.
"""

from base64 import b64encode
from collections.abc import Callable
from typing import Final, Protocol

from ledger.evidence.cosignature import (
    COSIGNATURE_V1,
    SUBTREE_V1,
    Ed25519CosignatureVerifier,
    Ed25519Cosigner,
    MlDsa44Cosigner,
    MlDsa44Verifier,
)
from ledger.evidence.errors import Malformed
from ledger.evidence.note import Signer, Verifier, VerifierKey, decode_base64, is_name
from ledger.evidence.signers import (
    ED25519,
    SEED_BYTES,
    SM2_SM3,
    Ed25519Signer,
    Ed25519Verifier,
    Sm2Signer,
    Sm2Verifier,
)

_SECRET: Final = "PRIVATE+KEY+"  # noqa: S105 - how the form begins, not a secret

_VERIFIERS: Final[tuple[tuple[bytes, Callable[[VerifierKey], Verifier]], ...]] = (
    (ED25519, Ed25519Verifier),
    (COSIGNATURE_V1, Ed25519CosignatureVerifier),
    (SUBTREE_V1, MlDsa44Verifier),
    (SM2_SM3, Sm2Verifier),
)
_FROM_SEED: Final[tuple[tuple[bytes, Callable[[str, bytes], "SoftwareSigner"]], ...]] = (
    (ED25519, Ed25519Signer),
    (COSIGNATURE_V1, Ed25519Cosigner),
    (SUBTREE_V1, MlDsa44Cosigner),
)


class SoftwareSigner(Signer, Protocol):
    """A signer whose secret lies in memory, and can be written down."""

    def secret(self) -> bytes:
        """Return kind and secret."""


def verifier_of(vkey: str | VerifierKey) -> Verifier:
    """Return what checks the lines of a key.

    Raises:
        Malformed: it is no key, or of a kind that is not known here.
    """
    key = VerifierKey.parse(vkey) if isinstance(vkey, str) else vkey
    for kind, make in _VERIFIERS:
        if key.material.startswith(kind):
            return make(key)
    raise Malformed("a key of an unknown kind")


def signer_of(text: str) -> SoftwareSigner:
    """Return what signs with a secret as written down.

    Raises:
        Malformed: it is none; the message never quotes it.
    """
    name, _, rest = text.strip().removeprefix(_SECRET).partition("+")
    key_id, _, encoded = rest.partition("+")
    if not text.startswith(_SECRET) or not is_name(name):
        raise Malformed("not a secret key")
    signer = _signer(name, decode_base64(encoded))
    if signer.key.key_id.hex() != key_id:
        raise Malformed("the id of a secret key does not belong to it")
    return signer


def secret_text(signer: SoftwareSigner) -> str:
    """Return a signer's secret as one writes it down."""
    encoded = b64encode(signer.secret()).decode()
    return f"{_SECRET}{signer.key.name}+{signer.key.key_id.hex()}+{encoded}"


def _signer(name: str, secret: bytes) -> SoftwareSigner:
    for kind, make in _FROM_SEED:
        if secret.startswith(kind) and len(secret) == len(kind) + SEED_BYTES:
            return make(name, secret[len(kind) :])
    if secret.startswith(SM2_SM3):
        both = secret.removeprefix(SM2_SM3)
        return Sm2Signer(name, both[:SEED_BYTES], both[SEED_BYTES:])
    raise Malformed("a secret key of an unknown kind")
