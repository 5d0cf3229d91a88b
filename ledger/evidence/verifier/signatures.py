"""Signatures, checked without any library: RFC 8032 (Ed25519), GB/T 32918 (SM2), GB/T 32905 (SM3).

Nothing secret is handled here, so nothing has to take constant time.
"""

import hashlib
from collections.abc import Callable

HASH_BYTES = 32
SM3_EARLY = 16
"""So many of the 64 rounds of SM3 come first, and go otherwise than the rest."""

Point = tuple[int, int] | None
"""A point of the SM2 curve; None is the point at infinity."""


def turned(word: int, by: int) -> int:
    """Return a word of 32 bits rotated to the left."""
    by %= 32
    return (word << by | word >> (32 - by)) & 0xFFFFFFFF


def sm3_block(state: list[int], block: bytes) -> list[int]:
    """Return the state of SM3 after one more block of 64 bytes (GB/T 32905, 5.3)."""
    w = [int.from_bytes(block[at : at + 4], "big") for at in range(0, 64, 4)]
    for j in range(16, 68):
        x = w[j - 16] ^ w[j - 9] ^ turned(w[j - 3], 15)
        w.append(x ^ turned(x, 15) ^ turned(x, 23) ^ turned(w[j - 13], 7) ^ w[j - 6])
    a, b, c, d, e, f, g, h = state
    for j in range(64):
        early = j < SM3_EARLY
        constant = turned(0x79CC4519 if early else 0x7A879D8A, j)
        ss1 = turned((turned(a, 12) + e + constant) & 0xFFFFFFFF, 7)
        ff = a ^ b ^ c if early else a & b | a & c | b & c
        gg = e ^ f ^ g if early else e & f | ~e & g
        tt1 = (ff + d + (ss1 ^ turned(a, 12)) + (w[j] ^ w[j + 4])) & 0xFFFFFFFF
        tt2 = (gg + h + ss1 + w[j]) & 0xFFFFFFFF
        a, b, c, d = tt1, a, turned(b, 9), c
        e, f, g, h = tt2 ^ turned(tt2, 9) ^ turned(tt2, 17), e, turned(f, 19), g
    return [x ^ y for x, y in zip(state, (a, b, c, d, e, f, g, h), strict=True)]


def plain_sm3(data: bytes) -> bytes:
    """Return SM3, computed here: slow, for a Python whose OpenSSL does not know it."""
    state = [0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600]
    state += [0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E]
    padded = data + b"\x80" + bytes(-(len(data) + 9) % 64) + (8 * len(data)).to_bytes(8, "big")
    for at in range(0, len(padded), 64):
        state = sm3_block(state, padded[at : at + 64])
    return b"".join(word.to_bytes(4, "big") for word in state)


def sha256(data: bytes) -> bytes:
    """Return SHA-256."""
    return hashlib.sha256(data).digest()


def library_sm3(data: bytes) -> bytes:
    """Return SM3 as OpenSSL computes it."""
    return hashlib.new("sm3", data).digest()


sm3: Callable[[bytes], bytes] = library_sm3 if "sm3" in hashlib.algorithms_available else plain_sm3

# Ed25519: -x^2 + y^2 = 1 + d x^2 y^2 over p, in extended coordinates (X, Y, Z, T).
ED_P = 2**255 - 19
ED_L = 2**252 + 27742317777372353535851937790883648493
ED_D = -121665 * pow(121666, -1, ED_P) % ED_P
EdPoint = tuple[int, int, int, int]


def ed_sum(one: EdPoint, other: EdPoint) -> EdPoint:
    """Return the sum of two points (RFC 8032, 5.1.4)."""
    x1, y1, z1, t1 = one
    x2, y2, z2, t2 = other
    a, b = (y1 - x1) * (y2 - x2) % ED_P, (y1 + x1) * (y2 + x2) % ED_P
    c, d = 2 * t1 * t2 * ED_D % ED_P, 2 * z1 * z2 % ED_P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % ED_P, g * h % ED_P, f * g % ED_P, e * h % ED_P


def ed_times(factor: int, point: EdPoint) -> EdPoint:
    """Return a point taken ``factor`` times."""
    total: EdPoint = (0, 1, 1, 0)
    while factor:
        if factor & 1:
            total = ed_sum(total, point)
        point = ed_sum(point, point)
        factor >>= 1
    return total


