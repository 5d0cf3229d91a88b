"""The entry: one fact as one line of canonical JSON, the bytes that everybody keeps.

Those bytes are stored, hashed, published, packed into the archive and handed to verifiers;
nothing ever spells them again.
"""

from ledger.entry.canonical import BYTES_MAX, NotCanonical, canonical, doubtful
from ledger.entry.document import (
    Draft,
    Entry,
    Envelope,
    NotAnEntry,
    draft,
    drafted,
    leaf_hash,
    time_text,
)

__all__ = [
    "BYTES_MAX",
    "Draft",
    "Entry",
    "Envelope",
    "NotAnEntry",
    "NotCanonical",
    "canonical",
    "doubtful",
    "draft",
    "drafted",
    "leaf_hash",
    "time_text",
]
