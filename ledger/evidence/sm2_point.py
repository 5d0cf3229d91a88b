"""The public point of an SM2 number: for keys that are derived, where no library hands it out.

Plain arithmetic on the curve of GB/T 32918.5. It takes some milliseconds and its time depends on
the number, so it is for keys from seeds, which are no secrets; real keys are generated.
"""

from typing import Final

_P: Final = 2**256 - 2**224 - 2**96 + 2**64 - 1
_A: Final = _P - 3
ORDER: Final = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
_GENERATOR: Final = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)
_BYTES: Final = 32

Point = tuple[int, int]


def public_point(private: bytes) -> bytes:
    """Return the point of a number, 65 bytes, uncompressed.

    Args:
        private: the number, 32 bytes, big-endian; from 1 to the order less two.

    Raises:
        ValueError: it is out of range.
    """
    number = int.from_bytes(private)
    if len(private) != _BYTES or not 1 <= number <= ORDER - 2:
        raise ValueError("not the number of an SM2 key")
    found: Point | None = None
    for bit in f"{number:b}":
        found = found and _sum(found, found)
        if bit == "1":
            found = _sum(found, _GENERATOR) if found else _GENERATOR
    assert found is not None  # noqa: S101 - the number has a bit that is set
    return b"\4" + found[0].to_bytes(_BYTES) + found[1].to_bytes(_BYTES)


def _sum(one: Point, other: Point) -> Point:
    # Neither point is ever the other's negative: the number is smaller than the order less one.
    (x1, y1), (x2, y2) = one, other
    rise, run = (3 * x1 * x1 + _A, 2 * y1) if one == other else (y2 - y1, x2 - x1)
    slope = rise * pow(run, -1, _P) % _P
    x3 = (slope * slope - x1 - x2) % _P
    return x3, (slope * (x1 - x3) - y1) % _P
