"""Who signed a time stamp (RFC 3161, 2.3; RFC 5280, 6.1): it takes the library ``cryptography``.

Checked are the signature, that its certificate is one for time stamps, and the chain to one of the
certificates that somebody gave, as of the moment of the stamp. Whether a certificate was revoked
is not looked up: nothing here asks a network.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from ledger.evidence.verifier.telling import Bad
from ledger.evidence.verifier.tokens import Token, Unknowable, digest_of

SIGNED_WITH = {
    "1.2.840.113549.1.1.11": "sha256",
    "1.2.840.113549.1.1.12": "sha384",
    "1.2.840.113549.1.1.13": "sha512",
    "1.2.840.10045.4.3.2": "sha256",
    "1.2.840.10045.4.3.3": "sha384",
    "1.2.840.10045.4.3.4": "sha512",
}
"""Which hash goes into a signature, where its own name says so: RSA (PKCS #1) and ECDSA."""
PSS = "1.2.840.113549.1.1.10"
DEEPEST = 8
"""So many certificates a chain has at most."""


def check_signed(token: Token, anchors: bytes) -> str:
    """Check who signed a token; return the name in the certificate.

    Args:
        token: whose statement was looked at.
        anchors: certificates in PEM, in which the chain may end.

    Raises:
        Bad: the signature does not verify, or its chain ends in none of these.
        Unknowable: there is no library for it, or it does not know the kind of signature.
    """
    try:
        from cryptography import x509  # noqa: PLC0415 - may be absent
    except ImportError:
        raise Unknowable(
            "未安装 cryptography", "the library cryptography is not installed"
        ) from None
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - likewise

    # Certificates are read as far as they are asked, so each question may find one out of form.
    broken = (
        ValueError,
        x509.DuplicateExtension,
        x509.InvalidVersion,
        x509.UnsupportedGeneralNameType,
    )
    try:
        return signed_by(
            token,
            x509.load_pem_x509_certificates(anchors),
            [x509.load_der_x509_certificate(one) for one in token.certificates],
        )
    except UnsupportedAlgorithm:
        raise Unknowable(
            f"不认得签名算法 {token.scheme}", f"an unknown kind of signature {token.scheme}"
        ) from None
    except broken:
        raise Bad("证书不成形式", "a certificate is out of form") from None


def signed_by(token: Token, roots: Sequence[Any], came: Sequence[Any]) -> str:
    """Return the name of whoever signed a token, by certificates that lead to roots."""
    hashed, digest = token.certified
    own = [one for one in (*came, *roots) if digest_of(hashed, der_of(one)) == digest]
    if not own:
        raise Bad("缺签署时间戳的证书", "the certificate that signed the stamp is missing")
    check_signature(own[0].public_key(), token)
    if not is_for_stamps(own[0]):
        raise Bad("该证书不可用于时间戳", "the certificate is not one for time stamps")
    if not ends_in(own[0], came, roots, token.at):
        raise Bad(
            "时间戳的证书链不止于所给的根证书",
            "the chain of the stamp ends in none of the certificates that were given",
        )
    return str(own[0].subject.rfc4514_string())


def der_of(certificate: Any) -> bytes:  # noqa: ANN401 - of a library that may be absent
    """Return a certificate in DER."""
    from cryptography.hazmat.primitives.serialization import Encoding  # noqa: PLC0415 - likewise

    return bytes(certificate.public_bytes(Encoding.DER))


def check_signature(key: Any, token: Token) -> None:  # noqa: ANN401 - likewise
    """Check a token's signature: RSA, ECDSA or Ed25519."""
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - likewise
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415 - likewise
    from cryptography.hazmat.primitives.asymmetric import (  # noqa: PLC0415 - likewise
        ec,
        ed25519,
        padding,
        rsa,
    )

    name = SIGNED_WITH.get(token.scheme, token.digest)
    made: Callable[[], Any] | None = getattr(hashes, name.upper(), None)
    try:
        if made is not None and isinstance(key, rsa.RSAPublicKey):
            pss = padding.PSS(padding.MGF1(made()), padding.PSS.AUTO)
            way = pss if token.scheme == PSS else padding.PKCS1v15()
            key.verify(token.signature, token.attributes, way, made())
        elif made is not None and isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(token.signature, token.attributes, ec.ECDSA(made()))
        elif isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(token.signature, token.attributes)
        else:
            raise Unknowable(
                f"不认得签名算法 {token.scheme}", f"an unknown kind of signature {token.scheme}"
            )
    except InvalidSignature:
        raise Bad("时间戳的签名不成立", "the signature of the stamp does not verify") from None


def is_for_stamps(certificate: Any) -> bool:  # noqa: ANN401 - likewise
    """Say whether a certificate is for time stamps, and for nothing else (RFC 3161, 2.3)."""
    from cryptography import x509  # noqa: PLC0415 - likewise

    try:
        found = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        return False
    return found.critical and list(found.value) == [x509.oid.ExtendedKeyUsageOID.TIME_STAMPING]


def ends_in(one: Any, came: Sequence[Any], roots: Sequence[Any], at: datetime) -> bool:  # noqa: ANN401 - likewise
    """Say whether a chain leads from a certificate to one of the roots, as of a moment."""
    return any(is_chain(chain, at) for chain in chains([one], came, roots))


def chains(begun: list[Any], came: Sequence[Any], roots: Sequence[Any]) -> list[list[Any]]:
    """Return all ways from a certificate to a root, by names and signatures."""
    last = begun[-1]
    if last in roots:
        return [begun]
    found: list[list[Any]] = []
    if len(begun) >= DEEPEST:
        return found
    for issuer in (*roots, *came):
        if issuer.subject != last.issuer or issuer in begun:
            continue
        try:
            last.verify_directly_issued_by(issuer)
        except Exception:  # noqa: BLE001, S112 - whatever the library says: it is no issuer
            continue
        found += chains([*begun, issuer], came, roots)
    return found


def is_chain(chain: Sequence[Any], at: datetime) -> bool:
    """Say whether certificates, each issued by the next, count at a moment (RFC 5280, 6.1)."""
    from cryptography import x509  # noqa: PLC0415 - likewise

    understood = (
        x509.BasicConstraints,
        x509.KeyUsage,
        x509.ExtendedKeyUsage,
        x509.CertificatePolicies,
    )
    for place, one in enumerate(chain):
        if not one.not_valid_before_utc <= at <= one.not_valid_after_utc:
            return False
        held = {type(own.value): own for own in one.extensions}
        if any(own.critical and not isinstance(own.value, understood) for own in held.values()):
            return False
        if place == 0:
            continue
        limits, usage = held.get(x509.BasicConstraints), held.get(x509.KeyUsage)
        if limits is None or not limits.value.ca:
            return False
        longest = limits.value.path_length
        if longest is not None and place - 1 > longest:
            return False
        if usage is not None and not usage.value.key_cert_sign:
            return False
    return True