def ed_point(data: bytes) -> EdPoint | None:
    """Return the point that 32 bytes encode, or nothing (RFC 8032, 5.1.3)."""
    number = int.from_bytes(data, "little")
    sign, y = number >> 255, number & (1 << 255) - 1
    if y >= ED_P:
        return None
    square = (y * y - 1) * pow(ED_D * y * y + 1, -1, ED_P) % ED_P
    x = pow(square, (ED_P + 3) // 8, ED_P)
    if (x * x - square) % ED_P:
        x = x * pow(2, (ED_P - 1) // 4, ED_P) % ED_P
    if (x * x - square) % ED_P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = ED_P - x
    return x, y, 1, x * y % ED_P


def ed_bytes(point: EdPoint) -> bytes:
    """Return the 32 bytes that encode a point."""
    x, y, z, _ = point
    back = pow(z, -1, ED_P)
    return (y * back % ED_P | (x * back % ED_P & 1) << 255).to_bytes(32, "little")


ED_BASE = ed_point(b"\x58" + b"\x66" * 31)


def is_ed25519(public: bytes, message: bytes, signature: bytes) -> bool:
    """Say whether an Ed25519 signature is valid (RFC 8032, 5.1.7)."""
    if len(public) != HASH_BYTES or len(signature) != 2 * HASH_BYTES:
        return False
    key, s = ed_point(public), int.from_bytes(signature[32:], "little")
    if key is None or s >= ED_L or ED_BASE is None:
        return False
    digest = hashlib.sha512(signature[:32] + public + message).digest()
    k = int.from_bytes(digest, "little") % ED_L
    x, y, z, t = key
    found = ed_sum(ed_times(s, ED_BASE), ed_times(k, (ED_P - x, y, z, ED_P - t)))
    return ed_bytes(found) == signature[:32]


# SM2: y^2 = x^3 - 3x + b over p (GB/T 32918.5).
SM2_P = 2**256 - 2**224 - 2**96 + 2**64 - 1
SM2_A = SM2_P - 3
SM2_B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
SM2_N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
SM2_G = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)
SM2_NAME = b"1234567812345678"


def sm2_sum(one: Point, other: Point) -> Point:
    """Return the sum of two points (GB/T 32918.1, 3.2.3.1)."""
    if one is None or other is None:
        return one or other
    (x1, y1), (x2, y2) = one, other
    if x1 == x2 and (y1 + y2) % SM2_P == 0:
        return None
    if one == other:
        slope = (3 * x1 * x1 + SM2_A) * pow(2 * y1, -1, SM2_P)
    else:
        slope = (y2 - y1) * pow(x2 - x1, -1, SM2_P)
    x = (slope * slope - x1 - x2) % SM2_P
    return x, (slope * (x1 - x) - y1) % SM2_P


def sm2_times(factor: int, point: Point) -> Point:
    """Return a point taken ``factor`` times."""
    total: Point = None
    while factor:
        if factor & 1:
            total = sm2_sum(total, point)
        point = sm2_sum(point, point)
        factor >>= 1
    return total


def is_sm2(public: bytes, message: bytes, signature: bytes) -> bool:
    """Say whether an SM2 signature ``r || s`` with SM3 is valid (GB/T 32918.2, 7.1)."""
    if len(public) != 65 or public[0] != 4 or len(signature) != 64:  # noqa: PLR2004 - SEC 1
        return False
    x, y = int.from_bytes(public[1:33], "big"), int.from_bytes(public[33:], "big")
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    on_curve = x < SM2_P and y < SM2_P and (y * y - x * x * x - SM2_A * x - SM2_B) % SM2_P == 0
    if not on_curve or not (0 < r < SM2_N and 0 < s < SM2_N) or (r + s) % SM2_N == 0:
        return False
    curve = (SM2_A, SM2_B, *SM2_G, x, y)
    named = (8 * len(SM2_NAME)).to_bytes(2, "big") + SM2_NAME
    about = sm3(named + b"".join(number.to_bytes(32, "big") for number in curve))
    e = int.from_bytes(sm3(about + message), "big")
    found = sm2_sum(sm2_times(s, SM2_G), sm2_times((r + s) % SM2_N, (x, y)))
    return found is not None and (e + found[0] - r) % SM2_N == 0


def is_mldsa44(public: bytes, message: bytes, signature: bytes) -> bool | None:
    """Say whether an ML-DSA-44 signature is valid; None where no library can tell."""
    try:
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - may be absent
        from cryptography.hazmat.primitives.asymmetric import mldsa  # noqa: PLC0415 - likewise

        key = mldsa.MLDSA44PublicKey.from_public_bytes(public)
    except ImportError:
        return None
    except ValueError:
        return False
    try:
        key.verify(signature, message)
    except InvalidSignature:
        return False
    return True
