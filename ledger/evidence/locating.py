"""Finding the place where two rows of leaves part, and what was done there."""

from collections.abc import Iterable

from ledger.evidence.findings import Kind
from ledger.evidence.hashes import HASH_BYTES


def first_difference(one: bytes, other: bytes) -> int:
    """Return the number of the first hash in which two rows differ; one may be a part of the other.

    Rows that are equal differ behind their end.
    """
    for number, (a, b) in enumerate(zip(whole_hashes(one), whole_hashes(other), strict=False)):
        if a != b:
            return number
    return min(len(one), len(other)) // HASH_BYTES


def whole_hashes(row: bytes) -> list[bytes]:
    """Return the hashes of a row, without what is cut off at its end."""
    end = len(row) - len(row) % HASH_BYTES
    return [row[at : at + HASH_BYTES] for at in range(0, end, HASH_BYTES)]


def kind_of(derived: Iterable[bytes], stored: Iterable[bytes]) -> Kind:
    """Say what was done to entries, from the first leaf on that is another one than it was.

    One leaf was expected here, another was found. If the expected one stands less often in the
    rest of the log than it should, it is gone; if the found one stands more often, it is new. Gone
    and new is changed, gone alone is missing, new alone is inserted, and neither is reordered.

    Args:
        derived: the leaves as derived from the entries, to the end of the log.
        stored: the leaves as they were.
    """
    derived, stored = iter(derived), iter(stored)
    found, expected = next(derived, None), next(stored, None)
    if found is None:
        return Kind.MISSING
    if expected is None:
        return Kind.INSERTED
    surplus, lack = 1, 1
    for leaf in derived:
        surplus += leaf == found
        lack -= leaf == expected
    for leaf in stored:
        surplus -= leaf == found
        lack += leaf == expected
    if lack > 0:
        return Kind.CHANGED if surplus > 0 else Kind.MISSING
    return Kind.INSERTED if surplus > 0 else Kind.REORDERED
